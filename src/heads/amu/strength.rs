//! How strong the bias should be, learned from the support set (docs/algorithms.md, "AMU-Tuning").
//!
//! Zero-shot recognition has never seen the examples, so its cross-entropy on them tells how good the text is, even with
//! one example a class: the poorer, the stronger the bias. Where a class has two examples the bias can be held out too,
//! and what it is worth moves the strength from there.
//!
//! One fixed prior on the strength that depends on the number of classes alone
//! was a point worse than this one on simulated texts of all qualities (true CLIP features of 54 classes that are in no
//! test); and the strength may exceed 12, without which poor text could not be ignored.

use super::biased::usual_alpha;
use crate::Result;
use crate::heads::check_within;
use crate::numerics::math::{exp, log_sum_exp};

/// The strength is the usual one times this number, and for each nat of zero-shot cross-entropy this number more.
const AT_BEST: f64 = 0.1;
const PER_NAT: f64 = 3.0;

/// An example that was never seen but counts, with this cross-entropy: a few right answers are no proof.
const UNSEEN: f64 = 1.0;
const UNSEEN_LOSS: f64 = 0.5;

/// The strongest bias: here text hardly counts, whatever it says.
const STRONGEST: f64 = 100.0;

/// Refuses a strength that is not from 0 to ten times the strongest that is learned: what is beyond answers the same, and takes
/// the solver ever longer.
pub(super) fn check(name: &'static str, alpha: f64) -> Result<()> {
    check_within(name, alpha, 0.0, 10.0 * STRONGEST, "0 to 1000")
}

/// Strength from the zero-shot cross-entropy (nats) of each example.
pub(super) fn from_text(classes: usize, losses: &[f64]) -> f64 {
    let sum = losses.iter().sum::<f64>() + UNSEEN * UNSEEN_LOSS;
    let loss = sum / (losses.len() as f64 + UNSEEN);
    (usual_alpha(classes) * (AT_BEST + PER_NAT * loss)).min(STRONGEST)
}

/// An example that the bias has not seen.
pub(super) struct HeldOutExample {
    /// For each class its zero-shot logit and its bias logit, times the factor.
    pub logits: Vec<(f64, f64)>,
    /// Its class.
    pub label: usize,
}

/// Weight of the prior in examples.
const PRIOR: f64 = 3.0;

/// Minimises the mean cross-entropy of a text + b bias over a, b >= 0, and gives b / a.
///
/// The prior is quadratic around `a = 1 / sqrt(strength)`, `b = sqrt(strength)`. Newton's method, in two variables.
pub(super) fn learn(examples: &[HeldOutExample], strength: f64) -> f64 {
    let centre = [1.0 / strength.sqrt(), strength.sqrt()];
    let value = |at: [f64; 2]| {
        let loss = examples.iter().map(|example| {
            let logits = example.logits.iter().map(|(s, z)| at[0] * s + at[1] * z);
            let (s, z) = example.logits[example.label];
            log_sum_exp(logits) - at[0] * s - at[1] * z
        });
        let prior = at
            .iter()
            .zip(centre)
            .map(|(at, c)| (at / c - 1.0) * (at / c - 1.0));
        loss.sum::<f64>() + PRIOR * prior.sum::<f64>()
    };
    let mut at = centre;
    let mut best = value(at);
    for _ in 0..STEPS {
        let [mut ga, mut gb] = [0, 1].map(|k| 2.0 * PRIOR * (at[k] / centre[k] - 1.0) / centre[k]);
        let [mut haa, mut hbb] = centre.map(|c| 2.0 * PRIOR / (c * c));
        let mut hab = 0.0;
        for example in examples {
            let logits = example.logits.iter().map(|(s, z)| at[0] * s + at[1] * z);
            let total = log_sum_exp(logits.clone());
            let [mut s1, mut z1, mut ss, mut sz, mut zz] = [0.0; 5];
            for ((s, z), logit) in example.logits.iter().zip(logits) {
                let p = exp(logit - total);
                s1 += p * s;
                z1 += p * z;
                ss += p * s * s;
                sz += p * s * z;
                zz += p * z * z;
            }
            let (s, z) = example.logits[example.label];
            ga += s1 - s;
            gb += z1 - z;
            haa += ss - s1 * s1;
            hab += sz - s1 * z1;
            hbb += zz - z1 * z1;
        }
        // On the border, downhill may be along it only.
        if at[1] == 0.0 && gb > 0.0 {
            (hab, gb) = (0.0, 0.0);
        }
        let determinant = haa * hbb - hab * hab;
        let step = [
            (hbb * ga - hab * gb) / determinant,
            (haa * gb - hab * ga) / determinant,
        ];
        let mut t = 1.0;
        let before = best;
        while t > 1e-6 {
            let tried = [
                // Without any text the strength would be infinite.
                (at[0] - t * step[0]).max(LEAST * centre[0]),
                (at[1] - t * step[1]).max(0.0),
            ];
            let found = value(tried);
            if found < best {
                (at, best) = (tried, found);
                break;
            }
            t /= 2.0;
        }
        // Where all examples are right for certain the least value is zero, give or take rounding.
        if before - best <= SETTLED * (1.0 + best.abs()) {
            break;
        }
    }
    (at[1] / at[0]).min(STRONGEST)
}

/// Newton steps at most; they end where one gains no more than this part.
const STEPS: usize = 50;
const SETTLED: f64 = 1e-12;

/// The least a, in units of its prior.
const LEAST: f64 = 1e-3;
