//! The convex form of AMU-Tuning and its solver.
//!
//! With one constant scale in place of the standardisation, the logits are linear in the weights W, and
//!
//! J(W) = sum_i w_i [lambda CE(s0_i + a_i sigma W x_i) + (1 - lambda) CE(sigma W x_i)] + mu / 2 |W - W0|^2
//!
//! is strictly convex. At its minimum W = W0 + sum_i b_i x_i^T, and each b_i is minus the gradient of the loss of
//! example i with respect to W x_i, divided by mu.
//!
//! Solver: dual coordinate ascent (Shalev-Shwartz and Zhang, "Stochastic Dual Coordinate Ascent Methods for Regularized
//! Loss Minimization", 2013, arXiv:1209.1873; for the cross-entropy of many classes: Yu, Huang and Lin, "Dual coordinate
//! descent methods for logistic regression and maximum entropy models", 2011). It solves the equation of one b_i after
//! the other by a damped Newton step, in a random order that the seed fixes. Its passes cost what one product with the
//! Gram matrix costs, and it needs a third of them.

use crate::numerics::linalg;
use crate::numerics::math::{larger, ln, softmax};
use crate::numerics::random::Random;
use ndarray::Array2;

/// A minimisation over n examples of C classes; what is `(n, C)` is stored with `stride` numbers a row.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub kernel: Kernel,
    pub classes: usize,
    pub stride: usize,
    /// Class of each example, below `classes`.
    pub labels: Vec<usize>,
    /// Zero-shot logits `(n, C)`.
    pub text: Vec<f64>,
    /// Strength of the bias in the fused logits of each example: alpha times its factor.
    pub strength: Vec<f64>,
    /// Weight of each example.
    pub weights: Vec<f64>,
    pub lambda: f64,
    pub mu: f64,
    pub sigma: f64,
    /// sigma W0 x_i `(n, C)`.
    pub base: Vec<f64>,
}

/// How the examples are known.
#[derive(Debug, Clone)]
pub(super) enum Kernel {
    /// By their products with each other `(n, n)`, row-major.
    Gram(Array2<f32>),
    /// By their features `(n, A)`: for many examples of few features.
    Features(Array2<f32>),
}

/// Minimum of a problem.
#[derive(Debug, Clone)]
pub(super) struct Minimum {
    /// b_i `(n, C)`, with the stride of the problem.
    pub b: Vec<f64>,
    /// How far J may be above its minimum, relative to it.
    pub gap: f64,
}

/// Room for what belongs to one example.
pub(super) struct Room {
    /// Probabilities of the fused logits and of the bias.
    p: [Vec<f64>; 2],
    /// Gradient with respect to W x_i.
    pub gradient: Vec<f64>,
    residual: Vec<f64>,
    step: Vec<f64>,
    /// Of the diagonal of the Hessian.
    inverse: Vec<f64>,
}

/// sigma (W - W0) x_i of all examples, kept up to date while b changes.
enum Bias<'p> {
    Gram(&'p Array2<f32>, Vec<f64>),
    Features(&'p Array2<f32>, Array2<f32>),
}

impl Problem {
    pub fn n(&self) -> usize {
        self.labels.len()
    }

    pub fn room(&self) -> Room {
        let row = || vec![0.0; self.stride];
        Room {
            p: [row(), row()],
            gradient: row(),
            residual: row(),
            step: row(),
            inverse: row(),
        }
    }

    /// Loss of example `i` with bias logits `z (C,)`, and in the room its probabilities and its gradient.
    pub fn loss(&self, i: usize, z: &[f64], room: &mut Room) -> f64 {
        let (label, weight) = (self.labels[i], self.weights[i]);
        let text = &self.text[i * self.stride..];
        room.gradient.fill(0.0);
        let mut loss = 0.0;
        let fused = (self.lambda, self.strength[i], 1.0);
        let bias = (1.0 - self.lambda, 1.0, 0.0);
        for (p, (share, strength, with_text)) in room.p.iter_mut().zip([fused, bias]) {
            if share == 0.0 {
                continue;
            }
            for c in 0..self.classes {
                p[c] = with_text * text[c] + strength * z[c];
            }
            let p = &mut p[..self.classes];
            let own = p[label];
            loss += weight * share * (softmax(p) - own);
            let scale = weight * share * strength * self.sigma;
            for (p, g) in p.iter().zip(&mut room.gradient) {
                *g += scale * p;
            }
            room.gradient[label] -= scale;
        }
        loss
    }

    /// The Newton step for b_i, of whose equation the residual is in the room; `own` is the product of the example with
    /// itself. Gives the decrease that it promises.
    fn newton(&self, i: usize, own: f64, room: &mut Room) -> f64 {
        let scale = own * self.sigma * self.sigma * self.weights[i];
        let curvature = [
            scale * self.lambda * self.strength[i] * self.strength[i],
            scale * (1.0 - self.lambda),
        ];
        // The Hessian is diagonal minus two outer products k p p^T, so its inverse is that of a 2 x 2 matrix away.
        let [p, q] = &room.p;
        let [k, l] = curvature;
        for ((inverse, p), q) in room.inverse.iter_mut().zip(p).zip(q) {
            *inverse = 1.0 / (self.mu + k * p + l * q);
        }
        let (mut pp, mut pq, mut qq, mut pr, mut qr) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for c in 0..self.classes {
            let (inverse, r) = (room.inverse[c], room.residual[c]);
            room.step[c] = inverse * r;
            pp += p[c] * inverse * p[c];
            pq += p[c] * inverse * q[c];
            qq += q[c] * inverse * q[c];
            pr += p[c] * inverse * r;
            qr += q[c] * inverse * r;
        }
        let (a, b, d) = (1.0 - k * pp, -(k * l).sqrt() * pq, 1.0 - l * qq);
        let (pr, qr) = (k.sqrt() * pr, l.sqrt() * qr);
        let determinant = (a * d - b * b).max(f64::MIN_POSITIVE);
        let (alpha, beta) = (
            k.sqrt() * (d * pr - b * qr) / determinant,
            l.sqrt() * (a * qr - b * pr) / determinant,
        );
        let (mut promise, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
        for c in 0..self.classes {
            let step = room.step[c] + room.inverse[c] * (alpha * p[c] + beta * q[c]);
            room.step[c] = step;
            promise += step * room.residual[c];
            (low, high) = (-larger(-low, -step), larger(high, step));
        }
        // Cross-entropy is self-concordant in the generalised sense of Bach, "Self-concordant analysis for logistic
        // regression", 2010: this part of the step never goes too far.
        let strength = if self.lambda > 0.0 {
            self.strength[i].max(1.0)
        } else {
            1.0
        };
        let range = own * self.sigma * strength * (high - low);
        let damping = if range > 1e-9 {
            ln(1.0 + range) / range
        } else {
            1.0
        };
        for step in &mut room.step {
            *step *= damping;
        }
        own * promise / 2.0
    }

    /// Minimises J to a relative gap, from `start` or from zero.
    pub fn ascend(&self, start: Option<Vec<f64>>, tolerance: f64) -> Minimum {
        let (n, stride) = (self.n(), self.stride);
        let mut bias = Bias::new(self);
        let mut b = start.unwrap_or_else(|| vec![0.0; n * stride]);
        for i in 0..n {
            let row = &b[i * stride..(i + 1) * stride];
            if row.iter().any(|&v| v != 0.0) {
                bias.add(i, self.sigma, row);
            }
        }
        let mut random = Random::new(1);
        let mut order: Vec<usize> = (0..n).collect();
        let mut room = self.room();
        let (mut z, mut step) = (vec![0.0; stride], vec![0.0; stride]);
        let (mut threshold, mut gap) = (0.0, f64::INFINITY);
        for _ in 0..MOST_PASSES {
            random.shuffle(&mut order);
            let (mut value, mut promised) = (0.0, 0.0);
            for &i in &order {
                let own = bias.logits(i, &mut z);
                let row = i * stride..(i + 1) * stride;
                let b = &mut b[row.clone()];
                let along: f64 = b.iter().zip(&z).map(|(b, z)| b * z).sum();
                for (z, base) in z.iter_mut().zip(&self.base[row]) {
                    *z += base;
                }
                value += self.mu / (2.0 * self.sigma) * along;
                let (loss, promise) =
                    self.improve(i, own, b, &mut z, &mut step, threshold, &mut room);
                value += loss;
                promised += promise;
                if promise < threshold {
                    continue;
                }
                // What matters less waits: most classes hardly take part in the step of one example.
                let largest = step.iter().fold(0.0, |most, s| larger(most, s.abs()));
                for (b, step) in b.iter_mut().zip(&mut step) {
                    if step.abs() < SPARSE * largest {
                        *step = 0.0;
                    }
                    *b += *step;
                }
                bias.add(i, self.sigma, &step);
            }
            gap = promised / value.max(f64::MIN_POSITIVE);
            threshold = SKIP * promised / n as f64;
            if gap <= tolerance {
                break;
            }
        }
        Minimum { b, gap }
    }

    /// Moves b_i, all others fixed, by `step (C,)`; `z (C,)` are its logits, which follow. Gives its loss before, and how
    /// much a full Newton step would have gained. Nothing moves below the `threshold`.
    #[allow(
        clippy::too_many_arguments,
        reason = "buffers that belong to the caller"
    )]
    fn improve(
        &self,
        i: usize,
        own: f64,
        b: &[f64],
        z: &mut [f64],
        step: &mut [f64],
        threshold: f64,
        room: &mut Room,
    ) -> (f64, f64) {
        step.fill(0.0);
        let mut first = None;
        for _ in 0..NEWTON_STEPS {
            let loss = self.loss(i, z, room);
            let gradient = room.gradient.iter();
            for (((r, b), g), s) in room.residual.iter_mut().zip(b).zip(gradient).zip(&*step) {
                *r = self.mu * (b + s) + g;
            }
            let promise = self.newton(i, own, room);
            let (_, at_first) = *first.get_or_insert((loss, promise));
            if promise < threshold.max(SETTLED * at_first) {
                break;
            }
            for ((s, z), newton) in step.iter_mut().zip(&mut *z).zip(&room.step) {
                *s -= newton;
                *z -= own * self.sigma * newton;
            }
        }
        first.expect("there is at least one step")
    }

    /// b as it is at the minimum whose bias logits are `z (n, C)`.
    pub fn of_logits(&self, z: impl Fn(usize, usize) -> f64) -> Vec<f64> {
        let mut room = self.room();
        let mut row = vec![0.0; self.stride];
        let mut b = Vec::with_capacity(self.n() * self.stride);
        for i in 0..self.n() {
            for (c, out) in row.iter_mut().enumerate().take(self.classes) {
                *out = z(i, c);
            }
            self.loss(i, &row, &mut room);
            b.extend(room.gradient.iter().map(|g| -g / self.mu));
        }
        b
    }
}

/// Passes after which the solver gives up; it needs about fifteen, and some 150 for 47 classes of textures without text.
const MOST_PASSES: usize = 1000;

/// An example that promises less than this part of the mean of the last pass waits for the next one.
const SKIP: f64 = 0.1;

/// Steps for one example before the next one has its turn, unless they promise less than this part of the first.
const NEWTON_STEPS: usize = 4;
const SETTLED: f64 = 0.1;

/// Classes whose part of a step is below this part of the largest one wait.
const SPARSE: f64 = 0.1;

impl<'p> Bias<'p> {
    fn new(problem: &'p Problem) -> Self {
        let (n, stride) = (problem.n(), problem.stride);
        match &problem.kernel {
            Kernel::Gram(gram) => Self::Gram(gram, vec![0.0; n * stride]),
            Kernel::Features(features) => {
                let weights = Array2::zeros((problem.classes, features.ncols()));
                Self::Features(features, weights)
            }
        }
    }

    /// Writes the logits of example `i`, and gives its product with itself.
    fn logits(&self, i: usize, out: &mut [f64]) -> f64 {
        match self {
            Self::Gram(gram, all) => {
                for (out, all) in out.iter_mut().zip(all.chunks_exact(gram.nrows())) {
                    *out = all[i];
                }
                f64::from(gram[[i, i]])
            }
            Self::Features(features, weights) => {
                let row = features.row(i);
                let row = row.to_slice().expect("feature rows are contiguous");
                for (out, weights) in out.iter_mut().zip(weights.rows()) {
                    let weights = weights.to_slice().expect("weights are row-major");
                    *out = f64::from(linalg::dot(weights, row));
                }
                f64::from(linalg::dot(row, row))
            }
        }
    }

    /// Adds `scale` times `step (C,)` to b_i.
    fn add(&mut self, i: usize, scale: f64, step: &[f64]) {
        match self {
            Self::Gram(gram, all) => {
                let products = gram.row(i);
                let products = products.to_slice().expect("a Gram matrix is row-major");
                for (all, &step) in all.chunks_exact_mut(products.len()).zip(step) {
                    if step != 0.0 {
                        linalg::add_scaled(all, scale * step, products);
                    }
                }
            }
            Self::Features(features, weights) => {
                for (mut weights, &step) in weights.rows_mut().into_iter().zip(step) {
                    weights.scaled_add((scale * step) as f32, &features.row(i));
                }
            }
        }
    }
}
