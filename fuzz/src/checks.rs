//! What holds for every set, whatever it was made of.

use handful::heads::HeadSpec;
use handful::support::{Role, SupportSet};
use handful::{Answer, Classifier, Error, Result};
use std::collections::BTreeSet;

/// Answers of a set and of the same set read from a file differ by no more: some heads add up numbers one after the
/// other as examples come and go.
const TOLERANCE: f64 = 1e-4;

/// Asks about a raw row; what is answered must be possible.
pub fn ask(classifier: &mut Classifier, row: &[f32]) -> Result<Answer> {
    let answer = classifier.predict(row);
    if let Ok(answer) = &answer {
        probabilities(answer);
        assert!(answer.p_value > 0.0 && answer.p_value <= 1.0, "{answer:?}");
        let scored = answer.scores.iter().map(|s| &s.label);
        let said: BTreeSet<&String> = scored.clone().chain(&answer.unscored).collect();
        let classes = classifier.set().classes().iter();
        let known: Vec<String> = classes.map(|class| class.label.to_string()).collect();
        assert!(
            said.iter().all(|&label| known.contains(label)),
            "{answer:?}"
        );
        assert_eq!(said.len(), answer.scores.len() + answer.unscored.len());
        assert!(
            answer
                .candidates
                .iter()
                .all(|label| scored.clone().any(|s| s == label))
        );
    } else if let Err(error) = &answer {
        let expected = matches!(
            error,
            Error::Shape { .. }
                | Error::NotFinite { .. }
                | Error::ZeroFeature { .. }
                | Error::NotEnoughExamples { .. }
        );
        assert!(expected, "{error:?}");
    }
    answer
}

/// The probabilities of an answer must be some.
pub fn probabilities(answer: &Answer) {
    let p: Vec<f64> = answer.scores.iter().map(|s| s.probability).collect();
    assert!(p.iter().all(|p| (0.0..=1.0).contains(p)), "{p:?}");
    assert!((p.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{p:?}");
    assert!(p.is_sorted_by(|a, b| a >= b), "{p:?}");
}

/// Examples up to which how images are seen does not depend on what was asked before.
const FEW: usize = 16;

/// Saves the set and reads it again: the same set, the same head, and of a few examples the same answer. Gives what was read. A
/// hyper-parameter may have another last bit, so bytes and heads are not compared whole.
pub fn reload(classifier: &mut Classifier, row: &[f32]) -> Classifier {
    let bytes = classifier.save();
    let mut loaded = Classifier::load(&bytes).expect("what was saved can be read");
    same(loaded.set(), classifier.set());
    let name = |c: &Classifier| c.head().map(HeadSpec::name);
    assert_eq!(name(&loaded), name(classifier));
    assert_eq!(loaded.n_observed(), classifier.n_observed());
    let few = loaded.set().examples().count() <= FEW;
    for classifier in [&mut *classifier, &mut loaded] {
        while !classifier
            .learn_unlabelled()
            .expect("no set causes an error")
        {}
    }
    match (ask(classifier, row), ask(&mut loaded, row)) {
        (Ok(before), Ok(after)) => {
            assert_eq!(before.head, after.head);
            for score in &before.scores {
                let same = after.scores.iter().find(|s| s.label == score.label);
                let same = same.expect("the same classes have scores").probability;
                assert!(
                    !few || (same - score.probability).abs() < TOLERANCE,
                    "{before:?} {after:?}"
                );
            }
        }
        (before, after) => assert_eq!(before, after),
    }
    loaded
}

/// A set is another one, but for what is known of labels that no class has: a file does not hold that.
fn same(a: &SupportSet, b: &SupportSet) {
    assert_eq!(a.streams(), b.streams());
    assert_eq!(a.encoder(), b.encoder());
    assert_eq!(a.classes(), b.classes());
    assert!(a.examples().eq(b.examples()));
    for role in [Role::Negative, Role::Unlabelled] {
        assert!(a.classless(role).eq(b.classless(role)));
    }
    assert_eq!(a.next_ids(), b.next_ids());
    for class in a.classes() {
        assert_eq!(a.text(class), b.text(class));
    }
}

/// Looks at the set as a whole; what is said of it must be possible.
pub fn judge(classifier: &mut Classifier, row: &[f32]) {
    let quality = classifier.quality().expect("no set causes an error");
    let accuracy = quality.accuracy.iter();
    for estimate in accuracy.chain(quality.recall.iter().flatten()) {
        assert!(
            0.0 <= estimate.low
                && estimate.low <= estimate.value
                && estimate.value <= estimate.high
                && estimate.high <= 1.0,
            "{estimate:?}"
        );
    }
    for suspect in &quality.suspects {
        assert!((-1.0..0.0).contains(&suspect.margin), "{suspect:?}");
        assert!(classifier.set().example(suspect.id).is_ok());
    }
    if let Ok(nearest) = classifier.nearest(row, 3) {
        let similarities: Vec<f32> = nearest.iter().map(|n| n.similarity).collect();
        assert!(
            similarities.iter().all(|s| s.abs() < 1.001),
            "{similarities:?}"
        );
        assert!(similarities.is_sorted_by(|a, b| a >= b), "{similarities:?}");
    }
}
