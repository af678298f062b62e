//! What a manifest says of the text side of an encoder.

use super::manifest::{Manifest, check_file, parse_sha256, tensor_output};
use super::parts::{Output, fault};
use handful::Result;
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
    pub(super) fn parse(manifest_json: &str) -> Result<Self> {
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
