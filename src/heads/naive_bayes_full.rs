//! Gaussian classes that share one full covariance matrix (Gaussian discriminant analysis).
//!
//! Source: Wang et al., "A Hard-to-Beat Baseline for Training-Free CLIP-based Adaptation", 2024, arXiv:2402.04087, with the ridge of
//! Kubokawa, Srivastava, 2008. Shrinkage: Ledoit, Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004.
//! Differs from the source: the inverse in place of a pseudo-inverse, of the smaller of two matrices; identity where the classes have no
//! scatter; embeddings are standardised first; means of few examples are known to be too far out; the weight of the scores beside the text
//! is chosen by cross-entropy over folds, not by validation accuracy.

mod ridge;

pub use ridge::Ridge;

use self::ridge::Ridged;
use super::linear::{FittedLinear, Linear};
use super::prior::{CENTER_COUNT, shrinkage, typical_temperature};
use super::{Head, HeadSpec, Prior, Recipe, ScoresBy, ZeroShot, cross_entropy, recipe::recipe};
use crate::numerics::linalg::{self, Inverse};
use crate::task::{Task, mean_of_means};
use crate::validation::ENOUGH;
use crate::{Error, Result};
use ndarray::{Array1, Array2, Axis};

recipe! {
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
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// Fit O(k^3 + n d (k + C)) with k the smaller of n and d; score O(C d). To choose alpha takes a fit for each fold more.
    #[serde(deny_unknown_fields)]
    NaiveBayesFull "naive_bayes_full" {
        /// What keeps the scatter invertible; the range is that of [`Ridge::Fixed`].
        ridge: Ridge = Ridge::Ks, 0.000001 to 1000;
        /// Whether [`Head::prepare`] standardises the embeddings, see [`Task::standardised`]; false as published.
        standardise: bool = true;
        /// Class prior.
        prior: Prior = Prior::Uniform;
        /// Examples that the common centre is worth beside those of a class, 1 as measured: a mean of few lies too far out; 0 as published.
        center_count: f64 = CENTER_COUNT, 0 to 1e6;
        /// Whether texts, where there are any, take part.
        text: bool = false;
        /// Weight of the scores beside the text; none: the power of ten from 0.0001 to 100 with the least cross-entropy over
        /// folds; 1 / prior temperature where no class has two examples.
        alpha: Option<f64> = None, 0 to 1000;
    }
}

impl Head for NaiveBayesFull {
    type Fitted = FittedLinear;

    fn scores_by(&self) -> ScoresBy {
        match self.text {
            true => ScoresBy::Either,
            false => ScoresBy::Examples,
        }
    }

    fn standardises(&self, _has_text: bool) -> bool {
        self.standardise
    }

    fn fit(&self, task: &Task) -> Result<FittedLinear> {
        self.check()?;
        let used = task.used();
        let mut means = task.class_means();
        let of_examples = means.select(Axis(0), task.labels());
        let centred = linalg::wide(task.embeddings()) - of_examples;
        let centred = linalg::single(centred.view());
        let center = mean_of_means(&used, means.ncols(), &|c| means.row(c));
        for &c in &used {
            let mut mean = means.row_mut(c);
            mean -= &center;
        }
        let weights = match self.ridge.of(&centred, used.len()) {
            None => means.clone(),
            // Scatters are positive semi-definite up to rounding, which the least ridge exceeds.
            Some(ridged) => precise(&centred, &means, ridged).ok_or_else(|| {
                let range = "large enough for the rounding of the scatter";
                Error::parameter("naive_bayes_full.ridge", format!("{:?}", self.ridge), range)
            })?,
        };
        let counts: Array1<f64> = task.counts().into_iter().map(|n| n as f64).collect();
        let own = (&weights * &means).sum_axis(Axis(1));
        // Centred means sum to nothing.
        let temperature = typical_temperature(own.select(Axis(0), &used), 0.0);
        let half = own * counts.mapv(|n| 0.5 * shrinkage(n, self.center_count));
        let bias = self.prior.log(&counts) - half - weights.dot(&center);
        if self.text && task.has_text() {
            return self.with_text(task, temperature, weights, bias);
        }
        Ok(FittedLinear {
            linear: Linear::of_embeddings(&weights, &bias, task),
            temperature,
        })
    }
}

impl NaiveBayesFull {
    /// Adds the logits of the texts to alpha times the scores of the images: weights `(C, d)` and bias `(C,)`, of this prior temperature.
    fn with_text(
        &self,
        task: &Task,
        temperature: f64,
        mut weights: Array2<f64>,
        mut bias: Array1<f64>,
    ) -> Result<FittedLinear> {
        let text = ZeroShot::default().fit(task)?.linear;
        let alpha = match self.alpha {
            Some(alpha) => alpha,
            None => self.best_alpha(task, &text, temperature)?,
        };
        // The mean of the others stands for a class that has a text and no examples.
        let used = task.used();
        let mean = mean_of_means(&used, weights.ncols(), &|c| weights.row(c));
        let level = used.iter().map(|&c| bias[c]).sum::<f64>() / used.len().max(1) as f64;
        for c in (0..bias.len()).filter(|c| !used.contains(c)) {
            weights.row_mut(c).assign(&mean);
            bias[c] = level;
        }
        let images = Linear::of_embeddings(&(weights * alpha), &(bias * alpha), task);
        Ok(FittedLinear {
            linear: images.plus(&text),
            temperature: 1.0,
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
        let of_places = |all: &[usize]| -> Vec<usize> { places.iter().map(|&i| all[i]).collect() };
        let labels = of_places(&held_out.labels);
        let rows = linalg::select(task.features(), &of_places(&held_out.examples));
        let texts = linalg::wide(text.scores(rows.view()).view());
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

/// The means times the precision `(C, d)`, by the inverse of the smaller of two matrices: the Gram matrix of the centred rows
/// or their scatter, each with the ridge on its diagonal.
fn precise(centred: &Array2<f32>, means: &Array2<f64>, ridged: Ridged) -> Option<Array2<f64>> {
    let (n, width) = centred.dim();
    let columns = centred.t().as_standard_layout().into_owned();
    let smaller = if n < width { centred } else { &columns };
    let mut matrix = linalg::wide(linalg::gram(smaller.view()).view());
    matrix.diag_mut().map_inplace(|v| *v += ridged.t);
    let inverse = Inverse::of_matrix(&matrix)?;
    Some(if n < width {
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
