//! A set that learns from a stream: what it answers by, what changes of the set do to that, and how it is saved.

use crate::common::{Numbers, blobs};
use handful::heads::{HeadSpec, Uer, UerStream};
use handful::task::Task;
use handful::validation::probabilities_into;
use handful::{Classifier, Error, Stream, Streams};
use ndarray::Array2;
use wasm_bindgen_test::wasm_bindgen_test;

const WIDTH: usize = 6;
const LABELS: [&str; 3] = ["apple", "pear", "plum"];

/// A set of two streams with this recipe as its head.
fn empty(recipe: &Uer) -> Classifier {
    let streams = vec![Stream::new("a", 2), Stream::new("b", WIDTH - 2)];
    let mut classifier = Classifier::new(streams).unwrap();
    let head = HeadSpec::Uer(recipe.clone());
    classifier.set_head(Some(head)).unwrap();
    classifier
}

/// Raw rows with their labels, class after class.
fn photos(seed: u64) -> Vec<(&'static str, Vec<f32>)> {
    let (rows, labels) = blobs(seed, LABELS.len(), 8, WIDTH, 0.6);
    let rows = rows.rows().into_iter().zip(labels);
    rows.map(|(row, label)| (LABELS[label], row.to_vec()))
        .collect()
}

fn observe(classifier: &mut Classifier, photos: &[(&str, Vec<f32>)]) {
    for (label, row) in photos {
        classifier.observe(label, row).unwrap();
    }
}

fn observed(seed: u64) -> Classifier {
    let mut classifier = empty(&Uer::default().memory(10));
    observe(&mut classifier, &photos(seed));
    classifier
}

/// The probability of each label that is scored, by label.
fn answer(classifier: &mut Classifier, row: &[f32]) -> Vec<(String, f64)> {
    let scores = classifier.predict(row).unwrap().scores;
    let mut scores: Vec<_> = scores
        .into_iter()
        .map(|s| (s.label, s.probability))
        .collect();
    scores.sort_by(|a, b| a.0.cmp(&b.0));
    scores
}

fn labels(classifier: &mut Classifier, row: &[f32]) -> Vec<String> {
    let scores = answer(classifier, row);
    scores.into_iter().map(|(label, _)| label).collect()
}

fn asked() -> Vec<f32> {
    Numbers::new(99).row(WIDTH)
}

/// The probabilities of three classes by a stream.
fn by(stream: &UerStream, streams: &Streams, row: &[f32]) -> Vec<f64> {
    let row = Array2::from_shape_vec((1, WIDTH), streams.unit(row).unwrap()).unwrap();
    let mut p = vec![0.0; LABELS.len()];
    let scores = stream.linear().scores(row.view());
    probabilities_into(scores.as_slice().unwrap(), 1.0, &mut p);
    p
}

#[wasm_bindgen_test(unsupported = test)]
fn it_answers_as_the_stream_does_that_met_the_same() {
    let recipe = Uer::default().memory(10);
    let mut classifier = empty(&recipe);
    let streams = classifier.set().streams().clone();
    let task = Task::new(
        streams.clone(),
        Array2::zeros((0, WIDTH)),
        vec![],
        vec![None; 3],
    );
    let mut stream = recipe.stream(&task.unwrap()).unwrap();
    for (label, row) in photos(1) {
        classifier.observe(label, &row).unwrap();
        let unit = Array2::from_shape_vec((1, WIDTH), streams.unit(&row).unwrap()).unwrap();
        let class = LABELS.iter().position(|own| *own == label).unwrap();
        stream.observe(unit.view(), &[class]).unwrap();
    }
    let found = answer(&mut classifier, &asked());
    let found: Vec<f64> = found.into_iter().map(|(_, p)| p).collect();
    assert_eq!(found, by(&stream, &streams, &asked()));
    assert_eq!(classifier.n_observed(), 24);
    assert_eq!(classifier.set().examples().count(), 0);
    let quality = classifier.quality().unwrap();
    assert!(quality.accuracy.is_none() && quality.suspects.is_empty());
    let said = &classifier.explain(&asked()).unwrap()[0];
    assert_eq!((said.head, said.weight), ("uer", 1.0));
    assert_eq!(said.scores, classifier.predict(&asked()).unwrap().scores);
    assert!(classifier.export().is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn it_begins_with_the_examples_of_the_set() {
    let recipe = Uer::default();
    let mut classifier = empty(&recipe);
    for (label, row) in photos(2) {
        classifier.add_example(label, &row).unwrap();
    }
    let streams = classifier.set().streams().clone();
    let mut stream = recipe.stream(&Task::from(classifier.set())).unwrap();
    let new = photos(3)[20].clone();
    let unit = Array2::from_shape_vec((1, WIDTH), streams.unit(&new.1).unwrap()).unwrap();
    stream.observe(unit.view(), &[2]).unwrap();
    observe(&mut classifier, &[new]);
    let p = answer(&mut classifier, &asked());
    let p: Vec<f64> = p.into_iter().map(|(_, p)| p).collect();
    assert_eq!(p, by(&stream, &streams, &asked()));
    assert_eq!(classifier.n_observed(), 25);
    // From now on examples are for other heads.
    let before = answer(&mut classifier, &asked());
    classifier.add_example("apple", &asked()).unwrap();
    assert_eq!(answer(&mut classifier, &asked()), before);
    classifier.set_head(None).unwrap();
    assert_ne!(answer(&mut classifier, &asked()), before);
    classifier
        .set_head(Some(HeadSpec::Uer(recipe.clone())))
        .unwrap();
    assert_eq!(answer(&mut classifier, &asked()), before);
    // Without the last class it is fitted to them again.
    for label in LABELS {
        assert!(classifier.forget(label).unwrap());
    }
    assert_eq!(classifier.n_observed(), 0);
    let mut fitted = empty(&recipe);
    fitted.merge(classifier.set()).unwrap();
    assert_eq!(
        answer(&mut classifier, &asked()),
        answer(&mut fitted, &asked())
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn saved_and_read_it_goes_on_bit_for_bit() {
    // No short decimals: JSON may change the last bit.
    let recipe = Uer::default().memory(5).learning_rate(0.1 / 3.0);
    let mut running = empty(&recipe);
    let never = Classifier::load(&running.save()).unwrap().save();
    assert!(
        ![&b"\"uer\":{\"dtype"[..], b"observed"]
            .iter()
            .any(|text| { never.windows(text.len()).any(|found| found == *text) })
    );
    let mut restarted = Classifier::load(&running.save()).unwrap();
    for (label, row) in photos(4) {
        running.observe(label, &row).unwrap();
        restarted.observe(label, &row).unwrap();
        restarted = Classifier::load(&restarted.save()).unwrap();
        // The second time the recipe is the one that JSON gave.
        let head = restarted.head().cloned();
        restarted.set_head(head).unwrap();
    }
    assert_eq!(
        answer(&mut restarted, &asked()),
        answer(&mut running, &asked())
    );
    assert_eq!(restarted.n_observed(), 24);
    restarted.set_head(Some(HeadSpec::Uer(recipe))).unwrap();
    assert_eq!(restarted.save(), running.save());
    // Another head may be chosen when it is saved.
    running.set_head(None).unwrap();
    let mut read = Classifier::load(&running.save()).unwrap();
    read.set_head(restarted.head().cloned()).unwrap();
    assert_eq!(
        answer(&mut read, &asked()),
        answer(&mut restarted, &asked())
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn a_class_takes_with_it_what_was_observed_and_brings_it_back() {
    let mut classifier = observed(5);
    let all = answer(&mut classifier, &asked());
    classifier.rename_class("pear", "birne").unwrap();
    let renamed = answer(&mut classifier, &asked());
    assert_eq!(
        (&renamed[1].0[..], renamed[0].1, renamed[1].1),
        ("birne", all[0].1, all[1].1)
    );
    assert!(classifier.undo());
    // One that takes no part waits.
    classifier.set_enabled("pear", false).unwrap();
    assert_eq!(labels(&mut classifier, &asked()), ["apple", "plum"]);
    assert!(classifier.undo());
    assert_eq!(answer(&mut classifier, &asked()), all);
    type Change = fn(&mut Classifier) -> Result<(), Error>;
    let changes: [Change; 2] = [
        |set| set.remove_class("pear"),
        |set| set.merge_classes("pear", "plum"),
    ];
    for change in changes {
        change(&mut classifier).unwrap();
        assert_eq!(labels(&mut classifier, &asked()), ["apple", "plum"]);
        // A class of the same name begins anew.
        classifier.add_class("pear").unwrap();
        assert_eq!(
            classifier.predict(&asked()).unwrap().unscored,
            [String::from("pear")]
        );
        assert!(classifier.undo() && classifier.undo());
        assert_eq!(answer(&mut classifier, &asked()), all);
        assert!(classifier.redo());
        assert_eq!(labels(&mut classifier, &asked()), ["apple", "plum"]);
        assert!(classifier.undo());
    }
    // The class that is new with a photo is a step; what the photo taught is none.
    let (before, steps) = (classifier.n_observed(), classifier.history().clone());
    classifier.observe("quince", &asked()).unwrap();
    assert_eq!(answer(&mut classifier, &asked()).len(), 4);
    assert!(classifier.undo());
    assert_eq!(answer(&mut classifier, &asked()).len(), 3);
    assert!(classifier.redo());
    assert_eq!(answer(&mut classifier, &asked()).len(), 4);
    assert_eq!(classifier.n_observed(), before + 1);
    assert!(steps.can_undo());
    // Another set brings its classes, not what it has observed.
    let mut other = empty(&Uer::default());
    observe(&mut other, &[("fig", asked())]);
    classifier.merge(other.set()).unwrap();
    assert_eq!(
        classifier.predict(&asked()).unwrap().unscored,
        [String::from("fig")]
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn taken_back_changes_of_classes_leave_no_trace_in_the_stream() {
    let mut classifier = observed(8);
    let before = classifier.save();
    classifier.remove_class("apple").unwrap();
    let one_gone = classifier.save();
    classifier.merge_classes("plum", "pear").unwrap();
    assert!(classifier.undo());
    assert_eq!(classifier.save(), one_gone);
    assert!(classifier.undo());
    assert_eq!(classifier.save(), before);
    // Both at once.
    classifier.mark(Some(1));
    classifier.remove_class("apple").unwrap();
    classifier.remove_class("pear").unwrap();
    classifier.mark(None);
    assert!(classifier.undo());
    assert_eq!(classifier.save(), before);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_forgotten_class_is_learned_afresh() {
    let mut classifier = observed(6);
    assert!(classifier.forget("pear").unwrap());
    assert!(!classifier.forget("pear").unwrap());
    assert_eq!(
        classifier.forget("quince").unwrap_err().code(),
        "unknown-class"
    );
    assert_eq!(classifier.set().classes().len(), 3);
    assert_eq!(
        classifier.predict(&asked()).unwrap().unscored,
        [String::from("pear")]
    );
    // No undo brings it back: that of the class brings an empty one.
    classifier.remove_class("pear").unwrap();
    assert!(classifier.undo());
    assert_eq!(
        classifier.predict(&asked()).unwrap().unscored,
        [String::from("pear")]
    );
    classifier.observe("pear", &asked()).unwrap();
    assert_eq!(
        classifier.predict(&asked()).unwrap().scores[0].label,
        "pear"
    );
    assert_eq!(classifier.n_observed(), 25);
    let mut read = Classifier::load(&classifier.save()).unwrap();
    assert_eq!(
        answer(&mut read, &asked()),
        answer(&mut classifier, &asked())
    );
    // With the last class that was observed all is as if nothing had been.
    for label in LABELS {
        classifier.remove_class(label).unwrap();
    }
    assert_eq!(classifier.n_observed(), 0);
    let mut without = empty(&Uer::default().memory(10));
    for classifier in [&mut classifier, &mut without] {
        classifier.add_example("fig", &asked()).unwrap();
        classifier.add_example("kiwi", &asked()).unwrap();
    }
    assert_eq!(
        answer(&mut classifier, &asked()),
        answer(&mut without, &asked())
    );
    let other = HeadSpec::Uer(Uer::default().memory(11));
    classifier.set_head(Some(other)).unwrap();
    classifier.observe("fig", &asked()).unwrap();
    assert_eq!(classifier.n_observed(), 3);
    // Of a set that has observed nothing there is nothing to forget.
    let mut never = empty(&Uer::default());
    never.add_class("pear").unwrap();
    assert!(!never.forget("pear").unwrap());
}

#[wasm_bindgen_test(unsupported = test)]
fn errors_change_nothing() {
    let mut classifier = observed(7);
    let before = classifier.save();
    let mut refused = |label: &str, row: &[f32], code: &str| {
        let error = classifier.observe(label, row).unwrap_err();
        assert_eq!(error.code(), code);
        assert_eq!(classifier.save(), before);
        assert_eq!(classifier.set().classes().len(), 3);
    };
    refused("new", &[1.0; WIDTH - 1], "shape");
    refused("new", &[f32::NAN; WIDTH], "not-finite");
    refused("new", &[0.0; WIDTH], "zero-feature");
    refused(" ", &[1.0; WIDTH], "empty-label");
    refused(&"x".repeat(201), &[1.0; WIDTH], "label-too-long");
    let others = HeadSpec::Uer(Uer::default().memory(11));
    let error = classifier.set_head(Some(others.clone())).unwrap_err();
    assert!(error.to_string().contains("forget"), "{error}");
    assert_eq!((error.code(), classifier.save()), ("parameter", before));
    classifier.set_head(None).unwrap();
    let error = classifier.observe("apple", &asked()).unwrap_err();
    assert!(error.to_string().contains("uer"), "{error}");
    assert_eq!((error.code(), classifier.n_observed()), ("parameter", 24));
    for label in LABELS {
        classifier.forget(label).unwrap();
    }
    classifier.set_head(Some(others)).unwrap();
    assert!(empty(&Uer::default()).observe(" ", &asked()).is_err());
}

/// The file with this text in the place of that.
fn with(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|w| w == from.as_bytes());
    let at = at.unwrap_or_else(|| panic!("no {from} in the file"));
    let mut changed = bytes.to_vec();
    changed[at..at + to.len()].copy_from_slice(to.as_bytes());
    changed
}

#[wasm_bindgen_test(unsupported = test)]
fn hostile_files_are_refused() {
    let good = observed(8).save();
    assert!(Classifier::load(&good).is_ok());
    let refused = |bytes: &[u8], what: &str| {
        let result = Classifier::load(bytes);
        assert!(matches!(result, Err(Error::Format(_))), "{what}");
    };
    // The head must be the one that has observed.
    let other = with(&good, "\\\"memory\\\":10", "\\\"memory\\\":20");
    refused(&other, "another head");
    // The number of examples, then the three classes: no other tensor has words.
    let start = 8 + u64::from_le_bytes(good[..8].try_into().unwrap()) as usize;
    for (at, to) in [(0, 23), (1, 3), (2, 0), (3, 1 << 32)] {
        let mut damaged = good.clone();
        let word = &mut damaged[start + 8 * at..][..8];
        assert_eq!(*word, [24_u64, 0, 1, 2][at].to_le_bytes());
        word.copy_from_slice(&u64::to_le_bytes(to));
        refused(&damaged, "words");
    }
    refused(
        &with(&good, "\"uer\":{\"dtype", "\"UER\":{\"dtype"),
        "no state",
    );
    // Two streams count alike: a row of the scale is the root of a half each.
    let half = [0.5_f32.sqrt().to_le_bytes(); WIDTH].concat();
    let at = good.windows(half.len()).position(|found| found == half);
    for to in [1e38_f32, 0.7] {
        let mut damaged = good.clone();
        damaged[at.unwrap()..][..4].copy_from_slice(&to.to_le_bytes());
        refused(&damaged, "another scale");
    }
    for length in 0..good.len() {
        refused(&good[..length], "cut");
    }
    // A byte at a time; what is still a set must go on.
    let mut read = 0;
    for at in 0..good.len() {
        let mut damaged = good.clone();
        damaged[at] ^= [0x01, 0x80, 0xFF][at % 3];
        match Classifier::load(&damaged) {
            Err(error) => assert_eq!(error.code(), "format"),
            Ok(mut set) => {
                read += 1;
                // Entries whose name has changed are passed over: the head, or all that was observed.
                let may = set.head().is_some();
                assert_eq!(set.observe("apple", &asked()).is_ok(), may);
                if let Err(error) = set.predict(&asked()) {
                    assert_eq!(error.code(), "not-enough-examples");
                }
                Classifier::load(&set.save()).unwrap();
            }
        }
    }
    assert!(read > 100, "{read}");
}
