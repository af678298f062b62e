//! How sure a head may be, learned from examples that it had not seen.

use super::novelty::FEWEST;
use super::{ConformalRule, Expected, HeldOut, Reference, deviation, fit_temperature};
use ndarray::ArrayView1;

/// How often the set of an answer is to hold the right class.
const COVERAGE: f64 = 0.9;

/// What a head has learned of itself from examples that it had not seen: how sure it may be.
#[derive(Debug, Clone)]
pub(crate) struct Thresholds {
    /// What its logits are divided by, beside its prior temperature.
    pub(crate) temperature: f64,
    pub(crate) rule: ConformalRule,
    pub(crate) reference: Reference,
    /// What novelty and likeness to negatives are divided by before they are added: their standard deviations over the held-out examples.
    /// On the development photos five negatives let 76 % of other photos of their class be refused in place of 39 %, and 5 % of known ones as
    /// without them (`evaluate --tasks 540 --negatives 5 --heads fused`).
    pub(crate) scale: [f64; 2],
}

impl Thresholds {
    pub(crate) fn learn(held_out: &HeldOut) -> Self {
        let temperature = fit_temperature(held_out.logits.view(), &held_out.labels, 1.0);
        let (mut own, mut novelty, mut likeness) = (Vec::new(), Vec::new(), Vec::new());
        for (i, p) in held_out.probabilities(temperature) {
            own.push(p[held_out.labels[i]]);
            if let Some(told) = told(held_out, i, &p) {
                novelty.push(told);
                likeness.push(held_out.likeness.get(i).copied());
            }
        }
        let known: Vec<f64> = likeness.iter().flatten().map(|&v| f64::from(v)).collect();
        // What is expected says nothing of likeness to negatives, so beside these it stands only until a few examples tell.
        let few = held_out.expected.is_some() && novelty.len() < FEWEST;
        let alone = |_: &Expected| few || known.is_empty();
        let mut thresholds = Self {
            temperature,
            rule: ConformalRule::new(COVERAGE, &own),
            reference: Reference::default(),
            scale: match few {
                true => [1.0; 2],
                false => [&novelty, &known].map(|all| deviation(ArrayView1::from(all))),
            },
        };
        let both = novelty.into_iter().zip(likeness);
        let both = both.map(|(novelty, likeness)| thresholds.novelty(novelty, likeness));
        thresholds.reference = Reference::beside(both.collect(), held_out.expected.filter(alone));
        thresholds
    }

    /// The held-out examples that are more foreign than a threshold, among those of which that was worked out.
    pub(crate) fn beyond(&self, held_out: &HeldOut, threshold: f64) -> Vec<usize> {
        let all = held_out.probabilities(self.temperature);
        let beyond = all.filter(|(i, p)| {
            let likeness = held_out.likeness.get(*i).copied();
            told(held_out, *i, p).is_some_and(|told| self.novelty(told, likeness) > threshold)
        });
        beyond.map(|(i, _)| held_out.examples[i]).collect()
    }

    /// How foreign a photo looks whose likeness to negatives is this, where there are any.
    pub(crate) fn novelty(&self, novelty: f64, likeness: Option<f32>) -> f64 {
        likeness.map_or(novelty, |likeness| {
            novelty / self.scale[0] + f64::from(likeness) / self.scale[1]
        })
    }
}

/// How foreign a held-out example looked that has these probabilities; `None` where the head tells it of others only, or of none of its class.
fn told(held_out: &HeldOut, i: usize, p: &[f64]) -> Option<f64> {
    match held_out.novelty.is_empty() {
        true => Some(unsure(p)),
        false => {
            let told = held_out.novelty.get(i).copied();
            told.filter(|told| !told.is_nan()).map(f64::from)
        }
    }
}

/// How foreign a photo looks to a head that has nothing but probabilities: one minus the largest.
pub(crate) fn unsure(probabilities: &[f64]) -> f64 {
    1.0 - probabilities.iter().copied().fold(0.0, f64::max)
}
