//! Scores that are weights times features plus a bias: what most heads come down to.

use super::{FittedHead, Query, Scratch};
use crate::numerics::linalg;
use crate::task::Task;
use ndarray::{Array1, Array2, ArrayView2, s};
use std::ops::Range;

/// Weights and bias of each class on a unit row.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    weights: Array2<f32>,
    bias: Array1<f32>,
    /// The columns outside which all weights are zero.
    columns: Range<usize>,
}

impl Linear {
    /// Weights `(C, width)` and bias `(C,)`, kept in single precision. A bias of `-inf` marks a class that cannot be scored.
    pub fn new(weights: &Array2<f64>, bias: &Array1<f64>) -> Self {
        let written = |&column: &usize| weights.column(column).iter().any(|&w| w != 0.0);
        let first = (0..weights.ncols()).find(written).unwrap_or(0);
        let last = (0..weights.ncols()).rfind(written);
        Self {
            columns: first..last.map_or(first, |last| last + 1),
            ..Self::of_single(linalg::single(weights.view()), bias.mapv(|b| b as f32))
        }
    }

    pub(super) fn of_single(weights: Array2<f32>, bias: Array1<f32>) -> Self {
        Self {
            columns: 0..weights.ncols(),
            weights,
            bias,
        }
    }

    /// From weights on the embeddings of a task. Those of a standardised task are scaled rather than made unit length, else it
    /// would not be linear: by what brings the examples to unit length on average.
    pub(super) fn of_embeddings(weights: &Array2<f64>, bias: &Array1<f64>, task: &Task) -> Self {
        let weights = weights * &task.scale().mapv(f64::from);
        let bias = bias - &weights.dot(&task.shift().mapv(f64::from));
        Self::of_single(linalg::single(weights.view()), bias.mapv(|b| b as f32))
    }

    /// The sum of the scores of two.
    pub(super) fn plus(mut self, other: &Self) -> Self {
        self.weights += &other.weights;
        self.bias += &other.bias;
        self.columns =
            self.columns.start.min(other.columns.start)..self.columns.end.max(other.columns.end);
        self
    }

    /// Weights `(C, width)`.
    pub fn weights(&self) -> &Array2<f32> {
        &self.weights
    }

    /// Bias `(C,)`.
    pub fn bias(&self) -> &Array1<f32> {
        &self.bias
    }

    /// Number of classes.
    pub fn n_classes(&self) -> usize {
        self.bias.len()
    }

    /// The scores `(m, C)` of unit rows `(m, width)`.
    pub fn scores(&self, rows: ArrayView2<'_, f32>) -> Array2<f32> {
        let columns = s![.., self.columns.clone()];
        linalg::products(rows.slice(columns), self.weights.slice(columns)) + &self.bias
    }

    /// Writes the scores of a query into `out (C,)`, to the bit those of [`Linear::scores`].
    pub fn scores_into(&self, query: Query<'_>, out: &mut [f32]) {
        let bias = self.bias.as_slice();
        out.copy_from_slice(bias.expect(linalg::CONTIGUOUS));
        let weights = self.weights.slice(s![.., self.columns.clone()]);
        linalg::add_products(weights, &query.row[self.columns.clone()], out);
    }
}

/// A fitted head that is weights and a bias and nothing else.
#[derive(Debug, Clone)]
pub struct FittedLinear {
    pub(super) linear: Linear,
    pub(super) temperature: f64,
}

impl FittedHead for FittedLinear {
    fn n_classes(&self) -> usize {
        self.linear.n_classes()
    }

    fn scores_into(&self, query: Query<'_>, _scratch: &mut Scratch, out: &mut [f32]) {
        self.linear.scores_into(query, out);
    }

    fn prior_temperature(&self) -> f64 {
        self.temperature
    }

    fn linear(&self) -> Option<&Linear> {
        Some(&self.linear)
    }
}
