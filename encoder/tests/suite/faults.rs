//! Networks that the engine once got wrong, most of them in silence, networks that ask for more than can be had, and networks that
//! compute with numbers or axes that are not there.
//! `models/scripts/make_fault_models.py` made them.

use crate::fixtures::{TestModel, test_models};
use handful::Error;
use handful_encoder::Encoder;
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

const FAULTS: &[TestModel] = test_models![
    "faults/attention_between_bytes",
    "faults/bottleneck_channels_last",
    "faults/branch_by_a_size",
    "faults/by_a_convolution",
    "faults/bytes_of_two_kinds",
    "faults/celu",
    "faults/every_second_place_of_a_padded_convolution",
    "faults/every_second_place_of_a_reshaped_image",
    "faults/joined_and_mapped_in_bytes",
    "faults/less_a_convolution",
    "faults/less_a_normalised_convolution",
    "faults/log_softmax_between_bytes",
    "faults/log_softmax_between_signed_bytes",
    "faults/log_softmax_of_hundreds",
    "faults/negative_batch",
    "faults/residual_in_bytes",
    "faults/second_places_of_a_convolution",
    "faults/softmax_between_bytes",
    "faults/softmax_between_signed_bytes",
    "faults/softplus_of_hundreds",
    "faults/squeezed_from_the_end",
    "faults/third_places_of_an_activation",
    "faults/zeros_of_no_type",
];

const GREEDY: &[TestModel] = test_models![
    "greedy/Add_of_other_sizes",
    "greedy/ConstantOfShape",
    "greedy/ConstantOfShape_many",
    "greedy/Conv",
    "greedy/Expand",
    "greedy/Expand_in_a_branch",
    "greedy/If",
    "greedy/LayerNormalization",
    "greedy/LayerNormalization_of_one_number",
    "greedy/Loop",
    "greedy/MatMul",
    "greedy/MaxPool",
    "greedy/OneHot",
    "greedy/Pad",
    "greedy/Range",
    "greedy/Resize",
    "greedy/Scan",
    "greedy/Sum_many_at_once",
    "greedy/Tile",
    "greedy/Transpose",
];

const EMPTY: &[TestModel] = test_models![
    "empty/BatchNormalization",
    "empty/BatchNormalization_of_a_shared_name",
    "empty/Clip",
    "empty/Conv",
    "empty/MaxPool",
    "empty/MaxPool_of_one_axis",
    "empty/Pad",
    "empty/Pow",
    "empty/Range",
    "empty/Slice",
];

#[wasm_bindgen_test(unsupported = test)]
fn networks_that_were_wrong_give_onnxruntimes_numbers() {
    let mut wrong = vec![];
    for TestModel {
        name,
        manifest,
        onnx,
    } in FAULTS
    {
        let json: Value = serde_json::from_str(manifest).unwrap();
        for (output, probe) in json["probe"]["photo"].as_object().unwrap() {
            let width = json["outputs"][output]["shape"].as_array().unwrap().last();
            let known = probe["first"].as_array().unwrap().len() as u64;
            assert_eq!(
                Some(known),
                width.unwrap().as_u64(),
                "{name}: all of them are compared"
            );
        }
        // Loading compares them.
        if let Err(error) = Encoder::new(manifest, onnx) {
            wrong.push(format!("{name}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[wasm_bindgen_test(unsupported = test)]
fn what_asks_for_too_much_is_refused_by_name_and_size() {
    for TestModel {
        name,
        manifest,
        onnx,
    } in GREEDY
    {
        let operator = name.split(['/', '_']).nth(1).unwrap();
        match Encoder::new(manifest, onnx) {
            Err(Error::Model { reason, .. }) => {
                let why = ["at most", "cannot be run"];
                let named = reason.contains(operator) && why.iter().any(|why| reason.contains(why));
                assert!(named, "{name}: {reason}");
            }
            other => panic!("{name}: expected a model error, got {other:?}"),
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_computes_with_no_numbers_is_refused_by_name() {
    for TestModel {
        name,
        manifest,
        onnx,
    } in EMPTY
    {
        let operator = name.split(['/', '_']).nth(1).unwrap();
        match Encoder::new(manifest, onnx) {
            Err(Error::Model { reason, .. }) => {
                let why = [
                    "an input has no numbers",
                    "it gives no numbers",
                    "does not fit into",
                    "axes or more",
                ];
                let named = reason.contains(operator) && why.iter().any(|why| reason.contains(why));
                assert!(named, "{name}: {reason}");
            }
            other => panic!("{name}: expected a model error, got {other:?}"),
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_manifest_says_how_much_a_model_may_ask_for() {
    let mut all = FAULTS.iter();
    let network = all.find(|network| network.name == "faults/negative_batch");
    let TestModel { manifest, onnx, .. } = network.unwrap();
    assert!(onnx.len() < 192, "each byte may be a number");
    let load = |most: usize| {
        let mut json: Value = serde_json::from_str(manifest).unwrap();
        json["max_tensor_elements"] = most.into();
        Encoder::new(&json.to_string(), onnx)
    };
    load(192).unwrap();
    match load(191) {
        Err(Error::Model { reason, .. }) => {
            assert!(
                reason.contains("Relu") && reason.contains("at most 191"),
                "{reason}"
            )
        }
        other => panic!("expected a model error, got {other:?}"),
    }
}
