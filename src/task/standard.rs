//! What examples of different classes have in common, taken out of their features.
//!
//! Source: ours, on Wang et al., "SimpleShot: Revisiting Nearest-Neighbor Classification for Few-Shot Learning", 2019,
//! arXiv:1911.04623 (centring) and the usual z-scores. Features of CLIP and of most networks all point one way, along a
//! few dimensions that differ most and tell least. How much the examples have in common says how far to go, so that
//! features which somebody centred and whitened already are left as they are.

use super::{class_counts, class_sums};
use crate::Streams;
use crate::numerics::Measured;
use crate::numerics::linalg;
use crate::numerics::math;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use std::ops::Range;

/// Examples that the common variance of all dimensions counts for beside those of each dimension. On the photos named below,
/// one of each of five classes, 25 loses up to 0.5 points with features of CLIP, and 5 as much with those of MobileNetV2.
pub(crate) static SHARED: Measured = Measured::new("standard.SHARED", 10.0);

/// The strength is this many times the mean cosine of two examples of different classes, at most 1. On validation photos of
/// Caltech-101, UCF101 and DTD (true CLIP features, mean cosine 0.5 to 0.7) the full strength is best, on features of
/// MobileNetV2 (0.4) every strength is as good, on those of our own encoder (0.0) none is. With 2 true CLIP features gain 0.0 to 0.07
/// points and small tasks of the shipped encoder lose 0.03.
pub(crate) static STEEPNESS: Measured = Measured::new("standard.STEEPNESS", 1.5);

/// The least that is kept of a stream: a number above zero, so that proportions stay defined where all photos are the same.
const NONE_LEFT: f64 = 1e-6;

/// A length below which a row has no direction left.
const NO_LENGTH: f64 = 1e-6;

/// How the rows of a task are changed: `(row - shift) * scale`, and each stream back to unit length.
#[derive(Debug)]
pub(super) struct Standard {
    /// What is taken away `(width,)`.
    pub shift: Array1<f32>,
    /// What the rest is multiplied by `(width,)`, the mean of what brings the examples to unit length included.
    pub scale: Array1<f32>,
    /// How much of each stream is left, as a share of its squared length; unit length again, it tells that much more.
    pub kept: Vec<f64>,
}

impl Standard {
    /// From unit rows `(n, width)` and their classes; `None` where no stream has anything to take away.
    pub fn of(
        streams: &Streams,
        features: ArrayView2<'_, f32>,
        labels: &[usize],
        classes: usize,
    ) -> Option<Self> {
        let mut standard = Self {
            shift: Array1::zeros(streams.width()),
            scale: Array1::ones(streams.width()),
            kept: vec![1.0; streams.as_slice().len()],
        };
        let mut any = false;
        for (k, (columns, stream)) in streams.columns().zip(streams.as_slice()).enumerate() {
            if stream.plain {
                continue;
            }
            let rows = linalg::wide(features.slice(s![.., columns.clone()]));
            let common = common(&rows, labels, classes).clamp(0.0, 1.0);
            let strength = (STEEPNESS.get() * common).min(1.0);
            if strength > 0.0 {
                any = true;
                standard.kept[k] = (1.0 - strength * (2.0 - strength) * common).max(NONE_LEFT);
                standard.set(columns, &rows, strength);
            }
        }
        any.then_some(standard)
    }

    fn set(&mut self, columns: Range<usize>, rows: &Array2<f64>, strength: f64) {
        let n = rows.nrows() as f64;
        let mean = rows.sum_axis(Axis(0)) / n;
        // Not by ndarray: its fused multiply-adds are emulated in WebAssembly.
        let mut variance = Array1::<f64>::zeros(mean.len());
        for row in rows.rows() {
            for ((sum, v), mean) in variance.iter_mut().zip(row).zip(&mean) {
                *sum += (v - mean) * (v - mean);
            }
        }
        variance /= n;
        let shift = mean * strength;
        let common = variance.mean().unwrap_or(0.0);
        let mut scale = Array1::ones(shift.len());
        if common > 0.0 {
            let share = SHARED.get() / (SHARED.get() + n);
            // Relative to the common one: a plain number, whatever the width.
            scale = variance.mapv(|v| {
                math::exp(-0.5 * strength * math::ln((1.0 - share) * v / common + share))
            });
        }
        let lengths = rows.rows().into_iter().map(|row| {
            let changed = (&row - &shift) * &scale;
            changed.dot(&changed).sqrt()
        });
        let inverses: Array1<f64> = (lengths.filter(|&length| length > NO_LENGTH))
            .map(|length| 1.0 / length)
            .collect();
        scale *= inverses.mean().unwrap_or(1.0);
        let single = |values: Array1<f64>| values.mapv(|v| v as f32);
        self.shift
            .slice_mut(s![columns.clone()])
            .assign(&single(shift));
        self.scale.slice_mut(s![columns]).assign(&single(scale));
    }

    /// Changes a unit row `(width,)`. A stream at the shift itself becomes zero.
    pub fn apply(&self, streams: &Streams, row: &mut [f32]) {
        let change = self.shift.iter().zip(&self.scale);
        for (v, (shift, scale)) in row.iter_mut().zip(change) {
            *v = (*v - shift) * scale;
        }
        for columns in streams.columns() {
            let part = &mut row[columns];
            let square: f64 = part.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
            let length = square.sqrt();
            let factor = match length > NO_LENGTH {
                true => 1.0 / length,
                false => 0.0,
            };
            part.iter_mut().for_each(|v| *v *= factor as f32);
        }
    }
}

/// Mean cosine of two examples of different classes, whose rows `(n, d)` of one stream these are; 0 where there is one class.
fn common(rows: &Array2<f64>, labels: &[usize], classes: usize) -> f64 {
    let sums = class_sums(rows.rows(), labels, (classes, rows.ncols()));
    let square = |n: usize| n as f64 * n as f64;
    let same = class_counts(labels, classes).into_iter().map(square);
    let pairs = square(labels.len()) - same.sum::<f64>();
    if pairs <= 0.0 {
        return 0.0;
    }
    let all = sums.sum_axis(Axis(0));
    let within: f64 = sums.iter().map(|&v| v * v).sum();
    (all.dot(&all) - within) / pairs
}
