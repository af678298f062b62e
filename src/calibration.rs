//! From scores to probabilities that mean what they say.
//!
//! Source: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", 2017, arXiv:1706.04599, section 4.2
//! (temperature scaling). Differs from the source: the held-out logits are those of examples of the support set
//! itself; a log-normal prior keeps the temperature near the head's own where there are few of them; and the targets
//! are smoothed as in Platt, "Probabilistic Outputs for Support Vector Machines", 1999, section 2.2: after n held-out
//! examples without a single error the next one is still right only with probability (n + 1) / (n + 2).

use crate::math::{exp, ln, log_sum_exp, softmax};
use ndarray::ArrayView2;

/// Standard deviation of the prior on the logarithm of the temperature.
const PRIOR_SPREAD: f64 = 1.5;

/// The lowest temperature in units of the prior one; held-out scores without an error would otherwise drive it to zero.
const LOWEST: f64 = 1.0 / 50.0;

/// The highest temperature in units of the prior one: there every answer is close to a guess.
const HIGHEST: f64 = 50.0;

/// Steps of the golden-section search; each narrows the bracket to 62 %.
const STEPS: usize = 40;

/// Temperature that minimises the cross-entropy of `scores (n, C)` with the `labels (n,)`, with a prior at `prior`.
/// Scores divided by it are calibrated logits.
///
/// Rows whose own class is `-inf` are left out, as are other classes' `-inf`. With no row left it is `prior`.
///
/// ```
/// use handful::calibration::fit_temperature;
/// use ndarray::Array2;
/// // Right nine times out of ten, and as sure each time: the odds are 9 to 1.
/// let scores = Array2::from_shape_fn((1000, 2), |(i, c)| if (c == 0) == (i % 10 != 0) { 5.0 } else { 0.0 });
/// let t = fit_temperature(scores.view(), &[0; 1000], 1.0);
/// assert!((t - 5.0 / 9.0_f64.ln()).abs() < 0.02);
/// ```
pub fn fit_temperature(scores: ArrayView2<'_, f32>, labels: &[usize], prior: f64) -> f64 {
    let usable: Vec<usize> = (0..labels.len())
        .filter(|&i| scores[[i, labels[i]]].is_finite())
        .collect();
    if usable.is_empty() {
        return prior;
    }
    let n = usable.len() as f64;
    // What n examples without an error entitle to (the rule of succession).
    let own_target = (n + 1.0) / (n + 2.0);
    let loss = |log_ratio: f64| {
        let t = prior * exp(log_ratio);
        let cross_entropy: f64 = usable
            .iter()
            .map(|&i| {
                let logits = scores.row(i);
                let logits = logits.iter().map(|&s| f64::from(s) / t);
                let own = f64::from(scores[[i, labels[i]]]) / t;
                // The smoothed target gives the rest in equal parts to the other classes that can be scored.
                let finite = logits.clone().filter(|l| l.is_finite());
                let others = finite.clone().count() - 1;
                let mean_other = if others == 0 {
                    own
                } else {
                    (finite.sum::<f64>() - own) / others as f64
                };
                log_sum_exp(logits) - own_target * own - (1.0 - own_target) * mean_other
            })
            .sum();
        (cross_entropy + log_ratio * log_ratio / (2.0 * PRIOR_SPREAD * PRIOR_SPREAD)) / n
    };
    prior * exp(golden_section(loss, ln(LOWEST), ln(HIGHEST)))
}

/// Minimum of a function with one valley between `low` and `high`.
fn golden_section(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let shrink = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut a, mut b) = (high - shrink * (high - low), low + shrink * (high - low));
    let (mut fa, mut fb) = (f(a), f(b));
    for _ in 0..STEPS {
        if fa <= fb {
            (high, b, fb) = (b, a, fa);
            a = high - shrink * (high - low);
            fa = f(a);
        } else {
            (low, a, fa) = (a, b, fb);
            b = low + shrink * (high - low);
            fb = f(b);
        }
    }
    (low + high) / 2.0
}

/// Softmax of `scores / temperature` `(C,)` into `out (C,)`; `-inf` gives 0, and so does everything where nothing is finite.
pub fn probabilities_into(scores: &[f32], temperature: f64, out: &mut [f64]) {
    for (out, &score) in out.iter_mut().zip(scores) {
        *out = f64::from(score) / temperature;
    }
    softmax(out);
}
