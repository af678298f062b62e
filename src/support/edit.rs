//! The elementary changes of a support set, and their inverses.

use super::{Class, ClassId, Classless, Example, ExampleId, SupportSet};
use std::collections::BTreeMap;

/// An elementary change: what stands under an id gives way to something else, or to nothing. It was checked when it was made,
/// so applying it cannot fail.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A class of this id, with its place among the classes. One that goes has no examples, one that stays keeps its place.
    Class(ClassId, Option<(usize, Class)>),
    /// An example of this id.
    Example(ExampleId, Option<Example>),
    /// A photo without a class, of this id.
    Classless(ExampleId, Option<Classless>),
}

impl SupportSet {
    /// Carries out an edit and returns the one that undoes it.
    pub fn apply(&mut self, edit: Edit) -> Edit {
        match edit {
            Edit::Class(id, to) => Edit::Class(id, self.put_class(id, to)),
            Edit::Example(id, to) => {
                let from = put(&mut self.examples, &mut self.next_example, id, to);
                Edit::Example(id, from)
            }
            Edit::Classless(id, to) => {
                let from = put(&mut self.classless, &mut self.next_example, id, to);
                Edit::Classless(id, from)
            }
        }
    }

    /// Puts a class in the place of that of this id, which it returns.
    fn put_class(&mut self, id: ClassId, to: Option<(usize, Class)>) -> Option<(usize, Class)> {
        let from = self.classes.iter().position(|class| class.id == id);
        match (from, to) {
            (Some(at), Some((_, class))) => {
                Some((at, std::mem::replace(&mut self.classes[at], class)))
            }
            (Some(at), None) => Some((at, self.classes.remove(at))),
            (None, to) => {
                let (at, class) = to?;
                self.next_class = self.next_class.max(id + 1);
                self.classes.insert(at, class);
                None
            }
        }
    }
}

/// Puts a photo in the place of that of this id, which it returns.
fn put<T>(
    all: &mut BTreeMap<ExampleId, T>,
    next: &mut ExampleId,
    id: ExampleId,
    to: Option<T>,
) -> Option<T> {
    let Some(one) = to else {
        return all.remove(&id);
    };
    *next = (*next).max(id + 1);
    all.insert(id, one)
}
