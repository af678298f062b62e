//! Gaussian classes that share one full covariance matrix (Gaussian discriminant analysis).
//!
//! Source: Wang et al., "A Hard-to-Beat Baseline for Training-Free CLIP-based Adaptation", 2024, arXiv:2402.04087,
//! with the ridge of Kubokawa, Srivastava, 2008. Shrinkage: Ledoit, Wolf, "A well-conditioned estimator for
//! large-dimensional covariance matrices", 2004. Differs from the source: the inverse in place of a pseudo-inverse, of the
//! smaller of two matrices; identity where the classes have no scatter; embeddings are standardised first; means of few
//! examples are known to be too far out; the weight of the scores beside the text is chosen by leave-one-out
//! cross-entropy, not by validation accuracy.

mod leave_one_out;
mod ridge;

pub use ridge::Ridge;

use self::ridge::{Ridged, Rule};
use super::prior::{CENTER_COUNT, settled, typical_temperature};
use super::{
    FittedHead, Head, LeaveOneOut, Linear, Prior, Query, Scratch, ZeroShot, check_amount,
    check_within, cross_entropy, spread,
};
use crate::numerics::linalg::{self, Inverse};
use crate::task::Task;
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
/// | `alpha` | none | 0 to 1000 | weight of the scores beside the text; none: the power of ten from 0.0001 to 100 with the least leave-one-out cross-entropy; 1 / prior temperature where no class has two examples |
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// Fit O(k^3 + n d (k + C)) with k the smaller of n and d; score O(C d). Leaving one out: up to 64 examples a fit for each; beyond
/// that O(d C) and a product with the inverse, with the ridge kept: its relative change is about 1/n. A chosen alpha is kept always.
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
        let width = means.ncols();
        let (n, counts) = (task.n_examples(), task.counts());
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
        let trace = centred.iter().map(|&z| f64::from(z) * f64::from(z)).sum();
        let rule = Rule::of(self.ridge, &centred, trace);
        let ridged = rule.ridge(trace, n, used, width);
        let (weights, inverse) = match ridged {
            None => (means.clone(), None),
            Some(ridged) => {
                let (weights, inverse) = precise(&centred, &means, ridged)?;
                (weights, Some(inverse))
            }
        };
        let own = (&weights * &means).sum_axis(Axis(1));
        let prior_counts: Vec<f64> = counts.iter().map(|&n| n as f64).collect();
        let half = Zip::from(&own)
            .and(&prior_counts)
            .map_collect(|own, &n| 0.5 * settled(n, self.center_count) * own);
        let bias = Array1::from(self.prior.log(&prior_counts)) - half - weights.dot(&center);
        let mut fitted = FittedNaiveBayesFull {
            temperature: typical_temperature(&weights, &means, &counts),
            linear: Linear::of_embeddings(&weights, &bias, task),
            recipe: self.clone(),
            text: None,
            ridged,
            inverse,
            counts,
            weights: linalg::single(weights.view()),
            means,
            centred,
            own,
        };
        if self.text && task.has_text() {
            fitted.join(task, &weights, &bias)?;
        }
        Ok(fitted)
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

/// The means times the precision `(C, d)`, and the factor of the smaller of two matrices: the Gram matrix of the
/// centred rows or their scatter, each with the ridge on its diagonal.
fn precise(
    centred: &Array2<f32>,
    means: &Array2<f64>,
    ridged: Ridged,
) -> Result<(Array2<f64>, Inverse)> {
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
    let weights = if n < width {
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
    };
    Ok((weights, inverse))
}

/// A linear classifier, with what leaving one out needs.
#[derive(Debug, Clone)]
pub struct FittedNaiveBayesFull {
    recipe: NaiveBayesFull,
    linear: Linear,
    temperature: f64,
    /// Logits of the texts, and the weight of the scores beside them.
    text: Option<(Linear, f64)>,
    ridged: Option<Ridged>,
    inverse: Option<Inverse>,
    counts: Vec<usize>,
    /// Means times precision, on embeddings `(C, d)`.
    weights: Array2<f32>,
    /// Class means from the mean of all of them.
    means: Array2<f64>,
    /// Examples from the means of their classes.
    centred: Array2<f32>,
    /// Squared Mahalanobis length of each mean `(C,)`.
    own: Array1<f64>,
}

impl FittedNaiveBayesFull {
    /// Whether the examples have no scatter around the means of their classes, so that this is the nearest mean.
    pub fn degenerate_covariance(&self) -> bool {
        self.ridged.is_none()
    }

    /// Weight of the scores beside the text, where texts take part.
    pub fn alpha(&self) -> Option<f64> {
        self.text.as_ref().map(|(_, alpha)| *alpha)
    }

    /// Lets the texts take part: chooses alpha and adds both classifiers.
    fn join(&mut self, task: &Task, weights: &Array2<f64>, bias: &Array1<f64>) -> Result<()> {
        let text = ZeroShot::default().fit(task)?;
        let text = text.linear().expect("zero-shot is linear").clone();
        let examples = spread(task);
        let alpha = match self.recipe.alpha {
            Some(alpha) => alpha,
            None if examples.is_empty() => 1.0 / self.temperature,
            None => {
                let scores = self.held_out(task, &examples);
                self.best_alpha(task, &text, &examples, &scores)
            }
        };
        // The mean of the others stands for a class that has a text and no examples.
        let (mut weights, mut bias) = (weights.clone(), bias.clone());
        let used: Vec<usize> = (0..self.counts.len())
            .filter(|&c| self.counts[c] > 0)
            .collect();
        let mean = weights.select(Axis(0), &used).mean_axis(Axis(0));
        let mean = mean.unwrap_or_else(|| Array1::zeros(weights.ncols()));
        let level = bias.select(Axis(0), &used).mean().unwrap_or(0.0);
        for c in (0..self.counts.len()).filter(|&c| self.counts[c] == 0) {
            weights.row_mut(c).assign(&mean);
            bias[c] = level;
        }
        let images = Linear::of_embeddings(&(weights * alpha), &(bias * alpha), task);
        self.linear = images.plus(&text);
        self.text = Some((text, alpha));
        self.temperature = 1.0;
        Ok(())
    }

    /// The power of ten whose leave-one-out scores, with the text, have the least cross-entropy.
    fn best_alpha(
        &self,
        task: &Task,
        text: &Linear,
        examples: &[usize],
        scores: &Array2<f64>,
    ) -> f64 {
        let labels: Vec<usize> = examples.iter().map(|&i| task.labels()[i]).collect();
        let mut best = (f64::INFINITY, 0.0);
        for alpha in [1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0] {
            let joined = with_text(task, text, alpha, examples, scores.clone());
            let loss = cross_entropy(&joined, &labels, 1.0);
            if loss < best.0 {
                best = (loss, alpha);
            }
        }
        best.1
    }
}

/// Held-out scores `(m, C)` of some examples, weighted and with the logits of the texts.
fn with_text(
    task: &Task,
    text: &Linear,
    alpha: f64,
    examples: &[usize],
    mut scores: Array2<f64>,
) -> Array2<f64> {
    let mut logits = vec![0.0; text.n_classes()];
    for (mut row, &i) in scores.rows_mut().into_iter().zip(examples) {
        text.scores_into(Query::of_row(task.row(i)), &mut logits);
        let finite = row.iter().filter(|s| s.is_finite());
        let mean = finite.clone().sum::<f64>() / finite.count().max(1) as f64;
        for (c, score) in row.iter_mut().enumerate() {
            *score = if score.is_finite() {
                alpha * *score
            } else if task.text()[c].is_some() {
                alpha * mean
            } else {
                f64::NEG_INFINITY
            } + f64::from(logits[c]);
        }
    }
    scores
}

impl FittedHead for FittedNaiveBayesFull {
    fn n_classes(&self) -> usize {
        self.counts.len()
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

impl LeaveOneOut for FittedNaiveBayesFull {
    fn leave_one_out(&self, task: &Task, examples: &[usize]) -> Array2<f32> {
        let scores = self.held_out(task, examples);
        let scores = match &self.text {
            Some((text, alpha)) => with_text(task, text, *alpha, examples, scores),
            None => scores,
        };
        linalg::single(scores.view())
    }

    fn exact_leave_one_out(&self) -> bool {
        self.reestimates() && (self.text.is_none() || self.recipe.alpha.is_some())
    }
}
