//! A fitted head that is linear in its features, as files that run elsewhere.
//!
//! [`to_safetensors`] gives the numbers, for a program that does the arithmetic itself; [`to_onnx`] gives a graph that
//! takes raw features and gives probabilities. `docs/export.md` is the specification of both.

mod onnx;
mod protobuf;

pub use onnx::to_onnx;

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

impl<'a> About<'a> {
    /// Refuses what does not fit each other.
    fn new(
        linear: &Linear,
        streams: &'a Streams,
        labels: &'a [&'a str],
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
            apply: APPLY,
            labels,
            streams: streams.as_slice(),
            temperature,
        })
    }

    fn json(&self) -> String {
        serde_json::to_string(self).expect("plain numbers and strings")
    }
}

/// What writes a head to a file: [`to_safetensors`] or [`to_onnx`].
pub type Writer = fn(&Linear, &Streams, &[&str], f64) -> Result<Vec<u8>>;

/// The head as a safetensors file: `weights` F32 `(C, width)`, `bias` F32 `(C,)`, and what is needed to apply them.
///
/// A bias of `-inf` marks a class that cannot be scored. The metadata entry `handful` is a JSON object with `labels` (in
/// class order), `streams` (name and width of each, in row order), `temperature` and `apply`, a sentence on how.
///
/// # Parameters
/// | name | range | meaning |
/// | --- | --- | --- |
/// | `linear` | | weights and bias on a unit row |
/// | `streams` | as wide as the weights | layout of the feature row |
/// | `labels` | one a class | names of the classes |
/// | `temperature` | > 0 | what the scores are divided by before the softmax |
///
/// # Errors
/// [`Error::Shape`] where these do not fit each other; [`Error::Parameter`] for a temperature out of range.
pub fn to_safetensors(
    linear: &Linear,
    streams: &Streams,
    labels: &[&str],
    temperature: f64,
) -> Result<Vec<u8>> {
    let about = About::new(linear, streams, labels, temperature)?;
    let (weights, bias) = (bytes(linear.weights()), bytes(linear.bias()));
    let view = |shape: &[usize], bytes| {
        TensorView::new(Dtype::F32, shape.to_vec(), bytes)
            .expect("the bytes were written for this shape")
    };
    let tensors = [
        ("bias", view(linear.bias().shape(), &bias)),
        ("weights", view(linear.weights().shape(), &weights)),
    ];
    let metadata = HashMap::from([(ENTRY.to_owned(), about.json())]);
    Ok(serialize(tensors, Some(metadata)).expect("two tensors and one entry of metadata"))
}

/// The numbers of an array in row order, little-endian.
fn bytes<'a>(numbers: impl IntoIterator<Item = &'a f32>) -> Vec<u8> {
    numbers.into_iter().flat_map(|v| v.to_le_bytes()).collect()
}
