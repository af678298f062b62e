//! What the classifier says: the head that answers follows the set, and is fitted at the first question after a change.

use super::Classifier;
use crate::export::Exported;
use crate::heads::{Fused, HeadSpec, Keeps};
use crate::numerics::order::sort_indices;
use crate::support::{Class, SupportSet};
use crate::task::Task;
use crate::{
    Answer, Error, LabelScore, MistakenExample, Prediction, Quality, Recogniser, Result,
    SuspectLabel,
};

impl Classifier {
    /// The answer as it is now, to be written to a file.
    ///
    /// # Errors
    /// None that a set can cause.
    pub fn export(&mut self) -> Result<Exported<'_>> {
        let (set, model) = self.model()?;
        let labels = set.classes().iter().map(|class| &*class.label).collect();
        Exported::new(model, labels)
    }

    /// Answers for the raw features `(width,)` of one photo.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::ZeroFeature`]; [`Error::NotEnoughExamples`] while the head can
    /// score fewer than two classes.
    pub fn predict(&mut self, features: &[f32]) -> Result<Answer> {
        let query = self.set.streams().unit(features)?;
        let (set, model) = self.model()?;
        let head = model.name();
        answer(set.classes(), head, model.predict(&query))
    }

    /// Does for a few milliseconds what the first question after loading, or after many changes, would do at once; true when the next question
    /// has nothing of it left to do. Of the default head only: others are fitted at the question.
    ///
    /// # Errors
    /// None that a set can cause.
    pub fn prepare(&mut self) -> Result<bool> {
        if self.is_kept() && self.model.is_none() {
            if !self.kept.prepare(&self.set)? {
                return Ok(false);
            }
            self.model()?;
        }
        Ok(true)
    }

    /// How well the set works, estimated from examples that were held out.
    ///
    /// # Errors
    /// None that a set can cause.
    pub fn quality(&mut self) -> Result<Quality> {
        let spec = self.spec();
        let task = Task::from(&self.set);
        let report = match spec.keeps() {
            // The one that answers knows no example.
            Keeps::Statistics(_) => {
                let mut whole = Recogniser::fit(&spec, task.clone())?;
                whole.set_strictness(self.strictness);
                whole.report(&task)?
            }
            _ => self.model()?.1.report(&task)?,
        };
        let set = &self.set;
        let examples: Vec<_> = set.examples_in_use().collect();
        let label = |class: &Class| class.label.to_string();
        let mistakes = report.mistakes.into_iter().map(|mistake| {
            let (id, example) = examples[mistake.example];
            MistakenExample {
                id,
                label: label(set.class_of(example)),
                taken_for: label(&set.classes()[mistake.taken_for]),
                probability: mistake.probability,
            }
        });
        let suspects = report.suspects.into_iter().map(|suspect| {
            let (id, example) = examples[suspect.example];
            SuspectLabel {
                id,
                label: label(set.class_of(example)),
                looks_like: label(&set.classes()[suspect.looks_like]),
                nearest: examples[suspect.nearest].0,
                margin: suspect.margin,
            }
        });
        Ok(Quality {
            accuracy: report.accuracy,
            confusion: report.confusion,
            recall: report.recall,
            mistakes: mistakes.collect(),
            suspects: suspects.collect(),
            refused: report.refused.iter().map(|&i| examples[i].0).collect(),
            labels: set.classes().iter().map(label).collect(),
        })
    }

    /// The set with its recogniser, which is fitted at the first question after a change.
    pub(super) fn model(&mut self) -> Result<(&SupportSet, &mut Recogniser)> {
        // Without a change too: images may be seen anew by now.
        let replaced = self.model.is_some() && self.kept.go_on(&self.set)?;
        let model = match self.model.take().filter(|_| !replaced) {
            Some(model) => model,
            None => {
                let mut model = self.fit()?;
                model.set_strictness(self.strictness);
                model
            }
        };
        Ok((&self.set, self.model.insert(model)))
    }

    fn fit(&mut self) -> Result<Recogniser> {
        let spec = self.spec();
        if let (HeadSpec::Uer(_), Some(observed)) = (&spec, self.observed()) {
            let head = Box::new(observed.head(&self.set));
            return Recogniser::of(&spec, head, Task::of_first(&self.set, 0, 0));
        }
        match spec.keeps() {
            Keeps::Nothing => Recogniser::fit(&spec, Task::from(&self.set)),
            Keeps::Statistics(recipe) => self.running.follow(&self.set, recipe),
            Keeps::Kernel => {
                self.unlabelled.start_anew(&self.set);
                let head = self.kept.follow(&self.set)?;
                let view = head.view().clone();
                let mut recogniser = Recogniser::of(&spec, Box::new(head), view)?;
                recogniser.set_learned(self.unlabelled.learned());
                Ok(recogniser)
            }
        }
    }

    /// Whether the head that answers follows the set, piece by piece.
    pub(super) fn is_kept(&self) -> bool {
        matches!(self.spec().keeps(), Keeps::Kernel)
    }

    fn spec(&self) -> HeadSpec {
        let automatic = || HeadSpec::Fused(Fused::default());
        self.head.clone().unwrap_or_else(automatic)
    }
}

/// A prediction by the labels of its classes.
pub(super) fn answer(
    classes: &[Class],
    head: &'static str,
    prediction: &Prediction,
) -> Result<Answer> {
    let p = &prediction.probabilities;
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
    let label = |&c: &usize| classes[c].label.to_string();
    let score = |c: &usize| LabelScore {
        label: label(c),
        probability: p[*c],
    };
    let waiting = unscored.iter().filter(|&&c| classes[c].enabled);
    Ok(Answer {
        head,
        scores: order.iter().map(score).collect(),
        candidates: prediction.candidates.iter().map(label).collect(),
        foreign: prediction.foreign,
        p_value: prediction.p_value,
        unscored: waiting.map(label).collect(),
    })
}
