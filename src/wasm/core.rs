//! The `core` module: [`Classifier`] for JavaScript.

use super::{into, out, to_js};
use crate::heads::{Fields, Fused, Head, HeadSpec};
use crate::support::Label;
use crate::{Classifier, Error};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// A support set that can be taught, asked and undone. The package wraps it; see `classifier.ts`.
#[wasm_bindgen]
pub struct CoreClassifier(Classifier);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ClassSummary<'a> {
    label: &'a str,
    count: usize,
    has_text: bool,
    enabled: bool,
}

#[derive(Serialize)]
struct ExampleSummary<'a> {
    id: u32,
    label: &'a str,
}

/// Name of the automatic choice of a head.
const AUTO: &str = "auto";

#[wasm_bindgen]
impl CoreClassifier {
    /// `streams`: `{name, dim}[]`; `encoder`: what identifies the encoder, if known.
    #[wasm_bindgen(constructor)]
    pub fn new(streams: JsValue, encoder: Option<String>) -> Result<CoreClassifier, JsValue> {
        Classifier::for_encoder(into("streams", streams)?, encoder)
            .map(Self)
            .map_err(to_js)
    }

    /// Refuses a text that can be no label.
    #[wasm_bindgen(js_name = checkLabel)]
    pub fn check_label(text: &str) -> Result<(), JsValue> {
        Label::new(text).map(drop).map_err(to_js)
    }

    /// `{name, dim}[]` in row order.
    pub fn streams(&self) -> Result<JsValue, JsValue> {
        out(&self.0.set().streams().as_slice())
    }

    /// What identifies the encoder that made the features.
    pub fn encoder(&self) -> Option<String> {
        self.0.set().encoder().map(str::to_owned)
    }

    /// `{label, count, hasText, enabled}[]` in order of creation.
    pub fn classes(&self) -> Result<JsValue, JsValue> {
        let set = self.0.set();
        let summaries = set
            .classes()
            .iter()
            .zip(set.counts())
            .map(|(class, count)| ClassSummary {
                label: &class.label,
                count,
                has_text: set.text(class).is_some(),
                enabled: class.enabled,
            });
        out(&summaries.collect::<Vec<_>>())
    }

    /// Whether there is a class with this label.
    #[wasm_bindgen(js_name = hasClass)]
    pub fn has_class(&self, label: &str) -> bool {
        self.0.set().class(label).is_ok()
    }

    /// `{id, label}[]` by id.
    pub fn examples(&self) -> Result<JsValue, JsValue> {
        let set = self.0.set();
        let summaries = set.examples().map(|(id, example)| ExampleSummary {
            id,
            label: &set.classes()[set.index_of(example.class)].label,
        });
        out(&summaries.collect::<Vec<_>>())
    }

    /// Adds a class without examples.
    #[wasm_bindgen(js_name = addClass)]
    pub fn add_class(&mut self, label: &str) -> Result<(), JsValue> {
        self.0.add_class(label).map_err(to_js)
    }

    /// Gives a class another label.
    #[wasm_bindgen(js_name = renameClass)]
    pub fn rename_class(&mut self, label: &str, to: &str) -> Result<(), JsValue> {
        self.0.rename_class(label, to).map_err(to_js)
    }

    /// Removes a class with its examples.
    #[wasm_bindgen(js_name = removeClass)]
    pub fn remove_class(&mut self, label: &str) -> Result<(), JsValue> {
        self.0.remove_class(label).map_err(to_js)
    }

    /// Moves all examples of one class into another and removes the first.
    #[wasm_bindgen(js_name = mergeClasses)]
    pub fn merge_classes(&mut self, from: &str, into: &str) -> Result<(), JsValue> {
        self.0.merge_classes(from, into).map_err(to_js)
    }

    /// Lets a class take part in answers, or not.
    #[wasm_bindgen(js_name = setEnabled)]
    pub fn set_enabled(&mut self, label: &str, enabled: bool) -> Result<(), JsValue> {
        self.0.set_enabled(label, enabled).map_err(to_js)
    }

    /// Gives a class the features of its text, or takes them away.
    #[wasm_bindgen(js_name = setText)]
    pub fn set_text(&mut self, label: &str, row: Option<Vec<f32>>) -> Result<(), JsValue> {
        self.0.set_text(label, row.as_deref()).map_err(to_js)
    }

    /// Says what a label means.
    #[wasm_bindgen(js_name = setMeaning)]
    pub fn set_meaning(&mut self, label: &str, row: &[f32]) -> Result<(), JsValue> {
        self.0.set_meaning(label, row).map_err(to_js)
    }

    /// Forgets what all labels mean.
    #[wasm_bindgen(js_name = forgetMeanings)]
    pub fn forget_meanings(&mut self) {
        self.0.forget_meanings();
    }

    /// Teaches `1 + views` feature rows of one photo; returns the example's id.
    #[wasm_bindgen(js_name = addExample)]
    pub fn add_example(&mut self, label: &str, rows: &[f32], views: usize) -> Result<u32, JsValue> {
        self.0.add_views(label, rows, views).map_err(to_js)
    }

    /// Forgets an example.
    #[wasm_bindgen(js_name = removeExample)]
    pub fn remove_example(&mut self, id: u32) -> Result<(), JsValue> {
        self.0.remove_example(id).map_err(to_js)
    }

    /// Gives an example to another class.
    #[wasm_bindgen(js_name = moveExample)]
    pub fn move_example(&mut self, id: u32, label: &str) -> Result<(), JsValue> {
        self.0.move_example(id, label).map_err(to_js)
    }

    /// Marks the changes from now on, or no longer.
    pub fn mark(&mut self, mark: Option<u32>) {
        self.0.mark(mark);
    }

    /// The mark of the step that is taken back next.
    #[wasm_bindgen(js_name = undoMark)]
    pub fn undo_mark(&self) -> Option<u32> {
        self.0.history().undo_mark()
    }

    /// The mark of the step that is made again next.
    #[wasm_bindgen(js_name = redoMark)]
    pub fn redo_mark(&self) -> Option<u32> {
        self.0.history().redo_mark()
    }

    /// Whether there is a step to take back.
    #[wasm_bindgen(js_name = canUndo)]
    pub fn can_undo(&self) -> bool {
        self.0.history().can_undo()
    }

    /// Whether there is a step to make again.
    #[wasm_bindgen(js_name = canRedo)]
    pub fn can_redo(&self) -> bool {
        self.0.history().can_redo()
    }

    /// Takes back the last step.
    pub fn undo(&mut self) -> bool {
        self.0.undo()
    }

    /// Makes the step that was last taken back again.
    pub fn redo(&mut self) -> bool {
        self.0.redo()
    }

    /// Name of the head that answers, or "auto".
    pub fn head(&self) -> String {
        self.0.head().map_or(AUTO, HeadSpec::name).to_owned()
    }

    /// The hyper-parameters of the head that differ from their defaults, as a JSON object; names in snake case.
    #[wasm_bindgen(js_name = headFields)]
    pub fn head_fields(&self) -> String {
        let fields = self.0.head().map(HeadSpec::changed).unwrap_or_default();
        serde_json::to_string(&fields).expect("texts and JSON")
    }

    /// Chooses a head by name, or "auto", with hyper-parameters as a JSON object; those that are left out have their defaults.
    #[wasm_bindgen(js_name = setHead)]
    pub fn set_head(&mut self, name: &str, fields: &str) -> Result<(), JsValue> {
        let fields: Fields = serde_json::from_str(fields).map_err(|error| {
            to_js(Error::Parameter {
                name: "head",
                value: error.to_string(),
                range: "the documented form",
            })
        })?;
        let head = match name {
            AUTO => HeadSpec::parse(Fused::NAME, fields).map(|_| None),
            name => HeadSpec::parse(name, fields).map(Some),
        };
        self.0.set_head(head.map_err(to_js)?).map_err(to_js)
    }

    /// `{head, scores: {label, probability}[], set, foreign, known, unscored}` for one feature row.
    pub fn predict(&mut self, row: &[f32]) -> Result<JsValue, JsValue> {
        out(&self.0.predict(row).map_err(to_js)?)
    }

    /// `{id, label, similarity}[]` of the examples that are most like a feature row.
    pub fn nearest(&mut self, row: &[f32], n: usize) -> Result<JsValue, JsValue> {
        out(&self.0.nearest(row, n).map_err(to_js)?)
    }

    /// The label of the class that a text names.
    #[wasm_bindgen(js_name = labelOf)]
    pub fn label_of(&self, text: &str) -> Option<String> {
        let class = self.0.set().class(text).ok()?;
        Some(class.label.to_string())
    }

    /// Id of the example of a class that shows the same as a feature row.
    #[wasm_bindgen(js_name = duplicateOf)]
    pub fn duplicate_of(&self, label: &str, row: &[f32]) -> Result<Option<u32>, JsValue> {
        self.0.duplicate_of(label, row).map_err(to_js)
    }

    /// Places of the feature rows that would teach most.
    pub fn suggest(&mut self, rows: &[f32], n: usize) -> Result<Vec<usize>, JsValue> {
        self.0.suggest(rows, n).map_err(to_js)
    }

    /// Adds a saved set; returns the ids of the added examples, there and here by turns.
    pub fn merge(&mut self, bytes: &[u8]) -> Result<Vec<u32>, JsValue> {
        let other = Classifier::load(bytes).map_err(to_js)?;
        let added = self.0.merge(other.set()).map_err(to_js)?;
        Ok(added.into_iter().flat_map(<[u32; 2]>::from).collect())
    }

    /// The head that answers as a safetensors file.
    #[wasm_bindgen(js_name = exportWeights)]
    pub fn export_weights(&mut self) -> Result<Vec<u8>, JsValue> {
        self.0.export_weights().map_err(to_js)
    }

    /// The head that answers as an ONNX file.
    #[wasm_bindgen(js_name = exportOnnx)]
    pub fn export_onnx(&mut self) -> Result<Vec<u8>, JsValue> {
        self.0.export_onnx().map_err(to_js)
    }

    /// `{accuracy, labels, confusion, recall, suspects}`; see `Quality`.
    pub fn quality(&mut self) -> Result<JsValue, JsValue> {
        out(&self.0.quality().map_err(to_js)?)
    }

    /// The set as bytes.
    pub fn save(&self) -> Vec<u8> {
        self.0.save()
    }

    /// A classifier from bytes of `save`.
    pub fn load(bytes: &[u8]) -> Result<CoreClassifier, JsValue> {
        Classifier::load(bytes).map(Self).map_err(to_js)
    }
}
