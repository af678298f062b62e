//! The output layers that this project trained, from a safetensors file.

use anyhow::{Context, Result, bail, ensure};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

/// What happens to the network's features first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Transform {
    None,
    /// The square root of each: features are means of what is clipped at zero, so none is negative.
    Sqrt,
}

/// `(weight · scale) x + bias`, with a row and a scale for each output.
#[derive(Debug, Clone, PartialEq)]
pub struct Linear {
    pub outputs: usize,
    pub inputs: usize,
    pub weight: Vec<i8>,
    pub scale: Vec<f32>,
    pub bias: Vec<f32>,
}

/// The output layers: `aux` of the transformed features, `clip` of `aux`.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs {
    pub transform: Transform,
    pub aux: Linear,
    pub clip: Linear,
}

impl Outputs {
    /// Reads a file of output layers for `features` features.
    ///
    /// # Errors
    /// Where a tensor or the word `transform` in the metadata is missing or not as expected.
    pub fn read(bytes: &[u8], features: usize) -> Result<Self> {
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let tensors = SafeTensors::deserialize(bytes)?;
        let word = metadata
            .metadata()
            .as_ref()
            .and_then(|entries| entries.get("transform"))
            .context(
                "its metadata lack `transform`, which says what happens to the features first",
            )?;
        let transform = match word.as_str() {
            "none" => Transform::None,
            "sqrt" => Transform::Sqrt,
            other => bail!("its `transform` is \"{other}\"; \"none\" and \"sqrt\" are known"),
        };
        let aux = linear(&tensors, "aux", features)?;
        let clip = linear(&tensors, "clip", aux.outputs)?;
        Ok(Outputs {
            transform,
            aux,
            clip,
        })
    }
}

fn linear(tensors: &SafeTensors<'_>, name: &str, inputs: usize) -> Result<Linear> {
    let weight = view(tensors, &format!("{name}.weight"), Dtype::I8)?;
    let &[outputs, columns] = weight.shape() else {
        bail!("{name}.weight is no matrix");
    };
    ensure!(
        outputs > 0 && columns == inputs,
        "{name}.weight is of shape {:?}; it must have {inputs} columns",
        weight.shape()
    );
    Ok(Linear {
        outputs,
        inputs,
        weight: weight.data().iter().map(|&byte| byte as i8).collect(),
        scale: vector(tensors, &format!("{name}.scale"), outputs)?,
        bias: vector(tensors, &format!("{name}.bias"), outputs)?,
    })
}

fn vector(tensors: &SafeTensors<'_>, name: &str, length: usize) -> Result<Vec<f32>> {
    let view = view(tensors, name, Dtype::F32)?;
    ensure!(
        view.shape() == [length],
        "{name} is of shape {:?}, not [{length}]",
        view.shape()
    );
    let (numbers, _) = view.data().as_chunks();
    let numbers: Vec<f32> = numbers.iter().map(|&b| f32::from_le_bytes(b)).collect();
    ensure!(
        numbers.iter().all(|x| x.is_finite()),
        "{name} holds a number that is not finite"
    );
    Ok(numbers)
}

fn view<'a>(tensors: &SafeTensors<'a>, name: &str, dtype: Dtype) -> Result<TensorView<'a>> {
    let view = tensors.tensor(name)?;
    ensure!(
        view.dtype() == dtype,
        "{name} is of type {:?}, not {dtype:?}",
        view.dtype()
    );
    Ok(view)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::collections::HashMap;

    /// A file with two outputs for `aux` and one for `clip`.
    pub fn file(transform: &str, features: usize) -> Vec<u8> {
        let ones = vec![1u8; 2 * features];
        let floats: Vec<u8> = [0.5f32, 0.25]
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect();
        let view =
            |dtype, shape: &[usize], data| TensorView::new(dtype, shape.to_vec(), data).unwrap();
        let tensors = [
            ("aux.weight", view(Dtype::I8, &[2, features], &ones)),
            ("aux.scale", view(Dtype::F32, &[2], &floats)),
            ("aux.bias", view(Dtype::F32, &[2], &floats)),
            ("clip.weight", view(Dtype::I8, &[1, 2], &[0xff, 2])),
            ("clip.scale", view(Dtype::F32, &[1], &floats[..4])),
            ("clip.bias", view(Dtype::F32, &[1], &floats[4..])),
        ];
        let metadata = HashMap::from([("transform".to_owned(), transform.to_owned())]);
        safetensors::serialize(tensors, Some(metadata)).unwrap()
    }

    #[test]
    fn layers_are_read_with_their_transform() {
        let outputs = Outputs::read(&file("sqrt", 3), 3).unwrap();
        assert_eq!(outputs.transform, Transform::Sqrt);
        assert_eq!((outputs.aux.outputs, outputs.aux.inputs), (2, 3));
        assert_eq!(outputs.clip.weight, [-1, 2]);
        assert_eq!(outputs.clip.scale, [0.5]);
        assert_eq!(outputs.clip.bias, [0.25]);
        let outputs = Outputs::read(&file("none", 3), 3).unwrap();
        assert_eq!(outputs.transform, Transform::None);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let error =
            |bytes: &[u8], features| Outputs::read(bytes, features).unwrap_err().to_string();
        assert!(error(&file("log", 3), 3).contains("\"log\""));
        assert!(error(&file("none", 3), 4).contains("4 columns"));
        assert!(Outputs::read(b"no safetensors", 3).is_err());
    }
}
