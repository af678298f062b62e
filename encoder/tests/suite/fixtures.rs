//! Committed fixtures and what the tests share in reading them.

use handful_encoder::Manifest;
use serde_json::{Value, json};

/// Pillow's results for small images.
pub const PREPROCESS: &[u8] = include_bytes!("../../../tests/data/preprocess.safetensors");

/// Small JPEGs, and the means of the blocks that Pillow decodes.
pub const EIGHTH: &[u8] = include_bytes!("../../../tests/data/eighth.safetensors");

/// Inputs of the test models and onnxruntime's outputs.
pub const EXPECTED: &[u8] = include_bytes!("../../../tests/data/models/expected.safetensors");

/// A test model: name, manifest, ONNX bytes.
pub struct TestModel {
    pub name: &'static str,
    pub manifest: &'static str,
    pub onnx: &'static [u8],
}

macro_rules! test_models {
    ($($name:literal),* $(,)?) => {
        &[$(TestModel {
            name: $name,
            manifest: include_str!(concat!("../../../tests/data/models/", $name, ".json")),
            onnx: include_bytes!(concat!("../../../tests/data/models/", $name, ".onnx")),
        }),*]
    };
}

pub(crate) use test_models;

pub const MODELS: &[TestModel] = test_models![
    "conv_byte_channel",
    "conv_byte_tensor",
    "conv_dynamic_qint8",
    "conv_dynamic_quint8",
    "conv_half",
    "conv_half_weights",
    "conv_nhwc",
    "conv_opset11",
    "conv_opset13",
    "conv_opset20_batch1",
    "vit_byte_channel",
    "vit_dynamic_qint8",
    "vit_dynamic_quint8",
    "vit_half",
    "vit_half_weights",
    "vit_opset11",
    "vit_opset13",
    "vit_opset17",
    "vit_opset20",
];

pub fn model(name: &str) -> &'static TestModel {
    MODELS.iter().find(|model| model.name == name).unwrap()
}

/// A manifest that is right, for tests to spoil one field of.
pub fn valid_manifest() -> Value {
    json!({
        "name": "test",
        "file": "test.onnx",
        "licence": "MIT",
        "input": {"name": "pixels", "shape": ["N", 3, 32, 32], "layout": "NCHW", "color": "RGB"},
        "preprocess": {
            "resize": {"shorter_side": 36, "filter": "bicubic (antialiased)"},
            "crop": {"type": "center", "size": [32, 32]},
            "scale": "x/255",
            "mean": [0.5, 0.4, 0.3],
            "std": [0.5, 0.25, 0.125],
        },
        "outputs": {"aux": {"shape": ["N", 5]}, "clip": {"shape": ["N", 4]}, "attic": {"shape": ["N", 3]}},
    })
}

/// The manifest with this preprocessing, the input in the given layout.
pub fn preprocess_manifest(
    filter: &str,
    shorter_side: u64,
    crop: [usize; 2],
    layout: &str,
) -> Manifest {
    let mut json = valid_manifest();
    let [h, w] = crop;
    json["preprocess"]["resize"] = json!({"shorter_side": shorter_side, "filter": filter});
    json["preprocess"]["crop"]["size"] = json!(crop);
    json["input"]["layout"] = json!(layout);
    json["input"]["shape"] = match layout {
        "NHWC" => json!([1, h, w, 3]),
        _ => json!([1, 3, h, w]),
    };
    Manifest::parse(&json.to_string()).unwrap()
}

/// A fixture in the safetensors format: the length of a JSON header, the header, the numbers.
pub struct Tensors {
    header: Value,
    data: &'static [u8],
}

impl Tensors {
    pub fn read(bytes: &'static [u8]) -> Self {
        let (length, rest) = bytes.split_first_chunk().unwrap();
        let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
        Self {
            header: serde_json::from_slice(header).unwrap(),
            data,
        }
    }

    pub fn metadata(&self, name: &str) -> Value {
        serde_json::from_str(self.header["__metadata__"][name].as_str().unwrap()).unwrap()
    }

    pub fn shape(&self, name: &str) -> Vec<usize> {
        serde_json::from_value(self.header[name]["shape"].clone()).unwrap()
    }

    /// What stands behind this in the names that begin with it.
    pub fn names(&self, start: &str) -> Vec<String> {
        let names = self.header.as_object().unwrap().keys();
        names
            .filter_map(|name| name.strip_prefix(start).map(Into::into))
            .collect()
    }

    pub fn bytes(&self, name: &str) -> &'static [u8] {
        let [start, end]: [usize; 2] =
            serde_json::from_value(self.header[name]["data_offsets"].clone()).unwrap();
        &self.data[start..end]
    }

    pub fn floats(&self, name: &str) -> Vec<f32> {
        assert_eq!(self.header[name]["dtype"], "F32");
        (self.bytes(name).as_chunks().0.iter())
            .map(|bytes| f32::from_le_bytes(*bytes))
            .collect()
    }
}

/// `max|a - b| / max|b|`.
///
/// Panics on NaN or infinity: `max` would pass over them.
#[track_caller]
pub fn relative_difference(got: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(got.len(), expected.len());
    assert!(got.iter().chain(expected).all(|value| value.is_finite()));
    let largest = |values: &mut dyn Iterator<Item = f32>| values.fold(0.0, f32::max);
    largest(&mut got.iter().zip(expected).map(|(a, b)| (a - b).abs()))
        / largest(&mut expected.iter().map(|b| b.abs()))
}
