//! Exact streaming statistics: counts, means and sums of squares of each class.

use crate::numerics::linalg::sum_rows;
use crate::numerics::math::{larger, largest};
use crate::support::Listener;
use crate::task::Task;
use ndarray::{Array1, Array2, Axis, s};

/// Removals after which a class is summed afresh: by then rounding may have cost 8 of 52 bits.
const MAX_REMOVALS: u32 = 256;

/// Why a row of the statistics is a slice.
const ROWS: &str = "the statistics are row-major";

/// A removal that takes nearly all of a sum of squares leaves its rounding error behind.
const CANCELLATION: f64 = 1e-10;

/// Per class: number of examples, mean, and sum of squared deviations of each dimension, in double precision.
///
/// Adding, removing and merging are exact up to rounding, so two people's sets combine to what one set of all their
/// photos would have given. A class that has lost its last example is back in the state before its first.
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
        statistics.counts = task.counts();
        let examples = || task.labels().iter().enumerate();
        for (i, &label) in examples() {
            statistics.each_of(label, task.row(i), |x, mean, _| *mean += x);
        }
        for (mut mean, &n) in statistics
            .means
            .rows_mut()
            .into_iter()
            .zip(&statistics.counts)
        {
            mean /= n.max(1) as f64;
        }
        for (i, &label) in examples() {
            statistics.each_of(label, task.row(i), |x, mean, square| {
                *square += (x - *mean) * (x - *mean);
            });
        }
        statistics
    }

    /// What the statistics would be if each dimension of all rows had been multiplied by a factor `(d,)` and then been
    /// moved by `shift (d,)`. The means of classes without examples move too.
    pub fn affine(&self, factor: &Array1<f64>, shift: &Array1<f64>) -> Self {
        Self {
            means: &self.means * factor + shift,
            squares: &self.squares * &(factor * factor),
            ..self.clone()
        }
    }

    /// Examples of each class.
    pub fn counts(&self) -> &[usize] {
        &self.counts
    }

    /// Examples in all.
    pub fn n_examples(&self) -> usize {
        self.counts.iter().sum()
    }

    /// Classes that have examples.
    pub fn n_used(&self) -> usize {
        self.counts.iter().filter(|&&n| n > 0).count()
    }

    /// Class means `(C, d)`; zero where a class has no example.
    pub fn means(&self) -> &Array2<f64> {
        &self.means
    }

    /// Sum over the classes of squared deviations from the class mean `(d,)`.
    pub fn within(&self) -> Array1<f64> {
        sum_rows(&self.squares, 0..self.counts.len())
    }

    /// Mean square of all numbers seen; 0 where there is none.
    pub fn mean_square(&self) -> f64 {
        let n = (self.n_examples() * self.means.ncols()).max(1) as f64;
        let between: f64 = self
            .means
            .axis_iter(Axis(0))
            .zip(&self.counts)
            .map(|(mean, &count)| count as f64 * mean.dot(&mean))
            .sum();
        (between + self.squares.sum()) / n
    }

    /// Adds the statistics of other examples of the same classes.
    pub fn merge(&mut self, other: &Self) {
        for c in 0..self.counts.len() {
            let (na, nb) = (self.counts[c] as f64, other.counts[c] as f64);
            if nb == 0.0 {
                continue;
            }
            let n = na + nb;
            let delta = &other.means.row(c) - &self.means.row(c);
            self.means.row_mut(c).scaled_add(nb / n, &delta);
            let mut squares = self.squares.row_mut(c);
            squares += &other.squares.row(c);
            squares.scaled_add(na * nb / n, &(&delta * &delta));
            self.counts[c] += other.counts[c];
            self.removals[c] += other.removals[c];
            self.peaks[c] = self.peaks[c].max(other.peaks[c]);
        }
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
        let (mut means, mut squares) = (self.means.row_mut(class), self.squares.row_mut(class));
        let means = means.as_slice_mut().expect(ROWS);
        let squares = squares.as_slice_mut().expect(ROWS);
        each(row, means, squares, change);
    }

    /// Takes an example away, without noting what the next removals may cost in digits.
    pub(super) fn take_away(&mut self, class: usize, row: &[f32]) {
        if self.counts[class] <= 1 {
            self.clear(class);
            return;
        }
        self.counts[class] -= 1;
        self.removals[class] += 1;
        let share = 1.0 / self.counts[class] as f64;
        self.each_of(class, row, |x, mean, square| {
            let before = x - *mean;
            *mean -= before * share;
            *square -= before * (x - *mean);
        });
        // Rounding can take them below zero. Apart from the rest, so that several are taken at once.
        self.squares
            .row_mut(class)
            .mapv_inplace(|square| larger(0.0, square));
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
        let squares = self.squares.row(class);
        let largest = largest(squares.to_slice().expect(ROWS));
        self.peaks[class] = self.peaks[class].max(largest);
        self.take_away(class, row);
    }
}

/// Changes two numbers of each dimension by one of a row, four dimensions at once.
#[inline(never)]
fn each(
    row: &[f32],
    means: &mut [f64],
    squares: &mut [f64],
    change: impl Fn(f64, &mut f64, &mut f64),
) {
    let (rows, row_rest) = row.as_chunks::<4>();
    let (mean_chunks, mean_rest) = means.as_chunks_mut::<4>();
    let (square_chunks, square_rest) = squares.as_chunks_mut::<4>();
    for ((row, means), squares) in rows.iter().zip(mean_chunks).zip(square_chunks) {
        for lane in 0..4 {
            change(f64::from(row[lane]), &mut means[lane], &mut squares[lane]);
        }
    }
    for ((&x, mean), square) in row_rest.iter().zip(mean_rest).zip(square_rest) {
        change(f64::from(x), mean, square);
    }
}

/// The matrix with a row of zeros put in at `at`.
fn with_row(matrix: &Array2<f64>, at: usize) -> Array2<f64> {
    let mut wider = Array2::zeros((matrix.nrows() + 1, matrix.ncols()));
    wider
        .slice_mut(s![..at, ..])
        .assign(&matrix.slice(s![..at, ..]));
    wider
        .slice_mut(s![at + 1.., ..])
        .assign(&matrix.slice(s![at.., ..]));
    wider
}
