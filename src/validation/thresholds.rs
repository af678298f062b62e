//! How sure a head may be, learned from examples that it had not seen.

use super::{ConformalRule, HeldOut, Reference, fit_temperature};

/// How often the set of an answer is to hold the right class.
const COVERAGE: f64 = 0.9;

/// What a head has learned of itself from examples that it had not seen: how sure it may be.
#[derive(Debug, Clone)]
pub(crate) struct Thresholds {
    /// What its logits are divided by, beside its prior temperature.
    pub(crate) temperature: f64,
    pub(crate) rule: ConformalRule,
    pub(crate) reference: Reference,
}

impl Thresholds {
    pub(crate) fn learn(held_out: &HeldOut) -> Self {
        let temperature = fit_temperature(held_out.logits.view(), &held_out.labels, 1.0);
        let (mut own, mut novelty) = (Vec::new(), Vec::new());
        for (i, p) in held_out.probabilities(temperature) {
            own.push(p[held_out.labels[i]]);
            let told = held_out.novelty.get(i).map(|&novelty| f64::from(novelty));
            novelty.push(told.unwrap_or_else(|| unsure(&p)));
        }
        Self {
            temperature,
            rule: ConformalRule::new(COVERAGE, &own),
            reference: Reference::new(novelty),
        }
    }
}

/// How foreign a photo looks to a head that has nothing but probabilities: one minus the largest.
pub(crate) fn unsure(probabilities: &[f64]) -> f64 {
    1.0 - probabilities.iter().copied().fold(0.0, f64::max)
}
