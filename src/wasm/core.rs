//! The `core` module: [`Classifier`] for JavaScript.

use super::out;
use crate::heads::{Fields, Fused, HeadSpec, Recipe};
use crate::support::{Label, Role};
use crate::{AskedTogether, Classifier, Error, Result};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// A support set that can be taught, asked and undone. The package wraps it; see `classifier.ts`. What has no comment is the
/// method of [`Classifier`] of the same name.
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

/// What JavaScript should have handed in.
const DOCUMENTED: &str = "the documented form";

#[wasm_bindgen]
impl CoreClassifier {
    /// `streams`: `{name, dim}[]`; `encoder`: what identifies the encoder, if known.
    #[wasm_bindgen(constructor)]
    pub fn new(streams: JsValue, encoder: Option<String>) -> Result<CoreClassifier> {
        let streams = serde_wasm_bindgen::from_value(streams)
            .map_err(|error| Error::parameter("streams", error, DOCUMENTED))?;
        Classifier::for_encoder(streams, encoder).map(Self)
    }

    /// Refuses a text that can be no label.
    #[wasm_bindgen(js_name = checkLabel)]
    pub fn check_label(text: &str) -> Result<()> {
        Label::new(text).map(drop)
    }

    /// `{name, dim}[]` in row order.
    pub fn streams(&self) -> JsValue {
        out(&self.0.set().streams().as_slice())
    }

    /// What identifies the encoder that made the features.
    pub fn encoder(&self) -> Option<String> {
        self.0.set().encoder().map(str::to_owned)
    }

    /// `{label, count, hasText, enabled}[]` in order of creation.
    pub fn classes(&self) -> JsValue {
        let set = self.0.set();
        let classes = set.classes().iter().zip(set.counts());
        let summaries = classes.map(|(class, count)| ClassSummary {
            label: &class.label,
            count,
            has_text: set.text(class).is_some(),
            enabled: class.enabled,
        });
        out(&summaries.collect::<Vec<_>>())
    }

    /// `{id, label}[]` by id.
    pub fn examples(&self) -> JsValue {
        let set = self.0.set();
        let summaries = set.examples().map(|(id, example)| ExampleSummary {
            id,
            label: &set.class_of(example).label,
        });
        out(&summaries.collect::<Vec<_>>())
    }

    #[wasm_bindgen(js_name = addClass)]
    pub fn add_class(&mut self, label: &str) -> Result<()> {
        self.0.add_class(label)
    }

    #[wasm_bindgen(js_name = renameClass)]
    pub fn rename_class(&mut self, label: &str, to: &str) -> Result<()> {
        self.0.rename_class(label, to)
    }

    #[wasm_bindgen(js_name = removeClass)]
    pub fn remove_class(&mut self, label: &str) -> Result<()> {
        self.0.remove_class(label)
    }

    #[wasm_bindgen(js_name = mergeClasses)]
    pub fn merge_classes(&mut self, from: &str, into: &str) -> Result<()> {
        self.0.merge_classes(from, into)
    }

    #[wasm_bindgen(js_name = setEnabled)]
    pub fn set_enabled(&mut self, label: &str, enabled: bool) -> Result<()> {
        self.0.set_enabled(label, enabled)
    }

    #[wasm_bindgen(js_name = setText)]
    pub fn set_text(&mut self, label: &str, row: Option<Vec<f32>>) -> Result<()> {
        self.0.set_text(label, row.as_deref())
    }

    #[wasm_bindgen(js_name = setMeaning)]
    pub fn set_meaning(&mut self, label: &str, row: &[f32]) -> Result<()> {
        self.0.set_meaning(label, row)
    }

    #[wasm_bindgen(js_name = forgetMeanings)]
    pub fn forget_meanings(&mut self) {
        self.0.forget_meanings();
    }

    /// Teaches the feature row of one photo; returns the example's id.
    #[wasm_bindgen(js_name = addExample)]
    pub fn add_example(&mut self, label: &str, features: &[f32]) -> Result<u32> {
        self.0.add_example(label, features)
    }

    #[wasm_bindgen(js_name = removeExample)]
    pub fn remove_example(&mut self, id: u32) -> Result<()> {
        self.0.remove_example(id)
    }

    #[wasm_bindgen(js_name = addNegative)]
    pub fn add_negative(&mut self, row: &[f32]) -> Result<u32> {
        self.0.add_negative(row)
    }

    #[wasm_bindgen(js_name = removeNegative)]
    pub fn remove_negative(&mut self, id: u32) -> Result<()> {
        self.0.remove_negative(id)
    }

    /// Ids of the negatives.
    pub fn negatives(&self) -> Vec<u32> {
        self.ids(Role::Negative)
    }

    #[wasm_bindgen(js_name = addUnlabelled)]
    pub fn add_unlabelled(&mut self, row: &[f32]) -> Result<u32> {
        self.0.add_unlabelled(row)
    }

    #[wasm_bindgen(js_name = removeUnlabelled)]
    pub fn remove_unlabelled(&mut self, id: u32) -> Result<()> {
        self.0.remove_unlabelled(id)
    }

    #[wasm_bindgen(js_name = labelUnlabelled)]
    pub fn label_unlabelled(&mut self, id: u32, label: &str) -> Result<()> {
        self.0.label_unlabelled(id, label)
    }

    /// Ids of the unlabelled photos.
    pub fn unlabelled(&self) -> Vec<u32> {
        self.ids(Role::Unlabelled)
    }

    #[wasm_bindgen(js_name = suggestUnlabelled)]
    pub fn suggest_unlabelled(&mut self, n: usize) -> Result<Vec<u32>> {
        self.0.suggest_unlabelled(n)
    }

    #[wasm_bindgen(js_name = learnUnlabelled)]
    pub fn learn_unlabelled(&mut self) -> Result<bool> {
        self.0.learn_unlabelled()
    }

    /// Learns a feature row in order, with the head "uer".
    pub fn observe(&mut self, label: &str, features: &[f32]) -> Result<()> {
        self.0.observe(label, features)
    }

    /// Number of rows that were observed.
    pub fn observed(&self) -> f64 {
        self.0.n_observed() as f64
    }

    /// Forgets what was observed of a class; false where nothing was.
    pub fn forget(&mut self, label: &str) -> Result<bool> {
        self.0.forget(label)
    }

    #[wasm_bindgen(js_name = moveExample)]
    pub fn move_example(&mut self, id: u32, label: &str) -> Result<()> {
        self.0.move_example(id, label)
    }

    pub fn mark(&mut self, mark: Option<u32>) {
        self.0.mark(mark);
    }

    #[wasm_bindgen(js_name = undoMark)]
    pub fn undo_mark(&self) -> Option<u32> {
        self.0.history().undo_mark()
    }

    #[wasm_bindgen(js_name = redoMark)]
    pub fn redo_mark(&self) -> Option<u32> {
        self.0.history().redo_mark()
    }

    #[wasm_bindgen(js_name = canUndo)]
    pub fn can_undo(&self) -> bool {
        self.0.history().can_undo()
    }

    #[wasm_bindgen(js_name = canRedo)]
    pub fn can_redo(&self) -> bool {
        self.0.history().can_redo()
    }

    pub fn undo(&mut self) -> bool {
        self.0.undo()
    }

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
    pub fn set_head(&mut self, name: &str, fields: &str) -> Result<()> {
        let fields: Fields = serde_json::from_str(fields)
            .map_err(|error| Error::parameter("head", error, DOCUMENTED))?;
        let head = match name {
            AUTO => HeadSpec::parse(Fused::NAME, fields).map(|_| None),
            name => HeadSpec::parse(name, fields).map(Some),
        };
        self.0.set_head(head?)
    }

    pub fn strictness(&self) -> f64 {
        self.0.strictness()
    }

    #[wasm_bindgen(js_name = setStrictness)]
    pub fn set_strictness(&mut self, share: f64) -> Result<()> {
        self.0.set_strictness(share)
    }

    pub fn prepare(&mut self) -> Result<bool> {
        self.0.prepare()
    }

    /// `{head, scores: {label, probability}[], candidates, foreign, pValue, unscored}` for one feature row.
    pub fn predict(&mut self, row: &[f32]) -> Result<JsValue> {
        Ok(out(&self.0.predict(row)?))
    }

    /// `{head, scores: {label, probability}[], uncertainty, weight}[]`: what single heads say of one feature row.
    pub fn explain(&mut self, row: &[f32]) -> Result<JsValue> {
        Ok(out(&self.0.explain(row)?))
    }

    /// `{id, label, similarity}[]` of the examples that are most like a feature row.
    pub fn nearest(&mut self, row: &[f32], n: usize) -> Result<JsValue> {
        Ok(out(&self.0.nearest(row, n)?))
    }

    /// The unit feature row of a photo of the set.
    #[wasm_bindgen(js_name = featuresOf)]
    pub fn features_of(&self, id: u32) -> Result<Vec<f32>> {
        self.0.set().row(id).map(<[f32]>::to_vec)
    }

    /// The label of the class that a text names.
    #[wasm_bindgen(js_name = labelOf)]
    pub fn label_of(&self, text: &str) -> Option<String> {
        let class = self.0.set().class(text).ok()?;
        Some(class.label.to_string())
    }

    /// Id of the example of a class that shows the same as a feature row.
    #[wasm_bindgen(js_name = duplicateOf)]
    pub fn duplicate_of(&self, label: &str, row: &[f32]) -> Result<Option<u32>> {
        self.0.duplicate_of(label, row)
    }

    /// Asks about many feature rows together, one behind the other.
    #[wasm_bindgen(js_name = askTogether)]
    pub fn ask_together(&mut self, rows: &[f32]) -> Result<CoreTogether> {
        self.0.ask_together(rows).map(CoreTogether)
    }

    /// The same of rows of which each class holds at most so many, in the order of the classes.
    #[wasm_bindgen(js_name = askAssigned)]
    pub fn ask_assigned(
        &mut self,
        rows: &[f32],
        counts: Option<Vec<usize>>,
    ) -> Result<CoreTogether> {
        let asked = self.0.ask_assigned(rows, counts.as_deref());
        asked.map(CoreTogether)
    }

    /// Places of the feature rows that would teach most.
    pub fn suggest(&mut self, rows: &[f32], n: usize) -> Result<Vec<usize>> {
        self.0.suggest(rows, n)
    }

    /// Adds a saved set; returns the ids of the added examples, there and here by turns.
    pub fn merge(&mut self, bytes: &[u8]) -> Result<Vec<u32>> {
        let other = Classifier::load(bytes)?;
        let added = self.0.merge(other.set())?;
        Ok(added.into_iter().flat_map(<[u32; 2]>::from).collect())
    }

    /// The head that answers, as weights and bias; see `Exported`.
    #[wasm_bindgen(js_name = exportWeights)]
    pub fn export_weights(&mut self) -> Result<Vec<u8>> {
        self.0.export()?.to_safetensors()
    }

    /// The answer as an ONNX model; see `Exported`.
    #[wasm_bindgen(js_name = exportOnnx)]
    pub fn export_onnx(&mut self) -> Result<Vec<u8>> {
        self.0.export()?.to_onnx()
    }

    /// `{accuracy, labels, confusion, recall, mistakes, suspects, refused}`; see `Quality`.
    pub fn quality(&mut self) -> Result<JsValue> {
        Ok(out(&self.0.quality()?))
    }

    pub fn save(&self) -> Vec<u8> {
        self.0.save()
    }

    /// A classifier from bytes of `save`.
    pub fn load(bytes: &[u8]) -> Result<CoreClassifier> {
        Classifier::load(bytes).map(Self)
    }
}

impl CoreClassifier {
    fn ids(&self, role: Role) -> Vec<u32> {
        self.0.set().classless(role).map(|(id, _)| id).collect()
    }
}

/// Feature rows that are asked about together.
#[wasm_bindgen]
pub struct CoreTogether(AskedTogether);

#[wasm_bindgen]
impl CoreTogether {
    /// Works for a few milliseconds; true when all rows are answered.
    pub fn step(&mut self) -> bool {
        self.0.step()
    }

    /// An answer for each row, as `predict` gives it.
    pub fn answers(&self) -> Result<JsValue> {
        Ok(out(&self.0.answers()?))
    }
}
