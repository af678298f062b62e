//! Variants of AMU-Tuning that the library does not have, beside the one that it has.

use crate::draw::Trial;
use crate::metrics;
use anyhow::Result;
use handful::heads::scores;
use handful::task::Task;
use handful::validation::{fit_temperature, folds, probabilities_into};
use handful_research::amu::{Fit, VARIANTS};
use ndarray::{Array2, Axis};
use serde::Serialize;
use std::time::Instant;

/// Folds that examples are held out in, to learn a temperature.
const FOLDS: usize = 5;

/// One variant on one draw.
#[derive(Debug, Serialize)]
pub struct Outcome {
    pub dataset: String,
    pub variant: &'static str,
    /// Examples of each class.
    pub shots: usize,
    pub seed: u64,
    pub accuracy: f64,
    pub nll: f64,
    /// Milliseconds to fit it; of the other solvers with a fit of the library's, which gives the strength.
    pub fit_ms: f64,
}

/// Measures every variant on a trial.
pub fn run(dataset: &str, shots: usize, seed: u64, trial: &Trial) -> Result<Vec<Outcome>> {
    let measured = VARIANTS.iter().map(|&(variant, fit)| {
        let start = Instant::now();
        let head = fit(&trial.task)?;
        let fit_ms = start.elapsed().as_secs_f64() * 1e3;
        let temperature = head.prior_temperature() * temperature(fit, &trial.task)?;
        let scores = scores(head.as_ref(), &trial.task, trial.queries.view());
        let mut p = vec![0.0; head.n_classes()];
        let (mut best, mut own) = (Vec::new(), Vec::new());
        for (row, &label) in scores.rows().into_iter().zip(&trial.labels) {
            probabilities_into(&row.to_vec(), temperature, &mut p);
            best.push(metrics::argmax(&p));
            own.push(p[label]);
        }
        Ok(Outcome {
            dataset: dataset.to_owned(),
            variant,
            shots,
            seed,
            accuracy: metrics::accuracy(&best, &trial.labels),
            nll: metrics::nll(&own),
            fit_ms,
        })
    });
    measured.collect()
}

/// The temperature that held-out examples ask for, beside that of the variant itself.
fn temperature(fit: Fit, task: &Task) -> Result<f64> {
    let mut logits = Array2::from_elem((task.n_examples(), task.n_classes()), f32::NEG_INFINITY);
    let most = task.counts().into_iter().max().unwrap_or(0);
    if most > 1 {
        for fold in folds(task.labels(), most.min(FOLDS)) {
            let rest = task.without(&fold);
            let head = fit(&rest)?;
            let rows = task.features().select(Axis(0), &fold);
            let found = scores(head.as_ref(), &rest, rows.view()) / head.prior_temperature() as f32;
            for (row, &i) in found.rows().into_iter().zip(&fold) {
                logits.row_mut(i).assign(&row);
            }
        }
    }
    Ok(fit_temperature(logits.view(), task.labels(), 1.0))
}
