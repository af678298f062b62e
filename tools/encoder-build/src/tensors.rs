//! Tensors by name, taken one by one, so that one which nobody asked for is noticed.

use anyhow::{Context, Result, ensure};
use std::collections::BTreeMap;

/// Numbers in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

/// Tensors by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tensors(BTreeMap<String, Tensor>);

impl Tensors {
    /// Adds a tensor.
    ///
    /// # Returns
    /// Whether the name was free.
    pub fn insert(&mut self, name: String, tensor: Tensor) -> bool {
        self.0.insert(name, tensor).is_none()
    }

    /// Takes out the numbers of a tensor.
    ///
    /// # Errors
    /// Where it is missing, of another shape, or not finite throughout.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let tensor = self.0.remove(name);
        let tensor = tensor.with_context(|| format!("the weights lack the tensor {name}"))?;
        ensure!(
            tensor.shape == shape,
            "the tensor {name} is of shape {:?}, but this architecture has {shape:?} there",
            tensor.shape,
        );
        ensure!(
            tensor.data.iter().all(|x| x.is_finite()),
            "the tensor {name} holds a number that is not finite"
        );
        Ok(tensor.data)
    }

    /// Names of those that were not taken.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
