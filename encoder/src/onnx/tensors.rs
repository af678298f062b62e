//! Numbers in the engine's arrays.

use std::borrow::Cow;
use tract_onnx::tract_core::ndarray::ArrayViewD;

/// The numbers of an array in their order: as they lie there, unless the engine has turned it.
pub fn numbers<'a, T: Copy>(array: &'a ArrayViewD<'_, T>) -> Cow<'a, [T]> {
    match array.as_slice() {
        Some(slice) => slice.into(),
        None => array.iter().copied().collect(),
    }
}
