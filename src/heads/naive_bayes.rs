//! Gaussian naive Bayes with one diagonal variance shared by all classes.
//!
//! Source: Zheng et al., "Revisiting Discriminative vs. Generative Classifiers: Theory and Implications", 2023,
//! arXiv:2302.02334. Streaming statistics: Welford (1962); merging them: Chan, Golub, LeVeque (1979).
//! Differs from the source: the variance is shrunk towards its mean over the dimensions, and classes are equally
//! likely unless told otherwise, because the number of photos that somebody took says little about what comes next.

mod statistics;

pub use statistics::Statistics;

use super::{FittedHead, Head, check_at_least, dot};
use crate::support::{Listener, Task};
use crate::{Result, math};
use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How likely each class is before the photo is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prior {
    /// All classes with examples alike.
    #[default]
    Uniform,
    /// In proportion to their examples, as published.
    Empirical,
}

/// Scores a query by the log-likelihood of each class, up to a term that all classes share.
///
/// With m the class means, M2 the within-class sums of squares, N examples in C classes that have any:
/// ```text
/// v = M2 / N                     (variance of each dimension)
/// u = mean of v                  (mean of squares where v is zero throughout)
/// s = (1 - eta) v + eta u + 1e-6 u,      eta = nu / (nu + N - C), 1 where N = C
/// score = ln prior - sum over dimensions of (x - m)^2 / 2 s
/// ```
/// # Shapes
/// Examples: the image columns `(n, d)` of unit rows; means `(C, d)`, variance `(d,)`.
/// # Units
/// Nats, on a scale that is far too confident (the dimensions are not independent): the prior temperature is d/50.
/// A class without examples scores `-inf`.
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `nu` | 50 | >= 0 | examples that the spherical prior of the variance is worth; 0 is the published head |
/// | `prior` | uniform | uniform, empirical | class prior |
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// Fit O(n d), one more or one fewer example O(d) and O(C d) to refresh the weights; score O(C d).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NaiveBayes {
    /// Examples that the spherical prior of the variance is worth.
    pub nu: f64,
    /// Class prior.
    pub prior: Prior,
}

impl Default for NaiveBayes {
    fn default() -> Self {
        Self {
            nu: 50.0,
            prior: Prior::Uniform,
        }
    }
}

/// Share of the mean variance that every dimension keeps, so that a constant dimension never divides by zero.
const FLOOR: f64 = 1e-6;

impl NaiveBayes {
    /// Fits the head to statistics that were kept up to date.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`].
    pub fn fit_statistics(
        &self,
        statistics: &Statistics,
        columns: Range<usize>,
    ) -> Result<FittedNaiveBayes> {
        check_at_least("naive_bayes.nu", self.nu, 0.0, ">= 0")?;
        let scale = self.shrink(
            &statistics.within(),
            statistics.n_examples(),
            statistics.n_used(),
            || statistics.mean_square(),
        );
        let log_prior = self.log_prior(statistics.counts());
        let means = statistics.means().clone();
        let weights = &means / &scale;
        let bias = Array1::from_shape_fn(means.nrows(), |c| {
            log_prior[c] - 0.5 * weights.row(c).dot(&means.row(c))
        });
        Ok(FittedNaiveBayes {
            recipe: self.clone(),
            columns,
            statistics: statistics.clone(),
            weights,
            bias,
        })
    }

    /// Shrunk variance of each dimension, from the within-class sums of squares of so many examples and classes.
    fn shrink(
        &self,
        within: &Array1<f64>,
        examples: usize,
        classes: usize,
        mean_square: impl Fn() -> f64,
    ) -> Array1<f64> {
        let n = examples.max(1) as f64;
        let spare = examples.saturating_sub(classes) as f64;
        let mut mean = within.mean().unwrap_or(0.0) / n;
        // Rounding of the streamed sums is far below this; identical examples have no spread to speak of.
        let flat = mean <= 1e-12;
        if flat {
            mean = mean_square();
        }
        if mean <= 0.0 {
            mean = 1.0;
        }
        let eta = if flat || spare == 0.0 {
            1.0
        } else {
            self.nu / (self.nu + spare)
        };
        within.mapv(|m2| (1.0 - eta) * m2 / n + (eta + FLOOR) * mean)
    }

    fn log_prior(&self, counts: &[usize]) -> Vec<f64> {
        let total: usize = counts.iter().sum();
        let used = counts.iter().filter(|&&n| n > 0).count();
        counts
            .iter()
            .map(|&n| match self.prior {
                _ if n == 0 => f64::NEG_INFINITY,
                Prior::Uniform => -math::ln(used as f64),
                Prior::Empirical => math::ln(n as f64 / total as f64),
            })
            .collect()
    }
}

impl Head for NaiveBayes {
    type Fitted = FittedNaiveBayes;
    const NAME: &'static str = "naive_bayes";

    fn fit(&self, task: &Task) -> Result<FittedNaiveBayes> {
        let columns = task.streams().image();
        let mut statistics = Statistics::new(task.n_classes(), columns.clone());
        for (row, &label) in task.features().axis_iter(Axis(0)).zip(task.labels()) {
            statistics.example_added(label, &row.to_vec());
        }
        self.fit_statistics(&statistics, columns)
    }
}

/// A linear classifier: the squares of the query are the same for every class and left out.
#[derive(Debug, Clone)]
pub struct FittedNaiveBayes {
    recipe: NaiveBayes,
    columns: Range<usize>,
    statistics: Statistics,
    weights: Array2<f64>,
    bias: Array1<f64>,
}

impl FittedHead for FittedNaiveBayes {
    fn n_classes(&self) -> usize {
        self.bias.len()
    }

    fn scores_into(&self, query: &[f32], out: &mut [f32]) {
        let image = &query[self.columns.clone()];
        for (c, out) in out.iter_mut().enumerate() {
            *out = (self.bias[c] + dot(image, self.weights.row(c).iter().copied())) as f32;
        }
    }

    fn leave_one_out(&self, task: &Task, examples: &[usize]) -> Array2<f32> {
        let statistics = &self.statistics;
        let within = statistics.within();
        let image = task.image();
        let mut out = Array2::zeros((examples.len(), self.n_classes()));
        for (mut scores, &i) in out.axis_iter_mut(Axis(0)).zip(examples) {
            let own = task.labels()[i];
            let x = image.row(i).mapv(f64::from);
            let n = statistics.counts()[own] as f64;
            let deviation = &x - &statistics.means().row(own);
            let mut counts = statistics.counts().to_vec();
            counts[own] -= 1;
            let used = counts.iter().filter(|&&n| n > 0).count();
            // Without x its class has mean m - d/(n-1) and its sum of squares falls by n/(n-1) d^2.
            let (mean, rest) = if counts[own] == 0 {
                (None, within.clone())
            } else {
                let k = n / (n - 1.0);
                let rest = &within - &deviation.mapv(|d| k * d * d);
                (
                    Some(&statistics.means().row(own) - &(&deviation / (n - 1.0))),
                    rest.mapv(|v| v.max(0.0)),
                )
            };
            let scale = self
                .recipe
                .shrink(&rest, statistics.n_examples() - 1, used, || {
                    statistics.mean_square()
                });
            let log_prior = self.recipe.log_prior(&counts);
            for (c, score) in scores.iter_mut().enumerate() {
                let centre = match (&mean, c == own) {
                    (Some(mean), true) => mean.view(),
                    _ => statistics.means().row(c),
                };
                // The linear form of `scores_into`, so that both are on one scale.
                let fit: f64 = centre
                    .iter()
                    .zip(&x)
                    .zip(&scale)
                    .map(|((&m, &x), &s)| m * (x - 0.5 * m) / s)
                    .sum();
                *score = (log_prior[c] + fit) as f32;
            }
        }
        out
    }

    fn prior_temperature(&self) -> f64 {
        // A floor of one keeps the toy dimensions of tests and sensors from over-confidence.
        (self.columns.len() as f64 / 50.0).max(1.0)
    }
}
