//! The examples as one view sees them: a change costs what has changed, not a fit.

use super::milestone::{FEW, milestone};
use crate::Result;
use crate::heads::{FittedFused, Kernel, Known, PLACES, TextScores, groups, mean_direction};
use crate::numerics::linalg;
use crate::support::{ClassId, ExampleId, SupportSet};
use crate::task::{Task, stratified};
use ndarray::{Array2, ArrayView2};
use std::sync::Arc;

/// Examples that tell how images are seen, at most: their mean is then known to a sixteenth of their scatter, and a new view, with its
/// new inverse, would see little more.
const LEARNED_FROM: usize = 256;

/// Share of these examples that must still be there for the view to stay. Just before the next milestone, too, a view knows no more than
/// two thirds to three quarters of its set.
const STILL_THERE: f64 = 0.75;

/// The examples of the classes that take part in answers, in order of their ids.
pub(super) struct InUse<'a> {
    pub set: &'a SupportSet,
    ids: Vec<ExampleId>,
    rows: Vec<&'a [f32]>,
    /// The class of each, by its number.
    labels: Vec<usize>,
}

impl<'a> InUse<'a> {
    pub fn of(set: &'a SupportSet) -> Self {
        let (mut ids, mut rows, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        // Examples of a class mostly follow one another.
        let (classes, mut last) = (set.classes(), 0);
        for (id, example) in set.examples() {
            if classes[last].id != example.class {
                last = set.index_of(example.class);
            }
            if classes[last].enabled {
                ids.push(id);
                rows.push(&*example.row);
                labels.push(last);
            }
        }
        Self {
            set,
            ids,
            rows,
            labels,
        }
    }

    fn number(&self, id: &ExampleId) -> Option<usize> {
        self.ids.binary_search(id).ok()
    }

    fn class(&self, example: usize) -> ClassId {
        self.set.classes()[self.labels[example]].id
    }

    /// The first examples, which tell how images are seen, with their classes.
    pub fn first(&self) -> Vec<(ExampleId, ClassId)> {
        let first = 0..milestone(self.ids.len()).min(LEARNED_FROM);
        first.map(|i| (self.ids[i], self.class(i))).collect()
    }
}

/// The examples of a class that stand together, the one that was chosen first.
#[derive(Clone)]
struct Place {
    class: ClassId,
    examples: Vec<ExampleId>,
}

/// The kernel of the examples, and what it was learned from.
pub(super) struct Seen {
    /// How images are seen: a task without examples.
    pub view: Task,
    /// The examples that this was learned from.
    pub learned_from: Vec<(ExampleId, ClassId)>,
    /// What stands at each place in the kernel; places beyond its length wait to be taken in.
    places: Vec<Place>,
    kernel: Arc<Kernel>,
    text: Option<Arc<TextScores>>,
}

impl Seen {
    /// No examples yet, to be seen as in a task without any.
    pub fn new(view: Task, learned_from: Vec<(ExampleId, ClassId)>) -> Self {
        Self {
            kernel: Arc::new(Kernel::of(view.embeddings())),
            view,
            learned_from,
            places: Vec::new(),
            text: None,
        }
    }

    /// Whether as many examples tell how images are seen as this was learned from, most of which are still there; of a few, all.
    pub fn is_current(&self, all: &InUse<'_>) -> bool {
        let n = all.first().len();
        if n <= FEW {
            return self.learned_from == all.first();
        }
        let there = self.learned_from.iter();
        let there = there.filter_map(|(id, _)| all.number(id)).count();
        self.learned_from.len() == n && there as f64 >= STILL_THERE * n as f64
    }

    /// Whether there are so many more examples by now that the kernel would be made anew.
    pub fn is_outgrown(&self, all: &InUse<'_>) -> bool {
        2 * self.kernel.len() < all.ids.len().min(PLACES)
    }

    /// Takes in and out what differs from the examples of the set, as far as so many multiply-adds go. Whether all is done.
    pub fn follow(&mut self, all: &InUse<'_>, mut budget: u64) -> Result<bool> {
        self.take_out(all, &mut budget);
        let all_have_places = budget > 0;
        self.take_in(all, budget);
        self.follow_texts(all)?;
        Ok(all_have_places && self.kernel.len() == self.places.len())
    }

    /// The answer that follows.
    pub fn fitted(&self, all: &InUse<'_>) -> FittedFused {
        let chosen = self.places.iter().map(|place| &place.examples[0]);
        let examples: Vec<usize> = chosen.filter_map(|id| all.number(id)).collect();
        FittedFused::new(Known {
            view: self.view_now(all),
            kernel: self.kernel.clone(),
            text: self.text.clone(),
            labels: examples.iter().map(|&i| all.labels[i]).collect(),
            examples,
        })
    }

    /// The classes and texts of now, seen so.
    fn view_now(&self, all: &InUse<'_>) -> Task {
        Task::of_first(all.set, 0, 0).seen_as(&self.view)
    }

    /// The examples of each place, as numbers of examples: where an example went before it stays, unless one that is new is more like it.
    fn groups(&self, all: &InUse<'_>, budget: &mut u64) -> Vec<Vec<usize>> {
        let labels = &all.labels;
        let chosen = stratified(labels, all.set.classes().len(), PLACES);
        let (mut is_new, mut before) = (vec![true; labels.len()], vec![None; labels.len()]);
        for Place { class, examples } in &self.places {
            let of_class = |&i: &usize| all.class(i) == *class;
            let mut there = examples.iter().map(|id| all.number(id).filter(of_class));
            let is_chosen = |i: &usize| chosen.binary_search(i).is_ok();
            if let Some(first) = there.next().flatten().filter(is_chosen) {
                is_new[first] = false;
                there.flatten().for_each(|i| before[i] = Some(first));
            }
        }
        let new: Vec<usize> = chosen.iter().copied().filter(|&i| is_new[i]).collect();
        let embedding = |i: usize| self.view.embedding_of(all.rows[i]);
        groups(labels, &chosen, &new, |i| before[i], embedding, budget)
    }

    /// Takes out the places that are no longer there as they were; those that are new wait.
    fn take_out(&mut self, all: &InUse<'_>, budget: &mut u64) {
        let place = |group: Vec<usize>| Place {
            class: all.class(group[0]),
            examples: group.iter().map(|&i| all.ids[i]).collect(),
        };
        let wanted: Vec<Place> = self.groups(all, budget).into_iter().map(place).collect();
        let still = |place: &Place| {
            let at = wanted.binary_search_by_key(&place.examples[0], |wanted| wanted.examples[0]);
            at.ok().filter(|&at| wanted[at].examples == place.examples)
        };
        let there: Vec<Option<usize>> = self.places.iter().map(still).collect();
        let (kept, gone): (Vec<usize>, Vec<usize>) =
            (0..self.kernel.len()).partition(|&place| there[place].is_some());
        let mut order: Vec<usize> = there.into_iter().flatten().collect();
        if gone.len() > kept.len() {
            // A new inverse costs less.
            self.kernel = Arc::new(Kernel::of(self.view.embeddings()));
            self.text = None;
            order.clear();
        } else if !gone.is_empty() {
            Arc::make_mut(&mut self.kernel).remove(&gone);
            if let Some(text) = &mut self.text {
                let text = Arc::make_mut(text);
                text.scores = linalg::select(text.scores.view(), &kept);
            }
        }
        let mut is_known = vec![false; wanted.len()];
        order.iter().for_each(|&i| is_known[i] = true);
        order.extend((0..wanted.len()).filter(|&i| !is_known[i]));
        self.places = order.into_iter().map(|i| wanted[i].clone()).collect();
    }

    /// Takes in the places that wait, as far as the budget goes.
    fn take_in(&mut self, all: &InUse<'_>, mut budget: u64) {
        let (n, width) = (self.kernel.len(), self.view.streams().width());
        let mut end = n;
        while end < self.places.len() && budget > 0 {
            // Those of single precision take half as long.
            budget = budget.saturating_sub((end * (width / 2 + 2 * end)) as u64);
            end += 1;
        }
        let rows = self.places[n..end].iter().flat_map(|place| {
            let group = place.examples.iter().filter_map(|id| all.number(id));
            let group: Vec<usize> = group.collect();
            mean_direction(&group, |i| self.view.embedding_of(all.rows[i]))
        });
        let rows: Vec<f32> = rows.collect();
        if n == 0 {
            let rows = ArrayView2::from_shape((end, width), &rows);
            self.kernel = Arc::new(Kernel::of(rows.expect(linalg::WHOLE)));
        } else {
            Arc::make_mut(&mut self.kernel).push(&rows);
        }
    }

    /// Scores the examples in the kernel by the texts of the classes, those that have not been scored by these texts yet.
    fn follow_texts(&mut self, all: &InUse<'_>) -> Result<()> {
        let width = self.view.streams().width();
        let none = Array2::zeros((0, width));
        let Some(fresh) = TextScores::of(&self.view_now(all), none.view())? else {
            self.text = None;
            return Ok(());
        };
        let known = self.text.take();
        let known = known.filter(|text| text.linear == fresh.linear);
        let mut text = known.unwrap_or_else(|| Arc::new(fresh));
        let new = &self.places[text.scores.nrows()..self.kernel.len()];
        if !new.is_empty() {
            let first = new
                .iter()
                .filter_map(|place| all.number(&place.examples[0]));
            let rows = first.flat_map(|i| all.rows[i].iter().copied());
            let rows =
                Array2::from_shape_vec((new.len(), width), rows.collect()).expect(linalg::WHOLE);
            let text = Arc::make_mut(&mut text);
            let new = text.linear.scores(rows.view());
            text.scores = linalg::stack(std::mem::take(&mut text.scores), &new);
        }
        self.text = Some(text);
        Ok(())
    }
}
