//! k-fold, stratified: which examples are held out together.

use crate::task::Task;

/// Folds at most. A class with fewer examples than that has one of them in each of as many folds.
pub(crate) const FOLDS: usize = 5;

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
    folds(task.labels(), most.min(FOLDS))
        .into_iter()
        .take_while(|fold| {
            let wanted = held < limit;
            held += fold.len();
            wanted
        })
        .collect()
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
