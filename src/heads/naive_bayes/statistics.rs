//! Exact streaming statistics of a class.

use crate::numerics::linalg;
use crate::task::Task;

/// Number of examples, mean, and sum of squared deviations of each dimension, in double precision.
///
/// The same rows in the same order give the same numbers to the bit. To take one away, sum the others afresh: subtracting it
/// would leave rounding behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    pub(super) count: usize,
    pub(super) mean: Vec<f64>,
    pub(super) squares: Vec<f64>,
}

impl Statistics {
    /// Of no example, of rows of this width.
    pub fn new(width: usize) -> Self {
        Self {
            count: 0,
            mean: vec![0.0; width],
            squares: vec![0.0; width],
        }
    }

    /// Of each class of a task, from its unit rows.
    pub fn of(task: &Task) -> Vec<Self> {
        let mut classes = vec![Self::new(task.streams().width()); task.n_classes()];
        for (i, &label) in task.labels().iter().enumerate() {
            classes[label].add(task.row(i));
        }
        classes
    }

    /// Takes in a unit row `(width,)`.
    pub fn add(&mut self, row: &[f32]) {
        self.count += 1;
        linalg::add_to_moments(self.count, row, &mut self.mean, &mut self.squares);
    }
}
