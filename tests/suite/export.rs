//! Exported heads answer as the classifier does. The ONNX graph is run by onnxruntime in `npm/test/export.test.mjs`.

use crate::common::{
    Numbers, assert_close, clip_and_aux, probabilities, scores, task, temperature,
};
use handful::export::LinearModel;
use handful::heads::{HeadSpec, Linear};
use handful::task::Task;
use handful::{Stream, Streams};
use ndarray::{Array1, Array2, array};
use safetensors::SafeTensors;
use serde::Deserialize;
use wasm_bindgen_test::wasm_bindgen_test;

const LABELS: [&str; 3] = ["ant", "\"bee\" \n", "çat"];

#[derive(Deserialize)]
struct About {
    apply: String,
    labels: Vec<String>,
    streams: Vec<Stream>,
    temperature: f64,
}

/// What a reader of the safetensors file has.
fn read(bytes: &[u8]) -> (About, Array2<f32>, Array1<f32>) {
    let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
    let entry = &header.metadata().as_ref().unwrap()["handful"];
    let tensors = SafeTensors::deserialize(bytes).unwrap();
    let numbers = |name: &str| -> (Vec<usize>, Vec<f32>) {
        let tensor = tensors.tensor(name).unwrap();
        let numbers = tensor.data().chunks_exact(4);
        (
            tensor.shape().to_vec(),
            numbers
                .map(|b| f32::from_le_bytes(b.try_into().unwrap()))
                .collect(),
        )
    };
    let (shape, weights) = numbers("weights");
    let (classes, bias) = numbers("bias");
    assert_eq!(classes, [shape[0]]);
    (
        serde_json::from_str(entry).unwrap(),
        Array2::from_shape_vec((shape[0], shape[1]), weights).unwrap(),
        bias.into(),
    )
}

/// What the sentence in the file says, from the raw features.
fn apply(about: &About, weights: &Array2<f32>, bias: &Array1<f32>, raw: &[f32]) -> Vec<f64> {
    let mut row = Vec::new();
    for stream in &about.streams {
        let part = &raw[row.len()..row.len() + stream.dim];
        let length = part.iter().map(|v| v * v).sum::<f32>().sqrt();
        row.extend(part.iter().map(|v| v / length));
    }
    let scores = weights.dot(&Array1::from(row)) + bias;
    probabilities(&scores.to_vec(), about.temperature)
}

#[wasm_bindgen_test(unsupported = test)]
fn what_the_file_says_to_do_with_its_weights_gives_the_probabilities_of_the_head() {
    let mut linear = 0;
    // The third class has no example, so image heads cannot score it.
    let all = task(2, 2, 4);
    let all = Task::new(
        all.streams().clone(),
        all.features().to_owned(),
        all.labels().to_vec(),
        vec![all.text()[0].clone(), all.text()[1].clone(), None],
    )
    .unwrap();
    for spec in HeadSpec::all() {
        let head = spec.fit(&all).unwrap();
        let Some(weights) = head.linear() else {
            continue;
        };
        linear += 1;
        let temperature = temperature(&spec, &all);
        let model = LinearModel::new(weights, all.streams(), LABELS.into(), temperature);
        let bytes = model.unwrap().to_safetensors();
        let (about, weights, bias) = read(&bytes);
        assert_eq!(about.labels, LABELS);
        assert_eq!(about.streams, all.streams().as_slice());
        assert!(about.apply.contains("softmax"));
        let mut numbers = Numbers::new(9);
        for _ in 0..5 {
            let raw = numbers.row(all.streams().width());
            let found = apply(&about, &weights, &bias, &raw);
            let row = all.streams().unit(&raw).unwrap();
            let expected = probabilities(&scores(head.as_ref(), &all, &row), temperature);
            for (found, expected) in found.iter().zip(&expected) {
                assert_close(*found as f32, *expected as f32, 1e-5);
            }
        }
    }
    assert!(linear >= 3, "only {linear} heads were exported");
}

fn small() -> (Linear, Streams) {
    let weights = Array2::from_shape_fn((3, 5), |(c, d)| c as f64 - d as f64);
    let linear = Linear::new(&weights, &array![0.5, f64::NEG_INFINITY, -1.0]);
    (linear, clip_and_aux(2, 3))
}

#[wasm_bindgen_test(unsupported = test)]
fn equal_heads_give_equal_bytes() {
    let (linear, streams) = small();
    let files = || {
        let model = LinearModel::new(&linear, &streams, LABELS.into(), 0.7).unwrap();
        (model.to_safetensors(), model.to_onnx())
    };
    assert_eq!(files(), files());
}

#[wasm_bindgen_test(unsupported = test)]
fn what_does_not_fit_is_refused() {
    let (linear, streams) = small();
    let code = |streams: &Streams, labels: &[&'static str], temperature| {
        let model = LinearModel::new(&linear, streams, labels.to_vec(), temperature);
        model.err().map(|error| error.code())
    };
    assert_eq!(code(&streams, &LABELS[..2], 1.0), Some("shape"));
    assert_eq!(code(&clip_and_aux(2, 4), &LABELS, 1.0), Some("shape"));
    for temperature in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-300, 1e300] {
        let code = code(&streams, &LABELS, temperature);
        assert_eq!(code, Some("parameter"), "{temperature}");
    }
}
