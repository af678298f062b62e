//! What was taught: rows and their classes, which do not change.

use crate::numerics::linalg;
use crate::support::Streams;
use ndarray::Array2;

/// Unit rows with their labels; tasks share it.
#[derive(Debug, Clone)]
pub(super) struct Examples {
    pub streams: Streams,
    /// Each stream of unit length `(n, width)`.
    pub rows: Array2<f32>,
    pub labels: Vec<usize>,
}

impl Examples {
    /// Some of them, in this order.
    pub fn select(&self, examples: &[usize]) -> Self {
        Self {
            streams: self.streams.clone(),
            rows: linalg::select(self.rows.view(), examples),
            labels: examples.iter().map(|&i| self.labels[i]).collect(),
        }
    }
}
