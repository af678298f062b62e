//! Photos that are asked about together gain, and harm nothing, on true CLIP features, where the folder `shared` lies beside the project;
//! otherwise these tests say that they were skipped.

use crate::common::{Numbers, real_features};
use handful::heads::HeadSpec;
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

/// Points that asking together gains over asking one by one, the mean over tasks of two sets; `None` without them.
fn gain(scenario: &Scenario) -> Option<f64> {
    let sets = ["caltech101", "ucf101"];
    let gains = sets.map(|set| {
        let [examples, photos] = real_features(set, ["shot16", "val"])?;
        let all = examples.labels.iter().max().unwrap() + 1;
        let of_task = |seed| {
            let mut numbers = Numbers::new(seed);
            let classes = &shuffled(all, &mut numbers)[..scenario.classes];
            let place = |label: usize| classes.iter().position(|&class| class == label);
            let mut counts = vec![0; scenario.classes];
            let mut taught = shuffled(examples.labels.len(), &mut numbers);
            taught.retain(|&i| {
                place(examples.labels[i]).is_some_and(|class| {
                    counts[class] += 1;
                    counts[class] <= scenario.shots
                })
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
            let labels: Vec<usize> = asked
                .iter()
                .map(|&i| place(photos.labels[i]).unwrap())
                .collect();
            asked.extend(&strangers[..scenario.strangers]);
            gain_of(
                &task.unwrap(),
                photos.features.select(Axis(0), &asked),
                &labels,
            )
        };
        Some((0..TASKS).map(of_task).sum::<f64>() / TASKS as f64)
    });
    let mean = (gains[0]? + gains[1]?) / 2.0;
    println!("gain: {mean:.2} points");
    Some(mean)
}

/// The same on one task, of the first photos, of which the labels are known.
fn gain_of(task: &Task, photos: Array2<f32>, labels: &[usize]) -> f64 {
    let fit = || Recogniser::fit(&HeadSpec::by_name("fused").unwrap(), task.clone()).unwrap();
    let right = |(prediction, &label): (&Prediction, &usize)| {
        let of_class = &prediction.probabilities;
        of_class.iter().all(|&p| p <= of_class[label])
    };
    let mut alone = fit();
    let rows = photos.rows().into_iter();
    let alone: Vec<Prediction> = rows
        .map(|row| alone.predict(&row.to_vec()).clone())
        .collect();
    let mut together = Together::new(fit(), photos);
    while !together.step() {}
    let [alone, together] = [&*alone, together.predictions()].map(|predictions| {
        predictions
            .iter()
            .zip(labels)
            .filter(|&pair| right(pair))
            .count()
    });
    100.0 * (together as f64 - alone as f64) / labels.len() as f64
}

/// What no scenario may fall below.
const HARMLESS: f64 = -0.5;

#[test]
fn photos_of_all_classes_help_each_other() {
    if let Some(gain) = gain(&USUAL) {
        assert!(gain > 2.0, "{gain}");
    }
}

#[test]
fn a_few_classes_that_occur_do_no_harm() {
    let few = Scenario {
        share: |class| if class < 2 { 1.0 } else { 0.0 },
        ..USUAL
    };
    for shots in [1, 4] {
        if let Some(gain) = gain(&Scenario { shots, ..few }) {
            assert!(gain > HARMLESS, "{shots} a class: {gain}");
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
        if let Some(gain) = gain(&Scenario { shots, ..skewed }) {
            assert!(gain > HARMLESS, "{shots} a class: {gain}");
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
        if let Some(gain) = gain(&scenario) {
            assert!(gain > HARMLESS, "{shots} a class: {gain}");
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
        if let Some(gain) = gain(&scenario) {
            assert!(gain > HARMLESS, "{shots} a class, {photos} photos: {gain}");
        }
    }
}
