//! Conjugate gradients in the metric of a kernel, for logistic regression.
//!
//! Source: Polak, Ribiere, 1969, with beta >= 0 (Powell, 1984; Gilbert, Nocedal, 1992). Gradients are taken in the
//! space of functions that the kernel spans, where the penalty is the squared length, so that a step costs one product
//! with the kernel, and the distance to the solution is known from the gradient.
//!
//! A function is given by a matrix `(n + 1, C)`: the coefficients of the examples, and as the last row the bias over the square
//! of `length`. Its *image*, of the same shape, holds the scores of the examples without the bias, and the bias.

use crate::numerics::linalg::CONTIGUOUS;
use crate::numerics::math::softmax;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};

/// Steps at most; the tasks tried (up to 1,600 examples) took at most 500. Where examples of different classes are nearly the same and the
/// penalty is weak, it would be thousands, and single precision of the kernel ends them before the minimum.
const STEPS: usize = 600;

/// The slope along a step falls to this share before the next one: a finer search saves no steps.
const SLOPE: f64 = 0.1;

/// Looks along one direction at most; the third is rare.
const LOOKS: usize = 30;

/// What is minimised: the cross-entropy of the examples, and a penalty on the coefficients.
pub(super) struct Problem<'a> {
    /// Classes of the examples `(n,)`.
    pub labels: &'a [usize],
    /// Product of the kernel matrix `(n, n)` with coefficients `(n, C)`.
    pub kernel: &'a dyn Fn(ArrayView2<'_, f64>) -> Array2<f64>,
    /// What half the squared length of the classifier is multiplied by.
    pub penalty: f64,
    /// Length of a feature row: a bias weighs like a feature of that size, which matters to the speed alone.
    pub length: f64,
    /// No score of such a row is further from its optimum than this, as far as the penalised part goes.
    pub tolerance: f64,
}

impl Problem<'_> {
    /// The coefficients `(n, C)` and the bias `(C,)` of the minimum, from no coefficients and this bias, which stays where it is `-inf`.
    pub fn solve(&self, bias: Array1<f64>) -> (Array2<f64>, Array1<f64>) {
        let n = self.labels.len();
        let mut x = Array2::zeros((n + 1, bias.len()));
        let mut image = x.clone();
        image.row_mut(n).assign(&bias);
        let (mut direction, mut along) = (x.clone(), x.clone());
        // The last gradient with its squared length.
        let mut last: Option<(Array2<f64>, f64)> = None;
        let mut step = 1.0;
        for _ in 0..STEPS {
            let slope = self.slope(scores(&image));
            let mut gradient = &x * self.penalty;
            gradient.row_mut(n).assign(&slope.sum_axis(Axis(0)));
            gradient.slice_mut(s![..n, ..]).scaled_add(1.0, &slope);
            let of_gradient = self.image(&gradient);
            let product = |other: &Array2<f64>| (other.clone() * &of_gradient).sum();
            let square = product(&gradient);
            if square.max(0.0).sqrt() * self.length <= self.tolerance * self.penalty {
                break;
            }
            let beta = last.as_ref().map_or(0.0, |(before, before_square)| {
                ((square - product(before)) / before_square).max(0.0)
            });
            // Rounding and a coarse search can turn it uphill; then the gradient alone is taken.
            for turn in [beta, 0.0] {
                direction = direction * turn - &gradient;
                along = along * turn - &of_gradient;
                if product(&direction) < 0.0 {
                    break;
                }
            }
            step = self.search([&x, &image], [&direction, &along], step);
            x.scaled_add(step, &direction);
            image.scaled_add(step, &along);
            last = Some((gradient, square));
        }
        (x.slice(s![..n, ..]).to_owned(), image.row(n).to_owned())
    }

    fn image(&self, x: &Array2<f64>) -> Array2<f64> {
        let coefficients = s![..self.labels.len(), ..];
        let mut image = x * (self.length * self.length);
        let inner = (self.kernel)(x.slice(coefficients));
        image.slice_mut(coefficients).assign(&inner);
        image
    }

    /// Gradient `(n, C)` of the cross-entropy with respect to the scores `(n, C)`.
    fn slope(&self, mut scores: Array2<f64>) -> Array2<f64> {
        for (mut row, &label) in scores.rows_mut().into_iter().zip(self.labels) {
            softmax(row.as_slice_mut().expect(CONTIGUOUS));
            row[label] -= 1.0;
        }
        scores
    }

    /// How far to go from a function along a direction, each with its image: to where the slope is nearly zero, by secants that stay
    /// between its signs.
    fn search(
        &self,
        [x, image]: [&Array2<f64>; 2],
        [direction, along]: [&Array2<f64>; 2],
        first: f64,
    ) -> f64 {
        let coefficients = s![..self.labels.len(), ..];
        let penalty = |of: &Array2<f64>| {
            self.penalty * (&of.slice(coefficients) * &along.slice(coefficients)).sum()
        };
        let (start, bend) = (penalty(x), penalty(direction));
        let (scores, change) = (scores(image), scores(along));
        let slope = |step: f64| {
            let gradient = self.slope(&change * step + &scores);
            (gradient * &change).sum() + start + step * bend
        };
        let steepest = slope(0.0);
        let (mut low, mut low_slope, mut high) = (0.0, steepest, None);
        let mut step = first;
        for _ in 0..LOOKS {
            let found = slope(step);
            if found.abs() <= SLOPE * steepest.abs() {
                break;
            }
            if found < 0.0 {
                (low, low_slope) = (step, found);
            } else {
                high = Some((step, found));
            }
            step = match high {
                // Never so close to an end that the other one stays for ever.
                Some((high, high_slope)) => {
                    let secant = low_slope / (low_slope - high_slope);
                    low + (high - low) * secant.clamp(0.05, 0.95)
                }
                None => 4.0 * step,
            };
        }
        step
    }
}

/// The scores `(n, C)` of the examples, from an image.
fn scores(image: &Array2<f64>) -> Array2<f64> {
    let (inner, bias) = image.view().split_at(Axis(0), image.nrows() - 1);
    &inner + &bias
}
