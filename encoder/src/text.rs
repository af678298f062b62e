//! From the tokens of a text to its place in the space of the `clip` stream.
//!
//! The text side of an encoder is the field `text` of its manifest and an ONNX file. The words become tokens elsewhere,
//! by the tokenizer that the manifest names: its vocabulary is large, and every platform has one of its own.

use super::manifest::{Manifest, Output, check_file, fault, parse_sha256, tensor_output};
use super::onnx::{Model, text_model};
use handful::{Error, Result};
use serde::Deserialize;

/// Most tokens of a text: seven times what any text encoder of an image space takes.
const MAX_LENGTH: usize = 512;

/// Largest vocabulary: twice the largest in use.
const MAX_VOCABULARY: u32 = 1 << 20;

/// What the manifest says of the text side, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TextSide {
    pub sha256: Option<[u8; 32]>,
    /// Name of the input of token ids.
    pub tokens: String,
    /// Name of the input that is 1 for tokens and 0 for what fills the rest; fed to files that have it.
    pub mask: Option<String>,
    pub output: Output,
    pub length: usize,
    pub vocabulary: u32,
    pub pad: u32,
}

#[derive(Deserialize)]
struct WithText {
    text: Option<RawText>,
}

#[derive(Deserialize)]
struct RawText {
    file: String,
    sha256: Option<String>,
    input: RawInput,
    output: RawOutput,
    length: usize,
    vocabulary: u32,
    pad: u32,
}

#[derive(Deserialize)]
struct RawInput {
    tokens: String,
    mask: Option<String>,
}

#[derive(Deserialize)]
struct RawOutput {
    tensor: String,
    shape: Vec<serde_json::Value>,
}

impl TextSide {
    /// Reads the field `text` of a manifest, all of which is checked.
    fn parse(manifest_json: &str) -> Result<Self> {
        let manifest = Manifest::parse(manifest_json)?;
        let raw: WithText =
            serde_json::from_str(manifest_json).map_err(|e| fault(e.to_string()))?;
        let text = raw
            .text
            .ok_or_else(|| fault("it describes no text side (`text`)"))?;
        check_file("text.file", &text.file)?;
        if text.input.tokens.is_empty() {
            return Err(fault("text.input.tokens is empty"));
        }
        if !(2..=MAX_LENGTH).contains(&text.length) {
            return Err(fault(format!(
                "text.length must be from 2 to {MAX_LENGTH}, not {}",
                text.length
            )));
        }
        if !(1..=MAX_VOCABULARY).contains(&text.vocabulary) || text.pad >= text.vocabulary {
            return Err(fault(format!(
                "text.vocabulary must be from 1 to {MAX_VOCABULARY}, and text.pad below it"
            )));
        }
        let output = tensor_output(text.output.tensor, &text.output.shape, None)
            .ok_or_else(|| fault("text.output must have a tensor and the shape [\"N\", D]"))?;
        let clip = manifest.clip_dim();
        if clip != Some(output.dim) {
            return Err(fault(format!(
                "text.output is {} wide, but the stream clip {}",
                output.dim,
                clip.map_or("is missing".into(), |dim| format!("is {dim}"))
            )));
        }
        Ok(Self {
            sha256: text.sha256.as_deref().map(parse_sha256).transpose()?,
            tokens: text.input.tokens,
            mask: text.input.mask,
            output,
            length: text.length,
            vocabulary: text.vocabulary,
            pad: text.pad,
        })
    }
}

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
