//! Gaussian naive Bayes with one diagonal variance shared by all classes.
//!
//! Source: Zheng et al., "Revisiting Discriminative vs. Generative Classifiers: Theory and Implications", 2023, arXiv:2302.02334. Streaming
//! statistics: Welford (1962). Differs from the source: the variance is shrunk towards its mean over the dimensions, and classes are
//! equally likely unless told otherwise, because the number of photos that somebody took says little about what comes next; a mean of few
//! examples is known to lie too far out.

mod statistics;

pub use statistics::Statistics;

use super::linear::{FittedLinear, Linear};
use super::prior::{CENTER_COUNT, shrinkage, typical_temperature};
use super::{Head, Keeps, Prior, Recipe, pseudo, recipe::recipe};
use crate::Result;
use crate::numerics::linalg;
use crate::task::{Task, mean_of_means};
use ndarray::{Array1, Array2, ArrayView1, Axis};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What the sums of squares are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dof {
    /// The number of examples, as published.
    #[default]
    Examples,
    /// The number of examples less that of the classes that have any, at least 1: an unbiased estimate.
    Classes,
}

recipe! {
    /// Scores a query by the log-likelihood of each class, up to a term that all classes share.
    ///
    /// With m the class means, M2 the within-class sums of squares, N examples in C classes that have any:
    /// ```text
    /// v = M2 / N                     (variance of each dimension; M2 / (N - C) with dof classes)
    /// u = mean of v                  (mean of squares where v is zero throughout)
    /// s = (1 - eta) v + eta u + floor u,      eta = nu / (nu + N - C), 1 where N = C
    /// score = ln prior - sum over dimensions of (x - m)^2 / 2 s + center_count / (n + center_count) (m - g)^2 / 2 s
    /// ```
    /// where n counts the examples of the class and g is the mean of the class means. The squares of the query are the same for every
    /// class and left out, so the head is linear.
    /// # Shapes
    /// Embeddings `(n, d)`; means `(C, d)`, variance `(d,)`, d the width of a row.
    /// # Units
    /// Nats, on a scale that is far too confident (the dimensions are not independent): the prior temperature is 0.07 of
    /// the typical gap between two classes. A class without examples scores `-inf`, but for `text_count`.
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// Fit O(n d); in a classifier one example more O(d), one fewer O(d) for each that its class keeps, and O(C d) to refresh the
    /// weights; score O(C d).
    #[serde(deny_unknown_fields)]
    NaiveBayes "naive_bayes" {
        /// Examples that the spherical prior of the variance is worth; 0 is the published head.
        nu: f64 = 50.0, 0 to 1e6;
        /// Share of the sphere in the variance, whatever the number of examples; none: from `nu`.
        eta: Option<f64> = None, 0 to 1;
        /// Share of the mean variance that every dimension has in addition, so that a constant one never divides by zero.
        floor: f64 = 1e-6, 1e-12 to 1;
        /// What the sums of squares are divided by.
        dof: Dof = Dof::Examples;
        /// Class prior.
        prior: Prior = Prior::Uniform;
        /// Examples that the common centre g is worth beside those of a class, 1 as measured: a mean of few lies too far out; 0 as
        /// published.
        center_count: f64 = CENTER_COUNT, 0 to 1e6;
        /// As published, scales each dimension to between 0 and 1 first, by the least and the greatest number among the
        /// examples; changes shrinkage and floor only.
        minmax: bool = false;
        /// Examples that the text of a class is worth to its mean, moved to where photos lie; 1 or 2 where texts are good. Needs
        /// two classes with text and examples.
        text_count: f64 = 0.0, 0 to 1e6;
    }
}

impl NaiveBayes {
    /// Fits the head to statistics of the unit rows of each class of a task. Of the task it reads the streams and their
    /// trust; the examples only where [`Head::keeps`] says nothing of statistics.
    ///
    /// # Errors
    /// Those of [`Head::fit`].
    pub fn fit_statistics(&self, classes: &[&Statistics], task: &Task) -> Result<FittedLinear> {
        self.check()?;
        // A Gaussian is moved and stretched with its space, so all stays in that of the unit rows: embeddings are these times the
        // factors, plus the shift.
        let mut factor = task.scale().mapv(f64::from).to_vec();
        let mut shift = vec![0.0; factor.len()];
        let mut means: Vec<Cow<'_, [f64]>> = classes.iter().map(|c| Cow::from(&c.mean)).collect();
        let mut counts: Array1<f64> = classes.iter().map(|class| class.count as f64).collect();
        let used: Vec<usize> = (0..counts.len()).filter(|&c| counts[c] > 0.0).collect();
        if self.text_count > 0.0 {
            let embeddings = Array2::from_shape_fn((means.len(), factor.len()), |(c, d)| {
                means[c][d] * factor[d]
            });
            for (c, text) in pseudo::rows(task, &embeddings) {
                let part = self.text_count / (counts[c] + self.text_count);
                let mean = means[c].to_mut();
                for d in (0..factor.len()).filter(|&d| factor[d] > 0.0) {
                    mean[d] += part * (text[d] / factor[d] - mean[d]);
                }
                counts[c] += self.text_count;
            }
        }
        if self.minmax {
            let (range, low) = extent(task);
            factor = linalg::times(&factor, &range);
            shift = low;
        }
        let precision = self.precision(classes, used.len(), &factor, &shift);
        let mean = |c: usize| ArrayView1::from(&*means[c]);
        let centre = mean_of_means(&used, factor.len(), &mean).to_vec();
        let of_centre = linalg::times(&centre, &precision);
        let square = linalg::dot(&of_centre, &centre);
        let mut weights = Array2::zeros((classes.len(), factor.len()));
        let rows = means.iter().zip(weights.rows_mut());
        let own: Array1<f64> = rows
            .map(|(mean, mut row)| {
                let row = row.as_slice_mut().expect(linalg::CONTIGUOUS);
                linalg::weigh(row, mean, &precision)
            })
            .collect();
        let along = means.iter().map(|mean| linalg::dot(&of_centre, mean));
        let along: Array1<f64> = along.collect();
        // Squared distance of each class mean from the centre; noise makes up this share of it.
        let length = &own - along * 2.0 + square;
        let excess = counts.mapv(|n| 1.0 - shrinkage(n, self.center_count)) * length;
        let bias = self.prior.log(&counts) + (excess - &own) * 0.5;
        Ok(FittedLinear {
            linear: Linear::of_single(weights, bias.mapv(|b| b as f32)),
            temperature: typical_temperature(own.select(Axis(0), &used), square),
        })
    }

    /// One by the shrunk variance of each dimension, from statistics of classes of which so many have examples. Shrunk is the
    /// variance of the embeddings.
    fn precision(
        &self,
        classes: &[&Statistics],
        used: usize,
        factor: &[f64],
        shift: &[f64],
    ) -> Vec<f64> {
        let mut within = vec![0.0; factor.len()];
        classes
            .iter()
            .for_each(|class| linalg::add(&mut within, &class.squares));
        let within = linalg::times(&linalg::times(&within, factor), factor);
        let width = factor.len() as f64;
        let examples: usize = classes.iter().map(|class| class.count).sum();
        let spare = examples.saturating_sub(used) as f64;
        let n = match self.dof {
            Dof::Examples => examples as f64,
            Dof::Classes => spare,
        };
        let n = n.max(1.0);
        let mut mean = within.iter().sum::<f64>() / width / n;
        // Rounding of the streamed sums is far below this; identical examples have no spread to speak of.
        let flat = mean <= 1e-12;
        if flat {
            let squares = classes.iter().map(|class| {
                let mut mean = linalg::times(&class.mean, factor);
                linalg::add(&mut mean, shift);
                class.count as f64 * linalg::dot(&mean, &mean)
            });
            mean = squares.sum::<f64>() / width / examples.max(1) as f64;
        }
        if mean <= 0.0 {
            mean = 1.0;
        }
        let eta = if flat || spare == 0.0 {
            1.0
        } else {
            self.eta.unwrap_or(self.nu / (self.nu + spare))
        };
        let least = (eta + self.floor) * mean;
        let pairs = within.iter().zip(factor);
        let precision =
            |(v, factor): (&f64, &f64)| factor * factor / (v * ((1.0 - eta) / n) + least);
        pairs.map(precision).collect()
    }
}

/// Per dimension of the embeddings, 1 / (greatest - least) and -least / (greatest - least); no range counts as 1.
fn extent(task: &Task) -> (Vec<f64>, Vec<f64>) {
    let embeddings = task.embeddings();
    if embeddings.nrows() == 0 {
        let width = embeddings.ncols();
        return (vec![1.0; width], vec![0.0; width]);
    }
    let fold = |start: f32, f: fn(f32, f32) -> f32| {
        let of_column = |column: ArrayView1<'_, f32>| column.iter().copied().fold(start, f).into();
        embeddings.map_axis(Axis(0), of_column)
    };
    let low: Array1<f64> = fold(f32::INFINITY, f32::min);
    let range = fold(f32::NEG_INFINITY, f32::max) - &low;
    let range = range.mapv(|r| if r > 0.0 { 1.0 / r } else { 1.0 });
    let low = -low * &range;
    (range.to_vec(), low.to_vec())
}

impl Head for NaiveBayes {
    type Fitted = FittedLinear;
    const IS_ASKED: bool = true;

    fn keeps(&self) -> Keeps<'_> {
        match self.minmax || self.text_count > 0.0 {
            true => Keeps::Nothing,
            false => Keeps::Statistics(self),
        }
    }

    fn fit(&self, task: &Task) -> Result<FittedLinear> {
        let classes = Statistics::of(task);
        self.fit_statistics(&classes.iter().collect::<Vec<_>>(), task)
    }
}
