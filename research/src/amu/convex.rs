//! The objective of [`Amu`], restated in the weights themselves, as a check of the library's dual form and for other solvers.
//!
//! J(W) = sum_i w_i [lambda CE(s0_i + a_i sigma W x_i) + (1 - lambda) CE(sigma W x_i)] + mu / 2 |W - W0|^2

use super::factor;
use handful::Result;
use handful::heads::{Amu, Head, ZeroShot, scores};
use handful::task::Task;
use libm::{exp, log, sqrt};
use ndarray::{Array1, Array2, ArrayView1, Axis};

/// The minimisation over n examples of the C classes that have any.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Unit images x `(n, A)`.
    pub features: Array2<f64>,
    /// Zero-shot logits s0 `(n, C)`.
    pub text: Array2<f64>,
    /// Strength a of the bias in the fused logits `(n,)`.
    pub strength: Array1<f64>,
    /// Weight w of each example `(n,)`.
    pub weights: Array1<f64>,
    /// Class of each example `(n,)`, below C.
    pub labels: Vec<usize>,
    /// Weight of the fused loss.
    pub lambda: f64,
    /// Weight of the ridge.
    pub mu: f64,
    /// What logits of the bias are multiplied by.
    pub sigma: f64,
    /// Class means at unit length W0 `(C, A)`.
    pub anchor: Array2<f64>,
}

/// The value of the objective and what comes with it.
#[derive(Debug, Clone)]
pub struct Point {
    /// J(W).
    pub value: f64,
    /// Its gradient `(C, A)`.
    pub gradient: Array2<f64>,
    /// Mean probability that the bias alone does not give to the labels.
    pub missing: f64,
}

impl Problem {
    /// The minimisation that `recipe` asks for with the strength `alpha`, and which classes it is over; `None` where fewer
    /// than two have examples. Images are all streams and missing texts the mean, as by default.
    ///
    /// # Errors
    /// Those of zero-shot recognition.
    pub fn of(recipe: &Amu, alpha: f64, task: &Task) -> Result<Option<(Self, Vec<usize>)>> {
        let counts = task.counts();
        let used: Vec<usize> = (0..counts.len()).filter(|&c| counts[c] > 0).collect();
        if used.len() < 2 {
            return Ok(None);
        }
        let place = |label: &usize| used.binary_search(label).expect("it has an example");
        let labels: Vec<usize> = task.labels().iter().map(place).collect();
        let features = (&task.features() * &task.scale()).mapv(f64::from);
        let mut anchor = Array2::zeros((used.len(), features.ncols()));
        for (row, &c) in features.rows().into_iter().zip(&labels) {
            let mut sum = anchor.row_mut(c);
            sum += &row;
        }
        for mut row in anchor.rows_mut() {
            // Opposite examples leave rounding errors, which have no direction.
            let square = row.dot(&row);
            row *= if square > 1e-12 {
                1.0 / sqrt(square)
            } else {
                0.0
            };
        }
        let logits = features.dot(&anchor.t());
        let deviation = logits.std_axis(Axis(1), 1.0).mean();
        let n = labels.len();
        let mut problem = Self {
            text: Array2::zeros((n, used.len())),
            strength: Array1::ones(n),
            weights: Array1::ones(n),
            lambda: 0.0,
            mu: recipe.mu,
            sigma: 1.0 / deviation.unwrap_or(0.0).max(1e-3),
            features,
            labels,
            anchor,
        };
        if task.has_text() {
            let zero_shot = ZeroShot::default().fit(task)?;
            let text = scores(&zero_shot, task, task.features());
            problem.lambda = recipe.lambda;
            problem.text = text.select(Axis(1), &used).mapv(f64::from);
            let factors = text
                .rows()
                .into_iter()
                .map(|row| factor(recipe, &row.to_vec()));
            problem.strength = factors.map(|factor| alpha * factor).collect();
        }
        if recipe.class_balance {
            let share = |&c: &usize| n as f64 / (counts[used[c]] * used.len()) as f64;
            problem.weights = problem.labels.iter().map(share).collect();
        }
        Ok(Some((problem, used)))
    }

    /// J and its gradient at the weights `(C, A)`.
    pub fn at(&self, weights: &Array2<f64>) -> Point {
        let z = self.sigma * self.features.dot(&weights.t());
        let from_anchor = weights - &self.anchor;
        let mut value = self.mu / 2.0 * inner(&from_anchor, &from_anchor);
        let mut missing = 0.0;
        // Of the loss with respect to W x_i.
        let mut residual = Array2::zeros(z.dim());
        for (i, &label) in self.labels.iter().enumerate() {
            let fused = &self.text.row(i) + &(self.strength[i] * &z.row(i));
            let (fused_loss, fused) = cross_entropy(fused.view(), label);
            let (bias_loss, bias) = cross_entropy(z.row(i), label);
            let (lambda, weight) = (self.lambda, self.weights[i]);
            value += weight * (lambda * fused_loss + (1.0 - lambda) * bias_loss);
            missing -= bias[label] / self.labels.len() as f64;
            let both = lambda * self.strength[i] * fused + (1.0 - lambda) * bias;
            residual.row_mut(i).assign(&(weight * self.sigma * both));
        }
        Point {
            value,
            gradient: residual.t().dot(&self.features) + self.mu * from_anchor,
            missing,
        }
    }

    /// How far J may be above its minimum, relative to it: it is strongly convex.
    pub fn gap(&self, point: &Point) -> f64 {
        inner(&point.gradient, &point.gradient)
            / (2.0 * self.mu)
            / point.value.max(f64::MIN_POSITIVE)
    }
}

/// The sum of the products of all entries.
pub(super) fn inner(a: &Array2<f64>, b: &Array2<f64>) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Cross-entropy of logits `(C,)` with a label, and its gradient.
fn cross_entropy(logits: ArrayView1<'_, f64>, label: usize) -> (f64, Array1<f64>) {
    let most = logits.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
    let mut p = logits.mapv(|logit| exp(logit - most));
    let sum = p.sum();
    p /= sum;
    p[label] -= 1.0;
    (most + log(sum) - logits[label], p)
}
