//! Logistic regression with a squared penalty.
//!
//! Source: the multinomial model and objective of scikit-learn's `LogisticRegression` with penalty l2.
//! Differs from it: solved for one coefficient an example and class (representer theorem) in the metric of the
//! similarities, where few examples make a small problem whatever the width.

use super::linear::{FittedLinear, Linear};
use super::solver::Problem;
use super::{Head, Recipe, recipe::recipe};
use crate::Result;
use crate::numerics::linalg;
use crate::task::Task;
use ndarray::ArrayView2;

recipe! {
    /// Scores a query by the logits of a logistic regression on embeddings scaled to length `scale`.
    ///
    /// ```text
    /// minimise   sum over examples of cross-entropy  +  |W|^2 / 2c       (the bias is not penalised)
    /// ```
    /// # Shapes
    /// Embeddings `(n, width)`; weights `(C, width)`, bias `(C,)`.
    /// # Units
    /// Logits, each to within 1e-5 of the minimum's, with more than 60 examples 1e-3, unless that takes more than 600 steps, as it may where
    /// `c` is in the hundreds; a class without examples scores `-inf`.
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// One product of `(n, n)` with `(n, C)` a step, some 50 to 400 steps, at most 600; score O(C width).
    #[serde(deny_unknown_fields)]
    Logistic "logistic" {
        /// Length of the embeddings; unit length would be penalised heavily.
        scale: f64 = 10.0, 0.01 to 1000;
        /// Inverse of the penalty, scikit-learn's `C`.
        c: f64 = 1.0, 0.0001 to 10000;
    }
}

/// Up to this many examples a score is found to what single precision gives, of more to a thousandth of a logit.
const FEW: usize = 60;
const TOLERANCES: [f64; 2] = [1e-5, 1e-3];

/// Best temperature at one photo a class, where none can be held out: 0.2 to 0.65 on the validation photos of
/// Caltech-101, UCF101 and DTD (CLIP features, 5 to 101 classes).
const TEMPERATURE: f64 = 0.5;

impl Head for Logistic {
    type Fitted = FittedLinear;

    fn fit(&self, task: &Task) -> Result<FittedLinear> {
        self.check()?;
        let n = task.n_examples();
        let embeddings = task.embeddings();
        let columns = embeddings.t().as_standard_layout().into_owned();
        let square = self.scale * self.scale;
        // Through the features where they are fewer than the examples.
        let through = n > 2 * embeddings.ncols();
        let kernel = |coefficients: ArrayView2<'_, f64>| {
            let rows = linalg::single(coefficients.t());
            let product = if through {
                let inner = linalg::products(rows.view(), columns.view());
                linalg::products(embeddings, inner.view())
            } else {
                linalg::products(task.similarity(), rows.view())
            };
            linalg::wide(product.view()) * square
        };
        let problem = Problem {
            labels: task.labels(),
            kernel: &kernel,
            penalty: 1.0 / self.c,
            length: self.scale,
            tolerance: TOLERANCES[usize::from(n > FEW)],
        };
        let start = task.counts().into_iter();
        let start = start.map(|n| if n == 0 { f64::NEG_INFINITY } else { 0.0 });
        let (coefficients, bias) = problem.solve(start.collect());
        let rows = linalg::single(coefficients.t());
        let weights = linalg::products(rows.view(), columns.view());
        let weights = linalg::wide(weights.view()) * square;
        Ok(FittedLinear {
            linear: Linear::of_embeddings(&weights, &bias, task),
            temperature: TEMPERATURE,
        })
    }
}
