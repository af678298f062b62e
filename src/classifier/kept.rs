//! The default answer, kept up with the set: a change costs what has changed, not a fit.

use crate::Result;
use crate::heads::{FittedFused, Fused, Head, Kernel, Known, MOST, TextScores};
use crate::support::{ExampleId, SupportSet};
use crate::task::{Task, stratified};
use ndarray::{Array2, Axis};
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
    /// The example of each place in the kernel.
    places: Vec<ExampleId>,
    kernel: Arc<Kernel>,
    text: Option<Arc<TextScores>>,
}

/// An example that takes part in answers.
struct InUse<'a> {
    id: ExampleId,
    class: usize,
    row: &'a [f32],
}

impl Kept {
    /// What is kept for a set, given what was kept for it before the last changes, and the answer that follows from it.
    ///
    /// # Errors
    /// None that a set can cause.
    pub fn follow(kept: Option<Self>, set: &SupportSet) -> Result<(Self, FittedFused)> {
        let all = in_use(set);
        let labels: Vec<usize> = all.iter().map(|example| example.class).collect();
        let chosen = stratified(&labels, set.classes().len(), MOST);
        let number = |id: &ExampleId| all.binary_search_by_key(id, |example| example.id).ok();

        let first = &all[..milestone(all.len())];
        let kept = match kept.filter(|kept| kept.is_current(first.len(), &number)) {
            Some(kept) => kept,
            None => Self::learn(set, first)?,
        };
        let mut kept = kept.with_examples(&all, &chosen, &number);
        let view = Task::of_first(set, 0, 0).seen_as(&kept.view);
        kept.follow_texts(&view, |id| {
            all[number(&id).expect("a place is of an example in use")].row
        })?;
        let examples: Vec<usize> = kept.places.iter().filter_map(number).collect();
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

    /// Whether images are seen as such a number of first examples tells, most of which are still there.
    fn is_current(&self, first: usize, number: &impl Fn(&ExampleId) -> Option<usize>) -> bool {
        let there = self.learned_from.iter().filter_map(number).count();
        self.learned_from.len() == first && there as f64 >= STILL_THERE * first as f64
    }

    /// The same with these examples, given as places among all.
    fn with_examples(
        mut self,
        all: &[InUse<'_>],
        chosen: &[usize],
        number: &impl Fn(&ExampleId) -> Option<usize>,
    ) -> Self {
        let mut wanted = vec![false; all.len()];
        chosen.iter().for_each(|&i| wanted[i] = true);
        let mut known = vec![false; all.len()];
        let mut gone = Vec::new();
        for (place, id) in self.places.iter().enumerate() {
            match number(id).filter(|&i| wanted[i]) {
                Some(i) => known[i] = true,
                None => gone.push(place),
            }
        }
        let new: Vec<&InUse<'_>> = (chosen.iter().filter(|&&i| !known[i]))
            .map(|&i| &all[i])
            .collect();
        // Where most of it changes a new inverse costs less.
        if 2 * (gone.len() + new.len()) > chosen.len() {
            let mut rows = Array2::zeros((chosen.len(), self.view.streams().width()));
            for (mut row, &i) in rows.rows_mut().into_iter().zip(chosen) {
                row.iter_mut()
                    .zip(self.view.embedding_of(all[i].row))
                    .for_each(|(out, v)| *out = v);
            }
            self.kernel = Arc::new(Kernel::of(rows.view()));
            self.places = chosen.iter().map(|&i| all[i].id).collect();
            self.text = None;
            return self;
        }
        let kernel = Arc::get_mut(&mut self.kernel).expect(ALONE);
        if !gone.is_empty() {
            kernel.remove(&gone);
            let stay = |place: &usize| gone.binary_search(place).is_err();
            let kept: Vec<usize> = (0..self.places.len()).filter(stay).collect();
            if let Some(text) = &mut self.text {
                let text = Arc::get_mut(text).expect(ALONE);
                text.scores = text.scores.select(Axis(0), &kept);
            }
            self.places = kept.into_iter().map(|place| self.places[place]).collect();
        }
        if !new.is_empty() {
            let images: Vec<f32> = new
                .iter()
                .flat_map(|example| self.view.embedding_of(example.row))
                .collect();
            kernel.push(&images);
            self.places.extend(new.iter().map(|example| example.id));
        }
        self
    }

    /// Scores the examples by the texts of the classes, those that have not been scored by these texts yet.
    fn follow_texts<'a>(
        &mut self,
        view: &Task,
        row: impl Fn(ExampleId) -> &'a [f32],
    ) -> Result<()> {
        let width = view.streams().width();
        let rows = |places: &[ExampleId]| {
            let rows = places
                .iter()
                .flat_map(|&id| row(id).iter().copied())
                .collect();
            Array2::from_shape_vec((places.len(), width), rows)
                .expect("each example has one row of this width")
        };
        let none = Array2::zeros((0, width));
        let Some(fresh) = TextScores::of(view, none.view())? else {
            self.text = None;
            return Ok(());
        };
        let known = self
            .text
            .take()
            .filter(|text| text.is_of_same_texts(&fresh));
        let mut text = known.unwrap_or_else(|| Arc::new(fresh));
        let scored = text.scores.nrows();
        if scored < self.places.len() {
            let text = Arc::get_mut(&mut text).expect(ALONE);
            let new = text.linear.scores(rows(&self.places[scored..]).view());
            text.scores
                .append(Axis(0), new.view())
                .expect("both have one column a class");
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

/// How many of the first examples tell how images are seen, out of n.
fn milestone(n: usize) -> usize {
    super::milestone::milestone(n).min(LEARNED_FROM)
}
