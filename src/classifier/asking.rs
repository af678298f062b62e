//! What the classifier says: the head that answers follows the set, and is fitted at the first question after a change.

use super::Classifier;
use super::kept::Kept;
use super::milestone::milestone;
use crate::heads::{Fused, HeadSpec, NaiveBayes};
use crate::numerics::order::sort_indices;
use crate::support::{ClassId, ExampleId};
use crate::task::Task;
use crate::validation::{ENOUGH, Thresholds};
use crate::{
    Answer, Calibration, Error, LabelScore, Prediction, Quality, Recogniser, Result, SuspectLabel,
    export,
};

/// Examples that naive Bayes learns its thresholds from at most: ten times what is held out of them.
const MOST_FOR_THRESHOLDS: usize = 10 * ENOUGH;

/// A recogniser, valid until the set changes.
pub(super) struct Model {
    pub(super) name: &'static str,
    pub(super) recogniser: Recogniser,
}

/// What naive Bayes has learned of itself from the first examples of the set; it holds while they stay as they are.
pub(super) struct Milestone {
    examples: Vec<(ExampleId, ClassId)>,
    thresholds: Thresholds,
}

impl Classifier {
    /// The head that answers, as weights and bias; see [`export::to_safetensors`].
    ///
    /// # Errors
    /// [`Error::NotLinear`] for a head that is not weights times features.
    pub fn export_weights(&mut self) -> Result<Vec<u8>> {
        self.export(export::to_safetensors)
    }

    /// The head that answers, as an ONNX model that takes raw features; see [`export::to_onnx`].
    ///
    /// # Errors
    /// Those of [`Classifier::export_weights`].
    pub fn export_onnx(&mut self) -> Result<Vec<u8>> {
        self.export(export::to_onnx)
    }

    fn export(&mut self, write: export::Writer) -> Result<Vec<u8>> {
        let model = self.model()?;
        let classes = self.set.classes().iter();
        let labels: Vec<&str> = classes.map(|class| class.label.as_str()).collect();
        let recogniser = &model.recogniser;
        let file = match recogniser.head().linear() {
            Some(linear) => {
                let temperature = recogniser.temperature();
                write(linear, self.set.streams(), &labels, temperature)
            }
            None => Err(Error::NotLinear { head: model.name }),
        };
        self.model = Some(model);
        file
    }

    /// Answers for the raw features `(width,)` of one photo.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::ZeroFeature`]; [`Error::NotEnoughExamples`] while the head can
    /// score fewer than two classes.
    pub fn predict(&mut self, features: &[f32]) -> Result<Answer> {
        let query = self.set.streams().unit(features)?;
        let mut model = self.model()?;
        let answer = self.answer(model.name, model.recogniser.predict(&query));
        self.model = Some(model);
        answer
    }

    /// How well the set works, estimated from examples that were held out.
    ///
    /// # Errors
    /// None that a set can cause.
    pub fn quality(&mut self) -> Result<Quality> {
        let report = if self.naive_bayes().is_some() {
            // The one that answers knows no example.
            Recogniser::fit(&self.spec(), Task::from(&self.set))?.report()?
        } else {
            let model = self.model()?;
            let report = model.recogniser.report_on(&Task::from(&self.set));
            self.model = Some(model);
            report?
        };
        let labels: Vec<String> = (self.set.classes().iter())
            .map(|class| class.label.to_string())
            .collect();
        let examples: Vec<_> = self.set.examples_in_use().collect();
        Ok(Quality {
            accuracy: report.accuracy,
            confusion: report.confusion,
            recall: report.recall,
            suspects: report
                .suspects
                .into_iter()
                .filter(|suspect| suspect.flagged)
                .map(|suspect| {
                    let (id, example) = examples[suspect.example];
                    SuspectLabel {
                        id,
                        label: labels[self.set.index_of(example.class)].clone(),
                        looks_like: labels[suspect.looks_like].clone(),
                        margin: suspect.margin,
                    }
                })
                .collect(),
            labels,
        })
    }

    /// The recogniser of the set as it stands; it is fitted at the first question after a change.
    pub(super) fn model(&mut self) -> Result<Model> {
        if let Some(model) = self.model.take() {
            return Ok(model);
        }
        let spec = self.spec();
        let recogniser = match &spec {
            HeadSpec::NaiveBayes(recipe) if recipe.needs_statistics_only() => {
                let task = Task::of_first(&self.set, 0, 0);
                let head = recipe.fit_statistics(&self.statistics, &task)?;
                let thresholds = self.thresholds(&spec)?;
                Recogniser::with_thresholds(&spec, Box::new(head), task, thresholds)
            }
            HeadSpec::Fused(_) => {
                let (kept, head) = Kept::follow(self.kept.take(), &self.set)?;
                self.kept = Some(kept);
                Recogniser::of_fused(&spec, head)
            }
            _ => Recogniser::fit(&spec, Task::from(&self.set))?,
        };
        Ok(Model {
            name: spec.name(),
            recogniser,
        })
    }

    fn spec(&self) -> HeadSpec {
        match &self.head {
            Some(spec) => spec.clone(),
            None => HeadSpec::Fused(Fused::default()),
        }
    }

    /// The recipe of a head that follows the set by its statistics.
    fn naive_bayes(&self) -> Option<NaiveBayes> {
        match self.spec() {
            HeadSpec::NaiveBayes(recipe) if recipe.needs_statistics_only() => Some(recipe),
            _ => None,
        }
    }

    /// The thresholds that the examples up to the last milestone give.
    fn thresholds(&mut self, spec: &HeadSpec) -> Result<Thresholds> {
        let n = milestone(self.statistics.n_examples()).max(self.representative());
        let first = || self.set.examples_in_use().take(n);
        let known = self.milestone.take().filter(|known| {
            let as_now = first().map(|(id, example)| (id, example.class));
            as_now.eq(known.examples.iter().copied())
        });
        let milestone = match known {
            Some(known) => known,
            None => {
                let task = Task::of_first(&self.set, n, MOST_FOR_THRESHOLDS);
                let held_out = spec.held_out(&task, ENOUGH)?;
                let coverage = Calibration::default().coverage;
                Milestone {
                    examples: first().map(|(id, example)| (id, example.class)).collect(),
                    thresholds: Thresholds::learn(&held_out, coverage),
                }
            }
        };
        let thresholds = milestone.thresholds.clone();
        self.milestone = Some(milestone);
        Ok(thresholds)
    }

    /// How many of the first examples hold two of every class, or the one that it has: without them nothing would be
    /// known of the classes that came last.
    fn representative(&self) -> usize {
        let mut missing: Vec<usize> = self.statistics.counts().iter().map(|&n| n.min(2)).collect();
        let mut all: usize = missing.iter().sum();
        let mut examples = self.set.examples_in_use();
        let mut read = 0;
        while all > 0
            && let Some((_, example)) = examples.next()
        {
            read += 1;
            let missing = &mut missing[self.set.index_of(example.class)];
            all -= (*missing).min(1);
            *missing = missing.saturating_sub(1);
        }
        read
    }

    fn answer(&self, head: &'static str, prediction: &Prediction) -> Result<Answer> {
        let classes = self.set.classes();
        let p = &prediction.probabilities;
        let label = |c: usize| classes[c].label.to_string();
        let unscored = &prediction.unscored;
        let mut order: Vec<usize> = (0..classes.len())
            .filter(|c| !unscored.contains(c))
            .collect();
        if order.len() < 2 {
            return Err(Error::NotEnoughExamples {
                scorable: order.len(),
                classes: classes.len(),
            });
        }
        sort_indices(&mut order, &|a, b| p[b].total_cmp(&p[a]));
        Ok(Answer {
            head,
            scores: order
                .into_iter()
                .map(|c| LabelScore {
                    label: label(c),
                    probability: p[c],
                })
                .collect(),
            set: prediction.set.iter().map(|&c| label(c)).collect(),
            foreign: prediction.foreign,
            known: prediction.known,
            unscored: (unscored.iter())
                .filter(|&&c| classes[c].enabled)
                .map(|&c| label(c))
                .collect(),
        })
    }
}
