//! The elementary changes of a support set, and their inverses.

use super::{Class, ClassId, Example, ExampleId, Label, SupportSet, Text};

/// An elementary change. Its operands were checked when it was made, so applying it cannot fail.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Puts a class at a place.
    InsertClass {
        /// Its place among the classes.
        at: usize,
        /// The class, with an id that no other class has.
        class: Class,
    },
    /// Takes away a class that has no examples.
    RemoveClass {
        /// Its id.
        id: ClassId,
    },
    /// Gives a class another label.
    Rename {
        /// Its id.
        id: ClassId,
        /// The new label.
        label: Label,
    },
    /// Takes the text of a class from elsewhere.
    SetText {
        /// Its id.
        id: ClassId,
        /// Where from.
        text: Text,
    },
    /// Lets a class take part in answers, or not.
    SetEnabled {
        /// Its id.
        id: ClassId,
        /// Whether it takes part.
        enabled: bool,
    },
    /// Adds an example.
    InsertExample {
        /// An id that no other example has.
        id: ExampleId,
        /// Features and class.
        example: Example,
    },
    /// Takes an example away.
    RemoveExample {
        /// Its id.
        id: ExampleId,
    },
    /// Gives an example to another class.
    Move {
        /// Its id.
        id: ExampleId,
        /// The class that it teaches from now on.
        to: ClassId,
    },
}

/// Follows the examples that are in use as they come and go, to keep statistics exact without a second look at all of
/// them. Those of a class that is disabled leave, and come back with it.
///
/// Classes are given by their place; `row` is the unit feature row of the photo itself.
pub trait Listener {
    /// A class without examples now stands at `class`; those behind it moved up by one.
    fn class_inserted(&mut self, class: usize);
    /// The class at `class`, which had no examples, is gone; those behind it moved down by one.
    fn class_removed(&mut self, class: usize);
    /// An example came to a class.
    fn example_added(&mut self, class: usize, row: &[f32]);
    /// An example left a class.
    fn example_removed(&mut self, class: usize, row: &[f32]);
}

impl SupportSet {
    /// Carries out an edit, tells the listener, and returns the edit that undoes it.
    pub fn apply(&mut self, edit: Edit, listener: &mut impl Listener) -> Edit {
        match edit {
            Edit::InsertClass { at, class } => {
                let id = class.id;
                self.next_class = self.next_class.max(id + 1);
                self.classes.insert(at, class);
                listener.class_inserted(at);
                Edit::RemoveClass { id }
            }
            Edit::RemoveClass { id } => {
                let at = self.index_of(id);
                let class = self.classes.remove(at);
                listener.class_removed(at);
                Edit::InsertClass { at, class }
            }
            Edit::Rename { id, label } => {
                let at = self.index_of(id);
                let label = std::mem::replace(&mut self.classes[at].label, label);
                Edit::Rename { id, label }
            }
            Edit::SetText { id, text } => {
                let at = self.index_of(id);
                let text = std::mem::replace(&mut self.classes[at].text, text);
                Edit::SetText { id, text }
            }
            Edit::SetEnabled { id, enabled } => {
                let at = self.index_of(id);
                let before = std::mem::replace(&mut self.classes[at].enabled, enabled);
                if before != enabled {
                    for example in self.examples.values().filter(|e| e.class == id) {
                        let row = self.row(example);
                        if enabled {
                            listener.example_added(at, row);
                        } else {
                            listener.example_removed(at, row);
                        }
                    }
                }
                Edit::SetEnabled {
                    id,
                    enabled: before,
                }
            }
            Edit::InsertExample { id, example } => {
                self.next_example = self.next_example.max(id + 1);
                self.tell_added(&example, listener);
                self.examples.insert(id, example);
                Edit::RemoveExample { id }
            }
            Edit::RemoveExample { id } => {
                let example = self
                    .examples
                    .remove(&id)
                    .expect("an edit names an example that was found when it was made");
                self.tell_removed(&example, listener);
                Edit::InsertExample { id, example }
            }
            Edit::Move { id, to } => {
                self.tell_removed(&self.examples[&id], listener);
                let from = self
                    .examples
                    .get_mut(&id)
                    .map(|example| std::mem::replace(&mut example.class, to))
                    .expect("read just above");
                self.tell_added(&self.examples[&id], listener);
                Edit::Move { id, to: from }
            }
        }
    }

    fn tell_added(&self, example: &Example, listener: &mut impl Listener) {
        if self.in_use(example) {
            listener.example_added(self.index_of(example.class), self.row(example));
        }
    }

    fn tell_removed(&self, example: &Example, listener: &mut impl Listener) {
        if self.in_use(example) {
            listener.example_removed(self.index_of(example.class), self.row(example));
        }
    }
}
