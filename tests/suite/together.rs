//! Photos that are asked about together; natively and in the browser.

use crate::common::{Numbers, one_each_and_others, taught};
use handful::heads::HeadSpec;
use handful::{Classifier, Error};
use wasm_bindgen_test::wasm_bindgen_test;

const LABELS: [&str; 3] = ["cat", "dog", "bird"];

/// How many answers are right, alone and together, of photos of some of the classes.
fn right(classes: &[usize], each: usize) -> (usize, usize) {
    let (mut classifier, rows, labels) = one_each_and_others(&LABELS, each);
    let (rows, labels): (Vec<_>, Vec<_>) = rows
        .chunks(24)
        .zip(labels)
        .filter(|(_, label)| classes.contains(label))
        .unzip();
    let rows = rows.concat();
    let together = classifier.predict_together(&rows).unwrap();
    assert_eq!(together.len(), labels.len());
    let (mut alone, mut joint) = (0, 0);
    for ((row, &label), answer) in rows.chunks(24).zip(&labels).zip(&together) {
        let single = classifier.predict(row).unwrap();
        alone += usize::from(single.best().label == LABELS[label]);
        joint += usize::from(answer.best().label == LABELS[label]);
        let sum: f64 = answer.scores.iter().map(|score| score.probability).sum();
        assert!((sum - 1.0).abs() < 1e-9);
        // How foreign a photo looks does not depend on others.
        assert_eq!(
            (answer.p_value, answer.foreign),
            (single.p_value, single.foreign)
        );
    }
    (alone, joint)
}

#[wasm_bindgen_test(unsupported = test)]
fn photos_that_are_alike_help_each_other() {
    let (alone, together) = right(&[0, 1, 2], 40);
    assert!(together > alone + 6, "{alone} {together}");
}

#[wasm_bindgen_test(unsupported = test)]
fn classes_that_do_not_occur_do_no_harm() {
    for class in 0..3 {
        let (alone, together) = right(&[class], 60);
        assert!(together >= alone, "{class}: {alone} {together}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_few_photos_and_other_heads_answer_as_if_alone() {
    let (mut classifier, rows, _) = one_each_and_others(&LABELS, 10);
    let answers = |classifier: &mut Classifier, rows: &[f32]| {
        let alone: Vec<_> = rows
            .chunks(24)
            .map(|row| classifier.predict(row).unwrap())
            .collect();
        (alone, classifier.predict_together(rows).unwrap())
    };
    let (alone, together) = answers(&mut classifier, &rows[..19 * 24]);
    assert_eq!(alone, together);
    let (alone, together) = answers(&mut classifier, &rows);
    assert_ne!(alone, together);
    classifier
        .set_head(Some(HeadSpec::by_name("prototype").unwrap()))
        .unwrap();
    let (alone, together) = answers(&mut classifier, &rows);
    assert_eq!(alone, together);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_set_as_it_was_answers_whatever_becomes_of_it() {
    let (mut classifier, rows, _) = one_each_and_others(&LABELS, 20);
    let expected = classifier.predict_together(&rows).unwrap();
    let mut asked = classifier.ask_together(&rows).unwrap();
    asked.step();
    let mut numbers = Numbers::new(3);
    for _ in 0..3 {
        classifier.add_example("fish", &numbers.row(24)).unwrap();
        classifier.predict(&rows[..24]).unwrap();
    }
    classifier.remove_class("cat").unwrap();
    while !asked.step() {}
    assert_eq!(asked.answers(), Ok(expected));
    assert!(asked.step(), "once done it stays so");
}

#[wasm_bindgen_test(unsupported = test)]
fn what_cannot_be_asked_is_refused() {
    let mut classifier = taught(&LABELS, 2);
    assert_eq!(classifier.predict_together(&[]), Ok(vec![]));
    let code = |rows: &[f32], classifier: &mut Classifier| {
        classifier
            .predict_together(rows)
            .map_err(|error| error.code())
            .unwrap_err()
    };
    assert_eq!(code(&[1.0; 9], &mut classifier), "shape");
    assert_eq!(code(&[0.0; 8], &mut classifier), "zero-feature");
    assert_eq!(code(&[f32::NAN; 8], &mut classifier), "not-finite");
    classifier.remove_class("cat").unwrap();
    classifier.remove_class("dog").unwrap();
    let refused = classifier.predict_together(&[1.0; 8 * 30]);
    assert!(
        matches!(refused, Err(Error::NotEnoughExamples { .. })),
        "{refused:?}"
    );
}
