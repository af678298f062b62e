//! Constant tensors of an ONNX graph as numbers, and numbers as such tensors.

use tract_onnx::pb::{TensorProto, tensor_proto::DataType};

/// The numbers of a tensor of floats or of whole numbers of at most 32 bits; `None` for any other, and for a damaged one.
pub fn numbers(tensor: &TensorProto) -> Option<Vec<f32>> {
    let kind = DataType::try_from(tensor.data_type).ok()?;
    let raw = &tensor.raw_data;
    let from_fields = || -> Option<Vec<f32>> {
        Some(match kind {
            DataType::Float => tensor.float_data.clone(),
            // Whatever is narrower lies in the lower bits.
            DataType::Uint8
            | DataType::Int8
            | DataType::Uint16
            | DataType::Int16
            | DataType::Int32 => tensor
                .int32_data
                .iter()
                .map(|&number| number as f32)
                .collect(),
            _ => return None,
        })
    };
    let numbers = match kind {
        _ if raw.is_empty() => from_fields()?,
        DataType::Float => (raw.as_chunks().0.iter())
            .map(|b| f32::from_le_bytes(*b))
            .collect(),
        DataType::Int32 => (raw.as_chunks().0.iter())
            .map(|b| i32::from_le_bytes(*b) as f32)
            .collect(),
        DataType::Uint16 => (raw.as_chunks().0.iter())
            .map(|b| u16::from_le_bytes(*b).into())
            .collect(),
        DataType::Int16 => (raw.as_chunks().0.iter())
            .map(|b| i16::from_le_bytes(*b).into())
            .collect(),
        DataType::Uint8 => raw.iter().map(|&number| number.into()).collect(),
        DataType::Int8 => raw.iter().map(|&number| (number as i8).into()).collect(),
        _ => return None,
    };
    let count = (tensor.dims.iter()).try_fold(1_usize, |count, &dim| {
        count.checked_mul(usize::try_from(dim).ok()?)
    })?;
    (numbers.len() == count).then_some(numbers)
}

/// A tensor of 32-bit floats.
pub fn tensor(name: String, dims: Vec<i64>, numbers: &[f32]) -> TensorProto {
    let mut raw_data = vec![0; 4 * numbers.len()];
    for (bytes, number) in raw_data.as_chunks_mut().0.iter_mut().zip(numbers) {
        *bytes = number.to_le_bytes();
    }
    TensorProto {
        name,
        dims,
        data_type: DataType::Float.into(),
        raw_data,
        ..TensorProto::default()
    }
}
