//! The heads against numbers of an independent program; `tests/data/heads_reference.json` says which.

use crate::common::{assert_close, clip_and_aux, probabilities, scores};
use handful::heads::{
    Center, Dof, FittedHead, Head, HeadSpec, KernelRidge, Knn, Logistic, NaiveBayes,
    NaiveBayesFull, Prior, Prototype, Ridge, TipAdapter, ZeroShot,
};
use handful::task::Task;
use handful::validation::fit_temperature;
use handful::{Stream, Streams};
use ndarray::{Array1, Array2, s};
use serde::Deserialize;
use std::collections::BTreeMap;
use wasm_bindgen_test::wasm_bindgen_test;

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
    shift: f32,
    prototype_temperature: f64,
    naive_bayes_temperature: f64,
    naive_bayes_full_temperature: f64,
    logistic_objective: f64,
    /// Scores of the queries by name; nothing for minus infinity.
    #[serde(flatten)]
    rest: BTreeMap<String, serde_json::Value>,
}

impl Reference {
    fn scores(&self, name: &str) -> Vec<Vec<Option<f64>>> {
        serde_json::from_value(self.rest[name].clone()).unwrap()
    }
}

fn reference() -> (Reference, Task) {
    let r: Reference = serde_json::from_str(include_str!("../data/heads_reference.json")).unwrap();
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

#[track_caller]
fn close(head: &dyn FittedHead, name: &str, tolerance: f32) {
    let (r, task) = reference();
    for (query, expected) in queries(&r, &task).iter().zip(r.scores(name)) {
        for (found, expected) in scores(head, &task, query).into_iter().zip(expected) {
            let expected = expected.unwrap_or(f64::NEG_INFINITY) as f32;
            assert_close(found, expected, tolerance);
        }
    }
}

#[track_caller]
fn check(head: &dyn FittedHead, name: &str) {
    close(head, name, TOLERANCE);
}

/// Compares with scores that are given up to a number that all classes share: with their differences to class 0.
#[track_caller]
fn check_differences(head: &dyn FittedHead, name: &str) {
    let (r, task) = reference();
    for (query, expected) in queries(&r, &task).iter().zip(r.scores(name)) {
        let found = scores(head, &task, query);
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

/// Compares the temperature that leaving out single examples gives.
#[track_caller]
fn check_temperature<H: Head>(recipe: &H, task: &Task, expected: f64) {
    let mut left_out = Array2::zeros((task.n_examples(), task.n_classes()));
    for (i, mut row) in left_out.rows_mut().into_iter().enumerate() {
        let rest = task.without(&[i]);
        let head = recipe.fit(&rest).unwrap();
        row.assign(&Array1::from(scores(&head, &rest, task.row(i))));
    }
    let prior = recipe.fit(task).unwrap().prior_temperature();
    let found = fit_temperature(left_out.view(), task.labels(), prior);
    assert_close(found as f32, expected as f32, 1e-4);
}

#[wasm_bindgen_test(unsupported = test)]
fn zero_shot_gives_the_reference_scores() {
    let (_, task) = reference();
    check(&ZeroShot::default().fit(&task).unwrap(), "zero_shot");
}

#[wasm_bindgen_test(unsupported = test)]
fn prototype_gives_the_reference_scores_and_temperature() {
    let (r, task) = reference();
    let recipe = Prototype::default();
    let head = recipe.fit(&task).unwrap();
    check(&head, "prototype");
    check_temperature(&recipe, &task, r.prototype_temperature);
    let centred = Prototype::default().center(Center::SupportMean);
    check(&centred.fit(&task).unwrap(), "prototype_centred");
    let text = Prototype::default().text_count(1.5);
    check(&text.fit(&task).unwrap(), "prototype_text");
}

#[wasm_bindgen_test(unsupported = test)]
fn naive_bayes_gives_the_reference_scores_and_temperature() {
    let (r, task) = reference();
    let recipe = NaiveBayes::default();
    let head = recipe.fit(&task).unwrap();
    check_differences(&head, "naive_bayes");
    check_temperature(&recipe, &task, r.naive_bayes_temperature);
    let published = NaiveBayes::default()
        .nu(0.0)
        .prior(Prior::Empirical)
        .center_count(0.0);
    check_differences(&published.fit(&task).unwrap(), "naive_bayes_published");
    let minmax = NaiveBayes::default()
        .minmax(true)
        .dof(Dof::Classes)
        .prior(Prior::Smoothed);
    check_differences(&minmax.fit(&task).unwrap(), "naive_bayes_minmax");
    let text = NaiveBayes::default()
        .eta(Some(0.5))
        .floor(0.01)
        .prior(Prior::Smoothed)
        .text_count(1.5);
    check_differences(&text.fit(&task).unwrap(), "naive_bayes_text");
}

#[wasm_bindgen_test(unsupported = test)]
fn naive_bayes_full_gives_the_reference_scores_and_temperature() {
    let (r, task) = reference();
    let recipe = NaiveBayesFull::default();
    let head = recipe.fit(&task).unwrap();
    check(&head, "naive_bayes_full");
    check_temperature(&recipe, &task, r.naive_bayes_full_temperature);
    let published = NaiveBayesFull::default().center_count(0.0);
    check(&published.fit(&task).unwrap(), "naive_bayes_full_published");
    let shrunk = NaiveBayesFull::default().ridge(Ridge::LedoitWolf);
    check(&shrunk.fit(&task).unwrap(), "naive_bayes_full_ledoit_wolf");
    let fixed = NaiveBayesFull::default()
        .ridge(Ridge::Fixed(0.05))
        .prior(Prior::Empirical);
    check(&fixed.fit(&task).unwrap(), "naive_bayes_full_fixed");
    let text = NaiveBayesFull::default().text(true);
    // Terms of the order of 20 that nearly cancel.
    close(&text.fit(&task).unwrap(), "naive_bayes_full_text", 1e-5);
}

/// Fewer dimensions than examples: the other factorisation.
#[wasm_bindgen_test(unsupported = test)]
fn naive_bayes_full_gives_the_reference_scores_of_narrow_rows() {
    let (r, task) = reference();
    let streams = Streams::new(vec![Stream::new("clip", r.clip)]).unwrap();
    let features = task.features().slice(s![.., ..r.clip]).to_owned();
    let narrow = Task::new(streams, features, r.labels.clone(), task.text().to_vec()).unwrap();
    let head = NaiveBayesFull::default().fit(&narrow).unwrap();
    let expected = r.scores("naive_bayes_full_narrow");
    for (query, expected) in queries(&r, &task).iter().zip(expected) {
        let found = scores(&head, &narrow, &query[..r.clip]);
        for (found, expected) in found.into_iter().zip(expected) {
            assert_close(
                found,
                expected.unwrap_or(f64::NEG_INFINITY) as f32,
                TOLERANCE,
            );
        }
    }
}

/// Rows that have much in common, standardised: by a linear head and by one that looks at similarities.
#[wasm_bindgen_test(unsupported = test)]
fn standardised_images_give_the_reference_scores() {
    let (r, task) = reference();
    let shifted = |values: &[f32]| values.iter().map(|v| v + r.shift).collect::<Vec<_>>();
    let rows = Array2::from_shape_vec((r.labels.len(), r.clip + r.aux), shifted(&r.features));
    let none = vec![None; task.n_classes()];
    let streams = task.streams().clone();
    let task = Task::new(streams, rows.unwrap(), r.labels.clone(), none).unwrap();
    for name in ["naive_bayes_full", "kernel_ridge"] {
        let spec = HeadSpec::by_name(name).unwrap();
        let task = spec.prepare(task.clone()).unwrap();
        let expected = r.scores(&format!("{name}_standardised"));
        let head = spec.fit(&task).unwrap();
        for (query, expected) in r.queries.chunks(r.clip + r.aux).zip(expected) {
            let query = task.streams().unit(&shifted(query)).unwrap();
            for (found, expected) in scores(head.as_ref(), &task, &query)
                .into_iter()
                .zip(expected)
            {
                let expected = expected.unwrap_or(f64::NEG_INFINITY) as f32;
                assert_close(found, expected, TOLERANCE);
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn kernel_ridge_gives_the_reference_scores() {
    let (_, task) = reference();
    check(
        &KernelRidge::default().fit(&task).unwrap(),
        "kernel_ridge_text",
    );
    let bare = task.without_text();
    check(&KernelRidge::default().fit(&bare).unwrap(), "kernel_ridge");
    let published = KernelRidge::default()
        .beta(Some(3.0))
        .lambda(Some(0.05))
        .balance(0.0);
    check(&published.fit(&bare).unwrap(), "kernel_ridge_published");
}

#[wasm_bindgen_test(unsupported = test)]
fn knn_gives_the_reference_scores() {
    let (_, task) = reference();
    check(&Knn::default().fit(&task).unwrap(), "knn");
    let centred = Knn::default().k(3).center(Center::SupportMean);
    check(&centred.fit(&task).unwrap(), "knn_centred");
}

#[wasm_bindgen_test(unsupported = test)]
fn tip_adapter_gives_the_reference_scores() {
    let (_, task) = reference();
    check(&TipAdapter::default().fit(&task).unwrap(), "tip_adapter");
    let published = TipAdapter::default().per_class_mean(false);
    check(&published.fit(&task).unwrap(), "tip_adapter_published");
}

/// The reference is SciPy's L-BFGS in another parametrisation, so this is a test of both minima.
#[wasm_bindgen_test(unsupported = test)]
fn logistic_gives_the_reference_scores() {
    let (r, task) = reference();
    let head = Logistic::default().fit(&task).unwrap();
    close(&head, "logistic", 1e-5);

    let columns = task.scale();
    let weights = head.linear().unwrap().weights() / &columns / Logistic::default().scale as f32;
    let penalty: f64 = weights
        .iter()
        .map(|&w| f64::from(w) * f64::from(w) / 2.0)
        .sum();
    let loss: f64 = (0..task.n_examples())
        .map(|i| {
            let found = scores(&head, &task, task.row(i));
            -libm::log(probabilities(&found, 1.0)[task.labels()[i]])
        })
        .sum();
    let gap = (loss + penalty) / r.logistic_objective - 1.0;
    assert!(gap.abs() < 1e-6, "relative gap of the objective {gap}");
}
