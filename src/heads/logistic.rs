//! Logistic regression with a squared penalty.
//!
//! Source: the multinomial model and objective of scikit-learn's `LogisticRegression` with penalty l2.
//! Differs from it: solved for one coefficient an example and class (representer theorem) in the metric of the
//! similarities, where few examples make a small problem whatever the width.

use super::solver::Problem;
use super::{FittedHead, Head, Linear, Query, Scratch, check_within};
use crate::Result;
use crate::numerics::linalg;
use crate::numerics::math;
use crate::task::Task;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// Scores a query by the logits of a logistic regression on embeddings scaled to length `scale`.
///
/// ```text
/// minimise   sum over examples of cross-entropy  +  |W|^2 / 2c       (the bias is not penalised)
/// ```
/// # Shapes
/// Embeddings `(n, width)`; weights `(C, width)`, bias `(C,)`.
/// # Units
/// Logits; a class without examples scores `-inf`.
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `scale` | 10 | 0.01 to 1000 | length of the embeddings; unit length would be penalised heavily |
/// | `c` | 1 | 0.0001 to 10000 | inverse of the penalty, scikit-learn's `C` |
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// One product of `(n, n)` with `(n, C)` a step, some 50 to 400 steps; score O(C width).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Logistic {
    /// Length of the embeddings.
    pub scale: f64,
    /// Inverse of the penalty.
    pub c: f64,
}

impl Default for Logistic {
    fn default() -> Self {
        Self {
            scale: 10.0,
            c: 1.0,
        }
    }
}

/// Up to this many examples a score is found to what single precision gives, of more to a thousandth of a logit.
const FEW: usize = 60;
const TOLERANCES: [f64; 2] = [1e-5, 1e-3];

/// Best temperature at one photo a class, where none can be held out: 0.2 to 0.65 on the validation photos of
/// Caltech-101, UCF101 and DTD (CLIP features, 5 to 101 classes).
const TEMPERATURE: f64 = 0.5;

impl Head for Logistic {
    type Fitted = FittedLogistic;
    const NAME: &'static str = "logistic";

    fn check(&self) -> Result<()> {
        check_within("logistic.scale", self.scale, 0.01, 1e3, "0.01 to 1000")?;
        check_within("logistic.c", self.c, 1e-4, 1e4, "0.0001 to 10000")
    }

    fn fit(&self, task: &Task) -> Result<FittedLogistic> {
        self.check()?;
        let (n, classes) = (task.n_examples(), task.n_classes());
        let counts = task.counts();
        let unused: Vec<usize> = (0..classes).filter(|&c| counts[c] == 0).collect();
        let gradient = |scores: &Array2<f64>| {
            let mut gradient = scores.clone();
            for (mut row, &label) in gradient.rows_mut().into_iter().zip(task.labels()) {
                for &c in &unused {
                    row[c] = f64::NEG_INFINITY;
                }
                math::softmax(row.as_slice_mut().expect("scores are row-major"));
                row[label] -= 1.0;
            }
            gradient
        };
        let embeddings = task.embeddings();
        let columns = embeddings.t().as_standard_layout().into_owned();
        let square = self.scale * self.scale;
        // Through the features where they are fewer than the examples.
        let through = n > 2 * embeddings.ncols();
        let kernel = |b: &Array2<f64>| {
            let rows = linalg::single(b.t());
            let product = if through {
                let inner = linalg::products(rows.view(), columns.view());
                linalg::products(embeddings, inner.view())
            } else {
                linalg::products(task.similarity(), rows.view())
            };
            linalg::wide(product.view()) * square
        };
        let problem = Problem {
            gradient: &gradient,
            kernel: &kernel,
            penalty: 1.0 / self.c,
            length: self.scale,
            tolerance: TOLERANCES[usize::from(n > FEW)],
        };
        let (solution, converged) = problem.solve((n, classes));
        let weights = linalg::products(
            linalg::single(solution.coefficients.t()).view(),
            columns.view(),
        );
        let weights = linalg::wide(weights.view()) * square;
        let mut bias = solution.bias;
        for c in unused {
            bias[c] = f64::NEG_INFINITY;
        }
        Ok(FittedLogistic {
            linear: Linear::of_embeddings(&weights, &bias, task),
            converged,
        })
    }
}

/// The solution as weights.
#[derive(Debug, Clone)]
pub struct FittedLogistic {
    linear: Linear,
    converged: bool,
}

impl FittedLogistic {
    /// Whether the minimum was reached: every score to within 1e-5, with more than 60 examples 1e-3.
    pub fn converged(&self) -> bool {
        self.converged
    }
}

impl FittedHead for FittedLogistic {
    fn n_classes(&self) -> usize {
        self.linear.n_classes()
    }

    fn scores_into(&self, query: Query<'_>, _scratch: &mut Scratch, out: &mut [f32]) {
        self.linear.scores_into(query, out);
    }

    fn prior_temperature(&self) -> f64 {
        TEMPERATURE
    }

    fn linear(&self) -> Option<&Linear> {
        Some(&self.linear)
    }
}
