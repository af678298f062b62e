//! Heads: small classifiers on frozen features.
//!
//! A *recipe* holds hyper-parameters; fitting it to a [`Task`] gives an immutable *fitted head* that scores queries.
//! Scores are what the method says, on its own scale; [`FittedHead::prior_temperature`] tells what to divide them by
//! to get logits where nothing better is known, and [`crate::calibration`] learns a better one from leave-one-out
//! scores. Probabilities are derived once, for all heads alike.

mod naive_bayes;
mod prototype;
mod zero_shot;

pub use naive_bayes::{FittedNaiveBayes, NaiveBayes, Prior, Statistics};
pub use prototype::{FittedPrototype, Prototype};
pub use zero_shot::{FittedZeroShot, ZeroShot};

use crate::support::Task;
use crate::{Error, Result};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// A recipe: hyper-parameters and nothing else.
pub trait Head {
    /// What fitting gives.
    type Fitted: FittedHead + 'static;
    /// Stable name: files, errors, user interface.
    const NAME: &'static str;

    /// Fits the head to a task.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a hyper-parameter outside its range.
    fn fit(&self, task: &Task) -> Result<Self::Fitted>;
}

/// A fitted head. Class columns follow the classes of the task.
pub trait FittedHead {
    /// Number of classes C, those that it cannot score included.
    fn n_classes(&self) -> usize;

    /// Writes the score of each class for one query into `out`; a class that cannot be scored gets `-inf`.
    ///
    /// `query` is a whole unit row `(width,)` as [`crate::Streams::unit`] gives it, `out` has C places.
    fn scores_into(&self, query: &[f32], out: &mut [f32]);

    /// Scores `(m, C)` of m examples of the task that this head was fitted to, each as if the head had never seen it.
    ///
    /// A class whose only example is left out cannot be scored: `-inf`. Exact, without refitting (specification 6.1).
    fn leave_one_out(&self, task: &Task, examples: &[usize]) -> Array2<f32>;

    /// Scores divided by this are logits, where no data says otherwise (specification 6.3).
    fn prior_temperature(&self) -> f64;
}

/// Every head there is, with its hyper-parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "head", rename_all = "snake_case", deny_unknown_fields)]
pub enum HeadSpec {
    /// Cosine with the text of each class.
    ZeroShot(ZeroShot),
    /// Cosine with the mean of each class.
    Prototype(Prototype),
    /// Gaussian naive Bayes with one diagonal variance for all classes.
    NaiveBayes(NaiveBayes),
}

impl HeadSpec {
    /// All heads with their default hyper-parameters.
    pub fn all() -> [Self; 3] {
        [
            Self::ZeroShot(ZeroShot::default()),
            Self::Prototype(Prototype::default()),
            Self::NaiveBayes(NaiveBayes::default()),
        ]
    }

    /// Stable name of the head.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ZeroShot(_) => ZeroShot::NAME,
            Self::Prototype(_) => Prototype::NAME,
            Self::NaiveBayes(_) => NaiveBayes::NAME,
        }
    }

    /// The head of this name with its default hyper-parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a name that no head has.
    pub fn by_name(name: &str) -> Result<Self> {
        Self::all()
            .into_iter()
            .find(|spec| spec.name() == name)
            .ok_or_else(|| Error::Parameter {
                name: "head",
                value: name.to_owned(),
                range: "zero_shot, prototype, naive_bayes",
            })
    }

    /// Fits whichever head it is.
    ///
    /// # Errors
    /// Those of [`Head::fit`].
    pub fn fit(&self, task: &Task) -> Result<Box<dyn FittedHead>> {
        Ok(match self {
            Self::ZeroShot(head) => Box::new(head.fit(task)?),
            Self::Prototype(head) => Box::new(head.fit(task)?),
            Self::NaiveBayes(head) => Box::new(head.fit(task)?),
        })
    }
}

/// Dot product accumulated in double precision.
fn dot(a: &[f32], b: impl Iterator<Item = f64>) -> f64 {
    a.iter().zip(b).map(|(&a, b)| f64::from(a) * b).sum()
}

/// Refuses a hyper-parameter that is not a finite number of at least `least`.
fn check_at_least(name: &'static str, value: f64, least: f64, range: &'static str) -> Result<()> {
    if value.is_finite() && value >= least {
        Ok(())
    } else {
        Err(Error::Parameter {
            name,
            value: value.to_string(),
            range,
        })
    }
}
