//! From scores to probabilities that mean what they say.
//!
//! Source: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", 2017, arXiv:1706.04599, section 4.2
//! (temperature scaling). Differs from the source: the held-out logits are those of examples of the support set
//! itself; a prior keeps the temperature near the head's own where there are few of them, a bounded one (Geman, McClure, "Statistical Methods
//! for Tomographic Image Reconstruction", 1987), so that the examples win where they say something else altogether; and the targets
//! are smoothed, as in Platt, "Probabilistic Outputs for Support Vector Machines", 1999, section 2.2, but by Jeffreys' prior: after n
//! held-out examples without a single error the next one is right with probability (n + 1/2) / (n + 1). Platt's (n + 1) / (n + 2) makes
//! all answers of a small set of well separated classes too unsure.

use crate::numerics::Measured;
use crate::numerics::math::{exp, ln, log_sum_exp, softmax};
use ndarray::{ArrayView1, ArrayView2};

/// Spread of the prior on the logarithm of an answer's temperature. With a wide normal prior (1.5) a few held-out photos make all answers of a
/// small set too unsure. `docs/constants.md` has what others would do.
pub(crate) static SPREAD: Measured = Measured::new("temperature.SPREAD", 0.06);

/// The same for texts or images alone: less is known of their logits beforehand.
pub(crate) static PART_SPREAD: Measured = Measured::new("temperature.PART_SPREAD", 0.75);

/// What the prior costs at most, in nats: photos that are all taken for the wrong class say that nothing can be told, and a few of
/// them are to be believed.
pub(crate) static MOST_NATS: Measured = Measured::new("temperature.MOST_NATS", 3.0);

/// The lowest temperature in units of the prior one; held-out scores without an error would otherwise drive it to zero.
const LOWEST: f64 = 1.0 / 50.0;

/// The highest temperature in units of the prior one: there every answer is close to a guess.
const HIGHEST: f64 = 50.0;

/// Steps that are enough for bisection to reach the precision below, should Newton's never help.
const STEPS: usize = 40;

/// Precision of the logarithm of the temperature, and of where to look for it.
const CLOSE: f64 = 1e-9;
const ROUGH: f64 = 1e-2;

/// Temperature that minimises the cross-entropy of `scores (n, C)` with the `labels (n,)`, with a prior at `prior`.
/// Scores divided by it are calibrated logits.
///
/// Rows whose own class is `-inf` are left out, as are other classes' `-inf`. With no row left it is `prior`.
///
/// ```
/// use handful::validation::fit_temperature;
/// use ndarray::Array2;
/// // Right nine times out of ten, and as sure each time: the odds are 9 to 1.
/// let scores = Array2::from_shape_fn((1000, 2), |(i, c)| if (c == 0) == (i % 10 != 0) { 5.0 } else { 0.0 });
/// let t = fit_temperature(scores.view(), &[0; 1000], 1.0);
/// assert!((t - 5.0 / 9.0_f64.ln()).abs() < 0.02);
/// ```
pub fn fit_temperature(scores: ArrayView2<'_, f32>, labels: &[usize], prior: f64) -> f64 {
    fit(scores, labels, prior, SPREAD.get())
}

/// The same of what is part of an answer: by its examples rather than by the prior.
pub(crate) fn fit_part(scores: ArrayView2<'_, f32>, labels: &[usize], prior: f64) -> f64 {
    fit(scores, labels, prior, PART_SPREAD.get())
}

#[inline(never)]
fn fit(scores: ArrayView2<'_, f32>, labels: &[usize], prior: f64, spread: f64) -> f64 {
    let usable: Vec<usize> = (0..labels.len())
        .filter(|&i| scores[[i, labels[i]]].is_finite())
        .collect();
    let n = usable.len() as f64;
    // What n examples without an error entitle to.
    let own_target = (n + 0.5) / (n + 1.0);
    let of = |&i: &usize| Scored::new(scores.row(i), labels[i], own_target);
    let examples: Vec<Scored> = usable.iter().map(of).collect();
    let objective = |spread| Objective {
        examples: &examples,
        prior,
        near: 2.0 * MOST_NATS.get() * spread * spread,
    };
    // The prior holds what is near; where the examples say something else altogether there is another minimum, close to theirs.
    let near = objective(spread);
    let kept = near.descend(0.0, CLOSE);
    let own = objective(f64::INFINITY).descend(kept, ROUGH);
    let own = near.descend(own, CLOSE);
    let best = if near.value(own) < near.value(kept) {
        own
    } else {
        kept
    };
    prior * exp(best)
}

/// The cross-entropy of the examples and the cost of the prior, by the logarithm r of the temperature in units of the prior one.
///
/// The prior costs `MOST_NATS r^2 / (near + r^2)`: near its middle it is normal. With an infinite `near` it costs nothing.
struct Objective<'a> {
    examples: &'a [Scored],
    prior: f64,
    near: f64,
}

impl Objective<'_> {
    fn value(&self, log_ratio: f64) -> f64 {
        let (inverse, square) = (exp(-log_ratio) / self.prior, log_ratio * log_ratio);
        let losses = self.examples.iter().map(|example| {
            let scores = example.scores.iter().map(|s| s * inverse);
            log_sum_exp(scores) - example.target * inverse
        });
        losses.sum::<f64>() + MOST_NATS.get() * square / (self.near + square).max(f64::MIN_POSITIVE)
    }

    /// The minimum that lies downhill: Newton steps between two ends that close in.
    fn descend(&self, mut log_ratio: f64, close: f64) -> f64 {
        let mut scratch = Vec::new();
        let (mut low, mut high) = (ln(LOWEST), ln(HIGHEST));
        for _ in 0..STEPS {
            let inverse = exp(-log_ratio) / self.prior;
            let (mut slope, mut curvature) = (0.0, 0.0);
            if self.near.is_finite() {
                let (near, square) = (self.near, log_ratio * log_ratio);
                let both = near + square;
                slope = 2.0 * MOST_NATS.get() * near * log_ratio / (both * both);
                curvature =
                    2.0 * MOST_NATS.get() * near * (near - 3.0 * square) / (both * both * both);
            }
            for example in self.examples {
                let (surplus, variance) = example.moments(inverse, &mut scratch);
                slope -= inverse * surplus;
                curvature += inverse * surplus + inverse * inverse * variance;
            }
            if slope > 0.0 {
                high = log_ratio;
            } else {
                low = log_ratio;
            }
            let newton = log_ratio - slope / curvature;
            let next = if curvature > 0.0 && low < newton && newton < high {
                newton
            } else {
                (low + high) / 2.0
            };
            let moved = (next - log_ratio).abs();
            log_ratio = next;
            if moved < close {
                break;
            }
        }
        log_ratio
    }
}

/// The scores of a held-out example, and what it says of the temperature.
struct Scored {
    /// The scores that are finite.
    scores: Vec<f64>,
    /// Their mean under the smoothed target, which gives what it does not give the own class to the others in equal parts.
    target: f64,
}

impl Scored {
    fn new(scores: ArrayView1<'_, f32>, label: usize, own_target: f64) -> Self {
        let own = f64::from(scores[label]);
        let scores = scores.iter().filter(|s| s.is_finite());
        let scores: Vec<f64> = scores.map(|&s| f64::from(s)).collect();
        let others = scores.len() - 1;
        let mean_other = if others == 0 {
            own
        } else {
            (scores.iter().sum::<f64>() - own) / others as f64
        };
        Self {
            scores,
            target: own_target * own + (1.0 - own_target) * mean_other,
        }
    }

    /// With the probabilities that the scores times a number give: the mean score less that of the target, and the variance of the score.
    fn moments(&self, inverse: f64, scratch: &mut Vec<f64>) -> (f64, f64) {
        scratch.clear();
        scratch.extend(self.scores.iter().map(|s| s * inverse));
        softmax(scratch);
        let weighted = self.scores.iter().zip(&*scratch);
        let mean: f64 = weighted.clone().map(|(s, p)| p * s).sum();
        let variance = weighted.map(|(s, p)| p * (s - mean) * (s - mean)).sum();
        (mean - self.target, variance)
    }
}

/// Softmax of `scores / temperature` `(C,)` into `out (C,)`; `-inf` gives 0, and so does everything where nothing is finite.
#[inline(never)]
pub fn probabilities_into(scores: &[f32], temperature: f64, out: &mut [f64]) {
    for (out, &score) in out.iter_mut().zip(scores) {
        *out = f64::from(score) / temperature;
    }
    softmax(out);
}
