//! Models and tensors that must be refused with a typed error.

use crate::fixtures::{TestModel, model};
use handful::Error;
use handful_encoder::Encoder;
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn model_with_another_checksum_is_refused() {
    let mut bytes = model("conv_opset13").onnx.to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    check_mismatch(model("conv_opset13").manifest, &bytes, "sha256");
}

#[wasm_bindgen_test(unsupported = test)]
fn model_that_its_manifest_does_not_describe_is_refused() {
    let conv = model("conv_opset13");
    let check = |field: &str, value: Value, what: &str| {
        check_mismatch(&edited(conv, field, value), conv.onnx, what);
    };
    check("/input/name", json!("image"), "the only input");
    check("/outputs/clip/shape/1", json!(17), "an output's shape");
    check(
        "/outputs",
        json!({"embedding": {"shape": ["N", 16]}}),
        "an output",
    );
    check(
        "/outputs",
        json!({"pixels": {"shape": ["N", 16]}}),
        "an output",
    );
    let other_size = |json: &mut Value| {
        json["input"]["shape"] = json!(["N", 3, 40, 40]);
        json["preprocess"]["crop"]["size"] = json!([40, 40]);
    };
    check_mismatch(&altered(conv, other_size), conv.onnx, "the input's shape");
    let other_layout = |json: &mut Value| {
        json["input"]["shape"] = json!(["N", 48, 48, 3]);
        json["input"]["layout"] = json!("NHWC");
    };
    check_mismatch(&altered(conv, other_layout), conv.onnx, "the input's shape");
}

#[wasm_bindgen_test(unsupported = test)]
fn manifest_may_name_fewer_outputs_than_the_model_has() {
    let conv = model("conv_opset13");
    let manifest = edited(conv, "/outputs", json!({"clip": {"shape": ["N", 16]}}));
    let encoder = Encoder::new(&manifest, conv.onnx).unwrap();
    assert_eq!(encoder.run(&vec![0.5; 3 * 48 * 48]).unwrap().len(), 16);
}

#[wasm_bindgen_test(unsupported = test)]
fn truncated_models_are_refused() {
    for name in ["conv_opset13", "vit_dynamic_quint8"] {
        let model = model(name);
        let manifest = unsigned(model);
        let lengths = (0..model.onnx.len()).step_by(model.onnx.len() / 60);
        for length in (0..64).chain(lengths).chain([model.onnx.len() - 1]) {
            check_fails(&manifest, &model.onnx[..length]);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn bytes_that_are_no_model_are_refused() {
    let manifest = unsigned(model("conv_opset13"));
    check_fails(&manifest, &[]);
    check_fails(&manifest, &[0; 4096]);
    check_fails(&manifest, b"<!doctype html><title>Not found</title>");
    check_fails(
        &manifest,
        &include_bytes!("../../../tests/data/preprocess.safetensors")[..5000],
    );
    let mut random = 1_u64;
    for length in 0..200 {
        let noise: Vec<u8> = (0..length).map(|_| next(&mut random)).collect();
        check_fails(&manifest, &noise);
    }
}

/// The engine would count up to it.
#[wasm_bindgen_test(unsupported = test)]
fn models_with_axes_that_cannot_exist_are_refused() {
    let model = model("vit_opset17");
    let attribute = b"axis\x18\xff\xff\xff";
    let place = (model.onnx.windows(attribute.len()))
        .position(|bytes| bytes == attribute)
        .unwrap();
    let mut bytes = model.onnx.to_vec();
    // -1 becomes a number of nineteen digits.
    bytes[place + attribute.len()] = 0x87;
    match Encoder::new(&unsigned(model), &bytes) {
        Err(Error::Model { reason, .. }) => assert!(reason.contains("has no axis"), "{reason}"),
        other => panic!("expected a model error, got {other:?}"),
    }
}

/// Damage may leave a model that runs; what it must not do is bring the program down.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn damaged_models_never_unwind_to_the_caller() {
    let mut random = 2_u64;
    let mut refused = 0;
    for name in [
        "conv_opset13",
        "conv_byte_channel",
        "conv_half_weights",
        "conv_dynamic_qint8",
    ] {
        let model = model(name);
        let manifest = unsigned(model);
        for _ in 0..40 {
            let mut bytes = model.onnx.to_vec();
            for _ in 0..8 {
                let place =
                    usize::from_le_bytes(std::array::from_fn(|_| next(&mut random))) % bytes.len();
                bytes[place] = next(&mut random);
            }
            let result = Encoder::new(&manifest, &bytes)
                .and_then(|encoder| encoder.run(&vec![0.5; 3 * 48 * 48]));
            refused += usize::from(result.is_err());
        }
    }
    assert!(refused > 0);
}

#[wasm_bindgen_test(unsupported = test)]
fn tensors_of_another_length_or_with_nan_are_refused() {
    let model = model("conv_opset13");
    let encoder = Encoder::new(model.manifest, model.onnx).unwrap();
    let expected = 3 * 48 * 48;
    for got in [0, 1, expected - 1, expected + 1] {
        let error = Error::Shape {
            what: "input tensor",
            expected,
            got,
        };
        assert_eq!(encoder.run(&vec![0.0; got]), Err(error));
    }
    for poison in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut tensor = vec![0.0; expected];
        tensor[expected / 2] = poison;
        assert_eq!(encoder.run(&tensor), Err(Error::NotFinite("input tensor")));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn outputs_that_are_not_finite_are_refused() {
    let model = model("vit_opset17");
    let encoder = Encoder::new(model.manifest, model.onnx).unwrap();
    // Finite, but the variance in the first layer normalisation overflows.
    let error = Error::NotFinite("encoder output");
    assert_eq!(encoder.run(&vec![f32::MAX; 3 * 32 * 32]), Err(error));
}

#[track_caller]
fn check_fails(manifest: &str, onnx: &[u8]) {
    match Encoder::new(manifest, onnx) {
        Err(Error::Model { .. } | Error::ModelMismatch { .. }) => {}
        other => panic!(
            "{} bytes: expected a model error, got {other:?}",
            onnx.len()
        ),
    }
}

#[track_caller]
fn check_mismatch(manifest: &str, onnx: &[u8], words: &str) {
    match Encoder::new(manifest, onnx) {
        Err(Error::ModelMismatch { what, .. }) => {
            assert!(what.contains(words), "{what:?} lacks {words:?}")
        }
        other => panic!("expected a mismatch of {words}, got {other:?}"),
    }
}

/// The manifest without checksum and probe, so that other bytes reach the engine.
fn unsigned(model: &TestModel) -> String {
    altered(model, |_| {})
}

fn edited(model: &TestModel, field: &str, value: Value) -> String {
    altered(model, |json| *json.pointer_mut(field).unwrap() = value)
}

fn altered(model: &TestModel, change: impl FnOnce(&mut Value)) -> String {
    let mut json: Value = serde_json::from_str(model.manifest).unwrap();
    let fields = json.as_object_mut().unwrap();
    fields.remove("sha256");
    fields.remove("probe");
    change(&mut json);
    json.to_string()
}

/// A byte of xorshift64.
fn next(state: &mut u64) -> u8 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 32) as u8
}
