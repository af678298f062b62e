//! The published optimiser: AdamW over given batches, on the sum of two cross-entropies.
//!
//! Features, weights and moments are single precision, as in the published program; what is summed over classes is double precision.

use super::AmuPublished;
use super::fitted::mean_and_deviation;
use crate::numerics::math::{pow, softmax};
use crate::numerics::{adam, linalg};
use ndarray::Array2;

/// Decay of the first and of the second moment.
const BETAS: [f32; 2] = [0.9, 0.999];
/// Added to the root of the second moment. It is not the usual 1e-8: gradients of unit features are small.
const EPSILON: f32 = 1e-4;

/// What is learned from: R rows.
#[derive(Debug)]
pub struct TrainingRows {
    /// Unit auxiliary features `(R, A)`.
    pub features: Array2<f32>,
    /// Zero-shot logits `(R, C)`.
    pub text: Array2<f32>,
    /// Factor of the bias in the fused logits `(R,)`.
    pub factors: Vec<f64>,
    /// Class of each row `(R,)`, below C.
    pub labels: Vec<usize>,
}

/// Weights that learn step by step.
#[derive(Debug)]
pub struct Trainer<'a> {
    recipe: &'a AmuPublished,
    rows: &'a TrainingRows,
    steps: usize,
    /// Weights `(C, A)`.
    pub weights: Array2<f32>,
    /// First and second moments `(C, A)` of the gradient.
    pub moments: [Array2<f32>; 2],
}

impl<'a> Trainer<'a> {
    /// Starts from these weights `(C, A)`.
    pub fn new(recipe: &'a AmuPublished, rows: &'a TrainingRows, weights: Array2<f32>) -> Self {
        let zeros = Array2::zeros(weights.dim());
        Self {
            recipe,
            rows,
            steps: 0,
            weights,
            moments: [zeros.clone(), zeros],
        }
    }

    /// Learns from a batch of at least one row, and gives the mean cross-entropies of its fused logits and of its bias logits
    /// before the step.
    pub fn step(&mut self, batch: &[usize], learning_rate: f64) -> [f64; 2] {
        let features = self.rows.features.view();
        let features = linalg::rows(&features);
        let features: Vec<&[f32]> = batch.iter().map(|&i| features[i]).collect();
        let weights = self.weights.view();
        let mut logits = Array2::zeros((batch.len(), weights.nrows()));
        linalg::multiply(&features, &linalg::rows(&weights), &mut logits, &|_| 0);
        let size = batch.len() as f64;
        let mut losses = [0.0; 2];
        for (logits, &i) in logits.rows_mut().into_iter().zip(batch) {
            let logits = logits.into_slice().expect(linalg::CONTIGUOUS);
            let of_row = self.row_gradient(i, logits, size);
            losses = [0, 1].map(|k| losses[k] + of_row[k] / size);
        }
        self.update(learning_rate, &features, &logits);
        losses
    }

    /// Turns the bias logits `(C,)` of row `i` in a batch of `size` into the gradient with respect to them, and gives its two losses.
    fn row_gradient(&self, i: usize, logits: &mut [f32], size: f64) -> [f64; 2] {
        let AmuPublished { lambda, zscore, .. } = *self.recipe;
        let (label, strength) = (
            self.rows.labels[i],
            self.recipe.alpha * self.rows.factors[i],
        );
        let raw = logits.iter().map(|&u| f64::from(u));
        let (mean, deviation) = match zscore {
            true => mean_and_deviation(raw.clone()),
            false => (0.0, 1.0),
        };
        let z: Vec<f64> = raw.map(|u| (u - mean) / deviation).collect();
        let text = self.rows.text.row(i);
        let mut fused: Vec<f64> = (z.iter().zip(text))
            .map(|(z, &s)| f64::from(s) + strength * z)
            .collect();
        let mut bias = z.clone();
        let losses = [&mut fused, &mut bias].map(|logits| cross_entropy(logits, label));
        let mut gradient: Vec<f64> = (fused.iter().zip(&bias))
            .map(|(f, b)| (lambda * strength * f + (1.0 - lambda) * b) / size)
            .collect();
        if zscore {
            let classes = z.len() as f64;
            let mean = gradient.iter().sum::<f64>() / classes;
            let along: f64 = gradient.iter().zip(&z).map(|(g, z)| g * z).sum();
            let along = along / (classes - 1.0).max(1.0);
            for (g, z) in gradient.iter_mut().zip(&z) {
                *g = (*g - mean - z * along) / deviation;
            }
        }
        for (out, g) in logits.iter_mut().zip(gradient) {
            *out = g as f32;
        }
        losses
    }

    /// Decay, moments, update, in this order; `gradient (b, C)` is that with respect to the bias logits.
    fn update(&mut self, learning_rate: f64, features: &[&[f32]], gradient: &Array2<f32>) {
        self.steps += 1;
        let correct = |beta: f32| 1.0 - pow(f64::from(beta), self.steps as f64);
        let step = adam::Step {
            betas: BETAS,
            epsilon: EPSILON,
            keep: (1.0 - learning_rate * self.recipe.weight_decay) as f32,
            rate: (learning_rate / correct(BETAS[0])) as f32,
            unbias: (1.0 / correct(BETAS[1])) as f32,
        };
        let width = self.weights.ncols();
        let mut of_class = vec![0.0; width];
        let [first, second] = &mut self.moments;
        let [weights, first, second] = [&mut self.weights, first, second].map(|matrix| {
            let numbers = matrix.as_slice_mut().expect(linalg::CONTIGUOUS);
            numbers.chunks_exact_mut(width)
        });
        for (c, ((weights, first), second)) in weights.zip(first).zip(second).enumerate() {
            linalg::combine(&mut of_class, features, &|k| gradient[[k, c]]);
            step.apply(&of_class, weights, first, second);
        }
    }
}

/// Turns logits into the gradient of the cross-entropy with the label, which it gives.
fn cross_entropy(logits: &mut [f64], label: usize) -> f64 {
    let own = logits[label];
    let loss = softmax(logits) - own;
    logits[label] -= 1.0;
    loss
}
