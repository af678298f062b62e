//! The inverse of a growing symmetric matrix, kept while rows come and go.
//!
//! Source: the inverse of a partitioned matrix (Banachiewicz, 1937; Golub, Van Loan, "Matrix Computations", section 2.1.4).

use super::{CONTIGUOUS, HIGH, add_combined, block, dot, rows};
use ndarray::{Array2, ArrayView2, Axis};

/// Rows that are added together while an inverse is made: enough for each number of the matrix that is loaded to be used often.
const TOGETHER: usize = 32;

/// Inverse `(n, n)` of a symmetric positive definite matrix, in double precision. Making it takes O(n^3), one row more or less O(n^2).
#[derive(Debug, Clone, Default)]
pub struct Inverse {
    n: usize,
    /// Places from the start of a row to that of the next, with room for rows to come.
    stride: usize,
    entries: Vec<f64>,
}

impl Inverse {
    /// Of a matrix that a function gives the entries of, by row and column, of which it is asked only for the lower triangle.
    /// `None` where it is not positive definite in double precision.
    pub fn of(n: usize, entry: &dyn Fn(usize, usize) -> f64) -> Option<Self> {
        let mut inverse = Self::default();
        inverse.reserve(n);
        for start in (0..n).step_by(TOGETHER) {
            let end = n.min(start + TOGETHER);
            let new = Array2::from_shape_fn((end - start, end), |(i, j)| {
                entry((start + i).max(j), (start + i).min(j))
            });
            let (across, corner) = new.view().split_at(Axis(1), start);
            let whole = |part: ArrayView2<'_, f64>| part.as_standard_layout().into_owned();
            inverse.push(&whole(across), &whole(corner))?;
        }
        Some(inverse)
    }

    /// Of a whole matrix `(n, n)`; see [`Inverse::of`].
    pub fn of_matrix(matrix: &Array2<f64>) -> Option<Self> {
        Self::of(matrix.nrows(), &|i, j| matrix[[i, j]])
    }

    /// Rows of the matrix.
    pub fn size(&self) -> usize {
        self.n
    }

    /// One row of the inverse `(n,)`.
    #[inline]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.entries[i * self.stride..][..self.n]
    }

    /// The products `(k, n)` of rows `(k, n)` with the inverse.
    pub fn products(&self, matrix: &Array2<f64>) -> Array2<f64> {
        let mut out = Array2::zeros(matrix.dim());
        let rows = rows(matrix);
        // Rows of the inverse are the outer loop, so that each is read from memory once.
        let whole = self.n - self.n % HIGH;
        for top in (0..whole).step_by(HIGH) {
            let own: [&[f64]; HIGH] = std::array::from_fn(|r| self.row(top + r));
            for (k, &row) in rows.iter().enumerate() {
                for (r, [sum]) in block::<f64, HIGH, 1>(own, [row]).into_iter().enumerate() {
                    out[[k, top + r]] = sum;
                }
            }
        }
        for i in whole..self.n {
            for (k, row) in rows.iter().enumerate() {
                out[[k, i]] = dot(self.row(i), row);
            }
        }
        out
    }

    /// The solution `(n, m)` of the matrix times it being `b (n, m)`.
    pub fn solve(&self, b: &Array2<f64>) -> Array2<f64> {
        let columns = b.t().as_standard_layout().into_owned();
        let solved = self.products(&columns);
        solved.t().as_standard_layout().into_owned()
    }

    /// Takes k rows more into the matrix: their entries `(k, n)` under the columns that are there, and `(k, k)` under their own.
    /// `None`, and nothing has changed, where the matrix would not be positive definite.
    pub fn push(&mut self, across: &Array2<f64>, corner: &Array2<f64>) -> Option<()> {
        let (k, n) = across.dim();
        // What is left of the corner once the rows that are there are accounted for, and its inverse.
        let towards = self.products(across);
        let (old, projected) = (rows(across), rows(&towards));
        let rest = |i: usize, j: usize| corner[[i, j]] - dot(old[i], projected[j]);
        let inner = if k == 1 {
            let positive = Some(rest(0, 0)).filter(|&rest| rest > 0.0 && rest.is_finite())?;
            Array2::from_elem((1, 1), 1.0 / positive)
        } else {
            let inverse = Self::singly(k, &rest)?;
            Array2::from_shape_fn((k, k), |(i, j)| inverse.row(i)[j])
        };
        let mut weighed = Array2::zeros((k, n));
        for (mut out, inner) in weighed.rows_mut().into_iter().zip(inner.rows()) {
            add_combined(out.as_slice_mut().expect(CONTIGUOUS), &projected, |k| {
                inner[k]
            });
        }
        self.grow(n + k);
        let stride = self.stride;
        let weighed_rows = rows(&weighed);
        for i in 0..n {
            let row = &mut self.entries[i * stride..][..n + k];
            let (old, new) = row.split_at_mut(n);
            add(old, &weighed_rows, &|k| towards[[k, i]]);
            for (new, weighed) in new.iter_mut().zip(&weighed_rows) {
                *new = -weighed[i];
            }
        }
        for (j, weighed) in weighed_rows.iter().enumerate() {
            let row = &mut self.entries[(n + j) * stride..][..n + k];
            for (out, v) in row.iter_mut().zip(*weighed) {
                *out = -v;
            }
            for (out, v) in row[n..].iter_mut().zip(inner.row(j)) {
                *out = *v;
            }
        }
        self.n = n + k;
        Some(())
    }

    /// [`Inverse::of`] a small matrix, row by row.
    fn singly(n: usize, entry: &dyn Fn(usize, usize) -> f64) -> Option<Self> {
        let mut inverse = Self::default();
        inverse.reserve(n);
        for i in 0..n {
            let across = Array2::from_shape_fn((1, i), |(_, j)| entry(i, j));
            inverse.push(&across, &Array2::from_elem((1, 1), entry(i, i)))?;
        }
        Some(inverse)
    }

    /// Takes rows out of the matrix, given their places in rising order; those that follow move up.
    /// `None`, and nothing has changed, where rounding has left no inverse.
    pub fn remove(&mut self, places: &[usize]) -> Option<()> {
        for block in places.chunks(TOGETHER).rev() {
            self.remove_block(block)?;
        }
        Some(())
    }

    fn remove_block(&mut self, places: &[usize]) -> Option<()> {
        let (n, stride) = (self.n, self.stride);
        let corner = Self::singly(places.len(), &|i, j| self.row(places[i])[places[j]])?;
        let lost = Array2::from_shape_fn((places.len(), n), |(k, j)| self.row(places[k])[j]);
        let weighed = Array2::from_shape_fn(lost.dim(), |(k, j)| {
            -(0..places.len())
                .map(|l| corner.row(k)[l] * lost[[l, j]])
                .sum::<f64>()
        });
        let weighed = rows(&weighed);
        let mut kept = 0;
        for i in 0..n {
            if places.contains(&i) {
                continue;
            }
            let row = &mut self.entries[i * stride..][..n];
            add(row, &weighed, &|k| lost[[k, i]]);
            // The row moves up, and each run of its columns to the left.
            let (mut from, mut to) = (0, kept * stride);
            for end in places.iter().copied().chain([n]) {
                self.entries
                    .copy_within(i * stride + from..i * stride + end, to);
                to += end - from;
                from = end + 1;
            }
            kept += 1;
        }
        self.n = kept;
        Some(())
    }

    /// A copy with room for so many rows, where there is less here.
    pub fn with_room(&self, n: usize) -> Option<Self> {
        if n <= self.stride {
            return None;
        }
        let mut copy = Self::default();
        copy.reserve(n);
        copy.n = self.n;
        for i in 0..self.n {
            copy.entries[i * n..][..self.n].copy_from_slice(self.row(i));
        }
        Some(copy)
    }

    /// Makes room for so many rows.
    fn reserve(&mut self, stride: usize) {
        if stride <= self.stride {
            return;
        }
        self.entries
            .reserve_exact(stride * stride - self.entries.len());
        self.entries.resize(stride * stride, 0.0);
        // From the last on, so that none is overwritten.
        for i in (1..self.n).rev() {
            let start = i * self.stride;
            self.entries.copy_within(start..start + self.n, i * stride);
        }
        self.stride = stride;
    }

    /// Makes room for so many rows, and for a quarter more, so that rows that come one by one are seldom moved.
    fn grow(&mut self, n: usize) {
        if n > self.stride {
            self.reserve(n + n.min(self.n) / 4);
        }
    }
}

/// [`add_combined`] as a function of its own: each copy of it counts in a module that people download.
#[inline(never)]
fn add(out: &mut [f64], rows: &[&[f64]], coefficient: &dyn Fn(usize) -> f64) {
    add_combined(out, rows, coefficient);
}
