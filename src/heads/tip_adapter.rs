//! A cache of examples beside the text, without training.
//!
//! Source: Zhang et al., "Tip-Adapter: Training-free Adaption of CLIP for Few-shot Classification", 2022,
//! arXiv:2207.09519, eq. 6. Differs from the source: affinities are averaged over the examples of a class, so that a
//! class with more photos has no advantage; `per_class_mean` off sums them as published.

use super::zero_shot::text_or;
use super::{
    FittedHead, Head, Linear, Query, Recipe, ScoresBy, Scratch, ZeroShot, affinities,
    recipe::recipe,
};
use crate::Result;
use crate::task::Task;

recipe! {
    /// Scores a query by the scaled cosine with the text of each class, plus the affinities with its examples.
    ///
    /// ```text
    /// score of c = scale cosine(x, text c) + alpha mean over examples i of c of exp(-beta (1 - x.i))
    /// ```
    /// # Shapes
    /// Similarities `(n,)` a query.
    /// # Units
    /// Logits; without any text only the second part. A class without examples and without text scores `-inf`; one without
    /// text among classes with text has the mean of their cosines.
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// No fit; score O(n + C width).
    #[serde(deny_unknown_fields)]
    TipAdapter "tip_adapter" {
        /// Weight of the affinities.
        alpha: f64 = 1.17, 1e-6 to 1e6;
        /// Their sharpness.
        beta: f64 = 1.0, 1e-6 to 1e6;
        /// Mean over the examples of a class; false: sum, as published.
        per_class_mean: bool = true;
    }
}

/// Best temperature without text in units of alpha times beta: 0.01 to 0.04 at one photo a class on the validation
/// photos of Caltech-101, UCF101 and DTD (CLIP features, 5 to 101 classes).
const TEMPERATURE: f64 = 0.02;

impl Head for TipAdapter {
    type Fitted = FittedTipAdapter;

    fn scores_by(&self) -> ScoresBy {
        ScoresBy::Either
    }

    fn fit(&self, task: &Task) -> Result<FittedTipAdapter> {
        self.check()?;
        let share = |n: usize| match self.per_class_mean {
            true => self.alpha / n.max(1) as f64,
            false => self.alpha,
        };
        let shares = task.counts().into_iter().map(|n| share(n) as f32);
        Ok(FittedTipAdapter {
            beta: self.beta,
            text: text_or(0.0, ZeroShot::default(), task)?,
            labels: task.labels().to_vec(),
            shares: shares.collect(),
            temperature: match task.has_text() {
                true => 1.0,
                false => TEMPERATURE * self.alpha * self.beta,
            },
        })
    }
}

/// The classes of the examples; the similarities come with the query.
#[derive(Debug, Clone)]
pub struct FittedTipAdapter {
    beta: f64,
    text: Linear,
    labels: Vec<usize>,
    /// What an affinity with an example of each class counts `(C,)`.
    shares: Vec<f32>,
    temperature: f64,
}

impl FittedHead for FittedTipAdapter {
    fn n_classes(&self) -> usize {
        self.shares.len()
    }

    fn reads_similarities(&self) -> bool {
        true
    }

    fn scores_into(&self, query: Query<'_>, _scratch: &mut Scratch, out: &mut [f32]) {
        self.text.scores_into(query, out);
        affinities(self.beta, query.similarities, |start, affinities| {
            for (affinity, &label) in affinities.iter().zip(&self.labels[start..]) {
                out[label] += self.shares[label] * affinity;
            }
        });
    }

    fn prior_temperature(&self) -> f64 {
        self.temperature
    }
}
