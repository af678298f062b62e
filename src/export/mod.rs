//! An answer as files that run elsewhere: the weights of a linear head, for a program that does the arithmetic itself, or a graph
//! that takes raw features and gives probabilities. `docs/export.md` is the specification of both.

mod answer;
mod graph;
mod protobuf;
mod scorer;

use crate::heads::Linear;
use crate::{Error, Recogniser, Result, Stream};
use safetensors::tensor::{Dtype, TensorView, serialize};
use serde::Serialize;
use std::collections::HashMap;

/// What both files say of themselves, in one entry of their metadata, so that equal answers give equal bytes.
#[derive(Serialize)]
struct About<'a> {
    /// How to use the numbers, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    apply: Option<&'static str>,
    labels: &'a [&'a str],
    streams: &'a [Stream],
    temperature: f64,
}

/// Name of that entry; a saved set has one of the same name.
const ENTRY: &str = "handful";

const APPLY: &str = "Divide each stream of a feature row by its own Euclidean length and put the streams side by side, \
    in this order. scores = weights . row + bias; probabilities = softmax(scores / temperature).";

/// A recogniser with the labels of its classes.
pub struct Exported<'a> {
    recogniser: &'a Recogniser,
    labels: Vec<&'a str>,
}

impl<'a> Exported<'a> {
    /// Of a recogniser and the label of each of its classes.
    ///
    /// # Errors
    /// [`Error::Shape`] where there are more or fewer labels than classes; [`Error::Parameter`] for a temperature that is no positive
    /// number in single precision, by which the files divide.
    pub fn new(recogniser: &'a Recogniser, labels: Vec<&'a str>) -> Result<Self> {
        Error::check_length("labels", recogniser.task().n_classes(), labels.len())?;
        let single = recogniser.temperature() as f32;
        if !single.is_finite() || single < f32::MIN_POSITIVE {
            let range = "the positive numbers of single precision";
            return Err(Error::parameter("temperature", single, range));
        }
        Ok(Self { recogniser, labels })
    }

    /// A safetensors file: `weights` F32 `(C, width)` and `bias` F32 `(C,)` on a unit row, and what is needed to apply them.
    ///
    /// A bias of `-inf` marks a class that cannot be scored. The metadata entry `handful` is a JSON object with `labels` (in
    /// class order), `streams` (name and width of each, in row order), `temperature` and `apply`, a sentence on how.
    ///
    /// # Errors
    /// [`Error::NotLinear`] for a head that is not weights times features.
    pub fn to_safetensors(&self) -> Result<Vec<u8>> {
        let linear = self.linear().ok_or_else(|| self.not_linear())?;
        let (weights, bias) = (linear.weights(), linear.bias());
        let (weight_bytes, bias_bytes) = (bytes(weights), bytes(bias));
        let view = |shape: &[usize], bytes| {
            TensorView::new(Dtype::F32, shape.to_vec(), bytes)
                .expect("the bytes were written for this shape")
        };
        let tensors = [
            ("bias", view(bias.shape(), &bias_bytes)),
            ("weights", view(weights.shape(), &weight_bytes)),
        ];
        let metadata = HashMap::from([(ENTRY.to_owned(), self.about(Some(APPLY)))]);
        Ok(serialize(tensors, Some(metadata)).expect("two tensors and one entry of metadata"))
    }

    fn linear(&self) -> Option<&Linear> {
        self.recogniser.head().linear()
    }

    fn not_linear(&self) -> Error {
        Error::NotLinear(self.recogniser.name())
    }

    /// The JSON of what a file says of itself.
    fn about(&self, apply: Option<&'static str>) -> String {
        let about = About {
            apply,
            labels: &self.labels,
            streams: self.recogniser.task().streams().as_slice(),
            temperature: self.recogniser.temperature(),
        };
        serde_json::to_string(&about).expect("plain numbers and strings")
    }
}

/// The numbers of an array in row order, little-endian.
fn bytes<'a>(numbers: impl IntoIterator<Item = &'a f32>) -> Vec<u8> {
    numbers.into_iter().flat_map(|v| v.to_le_bytes()).collect()
}
