//! Classes that rest, sets that become one, and what photos have to do with examples; natively and in the browser.

use crate::common::{Numbers, blobs, taught};
use handful::heads::HeadSpec;
use handful::{Classifier, Error, Stream};
use wasm_bindgen_test::wasm_bindgen_test;

/// A row that `taught(&["cat", "dog", "bird"], 4)` knows as a bird.
fn bird() -> Vec<f32> {
    blobs(7, 3, 4, 8, 0.3).0.row(9).to_vec()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_disabled_class_is_as_if_it_had_never_been_taught() {
    for head in HeadSpec::NAMES {
        let head = Some(HeadSpec::by_name(head).unwrap());
        let (mut some, mut fewer) = (
            taught(&["cat", "dog", "bird"], 4),
            taught(&["cat", "dog", "bird"], 4),
        );
        some.set_head(head.clone()).unwrap();
        fewer.set_head(head).unwrap();
        let before = some.predict(&bird());
        some.set_enabled("bird", false).unwrap();
        let ids: Vec<u32> = fewer.set().examples().skip(8).map(|(id, _)| id).collect();
        for id in ids {
            fewer.remove_example(id).unwrap();
        }
        let (with, without) = (some.predict(&bird()), fewer.predict(&bird()));
        match (with, without) {
            (Ok(with), Ok(without)) => {
                assert_eq!(with.scores, without.scores);
                assert!(with.unscored.is_empty());
                assert_eq!(without.unscored, ["bird"]);
            }
            (with, without) => assert_eq!(with.unwrap_err(), without.unwrap_err()),
        }
        assert_eq!(some.quality().unwrap(), fewer.quality().unwrap());
        assert_eq!(some.set().counts(), [4, 4, 4]);
        some.set_enabled(" bird ", true).unwrap();
        assert_eq!(
            some.predict(&bird()).map(|a| a.scores),
            before.map(|a| a.scores)
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn disabling_is_saved_undone_and_holds_for_what_comes_later() {
    let mut classifier = taught(&["cat", "dog", "bird"], 4);
    classifier.set_enabled("bird", false).unwrap();
    classifier.add_example("bird", &bird()).unwrap();
    let mut loaded = Classifier::load(&classifier.save()).unwrap();
    assert_eq!(loaded.set(), classifier.set());
    assert_eq!(loaded.save(), classifier.save());
    assert_ne!(loaded.predict(&bird()).unwrap().best().label, "bird");
    assert!(classifier.undo() && classifier.undo());
    assert_eq!(classifier.predict(&bird()).unwrap().best().label, "bird");
    // What is so already is no step.
    let steps = classifier.history().can_redo();
    classifier.set_enabled("cat", true).unwrap();
    assert_eq!(classifier.history().can_redo(), steps);
    let unknown = classifier.set_enabled("fish", false).unwrap_err();
    assert_eq!(unknown.code(), "unknown-class");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_disabled_class_keeps_its_text_but_does_not_answer_by_it() {
    let mut classifier = Classifier::new(vec![Stream::new("clip", 3)]).unwrap();
    for (label, text) in [
        ("sky", [1.0, 0.0, 0.0]),
        ("sea", [0.0, 1.0, 0.0]),
        ("sun", [0.0, 0.0, 1.0]),
    ] {
        classifier.add_class(label).unwrap();
        classifier.set_text(label, Some(&text)).unwrap();
    }
    let photo = [0.1, 0.2, 1.0];
    assert_eq!(classifier.predict(&photo).unwrap().best().label, "sun");
    classifier.set_enabled("sun", false).unwrap();
    let answer = classifier.predict(&photo).unwrap();
    assert_eq!(answer.best().label, "sea");
    assert_eq!(answer.scores.len(), 2);
    let set = classifier.set();
    assert!(set.text(&set.classes()[2]).is_some());
}

#[wasm_bindgen_test(unsupported = test)]
fn what_was_measured_of_a_stream_anew_keeps_no_sets_apart() {
    let of = |temperature| {
        let mut stream = Stream::new("aux", 2);
        stream.temperature = Some(temperature);
        let mut classifier = Classifier::new(vec![stream]).unwrap();
        classifier
            .add_example("cat", &[1.0, temperature as f32])
            .unwrap();
        classifier
    };
    let (mut ours, theirs) = (of(1.1), of(1.4));
    assert_eq!(ours.merge(theirs.set()).unwrap().len(), 1);
    assert_eq!(ours.set().counts(), [2]);
}

#[wasm_bindgen_test(unsupported = test)]
fn sets_of_two_people_become_one() {
    let all = taught(&["cat", "dog", "bird"], 4);
    let mut ours = Classifier::load(&all.save()).unwrap();
    let mut theirs = Classifier::load(&all.save()).unwrap();
    // Both began with the same file; each taught something, they renamed a class.
    ours.add_example("cat", &Numbers::new(1).row(8)).unwrap();
    ours.remove_class("bird").unwrap();
    theirs.add_example("dog", &Numbers::new(2).row(8)).unwrap();
    theirs.rename_class("cat", "lion").unwrap();
    theirs.set_enabled("lion", false).unwrap();
    let before = ours.save();
    // Five of dog of which four were here, all of lion and bird.
    let added = ours.merge(theirs.set()).unwrap();
    assert_eq!(added.len(), 9);
    for (there, here) in added {
        let (theirs, ours) = (theirs.set().example(there), ours.set().example(here));
        assert_eq!(theirs.unwrap().row, ours.unwrap().row);
    }
    let labels: Vec<&str> = ours
        .set()
        .classes()
        .iter()
        .map(|c| c.label.as_str())
        .collect();
    assert_eq!(labels, ["cat", "dog", "lion", "bird"]);
    assert_eq!(ours.set().counts(), [5, 5, 4, 4]);
    assert!(!ours.set().classes()[2].enabled);
    // Nothing is new any more.
    let merged = ours.save();
    assert_eq!(ours.merge(theirs.set()), Ok(vec![]));
    assert_eq!(ours.save(), merged);
    assert!(ours.undo());
    let undone = Classifier::load(&ours.save()).unwrap();
    let kept = Classifier::load(&before).unwrap();
    assert!(undone.set().examples().eq(kept.set().examples()));
    assert_eq!(undone.set().classes(), kept.set().classes());
}

#[wasm_bindgen_test(unsupported = test)]
fn merged_statistics_answer_as_those_taught_one_by_one() {
    let (first, second) = (taught(&["cat", "dog"], 4), taught(&["dog", "bird"], 5));
    let mut merged = Classifier::load(&first.save()).unwrap();
    merged
        .set_head(Some(HeadSpec::by_name("naive_bayes").unwrap()))
        .unwrap();
    merged.merge(second.set()).unwrap();
    let mut loaded = Classifier::load(&merged.save()).unwrap();
    let photo = bird();
    let (streamed, batch) = (
        merged.predict(&photo).unwrap(),
        loaded.predict(&photo).unwrap(),
    );
    for (a, b) in streamed.scores.iter().zip(&batch.scores) {
        assert_eq!(a.label, b.label);
        assert!((a.probability - b.probability).abs() < 1e-9);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_labels_mean_is_merged_where_nothing_is_known() {
    let new = || Classifier::new(vec![Stream::new("clip", 2)]).unwrap();
    let (mut ours, mut theirs) = (new(), new());
    for label in ["known", "unknown", "absent"] {
        ours.add_class(label).unwrap();
        theirs.add_class(label).unwrap();
        theirs.set_meaning(label, &[0.0, 1.0]).unwrap();
    }
    ours.set_meaning("known", &[1.0, 0.0]).unwrap();
    ours.set_text("absent", None).unwrap();
    assert_eq!(ours.merge(theirs.set()), Ok(vec![]));
    let set = ours.set();
    let texts: Vec<_> = set.classes().iter().map(|class| set.text(class)).collect();
    assert_eq!(texts, [Some(&[1.0, 0.0][..]), Some(&[0.0, 1.0]), None]);
}

#[wasm_bindgen_test(unsupported = test)]
fn sets_of_different_encoders_are_not_mixed() {
    let of = |streams, name: Option<&str>| {
        let mut classifier = Classifier::for_encoder(streams, name.map(str::to_owned)).unwrap();
        classifier.add_class("a").unwrap();
        classifier
    };
    let aux = |dim| vec![Stream::new("aux", dim)];
    let mut ours = of(aux(8), Some("one"));
    let before = ours.save();
    for theirs in [
        of(aux(8), Some("two")),
        of(aux(9), Some("one")),
        of(aux(9), None),
    ] {
        let error = ours.merge(theirs.set()).unwrap_err();
        assert!(matches!(error, Error::OtherEncoder { .. }));
        assert_eq!(error.code(), "other-encoder");
        assert_eq!(ours.save(), before);
    }
    assert_eq!(ours.merge(of(aux(8), None).set()), Ok(vec![]));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_nearest_examples_of_a_photo_explain_its_answer() {
    for head in HeadSpec::NAMES {
        let mut classifier = taught(&["cat", "dog", "bird"], 4);
        classifier
            .set_head(Some(HeadSpec::by_name(head).unwrap()))
            .unwrap();
        let near = classifier.nearest(&bird(), 4).unwrap();
        assert_eq!(near[0].id, 9);
        assert!((near[0].similarity - 1.0).abs() < 1e-5);
        assert!(near.iter().all(|n| n.label == "bird"));
        assert!(
            near.windows(2)
                .all(|pair| pair[0].similarity >= pair[1].similarity)
        );
        classifier.set_enabled("bird", false).unwrap();
        let others = classifier.nearest(&bird(), 99).unwrap();
        assert_eq!(others.len(), 8);
        assert!(others.iter().all(|n| n.label != "bird"));
    }
    let mut empty = Classifier::new(vec![Stream::new("aux", 2)]).unwrap();
    assert_eq!(empty.nearest(&[1.0, 0.0], 3), Ok(vec![]));
    assert_eq!(empty.nearest(&[1.0], 3).unwrap_err().code(), "shape");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_photo_is_known_by_its_features_in_its_own_class_alone() {
    let streams = vec![Stream::new("clip", 2), Stream::new("aux", 2)];
    let mut classifier = Classifier::new(streams).unwrap();
    let first = [1.0, 0.0, 0.0, 1.0];
    classifier.add_example("a", &first).unwrap();
    classifier
        .add_example("a", &[1.0, 0.03, 0.03, 1.0])
        .unwrap();
    classifier.add_class("b").unwrap();
    let same = |label, row: &[f32]| classifier.duplicate_of(label, row);
    // Of any scale, and the likest of those that are the same.
    assert_eq!(same("a", &first), Ok(Some(0)));
    assert_eq!(same("a", &[5.0, 0.14, 0.12, 4.0]), Ok(Some(1)));
    assert_eq!(same("b", &first), Ok(None));
    assert_eq!(same("nothing", &first), Ok(None));
    // A cosine of 0.998 in one stream alone is 0.999 of the whole.
    assert_eq!(same("a", &[1.0, -0.04, 0.0, 1.0]), Ok(Some(0)));
    assert_eq!(same("a", &[1.0, -0.08, 0.0, 1.0]), Ok(None));
    assert_eq!(same("a", &[1.0]).unwrap_err().code(), "shape");
    classifier.remove_example(0).unwrap();
    classifier.set_enabled("a", false).unwrap();
    assert_eq!(classifier.duplicate_of("a", &first), Ok(Some(1)));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_new_is_suggested_before_what_is_known() {
    let known = taught(&["cat", "dog", "bird"], 4);
    let rows: Vec<f32> = [3, 8, 9]
        .iter()
        .flat_map(|&i| blobs(7, 3, 4, 8, 0.3).0.row(i).to_vec())
        .collect();
    for head in HeadSpec::NAMES {
        let mut classifier = Classifier::load(&known.save()).unwrap();
        classifier
            .set_head(Some(HeadSpec::by_name(head).unwrap()))
            .unwrap();
        classifier.remove_class("bird").unwrap();
        // A bird is unlike all that is left; its double and the known cat teach less.
        let next = classifier.suggest(&rows, 2).unwrap();
        assert!(next[0] > 0, "{head}: {next:?}");
        assert_eq!(next.len(), 2);
    }
    let mut empty = Classifier::new(vec![Stream::new("aux", 2)]).unwrap();
    assert_eq!(empty.suggest(&[], 3), Ok(vec![]));
    assert_eq!(empty.suggest(&[1.0, 0.0, 0.0, 1.0], 9).unwrap().len(), 2);
    assert_eq!(
        empty.suggest(&[1.0, 0.0, 0.0], 9).unwrap_err().code(),
        "shape"
    );
    assert_eq!(
        empty.suggest(&[0.0, 0.0], 9).unwrap_err().code(),
        "zero-feature"
    );
}
