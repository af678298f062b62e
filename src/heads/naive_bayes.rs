//! Gaussian naive Bayes with one diagonal variance shared by all classes.
//!
//! Source: Zheng et al., "Revisiting Discriminative vs. Generative Classifiers: Theory and Implications", 2023,
//! arXiv:2302.02334. Streaming statistics: Welford (1962); merging them: Chan, Golub, LeVeque (1979).
//! Differs from the source: the variance is shrunk towards its mean over the dimensions, and classes are equally
//! likely unless told otherwise, because the number of photos that somebody took says little about what comes next;
//! a mean of few examples is known to lie too far out.

mod statistics;

pub use statistics::Statistics;

use super::prior::{CENTER_COUNT, settled, temperature_of_sums};
use super::{
    FittedHead, Head, Linear, Prior, Query, Scratch, Without, check_amount, check_within,
    fit_without, pseudo,
};
use crate::Result;
use crate::numerics::linalg;
use crate::task::Task;
use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

/// What the sums of squares are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dof {
    /// The number of examples, as published.
    #[default]
    Examples,
    /// The number of examples less that of the classes that have any, at least 1: an unbiased estimate.
    Classes,
}

/// Scores a query by the log-likelihood of each class, up to a term that all classes share.
///
/// With m the class means, M2 the within-class sums of squares, N examples in C classes that have any:
/// ```text
/// v = M2 / N                     (variance of each dimension; M2 / (N - C) with dof classes)
/// u = mean of v                  (mean of squares where v is zero throughout)
/// s = (1 - eta) v + eta u + floor u,      eta = nu / (nu + N - C), 1 where N = C
/// score = ln prior - sum over dimensions of (x - m)^2 / 2 s + center_count / (n + center_count) (m - g)^2 / 2 s
/// ```
/// where n counts the examples of the class and g is the mean of the class means.
/// # Shapes
/// Embeddings `(n, d)`; means `(C, d)`, variance `(d,)`, d the width of a row.
/// # Units
/// Nats, on a scale that is far too confident (the dimensions are not independent): the prior temperature is 0.07 of
/// the typical gap between two classes. A class without examples scores `-inf`, but for `text_count`.
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `nu` | 50 | 0 to 1e6 | examples that the spherical prior of the variance is worth; 0 is the published head |
/// | `eta` | none | 0 to 1 | share of the sphere in the variance, whatever the number of examples; none: from `nu` |
/// | `floor` | 0.000001 | 1e-12 to 1 | share of the mean variance that every dimension has in addition |
/// | `dof` | examples | examples, classes | what the sums of squares are divided by |
/// | `prior` | uniform | uniform, empirical, smoothed | class prior |
/// | `center_count` | 1 | 0 to 1e6 | examples that the common centre g is worth beside those of a class: a mean of few lies too far out; 0 as published |
/// | `minmax` | false | | as published, scales each dimension to between 0 and 1 first, by the least and the greatest number among the examples; changes shrinkage and floor only |
/// | `text_count` | 0 | 0 to 1e6 | examples that the text of a class is worth to its mean, moved to where images lie; 1 or 2 where texts are good. Needs two classes with text and examples |
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// Fit O(n d), one more or one fewer example O(d) and O(C d) to refresh the weights; score O(C d).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NaiveBayes {
    /// Examples that the spherical prior of the variance is worth.
    pub nu: f64,
    /// Share of the sphere in the variance, if it is fixed.
    pub eta: Option<f64>,
    /// Share of the mean variance that every dimension has in addition, so that a constant one never divides by zero.
    pub floor: f64,
    /// What the sums of squares are divided by.
    pub dof: Dof,
    /// Class prior.
    pub prior: Prior,
    /// Examples that the common centre is worth beside those of a class.
    pub center_count: f64,
    /// Whether each dimension is scaled to between 0 and 1 first.
    pub minmax: bool,
    /// Examples that the text of a class is worth to its mean.
    pub text_count: f64,
}

impl Default for NaiveBayes {
    fn default() -> Self {
        Self {
            nu: 50.0,
            eta: None,
            floor: 1e-6,
            dof: Dof::default(),
            prior: Prior::default(),
            center_count: CENTER_COUNT.get(),
            minmax: false,
            text_count: 0.0,
        }
    }
}

impl NaiveBayes {
    /// Fits the head to statistics of the unit rows of a task that were kept up to date. Of the task it reads the
    /// streams and their trust; the examples only where [`NaiveBayes::needs_statistics_only`] is false.
    ///
    /// # Errors
    /// Those of [`Head::fit`].
    pub fn fit_statistics(&self, unit: &Statistics, task: &Task) -> Result<FittedNaiveBayes> {
        self.check()?;
        // Embeddings are unit rows times these factors, plus these numbers.
        let mut factor = task.scale().mapv(f64::from);
        let mut shift = Array1::zeros(factor.len());
        // Of the means only where they are not just that.
        let mut embeddings = None;
        let mut counts: Vec<f64> = unit.counts().iter().map(|&n| n as f64).collect();
        if self.text_count > 0.0 {
            let means = embeddings.insert(unit.means() * &factor);
            let rows = pseudo::rows(task, means);
            for (c, row) in rows.iter().enumerate() {
                if let Some(row) = row {
                    let part = self.text_count / (counts[c] + self.text_count);
                    let delta = row - &means.row(c);
                    means.row_mut(c).scaled_add(part, &delta);
                    counts[c] += self.text_count;
                }
            }
        }
        if self.minmax {
            let (range, low) = extent(task);
            let means = embeddings.take().unwrap_or_else(|| unit.means() * &factor);
            embeddings = Some(means * &range + &low);
            factor *= &range;
            shift = low;
        }
        let square = &factor * &factor;
        let mut variance = self.shrink(
            unit.within() * &square,
            unit.n_examples(),
            unit.n_used(),
            || unit.affine(&factor, &shift).mean_square(),
        );
        let log_prior = self.prior.log(&counts);
        variance.mapv_inplace(f64::recip);
        // Where the embeddings are unit rows times a factor, it can as well be multiplied into the inverse of the variance.
        let (means, precision) = match &embeddings {
            Some(embeddings) => (embeddings, variance),
            None => (unit.means(), variance * &square),
        };
        let used = |&c: &usize| unit.counts()[c] > 0;
        let sum = linalg::sum_rows(means, (0..counts.len()).filter(used));
        let mut weights = Array2::zeros(means.dim());
        let products: Vec<_> = (means.rows().into_iter().zip(weights.rows_mut()))
            .map(|(mean, row)| linalg::weigh([mean, precision.view(), sum.view()], row))
            .collect();
        if embeddings.is_some() {
            weights *= &factor.mapv(|v| v as f32);
        }
        let total = |k: usize| (0..counts.len()).filter(used).map(|c| products[c][k]).sum();
        let (own, all): (f64, f64) = (total(0), total(1));
        let n = unit.n_used() as f64;
        let mut bias = Array1::zeros(counts.len());
        for (c, &[square, along]) in products.iter().enumerate() {
            let moved = if self.minmax {
                (&means.row(c) * &precision).dot(&shift)
            } else {
                0.0
            };
            // Squared length of the class mean as seen from the mean of all class means; noise makes it too long by `excess` of it.
            let length = square - 2.0 * along / n.max(1.0) + all / (n * n).max(1.0);
            let excess = 0.5 * (1.0 - settled(counts[c], self.center_count)) * length;
            bias[c] = (log_prior[c] + moved - 0.5 * square + excess) as f32;
        }
        Ok(FittedNaiveBayes {
            temperature: temperature_of_sums(own, all, n),
            linear: Linear::of_single(weights, bias),
        })
    }

    /// Whether statistics say all that the head wants to know of the examples.
    pub fn needs_statistics_only(&self) -> bool {
        !self.minmax && self.text_count == 0.0
    }

    /// Shrunk variance of each dimension, from the within-class sums of squares of so many examples and classes.
    fn shrink(
        &self,
        mut within: Array1<f64>,
        examples: usize,
        classes: usize,
        mean_square: impl Fn() -> f64,
    ) -> Array1<f64> {
        let spare = examples.saturating_sub(classes) as f64;
        let n = match self.dof {
            Dof::Examples => examples as f64,
            Dof::Classes => spare,
        };
        let n = n.max(1.0);
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
            self.eta.unwrap_or(self.nu / (self.nu + spare))
        };
        let (own, common) = ((1.0 - eta) / n, (eta + self.floor) * mean);
        within.mapv_inplace(|m2| own * m2 + common);
        within
    }
}

/// Per dimension of the embeddings, 1 / (greatest - least) and -least / (greatest - least); no range counts as 1.
fn extent(task: &Task) -> (Array1<f64>, Array1<f64>) {
    let embeddings = task.embeddings();
    let fold = |start: f32, f: fn(f32, f32) -> f32| {
        embeddings.map_axis(Axis(0), |column| {
            f64::from(column.iter().copied().fold(start, f))
        })
    };
    if embeddings.nrows() == 0 {
        return (
            Array1::ones(embeddings.ncols()),
            Array1::zeros(embeddings.ncols()),
        );
    }
    let low = fold(f32::INFINITY, f32::min);
    let range = fold(f32::NEG_INFINITY, f32::max) - &low;
    let range = range.mapv(|r| if r > 0.0 { 1.0 / r } else { 1.0 });
    let low = -low * &range;
    (range, low)
}

impl Head for NaiveBayes {
    type Fitted = FittedNaiveBayes;
    const NAME: &'static str = "naive_bayes";

    fn check(&self) -> Result<()> {
        check_amount("naive_bayes.nu", self.nu)?;
        check_within(
            "naive_bayes.eta",
            self.eta.unwrap_or(0.0),
            0.0,
            1.0,
            "0 to 1",
        )?;
        check_within("naive_bayes.floor", self.floor, 1e-12, 1.0, "1e-12 to 1")?;
        check_amount("naive_bayes.center_count", self.center_count)?;
        check_amount("naive_bayes.text_count", self.text_count)
    }

    fn fit(&self, task: &Task) -> Result<FittedNaiveBayes> {
        self.fit_statistics(&Statistics::of(task), task)
    }

    fn without<'a>(&'a self, task: &'a Task) -> Without<'a, FittedNaiveBayes> {
        if !self.needs_statistics_only() {
            return fit_without(self, task);
        }
        let (all, classes) = (Statistics::of(task), task.subset(&[]));
        Box::new(move |fold| {
            let mut rest = all.clone();
            for &i in fold {
                rest.take_away(task.labels()[i], task.row(i));
            }
            Ok((self.fit_statistics(&rest, &classes)?, classes.clone()))
        })
    }
}

/// A linear classifier: the squares of the query are the same for every class and left out.
#[derive(Debug, Clone)]
pub struct FittedNaiveBayes {
    linear: Linear,
    temperature: f64,
}

impl FittedHead for FittedNaiveBayes {
    fn n_classes(&self) -> usize {
        self.linear.n_classes()
    }

    fn scores_into(&self, query: Query<'_>, _scratch: &mut Scratch, out: &mut [f32]) {
        self.linear.scores_into(query, out);
    }

    fn prior_temperature(&self) -> f64 {
        self.temperature
    }

    fn linear(&self) -> Option<&Linear> {
        Some(&self.linear)
    }
}
