//! The convex form of AMU-Tuning and its solver.
//!
//! With one constant scale in place of the standardisation, the logits are linear in the weights W, and
//!
//! J(W) = sum_i w_i [lambda CE(s0_i + a_i sigma W x_i) + (1 - lambda) CE(sigma W x_i)] + mu / 2 |W - W0|^2
//!
//! is strictly convex. At its minimum W = W0 + sum_i b_i x_i^T, and each b_i is minus the gradient of the loss of
//! example i with respect to W x_i, divided by mu.
//!
//! Solver: dual coordinate ascent (Shalev-Shwartz and Zhang, "Stochastic Dual Coordinate Ascent Methods for Regularized Loss Minimization",
//! 2013, arXiv:1209.1873; for the cross-entropy of many classes: Yu, Huang and Lin, "Dual coordinate descent methods for logistic
//! regression and maximum entropy models", 2011). It solves the equation of one b_i after the other by a damped Newton step, in a random
//! order that the seed fixes. Meanwhile it keeps the logits of all examples or, where these are many, the weights.

use crate::numerics::linalg;
use crate::numerics::math::{ln, softmax};
use crate::numerics::random::Random;
use ndarray::Array2;

/// The examples, in whichever form is smaller; row-major.
pub(super) enum Rows {
    /// Their products with each other `(n, n)`.
    Gram(Array2<f32>),
    /// Their features `(n, A)`.
    Features(Array2<f32>),
}

/// A minimisation over n examples of C classes.
pub(super) struct Problem {
    pub rows: Rows,
    /// Class of each example, below C.
    pub labels: Vec<usize>,
    /// Zero-shot logits `(n, C)`; `-inf` for a class that the text does not tell from the example's own.
    pub text: Array2<f64>,
    /// Strength of the bias in the fused logits of each example: alpha times its factor.
    pub strength: Vec<f64>,
    /// Weight of each example.
    pub weights: Vec<f64>,
    pub lambda: f64,
    pub mu: f64,
    pub sigma: f64,
    /// sigma W0 x_i `(C, n)`.
    pub base: Array2<f64>,
}

/// One example and room for what belongs to it; all of it `(C,)`.
struct Example {
    number: usize,
    /// Its product with itself.
    square: f64,
    /// Its features `(A,)`, where these are known.
    row: Vec<f64>,
    /// Bias logits.
    z: Vec<f64>,
    /// Probabilities of the fused logits and of the bias.
    p: [Vec<f64>; 2],
    /// Left side of the equation mu b_i + gradient = 0, the gradient being with respect to W x_i.
    residual: Vec<f64>,
    /// Newton step.
    newton: Vec<f64>,
    /// Inverse of the diagonal of the Hessian.
    inverse: Vec<f64>,
    /// All steps together.
    step: Vec<f64>,
}

/// The relative gap at which a minimisation ends, and the passes over the examples after which it gives up.
pub(super) type Until = (f64, usize);

/// An example that promises less than this part of the mean of the last pass waits for the next one.
const SKIP: f64 = 0.1;

/// Steps for one example before the next one has its turn, unless they promise less than this part of the first.
const NEWTON_STEPS: usize = 4;
const SLIGHT: f64 = 0.1;

/// Classes whose part of a step is below this part of the largest one wait.
const SPARSE: f64 = 0.1;

impl Problem {
    /// Minimises J from these `b (n, C)` on.
    pub fn ascend(&self, b: &mut Array2<f64>, (gap, passes): Until) {
        let n = self.labels.len();
        // Kept up to date while b changes: the bias logits of all examples `(C, n)`, or sigma (W - W0) `(C, A)`.
        let mut sums = match &self.rows {
            Rows::Gram(_) => self.base.clone(),
            Rows::Features(features) => Array2::zeros((b.ncols(), features.ncols())),
        };
        for (i, b) in b.rows().into_iter().enumerate() {
            self.add(&mut sums, i, b.iter());
        }
        let mut random = Random::new(1);
        let mut order: Vec<usize> = (0..n).collect();
        let row = || vec![0.0; b.ncols()];
        let mut example = Example {
            number: 0,
            square: 0.0,
            row: Vec::new(),
            z: row(),
            p: [row(), row()],
            residual: row(),
            newton: row(),
            inverse: row(),
            step: row(),
        };
        let mut threshold = 0.0;
        for _ in 0..passes {
            random.shuffle(&mut order);
            let (mut value, mut promised) = (0.0, 0.0);
            for &i in &order {
                self.look_at(i, &sums, &mut example);
                let b = b.row_mut(i).into_slice().expect(linalg::CONTIGUOUS);
                let learned = example.z.iter().zip(self.base.column(i));
                let along: f64 = (learned.zip(&*b))
                    .map(|((z, base), b)| b * (z - base))
                    .sum();
                value += self.mu / (2.0 * self.sigma) * along;
                let (loss, promise) = self.improve(b, threshold, &mut example);
                value += loss;
                promised += promise;
                if promise < threshold {
                    continue;
                }
                // What matters less waits: most classes hardly take part in the step of one example.
                let steps = example.step.iter();
                let largest = steps.fold(0.0_f64, |most, s| most.max(s.abs()));
                for (b, step) in b.iter_mut().zip(&mut example.step) {
                    if step.abs() < SPARSE * largest {
                        *step = 0.0;
                    }
                    *b += *step;
                }
                self.add(&mut sums, i, example.step.iter());
            }
            threshold = SKIP * promised / n as f64;
            if promised <= gap * value {
                break;
            }
        }
    }

    /// Turns to example i: its bias logits and its product with itself.
    fn look_at(&self, i: usize, sums: &Array2<f64>, at: &mut Example) {
        at.number = i;
        match &self.rows {
            Rows::Gram(gram) => {
                at.square = f64::from(gram[[i, i]]);
                at.z.iter_mut()
                    .zip(sums.column(i))
                    .for_each(|(z, sum)| *z = *sum);
            }
            Rows::Features(features) => {
                at.row.clear();
                at.row.extend(features.row(i).iter().map(|&v| f64::from(v)));
                at.square = linalg::dot(&at.row, &at.row);
                let base = self.base.column(i);
                at.z.iter_mut().zip(base).for_each(|(z, base)| *z = *base);
                linalg::add_wide_products(sums.view(), &at.row, &mut at.z);
            }
        }
    }

    /// Adds to the sums what a change of b_i `(C,)` adds.
    fn add<'a>(&self, sums: &mut Array2<f64>, i: usize, change: impl Iterator<Item = &'a f64>) {
        let (Rows::Gram(rows) | Rows::Features(rows)) = &self.rows;
        let row = rows.row(i).to_slice().expect(linalg::CONTIGUOUS);
        for (mut sum, &change) in sums.rows_mut().into_iter().zip(change) {
            if change != 0.0 {
                let sum = sum.as_slice_mut().expect(linalg::CONTIGUOUS);
                linalg::add_scaled(sum, self.sigma * change, row);
            }
        }
    }

    /// Finds the step of b_i with all others fixed. Gives the loss before, and how much a full Newton step would gain. Nothing
    /// moves below the `threshold`.
    fn improve(&self, b: &[f64], threshold: f64, at: &mut Example) -> (f64, f64) {
        at.step.fill(0.0);
        let mut first = None;
        for _ in 0..NEWTON_STEPS {
            for ((r, b), s) in at.residual.iter_mut().zip(b).zip(&at.step) {
                *r = self.mu * (b + s);
            }
            let loss = self.loss(at);
            let promise = self.newton(at);
            let (_, at_first) = *first.get_or_insert((loss, promise));
            if promise < threshold.max(SLIGHT * at_first) {
                break;
            }
            for ((s, z), newton) in at.step.iter_mut().zip(&mut at.z).zip(&at.newton) {
                *s -= newton;
                *z -= at.square * self.sigma * newton;
            }
        }
        first.expect("there is at least one step")
    }

    /// Loss of the example, whose gradient is added to the residual.
    fn loss(&self, at: &mut Example) -> f64 {
        let i = at.number;
        let (label, weight) = (self.labels[i], self.weights[i]);
        let mut loss = 0.0;
        let fused = (self.lambda, self.strength[i], true);
        let bias = (1.0 - self.lambda, 1.0, false);
        for (p, (share, strength, with_text)) in at.p.iter_mut().zip([fused, bias]) {
            if share == 0.0 {
                continue;
            }
            for ((p, z), text) in p.iter_mut().zip(&at.z).zip(self.text.row(i)) {
                *p = strength * z + if with_text { *text } else { 0.0 };
            }
            let own = p[label];
            loss += weight * share * (softmax(p) - own);
            let scale = weight * share * strength * self.sigma;
            for (residual, p) in at.residual.iter_mut().zip(p) {
                *residual += scale * *p;
            }
            at.residual[label] -= scale;
        }
        loss
    }

    /// The Newton step for b_i. Gives the decrease that it promises.
    fn newton(&self, at: &mut Example) -> f64 {
        let (i, own) = (at.number, at.square);
        let scale = own * self.sigma * self.sigma * self.weights[i];
        let k = scale * self.lambda * self.strength[i] * self.strength[i];
        let l = scale * (1.0 - self.lambda);
        // The Hessian is diagonal minus two outer products k p p^T, so its inverse is that of a 2 x 2 matrix away.
        let [p, q] = &at.p;
        for ((inverse, p), q) in at.inverse.iter_mut().zip(p).zip(q) {
            *inverse = 1.0 / (self.mu + k * p + l * q);
        }
        let (mut pp, mut pq, mut qq, mut pr, mut qr) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (((p, q), inverse), r) in p.iter().zip(q).zip(&at.inverse).zip(&at.residual) {
            pp += p * inverse * p;
            pq += p * inverse * q;
            qq += q * inverse * q;
            pr += p * inverse * r;
            qr += q * inverse * r;
        }
        let (a, b, d) = (1.0 - k * pp, -(k * l).sqrt() * pq, 1.0 - l * qq);
        let (pr, qr) = (k.sqrt() * pr, l.sqrt() * qr);
        let determinant = (a * d - b * b).max(f64::MIN_POSITIVE);
        let alpha = k.sqrt() * (d * pr - b * qr) / determinant;
        let beta = l.sqrt() * (a * qr - b * pr) / determinant;
        let (mut promise, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
        for (c, (step, r)) in at.newton.iter_mut().zip(&at.residual).enumerate() {
            *step = at.inverse[c] * (r + alpha * p[c] + beta * q[c]);
            promise += *step * r;
            (low, high) = (low.min(*step), high.max(*step));
        }
        // Cross-entropy is self-concordant in the generalised sense of Bach, "Self-concordant analysis for logistic
        // regression", 2010: this part of the step never goes too far.
        let strength = match self.lambda > 0.0 {
            true => self.strength[i].max(1.0),
            false => 1.0,
        };
        let range = own * self.sigma * strength * (high - low);
        if range > 1e-9 {
            let damping = ln(1.0 + range) / range;
            at.newton.iter_mut().for_each(|step| *step *= damping);
        }
        own * promise / 2.0
    }
}
