//! Measuring one head on one trial.

use crate::draw::Trial;
use crate::heads::title;
use crate::metrics::{self, Bin};
use anyhow::{Result, ensure};
use handful::heads::HeadSpec;
use handful::task::Task;
use handful::validation::Estimate;
use handful::{Prediction, Recogniser, Together};
use ndarray::{Array2, Axis, concatenate};
use serde::Serialize;
use std::time::{Duration, Instant};

/// How good answers are; shares from 0 to 1.
#[derive(Debug, Clone, Serialize)]
pub struct Quality {
    pub accuracy: f64,
    /// Of the class that is recognised least often.
    pub worst_class: f64,
    pub nll: f64,
    /// Share of queries whose class is in the conformal set, which aims at 0.9.
    pub coverage: f64,
    /// Mean number of classes in the conformal set.
    pub set_size: f64,
    /// Share of queries that are taken to show none of the classes, which is always wrong; it aims at 0.05.
    pub refused: f64,
    /// The reliability diagram.
    #[serde(skip)]
    pub reliability: Vec<Bin>,
}

/// How well photos of unknown classes are told from others, with every third class held out, or another one where there are negatives; `null` where fewer than two
/// classes would be left.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Strangers {
    /// Share of them that are taken to show none of the classes.
    pub refused_unknown: Option<f64>,
    /// Unknown against known by the novelty.
    pub auroc_unknown: Option<f64>,
    /// The same by 1 - the greatest probability.
    pub auroc_msp: Option<f64>,
}

/// What was measured; shares from 0 to 1.
#[derive(Debug, Clone, Serialize)]
pub struct Figures {
    #[serde(flatten)]
    pub quality: Quality,
    pub macro_recall: f64,
    pub ece: f64,
    #[serde(flatten)]
    pub strangers: Strangers,
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
    let quality = answers.quality(&trial.labels);
    Ok(Some(Figures {
        macro_recall: metrics::macro_recall(&answers.best, &trial.labels, trial.names.len()),
        ece: metrics::ece(&quality.reliability),
        strangers: strangers(spec, trial)?,
        fit_ms: answers.fit.as_secs_f64() * 1e3,
        predict_us: metrics::median(&answers.microseconds),
        quality,
    }))
}

/// Fits a head without every third class, and asks it about the photos of all.
pub fn strangers(spec: &HeadSpec, trial: &Trial) -> Result<Strangers> {
    let Some((task, foreign)) = trial.without_every_third()? else {
        return Ok(Strangers::default());
    };
    let Some(answers) = Answers::of(spec, task, trial)? else {
        return Ok(Strangers::default());
    };
    let split = |values: &[f64], wanted: bool| -> Vec<f64> {
        let some = values.iter().zip(&foreign).filter(|(_, f)| **f == wanted);
        some.map(|(&value, _)| value).collect()
    };
    let auroc = |values: &[f64]| metrics::auroc(&split(values, true), &split(values, false));
    let refused: Vec<f64> = answers.foreign.iter().map(|&f| f64::from(f)).collect();
    let doubt: Vec<f64> = answers.confidence.iter().map(|p| 1.0 - p).collect();
    Ok(Strangers {
        refused_unknown: metrics::mean(&split(&refused, true)),
        auroc_unknown: auroc(&answers.novelty),
        auroc_msp: auroc(&doubt),
    })
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
    recogniser: Recogniser,
    fit: Duration,
    microseconds: Vec<f64>,
}

impl Answers {
    /// Fits a head to a task and asks it about the queries of a trial; `None` where it does not apply.
    pub fn of(spec: &HeadSpec, task: Task, trial: &Trial) -> Result<Option<Self>> {
        let start = Instant::now();
        let recogniser = Recogniser::fit(spec, task)?;
        let n = trial.queries.nrows();
        let mut answers = Self {
            fit: start.elapsed(),
            recogniser,
            probabilities: Vec::with_capacity(n),
            sets: Vec::with_capacity(n),
            novelty: Vec::with_capacity(n),
            foreign: Vec::with_capacity(n),
            best: Vec::with_capacity(n),
            confidence: Vec::with_capacity(n),
            microseconds: Vec::with_capacity(n),
        };
        for (i, row) in trial.queries.rows().into_iter().enumerate() {
            let row = row.to_vec();
            let start = Instant::now();
            let prediction = answers.recogniser.predict(&row);
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
                title(spec),
                prediction.novelty
            );
            let best = metrics::argmax(&prediction.probabilities);
            answers.best.push(best);
            answers.confidence.push(prediction.probabilities[best]);
            answers.probabilities.push(prediction.probabilities.clone());
            answers.sets.push(prediction.candidates.clone());
            answers.novelty.push(prediction.novelty);
            answers.foreign.push(prediction.foreign);
        }
        Ok(Some(answers))
    }

    /// Asks about all queries again, together and with the strangers of the trial; `counts` say how many each class holds.
    pub fn ask_together(
        &mut self,
        spec: &HeadSpec,
        trial: &Trial,
        counts: Option<&[usize]>,
    ) -> Result<()> {
        let rows = concatenate![Axis(0), trial.queries, trial.strangers];
        let mut together = Together::new(Recogniser::fit(spec, trial.task.clone())?, rows);
        if let Some(counts) = counts {
            together = together.holding(counts);
        }
        while !together.step() {}
        let queries = together.predictions().iter().take(trial.labels.len());
        for (i, prediction) in queries.enumerate() {
            self.put(i, prediction);
        }
        Ok(())
    }

    /// Asks about all queries again, one by one, once the pile of the trial was learned from.
    pub fn ask_with_pile(&mut self, trial: &Trial) {
        self.recogniser.learn_unlabelled(&trial.pile);
        for (i, row) in trial.queries.rows().into_iter().enumerate() {
            let prediction = self.recogniser.predict(&row.to_vec()).clone();
            self.put(i, &prediction);
        }
    }

    /// Puts another prediction in the place of one.
    fn put(&mut self, i: usize, prediction: &Prediction) {
        let best = metrics::argmax(&prediction.probabilities);
        self.best[i] = best;
        self.confidence[i] = prediction.probabilities[best];
        self.probabilities[i].clone_from(&prediction.probabilities);
        self.sets[i].clone_from(&prediction.candidates);
    }

    /// How well strangers `(m, width)` are told from the queries.
    pub fn strangers(&mut self, rows: &Array2<f32>) -> Strangers {
        let (mut refused, mut novelty, mut doubt) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows.rows() {
            let prediction = self.recogniser.predict(&row.to_vec());
            refused.push(f64::from(prediction.foreign));
            novelty.push(prediction.novelty);
            let p = &prediction.probabilities;
            doubt.push(1.0 - p[metrics::argmax(p)]);
        }
        let known: Vec<f64> = self.confidence.iter().map(|p| 1.0 - p).collect();
        Strangers {
            refused_unknown: metrics::mean(&refused),
            auroc_unknown: metrics::auroc(&novelty, &self.novelty),
            auroc_msp: metrics::auroc(&doubt, &known),
        }
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
            worst_class: metrics::least_recall(&self.best, labels, self.probabilities[0].len()),
            nll: metrics::nll(&own),
            coverage: covered.count() as f64 / n,
            set_size: self.sets.iter().map(Vec::len).sum::<usize>() as f64 / n,
            refused: self.foreign.iter().filter(|refused| **refused).count() as f64 / n,
            reliability: metrics::reliability(&self.confidence, &right),
        }
    }

    /// How often the head expects to be right, from examples of its task that were held out; `None` where none could be.
    pub fn estimate(&self, task: &Task) -> Result<Option<Estimate>> {
        Ok(self.recogniser.report(task)?.accuracy)
    }
}
