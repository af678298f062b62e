//! Negatives, photos that show none of the classes: what is like them is foreign, and nothing else changes.

use crate::common::{blobs, taught};
use handful::heads::HeadSpec;
use handful::support::Role;
use handful::task::Task;
use handful::{Answer, Classifier, Error, Recogniser, Stream, Streams};
use ndarray::{Array2, Axis};
use wasm_bindgen_test::wasm_bindgen_test;

const WIDTH: usize = 24;
const ASKED: usize = 40;
/// Draws that shares are taken over.
const DRAWS: u64 = 20;

/// Shares of known photos and of strangers of one kind that a head takes to show none of three classes, with so many negatives of that kind.
fn refused(head: &str, negatives: usize) -> [f64; 2] {
    let (shots, each) = (8, 8 + ASKED);
    let mut shares = [0.0; 2];
    for draw in 0..DRAWS {
        let (rows, labels) = blobs(draw, 4, each, WIDTH, 1.0);
        let some = |wanted: &dyn Fn(usize) -> bool| -> Array2<f32> {
            let chosen: Vec<usize> = (0..labels.len()).filter(|&i| wanted(i)).collect();
            rows.select(Axis(0), &chosen)
        };
        let task = Task::new(
            Streams::new(vec![Stream::new("aux", WIDTH)]).unwrap(),
            some(&|i| labels[i] < 3 && i % each < shots),
            (0..3 * shots).map(|i| i / shots).collect(),
            vec![None; 3],
        );
        let known = some(&|i| labels[i] == 3 && i % each < negatives);
        let task = task.unwrap().with_negatives(known.view()).unwrap();
        let mut recogniser = Recogniser::fit(&HeadSpec::by_name(head).unwrap(), task).unwrap();
        for (is_strange, share) in shares.iter_mut().enumerate() {
            let asked = some(&|i| (labels[i] == 3) == (is_strange == 1) && i % each >= shots);
            let foreign = asked.rows().into_iter().filter(|row| {
                let unit = recogniser.task().streams().unit(&row.to_vec()).unwrap();
                recogniser.predict(&unit).foreign
            });
            *share += foreign.count() as f64 / asked.nrows() as f64 / DRAWS as f64;
        }
    }
    shares
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_like_a_negative_is_foreign_and_known_photos_are_not() {
    for head in ["fused", "prototype", "naive_bayes"] {
        let ([_, before], [known, strangers]) = (refused(head, 0), refused(head, 5));
        assert!(strangers > before + 0.1, "{head}: {before} {strangers}");
        assert!((0.02..0.08).contains(&known), "{head}: {known}");
    }
}

fn scores(answer: &Answer) -> (&[handful::LabelScore], &[String]) {
    (&answer.scores, &answer.candidates)
}

#[wasm_bindgen_test(unsupported = test)]
fn no_score_moves() {
    for spec in HeadSpec::all() {
        let mut classifier = taught(&["cat", "dog"], 6);
        classifier.set_head(Some(spec)).unwrap();
        let photo = [0.5, 0.1, 0.4, 0.3, 0.2, 0.6, 0.7, 0.1];
        let Ok(before) = classifier.predict(&photo) else {
            continue;
        };
        classifier.add_negative(&photo).unwrap();
        let after = classifier.predict(&photo).unwrap();
        assert_eq!(scores(&after), scores(&before));
        assert!(after.foreign >= before.foreign);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_negative_is_taken_back_removed_and_saved() {
    let mut classifier = taught(&["cat", "dog"], 2);
    let without = classifier.save();
    let id = classifier.add_negative(&[1.0; 8]).unwrap();
    let ids = |classifier: &Classifier| -> Vec<u32> {
        classifier
            .set()
            .classless(Role::Negative)
            .map(|(id, _)| id)
            .collect()
    };
    assert_eq!(ids(&classifier), [id]);
    assert_eq!(id, 4, "examples and negatives share their ids");
    assert_eq!(classifier.set().counts(), [2, 2]);

    let loaded = Classifier::load(&classifier.save()).unwrap();
    assert_eq!(loaded.set(), classifier.set());
    assert_eq!(loaded.save(), classifier.save());

    classifier.remove_negative(id).unwrap();
    assert!(ids(&classifier).is_empty());
    assert!(classifier.undo());
    assert_eq!(ids(&classifier), [id]);
    assert!(classifier.undo());
    assert!(ids(&classifier).is_empty());
    assert!(classifier.redo());
    assert_eq!(ids(&classifier), [id]);
    assert_eq!(classifier.add_negative(&[2.0; 8]), Ok(5));
    assert_ne!(classifier.save(), without);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_cannot_be_a_negative_is_refused() {
    let mut classifier = taught(&["cat", "dog"], 2);
    let before = classifier.save();
    let code = |row: &[f32], classifier: &mut Classifier| {
        classifier.add_negative(row).map_err(|error| error.code())
    };
    assert_eq!(code(&[1.0; 9], &mut classifier), Err("shape"));
    assert_eq!(code(&[0.0; 8], &mut classifier), Err("zero-feature"));
    assert_eq!(code(&[f32::NAN; 8], &mut classifier), Err("not-finite"));
    // An example is no negative, and a negative is no example.
    assert_eq!(classifier.remove_negative(0), Err(Error::UnknownExample(0)));
    assert_eq!(classifier.save(), before);
    let id = classifier.add_negative(&[1.0; 8]).unwrap();
    let unit = classifier.set().streams().unit(&[1.0; 8]).unwrap();
    assert_eq!(classifier.set().row(id), Ok(&*unit));
    assert_eq!(
        classifier.set().row(id + 1),
        Err(Error::UnknownExample(id + 1))
    );
    assert_eq!(
        classifier.remove_example(id),
        Err(Error::UnknownExample(id))
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn merging_takes_over_negatives_once() {
    let (mut ours, mut theirs) = (taught(&["cat"], 1), taught(&["cat"], 1));
    ours.add_negative(&[1.0; 8]).unwrap();
    theirs.add_negative(&[2.0; 8]).unwrap();
    let other = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    theirs.add_negative(&other).unwrap();
    assert_eq!(ours.merge(theirs.set()), Ok(vec![(2, 2)]));
    assert_eq!(ours.set().classless(Role::Negative).count(), 2);
    assert_eq!(ours.merge(theirs.set()), Ok(vec![]));
    assert!(ours.undo());
    assert_eq!(ours.set().classless(Role::Negative).count(), 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn naive_bayes_that_is_kept_learns_of_a_new_negative() {
    let mut classifier = taught(&["cat", "dog"], 8);
    let head = HeadSpec::by_name("naive_bayes").unwrap();
    classifier.set_head(Some(head)).unwrap();
    let photo = [0.5, 0.1, 0.4, 0.3, 0.2, 0.6, 0.7, 0.1];
    classifier.predict(&photo).unwrap();
    classifier.add_negative(&photo).unwrap();
    let kept = classifier.predict(&photo).unwrap();
    let fresh = Classifier::load(&classifier.save())
        .unwrap()
        .predict(&photo);
    assert_eq!(Ok(kept), fresh);
}
