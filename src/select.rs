//! Which photos to label next.
//!
//! Source of utility times novelty: "Utility-Diversity Sampling"; k-centre: Gonzalez, "Clustering to Minimize the Maximum Intercluster
//! Distance", 1985. Rows are embeddings of unit length, as [`crate::task::Task::embeddings`] gives them.

use crate::numerics::linalg;
use crate::{Error, Result};
use ndarray::{ArrayView2, Axis};

/// Photos of a pool to label next, the most wanted first, at most `batch` of them.
///
/// Each has the largest utility times novelty: `1 - (p1 - p2)`, p1 and p2 the largest calibrated `probabilities (n, C)`
/// of the photo, times 1 - the largest similarity to anything in `labelled (m, width)` and to those chosen before. With
/// fewer than two classes only novelty counts. Without labelled photos the choice is a k-centre one, from the medoid on.
///
/// ```
/// use handful::select::label_next;
/// use ndarray::array;
/// let pool = array![[1.0_f32, 0.0], [0.6, 0.8], [0.0, 1.0]];
/// let p = array![[0.9, 0.1], [0.5, 0.5], [0.6, 0.4]];
/// let next = label_next(pool.view(), p.view(), array![[1.0, 0.0]].view(), 2)?;
/// assert_eq!(next, [2, 1]);
/// # Ok::<(), handful::Error>(())
/// ```
///
/// # Errors
/// [`Error::Shape`], [`Error::NotFinite`].
pub fn label_next(
    pool: ArrayView2<'_, f32>,
    probabilities: ArrayView2<'_, f64>,
    labelled: ArrayView2<'_, f32>,
    batch: usize,
) -> Result<Vec<usize>> {
    let n = pool.nrows();
    Error::check_length("probabilities", n, probabilities.nrows())?;
    finite("probabilities", probabilities.iter().copied())?;
    finite("features", pool.iter().chain(&labelled).map(|&v| v.into()))?;
    let cold = labelled.nrows() == 0;
    let utility: Vec<f64> = (probabilities.rows().into_iter())
        .map(|p| {
            if cold || p.len() < 2 {
                return 1.0;
            }
            let (first, second) = p.iter().fold((0.0, 0.0), |(first, second), &p| {
                (p.max(first), p.min(first).max(second))
            });
            1.0 - (first - second)
        })
        .collect();
    let pool = pool.as_standard_layout();
    // Similarity to the nearest of what is labelled or chosen.
    let mut nearest = vec![-1.0_f32; n];
    let approach = |rows: ArrayView2<'_, f32>, nearest: &mut [f32]| {
        let similarities = linalg::products(pool.view(), rows);
        for (nearest, row) in nearest.iter_mut().zip(similarities.rows()) {
            *nearest = row.iter().copied().fold(*nearest, f32::max);
        }
    };
    if !cold {
        Error::check_length("labelled row", pool.ncols(), labelled.ncols())?;
        approach(labelled.as_standard_layout().view(), &mut nearest);
    }
    let mut chosen = Vec::new();
    while chosen.len() < batch.min(n) {
        let next = if cold && chosen.is_empty() {
            medoid(pool.view())
        } else {
            // The product orders like the product of roots.
            let wanted = |i: usize| utility[i] * f64::from(1.0 - nearest[i]).max(0.0);
            highest((0..n).filter(|i| !chosen.contains(i)), wanted)
        };
        let Some(next) = next else { break };
        chosen.push(next);
        approach(linalg::select(pool.view(), &[next]).view(), &mut nearest);
    }
    Ok(chosen)
}

/// The row that is nearest to all others, the lowest of equals.
fn medoid(rows: ArrayView2<'_, f32>) -> Option<usize> {
    let rows = linalg::wide(rows);
    let sum = rows.sum_axis(Axis(0));
    highest(0..rows.nrows(), |i| rows.row(i).dot(&sum))
}

/// The first of the items with the highest value.
fn highest(items: impl Iterator<Item = usize>, value: impl Fn(usize) -> f64) -> Option<usize> {
    let mut best = None;
    for i in items {
        let value = value(i);
        if best.is_none_or(|(_, highest)| value > highest) {
            best = Some((i, value));
        }
    }
    best.map(|(i, _)| i)
}

fn finite(what: &'static str, mut values: impl Iterator<Item = f64>) -> Result<()> {
    let all = values.all(f64::is_finite);
    all.then_some(()).ok_or(Error::NotFinite(what))
}
