//! The support set: classes, their labels and texts, and the examples that teach them.

mod edit;
mod history;
mod label;
mod nfc;
mod streams;
pub(crate) mod tensors;

pub use edit::Edit;
pub use history::{History, Mark};
pub use label::{Label, MAX_LABEL_CHARS};
pub use streams::{CLIP, Stream, Streams};
pub(crate) use streams::{agree, scale_to_unit};

use crate::numerics::linalg::WHOLE;
use crate::{Error, Result};
use ndarray::Array2;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Stable name of a photo, an example or one without a class; never used twice within a set.
pub type ExampleId = u32;

/// Stable name of a class; never used twice within a set.
pub type ClassId = u32;

/// A thing to recognise.
#[derive(Debug, Clone, PartialEq)]
pub struct Class {
    /// Stable name, independent of label and position.
    pub id: ClassId,
    /// What a person calls it; unique within the set.
    pub label: Label,
    /// Where its text comes from.
    pub text: Text,
    /// Whether it takes part in answers. Its examples and its text wait until it does again.
    pub enabled: bool,
}

/// Where the text of a class comes from: a unit row in the space of the `clip` stream.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Text {
    /// From what its label means, where that is known; see [`SupportSet::set_meaning`].
    #[default]
    OfLabel,
    /// Somebody gave this row.
    Given(Box<[f32]>),
    /// There is none, whatever the label means.
    Absent,
}

/// A labelled photo, as features.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The class it teaches.
    pub class: ClassId,
    /// Its unit feature row `(width,)`. Its copies share it.
    pub row: Arc<[f32]>,
}

/// What a photo without a class is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It shows none of the classes.
    Negative,
    /// It shows whatever it shows: answers learn from many of them together.
    Unlabelled,
}

/// A photo without a class, as features.
#[derive(Debug, Clone, PartialEq)]
pub struct Classless {
    /// What it is there for.
    pub role: Role,
    /// Its unit feature row `(width,)`. Its copies share it.
    pub row: Arc<[f32]>,
}

/// Unlabelled photos of a set at most: more of them, beside 1,000 examples, would not all be learned from (`src/heads/fused/pile.rs`).
pub const MOST_UNLABELLED: usize = 1000;

/// What is said where there would be more.
pub(crate) const TOO_MANY_UNLABELLED: Error = Error::TooManyUnlabelled {
    most: MOST_UNLABELLED,
};

/// Classes in order of creation and examples by id.
///
/// It changes only through [`SupportSet::apply`], whose result undoes the change. What labels mean is apart from that: it
/// is a fact about words, which holds before and after a change.
#[derive(Debug, Clone, PartialEq)]
pub struct SupportSet {
    streams: Streams,
    encoder: Option<String>,
    classes: Vec<Class>,
    examples: BTreeMap<ExampleId, Example>,
    /// Their ids are those of no example.
    classless: BTreeMap<ExampleId, Classless>,
    /// By what a label is compared by.
    meanings: BTreeMap<String, Box<[f32]>>,
    next_class: ClassId,
    next_example: ExampleId,
}

impl SupportSet {
    /// An empty set for an encoder of these streams. `encoder` identifies it, where that is known: another encoder
    /// may have streams of the same names and widths, but its features mean something else.
    pub fn new(streams: Streams, encoder: Option<String>) -> Self {
        Self {
            streams,
            encoder,
            classes: Vec::new(),
            examples: BTreeMap::new(),
            classless: BTreeMap::new(),
            meanings: BTreeMap::new(),
            next_class: 0,
            next_example: 0,
        }
    }

    /// Layout of the feature rows.
    pub fn streams(&self) -> &Streams {
        &self.streams
    }

    /// Identity of the encoder that made the features, where it is known.
    pub fn encoder(&self) -> Option<&str> {
        self.encoder.as_deref()
    }

    /// The classes; a class's place here is its index in every result.
    pub fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// The examples in order of their ids.
    pub fn examples(&self) -> impl Iterator<Item = (ExampleId, &Example)> {
        self.examples.iter().map(|(&id, example)| (id, example))
    }

    /// The examples of the classes that take part in answers, in order of their ids.
    pub fn examples_in_use(&self) -> impl Iterator<Item = (ExampleId, &Example)> {
        self.examples()
            .filter(|(_, example)| self.class_of(example).enabled)
    }

    /// The unit rows `(width,)` of the photos of a role, in order of their ids.
    pub fn classless(&self, role: Role) -> impl Iterator<Item = (ExampleId, &Arc<[f32]>)> {
        let of_role = self.classless.iter().filter(move |(_, of)| of.role == role);
        of_role.map(|(&id, photo)| (id, &photo.row))
    }

    /// The class of an example.
    pub fn class_of(&self, example: &Example) -> &Class {
        &self.classes[self.index_of(example.class)]
    }

    /// Examples of each class, in class order.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        for example in self.examples.values() {
            counts[self.index_of(example.class)] += 1;
        }
        counts
    }

    /// The unit text row of a class, where it has one.
    pub fn text<'a>(&'a self, class: &'a Class) -> Option<&'a [f32]> {
        match &class.text {
            Text::OfLabel => self.meanings.get(class.label.key()).map(AsRef::as_ref),
            Text::Given(row) => Some(row),
            Text::Absent => None,
        }
    }

    /// Says what a label means, as a unit text row. It is the text of whichever class has the label and follows it
    /// through renaming and undo.
    pub fn set_meaning(&mut self, label: &Label, row: Box<[f32]>) {
        self.meanings.insert(label.key().to_owned(), row);
    }

    /// Forgets what all labels mean.
    pub fn forget_meanings(&mut self) {
        self.meanings.clear();
    }

    /// The class with this label.
    ///
    /// # Errors
    /// [`Error::UnknownClass`].
    pub fn class(&self, label: &str) -> Result<&Class> {
        let key = label::key(label);
        let mut classes = self.classes.iter();
        let class = classes.find(|class| class.label.key() == key);
        class.ok_or_else(|| Error::UnknownClass(label.trim().to_owned()))
    }

    /// The example with this id.
    ///
    /// # Errors
    /// [`Error::UnknownExample`].
    pub fn example(&self, id: ExampleId) -> Result<&Example> {
        self.examples.get(&id).ok_or(Error::UnknownExample(id))
    }

    /// The unit row `(width,)` of the photo of a role with this id.
    ///
    /// # Errors
    /// [`Error::UnknownExample`].
    pub fn classless_of(&self, role: Role, id: ExampleId) -> Result<&Arc<[f32]>> {
        let photo = self.classless.get(&id).filter(|of| of.role == role);
        photo.map_or(Err(Error::UnknownExample(id)), |photo| Ok(&photo.row))
    }

    /// The unit row `(width,)` of the photo with this id, whether it has a class or not.
    ///
    /// # Errors
    /// [`Error::UnknownExample`].
    pub fn row(&self, id: ExampleId) -> Result<&[f32]> {
        let example = self.examples.get(&id).map(|example| &example.row);
        let row = example.or_else(|| self.classless.get(&id).map(|photo| &photo.row));
        row.map(AsRef::as_ref).ok_or(Error::UnknownExample(id))
    }

    /// The unit rows `(m, width)` of the photos of a role, in order of their ids.
    pub fn rows_of(&self, role: Role) -> Array2<f32> {
        let rows: Vec<&[f32]> = self.classless(role).map(|(_, row)| &**row).collect();
        Array2::from_shape_vec((rows.len(), self.streams.width()), rows.concat()).expect(WHOLE)
    }

    /// Whether a photo has this id.
    pub fn has_photo(&self, id: ExampleId) -> bool {
        self.examples.contains_key(&id) || self.classless.contains_key(&id)
    }

    /// Place of a class that is known to exist.
    pub fn index_of(&self, id: ClassId) -> usize {
        let place = self.classes.iter().position(|class| class.id == id);
        place.expect("an example's class exists: a class is removed only after its examples")
    }

    /// The label as it will be stored, if no class has it yet.
    ///
    /// # Errors
    /// Those of [`Label::new`], and [`Error::DuplicateLabel`].
    pub fn new_label(&self, text: &str) -> Result<Label> {
        let label = Label::new(text)?;
        if self.classes.iter().any(|class| class.label == label) {
            return Err(Error::DuplicateLabel(label.to_string()));
        }
        Ok(label)
    }

    /// Ids that the next new class and the next new example will have.
    pub fn next_ids(&self) -> (ClassId, ExampleId) {
        (self.next_class, self.next_example)
    }

    /// Keeps ids from being used again, for a set that was saved after some had been removed.
    pub fn reserve_ids(&mut self, class: ClassId, example: ExampleId) {
        self.next_class = self.next_class.max(class);
        self.next_example = self.next_example.max(example);
    }
}

/// The next id, after which `next` names the one that follows it.
///
/// # Errors
/// [`Error::IdsUsedUp`] where none is left: an id is never used twice within a set.
pub fn take_id(next: &mut u32) -> Result<u32> {
    let id = *next;
    *next = id.checked_add(1).ok_or(Error::IdsUsedUp)?;
    Ok(id)
}
