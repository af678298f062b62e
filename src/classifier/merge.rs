//! Two sets become one.

use super::Classifier;
use crate::numerics::order::sort_indices;
use crate::support::{
    Class, ClassId, Classless, Edit, Example, ExampleId, MOST_UNLABELLED, Role, SupportSet,
    TOO_MANY_UNLABELLED, Text, take_id,
};
use crate::{Error, Result};
use std::cmp::Ordering;

impl Classifier {
    /// Adds the classes and photos of another set. Returns the ids of the added photos, there and here. Classes with the same label become
    /// one, which stays as it is here. An example that its class has already, to the last bit, is left out, and so is a negative that is
    /// there and an unlabelled photo that is there, with a class or without: two people who began with the same file do not count it twice.
    ///
    /// ```
    /// use handful::{Classifier, Stream};
    /// let streams = || vec![Stream::new("aux", 2)];
    /// let (mut ours, mut theirs) = (Classifier::new(streams())?, Classifier::new(streams())?);
    /// ours.add_example("left", &[1.0, 0.0])?;
    /// theirs.add_example("left", &[1.0, 0.1])?;
    /// theirs.add_example("right", &[0.0, 1.0])?;
    /// assert_eq!(ours.merge(theirs.set())?, [(0, 1), (1, 2)]);
    /// assert_eq!(ours.set().counts(), [2, 1]);
    /// # Ok::<(), handful::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::OtherEncoder`] for features of another encoder; [`Error::TooManyUnlabelled`], [`Error::IdsUsedUp`].
    pub fn merge(&mut self, other: &SupportSet) -> Result<Vec<(ExampleId, ExampleId)>> {
        self.check_same_encoder(other)?;
        let (mut next_class, mut next_example) = self.set.next_ids();
        let (mut edits, mut added) = (Vec::new(), Vec::new());
        let mut ids = Vec::with_capacity(other.classes().len());
        for class in other.classes() {
            ids.push(match self.set.class(&class.label) {
                Ok(ours) => ours.id,
                Err(_) => {
                    let id = take_id(&mut next_class)?;
                    let at = self.set.classes().len() + edits.len();
                    let class = class.clone();
                    edits.push(Edit::Class(id, Some((at, Class { id, ..class }))));
                    id
                }
            });
        }
        let known: Vec<&Example> = self.set.examples().map(|(_, example)| example).collect();
        let mut order: Vec<usize> = (0..known.len()).collect();
        sort_indices(&mut order, &|a, b| {
            by_content(known[a], (known[b].class, &known[b].row))
        });
        for (theirs, example) in other.examples() {
            let class = ids[other.index_of(example.class)];
            let wanted = (class, &*example.row);
            let found = order.binary_search_by(|&i| by_content(known[i], wanted));
            if found.is_err() {
                let (id, row) = (take_id(&mut next_example)?, example.row.clone());
                added.push((theirs, id));
                edits.push(Edit::Example(id, Some(Example { class, row })));
            }
        }
        for role in [Role::Negative, Role::Unlabelled] {
            let mut ours: Vec<&[f32]> = self.set.classless(role).map(|(_, row)| &**row).collect();
            let mut room = MOST_UNLABELLED.saturating_sub(ours.len());
            if role == Role::Unlabelled {
                ours.extend(known.iter().map(|example| &*example.row));
            }
            let mut order: Vec<usize> = (0..ours.len()).collect();
            sort_indices(&mut order, &|a, b| by_bits(ours[a], ours[b]));
            for (theirs, row) in other.classless(role) {
                let found = order.binary_search_by(|&i| by_bits(ours[i], row));
                if found.is_ok() {
                    continue;
                }
                if role == Role::Unlabelled {
                    room = room.checked_sub(1).ok_or(TOO_MANY_UNLABELLED)?;
                }
                let (id, row) = (take_id(&mut next_example)?, row.clone());
                added.push((theirs, id));
                edits.push(Edit::Classless(id, Some(Classless { role, row })));
            }
        }
        if !edits.is_empty() {
            self.commit(edits);
        }
        self.adopt_meanings(other);
        Ok(added)
    }

    fn check_same_encoder(&self, other: &SupportSet) -> Result<()> {
        let named_alike = match (self.set.encoder(), other.encoder()) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => true,
        };
        if named_alike && self.set.streams().are_like(other.streams()) {
            return Ok(());
        }
        let describe = |set: &SupportSet| {
            let streams = set.streams().as_slice().iter();
            let streams: Vec<String> = streams.map(|s| format!("{} ({})", s.name, s.dim)).collect();
            let encoder = set.encoder().unwrap_or("an unnamed encoder");
            format!("{encoder} with {}", streams.join(", "))
        };
        Err(Error::OtherEncoder {
            ours: describe(&self.set),
            theirs: describe(other),
        })
    }

    /// Takes over what labels mean, where nothing is known of them here.
    fn adopt_meanings(&mut self, other: &SupportSet) {
        let known = |set: &SupportSet, label: &str| {
            let class = set.class(label).ok()?;
            matches!(class.text, Text::OfLabel).then(|| set.text(class).map(Box::from))?
        };
        for Class { label, .. } in other.classes() {
            if let (None, Some(row)) = (known(&self.set, label), known(other, label)) {
                self.set.set_meaning(label, row);
                self.model = None;
            }
        }
    }
}

/// Order of examples by class and features.
fn by_content(example: &Example, (class, row): (ClassId, &[f32])) -> Ordering {
    (example.class.cmp(&class)).then_with(|| by_bits(&example.row, row))
}

/// Order of rows by their numbers, to the last bit.
fn by_bits(a: &[f32], b: &[f32]) -> Ordering {
    let [a, b] = [a, b].map(|row| row.iter().map(|v| v.to_bits()));
    a.cmp(b)
}
