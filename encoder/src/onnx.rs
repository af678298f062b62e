//! Tensor to features: the model, loaded from ONNX bytes and run by tract. Only this room knows the engine.

mod bounded;
mod branches;
mod convolutions;
mod depthwise;
mod epilogue;
mod every;
mod graph;
mod integers;
mod mend;
mod pointwise;
mod product;
mod quantised;
mod rounding;
mod spatial;
mod tensors;
mod unfolded;
mod values;
mod window;
mod winograd;

use self::bounded::Limit;
use super::digest::check_digest;
use super::manifest::Manifest;
use super::parts::Output;
use super::text_side::TextSide;
use handful::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto};
use tract_onnx::prelude::*;

/// Most bytes of an ONNX file: far above any encoder that a page can use, and the copy in JavaScript, this one and the
/// weights together still fit into the 4 GB of WebAssembly.
pub const MAX_MODEL_BYTES: usize = 512 << 20;

/// Most characters of the engine's message that are passed on: some of them print whole nodes.
const MAX_REASON_CHARS: usize = 400;

const READING: &str = "reading the model";
const PREPARING: &str = "preparing the model";
const RUNNING: &str = "running the model";

/// A model for one image or text a run, with the outputs of its manifest in the manifest's order.
#[derive(Clone)]
pub(super) struct Model {
    plan: Arc<TypedRunnableModel>,
    sha256: String,
    outputs: Vec<Output>,
}

impl std::fmt::Debug for Model {
    /// Without the graph, which fills pages.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model")
            .field("outputs", &self.outputs)
            .finish_non_exhaustive()
    }
}

/// The model of the image side; see [`super::Encoder::new`] for what is accepted and the errors.
pub(super) fn image_model(manifest: &Manifest, onnx: &[u8]) -> Result<Model> {
    let most = manifest.max_tensor_elements();
    Model::load(onnx, manifest.sha256(), manifest.outputs(), most, |graph| {
        graph::check_image_input(graph, manifest)?;
        Ok(vec![f32::fact(manifest.input().shape())])
    })
}

/// The model of the text side, and whether it takes a mask; see [`super::TextEncoder::new`].
pub(super) fn text_model(side: &TextSide, onnx: &[u8]) -> Result<(Model, bool)> {
    let mut inputs = 0;
    let outputs = std::slice::from_ref(&side.output);
    let model = Model::load(onnx, side.sha256.as_ref(), outputs, None, |graph| {
        let kinds = graph::check_text_inputs(graph, side)?;
        inputs = kinds.len();
        let fact = |kind| match kind {
            graph::Integer::Short => i32::fact([1, side.length]),
            graph::Integer::Long => i64::fact([1, side.length]),
        };
        Ok(kinds.into_iter().map(fact).collect())
    })?;
    Ok((model, inputs > 1))
}

impl Model {
    /// Reads, checks and optimises a model.
    ///
    /// `check` sees the graph cut down to what the outputs are computed from, and gives the inputs' shapes and types.
    fn load(
        onnx: &[u8],
        sha256: Option<&[u8; 32]>,
        outputs: &[Output],
        max_tensor_elements: Option<usize>,
        check: impl FnOnce(&mut GraphProto) -> Result<Vec<TypedFact>>,
    ) -> Result<Self> {
        if onnx.len() > MAX_MODEL_BYTES {
            return Err(Error::Model {
                stage: READING,
                reason: format!(
                    "it has {} bytes, at most {MAX_MODEL_BYTES} are read",
                    onnx.len()
                ),
            });
        }
        let sha256 = check_digest(sha256, onnx)?;
        let mut proto = guarded(READING, || {
            tract_onnx::onnx().proto_model_for_read(&mut &*onnx)
        })?;
        let Some(graph) = proto.graph.as_mut() else {
            return Err(Error::Model {
                stage: READING,
                reason: "these bytes hold no ONNX graph".into(),
            });
        };
        let inputs = graph::cut(graph, outputs).and_then(|()| check(graph))?;
        graph::widen(graph);
        quantised::rewrite(graph)?;
        mend::graph(graph);
        graph::prune(graph);
        graph::name_nodes(graph);
        bounded::check_operators(graph)?;
        let limit = Limit {
            tensor: max_tensor_elements.unwrap_or(Limit::DEFAULT_TENSOR),
            bytes: onnx.len(),
        };
        let plan = guarded(PREPARING, || plan(proto, inputs, limit))?;
        check_outputs(&plan, outputs)?;
        Ok(Self {
            plan,
            sha256,
            outputs: outputs.to_vec(),
        })
    }

    /// Sha256 of the ONNX bytes in hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// See [`super::Encoder::run`].
    pub fn run_image(&self, shape: &[usize; 4], tensor: &[f32]) -> Result<Vec<f32>> {
        Error::check_length("input tensor", shape.iter().product(), tensor.len())?;
        check_finite("input tensor", tensor)?;
        self.run(|| Ok(tvec!(Tensor::from_shape(shape, tensor)?.into())))
    }

    /// See [`super::TextEncoder::run`]: token ids, and the mask where the model takes one.
    pub fn run_tokens(&self, rows: &[Vec<i64>]) -> Result<Vec<f32>> {
        self.run(|| {
            let input = |(place, row): (usize, &Vec<i64>)| {
                let kind = self.plan.model().input_fact(place)?.datum_type;
                let tensor = Tensor::from_shape(&[1, row.len()], row)?;
                Ok(tensor.cast_to_dt(kind)?.into_owned().into())
            };
            rows.iter().enumerate().map(input).collect()
        })
    }

    /// The outputs one after the other, of each the row that its manifest takes.
    fn run(&self, inputs: impl FnOnce() -> TractResult<TVec<TValue>>) -> Result<Vec<f32>> {
        let row = guarded(RUNNING, || {
            let values = self.plan.run(inputs()?)?;
            let mut row = Vec::with_capacity(self.outputs.iter().map(|output| output.dim).sum());
            for (value, output) in values.iter().zip(&self.outputs) {
                let value = value.cast_to::<f32>()?;
                let skipped = output.rows.map_or(0, |rows| rows.token * output.dim);
                let numbers = value.to_plain_array_view::<f32>()?;
                row.extend(numbers.iter().skip(skipped).take(output.dim));
            }
            Ok(row)
        })?;
        check_finite("encoder output", &row)?;
        Ok(row)
    }
}

/// Parses and optimises the graph of a file for inputs of these shapes.
fn plan(
    proto: ModelProto,
    inputs: Vec<TypedFact>,
    limit: Limit,
) -> TractResult<Arc<TypedRunnableModel>> {
    let mut onnx = tract_onnx::onnx();
    rounding::register(&mut onnx);
    let mut model = onnx.model_for_proto_model(&proto)?;
    let operators = proto
        .graph
        .as_ref()
        .map(bounded::operators)
        .unwrap_or_default();
    // A second copy of the weights.
    drop(proto);
    // A symbolic batch would run several times slower: kernels are chosen for known shapes.
    for (place, fact) in inputs.into_iter().enumerate() {
        model.set_input_fact(place, fact.into())?;
    }
    bounded::bound(&mut model, &operators, limit);
    let mut model = model.into_typed()?;
    bounded::check(&model, &operators, limit)?;
    every::replace(&mut model)?;
    mend::model(&mut model)?;
    mend::declutter(&mut model)?;
    convolutions::replace(&mut model)?;
    spatial::replace(&mut model)?;
    // What is rounded afterwards must not have been rounded otherwise before.
    let integers = !rounding::is_in(&model);
    pointwise::replace(&mut model, integers)?;
    mend::declutter(&mut model)?;
    model.optimize()?;
    model.into_runnable()
}

/// The plan's outputs have the shapes of the manifest.
fn check_outputs(plan: &TypedRunnableModel, outputs: &[Output]) -> Result<()> {
    for (index, output) in outputs.iter().enumerate() {
        let fact = plan
            .model()
            .output_fact(index)
            .map_err(|e| failure(PREPARING, &e))?;
        let wanted = output.shape();
        if fact.shape.as_concrete() != Some(&wanted[..]) {
            let got = fact.shape.iter().map(|dim| dim.to_string());
            return Err(mismatch(
                "an output's shape",
                format!("{} {wanted:?}", output.tensor),
                list(got),
            ));
        }
    }
    Ok(())
}

/// Runs a step of the engine; its errors and its panics on damaged graphs become ours.
///
/// A build that aborts on panic, as the one for WebAssembly does, cannot catch: there the instance is lost, and the
/// worker that owns it has to report and replace it.
fn guarded<T>(stage: &'static str, step: impl FnOnce() -> TractResult<T>) -> Result<T> {
    // Nothing that the step changes is used after a panic.
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(result) => result.map_err(|e| failure(stage, &e)),
        Err(panic) => {
            let text = (panic.downcast_ref::<&str>().copied())
                .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
            Err(Error::Model {
                stage,
                reason: shorten(text.unwrap_or("the engine gave up")),
            })
        }
    }
}

/// The cause comes first: what was being done when it was met may fill pages.
fn failure(stage: &'static str, error: &TractError) -> Error {
    let reasons: Vec<String> = error.chain().rev().map(ToString::to_string).collect();
    Error::Model {
        stage,
        reason: shorten(&reasons.join(", in: ")),
    }
}

/// An operator of the file that cannot be run.
fn refused(node: &NodeProto, why: &str) -> Error {
    let unnamed = node.name.is_empty();
    let name = if unnamed {
        node.output.first()
    } else {
        Some(&node.name)
    };
    Error::Model {
        stage: READING,
        reason: shorten(&format!(
            "{} {:?} {why}",
            node.op_type,
            name.map_or("", String::as_str)
        )),
    }
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_REASON_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn check_finite(what: &'static str, values: &[f32]) -> Result<()> {
    if values.iter().all(|value| value.is_finite()) {
        Ok(())
    } else {
        Err(Error::NotFinite(what))
    }
}

fn mismatch(what: &'static str, expected: impl Into<String>, got: impl Into<String>) -> Error {
    Error::ModelMismatch {
        what,
        expected: expected.into(),
        got: got.into(),
    }
}

fn list<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let names: Vec<_> = names
        .into_iter()
        .map(|name| name.as_ref().to_owned())
        .collect();
    shorten(&format!("[{}]", names.join(", ")))
}
