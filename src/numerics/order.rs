//! Sorting, by one use of the standard sort: each further one is another copy of it in a module that people download.

use std::cmp::Ordering;

/// Sorts indices; of equals the smaller comes first. It allocates nothing.
pub fn sort_indices(indices: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    indices.sort_unstable_by(|&a, &b| compare(a, b).then(a.cmp(&b)));
}

/// Sorts numbers, the smallest first.
pub fn sort_numbers(numbers: &mut [f64]) {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    sort_indices(&mut order, &|a, b| numbers[a].total_cmp(&numbers[b]));
    let sorted: Vec<f64> = order.into_iter().map(|i| numbers[i]).collect();
    numbers.copy_from_slice(&sorted);
}

/// The different ones of some numbers, the smallest first.
pub fn distinct(mut numbers: Vec<usize>) -> Vec<usize> {
    sort_indices(&mut numbers, &|_, _| Ordering::Equal);
    numbers.dedup();
    numbers
}
