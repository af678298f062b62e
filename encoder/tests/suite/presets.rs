//! Small networks of the presets' architectures, made by the same exporters (`models/scripts/make_preset_models.py`),
//! against onnxruntime: the drawn picture, and texts from their tokens on.

use crate::fixtures::relative_difference;
use handful::Error;
use handful_encoder::{Encoder, TextEncoder};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

/// Largest difference from onnxruntime, as a part of the largest value.
const TOLERANCE: f32 = 1e-3;

struct Preset {
    manifest: &'static str,
    expected: &'static str,
    image: &'static [u8],
    /// The image side's file again where there is no text side.
    text: &'static [u8],
}

macro_rules! preset {
    ($name:literal, $image:literal, $text:literal) => {
        Preset {
            manifest: include_str!(concat!(
                "../../../tests/data/models/presets/",
                $name,
                ".json"
            )),
            expected: include_str!(concat!(
                "../../../tests/data/models/presets/",
                $name,
                "/expected.json"
            )),
            image: include_bytes!(concat!(
                "../../../tests/data/models/presets/",
                $name,
                "/onnx/",
                $image
            )),
            text: include_bytes!(concat!(
                "../../../tests/data/models/presets/",
                $name,
                "/onnx/",
                $text
            )),
        }
    };
}

/// Two files, and the mask that the manifest names but the file lacks.
const CLIP: Preset = preset!(
    "clip-vit-b-32",
    "vision_model_fp16.onnx",
    "text_model_fp16.onnx"
);
/// The image is stretched.
const SIGLIP: Preset = preset!(
    "siglip-b-16",
    "vision_model_fp16.onnx",
    "text_model_fp16.onnx"
);
/// Both sides in one file, and a mask.
const TINYCLIP: Preset = preset!("tinyclip-8m-16", "model.onnx", "model.onnx");
/// The class token; positions that are interpolated to the size of the input.
const DINOV2: Preset = preset!("dinov2-small", "model_fp16.onnx", "model_fp16.onnx");

#[wasm_bindgen_test(unsupported = test)]
fn images_have_onnxruntimes_features() {
    for preset in [CLIP, SIGLIP, TINYCLIP, DINOV2] {
        let mut encoder = Encoder::new(preset.manifest, preset.image).unwrap();
        let row = encoder.encode(&picture(), 320, 240).unwrap();
        let expected: Value = serde_json::from_str(preset.expected).unwrap();
        let stream = encoder.streams()[0].name.as_str();
        check(encoder.name(), &row, &expected["image"][stream]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn texts_have_onnxruntimes_features() {
    for preset in [CLIP, SIGLIP, TINYCLIP] {
        let encoder = TextEncoder::new(preset.manifest, preset.text).unwrap();
        let expected: Value = serde_json::from_str(preset.expected).unwrap();
        for text in expected["texts"].as_array().unwrap() {
            let tokens: Vec<u32> = serde_json::from_value(text["tokens"].clone()).unwrap();
            let row = encoder.run(&tokens).unwrap();
            check(&text["name"].to_string(), &row, &text["features"]);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_long_text_keeps_its_last_token() {
    let encoder = TextEncoder::new(CLIP.manifest, CLIP.text).unwrap();
    let mut long: Vec<u32> = (0..200).collect();
    let mut cut: Vec<u32> = (0..77).collect();
    long.push(799);
    cut[76] = 799;
    assert_eq!(encoder.run(&long).unwrap(), encoder.run(&cut).unwrap());
}

#[wasm_bindgen_test(unsupported = test)]
fn tokens_outside_the_vocabulary_are_refused() {
    let encoder = TextEncoder::new(CLIP.manifest, CLIP.text).unwrap();
    for tokens in [&[][..], &[800], &[1, u32::MAX, 2]] {
        match encoder.run(tokens) {
            Err(Error::Parameter { name: "tokens", .. }) => {}
            other => panic!("{tokens:?}: {other:?}"),
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_text_side_out_of_range_is_refused() {
    let refuse = |field: &str, value: Value, words: &str| {
        let mut json: Value = serde_json::from_str(CLIP.manifest).unwrap();
        json["text"][field] = value;
        match TextEncoder::new(&json.to_string(), CLIP.text) {
            Err(Error::Manifest(reason)) => assert!(reason.contains(words), "{reason}"),
            other => panic!("{field}: {other:?}"),
        }
    };
    refuse("file", json!("../text.onnx"), "text.file");
    refuse("length", json!(1), "text.length");
    refuse("length", json!(513), "text.length");
    refuse("vocabulary", json!(0), "text.vocabulary");
    refuse("pad", json!(800), "text.pad");
    refuse("input", json!({"tokens": ""}), "text.input.tokens");
    refuse(
        "output",
        json!({"tensor": "text_embeds", "shape": ["N", 511]}),
        "511",
    );
    refuse(
        "output",
        json!({"tensor": "text_embeds", "shape": [512]}),
        "text.output",
    );
    refuse("sha256", json!("abc"), "sha256");
    match TextEncoder::new(DINOV2.manifest, CLIP.text) {
        Err(Error::Manifest(reason)) => assert!(reason.contains("no text side"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_text_model_that_its_manifest_does_not_describe_is_refused() {
    let refuse = |change: &dyn Fn(&mut Value), what: &str| {
        let mut json: Value = serde_json::from_str(CLIP.manifest).unwrap();
        change(&mut json["text"]);
        match TextEncoder::new(&json.to_string(), CLIP.text) {
            Err(Error::ModelMismatch { what: got, .. }) => assert_eq!(got, what),
            other => panic!("{what}: {other:?}"),
        }
    };
    refuse(
        &|text| text["sha256"] = json!("0".repeat(64)),
        "the sha256 of its bytes",
    );
    refuse(&|text| text["input"]["tokens"] = json!("ids"), "the inputs");
    refuse(
        &|text| text["output"]["tensor"] = json!("sentence"),
        "an output",
    );
    // The image side takes no tokens.
    let mut json: Value = serde_json::from_str(CLIP.manifest).unwrap();
    json["text"]["output"]["tensor"] = json!("image_embeds");
    json["text"]["input"]["tokens"] = json!("pixel_values");
    json["text"]["sha256"] = Value::Null;
    match TextEncoder::new(&json.to_string(), CLIP.image) {
        Err(Error::ModelMismatch { what, .. }) => assert_eq!(what, "the tokens' number type"),
        other => panic!("{other:?}"),
    }
}

/// The picture of the script: 320 x 240, smooth and sharp.
fn picture() -> Vec<u8> {
    (0..320 * 240)
        .flat_map(|pixel| {
            let (x, y) = (pixel % 320, pixel / 320);
            let square = if (x / 20 + y / 20) % 2 == 0 { 230 } else { 40 };
            [(x * 255 / 320) as u8, (y * 255 / 240) as u8, square, 255]
        })
        .collect()
}

#[track_caller]
fn check(name: &str, got: &[f32], expected: &Value) {
    let expected: Vec<f32> = serde_json::from_value(expected.clone()).unwrap();
    let difference = relative_difference(got, &expected);
    println!("{name}: {difference:.1e}");
    assert!(difference <= TOLERANCE, "{name}: {difference}");
}
