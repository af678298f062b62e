//! One list of properties that every head keeps, natively and in the browser.

use crate::common::{assert_close, scores, task, temperature};
use handful::heads::{
    Amu, AmuPublished, Center, Dof, Fields, Fused, HeadSpec, KernelRidge, Knn, Logistic,
    NaiveBayes, NaiveBayesFull, Prior, Prototype, Ridge, ScoresBy, TipAdapter, Uer, ZeroShot,
};
use handful::task::Task;
use handful::{Classifier, Error, Recogniser, Stream, Streams};
use ndarray::Array2;
use wasm_bindgen_test::wasm_bindgen_test;

#[track_caller]
fn same(a: &[f32], b: &[f32], tolerance: f32) {
    assert_eq!(a.len(), b.len());
    for (&a, &b) in a.iter().zip(b) {
        assert_close(a, b, tolerance);
    }
}

/// All heads as they are by default, and with their switches the other way.
fn every_head() -> Vec<HeadSpec> {
    let mut all = HeadSpec::all().to_vec();
    all.extend([
        HeadSpec::Prototype(Prototype::default().center(Center::SupportMean)),
        HeadSpec::Prototype(Prototype::default().text_count(1.5)),
        HeadSpec::NaiveBayes(
            NaiveBayes::default()
                .minmax(true)
                .dof(Dof::Classes)
                .prior(Prior::Smoothed),
        ),
        HeadSpec::NaiveBayes(
            NaiveBayes::default()
                .eta(Some(0.5))
                .floor(0.01)
                .center_count(0.0)
                .text_count(2.0),
        ),
        HeadSpec::NaiveBayesFull(
            NaiveBayesFull::default()
                .ridge(Ridge::Fixed(0.05))
                .standardise(false)
                .prior(Prior::Empirical)
                .center_count(2.5)
                .text(true)
                .alpha(Some(0.1)),
        ),
        HeadSpec::NaiveBayesFull(
            NaiveBayesFull::default()
                .ridge(Ridge::LedoitWolf)
                .text(true),
        ),
        HeadSpec::Knn(Knn::default().k(3).center(Center::SupportMean)),
        HeadSpec::TipAdapter(TipAdapter::default().per_class_mean(false)),
        HeadSpec::Amu(Amu::default().alpha(Some(1.5))),
        HeadSpec::KernelRidge(
            KernelRidge::default()
                .beta(Some(1.7))
                .lambda(Some(0.1))
                .balance(0.0)
                .weight(Some(0.3)),
        ),
    ]);
    all
}

/// One to four examples a class, some with a text.
fn uneven() -> Task {
    let all = task(23, 5, 4);
    let counts = [3, 1, 2, 4, 0];
    let kept: Vec<usize> = (0..all.n_examples())
        .filter(|i| i % 4 < counts[i / 4])
        .collect();
    let mut text = all.text().to_vec();
    text[2] = None;
    Task::new(
        all.streams().clone(),
        all.features().select(ndarray::Axis(0), &kept),
        kept.iter().map(|i| i / 4).collect(),
        text,
    )
    .unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn every_example_is_held_out_once_and_scored_by_what_is_left() {
    let even = [(3, 4), (5, 2), (1, 3), (2, 12)].map(|(classes, shots)| task(11, classes, shots));
    let tasks = even.into_iter().chain([uneven(), uneven().without_text()]);
    for (all, spec) in tasks.flat_map(|all| every_head().into_iter().map(move |s| (all.clone(), s)))
    {
        let held_out = spec.held_out(&all, usize::MAX).unwrap();
        let mut examples = held_out.examples.clone();
        examples.sort_unstable();
        assert_eq!(examples, (0..all.n_examples()).collect::<Vec<_>>());
        assert_eq!(held_out.logits.dim(), (all.n_examples(), all.n_classes()));
        let wrong = |s: &f32| s.is_nan() || *s == f32::INFINITY;
        assert!(!held_out.logits.iter().any(wrong), "{}", spec.name());
    }
    // No class has two: none is left to say anything.
    let single = task(11, 4, 1);
    for spec in every_head() {
        assert!(
            spec.held_out(&single, usize::MAX)
                .unwrap()
                .examples
                .is_empty()
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_default_answer_knows_without_a_fit_what_fits_to_the_rest_say() {
    let spec = HeadSpec::Fused(Fused::default());
    for all in [task(11, 3, 4), task(2, 5, 12), task(11, 1, 3), uneven()] {
        // Of texts the weight is learned from all folds.
        let all = all.without_text();
        let known = spec.fit(&all).unwrap();
        let known = known.held_out(usize::MAX).unwrap();
        let refitted = spec.held_out(&all, usize::MAX).unwrap();
        assert_eq!(known.examples, refitted.examples);
        let pairs = known.logits.rows().into_iter().zip(refitted.logits.rows());
        for (a, b) in pairs {
            same(&a.to_vec(), &b.to_vec(), 1e-3);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn two_fits_are_equal() {
    for spec in every_head() {
        let all = task(3, 4, 3);
        let query = all.features().row(0).to_vec();
        let once = scores(spec.fit(&all).unwrap().as_ref(), &all, &query);
        assert_eq!(once, scores(spec.fit(&all).unwrap().as_ref(), &all, &query));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn relabelling_the_classes_permutes_the_columns() {
    for spec in every_head() {
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
        let mut back = scores(spec.fit(&mirrored).unwrap().as_ref(), &mirrored, &query);
        back.reverse();
        same(
            &scores(spec.fit(&all).unwrap().as_ref(), &all, &query),
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
    for spec in every_head() {
        for (name, features, labels, classes) in &cases {
            let all = Task::new(
                streams.clone(),
                features.clone(),
                labels.clone(),
                vec![text.clone(); *classes],
            )
            .unwrap();
            let fitted = spec.fit(&all).unwrap();
            let found = scores(fitted.as_ref(), &all, all.row(0));
            assert!(
                found.iter().all(|s| s.is_finite()),
                "{} on {name}: {found:?}",
                spec.name()
            );
            let t = temperature(&spec, &all);
            assert!(
                t.is_finite() && t > 0.0,
                "{} on {name}: temperature {t}",
                spec.name()
            );
        }
    }
}

/// A saved set may name any number: it is refused, or answers are probabilities, in time.
#[wasm_bindgen_test(unsupported = test)]
fn every_number_of_a_head_is_refused_or_gives_probabilities() {
    let edges = [
        -1.0,
        0.0,
        5e-324,
        1e-300,
        1e-30,
        1e-6,
        1.0,
        1e3,
        1e6,
        1e9,
        1e30,
        1e300,
        f64::MAX,
    ];
    let all = uneven();
    let rows = [all.row(0).to_vec(), all.row(7).to_vec()];
    let mut taken = 0;
    let mut wrong = Vec::new();
    for spec in every_head() {
        let json = serde_json::to_value(&spec).unwrap();
        let fields = json[spec.name()].as_object().unwrap().clone();
        for (field, edge) in fields.keys().flat_map(|f| edges.map(|edge| (f, edge))) {
            let whole = fields[field].is_u64();
            let mut json = json.clone();
            json[spec.name()][field] = match whole {
                true => (edge as u64).into(),
                false => edge.into(),
            };
            let Ok(spec) = serde_json::from_value::<HeadSpec>(json) else {
                continue;
            };
            let Ok(mut recogniser) = Recogniser::fit(&spec, all.clone()) else {
                continue;
            };
            taken += 1;
            for row in &rows {
                let p = &recogniser.predict(row).probabilities;
                let sum: f64 = p.iter().sum();
                if !p.iter().all(|p| (0.0..=1.0).contains(p)) || (sum - 1.0).abs() > 1e-9 {
                    wrong.push(format!("{} {field} = {edge:e}: {p:?}", spec.name()));
                }
            }
        }
    }
    assert!(taken > 300 && wrong.is_empty(), "{taken} {wrong:#?}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_class_without_examples_or_text_cannot_be_scored() {
    let streams = crate::common::clip_and_aux(2, 3);
    let features = Array2::from_shape_fn((2, 5), |(i, d)| if i == d % 2 { 1.0 } else { 0.2 });
    let bare = Task::new(streams, features, vec![0, 1], vec![None; 3]).unwrap();
    let query = bare.features().row(0).to_vec();
    for spec in every_head() {
        let found = scores(spec.fit(&bare).unwrap().as_ref(), &bare, &query);
        assert_eq!(found[2], f32::NEG_INFINITY, "{}", spec.name());
        let images = spec.scores_by() != ScoresBy::Text;
        assert_eq!(found[0].is_finite(), images, "{}", spec.name());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_task_without_examples_is_scored_by_its_texts_or_not_at_all() {
    let all = task(7, 3, 2).subset(&[]);
    for spec in every_head() {
        for (task, text) in [(all.clone(), true), (all.without_text(), false)] {
            let fitted = spec.fit(&task).unwrap();
            let query = [&[1.0; 6][..], &[0.5; 10]].concat();
            let found = scores(fitted.as_ref(), &task, &query);
            let reads_text = spec.scores_by() != ScoresBy::Examples;
            assert!(
                found
                    .iter()
                    .all(|s| !s.is_nan() && s.is_finite() == (text && reads_text)),
                "{spec:?}: {found:?}"
            );
            assert!(temperature(&spec, &task) > 0.0);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_thousand_classes_have_finite_scores() {
    let many = task(29, 1000, 4);
    // One example of some classes, four of each would take some heads too long without optimisation.
    let some = many.subset(&(0..200).map(|i| 4 * i).collect::<Vec<_>>());
    for spec in HeadSpec::all() {
        let fitted = spec.fit(&some).unwrap();
        let found = scores(fitted.as_ref(), &some, some.row(0));
        let finite = found[..200].iter().all(|s| s.is_finite());
        assert!(finite && !found.iter().any(|s| s.is_nan()), "{spec:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn hyper_parameters_outside_their_range_are_refused() {
    let all = task(1, 2, 2);
    let bad = [
        HeadSpec::ZeroShot(ZeroShot::default().logit_scale(Some(0.0))),
        HeadSpec::ZeroShot(ZeroShot::default().logit_scale(Some(f64::NAN))),
        HeadSpec::Prototype(Prototype::default().logit_scale(-1.0)),
        HeadSpec::NaiveBayes(NaiveBayes::default().nu(f64::INFINITY)),
        HeadSpec::NaiveBayes(NaiveBayes::default().nu(-0.1)),
        HeadSpec::NaiveBayes(NaiveBayes::default().eta(Some(1.1))),
        HeadSpec::NaiveBayes(NaiveBayes::default().floor(0.0)),
        HeadSpec::NaiveBayes(NaiveBayes::default().center_count(f64::NAN)),
        HeadSpec::NaiveBayes(NaiveBayes::default().text_count(-1.0)),
        HeadSpec::NaiveBayesFull(NaiveBayesFull::default().ridge(Ridge::Fixed(0.0))),
        HeadSpec::NaiveBayesFull(NaiveBayesFull::default().alpha(Some(f64::NAN))),
        HeadSpec::NaiveBayesFull(NaiveBayesFull::default().center_count(-1.0)),
        HeadSpec::Prototype(Prototype::default().text_count(f64::NAN)),
        HeadSpec::Knn(Knn::default().k(0)),
        HeadSpec::Knn(Knn::default().tau(0.0)),
        HeadSpec::TipAdapter(TipAdapter::default().alpha(0.0)),
        HeadSpec::TipAdapter(TipAdapter::default().beta(f64::INFINITY)),
        HeadSpec::KernelRidge(KernelRidge::default().lambda(Some(0.0))),
        HeadSpec::KernelRidge(KernelRidge::default().beta(Some(-1.0))),
        HeadSpec::KernelRidge(KernelRidge::default().weight(Some(0.0))),
        HeadSpec::KernelRidge(KernelRidge::default().balance(2.1)),
        HeadSpec::Logistic(Logistic::default().scale(0.0)),
        HeadSpec::Logistic(Logistic::default().c(1e9)),
        HeadSpec::Uer(Uer::default().learning_rate(f64::NAN)),
        HeadSpec::Uer(Uer::default().feature_scale(1e7)),
        HeadSpec::Uer(Uer::default().gamma(0.0)),
        HeadSpec::Uer(Uer::default().iterations(0)),
        HeadSpec::Uer(Uer::default().batch(0)),
        HeadSpec::Amu(Amu::default().alpha(Some(f64::NAN))),
        HeadSpec::Amu(Amu::default().alpha(Some(1001.0))),
        HeadSpec::Amu(Amu::default().lambda(1.1)),
        HeadSpec::Amu(Amu::default().mu(0.0)),
        HeadSpec::AmuPublished(AmuPublished::default().batch(0)),
        HeadSpec::AmuPublished(AmuPublished::default().moment_norm(0.0)),
        HeadSpec::AmuPublished(AmuPublished::default().lr(-1.0)),
    ];
    let mut classifier = Classifier::new(all.streams().as_slice().to_vec()).unwrap();
    let chosen = Some(HeadSpec::by_name("knn").unwrap());
    classifier.set_head(chosen.clone()).unwrap();
    let saved = classifier.save();
    for spec in bad {
        let refused = spec.check().unwrap_err();
        assert!(matches!(refused, Error::Parameter { .. }), "{spec:?}");
        assert_eq!(spec.fit(&all).err(), Some(refused.clone()), "{spec:?}");
        assert_eq!(classifier.set_head(Some(spec)), Err(refused));
        assert_eq!(classifier.head(), chosen.as_ref());
        assert_eq!(classifier.save(), saved);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_recipe_survives_json_and_unknown_fields_are_refused() {
    for spec in every_head() {
        let json = serde_json::to_string(&spec).unwrap();
        assert_eq!(serde_json::from_str::<HeadSpec>(&json).unwrap(), spec);
        let extra = json.replacen('{', "{\"surprise\":1,", 1);
        assert!(serde_json::from_str::<HeadSpec>(&extra).is_err(), "{extra}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_recipe_is_read_from_its_name_and_the_fields_that_differ() {
    for spec in every_head() {
        let fields = spec.changed();
        assert_eq!(fields.is_empty(), HeadSpec::all().contains(&spec));
        assert_eq!(HeadSpec::parse(spec.name(), fields), Ok(spec));
    }
    let fields = |json: &str| serde_json::from_str::<Fields>(json).unwrap();
    let camel = HeadSpec::parse(
        "amu",
        fields(r#"{"classBalance": true, "missingText": "exclude"}"#),
    );
    let snake = HeadSpec::parse(
        "amu",
        fields(r#"{"class_balance": true, "missing_text": "exclude"}"#),
    );
    assert!(camel.is_ok());
    assert_eq!(camel, snake);
    for (name, json, said) in [
        (
            "oracle",
            "{}",
            "head = oracle is outside the names of heads",
        ),
        (
            "fused",
            r#"{"k": 5}"#,
            "fused.k = 5: this head has no hyper-parameters",
        ),
        (
            "knn",
            r#"{"k": 5, "K": 5}"#,
            "knn.K = 5: this head has center, k, tau",
        ),
        (
            "kernel_ridge",
            r#"{"knee": null}"#,
            "kernel_ridge.knee = null: this head has ",
        ),
        (
            "knn",
            r#"{"tau": "warm"}"#,
            "knn.tau = \"warm\": invalid type",
        ),
        ("knn", r#"{"k": 1.5}"#, "knn.k = 1.5: invalid type"),
        (
            "knn",
            r#"{"center": "here"}"#,
            "knn.center = \"here\": unknown variant",
        ),
        (
            "naive_bayes_full",
            r#"{"ridge": {"fixed":[]}}"#,
            "naive_bayes_full.ridge = {\"fixed\":[]}: ",
        ),
        ("knn", r#"{"tau": 0}"#, "knn.tau = 0 is outside 1e-6 to 1e6"),
    ] {
        let error = HeadSpec::parse(name, fields(json)).unwrap_err();
        assert_eq!(error.code(), "parameter");
        assert!(error.to_string().starts_with(said), "{error}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn tasks_with_wrong_shapes_are_refused() {
    let streams = crate::common::clip_and_aux(2, 3);
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
