//! Small files of features, in memory.
#![allow(dead_code, reason = "each test file uses its own part")]

use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize};
use std::collections::HashMap;

/// A tensor with its name.
#[derive(Clone)]
pub struct Tensor {
    pub name: String,
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    pub bytes: Vec<u8>,
}

impl Tensor {
    pub fn f32(name: &str, shape: &[usize], values: &[f32]) -> Self {
        Self::new(
            name,
            Dtype::F32,
            shape,
            values.iter().flat_map(|v| v.to_le_bytes()),
        )
    }

    pub fn i32(name: &str, values: &[i32]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes());
        Self::new(name, Dtype::I32, &[values.len()], bytes)
    }

    pub fn new(name: &str, dtype: Dtype, shape: &[usize], bytes: impl Iterator<Item = u8>) -> Self {
        Self {
            name: name.into(),
            dtype,
            shape: shape.to_vec(),
            bytes: bytes.collect(),
        }
    }
}

/// The bytes of a file; `classes` as it stands in the metadata.
pub fn file(tensors: &[Tensor], classes: Option<&str>) -> Vec<u8> {
    let entries: Vec<_> = classes.map(|list| ("classes", list)).into_iter().collect();
    file_with(tensors, &entries)
}

/// A file with these entries in its metadata.
pub fn file_with(tensors: &[Tensor], entries: &[(&str, &str)]) -> Vec<u8> {
    let views = tensors.iter().map(|t| {
        let view = TensorView::new(t.dtype, t.shape.clone(), &t.bytes).unwrap();
        (t.name.as_str(), view)
    });
    let entries = entries.iter().map(|&(k, v)| (k.to_owned(), v.to_owned()));
    serialize(views, Some(entries.collect::<HashMap<_, _>>())).unwrap()
}

/// Numbers in `[-1, 1)`, the same at each call.
pub fn noise(n: usize) -> Vec<f32> {
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..n).map(next).collect()
}

/// Rows `(labels.len(), width)` near one axis a class.
pub fn rows(labels: &[i32], width: usize) -> Vec<f32> {
    let mut values = noise(labels.len() * width);
    for (row, &label) in values.chunks_exact_mut(width).zip(labels) {
        row.iter_mut().for_each(|v| *v *= 0.4);
        row[label as usize] += 1.0;
    }
    values
}

/// Photos of four classes without splits: eight each, with text for all classes but the last.
pub fn photos() -> Vec<Tensor> {
    let labels: Vec<i32> = (0..32).map(|i| i / 8).collect();
    let mut text = rows(&[0, 1, 2, 3], 6);
    text[18..].fill(0.0);
    vec![
        Tensor::i32("labels", &labels),
        Tensor::f32("clip", &[32, 6], &rows(&labels, 6)),
        Tensor::f32("aux.net", &[32, 5], &rows(&labels, 5)),
        Tensor::f32("text", &[4, 6], &text),
    ]
}

/// A benchmark of four classes with splits.
pub fn splits() -> Vec<Tensor> {
    let mut tensors = Vec::new();
    for (part, n) in [("test", 10), ("val", 3), ("shot16", 4)] {
        let labels: Vec<i32> = (0..4 * n).map(|i| i / n).collect();
        let features = rows(&labels, 6);
        tensors.push(Tensor::i32(&format!("{part}.labels"), &labels));
        let name = format!("{part}.features");
        tensors.push(Tensor::f32(&name, &[labels.len(), 6], &features));
    }
    tensors
}

pub const CLASSES: &str = r#"["a", "b", "c", "d"]"#;
