//! One step of gradient descent on a batch and on what is replayed with it, and where a class starts from.

use super::memory::Example;
use super::{Factor, SHORTEST, UerStream};
use crate::numerics::linalg;
use crate::numerics::math::softmax;
use crate::task::class_sums;

/// Standard deviation of the numbers that a class starts from where it is not imprinted.
const SMALL: f64 = 0.01;

/// Mean cross-entropy of some examples, and its gradient with respect to their products with the weights.
pub(super) struct Side<'a> {
    examples: &'a [Example],
    factor: Factor,
    pub loss: f64,
    /// Of each example and class.
    gradient: Vec<Vec<f64>>,
}

impl UerStream {
    /// The row that a class starts from before it has an example.
    pub(super) fn fresh(&mut self) -> Vec<f32> {
        let width = SMALL * 12.0_f64.sqrt();
        let mut number = || match self.recipe.imprint {
            true => 0.0,
            false => (width * (self.random.uniform() - 0.5)) as f32,
        };
        self.scale.iter().map(|_| number()).collect()
    }

    /// Marks the classes of these examples as seen; one that comes for the first time starts as the mean of its embeddings.
    pub(super) fn meet(&mut self, examples: &[Example]) {
        let (rows, labels) = (examples.iter().map(|e| &e.row), examples.iter());
        let shape = (self.n_classes(), self.scale.len());
        let sums = class_sums(rows, labels.map(|e| &e.label), shape);
        for first in examples {
            let class = &mut self.classes[first.label];
            if !class.seen && class.start.is_none() && self.recipe.imprint {
                let sum = sums.row(first.label).to_vec();
                let norm = norm(&sum);
                // Where embeddings cancel each other, the first of them stands for the class.
                class.weights = match norm < SHORTEST {
                    true => first.row.clone(),
                    false => sum.into_iter().map(|m| (m / norm) as f32).collect(),
                };
            }
            class.seen = true;
        }
    }

    /// What products with the weight row of each class are multiplied by to give logits.
    pub(super) fn gains(&self, factor: Factor) -> Vec<f64> {
        let gain = |norm: f64| match factor {
            Factor::Dot => self.recipe.feature_scale,
            // Too short to have a direction: its cosine is 0.
            Factor::Angle if norm < SHORTEST => 0.0,
            Factor::Angle => self.recipe.gamma / norm,
        };
        let norms = self.classes.iter().map(|class| norm(&class.weights));
        norms.map(gain).collect()
    }

    /// Loss and gradient of examples of seen classes.
    pub(super) fn side<'a>(&self, examples: &'a [Example], factor: Factor) -> Side<'a> {
        let (gains, n) = (self.gains(factor), examples.len() as f64);
        let mut loss = 0.0;
        let gradient = examples.iter().map(|example| {
            let logits = self.classes.iter().zip(&gains).map(|(class, gain)| {
                if self.answers_for(class) {
                    gain * f64::from(linalg::dot(&class.weights, &example.row))
                } else {
                    f64::NEG_INFINITY
                }
            });
            let mut gradient: Vec<f64> = logits.collect();
            let own = gradient[example.label];
            loss += (softmax(&mut gradient) - own) / n;
            gradient[example.label] -= 1.0;
            for (gradient, gain) in gradient.iter_mut().zip(&gains) {
                *gradient *= gain / n;
            }
            gradient
        });
        Side {
            examples,
            factor,
            gradient: gradient.collect(),
            loss,
        }
    }

    /// One step down the gradient of all sides together. False where it would lead out of the numbers: then only the
    /// learning rate changes, to its half.
    pub(super) fn descend(&mut self, sides: &[Side<'_>]) -> bool {
        let mut next = Vec::with_capacity(self.classes.len());
        for (c, class) in self.classes.iter().enumerate() {
            let mut weights = class.weights.clone();
            let square = norm(&weights).powi(2);
            for side in sides {
                let mut row = vec![0.0; weights.len()];
                for (example, gradient) in side.examples.iter().zip(&side.gradient) {
                    add(&mut row, gradient[c], &example.row);
                }
                if side.factor == Factor::Angle && square > 0.0 {
                    // The gradient of a cosine has no part along the weights.
                    let products = row.iter().zip(&class.weights);
                    let along: f64 = products.map(|(r, &w)| r * f64::from(w)).sum();
                    add(&mut row, -along / square, &class.weights);
                }
                for (weight, gradient) in weights.iter_mut().zip(row) {
                    *weight -= (self.learning_rate * gradient) as f32;
                }
            }
            if !self.holds(&weights) {
                self.learning_rate /= 2.0;
                return false;
            }
            next.push(weights);
        }
        for (class, weights) in self.classes.iter_mut().zip(next) {
            class.weights = weights;
        }
        true
    }

    /// Whether answers of these weights `(width,)` are numbers of single precision.
    pub(super) fn holds(&self, weights: &[f32]) -> bool {
        // NaN is in no range.
        (0.0..f64::from(f32::MAX) / self.recipe.feature_scale.max(1.0)).contains(&norm(weights))
    }
}

/// Adds `factor` times the row to a sum.
fn add(sum: &mut [f64], factor: f64, row: &[f32]) {
    if factor != 0.0 {
        linalg::add_scaled(sum, factor, row);
    }
}

/// Length of a row.
fn norm<T: Copy + Into<f64>>(row: &[T]) -> f64 {
    let square: f64 = row.iter().map(|&v| v.into() * v.into()).sum();
    square.sqrt()
}
