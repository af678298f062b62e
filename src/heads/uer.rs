//! UER: a linear head for streams, that learns new examples by angle and replayed ones by angle and norm.
//!
//! Source: Lin et al., "UER: A Heuristic Bias Addressing Approach for Online Continual Learning", 2023,
//! arXiv:2309.04081, of which only the abstract was at hand; the settings follow the same group's published settings.
//! Differs from the source: frozen features of unit length times `feature_scale`; the softmax runs over the classes
//! that were seen; a class starts as the mean of its first batch.

mod memory;
mod state;
mod step;
mod stream;

pub use memory::MemoryPolicy;
pub use stream::{Observed, UerStream};

use super::{FittedHead, Head, Linear, Query, Scratch, check_factor, check_within};
use crate::Result;
use crate::numerics::linalg;
use crate::task::Task;
use serde::{Deserialize, Serialize};

/// What a dot product is split into: of a weight row w and features f, `w.f = |w| |f| cos(w, f)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// `gamma cos(w, f)`: its gradient leaves the norm of w as it is, to first order.
    Angle,
    /// The whole product `w.f`.
    Dot,
}

/// Streams the examples once, with a small memory for replay. Scores are the products of weights and features.
///
/// Each batch B of new examples meets a batch R drawn from memory, and the weights descend the sum of two mean
/// cross-entropies: of B by `current` logits, of R by `replayed` logits. `dot` for both is plain experience replay.
/// # Shapes
/// Images `(n, width)`; weights `(C, width)`.
/// # Units
/// Logits; a class that was never seen scores `-inf` (0 without `mask_unseen`).
///
/// With a text for a class and no stream but `clip`, the class starts as its text.
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// Fit O(n C width), score O(C width) a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Uer {
    /// Length of the features, 1e-6 to 1e6.
    pub feature_scale: f64,
    /// Of gradient descent, above 0; halved where it leads out of the numbers.
    pub learning_rate: f64,
    /// Steps a batch, 1 to 1000, each with another draw from memory.
    pub iterations: usize,
    /// New examples at once where a whole task is fitted, at least 1.
    pub batch: usize,
    /// Examples drawn from memory at most.
    pub replay: usize,
    /// Examples kept at most.
    pub memory: usize,
    /// What cosines are multiplied by, 1e-6 to 1e6.
    pub gamma: f64,
    /// Logits of new examples.
    pub current: Factor,
    /// Logits of replayed examples.
    pub replayed: Factor,
    /// Logits of answers.
    pub inference: Factor,
    /// Whether softmax and answers are over the classes that were seen.
    pub mask_unseen: bool,
    /// Whether a class starts as the unit mean of its first batch; else as small random numbers.
    pub imprint: bool,
    /// Which examples stay in memory.
    pub policy: MemoryPolicy,
    /// Of the order of the examples, memory and replay.
    pub seed: u32,
}

impl Default for Uer {
    fn default() -> Self {
        Self {
            feature_scale: 32.0,
            learning_rate: 0.03,
            iterations: 1,
            batch: 10,
            replay: 10,
            memory: 1000,
            gamma: 1.0 / 0.09,
            current: Factor::Angle,
            replayed: Factor::Dot,
            inference: Factor::Dot,
            mask_unseen: true,
            imprint: true,
            policy: MemoryPolicy::Reservoir,
            seed: 0,
        }
    }
}

/// A weight row shorter than this has no direction.
const SHORTEST: f64 = 1e-6;

impl Head for Uer {
    type Fitted = FittedUer;
    const NAME: &'static str = "uer";

    fn check(&self) -> Result<()> {
        check_factor("uer.feature_scale", self.feature_scale)?;
        check_factor("uer.gamma", self.gamma)?;
        let (rate, steps, batch) = (
            self.learning_rate,
            self.iterations as f64,
            self.batch as f64,
        );
        let (least, most) = (f64::MIN_POSITIVE, f64::MAX);
        check_within("uer.learning_rate", rate, least, most, "> 0")?;
        check_within("uer.iterations", steps, 1.0, 1000.0, "1 to 1000")?;
        check_within("uer.batch", batch, 1.0, most, ">= 1")
    }

    fn fit(&self, task: &Task) -> Result<FittedUer> {
        let mut stream = UerStream::new(self, task.scale())?;
        let only_clip = task.streams().clip() == Some(0..task.streams().width());
        for text in task.text() {
            stream.push(text.as_ref().filter(|_| only_clip).map(|t| t.to_vec()));
        }
        for batch in stream.order(task.n_examples()).chunks(self.batch) {
            let labels: Vec<usize> = batch.iter().map(|&i| task.labels()[i]).collect();
            let rows = linalg::select(task.features(), batch);
            stream.observe(rows.view(), &labels)?;
        }
        Ok(FittedUer(stream.linear()))
    }
}

/// The weights at the end of the stream.
#[derive(Debug, Clone)]
pub struct FittedUer(Linear);

impl FittedHead for FittedUer {
    fn n_classes(&self) -> usize {
        self.0.n_classes()
    }

    fn scores_into(&self, query: Query<'_>, _scratch: &mut Scratch, out: &mut [f32]) {
        self.0.scores_into(query, out);
    }

    fn prior_temperature(&self) -> f64 {
        1.0
    }

    fn linear(&self) -> Option<&Linear> {
        Some(&self.0)
    }
}
