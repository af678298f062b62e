//! The heads against numbers of an independent program; `tests/data/heads_reference.json` says which.
#![cfg(feature = "core")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::{assert_close, clip_and_aux};
use handful::calibration;
use handful::heads::{FittedHead, Head, NaiveBayes, Prior, Prototype, ZeroShot};
use handful::support::Task;
use ndarray::{Array1, Array2};
use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// Scores are of the order of 100; single precision keeps 7 digits of them.
const TOLERANCE: f32 = 2e-6;

#[derive(Deserialize)]
struct Reference {
    clip: usize,
    aux: usize,
    features: Vec<f32>,
    labels: Vec<usize>,
    text: Vec<f32>,
    queries: Vec<f32>,
    zero_shot: Vec<Vec<Option<f32>>>,
    prototype: Vec<Vec<Option<f32>>>,
    naive_bayes: Vec<Vec<Option<f64>>>,
    naive_bayes_published: Vec<Vec<Option<f64>>>,
    prototype_temperature: f64,
    naive_bayes_temperature: f64,
}

fn reference() -> (Reference, Task) {
    let r: Reference = serde_json::from_str(include_str!("data/heads_reference.json")).unwrap();
    let streams = clip_and_aux(r.clip, r.aux);
    let features =
        Array2::from_shape_vec((r.labels.len(), streams.width()), r.features.clone()).unwrap();
    let text = r
        .text
        .chunks(r.clip)
        .map(|row| Some(Array1::from(streams.unit_text(row).unwrap())))
        .collect();
    let task = Task::new(streams, features, r.labels.clone(), text).unwrap();
    (r, task)
}

fn queries(r: &Reference, task: &Task) -> Vec<Vec<f32>> {
    r.queries
        .chunks(r.clip + r.aux)
        .map(|q| task.streams().unit(q).unwrap())
        .collect()
}

fn scores(head: &dyn FittedHead, query: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; head.n_classes()];
    head.scores_into(query, &mut out);
    out
}

#[track_caller]
fn check(head: &dyn FittedHead, expected: &[Vec<Option<f32>>]) {
    let (r, task) = reference();
    for (query, expected) in queries(&r, &task).iter().zip(expected) {
        for (found, expected) in scores(head, query).into_iter().zip(expected) {
            assert_close(found, expected.unwrap_or(f32::NEG_INFINITY), TOLERANCE);
        }
    }
}

/// Compares with scores that are given up to a number that all classes share: with their differences to class 0.
#[track_caller]
fn check_differences(head: &dyn FittedHead, expected: &[Vec<Option<f64>>]) {
    let (r, task) = reference();
    for (query, expected) in queries(&r, &task).iter().zip(expected) {
        let found = scores(head, query);
        for (c, value) in expected.iter().enumerate() {
            match value {
                Some(value) => {
                    let difference = (value - expected[0].unwrap()) as f32;
                    assert_close(found[c] - found[0], difference, 1e-5);
                }
                None => assert_eq!(found[c], f32::NEG_INFINITY),
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn zero_shot_gives_the_reference_scores() {
    let (r, task) = reference();
    check(&ZeroShot::default().fit(&task).unwrap(), &r.zero_shot);
}

#[wasm_bindgen_test(unsupported = test)]
fn prototype_gives_the_reference_scores_and_temperature() {
    let (r, task) = reference();
    let head = Prototype::default().fit(&task).unwrap();
    check(&head, &r.prototype);
    assert_close(
        calibration::temperature(&head, &task) as f32,
        r.prototype_temperature as f32,
        1e-4,
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn naive_bayes_gives_the_reference_scores_and_temperature() {
    let (r, task) = reference();
    let head = NaiveBayes::default().fit(&task).unwrap();
    check_differences(&head, &r.naive_bayes);
    assert_close(
        calibration::temperature(&head, &task) as f32,
        r.naive_bayes_temperature as f32,
        1e-4,
    );
    let published = NaiveBayes {
        nu: 0.0,
        prior: Prior::Empirical,
    };
    check_differences(&published.fit(&task).unwrap(), &r.naive_bayes_published);
}
