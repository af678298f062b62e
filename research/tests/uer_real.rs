//! UER against plain replay on class-incremental streams of real features, where the folder `shared` lies beside the
//! project; otherwise the test says that it was skipped.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use handful::heads::{Factor, Query, Uer, UerStream};
use handful::random::Random;
use handful_research::incremental::class_incremental;
use ndarray::{Array1, Array2, Axis};
use safetensors::SafeTensors;
use std::path::Path;

/// Sets with the pool that their examples come from.
const SETS: [(&str, &str); 3] = [
    ("dtd", "val"),
    ("caltech101", "shot16"),
    ("ucf101", "shot16"),
];

/// Sets and orders of the classes that are tried, and the gain in points that must be reached. Without optimisation one
/// stream takes as long as all with it, so that `cargo test` is content with one order of the smallest set, which tells
/// little; `cargo test --release` measures the mean over all.
const TRIED: (usize, u64, f64) = if cfg!(debug_assertions) {
    (1, 1, 0.0)
} else {
    (3, 5, 2.0)
};

/// Unit rows and their labels.
struct Rows {
    features: Array2<f32>,
    labels: Vec<usize>,
}

/// A number of half precision.
fn half(bits: u16) -> f32 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023));
    let size = if exponent == 0 {
        fraction * 2.0_f32.powi(-24)
    } else {
        (1024.0 + fraction) * 2.0_f32.powi(exponent - 25)
    };
    if bits >> 15 == 1 { -size } else { size }
}

fn read(file: &SafeTensors<'_>, pool: &str) -> Rows {
    let features = file.tensor(&format!("{pool}.features")).unwrap();
    let numbers = features.data().as_chunks().0.iter();
    let numbers = numbers
        .map(|b| half(u16::from_le_bytes(*b)))
        .collect::<Vec<_>>();
    let shape = (features.shape()[0], features.shape()[1]);
    let mut features = Array2::from_shape_vec(shape, numbers).unwrap();
    for mut row in features.rows_mut() {
        let length = row.dot(&row).sqrt();
        row /= length;
    }
    let labels = file.tensor(&format!("{pool}.labels")).unwrap();
    let labels = labels.data().as_chunks().0.iter();
    let labels = labels.map(|b| u32::from_le_bytes(*b) as usize).collect();
    Rows { features, labels }
}

/// Final accuracy in per cent of a head after ten tasks, one pass.
fn final_accuracy(recipe: &Uer, pool: &Rows, test: &Rows, order: u64) -> f64 {
    let mut random = Random::new(order + 1);
    let n_classes = pool.labels.iter().max().unwrap() + 1;
    let mut classes: Vec<usize> = (0..n_classes).collect();
    random.shuffle(&mut classes);
    let width = pool.features.ncols();
    let mut stream = UerStream::new(recipe, Array1::ones(width)).unwrap();
    (0..n_classes).for_each(|_| stream.add_class());
    for task in class_incremental(&classes, 10) {
        let mut examples = Vec::new();
        for &class in &task {
            examples.extend((0..pool.labels.len()).filter(|&i| pool.labels[i] == class));
        }
        random.shuffle(&mut examples);
        for batch in examples.chunks(recipe.batch) {
            let rows = pool.features.select(Axis(0), batch);
            let labels: Vec<usize> = batch.iter().map(|&i| pool.labels[i]).collect();
            stream.observe(rows.view(), &labels).unwrap();
        }
    }
    let mut scores = vec![0.0; n_classes];
    let (mut right, linear) = (0, stream.linear());
    for (row, &label) in test.features.rows().into_iter().zip(&test.labels) {
        let (row, similarities) = (row.to_slice().unwrap(), &[][..]);
        linear.scores_into(Query { row, similarities }, &mut scores);
        let best = (0..n_classes)
            .rev()
            .max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        right += usize::from(best == Some(label));
    }
    100.0 * right as f64 / test.labels.len() as f64
}

#[test]
fn uer_beats_plain_replay_on_real_class_incremental_streams() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/features");
    if !folder.exists() {
        println!(
            "skipped: uer_beats_plain_replay_on_real_class_incremental_streams: no ../shared/data/features"
        );
        return;
    }
    let uer = Uer::default().memory(200);
    let plain = uer.clone().current(Factor::Dot);
    let mut gain = 0.0;
    let (sets, orders, wanted) = TRIED;
    for (set, pool) in &SETS[..sets] {
        let bytes = std::fs::read(folder.join(format!("{set}.safetensors"))).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let (pool, test) = (read(&file, pool), read(&file, "test"));
        let mean = |recipe: &Uer| {
            let all = (0..orders).map(|order| final_accuracy(recipe, &pool, &test, order));
            all.sum::<f64>() / orders as f64
        };
        let (with, without) = (mean(&uer), mean(&plain));
        println!("{set}: UER {with:.1} %, plain replay {without:.1} %");
        gain += (with - without) / sets as f64;
    }
    println!("UER - plain replay: {gain:.1} points");
    assert!(gain >= wanted, "{gain}");
}
