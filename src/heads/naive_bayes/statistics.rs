//! Exact streaming statistics: counts, means and sums of squares of each class.

use crate::numerics::math::larger;
use crate::support::Listener;
use crate::task::Task;
use ndarray::{Array1, Array2, Axis, concatenate};

/// Removals after which a class is summed afresh: by then rounding may have cost 8 of 52 bits.
const MAX_REMOVALS: u32 = 256;

/// A removal that takes nearly all of a sum of squares leaves its rounding error behind.
const CANCELLATION: f64 = 1e-10;

/// Per class: number of examples, mean, and sum of squared deviations of each dimension, in double precision.
///
/// Adding and removing are exact up to rounding. A class that has lost its last example is back in the state before its first.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    counts: Vec<usize>,
    means: Array2<f64>,
    squares: Array2<f64>,
    /// Largest sum of squares that each class had in any dimension when an example was removed; adding takes none away.
    peaks: Vec<f64>,
    removals: Vec<u32>,
}

impl Statistics {
    /// Statistics of classes without examples, of rows of this width.
    pub fn new(classes: usize, width: usize) -> Self {
        Self {
            counts: vec![0; classes],
            means: Array2::zeros((classes, width)),
            squares: Array2::zeros((classes, width)),
            peaks: vec![0.0; classes],
            removals: vec![0; classes],
        }
    }

    /// Statistics of the unit rows of a task.
    pub fn of(task: &Task) -> Self {
        let mut statistics = Self::new(task.n_classes(), task.streams().width());
        for (i, &label) in task.labels().iter().enumerate() {
            statistics.example_added(label, task.row(i));
        }
        statistics
    }

    /// Examples of each class.
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// Examples in all.
    pub fn n_examples(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Class means `(C, d)`; zero where a class has no example.
    pub fn means(&self) -> &Array2<f64> {
        &self.means
    }

    /// Sum over the classes of squared deviations from the class mean `(d,)`.
    pub fn within(&self) -> Array1<f64> {
        self.squares.sum_axis(Axis(0))
    }

    /// Whether removals have worn the digits of a class, so that it should be summed afresh.
    pub fn is_worn(&self, class: usize) -> bool {
        let least = CANCELLATION * self.peaks[class];
        // Without a way out of the loop it takes several at once.
        let worn = |any: bool, &v: &f64| any | ((v > 0.0) & (v < least));
        self.removals[class] >= MAX_REMOVALS
            || (self.removals[class] > 0
                && self.counts[class] > 1
                && self.squares.row(class).iter().fold(false, worn))
    }

    /// Sums a class afresh from all of its rows.
    pub fn rebuild<'a>(&mut self, class: usize, rows: impl Iterator<Item = &'a [f32]>) {
        self.clear(class);
        for row in rows {
            self.example_added(class, row);
        }
    }

    /// Changes the mean and the sum of squares of each dimension of a class by the number that a row has there.
    fn each_of(&mut self, class: usize, row: &[f32], change: impl Fn(f64, &mut f64, &mut f64)) {
        let [mut means, mut squares] =
            [&mut self.means, &mut self.squares].map(|m| m.row_mut(class));
        let rows = [means.as_slice_mut(), squares.as_slice_mut()];
        each(
            row,
            rows.map(|row| row.expect("the statistics are row-major")),
            change,
        );
    }

    fn clear(&mut self, class: usize) {
        self.counts[class] = 0;
        self.means.row_mut(class).fill(0.0);
        self.squares.row_mut(class).fill(0.0);
        self.peaks[class] = 0.0;
        self.removals[class] = 0;
    }
}

impl Listener for Statistics {
    fn class_inserted(&mut self, class: usize) {
        self.counts.insert(class, 0);
        self.peaks.insert(class, 0.0);
        self.removals.insert(class, 0);
        self.means = with_row(&self.means, class);
        self.squares = with_row(&self.squares, class);
    }

    fn class_removed(&mut self, class: usize) {
        self.counts.remove(class);
        self.peaks.remove(class);
        self.removals.remove(class);
        self.means.remove_index(Axis(0), class);
        self.squares.remove_index(Axis(0), class);
    }

    fn example_added(&mut self, class: usize, row: &[f32]) {
        self.counts[class] += 1;
        let share = 1.0 / self.counts[class] as f64;
        self.each_of(class, row, |x, mean, square| {
            let before = x - *mean;
            *mean += before * share;
            *square += before * (x - *mean);
        });
    }

    fn example_removed(&mut self, class: usize, row: &[f32]) {
        if self.counts[class] <= 1 {
            self.clear(class);
            return;
        }
        self.counts[class] -= 1;
        self.removals[class] += 1;
        self.peaks[class] = self
            .squares
            .row(class)
            .fold(self.peaks[class], |a, &b| larger(a, b));
        let share = 1.0 / self.counts[class] as f64;
        self.each_of(class, row, |x, mean, square| {
            let before = x - *mean;
            *mean -= before * share;
            // Rounding can take it below zero.
            *square = larger(0.0, *square - before * (x - *mean));
        });
    }
}

/// Changes two numbers of each dimension by one of a row. A function of its own, in which the compiler takes several at once.
#[inline(never)]
fn each(row: &[f32], [means, squares]: [&mut [f64]; 2], change: impl Fn(f64, &mut f64, &mut f64)) {
    for ((&x, mean), square) in row.iter().zip(means).zip(squares) {
        change(f64::from(x), mean, square);
    }
}

/// The matrix with a row of zeros put in at `at`.
fn with_row(matrix: &Array2<f64>, at: usize) -> Array2<f64> {
    let (before, after) = matrix.view().split_at(Axis(0), at);
    let row = Array2::zeros((1, matrix.ncols()));
    concatenate(Axis(0), &[before, row.view(), after]).expect("all have one width")
}
