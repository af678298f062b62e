//! The encoder that ships, which set-up builds from its parts.

use crate::reference::gives_onnxruntimes_features;
use handful_encoder::{Detail, Encoder};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Its manifest, where its model has been built; otherwise a line that says which test was skipped.
fn shipped(test: &str) -> Option<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/handful-lite0.json");
    let built = manifest.with_extension("onnx").exists();
    if !built {
        println!("skipped: {test}: `npm run encoder` has not built models/handful-lite0.onnx");
    }
    built.then_some(manifest)
}

#[test]
fn the_encoder_that_ships_gives_onnxruntimes_features_at_both_sizes() {
    let Some(manifest) =
        shipped("the_encoder_that_ships_gives_onnxruntimes_features_at_both_sizes")
    else {
        return;
    };
    let reference = include_str!("../../../tests/data/handful_lite0_reference.json");
    let sizes = [(224, Detail::Photo), (192, Detail::Live)];
    gives_onnxruntimes_features(&manifest, &sizes, reference);
}

#[test]
fn the_encoders_of_this_project_carry_a_probe_of_every_output_at_both_sizes() {
    for name in ["lite0", "lite2"] {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../models/handful-{name}.json"));
        let manifest: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for detail in ["photo", "live"] {
            for output in ["aux", "clip"] {
                let first = &manifest["probe"][detail][output]["first"];
                assert_eq!(
                    first.as_array().map(Vec::len),
                    Some(8),
                    "{name} {detail} {output}"
                );
            }
        }
    }
}

#[test]
fn a_live_picture_is_like_the_photo_and_unlike_others() {
    let Some(manifest) = shipped("a_live_picture_is_like_the_photo_and_unlike_others") else {
        return;
    };
    let json = std::fs::read_to_string(&manifest).unwrap();
    let onnx = std::fs::read(manifest.with_extension("onnx")).unwrap();
    let [mut photo, mut live] =
        [Detail::Photo, Detail::Live].map(|detail| Encoder::at(&json, &onnx, detail).unwrap());
    assert_eq!(photo.id(), live.id());
    // A bright disc on the left, or bars.
    let [disc, bars] = [true, false].map(|disc| -> Vec<u8> {
        let inside = |x: i32, y: i32| {
            if disc {
                (x - 100).pow(2) + (y - 150).pow(2) < 6400
            } else {
                x % 60 < 20
            }
        };
        (0..300 * 400)
            .flat_map(|i| match inside(i % 400, i / 400) {
                true => [230, 60, 40, 255],
                false => [40, 90, 60, 255],
            })
            .collect()
    });
    let photo_rows = [&disc, &bars].map(|image| photo.encode(image, 400, 300).unwrap());
    let row = live.encode(&disc, 400, 300).unwrap();
    let [same, other] = photo_rows.map(|photo| cosine(&photo, &row));
    assert!(same > 0.5 && same > other + 0.3, "{same} and {other}");
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
