//! Other ways to the minimum of the convex form than the library's dual coordinate ascent.

use super::convex::{Point, Problem, inner};
use super::factor;
use handful::Result;
use handful::heads::{Amu, FittedHead, FittedLinear, Head, Query, Scratch, ZeroShot};
use handful::task::Task;
use libm::sqrt;
use ndarray::{Array2, ArrayView1, Axis};

/// A way to the minimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Solver {
    /// L-BFGS (Liu, Nocedal, "On the Limited Memory BFGS Method for Large Scale Optimization", 1989) with weak Wolfe steps.
    Lbfgs,
    /// Majorise and minimise, with the bound of Böhning, "Multinomial Logistic Regression Algorithm", 1992: one
    /// factorisation, and steps that always go down, but more of them than are allowed where the bias is strong.
    Majorise,
    /// Gradient descent without the ridge, each step divided by the mean probability that the labels miss (Tyurin, "From
    /// Logistic Regression to the Perceptron Algorithm", 2024). It ends where all labels lead by a tenth of the scale: this
    /// is another minimum, so its gap says nothing.
    Normalised,
}

/// Where a solver ended.
#[derive(Debug, Clone)]
pub struct Minimum {
    /// W `(C, A)`.
    pub weights: Array2<f64>,
    /// How far J may be above its minimum, relative to it.
    pub gap: f64,
}

/// Steps after which a solver gives up.
const MOST_STEPS: usize = 500;

/// Pairs of steps that L-BFGS remembers.
const MEMORY: usize = 10;

/// Steps of normalised gradient descent at most.
const NORMALISED_STEPS: usize = 500;

impl Solver {
    /// Minimises from the class means to a relative gap.
    pub fn minimise(self, problem: &Problem, tolerance: f64) -> Minimum {
        match self {
            Self::Lbfgs => lbfgs(problem, tolerance),
            Self::Majorise => majorise(problem, tolerance),
            Self::Normalised => normalised(problem),
        }
    }

    /// Fits `recipe`, its strength as the library learns it, to a relative gap of 1e-6.
    ///
    /// # Errors
    /// Those of [`Amu`].
    pub fn fit(self, recipe: &Amu, task: &Task) -> Result<Solved> {
        let alpha = recipe.fit(task)?.alpha();
        let mut weights = Array2::<f64>::zeros((task.n_classes(), task.streams().width()));
        if let Some((problem, used)) = Problem::of(recipe, alpha, task)? {
            let found = self.minimise(&problem, 1e-6).weights * problem.sigma;
            // A class that only has a text gets the mean of the others.
            if let Some(mean) = found.mean_axis(Axis(0)) {
                weights += &mean;
            }
            for (row, &c) in found.rows().into_iter().zip(&used) {
                weights.row_mut(c).assign(&row);
            }
        }
        let weights = weights.mapv(|w| w as f32) * &task.scale();
        let zero_shot = match task.has_text() {
            true => Some(ZeroShot::default().fit(task)?),
            false => None,
        };
        Ok(Solved {
            counts: task.counts(),
            recipe: recipe.clone(),
            alpha,
            weights,
            zero_shot,
        })
    }
}

/// A point as far as L-BFGS needs it: weights, and J there.
struct At {
    weights: Array2<f64>,
    point: Point,
}

fn lbfgs(problem: &Problem, tolerance: f64) -> Minimum {
    let at = |weights: Array2<f64>| At {
        point: problem.at(&weights),
        weights,
    };
    let mut now = at(problem.anchor.clone());
    // Steps, changes of the gradient, and 1 / their product.
    let mut pairs: Vec<(Array2<f64>, Array2<f64>, f64)> = Vec::new();
    for _ in 0..MOST_STEPS {
        if problem.gap(&now.point) <= tolerance {
            break;
        }
        let mut direction = now.point.gradient.clone();
        let mut factors = Vec::new();
        for (s, y, rho) in pairs.iter().rev() {
            let factor = rho * inner(s, &direction);
            direction.scaled_add(-factor, y);
            factors.push(factor);
        }
        direction *= match pairs.last() {
            Some((_, y, rho)) => 1.0 / (rho * inner(y, y)),
            None => 1.0 / (problem.mu + problem.sigma * problem.sigma),
        };
        for ((s, y, rho), factor) in pairs.iter().zip(factors.into_iter().rev()) {
            let back = factor - rho * inner(y, &direction);
            direction.scaled_add(back, s);
        }
        // Weak Wolfe conditions by bisection; the step goes against the direction.
        let slope = -inner(&now.point.gradient, &direction);
        let (mut low, mut high, mut t) = (0.0, f64::INFINITY, 1.0);
        let mut next = None;
        for _ in 0..40 {
            let tried = at(&now.weights - &(t * &direction));
            if tried.point.value > now.point.value + 1e-4 * t * slope {
                high = t;
            } else {
                let steep = -inner(&tried.point.gradient, &direction) < 0.9 * slope;
                next = Some(tried);
                if !steep {
                    break;
                }
                low = t;
            }
            t = if high.is_finite() {
                (low + high) / 2.0
            } else {
                2.0 * t
            };
        }
        let Some(next) = next else { break };
        let s = &next.weights - &now.weights;
        let y = &next.point.gradient - &now.point.gradient;
        let along = inner(&s, &y);
        now = next;
        if along <= 0.0 {
            break;
        }
        pairs.push((s, y, 1.0 / along));
        if pairs.len() > MEMORY {
            pairs.remove(0);
        }
    }
    Minimum {
        gap: problem.gap(&now.point),
        weights: now.weights,
    }
}

fn majorise(problem: &Problem, tolerance: f64) -> Minimum {
    let n = problem.labels.len();
    // The Hessian is at most mu + X^T X, where each example is multiplied by the root of half its curvature.
    let mut scaled = problem.features.clone();
    for (i, mut row) in scaled.rows_mut().into_iter().enumerate() {
        let fused = problem.lambda * problem.strength[i] * problem.strength[i];
        let curvature = problem.weights[i] * (fused + 1.0 - problem.lambda);
        row *= problem.sigma * sqrt(curvature / 2.0);
    }
    let factor = cholesky(scaled.dot(&scaled.t()) + problem.mu * Array2::<f64>::eye(n));
    let mut weights = problem.anchor.clone();
    let mut point = problem.at(&weights);
    for _ in 0..MOST_STEPS {
        if problem.gap(&point) <= tolerance {
            break;
        }
        // Woodbury: (mu + X^T X)^-1 g = (g - X^T (mu + X X^T)^-1 X g) / mu.
        let inside = solve(&factor, scaled.dot(&point.gradient.t()));
        weights -= &((&point.gradient - &inside.t().dot(&scaled)) / problem.mu);
        point = problem.at(&weights);
    }
    Minimum {
        gap: problem.gap(&point),
        weights,
    }
}

/// The lower factor L of a positive definite matrix `(n, n)`: L L^T.
fn cholesky(mut matrix: Array2<f64>) -> Array2<f64> {
    for j in 0..matrix.nrows() {
        for i in j..matrix.nrows() {
            let (above, own) = (matrix.row(j), matrix.row(i));
            let sum = own
                .slice(ndarray::s![..j])
                .dot(&above.slice(ndarray::s![..j]));
            let rest = matrix[[i, j]] - sum;
            matrix[[i, j]] = if i == j {
                sqrt(rest)
            } else {
                rest / matrix[[j, j]]
            };
        }
    }
    matrix
}

/// x of L L^T x = b, both `(n, C)`.
fn solve(lower: &Array2<f64>, mut b: Array2<f64>) -> Array2<f64> {
    let n = lower.nrows();
    for i in 0..n {
        let (before, mut own) = b.view_mut().split_at(Axis(0), i);
        let known = lower.slice(ndarray::s![i, ..i]).dot(&before);
        let mut own = own.row_mut(0);
        own -= &known;
        own /= lower[[i, i]];
    }
    for i in (0..n).rev() {
        let (mut before, after) = b.view_mut().split_at(Axis(0), i + 1);
        let known = lower.slice(ndarray::s![i + 1.., i]).dot(&after);
        let mut own = before.row_mut(i);
        own -= &known;
        own /= lower[[i, i]];
    }
    b
}

fn normalised(problem: &Problem) -> Minimum {
    let free = Problem {
        mu: 0.0,
        ..problem.clone()
    };
    let n = problem.labels.len();
    let mut weights = problem.anchor.clone();
    for _ in 0..NORMALISED_STEPS {
        let z = problem.features.dot(&weights.t());
        let settled = z
            .rows()
            .into_iter()
            .zip(&problem.labels)
            .all(|(z, &label)| {
                let others = z.iter().enumerate().filter(|&(c, _)| c != label);
                others.into_iter().all(|(_, other)| z[label] - other >= 0.1)
            });
        if settled {
            break;
        }
        let point = free.at(&weights);
        let missed = n as f64 * point.missing.max(f64::MIN_POSITIVE) * problem.sigma;
        weights.scaled_add(-1.0 / missed, &point.gradient);
    }
    Minimum {
        weights,
        gap: f64::NAN,
    }
}

/// A bias that a solver has found, with all that scores a query.
#[derive(Debug, Clone)]
pub struct Solved {
    recipe: Amu,
    alpha: f64,
    zero_shot: Option<FittedLinear>,
    /// sigma W on a unit row `(C, width)`.
    weights: Array2<f32>,
    counts: Vec<usize>,
}

impl FittedHead for Solved {
    fn n_classes(&self) -> usize {
        self.counts.len()
    }

    fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        let rows = self.weights.rows().into_iter();
        let logit = |row: ArrayView1<'_, f32>| row.iter().zip(query.row).map(|(w, x)| w * x).sum();
        let logits: Vec<f32> = rows.map(logit).collect();
        let Some(zero_shot) = &self.zero_shot else {
            for ((out, &logit), &count) in out.iter_mut().zip(&logits).zip(&self.counts) {
                *out = if count > 0 { logit } else { f32::NEG_INFINITY };
            }
            return;
        };
        zero_shot.scores_into(query, scratch, out);
        let strength = (self.alpha * factor(&self.recipe, out)) as f32;
        for (out, logit) in out.iter_mut().zip(&logits) {
            *out += strength * logit;
        }
    }

    fn prior_temperature(&self) -> f64 {
        match self.zero_shot {
            Some(_) => sqrt(self.alpha).max(1.0),
            None => 1.0,
        }
    }
}
