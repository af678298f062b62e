//! Undo and redo.

use super::{ClassId, Edit, SupportSet};

/// Steps that can be taken back. An older one is forgotten, and with it the features of what it removed.
const DEPTH: usize = 100;

/// A number that a caller gives to changes that belong together.
pub type Mark = u32;

/// What one undo takes back: a change, or all that followed one another under the same mark.
#[derive(Debug, Clone)]
struct Step {
    mark: Option<Mark>,
    /// The edits that take it back, the first one last.
    inverse: Vec<Edit>,
}

/// What was done and what was undone.
#[derive(Debug, Clone, Default)]
pub struct History {
    mark: Option<Mark>,
    done: Vec<Step>,
    undone: Vec<Step>,
}

impl History {
    /// Marks the changes from now on: one whose mark is that of the change before it belongs to the same step. Without a
    /// mark each is a step of its own.
    pub fn mark(&mut self, mark: Option<Mark>) {
        self.mark = mark;
    }

    /// Carries out a change, which can be undone; what had been undone is forgotten.
    pub fn commit(&mut self, set: &mut SupportSet, edits: Vec<Edit>) {
        let inverse = edits.into_iter().map(|edit| set.apply(edit));
        self.undone.clear();
        match self.done.last_mut() {
            Some(step) if step.mark.is_some() && step.mark == self.mark => {
                step.inverse.extend(inverse);
            }
            _ => {
                self.done.push(Step {
                    mark: self.mark,
                    inverse: inverse.collect(),
                });
                if self.done.len() > DEPTH {
                    self.done.remove(0);
                }
            }
        }
    }

    /// Takes back the last step; false if there is none.
    pub fn undo(&mut self, set: &mut SupportSet) -> bool {
        transfer(&mut self.done, &mut self.undone, set)
    }

    /// Makes the step that was last taken back again; false if there is none.
    pub fn redo(&mut self, set: &mut SupportSet) -> bool {
        transfer(&mut self.undone, &mut self.done, set)
    }

    /// Whether undo or redo could bring back a class that is gone.
    pub(crate) fn holds(&self, class: ClassId) -> bool {
        let steps = self.done.iter().chain(&self.undone);
        let mut edits = steps.flat_map(|step| &step.inverse);
        edits.any(|edit| matches!(edit, Edit::Class(id, Some(_)) if *id == class))
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is a step to make again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// The mark of the step that is taken back next, where it has one.
    pub fn undo_mark(&self) -> Option<Mark> {
        self.done.last()?.mark
    }

    /// The mark of the step that is made again next, where it has one.
    pub fn redo_mark(&self) -> Option<Mark> {
        self.undone.last()?.mark
    }
}

fn transfer(from: &mut Vec<Step>, to: &mut Vec<Step>, set: &mut SupportSet) -> bool {
    let Some(Step { mark, inverse }) = from.pop() else {
        return false;
    };
    let edits = inverse.into_iter().rev();
    to.push(Step {
        mark,
        inverse: edits.map(|edit| set.apply(edit)).collect(),
    });
    true
}
