//! Known photos are recognised as known and others as foreign, however few examples there are of each class.

use crate::common::{Numbers, blobs};
use handful::heads::{Fused, HeadSpec};
use handful::task::Task;
use handful::{Classifier, Error, Recogniser, Stream, Streams};
use wasm_bindgen_test::wasm_bindgen_test;

/// Numbers of an embedding, and how far examples scatter around their class's.
#[derive(Clone, Copy)]
struct Kind {
    width: usize,
    noise: f32,
}

const USUAL: Kind = Kind {
    width: 32,
    noise: 0.8,
};
const ASKED: usize = 40;

/// Draws that shares are taken over: of one draw of six examples the threshold refuses 0 to 60 in 100 known photos.
const DRAWS: u64 = 40;

/// Shares of known and of unknown photos that are taken to show none of the classes.
fn refused(kind: Kind, classes: usize, shots: usize) -> [f64; 2] {
    let all = (0..DRAWS).map(|draw| refused_in(kind, draw, classes, shots));
    all.fold([0.0; 2], |[known, unknown], [k, u]| {
        [known + k / DRAWS as f64, unknown + u / DRAWS as f64]
    })
}

fn refused_in(Kind { width, noise }: Kind, draw: u64, classes: usize, shots: usize) -> [f64; 2] {
    // One blob a class and one more, the first `shots` rows of each as examples.
    let (rows, labels) = blobs(draw, classes + 1, shots + ASKED, width, noise);
    let streams = Streams::new(vec![Stream::new("aux", width)]).unwrap();
    let is_example = |i: usize| labels[i] < classes && i % (shots + ASKED) < shots;
    let chosen: Vec<usize> = (0..labels.len()).filter(|&i| is_example(i)).collect();
    let task = Task::new(
        streams.clone(),
        rows.select(ndarray::Axis(0), &chosen),
        chosen.iter().map(|&i| labels[i]).collect(),
        vec![None; classes],
    )
    .unwrap();
    let mut recogniser = Recogniser::fit(&HeadSpec::Fused(Fused::default()), task).unwrap();
    let mut counts = [(0, 0); 2];
    for i in (0..labels.len()).filter(|&i| !is_example(i)) {
        let row = streams.unit(&rows.row(i).to_vec()).unwrap();
        let (asked, foreign) = &mut counts[usize::from(labels[i] == classes)];
        *asked += 1;
        *foreign += usize::from(recogniser.predict(&row).foreign);
    }
    counts.map(|(asked, foreign)| foreign as f64 / asked as f64)
}

#[wasm_bindgen_test(unsupported = test)]
fn known_photos_are_not_foreign_however_few_there_are_of_each_class() {
    for (classes, shots) in [
        (2, 1),
        (2, 3),
        (5, 1),
        (5, 2),
        (5, 3),
        (8, 2),
        (8, 5),
        (20, 2),
    ] {
        let [known, _] = refused(USUAL, classes, shots);
        assert!(
            known <= 0.08,
            "{classes} x {shots}: {known} of known photos"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn photos_of_something_else_are_foreign_once_there_are_some_examples() {
    for (classes, shots) in [(2, 3), (5, 2), (5, 4), (8, 3), (20, 5)] {
        let [known, unknown] = refused(USUAL, classes, shots);
        assert!(
            unknown >= 0.5 && known <= 0.08,
            "{classes} x {shots}: {unknown} of unknown photos"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn examples_that_lie_close_together_make_their_like_no_strangers() {
    // In few dimensions, of ten examples alike, what is usual for photos of any kind counts more than these.
    for (width, noise, least) in [(16, 0.1, 0.4), (32, 0.3, 0.7), (256, 0.3, 0.9)] {
        for (classes, shots) in [(2, 3), (5, 2), (8, 5)] {
            let [known, unknown] = refused(Kind { width, noise }, classes, shots);
            assert!(
                known <= 0.08 && unknown >= least,
                "{width}, {noise}, {classes} x {shots}: {known}, {unknown}"
            );
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn random_directions_are_foreign() {
    let width = USUAL.width;
    let (rows, labels) = blobs(9, 6, 4, width, 0.5);
    let streams = Streams::new(vec![Stream::new("aux", width)]).unwrap();
    let task = Task::new(streams.clone(), rows, labels, vec![None; 6]).unwrap();
    let mut recogniser = Recogniser::fit(&HeadSpec::Fused(Fused::default()), task).unwrap();
    let mut numbers = Numbers::new(77);
    let foreign = (0..ASKED).filter(|_| {
        let row = streams.unit(&numbers.row(width)).unwrap();
        recogniser.predict(&row).foreign
    });
    assert_eq!(foreign.count(), ASKED);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_stricter_the_more_is_refused_of_known_photos_of_others_and_of_the_examples() {
    let (width, shots, classes) = (32, 8, 5);
    let (rows, labels) = blobs(7, classes + 1, shots + ASKED, width, 0.8);
    let mut classifier = Classifier::new(vec![Stream::new("aux", width)]).unwrap();
    let is_example = |i: usize| labels[i] < classes && i % (shots + ASKED) < shots;
    for i in (0..labels.len()).filter(|&i| is_example(i)) {
        let row = rows.row(i).to_vec();
        classifier
            .add_example(&labels[i].to_string(), &row)
            .unwrap();
    }
    let refused = |classifier: &mut Classifier| {
        let mut counts = [0; 3];
        for i in (0..labels.len()).filter(|&i| !is_example(i)) {
            let answer = classifier.predict(&rows.row(i).to_vec()).unwrap();
            counts[usize::from(labels[i] == classes)] += usize::from(answer.foreign);
        }
        counts[2] = classifier.quality().unwrap().refused.len();
        counts
    };
    classifier.set_strictness(0.0).unwrap();
    let mut before = refused(&mut classifier);
    assert_eq!(before, [0; 3]);
    for share in [0.02, 0.05, 0.2, 0.5] {
        classifier.set_strictness(share).unwrap();
        let now = refused(&mut classifier);
        assert!(
            now.iter().zip(before).all(|(&now, before)| now >= before),
            "{share}: {now:?}"
        );
        // Of forty examples those above the quantile; what is expected of them counts as fifteen more.
        let most = share * 55.0;
        let count = now[2] as f64;
        assert!(most - 15.0 < count && count <= most, "{share}: {now:?}");
        before = now;
    }
    assert!(before[0] >= 50 && before[1] == shots + ASKED, "{before:?}");
    // It outlives a change of the set, and a file.
    let id = classifier.add_example("0", &rows.row(0).to_vec()).unwrap();
    classifier.remove_example(id).unwrap();
    assert_eq!(refused(&mut classifier), before);
    assert_eq!(
        refused(&mut Classifier::load(&classifier.save()).unwrap()),
        before
    );
    for share in [-0.1, 0.51, f64::NAN] {
        assert!(matches!(
            classifier.set_strictness(share),
            Err(Error::Parameter { .. })
        ));
        assert_eq!(classifier.strictness(), 0.5);
    }
}
