//! From the tokens of a text to its place in the space of the `clip` stream.
//!
//! The text side of an encoder is the field `text` of its manifest and an ONNX file. The words become tokens elsewhere,
//! by the tokenizer that the manifest names: its vocabulary is large, and every platform has one of its own.

use super::onnx::{Model, text_model};
use super::text_side::TextSide;
use handful::{Error, Result};

/// A text encoder, ready to run.
#[derive(Debug, Clone)]
pub struct TextEncoder {
    side: TextSide,
    model: Model,
    /// Whether the file takes a mask.
    masked: bool,
}

impl TextEncoder {
    /// Loads the text model and checks it against the manifest of its image encoder.
    ///
    /// # Ranges
    /// | field of `text` | range |
    /// | --- | --- |
    /// | `file` | a relative path, below the base of the encoder's files |
    /// | `sha256` | absent, or 64 hexadecimal digits |
    /// | `input.tokens`, `.mask` | names of the inputs `[N, length]` of 32 or 64-bit integers; the mask may be absent here or in the file |
    /// | `output.tensor`, `.shape` | name and `["N", D]`, D the width of the stream `clip` |
    /// | `length` | 2 to 512 tokens |
    /// | `vocabulary`, `pad` | at most 1,048,576; the token that fills what a short text leaves, below `vocabulary` |
    ///
    /// # Errors
    /// Those of [`super::Encoder::new`]; [`Error::Manifest`] also where the manifest has no text side.
    pub fn new(manifest_json: &str, onnx: &[u8]) -> Result<Self> {
        let side = TextSide::parse(manifest_json)?;
        let (model, masked) = text_model(&side, onnx)?;
        Ok(Self {
            side,
            model,
            masked,
        })
    }

    /// The features of a text.
    ///
    /// # Shapes
    /// `tokens`: ids with the marks of begin and end, at least one. Of a text longer than the manifest's `length` the
    /// first tokens and the very last, the mark of its end, count. The result: `(D,)`, the width of `clip`.
    /// # Units
    /// Raw, as the model gives them: not scaled to unit length.
    /// # Errors
    /// [`Error::Parameter`] for no token or one outside the vocabulary; [`Error::NotFinite`], [`Error::Model`].
    /// # Reference values
    /// `npm/packaging`: onnxruntime, at most 1e-3 of the largest value off.
    pub fn run(&self, tokens: &[u32]) -> Result<Vec<f32>> {
        let bad = |value: String, range| Error::Parameter {
            name: "tokens",
            value,
            range,
        };
        let Some(&last) = tokens.last() else {
            return Err(bad("[]".into(), "at least one token"));
        };
        if let Some(token) = tokens.iter().find(|&&token| token >= self.side.vocabulary) {
            return Err(bad(token.to_string(), "the vocabulary of the text model"));
        }
        let used = tokens.len().min(self.side.length);
        let mut ids = vec![i64::from(self.side.pad); self.side.length];
        for (id, &token) in ids.iter_mut().zip(&tokens[..used]) {
            *id = i64::from(token);
        }
        ids[used - 1] = i64::from(last);
        let mut rows = vec![ids];
        if self.masked {
            let filled = |place| i64::from(place < used);
            rows.push((0..self.side.length).map(filled).collect());
        }
        self.model.run_tokens(&rows)
    }
}
