//! Exported heads answer as the classifier does. `export_runs.rs` and `npm/test/export.test.mjs` run the ONNX graph in onnxruntime.

use crate::common::{Numbers, assert_close, clip_and_aux, probabilities, scores, task};
use handful::export::Exported;
use handful::heads::HeadSpec;
use handful::task::Task;
use handful::{Classifier, Recogniser, Stream};
use ndarray::{Array1, Array2};
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
        let recogniser = Recogniser::fit(&spec, all.clone()).unwrap();
        let exported = Exported::new(&recogniser, LABELS.into()).unwrap();
        let Ok(bytes) = exported.to_safetensors() else {
            assert!(recogniser.head().linear().is_none());
            continue;
        };
        linear += 1;
        let (about, weights, bias) = read(&bytes);
        assert_eq!(about.labels, LABELS);
        assert_eq!(about.streams, all.streams().as_slice());
        assert!(about.apply.contains("softmax"));
        let mut numbers = Numbers::new(9);
        for _ in 0..5 {
            let raw = numbers.row(all.streams().width());
            let found = apply(&about, &weights, &bias, &raw);
            let row = all.streams().unit(&raw).unwrap();
            let expected = probabilities(
                &scores(recogniser.head(), &all, &row),
                recogniser.temperature(),
            );
            for (found, expected) in found.iter().zip(&expected) {
                assert_close(*found as f32, *expected as f32, 1e-5);
            }
        }
    }
    assert!(linear >= 3, "only {linear} heads were exported");
}

#[wasm_bindgen_test(unsupported = test)]
fn equal_answers_give_equal_bytes() {
    let spec = HeadSpec::by_name("logistic").unwrap();
    let files = || {
        let recogniser = Recogniser::fit(&spec, task(2, 3, 4)).unwrap();
        let exported = Exported::new(&recogniser, LABELS.into()).unwrap();
        (
            exported.to_safetensors().unwrap(),
            exported.to_onnx().unwrap(),
        )
    };
    assert_eq!(files(), files());
}

#[wasm_bindgen_test(unsupported = test)]
fn what_cannot_be_exported_is_refused() {
    let recogniser = Recogniser::fit(&HeadSpec::by_name("knn").unwrap(), task(2, 3, 4)).unwrap();
    let code = |labels: &[&'static str]| {
        let exported = Exported::new(&recogniser, labels.to_vec());
        let exported = exported.map_err(|error| error.code())?;
        let files = [exported.to_safetensors(), exported.to_onnx()];
        Ok(files.map(|file| file.err().map(|error| error.code())))
    };
    assert_eq!(code(&LABELS[..2]), Err("shape"));
    assert_eq!(code(&LABELS), Ok([Some("not-linear"); 2]));

    let mut alone = Classifier::new(clip_and_aux(2, 3).as_slice().to_vec()).unwrap();
    alone
        .add_example("ant", &[1.0, 0.1, 0.2, 0.3, 0.4])
        .unwrap();
    alone.add_class("bee").unwrap();
    let error = alone.export().unwrap().to_onnx().unwrap_err();
    assert_eq!(error.code(), "not-enough-examples");
}
