//! Exported graphs in onnxruntime answer as the classifier does: `models/scripts/check_export.py` compares. Where Python has no
//! onnxruntime these tests say that they were skipped. Whatever needs no file of ours is asked in `npm/test/export.test.mjs` too.

use crate::common::{Numbers, Rows, blobs, clip_and_aux, real_features};
use handful::Classifier;
use handful::heads::HeadSpec;
use safetensors::tensor::{Dtype, TensorView, serialize_to_file};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs Python in the folder of the project. Whether it did without an error.
fn python(arguments: &[&str]) -> bool {
    let mut command = Command::new("python3");
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command.status().is_ok_and(|status| status.success())
}

fn runs() -> bool {
    let there = python(&["-c", "import onnx, onnxruntime, safetensors"]);
    if !there {
        println!("skipped: python3 has no onnx, onnxruntime and safetensors");
    }
    there
}

/// A classifier that is to be exported, and the rows that it is asked about.
struct Case {
    name: &'static str,
    classifier: Classifier,
    asked: Vec<Vec<f32>>,
}

impl Case {
    /// Writes the model and the answers into a folder.
    fn write(mut self) -> PathBuf {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.name);
        std::fs::create_dir_all(&folder).unwrap();
        let model = self.classifier.export().unwrap().to_onnx().unwrap();
        std::fs::write(folder.join("model.onnx"), model).unwrap();
        let classes = self.classifier.set().classes();
        let labels: Vec<String> = classes.iter().map(|c| c.label.to_string()).collect();
        let (mut probabilities, mut p_values, mut foreign) = (Vec::new(), Vec::new(), Vec::new());
        for row in &self.asked {
            let answer = self.classifier.predict(row).unwrap();
            for label in &labels {
                let score = answer.scores.iter().find(|score| score.label == *label);
                probabilities.push(score.map_or(0.0, |score| score.probability as f32));
            }
            p_values.push(answer.p_value as f32);
            foreign.push(f32::from(u8::from(answer.foreign)));
        }
        let n = self.asked.len();
        let bytes =
            |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|v| v.to_le_bytes()).collect() };
        let arrays = [
            (
                "features",
                vec![n, self.asked[0].len()],
                bytes(&self.asked.concat()),
            ),
            (
                "probabilities",
                vec![n, labels.len()],
                bytes(&probabilities),
            ),
            ("p_value", vec![n], bytes(&p_values)),
            ("foreign", vec![n], bytes(&foreign)),
        ];
        let views = arrays.iter().map(|(name, shape, bytes)| {
            (
                *name,
                TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap(),
            )
        });
        serialize_to_file(views, None, &folder.join("answers.safetensors")).unwrap();
        folder
    }
}

fn agree(cases: Vec<Case>) {
    let folders: Vec<PathBuf> = cases.into_iter().map(Case::write).collect();
    let folders = folders.iter().map(|folder| folder.to_str().unwrap());
    let arguments: Vec<&str> = std::iter::once("models/scripts/check_export.py")
        .chain(folders)
        .collect();
    assert!(python(&arguments));
}

const LABELS: [&str; 6] = ["ant", "bee", "cat", "dog", "elk", "fox"];

/// Rows around a centre of each of six classes, of different lengths.
fn rows(seed: u64, shots: usize) -> Vec<(&'static str, Vec<f32>)> {
    let (features, labels) = blobs(seed, 6, shots, 16, 1.2);
    let rows = features.rows().into_iter().zip(labels).enumerate();
    rows.map(|(i, (row, label))| (LABELS[label], (row.to_owned() * (1.0 + i as f32)).to_vec()))
        .collect()
}

/// A set of two streams: so many photos of each class but the last, which has none.
fn drawn(name: &'static str, shots: [usize; 5], head: Option<&str>) -> Case {
    let mut classifier = Classifier::new(clip_and_aux(6, 10).as_slice().to_vec()).unwrap();
    let head = head.map(|head| HeadSpec::by_name(head).unwrap());
    classifier.set_head(head).unwrap();
    LABELS
        .iter()
        .for_each(|label| classifier.add_class(label).unwrap());
    for (i, (label, row)) in rows(4, 20).into_iter().enumerate() {
        let class = LABELS.iter().position(|other| *other == label).unwrap();
        if shots.get(class).is_some_and(|&shots| i % 20 < shots) {
            classifier.add_example(label, &row).unwrap();
        }
    }
    let asked = rows(4, 24).into_iter().map(|(_, row)| row);
    let strangers = rows(9, 8).into_iter().map(|(_, row)| row);
    Case {
        name,
        classifier,
        asked: asked.chain(strangers).collect(),
    }
}

fn name_classes(case: &mut Case, labels: &[&str]) {
    let mut numbers = Numbers::new(3);
    for label in labels {
        let text = numbers.row(6);
        case.classifier.set_text(label, Some(&text)).unwrap();
    }
}

#[test]
fn drawn_sets_answer_in_onnxruntime_as_here() {
    if !runs() {
        return;
    }
    let even = [6; 5];
    let mut cases = vec![
        drawn("images", even, None),
        drawn("uneven", [1, 2, 12, 5, 3], None),
        drawn("one-photo", [1, 1, 1, 1, 0], None),
    ];
    for head in [
        "prototype",
        "naive_bayes",
        "naive_bayes_full",
        "logistic",
        "uer",
    ] {
        cases.push(drawn(head, even, Some(head)));
    }
    let mut named = drawn("all-named", even, None);
    name_classes(&mut named, &LABELS);
    let mut half = drawn("half-named", even, None);
    name_classes(&mut half, &LABELS[3..]);
    let mut texts = drawn("texts-alone", [0; 5], None);
    name_classes(&mut texts, &LABELS[1..]);
    let [mut negatives, mut linear] = [("negatives", None), ("linear-negatives", Some("logistic"))]
        .map(|(name, head)| drawn(name, even, head));
    for (_, row) in rows(9, 2) {
        negatives.classifier.add_negative(&row).unwrap();
        linear.classifier.add_negative(&row).unwrap();
    }
    let mut pile = drawn("pile", [2; 5], None);
    name_classes(&mut pile, &LABELS[4..]);
    for (_, row) in rows(4, 30).into_iter().skip(10) {
        pile.classifier.add_unlabelled(&row).unwrap();
    }
    while !pile.classifier.learn_unlabelled().unwrap() {}
    cases.extend([named, half, texts, negatives, linear, pile]);
    agree(cases);
}

#[test]
fn real_sets_answer_in_onnxruntime_as_here() {
    let real = real_features("ucf101", ["shot16", "val"]);
    let Some([taught, asked]) = real.filter(|_| runs()) else {
        return;
    };
    let case = |name, classes: usize, shots: usize| {
        let streams = vec![handful::Stream::new("clip", taught.features.ncols())];
        let mut classifier = Classifier::new(streams).unwrap();
        let label = |class: usize| format!("class {class}");
        let mut counts = vec![0; classes];
        for (row, &class) in taught.features.rows().into_iter().zip(&taught.labels) {
            if class < classes && counts[class] < shots {
                counts[class] += 1;
                classifier
                    .add_example(&label(class), &row.to_vec())
                    .unwrap();
            }
        }
        let Rows { features, labels } = &asked;
        // A photo of every other class stands in for its text, and is not asked about.
        let mut rows = Vec::new();
        for (i, (row, &class)) in features.rows().into_iter().zip(labels).enumerate() {
            if class % 2 == 0 && class < classes && !labels[..i].contains(&class) {
                classifier
                    .set_text(&label(class), Some(&row.to_vec()))
                    .unwrap();
            } else {
                rows.push(row.to_vec());
            }
        }
        Case {
            name,
            classifier,
            asked: rows,
        }
    };
    agree(vec![case("ucf-5", 5, 4), case("ucf-101", 101, 16)]);
}
