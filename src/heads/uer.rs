//! UER: a linear head for streams, that learns new examples by angle and replayed ones by angle and norm.
//!
//! Source: Lin et al., "UER: A Heuristic Bias Addressing Approach for Online Continual Learning", 2023, arXiv:2309.04081, of which only the
//! abstract was at hand; the settings follow the same group's published settings. Differs from the source: frozen features of unit length
//! times `feature_scale`; the softmax runs over the classes that were seen; a class starts as the mean of its first batch.

mod memory;
mod state;
mod step;
mod stream;

pub use memory::MemoryPolicy;
pub use stream::{Observed, RemovedClass, UerStream};

use super::linear::FittedLinear;
use super::pseudo::{Directions, unit};
use super::{Head, recipe::recipe};
use crate::Result;
use crate::numerics::linalg;
use crate::support::agree;
use crate::task::Task;
use serde::{Deserialize, Serialize};

/// What a dot product is split into: of a weight row w and features f, `w.f = |w| |f| cos(w, f)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Factor {
    /// `gamma cos(w, f)`: its gradient leaves the norm of w as it is, to first order.
    Angle,
    /// The whole product `w.f`.
    Dot,
}

recipe! {
    /// Streams the examples once, with a small memory for replay. Scores are the products of weights and features.
    ///
    /// Each batch B of new examples meets a batch R drawn from memory, and the weights descend the sum of two mean
    /// cross-entropies: of B by `current` logits, of R by `replayed` logits. `dot` for both is plain experience replay.
    /// # Shapes
    /// Embeddings `(n, width)`; weights `(C, width)`.
    /// # Units
    /// Logits; a class that was never seen scores `-inf` (0 without `mask_unseen`).
    ///
    /// With a text for a class and no stream but `clip`, the class starts as its text, moved by the mean difference of photos and texts;
    /// where fewer than two classes have both, every class starts as its first batch.
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// Fit O(n C width), score O(C width) a query.
    #[serde(deny_unknown_fields)]
    Uer "uer" {
        /// Length of the features.
        feature_scale: f64 = 32.0, 1e-6 to 1e6;
        /// Of gradient descent; halved where it leads out of the numbers.
        learning_rate: f64 = 0.03, 0 to 1e300;
        /// Steps a batch, each with another draw from memory.
        iterations: usize = 1, 1 to 1000;
        /// New examples at once where a whole task is fitted.
        batch: usize = 10, 1 to 1e9;
        /// Examples drawn from memory at most.
        replay: usize = 10;
        /// Examples kept at most.
        memory: usize = 1000;
        /// What cosines are multiplied by.
        gamma: f64 = 1.0 / 0.09, 1e-6 to 1e6;
        /// Logits of new examples.
        current: Factor = Factor::Angle;
        /// Logits of replayed examples.
        replayed: Factor = Factor::Dot;
        /// Logits of answers.
        inference: Factor = Factor::Dot;
        /// Whether softmax and answers are over the classes that were seen.
        mask_unseen: bool = true;
        /// Whether a class starts as the unit mean of its first batch; else as small random numbers.
        imprint: bool = true;
        /// Which examples stay in memory.
        policy: MemoryPolicy = MemoryPolicy::Reservoir;
        /// Of the order of the examples, memory and replay.
        seed: u32 = 0;
    }
}

/// A weight row shorter than this has no direction.
const SHORTEST: f64 = 1e-6;

impl Uer {
    /// A stream that has learned the examples of a task, as [`Head::fit`] does, and goes on from there.
    ///
    /// # Errors
    /// [`crate::Error::Parameter`].
    pub fn stream(&self, task: &Task) -> Result<UerStream> {
        let mut stream = UerStream::new(self, task.scale())?;
        let only_clip = task.streams().clip() == Some(0..task.streams().width());
        let shift = Directions::of(task).filter(|_| only_clip);
        for text in task.text() {
            let moved = shift.as_ref().zip(text.as_ref());
            let moved = moved.map(|(to, text)| unit(text.mapv(f64::from) + &to.shift));
            stream.push(moved.map(|row| row.mapv(|v| v as f32).to_vec()));
        }
        for batch in stream.order(task.n_examples()).chunks(self.batch) {
            let labels: Vec<usize> = batch.iter().map(|&i| task.labels()[i]).collect();
            let rows = linalg::select(task.features(), batch);
            stream.observe(rows.view(), &labels)?;
        }
        Ok(stream)
    }

    /// Whether both are the same, numbers to nine digits: JSON may change the last bits.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let Self {
            feature_scale,
            learning_rate,
            gamma,
            ..
        } = *other;
        agree(self.feature_scale, feature_scale)
            && agree(self.learning_rate, learning_rate)
            && agree(self.gamma, gamma)
            && *other
                == Self {
                    feature_scale,
                    learning_rate,
                    gamma,
                    ..self.clone()
                }
    }
}

impl Head for Uer {
    type Fitted = FittedLinear;
    const IS_ASKED: bool = true;

    fn fit(&self, task: &Task) -> Result<FittedLinear> {
        let stream = self.stream(task)?;
        let classes: Vec<_> = (0..stream.n_classes()).map(Some).collect();
        Ok(stream.head(&classes))
    }
}
