//! The few examples that a stream keeps for replay.

use super::Uer;
use crate::numerics::random::Random;
use crate::task::class_counts;
use serde::{Deserialize, Serialize};

/// Which examples stay when the memory is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MemoryPolicy {
    /// Every observed example with the same probability (Vitter, "Random Sampling with a Reservoir", 1985, algorithm R).
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
    /// Its embedding `(width,)`, of unit length.
    pub row: Vec<f32>,
}

/// At most so many examples, drawn from memory without replacement.
pub(super) fn draw(memory: &[Example], most: usize, random: &mut Random) -> Vec<Example> {
    let mut all: Vec<&Example> = memory.iter().collect();
    let n = most.min(all.len());
    for i in 0..n {
        let other = i + random.below(all.len() - i);
        all.swap(i, other);
    }
    all.into_iter().take(n).cloned().collect()
}

/// Shows an example, the last of so many observed ones, to the memory, which may keep it.
pub(super) fn offer(
    memory: &mut Vec<Example>,
    example: Example,
    observed: u64,
    recipe: &Uer,
    random: &mut Random,
) {
    if memory.len() < recipe.memory {
        memory.push(example);
        return;
    }
    let slot = match recipe.policy {
        MemoryPolicy::Reservoir => (random.uniform() * observed as f64) as usize,
        MemoryPolicy::ClassBalanced => of_largest_class(memory, example.label, random),
    };
    if let Some(old) = memory.get_mut(slot) {
        *old = example;
    }
}

/// A random example of the class that would be largest with the newcomer; of its own class where that is as large, else of the lowest.
fn of_largest_class(memory: &[Example], newcomer: usize, random: &mut Random) -> usize {
    let labels: Vec<usize> = memory.iter().map(|e| e.label).collect();
    let counts = class_counts(&labels, labels.iter().max().map_or(0, |most| most + 1));
    let with_newcomer = |&c: &usize| (counts[c] + usize::from(c == newcomer), c == newcomer);
    let kept = (0..counts.len()).rev().filter(|&c| counts[c] > 0);
    let largest = kept.max_by_key(with_newcomer);
    let own: Vec<usize> = (0..labels.len())
        .filter(|&i| Some(labels[i]) == largest)
        .collect();
    own.get(random.below(own.len())).copied().unwrap_or(0)
}
