//! Naive Bayes, kept up with the set: its statistics grow with each class, and how sure it may be is learned at milestones.

use super::milestone::milestone;
use crate::heads::{HeadSpec, NaiveBayes, Statistics};
use crate::support::{ClassId, ExampleId, Role, SupportSet};
use crate::task::Task;
use crate::validation::{ENOUGH, Thresholds};
use crate::{Recogniser, Result};
use std::collections::BTreeMap;

/// Examples that naive Bayes learns its thresholds from at most: ten times what is held out of them.
const MOST_FOR_THRESHOLDS: usize = 10 * ENOUGH;

/// The first examples, with their classes.
type First = Vec<(ExampleId, ClassId)>;

/// What naive Bayes knows of a set.
#[derive(Default)]
pub(super) struct Running {
    classes: BTreeMap<ClassId, Summed>,
    /// The first examples and the negatives, with what was learned from them; it holds while they stay as they are.
    milestone: Option<(First, Vec<ExampleId>, Thresholds)>,
}

/// The statistics of a class, and the examples that they are of.
struct Summed {
    examples: Vec<ExampleId>,
    statistics: Statistics,
}

impl Running {
    /// The answer for a set as it is now. A class that has only gained examples takes these in, in the order of their ids; any
    /// other that has changed is summed afresh, so that the same set always has the same statistics.
    pub fn follow(&mut self, set: &SupportSet, recipe: &NaiveBayes) -> Result<Recogniser> {
        let mut all = Vec::new();
        let mut classes = vec![Vec::new(); set.classes().len()];
        // How many of the first examples hold two of every class, or the one that it has: without them nothing would be known
        // of the classes that came last.
        let mut representative = 0;
        for (id, example) in set.examples() {
            let place = set.index_of(example.class);
            if set.classes()[place].enabled {
                all.push((id, example.class));
                classes[place].push((id, &*example.row));
                if classes[place].len() <= 2 {
                    representative = all.len();
                }
            }
        }
        let mut before = std::mem::take(&mut self.classes);
        for (class, now) in set.classes().iter().zip(&classes) {
            let ids = || now.iter().map(|&(id, _)| id);
            let starts_alike = |known: &Summed| {
                let first = ids().take(known.examples.len());
                first.eq(known.examples.iter().copied())
            };
            let known = before.remove(&class.id).filter(starts_alike);
            let mut summed = known.unwrap_or_else(|| Summed {
                examples: Vec::new(),
                statistics: Statistics::new(set.streams().width()),
            });
            for &(id, row) in &now[summed.examples.len()..] {
                summed.examples.push(id);
                summed.statistics.add(row);
            }
            self.classes.insert(class.id, summed);
        }
        all.truncate(milestone(all.len()).max(representative));
        let spec = HeadSpec::NaiveBayes(recipe.clone());
        let thresholds = self.thresholds(set, &spec, all)?;
        let statistics = set.classes().iter();
        let statistics = statistics.map(|class| &self.classes[&class.id].statistics);
        let statistics: Vec<_> = statistics.collect();
        let task = Task::of_first(set, 0, 0);
        let head = Box::new(recipe.fit_statistics(&statistics, &task)?);
        Ok(Recogniser::with_thresholds(&spec, head, task, thresholds))
    }

    /// The thresholds that these first examples give, and the negatives.
    fn thresholds(
        &mut self,
        set: &SupportSet,
        spec: &HeadSpec,
        first: First,
    ) -> Result<Thresholds> {
        let negatives: Vec<ExampleId> = set.classless(Role::Negative).map(|(id, _)| id).collect();
        if let Some((examples, beside, thresholds)) = &self.milestone
            && (examples, beside) == (&first, &negatives)
        {
            return Ok(thresholds.clone());
        }
        let task = Task::of_first(set, first.len(), MOST_FOR_THRESHOLDS);
        let thresholds = Thresholds::learn(&spec.held_out(&task, ENOUGH)?);
        self.milestone = Some((first, negatives, thresholds.clone()));
        Ok(thresholds)
    }
}
