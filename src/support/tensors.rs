//! Files of matrices and one entry of text, in the format safetensors: what all saved things share.

use crate::numerics::linalg::WHOLE;
use crate::{Error, Result};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use std::collections::HashMap;

/// Rounding to single precision moves a number of a unit vector by less than this.
pub const UNIT_TOLERANCE: f32 = 1e-5;

/// Refuses the bytes for this reason.
pub fn refuse<T>(reason: impl ToString) -> Result<T> {
    Err(Error::Format(reason.to_string()))
}

/// Bytes of matrices, each given by name, type, columns (at least 1) and little-endian numbers, and of one entry.
pub fn write(matrices: &[(&str, Dtype, usize, &[u8])], entry: &str, text: String) -> Vec<u8> {
    let views = matrices.iter().map(|&(name, dtype, columns, bytes)| {
        let rows = bytes.len() * 8 / dtype.bitsize() / columns;
        let view = TensorView::new(dtype, vec![rows, columns], bytes);
        (name, view.expect(WHOLE))
    });
    // They are sorted on the way, so that the same matrices give the same bytes.
    serialize(views, Some(HashMap::from([(entry.to_owned(), text)])))
        .expect("a few named matrices and one entry of metadata")
}

/// The matrices and the text of this entry.
pub fn open<'a>(bytes: &'a [u8], entry: &str) -> Result<(SafeTensors<'a>, String)> {
    let (_, header) = SafeTensors::read_metadata(bytes).or_else(refuse)?;
    let tensors = SafeTensors::deserialize(bytes).or_else(refuse)?;
    match header.metadata().as_ref().and_then(|m| m.get(entry)) {
        Some(text) => Ok((tensors, text.clone())),
        None => refuse(format!("it has no entry \"{entry}\"")),
    }
}

/// Bytes of a matrix of this type with rows of this many numbers.
pub fn matrix<'a>(
    tensors: &SafeTensors<'a>,
    name: &str,
    dtype: Dtype,
    columns: usize,
) -> Result<&'a [u8]> {
    let tensor = tensors.tensor(name).or_else(refuse)?;
    if tensor.dtype() != dtype || tensor.shape().len() != 2 || tensor.shape()[1] != columns {
        return refuse(format!(
            "tensor \"{name}\" is {:?} {:?}, expected {dtype:?} with {columns} columns",
            tensor.dtype(),
            tensor.shape()
        ));
    }
    Ok(tensor.data())
}

/// The numbers of these bytes.
pub fn floats(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks();
    numbers.iter().map(|&b| f32::from_le_bytes(b)).collect()
}

/// The whole numbers of these bytes.
pub fn words(bytes: &[u8]) -> Vec<u64> {
    let (words, _) = bytes.as_chunks();
    words.iter().map(|&b| u64::from_le_bytes(b)).collect()
}

/// A place that a file tells: one that this machine cannot count to is beyond all others.
pub fn index(word: u64) -> usize {
    usize::try_from(word).unwrap_or(usize::MAX)
}

/// The bytes of whole numbers.
pub fn bytes_of(words: &[u64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    extend(&mut bytes, words.iter().map(|word| word.to_le_bytes()));
    bytes
}

/// Appends the bytes of rows.
pub fn extend_rows(bytes: &mut Vec<u8>, rows: &[f32]) {
    extend(bytes, rows.iter().map(|v| v.to_le_bytes()));
}

/// Appends the bytes of numbers.
pub fn extend<const N: usize>(
    bytes: &mut Vec<u8>,
    numbers: impl ExactSizeIterator<Item = [u8; N]>,
) {
    let start = bytes.len();
    bytes.resize(start + N * numbers.len(), 0);
    let (places, _) = bytes[start..].as_chunks_mut();
    for (place, number) in places.iter_mut().zip(numbers) {
        *place = number;
    }
}
