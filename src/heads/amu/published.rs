//! AMU-Tuning as published: seeded batches, AdamW, standardised bias logits.

use super::AmuPublished;
use super::adamw::{Trainer, TrainingRows};
use super::fitted::{BiasFactor, FittedAmu, Text};
use crate::Result;
use crate::heads::{Head, Recipe, ScoresBy};
use crate::numerics::math::cos;
use crate::numerics::order::distinct;
use crate::numerics::random::Random;
use crate::task::{Task, class_counts, class_sums};
use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

/// Where the weights start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Start {
    /// Uniform in ±1 / root of A.
    Random,
    /// The sum of a class's unit features divided by the mean number of examples a class.
    #[default]
    Official,
    /// The mean of a class's unit features.
    ClassMean,
    /// That mean at unit length.
    Unit,
}

impl Start {
    /// Weights `(C, A)` from unit auxiliary features `(N, A)` and labels `(N,)` below C; a class without examples gets zeros.
    pub fn weights(
        self,
        features: ArrayView2<'_, f32>,
        labels: &[usize],
        classes: usize,
        seed: u64,
    ) -> Array2<f32> {
        let width = features.ncols();
        if self == Self::Random {
            let mut random = Random::new(seed);
            let bound = 1.0 / (width as f64).sqrt();
            return Array2::from_shape_simple_fn((classes, width), || {
                (bound * (2.0 * random.uniform() - 1.0)) as f32
            });
        }
        let mut sums = class_sums(features.rows(), labels, (classes, width));
        let counts = class_counts(labels, classes);
        for (mut sum, n) in sums.rows_mut().into_iter().zip(counts) {
            sum /= match self {
                Self::Unit => sum.dot(&sum).sqrt().max(SHORTEST),
                Self::ClassMean => n.max(1) as f64,
                Self::Official | Self::Random => labels.len() as f64 / classes as f64,
            };
        }
        sums.mapv(|w| w as f32)
    }
}

/// Below this length a sum of unit rows is rounding noise.
const SHORTEST: f64 = 1e-12;

impl Head for AmuPublished {
    type Fitted = FittedAmu;

    fn scores_by(&self) -> ScoresBy {
        ScoresBy::Either
    }

    fn fit(&self, task: &Task) -> Result<FittedAmu> {
        self.check()?;
        let factor = BiasFactor {
            kind: self.uncertainty,
            power: self.power,
            moment_norm: self.moment_norm,
            range: (0.0, f64::MAX),
        };
        let text = Text::new(task, self.missing_text, factor, false)?;
        let used = distinct(task.labels().to_vec());
        let weights = self.weights(task, &text, &used);
        let bias = (used, weights);
        Ok(FittedAmu::new(
            task,
            text,
            self.aux,
            bias,
            self.alpha,
            self.zscore,
        ))
    }
}

impl AmuPublished {
    /// Learning rate of step `t` of `steps`, from 0.
    pub fn learning_rate(&self, t: usize, steps: usize) -> f64 {
        let half_turn = std::f64::consts::PI * t as f64 / steps as f64;
        self.lr / 2.0 * (1.0 + cos(half_turn))
    }

    /// Weights `(C, A)` of the `used` classes, for unit auxiliary features. Labels and text logits count these only.
    fn weights(&self, task: &Task, text: &Text, used: &[usize]) -> Array2<f32> {
        let place = |label: &usize| {
            let place = used.binary_search(label);
            place.expect("an example's class has an example")
        };
        let logits = text.logits(task.features());
        let rows = TrainingRows {
            features: self.aux.features(task),
            factors: text.factors(&logits),
            text: logits.select(Axis(1), used),
            labels: task.labels().iter().map(place).collect(),
        };
        let start = self.init;
        let weights = start.weights(rows.features.view(), &rows.labels, used.len(), self.seed);
        if !self.train || used.len() < 2 {
            return weights;
        }
        let recipe = Self {
            lambda: if text.any { self.lambda } else { 0.0 },
            ..self.clone()
        };
        let mut trainer = Trainer::new(&recipe, &rows, weights);
        let batches = self.batches(task.n_examples());
        for (t, batch) in batches.iter().enumerate() {
            trainer.step(batch, self.learning_rate(t, batches.len()));
        }
        trainer.weights
    }

    /// Examples of each step, of so many.
    fn batches(&self, n: usize) -> Vec<Vec<usize>> {
        let mut random = Random::new(self.seed);
        let mut examples: Vec<usize> = (0..n).collect();
        let mut batches = Vec::new();
        for _ in 0..self.epochs {
            random.shuffle(&mut examples);
            batches.extend(examples.chunks(self.batch).map(<[usize]>::to_vec));
        }
        batches
    }
}
