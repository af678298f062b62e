//! The JSON that describes an encoder: its file, its input, how pixels become that input, and its outputs.
//!
//! Everything the encoder room knows about a particular model stands here; no size, mean or name is a constant in code.
//! Unknown fields are ignored, so a manifest can carry remarks for its readers.

use super::detail::{Detail, RawDetail};
use super::parts::{Filter, Input, Layout, Output, Preprocess, Rows, WordsFile, fault};
use super::probe::{Expected, Probe};
use handful::{CLIP, Result, Stream, Streams};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// Longest manifest that is read, in bytes: five hundred times a real one, and a bound on what a hostile one can cost.
pub const MAX_MANIFEST_BYTES: usize = 1 << 20;

/// Longest side of the input and of the resized image, in pixels: four times the largest image encoder in use.
pub const MAX_INPUT_SIDE: u32 = 1024;

/// Most numbers in one output, the width that a feature row may have.
const MAX_OUTPUT_DIM: u64 = 65_536;

/// Most numbers of one tensor that a manifest may allow: of 4 bytes each they fill the memory of WebAssembly.
const MAX_TENSOR_ELEMENTS: usize = 1 << 30;

/// Longest name of an encoder, in characters: it becomes part of tensor names and messages.
const MAX_NAME_CHARS: usize = 100;

/// A manifest whose every field has been checked; there is no other way to make one than [`Manifest::parse`].
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    name: String,
    file: String,
    licence: Option<String>,
    sha256: Option<[u8; 32]>,
    input: Input,
    preprocess: Preprocess,
    /// Side of the input for [`Detail::Live`], in pixels.
    live: Option<u32>,
    streams: Streams,
    /// Where each stream comes from, in the order of the streams.
    outputs: Vec<Output>,
    words: Option<WordsFile>,
    probe: Probe,
    max_tensor_elements: Option<usize>,
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Ranges
    /// | field | range |
    /// | --- | --- |
    /// | `name` | 1 to 100 characters |
    /// | `file` | a relative path without `.` and `..`: the file lies beside or below the manifest, or whatever address stands for its place |
    /// | `sha256` | absent, or 64 hexadecimal digits |
    /// | `input.shape` | `[N, 3, H, W]` or, with layout NHWC, `[N, H, W, 3]`; `N` any text, 1 or negative; `H`, `W` 1 to 1024 |
    /// | `input.layout`, `input.color` | `NCHW` or `NHWC`; `RGB` |
    /// | `preprocess.resize.shorter_side` | 1 to 1024; or instead of it and `crop` |
    /// | `preprocess.resize.size` | `[H, W]` of the input: the image is stretched to it |
    /// | `preprocess.resize.filter` | its first word: box, bilinear, hamming, bicubic or lanczos |
    /// | `preprocess.crop` | `center`, size `[H, W]` of the input, at most the shorter side |
    /// | `preprocess.scale` | `x/255` |
    /// | `preprocess.mean`, `.std` | three finite numbers each; `std` above 0 |
    /// | `detail.live` | absent, or a side that the graph takes as well, below the input's: 1 to 1024; the input is square then and `shorter_side` its side |
    /// | `outputs` | at least one, shape `[N, D]` with `D` 1 to 65,536; or `[N, T, D]` with `token`, the row that is taken, below `T` |
    /// | `outputs.NAME.tensor` | the output's name in the file; absent: `NAME` |
    /// | `outputs.clip.logit_scale` | absent, or 0.000001 to 1,000,000: what the cosine with a text is multiplied by to give a logit |
    /// | `outputs.*.temperature` | absent, or likewise: how many times less sure likenesses of this output make an answer than those of a full-size encoder, see [`handful::Stream::temperature`] |
    /// | `outputs.*.weight` | absent, or likewise: how much likenesses of this output count beside those of the others, see [`handful::Stream::weight`] |
    /// | `probe.photo`, `.live` | absent, or for outputs by name what is made of a known input at that size: `first`, numbers from the first one on, and `largest`, the largest absolute value of all |
    /// | `max_tensor_elements` | absent, or 1 to 1,073,741,824: the most numbers that a step of the model may give, weights aside; 67,108,864 where it is absent |
    /// | `words` | absent, or the file that turns names into the space of `clip`, read by [`super::Words`]: `file`, `sha256` as above |
    /// | `text` | absent, and so wherever there are `words`; or a text model, see [`super::TextEncoder::new`] |
    ///
    /// # Errors
    /// [`handful::Error::Manifest`] naming the field at fault.
    ///
    /// # Example
    /// ```
    /// let json = r#"{
    ///     "name": "tiny", "file": "tiny.onnx",
    ///     "input": {"name": "pixels", "shape": ["N", 3, 32, 32], "layout": "NCHW", "color": "RGB"},
    ///     "preprocess": {
    ///         "resize": {"shorter_side": 36, "filter": "bicubic"}, "crop": {"type": "center", "size": [32, 32]},
    ///         "scale": "x/255", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]
    ///     },
    ///     "outputs": {"aux": {"shape": ["N", 24]}, "clip": {"shape": ["N", 16]}}
    /// }"#;
    /// let manifest = handful_encoder::Manifest::parse(json)?;
    /// assert_eq!(manifest.streams()[0], handful::Stream::new("clip", 16));
    /// # Ok::<(), handful::Error>(())
    /// ```
    pub fn parse(json: &str) -> Result<Self> {
        if json.len() > MAX_MANIFEST_BYTES {
            return Err(fault(format!(
                "it has {} bytes, at most {MAX_MANIFEST_BYTES} are read",
                json.len()
            )));
        }
        let raw: RawManifest = serde_json::from_str(json).map_err(|e| fault(e.to_string()))?;
        raw.check()
    }

    /// Name of the encoder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Path of the ONNX file, relative to the manifest.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Whether looking at a live picture takes less than at a photo; see [`Detail`].
    pub fn has_live(&self) -> bool {
        self.live.is_some()
    }

    /// This manifest with the input of a detail.
    pub(super) fn at(mut self, detail: Detail) -> Self {
        if let (Detail::Live, Some(side)) = (detail, self.live) {
            (self.input.height, self.input.width) = (side, side);
            self.preprocess.shorter_side = Some(side);
        }
        self
    }

    /// The shorter side that an image has which is neither enlarged nor reduced, in pixels.
    pub fn side(&self) -> u32 {
        let longer = self.input.height.max(self.input.width);
        self.preprocess.shorter_side.unwrap_or(longer)
    }

    /// Licence of the weights, where the manifest tells it.
    pub fn licence(&self) -> Option<&str> {
        self.licence.as_deref()
    }

    /// The streams of a feature row in their order: `clip` first where there is one, then the others by name. They are the
    /// model's outputs.
    pub fn streams(&self) -> &[Stream] {
        self.streams.as_slice()
    }

    /// Width of the stream that shares a space with text.
    pub(super) fn clip_dim(&self) -> Option<usize> {
        self.streams.clip().map(|columns| columns.len())
    }

    /// The outputs of the model, in the order of their streams.
    pub(super) fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// Path of the file that turns names into the space of `clip`, where there is one, relative to the manifest.
    pub fn words_file(&self) -> Option<&str> {
        self.words.as_ref().map(|words| words.file.as_str())
    }

    /// What the outputs for the probe must be, where the manifest tells it.
    pub(super) fn probe(&self, detail: Detail) -> Option<&BTreeMap<String, Expected>> {
        self.probe.of(detail)
    }

    /// Most numbers that a step of the model may give.
    pub(super) fn max_tensor_elements(&self) -> Option<usize> {
        self.max_tensor_elements
    }

    pub(super) fn words(&self) -> Option<&WordsFile> {
        self.words.as_ref()
    }

    /// Checksum of the ONNX bytes.
    pub(super) fn sha256(&self) -> Option<&[u8; 32]> {
        self.sha256.as_ref()
    }

    pub(super) fn input(&self) -> &Input {
        &self.input
    }

    pub(super) fn preprocess(&self) -> &Preprocess {
        &self.preprocess
    }
}

#[derive(Deserialize)]
struct RawManifest {
    name: String,
    file: String,
    licence: Option<String>,
    sha256: Option<String>,
    input: RawInput,
    preprocess: RawPreprocess,
    #[serde(default)]
    detail: RawDetail,
    outputs: BTreeMap<String, RawOutput>,
    words: Option<RawWords>,
    #[serde(default)]
    probe: Probe,
    max_tensor_elements: Option<usize>,
    /// Checked by `text.rs` where it is wanted.
    text: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct RawWords {
    file: String,
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct RawInput {
    name: String,
    shape: Vec<serde_json::Value>,
    layout: String,
    color: String,
}

#[derive(Deserialize)]
struct RawPreprocess {
    resize: RawResize,
    crop: Option<RawCrop>,
    scale: String,
    mean: [f32; 3],
    std: [f32; 3],
}

#[derive(Deserialize)]
struct RawResize {
    shorter_side: Option<u32>,
    size: Option<[u32; 2]>,
    filter: String,
}

#[derive(Deserialize)]
struct RawCrop {
    #[serde(rename = "type")]
    kind: String,
    size: [u32; 2],
}

#[derive(Deserialize)]
struct RawOutput {
    shape: Vec<serde_json::Value>,
    tensor: Option<String>,
    token: Option<usize>,
    logit_scale: Option<f64>,
    temperature: Option<f64>,
    weight: Option<f64>,
}

impl RawManifest {
    fn check(self) -> Result<Manifest> {
        if self.name.trim().is_empty() || self.name.chars().count() > MAX_NAME_CHARS {
            return Err(fault(format!(
                "name must have 1 to {MAX_NAME_CHARS} characters"
            )));
        }
        check_file("file", &self.file)?;
        let input = self.input.check()?;
        let preprocess = self.preprocess.check(&input)?;
        let live = self.detail.check(&input, &preprocess)?;
        let mut outputs = BTreeMap::new();
        let mut streams = Vec::new();
        for (name, raw) in self.outputs {
            let (stream, output) = raw.check(&name)?;
            streams.push(stream);
            outputs.insert(name, output);
        }
        let streams = Streams::new(streams).map_err(|_| {
            fault(format!(
                "outputs must be at least one, and at most {MAX_OUTPUT_DIM} numbers wide in all"
            ))
        })?;
        if self.words.is_some() && !outputs.contains_key(CLIP) {
            return Err(fault(format!("words need an output `{CLIP}`")));
        }
        if self.words.is_some() && self.text.is_some() {
            return Err(fault(
                "words and text are two ways to read names, one is left out",
            ));
        }
        let elements = self.max_tensor_elements;
        if elements.is_some_and(|most| !(1..=MAX_TENSOR_ELEMENTS).contains(&most)) {
            return Err(fault(format!(
                "max_tensor_elements must be from 1 to {MAX_TENSOR_ELEMENTS}"
            )));
        }
        Ok(Manifest {
            words: self.words.map(RawWords::check).transpose()?,
            sha256: self.sha256.as_deref().map(parse_sha256).transpose()?,
            name: self.name,
            file: self.file,
            licence: self.licence,
            input,
            preprocess,
            live,
            probe: self.probe.check(streams.as_slice())?,
            outputs: (streams.as_slice().iter())
                .filter_map(|stream| outputs.remove(&stream.name))
                .collect(),
            streams,
            max_tensor_elements: elements,
        })
    }
}

impl RawOutput {
    /// The stream of this name, and where it comes from.
    fn check(self, name: &str) -> Result<(Stream, Output)> {
        let tensor = self.tensor.unwrap_or_else(|| name.to_owned());
        let output = tensor_output(tensor, &self.shape, self.token).ok_or_else(|| {
            fault(format!(
                "outputs.{name}.shape must be [\"N\", D], or [\"N\", T, D] with a token below T, with D from 1 to {MAX_OUTPUT_DIM}"
            ))
        })?;
        let bad_scale = |scale| name != CLIP || !Stream::is_scale(scale);
        if self.logit_scale.is_some_and(bad_scale) {
            return Err(fault(format!(
                "outputs.{name}.logit_scale must be from 0.000001 to 1000000, and only `{CLIP}` has one"
            )));
        }
        for (value, field) in [(self.temperature, "temperature"), (self.weight, "weight")] {
            if value.is_some_and(|v| !Stream::is_scale(v)) {
                return Err(fault(format!(
                    "outputs.{name}.{field} must be from 0.000001 to 1000000"
                )));
            }
        }
        let stream = Stream::new(name, output.dim)
            .scale(self.logit_scale)
            .temperature(self.temperature)
            .weight(self.weight);
        Ok((stream, output))
    }
}

impl RawWords {
    fn check(self) -> Result<WordsFile> {
        check_file("words.file", &self.file)?;
        Ok(WordsFile {
            sha256: self.sha256.as_deref().map(parse_sha256).transpose()?,
            file: self.file,
        })
    }
}

impl RawInput {
    fn check(self) -> Result<Input> {
        if self.name.is_empty() {
            return Err(fault("input.name is empty"));
        }
        if self.color != "RGB" {
            return Err(fault(format!(
                "input.color must be RGB, not {:?}",
                self.color
            )));
        }
        let (layout, channels, height, width) = match self.layout.as_str() {
            "NCHW" => (Layout::Nchw, 1, 2, 3),
            "NHWC" => (Layout::Nhwc, 3, 1, 2),
            other => {
                return Err(fault(format!(
                    "input.layout must be NCHW or NHWC, not {other:?}"
                )));
            }
        };
        let axis = |index: usize| self.shape.get(index).and_then(serde_json::Value::as_u64);
        let side = |index: usize| {
            axis(index)
                .and_then(|side| u32::try_from(side).ok())
                .filter(|side| (1..=MAX_INPUT_SIDE).contains(side))
        };
        match (side(height), side(width)) {
            (Some(height), Some(width))
                if self.shape.len() == 4
                    && is_batch(&self.shape[0])
                    && axis(channels) == Some(3) =>
            {
                Ok(Input {
                    name: self.name,
                    layout,
                    height,
                    width,
                })
            }
            _ => Err(fault(format!(
                "input.shape must be [\"N\", 3, H, W] or, with layout NHWC, [\"N\", H, W, 3], with sides from 1 to {MAX_INPUT_SIDE}"
            ))),
        }
    }
}

impl RawPreprocess {
    fn check(self, input: &Input) -> Result<Preprocess> {
        let shorter_side = self.check_size(input)?;
        if self.scale != "x/255" {
            return Err(fault(format!(
                "preprocess.scale must be x/255, not {:?}",
                self.scale
            )));
        }
        // A mean of 1e38 over a std of 1e-38 is finite on paper and infinite in the tensor.
        let in_range = (0..3).all(|c| {
            self.std[c] > 0.0
                && [0.0, 1.0]
                    .iter()
                    .all(|x| ((x - self.mean[c]) / self.std[c]).is_finite())
        });
        if !in_range {
            return Err(fault(
                "preprocess.mean and .std must be finite, and .std above 0",
            ));
        }
        Ok(Preprocess {
            shorter_side,
            filter: Filter::parse(&self.resize.filter)?,
            mean: self.mean,
            std: self.std,
        })
    }
}

impl RawPreprocess {
    /// The shorter side to resize to before the crop; none where the image is stretched to the input.
    fn check_size(&self, input: &Input) -> Result<Option<u32>> {
        let size = [input.height, input.width];
        let (shorter_side, crop) = match (self.resize.shorter_side, self.resize.size, &self.crop) {
            (Some(shorter_side), None, Some(crop)) => (shorter_side, crop),
            (None, Some(stretched), None) if stretched == size => return Ok(None),
            _ => {
                return Err(fault(format!(
                    "preprocess must have resize.shorter_side and crop, or resize.size {size:?}, the input's, alone"
                )));
            }
        };
        if !(1..=MAX_INPUT_SIDE).contains(&shorter_side) {
            return Err(fault(format!(
                "preprocess.resize.shorter_side must be from 1 to {MAX_INPUT_SIDE}, not {shorter_side}"
            )));
        }
        if crop.kind != "center" {
            return Err(fault(format!(
                "preprocess.crop.type must be center, not {:?}",
                crop.kind
            )));
        }
        if crop.size != size {
            return Err(fault(format!(
                "preprocess.crop.size {:?} differs from the input's {size:?}",
                crop.size
            )));
        }
        if input.height.max(input.width) > shorter_side {
            return Err(fault(format!(
                "preprocess.crop.size {size:?} is larger than preprocess.resize.shorter_side {shorter_side}"
            )));
        }
        Ok(Some(shorter_side))
    }
}

impl Filter {
    /// Only the first word counts, so that a manifest may say "bilinear (antialiased)".
    fn parse(text: &str) -> Result<Self> {
        match text.split_whitespace().next().unwrap_or_default() {
            "box" => Ok(Self::Box),
            "bilinear" => Ok(Self::Bilinear),
            "hamming" => Ok(Self::Hamming),
            "bicubic" => Ok(Self::Bicubic),
            "lanczos" => Ok(Self::Lanczos),
            _ => Err(fault(format!(
                "preprocess.resize.filter must begin with box, bilinear, hamming, bicubic or lanczos, not {text:?}"
            ))),
        }
    }
}

/// The batch axis: a symbol such as `"N"`, nothing, a negative number, or 1, for images are encoded one by one.
fn is_batch(axis: &serde_json::Value) -> bool {
    axis.is_string() || axis.is_null() || axis.as_i64().is_some_and(|size| size == 1 || size < 0)
}

/// An output of this shape, if it is one that is understood.
pub(super) fn tensor_output(
    tensor: String,
    shape: &[serde_json::Value],
    token: Option<usize>,
) -> Option<Output> {
    let size = |axis: &serde_json::Value| {
        let size = axis.as_u64()?;
        ((1..=MAX_OUTPUT_DIM).contains(&size)).then(|| usize::try_from(size).ok())?
    };
    let (batch, rows, dim) = match (shape, token) {
        ([batch, dim], None) => (batch, None, size(dim)?),
        ([batch, count, dim], Some(token)) => {
            let count = size(count).filter(|count| token < *count)?;
            (batch, Some(Rows { count, token }), size(dim)?)
        }
        _ => return None,
    };
    (is_batch(batch) && !tensor.is_empty()).then_some(Output { tensor, dim, rows })
}

/// The file lies beside or below the manifest: another path could lead anywhere on the server or the disk.
pub(super) fn check_file(field: &str, file: &str) -> Result<()> {
    let plain = |part: &str| {
        !["", ".", ".."].contains(&part)
            && !part.contains(|c: char| matches!(c, '\\' | ':' | '%' | '?' | '#') || c.is_control())
    };
    (file.split('/').all(plain)).then_some(()).ok_or_else(|| {
        fault(format!(
            "{field} must be a plain relative path, not {file:?}"
        ))
    })
}

pub(super) fn parse_sha256(text: &str) -> Result<[u8; 32]> {
    let wrong = || {
        fault(format!(
            "sha256 must be 64 hexadecimal digits, not {text:?}"
        ))
    };
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let mut digest = [0; 32];
    for (i, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| wrong())?;
    }
    Ok(digest)
}
