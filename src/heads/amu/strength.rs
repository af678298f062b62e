//! How strong the bias should be, learned from the support set (docs/algorithms.md, "AMU-Tuning").
//!
//! Zero-shot recognition has never seen the examples, so its cross-entropy on them tells how good the text is, even with
//! one example a class: the poorer, the stronger the bias. Where a class has two examples the bias can be held out too,
//! and what it is worth moves the strength from there.
//!
//! One fixed prior on the strength that depends on the number of classes alone
//! was a point worse than this one on simulated texts of all qualities (true CLIP features of 54 classes that are in no
//! test); and the strength may exceed 12, without which poor text could not be ignored.

use crate::numerics::math::{exp, log_sum_exp};

/// The published strength, and the classes of the set that it was chosen on (ImageNet); with more it is no less.
const PUBLISHED: f64 = 0.5;
const ITS_CLASSES: f64 = 1000.0;

/// The usual strength for one class, which has no other to be told from: a little above that for two, 11.2.
const FOR_ONE: f64 = 12.0;

/// The strength that suits good and poor text alike for this many classes.
fn usual(classes: usize) -> f64 {
    (PUBLISHED * (ITS_CLASSES / classes.max(1) as f64).sqrt()).clamp(PUBLISHED, FOR_ONE)
}

/// The strength is the usual one times this number, and for each nat of zero-shot cross-entropy this number more.
const AT_BEST: f64 = 0.1;
const PER_NAT: f64 = 3.0;

/// An example that was never seen but counts, with this cross-entropy: a few right answers are no proof.
const UNSEEN: f64 = 1.0;
const UNSEEN_LOSS: f64 = 0.5;

/// The strongest bias that is learned: here text hardly counts, whatever it says. One of ten times that answers the same, and what is
/// beyond takes the solver ever longer, so recipes end there.
const STRONGEST: f64 = 100.0;

/// Strength from the zero-shot cross-entropy (nats) of each example.
pub(super) fn from_text(classes: usize, losses: &[f64]) -> f64 {
    let sum = losses.iter().sum::<f64>() + UNSEEN * UNSEEN_LOSS;
    let loss = sum / (losses.len() as f64 + UNSEEN);
    (usual(classes) * (AT_BEST + PER_NAT * loss)).min(STRONGEST)
}

/// For an example that the bias has not seen: of each class, how far its zero-shot logit and its scaled bias logit exceed those of
/// the true class.
pub(super) type Ahead = Vec<[f64; 2]>;

/// Weight of the prior in examples.
const PRIOR: f64 = 3.0;

/// Minimises the sum of the cross-entropies of a text + b bias over a, b >= 0, and gives b / a.
///
/// The prior is quadratic around `a = 1 / sqrt(strength)`, `b = sqrt(strength)`. Newton's method, in two variables.
pub(super) fn learn(examples: &[Ahead], strength: f64) -> f64 {
    let centre = [1.0 / strength.sqrt(), strength.sqrt()];
    let logit = |at: [f64; 2], [s, z]: [f64; 2]| at[0] * s + at[1] * z;
    let loss = |at, ahead: &Ahead| log_sum_exp(ahead.iter().map(|&pair| logit(at, pair)));
    let value = |at: [f64; 2]| {
        let prior = [0, 1].map(|k| (at[k] / centre[k] - 1.0) * (at[k] / centre[k] - 1.0));
        examples.iter().map(|ahead| loss(at, ahead)).sum::<f64>() + PRIOR * (prior[0] + prior[1])
    };
    let mut at = centre;
    let mut best = value(at);
    for _ in 0..STEPS {
        let mut g = [0, 1].map(|k| 2.0 * PRIOR * (at[k] / centre[k] - 1.0) / centre[k]);
        let [mut haa, mut hbb] = centre.map(|c| 2.0 * PRIOR / (c * c));
        let mut hab = 0.0;
        for ahead in examples {
            let total = loss(at, ahead);
            let [mut s1, mut z1] = [0.0; 2];
            for &[s, z] in ahead {
                let p = exp(logit(at, [s, z]) - total);
                s1 += p * s;
                z1 += p * z;
                haa += p * s * s;
                hab += p * s * z;
                hbb += p * z * z;
            }
            g = [g[0] + s1, g[1] + z1];
            haa -= s1 * s1;
            hab -= s1 * z1;
            hbb -= z1 * z1;
        }
        // On the border, downhill may be along it only.
        if at[1] == 0.0 && g[1] > 0.0 {
            (hab, g[1]) = (0.0, 0.0);
        }
        let determinant = haa * hbb - hab * hab;
        let step = [hbb * g[0] - hab * g[1], haa * g[1] - hab * g[0]].map(|s| s / determinant);
        // Without any text the strength would be infinite.
        let least = [LEAST * centre[0], 0.0];
        let halves = std::iter::successors(Some(1.0), |t| Some(t / 2.0)).take(HALVINGS);
        let tried = halves.map(|t| [0, 1].map(|k| (at[k] - t * step[k]).max(least[k])));
        let lower = tried
            .map(|at| (at, value(at)))
            .find(|&(_, found)| found < best);
        // Where all examples are right for certain the least value is zero, give or take rounding.
        let Some((to, found)) = lower.filter(|(_, f)| best - f > NO_GAIN * (1.0 + f.abs())) else {
            break;
        };
        (at, best) = (to, found);
    }
    (at[1] / at[0]).min(STRONGEST)
}

/// Newton steps at most; they end where one gains no more than this part, cut in half this often.
const STEPS: usize = 50;
const HALVINGS: usize = 20;
const NO_GAIN: f64 = 1e-12;

/// The least a, in units of its prior.
const LEAST: f64 = 1e-3;
