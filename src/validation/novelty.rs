//! When a photo shows none of the classes.
//!
//! The threshold keeps 95 % of the photos of known classes: a quantile of the examples that were held out, and with few of them the
//! bound of a normal distribution for one more of them (Hahn, "Factors for Calculating Two-Sided Prediction Intervals for
//! Samples from a Normal Distribution", 1969; one-sided here).

use crate::numerics::linalg::dot;
use crate::numerics::order::sort_numbers;
use ndarray::{ArrayView1, ArrayView2};

/// Share of photos of known classes that are to be recognised as such.
const KEEP: f64 = 0.95;

/// Held-out examples from which a 95 % quantile can be taken.
const FOR_QUANTILE: usize = 19;

/// Held-out examples below which nothing is called foreign: too few to know how far known photos scatter.
const FEWEST: usize = 4;

/// The 95 % quantile of the standard normal distribution.
const NORMAL: f64 = 1.644_853_626_951_472_7;

/// How foreign the examples looked to heads that had not seen them.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    sorted: Vec<f64>,
    threshold: Option<f64>,
}

impl Reference {
    /// From the novelty of held-out examples.
    pub fn new(mut novelty: Vec<f64>) -> Self {
        sort_numbers(&mut novelty);
        Self {
            threshold: threshold(&novelty),
            sorted: novelty,
        }
    }

    /// The novelty of the held-out examples, in rising order.
    pub(crate) fn sorted(&self) -> &[f64] {
        &self.sorted
    }

    /// The novelty above which a photo is taken to show none of the classes; none where nothing could be held out.
    pub fn threshold(&self) -> Option<f64> {
        self.threshold
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

fn threshold(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len();
    if n >= FOR_QUANTILE {
        let at = crate::numerics::math::ceil(KEEP * (n + 1) as f64) as usize;
        return Some(sorted[at.min(n) - 1]);
    }
    if n < FEWEST {
        return None;
    }
    let count = n as f64;
    let mean = sorted.iter().sum::<f64>() / count;
    let variance = sorted.iter().map(|g| (g - mean) * (g - mean)).sum::<f64>() / (count - 1.0);
    let bound = mean + student(count - 1.0) * (variance * (1.0 + 1.0 / count)).sqrt();
    // Examples that all look alike leave room for rounding.
    Some(bound + 1e-6 * (1.0 + bound.abs()))
}

/// The 95 % quantile of Student's t distribution with so many degrees of freedom, from 3 on; within 0.005 (Cornish and Fisher's expansion).
fn student(freedom: f64) -> f64 {
    let square = NORMAL * NORMAL;
    let terms = [
        (square + 1.0) / 4.0,
        ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
    ];
    let last_first = terms.iter().rev();
    let polynomial = last_first.fold(0.0, |sum, term| (sum + term) / freedom);
    NORMAL * (1.0 + polynomial)
}
