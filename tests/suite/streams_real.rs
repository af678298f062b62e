//! How much a stream is trusted is learned from the examples: colours help with groceries and mislead with clothes.
//! On real photos, where the folder `shared` lies beside the project; otherwise the test says that it was skipped.

use crate::common::{Numbers, half};
use handful::heads::{Fused, Head, HeadSpec};
use handful::task::Task;
use handful::{Stream, Streams};
use image::RgbImage;
use ndarray::{Array1, Array2, Axis, s};
use safetensors::SafeTensors;
use std::path::{Path, PathBuf};

const SHOTS: usize = 4;
const DRAWS: u64 = 3;

/// Cells of the histogram: hue, saturation, value.
const CELLS: [usize; 3] = [12, 4, 4];

/// Shares of the pixels in each cell of hue, saturation and value, as roots, so that their products compare them.
fn colours(photo: &RgbImage) -> Vec<f32> {
    let mut counts = vec![0.0_f32; CELLS.iter().product()];
    for pixel in photo.pixels() {
        let [r, g, b] = pixel.0.map(|v| f32::from(v) / 255.0);
        let (most, least) = (r.max(g).max(b), r.min(g).min(b));
        let range = most - least;
        let hue = if range == 0.0 {
            0.0
        } else if most == r {
            ((g - b) / range).rem_euclid(6.0)
        } else if most == g {
            (b - r) / range + 2.0
        } else {
            (r - g) / range + 4.0
        };
        let saturation = if most == 0.0 { 0.0 } else { range / most };
        let cell = [hue / 6.0, saturation, most]
            .iter()
            .zip(CELLS)
            .fold(0, |cell, (share, n)| {
                cell * n + ((share * n as f32) as usize).min(n - 1)
            });
        counts[cell] += 1.0;
    }
    let pixels = (photo.width() * photo.height()) as f32;
    counts.iter().map(|count| (count / pixels).sqrt()).collect()
}

/// Photos as features of a network, `aux.network`, and as colours, `aux.colours`.
struct Photos {
    streams: Streams,
    features: Array2<f32>,
    labels: Vec<usize>,
}

/// A folder of photos, and what a network says of each.
struct Folder {
    path: PathBuf,
    files: Vec<String>,
    network: Array2<f32>,
    labels: Vec<usize>,
}

fn folder(test: &str, set: &str) -> Option<Folder> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../shared/data/photos/{set}"));
    if !path.exists() {
        println!("skipped: {test}: no ../shared/data/photos/{set}");
        return None;
    }
    let bytes = std::fs::read(path.join("features.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let network = file.tensor("aux.mobilenet_v2").unwrap();
    let values = network.data().as_chunks().0.iter();
    let shape = (network.shape()[0], network.shape()[1]);
    let labels = file.tensor("labels").unwrap();
    Some(Folder {
        path,
        files: serde_json::from_str(&header.metadata().as_ref().unwrap()["files"]).unwrap(),
        network: Array2::from_shape_vec(shape, values.map(|&b| half(b)).collect()).unwrap(),
        labels: (labels.data().as_chunks().0.iter())
            .map(|&b| i32::from_le_bytes(b) as usize)
            .collect(),
    })
}

fn photos(set: &str) -> Option<Photos> {
    let folder = folder("trust in streams", set)?;
    let (width, cells) = (folder.network.ncols(), CELLS.iter().product());
    // Streams stand in the order of their names.
    let mut features = Array2::zeros((folder.files.len(), cells + width));
    for (i, name) in folder.files.iter().enumerate() {
        let photo = image::open(folder.path.join(name)).unwrap().to_rgb8();
        let row = Array1::from(colours(&photo));
        let mut both = features.row_mut(i);
        both.slice_mut(s![..cells]).assign(&row);
        both.slice_mut(s![cells..]).assign(&folder.network.row(i));
    }
    Some(Photos {
        streams: Streams::new(vec![
            Stream::new("aux.colours", cells),
            Stream::new("aux.network", width),
        ])
        .unwrap(),
        features,
        labels: folder.labels,
    })
}

/// Mean trust in the colours, and what the fused answer gains by it over the network alone and over equal trust, in
/// points.
fn trust_and_gains(photos: &Photos) -> [f64; 3] {
    let classes = photos.labels.iter().max().unwrap() + 1;
    let mut mean = [0.0; 3];
    for seed in 0..DRAWS {
        let mut numbers = Numbers::new(seed + 1);
        let mut order: Vec<usize> = (0..photos.labels.len()).collect();
        order.sort_by_cached_key(|_| (numbers.next() * 1e6) as i32);
        let mut counts = vec![0; classes];
        let (chosen, asked): (Vec<usize>, Vec<usize>) = order.into_iter().partition(|&i| {
            counts[photos.labels[i]] += 1;
            counts[photos.labels[i]] <= SHOTS
        });
        let task = Task::new(
            photos.streams.clone(),
            photos.features.select(Axis(0), &chosen),
            chosen.iter().map(|&i| photos.labels[i]).collect(),
            vec![None; classes],
        )
        .unwrap();
        let accuracy = |task: &Task| {
            let head = Fused::default().fit(task).unwrap();
            let right = asked.iter().filter(|&&i| {
                let row = photos.features.row(i).to_vec();
                let row = photos.streams.unit(&row).unwrap();
                let scores = crate::common::scores(&head, task, &row);
                let best = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                scores[photos.labels[i]] == best
            });
            100.0 * right.count() as f64 / asked.len() as f64
        };
        let learned = HeadSpec::Fused(Fused::default())
            .prepare(task.clone())
            .unwrap();
        let with = accuracy(&learned);
        let alone = accuracy(&task.with_trust(&[0.0, 1.0]).unwrap());
        let equal = accuracy(&task);
        for (mean, value) in mean
            .iter_mut()
            .zip([learned.trust()[0], with - alone, with - equal])
        {
            *mean += value / DRAWS as f64;
        }
    }
    mean
}

#[test]
fn colours_are_trusted_with_groceries_and_not_with_clothes() {
    let Some((groceries, clothes)) = photos("grocery").zip(photos("clothing")) else {
        return;
    };
    let measured = [("groceries", &groceries), ("clothes", &clothes)].map(|(name, photos)| {
        let [trust, alone, equal] = trust_and_gains(photos);
        println!(
            "{name}: {trust:.2} of the trust to colours, {alone:+.1} points over the network alone, {equal:+.1} over equal trust"
        );
        [trust, alone, equal]
    });
    let [[trust, alone, _], [little, _, equal]] = measured;
    assert!(trust >= 3.0 * little && alone >= 1.0);
    assert!(little <= 0.1 && equal >= 1.0);
}

/// Above 0.995 two photos count once, above 0.999 the second is not taught: neither may happen to photos that only look alike.
#[test]
fn different_photos_of_a_class_are_not_taken_for_one() {
    for set in ["caltech", "clothing", "grocery"] {
        let Some(Folder {
            network, labels, ..
        }) = folder("photos that look alike", set)
        else {
            return;
        };
        let units: Vec<_> = (network.rows().into_iter())
            .map(|row| &row / row.dot(&row).sqrt())
            .collect();
        let pairs = (0..labels.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
        let of_class = pairs.filter(|&(i, j)| labels[i] == labels[j]);
        let (mut likest, mut number) = (0.0, 0);
        for (i, j) in of_class {
            likest = f32::max(likest, units[i].dot(&units[j]));
            number += 1;
        }
        println!("{set}: of {number} pairs the likest have a cosine of {likest:.3}");
        assert!(number > 4000 && likest < 0.98);
    }
}
