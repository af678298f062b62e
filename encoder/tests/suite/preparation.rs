//! What prepares images for another engine does as the encoder does, and knows which numbers are right.

use crate::fixtures::model;
use handful::Error;
use handful_encoder::{Detail, Encoder, Preparation};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn it_makes_the_encoders_tensors_under_the_encoders_identity() {
    let rgba: Vec<u8> = (0..4 * 50 * 40).map(|i| (i * 37 % 256) as u8).collect();
    for name in ["conv_opset13", "conv_nhwc"] {
        let model = model(name);
        let mut photo = Preparation::new(model.manifest, model.onnx).unwrap();
        let mut live = photo.live();
        for (detail, preparation) in [(Detail::Photo, &mut photo), (Detail::Live, &mut live)] {
            let mut encoder = Encoder::at(model.manifest, model.onnx, detail).unwrap();
            assert_eq!(preparation.id(), encoder.id());
            assert_eq!(preparation.streams(), encoder.streams());
            let tensor = preparation.preprocess(&rgba, 50, 40).unwrap();
            assert_eq!(tensor, encoder.preprocess(&rgba, 50, 40).unwrap(), "{name}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn it_refuses_another_file_and_other_numbers() {
    let model = model("conv_opset13");
    let preparation = Preparation::new(model.manifest, model.onnx).unwrap();
    let encoder = Encoder::new(model.manifest, model.onnx).unwrap();
    let row = encoder.run(&preparation.probe().unwrap()).unwrap();
    preparation.check_probe(&row).unwrap();
    let doubled: Vec<f32> = row.iter().map(|number| 2.0 * number).collect();
    for (wrong, code) in [(&doubled[..], "model-mismatch"), (&row[1..], "shape")] {
        assert_eq!(preparation.check_probe(wrong).unwrap_err().code(), code);
    }
    match Preparation::new(model.manifest, &model.onnx[1..]) {
        Err(Error::ModelMismatch { what, .. }) => assert_eq!(what, "the sha256 of its bytes"),
        other => panic!("expected a mismatch, got {other:?}"),
    }
}
