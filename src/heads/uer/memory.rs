//! The few examples that a stream keeps for replay.

use crate::numerics::random::Random;
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

/// An example in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its number among all observed examples.
    pub id: u64,
    /// Class index.
    pub label: usize,
}

/// At most `capacity` unit images with their labels.
#[derive(Debug, Clone)]
pub(super) struct Memory {
    pub capacity: usize,
    pub policy: MemoryPolicy,
    /// Examples that were observed so far.
    pub observed: u64,
    pub entries: Vec<Entry>,
    /// The images `(entries, width)`.
    pub images: Vec<f32>,
    pub width: usize,
}

impl Memory {
    /// Numbers of at most n examples, drawn without replacement.
    pub fn draw(&self, random: &mut Random, n: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..self.entries.len()).collect();
        let n = n.min(all.len());
        for i in 0..n {
            let other = i + random.below(all.len() - i);
            all.swap(i, other);
        }
        all.truncate(n);
        all
    }

    /// Images `(m, width)` and labels `(m,)` of these examples.
    pub fn select(&self, at: &[usize]) -> (Vec<f32>, Vec<usize>) {
        let mut images = Vec::with_capacity(at.len() * self.width);
        for &i in at {
            images.extend_from_slice(&self.images[i * self.width..(i + 1) * self.width]);
        }
        (images, at.iter().map(|&i| self.entries[i].label).collect())
    }

    /// Shows one more example to the memory, which may keep it.
    pub fn offer(&mut self, random: &mut Random, image: &[f32], label: usize) {
        let entry = Entry {
            id: self.observed,
            label,
        };
        self.observed += 1;
        if self.entries.len() < self.capacity {
            self.entries.push(entry);
            self.images.extend_from_slice(image);
            return;
        }
        let slot = match self.policy {
            MemoryPolicy::Reservoir => (random.uniform() * self.observed as f64) as usize,
            MemoryPolicy::ClassBalanced => self.of_largest_class(random, label),
        };
        if let Some(old) = self.entries.get_mut(slot) {
            *old = entry;
            self.images[slot * self.width..(slot + 1) * self.width].copy_from_slice(image);
        }
    }

    /// A random example of the class that would be largest with the newcomer; of its own class where that
    /// is as large, else of the lowest.
    fn of_largest_class(&self, random: &mut Random, newcomer: usize) -> usize {
        let classes = self.entries.iter().map(|e| e.label + 1).max().unwrap_or(0);
        let mut counts = vec![0; classes.max(newcomer + 1)];
        for entry in &self.entries {
            counts[entry.label] += 1;
        }
        let with_newcomer = |c: usize| (counts[c] + usize::from(c == newcomer), c == newcomer);
        let largest = (0..counts.len())
            .rev()
            .filter(|&c| counts[c] > 0)
            .max_by_key(|&c| with_newcomer(c));
        let own: Vec<usize> = (0..self.entries.len())
            .filter(|&i| Some(self.entries[i].label) == largest)
            .collect();
        own.get(random.below(own.len())).copied().unwrap_or(0)
    }

    /// Keeps those entries for which `keep` gives their label from now on.
    pub fn retain(&mut self, keep: impl Fn(Entry) -> Option<usize>) {
        let mut kept = Vec::with_capacity(self.entries.len());
        for (i, &entry) in self.entries.iter().enumerate() {
            if let Some(label) = keep(entry) {
                let own = i * self.width..(i + 1) * self.width;
                self.images.copy_within(own, kept.len() * self.width);
                kept.push(Entry { label, ..entry });
            }
        }
        self.images.truncate(kept.len() * self.width);
        self.entries = kept;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(capacity: usize, policy: MemoryPolicy) -> Memory {
        Memory {
            capacity,
            policy,
            observed: 0,
            entries: Vec::new(),
            images: Vec::new(),
            width: 1,
        }
    }

    #[test]
    fn a_reservoir_keeps_every_example_equally_often() {
        const OBSERVED: usize = 40;
        const RUNS: usize = 4000;
        let mut kept = [0_u32; OBSERVED];
        let mut random = Random::new(1);
        for _ in 0..RUNS {
            let mut memory = memory(10, MemoryPolicy::Reservoir);
            for i in 0..OBSERVED {
                memory.offer(&mut random, &[i as f32], 0);
            }
            for (entry, &image) in memory.entries.iter().zip(&memory.images) {
                assert_eq!(entry.id as f32, image);
                kept[entry.id as usize] += 1;
            }
        }
        // Each count is binomial with mean 1000 and variance 750; their sum is fixed, so the statistic below follows
        // chi squared with 39 degrees of freedom, which exceeds 73 once in a thousand.
        let statistic: f64 = kept
            .iter()
            .map(|&n| (f64::from(n) - 1000.0).powi(2) / 750.0)
            .sum::<f64>()
            * (OBSERVED - 1) as f64
            / OBSERVED as f64;
        assert!(statistic < 73.0, "chi squared {statistic}: {kept:?}");
    }

    #[test]
    fn a_balanced_memory_gives_every_class_its_share() {
        let mut random = Random::new(2);
        let mut memory = memory(12, MemoryPolicy::ClassBalanced);
        for i in 0..300 {
            // Class 0 comes first and most often.
            let label = if i < 200 { 0 } else { 1 + i % 3 };
            memory.offer(&mut random, &[i as f32], label);
        }
        let count = |label| memory.entries.iter().filter(|e| e.label == label).count();
        assert_eq!([0, 1, 2, 3].map(count), [3; 4]);
    }

    #[test]
    fn a_balanced_memory_smaller_than_the_classes_stays_full() {
        let mut random = Random::new(3);
        for capacity in [0, 1, 2] {
            let mut memory = memory(capacity, MemoryPolicy::ClassBalanced);
            for i in 0..20 {
                memory.offer(&mut random, &[i as f32], i % 5);
            }
            assert_eq!(memory.entries.len(), capacity);
        }
    }

    #[test]
    fn draws_are_without_replacement_and_reach_everything() {
        let mut random = Random::new(4);
        let mut memory = memory(9, MemoryPolicy::Reservoir);
        for i in 0..9 {
            memory.offer(&mut random, &[i as f32], i);
        }
        let mut seen = [false; 9];
        for _ in 0..100 {
            let mut drawn = memory.draw(&mut random, 4);
            drawn.iter().for_each(|&i| seen[i] = true);
            drawn.sort_unstable();
            drawn.dedup();
            assert_eq!(drawn.len(), 4);
        }
        assert_eq!(seen, [true; 9]);
        assert_eq!(memory.draw(&mut random, 50).len(), 9);
        memory.retain(|e| (e.label % 2 == 0).then_some(e.label / 2));
        assert_eq!(memory.images, [0.0, 2.0, 4.0, 6.0, 8.0]);
        assert_eq!(memory.select(&[3, 1]), (vec![6.0, 2.0], vec![3, 1]));
    }
}
