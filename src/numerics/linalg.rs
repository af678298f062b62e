//! Dense linear algebra: products of feature rows in single precision, inverses in double precision.
//!
//! Everything adds in a fixed order and in four lanes, which is what vector units of 128 bits do, natively and in
//! WebAssembly alike: results agree bit for bit, and no platform's own kernels come between.

mod inverse;

pub use inverse::Inverse;

use ndarray::{Array2, ArrayBase, ArrayView2, Data, Ix2};
use std::ops::{Add, AddAssign, Mul};

/// Numbers that are added side by side: those of single precision fill a vector unit of 128 bits.
const LANES: usize = 4;

/// A floating-point number of either precision.
pub trait Float: Copy + Default + Add<Output = Self> + Mul<Output = Self> + AddAssign {
    /// See [`dot`].
    fn dot(a: &[Self], b: &[Self]) -> Self;
}

impl Float for f32 {
    #[inline(never)]
    fn dot(a: &[Self], b: &[Self]) -> Self {
        single_block(a, b)
    }
}

impl Float for f64 {
    #[inline(never)]
    fn dot(a: &[Self], b: &[Self]) -> Self {
        single_block(a, b)
    }
}

/// Why an array can be read as a slice.
pub const CONTIGUOUS: &str = "arrays and rows of their own are contiguous";

/// Why numbers make an array of a shape.
pub const WHOLE: &str = "whole rows of as many numbers as the shape says";

/// Dot product of two rows of equal length.
pub fn dot<T: Float>(a: &[T], b: &[T]) -> T {
    T::dot(a, b)
}

#[inline(always)]
fn single_block<T: Float>(a: &[T], b: &[T]) -> T {
    let [[value]] = block([a], [b]);
    value
}

/// Dot products of R rows with S rows, each accumulated in four lanes.
#[inline(always)]
fn block<T: Float, const R: usize, const S: usize>(a: [&[T]; R], b: [&[T]; S]) -> [[T; S]; R] {
    let k = a[0].len();
    let whole = k - k % LANES;
    let sums = lanes(
        a.map(|row| row.as_chunks().0),
        b.map(|row| row.as_chunks().0),
    );
    std::array::from_fn(|r| {
        std::array::from_fn(|s| {
            let sum = sums[r][s];
            let rest = (whole..k).fold(T::default(), |rest, d| rest + a[r][d] * b[s][d]);
            (sum[0] + sum[2]) + (sum[1] + sum[3]) + rest
        })
    })
}

/// The sums of each lane.
///
/// Two habits of the compiler are worth a factor of up to ten here: it vectorises this loop only in a function of its
/// own, and it drops the checks of the indices only where all rows were cut to one length.
#[inline(never)]
fn lanes<T: Float, const R: usize, const S: usize>(
    a: [&[[T; LANES]]; R],
    b: [&[[T; LANES]]; S],
) -> [[[T; LANES]; S]; R] {
    let n = a[0].len();
    let (a, b) = (a.map(|row| &row[..n]), b.map(|row| &row[..n]));
    let mut sums = [[[T::default(); LANES]; S]; R];
    for at in 0..n {
        for r in 0..R {
            for s in 0..S {
                for lane in 0..LANES {
                    sums[r][s][lane] += a[r][at][lane] * b[s][at][lane];
                }
            }
        }
    }
    sums
}

/// The rows of a matrix; every view of whole columns of a row-major matrix has contiguous ones.
pub fn rows<T>(matrix: &ArrayBase<impl Data<Elem = T>, Ix2>) -> Vec<&[T]> {
    let rows = matrix.rows().into_iter();
    rows.map(|row| row.to_slice().expect(CONTIGUOUS)).collect()
}

/// Rows of `a` and of `b` that are multiplied together: eight sums of four lanes and six loads fit sixteen registers.
const HIGH: usize = 4;
const WIDE: usize = 2;

/// Rows of `b` that all of `a` meets before the next ones: they stay in the cache. A multiple of WIDE.
const TILE: usize = 48;

/// Writes the dot products of the rows of `a` with the rows of `b` from number `first(i)` on, i the row of `a`.
pub fn multiply(a: &[&[f32]], b: &[&[f32]], out: &mut Array2<f32>, first: &dyn Fn(usize) -> usize) {
    for tile in (0..b.len()).step_by(TILE) {
        let end = b.len().min(tile + TILE);
        for top in (0..a.len()).step_by(HIGH) {
            for left in (first(top).max(tile)..end).step_by(WIDE) {
                if top + HIGH <= a.len() && left + WIDE <= end {
                    let sums = block::<f32, HIGH, WIDE>(
                        std::array::from_fn(|r| a[top + r]),
                        std::array::from_fn(|s| b[left + s]),
                    );
                    for (r, sums) in sums.iter().enumerate() {
                        for (s, &sum) in sums.iter().enumerate() {
                            out[[top + r, left + s]] = sum;
                        }
                    }
                } else {
                    for i in top..a.len().min(top + HIGH) {
                        for j in left..end.min(left + WIDE) {
                            out[[i, j]] = dot(a[i], b[j]);
                        }
                    }
                }
            }
        }
    }
}

/// Adds the dot product of each row of `matrix (n, k)` with `row (k,)` to `out (n,)`; faster than one [`dot`] after the
/// other, and equal to it.
#[inline(never)]
pub fn add_products(matrix: ArrayView2<'_, f32>, row: &[f32], out: &mut [f32]) {
    add_products_of(matrix, row, out);
}

/// The same in double precision.
#[inline(never)]
pub fn add_wide_products(matrix: ArrayView2<'_, f64>, row: &[f64], out: &mut [f64]) {
    add_products_of(matrix, row, out);
}

#[inline(always)]
fn add_products_of<T: Float>(matrix: ArrayView2<'_, T>, row: &[T], out: &mut [T]) {
    let line = |i| matrix.row(i).to_slice().expect(CONTIGUOUS);
    let whole = out.len() - out.len() % HIGH;
    for top in (0..whole).step_by(HIGH) {
        let sums = block::<T, HIGH, 1>(std::array::from_fn(|r| line(top + r)), [row]);
        for (out, [sum]) in out[top..].iter_mut().zip(sums) {
            *out += sum;
        }
    }
    for (i, out) in out.iter_mut().enumerate().skip(whole) {
        *out += dot(line(i), row);
    }
}

/// Rows that are added together in one pass.
const TOGETHER: usize = 4;

/// Writes the sum of the rows, each times its coefficient.
pub fn combine(out: &mut [f32], rows: &[&[f32]], coefficient: &dyn Fn(usize) -> f32) {
    out.fill(0.0);
    add_combined(out, rows, coefficient);
}

/// Adds a row to a sum.
#[inline(never)]
pub fn add(sum: &mut [f64], row: &[f64]) {
    for (sum, v) in sum.iter_mut().zip(row) {
        *sum += v;
    }
}

/// The products of the numbers of two rows, place by place.
#[inline(never)]
pub fn times(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

/// Writes a row times these factors in single precision, and gives its product with the row.
#[inline(never)]
pub fn weigh(out: &mut [f32], row: &[f64], factors: &[f64]) -> f64 {
    let weighted = times(row, factors);
    for (out, &v) in out.iter_mut().zip(&weighted) {
        *out = v as f32;
    }
    dot(&weighted, row)
}

/// Takes the `n`-th row into the mean and the sum of squared deviations of each place (Welford, 1962).
#[inline(never)]
pub fn add_to_moments(n: usize, row: &[f32], mean: &mut [f64], squares: &mut [f64]) {
    let share = 1.0 / n as f64;
    for ((&x, mean), square) in row.iter().zip(mean).zip(squares) {
        let before = f64::from(x) - *mean;
        *mean += before * share;
        *square += before * (f64::from(x) - *mean);
    }
}

/// Adds `factor` times the row to a sum.
#[inline(never)]
pub fn add_scaled(sum: &mut [f64], factor: f64, row: &[f32]) {
    for (sum, &v) in sum.iter_mut().zip(row) {
        *sum += factor * f64::from(v);
    }
}

/// Adds the sum of the rows, each times its coefficient.
#[inline(always)]
fn add_combined<T: Float>(out: &mut [T], rows: &[&[T]], coefficient: impl Fn(usize) -> T) {
    let width = out.len();
    for start in (0..rows.len()).step_by(TOGETHER) {
        if let Some(&[a, b, c, d]) = rows[start..].first_chunk::<TOGETHER>() {
            let [p, q, r, s] = std::array::from_fn(|k| coefficient(start + k));
            let (a, b, c, d) = (&a[..width], &b[..width], &c[..width], &d[..width]);
            for j in 0..width {
                out[j] += (p * a[j] + q * b[j]) + (r * c[j] + s * d[j]);
            }
        } else {
            for (k, row) in rows.iter().enumerate().skip(start) {
                let factor = coefficient(k);
                for (out, &x) in out.iter_mut().zip(*row) {
                    *out += factor * x;
                }
            }
        }
    }
}

/// All dot products `(n, m)` of the rows of `a (n, k)` with those of `b (m, k)`.
#[inline(never)]
pub fn products(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut out = Array2::zeros((a.nrows(), b.nrows()));
    multiply(&rows(&a), &rows(&b), &mut out, &|_| 0);
    out
}

/// All dot products `(n, n)` of the rows of `a (n, k)` with each other.
#[inline(never)]
pub fn gram(a: ArrayView2<'_, f32>) -> Array2<f32> {
    let mut out = Array2::zeros((a.nrows(), a.nrows()));
    let rows = rows(&a);
    multiply(&rows, &rows, &mut out, &|top| top);
    // What lies below the diagonal is the mirror image, also where a block has crossed it.
    for i in 0..rows.len() {
        for j in 0..i {
            out[[i, j]] = out[[j, i]];
        }
    }
    out
}

/// Some of the rows of a row-major matrix, in this order.
#[inline(never)]
pub fn select<T: Copy>(matrix: ArrayView2<'_, T>, rows: &[usize]) -> Array2<T> {
    let width = matrix.ncols();
    let mut all = Vec::with_capacity(rows.len() * width);
    for &i in rows {
        all.extend_from_slice(matrix.row(i).to_slice().expect(CONTIGUOUS));
    }
    Array2::from_shape_vec((rows.len(), width), all).expect(WHOLE)
}

/// The rows of one matrix and then those of another, of equal width and row-major.
pub fn stack(above: Array2<f32>, below: &Array2<f32>) -> Array2<f32> {
    let dim = (above.nrows() + below.nrows(), below.ncols());
    let (mut all, _) = above.into_raw_vec_and_offset();
    all.extend_from_slice(below.as_slice().expect(CONTIGUOUS));
    Array2::from_shape_vec(dim, all).expect(WHOLE)
}

/// The matrix in single precision, with contiguous rows.
#[inline(never)]
pub fn single(matrix: ArrayView2<'_, f64>) -> Array2<f32> {
    let mut out = Array2::zeros(matrix.dim());
    out.zip_mut_with(&matrix, |out, &v| *out = v as f32);
    out
}

/// The matrix in double precision, with contiguous rows.
#[inline(never)]
pub fn wide(matrix: ArrayView2<'_, f32>) -> Array2<f64> {
    let mut out = Array2::zeros(matrix.dim());
    out.zip_mut_with(&matrix, |out, &v| *out = f64::from(v));
    out
}
