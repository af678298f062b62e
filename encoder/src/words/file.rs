//! The file of the words: tensors in the format safetensors.
//!
//! What is read are a few tensors, whose names, types and sizes are known: that needs no general reader.

use handful::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Most bytes of the file: twenty times ours.
pub const MAX_WORDS_BYTES: usize = 32 << 20;

/// No weight is larger than this, so that no sum of products leaves the range of its type.
const LARGEST: f32 = 1e6;

#[derive(Deserialize)]
struct Tensor {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [usize; 2],
}

/// An opened file.
pub struct File<'a> {
    tensors: BTreeMap<String, Tensor>,
    data: &'a [u8],
}

impl<'a> File<'a> {
    /// Reads the header.
    pub fn open(bytes: &'a [u8]) -> Result<Self> {
        if bytes.len() > MAX_WORDS_BYTES {
            return Err(failure(format!(
                "it has {} bytes, at most {MAX_WORDS_BYTES} are read",
                bytes.len()
            )));
        }
        let split = bytes.split_first_chunk().and_then(|(length, rest)| {
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            rest.split_at_checked(length)
        });
        let Some((header, data)) = split else {
            return Err(failure("it is cut off"));
        };
        let mut entries: BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(header).map_err(|e| failure(e.to_string()))?;
        entries.remove("__metadata__");
        let tensors = entries
            .into_iter()
            .map(|(name, entry)| Ok((name, serde_json::from_value(entry)?)))
            .collect::<serde_json::Result<_>>()
            .map_err(|e| failure(e.to_string()))?;
        Ok(Self { tensors, data })
    }

    /// The numbers of a tensor of this type, of `size` bytes each, and its shape.
    fn tensor(&self, name: &str, dtype: &str, size: usize) -> Result<(&[usize], &'a [u8])> {
        let wrong = || failure(format!("tensor \"{name}\" is missing or of another form"));
        let tensor = self.tensors.get(name).ok_or_else(wrong)?;
        let [start, end] = tensor.data_offsets;
        let data = self.data.get(start..end).ok_or_else(wrong)?;
        let length = (tensor.shape.iter()).try_fold(size, |n, &axis| n.checked_mul(axis));
        if tensor.dtype != dtype || length != Some(data.len()) || data.is_empty() {
            return Err(wrong());
        }
        Ok((&tensor.shape, data))
    }

    /// A vector of weights.
    pub fn floats(&self, name: &str) -> Result<Vec<f32>> {
        let (_, bytes) = self.tensor(name, "F32", 4)?;
        let (numbers, _) = bytes.as_chunks();
        let floats: Vec<f32> = numbers.iter().map(|&b| f32::from_le_bytes(b)).collect();
        if !floats.iter().all(|v| v.abs() <= LARGEST) {
            return Err(failure(format!(
                "tensor \"{name}\" has weights beyond {LARGEST}"
            )));
        }
        Ok(floats)
    }

    /// The keys, ascending.
    pub fn keys(&self) -> Result<Vec<u32>> {
        let (_, bytes) = self.tensor("keys", "U32", 4)?;
        let (numbers, _) = bytes.as_chunks();
        let keys: Vec<u32> = numbers.iter().map(|&b| u32::from_le_bytes(b)).collect();
        if !keys.is_sorted_by(|a, b| a < b) {
            return Err(failure("its keys are not in ascending order"));
        }
        Ok(keys)
    }

    /// So many rows, each of `width` numbers where that is known, with the scales of the tensor `NAME_scale`.
    pub fn rows(&self, name: &str, rows: usize, width: Option<usize>) -> Result<Rows> {
        let (shape, bytes) = self.tensor(name, "I8", 1)?;
        let scales = self.floats(&format!("{name}_scale"))?;
        let found = match *shape {
            [height, found] if height == rows && scales.len() == rows => found,
            _ => 0,
        };
        if found == 0 || width.is_some_and(|width| width != found) {
            return Err(failure(format!(
                "tensor \"{name}\" does not fit the others"
            )));
        }
        Ok(Rows {
            width: found,
            weights: bytes.iter().map(|&byte| byte.cast_signed()).collect(),
            scales,
        })
    }
}

/// A matrix of whole numbers with a scale for each row.
#[derive(Debug, Clone)]
pub struct Rows {
    width: usize,
    weights: Vec<i8>,
    scales: Vec<f32>,
}

impl Rows {
    /// Numbers in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    fn row(&self, row: usize) -> &[i8] {
        &self.weights[row * self.width..(row + 1) * self.width]
    }

    /// Adds `weight` times a row.
    pub fn add(&self, row: usize, weight: f32, out: &mut [f32]) {
        let weight = weight * self.scales[row];
        for (out, &w) in out.iter_mut().zip(self.row(row)) {
            *out += weight * f32::from(w);
        }
    }

    /// The product of a row with a vector.
    pub fn dot(&self, row: usize, x: &[f32]) -> f32 {
        let sum: f32 = (self.row(row).iter())
            .zip(x)
            .map(|(&w, x)| f32::from(w) * x)
            .sum();
        self.scales[row] * sum
    }
}

/// Why these bytes are no such file.
pub fn failure(reason: impl Into<String>) -> Error {
    Error::Model {
        stage: "reading the words",
        reason: reason.into(),
    }
}
