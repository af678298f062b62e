//! What is said of a photo: probabilities of classes by their place, and the same by their labels.

mod assignment;
mod recogniser;
mod together;

pub use recogniser::{Prediction, Recogniser};
pub use together::Together;

use crate::support::ExampleId;
use crate::validation::Estimate;
use serde::Serialize;

/// A label and how likely it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LabelScore {
    /// Label of the class.
    pub label: String,
    /// Calibrated probability in `[0, 1]`.
    pub probability: f64,
}

/// What the classifier thinks of one photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Answer {
    /// Name of the head that answered.
    pub head: &'static str,
    /// At least two classes, the likeliest first; the probabilities sum to 1. Ties go to the older class.
    pub scores: Vec<LabelScore>,
    /// The likeliest classes, which hold the right one in nine of ten answers; none where no class fits well.
    pub candidates: Vec<String>,
    /// Whether the photo is taken to show none of the classes.
    pub foreign: bool,
    /// Share of photos of known classes that look at least as foreign, in `(0, 1]`: a small one says that it shows none of them.
    pub p_value: f64,
    /// Classes that the head cannot score, because they have no example (or no text). Disabled ones are not among them.
    pub unscored: Vec<String>,
}

impl Answer {
    /// The likeliest class.
    pub fn best(&self) -> &LabelScore {
        &self.scores[0]
    }
}

/// What one head says of a photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Opinion {
    /// Name of the head.
    pub head: &'static str,
    /// At least two classes, the likeliest first; the probabilities sum to 1.
    pub scores: Vec<LabelScore>,
    /// Entropy of these probabilities, in `[0, 1]`: 1 where all classes are equally likely.
    pub uncertainty: f64,
    /// Its share of the answer, in `[0, 1]`; 0 for a head that the answer is not made of.
    pub weight: f64,
}

/// A suspicious label, and what the example looks like.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SuspectLabel {
    /// The example.
    pub id: ExampleId,
    /// Its label.
    pub label: String,
    /// The label of the class that it looks like.
    pub looks_like: String,
    /// The example of that class that it is most like.
    pub nearest: ExampleId,
    /// Probability of its own class less that of the other, in `[-1, 0)`.
    pub margin: f64,
}

/// An example that was taken for another class when it was held out.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct MistakenExample {
    /// The example.
    pub id: ExampleId,
    /// Its label.
    pub label: String,
    /// The label of the class that it was taken for.
    pub taken_for: String,
    /// Probability of that class, in `(0, 1]`.
    pub probability: f64,
}

/// How well the set works, estimated from its own examples.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Quality {
    /// How often new photos will be recognised; none before enough examples could be held out.
    pub accuracy: Option<Estimate>,
    /// Labels in the order of rows and columns.
    pub labels: Vec<String>,
    /// How many examples of class r were taken for class c: `confusion[r][c]`.
    pub confusion: Vec<Vec<usize>>,
    /// Share of each class that is recognised.
    pub recall: Vec<Option<Estimate>>,
    /// Examples that were taken for another class: those that `confusion` counts off its diagonal.
    pub mistakes: Vec<MistakenExample>,
    /// Examples whose label looks wrong, the most suspicious first.
    pub suspects: Vec<SuspectLabel>,
    /// Examples that would be taken to show none of the classes, were they asked about; see [`crate::Classifier::set_strictness`].
    pub refused: Vec<ExampleId>,
}

/// An example and how alike it is to a photo.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Neighbour {
    /// The example.
    pub id: ExampleId,
    /// Its label.
    pub label: String,
    /// Cosine of the features in `[-1, 1]`, each stream weighted by the trust in it.
    pub similarity: f32,
}
