//! Features of encoders with real weights against those of onnxruntime, which `models/scripts/make_real_reference.py` wrote
//! down.

use crate::fixtures::relative_difference;
use handful_encoder::{Detail, Encoder};
use serde_json::Value;
use std::path::Path;

/// The encoder beside its manifest gives the features of the reference at each size.
pub fn gives_onnxruntimes_features(manifest: &Path, sizes: &[(usize, Detail)], reference: &str) {
    let json = std::fs::read_to_string(manifest).unwrap();
    let onnx = std::fs::read(manifest.with_extension("onnx")).unwrap();
    let reference: Value = serde_json::from_str(reference).unwrap();
    assert_eq!(
        reference["sides"].as_object().unwrap().len(),
        sizes.len(),
        "every size of the reference is tried"
    );
    for &(side, detail) in sizes {
        let encoder = Encoder::at(&json, &onnx, detail).unwrap();
        let row = encoder.run(&tensor(side, &json)).unwrap();
        let expected = &reference["sides"][side.to_string()];
        let mut start = 0;
        for stream in encoder.streams() {
            let entry = &expected[&stream.name];
            assert_eq!(entry["dim"], stream.dim);
            let stride = entry["stride"].as_u64().unwrap() as usize;
            let values: Vec<f32> = serde_json::from_value(entry["values"].clone()).unwrap();
            let columns = row[start..start + stream.dim].iter();
            let got: Vec<f32> = columns.step_by(stride).copied().collect();
            let difference = relative_difference(&got, &values);
            println!("{} at {side}: {difference:.1e}", stream.name);
            assert!(
                difference <= 1e-3,
                "{} at {side}: {difference}",
                stream.name
            );
            start += stream.dim;
        }
    }
}

/// The input that the reference states: bytes by a rule, normalised as the manifest says.
fn tensor(side: usize, manifest: &str) -> Vec<f32> {
    let manifest: Value = serde_json::from_str(manifest).unwrap();
    let number = |field: &str, channel: usize| {
        manifest["preprocess"][field][channel].as_f64().unwrap() as f32
    };
    let plane = side * side;
    (0..3 * plane)
        .map(|i| {
            let (channel, pixel) = (i / plane, i % plane);
            let byte = (3 * pixel + channel) as u64 * 40_503 % 65_536 / 256;
            (byte as f32 / 255.0 - number("mean", channel)) / number("std", channel)
        })
        .collect()
}
