//! A pile of unlabelled photos beside the set: answers learn from it, a slice at a time.

use super::Classifier;
use crate::heads::LearnedPile;
use crate::support::{
    ClassId, Edit, ExampleId, MOST_UNLABELLED, Role, SupportSet, TOO_MANY_UNLABELLED,
};
use crate::{Result, Together};
use std::sync::Arc;

/// What has been learned from the unlabelled photos of a set, and what is being learned.
#[derive(Default)]
pub(super) struct Unlabelled {
    /// The classes that take part in answers, in order, and what was learned last about them.
    classes: Vec<(ClassId, bool)>,
    learned: Option<(Arc<LearnedPile>, f64)>,
    learning: Option<Together>,
    is_done: bool,
}

impl Unlabelled {
    /// Forgets what is being learned: the set, or how its images are seen, has changed. What was learned goes on counting where it is about
    /// the same classes and photos are left.
    pub fn start_anew(&mut self, set: &SupportSet) {
        self.learning = None;
        self.is_done = false;
        let now = set.classes().iter().map(|class| (class.id, class.enabled));
        if !now.clone().eq(self.classes.iter().copied())
            || set.classless(Role::Unlabelled).next().is_none()
        {
            self.classes = now.collect();
            self.learned = None;
        }
    }

    /// What was learned last.
    pub fn learned(&self) -> Option<(Arc<LearnedPile>, f64)> {
        self.learned.clone()
    }
}

impl Classifier {
    /// Adds the raw features `(width,)` of a photo that nobody has labelled, of a class or of none. From 20 of them on, answers of the
    /// default head learn from them, see [`Classifier::learn_unlabelled`]: photos that are alike are of the same class, which tells much
    /// where a class has one example or two. Returns the id.
    ///
    /// # Errors
    /// Those of [`crate::Streams::unit`]; [`crate::Error::TooManyUnlabelled`] where there are 1,000; [`crate::Error::IdsUsedUp`].
    pub fn add_unlabelled(&mut self, features: &[f32]) -> Result<ExampleId> {
        if self.set.classless(Role::Unlabelled).count() >= MOST_UNLABELLED {
            return Err(TOO_MANY_UNLABELLED);
        }
        self.add_classless(Role::Unlabelled, features)
    }

    /// Forgets an unlabelled photo.
    ///
    /// # Errors
    /// [`crate::Error::UnknownExample`].
    pub fn remove_unlabelled(&mut self, id: ExampleId) -> Result<()> {
        self.remove_classless(Role::Unlabelled, id)
    }

    /// Makes an unlabelled photo an example, which keeps its id; a class that does not exist yet is created.
    ///
    /// # Errors
    /// [`crate::Error::UnknownExample`]; for a new class [`crate::Error::EmptyLabel`], [`crate::Error::LabelTooLong`] or
    /// [`crate::Error::IdsUsedUp`].
    pub fn label_unlabelled(&mut self, id: ExampleId, label: &str) -> Result<()> {
        let row = self.set.classless_of(Role::Unlabelled, id)?.clone();
        self.teach(vec![Edit::Classless(id, None)], label, id, row)
    }

    /// Which unlabelled photos would teach most if they had labels, at most `n` of them, the most wanted first; see
    /// [`Classifier::suggest`].
    ///
    /// # Errors
    /// None that a set can cause.
    pub fn suggest_unlabelled(&mut self, n: usize) -> Result<Vec<ExampleId>> {
        let rows = self.set.classless(Role::Unlabelled);
        let (ids, rows): (Vec<ExampleId>, Vec<&[f32]>) = rows.map(|(id, row)| (id, &**row)).unzip();
        let wanted = self.wanted(&rows.concat(), n)?;
        Ok(wanted.into_iter().map(|i| ids[i]).collect())
    }

    /// Learns from the unlabelled photos for a few milliseconds; true when all is learned. Until then answers count what was learned before
    /// the last change, or no unlabelled photo where the classes have changed. The first calls after a change prepare the head, see
    /// [`Classifier::prepare`].
    ///
    /// # Errors
    /// None that a set can cause.
    pub fn learn_unlabelled(&mut self) -> Result<bool> {
        if self.set.classless(Role::Unlabelled).next().is_none() || !self.is_kept() {
            return Ok(true);
        }
        if !self.prepare()? {
            return Ok(false);
        }
        self.model()?;
        if self.unlabelled.is_done {
            return Ok(true);
        }
        // Another view would make all of it be learned again.
        if self.kept.is_learning() {
            return Ok(false);
        }
        let mut learning = match self.unlabelled.learning.take() {
            Some(learning) => learning,
            None => {
                let (set, recogniser) = self.model()?;
                Together::of_unlabelled(recogniser.clone(), &set.rows_of(Role::Unlabelled))
            }
        };
        if learning.step() {
            self.unlabelled.is_done = true;
            self.unlabelled.learned = learning.into_learned();
            let learned = self.unlabelled.learned();
            self.model()?.1.set_learned(learned);
        } else {
            self.unlabelled.learning = Some(learning);
        }
        Ok(self.unlabelled.is_done)
    }
}
