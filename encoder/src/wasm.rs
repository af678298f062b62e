//! Bindings of the encoder: it lives in a worker, because loading and running take long.

use crate::{
    Detail, EighthReader, Encoder, Ending, Manifest, Preparation, TextEncoder, Words, check_size,
};
use handful::Result;
use handful::wasm::out;
use js_sys::Uint8ClampedArray;
use wasm_bindgen::prelude::*;
use web_sys::ImageData;

/// An image encoder, ready to run.
#[wasm_bindgen]
pub struct OnnxEncoder(Encoder);

#[wasm_bindgen]
impl OnnxEncoder {
    /// Loads the model and checks it against its manifest; `live`: for [`Detail::Live`].
    #[wasm_bindgen(constructor)]
    pub fn new(manifest_json: &str, onnx: &[u8], live: bool) -> Result<OnnxEncoder> {
        let detail = if live { Detail::Live } else { Detail::Photo };
        Encoder::at(manifest_json, onnx, detail).map(Self)
    }

    /// Whether a live picture takes less than a photo.
    #[wasm_bindgen(js_name = hasLive)]
    pub fn has_live(&self) -> bool {
        self.0.manifest().has_live()
    }

    /// The streams of a feature row in their order.
    #[wasm_bindgen(unchecked_return_type = "{ name: string; dim: number }[]")]
    pub fn streams(&self) -> JsValue {
        out(&self.0.streams())
    }

    /// Name of the encoder.
    pub fn name(&self) -> String {
        self.0.name().to_owned()
    }

    /// What identifies the encoder.
    pub fn id(&self) -> String {
        self.0.id().to_owned()
    }

    /// The shorter side that an image has which is neither enlarged nor reduced, in pixels.
    pub fn side(&self) -> u32 {
        self.0.manifest().side()
    }

    /// The input tensor of an image.
    pub fn preprocess(&mut self, image: &ImageData) -> Result<Vec<f32>> {
        preprocess(image, |rgba, width, height| {
            self.0.preprocess(rgba, width, height)
        })
    }

    /// The feature row of an input tensor.
    pub fn run(&self, tensor: &[f32]) -> Result<Vec<f32>> {
        self.0.run(tensor)
    }
}

/// An image encoder whose model another engine runs.
#[wasm_bindgen]
pub struct ImagePreparation(Preparation);

#[wasm_bindgen]
impl ImagePreparation {
    /// Reads the manifest, and of the model its checksum.
    #[wasm_bindgen(constructor)]
    pub fn new(manifest_json: &str, onnx: &[u8]) -> Result<ImagePreparation> {
        Preparation::new(manifest_json, onnx).map(Self)
    }

    /// Whether a live picture takes less than a photo.
    #[wasm_bindgen(js_name = hasLive)]
    pub fn has_live(&self) -> bool {
        self.0.manifest().has_live()
    }

    /// The same for live pictures.
    pub fn live(&self) -> ImagePreparation {
        Self(self.0.live())
    }

    /// The streams of a feature row in their order.
    #[wasm_bindgen(unchecked_return_type = "{ name: string; dim: number }[]")]
    pub fn streams(&self) -> JsValue {
        out(&self.0.streams())
    }

    /// Name of the encoder.
    pub fn name(&self) -> String {
        self.0.manifest().name().to_owned()
    }

    /// What identifies the encoder.
    pub fn id(&self) -> String {
        self.0.id().to_owned()
    }

    /// The shorter side that an image has which is neither enlarged nor reduced, in pixels.
    pub fn side(&self) -> u32 {
        self.0.manifest().side()
    }

    /// The input tensor of an image.
    pub fn preprocess(&mut self, image: &ImageData) -> Result<Vec<f32>> {
        preprocess(image, |rgba, width, height| {
            self.0.preprocess(rgba, width, height)
        })
    }

    /// The input tensor whose outputs the manifest knows, where it does.
    pub fn probe(&self) -> Option<Vec<f32>> {
        self.0.probe()
    }

    /// Looks at the feature row that an engine has made of the probe.
    #[wasm_bindgen(js_name = checkProbe)]
    pub fn check_probe(&self, row: &[f32]) -> Result<()> {
        self.0.check_probe(row)
    }
}

/// Hands the pixels of an image over.
fn preprocess(
    image: &ImageData,
    tensor: impl FnOnce(&[u8], u32, u32) -> Result<Vec<f32>>,
) -> Result<Vec<f32>> {
    let (width, height) = (image.width(), image.height());
    // Before the pixels are copied into WebAssembly, which may be a gigabyte.
    check_size(width, height)?;
    tensor(&image.data(), width, height)
}

/// Reads a JPEG at an eighth of its size, from its bytes as they come.
#[wasm_bindgen]
#[derive(Default)]
pub struct JpegEighth(EighthReader);

#[wasm_bindgen]
impl JpegEighth {
    /// A reader of one file.
    #[wasm_bindgen(constructor)]
    pub fn new() -> JpegEighth {
        Self::default()
    }

    /// Takes the next bytes; says whether more are wanted.
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        self.0.push(bytes)
    }

    /// The picture, upright; `undefined` for a file that another decoder should try.
    #[wasm_bindgen(unchecked_return_type = "ImageData | \"cut\" | undefined")]
    pub fn finish(self) -> std::result::Result<JsValue, JsValue> {
        match self.0.finish() {
            Ending::Picture(picture) => {
                // A copy: pixels that stay in WebAssembly's memory go when it grows.
                let pixels = Uint8ClampedArray::from(&picture.rgba[..]);
                let (width, height) = (picture.width, picture.height);
                ImageData::new_with_js_u8_clamped_array_and_sh(&pixels, width, height)
                    .map(JsValue::from)
            }
            Ending::Cut => Ok("cut".into()),
            Ending::Foreign => Ok(JsValue::UNDEFINED),
        }
    }
}

/// Names to the space of the stream `clip`.
#[wasm_bindgen]
pub struct WordEncoder(Words);

#[wasm_bindgen]
impl WordEncoder {
    /// Reads the file that a manifest names as its `words`.
    #[wasm_bindgen(constructor)]
    pub fn new(manifest_json: &str, bytes: &[u8]) -> Result<WordEncoder> {
        let manifest = Manifest::parse(manifest_json)?;
        Words::new(&manifest, bytes).map(Self)
    }

    /// The text row of a name.
    pub fn features(&self, name: &str) -> Vec<f32> {
        self.0.encode(name).features
    }

    /// How likely that row points roughly where it should.
    pub fn confidence(&self, name: &str) -> f32 {
        self.0.encode(name).confidence
    }
}

/// The text side of an encoder, ready to run.
#[wasm_bindgen]
pub struct OnnxTextEncoder(TextEncoder);

#[wasm_bindgen]
impl OnnxTextEncoder {
    /// Loads the text model and checks it against the manifest of its image encoder.
    #[wasm_bindgen(constructor)]
    pub fn new(manifest_json: &str, onnx: &[u8]) -> Result<OnnxTextEncoder> {
        TextEncoder::new(manifest_json, onnx).map(Self)
    }

    /// The features of a text, given as token ids.
    pub fn run(&self, tokens: &[u32]) -> Result<Vec<f32>> {
        self.0.run(tokens)
    }
}
