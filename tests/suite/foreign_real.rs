//! About one known photo in twenty is refused and far more strangers, from one photo of each class on and where classes have unequal numbers,
//! on true CLIP features, where the folder `shared` lies beside the project; otherwise these tests say that they were skipped.

use crate::common::{Numbers, Rows, real_features};
use handful::heads::{Fused, HeadSpec};
use handful::task::Task;
use handful::{Recogniser, Stream, Streams};
use ndarray::{Array2, Axis};

/// Tasks of each set that a share is the mean of.
const TASKS: u64 = 40;
/// Photos of known and of other classes that each task is asked about.
const ASKED: usize = 40;

/// Of one task the shares of known and of other photos that are refused. The p-value of each says the same.
fn refused_in(
    [examples, photos]: [&Rows; 2],
    seed: u64,
    (classes, shots): (usize, [usize; 2]),
) -> [f64; 2] {
    let mut numbers = Numbers::new(seed);
    let mut shuffled = |n: usize| {
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by_cached_key(|_| (numbers.next() * 1e6) as i32);
        order
    };
    let all = examples.labels.iter().max().unwrap() + 1;
    let chosen = &shuffled(all)[..classes];
    let place = |label: usize| chosen.iter().position(|&class| class == label);
    let (mut counts, mut taught, mut labels) = (vec![0; classes], Vec::new(), Vec::new());
    for i in shuffled(examples.labels.len()) {
        if let Some(class) = place(examples.labels[i])
            && counts[class] < shots[class % 2]
        {
            counts[class] += 1;
            taught.push(i);
            labels.push(class);
        }
    }
    let streams = Streams::new(vec![Stream::new("clip", examples.features.ncols())]).unwrap();
    let rows: Array2<f32> = examples.features.select(Axis(0), &taught);
    let task = Task::new(streams, rows, labels, vec![None; classes]).unwrap();
    let mut recogniser = Recogniser::fit(&HeadSpec::Fused(Fused::default()), task).unwrap();
    let mut tally = [(0, 0); 2];
    for i in shuffled(photos.labels.len()) {
        let (asked, refused) = &mut tally[usize::from(place(photos.labels[i]).is_none())];
        if *asked < ASKED {
            let row = photos.features.row(i).to_vec();
            let row = recogniser.task().streams().unit(&row).unwrap();
            let said = recogniser.predict(&row);
            *asked += 1;
            *refused += usize::from(said.foreign);
            assert_eq!(said.foreign, said.p_value <= 0.05);
        }
    }
    tally.map(|(asked, refused)| refused as f64 / asked as f64)
}

#[test]
fn one_known_photo_in_twenty_is_refused_and_more_strangers() {
    let sets = ["caltech101", "ucf101"];
    let sets = sets.map(|set| real_features(set, ["shot16", "val"]));
    let [Some(a), Some(b)] = &sets else { return };
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
        let mut means = [0.0; 2];
        for [examples, photos] in [a, b] {
            for seed in 0..TASKS {
                let shares = refused_in([examples, photos], seed, (classes, shots));
                means
                    .iter_mut()
                    .zip(shares)
                    .for_each(|(mean, share)| *mean += share);
            }
        }
        let [known, other] = means.map(|sum| sum / (2 * TASKS) as f64);
        println!("{classes} classes, {shots:?} photos: {known:.3} of known, {other:.3} of others");
        assert!(
            (0.005..0.085).contains(&known),
            "{classes} x {shots:?}: {known}"
        );
        assert!(other > least, "{classes} x {shots:?}: {other}");
    }
}
