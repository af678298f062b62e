//! Accuracy of the heads on real features, where the folder `shared` lies beside the project; otherwise these tests say
//! that they were skipped. The last is on features that are made up.
//!
//! With all sixteen examples of a class there is one task, and its accuracy has a bound. With fewer, accuracy moves by
//! two points from draw to draw, with all heads alike: there the bound is on what a head gains over the nearest class
//! mean on the same examples: what the reference of the heads asks for, less what the nearest class mean has there, less half a
//! point, by which the gain itself moves.

use crate::common::{Numbers, Rows, real_features};
use handful::heads::{
    self, Fused, Head, KernelRidge, NaiveBayes, NaiveBayesFull, Prototype, ZeroShot,
};
use handful::task::Task;
use handful::{Stream, Streams};
use ndarray::{Array2, ArrayView2, Axis};

/// Draws of the examples.
const DRAWS: u64 = 3;

/// Sixteen examples a class of a data set, and what to ask about.
fn splits(set: &str) -> Option<[Rows; 2]> {
    real_features(set, ["shot16", "test"])
}

/// The task of so many examples of each class, drawn by a seed.
fn draw(all: &Rows, shots: impl Fn(usize) -> usize, seed: u64) -> Task {
    let mut numbers = Numbers::new(seed);
    let classes = all.labels.iter().max().unwrap() + 1;
    let mut chosen = Vec::new();
    for c in 0..classes {
        let mut of_class: Vec<usize> = (0..all.labels.len())
            .filter(|&i| all.labels[i] == c)
            .collect();
        of_class.sort_by_cached_key(|_| (numbers.next() * 1e6) as i32);
        chosen.extend(&of_class[..shots(c)]);
    }
    Task::new(
        Streams::new(vec![Stream::new("clip", all.features.ncols())]).unwrap(),
        all.features.select(Axis(0), &chosen),
        chosen.iter().map(|&i| all.labels[i]).collect(),
        vec![None; classes],
    )
    .unwrap()
}

/// Share of the queries in which the own class has the highest score, in per cent.
fn accuracy(head: &impl Head, task: &Task, queries: ArrayView2<'_, f32>, labels: &[usize]) -> f64 {
    let fitted = head.fit(task).unwrap();
    let scores = heads::scores(&fitted, task, queries);
    let right = scores
        .rows()
        .into_iter()
        .zip(labels)
        .filter(|(row, label)| {
            let best = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            row.iter().position(|&s| s == best) == Some(**label)
        });
    100.0 * right.count() as f64 / labels.len() as f64
}

enum Bound {
    /// Accuracy with all sixteen examples of each class.
    All(f64),
    /// Gain over the nearest class mean with so many examples of each, averaged over the draws.
    Gain(usize, f64),
}

#[track_caller]
fn check<H: Head>(set: &str, head: &H, bounds: &[Bound]) {
    let Some([support, queries]) = splits(set) else {
        return;
    };
    for bound in bounds {
        let of = |head: &dyn Fn(&Task) -> f64, shots, draws| {
            let sum: f64 = (0..draws)
                .map(|seed| head(&draw(&support, |_| shots, seed)))
                .sum();
            sum / draws as f64
        };
        let (rows, labels) = (queries.features.view(), &queries.labels);
        let this = |task: &Task| accuracy(head, task, rows, labels);
        match *bound {
            Bound::All(least) => {
                let found = of(&this, 16, 1);
                println!("{set}, 16 a class, {}: {found:.2} %", H::NAME);
                assert!(found >= least, "{found} is below {least}");
            }
            Bound::Gain(shots, least) => {
                let nearest = |task: &Task| accuracy(&Prototype::default(), task, rows, labels);
                let (found, base) = (of(&this, shots, DRAWS), of(&nearest, shots, DRAWS));
                println!(
                    "{set}, {shots} a class, {}: {found:.2} %, nearest class mean {base:.2} %",
                    H::NAME
                );
                assert!(
                    found - base >= least,
                    "{found} over {base} is below {least}"
                );
            }
        }
    }
}

#[test]
fn kernel_ridge_is_as_accurate_as_the_reference() {
    let head = KernelRidge::default();
    let caltech = [Bound::Gain(1, 82.0 - 79.5 - 0.5), Bound::All(94.0)];
    let ucf = [Bound::Gain(1, 52.5 - 50.4 - 0.5), Bound::All(79.3)];
    check("caltech101", &head, &caltech);
    check("ucf101", &head, &ucf);
}

#[test]
fn naive_bayes_full_is_as_accurate_as_the_reference() {
    let head = NaiveBayesFull::default();
    let caltech = [Bound::Gain(4, 90.0 - 87.8 - 0.5), Bound::All(93.5)];
    let ucf = [Bound::Gain(4, 71.8 - 67.2 - 0.5), Bound::All(78.6)];
    check("caltech101", &head, &caltech);
    check("ucf101", &head, &ucf);
}

#[test]
fn naive_bayes_is_as_accurate_as_the_reference() {
    let head = NaiveBayes::default();
    check("caltech101", &head, &[Bound::All(92.0)]);
    check("ucf101", &head, &[Bound::All(76.5)]);
}

/// Every second class has eight photos, the others one: what heads gain over the published ones on the same examples.
#[test]
fn classes_of_few_photos_are_not_swallowed_by_those_of_many() {
    for set in ["caltech101", "ucf101"] {
        let Some([support, queries]) = splits(set) else {
            return;
        };
        let task = draw(&support, |c| [1, 8][c % 2], 0);
        let (rows, labels) = (queries.features.view(), &queries.labels);
        let check = |name: &str, found: f64, published: f64| {
            println!("{set}, 1 and 8 a class, {name}: {found:.2} %, as published {published:.2} %");
            assert!(found > published + 3.0, "{found} after {published}");
        };
        let naive_bayes = |center_count| {
            let head = NaiveBayes::default().center_count(center_count);
            accuracy(&head, &task, rows, labels)
        };
        check("naive_bayes", naive_bayes(1.0), naive_bayes(0.0));
        let full = |center_count| {
            let head = NaiveBayesFull::default().center_count(center_count);
            accuracy(&head, &head.prepare(task.clone()).unwrap(), rows, labels)
        };
        check("naive_bayes_full", full(1.0), full(0.0));
        let kernel_ridge = |balance| {
            let head = KernelRidge::default().balance(balance);
            accuracy(&head, &head.prepare(task.clone()).unwrap(), rows, labels)
        };
        check("kernel_ridge", kernel_ridge(2.0), kernel_ridge(0.0));
    }
}

/// The classes of Caltech-101 that have a name, one photo of each.
#[test]
fn one_photo_corrects_what_the_names_say() {
    let parts = ["shot16", "test", "text_partial"];
    let Some([support, queries, texts]) = real_features("caltech101", parts) else {
        return;
    };
    let named = |rows: &Rows| {
        let place = |label: &usize| texts.labels.iter().position(|named| named == label);
        let (chosen, labels): (Vec<usize>, Vec<usize>) = (rows.labels.iter().enumerate())
            .filter_map(|(i, label)| Some((i, place(label)?)))
            .unzip();
        Rows {
            features: rows.features.select(Axis(0), &chosen),
            labels,
        }
    };
    let (support, queries) = (named(&support), named(&queries));
    let (rows, labels) = (queries.features.view(), &queries.labels);
    let [mut by_names, mut by_photos, mut by_both] = [0.0; 3];
    for seed in 0..DRAWS {
        let photos = draw(&support, |_| 1, seed);
        let text = texts.features.rows().into_iter();
        let both = Task::new(
            photos.streams().clone(),
            photos.features().to_owned(),
            photos.labels().to_vec(),
            text.map(|row| Some(row.to_owned() / row.dot(&row).sqrt()))
                .collect(),
        )
        .unwrap();
        let fused = |task: &Task| {
            let head = Fused::default();
            accuracy(&head, &head.prepare(task.clone()).unwrap(), rows, labels) / DRAWS as f64
        };
        by_names += accuracy(&ZeroShot::default(), &both, rows, labels) / DRAWS as f64;
        by_photos += fused(&photos);
        by_both += fused(&both);
    }
    println!("names {by_names:.2} %, photos {by_photos:.2} %, both {by_both:.2} %");
    assert!(by_both > by_names.max(by_photos) + 2.0, "{by_both}");
    assert!(by_both > 97.2, "{by_both}");
}

/// The text of one class lies near what all photos have in common: texts alone take them for that class.
#[test]
fn a_text_that_all_photos_are_like_takes_few_of_them_away() {
    let (classes, width) = (5, 24);
    let streams = Streams::new(vec![Stream::new("clip", width)]).unwrap();
    let [mut by_texts, mut by_all] = [0.0; 2];
    for seed in 0..20 {
        let mut numbers = Numbers::new(seed);
        let mut rows =
            |count: usize| -> Vec<Vec<f32>> { (0..count).map(|_| numbers.row(width)).collect() };
        let (own, noise) = (rows(classes), rows(classes * 9));
        let common = &rows(1)[0];
        let row = |i: usize, d: usize| own[i % classes][d] + common[d] + 0.5 * noise[i][d];
        let photos = Array2::from_shape_fn((noise.len(), width), |(i, d)| row(i, d));
        let labels: Vec<usize> = (0..noise.len()).map(|i| i % classes).collect();
        let text = |c: usize| {
            (0..width)
                .map(|d| own[c][d] + if c == 0 { common[d] } else { 0.0 })
                .collect::<Vec<f32>>()
        };
        let text = (0..classes).map(|c| Some(streams.unit_text(&text(c)).unwrap().into()));
        let (taught, asked) = photos.view().split_at(Axis(0), classes);
        let task = Task::new(
            streams.clone(),
            taught.to_owned(),
            labels[..classes].to_vec(),
            text.collect(),
        )
        .unwrap();
        by_texts += accuracy(&ZeroShot::default(), &task, asked, &labels[classes..]) / 20.0;
        by_all += accuracy(&Fused::default(), &task, asked, &labels[classes..]) / 20.0;
    }
    // 87 of a hundred by the texts as they are. With one photo a class, 90 where the texts count so, 94 where they are moved.
    assert!(by_texts < 88.0 && by_all > 92.0, "{by_texts}, {by_all}");
}
