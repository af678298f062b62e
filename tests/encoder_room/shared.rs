//! The real encoder and the published CLIP fixture, where the folder `shared` lies beside the project; otherwise these
//! tests say that they were skipped.

use crate::fixtures::{preprocess_manifest, relative_difference};
use handful::encoder::{Encoder, Preprocessor};
use std::path::{Path, PathBuf};

/// The file in `../shared`, or a line that says which test was skipped for want of it.
fn shared(test: &str, file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
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

/// Expected numbers: `models/scripts/make_real_reference.py`, onnxruntime 1.32.
#[test]
fn real_encoder_gives_onnxruntimes_features() {
    let Some(manifest) = shared(
        "real_encoder_gives_onnxruntimes_features",
        "models/mobilenet_v2_clip_f32.json",
    ) else {
        return;
    };
    let onnx = std::fs::read(manifest.with_extension("onnx")).unwrap();
    let encoder = Encoder::new(&std::fs::read_to_string(&manifest).unwrap(), &onnx).unwrap();
    let reference: serde_json::Value =
        serde_json::from_str(include_str!("../data/mobilenet_v2_reference.json")).unwrap();

    // The rule that the reference states: every value exact in single precision.
    let tensor: Vec<f32> = (0..3_u64 * 224 * 224)
        .map(|i| (i * 40_503 % 65_536) as f32 / 32_768.0 - 1.0)
        .collect();
    let row = encoder.run(&tensor).unwrap();
    let mut start = 0;
    for stream in encoder.streams() {
        let entry = &reference["outputs"][&stream.name];
        assert_eq!(entry["dim"], stream.dim);
        let stride = entry["stride"].as_u64().unwrap() as usize;
        let expected: Vec<f32> = serde_json::from_value(entry["values"].clone()).unwrap();
        let got: Vec<f32> = row[start..start + stream.dim]
            .iter()
            .step_by(stride)
            .copied()
            .collect();
        let difference = relative_difference(&got, &expected);
        println!("{}: {difference:.1e}", stream.name);
        assert!(difference <= 1e-3, "{}: {difference}", stream.name);
        start += stream.dim;
    }
}
