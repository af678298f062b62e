//! The forms that exporters write, against onnxruntime: `models/scripts/make_test_models.py` made the fixtures.

use crate::fixtures::{EXPECTED, MODELS, Tensors, model, relative_difference};
use handful_encoder::Encoder;
use wasm_bindgen_test::wasm_bindgen_test;

/// Largest difference from onnxruntime, as a part of the largest value.
const TOLERANCE: f32 = 1e-3;

#[wasm_bindgen_test(unsupported = test)]
fn outputs_are_onnxruntimes_for_every_form_of_model() {
    let expected = Tensors::read(EXPECTED);
    for model in MODELS {
        let encoder = Encoder::new(model.manifest, model.onnx)
            .unwrap_or_else(|e| panic!("{}: {e}", model.name));
        let side = if model.name.starts_with("vit") {
            32
        } else {
            48
        };
        let mut tensor = expected.floats(&format!("input.{side}"));
        if model.name == "conv_nhwc" {
            tensor = (0..tensor.len())
                .map(|i| tensor[i % 3 * side * side + i / 3])
                .collect();
        }
        let row = encoder.run(&tensor).unwrap();
        let mut start = 0;
        for stream in encoder.streams() {
            let got = &row[start..start + stream.dim];
            let name = format!("{}.{}", model.name, stream.name);
            let difference = relative_difference(got, &expected.floats(&name));
            println!("{name}: {difference:.1e}");
            assert!(difference <= TOLERANCE, "{name}: {difference}");
            start += stream.dim;
        }
        assert_eq!(start, row.len());
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn encode_is_preprocess_then_run_and_a_clone_agrees() {
    let model = model("conv_opset13");
    let mut encoder = Encoder::new(model.manifest, model.onnx).unwrap();
    assert_eq!(encoder.name(), "conv_opset13");
    let rgba: Vec<u8> = (0..64 * 50 * 4).map(|i| (i * 31 % 256) as u8).collect();
    let tensor = encoder.preprocess(&rgba, 64, 50).unwrap();
    let row = encoder.run(&tensor).unwrap();
    assert_eq!(encoder.encode(&rgba, 64, 50).unwrap(), row);
    assert_eq!(encoder.clone().encode(&rgba, 64, 50).unwrap(), row);
}

/// One encoder serves the threads of a program.
#[wasm_bindgen_test(unsupported = test)]
fn encoder_is_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<Encoder>();
}
