//! A pile of unlabelled photos beside the set: other photos are recognised better for it, and no kind of pile does harm.

use crate::common::{Numbers, blobs, taught};
use handful::heads::HeadSpec;
use handful::support::{MOST_UNLABELLED, Role};
use handful::{Answer, Classifier, Error, Stream};
use wasm_bindgen_test::wasm_bindgen_test;

const LABELS: [&str; 5] = ["cat", "dog", "bird", "fish", "frog"];
const WIDTH: usize = 24;
/// Photos of each class that are asked about.
const ASKED: usize = 20;

/// A set, its pile and other photos.
#[derive(Clone, Copy)]
struct Scenario {
    classes: usize,
    /// Photos of each class in the pile, by the place of the class, and of others that are no class of the set.
    pile: fn(usize) -> usize,
    strangers: usize,
}

const USUAL: Scenario = Scenario {
    classes: 3,
    pile: |_| 30,
    strangers: 0,
};

/// One photo of each class, and the pile, of which nothing is learned yet; photos of all classes to ask about.
fn drawn(scenario: Scenario, seed: u64) -> (Classifier, Vec<(usize, Vec<f32>)>) {
    let Scenario {
        classes,
        pile,
        strangers,
    } = scenario;
    let most = 60;
    let (rows, labels) = blobs(seed, classes + 1, 1 + ASKED + most, WIDTH, 1.1);
    let mut classifier = Classifier::new(vec![Stream::new("aux", WIDTH)]).unwrap();
    let mut asked = Vec::new();
    for (i, &label) in labels.iter().enumerate() {
        let (row, place) = (rows.row(i).to_vec(), i % (1 + ASKED + most));
        match place.checked_sub(1 + ASKED) {
            None if label == classes => {}
            None if place == 0 => drop(classifier.add_example(LABELS[label], &row).unwrap()),
            None => asked.push((label, row)),
            Some(place) if label == classes && place >= strangers => {}
            Some(place) if label < classes && place >= pile(label) => {}
            Some(_) => drop(classifier.add_unlabelled(&row).unwrap()),
        }
    }
    (classifier, asked)
}

const TOO_MANY: Error = Error::TooManyUnlabelled {
    most: MOST_UNLABELLED,
};

fn learn(classifier: &mut Classifier) {
    while !classifier.learn_unlabelled().unwrap() {}
}

/// Draws that a gain is the mean of, in browsers too.
const DRAWS: u64 = 20;

/// Points that the pile gains on photos of all classes, over so many draws.
fn gain(scenario: Scenario, draws: u64) -> f64 {
    let (mut before, mut after, mut all) = (0, 0, 0);
    for seed in 0..draws {
        let (mut classifier, asked) = drawn(scenario, seed);
        all += asked.len();
        let count = |classifier: &mut Classifier| {
            let right = |(label, row): &&(usize, Vec<f32>)| {
                classifier.predict(row).unwrap().best().label == LABELS[*label]
            };
            asked.iter().filter(right).count() as u32
        };
        before += count(&mut classifier);
        learn(&mut classifier);
        after += count(&mut classifier);
    }
    100.0 * (f64::from(after) - f64::from(before)) / all as f64
}

/// What no pile may fall below: where it holds one class there is nothing to gain.
const HARMLESS: f64 = -0.5;

#[wasm_bindgen_test(unsupported = test)]
fn other_photos_are_recognised_better() {
    let gain = gain(USUAL, DRAWS);
    assert!(gain > 4.0, "{gain}");
}

// Here alone, since browsers would take minutes: means of twenty draws differ by half a point.
#[test]
fn classes_that_are_not_in_the_pile_do_no_harm() {
    for pile in [
        |class| if class == 0 { 60 } else { 0 },
        |class| if class == 2 { 0 } else { 30 },
    ] {
        let gain = gain(Scenario { pile, ..USUAL }, 100);
        assert!(gain > HARMLESS, "{gain}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn skewed_shares_do_no_harm() {
    let gain = gain(
        Scenario {
            pile: |class| 60 / (1 + 3 * class),
            ..USUAL
        },
        DRAWS,
    );
    assert!(gain > 0.0, "{gain}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_third_of_strangers_does_no_harm() {
    let gain = gain(
        Scenario {
            strangers: 45,
            ..USUAL
        },
        DRAWS,
    );
    assert!(gain > 0.0, "{gain}");
}

#[wasm_bindgen_test(unsupported = test)]
fn five_classes_and_twenty_photos_do_no_harm() {
    let gain = gain(
        Scenario {
            classes: 5,
            pile: |_| 4,
            ..USUAL
        },
        DRAWS,
    );
    assert!(gain > 0.0, "{gain}");
}

#[wasm_bindgen_test(unsupported = test)]
fn how_foreign_a_photo_looks_does_not_depend_on_the_pile() {
    let (mut classifier, asked) = drawn(USUAL, 1);
    let before: Vec<Answer> = ask_all(&mut classifier, &asked);
    learn(&mut classifier);
    let after = ask_all(&mut classifier, &asked);
    assert_ne!(before, after);
    for (before, after) in before.iter().zip(&after) {
        let sum: f64 = after.scores.iter().map(|score| score.probability).sum();
        assert!((sum - 1.0).abs() < 1e-9);
        assert_eq!(
            (before.p_value, before.foreign),
            (after.p_value, after.foreign)
        );
    }
}

fn ask_all(classifier: &mut Classifier, asked: &[(usize, Vec<f32>)]) -> Vec<Answer> {
    let rows = asked.iter();
    rows.map(|(_, row)| classifier.predict(row).unwrap())
        .collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn a_few_photos_and_other_heads_answer_as_without() {
    let few = Scenario {
        pile: |_| 6,
        ..USUAL
    };
    let (mut classifier, asked) = drawn(few, 1);
    let before = ask_all(&mut classifier, &asked);
    learn(&mut classifier);
    assert_eq!(ask_all(&mut classifier, &asked), before);
    for spec in HeadSpec::all() {
        let (mut classifier, asked) = drawn(USUAL, 1);
        let name = spec.name();
        classifier.set_head(Some(spec)).unwrap();
        let Ok(before) = classifier.predict(&asked[0].1) else {
            continue;
        };
        learn(&mut classifier);
        let after = classifier.predict(&asked[0].1).unwrap();
        assert_eq!(after != before, name == "fused", "{name}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_was_learned_counts_until_more_is_unless_classes_change() {
    let (mut classifier, asked) = drawn(USUAL, 2);
    learn(&mut classifier);
    let row = &asked[3].1;
    let [plain, learned] = [false, true].map(|is_learned| {
        let mut fresh = Classifier::load(&classifier.save()).unwrap();
        if is_learned {
            learn(&mut fresh);
        }
        fresh.predict(row).unwrap()
    });
    assert_ne!(plain, learned);
    assert_eq!(classifier.predict(row), Ok(learned.clone()));
    assert_eq!(
        classifier.learn_unlabelled(),
        Ok(true),
        "once done it stays so"
    );
    // A photo more in the pile moves no answer until it is learned.
    let id = classifier.add_unlabelled(&asked[0].1).unwrap();
    assert_eq!(classifier.predict(row), Ok(learned.clone()));
    assert_eq!(classifier.learn_unlabelled(), Ok(false));
    assert_eq!(classifier.predict(row), Ok(learned.clone()));
    learn(&mut classifier);
    assert_ne!(classifier.predict(row), Ok(learned.clone()));
    classifier.remove_unlabelled(id).unwrap();
    learn(&mut classifier);
    assert_eq!(classifier.predict(row), Ok(learned));
    // Another class: nothing was learned of it.
    classifier.add_class("frog").unwrap();
    let answer = classifier.predict(row).unwrap();
    assert_eq!(answer.scores, plain.scores);
    learn(&mut classifier);
    assert_ne!(classifier.predict(row).unwrap().scores, plain.scores);
    let ids: Vec<u32> = ids(&classifier);
    for id in ids {
        classifier.remove_unlabelled(id).unwrap();
    }
    assert_eq!(classifier.predict(row).unwrap().scores, plain.scores);
}

#[wasm_bindgen_test(unsupported = test)]
fn photos_that_are_asked_about_together_have_the_help_of_the_pile() {
    let (mut classifier, asked) = drawn(USUAL, 3);
    let rows: Vec<f32> = asked[..5].iter().flat_map(|(_, row)| row.clone()).collect();
    let together = classifier.predict_together(&rows).unwrap();
    assert_eq!(together.len(), 5);
    assert_ne!(together, ask_all(&mut classifier, &asked[..5]));
    for id in ids(&classifier) {
        classifier.remove_unlabelled(id).unwrap();
    }
    let alone = classifier.predict_together(&rows).unwrap();
    assert_eq!(alone, ask_all(&mut classifier, &asked[..5]));
}

fn ids(classifier: &Classifier) -> Vec<u32> {
    let photos = classifier.set().classless(Role::Unlabelled);
    photos.map(|(id, _)| id).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn an_unlabelled_photo_is_saved_labelled_taken_back_and_removed() {
    let mut classifier = taught(&["cat", "dog"], 2);
    let id = classifier.add_unlabelled(&[1.0; 8]).unwrap();
    let negative = classifier.add_negative(&[2.0; 8]).unwrap();
    assert_eq!((ids(&classifier), negative), (vec![4], 5));
    let loaded = Classifier::load(&classifier.save()).unwrap();
    assert_eq!(loaded.set(), classifier.set());
    assert_eq!(loaded.save(), classifier.save());

    classifier.label_unlabelled(id, "bird").unwrap();
    assert_eq!(classifier.set().counts(), [2, 2, 1]);
    assert!(ids(&classifier).is_empty() && classifier.set().example(id).is_ok());
    assert!(classifier.undo());
    assert_eq!(ids(&classifier), [id]);
    assert_eq!(classifier.set().counts(), [2, 2]);
    assert!(classifier.redo() && classifier.undo());
    classifier.remove_unlabelled(id).unwrap();
    assert!(ids(&classifier).is_empty());
    assert!(classifier.undo());
    assert_eq!(ids(&classifier), [id]);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_cannot_be_done_is_refused_and_changes_nothing() {
    let mut classifier = taught(&["cat", "dog"], 2);
    let (id, negative) = (
        classifier.add_unlabelled(&[1.0; 8]).unwrap(),
        classifier.add_negative(&[2.0; 8]).unwrap(),
    );
    let before = classifier.save();
    let mut code = |row: &[f32]| classifier.add_unlabelled(row).map_err(|error| error.code());
    assert_eq!(code(&[1.0; 9]), Err("shape"));
    assert_eq!(code(&[0.0; 8]), Err("zero-feature"));
    assert_eq!(code(&[f32::NAN; 8]), Err("not-finite"));
    assert_eq!(classifier.label_unlabelled(id, " "), Err(Error::EmptyLabel));
    for other in [0, negative, 77] {
        let unknown = Err(Error::UnknownExample(other));
        assert_eq!(classifier.remove_unlabelled(other), unknown);
        assert_eq!(classifier.label_unlabelled(other, "cat"), unknown);
    }
    assert_eq!(
        classifier.remove_negative(id),
        Err(Error::UnknownExample(id))
    );
    assert_eq!(classifier.save(), before);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_set_holds_so_many_and_no_more() {
    let mut numbers = Numbers::new(8);
    let mut ours = taught(&["cat"], 1);
    while ids(&ours).len() < MOST_UNLABELLED {
        ours.add_unlabelled(&numbers.row(8)).unwrap();
    }
    assert_eq!(ours.add_unlabelled(&[1.0; 8]), Err(TOO_MANY));
    let mut theirs = Classifier::load(&ours.save()).unwrap();
    // What is there, with a class or without, is not added.
    theirs.label_unlabelled(1, "dog").unwrap();
    assert_eq!(theirs.merge(ours.set()), Ok(vec![]));
    theirs.undo();
    theirs.remove_unlabelled(1).unwrap();
    theirs.add_unlabelled(&[1.0; 8]).unwrap();
    assert_eq!(ours.merge(theirs.set()), Err(TOO_MANY));
    assert_eq!(ids(&ours).len(), MOST_UNLABELLED);
    ours.remove_unlabelled(1).unwrap();
    ours.remove_unlabelled(7).unwrap();
    assert_eq!(ours.merge(theirs.set()).unwrap().len(), 2);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_suggested_is_of_the_pile() {
    let (mut classifier, _) = drawn(USUAL, 4);
    for is_learned in [false, true] {
        if is_learned {
            learn(&mut classifier);
        }
        let wanted = classifier.suggest_unlabelled(5).unwrap();
        let mut once = wanted.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), 5);
        assert!(wanted.iter().all(|id| ids(&classifier).contains(id)));
    }
    let rows: Vec<f32> = ids(&classifier)
        .iter()
        .flat_map(|&id| {
            let row = classifier.set().classless_of(Role::Unlabelled, id);
            row.unwrap().to_vec()
        })
        .collect();
    let (wanted, all) = (classifier.suggest_unlabelled(3).unwrap(), ids(&classifier));
    let places = classifier.suggest(&rows, 3).unwrap().into_iter();
    assert_eq!(places.map(|i| all[i]).collect::<Vec<_>>(), wanted);
    assert_eq!(taught(&["cat"], 2).suggest_unlabelled(3), Ok(vec![]));
}
