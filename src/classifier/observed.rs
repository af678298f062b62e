//! The head `uer` learns in order, from a stream whose examples the set does not keep.

use super::Classifier;
use crate::heads::{FittedLinear, HeadSpec, Recipe, RemovedClass, Uer, UerStream};
use crate::support::{ClassId, History, SupportSet};
use crate::task::Task;
use crate::{Error, Result};
use ndarray::ArrayView2;

/// What was learned from a stream.
pub(super) struct Observed {
    pub stream: UerStream,
    /// The class of the set that each class of the stream is.
    pub classes: Vec<ClassId>,
    /// What was learned of classes that are gone, as long as they can come back.
    gone: Vec<(ClassId, RemovedClass)>,
}

impl Observed {
    pub fn new(stream: UerStream, classes: Vec<ClassId>) -> Self {
        Self {
            stream,
            classes,
            gone: Vec::new(),
        }
    }

    /// What the examples of a set teach, before the first photo is observed.
    fn begin(recipe: &Uer, set: &SupportSet) -> Result<Self> {
        let stream = recipe.stream(&Task::from(set))?;
        let classes = set.classes().iter().map(|class| class.id);
        Ok(Self::new(stream, classes.collect()))
    }

    /// Learns a unit row `(width,)` that has an embedding.
    fn observe(&mut self, class: ClassId, row: &[f32]) {
        let place = self.place_of(class).unwrap_or_else(|| {
            self.classes.push(class);
            self.stream.add_class();
            self.classes.len() - 1
        });
        let row = ArrayView2::from_shape((1, row.len()), row).expect("one row");
        let observed = self.stream.observe(row, &[place]);
        observed.expect("the class is there, and the row has an embedding");
    }

    /// The head that answers for the classes of a set.
    pub fn head(&self, set: &SupportSet) -> FittedLinear {
        let classes = set.classes().iter();
        let place = |id| self.place_of(id);
        let classes = classes.map(|class| place(class.id).filter(|_| class.enabled));
        self.stream.head(&classes.collect::<Vec<_>>())
    }

    /// Takes out the classes that a set does not have any more, and takes in again those that have come back.
    pub fn follow(&mut self, set: &SupportSet, history: &History) {
        let is_here = |id| set.classes().iter().any(|class| class.id == id);
        for place in (0..self.classes.len()).rev() {
            if !is_here(self.classes[place]) {
                let removed = self.remove(place);
                self.gone.push(removed);
            }
        }
        // The last that went is the first to come back, so that each finds the places that it left.
        for i in (0..self.gone.len()).rev() {
            if is_here(self.gone[i].0) {
                let (id, removed) = self.gone.remove(i);
                let place = self.stream.restore_class(removed);
                self.classes.insert(place, id);
            }
        }
        self.gone.retain(|(id, _)| history.holds(*id));
    }

    /// Whether something was observed of a class that is left.
    pub fn has_any(&self) -> bool {
        (0..self.classes.len()).any(|place| self.stream.has_seen(place))
    }

    fn place_of(&self, id: ClassId) -> Option<usize> {
        self.classes.iter().position(|&known| known == id)
    }

    fn remove(&mut self, place: usize) -> (ClassId, RemovedClass) {
        let removed = self.stream.remove_class(place);
        let removed = removed.expect("the stream has a class for each of `classes`");
        (self.classes.remove(place), removed)
    }
}

impl Classifier {
    /// Learns the raw features `(width,)` of one photo in order, with the head [`Uer`], which must be chosen: its weights take a step, with
    /// examples drawn from its memory, and the photo may come into that memory. The set keeps it nowhere else, so a stream may be endless.
    /// A class that does not exist yet is created.
    ///
    /// The first photo finds a head that has learned the examples of the set, in the order in which [`Uer`] is fitted to them. From then on
    /// `uer` answers by what was observed: examples that come or go later are for other heads. Those wait for no photo either: what was
    /// observed is kept while another head answers, and is saved with the set.
    ///
    /// What was observed is no step of [`Classifier::undo`], but the class that it creates is. A class that is removed, or merged into
    /// another, takes with it what was observed of it; with undo both come back. [`Classifier::forget`] takes it out for good. Once no class is
    /// left of which something was observed, `uer` is fitted to the examples again.
    ///
    /// Probabilities are those of the softmax that is learned with, since no example is held out; no photo is said to be foreign.
    ///
    /// ```
    /// use handful::heads::{HeadSpec, Uer};
    /// use handful::{Classifier, Stream};
    /// let mut classifier = Classifier::new(vec![Stream::new("aux", 2)])?;
    /// classifier.set_head(Some(HeadSpec::Uer(Uer::default())))?;
    /// classifier.observe("left", &[1.0, 0.1])?;
    /// classifier.observe("right", &[0.1, 1.0])?;
    /// assert_eq!(classifier.predict(&[0.2, 0.9])?.scores[0].label, "right");
    /// assert_eq!((classifier.n_observed(), classifier.set().counts()), (2, vec![0, 0]));
    /// # Ok::<(), handful::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::HyperParameter`] where another head is chosen; those of [`Classifier::add_example`].
    pub fn observe(&mut self, label: &str, features: &[f32]) -> Result<()> {
        let Some(HeadSpec::Uer(recipe)) = &self.head else {
            return Err(Error::HyperParameter {
                name: "head".into(),
                value: self.head().map_or("auto", HeadSpec::name).into(),
                reason: "only \"uer\" learns from a stream; choose it first".into(),
            });
        };
        let row = self.set.streams().unit(features)?;
        let begun = match self.observed() {
            Some(observed) => observed.stream.embedding(&row).map(|_| None)?,
            None => Some(Observed::begin(recipe, &self.set)?),
        };
        let (class, edit) = self.class_or_new(label)?;
        if let Some(edit) = edit {
            self.commit(vec![edit]);
        }
        let observed = begun.or_else(|| self.observed.take());
        let observed = observed.expect("begun where there was none");
        self.observed.insert(observed).observe(class, &row);
        self.model = None;
        Ok(())
    }

    /// What was observed, if a class is left of which something was.
    pub(super) fn observed(&self) -> Option<&Observed> {
        self.observed.as_ref().filter(|observed| observed.has_any())
    }

    /// Refuses a `uer` that has not learned what was observed.
    pub(super) fn check_observed(&self, spec: &HeadSpec) -> Result<()> {
        match (spec, self.observed()) {
            (HeadSpec::Uer(recipe), Some(observed))
                if !recipe.is_like(observed.stream.recipe()) =>
            {
                Err(Error::HyperParameter {
                    name: Uer::NAME.into(),
                    value: serde_json::to_string(&spec.changed()).expect("texts and JSON"),
                    reason: "this set has observed with others; forget all its classes first"
                        .into(),
                })
            }
            _ => Ok(()),
        }
    }

    /// Photos that were observed, the examples that were learned before the first one among them; 0 where nothing was.
    pub fn n_observed(&self) -> u64 {
        self.observed()
            .map_or(0, |observed| observed.stream.n_observed())
    }

    /// Forgets what was observed of a class, its photos in memory among it. The class and its examples stay; `uer` does not score it until it is
    /// observed again. It is no step of [`Classifier::undo`]. False where nothing was observed of the class.
    ///
    /// # Errors
    /// [`Error::UnknownClass`].
    pub fn forget(&mut self, label: &str) -> Result<bool> {
        let id = self.set.class(label)?.id;
        let Some(observed) = &mut self.observed else {
            return Ok(false);
        };
        let place = observed.place_of(id);
        let Some(place) = place.filter(|&place| observed.stream.has_seen(place)) else {
            return Ok(false);
        };
        observed.remove(place);
        self.model = None;
        Ok(true)
    }
}
