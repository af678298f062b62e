//! One list of properties that every head keeps, natively and in the browser.
#![cfg(feature = "core")]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::{assert_close, task, without};
use handful::heads::{FittedHead, HeadSpec, NaiveBayes, Prior, Prototype, ZeroShot};
use handful::support::Task;
use handful::{Error, Stream, Streams, calibration};
use ndarray::Array2;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn scores(head: &dyn FittedHead, query: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; head.n_classes()];
    head.scores_into(query, &mut out);
    out
}

#[track_caller]
fn same(a: &[f32], b: &[f32], tolerance: f32) {
    assert_eq!(a.len(), b.len());
    for (&a, &b) in a.iter().zip(b) {
        assert_close(a, b, tolerance);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn leave_one_out_equals_fitting_without_the_example() {
    for spec in HeadSpec::all() {
        for (classes, shots) in [(3, 4), (5, 2), (4, 1), (1, 3)] {
            let all = task(11, classes, shots);
            let fitted = spec.fit(&all).unwrap();
            let examples: Vec<usize> = (0..all.n_examples()).collect();
            let closed = fitted.leave_one_out(&all, &examples);
            for i in examples {
                let refitted = spec.fit(&without(&all, i)).unwrap();
                let expected = scores(refitted.as_ref(), all.features().row(i).as_slice().unwrap());
                same(closed.row(i).as_slice().unwrap(), &expected, 2e-6);
            }
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn two_fits_are_equal() {
    for spec in HeadSpec::all() {
        let all = task(3, 4, 3);
        let query = all.features().row(0).to_vec();
        let once = scores(spec.fit(&all).unwrap().as_ref(), &query);
        assert_eq!(once, scores(spec.fit(&all).unwrap().as_ref(), &query));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn relabelling_the_classes_permutes_the_columns() {
    for spec in HeadSpec::all() {
        let all = task(5, 4, 3);
        let swap = |c: usize| 3 - c;
        let mirrored = Task::new(
            all.streams().clone(),
            all.features().to_owned(),
            all.labels().iter().map(|&c| swap(c)).collect(),
            (0..4).map(|c| all.text()[swap(c)].clone()).collect(),
        )
        .unwrap();
        let query = all.features().row(1).to_vec();
        let mut back = scores(spec.fit(&mirrored).unwrap().as_ref(), &query);
        back.reverse();
        same(
            &scores(spec.fit(&all).unwrap().as_ref(), &query),
            &back,
            1e-6,
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn degenerate_tasks_have_finite_scores() {
    let streams = Streams::new(vec![Stream::new("clip", 2)]).unwrap();
    let text = Some(ndarray::array![1.0_f32, 0.0]);
    let cases = [
        ("one example", ndarray::array![[1.0_f32, 2.0]], vec![0], 1),
        (
            "identical examples",
            ndarray::array![[1.0_f32, 2.0], [1.0, 2.0], [1.0, 2.0]],
            vec![0, 0, 1],
            2,
        ),
        (
            "a constant dimension",
            ndarray::array![[1.0_f32, 0.0], [2.0, 0.0], [-1.0, 0.0]],
            vec![0, 0, 1],
            2,
        ),
        (
            "opposite examples of one class",
            ndarray::array![[1.0_f32, 0.0], [-1.0, 0.0], [0.0, 1.0]],
            vec![0, 0, 1],
            2,
        ),
    ];
    for spec in HeadSpec::all() {
        for (name, features, labels, classes) in &cases {
            let all = Task::new(
                streams.clone(),
                features.clone(),
                labels.clone(),
                vec![text.clone(); *classes],
            )
            .unwrap();
            let fitted = spec.fit(&all).unwrap();
            let found = scores(fitted.as_ref(), all.features().row(0).as_slice().unwrap());
            assert!(
                found.iter().all(|s| s.is_finite()),
                "{} on {name}: {found:?}",
                spec.name()
            );
            let t = calibration::temperature(fitted.as_ref(), &all);
            assert!(
                t.is_finite() && t > 0.0,
                "{} on {name}: temperature {t}",
                spec.name()
            );
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_class_without_examples_or_text_cannot_be_scored() {
    let streams = common::clip_and_aux(2, 3);
    let features = Array2::from_shape_fn((2, 5), |(i, d)| if i == d % 2 { 1.0 } else { 0.2 });
    let bare = Task::new(streams, features, vec![0, 1], vec![None; 3]).unwrap();
    let query = bare.features().row(0).to_vec();
    for spec in HeadSpec::all() {
        let found = scores(spec.fit(&bare).unwrap().as_ref(), &query);
        assert_eq!(found[2], f32::NEG_INFINITY, "{}", spec.name());
        let images = !matches!(spec, HeadSpec::ZeroShot(_));
        assert_eq!(found[0].is_finite(), images, "{}", spec.name());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn hyper_parameters_outside_their_range_are_refused() {
    let all = task(1, 2, 2);
    let bad = [
        HeadSpec::ZeroShot(ZeroShot { logit_scale: 0.0 }),
        HeadSpec::ZeroShot(ZeroShot {
            logit_scale: f64::NAN,
        }),
        HeadSpec::Prototype(Prototype { logit_scale: -1.0 }),
        HeadSpec::NaiveBayes(NaiveBayes {
            nu: f64::INFINITY,
            prior: Prior::Uniform,
        }),
        HeadSpec::NaiveBayes(NaiveBayes {
            nu: -0.1,
            prior: Prior::Empirical,
        }),
    ];
    for spec in bad {
        assert!(
            matches!(spec.fit(&all), Err(Error::Parameter { .. })),
            "{spec:?}"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_recipe_survives_json_and_unknown_fields_are_refused() {
    for spec in HeadSpec::all() {
        let json = serde_json::to_string(&spec).unwrap();
        assert_eq!(serde_json::from_str::<HeadSpec>(&json).unwrap(), spec);
        let extra = json.replacen('{', "{\"surprise\":1,", 1);
        assert!(serde_json::from_str::<HeadSpec>(&extra).is_err(), "{extra}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn tasks_with_wrong_shapes_are_refused() {
    let streams = common::clip_and_aux(2, 3);
    let ones = Array2::<f32>::ones((2, 5));
    let task =
        |features, labels: Vec<usize>, text| Task::new(streams.clone(), features, labels, text);
    assert!(matches!(
        task(ones.clone(), vec![0], vec![None]),
        Err(Error::Shape { .. })
    ));
    assert!(matches!(
        task(ones.clone(), vec![0, 1], vec![None]),
        Err(Error::Shape { .. })
    ));
    assert!(matches!(
        task(Array2::ones((2, 4)), vec![0, 0], vec![None]),
        Err(Error::Shape { .. })
    ));
    let text = vec![Some(ndarray::array![1.0_f32])];
    assert!(matches!(
        task(ones.clone(), vec![0, 0], text),
        Err(Error::Shape { .. })
    ));
    let mut zero = ones.clone();
    zero.row_mut(1).fill(0.0);
    assert!(matches!(
        task(zero, vec![0, 0], vec![None]),
        Err(Error::ZeroFeature { .. })
    ));
    let mut nan = ones;
    nan[[1, 4]] = f32::NAN;
    assert!(matches!(
        task(nan, vec![0, 0], vec![None]),
        Err(Error::NotFinite { .. })
    ));
}
