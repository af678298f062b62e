//! Groups of examples that are held out together.

use crate::heads::{FittedHead, Query, Scratch};
use crate::numerics::order::{distinct, sort_indices};
use crate::numerics::random::Random;
use crate::task::Task;
use ndarray::Array2;

/// Groups where examples are not left out one by one.
const GROUPS: usize = 5;

/// The group of each example.
#[derive(Debug, Clone)]
pub(super) struct Folds(Vec<usize>);

impl Folds {
    /// Each example alone, or five groups with equal shares of every class.
    pub fn new(labels: &[usize], alone: bool, seed: u64) -> Self {
        let n = labels.len();
        if alone || n <= GROUPS {
            return Self((0..n).collect());
        }
        let mut random = Random::new(seed);
        let mut shuffled: Vec<usize> = (0..n).collect();
        random.shuffle(&mut shuffled);
        let mut order: Vec<usize> = (0..n).collect();
        sort_indices(&mut order, &|a, b| {
            labels[shuffled[a]].cmp(&labels[shuffled[b]])
        });
        let mut fold = vec![0; n];
        for (place, &i) in order.iter().enumerate() {
            fold[shuffled[i]] = place % GROUPS;
        }
        Self(fold)
    }

    /// Those of the examples that lie in the first groups, as many groups as are needed for so many examples.
    pub fn first(&self, mut examples: Vec<usize>, enough: usize) -> Vec<usize> {
        let mut group: Vec<usize> = examples.iter().map(|&i| self.0[i]).collect();
        sort_indices(&mut group, &|a, b| a.cmp(&b));
        if let Some(&last) = group.get(enough.saturating_sub(1)) {
            examples.retain(|&i| self.0[i] <= last);
        }
        examples
    }

    /// The groups that hold any of these examples: `(held out, the rest)`.
    pub fn splits(&self, examples: &[usize]) -> impl Iterator<Item = (Vec<usize>, Vec<usize>)> {
        distinct(examples.iter().map(|&i| self.0[i]).collect())
            .into_iter()
            .map(|fold| (0..self.0.len()).partition(|&i| self.0[i] == fold))
    }
}

/// Scores `(m, C)` of m examples by heads that were fitted without their groups.
pub(super) fn held_out(
    task: &Task,
    examples: &[usize],
    folds: &Folds,
    fit: &dyn Fn(&Task) -> Box<dyn FittedHead>,
) -> Array2<f32> {
    let mut out = Array2::zeros((examples.len(), task.n_classes()));
    for (left_out, rest) in folds.splits(examples) {
        let fitted = fit(&task.subset(&rest));
        let mut scratch = Scratch::default();
        for (&i, mut out) in examples.iter().zip(out.rows_mut()) {
            if left_out.binary_search(&i).is_ok() {
                let query = Query {
                    row: task.row(i),
                    similarities: &[],
                };
                fitted.scores_into(
                    query,
                    &mut scratch,
                    out.as_slice_mut().expect("a fresh array is row-major"),
                );
            }
        }
    }
    out
}
