//! The facade: teach by labelled features, ask for an answer, take any change back.

mod format;
mod kept;
mod likeness;
mod merge;

use self::kept::Kept;
use crate::heads::{Fused, HeadSpec, NaiveBayes, Statistics};
use crate::numerics::order::sort_indices;
use crate::support::{
    Class, ClassId, Edit, Example, ExampleId, History, Label, Listener, Mark, SupportSet, Text,
    take_id,
};
use crate::task::Task;
use crate::validation::{ENOUGH, Thresholds};
use crate::{
    Answer, Calibration, Error, LabelScore, Prediction, Quality, Recogniser, Result, Stream,
    Streams, SuspectLabel, export,
};

/// Examples that naive Bayes learns its thresholds from at most: ten times what is held out of them.
const MOST_FOR_THRESHOLDS: usize = 10 * ENOUGH;

/// A recogniser, valid until the set changes.
struct Model {
    name: &'static str,
    recogniser: Recogniser,
}

/// What naive Bayes has learned of itself from the first examples of the set; it holds while they stay as they are.
struct Milestone {
    examples: Vec<(ExampleId, ClassId)>,
    thresholds: Thresholds,
}

/// A support set that can be taught, asked and undone.
///
/// A change is followed by a fit at the next question. Naive Bayes is not fitted again but follows its statistics. How
/// sure it may be it learns after every change of up to sixteen examples, later when a class has got its first or second
/// example or the set has grown by a third or a half, always from as many of the first examples, so that the same set
/// gives the same answers whatever was asked in between.
///
/// Every method that returns an error has changed nothing. Every change is one step of [`Classifier::undo`], or part of
/// one, see [`Classifier::mark`].
pub struct Classifier {
    set: SupportSet,
    history: History,
    statistics: Statistics,
    head: Option<HeadSpec>,
    model: Option<Model>,
    milestone: Option<Milestone>,
    kept: Option<Kept>,
}

impl Classifier {
    /// A classifier without classes, for an encoder of these streams.
    ///
    /// # Errors
    /// [`Error::Parameter`] for streams that [`Streams::new`] refuses.
    pub fn new(streams: Vec<Stream>) -> Result<Self> {
        Self::for_encoder(streams, None)
    }

    /// The same, with the identity of the encoder, which is saved with the set.
    ///
    /// # Errors
    /// Those of [`Classifier::new`].
    pub fn for_encoder(streams: Vec<Stream>, encoder: Option<String>) -> Result<Self> {
        Ok(Self::from_set(
            SupportSet::new(Streams::new(streams)?, encoder),
            None,
        ))
    }

    /// A classifier of a set that was read from a file. Its history is empty.
    pub(crate) fn from_set(set: SupportSet, head: Option<HeadSpec>) -> Self {
        let mut statistics = Statistics::new(set.classes().len(), set.streams().width());
        for (_, example) in set.examples_in_use() {
            statistics.example_added(set.index_of(example.class), set.row(example));
        }
        Self {
            set,
            history: History::default(),
            statistics,
            head,
            model: None,
            milestone: None,
            kept: None,
        }
    }

    /// Classes, labels and examples as they stand.
    pub fn set(&self) -> &SupportSet {
        &self.set
    }

    /// The head that answers, or `None` for the automatic choice.
    pub fn head(&self) -> Option<&HeadSpec> {
        self.head.as_ref()
    }

    /// Chooses the head that answers; `None` for the automatic choice, which is [`Fused`].
    ///
    /// # Errors
    /// [`Error::Parameter`] for a hyper-parameter outside its range.
    pub fn set_head(&mut self, head: Option<HeadSpec>) -> Result<()> {
        if let Some(spec) = &head {
            // Fitting checks the hyper-parameters; on an empty task it costs nothing.
            spec.fit(&Task::from(&SupportSet::new(
                self.set.streams().clone(),
                None,
            )))?;
        }
        self.head = head;
        self.model = None;
        self.milestone = None;
        self.kept = None;
        Ok(())
    }

    /// Adds a class without examples.
    ///
    /// # Errors
    /// [`Error::EmptyLabel`], [`Error::LabelTooLong`], [`Error::DuplicateLabel`]; [`Error::IdsUsedUp`].
    pub fn add_class(&mut self, label: &str) -> Result<()> {
        let edit = self.insert_class(label)?;
        self.commit(vec![edit]);
        Ok(())
    }

    /// Gives a class another label.
    ///
    /// # Errors
    /// [`Error::UnknownClass`], [`Error::EmptyLabel`], [`Error::LabelTooLong`], [`Error::DuplicateLabel`].
    pub fn rename_class(&mut self, label: &str, to: &str) -> Result<()> {
        let class = self.set.class(label)?;
        if class.label.as_str() == to.trim() {
            return Ok(());
        }
        // The same label in another spelling is no duplicate of itself.
        let label = match Label::new(to)? {
            label if label == class.label => label,
            _ => self.set.new_label(to)?,
        };
        self.commit(vec![Edit::Rename {
            id: class.id,
            label,
        }]);
        Ok(())
    }

    /// Removes a class with all its examples.
    ///
    /// # Errors
    /// [`Error::UnknownClass`].
    pub fn remove_class(&mut self, label: &str) -> Result<()> {
        let id = self.set.class(label)?.id;
        let mut edits: Vec<Edit> = self
            .examples_of(id)
            .map(|id| Edit::RemoveExample { id })
            .collect();
        edits.push(Edit::RemoveClass { id });
        self.commit(edits);
        Ok(())
    }

    /// Moves all examples of one class into another and removes the first.
    ///
    /// # Errors
    /// [`Error::UnknownClass`]; [`Error::DuplicateLabel`] when both are the same class.
    pub fn merge_classes(&mut self, from: &str, into: &str) -> Result<()> {
        let (id, to) = (self.set.class(from)?.id, self.set.class(into)?.id);
        if id == to {
            return Err(Error::DuplicateLabel {
                label: into.trim().to_owned(),
            });
        }
        let mut edits: Vec<Edit> = self
            .examples_of(id)
            .map(|id| Edit::Move { id, to })
            .collect();
        edits.push(Edit::RemoveClass { id });
        self.commit(edits);
        Ok(())
    }

    /// Lets a class take part in answers, or not: its examples and its text wait until it does again.
    ///
    /// # Errors
    /// [`Error::UnknownClass`].
    pub fn set_enabled(&mut self, label: &str, enabled: bool) -> Result<()> {
        let class = self.set.class(label)?;
        if class.enabled != enabled {
            let id = class.id;
            self.commit(vec![Edit::SetEnabled { id, enabled }]);
        }
        Ok(())
    }

    /// Gives a class the features `(d,)` of its text, d the width of the `clip` stream, or leaves it without text, in
    /// both cases whatever its label means.
    ///
    /// # Errors
    /// [`Error::UnknownClass`]; [`Error::Shape`] (also where the encoder has no `clip` stream),
    /// [`Error::NotFinite`], [`Error::ZeroFeature`].
    pub fn set_text(&mut self, label: &str, text: Option<&[f32]>) -> Result<()> {
        let class = self.set.class(label)?;
        let text = match text {
            Some(row) => Text::Given(self.set.streams().unit_text(row)?.into()),
            None => Text::Absent,
        };
        if class.text != text {
            let id = class.id;
            self.commit(vec![Edit::SetText { id, text }]);
        }
        Ok(())
    }

    /// Says what a label means, by the features `(d,)` of it as a text, d the width of the `clip` stream. Whichever class
    /// has the label now or later has this text, unless [`Classifier::set_text`] said otherwise. It is no step of undo:
    /// it follows the label through all of them.
    ///
    /// # Errors
    /// [`Error::EmptyLabel`], [`Error::LabelTooLong`]; [`Error::Shape`] (also where the encoder has no `clip` stream),
    /// [`Error::NotFinite`], [`Error::ZeroFeature`].
    pub fn set_meaning(&mut self, text: &str, row: &[f32]) -> Result<()> {
        let label = Label::new(text)?;
        let row = self.set.streams().unit_text(row)?;
        self.set.set_meaning(label, row.into());
        self.model = None;
        Ok(())
    }

    /// Forgets what all labels mean, as if [`Classifier::set_meaning`] had never been called. It is no step of undo either.
    pub fn forget_meanings(&mut self) {
        self.set.forget_meanings();
        self.model = None;
    }

    /// Teaches the raw features `(width,)` of one photo; a class that does not exist yet is created. Returns the id.
    ///
    /// # Errors
    /// Those of [`Classifier::add_views`].
    pub fn add_example(&mut self, label: &str, features: &[f32]) -> Result<ExampleId> {
        self.add_views(label, features, 0)
    }

    /// Teaches one photo and `views` augmented views of it: `rows` holds `1 + views` raw feature rows `(width,)`.
    ///
    /// # Errors
    /// [`Error::EmptyLabel`] or [`Error::LabelTooLong`] for a new class; [`Error::Shape`], [`Error::NotFinite`] or
    /// [`Error::ZeroFeature`] for features that cannot be used; [`Error::IdsUsedUp`].
    pub fn add_views(&mut self, label: &str, rows: &[f32], views: usize) -> Result<ExampleId> {
        let width = self.set.streams().width();
        let expected = views.saturating_add(1).saturating_mul(width);
        Error::check_length("feature rows", expected, rows.len())?;
        let mut unit = Vec::with_capacity(expected);
        for row in rows.chunks_exact(width) {
            unit.extend(self.set.streams().unit(row)?);
        }
        let mut edits = Vec::with_capacity(2);
        let (next_class, mut next_example) = self.set.next_ids();
        let id = take_id(&mut next_example)?;
        let class = match self.set.class(label) {
            Ok(class) => class.id,
            Err(_) => {
                edits.push(self.insert_class(label)?);
                next_class
            }
        };
        edits.push(Edit::InsertExample {
            id,
            example: Example {
                class,
                rows: unit.into(),
            },
        });
        self.commit(edits);
        Ok(id)
    }

    /// Forgets an example.
    ///
    /// # Errors
    /// [`Error::UnknownExample`].
    pub fn remove_example(&mut self, id: ExampleId) -> Result<()> {
        self.set.example(id)?;
        self.commit(vec![Edit::RemoveExample { id }]);
        Ok(())
    }

    /// Gives an example to another class.
    ///
    /// # Errors
    /// [`Error::UnknownExample`], [`Error::UnknownClass`].
    pub fn move_example(&mut self, id: ExampleId, label: &str) -> Result<()> {
        let from = self.set.example(id)?.class;
        let to = self.set.class(label)?.id;
        if from != to {
            self.commit(vec![Edit::Move { id, to }]);
        }
        Ok(())
    }

    /// Marks the changes from now on: those that follow one another under the same mark are one step of
    /// [`Classifier::undo`], whatever their number. With `None`, as at first, each is a step of its own.
    ///
    /// ```
    /// use handful::{Classifier, Stream};
    /// let mut classifier = Classifier::new(vec![Stream::new("aux", 2)])?;
    /// classifier.mark(Some(7));
    /// classifier.add_example("left", &[1.0, 0.0])?;
    /// classifier.add_example("right", &[0.0, 1.0])?;
    /// assert_eq!(classifier.undo_mark(), Some(7));
    /// assert!(classifier.undo() && classifier.set().classes().is_empty());
    /// # Ok::<(), handful::Error>(())
    /// ```
    pub fn mark(&mut self, mark: Option<Mark>) {
        self.history.mark(mark);
    }

    /// Takes back the last step; false if there is none.
    pub fn undo(&mut self) -> bool {
        let undone = self.history.undo(&mut self.set, &mut self.statistics);
        self.changed();
        undone
    }

    /// Makes the step that was last taken back again; false if there is none.
    pub fn redo(&mut self) -> bool {
        let redone = self.history.redo(&mut self.set, &mut self.statistics);
        self.changed();
        redone
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is a step to make again.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// The mark of the step that [`Classifier::undo`] would take back, where it has one.
    pub fn undo_mark(&self) -> Option<Mark> {
        self.history.undo_mark()
    }

    /// The mark of the step that [`Classifier::redo`] would make again, where it has one.
    pub fn redo_mark(&self) -> Option<Mark> {
        self.history.redo_mark()
    }

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
    fn model(&mut self) -> Result<Model> {
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

    fn insert_class(&self, label: &str) -> Result<Edit> {
        Ok(Edit::InsertClass {
            at: self.set.classes().len(),
            class: Class {
                id: take_id(&mut self.set.next_ids().0)?,
                label: self.set.new_label(label)?,
                text: Text::default(),
                enabled: true,
            },
        })
    }

    fn examples_of(&self, class: u32) -> impl Iterator<Item = ExampleId> {
        self.set
            .examples()
            .filter(move |(_, example)| example.class == class)
            .map(|(id, _)| id)
    }

    fn commit(&mut self, edits: Vec<Edit>) {
        self.history
            .commit(&mut self.set, edits, &mut self.statistics);
        self.changed();
    }

    fn changed(&mut self) {
        self.model = None;
        for index in 0..self.set.classes().len() {
            if self.statistics.is_worn(index) {
                let id = self.set.classes()[index].id;
                let rows = self
                    .set
                    .examples_in_use()
                    .filter(|(_, example)| example.class == id)
                    .map(|(_, example)| self.set.row(example));
                self.statistics.rebuild(index, rows);
            }
        }
    }
}

/// The examples that thresholds are learned from: all of up to sixteen, then 16, 24, 32, 48, 64, 96 and so on, which
/// are two or three times a power of two.
fn milestone(n: usize) -> usize {
    if n <= 16 {
        return n;
    }
    let digits = usize::BITS - n.leading_zeros();
    let dropped = digits - 2;
    n >> dropped << dropped
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    /// A set of one class and one example that has given as many ids as these.
    fn after(class: ClassId, example: ExampleId) -> Classifier {
        let mut classifier = Classifier::new(vec![Stream::new("aux", 2)]).expect("a stream");
        classifier.add_example("old", &[1.0, 0.0]).expect("a row");
        let mut set = classifier.set().clone();
        set.reserve_ids(class, example);
        Classifier::from_set(set, None)
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn an_id_is_never_given_twice() {
        const LAST: u32 = u32::MAX - 1;
        let mut classifier = after(LAST, LAST);
        assert_eq!(classifier.add_example("new", &[0.0, 1.0]), Ok(LAST));
        let before = classifier.set().clone();
        let full = Err(Error::IdsUsedUp);
        assert_eq!(classifier.add_example("old", &[0.0, 1.0]), full);
        assert_eq!(classifier.add_example("other", &[0.0, 1.0]), full);
        assert_eq!(classifier.add_class("other"), Err(Error::IdsUsedUp));
        let mut theirs = after(1, 1);
        theirs.add_example("old", &[0.5, 0.5]).expect("a row");
        assert_eq!(classifier.merge(theirs.set()), Err(Error::IdsUsedUp));
        assert_eq!(*classifier.set(), before);
        // Another set takes them.
        assert_eq!(
            theirs.merge(classifier.set()).map(|added| added.len()),
            Ok(1)
        );
    }
}
