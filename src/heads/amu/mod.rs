//! AMU-Tuning: zero-shot logits plus a bias from auxiliary features, weighted by how unsure zero-shot recognition is.
//!
//! Source: Tang et al., "AMU-Tuning: Effective Logit Bias for CLIP-based Few-shot Learning", 2024, arXiv:2404.08958, and its code, of which
//! [`AmuPublished`] follows every step. Differs from the code: every step sees the photo itself, no augmented crop of it; the last epoch
//! counts, not the best one on the test set; a class without examples takes no part in the training.
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
pub use published::Start;
pub use uncertainty::Uncertainty;

use super::{MissingText, recipe::recipe};

recipe! {
    /// Scores a query by its zero-shot logits plus a bias from auxiliary features: s = 100 f.t + alpha kappa sigma W a.
    ///
    /// W minimises a strictly convex objective: the cross-entropies of s and of sigma W a on the
    /// examples, and a ridge that pulls W to the class means. alpha is learned, unless it is given: the poorer zero-shot
    /// recognition does on the examples, and the better the bias does on held-out ones, the larger.
    ///
    /// # Shapes
    /// f: the `clip` columns `(d,)` of a unit row; a: the embedding `(A,)`, or what `aux` names; W `(C, A)`.
    /// # Units
    /// Logits. A class without text and examples scores `-inf`, one without examples is scored by its text and the mean bias of the others.
    /// With one class, or examples of one class only, there is no bias. Without any text the score is sigma W a.
    /// Where only some classes have a text, a class without scores sigma W a; the others share out, by s, what sigma W a gives them together.
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// Fit O(n min(n, A) passes C), and O(n^2 A) where n is at most 2 A; memory O(n (min(n, A) + C)). Score O(C (d + A)) a query.
    /// Learning alpha takes about three fits more.
    // Fields that are not known pass: earlier versions saved more.
    Amu "amu" {
        /// Strength of the bias; learned where there is none.
        alpha: Option<f64> = None, 0 to 1000;
        /// Weight of the loss of s; the loss of the bias alone has the rest.
        lambda: f64 = 0.35, 0 to 1;
        /// Weight of the ridge.
        mu: f64 = 1.0, 1e-6 to 1e6;
        /// What kappa, in 0.1 to 10, is made from; `none`: it is 1, and the head linear unless only some classes have a text.
        uncertainty: Uncertainty = Uncertainty::default();
        /// Its exponent.
        power: f64 = 0.4, 0 to 10;
        /// Whether every class weighs the same, whatever its number of examples.
        class_balance: bool = false;
        /// What stands in for the text of a class with examples; `mean`: nothing, text shares out what the bias gives to the others.
        missing_text: MissingText = MissingText::default();
        /// Where a comes from.
        aux: Auxiliary = Auxiliary::All;
    }
}

recipe! {
    /// Scores a query by its zero-shot logits plus a bias from auxiliary features, trained by the published procedure.
    ///
    /// s = 100 f.t + alpha kappa z, where z are the logits W a of the auxiliary features, standardised over the classes,
    /// and kappa tells how unsure zero-shot recognition is.
    ///
    /// # Shapes
    /// f: the `clip` columns `(d,)` of a unit row; a: the auxiliary columns `(A,)`, divided by the root of the number of
    /// streams; W `(C, A)`.
    /// # Units
    /// Logits. A class without text and examples scores `-inf`, one without examples is scored by its text alone. With one
    /// class, or examples of one class only, there is no bias. Without any text the score is z.
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// Fit O(epochs n C A), score O(C (d + A)) a query.
    // Fields that are not known pass: earlier versions saved more.
    AmuPublished "amu_published" {
        /// Strength of the bias.
        alpha: f64 = 0.5, 0 to 1000;
        /// Weight of the loss of s; the loss of z has the rest.
        lambda: f64 = 0.35, 0 to 1;
        /// What kappa is made from.
        uncertainty: Uncertainty = Uncertainty::None;
        /// Its exponent.
        power: f64 = 0.4, 0 to 10;
        /// The constant of [`Uncertainty::Moment`].
        moment_norm: f64 = 250.0, 1e-6 to 1e6;
        /// Where W starts.
        init: Start = Start::default();
        /// Whether z is standardised.
        zscore: bool = true;
        /// Whether W is trained.
        train: bool = true;
        /// Learning rate of the first step; it falls to 0 along half a cosine.
        lr: f64 = 1e-3, 0 to 1;
        /// Decoupled weight decay.
        weight_decay: f64 = 0.01, 0 to 1;
        /// Passes over the examples.
        epochs: usize = 50, 0 to 1000;
        /// Examples a step.
        batch: usize = 8, 1 to 1e9;
        /// Of the order of the examples and a random start.
        seed: u64 = 1;
        /// What stands in for the text of a class with examples.
        missing_text: MissingText = MissingText::default();
        /// Where a comes from.
        aux: Auxiliary = Auxiliary::default();
    }
}
