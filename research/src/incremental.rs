//! Class-incremental streams: classes come task by task, and what was learned first may be forgotten.
//!
//! An *accuracy matrix* `(T, T)` holds in row t the accuracy on each task after task t was
//! learned.
//!
//! ```
//! use handful_research::incremental::{class_incremental, forgetting};
//! assert_eq!(class_incremental(&[4, 0, 3, 1, 2], 2), [vec![4, 0], vec![3, 1, 2]]);
//! // The first task fell from 0.9 to 0.5.
//! let accuracy = ndarray::array![[0.9, 0.0], [0.5, 0.8]];
//! assert!((forgetting(accuracy.view()) - 0.2).abs() < 1e-12);
//! ```

use ndarray::{ArrayView2, s};

/// The classes of each task: `order` cut into at most `n_tasks` runs of one length; the last takes the remainder.
pub fn class_incremental(order: &[usize], n_tasks: usize) -> Vec<Vec<usize>> {
    let n_tasks = n_tasks.clamp(1, order.len().max(1));
    let each = order.len() / n_tasks;
    (0..n_tasks)
        .map(|t| {
            let end = if t + 1 == n_tasks {
                order.len()
            } else {
                (t + 1) * each
            };
            order[t * each..end].to_vec()
        })
        .collect()
}

/// How far the accuracy on a task fell from its best, summed over the tasks.
fn lost(accuracy: ArrayView2<'_, f64>) -> f64 {
    let Some(last) = accuracy.rows().into_iter().next_back() else {
        return 0.0;
    };
    let best = |task: usize| accuracy.column(task).iter().copied().fold(0.0, f64::max);
    last.iter().enumerate().map(|(k, end)| best(k) - end).sum()
}

/// Average forgetting of an accuracy matrix `(T, T)`: how far each task fell from its best, the last row included,
/// as a mean over all T tasks.
pub fn forgetting(accuracy: ArrayView2<'_, f64>) -> f64 {
    lost(accuracy) / accuracy.nrows().max(1) as f64
}

/// The same as a mean over the T - 1 tasks before the last, which cannot be forgotten.
pub fn forgetting_classic(accuracy: ArrayView2<'_, f64>) -> f64 {
    lost(accuracy) / accuracy.nrows().saturating_sub(1).max(1) as f64
}

/// Mean accuracy over all tasks at the end; 0 for an empty matrix.
pub fn final_accuracy(accuracy: ArrayView2<'_, f64>) -> f64 {
    let last = accuracy.rows().into_iter().next_back();
    last.and_then(|row| row.mean()).unwrap_or(0.0)
}

/// Mean over time of the accuracy on the tasks so far; 0 for an empty matrix.
pub fn average_accuracy(accuracy: ArrayView2<'_, f64>) -> f64 {
    let so_far = (0..accuracy.nrows()).map(|t| accuracy.slice(s![t, ..=t]).mean().unwrap_or(0.0));
    so_far.sum::<f64>() / accuracy.nrows().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_hold_every_class_once() {
        for (classes, tasks) in [
            (47, 10),
            (100, 10),
            (101, 10),
            (3, 5),
            (1, 1),
            (0, 4),
            (5, 0),
        ] {
            let order: Vec<usize> = (0..classes).rev().collect();
            let cut = class_incremental(&order, tasks);
            assert_eq!(cut.concat(), order);
            assert!(cut.len() <= tasks.max(1));
            let each = cut[0].len();
            assert!(cut[..cut.len() - 1].iter().all(|task| task.len() == each));
        }
    }

    #[test]
    fn measures_of_a_matrix_by_hand() {
        let a = ndarray::array![[0.9, 0.0, 0.0], [0.7, 0.8, 0.0], [0.8, 0.5, 0.6]];
        let near = |x: f64, y: f64| assert!((x - y).abs() < 1e-12, "{x} is not {y}");
        near(forgetting(a.view()), (0.1 + 0.3) / 3.0);
        near(forgetting_classic(a.view()), 0.2);
        near(final_accuracy(a.view()), 1.9 / 3.0);
        near(average_accuracy(a.view()), (0.9 + 0.75 + 1.9 / 3.0) / 3.0);
        let none = ndarray::Array2::zeros((0, 0));
        near(forgetting(none.view()) + average_accuracy(none.view()), 0.0);
        near(forgetting_classic(ndarray::array![[0.4]].view()), 0.0);
    }
}
