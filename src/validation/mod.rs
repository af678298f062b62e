//! What follows from scores of examples that were held out: a temperature, sets of classes, "none of these", an estimate of
//! quality. It knows no head: heads choose their hyper-parameters with it, and answers are calibrated with it.

mod conformal;
mod folds;
mod held_out;
mod novelty;
mod report;
mod temperature;
mod thresholds;

pub use conformal::ConformalRule;
pub use folds::folds;
pub(crate) use folds::{FOLDS, enough, folds_at_most, plan};
pub use held_out::{ENOUGH, HeldOut};
pub use novelty::Reference;
pub(crate) use novelty::{Expected, Normal, STRICTEST, STRICTNESS, deviation, likeness};
pub use report::{Estimate, Mistake, Report, Suspect};
pub(crate) use temperature::{MOST_NATS, PART_SPREAD, SPREAD, fit_part};
pub use temperature::{fit_temperature, probabilities_into};
pub(crate) use thresholds::{Thresholds, unsure};
