//! How sure a head may be, learned from examples that it had not seen.

use super::{ConformalRule, HeldOut, Reference, fit_temperature, probabilities_into};

/// What a head has learned of itself from examples that it had not seen: how sure it may be.
#[derive(Debug, Clone)]
pub(crate) struct Thresholds {
    /// What its logits are divided by, beside its prior temperature.
    pub(crate) temperature: f64,
    pub(crate) rule: ConformalRule,
    pub(crate) reference: Reference,
}

impl Thresholds {
    pub(crate) fn learn(held_out: &HeldOut, coverage: f64) -> Self {
        let (logits, labels) = (held_out.logits.view(), &held_out.labels);
        let temperature = fit_temperature(logits, labels, 1.0);
        let mut p = vec![0.0; logits.ncols()];
        let (mut own, mut novelty) = (Vec::new(), Vec::new());
        for i in held_out.usable() {
            let logits = held_out.logits.row(i);
            let logits = logits.as_slice().expect("held-out logits are row-major");
            probabilities_into(logits, temperature, &mut p);
            own.push(p[labels[i]]);
            novelty.push(match held_out.novelty.get(i) {
                Some(&novelty) => f64::from(novelty),
                None => unsure(&p),
            });
        }
        Self {
            temperature,
            rule: ConformalRule::new(coverage, &own),
            reference: Reference::new(novelty),
        }
    }
}

/// How foreign a photo looks to a head that has nothing but probabilities: one minus the largest.
pub(crate) fn unsure(probabilities: &[f64]) -> f64 {
    1.0 - probabilities.iter().copied().fold(0.0, f64::max)
}
