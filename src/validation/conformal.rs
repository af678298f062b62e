//! Sets of classes that hold the right one as often as asked for.
//!
//! Source: Vovk, Gammerman, Shafer, "Algorithmic Learning in a Random World", 2005 (split conformal prediction with the score 1 - p).
//! Differs from the source: the held-out examples come from folds of the support set, so that the head that answers has seen a few examples
//! more than those that were measured; no finite-sample guarantee, close in practice.

use crate::numerics::math;
use crate::numerics::order::{sort_indices, sort_numbers};

/// Held-out examples from which a quantile is taken; fewer than this say nothing about one in ten.
const FEWEST: usize = 9;

/// A rule that turns the probabilities of a photo into a set of classes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum ConformalRule {
    /// Every class whose probability is at least this number; an empty set says that no class fits well.
    AtLeast(f64),
    /// The likeliest classes that have this probability together, where too few examples could be held out.
    Together(f64),
}

impl ConformalRule {
    /// The rule for a coverage in `(0, 1)`, from the probabilities that held-out examples gave their own classes.
    ///
    /// ```
    /// use handful::validation::ConformalRule;
    /// let own: Vec<f64> = (1..=19).map(|i| f64::from(i) / 20.0).collect();
    /// let rule = ConformalRule::new(0.9, &own);
    /// // 18 of 19 examples, the share that also covers the twentieth, reach 0.1.
    /// assert_eq!(rule, ConformalRule::AtLeast(0.1));
    /// let mut set = Vec::new();
    /// rule.set_into(&[0.05, 0.15, 0.8], &mut set);
    /// assert_eq!(set, [2, 1]);
    /// ```
    pub fn new(coverage: f64, own: &[f64]) -> Self {
        if own.len() < FEWEST {
            return Self::Together(coverage);
        }
        let mut own = own.to_vec();
        sort_numbers(&mut own);
        own.reverse();
        let wanted = math::ceil((own.len() + 1) as f64 * coverage) as usize;
        // With more wanted than there are, only the set of all classes is sure to cover.
        Self::AtLeast(own.get(wanted.saturating_sub(1)).copied().unwrap_or(0.0))
    }

    /// Puts the classes of the set, the likeliest first, in the place of what is there.
    pub fn set_into(&self, probabilities: &[f64], set: &mut Vec<usize>) {
        set.clear();
        set.extend((0..probabilities.len()).filter(|&c| match self {
            Self::AtLeast(least) => probabilities[c] > 0.0 && probabilities[c] >= *least,
            Self::Together(_) => probabilities[c] > 0.0,
        }));
        sort_indices(set, &|a, b| probabilities[b].total_cmp(&probabilities[a]));
        if let Self::Together(coverage) = self {
            let mut sum = 0.0;
            set.retain(|&c| {
                let wanted = sum < *coverage;
                sum += probabilities[c];
                wanted
            });
        }
    }
}
