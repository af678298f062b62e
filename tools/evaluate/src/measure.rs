//! Measuring one head on one trial.

use crate::draw::Trial;
use crate::metrics::{self, Bin};
use anyhow::{Result, ensure};
use handful::Recogniser;
use handful::heads::HeadSpec;
use handful::task::Task;
use serde::Serialize;
use std::time::{Duration, Instant};

/// How good answers are; shares from 0 to 1.
#[derive(Debug, Clone, Serialize)]
pub struct Quality {
    pub accuracy: f64,
    pub nll: f64,
    /// Share of queries whose class is in the conformal set, which aims at 0.9.
    pub coverage: f64,
    /// Mean number of classes in the conformal set.
    pub set_size: f64,
    /// The reliability diagram.
    #[serde(skip)]
    pub reliability: Vec<Bin>,
}

/// What was measured; shares from 0 to 1, `null` where a figure does not apply.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    #[serde(flatten)]
    pub quality: Quality,
    pub macro_recall: f64,
    pub ece: f64,
    /// Share of queries that are taken to show none of the classes, which is always wrong; it aims at 0.05.
    pub refused: f64,
    /// Share of the queries of unknown classes that are taken to show none, with every third class held out.
    pub refused_unknown: Option<f64>,
    /// Unknown against known by the novelty, with every third class held out.
    pub auroc_unknown: Option<f64>,
    /// The same by 1 - the greatest probability.
    pub auroc_msp: Option<f64>,
    /// Milliseconds to fit and calibrate the head.
    pub fit_ms: f64,
    /// Microseconds a query: the median, which no other program's work moves.
    pub predict_us: f64,
}

/// Measures a head; `None` where it cannot tell two classes of the task apart.
pub fn measure(spec: &HeadSpec, trial: &Trial) -> Result<Option<Figures>> {
    let Some(answers) = Answers::of(spec, trial.task.clone(), trial)? else {
        return Ok(None);
    };
    let (mut unknown, mut msp, mut refused_unknown) = (None, None, None);
    if let Some((task, foreign)) = trial.without_every_third()?
        && let Some(answers) = Answers::of(spec, task, trial)?
    {
        let split = |values: &[f64], wanted: bool| -> Vec<f64> {
            let some = values.iter().zip(&foreign).filter(|(_, f)| **f == wanted);
            some.map(|(&value, _)| value).collect()
        };
        let auroc = |values: &[f64]| metrics::auroc(&split(values, true), &split(values, false));
        unknown = auroc(&answers.novelty);
        let refused =
            (answers.foreign.iter().zip(&foreign)).filter(|(refused, f)| **refused && **f);
        let all = foreign.iter().filter(|f| **f).count();
        refused_unknown = Some(refused.count() as f64 / all as f64);
        msp = auroc(
            &answers
                .confidence
                .iter()
                .map(|p| 1.0 - p)
                .collect::<Vec<_>>(),
        );
    }
    let labels = &trial.labels;
    let n = labels.len() as f64;
    let quality = answers.quality(labels);
    Ok(Some(Figures {
        macro_recall: metrics::macro_recall(&answers.best, labels, trial.names.len()),
        ece: metrics::ece(&quality.reliability),
        refused: answers.foreign.iter().filter(|refused| **refused).count() as f64 / n,
        refused_unknown,
        auroc_unknown: unknown,
        auroc_msp: msp,
        fit_ms: answers.fit.as_secs_f64() * 1e3,
        predict_us: metrics::median(&answers.microseconds),
        quality,
    }))
}

/// The answers of a head for all queries.
pub struct Answers {
    pub probabilities: Vec<Vec<f64>>,
    pub sets: Vec<Vec<usize>>,
    pub novelty: Vec<f64>,
    pub foreign: Vec<bool>,
    /// The most probable class of each.
    pub best: Vec<usize>,
    /// Its probability.
    pub confidence: Vec<f64>,
    fit: Duration,
    microseconds: Vec<f64>,
}

impl Answers {
    /// Fits a head to a task and asks it about the queries of a trial; `None` where it does not apply.
    pub fn of(spec: &HeadSpec, task: Task, trial: &Trial) -> Result<Option<Self>> {
        let start = Instant::now();
        let mut recogniser = Recogniser::fit(spec, task)?;
        let n = trial.queries.nrows();
        let mut answers = Self {
            probabilities: Vec::with_capacity(n),
            sets: Vec::with_capacity(n),
            novelty: Vec::with_capacity(n),
            foreign: Vec::with_capacity(n),
            best: Vec::with_capacity(n),
            confidence: Vec::with_capacity(n),
            fit: start.elapsed(),
            microseconds: Vec::with_capacity(n),
        };
        for (i, row) in trial.queries.rows().into_iter().enumerate() {
            let row = row.to_vec();
            let start = Instant::now();
            let prediction = recogniser.predict(&row);
            answers
                .microseconds
                .push(start.elapsed().as_secs_f64() * 1e6);
            if prediction.probabilities.len() < prediction.unscored.len() + 2 {
                return Ok(None);
            }
            let sum: f64 = prediction.probabilities.iter().sum();
            ensure!(
                (sum - 1.0).abs() < 1e-6 && prediction.novelty.is_finite(),
                "{} gave query {i} probabilities that sum to {sum} and the novelty {}",
                spec.name(),
                prediction.novelty
            );
            let best = metrics::argmax(&prediction.probabilities);
            answers.best.push(best);
            answers.confidence.push(prediction.probabilities[best]);
            answers.probabilities.push(prediction.probabilities.clone());
            answers.sets.push(prediction.set.clone());
            answers.novelty.push(prediction.novelty);
            answers.foreign.push(prediction.foreign);
        }
        Ok(Some(answers))
    }

    /// How good the answers are, by the classes of the queries.
    pub fn quality(&self, labels: &[usize]) -> Quality {
        let n = labels.len() as f64;
        let own: Vec<f64> = labels
            .iter()
            .zip(&self.probabilities)
            .map(|(&label, p)| p[label])
            .collect();
        let right: Vec<bool> = labels.iter().zip(&self.best).map(|(l, b)| l == b).collect();
        let covered = labels.iter().zip(&self.sets).filter(|(l, s)| s.contains(l));
        Quality {
            accuracy: metrics::accuracy(&self.best, labels),
            nll: metrics::nll(&own),
            coverage: covered.count() as f64 / n,
            set_size: self.sets.iter().map(Vec::len).sum::<usize>() as f64 / n,
            reliability: metrics::reliability(&self.confidence, &right),
        }
    }
}
