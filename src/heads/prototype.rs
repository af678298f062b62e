//! Nearest class mean under cosine similarity.
//!
//! Source: Snell, Swersky, Zemel, "Prototypical Networks for Few-shot Learning", 2017, arXiv:1703.05175, eq. 1.
//! Differs from the source: cosine in place of squared Euclidean distance; no episodic training.

use super::held_out::refitted;
use super::prior::typical_temperature;
use super::{
    FittedHead, Head, LeaveOneOut, Linear, Query, Scratch, check_amount, check_factor, pseudo,
};
use crate::Result;
use crate::numerics::linalg;
use crate::task::{Task, class_sums};
use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

/// Where directions are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Center {
    /// The origin.
    #[default]
    None,
    /// The mean of all examples: features of one encoder share a strong direction, which says nothing.
    SupportMean,
}

/// Scores a query by `logit_scale` times its cosine with the mean of each class.
///
/// # Shapes
/// Embeddings `(n, width)`; means `(C, width)`.
/// # Units
/// Cosines times `logit_scale`, which are too confident where classes are far apart: the prior temperature is 0.07 of
/// the typical gap between two classes. A class without examples scores `-inf`, but for `text_count`.
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `logit_scale` | 100 | 1e-6 to 1e6 | what the cosine is multiplied by |
/// | `center` | none | none, support_mean | where directions are taken from |
/// | `text_count` | 0 | 0 to 1e6 | examples that the text of a class is worth, moved to where images lie; needs two classes with text and examples |
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// Fit O(n width), score O(C width) a query. Leaving one out is O(C width); with `center` or `text_count` it fits again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prototype {
    /// What the cosine is multiplied by.
    pub logit_scale: f64,
    /// Where directions are taken from.
    pub center: Center,
    /// Examples that the text of a class is worth.
    pub text_count: f64,
}

impl Default for Prototype {
    fn default() -> Self {
        Self {
            logit_scale: 100.0,
            center: Center::None,
            text_count: 0.0,
        }
    }
}

impl Head for Prototype {
    type Fitted = FittedPrototype;
    const NAME: &'static str = "prototype";

    fn check(&self) -> Result<()> {
        check_factor("prototype.logit_scale", self.logit_scale)?;
        check_amount("prototype.text_count", self.text_count)
    }

    fn fit(&self, task: &Task) -> Result<FittedPrototype> {
        self.check()?;
        let counts = task.counts();
        let mut embeddings = linalg::wide(task.embeddings());
        let mean = match self.center {
            Center::None => None,
            Center::SupportMean => embeddings.mean_axis(Axis(0)),
        };
        let mean = mean.unwrap_or_else(|| Array1::zeros(embeddings.ncols()));
        let centred = |row: Array1<f64>| match self.center {
            Center::None => row,
            Center::SupportMean => direction(row - &mean),
        };
        for mut row in embeddings.rows_mut() {
            let seen = centred(row.to_owned());
            row.assign(&seen);
        }
        let mut sums = class_sums(embeddings.view(), task.labels(), task.n_classes());
        let mut scored: Vec<bool> = counts.iter().map(|&n| n > 0).collect();
        if self.text_count > 0.0 {
            for (c, row) in pseudo::rows(task, &task.class_means())
                .into_iter()
                .enumerate()
            {
                if let Some(row) = row {
                    sums.row_mut(c).scaled_add(self.text_count, &centred(row));
                    scored[c] = true;
                }
            }
        }
        let lengths = sums.map_axis(Axis(1), |sum| sum.dot(&sum).sqrt());
        let mut directions = sums.clone();
        for (mut row, &length) in directions.rows_mut().into_iter().zip(&lengths) {
            row *= reciprocal(length);
        }
        let weights = &directions * self.logit_scale;
        let bias = Array1::from_shape_fn(counts.len(), |c| {
            if scored[c] {
                -weights.row(c).dot(&mean)
            } else {
                f64::NEG_INFINITY
            }
        });
        let centre = match self.center {
            Center::None => None,
            Center::SupportMean => Some(Centre {
                row: (&mean * &task.scale().mapv(f64::from)).mapv(|v| v as f32),
                square: mean.dot(&mean),
            }),
        };
        Ok(FittedPrototype {
            temperature: typical_temperature(&weights, &directions, &counts),
            linear: Linear::of_embeddings(&weights, &bias, task),
            recipe: self.clone(),
            centre,
            lengths,
            counts,
            sums: linalg::single(sums.view()),
        })
    }
}

/// Unit vectors that cancel each other leave a sum of rounding errors, which has no direction.
const CANCELLED: f64 = 1e-6;

/// 1 / length, or 0 for a vector without a direction.
fn reciprocal(length: f64) -> f64 {
    if length > CANCELLED {
        1.0 / length
    } else {
        0.0
    }
}

/// Least distance from the mean that has a direction in single precision.
const NEAR: f64 = 1e-3;

fn direction(row: Array1<f64>) -> Array1<f64> {
    let length = row.dot(&row).sqrt();
    row * if length > NEAR { 1.0 / length } else { 0.0 }
}

/// The mean that directions are taken from.
#[derive(Debug, Clone)]
struct Centre {
    /// Its products with unit rows `(width,)` are those with their embeddings.
    row: Array1<f32>,
    square: f64,
}

/// Sums of the embeddings of each class; their directions are the prototypes.
#[derive(Debug, Clone)]
pub struct FittedPrototype {
    recipe: Prototype,
    linear: Linear,
    temperature: f64,
    centre: Option<Centre>,
    sums: Array2<f32>,
    lengths: Array1<f64>,
    counts: Vec<usize>,
}

impl FittedHead for FittedPrototype {
    fn n_classes(&self) -> usize {
        self.counts.len()
    }

    fn scores_into(&self, query: Query<'_>, _scratch: &mut Scratch, out: &mut [f32]) {
        self.linear.scores_into(query, out);
        if let Some(centre) = &self.centre {
            let row = centre.row.as_slice().expect("a fresh array is contiguous");
            // |x - mean|^2 for an embedding of unit length.
            let square = 1.0 - 2.0 * f64::from(linalg::dot(row, query.row)) + centre.square;
            let factor = if square > NEAR * NEAR {
                1.0 / square.sqrt()
            } else {
                0.0
            };
            for score in out.iter_mut().filter(|score| score.is_finite()) {
                *score *= factor as f32;
            }
        }
    }

    fn prior_temperature(&self) -> f64 {
        self.temperature
    }

    fn linear(&self) -> Option<&Linear> {
        match self.centre {
            None => Some(&self.linear),
            Some(_) => None,
        }
    }
}

impl LeaveOneOut for FittedPrototype {
    fn leave_one_out(&self, task: &Task, examples: &[usize]) -> Array2<f32> {
        if self.centre.is_some() || self.recipe.text_count > 0.0 {
            return refitted(&self.recipe, task, examples);
        }
        let embeddings = task.embeddings().select(Axis(0), examples);
        let products = linalg::products(embeddings.view(), self.sums.view());
        Array2::from_shape_fn(products.dim(), |(e, c)| {
            let own = task.labels()[examples[e]] == c;
            if self.counts[c] <= usize::from(own) {
                return f32::NEG_INFINITY;
            }
            let (product, length) = (f64::from(products[[e, c]]), self.lengths[c]);
            let cosine = if own {
                // |S - x|^2 = |S|^2 - 2 S.x + 1 for a unit x.
                let rest = length * length - 2.0 * product + 1.0;
                (product - 1.0) * reciprocal(rest.max(0.0).sqrt())
            } else {
                product * reciprocal(length)
            };
            (self.recipe.logit_scale * cosine) as f32
        })
    }
}
