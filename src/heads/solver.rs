//! Conjugate gradients in the metric of a kernel, for convex losses of linear classifiers.
//!
//! Source: Polak, Ribiere, 1969, with beta >= 0 (Powell, 1984; Gilbert, Nocedal, 1992). Gradients are taken in the
//! space of functions that the kernel spans, where the penalty is the squared length, so that a step costs one product
//! with the kernel, and the distance to the solution is known from the gradient.

use ndarray::{Array1, Array2, Axis};

/// Steps at most; the tasks tried (up to 1,600 examples) took at most 500.
const STEPS: usize = 2000;

/// The slope along a step falls to this share before the next one: a finer search saves no steps.
const SLOPE: f64 = 0.1;

/// Looks along one direction at most; the third is rare.
const LOOKS: usize = 30;

/// Coefficients of the examples `(n, C)`, and a bias of each class `(C,)`.
#[derive(Debug, Clone)]
pub(super) struct Expansion {
    pub coefficients: Array2<f64>,
    pub bias: Array1<f64>,
}

impl Expansion {
    fn add(&mut self, factor: f64, other: &Self) {
        self.coefficients.scaled_add(factor, &other.coefficients);
        self.bias.scaled_add(factor, &other.bias);
    }
}

/// A loss of the scores, the kernel that makes scores of coefficients, and how far to go.
pub(super) struct Problem<'a> {
    /// Gradient `(n, C)` of the loss with respect to the scores `(n, C)`.
    pub gradient: &'a dyn Fn(&Array2<f64>) -> Array2<f64>,
    /// Product of the kernel matrix `(n, n)` with coefficients `(n, C)`.
    pub kernel: &'a dyn Fn(&Array2<f64>) -> Array2<f64>,
    /// What half the squared length of the classifier is multiplied by.
    pub penalty: f64,
    /// Length of a feature row: a bias weighs like a feature of that size, which matters to the speed alone.
    pub length: f64,
    /// No score of such a row is further from its optimum than this, as far as the penalised part goes.
    pub tolerance: f64,
}

impl Problem<'_> {
    /// Minimises loss plus penalty from zero, for n examples and C classes. Also returns whether the tolerance was reached.
    pub fn solve(&self, (n, classes): (usize, usize)) -> (Expansion, bool) {
        let mut x = Expansion {
            coefficients: Array2::zeros((n, classes)),
            bias: Array1::zeros(classes),
        };
        // Scores that the coefficients give; kept up to date by adding what each step adds.
        let mut inner = Array2::zeros((n, classes));
        // The last gradient with its squared length; the direction with the scores that it gives.
        let mut last: Option<(Expansion, f64)> = None;
        let mut direction = x.clone();
        let mut along = Array2::zeros(inner.dim());
        let mut step = 1.0;
        for _ in 0..STEPS {
            let slope = (self.gradient)(&(&inner + &x.bias));
            let weight = self.length * self.length;
            let g = Expansion {
                coefficients: &slope + &(&x.coefficients * self.penalty),
                bias: slope.sum_axis(Axis(0)) * weight,
            };
            let image = (self.kernel)(&g.coefficients);
            let product = |other: &Expansion| {
                (&image * &other.coefficients).sum() + g.bias.dot(&other.bias) / weight
            };
            let square = product(&g);
            if square.max(0.0).sqrt() * self.length <= self.tolerance * self.penalty {
                return (x, true);
            }
            let beta = last.as_ref().map_or(0.0, |(before, before_square)| {
                ((square - product(before)) / before_square).max(0.0)
            });
            for turn in [beta, 0.0] {
                direction.coefficients *= -turn;
                direction.bias *= -turn;
                direction.add(1.0, &g);
                along *= -turn;
                along += &image;
                direction.coefficients *= -1.0;
                direction.bias *= -1.0;
                along *= -1.0;
                // Rounding and a coarse search can turn it uphill; then the gradient alone is taken.
                if product(&direction) < 0.0 {
                    break;
                }
            }
            step = self.search(&x, &inner, &direction, &along, step);
            x.add(step, &direction);
            inner.scaled_add(step, &along);
            last = Some((g, square));
        }
        (x, false)
    }

    /// How far to go along a direction: to where the slope is nearly zero, by secants that stay between its signs.
    fn search(
        &self,
        x: &Expansion,
        inner: &Array2<f64>,
        direction: &Expansion,
        along: &Array2<f64>,
        first: f64,
    ) -> f64 {
        let change = along + &direction.bias;
        let scores = inner + &x.bias;
        let bend = self.penalty * (&direction.coefficients * along).sum();
        let start = self.penalty * (&x.coefficients * along).sum();
        let slope = |step: f64| {
            let gradient = (self.gradient)(&(&scores + &(&change * step)));
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
