//! The elementary changes of a support set, and their inverses.

use super::{Class, ClassId, Example, ExampleId, SupportSet};

/// An elementary change: what stands under an id gives way to something else, or to nothing. It was checked when it was made,
/// so applying it cannot fail.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// A class of this id, with its place among the classes. One that goes has no examples, one that stays keeps its place.
    Class(ClassId, Option<(usize, Class)>),
    /// An example of this id.
    Example(ExampleId, Option<Example>),
}

/// Follows the examples that are in use as they come and go, to keep statistics exact without a second look at all of
/// them. Those of a class that is disabled leave, and come back with it.
///
/// Classes are given by their place; `row` is the unit feature row of the photo itself.
pub trait Listener {
    /// A class without examples now stands at `class`; those behind it moved up by one.
    fn class_inserted(&mut self, _class: usize) {}
    /// The class at `class`, which had no examples, is gone; those behind it moved down by one.
    fn class_removed(&mut self, _class: usize) {}
    /// An example came to a class.
    fn example_added(&mut self, _class: usize, _row: &[f32]) {}
    /// An example left a class.
    fn example_removed(&mut self, _class: usize, _row: &[f32]) {}
}

/// Nobody is told.
impl Listener for () {}

impl SupportSet {
    /// Carries out an edit, tells the listener, and returns the edit that undoes it.
    pub fn apply(&mut self, edit: Edit, listener: &mut impl Listener) -> Edit {
        match edit {
            Edit::Class(id, to) => Edit::Class(id, self.put_class(id, to, listener)),
            Edit::Example(id, to) => Edit::Example(id, self.put_example(id, to, listener)),
        }
    }

    /// Puts a class in the place of that of this id, which it returns.
    fn put_class(
        &mut self,
        id: ClassId,
        to: Option<(usize, Class)>,
        listener: &mut impl Listener,
    ) -> Option<(usize, Class)> {
        let from = self.classes.iter().position(|class| class.id == id);
        match (from, to) {
            (Some(at), Some((_, class))) => {
                let before = std::mem::replace(&mut self.classes[at], class);
                let enabled = self.classes[at].enabled;
                if before.enabled != enabled {
                    for example in self.examples.values().filter(|e| e.class == id) {
                        match enabled {
                            true => listener.example_added(at, self.row(example)),
                            false => listener.example_removed(at, self.row(example)),
                        }
                    }
                }
                Some((at, before))
            }
            (Some(at), None) => {
                listener.class_removed(at);
                Some((at, self.classes.remove(at)))
            }
            (None, to) => {
                let (at, class) = to?;
                self.next_class = self.next_class.max(id + 1);
                self.classes.insert(at, class);
                listener.class_inserted(at);
                None
            }
        }
    }

    /// Puts an example in the place of that of this id, which it returns.
    fn put_example(
        &mut self,
        id: ExampleId,
        to: Option<Example>,
        listener: &mut impl Listener,
    ) -> Option<Example> {
        let from = self.examples.remove(&id);
        if let Some(example) = from
            .as_ref()
            .filter(|example| self.class_of(example).enabled)
        {
            listener.example_removed(self.index_of(example.class), self.row(example));
        }
        if let Some(example) = to {
            if self.class_of(&example).enabled {
                listener.example_added(self.index_of(example.class), self.row(&example));
            }
            self.next_example = self.next_example.max(id + 1);
            self.examples.insert(id, example);
        }
        from
    }
}
