//! The answer of both AMU heads: zero-shot logits plus a bias, as strong as zero-shot recognition is unsure.

use super::uncertainty::Uncertainty;
use crate::Result;
use crate::heads::scratch::zeros;
use crate::heads::zero_shot::text_or;
use crate::heads::{FittedHead, Linear, MissingText, Query, Scratch, ZeroShot};
use crate::numerics::linalg::wide;
use crate::numerics::math::log_sum_exp;
use crate::task::Task;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Which columns of a unit row the bias is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Auxiliary {
    /// All streams but `clip`; `clip` where there is no other.
    #[default]
    Other,
    /// The `clip` stream; all streams where there is none.
    Clip,
    /// The embedding: all streams, scaled by the root of their trust.
    All,
}

impl Auxiliary {
    /// The columns, what is taken from each, and what it is multiplied by then, so that together they have unit length.
    fn columns(self, task: &Task) -> (Range<usize>, Array1<f32>, Array1<f32>) {
        let streams = task.streams();
        let columns = match self {
            Self::Other => streams.auxiliary(),
            Self::Clip => streams.clip().unwrap_or(0..streams.width()),
            Self::All => return (0..streams.width(), task.shift(), task.scale()),
        };
        let inside = |c: &Range<usize>| columns.start <= c.start && c.end <= columns.end;
        let count = streams.columns().filter(inside).count();
        let scale = Array1::from_elem(columns.len(), 1.0 / (count as f32).sqrt());
        (columns, Array1::zeros(scale.len()), scale)
    }

    /// The unit features `(N, A)` of the examples.
    pub(super) fn features(self, task: &Task) -> Array2<f32> {
        if self == Self::All {
            return task.embeddings().to_owned();
        }
        let (columns, _, scale) = self.columns(task);
        &task.features().slice(s![.., columns]) * &scale
    }
}

/// How the uncertainty of a photo becomes a factor.
#[derive(Debug, Clone, Copy)]
pub(super) struct BiasFactor {
    pub kind: Uncertainty,
    pub power: f64,
    pub moment_norm: f64,
    pub range: (f64, f64),
}

/// Zero-shot recognition, as the bias sees it.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// Logits are zero without any text, and `-inf` for a class without text and examples.
    linear: Linear,
    /// Whether the uncertainty counts the class.
    counted: Vec<bool>,
    /// Whether any class has a text.
    pub any: bool,
    /// Whether text only shares out anew, among the classes that are counted, what the bias alone gives to these together.
    pub shares: bool,
    factor: BiasFactor,
}

impl Text {
    /// Text that `may_share` does so where some classes with examples have a text and others none.
    pub fn new(
        task: &Task,
        missing_text: MissingText,
        mut factor: BiasFactor,
        may_share: bool,
    ) -> Result<Self> {
        let any = task.has_text();
        let shares = may_share && any && task.used().iter().any(|&c| task.text()[c].is_none());
        let excludes = shares || missing_text == MissingText::Exclude;
        if !any {
            factor.kind = Uncertainty::None;
        }
        // An excluded class gets the mean of the others, which speaks neither for nor against it: zero would be an
        // answer, since cosines with texts share a large common part.
        let zero_shot = ZeroShot {
            missing_text: match missing_text {
                MissingText::Exclude => MissingText::Mean,
                other => other,
            },
            ..ZeroShot::default()
        };
        let counted = task.text().iter().map(|text| text.is_some() || !excludes);
        Ok(Self {
            linear: text_or(0.0, zero_shot, task)?,
            counted: counted.collect(),
            any,
            shares,
            factor,
        })
    }

    /// Whether text tells the class from others.
    pub fn tells(&self, class: usize) -> bool {
        self.counted[class] || !self.shares
    }

    /// Logits `(R, C)` of unit rows `(R, width)`.
    pub fn logits(&self, rows: ArrayView2<'_, f32>) -> Array2<f32> {
        self.linear.scores(rows)
    }

    /// Moves the logits of the classes that have a text, so that these get together what the bias alone gives them.
    fn share(&self, bias: &[f32], logits: &mut [f32]) {
        let together = |logits: &[f32]| {
            let counted = logits.iter().zip(&self.counted).filter(|(_, c)| **c);
            log_sum_exp(counted.map(|(&logit, _)| f64::from(logit)))
        };
        let more = (together(bias) - together(logits)) as f32;
        let counted = logits.iter_mut().zip(&self.counted).filter(|(_, c)| **c);
        counted.for_each(|(logit, _)| *logit += more);
    }

    /// The factors `(R,)` of photos with these logits `(R, C)`.
    pub fn factors(&self, logits: &Array2<f32>) -> Vec<f64> {
        let mut counted = vec![0.0; logits.ncols()];
        let rows = logits.rows().into_iter();
        rows.map(|row| self.factor(&row.to_vec(), &mut counted))
            .collect()
    }

    /// The factor of a photo with these logits; `counted (C,)` is room to work in.
    pub fn factor(&self, logits: &[f32], counted: &mut [f32]) -> f64 {
        for ((out, &logit), &counts) in counted.iter_mut().zip(logits).zip(&self.counted) {
            *out = if counts { logit } else { f32::NEG_INFINITY };
        }
        let BiasFactor {
            kind,
            power,
            moment_norm,
            range: (least, most),
        } = self.factor;
        kind.factor(counted, power, moment_norm).clamp(least, most)
    }
}

/// The temperature of a learned bias that stands alone or that text only shares out: a ridge that suits the weights leaves its logits too
/// alike. On the development photos 1 has a calibration error of 7 % in place of 0.7 %, and 0.35 of 2 % (`evaluate --tasks 360 --names none`);
/// on validation photos of Caltech-101 with one photo a class 21 % and 7 % in place of 3 % (`evaluate --shots 1 --queries val`).
const OF_BIAS: f64 = 0.5;

/// A learned bias beside the zero-shot logits.
#[derive(Debug, Clone)]
pub struct FittedAmu {
    text: Text,
    bias: Linear,
    /// The classes that bias logits are standardised over, where they are.
    standardised: Option<Vec<usize>>,
    alpha: f64,
    temperature: f64,
    linear: Option<Linear>,
}

impl FittedAmu {
    /// From weights `(C, A)` of the `used` classes, those with examples, on unit auxiliary features; fewer than two of them
    /// give no bias. Scores are logits.
    pub(super) fn new(
        task: &Task,
        text: Text,
        auxiliary: Auxiliary,
        (used, learned): (Vec<usize>, Array2<f32>),
        alpha: f64,
        zscore: bool,
    ) -> Self {
        let (columns, shift, scale) = auxiliary.columns(task);
        let mut weights = Array2::<f64>::zeros((task.n_classes(), task.streams().width()));
        if used.len() > 1 {
            let learned = wide((learned * scale).view());
            // A class that only has a text gets the mean: the bias speaks neither for nor against it.
            let mean = learned.sum_axis(Axis(0)) / used.len() as f64;
            for (c, mut row) in weights.rows_mut().into_iter().enumerate() {
                let place = used.binary_search(&c);
                let own = place.map_or(mean.view(), |place| learned.row(place));
                row.slice_mut(s![columns.clone()]).assign(&own);
            }
        }
        let shift = -weights.slice(s![.., columns]).dot(&shift.mapv(f64::from));
        let alpha = if text.any { alpha } else { 1.0 };
        let constant = text.factor.kind == Uncertainty::None && !zscore && !text.shares;
        let linear = constant.then(|| {
            let sum = wide(text.linear.weights().view()) + alpha * &weights;
            Linear::new(&sum, &(text.linear.bias().mapv(f64::from) + alpha * &shift))
        });
        Self {
            text,
            bias: Linear::new(&weights, &shift),
            standardised: zscore.then_some(used),
            alpha,
            temperature: 1.0,
            linear,
        }
    }

    /// Where the bias is strong, text is weak: the root of alpha, the prior of the learned strength, is close to the best
    /// temperature for any quality of text.
    pub(super) fn tempered(self) -> Self {
        let temperature = match self.text.any && !self.text.shares {
            true => self.alpha.sqrt().max(1.0),
            false => OF_BIAS,
        };
        Self {
            temperature,
            ..self
        }
    }

    /// Strength of the bias, given or learned; 1 without any text.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }
}

impl FittedHead for FittedAmu {
    fn n_classes(&self) -> usize {
        self.bias.n_classes()
    }

    fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        if let Some(linear) = &self.linear {
            return linear.scores_into(query, out);
        }
        let [bias, counted] = (scratch.classes.each_mut()).map(|room| zeros(room, out.len()));
        self.text.linear.scores_into(query, out);
        self.bias.scores_into(query, bias);
        if let Some(used) = &self.standardised {
            standardise(bias, used);
        }
        let strength = self.alpha * self.text.factor(out, counted);
        // Beside poor text the bias is strong, and would be surer of a class that has one than it is alone.
        let unit = if self.text.shares {
            self.alpha.max(1.0)
        } else {
            1.0
        };
        for (c, (out, &bias)) in out.iter_mut().zip(&*bias).enumerate() {
            if self.text.tells(c) {
                *out = ((f64::from(*out) + strength * f64::from(bias)) / unit) as f32;
            } else if out.is_finite() {
                *out = bias;
            }
        }
        if self.text.shares {
            self.text.share(bias, out);
        }
    }

    fn prior_temperature(&self) -> f64 {
        self.temperature
    }

    fn linear(&self) -> Option<&Linear> {
        self.linear.as_ref()
    }
}

/// Standardises the bias logits `(C,)` of a photo over the `used` classes, of which the others have the mean.
pub fn standardise(logits: &mut [f32], used: &[usize]) {
    let (mean, deviation) = mean_and_deviation(used.iter().map(|&c| f64::from(logits[c])));
    for logit in logits {
        *logit = ((f64::from(*logit) - mean) / deviation) as f32;
    }
}

/// The standard deviation of bias logits is at least this, so that equal logits give zeros.
const SMALLEST_DEVIATION: f64 = 1e-12;

/// The standard deviation has the divisor C - 1.
pub(super) fn mean_and_deviation(logits: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let (n, sum) = logits
        .clone()
        .fold((0.0, 0.0), |(n, sum), z| (n + 1.0, sum + z));
    let mean = sum / f64::max(n, 1.0);
    let squares: f64 = logits.map(|z| (z - mean) * (z - mean)).sum();
    let deviation = (squares / f64::max(n - 1.0, 1.0)).sqrt();
    (mean, deviation.max(SMALLEST_DEVIATION))
}
