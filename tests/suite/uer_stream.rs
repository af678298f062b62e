//! The UER stream: an independent program's numbers, what its gradients leave alone, its memory, and its saved state.

use crate::common::{assert_close, blobs, clip_and_aux, scores, task};
use handful::heads::{Factor, FittedHead, Head, MemoryPolicy, Uer, UerStream};
use handful::task::Task;
use handful::{Error, Stream, Streams};
use ndarray::{Array1, Array2, Axis, array, s};
use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;

#[derive(Deserialize)]
struct Reference {
    clip: usize,
    aux: usize,
    memory: usize,
    replay: usize,
    seed: u32,
    labels: Vec<Vec<usize>>,
    features: Vec<Vec<f32>>,
    queries: Vec<f32>,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    current: Factor,
    replayed: Factor,
    inference: Factor,
    iterations: usize,
    losses: Vec<(f64, Option<f64>)>,
    scores: Vec<Vec<Vec<Option<f32>>>>,
    memory: Vec<u64>,
}

/// The unit rows of raw ones, one behind the other.
fn unit_rows(streams: &Streams, raw: &[f32]) -> Array2<f32> {
    let rows = raw.chunks(streams.width());
    let unit: Vec<f32> = rows.flat_map(|row| streams.unit(row).unwrap()).collect();
    Array2::from_shape_vec((raw.len() / streams.width(), streams.width()), unit).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn streams_give_the_reference_losses_scores_and_memory() {
    let r: Reference = serde_json::from_str(include_str!("../data/uer_reference.json")).unwrap();
    let streams = clip_and_aux(r.clip, r.aux);
    let queries = unit_rows(&streams, &r.queries);
    for run in &r.runs {
        let recipe = Uer::default()
            .iterations(run.iterations)
            .replay(r.replay)
            .memory(r.memory)
            .current(run.current)
            .replayed(run.replayed)
            .inference(run.inference)
            .seed(r.seed);
        let trust = Array1::from_elem(streams.width(), 0.5_f32.sqrt());
        let mut stream = UerStream::new(&recipe, trust).unwrap();
        (0..4).for_each(|_| stream.add_class());
        for (b, features) in r.features.iter().enumerate() {
            let rows = unit_rows(&streams, features);
            let observed = stream.observe(rows.view(), &r.labels[b]).unwrap();
            let (current, memory) = run.losses[b];
            let close = |a: f64, b: f64| assert!((a - b).abs() < 2e-5, "{a} differs from {b}");
            close(observed.loss_current, current);
            assert_eq!(observed.loss_memory.is_some(), memory.is_some());
            close(observed.loss_memory.unwrap_or(0.0), memory.unwrap_or(0.0));
            let all = stream.linear().scores(queries.view());
            for (found, expected) in all.rows().into_iter().zip(&run.scores[b]) {
                for (&found, expected) in found.iter().zip(expected) {
                    // Products are of the order of 30, in single precision.
                    assert_close(found, expected.unwrap_or(f32::NEG_INFINITY), 2e-5);
                }
            }
        }
        let memory: Vec<u64> = stream.memory().map(|(id, _)| id).collect();
        assert_eq!(memory, run.memory);
    }
}

fn one_stream(recipe: &Uer, classes: usize, width: usize) -> UerStream {
    let mut stream = UerStream::new(recipe, Array1::ones(width)).unwrap();
    (0..classes).for_each(|_| stream.add_class());
    stream
}

/// Batches of four, class after class.
fn batches(
    seed: u64,
    classes: usize,
    shots: usize,
    width: usize,
) -> Vec<(Array2<f32>, Vec<usize>)> {
    let streams = Streams::new(vec![Stream::new("aux", width)]).unwrap();
    let (raw, labels) = blobs(seed, classes, shots, width, 0.9);
    let rows = unit_rows(&streams, raw.as_slice().unwrap());
    (0..labels.len())
        .step_by(4)
        .map(|at| {
            let end = labels.len().min(at + 4);
            (
                rows.slice(s![at..end, ..]).to_owned(),
                labels[at..end].to_vec(),
            )
        })
        .collect()
}

fn fed(recipe: &Uer, seed: u64) -> UerStream {
    let mut stream = one_stream(recipe, 4, 8);
    for (rows, labels) in batches(seed, 4, 6, 8) {
        stream.observe(rows.view(), &labels).unwrap();
    }
    stream
}

/// The scores of a unit row.
fn scores_of(stream: &UerStream, row: &[f32]) -> Vec<f32> {
    let row = Array2::from_shape_vec((1, row.len()), row.to_vec()).unwrap();
    stream
        .linear()
        .scores(row.view())
        .into_raw_vec_and_offset()
        .0
}

/// The class that a unit row is taken for; none as long as no class was seen.
fn predict(stream: &UerStream, row: &[f32]) -> Option<usize> {
    let scores = scores_of(stream, row);
    let finite = (0..scores.len()).filter(|&c| scores[c].is_finite());
    finite.max_by(|&a, &b| scores[a].total_cmp(&scores[b]))
}

/// Norms of the learned rows, in units of the feature scale.
fn norms(stream: &UerStream) -> Vec<f64> {
    let weights = stream.linear().weights().mapv(f64::from);
    weights.map_axis(Axis(1), |w| w.dot(&w).sqrt()).to_vec()
}

#[wasm_bindgen_test(unsupported = test)]
fn the_angle_gradient_leaves_the_norms_to_first_order() {
    // Two classes meet in one batch, so that there is a loss; nothing is in memory yet.
    let (rows, labels) = (array![[1.0, 0.0], [0.6, 0.8], [0.8, 0.6]], [0, 1, 0]);
    let change = |current, learning_rate| {
        let recipe = Uer::default()
            .current(current)
            .learning_rate(learning_rate)
            .feature_scale(1.0);
        let mut stream = one_stream(&recipe, 2, 2);
        let observed = stream.observe(rows.view(), &labels).unwrap();
        assert!(observed.loss_current > 0.01 && observed.loss_memory.is_none());
        let moved = stream.linear().weights().clone();
        let grown = norms(&stream).iter().map(|n| (n - 1.0).abs()).sum::<f64>();
        (grown, moved)
    };
    let (angle, moved) = change(Factor::Angle, 0.01);
    let (still, start) = change(Factor::Angle, 1e-9);
    assert!((&moved - &start).iter().any(|d| d.abs() > 1e-3));
    assert!(still < 1e-6);
    // A tangent step of length d makes a unit vector longer by d^2 / 2: ten times the rate, a hundred times the growth.
    let (ten_times, _) = change(Factor::Angle, 0.1);
    assert!(
        (ten_times / angle - 100.0).abs() < 5.0,
        "{ten_times} {angle}"
    );
    let (dot, _) = change(Factor::Dot, 0.01);
    assert!(dot > 10.0 * angle, "{dot} {angle}");
}

#[wasm_bindgen_test(unsupported = test)]
fn only_replay_moves_the_norms() {
    let spread = |replay| {
        let recipe = Uer::default().replay(replay).learning_rate(0.001);
        let norms = norms(&fed(&recipe, 1));
        norms
            .iter()
            .map(|n| (n / 32.0 - 1.0).abs())
            .fold(0.0, f64::max)
    };
    let (without, with) = (spread(0), spread(10));
    assert!(without < 1e-4 && with > 1e-3, "{without} {with}");
}

/// Number and class of the examples in memory after all of these labels in one batch.
fn kept(policy: MemoryPolicy, memory: usize, seed: u32, labels: &[usize]) -> Vec<(u64, usize)> {
    let recipe = Uer::default().policy(policy).memory(memory).seed(seed);
    let mut stream = one_stream(&recipe, 5, 1);
    let rows = Array2::ones((labels.len(), 1));
    stream.observe(rows.view(), labels).unwrap();
    stream.memory().collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_reservoir_keeps_every_example_equally_often() {
    let mut counts = [0_u32; 40];
    for seed in 0..4000 {
        for (id, _) in kept(MemoryPolicy::Reservoir, 10, seed, &[0; 40]) {
            counts[id as usize] += 1;
        }
    }
    // Each count is binomial with mean 1000 and variance 750; their sum is fixed, so the statistic below follows
    // chi squared with 39 degrees of freedom, which exceeds 73 once in a thousand.
    let squares = counts.iter().map(|&n| (f64::from(n) - 1000.0).powi(2));
    let statistic = squares.sum::<f64>() / 750.0 * 39.0 / 40.0;
    assert!(statistic < 73.0, "chi squared {statistic}: {counts:?}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_balanced_memory_gives_every_class_its_share_and_stays_full() {
    // Class 0 comes first and most often.
    let labels: Vec<usize> = (0..300)
        .map(|i| if i < 200 { 0 } else { 1 + i % 3 })
        .collect();
    let kept_of = kept(MemoryPolicy::ClassBalanced, 12, 2, &labels);
    let count = |label| kept_of.iter().filter(|(_, own)| *own == label).count();
    assert_eq!([0, 1, 2, 3].map(count), [3; 4]);
    let labels: Vec<usize> = (0..20).map(|i| i % 5).collect();
    for memory in [0, 1, 2] {
        let kept = kept(MemoryPolicy::ClassBalanced, memory, 3, &labels);
        assert_eq!(kept.len(), memory);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_state_goes_on_bit_for_bit() {
    for policy in [MemoryPolicy::Reservoir, MemoryPolicy::ClassBalanced] {
        // No short decimals, so that a detour through text would show.
        let recipe = Uer::default()
            .learning_rate(0.1 / 3.0)
            .gamma(std::f64::consts::PI * 3.3)
            .memory(7)
            .replay(3)
            .policy(policy);
        let mut stream = UerStream::new(&recipe, Array1::from_elem(8, 0.3)).unwrap();
        stream.add_class();
        stream
            .add_class_from(&[1.0, 2.0, 0.0, 0.0, 1.0, 0.0, 0.0, 3.0])
            .unwrap();
        stream.add_class();
        stream.add_class();
        let mut restarted = UerStream::load(&stream.state()).unwrap();
        for (rows, labels) in batches(5, 4, 6, 8) {
            let observed = stream.observe(rows.view(), &labels).unwrap();
            assert_eq!(restarted.observe(rows.view(), &labels).unwrap(), observed);
            assert_eq!(restarted.state(), stream.state());
            restarted = UerStream::load(&restarted.state()).unwrap();
            assert_eq!(restarted.state(), stream.state());
            assert_eq!(restarted.linear(), stream.linear());
        }
        assert_eq!(
            restarted.prequential_accuracy(),
            stream.prequential_accuracy()
        );
        stream.rebuild(2);
        restarted.rebuild(2);
        assert_eq!(restarted.state(), stream.state());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn hostile_states_are_refused() {
    let good = fed(&Uer::default(), 2).state();
    assert!(UerStream::load(&good).is_ok());
    let refused = |bytes: &[u8]| matches!(UerStream::load(bytes), Err(Error::Format { .. }));
    for cut in 0..good.len() {
        assert!(refused(&good[..cut]), "cut at {cut}");
    }
    // A byte at a time; what is still a state must be a whole one.
    for at in 0..good.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            if let Ok(mut stream) = UerStream::load(&bad) {
                assert_eq!(
                    UerStream::load(&stream.state()).unwrap().state(),
                    stream.state()
                );
                let row = Array2::<f32>::eye(8);
                stream.observe(row.slice(s![..1, ..]), &[0]).unwrap();
            } else {
                assert!(refused(&bad));
            }
        }
    }
    // Its words come first: ten, the flags of four classes, and two of each example in memory.
    let start = 8 + u64::from_le_bytes(good[..8].try_into().unwrap()) as usize;
    let word = |at: usize, to: u64| {
        let mut bad = good.clone();
        bad[start + 8 * at..][..8].copy_from_slice(&to.to_le_bytes());
        bad
    };
    assert_eq!(word(10, 1), good);
    for (what, at, to) in [
        ("version", 0, 2),
        ("observed", 1, 23),
        ("observed", 1, (1 << 53) + 1),
        ("random numbers", 2, 0),
        ("feature scale", 3, 0),
        ("gamma", 5, f64::NAN.to_bits()),
        (
            "a learning rate above that of the recipe",
            6,
            1_f64.to_bits(),
        ),
        ("right answers", 7, (-1_f64).to_bits()),
        ("all answers", 8, 101_f64.to_bits()),
        ("classes", 9, 3),
        ("classes", 9, 5),
        ("classes", 9, u64::MAX),
        ("seen", 10, 0),
        ("seen, with a start", 10, 3),
        ("flags", 10, 4),
        ("number of an example", 14, 24),
        ("class of an example", 15, 4),
        ("class of an example", 15, 1 << 32),
    ] {
        assert!(refused(&word(at, to)), "{what}: {to}");
    }
    for (from, to) in [
        ("\\\"memory\\\":1000", "\\\"memory\\\":0010"),
        ("\\\"memory\\\":1000", "\\\"memory\\\":   9"),
        ("\\\"iterations\\\":1", "\\\"iterations\\\":0"),
    ] {
        let mut bad = good.clone();
        let at = good.windows(from.len()).position(|w| w == from.as_bytes());
        let at = at.unwrap_or_else(|| panic!("no {from} in the header"));
        assert_eq!(from.len(), to.len());
        bad[at..at + to.len()].copy_from_slice(to.as_bytes());
        assert!(refused(&bad), "{from} -> {to}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn errors_leave_the_state_untouched() {
    let mut stream = fed(&Uer::default(), 3);
    let before = stream.state();
    let ones = Array2::<f32>::ones((2, 8));
    let mut nan = ones.clone();
    nan[[1, 3]] = f32::NAN;
    let mut zero = ones.clone();
    zero.row_mut(1).fill(0.0);
    let narrow = Array2::<f32>::ones((2, 7));
    let cases = [
        (stream.observe(ones.view(), &[0]), "shape"),
        (stream.observe(ones.view(), &[0, 4]), "shape"),
        (stream.observe(ones.view(), &[0, usize::MAX]), "shape"),
        (stream.observe(narrow.view(), &[0, 1]), "shape"),
        (stream.observe(nan.view(), &[0, 1]), "not-finite"),
        (stream.observe(zero.view(), &[0, 1]), "zero-feature"),
    ];
    for (found, code) in cases {
        assert_eq!(found.unwrap_err().code(), code);
    }
    assert!(stream.remove_class(4).is_err() && stream.remove_class(usize::MAX).is_err());
    assert!(stream.add_class_from(&[0.0; 8]).is_err() && stream.add_class_from(&[1.0]).is_err());
    assert!(!stream.forget(24));
    assert_eq!(stream.state(), before);
    assert!(UerStream::new(&Uer::default(), Array1::zeros(0)).is_err());
    assert!(UerStream::new(&Uer::default(), array![f32::NAN]).is_err());
}

#[wasm_bindgen_test(unsupported = test)]
fn one_class_alone_has_no_loss_and_does_not_move() {
    let mut stream = one_stream(&Uer::default(), 2, 2);
    assert_eq!(predict(&stream, &[1.0, 0.0]), None);
    assert_eq!(stream.prequential_accuracy(), None);
    let batch = array![[1.0, 0.0], [0.6, 0.8]];
    stream.observe(batch.view(), &[1, 1]).unwrap();
    let once = stream.linear();
    let observed = stream.observe(batch.view(), &[1, 1]).unwrap();
    assert_eq!(
        (observed.loss_current, observed.loss_memory),
        (0.0, Some(0.0))
    );
    assert_eq!(stream.linear(), once);
    assert_eq!(predict(&stream, &[-1.0, 0.0]), Some(1));
    // Two wrong answers, then two right ones.
    let expected = (1.0 + 0.99) / (1.0 + 0.99 + 0.99_f64.powi(2) + 0.99_f64.powi(3));
    assert!((stream.prequential_accuracy().unwrap() - expected).abs() < 1e-12);
    // An empty batch changes nothing.
    let before = stream.state();
    stream.observe(Array2::zeros((0, 2)).view(), &[]).unwrap();
    assert_eq!(stream.state(), before);
}

#[wasm_bindgen_test(unsupported = test)]
fn opposite_images_and_short_weights_have_no_direction_but_stay_finite() {
    let recipe = Uer::default()
        .imprint(false)
        .inference(Factor::Angle)
        .mask_unseen(false);
    for recipe in [Uer::default(), recipe] {
        let mut stream = one_stream(&recipe, 2, 2);
        for _ in 0..3 {
            stream
                .observe(
                    array![[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]].view(),
                    &[0, 0, 1],
                )
                .unwrap();
        }
        assert!(stream.linear().weights().iter().all(|w| w.is_finite()));
        assert_eq!(predict(&stream, &[0.0, 1.0]), Some(1));
    }
    // Unseen classes have no weights, and angles of nothing are 0.
    let mut stream = one_stream(
        &Uer::default().mask_unseen(false).inference(Factor::Angle),
        2,
        2,
    );
    stream.observe(array![[1.0, 0.0]].view(), &[0]).unwrap();
    let out = scores_of(&stream, &[1.0, 0.0]);
    assert!(
        (out[0] - 1.0 / 0.09).abs() < 1e-4 && out[1] == 0.0,
        "{out:?}"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn a_step_out_of_the_numbers_is_taken_back_and_halves_the_rate() {
    let recipe = Uer::default().learning_rate(1e45);
    let mut stream = one_stream(&recipe, 2, 2);
    let batch = array![[1.0, 0.0], [0.8, 0.6]];
    let first = stream.observe(batch.view(), &[0, 1]).unwrap();
    assert!(first.halved);
    // The classes start where their images are, and stay there.
    assert!(
        (stream.linear().weights() - &(&batch * 32.0))
            .iter()
            .all(|d| d.abs() < 1e-5)
    );
    let mut halved = 1;
    while stream.observe(batch.view(), &[0, 1]).unwrap().halved {
        halved += 1;
    }
    assert!((10..60).contains(&halved), "{halved}");
    assert!(stream.linear().weights().iter().all(|w| w.is_finite()));
    let observed = stream.observe(batch.view(), &[0, 1]).unwrap();
    assert!(observed.loss_current.is_finite() && observed.loss_memory.unwrap().is_finite());
    assert_eq!(
        UerStream::load(&stream.state()).unwrap().state(),
        stream.state()
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn classes_and_examples_come_and_go() {
    let mut stream = fed(&Uer::default(), 4);
    let query = batches(4, 4, 6, 8)[5].0.row(3).to_vec();
    assert_eq!(predict(&stream, &query), Some(3));
    stream.remove_class(1).unwrap();
    assert_eq!((stream.n_classes(), stream.n_observed()), (3, 24));
    assert!(
        stream
            .memory()
            .all(|(id, label)| label == [0, 9, 1, 2][id as usize / 6])
    );
    assert_eq!(predict(&stream, &query), Some(2));
    // A class that comes late, and one that is given a direction.
    stream.add_class();
    stream.add_class_from(&query).unwrap();
    let out = scores_of(&stream, &query);
    assert_eq!(out[3..], [f32::NEG_INFINITY; 2]);
    let late = Array2::from_shape_fn((3, 8), |(i, d)| if d == i { 1.0 } else { 0.1 });
    stream.observe(late.view(), &[3, 3, 4]).unwrap();
    assert!(stream.forget(24) && !stream.forget(24));
    assert!(stream.memory().all(|(id, _)| id != 24));
    // Without its examples a class is gone after a rebuild; the others are still known.
    assert!(stream.forget(25));
    stream.rebuild(5);
    let out = scores_of(&stream, &query);
    assert_eq!(out[3], f32::NEG_INFINITY);
    assert_eq!(predict(&stream, &query), Some(2));
    // Nothing to learn from, nothing known.
    (0..27).for_each(|id| {
        stream.forget(id);
    });
    stream.rebuild(5);
    assert_eq!(predict(&stream, &query), None);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_head_streams_its_task_and_answers_as_its_weights() {
    let all = task(11, 4, 8);
    let head = Uer::default().fit(&all).unwrap();
    let row = all.row(3);
    let expected = head
        .linear()
        .unwrap()
        .weights()
        .dot(&Array1::from(row.to_vec()));
    for (found, &expected) in scores(&head, &all, row).iter().zip(&expected) {
        assert_close(*found, expected, 1e-5);
    }
    let other = Uer::default().seed(1);
    let other = scores(&other.fit(&all).unwrap(), &all, row);
    assert_ne!(scores(&head, &all, row), other);
}

#[wasm_bindgen_test(unsupported = test)]
fn texts_start_the_classes_where_clip_is_all_there_is() {
    let streams = Streams::new(vec![Stream::new("clip", 2)]).unwrap();
    let text = vec![Some(array![0.0, 1.0]), Some(array![1.0, 0.0])];
    let rows = array![[0.3_f32, 1.0], [1.0, 0.2]];
    let task = Task::new(streams, rows, vec![0, 1], text).unwrap();
    let recipe = Uer::default().learning_rate(1e-9);
    let weights_of = |task: &Task| {
        let head = recipe.fit(task).unwrap();
        head.linear().unwrap().weights().mapv(f64::from)
    };
    // The photos' directions are (0.2873, 0.9578) and (0.9806, 0.1961): on average (0.1340, 0.0770) beside the texts.
    let moved = array![[0.1340, 1.0770], [1.1340, 0.0770]];
    let lengths = [1.0853, 1.1366];
    for (row, (moved, length)) in
        (weights_of(&task).rows().into_iter()).zip(moved.rows().into_iter().zip(lengths))
    {
        assert!(
            (&row / 32.0 - &moved / length)
                .iter()
                .all(|d| d.abs() < 1e-3),
            "{row}"
        );
    }
    let first = weights_of(&task.without_text())[[0, 0]];
    assert!((first - 32.0 * 0.3 / 1.09_f64.sqrt()).abs() < 1e-3);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_class_without_a_text_starts_where_the_others_do() {
    // A column of its own for each class, one that all photos have, and one that all texts have, as with CLIP.
    let streams = Streams::new(vec![Stream::new("clip", 5)]).unwrap();
    let row = |class: usize, of_all: usize, own: f32| {
        Array1::from_shape_fn(5, |d| match d {
            d if d == class => own,
            d if d == of_all => 1.0,
            _ => 0.0,
        })
    };
    let rows = Array2::from_shape_fn((6, 5), |(i, d)| {
        row(i / 2, 3, 0.6 + 0.1 * (i % 2) as f32)[d]
    });
    let text = vec![Some(row(0, 4, 0.6)), Some(row(1, 4, 0.6)), None];
    let task = Task::new(streams, rows, vec![0, 0, 1, 1, 2, 2], text).unwrap();
    let head = Uer::default().fit(&task).unwrap();
    for i in 0..6 {
        let scores = scores(&head, &task, task.row(i));
        let best = (0..3).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        assert_eq!(best, Some(task.labels()[i]), "{i}: {scores:?}");
    }
}
