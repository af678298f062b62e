//! A cache of examples beside the text, without training.
//!
//! Source: Zhang et al., "Tip-Adapter: Training-free Adaption of CLIP for Few-shot Classification", 2022,
//! arXiv:2207.09519, eq. 6. Differs from the source: affinities are averaged over the examples of a class, so that a
//! class with more photos has no advantage; `per_class_mean` off sums them as published.

use super::{FittedHead, Head, Linear, Query, Scratch, ZeroShot, affinities, check_factor};
use crate::Result;
use crate::task::Task;
use serde::{Deserialize, Serialize};

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
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `alpha` | 1.17 | 1e-6 to 1e6 | weight of the affinities |
/// | `beta` | 1 | 1e-6 to 1e6 | their sharpness |
/// | `per_class_mean` | true | | mean over the examples of a class; false: sum, as published |
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// No fit; score O(n + C width).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TipAdapter {
    /// Weight of the affinities.
    pub alpha: f64,
    /// Their sharpness.
    pub beta: f64,
    /// Mean over the examples of a class, not sum.
    pub per_class_mean: bool,
}

impl Default for TipAdapter {
    fn default() -> Self {
        Self {
            alpha: 1.17,
            beta: 1.0,
            per_class_mean: true,
        }
    }
}

impl Head for TipAdapter {
    type Fitted = FittedTipAdapter;
    const NAME: &'static str = "tip_adapter";

    fn check(&self) -> Result<()> {
        check_factor("tip_adapter.alpha", self.alpha)?;
        check_factor("tip_adapter.beta", self.beta)
    }

    fn fit(&self, task: &Task) -> Result<FittedTipAdapter> {
        self.check()?;
        let text = ZeroShot::default().fit(task)?.linear().cloned();
        let counts = task.counts();
        let share = |&n: &usize| match self.per_class_mean {
            true => self.alpha / n.max(1) as f64,
            false => self.alpha,
        };
        Ok(FittedTipAdapter {
            recipe: self.clone(),
            text: text.filter(|_| task.has_text()),
            shares: counts.iter().map(|n| share(n) as f32).collect(),
            labels: task.labels().to_vec(),
            counts,
        })
    }
}

/// The classes of the examples; the similarities come with the query.
#[derive(Debug, Clone)]
pub struct FittedTipAdapter {
    recipe: TipAdapter,
    text: Option<Linear>,
    labels: Vec<usize>,
    counts: Vec<usize>,
    /// What an affinity with an example of each class counts `(C,)`.
    shares: Vec<f32>,
}

/// Best temperature without text in units of alpha times beta: 0.01 to 0.04 at one photo a class on the validation
/// photos of Caltech-101, UCF101 and DTD (CLIP features, 5 to 101 classes).
const TEMPERATURE: f64 = 0.02;

impl FittedTipAdapter {
    fn text_into(&self, query: Query<'_>, out: &mut [f32]) {
        match &self.text {
            Some(text) => text.scores_into(query, out),
            None => {
                for (out, &n) in out.iter_mut().zip(&self.counts) {
                    *out = if n == 0 { f32::NEG_INFINITY } else { 0.0 };
                }
            }
        }
    }
}

impl FittedHead for FittedTipAdapter {
    fn n_classes(&self) -> usize {
        self.counts.len()
    }

    fn reads_similarities(&self) -> bool {
        true
    }

    fn scores_into(&self, query: Query<'_>, _scratch: &mut Scratch, out: &mut [f32]) {
        self.text_into(query, out);
        affinities(self.recipe.beta, query.similarities, |start, affinities| {
            for (affinity, &label) in affinities.iter().zip(&self.labels[start..]) {
                out[label] += self.shares[label] * affinity;
            }
        });
    }

    fn prior_temperature(&self) -> f64 {
        match self.text {
            Some(_) => 1.0,
            None => TEMPERATURE * self.recipe.alpha * self.recipe.beta,
        }
    }
}
