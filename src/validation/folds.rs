//! k-fold, stratified: which examples are held out together.

use crate::numerics::Measured;
use crate::task::Task;

/// Folds at most. A class with fewer examples than that has one of them in each of as many folds.
pub(crate) static FOLDS: Measured = Measured::new("folds.FOLDS", 5.0);

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

/// The folds of a task that are needed to hold out `limit` examples: lists of examples. None where no class has two.
pub(crate) fn plan(task: &Task, limit: usize) -> Vec<Vec<usize>> {
    let most = task.counts().into_iter().max().unwrap_or(0);
    if most < 2 {
        return Vec::new();
    }
    let mut held = 0;
    folds(task.labels(), most.min(FOLDS.get() as usize))
        .into_iter()
        .take_while(|fold| {
            let wanted = held < limit;
            held += fold.len();
            wanted
        })
        .collect()
}
