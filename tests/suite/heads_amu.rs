//! AMU-Tuning against numbers of other programs: of its authors' code, where that file is there, and of ours.

use crate::common::{KINDS, clip_and_aux, scores};
use handful::heads::Head;
use handful::heads::amu::{AmuPublished, Start, Trainer, TrainingRows, Uncertainty, standardise};
use handful::task::Task;
use ndarray::{Array1, Array2, Axis, concatenate};
use serde::Deserialize;
use std::collections::BTreeMap;
use wasm_bindgen_test::wasm_bindgen_test;

type Rows = Vec<Vec<f64>>;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    hyper: Hyper,
    inputs: Inputs,
    expected: Expected,
}

#[derive(Deserialize)]
struct Hyper {
    alpha: f64,
    lambda_merge: f64,
    uncertainty: String,
    power: f64,
    moment_norm: f64,
    lr: f64,
    weight_decay: f64,
    epochs: usize,
    batch_size: usize,
}

#[derive(Deserialize)]
struct Inputs {
    clip_features: Rows,
    aux_features: Rows,
    text: Rows,
    labels: Vec<usize>,
    test_clip_features: Rows,
    test_aux_features: Rows,
    #[serde(default)]
    batches: Vec<Vec<usize>>,
}

#[derive(Deserialize)]
struct Expected {
    initial_weights: Rows,
    steps: Vec<Step>,
    first_gradient: Rows,
    weights_after_first_step: Rows,
    final_weights: Rows,
    test_clip_logits: Rows,
    test_aux_logits: Rows,
    test_logits: Rows,
    test_uncertainty: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
struct Step {
    lr: f64,
    loss: f64,
    loss_merge: f64,
    loss_aux: f64,
    weight_sum: f64,
}

fn matrix(rows: &Rows) -> Array2<f32> {
    let flat = rows.iter().flatten().map(|&v| v as f32).collect();
    Array2::from_shape_vec((rows.len(), rows[0].len()), flat).unwrap()
}

fn unit(rows: &Rows) -> Array2<f32> {
    let mut rows = matrix(rows).mapv(f64::from);
    for mut row in rows.rows_mut() {
        let length = row.dot(&row).sqrt();
        row /= length;
    }
    rows.mapv(|v| v as f32)
}

fn kind(name: &str) -> Uncertainty {
    serde_json::from_str(&format!("\"{}\"", name.replace('-', "_"))).unwrap()
}

impl Hyper {
    fn recipe(&self) -> AmuPublished {
        AmuPublished::default()
            .alpha(self.alpha)
            .lambda(self.lambda_merge)
            .uncertainty(kind(&self.uncertainty))
            .power(self.power)
            .lr(self.lr)
            .weight_decay(self.weight_decay)
            .epochs(self.epochs)
            .batch(self.batch_size)
    }
}

/// The largest difference, in units of `1.max(|expected|)`.
fn difference(found: impl IntoIterator<Item = f32>, expected: &Rows) -> f64 {
    let found: Vec<f32> = found.into_iter().collect();
    let expected: Vec<f64> = expected.iter().flatten().copied().collect();
    assert_eq!(found.len(), expected.len());
    let pairs = found.iter().zip(&expected);
    pairs
        .map(|(&f, e)| (f64::from(f) - e).abs() / e.abs().max(1.0))
        .fold(0.0, f64::max)
}

impl Inputs {
    fn task(&self) -> Task {
        let (clip, aux) = (matrix(&self.clip_features), matrix(&self.aux_features));
        let streams = clip_and_aux(clip.ncols(), aux.ncols());
        let rows = concatenate(Axis(1), &[clip.view(), aux.view()]).unwrap();
        let text = matrix(&self.text);
        let text = text
            .rows()
            .into_iter()
            .map(|row| Some(Array1::from(row.to_vec())));
        Task::new(streams, rows, self.labels.clone(), text.collect()).unwrap()
    }

    fn queries(&self, task: &Task) -> Vec<Vec<f32>> {
        let pairs = self.test_clip_features.iter().zip(&self.test_aux_features);
        let raw = pairs.map(|(clip, aux)| clip.iter().chain(aux).map(|&v| v as f32).collect());
        raw.map(|raw: Vec<f32>| task.streams().unit(&raw).unwrap())
            .collect()
    }
}

/// Drives the training with the batches of the file and compares all that the file gives.
fn check(case: &Case) {
    let Case {
        name,
        hyper,
        inputs,
        expected,
    } = case;
    let classes = inputs.text.len();
    let (clip, features, text) = (
        unit(&inputs.clip_features),
        unit(&inputs.aux_features),
        unit(&inputs.text),
    );
    let logits = |clip: &Array2<f32>| 100.0 * clip.dot(&text.t());
    let text_logits = logits(&clip);
    let factor = |kind: Uncertainty, row: ndarray::ArrayView1<'_, f32>| {
        kind.factor(row.as_slice().unwrap(), hyper.power, hyper.moment_norm)
    };
    let own_kind = kind(&hyper.uncertainty);
    let factors: Vec<f64> = text_logits
        .rows()
        .into_iter()
        .map(|row| factor(own_kind, row))
        .collect();
    let start = Start::Official.weights(features.view(), &inputs.labels, classes, 0);
    assert!(
        difference(start.iter().copied(), &expected.initial_weights) < 1e-6,
        "{name}: start"
    );

    let rows = TrainingRows {
        features,
        text: text_logits,
        factors,
        labels: inputs.labels.clone(),
    };
    let recipe = hyper.recipe();
    let mut trainer = Trainer::new(&recipe, &rows, start);
    assert_eq!(inputs.batches.len(), expected.steps.len());
    for (t, (batch, wanted)) in inputs.batches.iter().zip(&expected.steps).enumerate() {
        let relative = |found: f64, wanted: f64| (found - wanted).abs() / wanted.abs();
        let learning_rate = recipe.learning_rate(t, inputs.batches.len());
        assert!((learning_rate - wanted.lr).abs() < 1e-9, "{name}: rate {t}");
        let [fused, auxiliary] = trainer.step(batch, learning_rate);
        let loss = hyper.lambda_merge * fused + (1.0 - hyper.lambda_merge) * auxiliary;
        assert!(relative(loss, wanted.loss) < 1e-3, "{name}: loss {t}");
        assert!(
            relative(fused, wanted.loss_merge) < 1e-3,
            "{name}: fused loss {t}"
        );
        assert!(
            relative(auxiliary, wanted.loss_aux) < 1e-3,
            "{name}: bias loss {t}"
        );
        let sum: f64 = trainer.weights.iter().map(|&w| f64::from(w)).sum();
        assert!(
            relative(sum, wanted.weight_sum) < 1e-4,
            "{name}: weights {t}"
        );
        if t == 0 {
            let gradient = trainer.moments[0].iter().map(|m| m * 10.0);
            assert!(
                difference(gradient, &expected.first_gradient) < 1e-4,
                "{name}: gradient"
            );
            let weights = trainer.weights.iter().copied();
            assert!(
                difference(weights, &expected.weights_after_first_step) < 1e-5,
                "{name}: first step"
            );
        }
    }
    let weights = trainer.weights;
    assert!(
        difference(weights.iter().copied(), &expected.final_weights) < 1e-4,
        "{name}: final weights"
    );

    let test_text = logits(&unit(&inputs.test_clip_features));
    assert!(
        difference(test_text.iter().copied(), &expected.test_clip_logits) < 1e-5,
        "{name}: zero-shot"
    );
    for (kind_name, wanted) in &expected.test_uncertainty {
        for (row, wanted) in test_text.rows().into_iter().zip(wanted) {
            let found = factor(kind(kind_name), row);
            assert!(
                (found - wanted).abs() < 1e-3 * wanted,
                "{name}: {kind_name} {found} {wanted}"
            );
        }
    }
    let mut bias = unit(&inputs.test_aux_features).dot(&weights.t());
    let all: Vec<usize> = (0..classes).collect();
    let mut fused = test_text.clone();
    for ((mut bias, mut fused), text) in bias
        .rows_mut()
        .into_iter()
        .zip(fused.rows_mut())
        .zip(test_text.rows())
    {
        standardise(bias.as_slice_mut().unwrap(), &all);
        fused.scaled_add((hyper.alpha * factor(own_kind, text)) as f32, &bias);
    }
    assert!(
        difference(bias, &expected.test_aux_logits) < 1e-3,
        "{name}: bias logits"
    );
    let found = difference(fused, &expected.test_logits);
    assert!(found < 1e-3, "{name}: logits {found}");
    check_head(case);
}

/// Where the batch is the whole set, its order does not matter, and the head itself gives the logits of the file.
fn check_head(case: &Case) {
    let (hyper, inputs) = (&case.hyper, &case.inputs);
    if hyper.batch_size < inputs.labels.len() {
        return;
    }
    let task = inputs.task();
    let fitted = hyper.recipe().fit(&task).unwrap();
    let found = inputs
        .queries(&task)
        .into_iter()
        .flat_map(|q| scores(&fitted, &task, &q));
    assert!(
        difference(found, &case.expected.test_logits) < 1e-3,
        "{}: head",
        case.name
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn the_published_training_gives_the_reference_numbers() {
    let reference: Reference =
        serde_json::from_str(include_str!("../data/amu_reference.json")).unwrap();
    let tried = |kind_tried: &Uncertainty| {
        let mut cases = reference.cases.iter();
        cases.any(|case| kind(&case.hyper.uncertainty) == *kind_tried)
    };
    assert!(
        KINDS.iter().all(tried),
        "every kind of uncertainty is trained with"
    );
    reference.cases.iter().for_each(check);
}

/// The numbers of the authors' own modules: `../shared/fixtures/README.md` says how they were made.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_published_training_gives_the_authors_numbers() {
    let beside = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/fixtures/amu_official.json"
    );
    let path = std::env::var("HANDFUL_AMU_FIXTURE");
    let named = path.is_ok();
    let path = path.unwrap_or_else(|_| beside.to_owned());
    if !named && !std::path::Path::new(&path).exists() {
        println!("skipped: the_published_training_gives_the_authors_numbers: no {path}");
        return;
    }
    let fixture: Reference = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(!fixture.cases.is_empty());
    fixture.cases.iter().for_each(check);
}
