//! Nearest class mean under cosine similarity.
//!
//! Source: Snell, Swersky, Zemel, "Prototypical Networks for Few-shot Learning", 2017, arXiv:1703.05175, eq. 1.
//! Differs from the source: cosine in place of squared Euclidean distance; no episodic training.

use super::linear::{FittedLinear, Linear};
use super::prior::typical_temperature;
use super::{FittedHead, Head, Query, Recipe, Scratch, pseudo, recipe::recipe};
use crate::Result;
use crate::numerics::linalg;
use crate::task::{Task, class_sums, mean_of_means};
use ndarray::{Array1, Axis};
use serde::{Deserialize, Serialize};

/// Where directions are taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Center {
    /// The origin.
    #[default]
    None,
    /// The mean of all examples: features of one encoder share a strong direction, which says nothing.
    SupportMean,
}

recipe! {
    /// Scores a query by `logit_scale` times its cosine with the mean of each class.
    ///
    /// # Shapes
    /// Embeddings `(n, width)`; means `(C, width)`.
    /// # Units
    /// Cosines times `logit_scale`, which are too confident where classes are far apart: the prior temperature is 0.07 of
    /// the typical gap between two classes. A class without examples scores `-inf`, but for `text_count`.
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// Fit O(n width), score O(C width) a query.
    #[serde(deny_unknown_fields)]
    Prototype "prototype" {
        /// What the cosine is multiplied by.
        logit_scale: f64 = 100.0, 1e-6 to 1e6;
        /// Where directions are taken from.
        center: Center = Center::None;
        /// Examples that the text of a class is worth, moved to where photos lie; needs two classes with text and examples.
        text_count: f64 = 0.0, 0 to 1e6;
    }
}

impl Head for Prototype {
    type Fitted = FittedPrototype;

    fn fit(&self, task: &Task) -> Result<FittedPrototype> {
        self.check()?;
        let used = task.used();
        let mut embeddings = linalg::wide(task.embeddings());
        let mean = embeddings.mean_axis(Axis(0));
        let mean = mean.filter(|_| self.center == Center::SupportMean);
        let seen = |row: Array1<f64>| match &mean {
            None => row,
            Some(mean) => direction(row - mean, NEAR),
        };
        for mut row in embeddings.rows_mut() {
            let direction = seen(row.to_owned());
            row.assign(&direction);
        }
        let shape = (task.n_classes(), embeddings.ncols());
        let mut directions = class_sums(embeddings.rows(), task.labels(), shape);
        let mut bias = Array1::from_elem(task.n_classes(), f64::NEG_INFINITY);
        used.iter().for_each(|&c| bias[c] = 0.0);
        if self.text_count > 0.0 {
            for (c, row) in pseudo::rows(task, &task.class_means()) {
                let mut sum = directions.row_mut(c);
                sum.scaled_add(self.text_count, &seen(row));
                bias[c] = 0.0;
            }
        }
        for mut row in directions.rows_mut() {
            let direction = direction(row.to_owned(), CANCELLED);
            row.assign(&direction);
        }
        let weights = &directions * self.logit_scale;
        let centre = mean_of_means(&used, shape.1, &|c| directions.row(c));
        let own = |&c: &usize| self.logit_scale * directions.row(c).dot(&directions.row(c));
        let own = used.iter().map(own).collect();
        let temperature = typical_temperature(own, self.logit_scale * centre.dot(&centre));
        if let Some(mean) = &mean {
            bias -= &weights.dot(mean);
        }
        Ok(FittedPrototype {
            linear: FittedLinear {
                linear: Linear::of_embeddings(&weights, &bias, task),
                temperature,
            },
            centre: mean.map(|mean| Centre {
                row: (&mean * &task.scale().mapv(f64::from)).mapv(|v| v as f32),
                square: mean.dot(&mean),
            }),
        })
    }
}

/// Unit vectors that cancel each other leave a sum of rounding errors, which has no direction.
const CANCELLED: f64 = 1e-6;

/// Least distance from the mean that has a direction in single precision.
const NEAR: f64 = 1e-3;

/// The row at unit length; zero where it is no longer than `least`.
fn direction(row: Array1<f64>, least: f64) -> Array1<f64> {
    let length = row.dot(&row).sqrt();
    row * if length > least { 1.0 / length } else { 0.0 }
}

/// The mean that directions are taken from.
#[derive(Debug, Clone)]
struct Centre {
    /// Its products with unit rows `(width,)` are those with their embeddings.
    row: Array1<f32>,
    square: f64,
}

/// The directions of the classes as weights.
#[derive(Debug, Clone)]
pub struct FittedPrototype {
    linear: FittedLinear,
    centre: Option<Centre>,
}

impl FittedHead for FittedPrototype {
    fn n_classes(&self) -> usize {
        self.linear.n_classes()
    }

    fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        self.linear.scores_into(query, scratch, out);
        if let Some(centre) = &self.centre {
            let row = centre.row.as_slice().expect(linalg::CONTIGUOUS);
            // |x - mean|^2 for an embedding of unit length.
            let square = 1.0 - 2.0 * f64::from(linalg::dot(row, query.row)) + centre.square;
            let factor = match square > NEAR * NEAR {
                true => 1.0 / square.sqrt(),
                false => 0.0,
            };
            for score in out.iter_mut().filter(|score| score.is_finite()) {
                *score *= factor as f32;
            }
        }
    }

    fn prior_temperature(&self) -> f64 {
        self.linear.temperature
    }

    fn linear(&self) -> Option<&Linear> {
        self.linear.linear().filter(|_| self.centre.is_none())
    }
}
