//! What an encoder is without an engine: pixels to input tensors, and what the outputs of its model must be.

use super::detail::Detail;
use super::digest::check_digest;
use super::manifest::Manifest;
use super::preprocess::Preprocessor;
use super::probe;
use handful::{Error, Result, Stream};

/// Hexadecimal digits of the model's sha256 in an encoder's identity: no two models ever share so many.
const ID_DIGITS: usize = 16;

/// An image encoder but for the engine that runs its model: for those who run it in another one.
///
/// # Example
/// ```no_run
/// use handful_encoder::Preparation;
///
/// let manifest = std::fs::read_to_string("models/handful-lite0.json")?;
/// let mut preparation = Preparation::new(&manifest, &std::fs::read("models/handful-lite0.onnx")?)?;
/// let grey = vec![128; 640 * 480 * 4];
/// let tensor = preparation.preprocess(&grey, 640, 480)?;
/// assert_eq!(tensor.len(), 3 * 224 * 224);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Preparation {
    manifest: Manifest,
    preprocessor: Preprocessor,
    detail: Detail,
    id: String,
}

impl Preparation {
    /// Reads a manifest, and of the model no more than its checksum.
    ///
    /// # Errors
    /// [`Error::Manifest`]; [`Error::ModelMismatch`] for a file of another checksum than the manifest's.
    pub fn new(manifest_json: &str, onnx: &[u8]) -> Result<Self> {
        let manifest = Manifest::parse(manifest_json)?;
        let sha256 = check_digest(manifest.sha256(), onnx)?;
        Ok(Self::of(manifest, Detail::Photo, &sha256))
    }

    /// `sha256`: of the model, in hexadecimal digits.
    pub(super) fn of(manifest: Manifest, detail: Detail, sha256: &str) -> Self {
        let id = format!("{}@{}", manifest.name(), &sha256[..ID_DIGITS]);
        Self::with_id(manifest, detail, id)
    }

    /// The same for live pictures; see [`Detail::Live`].
    pub fn live(&self) -> Self {
        Self::with_id(self.manifest.clone(), Detail::Live, self.id.clone())
    }

    fn with_id(manifest: Manifest, detail: Detail, id: String) -> Self {
        let manifest = manifest.at(detail);
        Self {
            preprocessor: Preprocessor::new(&manifest),
            manifest,
            detail,
            id,
        }
    }

    /// What the encoder says about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Identifies the encoder: its name and the start of the sha256 of its model.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The streams of a feature row in their order: `clip` first where there is one, then the others by name.
    pub fn streams(&self) -> &[Stream] {
        self.manifest.streams()
    }

    /// The input tensor of an image; see [`Preprocessor::tensor`] for shapes, units and errors.
    ///
    /// # Errors
    /// [`Error::ImageEmpty`], [`Error::ImageTooLarge`], [`Error::ImageBytes`].
    pub fn preprocess(&mut self, rgba: &[u8], width: u32, height: u32) -> Result<Vec<f32>> {
        self.preprocessor.tensor(rgba, width, height)
    }

    /// The input tensor whose outputs the manifest knows, where it does.
    pub fn probe(&self) -> Option<Vec<f32>> {
        self.manifest.probe(self.detail)?;
        Some(probe::tensor(
            self.manifest.input(),
            self.manifest.preprocess(),
        ))
    }

    /// Looks at the feature row that an engine has made of [`Preparation::probe`]: at most 1e-3 of each output's largest
    /// number off.
    ///
    /// # Errors
    /// [`Error::Shape`]; [`Error::ModelMismatch`] naming the output that differs.
    pub fn check_probe(&self, row: &[f32]) -> Result<()> {
        let width = self.streams().iter().map(|stream| stream.dim).sum();
        Error::check_length("the probe's output", width, row.len())?;
        match self.manifest.probe(self.detail) {
            Some(expected) => probe::compare(expected, self.streams(), row),
            None => Ok(()),
        }
    }
}
