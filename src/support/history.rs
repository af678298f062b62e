//! Undo and redo.

use super::{Edit, Listener, SupportSet};

/// Changes that can be taken back. An older one is forgotten, and with it the features of what it removed.
const DEPTH: usize = 100;

/// A change as a person made it: the edits that take it back, in the order in which they are to be applied.
type Inverse = Vec<Edit>;

/// What was done and what was undone.
#[derive(Debug, Clone, Default)]
pub struct History {
    done: Vec<Inverse>,
    undone: Vec<Inverse>,
}

impl History {
    /// Carries out a change as one step that can be undone; what had been undone is forgotten.
    pub fn commit(&mut self, set: &mut SupportSet, edits: Vec<Edit>, listener: &mut impl Listener) {
        self.done.push(run(set, edits, listener));
        self.undone.clear();
        if self.done.len() > DEPTH {
            self.done.remove(0);
        }
    }

    /// Takes back the last change; false if there is none.
    pub fn undo(&mut self, set: &mut SupportSet, listener: &mut impl Listener) -> bool {
        step(&mut self.done, &mut self.undone, set, listener)
    }

    /// Makes the change that was last taken back again; false if there is none.
    pub fn redo(&mut self, set: &mut SupportSet, listener: &mut impl Listener) -> bool {
        step(&mut self.undone, &mut self.done, set, listener)
    }

    /// Whether there is a change to take back.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// Whether there is a change to make again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }
}

fn run(set: &mut SupportSet, edits: Vec<Edit>, listener: &mut impl Listener) -> Inverse {
    let mut inverse: Inverse = edits
        .into_iter()
        .map(|edit| set.apply(edit, listener))
        .collect();
    inverse.reverse();
    inverse
}

fn step(
    from: &mut Vec<Inverse>,
    to: &mut Vec<Inverse>,
    set: &mut SupportSet,
    listener: &mut impl Listener,
) -> bool {
    let Some(edits) = from.pop() else {
        return false;
    };
    to.push(run(set, edits, listener));
    true
}
