//! A fitted head that is linear in its features, as files that run elsewhere: the numbers, for a program that does the
//! arithmetic itself, or a graph that takes raw features and gives probabilities. `docs/export.md` is the specification of both.

mod onnx;
mod protobuf;

use crate::heads::Linear;
use crate::{Error, Result, Stream, Streams};
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::Serialize;
use std::collections::HashMap;

/// What both files say of themselves, in one entry of their metadata, so that equal heads give equal bytes.
#[derive(Serialize)]
struct About<'a> {
    /// How to use the numbers, in words.
    apply: &'static str,
    labels: &'a [&'a str],
    streams: &'a [Stream],
    temperature: f64,
}

/// Name of that entry; a saved set has one of the same name.
const ENTRY: &str = "handful";

const APPLY: &str = "Divide each stream of a feature row by its own Euclidean length and put the streams side by side, \
    in this order. scores = weights . row + bias; probabilities = softmax(scores / temperature).";

/// A linear head with what is needed to apply it.
pub struct LinearModel<'a> {
    linear: &'a Linear,
    streams: &'a Streams,
    labels: Vec<&'a str>,
    temperature: f64,
}

impl<'a> LinearModel<'a> {
    /// Weights and bias on a unit row, the layout of that row, the label of each class, and what the scores are divided by
    /// before the softmax.
    ///
    /// # Errors
    /// [`Error::Shape`] where these do not fit each other; [`Error::Parameter`] for a temperature that is no positive number
    /// in single precision.
    pub fn new(
        linear: &'a Linear,
        streams: &'a Streams,
        labels: Vec<&'a str>,
        temperature: f64,
    ) -> Result<Self> {
        Error::check_length("feature row", linear.weights().ncols(), streams.width())?;
        Error::check_length("labels", linear.n_classes(), labels.len())?;
        // The graph divides by it in single precision.
        let single = temperature as f32;
        if !single.is_finite() || single < f32::MIN_POSITIVE {
            let range = "the positive numbers of single precision";
            return Err(Error::parameter("temperature", temperature, range));
        }
        Ok(Self {
            linear,
            streams,
            labels,
            temperature,
        })
    }

    /// A safetensors file: `weights` F32 `(C, width)`, `bias` F32 `(C,)`, and what is needed to apply them.
    ///
    /// A bias of `-inf` marks a class that cannot be scored. The metadata entry `handful` is a JSON object with `labels` (in
    /// class order), `streams` (name and width of each, in row order), `temperature` and `apply`, a sentence on how.
    pub fn to_safetensors(&self) -> Vec<u8> {
        let (weights, bias) = (self.linear.weights(), self.linear.bias());
        let (weight_bytes, bias_bytes) = (bytes(weights), bytes(bias));
        let view = |shape: &[usize], bytes| {
            TensorView::new(Dtype::F32, shape.to_vec(), bytes)
                .expect("the bytes were written for this shape")
        };
        let tensors = [
            ("bias", view(bias.shape(), &bias_bytes)),
            ("weights", view(weights.shape(), &weight_bytes)),
        ];
        let metadata = HashMap::from([(ENTRY.to_owned(), self.about())]);
        serialize(tensors, Some(metadata)).expect("two tensors and one entry of metadata")
    }

    /// The JSON of what both files say of themselves.
    fn about(&self) -> String {
        let about = About {
            apply: APPLY,
            labels: &self.labels,
            streams: self.streams.as_slice(),
            temperature: self.temperature,
        };
        serde_json::to_string(&about).expect("plain numbers and strings")
    }
}

/// The numbers of an array in row order, little-endian.
fn bytes<'a>(numbers: impl IntoIterator<Item = &'a f32>) -> Vec<u8> {
    numbers.into_iter().flat_map(|v| v.to_le_bytes()).collect()
}
