//! Scores of examples that a head has not seen, by fitting it again without them.

use super::{FittedHead, Head, HeadSpec, scores};
use crate::Result;
use crate::task::Task;
use crate::validation::{HeldOut, plan};
use ndarray::{Array2, Axis};

impl HeadSpec {
    /// Scores of at least `limit` examples of a task that the head has [`HeadSpec::prepare`]d, or of all that can be held out,
    /// by fits to the others.
    ///
    /// # Errors
    /// Those of [`HeadSpec::fit`].
    pub fn held_out(&self, task: &Task, limit: usize) -> Result<HeldOut> {
        let mut all = HeldOut::none(task.n_classes());
        let mut fit = self.without(task);
        for fold in plan(task, limit) {
            let (head, rest) = fit(&fold)?;
            let rows = task.features().select(Axis(0), &fold);
            let scale = head.prior_temperature() as f32;
            let logits = scores(head.as_ref(), &rest, rows.view()) / scale;
            all.append(HeldOut::new(task, fold, logits));
        }
        Ok(all)
    }
}

/// Each example for itself: with these groups, [`held_out`] leaves one out.
pub(super) fn singles(examples: &[usize]) -> Vec<Vec<usize>> {
    examples.iter().map(|&i| vec![i]).collect()
}

/// Leave-one-out scores `(m, C)` of m examples by their definition: a fit for each of them.
pub(super) fn refitted<H: Head>(recipe: &H, task: &Task, examples: &[usize]) -> Array2<f32> {
    held_out(task, examples, &singles(examples), &|rest, _| {
        let head = recipe.fit(rest);
        Box::new(head.expect("a recipe that fitted all examples fits fewer"))
    })
}

/// Fits a head to what is left of a task, told which examples those are.
type Refit<'a> = dyn Fn(&Task, &[usize]) -> Box<dyn FittedHead> + 'a;

/// Scores `(m, C)` of m examples, each by a head fitted without the group that it is in.
pub(super) fn held_out(
    task: &Task,
    examples: &[usize],
    groups: &[Vec<usize>],
    fit: &Refit<'_>,
) -> Array2<f32> {
    let mut out = Array2::from_elem((examples.len(), task.n_classes()), f32::NEG_INFINITY);
    for group in groups {
        let asked: Vec<usize> = (0..examples.len())
            .filter(|&e| group.contains(&examples[e]))
            .collect();
        if asked.is_empty() {
            continue;
        }
        let kept: Vec<usize> = (0..task.n_examples())
            .filter(|i| !group.contains(i))
            .collect();
        let rest = task.subset(&kept);
        let head = fit(&rest, &kept);
        let rows: Vec<usize> = asked.iter().map(|&e| examples[e]).collect();
        let found = scores(
            head.as_ref(),
            &rest,
            task.features().select(Axis(0), &rows).view(),
        );
        for (row, e) in found.rows().into_iter().zip(asked) {
            out.row_mut(e).assign(&row);
        }
    }
    out
}
