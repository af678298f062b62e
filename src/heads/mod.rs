//! Heads: small classifiers on frozen features.
//!
//! A *recipe* holds hyper-parameters; fitting it to a [`Task`] gives an immutable *fitted head* that scores queries.
//! Scores are what the method says, on its own scale; [`FittedHead::prior_temperature`] tells what to divide them by
//! to get logits where nothing better is known, and [`crate::validation::fit_temperature`] learns a better one from held-out
//! scores. Probabilities are derived once, for all heads alike.
//!
//! ```
//! use handful::heads::{Knn, Recipe};
//! assert!(Knn::default().k(3).tau(0.1).check().is_ok());
//! ```

pub mod amu;
mod fields;
mod fused;
mod held_out;
mod kernel_ridge;
mod knn;
mod linear;
mod logistic;
mod naive_bayes;
mod naive_bayes_full;
mod prior;
mod prototype;
mod pseudo;
mod recipe;
mod scratch;
mod solver;
mod tip_adapter;
mod uer;
mod zero_shot;

pub use amu::{Amu, AmuPublished};
pub use fields::Fields;
pub(crate) use fused::{
    Affine, Forms, KNEE, Kernel, Known, PLACES, SHARPNESS, SHORT, Scorer, TEMPERATURE, TEXT_SHARE,
    TextScores, groups, mean_direction, trust_search,
};
pub use fused::{FittedFused, Fused, LearnedPile, Pile};
pub use kernel_ridge::{FittedKernelRidge, KernelRidge};
pub use knn::{FittedKnn, Knn};
pub use linear::{FittedLinear, Linear};
pub use logistic::Logistic;
pub use naive_bayes::{Dof, NaiveBayes, Statistics};
pub use naive_bayes_full::{NaiveBayesFull, Ridge};
pub use prior::Prior;
pub use prototype::{Center, FittedPrototype, Prototype};
pub use scratch::Scratch;
pub use tip_adapter::{FittedTipAdapter, TipAdapter};
pub use uer::{Factor, MemoryPolicy, Observed, RemovedClass, Uer, UerStream};
pub use zero_shot::{MissingText, ZeroShot};

use crate::numerics::{linalg, math};
use crate::task::Task;
use crate::validation::HeldOut;
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The name of a head and its hyper-parameters, nothing else.
pub trait Recipe {
    /// Stable name: files, errors, user interface.
    const NAME: &'static str;

    /// Refuses hyper-parameters that the head cannot be fitted with, whatever the task.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a hyper-parameter outside its range.
    fn check(&self) -> Result<()>;
}

/// What a recipe needs, and how it is fitted. Every head takes any number of examples; its recipe says what they cost.
pub trait Head: Recipe {
    /// What fitting gives.
    type Fitted: FittedHead + 'static;
    /// Whether it is one of those that give an opinion beside any answer.
    const IS_ASKED: bool = false;

    /// What lets it score a class.
    fn scores_by(&self) -> ScoresBy {
        ScoresBy::Examples
    }

    /// Whether it wants a task [`Task::standardised`], whose classes have texts or not.
    fn standardises(&self, _has_text: bool) -> bool {
        false
    }

    /// What is kept for it between two changes of a set.
    fn keeps(&self) -> Keeps<'_> {
        Keeps::Nothing
    }

    /// The task as the head wants it.
    ///
    /// # Errors
    /// Those of [`Head::fit`].
    fn prepare(&self, task: Task) -> Result<Task> {
        Ok(match self.standardises(task.has_text()) {
            true => task.standardised(),
            false => task,
        })
    }

    /// Fits the head to a task.
    ///
    /// # Errors
    /// Those of [`Recipe::check`].
    fn fit(&self, task: &Task) -> Result<Self::Fitted>;
}

/// What lets a head score a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScoresBy {
    /// Its examples; a text may help.
    Examples,
    /// Texts; without any, no class is scored.
    Text,
    /// Its examples or its text, whichever it has.
    Either,
}

/// What is kept for a head while a set changes, so that a change costs what has changed.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Keeps<'a> {
    /// Nothing: it is fitted anew.
    Nothing,
    /// Statistics of each class, which this recipe is fitted to.
    Statistics(&'a NaiveBayes),
    /// The inverse of the ridged kernel matrix of the examples.
    Kernel,
}

/// A photo that is asked about.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Its whole unit row `(width,)`, as [`crate::Streams::unit`] gives it.
    pub row: &'a [f32],
    /// The similarities `(n,)` of its embedding with those of the examples, from [`Task::similarities_into`]. They are
    /// computed once for all heads; empty where no head [`FittedHead::reads_similarities`].
    pub similarities: &'a [f32],
}

/// A fitted head. Class columns follow the classes of the task.
pub trait FittedHead: Send + Sync {
    /// Number of classes C, those that it cannot score included.
    fn n_classes(&self) -> usize;

    /// Whether scoring needs [`Query::similarities`].
    fn reads_similarities(&self) -> bool {
        false
    }

    /// Writes the score of each class for one query into `out (C,)`; a class that cannot be scored gets `-inf`.
    ///
    /// It allocates nothing that `scratch` has room for.
    fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]);

    /// Scores divided by this are logits, where no data says otherwise.
    fn prior_temperature(&self) -> f64;

    /// Writes the scores as [`FittedHead::scores_into`] does, and gives how foreign the query looks, where the head knows
    /// more of that than the scores tell; higher is more foreign.
    ///
    /// It allocates nothing that `scratch` has room for.
    fn scores_and_novelty(
        &self,
        query: Query<'_>,
        scratch: &mut Scratch,
        out: &mut [f32],
    ) -> Option<f64> {
        self.scores_into(query, scratch, out);
        None
    }

    /// The parts of an answer that has several: the name of the head each is nearest to, and its share of the logits.
    fn parts(&self) -> Vec<(&'static str, f64)> {
        Vec::new()
    }

    /// Scores of at least `limit` held-out examples, or of all that can be, where the head has them without a further fit.
    fn held_out(&self, _limit: usize) -> Option<Cow<'_, HeldOut>> {
        None
    }

    /// Photos that help each other at most where they are asked about together; 0 where each is answered alone.
    fn most_together(&self) -> usize {
        0
    }

    /// Works out the answer to so many photos at most, where they help each other: unit rows `(m, width)`, the probabilities `(m, C)`
    /// that it gives each alone, and the share of an example that each counts as.
    fn pile(
        &self,
        _rows: ArrayView2<'_, f32>,
        _single: &Array2<f64>,
        _weight: f64,
    ) -> Option<Pile> {
        None
    }

    /// The head as weights and bias on a unit row, where its scores are that and nothing else.
    fn linear(&self) -> Option<&Linear> {
        None
    }

    /// The head as the default answer, where it is that.
    fn fused(&self) -> Option<&FittedFused> {
        None
    }
}

/// Scores of all queries `(m, C)`, given as unit rows `(m, width)`; `task` is the one that the head was fitted to.
pub fn scores(head: &dyn FittedHead, task: &Task, rows: ArrayView2<'_, f32>) -> Array2<f32> {
    if let Some(linear) = head.linear() {
        return linear.scores(rows);
    }
    let mut out = Array2::zeros((rows.nrows(), head.n_classes()));
    let mut scratch = Scratch::default();
    let read = usize::from(head.reads_similarities()) * task.n_examples();
    let mut similarities = vec![0.0; read];
    for (row, mut out) in rows.rows().into_iter().zip(out.rows_mut()) {
        let row = row.to_vec();
        task.similarities_into(&row, &mut scratch.embedding, &mut similarities);
        let query = Query {
            row: &row,
            similarities: &similarities,
        };
        let out = out.as_slice_mut();
        let out = out.expect(linalg::CONTIGUOUS);
        head.scores_into(query, &mut scratch, out);
    }
    out
}

/// Writes the list of all heads once, and from it everything that has a case for each.
macro_rules! heads {
    ($($(#[$doc:meta])* $head:ident),* $(,)?) => {
        /// Every head there is, with its hyper-parameters.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum HeadSpec {
            $($(#[$doc])* $head($head),)*
        }

        impl HeadSpec {
            /// Names of all heads, in the order of [`HeadSpec::all`].
            pub const NAMES: &'static [&'static str] = &[$($head::NAME),*];

            /// All heads with their default hyper-parameters.
            pub fn all() -> Vec<Self> {
                vec![$(Self::$head($head::default())),*]
            }

            /// Stable name of the head.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$head(_) => $head::NAME,)*
                }
            }

            /// [`Head::IS_ASKED`] of whichever head it is.
            pub fn is_asked(&self) -> bool {
                match self {
                    $(Self::$head(_) => $head::IS_ASKED,)*
                }
            }
        }

        /// What the recipe `of` a spec gives, whichever head it is.
        macro_rules! each {
            ($spec:expr, $of:ident => $value:expr) => {
                match $spec {
                    $(HeadSpec::$head($of) => $value,)*
                }
            };
        }
    };
}

heads! {
    /// Cosine with the text of each class.
    ZeroShot,
    /// Cosine with the mean of each class.
    Prototype,
    /// Vote of the nearest examples.
    Knn,
    /// Text and the affinities of all examples.
    TipAdapter,
    /// Logistic regression with a squared penalty.
    Logistic,
    /// Gaussian naive Bayes with one diagonal variance for all classes.
    NaiveBayes,
    /// Gaussian classes with one full covariance for all of them.
    NaiveBayesFull,
    /// Regression on the similarities with all examples, around the text.
    KernelRidge,
    /// Zero-shot plus a learned bias from auxiliary features.
    Amu,
    /// The same, trained as published.
    AmuPublished,
    /// Weights learned from a stream with a small memory.
    Uer,
    /// The default answer: embeddings and texts, from one inverse that is kept.
    Fused,
}

impl HeadSpec {
    /// [`Head::scores_by`] of whichever head it is.
    pub fn scores_by(&self) -> ScoresBy {
        each!(self, recipe => recipe.scores_by())
    }

    /// [`Head::keeps`] of whichever head it is.
    pub fn keeps(&self) -> Keeps<'_> {
        each!(self, recipe => recipe.keeps())
    }

    /// [`Recipe::check`] of whichever head it is.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a hyper-parameter outside its range.
    pub fn check(&self) -> Result<()> {
        each!(self, recipe => recipe.check())
    }

    /// [`Head::prepare`] of whichever head it is.
    ///
    /// # Errors
    /// Those of [`Head::fit`].
    pub fn prepare(&self, task: Task) -> Result<Task> {
        each!(self, recipe => recipe.prepare(task))
    }

    /// Fits whichever head it is.
    ///
    /// # Errors
    /// Those of [`Head::fit`].
    pub fn fit(&self, task: &Task) -> Result<Box<dyn FittedHead>> {
        Ok(each!(self, recipe => Box::new(recipe.fit(task)?)))
    }

    /// The head of this name with its default hyper-parameters.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a name that no head has.
    pub fn by_name(name: &str) -> Result<Self> {
        let range = "the names of heads, which HeadSpec::NAMES lists, in JavaScript HEAD_NAMES";
        let mut all = Self::all().into_iter();
        all.find(|spec| spec.name() == name)
            .ok_or_else(|| Error::parameter("head", name, range))
    }
}

/// Examples whose affinities are computed before they are used.
const BLOCK: usize = 64;

/// Hands on the affinities of a query with these similarities to the examples, e to the minus `beta` times the distance from
/// likeness: those of some examples, as places from the first, at a time.
fn affinities(beta: f64, similarities: &[f32], mut use_block: impl FnMut(usize, &[f32])) {
    let mut block = [0.0; BLOCK];
    for (place, some) in similarities.chunks(BLOCK).enumerate() {
        let block = &mut block[..some.len()];
        block.copy_from_slice(some);
        math::affinities(beta as f32, block);
        use_block(place * BLOCK, block);
    }
}

/// Mean cross-entropy of the scores `(m, C)` of m examples, divided by a temperature, with their labels.
fn cross_entropy(scores: &Array2<f64>, labels: &[usize], temperature: f64) -> f64 {
    let rows = scores.rows().into_iter().zip(labels);
    let losses = rows.map(|(row, &label)| {
        math::log_sum_exp(row.iter().map(|&s| s / temperature)) - row[label] / temperature
    });
    losses.sum::<f64>() / labels.len().max(1) as f64
}
