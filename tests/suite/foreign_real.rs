//! About one known photo in twenty is refused and far more strangers, from one photo of each class on and where classes have unequal numbers,
//! on true CLIP features, where the folder `shared` lies beside the project; otherwise these tests say that they were skipped. Examples and what is
//! asked about are photos of `val`: those of `shot16` are means of ten views each, and more alike than photos are.

use crate::common::{Numbers, Rows, real_features};
use handful::heads::{Fused, HeadSpec};
use handful::task::Task;
use handful::{Recogniser, Stream, Streams};
use ndarray::{Array2, Axis};

/// Tasks of each set that a share is the mean of.
const TASKS: u64 = 40;
/// Photos of known and of other classes that each task is asked about.
const ASKED: usize = 40;

/// Shares of known photos that may be refused.
const STRICTNESS: [f64; 4] = [0.01, 0.05, 0.1, 0.2];

/// Of one task the shares of known and of other photos that are refused, at each strictness.
fn refused_in(
    photos: &Rows,
    seed: u64,
    (classes, shots): (usize, [usize; 2]),
) -> [[f64; 2]; STRICTNESS.len()] {
    let mut numbers = Numbers::new(seed);
    let mut shuffled = |n: usize| {
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_cached_key(|_| (numbers.next() * 1e6) as i32);
        order
    };
    let all = photos.labels.iter().max().unwrap() + 1;
    let chosen = &shuffled(all)[..classes];
    let place = |label: usize| chosen.iter().position(|&class| class == label);
    let (mut counts, mut taught, mut labels) = (vec![0; classes], Vec::new(), Vec::new());
    for i in shuffled(photos.labels.len()) {
        if let Some(class) = place(photos.labels[i])
            && counts[class] < shots[class % 2]
        {
            counts[class] += 1;
            taught.push(i);
            labels.push(class);
        }
    }
    let streams = Streams::new(vec![Stream::new("clip", photos.features.ncols())]).unwrap();
    let rows: Array2<f32> = photos.features.select(Axis(0), &taught);
    let task = Task::new(streams, rows, labels, vec![None; classes]).unwrap();
    let mut recogniser = Recogniser::fit(&HeadSpec::Fused(Fused::default()), task).unwrap();
    let (mut asked, mut tally) = ([0; 2], [[0; 2]; STRICTNESS.len()]);
    for i in shuffled(photos.labels.len()) {
        let kind = usize::from(place(photos.labels[i]).is_none());
        if asked[kind] < ASKED && !taught.contains(&i) {
            let row = photos.features.row(i).to_vec();
            let row = recogniser.task().streams().unit(&row).unwrap();
            let said = recogniser.predict(&row);
            assert_eq!(said.foreign, said.p_value <= 0.05);
            asked[kind] += 1;
            for (refused, strictness) in tally.iter_mut().zip(STRICTNESS) {
                refused[kind] += usize::from(said.p_value <= strictness);
            }
        }
    }
    tally.map(|refused| [0, 1].map(|kind| refused[kind] as f64 / asked[kind] as f64))
}

#[test]
fn one_known_photo_in_twenty_is_refused_and_more_strangers() {
    let sets = ["caltech101", "ucf101"];
    let sets = sets.map(|set| real_features(set, ["val"]));
    let [Some([a]), Some([b])] = &sets else {
        return;
    };
    // Classes, their photos, and the least share of strangers.
    for (classes, shots, least) in [
        (2, [1, 1], 0.1),
        (5, [1, 1], 0.2),
        (10, [1, 1], 0.2),
        (2, [2, 2], 0.3),
        (5, [2, 2], 0.4),
        (10, [2, 2], 0.4),
        (5, [8, 8], 0.6),
        (5, [1, 8], 0.15),
    ] {
        let mut means = [[0.0; 2]; STRICTNESS.len()];
        for photos in [a, b] {
            for seed in 0..TASKS {
                let all = refused_in(photos, seed, (classes, shots));
                for (mean, share) in means.iter_mut().flatten().zip(all.as_flattened()) {
                    *mean += share / (2 * TASKS) as f64;
                }
            }
        }
        for ([known, other], strictness) in means.into_iter().zip(STRICTNESS) {
            let said = format!("{classes} classes, {shots:?} photos, strictness {strictness}");
            println!("{said}: {known:.3} of known, {other:.3} of others");
            assert!(known < 0.03 + 1.1 * strictness, "{said}: {known}");
        }
        let [[none, _], [known, other], _, [many, _]] = means;
        assert!(other > least, "{classes} x {shots:?}: {other}");
        // At one photo a class nothing but the expectation tells how far photos scatter.
        assert!(none < known && (0.01..0.075).contains(&known) && many > 0.1);
    }
}
