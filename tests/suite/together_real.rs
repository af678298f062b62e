//! Photos that are asked about together gain, and so do those that are asked about beside an unlabelled pile; they harm nothing, on true CLIP
//! features, where the folder `shared` lies beside the project; otherwise these tests say that they were skipped.

use crate::common::{Numbers, real_features};
use handful::heads::HeadSpec;
use handful::random::Random;
use handful::task::Task;
use handful::{Prediction, Recogniser, Stream, Streams, Together};
use ndarray::{Array2, Axis};

/// Tasks of each set that a gain is the mean of.
const TASKS: u64 = 30;

/// What is taught and asked about.
struct Scenario {
    classes: usize,
    shots: usize,
    /// Photos that are asked about together, and how many of them are of other classes.
    photos: usize,
    strangers: usize,
    /// Share of the photos of each class that are asked about, the classes in a random order.
    share: fn(usize) -> f32,
}

const USUAL: Scenario = Scenario {
    classes: 6,
    shots: 1,
    photos: 100,
    strangers: 0,
    share: |_| 1.0,
};

/// Numbers below n in a random order.
fn shuffled(n: usize, numbers: &mut Numbers) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_cached_key(|_| (numbers.next() * 1e6) as i32);
    order
}

/// Points that asking together gains over asking one by one, and those that learning from these photos gains when the examples that are not
/// taught are asked about: the mean over tasks of two sets; `None` without them.
fn gains(scenario: &Scenario) -> Option<[f64; 2]> {
    let sets = ["caltech101", "ucf101"];
    let gains = sets.map(|set| {
        let [examples, photos] = real_features(set, ["shot16", "val"])?;
        let all = examples.labels.iter().max().unwrap() + 1;
        let of_task = |seed| {
            let mut numbers = Numbers::new(seed);
            let classes = &shuffled(all, &mut numbers)[..scenario.classes];
            let place = |label: usize| classes.iter().position(|&class| class == label);
            let mut counts = vec![0; scenario.classes];
            let mut of_classes = shuffled(examples.labels.len(), &mut numbers);
            of_classes.retain(|&i| place(examples.labels[i]).is_some());
            let (taught, others): (Vec<usize>, Vec<usize>) =
                of_classes.into_iter().partition(|&i| {
                    let class = place(examples.labels[i]).unwrap();
                    counts[class] += 1;
                    counts[class] <= scenario.shots
                });
            let (mut asked, mut strangers) = (Vec::new(), Vec::new());
            for i in shuffled(photos.labels.len(), &mut numbers) {
                match place(photos.labels[i]) {
                    None => strangers.push(i),
                    Some(class) if numbers.next().abs() < (scenario.share)(class) => asked.push(i),
                    Some(_) => {}
                }
            }
            asked.truncate(scenario.photos - scenario.strangers);
            let task = Task::new(
                Streams::new(vec![Stream::new("clip", examples.features.ncols())]).unwrap(),
                examples.features.select(Axis(0), &taught),
                taught
                    .iter()
                    .map(|&i| place(examples.labels[i]).unwrap())
                    .collect(),
                vec![None; scenario.classes],
            );
            let [labels, other_labels] =
                [(&asked, &photos), (&others, &examples)].map(|(rows, from)| -> Vec<usize> {
                    let labels = rows.iter().map(|&i| place(from.labels[i]).unwrap());
                    labels.collect()
                });
            asked.extend(&strangers[..scenario.strangers]);
            let asked = photos.features.select(Axis(0), &asked);
            let others = examples.features.select(Axis(0), &others);
            let task = task.unwrap();
            let [before, after] = accuracy_by_pile(&task, &asked, &others, &other_labels);
            [gain_of(&task, asked, &labels), after - before]
        };
        let all: Vec<[f64; 2]> = (0..TASKS).map(of_task).collect();
        Some([0, 1].map(|k| all.iter().map(|gains| gains[k]).sum::<f64>() / TASKS as f64))
    });
    let (a, b) = (gains[0]?, gains[1]?);
    let mean = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
    println!("gains: {mean:.2?} points");
    Some(mean)
}

fn fit(task: &Task) -> Recogniser {
    Recogniser::fit(&HeadSpec::by_name("fused").unwrap(), task.clone()).unwrap()
}

fn is_right((prediction, &label): (&Prediction, &usize)) -> bool {
    let of_class = &prediction.probabilities;
    of_class.iter().all(|&p| p <= of_class[label])
}

/// Photos with these labels that are told right in percent, without what can be learned from a pile and with it.
fn accuracy_by_pile(
    task: &Task,
    pile: &Array2<f32>,
    others: &Array2<f32>,
    labels: &[usize],
) -> [f64; 2] {
    let mut recogniser = fit(task);
    let right = |recogniser: &mut Recogniser| {
        let rows = others.rows().into_iter().zip(labels);
        let right =
            rows.filter(|(row, label)| is_right((recogniser.predict(&row.to_vec()), label)));
        100.0 * right.count() as f64 / labels.len().max(1) as f64
    };
    let before = right(&mut recogniser);
    recogniser.learn_unlabelled(pile);
    [before, right(&mut recogniser)]
}

/// The same on one task, of the first photos, of which the labels are known.
fn gain_of(task: &Task, photos: Array2<f32>, labels: &[usize]) -> f64 {
    let mut alone = fit(task);
    let rows = photos.rows().into_iter();
    let alone: Vec<Prediction> = rows
        .map(|row| alone.predict(&row.to_vec()).clone())
        .collect();
    let mut together = Together::new(fit(task), photos);
    while !together.step() {}
    let [alone, together] = [&*alone, together.predictions()].map(|predictions| {
        predictions
            .iter()
            .zip(labels)
            .filter(|&pair| is_right(pair))
            .count()
    });
    100.0 * (together as f64 - alone as f64) / labels.len() as f64
}

/// What no scenario may fall below.
const HARMLESS: f64 = -0.5;

#[test]
fn photos_of_all_classes_help_each_other() {
    if let Some([together, pile]) = gains(&USUAL) {
        assert!(together > 2.0 && pile > 2.0, "{together} {pile}");
    }
}

#[test]
fn a_few_classes_that_occur_do_no_harm() {
    let few = Scenario {
        share: |class| if class < 2 { 1.0 } else { 0.0 },
        ..USUAL
    };
    for shots in [1, 4] {
        if let Some(gains) = gains(&Scenario { shots, ..few }) {
            let harmless = gains.iter().all(|&gain| gain > HARMLESS);
            assert!(harmless, "{shots} a class: {gains:?}");
        }
    }
}

#[test]
fn skewed_shares_do_no_harm() {
    let skewed = Scenario {
        share: |class| 1.0 / (1.0 + class as f32),
        ..USUAL
    };
    for shots in [1, 4] {
        if let Some(gains) = gains(&Scenario { shots, ..skewed }) {
            let harmless = gains.iter().all(|&gain| gain > HARMLESS);
            assert!(harmless, "{shots} a class: {gains:?}");
        }
    }
}

#[test]
fn a_third_of_strangers_does_no_harm() {
    for shots in [1, 4] {
        let scenario = Scenario {
            strangers: 33,
            shots,
            ..USUAL
        };
        if let Some(gains) = gains(&scenario) {
            let harmless = gains.iter().all(|&gain| gain > HARMLESS);
            assert!(harmless, "{shots} a class: {gains:?}");
        }
    }
}

#[test]
fn five_classes_do_no_harm_with_few_photos_or_many_examples() {
    for (shots, photos) in [(1, 20), (16, 100)] {
        let scenario = Scenario {
            classes: 5,
            shots,
            photos,
            ..USUAL
        };
        if let Some(gains) = gains(&scenario) {
            let harmless = gains.iter().all(|&gain| gain > HARMLESS);
            assert!(harmless, "{shots} a class, {photos} photos: {gains:?}");
        }
    }
}

/// Photos of the test part that are told right in percent, by one photo of each class, drawn as `evaluate` does, and with a pile of all
/// photos of the part `val` as well: the mean over draws.
fn accuracy_of_all_classes(set: &str, own_photos: bool, draws: u64) -> Option<[f64; 2]> {
    let parts = if own_photos {
        ["val", "val", "test"]
    } else {
        ["shot16", "val", "test"]
    };
    let [examples, photos, asked] = real_features(set, parts)?;
    let classes = examples.labels.iter().max().unwrap() + 1;
    let of_draw = |seed| {
        let mut random = Random::of(seed, "examples");
        let mut taught: Vec<usize> = Vec::new();
        for class in 0..classes {
            let of_class = |i: &usize| examples.labels[*i] == class;
            let mut rows: Vec<usize> = (0..examples.labels.len()).filter(of_class).collect();
            random.shuffle(&mut rows);
            taught.push(rows[0]);
        }
        let mut pile: Vec<usize> = (0..photos.labels.len()).collect();
        pile.retain(|i| !own_photos || !taught.contains(i));
        let task = Task::new(
            Streams::new(vec![Stream::new("clip", examples.features.ncols())]).unwrap(),
            examples.features.select(Axis(0), &taught),
            taught.iter().map(|&i| examples.labels[i]).collect(),
            vec![None; classes],
        );
        let pile = photos.features.select(Axis(0), &pile);
        accuracy_by_pile(&task.unwrap(), &pile, &asked.features, &asked.labels)
    };
    let all: Vec<[f64; 2]> = (0..draws).map(of_draw).collect();
    let mean = [0, 1].map(|k| all.iter().map(|of| of[k]).sum::<f64>() / draws as f64);
    println!(
        "{set}: {:.1} % -> {:.1} %, by draws {all:.1?}",
        mean[0], mean[1]
    );
    Some(mean)
}

const HUNDRED_CLASSES: [(&str, bool); 3] =
    [("caltech101", false), ("ucf101", false), ("dtd", true)];

#[test]
fn a_pile_of_a_hundred_classes_is_learned_from() {
    for (set, own_photos) in HUNDRED_CLASSES {
        if let Some([before, after]) = accuracy_of_all_classes(set, own_photos, 2) {
            assert!(after > before + 2.0, "{set}: {before} {after}");
        }
    }
}

#[test]
#[ignore = "takes minutes: what docs/algorithms.md states of a hundred classes"]
fn a_pile_of_a_hundred_classes_in_ten_draws() {
    for (set, own_photos) in HUNDRED_CLASSES {
        accuracy_of_all_classes(set, own_photos, 10);
    }
}
