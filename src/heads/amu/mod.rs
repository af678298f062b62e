//! AMU-Tuning: zero-shot logits plus a bias from auxiliary features, weighted by how unsure zero-shot recognition is.
//!
//! Source: Tang et al., "AMU-Tuning: Effective Logit Bias for CLIP-based Few-shot Learning", 2024, arXiv:2404.08958, and
//! its code, of which [`AmuPublished`] follows every step. Differs from the code: every step
//! sees the photo itself, no augmented crop of it; the last epoch counts, not the best one on the test set; a
//! class without examples takes no part in the training.
//!
//! [`Amu`] is ours: the same scores from a convex problem, whose strength is learned from the support set. Its solver is
//! dual coordinate ascent; others, and variants that gained nothing, are in the crate `handful-research`.

mod adamw;
mod convex;
mod fitted;
mod published;
mod recommended;
mod source;
mod strength;
mod uncertainty;

pub use adamw::{Trainer, TrainingRows};
pub use fitted::{Auxiliary, FittedAmu, standardise};
pub use published::{AmuPublished, Start};
pub use recommended::Amu;
pub use uncertainty::Uncertainty;
