//! AMU-Tuning as published: seeded batches, AdamW, standardised bias logits.

use super::adamw::{Trainer, TrainingRows};
use super::fitted::{Auxiliary, BiasFactor, FittedAmu, Text};
use super::uncertainty::Uncertainty;
use crate::Result;
use crate::heads::{Head, MissingText, ScoresBy, recipe::recipe};
use crate::numerics::math::cos;
use crate::numerics::order::distinct;
use crate::numerics::random::Random;
use crate::task::{Task, class_sums};
use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

/// Where the weights start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// Weights `(C, A)` from unit auxiliary features `(N, A)` and labels `(N,)` below C; a class without examples gets
    /// zeros.
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
        let mut sums = class_sums(features, labels, classes);
        for (c, mut sum) in sums.rows_mut().into_iter().enumerate() {
            sum /= match self {
                Self::Unit => sum.dot(&sum).sqrt().max(SHORTEST),
                Self::ClassMean => labels.iter().filter(|&&label| label == c).count().max(1) as f64,
                Self::Official | Self::Random => labels.len() as f64 / classes as f64,
            };
        }
        sums.mapv(|w| w as f32)
    }
}

/// Below this length a sum of unit rows is rounding noise.
const SHORTEST: f64 = 1e-12;

recipe! {
    /// Scores a query by its zero-shot logits plus a bias from auxiliary features, trained by the published procedure.
    ///
    /// s = 100 f.t + alpha kappa z, where z are the logits W a of the auxiliary features, standardised over the classes,
    /// and kappa tells how unsure zero-shot recognition is.
    ///
    /// # Shapes
    /// f: the `clip` columns `(d,)` of a unit row; a: the auxiliary columns `(A,)`, divided by the root of the number of
    /// streams; W `(C, A)`.
    /// # Units
    /// Logits. A class without text and examples scores `-inf`, one without examples is scored by its text alone. With one
    /// class, or examples of one class only, there is no bias. Without any text the score is z.
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// Fit O(epochs n C A), score O(C (d + A)) a query.
    // Fields that are not known pass: earlier versions saved more.
    AmuPublished "amu_published" {
        /// Strength of the bias.
        alpha: f64 = 0.5, 0 to 1000;
        /// Weight of the loss of s; the loss of z has the rest.
        lambda: f64 = 0.35, 0 to 1;
        /// What kappa is made from.
        uncertainty: Uncertainty = Uncertainty::None;
        /// Its exponent.
        power: f64 = 0.4, 0 to 10;
        /// The constant of [`Uncertainty::Moment`].
        moment_norm: f64 = 250.0, 1e-6 to 1e6;
        /// Where W starts.
        init: Start = Start::default();
        /// Whether z is standardised.
        zscore: bool = true;
        /// Whether W is trained.
        train: bool = true;
        /// Learning rate of the first step; it falls to 0 along half a cosine.
        lr: f64 = 1e-3, 0 to 1;
        /// Decoupled weight decay.
        weight_decay: f64 = 0.01, 0 to 1;
        /// Passes over the examples.
        epochs: usize = 50, 0 to 1000;
        /// Examples a step.
        batch: usize = 8, 1 to 1e9;
        /// Of the order of the examples and a random start.
        seed: u64 = 1;
        /// What stands in for the text of a class with examples.
        missing_text: MissingText = MissingText::default();
        /// Where a comes from.
        aux: Auxiliary = Auxiliary::default();
    }
}

impl Head for AmuPublished {
    type Fitted = FittedAmu;
    const NAME: &'static str = "amu_published";

    fn scores_by(&self) -> ScoresBy {
        ScoresBy::Either
    }

    fn check(&self) -> Result<()> {
        self.check_ranges()
    }

    fn fit(&self, task: &Task) -> Result<FittedAmu> {
        self.check()?;
        let factor = BiasFactor {
            kind: self.uncertainty,
            power: self.power,
            moment_norm: self.moment_norm,
            range: (0.0, f64::MAX),
        };
        let text = Text::new(task, self.missing_text, factor)?;
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
            features: self.aux.features(task, task.features()),
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
