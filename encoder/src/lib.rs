#![doc = include_str!("../README.md")]
//!
//! The stages, in their order: resize, crop, normalise ([`Preprocessor`]), run ([`Encoder`]). Names get into the same space by one
//! file more: a small one that knows words ([`Words`]), or a full text model ([`TextEncoder`]). Of image files only JPEGs are
//! decoded here, at an eighth of their size ([`EighthReader`]). Nothing reads any file: bytes come in, numbers go out. The
//! inference engine is hidden; only `onnx.rs` and its folder name it.

mod detail;
mod digest;
mod eighth;
mod manifest;
mod onnx;
mod parts;
mod preparation;
mod preprocess;
mod probe;
mod text;
mod text_side;
#[cfg(target_arch = "wasm32")]
mod wasm;
mod words;

pub use detail::Detail;
pub use eighth::{Eighth, EighthReader, Ending};
pub use manifest::{MAX_INPUT_SIDE, MAX_MANIFEST_BYTES, Manifest};
pub use onnx::MAX_MODEL_BYTES;
pub use preparation::Preparation;
pub use preprocess::{MAX_PIXELS, MAX_SIDE, Preprocessor, check_size};
pub use text::TextEncoder;
pub use words::{MAX_WORDS_BYTES, Meaning, UNDERSTOOD, Words};

use handful::{Result, Stream};
use onnx::{Model, image_model};

/// An image encoder, ready to run.
///
/// A clone shares the model and has scratch memory of its own: give one to each thread.
#[derive(Debug, Clone)]
pub struct Encoder {
    preparation: Preparation,
    model: Model,
}

impl Encoder {
    /// Loads the model and checks it against its manifest.
    ///
    /// Accepted are ONNX files of opset 11 to 20 with one image input, weights and tensors of 32 or 16 bits, weights of
    /// 8 bits behind `DequantizeLinear`, and dynamically quantised ones. Outputs that the manifest does not name, and
    /// inputs that only those need, do not matter. The batch is fixed to one image: that runs
    /// several times faster than a symbolic batch. No operator may ask for more than 2^26 numbers, or as many as the file has
    /// bytes. Where the manifest has a probe, it is run.
    ///
    /// # Errors
    /// [`handful::Error::Manifest`]; [`handful::Error::ModelMismatch`] when checksum, input, outputs or what is made of the
    /// probe differ from the manifest; [`handful::Error::Model`] when the bytes are no model that the engine can run, naming
    /// the operator where it is one.
    pub fn new(manifest_json: &str, onnx: &[u8]) -> Result<Self> {
        Self::at(manifest_json, onnx, Detail::Photo)
    }

    /// The same for images that are looked at with another detail. The rows can be compared with those of
    /// [`Encoder::new`], and the identity is the same.
    ///
    /// # Errors
    /// Those of [`Encoder::new`].
    pub fn at(manifest_json: &str, onnx: &[u8], detail: Detail) -> Result<Self> {
        let manifest = Manifest::parse(manifest_json)?.at(detail);
        let model = image_model(&manifest, onnx)?;
        let preparation = Preparation::of(manifest, detail, model.sha256());
        let encoder = Self { preparation, model };
        if let Some(tensor) = encoder.preparation.probe() {
            encoder.preparation.check_probe(&encoder.run(&tensor)?)?;
        }
        Ok(encoder)
    }

    /// What the encoder says about itself.
    pub fn manifest(&self) -> &Manifest {
        self.preparation.manifest()
    }

    /// Name of the encoder.
    pub fn name(&self) -> &str {
        self.manifest().name()
    }

    /// Identifies the encoder: its name and the start of the sha256 of its model.
    pub fn id(&self) -> &str {
        self.preparation.id()
    }

    /// The streams of a feature row in their order: `clip` first where there is one, then the others by name.
    pub fn streams(&self) -> &[Stream] {
        self.preparation.streams()
    }

    /// The input tensor of an image; see [`Preprocessor::tensor`] for shapes, units and errors.
    ///
    /// # Errors
    /// [`handful::Error::ImageEmpty`], [`handful::Error::ImageTooLarge`], [`handful::Error::ImageBytes`].
    pub fn preprocess(&mut self, rgba: &[u8], width: u32, height: u32) -> Result<Vec<f32>> {
        self.preparation.preprocess(rgba, width, height)
    }

    /// The feature row of an input tensor.
    ///
    /// # Shapes
    /// `tensor`: one image as [`Encoder::preprocess`] makes it; the result: the outputs in the order of
    /// [`Encoder::streams`], one after the other.
    /// # Units
    /// Outputs raw, as the model gives them: not scaled to unit length.
    /// # Errors
    /// [`handful::Error::Shape`] for a tensor of another length, [`handful::Error::NotFinite`] for NaN or infinity in it or
    /// in the outputs, [`handful::Error::Model`] when the engine fails.
    /// # Reference values
    /// `tests/suite/models.rs`: onnxruntime; at most 1e-3 of the largest value off.
    pub fn run(&self, tensor: &[f32]) -> Result<Vec<f32>> {
        self.model
            .run_image(&self.manifest().input().shape(), tensor)
    }

    /// The feature row of an image: [`Encoder::preprocess`], then [`Encoder::run`].
    ///
    /// # Errors
    /// Those of the two.
    pub fn encode(&mut self, rgba: &[u8], width: u32, height: u32) -> Result<Vec<f32>> {
        let tensor = self.preprocess(rgba, width, height)?;
        self.run(&tensor)
    }
}
