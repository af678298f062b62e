//! One step of gradient descent on a batch and on what is replayed with it, and where a class starts from.

use super::{Factor, SHORTEST, UerStream};
use crate::numerics::linalg;
use crate::numerics::math::{exp, log_sum_exp, square};
use crate::numerics::random::Random;

/// Standard deviation of the numbers that a class starts from where it is not imprinted.
const SMALL: f64 = 0.01;

/// Mean cross-entropy of some examples, and its gradient with respect to their products with the weights.
pub(super) struct Side<'a> {
    /// `(b, width)`.
    images: &'a [f32],
    factor: Factor,
    pub loss: f64,
    /// `(b, C)`.
    gradient: Vec<f64>,
}

impl UerStream {
    /// The row that a class starts from before it has an example.
    pub(super) fn fresh(&mut self) -> Vec<f32> {
        if self.recipe.imprint {
            return vec![0.0; self.scale.len()];
        }
        let width = SMALL * 12.0_f64.sqrt();
        let number = |random: &mut Random| (width * (random.uniform() - 0.5)) as f32;
        (self.scale.iter())
            .map(|_| number(&mut self.random))
            .collect()
    }

    /// Marks the classes of these images `(b, width)` as seen; one that comes for the first time starts as their mean.
    pub(super) fn meet(&mut self, images: &[f32], labels: &[usize]) {
        let width = self.scale.len();
        for (first, &label) in images.chunks_exact(width).zip(labels) {
            let class = &mut self.classes[label];
            if !class.seen && class.start.is_none() && self.recipe.imprint {
                let mut mean = vec![0.0_f64; width];
                for (image, &other) in images.chunks_exact(width).zip(labels) {
                    if other == label {
                        add(&mut mean, 1.0, image);
                    }
                }
                let norm = mean.iter().map(|m| m * m).sum::<f64>().sqrt();
                let row = self.weights[label * width..].iter_mut();
                for ((weight, mean), &first) in row.zip(mean).zip(first) {
                    // Where images cancel each other, the first of them stands for the class.
                    *weight = if norm < SHORTEST {
                        first
                    } else {
                        (mean / norm) as f32
                    };
                }
            }
            class.seen = true;
        }
    }

    /// Weight rows of the classes.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.weights.chunks_exact(self.scale.len())
    }

    /// What products with the weight row of each class are multiplied by to give logits.
    pub(super) fn gains(&self, factor: Factor) -> Vec<f64> {
        let gain = |row: &[f32]| self.recipe.gain(factor, norm(row));
        self.rows().map(gain).collect()
    }

    /// Loss and gradient of images `(b, width)` of seen classes.
    pub(super) fn side<'a>(&self, images: &'a [f32], labels: &[usize], factor: Factor) -> Side<'a> {
        let gains = self.gains(factor);
        let mut gradient = Vec::with_capacity(labels.len() * gains.len());
        let (mut loss, n) = (0.0, labels.len() as f64);
        for (image, &label) in images.chunks_exact(self.scale.len()).zip(labels) {
            let at = gradient.len();
            for ((c, row), gain) in self.rows().enumerate().zip(&gains) {
                gradient.push(if self.answers_for(c) {
                    gain * f64::from(linalg::dot(row, image))
                } else {
                    f64::NEG_INFINITY
                });
            }
            let logits = &mut gradient[at..];
            let total = log_sum_exp(logits.iter().copied());
            loss += (total - logits[label]) / n;
            for (c, (value, gain)) in logits.iter_mut().zip(&gains).enumerate() {
                let target = f64::from(u8::from(c == label));
                *value = (exp(*value - total) - target) * gain / n;
            }
        }
        Side {
            images,
            factor,
            loss,
            gradient,
        }
    }

    /// One step down the gradient of all sides together. False where it would lead out of the numbers: then only the
    /// learning rate changes, to its half.
    pub(super) fn descend(&mut self, sides: &[Side<'_>]) -> bool {
        let (width, classes) = (self.scale.len(), self.classes.len());
        // What answers are made of must be a number of single precision too.
        let most = f64::from(f32::MAX) / self.recipe.feature_scale.max(1.0);
        let mut next = self.weights.clone();
        let rows = self.weights.chunks_exact(width);
        for (c, (old, new)) in rows.zip(next.chunks_exact_mut(width)).enumerate() {
            for side in sides {
                let mut row = vec![0.0; width];
                for (i, image) in side.images.chunks_exact(width).enumerate() {
                    add(&mut row, side.gradient[i * classes + c], image);
                }
                let square = norm(old).powi(2);
                if side.factor == Factor::Angle && square > 0.0 {
                    // The gradient of a cosine has no part along the weights.
                    let along: f64 = row.iter().zip(old).map(|(r, &w)| r * f64::from(w)).sum();
                    add(&mut row, -along / square, old);
                }
                for (new, gradient) in new.iter_mut().zip(row) {
                    *new -= (self.rate * gradient) as f32;
                }
            }
            // NaN is in no range.
            if !(0.0..most).contains(&norm(new)) {
                self.rate /= 2.0;
                return false;
            }
        }
        self.weights = next;
        true
    }
}

/// Adds `factor` times the row to a sum.
fn add(sum: &mut [f64], factor: f64, row: &[f32]) {
    if factor != 0.0 {
        linalg::add_scaled(sum, factor, row);
    }
}

/// Length of a row.
pub(super) fn norm(row: &[f32]) -> f64 {
    square(row).sqrt()
}
