//! What examples of different classes have in common, taken out of their features.

use handful::random::Random;
use handful::task::Task;
use handful::{Result, Stream, Streams};
use ndarray::Array2;
use wasm_bindgen_test::wasm_bindgen_test;

/// So many rows of each of three classes, all moved by an offset.
fn task(offset: f32, plain: bool, each: usize) -> Result<Task> {
    let mut random = Random::new(7);
    let stream = Stream::new("aux", 16).plain(plain);
    let centres = Array2::from_shape_fn((3, 16), |_| random.uniform() as f32 - 0.5);
    let rows = Array2::from_shape_fn((3 * each, 16), |(i, d)| {
        // One dimension differs most and tells nothing.
        let (wide, centre) = match d {
            0 => (12.0, 0.0),
            _ => (1.0, 0.6 * centres[[i % 3, d]]),
        };
        wide * (random.uniform() as f32 - 0.5) + centre + offset
    });
    let labels = (0..3 * each).map(|i| i % 3).collect();
    Task::new(Streams::new(vec![stream])?, rows, labels, vec![None; 3])
}

/// Share of examples whose nearest other example is of their class.
fn nearest(task: &Task) -> f64 {
    let (n, similarity) = (task.n_examples(), task.similarity());
    let right = (0..n).filter(|&i| {
        let others = (0..n).filter(|&j| j != i);
        let best = others.reduce(|a, b| {
            if similarity[[i, b]] > similarity[[i, a]] {
                b
            } else {
                a
            }
        });
        best.is_some_and(|j| task.labels()[j] == task.labels()[i])
    });
    right.count() as f64 / n as f64
}

#[wasm_bindgen_test(unsupported = test)]
fn what_all_rows_have_in_common_is_taken_away() -> Result<()> {
    let raw = task(3.0, false, 20)?;
    let standard = raw.standardised();
    assert!(nearest(&standard) > nearest(&raw) + 0.05);
    let of_example = standard.embedding_of(raw.row(4));
    assert_eq!(of_example, standard.embeddings().row(4).to_vec());
    assert!((of_example.iter().map(|v| v * v).sum::<f32>() - 1.0).abs() < 1e-5);
    let mut similarities = vec![0.0; raw.n_examples()];
    standard.similarities_into(raw.row(4), &mut Vec::new(), &mut similarities);
    for (a, b) in similarities.iter().zip(standard.similarity().row(4)) {
        assert!((a - b).abs() < 1e-5);
    }
    Ok(())
}

#[wasm_bindgen_test(unsupported = test)]
fn what_means_what_it_is_stays_so() -> Result<()> {
    let counts = task(3.0, true, 4)?;
    assert_eq!(counts.standardised().embeddings(), counts.embeddings());
    let one = task(3.0, false, 4)?.subset(&[0, 3, 6]);
    assert_eq!(one.standardised().embeddings(), one.embeddings());
    Ok(())
}

#[wasm_bindgen_test(unsupported = test)]
fn rows_that_are_all_the_same_have_nothing_left_to_compare() -> Result<()> {
    let streams = Streams::new(vec![Stream::new("aux", 4)])?;
    let rows = Array2::from_elem((4, 4), 0.5);
    let same = Task::new(streams, rows, vec![0, 0, 1, 1], vec![None; 2])?.standardised();
    assert_eq!(same.trust(), [1.0]);
    assert!(same.similarity().iter().all(|s| s.abs() < 1e-3));
    Ok(())
}
