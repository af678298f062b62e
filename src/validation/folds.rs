//! k-fold, stratified: which examples are held out together.

use crate::numerics::Measured;
use crate::task::class_counts;

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

/// The folds of examples with these labels `(n,)`, at most so many. None where no class has two.
pub(crate) fn folds_at_most(labels: &[usize], most: usize) -> Vec<Vec<usize>> {
    let classes = labels.iter().max().map_or(0, |last| last + 1);
    match class_counts(labels, classes).into_iter().max() {
        Some(largest @ 2..) => folds(labels, largest.min(most)),
        _ => Vec::new(),
    }
}

/// How many of these folds hold out `limit` examples; all where they hold fewer.
pub(crate) fn enough(folds: &[Vec<usize>], limit: usize) -> usize {
    let held = folds.iter().scan(0, |held, fold| {
        Some(std::mem::replace(held, *held + fold.len()))
    });
    held.take_while(|&held| held < limit).count()
}

/// The folds that are needed to hold out `limit` of the examples with these labels.
pub(crate) fn plan(labels: &[usize], limit: usize) -> Vec<Vec<usize>> {
    let mut folds = folds_at_most(labels, FOLDS.get() as usize);
    folds.truncate(enough(&folds, limit));
    folds
}
