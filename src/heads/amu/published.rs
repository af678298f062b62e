//! AMU-Tuning as published: seeded batches, AdamW, standardised bias logits.

use super::adamw::{self, Training, TrainingRows};
use super::biased::{Auxiliary, Bias, BiasFactor, Biased, Text};
use super::strength;
use super::uncertainty::Uncertainty;
use crate::Result;
use crate::heads::{
    FittedHead, Head, Linear, MissingText, Query, Scratch, check_factor, check_within,
};
use crate::numerics::random::Random;
use crate::task::{Task, class_sums};
use ndarray::{Array2, ArrayView2, Axis, s};
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
        let mut counts = vec![0.0_f64; classes];
        for &label in labels {
            counts[label] += 1.0;
        }
        for (mut sum, &count) in sums.rows_mut().into_iter().zip(&counts) {
            sum /= match self {
                Self::Unit => sum.dot(&sum).sqrt().max(SHORTEST),
                Self::ClassMean => count.max(1.0),
                Self::Official | Self::Random => labels.len() as f64 / classes as f64,
            };
        }
        sums.mapv(|w| w as f32)
    }
}

/// Below this length a sum of unit rows is rounding noise.
const SHORTEST: f64 = 1e-12;

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
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `alpha` | 0.5 | 0 to 1000 | strength of the bias |
/// | `lambda` | 0.35 | 0 to 1 | weight of the loss of s; the loss of z has the rest |
/// | `uncertainty` | none | [`Uncertainty`] | what kappa is made from |
/// | `power` | 0.4 | 0 to 10 | its exponent |
/// | `moment_norm` | 250 | 1e-6 to 1e6 | the constant of `moment` |
/// | `init` | official | [`Start`] | where W starts |
/// | `zscore` | true | | whether z is standardised |
/// | `train` | true | | whether W is trained |
/// | `lr` | 0.001 | 0 to 1 | first learning rate |
/// | `weight_decay` | 0.01 | 0 to 1 | decoupled |
/// | `epochs` | 50 | 0 to 1000 | passes over the examples; in each, one view of every example is drawn |
/// | `batch` | 8 | >= 1 | examples a step |
/// | `seed` | 1 | | order of the examples, views, random start |
/// | `missing_text` | mean | [`MissingText`] | stands in for the text of a class with examples |
/// | `aux` | other | [`Auxiliary`] | where a comes from |
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// Fit O(epochs n C A), score O(C (d + A)) a query.
// Fields that are not known pass: earlier versions saved more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AmuPublished {
    /// Strength of the bias.
    pub alpha: f64,
    /// Weight of the fused loss.
    pub lambda: f64,
    /// What the factor of the bias is made from.
    pub uncertainty: Uncertainty,
    /// Its exponent.
    pub power: f64,
    /// The constant of [`Uncertainty::Moment`].
    pub moment_norm: f64,
    /// Where the weights start.
    pub init: Start,
    /// Whether bias logits are standardised.
    pub zscore: bool,
    /// Whether the weights are trained.
    pub train: bool,
    /// First learning rate.
    pub lr: f64,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Passes over the examples.
    pub epochs: usize,
    /// Examples a step.
    pub batch: usize,
    /// Of all random choices.
    pub seed: u64,
    /// What stands in for the text of a class with examples.
    pub missing_text: MissingText,
    /// Where the auxiliary features come from.
    pub aux: Auxiliary,
}

impl Default for AmuPublished {
    fn default() -> Self {
        Self {
            alpha: 0.5,
            lambda: 0.35,
            uncertainty: Uncertainty::None,
            power: 0.4,
            moment_norm: 250.0,
            init: Start::default(),
            zscore: true,
            train: true,
            lr: 1e-3,
            weight_decay: 0.01,
            epochs: 50,
            batch: 8,
            seed: 1,
            missing_text: MissingText::default(),
            aux: Auxiliary::default(),
        }
    }
}

impl Head for AmuPublished {
    type Fitted = FittedAmuPublished;
    const NAME: &'static str = "amu_published";

    fn check(&self) -> Result<()> {
        strength::check("amu_published.alpha", self.alpha)?;
        check_within("amu_published.lambda", self.lambda, 0.0, 1.0, "0 to 1")?;
        check_within("amu_published.power", self.power, 0.0, 10.0, "0 to 10")?;
        check_factor("amu_published.moment_norm", self.moment_norm)?;
        check_within("amu_published.lr", self.lr, 0.0, 1.0, "0 to 1")?;
        check_within(
            "amu_published.weight_decay",
            self.weight_decay,
            0.0,
            1.0,
            "0 to 1",
        )?;
        check_within(
            "amu_published.epochs",
            self.epochs as f64,
            0.0,
            1e3,
            "0 to 1000",
        )?;
        check_within(
            "amu_published.batch",
            self.batch as f64,
            1.0,
            f64::MAX,
            ">= 1",
        )
    }

    fn fit(&self, task: &Task) -> Result<FittedAmuPublished> {
        self.check()?;
        let factor = BiasFactor {
            kind: self.uncertainty,
            power: self.power,
            moment_norm: self.moment_norm,
            range: (0.0, f64::MAX),
        };
        let text = Text::new(task, self.missing_text, factor)?;
        let counts = task.counts();
        let used: Vec<usize> = (0..counts.len()).filter(|&c| counts[c] > 0).collect();
        let mut weights = Array2::zeros((task.n_classes(), self.aux.columns(task).0.len()));
        if used.len() > 1 {
            let learned = self.weights(task, &text, &used)?;
            for (row, &c) in learned.rows().into_iter().zip(&used) {
                weights.row_mut(c).assign(&row);
            }
        }
        let bias = Bias {
            weights,
            used,
            zscore: self.zscore,
            alpha: self.alpha,
        };
        Ok(FittedAmuPublished(Biased::new(task, text, bias, self.aux)))
    }
}

impl AmuPublished {
    /// Weights of the classes with examples, for unit auxiliary features.
    fn weights(&self, task: &Task, text: &Text, used: &[usize]) -> Result<Array2<f32>> {
        let rows = Rows::of(task, text, self.aux, used);
        let start = self.start(&rows, used.len());
        if !self.train {
            return Ok(start);
        }
        let training = Training {
            alpha: self.alpha,
            lambda: if text.any { self.lambda } else { 0.0 },
            learning_rate: self.lr,
            weight_decay: self.weight_decay,
            zscore: self.zscore,
        };
        let data = TrainingRows {
            features: rows.features.view(),
            text: rows.text.view(),
            factors: &rows.factors,
            labels: &rows.labels,
        };
        adamw::train(
            data,
            training,
            start,
            &self.batches(&rows.first),
            &mut |_| (),
        )
    }

    /// The start, from the mean of the views of each example.
    fn start(&self, rows: &Rows, classes: usize) -> Array2<f32> {
        let n = rows.first.len() - 1;
        let mut examples = Array2::<f32>::zeros((n, rows.features.ncols()));
        for (views, mut example) in rows.first.windows(2).zip(examples.rows_mut()) {
            let views = rows
                .features
                .slice(s![views[0]..views[1], ..])
                .mapv(f64::from);
            let sum = views.sum_axis(Axis(0));
            let length = sum.dot(&sum).sqrt().max(f64::MIN_POSITIVE);
            example.assign(&sum.mapv(|v| (v / length) as f32));
        }
        let labels: Vec<usize> = rows.first[..n].iter().map(|&r| rows.labels[r]).collect();
        self.init
            .weights(examples.view(), &labels, classes, self.seed)
    }

    /// Rows of each step; the views of example e are the rows `first[e]..first[e + 1]`.
    fn batches(&self, first: &[usize]) -> Vec<Vec<usize>> {
        let mut random = Random::new(self.seed);
        let mut examples: Vec<usize> = (0..first.len() - 1).collect();
        let mut batches = Vec::new();
        for _ in 0..self.epochs {
            random.shuffle(&mut examples);
            for batch in examples.chunks(self.batch) {
                let views = batch.iter().map(|&e| match first[e + 1] - first[e] {
                    1 => first[e],
                    views => first[e] + random.below(views),
                });
                batches.push(views.collect());
            }
        }
        batches
    }
}

/// Everything that is known of the photos and their views.
struct Rows {
    features: Array2<f32>,
    text: Array2<f32>,
    factors: Vec<f64>,
    labels: Vec<usize>,
    /// Row of the photo of each example, and the number of rows.
    first: Vec<usize>,
}

impl Rows {
    /// Labels and text logits count the `used` classes only.
    fn of(task: &Task, text: &Text, auxiliary: Auxiliary, used: &[usize]) -> Self {
        let (columns, scale) = auxiliary.columns(task);
        let n = task.n_examples();
        let mut first = vec![0];
        let mut rows: Vec<&[f32]> = Vec::new();
        let mut labels = Vec::new();
        for i in 0..n {
            rows.push(task.row(i));
            rows.extend(task.views(i));
            let place = used.binary_search(&task.labels()[i]);
            labels.resize(
                rows.len(),
                place.expect("an example's class has an example"),
            );
            first.push(rows.len());
        }
        let mut logits = vec![0.0; task.n_classes()];
        let mut room = logits.clone();
        let mut known = Array2::zeros((rows.len(), used.len()));
        let mut factors = Vec::with_capacity(rows.len());
        for (row, mut known) in rows.iter().zip(known.rows_mut()) {
            text.logits_into(row, &mut logits);
            factors.push(text.factor(&logits, &mut room));
            for (known, &c) in known.iter_mut().zip(used) {
                *known = logits[c];
            }
        }
        let features = Array2::from_shape_fn((rows.len(), columns.len()), |(r, d)| {
            rows[r][columns.start + d] * scale[d]
        });
        Self {
            features,
            text: known,
            factors,
            labels,
            first,
        }
    }
}

/// Trained weights.
#[derive(Debug, Clone)]
pub struct FittedAmuPublished(Biased);

impl FittedHead for FittedAmuPublished {
    fn n_classes(&self) -> usize {
        self.0.n_classes()
    }

    fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        self.0.scores_into(query, scratch, out);
    }

    fn prior_temperature(&self) -> f64 {
        1.0
    }

    fn linear(&self) -> Option<&Linear> {
        self.0.linear()
    }
}
