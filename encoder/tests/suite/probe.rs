//! What a manifest says of a known input is what the encoder makes of it, or the encoder is refused.

use crate::fixtures::{TestModel, model};
use handful::Error;
use handful_encoder::{Detail, Encoder};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

fn load(model: &TestModel, change: impl FnOnce(&mut Value)) -> Result<Encoder, Error> {
    let mut json: Value = serde_json::from_str(model.manifest).unwrap();
    change(&mut json["probe"]);
    Encoder::new(&json.to_string(), model.onnx)
}

#[wasm_bindgen_test(unsupported = test)]
fn an_encoder_that_makes_something_else_of_the_probe_is_refused() {
    for name in ["conv_opset13", "conv_nhwc", "vit_half", "conv_byte_channel"] {
        let model = model(name);
        load(model, |_| {}).unwrap();
        for (field, part) in [("/photo/clip/first/0", 2e-3), ("/photo/clip/first/7", 2e-3)] {
            let off = |probe: &mut Value| {
                let largest = probe["photo"]["clip"]["largest"].as_f64().unwrap();
                let number = probe.pointer_mut(field).unwrap();
                let sign = -number.as_f64().unwrap().signum();
                *number = json!(number.as_f64().unwrap() + sign * part * largest);
            };
            refused(load(model, off), name);
            // A fifth of what is allowed.
            let near = |probe: &mut Value| {
                let largest = probe["photo"]["clip"]["largest"].as_f64().unwrap();
                let number = probe.pointer_mut(field).unwrap();
                let sign = -number.as_f64().unwrap().signum();
                *number = json!(number.as_f64().unwrap() + sign * 0.1 * part * largest);
            };
            load(model, near).unwrap();
        }
        // Numbers that are right, of an output whose others are not.
        refused(
            load(model, |probe| scale(&mut probe["photo"]["clip"]["largest"])),
            name,
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn each_size_has_a_probe_of_its_own() {
    let model = model("conv_opset13");
    let mut json: Value = serde_json::from_str(model.manifest).unwrap();
    let mut wrong = json["probe"]["photo"].clone();
    scale(&mut wrong["clip"]["largest"]);
    json["probe"]["live"] = wrong;
    Encoder::at(&json.to_string(), model.onnx, Detail::Photo).unwrap();
    refused(
        Encoder::at(&json.to_string(), model.onnx, Detail::Live),
        "live",
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn a_probe_that_says_nothing_that_can_be_compared_is_refused() {
    let model = model("conv_opset13");
    for (field, value) in [
        ("/photo/clip/first", json!([])),
        ("/photo/clip/first", json!(vec![0.0; 17])),
        ("/photo/clip/first/0", json!(1e9)),
        ("/photo/clip/largest", json!(0)),
        ("/photo/clip", json!({"first": [0.0]})),
        ("/photo", json!({"attic": {"first": [0.5], "largest": 1}})),
    ] {
        let change = |probe: &mut Value| *probe.pointer_mut(field).unwrap() = value.clone();
        match load(model, change) {
            Err(Error::Manifest { .. }) => {}
            other => panic!("{field} {value}: expected a manifest error, got {other:?}"),
        }
    }
}

fn scale(number: &mut Value) {
    *number = json!(number.as_f64().unwrap() * 1.01);
}

#[track_caller]
fn refused(result: Result<Encoder, Error>, name: &str) {
    match result {
        Err(Error::ModelMismatch { what, .. }) => assert_eq!(what, "the probe's output", "{name}"),
        other => panic!("{name}: expected a mismatch, got {other:?}"),
    }
}
