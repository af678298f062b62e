//! Helpers that several test files share.

use handful::heads::amu::Uncertainty;
use handful::heads::{self, FittedHead, HeadSpec};
use handful::task::Task;
use handful::validation::{fit_temperature, probabilities_into};
use handful::{Classifier, Stream, Streams};
use ndarray::{Array2, ArrayView2};

/// Every kind there is.
pub const KINDS: [Uncertainty; 13] = [
    Uncertainty::None,
    Uncertainty::Moment,
    Uncertainty::Entropy,
    Uncertainty::Energy,
    Uncertainty::Max,
    Uncertainty::MaxMin,
    Uncertainty::Var,
    Uncertainty::Top5,
    Uncertainty::MomentRel,
    Uncertainty::LogitEnergy,
    Uncertainty::MaxLogit,
    Uncertainty::Margin,
    Uncertainty::MomentLogit,
];

/// A small generator of repeatable numbers (xorshift64*), so that tests need no random crate on wasm.
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Uniform in `[-1, 1)`.
    pub fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40;
        bits as f32 / (1_u64 << 23) as f32 - 1.0
    }

    pub fn row(&mut self, width: usize) -> Vec<f32> {
        (0..width).map(|_| self.next()).collect()
    }
}

/// Raw rows around one random centre a class: `(features, labels)`, class after class.
pub fn blobs(
    seed: u64,
    classes: usize,
    shots: usize,
    width: usize,
    noise: f32,
) -> (Array2<f32>, Vec<usize>) {
    let mut numbers = Numbers::new(seed);
    let centres: Vec<Vec<f32>> = (0..classes).map(|_| numbers.row(width)).collect();
    let labels: Vec<usize> = (0..classes * shots).map(|i| i / shots).collect();
    let features = Array2::from_shape_fn((labels.len(), width), |(i, d)| {
        centres[labels[i]][d] + noise * numbers.next()
    });
    (features, labels)
}

/// A classifier of one photo a class, an unlucky one, and `each` others of every class with the places of their labels, class by class.
pub fn one_each_and_others(labels: &[&str], each: usize) -> (Classifier, Vec<f32>, Vec<usize>) {
    let (rows, classes) = blobs(11, labels.len(), each + 1, 24, 1.1);
    let mut classifier = Classifier::new(vec![Stream::new("aux", 24)]).unwrap();
    let (mut others, mut own) = (Vec::new(), Vec::new());
    for (i, &class) in classes.iter().enumerate() {
        let row = rows.row(i).to_vec();
        if i % (each + 1) == 0 {
            classifier.add_example(labels[class], &row).unwrap();
        } else {
            others.extend(row);
            own.push(class);
        }
    }
    (classifier, others, own)
}

pub fn clip_and_aux(clip: usize, aux: usize) -> Streams {
    Streams::new(vec![Stream::new("clip", clip), Stream::new("aux", aux)]).unwrap()
}

/// A task of blobs with clip and auxiliary streams, and text for every class.
pub fn task(seed: u64, classes: usize, shots: usize) -> Task {
    let streams = clip_and_aux(6, 10);
    let (features, labels) = blobs(seed, classes, shots, streams.width(), 0.7);
    let mut numbers = Numbers::new(seed + 1000);
    let text = (0..classes)
        .map(|_| Some(streams.unit_text(&numbers.row(6)).unwrap().into()))
        .collect();
    Task::new(streams, features, labels, text).unwrap()
}

/// A classifier of one auxiliary stream, taught `shots` photos of each label.
pub fn taught(labels: &[&str], shots: usize) -> Classifier {
    let mut classifier = Classifier::new(vec![Stream::new("aux", 8)]).unwrap();
    let (features, classes) = blobs(7, labels.len(), shots, 8, 0.3);
    for (row, &class) in features.rows().into_iter().zip(&classes) {
        classifier
            .add_example(labels[class], &row.to_vec())
            .unwrap();
    }
    classifier
}

#[track_caller]
pub fn assert_close(a: f32, b: f32, tolerance: f32) {
    let scale = 1.0_f32.max(a.abs()).max(b.abs());
    assert!(
        a == b || (a - b).abs() <= tolerance * scale,
        "{a} differs from {b}"
    );
}

/// The scores of one query, given as a unit row.
pub fn scores(head: &dyn FittedHead, task: &Task, row: &[f32]) -> Vec<f32> {
    let row = ArrayView2::from_shape((1, row.len()), row).unwrap();
    heads::scores(head, task, row).into_raw_vec_and_offset().0
}

/// The temperature of the head that scores of examples held out by folds give.
pub fn temperature(spec: &HeadSpec, task: &Task) -> f64 {
    let held_out = spec.held_out(task, usize::MAX).unwrap();
    let prior = spec.fit(task).unwrap().prior_temperature();
    prior * fit_temperature(held_out.logits.view(), &held_out.labels, 1.0)
}

pub fn probabilities(scores: &[f32], temperature: f64) -> Vec<f64> {
    let mut p = vec![0.0; scores.len()];
    probabilities_into(scores, temperature, &mut p);
    p
}

/// A number of half precision; subnormal ones are far below what a feature is.
#[cfg(not(target_arch = "wasm32"))]
pub fn half(bytes: [u8; 2]) -> f32 {
    let bits = u32::from(u16::from_le_bytes(bytes));
    let (sign, exponent, fraction) = (bits >> 15, (bits >> 10) & 31, bits & 1023);
    match exponent {
        0 => 0.0,
        _ => f32::from_bits((sign << 31) | ((exponent + 112) << 23) | (fraction << 13)),
    }
}

/// Feature rows of photos, and their classes.
#[cfg(not(target_arch = "wasm32"))]
pub struct Rows {
    pub features: Array2<f32>,
    pub labels: Vec<usize>,
}

/// True CLIP features of parts of a data set in the folder `shared` beside the project; `None`, and it says so, where there is none.
#[cfg(not(target_arch = "wasm32"))]
pub fn real_features<const N: usize>(set: &str, parts: [&str; N]) -> Option<[Rows; N]> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../shared/data/features/{set}.safetensors"));
    if !path.exists() {
        println!("skipped: no ../shared/data/features/{set}.safetensors");
        return None;
    }
    let bytes = std::fs::read(path).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    Some(parts.map(|part| {
        let features = file.tensor(&format!("{part}.features")).unwrap();
        let labels = file.tensor(&format!("{part}.labels")).unwrap();
        let values = features.data().as_chunks().0.iter();
        let shape = (features.shape()[0], features.shape()[1]);
        let labels = labels.data().as_chunks().0.iter();
        Rows {
            features: Array2::from_shape_vec(shape, values.map(|&b| half(b)).collect()).unwrap(),
            labels: labels.map(|&b| i32::from_le_bytes(b) as usize).collect(),
        }
    }))
}
