//! The facade: teach by labelled features, ask for an answer, take any change back.

mod asking;
mod explain;
mod format;
mod kept;
mod likeness;
mod merge;
mod milestone;
mod observed;
mod running;
mod seen;
mod together;
mod unlabelled;

pub use self::together::AskedTogether;

use self::kept::Kept;
use self::observed::Observed;
use self::running::Running;
use self::unlabelled::Unlabelled;
use crate::heads::HeadSpec;
use crate::support::{
    Class, ClassId, Classless, Edit, Example, ExampleId, History, Label, Mark, Role, SupportSet,
    Text, take_id,
};
use crate::validation::{STRICTEST, STRICTNESS};
use crate::{Error, Recogniser, Result, Stream, Streams};
use std::sync::Arc;

/// A support set that can be taught, asked and undone.
///
/// A change is followed by a fit at the next question. The default answer and naive Bayes take in what has changed instead.
/// Naive Bayes learns how sure it may be from the first examples, whose number grows in steps, so its answers do not depend on what was
/// asked in between; those of the default answer may, until a new view is learned.
///
/// Every method that returns an error has changed nothing. Every change is one step of [`Classifier::undo`], or part of
/// one, see [`Classifier::mark`].
pub struct Classifier {
    set: SupportSet,
    history: History,
    head: Option<HeadSpec>,
    strictness: f64,
    model: Option<Recogniser>,
    running: Running,
    kept: Kept,
    unlabelled: Unlabelled,
    observed: Option<Observed>,
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
        let set = SupportSet::new(Streams::new(streams)?, encoder);
        Ok(Self::from_set(set))
    }

    /// A classifier of a set, without a history.
    fn from_set(set: SupportSet) -> Self {
        Self {
            set,
            history: History::default(),
            head: None,
            strictness: STRICTNESS,
            model: None,
            running: Running::default(),
            kept: Kept::default(),
            unlabelled: Unlabelled::default(),
            observed: None,
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

    /// Chooses the head that answers; `None` for the automatic choice, which is [`crate::heads::Fused`].
    ///
    /// # Errors
    /// [`Error::Parameter`] for a hyper-parameter outside its range; [`Error::HyperParameter`] for a `uer` with other ones than those that
    /// it has observed with, see [`Classifier::observe`].
    pub fn set_head(&mut self, head: Option<HeadSpec>) -> Result<()> {
        if let Some(spec) = &head {
            spec.check()?;
            self.check_observed(spec)?;
        }
        if self.observed().is_none() {
            self.observed = None;
        }
        self.head = head;
        self.model = None;
        self.running = Running::default();
        self.kept = Kept::default();
        self.unlabelled = Unlabelled::default();
        Ok(())
    }

    /// The share of photos of known classes that may be taken to show none of them; see [`Classifier::set_strictness`].
    pub fn strictness(&self) -> f64 {
        self.strictness
    }

    /// Chooses which share of photos of known classes may be taken to show none of them, in `[0, 0.5]`: the more, the more strangers are
    /// told, and with 0 none is. 0.05 at first. Like the head it is saved with the set, and no step of [`Classifier::undo`].
    ///
    /// ```
    /// # use handful::{Classifier, Stream};
    /// let mut classifier = Classifier::new(vec![Stream::new("aux", 2)])?;
    /// classifier.set_strictness(0.2)?;
    /// assert!(classifier.set_strictness(0.6).is_err());
    /// assert_eq!(Classifier::load(&classifier.save())?.strictness(), 0.2);
    /// # Ok::<(), handful::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] for a share outside that range.
    pub fn set_strictness(&mut self, share: f64) -> Result<()> {
        if !(0.0..=STRICTEST).contains(&share) {
            return Err(Error::parameter("strictness", share, "0 to 0.5"));
        }
        self.strictness = share;
        if let Some(model) = &mut self.model {
            model.set_strictness(share);
        }
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
        let class = self.set.class(label)?.clone();
        if class.label.as_str() == to.trim() {
            return Ok(());
        }
        // The same label in another spelling is no duplicate of itself.
        let label = match Label::new(to)? {
            label if label == class.label => label,
            _ => self.set.new_label(to)?,
        };
        self.replace(Class { label, ..class });
        Ok(())
    }

    /// Removes a class with all its examples.
    ///
    /// # Errors
    /// [`Error::UnknownClass`].
    pub fn remove_class(&mut self, label: &str) -> Result<()> {
        self.dissolve(self.set.class(label)?.id, None);
        Ok(())
    }

    /// Moves all examples of one class into another and removes the first.
    ///
    /// # Errors
    /// [`Error::UnknownClass`]; [`Error::DuplicateLabel`] when both are the same class.
    pub fn merge_classes(&mut self, from: &str, into: &str) -> Result<()> {
        let (id, to) = (self.set.class(from)?.id, self.set.class(into)?.id);
        if id == to {
            return Err(Error::DuplicateLabel(into.trim().to_owned()));
        }
        self.dissolve(id, Some(to));
        Ok(())
    }

    /// Lets a class take part in answers, or not: its examples and its text wait until it does again.
    ///
    /// # Errors
    /// [`Error::UnknownClass`].
    pub fn set_enabled(&mut self, label: &str, enabled: bool) -> Result<()> {
        let class = self.set.class(label)?.clone();
        if class.enabled != enabled {
            self.replace(Class { enabled, ..class });
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
        let class = self.set.class(label)?.clone();
        let text = match text {
            Some(row) => Text::Given(self.set.streams().unit_text(row)?.into()),
            None => Text::Absent,
        };
        if class.text != text {
            self.replace(Class { text, ..class });
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
        self.set.set_meaning(&label, row.into());
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
    /// [`Error::EmptyLabel`] or [`Error::LabelTooLong`] for a new class; [`Error::Shape`], [`Error::NotFinite`] or
    /// [`Error::ZeroFeature`] for features that cannot be used; [`Error::IdsUsedUp`].
    pub fn add_example(&mut self, label: &str, features: &[f32]) -> Result<ExampleId> {
        let row = self.set.streams().unit(features)?.into();
        let id = take_id(&mut self.set.next_ids().1)?;
        self.teach(vec![], label, id, row)?;
        Ok(id)
    }

    /// Makes a photo an example, after these edits; a class that does not exist yet is created.
    fn teach(
        &mut self,
        mut edits: Vec<Edit>,
        label: &str,
        id: ExampleId,
        row: Arc<[f32]>,
    ) -> Result<()> {
        let (class, edit) = self.class_or_new(label)?;
        edits.extend(edit);
        edits.push(Edit::Example(id, Some(Example { class, row })));
        self.commit(edits);
        Ok(())
    }

    /// The class with this label, and the edit that creates it where it does not exist yet.
    fn class_or_new(&self, label: &str) -> Result<(ClassId, Option<Edit>)> {
        match self.set.class(label) {
            Ok(class) => Ok((class.id, None)),
            Err(_) => Ok((self.set.next_ids().0, Some(self.insert_class(label)?))),
        }
    }

    /// Forgets an example.
    ///
    /// # Errors
    /// [`Error::UnknownExample`].
    pub fn remove_example(&mut self, id: ExampleId) -> Result<()> {
        self.set.example(id)?;
        self.commit(vec![Edit::Example(id, None)]);
        Ok(())
    }

    /// Teaches the raw features `(width,)` of a photo that shows none of the classes, a negative: photos like it are said to be foreign.
    /// It counts neither for a class nor against one. Returns the id.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`] or [`Error::ZeroFeature`] for features that cannot be used; [`Error::IdsUsedUp`].
    pub fn add_negative(&mut self, features: &[f32]) -> Result<ExampleId> {
        self.add_classless(Role::Negative, features)
    }

    /// Forgets a negative.
    ///
    /// # Errors
    /// [`Error::UnknownExample`].
    pub fn remove_negative(&mut self, id: ExampleId) -> Result<()> {
        self.remove_classless(Role::Negative, id)
    }

    fn add_classless(&mut self, role: Role, features: &[f32]) -> Result<ExampleId> {
        let row = self.set.streams().unit(features)?.into();
        let id = take_id(&mut self.set.next_ids().1)?;
        self.commit(vec![Edit::Classless(id, Some(Classless { role, row }))]);
        Ok(id)
    }

    fn remove_classless(&mut self, role: Role, id: ExampleId) -> Result<()> {
        self.set.classless_of(role, id)?;
        self.commit(vec![Edit::Classless(id, None)]);
        Ok(())
    }

    /// Gives an example to another class.
    ///
    /// # Errors
    /// [`Error::UnknownExample`], [`Error::UnknownClass`].
    pub fn move_example(&mut self, id: ExampleId, label: &str) -> Result<()> {
        let example = self.set.example(id)?.clone();
        let class = self.set.class(label)?.id;
        if example.class != class {
            self.commit(vec![Edit::Example(id, Some(Example { class, ..example }))]);
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
    /// assert_eq!(classifier.history().undo_mark(), Some(7));
    /// assert!(classifier.undo() && classifier.set().classes().is_empty());
    /// # Ok::<(), handful::Error>(())
    /// ```
    pub fn mark(&mut self, mark: Option<Mark>) {
        self.history.mark(mark);
    }

    /// Takes back the last step; false if there is none.
    pub fn undo(&mut self) -> bool {
        let done = self.history.undo(&mut self.set);
        self.changed();
        done
    }

    /// Makes the step that was last taken back again; false if there is none.
    pub fn redo(&mut self) -> bool {
        let done = self.history.redo(&mut self.set);
        self.changed();
        done
    }

    /// What [`Classifier::undo`] and [`Classifier::redo`] would do.
    pub fn history(&self) -> &History {
        &self.history
    }

    fn insert_class(&self, label: &str) -> Result<Edit> {
        let class = Class {
            id: take_id(&mut self.set.next_ids().0)?,
            label: self.set.new_label(label)?,
            text: Text::default(),
            enabled: true,
        };
        let at = self.set.classes().len();
        Ok(Edit::Class(class.id, Some((at, class))))
    }

    /// Puts a class in the place of that of its id.
    fn replace(&mut self, class: Class) {
        let at = self.set.index_of(class.id);
        self.commit(vec![Edit::Class(class.id, Some((at, class)))]);
    }

    /// Removes a class; its examples go with it or to another class.
    fn dissolve(&mut self, id: ClassId, to: Option<ClassId>) {
        let own = self.set.examples().filter(|(_, e)| e.class == id);
        let edits = own.map(|(id, example)| {
            let row = example.row.clone();
            Edit::Example(id, to.map(|class| Example { class, row }))
        });
        self.commit(edits.chain([Edit::Class(id, None)]).collect());
    }

    fn commit(&mut self, edits: Vec<Edit>) {
        self.history.commit(&mut self.set, edits);
        self.changed();
    }

    /// What follows from another set.
    fn changed(&mut self) {
        self.model = None;
        if let Some(observed) = &mut self.observed {
            observed.follow(&self.set, &self.history);
        }
    }
}
