//! Labels that look the same are one class, whatever their spelling; natively and in the browser.

use handful::support::{Label, MAX_LABEL_CHARS};
use handful::{Classifier, Error, Stream};
use wasm_bindgen_test::wasm_bindgen_test;

/// As a keyboard writes it, and as macOS names a folder.
const TYPED: &str = "Äpfel";
const FOLDER: &str = "A\u{308}pfel";

fn empty() -> Classifier {
    Classifier::new(vec![Stream::new("clip", 2)]).unwrap()
}

fn labels(classifier: &Classifier) -> Vec<&str> {
    let classes = classifier.set().classes().iter();
    classes.map(|class| class.label.as_str()).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn every_call_finds_the_class_by_either_spelling() {
    for (first, second) in [(TYPED, FOLDER), (FOLDER, TYPED)] {
        let mut classifier = empty();
        let id = classifier.add_example(first, &[1.0, 0.0]).unwrap();
        classifier.add_example(second, &[1.0, 0.1]).unwrap();
        assert_eq!(labels(&classifier), [first], "what was typed is shown");
        let duplicate = classifier.add_class(second).unwrap_err();
        assert_eq!(duplicate.code(), "duplicate-label");
        classifier.set_meaning(second, &[0.0, 1.0]).unwrap();
        let class = &classifier.set().classes()[0];
        assert_eq!(classifier.set().text(class), Some(&[0.0, 1.0][..]));
        classifier.set_enabled(second, false).unwrap();
        classifier.add_class("pear").unwrap();
        classifier.move_example(id, "pear").unwrap();
        classifier.move_example(id, second).unwrap();
        assert_eq!(classifier.set().counts(), [2, 0]);
        let alone = classifier.merge_classes(first, second).unwrap_err();
        assert_eq!(alone.code(), "duplicate-label");
        let taken = classifier.rename_class("pear", second).unwrap_err();
        assert_eq!(taken.code(), "duplicate-label");
        classifier.remove_class(second).unwrap();
        assert_eq!(labels(&classifier), ["pear"]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_class_may_take_the_other_spelling_of_its_own_label() {
    let mut classifier = empty();
    classifier.add_class(TYPED).unwrap();
    classifier.rename_class(TYPED, FOLDER).unwrap();
    assert_eq!(labels(&classifier), [FOLDER]);
    assert!(classifier.undo());
    assert_eq!(labels(&classifier), [TYPED]);
    let loaded = Classifier::load(&classifier.save()).unwrap();
    assert_eq!(labels(&loaded), [TYPED]);
}

#[wasm_bindgen_test(unsupported = test)]
fn sets_with_either_spelling_become_one() {
    let (mut ours, mut theirs) = (empty(), empty());
    ours.add_example(TYPED, &[1.0, 0.0]).unwrap();
    theirs.add_example(FOLDER, &[1.0, 0.1]).unwrap();
    theirs.set_meaning(FOLDER, &[0.0, 1.0]).unwrap();
    ours.merge(theirs.set()).unwrap();
    assert_eq!((labels(&ours), ours.set().counts()), (vec![TYPED], vec![2]));
    assert!(ours.set().text(&ours.set().classes()[0]).is_some());
}

/// A file from when the two spellings were two classes: the second one's examples belong to the first.
#[wasm_bindgen_test(unsupported = test)]
fn a_saved_set_with_both_spellings_is_read_as_one_class() {
    let mut classifier = empty();
    // As many bytes as the spellings, which take their place in the file.
    let places = ["x".repeat(TYPED.len()), "y".repeat(FOLDER.len())];
    classifier.add_example(&places[0], &[1.0, 0.0]).unwrap();
    classifier.add_example("pear", &[0.0, 1.0]).unwrap();
    classifier.add_example(&places[1], &[1.0, 0.1]).unwrap();
    classifier.add_example("plum", &[0.5, 0.5]).unwrap();
    let mut bytes = classifier.save();
    for (place, spelling) in places.iter().zip([TYPED, FOLDER]) {
        let found = bytes.windows(place.len());
        let at = found.enumerate().find(|(_, w)| *w == place.as_bytes());
        let at = at.unwrap().0;
        bytes[at..at + place.len()].copy_from_slice(spelling.as_bytes());
    }
    let mut loaded = Classifier::load(&bytes).unwrap();
    assert_eq!(labels(&loaded), [TYPED, "pear", "plum"]);
    assert_eq!(loaded.set().counts(), [2, 1, 1]);
    let ids: Vec<u32> = loaded.set().examples().map(|(id, _)| id).collect();
    assert_eq!(ids, [0, 1, 2, 3]);
    let again = Classifier::load(&loaded.save()).unwrap();
    assert_eq!(again.set(), loaded.set());
    // The id of the second class stays used.
    loaded.add_class("fig").unwrap();
    assert_eq!(loaded.set().classes()[3].id, 4);
}

#[wasm_bindgen_test(unsupported = test)]
fn labels_that_look_the_same_are_the_same() {
    for (a, b) in [
        ("Äpfel", "A\u{308}pfel"),
        ("A\u{200b}\u{308}pfel", "Äpfel"),
        ("が", "か\u{3099}"),
        ("한", "\u{1112}\u{1161}\u{11ab}"),
        ("\u{2126}", "\u{3a9}"),
        ("apple", " \u{feff}ap\u{200b}p\u{ad}le\u{2060}\u{a0}"),
        ("apple", "ap\u{200d}ple\u{200c}"),
        ("\u{2764}", "\u{2764}\u{fe0f}"),
        ("apple", "\u{200e}apple\u{202c}"),
        ("apple", "\u{200b} apple \u{200b}"),
    ] {
        assert_eq!(Label::new(a).unwrap(), Label::new(b).unwrap(), "{a} {b}");
        assert_eq!(
            Label::new(b).unwrap().as_str(),
            b.trim(),
            "what was typed is shown"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn labels_that_look_different_are_different() {
    for (a, b) in [
        ("Apfel", "Äpfel"),
        ("apple", "Apple"),
        // A family, and a man beside a girl.
        ("\u{1f468}\u{200d}\u{1f467}", "\u{1f468}\u{1f467}"),
        // Persian "I am going", with and without its gap.
        ("می\u{200c}روم", "میروم"),
        // A conjunct of Hindi, and its parts.
        ("क्\u{200d}ष", "क्ष"),
        ("\u{fb01}g", "fig"),
    ] {
        assert_ne!(Label::new(a).unwrap(), Label::new(b).unwrap(), "{a} {b}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_label_of_which_nothing_is_seen_is_none() {
    for text in [
        "",
        " \t",
        "\u{200b}",
        "\u{feff} \u{2060}",
        "\u{200d}",
        "\u{fe0f}",
    ] {
        assert_eq!(Label::new(text).unwrap_err(), Error::EmptyLabel, "{text:?}");
    }
    let long = "x".repeat(MAX_LABEL_CHARS + 1);
    assert_eq!(Label::new(&long).unwrap_err().code(), "label-too-long");
}
