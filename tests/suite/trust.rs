//! How much the default answer trusts each stream of features.

use handful::heads::{Fused, Head};
use handful::random::Random;
use handful::task::Task;
use handful::{Stream, Streams};
use ndarray::Array2;
use wasm_bindgen_test::wasm_bindgen_test;

/// The trust in four streams of 8 numbers, of which one tells the class and the others tell nothing.
fn trust(telling: usize, each: usize, seed: u64) -> Vec<f64> {
    let mut random = Random::new(seed);
    // Nothing is taken out of them, so that their prior trust stays alike.
    let streams = ["clip", "a", "b", "c"].map(|name| Stream::new(name, 8).plain(true));
    let rows = Array2::from_shape_fn((2 * each, 32), |(i, d)| {
        let own = d == 8 * telling + i % 2;
        random.uniform() as f32 - if own { -0.5 } else { 0.5 }
    });
    let labels = (0..2 * each).map(|i| i % 2).collect();
    let task = Task::new(
        Streams::new(streams.to_vec()).unwrap(),
        rows,
        labels,
        vec![None; 2],
    );
    Fused::default()
        .prepare(task.unwrap())
        .unwrap()
        .trust()
        .to_vec()
}

#[wasm_bindgen_test(unsupported = test)]
fn shares_sum_to_one_however_few_examples_there_are() {
    let tasks = [
        (1, 1),
        (2, 2),
        (2, 3),
        (2, 4),
        (3, 5),
        (4, 6),
        (8, 7),
        (8, 8),
    ];
    for (telling, (each, seed)) in (0..4).flat_map(|t| tasks.map(|task| (t, task))) {
        let trust = trust(telling, each, seed);
        assert!((trust.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{trust:?}");
        assert!(
            trust.iter().all(|share| (0.0..=1.0).contains(share)),
            "{trust:?}"
        );
    }
}

/// Over 20 draws: a single one may tell little.
#[wasm_bindgen_test(unsupported = test)]
fn the_stream_that_tells_the_class_is_trusted_most() {
    for telling in 0..4 {
        let mut mean = [0.0; 4];
        for seed in 0..20 {
            let trust = trust(telling, 30, seed);
            mean.iter_mut()
                .zip(trust)
                .for_each(|(m, share)| *m += share / 20.0);
        }
        assert!(mean[telling] > 0.5, "{telling}: {mean:?}");
    }
}
