//! Held-out scores by fitting again, for heads without a closed form.

use super::{FittedHead, Head, scores};
use crate::support::Task;
use ndarray::{Array2, Axis};

/// Splits the examples with these labels `(n,)` into `k` folds that are as equal as can be, each class spread over
/// them in turn. There is at least one fold and none is empty where there are examples.
pub fn folds(labels: &[usize], k: usize) -> Vec<Vec<usize>> {
    let n = labels.len();
    let k = k.min(n).max(1);
    let mut fold_of = vec![0; n];
    let mut place = 0;
    for class in 0..labels.iter().max().map_or(0, |most| most + 1) {
        for i in (0..n).filter(|&i| labels[i] == class) {
            fold_of[i] = place % k;
            place += 1;
        }
    }
    (0..k)
        .map(|fold| (0..n).filter(|&i| fold_of[i] == fold).collect())
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_share_out_every_example_once_and_every_class_evenly() {
        let labels = [2, 0, 0, 1, 0, 2, 0, 2, 2, 0, 1];
        let all = folds(&labels, 3);
        let mut seen: Vec<usize> = all.iter().flatten().copied().collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..labels.len()).collect::<Vec<_>>());
        for class in 0..3 {
            let counts = all
                .iter()
                .map(|fold| fold.iter().filter(|&&i| labels[i] == class).count());
            let (least, most) = (counts.clone().min().unwrap(), counts.max().unwrap());
            assert!(most - least <= 1);
        }
        assert_eq!(folds(&[0, 0], 5), [[0], [1]]);
        assert_eq!(folds(&[], 5), [Vec::<usize>::new()]);
    }
}
