//! The few examples that a stream keeps for replay.

use super::UerStream;
use serde::{Deserialize, Serialize};

/// Which examples stay when the memory is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemoryPolicy {
    /// Every observed example with the same probability (Vitter, "Random Sampling with a Reservoir", 1985,
    /// algorithm R).
    #[default]
    Reservoir,
    /// A random example of the largest class makes room for each new one.
    ClassBalanced,
}

/// An observed example.
#[derive(Debug, Clone)]
pub(super) struct Example {
    /// Its number among all observed examples.
    pub id: u64,
    /// Class index.
    pub label: usize,
    /// Its unit image `(width,)`.
    pub image: Vec<f32>,
}

impl UerStream {
    /// At most `replay` examples, drawn from memory without replacement.
    pub(super) fn draw(&mut self) -> Vec<Example> {
        let mut all: Vec<&Example> = self.memory.iter().collect();
        let n = self.recipe.replay.min(all.len());
        for i in 0..n {
            let other = i + self.random.below(all.len() - i);
            all.swap(i, other);
        }
        all.into_iter().take(n).cloned().collect()
    }

    /// Shows one more example to the memory, which may keep it.
    pub(super) fn offer(&mut self, example: Example) {
        self.observed += 1;
        if self.memory.len() < self.recipe.memory {
            self.memory.push(example);
            return;
        }
        let slot = match self.recipe.policy {
            MemoryPolicy::Reservoir => (self.random.uniform() * self.observed as f64) as usize,
            MemoryPolicy::ClassBalanced => self.of_largest_class(example.label),
        };
        if let Some(old) = self.memory.get_mut(slot) {
            *old = example;
        }
    }

    /// A random example of the class that would be largest with the newcomer; of its own class where that
    /// is as large, else of the lowest.
    fn of_largest_class(&mut self, newcomer: usize) -> usize {
        let mut counts = vec![0; self.classes.len()];
        for example in &self.memory {
            counts[example.label] += 1;
        }
        let with_newcomer = |&c: &usize| (counts[c] + usize::from(c == newcomer), c == newcomer);
        let kept = (0..counts.len()).rev().filter(|&c| counts[c] > 0);
        let largest = kept.max_by_key(with_newcomer);
        let own = |&i: &usize| Some(self.memory[i].label) == largest;
        let own: Vec<usize> = (0..self.memory.len()).filter(own).collect();
        own.get(self.random.below(own.len())).copied().unwrap_or(0)
    }
}
