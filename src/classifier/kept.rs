//! The default answer, kept up with the set: a change costs what has changed, not a fit.

use super::milestone::milestone;
use crate::Result;
use crate::heads::{
    FittedFused, Fused, Head, Kernel, Known, MOST, TextScores, groups, mean_direction,
};
use crate::numerics::linalg;
use crate::support::{ClassId, ExampleId, SupportSet};
use crate::task::{Task, stratified};
use ndarray::{Array2, ArrayView2};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Examples that tell how images are seen, at most. What they have in common and how much each stream is worth is known well
/// enough then, and to see all examples anew, which takes O(n^3), stays a matter of a few frames.
const LEARNED_FROM: usize = 256;

/// Share of these examples that must still be there for the view to stay.
const STILL_THERE: f64 = 0.75;

/// The kernel of the examples, and what it was learned from.
pub(super) struct Kept {
    /// How images are seen: a task without examples.
    view: Task,
    /// The examples that this was learned from.
    learned_from: Vec<ExampleId>,
    /// What stands at each place in the kernel.
    places: Vec<Place>,
    kernel: Arc<Kernel>,
    text: Option<Arc<TextScores>>,
}

/// The examples of a class that stand together, the one that was chosen first.
#[derive(Clone)]
struct Place {
    class: ClassId,
    examples: Vec<ExampleId>,
}

/// An example that takes part in answers.
struct InUse<'a> {
    id: ExampleId,
    class: usize,
    row: &'a [f32],
}

impl Kept {
    /// What is kept for a set, given what was kept for it before the last changes, and the answer that follows from it.
    pub fn follow(kept: Option<Self>, set: &SupportSet) -> Result<(Self, FittedFused)> {
        let all = in_use(set);
        let labels: Vec<usize> = all.iter().map(|example| example.class).collect();
        let number = |id: &ExampleId| all.binary_search_by_key(id, |example| example.id).ok();
        // Images are seen as such a number of first examples tells, most of which are still there.
        let first = &all[..milestone(all.len()).min(LEARNED_FROM)];
        let is_current = |kept: &Self| {
            let there = kept.learned_from.iter().filter_map(number).count();
            kept.learned_from.len() == first.len()
                && there as f64 >= STILL_THERE * first.len() as f64
        };
        let mut kept = match kept.filter(is_current) {
            Some(kept) => kept,
            None => Self::learn(set, first)?,
        };
        kept.follow_examples(set, &all, &labels);
        let view = Task::of_first(set, 0, 0).seen_as(&kept.view);
        let chosen = kept.places.iter().map(|place| &place.examples[0]);
        let examples: Vec<usize> = chosen.filter_map(number).collect();
        kept.follow_texts(&view, |place| all[examples[place]].row)?;
        let fitted = FittedFused::new(Known {
            view,
            kernel: kept.kernel.clone(),
            text: kept.text.clone(),
            labels: examples.iter().map(|&i| labels[i]).collect(),
            examples,
        });
        Ok((kept, fitted))
    }

    /// Learns how images are seen.
    fn learn(set: &SupportSet, first: &[InUse<'_>]) -> Result<Self> {
        let task = Fused::default().prepare(Task::of_first(set, first.len(), MOST))?;
        let view = task.subset(&[]);
        Ok(Self {
            kernel: Arc::new(Kernel::of(view.embeddings())),
            view,
            learned_from: first.iter().map(|example| example.id).collect(),
            places: Vec::new(),
            text: None,
        })
    }

    /// The examples of each place, as numbers of examples: where an example went before it stays, unless one that is new is more like it.
    fn groups(&self, set: &SupportSet, all: &[InUse<'_>], labels: &[usize]) -> Vec<Vec<usize>> {
        let chosen = stratified(labels, set.classes().len(), MOST);
        let number = |id: &ExampleId| all.binary_search_by_key(id, |example| example.id).ok();
        let (mut is_new, mut before) = (vec![true; all.len()], vec![None; all.len()]);
        for Place { class, examples } in &self.places {
            let of_class = |&i: &usize| set.classes()[labels[i]].id == *class;
            let mut there = examples.iter().map(|id| number(id).filter(of_class));
            let is_chosen = |i: &usize| chosen.binary_search(i).is_ok();
            if let Some(first) = there.next().flatten().filter(is_chosen) {
                is_new[first] = false;
                there.flatten().for_each(|i| before[i] = Some(first));
            }
        }
        let new: Vec<usize> = chosen.iter().copied().filter(|&i| is_new[i]).collect();
        let embedding = |i: usize| self.view.embedding_of(all[i].row);
        groups(labels, &chosen, &new, |i| before[i], embedding)
    }

    /// Takes in and out what differs from the examples of the set.
    fn follow_examples(&mut self, set: &SupportSet, all: &[InUse<'_>], labels: &[usize]) {
        let groups = self.groups(set, all, labels);
        let place = |group: &Vec<usize>| Place {
            class: set.classes()[labels[group[0]]].id,
            examples: group.iter().map(|&i| all[i].id).collect(),
        };
        let wanted: Vec<Place> = groups.iter().map(place).collect();
        let still = |place: &Place| {
            let at = wanted.binary_search_by_key(&place.examples[0], |wanted| wanted.examples[0]);
            at.ok().filter(|&at| wanted[at].examples == place.examples)
        };
        let there: Vec<Option<usize>> = self.places.iter().map(still).collect();
        let (kept, gone): (Vec<usize>, Vec<usize>) =
            (0..there.len()).partition(|&place| there[place].is_some());
        let mut order: Vec<usize> = there.into_iter().flatten().collect();
        let known: BTreeSet<usize> = order.iter().copied().collect();
        let mut new: Vec<usize> = (0..wanted.len()).filter(|i| !known.contains(i)).collect();
        // Where most of it changes a new inverse costs less.
        let afresh = 2 * (gone.len() + new.len()) > wanted.len();
        if afresh {
            (order, new) = (Vec::new(), (0..wanted.len()).collect());
        }
        let rows = new.iter().flat_map(|&i| {
            mean_direction(&groups[i], |example| {
                self.view.embedding_of(all[example].row)
            })
        });
        let rows: Vec<f32> = rows.collect();
        if afresh {
            let rows = ArrayView2::from_shape((new.len(), self.view.streams().width()), &rows);
            self.kernel = Arc::new(Kernel::of(rows.expect("each embedding has this width")));
            self.text = None;
        } else {
            let kernel = Arc::get_mut(&mut self.kernel).expect(ALONE);
            if !gone.is_empty() {
                kernel.remove(&gone);
                if let Some(text) = &mut self.text {
                    let text = Arc::get_mut(text).expect(ALONE);
                    text.scores = linalg::select(text.scores.view(), &kept);
                }
            }
            kernel.push(&rows);
        }
        order.extend(new);
        self.places = order.into_iter().map(|i| wanted[i].clone()).collect();
    }

    /// Scores the examples by the texts of the classes, those that have not been scored by these texts yet. `row` gives the
    /// unit row of the example at a place.
    fn follow_texts<'a>(&mut self, view: &Task, row: impl Fn(usize) -> &'a [f32]) -> Result<()> {
        let width = view.streams().width();
        let Some(fresh) = TextScores::of(view, Array2::zeros((0, width)).view())? else {
            self.text = None;
            return Ok(());
        };
        let known = self
            .text
            .take()
            .filter(|text| text.is_of_same_texts(&fresh));
        let mut text = known.unwrap_or_else(|| Arc::new(fresh));
        let new = text.scores.nrows()..self.places.len();
        if !new.is_empty() {
            let rows = new.clone().flat_map(|place| row(place).iter().copied());
            let rows = Array2::from_shape_vec((new.len(), width), rows.collect())
                .expect("each example has one row of this width");
            let text = Arc::get_mut(&mut text).expect(ALONE);
            let new = text.linear.scores(rows.view());
            text.scores = linalg::stack(std::mem::take(&mut text.scores), &new);
        }
        self.text = Some(text);
        Ok(())
    }
}

/// The examples of the classes that take part in answers, in order of their ids.
fn in_use(set: &SupportSet) -> Vec<InUse<'_>> {
    // Examples of a class mostly follow one another.
    let mut last = 0;
    let classes = set.classes();
    set.examples()
        .filter_map(|(id, example)| {
            if classes[last].id != example.class {
                last = set.index_of(example.class);
            }
            classes[last].enabled.then(|| InUse {
                id,
                class: last,
                row: set.row(example),
            })
        })
        .collect()
}

/// Why what is kept may be changed.
const ALONE: &str = "the answer that shared it is gone since the set has changed";
