//! Nearest class mean under cosine similarity.
//!
//! Source: Snell, Swersky, Zemel, "Prototypical Networks for Few-shot Learning", 2017, arXiv:1703.05175, eq. 1.
//! Differs from the source: cosine in place of squared Euclidean distance; no episodic training.

use super::{FittedHead, Head, check_at_least, dot};
use crate::Result;
use crate::support::Task;
use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Scores a query by `logit_scale` times its cosine with the mean of each class.
///
/// # Shapes
/// Examples: the image columns `(n, d)` of unit rows; means `(C, d)`.
/// # Units
/// Logits in `[-logit_scale, logit_scale]`; a class without examples scores `-inf`.
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `logit_scale` | 100 | > 0 | what the cosine is multiplied by |
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// Fit O(n d), score O(C d) a query, memory C d numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prototype {
    /// What the cosine is multiplied by.
    pub logit_scale: f64,
}

impl Default for Prototype {
    fn default() -> Self {
        Self { logit_scale: 100.0 }
    }
}

impl Head for Prototype {
    type Fitted = FittedPrototype;
    const NAME: &'static str = "prototype";

    fn fit(&self, task: &Task) -> Result<FittedPrototype> {
        check_at_least(
            "prototype.logit_scale",
            self.logit_scale,
            f64::MIN_POSITIVE,
            "> 0",
        )?;
        let columns = task.streams().image();
        let mut sums = Array2::<f64>::zeros((task.n_classes(), columns.len()));
        for (row, &label) in task.image().axis_iter(Axis(0)).zip(task.labels()) {
            sums.row_mut(label)
                .zip_mut_with(&row, |sum, &v| *sum += f64::from(v));
        }
        Ok(FittedPrototype {
            logit_scale: self.logit_scale,
            columns,
            lengths: sums.map_axis(Axis(1), |sum| sum.dot(&sum).sqrt()),
            counts: task.counts(),
            sums,
        })
    }
}

/// Sums of the unit features of each class; their directions are the prototypes.
#[derive(Debug, Clone)]
pub struct FittedPrototype {
    logit_scale: f64,
    columns: Range<usize>,
    sums: Array2<f64>,
    lengths: Array1<f64>,
    counts: Vec<usize>,
}

/// Unit vectors that cancel each other leave a sum of rounding errors, which has no direction.
const CANCELLED: f64 = 1e-9;

impl FittedPrototype {
    fn logit(&self, dot: f64, length: f64) -> f32 {
        let cosine = if length > CANCELLED {
            dot / length
        } else {
            0.0
        };
        (self.logit_scale * cosine) as f32
    }
}

impl FittedHead for FittedPrototype {
    fn n_classes(&self) -> usize {
        self.counts.len()
    }

    fn scores_into(&self, query: &[f32], out: &mut [f32]) {
        let image = &query[self.columns.clone()];
        for (c, out) in out.iter_mut().enumerate() {
            *out = if self.counts[c] == 0 {
                f32::NEG_INFINITY
            } else {
                self.logit(
                    dot(image, self.sums.row(c).iter().copied()),
                    self.lengths[c],
                )
            };
        }
    }

    fn leave_one_out(&self, task: &Task, examples: &[usize]) -> Array2<f32> {
        let image = task.image();
        Array2::from_shape_fn((examples.len(), self.n_classes()), |(e, c)| {
            let i = examples[e];
            let own = usize::from(task.labels()[i] == c);
            if self.counts[c] <= own {
                return f32::NEG_INFINITY;
            }
            let g = dot(&image.row(i).to_vec(), self.sums.row(c).iter().copied());
            if own == 0 {
                self.logit(g, self.lengths[c])
            } else {
                // |S - x|^2 = |S|^2 - 2 S.x + 1 for a unit x.
                let rest = self.lengths[c] * self.lengths[c] - 2.0 * g + 1.0;
                self.logit(g - 1.0, rest.max(0.0).sqrt())
            }
        })
    }

    fn prior_temperature(&self) -> f64 {
        1.0
    }
}
