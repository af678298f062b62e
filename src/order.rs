//! Sorting, once for indices and once for numbers: each further use of the standard sort is another copy of it in a
//! module that people download.

use std::cmp::Ordering;

/// Sorts indices; of equals the smaller comes first. It allocates nothing.
pub fn sort_indices(indices: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    indices.sort_unstable_by(|&a, &b| compare(a, b).then(a.cmp(&b)));
}

/// Sorts numbers, the smallest first.
#[cfg(feature = "core")]
pub fn sort_numbers(numbers: &mut [f64]) {
    numbers.sort_unstable_by(f64::total_cmp);
}

/// The different ones of some numbers, the smallest first.
#[cfg(feature = "core")]
pub fn distinct(mut numbers: Vec<usize>) -> Vec<usize> {
    sort_indices(&mut numbers, &|_, _| Ordering::Equal);
    numbers.dedup();
    numbers
}
