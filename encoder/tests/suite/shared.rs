//! The real encoder and the published CLIP fixture, where the folder `shared` lies beside the project; otherwise these
//! tests say that they were skipped.

use crate::fixtures::preprocess_manifest;
use crate::reference::gives_onnxruntimes_features;
use handful_encoder::{Detail, Encoder, Preprocessor};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The file in `../shared`, or a line that says which test was skipped for want of it.
fn shared(test: &str, file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared")
        .join(file);
    if !path.exists() {
        println!("skipped: {test}: no ../shared/{file}");
    }
    path.exists().then_some(path)
}

#[test]
fn clip_fixture_is_reproduced_within_one_level() {
    let Some(folder) = shared(
        "clip_fixture_is_reproduced_within_one_level",
        "fixtures/clip",
    ) else {
        return;
    };
    // The decoder is another than the one that made the fixture; this one stays within 3 levels of it.
    let photo = image::open(folder.join("franz-kafka.jpg"))
        .unwrap()
        .into_rgba8();
    let npy = std::fs::read(folder.join("expected_preprocessed_image.npy")).unwrap();
    let expected: Vec<f32> = (npy[npy.len() - 4 * 3 * 224 * 224..].as_chunks().0.iter())
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    let mut preprocessor =
        Preprocessor::new(&preprocess_manifest("bicubic", 224, [224, 224], "NCHW"));
    let pixels = preprocessor
        .pixels(&photo, photo.width(), photo.height())
        .unwrap();

    const MEAN: [f64; 3] = [0.48145466, 0.4578275, 0.40821073];
    const STD: [f64; 3] = [0.26862954, 0.26130258, 0.27577711];
    let differences: Vec<f64> = (expected.iter().enumerate())
        .map(|(i, value)| {
            let (c, pixel) = (i / (224 * 224), i % (224 * 224));
            let level = (f64::from(*value) * STD[c] + MEAN[c]) * 255.0;
            (f64::from(pixels[4 * pixel + c]) - level).abs()
        })
        .collect();
    let largest = differences.iter().copied().fold(0.0, f64::max);
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    println!("CLIP fixture: max {largest:.2}, mean {mean:.4} levels of 255");
    assert!(largest < 1.01 && mean < 0.02, "max {largest}, mean {mean}");
}

#[test]
fn a_real_encoder_gives_onnxruntimes_features() {
    let test = "a_real_encoder_gives_onnxruntimes_features";
    let Some(manifest) = shared(test, "models/mobilenet_v2_clip_f32.json") else {
        return;
    };
    let reference = include_str!("../../../tests/data/mobilenet_v2_clip_f32_reference.json");
    gives_onnxruntimes_features(&manifest, &[(224, Detail::Photo)], reference);
}

#[test]
fn the_cases_that_were_met_give_onnxruntimes_numbers() {
    let test = "the_cases_that_were_met_give_onnxruntimes_numbers";
    // The largest difference: of quantised numbers, what stands for one step.
    for (case, step) in [
        ("softmax_qdq_u8/qdq_u8_SoftmaxLast", 1.0 / 255.0),
        ("nhwc_bottleneck/r_131_16_norelu", 1e-3),
        ("negative_batch/op_negbatch", 1e-6),
    ] {
        let Some(manifest) = shared(test, &format!("fixtures/faults/{case}.json")) else {
            return;
        };
        let read = |end: &str| std::fs::read(manifest.with_extension(end)).unwrap();
        let json = String::from_utf8(read("json")).unwrap();
        let mut encoder = Encoder::new(&json, &read("onnx")).unwrap();
        let row = encoder.encode(&read("rgba"), 8, 8).unwrap();
        let reference: Value = serde_json::from_slice(&read("ref.json")).unwrap();
        let expected: Vec<f32> = serde_json::from_value(reference["o0"].clone()).unwrap();
        assert_eq!(row.len(), expected.len());
        for (got, expected) in row.iter().zip(expected) {
            let off = (got - expected).abs();
            assert!(off <= 1.001 * step, "{case}: {got} and {expected}");
        }
    }
}
