//! Other ways to the minimum of the convex form, for comparison.
//!
//! All move the coefficients b; their metric is that of the weights, |b^T X|, so a gradient is its own coefficients, and
//! each step costs one product with the Gram matrix.

use super::convex::{Minimum, Problem};
use crate::numerics::linalg::Inverse;
use ndarray::Array2;

/// Where a solver stands.
struct Point {
    b: Vec<f64>,
    /// Products of b with the Gram matrix.
    gb: Vec<f64>,
    value: f64,
    /// Coefficients of the gradient, and their products with the Gram matrix.
    gradient: Vec<f64>,
    gg: Vec<f64>,
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn combined(a: &[f64], scale: f64, b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + scale * b).collect()
}

/// A problem whose examples are known by their products.
struct Solver<'a> {
    problem: &'a Problem,
    gram: &'a Array2<f32>,
}

impl Solver<'_> {
    /// Products of coefficients `(n, C)` with the Gram matrix.
    fn product(&self, b: &[f64]) -> Vec<f64> {
        let stride = self.problem.stride;
        let mut out = vec![0.0; b.len()];
        for (row, out) in self.gram.rows().into_iter().zip(out.chunks_mut(stride)) {
            for (&product, b) in row.iter().zip(b.chunks(stride)) {
                for (out, b) in out.iter_mut().zip(b) {
                    *out += f64::from(product) * b;
                }
            }
        }
        out
    }

    /// J at `b`, its gradient, and the mean probability that is missing from the labels.
    fn point(&self, b: Vec<f64>, gb: Vec<f64>, with_product: bool) -> (Point, f64) {
        let problem = self.problem;
        let mut room = problem.room();
        let mut value = problem.mu / 2.0 * inner(&b, &gb);
        let mut gradient = Vec::with_capacity(b.len());
        let mut missing = 0.0;
        for i in 0..problem.n() {
            let row = i * problem.stride..(i + 1) * problem.stride;
            let z = combined(&problem.base[row.clone()], problem.sigma, &gb[row.clone()]);
            value += problem.loss(i, &z, &mut room);
            missing -= room.gradient[problem.labels[i]] / problem.sigma;
            gradient.extend(combined(&room.gradient, problem.mu, &b[row]));
        }
        let gg = if with_product {
            self.product(&gradient)
        } else {
            Vec::new()
        };
        let point = Point {
            b,
            gb,
            value,
            gradient,
            gg,
        };
        (point, missing / problem.n() as f64)
    }

    fn start(&self, start: Option<Vec<f64>>) -> Point {
        let b = start.unwrap_or_else(|| vec![0.0; self.problem.n() * self.problem.stride]);
        let gb = self.product(&b);
        self.point(b, gb, true).0
    }

    /// How far J may be above its minimum, relative to it: J is strongly convex.
    fn gap(&self, point: &Point) -> f64 {
        inner(&point.gradient, &point.gg)
            / (2.0 * self.problem.mu)
            / point.value.max(f64::MIN_POSITIVE)
    }
}

/// Pairs of steps that are remembered.
const MEMORY: usize = 10;

/// L-BFGS in the metric of the weights.
pub(super) fn lbfgs(
    problem: &Problem,
    gram: &Array2<f32>,
    start: Option<Vec<f64>>,
    tolerance: f64,
) -> Minimum {
    let solver = Solver { problem, gram };
    let mut at = solver.start(start);
    // Steps s, changes y of the gradient, their products with the Gram matrix, and 1 / <s, y>.
    let mut pairs: Vec<([Vec<f64>; 4], f64)> = Vec::new();
    let mut gap = solver.gap(&at);
    for _ in 0..MOST_STEPS {
        if gap <= tolerance {
            break;
        }
        let (mut q, mut gq) = (at.gradient.clone(), at.gg.clone());
        let mut factors = Vec::new();
        for ([_, gs, y, gy], rho) in pairs.iter().rev() {
            let factor = rho * inner(gs, &q);
            (q, gq) = (combined(&q, -factor, y), combined(&gq, -factor, gy));
            factors.push(factor);
        }
        let scale = match pairs.last() {
            Some(([_, _, y, gy], rho)) => 1.0 / (rho * inner(y, gy)),
            None => 1.0 / (problem.mu + problem.sigma * problem.sigma),
        };
        q.iter_mut().chain(&mut gq).for_each(|v| *v *= scale);
        for (([s, gs, _, gy], rho), factor) in pairs.iter().zip(factors.into_iter().rev()) {
            let back = factor - rho * inner(gy, &q);
            (q, gq) = (combined(&q, back, s), combined(&gq, back, gs));
        }
        // Weak Wolfe conditions by bisection; the step goes along -q.
        let slope = -inner(&at.gradient, &gq);
        let (mut low, mut high, mut t) = (0.0, f64::INFINITY, 1.0);
        let mut next = None;
        for _ in 0..40 {
            let (b, gb) = (combined(&at.b, -t, &q), combined(&at.gb, -t, &gq));
            let (tried, _) = solver.point(b, gb, false);
            if tried.value > at.value + 1e-4 * t * slope {
                high = t;
            } else if -inner(&tried.gradient, &gq) < 0.9 * slope {
                low = t;
                next = Some((t, tried));
            } else {
                next = Some((t, tried));
                break;
            }
            t = if high.is_finite() {
                (low + high) / 2.0
            } else {
                2.0 * t
            };
        }
        let Some((t, mut next)) = next else { break };
        next.gg = solver.product(&next.gradient);
        let [s, gs] = [&q, &gq].map(|v| v.iter().map(|v| -t * v).collect::<Vec<_>>());
        let y = combined(&next.gradient, -1.0, &at.gradient);
        let gy = combined(&next.gg, -1.0, &at.gg);
        let along = inner(&gs, &y);
        at = next;
        gap = solver.gap(&at);
        if along <= 0.0 {
            break;
        }
        pairs.push(([s, gs, y, gy], 1.0 / along));
        if pairs.len() > MEMORY {
            pairs.remove(0);
        }
    }
    Minimum { b: at.b, gap }
}

/// Steps after which a solver gives up.
const MOST_STEPS: usize = 2000;

/// Majorisation-minimisation with Boehning's bound: one factorisation, and steps that always go down.
pub(super) fn majorise(
    problem: &Problem,
    gram: &Array2<f32>,
    start: Option<Vec<f64>>,
    tolerance: f64,
) -> Minimum {
    let solver = Solver { problem, gram };
    let (n, stride) = (problem.n(), problem.stride);
    // The Hessian is at most mu + 1/2 sum_i c_i x_i x_i^T.
    let roots: Vec<f64> = (0..n)
        .map(|i| {
            let fused = problem.lambda * problem.strength[i] * problem.strength[i];
            problem.sigma * (problem.weights[i] * (fused + 1.0 - problem.lambda)).sqrt()
        })
        .collect();
    let bound = Array2::from_shape_fn((n, n), |(i, j)| {
        let diagonal = if i == j { problem.mu } else { 0.0 };
        diagonal + 0.5 * roots[i] * f64::from(gram[[i, j]]) * roots[j]
    });
    let inverse = Inverse::of_matrix(&bound).expect("mu plus a Gram matrix is positive definite");
    let mut at = solver.start(start);
    for _ in 0..MOST_STEPS {
        if solver.gap(&at) <= tolerance {
            break;
        }
        let scaled =
            Array2::from_shape_fn((n, stride), |(i, c)| at.gradient[i * stride + c] / roots[i]);
        let step = inverse.solve(&scaled);
        let b = at.b.iter().enumerate();
        let b: Vec<f64> = b
            .map(|(k, b)| b - roots[k / stride] * step[[k / stride, k % stride]])
            .collect();
        let gb = solver.product(&b);
        at = solver.point(b, gb, true).0;
    }
    let gap = solver.gap(&at);
    Minimum { b: at.b, gap }
}

/// Steps of normalised gradient descent at most.
const NORMALISED_STEPS: usize = 500;

/// Gradient descent without the ridge, each step divided by the mean probability that the labels miss
/// (Tyurin, "From Logistic Regression to the Perceptron Algorithm", 2024). It ends where all labels lead by
/// a tenth of the scale, so its gap says nothing.
pub(super) fn normalised(problem: &Problem, gram: &Array2<f32>) -> Minimum {
    let free = Problem {
        mu: 0.0,
        ..problem.clone()
    };
    let solver = Solver {
        problem: &free,
        gram,
    };
    let (n, stride) = (problem.n(), problem.stride);
    let mut b = vec![0.0; n * stride];
    for _ in 0..NORMALISED_STEPS {
        let gb = solver.product(&b);
        let settled = (0..n).all(|i| {
            let z = |c: usize| problem.base[i * stride + c] + problem.sigma * gb[i * stride + c];
            let label = problem.labels[i];
            (0..problem.classes).all(|c| c == label || z(label) - z(c) >= problem.sigma / 10.0)
        });
        if settled {
            break;
        }
        let (point, missing) = solver.point(b, gb, false);
        let rate = 1.0 / (n as f64 * missing.max(f64::MIN_POSITIVE) * problem.sigma);
        b = combined(&point.b, -rate, &point.gradient);
    }
    Minimum { b, gap: f64::NAN }
}
