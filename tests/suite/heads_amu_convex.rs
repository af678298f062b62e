//! The recommended AMU head: against a long run of another program, on degenerate tasks, and warm against cold starts.

use crate::common::{KINDS, assert_close, blobs, clip_and_aux, scores, task};
use handful::heads::amu::{Auxiliary, Uncertainty};
use handful::heads::{Amu, AmuPublished, FittedHead, Head, HeadSpec, MissingText};
use handful::task::Task;
use handful::{Stream, Streams};
use ndarray::{Array1, Array2, Axis, concatenate, s};
use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;

type Rows = Vec<Vec<f32>>;

#[derive(Deserialize)]
struct Reference {
    convex: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    hyper: Hyper,
    inputs: Inputs,
    test_logits: Rows,
}

#[derive(Deserialize)]
struct Hyper {
    alpha: f64,
    lambda_merge: f64,
    mu: f64,
    uncertainty: Uncertainty,
    class_balance: bool,
    text: bool,
}

#[derive(Deserialize)]
struct Inputs {
    clip_features: Rows,
    aux_features: Rows,
    text: Rows,
    labels: Vec<usize>,
    test_clip_features: Rows,
    test_aux_features: Rows,
}

fn matrix(rows: &Rows) -> Array2<f32> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

fn joined(clip: &Rows, aux: &Rows) -> Array2<f32> {
    concatenate(Axis(1), &[matrix(clip).view(), matrix(aux).view()]).unwrap()
}

/// Scores of all examples, and of some that are like them.
fn all_scores(head: &dyn FittedHead, task: &Task) -> Vec<f32> {
    let rows = (0..task.n_examples()).flat_map(|i| scores(head, task, task.row(i)));
    rows.collect()
}

#[track_caller]
fn same(a: &[f32], b: &[f32], tolerance: f32) {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .for_each(|(&a, &b)| assert_close(a, b, tolerance));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_convex_form_finds_the_reference_minimum() {
    let reference: Reference =
        serde_json::from_str(include_str!("../data/amu_reference.json")).unwrap();
    assert!(reference.convex.len() >= 5);
    for case in &reference.convex {
        let (hyper, inputs) = (&case.hyper, &case.inputs);
        let streams = clip_and_aux(inputs.text[0].len(), inputs.aux_features[0].len());
        let text = inputs
            .text
            .iter()
            .map(|row| hyper.text.then(|| Array1::from(row.clone())));
        let rows = joined(&inputs.clip_features, &inputs.aux_features);
        let task = Task::new(streams, rows, inputs.labels.clone(), text.collect()).unwrap();
        let head = Amu::default()
            .alpha(Some(hyper.alpha))
            .lambda(hyper.lambda_merge)
            .mu(hyper.mu)
            .uncertainty(hyper.uncertainty)
            .class_balance(hyper.class_balance)
            .aux(Auxiliary::Other);
        let fitted = head.fit(&task).unwrap();
        let queries = joined(&inputs.test_clip_features, &inputs.test_aux_features);
        for (query, expected) in queries.rows().into_iter().zip(&case.test_logits) {
            let row = task.streams().unit(&query.to_vec()).unwrap();
            for (found, expected) in scores(&fitted, &task, &row).iter().zip(expected) {
                let difference = (found - expected).abs() / expected.abs().max(1.0);
                assert!(difference < 2e-5, "{}: {found} {expected}", case.name);
            }
        }
    }
}

/// Zero-shot recognition that is right, or that says nothing: text rows along the class's own direction or at random.
fn texts(good: bool) -> Task {
    let streams = clip_and_aux(12, 10);
    let (features, labels) = blobs(9, 6, 2, streams.width(), 0.5);
    let text = (0..6).map(|c| {
        let of = if good { c } else { (c + 1) % 6 };
        let row = features.row(2 * of).to_vec();
        Some(Array1::from(row[..12].to_vec()))
    });
    Task::new(streams, features.clone(), labels, text.collect()).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn poor_text_makes_the_bias_stronger() {
    let head = Amu::default();
    let [good, poor] = [true, false].map(|good| head.fit(&texts(good)).unwrap().alpha());
    assert!(poor > 5.0 * good, "good {good}, poor {poor}");
    // With one example a class nothing can be held out, and the text is still judged.
    let one_shot = |good| texts(good).subset(&[0, 2, 4, 6, 8, 10]);
    let [good, poor] = [true, false].map(|good| head.fit(&one_shot(good)).unwrap().alpha());
    assert!(good < 6.5 && poor > 20.0, "good {good}, poor {poor}");
}

/// Every recipe with a switch thrown.
fn recipes() -> Vec<HeadSpec> {
    let amu = |change: &dyn Fn(&mut Amu)| {
        let mut head = Amu::default();
        change(&mut head);
        HeadSpec::Amu(head)
    };
    let published = |change: &dyn Fn(&mut AmuPublished)| {
        let mut head = AmuPublished::default().epochs(3);
        change(&mut head);
        HeadSpec::AmuPublished(head)
    };
    let mut all = vec![
        amu(&|_| ()),
        amu(&|h| h.class_balance = true),
        amu(&|h| h.lambda = 0.0),
        amu(&|h| h.lambda = 1.0),
        amu(&|h| h.alpha = Some(0.0)),
        published(&|_| ()),
        published(&|h| h.train = false),
        published(&|h| h.zscore = false),
        published(&|h| h.init = handful::heads::amu::Start::Random),
        published(&|h| h.init = handful::heads::amu::Start::ClassMean),
        published(&|h| h.init = handful::heads::amu::Start::Unit),
    ];
    for missing in [MissingText::Prototype, MissingText::Exclude] {
        all.push(amu(&|h| h.missing_text = missing));
        all.push(published(&|h| h.missing_text = missing));
    }
    for aux in [Auxiliary::Clip, Auxiliary::Other, Auxiliary::All] {
        all.push(amu(&|h| h.aux = aux));
        all.push(published(&|h| h.aux = aux));
    }
    for kind in KINDS {
        all.push(amu(&|h| h.uncertainty = kind));
        all.push(published(&|h| h.uncertainty = kind));
    }
    all
}

/// Checks which classes of a task of these rows `(n, 5)` every recipe can score, fitted and left out.
#[track_caller]
fn check(name: &str, rows: &[[f32; 5]], labels: &[usize], texts: &[Option<[f32; 2]>]) {
    let features = Array2::from_shape_fn((rows.len(), 5), |(i, d)| rows[i][d]);
    let text = texts
        .iter()
        .map(|row| row.map(|row| Array1::from(row.to_vec())));
    let task = Task::new(
        clip_and_aux(2, 3),
        features,
        labels.to_vec(),
        text.collect(),
    )
    .unwrap();
    let counts = task.counts();
    for spec in recipes() {
        let fitted = spec.fit(&task).unwrap();
        let query = task.streams().unit(&[0.3, 0.8, 0.1, -0.4, 0.9]).unwrap();
        let found = scores(fitted.as_ref(), &task, &query);
        for (c, score) in found.iter().enumerate() {
            let can = texts[c].is_some() || counts[c] > 0;
            assert_eq!(score.is_finite(), can, "{name}, {spec:?}: {found:?}");
            assert!(!score.is_nan(), "{name}, {spec:?}: {found:?}");
        }
        let held_out = spec.held_out(&task, usize::MAX).unwrap();
        for (&i, logits) in held_out.examples.iter().zip(held_out.logits.rows()) {
            assert!(
                !logits.iter().any(|s| s.is_nan()),
                "{name}, {spec:?}: {logits}"
            );
            let own = labels[i];
            let can = texts[own].is_some() || counts[own] > 1;
            assert_eq!(logits[own].is_finite(), can, "{name}, {spec:?}: {logits}");
        }
    }
}

const A: [f32; 5] = [1.0, 0.2, 0.5, 0.1, 0.0];
const B: [f32; 5] = [0.9, 0.4, 0.0, 0.6, 0.1];
const C: [f32; 5] = [0.2, 1.0, 0.1, 0.0, 0.8];
const D: [f32; 5] = [0.1, 0.9, 0.3, -0.2, 0.7];
const T: Option<[f32; 2]> = Some([1.0, 0.1]);
const U: Option<[f32; 2]> = Some([0.2, 1.0]);

#[wasm_bindgen_test(unsupported = test)]
fn degenerate_tasks_score_what_can_be_scored_whatever_the_switches() {
    check("two classes", &[A, B, C, D], &[0, 0, 1, 1], &[T, U]);
    check("no text", &[A, B, C, D], &[0, 0, 1, 1], &[None, None]);
    check("partial text", &[A, B, C, D], &[0, 0, 1, 2], &[T, U, None]);
    check("one class", &[A, B], &[0, 0], &[T]);
    check("one class without text", &[A, B], &[0, 0], &[None]);
    check("one example", &[A], &[0], &[T, U]);
    check("one example, no text", &[A], &[1], &[None, None]);
    check("a class of text alone", &[A, C], &[0, 1], &[T, U, T]);
    check("a class of nothing", &[A, C], &[0, 1], &[T, U, None]);
    check("identical examples", &[A, A, A, A], &[0, 0, 1, 1], &[T, U]);
    check("identical texts", &[A, C], &[0, 1], &[T, T]);
    let flat = [A, B, C].map(|row| [row[0], 0.5, row[2], 0.0, row[4]]);
    check("a constant dimension", &flat, &[0, 0, 1], &[T, U]);
    let opposite = [A, A.map(|v| -v), C];
    check("opposite examples", &opposite, &[0, 0, 1], &[T, U]);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_class_of_text_alone_gets_the_mean_bias() {
    let all = task(3, 3, 3);
    let two: Vec<usize> = (0..6).collect();
    let two = all.subset(&two);
    let query = all.row(8);
    for spec in [
        HeadSpec::Amu(
            Amu::default()
                .uncertainty(Uncertainty::None)
                .alpha(Some(2.0)),
        ),
        HeadSpec::AmuPublished(AmuPublished::default()),
    ] {
        let zero_shot = handful::heads::ZeroShot::default().fit(&two).unwrap();
        let text = scores(&zero_shot, &two, query);
        let found = scores(spec.fit(&two).unwrap().as_ref(), &two, query);
        let bias: Vec<f32> = found.iter().zip(&text).map(|(s, t)| s - t).collect();
        assert!(
            (bias[2] - (bias[0] + bias[1]) / 2.0).abs() < 1e-4,
            "{bias:?}"
        );
    }
}

/// With lambda 0 texts teach the weights nothing, so the three fits have the same bias.
#[allow(clippy::disallowed_methods, reason = "a ten-thousandth is near enough")]
#[wasm_bindgen_test(unsupported = test)]
fn texts_of_some_classes_share_out_what_the_bias_gives_these() {
    let all = task(5, 4, 3);
    let mut text = all.text().to_vec();
    text[1] = None;
    text[3] = None;
    let (rows, labels) = (all.features().to_owned(), all.labels().to_vec());
    let some = Task::new(all.streams().clone(), rows, labels, text).unwrap();
    let head = Amu::default()
        .lambda(0.0)
        .alpha(Some(2.0))
        .uncertainty(Uncertainty::None);
    let without = all.without_text();
    let fitted = [&all, &some, &without].map(|task| (head.fit(task).unwrap(), task));
    let together = |scores: &[f32]| (scores[0].exp() + scores[2].exp()).ln();
    for i in 0..all.n_examples() {
        let [all, some, none] = [0, 1, 2].map(|k| {
            let (head, task): &(_, &Task) = &fitted[k];
            scores(head, task, task.row(i))
        });
        assert_close(some[1], none[1], 1e-4);
        assert_close(some[3], none[3], 1e-4);
        assert_close(together(&some), together(&none), 1e-4);
        assert_close(2.0 * (some[0] - some[2]), all[0] - all[2], 1e-3);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_linear_says_so() {
    let with_text = task(2, 3, 2);
    let amu = |uncertainty| Amu::default().uncertainty(uncertainty);
    let is_linear = |head: &Amu, task: &Task| head.fit(task).unwrap().linear().is_some();
    assert!(is_linear(&amu(Uncertainty::None), &with_text));
    assert!(!is_linear(&amu(Uncertainty::Max), &with_text));
    assert!(is_linear(&amu(Uncertainty::Max), &with_text.without_text()));
    // The same scores come from both parts apart.
    let fixed = amu(Uncertainty::None).fit(&with_text).unwrap();
    let apart = Amu::default()
        .uncertainty(Uncertainty::Max)
        .power(0.0)
        .alpha(Some(fixed.alpha()));
    let apart = apart.fit(&with_text).unwrap();
    same(
        &all_scores(&fixed, &with_text),
        &all_scores(&apart, &with_text),
        1e-4,
    );
}

/// Of more examples than twice their width the features are kept in place of the products: columns of zeros are more width.
#[wasm_bindgen_test(unsupported = test)]
fn the_minimum_is_the_same_by_features_and_by_products() {
    let (classes, n) = (4, 48);
    let (features, labels) = blobs(5, classes, n / classes, 12, 0.9);
    let mut padded = Array2::zeros((n, 24));
    padded.slice_mut(s![.., ..12]).assign(&features);
    let queries = features.mapv(|v| v + 0.1);
    let found = [features, padded].map(|features| {
        let width = features.ncols();
        let streams = Streams::new(vec![Stream::new("aux", width)]).unwrap();
        let task = Task::new(streams, features, labels.clone(), vec![None; classes]).unwrap();
        let fitted = Amu::default().fit(&task).unwrap();
        let rows = queries.rows().into_iter().map(|query| {
            let mut row = query.to_vec();
            row.resize(width, 0.0);
            scores(&fitted, &task, &task.streams().unit(&row).unwrap())
        });
        rows.collect::<Vec<_>>().concat()
    });
    same(&found[0], &found[1], 1e-4);
}

#[wasm_bindgen_test(unsupported = test)]
fn many_examples_of_few_features_are_recognised() {
    let streams = Streams::new(vec![Stream::new("aux", 6)]).unwrap();
    let (features, labels) = blobs(4, 4, 150, 6, 0.8);
    let many = Task::new(streams, features, labels, vec![None; 4]).unwrap();
    let fitted = Amu::default().fit(&many).unwrap();
    let right = (0..many.n_examples()).filter(|&i| {
        let found = scores(&fitted, &many, many.row(i));
        let own = found[many.labels()[i]];
        found.iter().all(|&s| s <= own)
    });
    assert!(right.count() > 500);
}
