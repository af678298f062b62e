//! Tensor to features: the model, loaded from ONNX bytes and run by tract. Only this room knows the engine.

mod graph;

use super::digest::check_digest;
use super::manifest::Manifest;
use crate::{Error, Result, Stream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

/// Most bytes of an ONNX file: far above any encoder that a page can use, and the copy in JavaScript, this one and the
/// weights together still fit into the 4 GB of WebAssembly.
pub const MAX_MODEL_BYTES: usize = 512 << 20;

/// Most characters of the engine's message that are passed on: some of them print whole nodes.
const MAX_REASON_CHARS: usize = 400;

const READING: &str = "reading the model";
const PREPARING: &str = "preparing the model";
const RUNNING: &str = "running the model";

/// A model for one image a run, with the outputs of its manifest in the manifest's order.
#[derive(Clone)]
pub(super) struct Model {
    plan: Arc<TypedRunnableModel>,
    sha256: String,
    shape: [usize; 4],
    /// Length of each output.
    dims: Vec<usize>,
}

impl std::fmt::Debug for Model {
    /// Without the graph, which fills pages.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model")
            .field("shape", &self.shape)
            .field("dims", &self.dims)
            .finish_non_exhaustive()
    }
}

impl Model {
    /// Reads, checks and optimises the model; see [`super::Encoder::new`] for what is accepted and the errors.
    pub fn load(manifest: &Manifest, onnx: &[u8]) -> Result<Self> {
        if onnx.len() > MAX_MODEL_BYTES {
            return Err(Error::Model {
                stage: READING,
                reason: format!(
                    "it has {} bytes, at most {MAX_MODEL_BYTES} are read",
                    onnx.len()
                ),
            });
        }
        let sha256 = check_digest(manifest.sha256(), onnx)?;
        let mut proto = guarded(READING, || {
            tract_onnx::onnx().proto_model_for_read(&mut &*onnx)
        })?;
        let Some(graph) = proto.graph.as_mut() else {
            return Err(Error::Model {
                stage: READING,
                reason: "these bytes hold no ONNX graph".into(),
            });
        };
        graph::fit_to_manifest(graph, manifest)?;
        graph::widen(graph);
        let plan = guarded(PREPARING, || plan(proto, manifest.input().shape()))?;
        check_outputs(&plan, manifest.outputs())?;
        Ok(Self {
            plan,
            sha256,
            shape: manifest.input().shape(),
            dims: manifest.outputs().iter().map(|stream| stream.dim).collect(),
        })
    }

    /// Sha256 of the ONNX bytes in hexadecimal digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// See [`super::Encoder::run`].
    pub fn run(&self, tensor: &[f32]) -> Result<Vec<f32>> {
        let expected = self.shape.iter().product();
        Error::check_length("input tensor", expected, tensor.len())?;
        check_finite("input tensor", tensor)?;
        let row = guarded(RUNNING, || {
            let outputs = self
                .plan
                .run(tvec!(Tensor::from_shape(&self.shape, tensor)?.into()))?;
            let mut row = Vec::with_capacity(self.dims.iter().sum());
            for output in &outputs {
                let output = output.cast_to::<f32>()?;
                row.extend(output.to_plain_array_view::<f32>()?.iter());
            }
            Ok(row)
        })?;
        check_finite("encoder output", &row)?;
        Ok(row)
    }
}

/// Parses and optimises the graph for one image.
fn plan(proto: ModelProto, shape: [usize; 4]) -> TractResult<Arc<TypedRunnableModel>> {
    let mut model = tract_onnx::onnx().model_for_proto_model(&proto)?;
    // A second copy of the weights.
    drop(proto);
    // A symbolic batch would run several times slower: kernels are chosen for known shapes.
    model.set_input_fact(0, f32::fact(shape).into())?;
    model.into_optimized()?.into_runnable()
}

/// The plan's outputs are the streams: each `[1, dim]`.
fn check_outputs(plan: &TypedRunnableModel, streams: &[Stream]) -> Result<()> {
    for (index, stream) in streams.iter().enumerate() {
        let fact = plan
            .model()
            .output_fact(index)
            .map_err(|e| failure(PREPARING, &e))?;
        if fact.shape.as_concrete() != Some(&[1, stream.dim]) {
            return Err(mismatch(
                "an output's shape",
                format!("{} [1, {}]", stream.name, stream.dim),
                format!(
                    "[{}]",
                    fact.shape
                        .iter()
                        .map(|dim| dim.to_string())
                        .collect::<Vec<_>>()
                        .join(", ")
                ),
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

fn failure(stage: &'static str, error: &TractError) -> Error {
    Error::Model {
        stage,
        reason: shorten(&format!("{error:#}")),
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
        Err(Error::NotFinite { what })
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
