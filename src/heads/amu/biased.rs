//! The answer of both AMU heads: zero-shot logits plus a bias, as strong as zero-shot recognition is unsure.

use super::uncertainty::Uncertainty;
use crate::Result;
use crate::heads::scratch::zeros;
use crate::heads::{Head, Linear, MissingText, Query, Scratch, ZeroShot};
use crate::numerics::linalg;
use crate::task::Task;
use ndarray::{Array1, Array2, Axis, s};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Which columns of a unit row the bias is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auxiliary {
    /// All streams but `clip`; `clip` where there is no other.
    #[default]
    Other,
    /// The `clip` stream; all streams where there is none.
    Clip,
    /// The image as heads without text see it: all streams, scaled by the root of their trust.
    All,
}

impl Auxiliary {
    /// The columns, and what each is multiplied by, so that together they have unit length.
    pub(super) fn columns(self, task: &Task) -> (Range<usize>, Vec<f32>) {
        let streams = task.streams();
        let columns = match self {
            Self::Other => streams.auxiliary(),
            Self::Clip => streams.clip().unwrap_or(0..streams.width()),
            Self::All => return (0..streams.width(), task.scale().to_vec()),
        };
        let inside = |c: &Range<usize>| columns.start <= c.start && c.end <= columns.end;
        let count = streams.columns().filter(inside).count();
        let scale = vec![1.0 / (count as f32).sqrt(); columns.len()];
        (columns, scale)
    }
}

/// How the uncertainty of an image becomes a factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct BiasFactor {
    pub kind: Uncertainty,
    pub power: f64,
    pub moment_norm: f64,
    pub range: (f64, f64),
}

/// The strength of the bias that suits good and poor text alike for this many classes.
pub(super) fn usual_alpha(classes: usize) -> f64 {
    (0.5 * (1000.0 / classes.max(1) as f64).sqrt()).clamp(0.5, 12.0)
}

/// Zero-shot recognition, as the bias sees it.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// Weights `(C, d)` on the `clip` columns.
    linear: Linear,
    /// Whether the uncertainty counts the class.
    counted: Vec<bool>,
    /// Whether any class has a text.
    pub any: bool,
    factor: BiasFactor,
}

impl Text {
    pub fn new(task: &Task, missing_text: MissingText, factor: BiasFactor) -> Result<Self> {
        // An excluded class gets the mean of the others, which speaks neither for nor against it: zero would be an
        // answer, since cosines with texts share a large common part.
        let stand_in = match missing_text {
            MissingText::Exclude => MissingText::Mean,
            other => other,
        };
        let zero_shot = ZeroShot {
            missing_text: stand_in,
            ..ZeroShot::default()
        };
        let linear = zero_shot.fit(task)?.linear;
        let counted = match missing_text {
            MissingText::Exclude => task.text().iter().map(Option::is_some).collect(),
            _ => linear.bias().iter().map(|b| b.is_finite()).collect(),
        };
        Ok(Self {
            linear,
            counted,
            any: task.has_text(),
            factor,
        })
    }

    /// Writes the logits `(C,)` of a unit row; zero where there is no text at all, `-inf` for a class without text and
    /// examples.
    pub fn logits_into(&self, row: &[f32], out: &mut [f32]) {
        if self.any {
            self.linear.scores_into(Query::of_row(row), out);
        } else {
            out.fill(0.0);
        }
    }

    /// The factor of an image with these logits.
    pub fn factor(&self, logits: &[f32], counted: &mut [f32]) -> f64 {
        if !self.any {
            return 1.0;
        }
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

/// The bias: weights of the classes with examples, and how their logits are used.
#[derive(Debug, Clone)]
pub(super) struct Bias {
    /// Weights `(C, A)`; the rows of classes without examples are not used.
    pub weights: Array2<f32>,
    /// Classes with examples; fewer than two of them give no bias.
    pub used: Vec<usize>,
    /// Whether logits are standardised over the classes of each image.
    pub zscore: bool,
    /// Their strength.
    pub alpha: f64,
}

/// A fitted AMU head of either kind.
#[derive(Debug, Clone)]
pub(super) struct Biased {
    pub text: Text,
    pub bias: Bias,
    columns: Range<usize>,
    /// Whether a class can be scored.
    scorable: Vec<bool>,
    linear: Option<Linear>,
}

impl Biased {
    /// `bias.weights` are for unit auxiliary features; here they are made to fit the columns of a unit row.
    pub fn new(task: &Task, text: Text, mut bias: Bias, auxiliary: Auxiliary) -> Self {
        let classes = task.n_classes();
        let (columns, scale) = auxiliary.columns(task);
        bias.weights *= &Array1::from(scale);
        if bias.used.len() < 2 {
            bias.weights.fill(0.0);
            bias.zscore = false;
        }
        // A class that only has a text gets the mean of the others: the bias speaks neither for nor against it.
        let used = linalg::select(bias.weights.view(), &bias.used);
        if let Some(mean) = used.mean_axis(Axis(0)) {
            for c in (0..classes).filter(|c| !bias.used.contains(c)) {
                bias.weights.row_mut(c).assign(&mean);
            }
        }
        let scorable = (0..classes)
            .map(|c| bias.used.contains(&c) || (text.any && text.linear.bias()[c].is_finite()))
            .collect();
        let mut biased = Self {
            text,
            bias,
            columns,
            scorable,
            linear: None,
        };
        biased.linear = biased.as_linear(task.streams().width());
        biased
    }

    /// Strength of the bias before any factor.
    pub fn strength(&self) -> f64 {
        if self.text.any { self.bias.alpha } else { 1.0 }
    }

    /// The two parts as one, where the strength is the same for all images.
    fn as_linear(&self, width: usize) -> Option<Linear> {
        let constant = !self.text.any || self.text.factor.kind == Uncertainty::None;
        if self.bias.zscore || !constant {
            return None;
        }
        let mut weights = Array2::<f64>::zeros((self.scorable.len(), width));
        if self.text.any {
            weights += &self.text.linear.weights().mapv(f64::from);
        }
        let mut part = weights.slice_mut(s![.., self.columns.clone()]);
        part.scaled_add(self.strength(), &self.bias.weights.mapv(f64::from));
        let bias = self.scorable.iter();
        let bias = bias.map(|&can| if can { 0.0 } else { f64::NEG_INFINITY });
        Some(Linear::new(&weights, &Array1::from_iter(bias)))
    }

    pub fn linear(&self) -> Option<&Linear> {
        self.linear.as_ref()
    }

    pub fn n_classes(&self) -> usize {
        self.scorable.len()
    }

    pub fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        if let Some(linear) = &self.linear {
            return linear.scores_into(query, out);
        }
        let classes = self.n_classes();
        let [bias, counted] = scratch.classes.each_mut().map(|room| zeros(room, classes));
        self.text.logits_into(query.row, out);
        self.bias_logits_into(query.row, bias);
        if self.bias.zscore {
            standardise(bias, &self.bias.used);
        }
        self.fuse(bias, &self.scorable, counted, out);
    }

    /// Writes the bias logits `(C,)` of a unit row, not standardised.
    pub fn bias_logits_into(&self, row: &[f32], out: &mut [f32]) {
        out.fill(0.0);
        linalg::add_products(self.bias.weights.view(), &row[self.columns.clone()], out);
    }

    /// Adds bias logits `(C,)` to zero-shot logits `(C,)`; `counted (C,)` is room to work in.
    pub fn fuse(&self, bias: &[f32], scorable: &[bool], counted: &mut [f32], out: &mut [f32]) {
        let strength = self.strength() * self.text.factor(out, counted);
        for ((out, &bias), &scorable) in out.iter_mut().zip(bias).zip(scorable) {
            *out = if scorable {
                *out + (strength * f64::from(bias)) as f32
            } else {
                f32::NEG_INFINITY
            };
        }
    }
}

/// Standardises the bias logits `(C,)` of an image over the `used` classes, at least two in ascending order; the others get
/// 0, which is the mean.
///
/// The standard deviation has the divisor C - 1 and is at least 1e-12.
pub fn standardise(logits: &mut [f32], used: &[usize]) {
    let classes = used.len() as f64;
    let mean = used.iter().map(|&c| f64::from(logits[c])).sum::<f64>() / classes;
    let squares: f64 = used
        .iter()
        .map(|&c| (f64::from(logits[c]) - mean) * (f64::from(logits[c]) - mean))
        .sum();
    let deviation = (squares / (classes - 1.0))
        .sqrt()
        .max(super::adamw::SMALLEST_DEVIATION);
    let mut used = used.iter().copied().peekable();
    for (c, logit) in logits.iter_mut().enumerate() {
        *logit = if used.next_if_eq(&c).is_some() {
            ((f64::from(*logit) - mean) / deviation) as f32
        } else {
            0.0
        };
    }
}
