//! A strength of the bias for each image, by how far it moves the answer.
//!
//! Source of the idea: Fan et al., "On Giant's Shoulders: Effortless Weak to Strong by Dynamic Logits Fusion", 2024,
//! arXiv:2406.15480. Differs from the source: one bias and its zero-shot logits in place of several language models; the
//! formula is ours.

use handful::Result;
use handful::heads::amu::{FittedAmu, Uncertainty};
use handful::heads::{Amu, FittedHead, FittedLinear, Head, Query, Scratch, ZeroShot};
use handful::task::Task;
use libm::{exp, log, sqrt};

/// [`Amu`] whose bias has, for each image, the strength with which it moves the answer as far from the zero-shot one as the
/// bias alone is from a uniform one, in Kullback-Leibler divergence.
#[derive(Debug, Clone)]
pub struct DynamicKl {
    /// With one strength for all images.
    fixed: FittedAmu,
    zero_shot: Option<FittedLinear>,
}

/// Steps of the bisection; each halves the bracket.
const BISECTIONS: usize = 30;

impl DynamicKl {
    /// Fits `recipe`, the bias learned as for one strength for all images.
    ///
    /// # Errors
    /// Those of [`Amu`].
    pub fn fit(recipe: &Amu, task: &Task) -> Result<Self> {
        let fixed = recipe.clone().uncertainty(Uncertainty::None);
        let fixed = fixed.fit(task)?;
        // Without a strength the scores do not tell the bias.
        let zero_shot = match task.has_text() && fixed.alpha() > 0.0 {
            true => Some(ZeroShot::default().fit(task)?),
            false => None,
        };
        Ok(Self { fixed, zero_shot })
    }
}

impl FittedHead for DynamicKl {
    fn n_classes(&self) -> usize {
        self.fixed.n_classes()
    }

    fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        self.fixed.scores_into(query, scratch, out);
        let Some(zero_shot) = &self.zero_shot else {
            return;
        };
        let mut text = vec![0.0; out.len()];
        zero_shot.scores_into(query, scratch, &mut text);
        let alpha = self.fixed.alpha() as f32;
        for (out, text) in out.iter_mut().zip(&text) {
            *out = (*out - text) / alpha;
        }
        let strength = strength(&text, out) as f32;
        for (out, text) in out.iter_mut().zip(&text) {
            let score = text + strength * *out;
            *out = if text.is_finite() {
                score
            } else {
                f32::NEG_INFINITY
            };
        }
    }

    fn prior_temperature(&self) -> f64 {
        self.fixed.prior_temperature()
    }
}

/// The strength for zero-shot logits and logits of the bias `(C,)`, at most four times what suits good and poor text alike.
/// Classes without a text or anything that stands in for it do not count.
fn strength(text: &[f32], bias: &[f32]) -> f64 {
    let pairs = text.iter().zip(bias).filter(|(text, _)| text.is_finite());
    let pairs: Vec<(f64, f64)> = pairs.map(|(&t, &b)| (f64::from(t), f64::from(b))).collect();
    // KL(softmax(base + alpha bias) || softmax(base)) = alpha E[bias] - ln sum exp(base + alpha bias) + ln sum exp(base).
    let divergence = |alpha: f64, with_text: f64| {
        let base = pairs.iter().map(|(text, _)| with_text * text);
        let moved = pairs
            .iter()
            .map(|(text, bias)| with_text * text + alpha * bias);
        let total = log_sum_exp(moved.clone());
        let expected: f64 = (pairs.iter().zip(moved))
            .map(|((_, bias), logit)| exp(logit - total) * bias)
            .sum();
        alpha * expected - total + log_sum_exp(base)
    };
    let wanted = divergence(1.0, 0.0);
    let usual = (0.5 * sqrt(1000.0 / pairs.len().max(1) as f64)).clamp(0.5, 12.0);
    let (mut low, mut high) = (0.0, 4.0 * usual);
    if divergence(high, 1.0) <= wanted {
        return high;
    }
    for _ in 0..BISECTIONS {
        let middle = (low + high) / 2.0;
        if divergence(middle, 1.0) < wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = values.clone().fold(f64::NEG_INFINITY, f64::max);
    most + log(values.map(|v| exp(v - most)).sum())
}
