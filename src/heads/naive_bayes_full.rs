//! Gaussian classes that share one full covariance matrix (Gaussian discriminant analysis).
//!
//! Source: Wang et al., "A Hard-to-Beat Baseline for Training-Free CLIP-based Adaptation", 2024, arXiv:2402.04087,
//! with the ridge of Kubokawa, Srivastava, 2008. Shrinkage: Ledoit, Wolf, "A well-conditioned estimator for
//! large-dimensional covariance matrices", 2004. Differs from the source: the inverse in place of a pseudo-inverse, of the
//! smaller of two matrices; identity where the classes have no scatter; embeddings are standardised first; means of few
//! examples are known to be too far out; the weight of the scores beside the text is chosen by cross-entropy
//! over folds, not by validation accuracy.

mod ridge;

pub use ridge::Ridge;

use self::ridge::Ridged;
use super::prior::{CENTER_COUNT, settled, typical_temperature};
use super::zero_shot::FittedZeroShot;
use super::{
    FittedHead, Head, HeadSpec, Linear, Prior, Query, Scratch, ZeroShot, check_amount,
    check_within, cross_entropy,
};
use crate::numerics::linalg::{self, Inverse};
use crate::task::Task;
use crate::validation::ENOUGH;
use crate::{Error, Result};
use ndarray::{Array1, Array2, Axis, Zip};
use serde::{Deserialize, Serialize};

/// Scores a query by the log-likelihood of each class, up to a term that all classes share.
///
/// With m the class means of the embeddings, S the scatter of the n examples around them, in d dimensions:
/// ```text
/// P     = inverse covariance: see Ridge           (the identity where tr(S) is rounding only)
/// u     = m - g, g the mean of the class means
/// score = ln prior + u.P (x - g) - k / (k + center_count) u.P u / 2,     k the examples of the class
/// ```
/// With `text` it is `100 cosine(x, text) + alpha score`, in which a class with a text and no examples has the mean
/// score of the others.
/// # Shapes
/// Embeddings `(n, d)`; weights `(C, d)`, bias `(C,)`.
/// # Units
/// Nats, on a scale that is too confident by far: the prior temperature is 0.07 of the typical gap between two classes.
/// Logits with `text`. A class without examples scores `-inf`, with `text` unless it has one.
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `ridge` | ks | ks, ledoit_wolf, {"fixed": r} | see [`Ridge`] |
/// | `standardise` | true | | whether [`Head::prepare`] standardises the embeddings, see [`Task::standardised`]; false as published |
/// | `prior` | uniform | uniform, empirical, smoothed | class prior |
/// | `center_count` | 1 | 0 to 1e6 | examples that the common centre is worth beside those of a class: a mean of few lies too far out; 0 as published |
/// | `text` | false | | whether texts, where there are any, take part |
/// | `alpha` | none | 0 to 1000 | weight of the scores beside the text; none: the power of ten from 0.0001 to 100 with the least cross-entropy over folds; 1 / prior temperature where no class has two examples |
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// Fit O(k^3 + n d (k + C)) with k the smaller of n and d; score O(C d). To choose alpha takes a fit for each fold more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NaiveBayesFull {
    /// What keeps the scatter invertible.
    pub ridge: Ridge,
    /// Whether embeddings are standardised.
    pub standardise: bool,
    /// Class prior.
    pub prior: Prior,
    /// Examples that the common centre is worth beside those of a class.
    pub center_count: f64,
    /// Whether texts take part.
    pub text: bool,
    /// Weight of the scores beside the text.
    pub alpha: Option<f64>,
}

impl Default for NaiveBayesFull {
    fn default() -> Self {
        Self {
            ridge: Ridge::default(),
            standardise: true,
            prior: Prior::default(),
            center_count: CENTER_COUNT.get(),
            text: false,
            alpha: None,
        }
    }
}

impl Head for NaiveBayesFull {
    type Fitted = FittedNaiveBayesFull;
    const NAME: &'static str = "naive_bayes_full";

    fn prepare(&self, task: Task) -> Result<Task> {
        Ok(if self.standardise {
            task.standardised()
        } else {
            task
        })
    }

    fn check(&self) -> Result<()> {
        if let Ridge::Fixed(r) = self.ridge {
            check_within("naive_bayes_full.ridge", r, 1e-6, 1e3, "0.000001 to 1000")?;
        }
        check_amount("naive_bayes_full.center_count", self.center_count)?;
        let alpha = self.alpha.unwrap_or(0.0);
        check_within("naive_bayes_full.alpha", alpha, 0.0, 1e3, "0 to 1000")
    }

    fn fit(&self, task: &Task) -> Result<FittedNaiveBayesFull> {
        self.check()?;
        let (mut means, centred) = centre(task);
        let counts = task.counts();
        let used = counts.iter().filter(|&&n| n > 0).count();
        let center = means.sum_axis(Axis(0)) / used.max(1) as f64;
        for (mut mean, _) in means
            .rows_mut()
            .into_iter()
            .zip(&counts)
            .filter(|(_, n)| **n > 0)
        {
            mean -= &center;
        }
        let weights = match self.ridge.of(&centred, used) {
            None => means.clone(),
            Some(ridged) => precise(&centred, &means, ridged)?,
        };
        let own = (&weights * &means).sum_axis(Axis(1));
        let prior_counts: Vec<f64> = counts.iter().map(|&n| n as f64).collect();
        let half = Zip::from(&own)
            .and(&prior_counts)
            .map_collect(|own, &n| 0.5 * settled(n, self.center_count) * own);
        let bias = Array1::from(self.prior.log(&prior_counts)) - half - weights.dot(&center);
        let fitted = FittedNaiveBayesFull {
            temperature: typical_temperature(&weights, &means, &counts),
            linear: Linear::of_embeddings(&weights, &bias, task),
            alpha: None,
        };
        if self.text && task.has_text() {
            self.with_text(task, &fitted, weights, bias)
        } else {
            Ok(fitted)
        }
    }
}

impl NaiveBayesFull {
    /// Adds the logits of the texts to alpha times the scores of the images: weights `(C, d)` and bias `(C,)`.
    fn with_text(
        &self,
        task: &Task,
        images: &FittedNaiveBayesFull,
        mut weights: Array2<f64>,
        mut bias: Array1<f64>,
    ) -> Result<FittedNaiveBayesFull> {
        let FittedZeroShot(text) = ZeroShot::default().fit(task)?;
        let alpha = match self.alpha {
            Some(alpha) => alpha,
            None => self.best_alpha(task, &text, images.temperature)?,
        };
        // The mean of the others stands for a class that has a text and no examples.
        let (unused, used): (Vec<usize>, Vec<usize>) =
            (0..bias.len()).partition(|&c| bias[c] == f64::NEG_INFINITY);
        let mean = linalg::select(weights.view(), &used).mean_axis(Axis(0));
        let mean = mean.unwrap_or_else(|| Array1::zeros(weights.ncols()));
        let level = used.iter().map(|&c| bias[c]).sum::<f64>() / used.len().max(1) as f64;
        for c in unused {
            weights.row_mut(c).assign(&mean);
            bias[c] = level;
        }
        Ok(FittedNaiveBayesFull {
            linear: Linear::of_embeddings(&(weights * alpha), &(bias * alpha), task).plus(&text),
            temperature: 1.0,
            alpha: Some(alpha),
        })
    }

    /// The power of ten with the least cross-entropy over folds; `temperature` is the prior one of the images.
    fn best_alpha(&self, task: &Task, text: &Linear, temperature: f64) -> Result<f64> {
        let images = HeadSpec::NaiveBayesFull(Self {
            text: false,
            ..self.clone()
        });
        let held_out = images.held_out(task, ENOUGH)?;
        let places: Vec<usize> = held_out.usable().collect();
        let examples: Vec<usize> = places
            .iter()
            .map(|&place| held_out.examples[place])
            .collect();
        let labels: Vec<usize> = places.iter().map(|&place| held_out.labels[place]).collect();
        let texts = text.scores(linalg::select(task.features(), &examples).view());
        let texts = linalg::wide(texts.view());
        let logits = linalg::select(held_out.logits.view(), &places);
        let mut scores = linalg::wide(logits.view()) * temperature;
        for mut row in scores.rows_mut() {
            let finite: Array1<f64> = row.iter().copied().filter(|s| s.is_finite()).collect();
            let mean = finite.mean().unwrap_or(0.0);
            for (score, text) in row.iter_mut().zip(task.text()) {
                if !score.is_finite() && text.is_some() {
                    *score = mean;
                }
            }
        }
        let mut best = (f64::INFINITY, 1.0 / temperature);
        for alpha in [1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0] {
            let loss = cross_entropy(&(&texts + &scores * alpha), &labels, 1.0);
            if loss < best.0 && !places.is_empty() {
                best = (loss, alpha);
            }
        }
        Ok(best.1)
    }
}

/// Class means `(C, d)`, zero where there is no example, and examples minus those of their classes `(n, d)`.
fn centre(task: &Task) -> (Array2<f64>, Array2<f32>) {
    let means = task.class_means();
    let mut centred = task.embeddings().to_owned();
    for (mut row, &label) in centred.rows_mut().into_iter().zip(task.labels()) {
        for (v, &m) in row.iter_mut().zip(means.row(label)) {
            *v = (f64::from(*v) - m) as f32;
        }
    }
    (means, centred)
}

/// The means times the precision `(C, d)`, by the inverse of the smaller of two matrices: the Gram matrix of the centred rows
/// or their scatter, each with the ridge on its diagonal.
fn precise(centred: &Array2<f32>, means: &Array2<f64>, ridged: Ridged) -> Result<Array2<f64>> {
    let (n, width) = centred.dim();
    let columns = centred.t().as_standard_layout().into_owned();
    let smaller = if n < width { centred } else { &columns };
    let mut matrix = linalg::wide(linalg::gram(smaller.view()).view());
    matrix.diag_mut().map_inplace(|v| *v += ridged.t);
    // Scatters are positive semi-definite up to rounding, which the least ridge exceeds.
    let inverse = Inverse::of_matrix(&matrix).ok_or_else(|| Error::Parameter {
        name: "naive_bayes_full.ridge",
        value: ridged.t.to_string(),
        range: "large enough for the rounding of the scatter",
    })?;
    Ok(if n < width {
        // (S + t I)^-1 v = (v - Z^T (Z Z^T + t I)^-1 Z v) / t (Woodbury).
        let single = linalg::single(means.view());
        let inner = linalg::products(centred.view(), single.view());
        let solved = linalg::single(inverse.solve(&linalg::wide(inner.view())).t());
        let back = linalg::products(solved.view(), columns.view());
        (means - linalg::wide(back.view())) * (ridged.factor / ridged.t)
    } else {
        let solved = inverse.solve(&means.t().to_owned());
        // Row by row, as products want it.
        solved.t().as_standard_layout().into_owned() * ridged.factor
    })
}

/// A linear classifier.
#[derive(Debug, Clone)]
pub struct FittedNaiveBayesFull {
    linear: Linear,
    temperature: f64,
    alpha: Option<f64>,
}

impl FittedNaiveBayesFull {
    /// Weight of the scores beside the text, where texts take part.
    pub fn alpha(&self) -> Option<f64> {
        self.alpha
    }
}

impl FittedHead for FittedNaiveBayesFull {
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
