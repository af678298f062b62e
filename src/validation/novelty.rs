//! When a photo shows none of the classes.
//!
//! The threshold refuses a share of the photos of known classes: a quantile of the examples that were held out, and with few of them
//! the bound of a normal distribution for one more of them (Hahn, "Factors for Calculating Two-Sided Prediction Intervals for
//! Samples from a Normal Distribution", 1969; one-sided here).

use crate::numerics::linalg::dot;
use crate::numerics::math::{ceil, ln};
use crate::numerics::order::sort_numbers;
use ndarray::{ArrayView1, ArrayView2};

/// Share of photos of known classes that are refused unless another is asked for: one in twenty.
pub(crate) const STRICTNESS: f64 = 0.05;

/// The largest share that can be asked for. Beyond it most photos would be refused.
pub(crate) const STRICTEST: f64 = 0.5;

/// Held-out examples below which nothing is called foreign: too few to know how far known photos scatter.
const FEWEST: usize = 4;

/// How foreign the examples looked to heads that had not seen them.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    sorted: Vec<f64>,
}

impl Reference {
    /// From the novelty of held-out examples.
    pub fn new(mut novelty: Vec<f64>) -> Self {
        sort_numbers(&mut novelty);
        Self { sorted: novelty }
    }

    /// The novelty of the held-out examples, in rising order.
    pub(crate) fn sorted(&self) -> &[f64] {
        &self.sorted
    }

    /// The novelty above which a photo is taken to show none of the classes, where this share of known ones, in `[0, 0.5]`, is refused; none
    /// for a share of 0, or where too few could be held out.
    pub fn threshold(&self, share: f64) -> Option<f64> {
        let n = self.sorted.len();
        if n < FEWEST || share <= 0.0 {
            return None;
        }
        let at = ceil((1.0 - share) * (n + 1) as f64) as usize;
        Some(match self.sorted.get(at - 1) {
            Some(&quantile) => quantile,
            None => self.bound(share),
        })
    }

    /// What one more known photo passes with this probability, if novelty were normally distributed.
    fn bound(&self, share: f64) -> f64 {
        let count = self.sorted.len() as f64;
        let mean = self.sorted.iter().sum::<f64>() / count;
        let squares = self.sorted.iter().map(|g| (g - mean) * (g - mean));
        let variance = squares.sum::<f64>() / (count - 1.0);
        let bound = mean + student(share, count - 1.0) * (variance * (1.0 + 1.0 / count)).sqrt();
        // Examples that all look alike leave room for rounding.
        bound + 1e-6 * (1.0 + bound.abs())
    }

    /// Share of known photos that look at least as foreign, the photo itself among them, in `(0, 1]`: a p-value (conformal, as in Vovk
    /// et al., 2005) of its being known. 1 where nothing could be held out.
    pub fn share_beyond(&self, novelty: f64) -> f64 {
        let below = self.sorted.partition_point(|&g| g < novelty);
        (1 + self.sorted.len() - below) as f64 / (self.sorted.len() + 1) as f64
    }
}

/// The similarity of an embedding `(width,)` with the most like of those of photos that show none of the classes `(q, width)`; `None`
/// where there are none.
pub(crate) fn likeness(negatives: ArrayView2<'_, f32>, embedding: &[f32]) -> Option<f32> {
    let all = negatives.rows().into_iter();
    all.map(|row| dot(row.to_slice().expect("row-major"), embedding))
        .reduce(f32::max)
}

/// Standard deviation; 1 where there is none.
pub(crate) fn deviation(values: ArrayView1<'_, f64>) -> f64 {
    let deviation = values.std(0.0);
    if deviation > 1e-6 { deviation } else { 1.0 }
}

/// What Student's t distribution with so many degrees of freedom, from 3 on, passes with a probability in `(0, 0.5]`; within 0.005 for
/// 0.05, within 0.08 from 0.01 on (Cornish and Fisher's expansion).
fn student(share: f64, freedom: f64) -> f64 {
    let normal = normal(share);
    let square = normal * normal;
    let terms = [
        (square + 1.0) / 4.0,
        ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
    ];
    let last_first = terms.iter().rev();
    let polynomial = last_first.fold(0.0, |sum, term| (sum + term) / freedom);
    normal * (1.0 + polynomial)
}

/// What the standard normal distribution passes with a probability in `(0, 0.5]`; within 5e-6 from 1e-12 on (Wichura, "Algorithm AS 241:
/// The Percentage Points of the Normal Distribution", 1988).
fn normal(share: f64) -> f64 {
    let ratio = |x: f64, above: [f64; 4], below: [f64; 4]| {
        let polynomial = |terms: [f64; 4]| terms.into_iter().rev().fold(0.0, |sum, t| sum * x + t);
        polynomial(above) / polynomial(below)
    };
    let centre = 0.5 - share;
    if centre <= 0.425 {
        let above = [
            3.387_132_717_9,
            50.434_271_938,
            159.291_132_02,
            59.109_374_720,
        ];
        let below = [1.0, 17.895_169_469, 78.757_757_664, 67.187_563_600];
        return centre * ratio(0.425 * 0.425 - centre * centre, above, below);
    }
    let above = [
        1.423_434_277_7,
        2.756_815_390_0,
        1.306_728_481_6,
        0.170_238_211_03,
    ];
    let below = [1.0, 0.737_001_642_50, 0.120_211_329_75, 0.0];
    ratio((-ln(share)).sqrt() - 1.6, above, below)
}
