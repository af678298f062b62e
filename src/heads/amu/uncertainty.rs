//! How unsure zero-shot recognition is of a photo: the factor that its bias is multiplied by.
//!
//! Source: the published code of AMU-Tuning for the kinds up to `top5`, of which all look at probabilities, also those
//! named energy and moment; the others are ours or the form of the paper's figure.

use crate::numerics::math::{exp, larger, ln, log_sum_exp, pow};
use serde::{Deserialize, Serialize};

/// What the factor is made from. p are the probabilities that zero-shot recognition gives, rho is the power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Uncertainty {
    /// 1.
    None,
    /// (m4 / `moment_norm`)^-rho, m4 the standardised fourth moment of p over the classes.
    Moment,
    /// exp(rho H(p) / ln C), H the entropy.
    Entropy,
    /// (2 (ln sum exp((p - max p) / 2) + max p))^-rho, as it is in the published code.
    Energy,
    /// (max p)^-rho.
    Max,
    /// (max p - min p)^-rho.
    MaxMin,
    /// The standard deviation of p: grows with confidence, and knows no power.
    Var,
    /// (p1 - p5)^-rho of the sorted p; with fewer than five classes p5 is the last.
    Top5,
    /// (m4 / a quarter of the m4 of a certain answer)^-rho: the published constant 250 for any number of classes; below
    /// four classes m4 is the same for every photo, and `max` takes its place.
    #[default]
    MomentRel,
    /// (ln sum exp(s - mean s))^-rho, s the logits.
    LogitEnergy,
    /// (max s - mean s)^-rho.
    MaxLogit,
    /// (p1 - p2)^-rho.
    Margin,
    /// (m4 of the logits)^-rho: the form in the paper's figure.
    MomentLogit,
}

/// The largest factor: keeps an exactly uniform p from giving infinity.
const LARGEST: f64 = 1e6;

impl Uncertainty {
    /// The factor of one photo from its finite zero-shot logits; others, of classes that cannot be scored, are ignored.
    ///
    /// A number in `[0, 1e6]`; 1 with fewer than two classes.
    ///
    /// ```
    /// use handful::heads::amu::Uncertainty;
    /// let sure = Uncertainty::Max.factor(&[30.0, 10.0, 10.0], 0.4, 250.0);
    /// let unsure = Uncertainty::Max.factor(&[10.0, 10.0, 10.0], 0.4, 250.0);
    /// assert!((sure - 1.0).abs() < 1e-6 && (unsure - 3_f64.powf(0.4)).abs() < 1e-6);
    /// ```
    pub fn factor(self, logits: &[f32], power: f64, moment_norm: f64) -> f64 {
        let logits = logits
            .iter()
            .map(|&s| f64::from(s))
            .filter(|s| s.is_finite());
        let n = logits.clone().count();
        if n < 2 {
            return 1.0;
        }
        let classes = n as f64;
        let total = log_sum_exp(logits.clone());
        let p = logits.clone().map(|s| exp(s - total));
        let mean = logits.clone().sum::<f64>() / classes;
        // The five largest probabilities, the largest first.
        let largest = || {
            p.clone().fold([0.0; 5], |mut top: [f64; 5], mut value| {
                for place in &mut top {
                    if value > *place {
                        (*place, value) = (value, *place);
                    }
                }
                top
            })
        };
        let max = || p.clone().fold(0.0, larger);
        let measure = match self {
            Self::None => 1.0,
            Self::Entropy => {
                let entropy: f64 = logits.map(|s| exp(s - total) * (total - s)).sum();
                return exp(power * entropy / ln(classes));
            }
            Self::Var => return moments(p, 1.0 / classes, classes).0.sqrt(),
            Self::Moment => kurtosis(p, 1.0 / classes, classes) / moment_norm,
            Self::Energy => {
                let max = max();
                2.0 * (log_sum_exp(p.map(|p| (p - max) / 2.0)) + max)
            }
            Self::MomentRel if n > 3 => {
                let q = 1.0 / classes;
                let certain =
                    (1.0 - 3.0 * q + 3.0 * q * q) / (q * (1.0 - q)) * (1.0 - q) * (1.0 - q);
                kurtosis(p, q, classes) / (certain / 4.0)
            }
            Self::Max | Self::MomentRel => max(),
            Self::MaxMin => max() - p.clone().fold(1.0, f64::min),
            Self::Top5 => largest()[0] - largest()[n.min(5) - 1],
            Self::Margin => largest()[0] - largest()[1],
            Self::LogitEnergy => total - mean,
            Self::MaxLogit => logits.fold(f64::NEG_INFINITY, larger) - mean,
            Self::MomentLogit => kurtosis(logits, mean, classes),
        };
        if measure > 0.0 {
            pow(measure, -power).min(LARGEST)
        } else {
            LARGEST
        }
    }
}

/// Variance with divisor C - 1, and mean fourth power of the distance to the mean.
fn moments(values: impl Iterator<Item = f64>, mean: f64, classes: f64) -> (f64, f64) {
    let (squares, fourths) = values.fold((0.0, 0.0), |(squares, fourths), value| {
        let square = (value - mean) * (value - mean);
        (squares + square, fourths + square * square)
    });
    (squares / (classes - 1.0), fourths / classes)
}

/// The standardised fourth moment; the published mixture of divisors C - 1 and C.
fn kurtosis(values: impl Iterator<Item = f64>, mean: f64, classes: f64) -> f64 {
    let (variance, fourth) = moments(values, mean, classes);
    // The floor is that of the reference: a uniform p has no moment.
    (fourth / (variance * variance).max(1e-60)).max(1e-12)
}
