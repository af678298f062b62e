//! When a photo shows none of the classes.
//!
//! The threshold keeps 95 % of the examples that were held out; with few of them it lies three
//! robust standard deviations above their median.

use crate::numerics::order::sort_numbers;

/// Share of photos of known classes that are to be recognised as such.
const KEEP: f64 = 0.95;

/// Held-out examples from which a 95 % quantile can be taken.
const FOR_QUANTILE: usize = 19;

/// Held-out examples below which nothing is called foreign: too few to know how far known photos scatter.
const FEWEST: usize = 9;

/// Median absolute deviation to standard deviation of a normal distribution.
const MAD_TO_SD: f64 = 1.4826;

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

    /// The novelty above which a photo is taken to show none of the classes; none where nothing could be held out.
    pub fn threshold(&self) -> Option<f64> {
        self.threshold
    }

    /// Share of known photos that look at least as foreign, in `(0, 1]`; 1 where nothing could be held out.
    pub fn share_beyond(&self, novelty: f64) -> f64 {
        let below = self.sorted.partition_point(|&g| g < novelty);
        (1 + self.sorted.len() - below) as f64 / (self.sorted.len() + 1) as f64
    }
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
    let median = middle(sorted)?;
    let mut deviations: Vec<f64> = sorted.iter().map(|g| (g - median).abs()).collect();
    sort_numbers(&mut deviations);
    let spread = MAD_TO_SD * middle(&deviations)?;
    // Examples that all look alike leave room for rounding and little more.
    let largest = sorted[n - 1];
    Some((median + 3.0 * spread).max(largest + 0.05 * largest.abs() + 1e-6))
}

fn middle(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len();
    (n > 0).then(|| (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0)
}
