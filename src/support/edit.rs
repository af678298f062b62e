//! The elementary changes of a support set, and their inverses.

use super::{Class, ClassId, Example, ExampleId, SupportSet, Text};

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
        label: String,
    },
    /// Takes the text of a class from elsewhere.
    SetText {
        /// Its id.
        id: ClassId,
        /// Where from.
        text: Text,
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

/// Follows the examples of a set as they come and go, to keep statistics exact without a second look at all of them.
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
            Edit::InsertExample { id, example } => {
                self.next_example = self.next_example.max(id + 1);
                listener.example_added(self.index_of(example.class), self.row(&example));
                self.examples.insert(id, example);
                Edit::RemoveExample { id }
            }
            Edit::RemoveExample { id } => {
                let example = self
                    .examples
                    .remove(&id)
                    .expect("an edit names an example that was found when it was made");
                listener.example_removed(self.index_of(example.class), self.row(&example));
                Edit::InsertExample { id, example }
            }
            Edit::Move { id, to } => {
                let target = self.index_of(to);
                let example = &self.examples[&id];
                let source = self.index_of(example.class);
                listener.example_removed(source, self.row(example));
                listener.example_added(target, self.row(example));
                let from = self
                    .examples
                    .get_mut(&id)
                    .map(|example| std::mem::replace(&mut example.class, to))
                    .expect("read just above");
                Edit::Move { id, to: from }
            }
        }
    }
}
