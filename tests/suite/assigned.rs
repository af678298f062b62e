//! Photos of which it is known how many each class holds; natively and in the browser.

use crate::common::{Numbers, one_each_and_others, taught};
use handful::heads::HeadSpec;
use wasm_bindgen_test::wasm_bindgen_test;

const LABELS: [&str; 4] = ["cat", "dog", "bird", "fish"];

#[wasm_bindgen_test(unsupported = test)]
fn answers_fit_the_counts_and_are_right_more_often() {
    for each in [3, 12] {
        let (mut classifier, rows, labels) = one_each_and_others(&LABELS, each);
        let right = |answers: &[handful::Answer]| {
            let pairs = answers.iter().zip(&labels);
            pairs
                .filter(|(a, label)| a.best().label == LABELS[**label])
                .count()
        };
        let together = classifier.predict_together(&rows).unwrap();
        let assigned = classifier.assign(&rows, Some(&[each; 4])).unwrap();
        for label in LABELS {
            let held = assigned.iter().filter(|a| a.best().label == label).count();
            assert_eq!(held, each, "{label}");
        }
        for (answer, other) in assigned.iter().zip(&together) {
            let sum: f64 = answer.scores.iter().map(|score| score.probability).sum();
            assert!((sum - 1.0).abs() < 1e-9);
            // How foreign a photo looks does not depend on others.
            let foreign = (answer.p_value, answer.foreign);
            assert_eq!(foreign, (other.p_value, other.foreign));
        }
        let (before, after) = (right(&together), right(&assigned));
        assert!(after > before, "{each} each: {before} {after}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn equal_photos_share_their_classes_evenly() {
    let mut classifier = taught(&LABELS[..2], 2);
    let row = Numbers::new(5).row(8);
    let answers = classifier.assign(&[&*row, &*row].concat(), None).unwrap();
    assert_ne!(answers[0].best().label, answers[1].best().label);
    for answer in answers {
        assert!((answer.best().probability - 0.5).abs() < 1e-6);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn counts_that_leave_room_change_nothing_where_nobody_wants_it() {
    let (mut classifier, rows, _) = one_each_and_others(&LABELS, 3);
    for head in ["fused", "prototype"] {
        let head = HeadSpec::by_name(head).unwrap();
        classifier.set_head(Some(head)).unwrap();
        let loose = classifier.assign(&rows, Some(&[usize::MAX; 4])).unwrap();
        for (answer, row) in loose.iter().zip(rows.chunks(24)) {
            let alone = classifier.predict(row).unwrap();
            assert_eq!(answer.best().label, alone.best().label);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_cannot_be_assigned_is_refused() {
    let mut classifier = taught(&LABELS[..3], 2);
    classifier.add_class("fish").unwrap();
    let mut numbers = Numbers::new(3);
    let rows: Vec<f32> = (0..4).flat_map(|_| numbers.row(8)).collect();
    let mut code = |photos: usize, counts: Option<&[usize]>| {
        let answers = classifier.assign(&rows[..8 * photos], counts);
        answers.map(|answers| answers.len()).map_err(|e| e.code())
    };
    assert_eq!(code(3, None), Ok(3));
    assert_eq!(code(2, None), Ok(2));
    assert_eq!(code(0, None), Ok(0));
    assert_eq!(code(4, None), Err("parameter"));
    assert_eq!(code(4, Some(&[2, 1, 0, 0])), Err("parameter"));
    assert_eq!(code(4, Some(&[2, 1, 1, 0])), Ok(4));
    // Nobody knows how fish look.
    assert_eq!(code(4, Some(&[2, 1, 0, 1])), Err("parameter"));
    assert_eq!(code(4, Some(&[2, 2])), Err("shape"));
    let many = vec![1.0; 8 * 1001];
    let refused = classifier.assign(&many, Some(&[2000; 4])).unwrap_err();
    assert_eq!(refused.code(), "parameter");
    assert_eq!(
        classifier.assign(&[1.0; 9], None).unwrap_err().code(),
        "shape"
    );
    for label in ["cat", "dog"] {
        classifier.remove_class(label).unwrap();
    }
    let refused = classifier.assign(&rows[..8], None).unwrap_err();
    assert_eq!(refused.code(), "not-enough-examples");
}
