//! Convolutions that the engine leaves to [`Winograd`].

use super::tensors::numbers;
use super::winograd::Winograd;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat};
use tract_onnx::tract_core::ops::nn::DataFormat;

/// Inputs of the operator: one image `(C, H, W)` or `(1, C, H, W)`, its transformed kernels, the bias `(K,)`.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct Convolution(Winograd);

/// Replaces the convolutions of a model that are of this kind.
pub fn replace(model: &mut TypedModel) -> TractResult<()> {
    for id in model.eval_order()? {
        let node = model.node(id);
        let Some((op, kernels, bias)) = recognised(model, node)? else {
            continue;
        };
        let name = node.name.clone();
        let mut patch = TypedModelPatch::new("winograd");
        let image = patch.tap_model(model, node.inputs[0])?;
        let kernels = patch.add_const(format!("{name}.kernels"), kernels)?;
        let bias = patch.add_const(format!("{name}.bias"), bias)?;
        let output = patch.wire_node(name, op, &[image, kernels, bias])?[0];
        patch.shunt_outside(model, id.into(), output)?;
        patch.apply(model)?;
    }
    Ok(())
}

/// The node as an operator of ours, with its transformed kernels and its bias; `None` where it is none.
fn recognised(
    model: &TypedModel,
    node: &TypedNode,
) -> TractResult<Option<(Convolution, Tensor, Tensor)>> {
    let Some(conv) = node.op_as::<Conv>() else {
        return Ok(None);
    };
    let (pool, image) = (&conv.pool_spec, model.outlet_fact(node.inputs[0])?);
    let constant = |input: usize| -> TractResult<_> {
        Ok(model.outlet_fact(node.inputs[input])?.konst.clone())
    };
    let (Some(shape), Some(kernels), Some(bias)) =
        (image.shape.as_concrete(), constant(1)?, constant(2)?)
    else {
        return Ok(None);
    };
    let plain = conv.q_params.is_none()
        && conv.group == 1
        && conv.kernel_fmt == KernelFormat::OIHW
        && matches!(pool.data_format, DataFormat::NCHW | DataFormat::CHW)
        && pool.kernel_shape[..] == [3, 3]
        && (pool.strides().iter().chain(&*pool.dilations())).all(|&step| step == 1)
        && [image.datum_type, kernels.datum_type(), bias.datum_type()] == [f32::datum_type(); 3]
        && bias.len() == pool.output_channels
        && kernels.len() == 9 * pool.input_channels * pool.output_channels;
    if !plain {
        return Ok(None);
    }
    let layout = pool.data_format.shape(shape)?;
    let sides = layout.hw_dims();
    let bordered = (pool.computed_padding(sides).iter())
        .all(|axis| (axis.pad_before, axis.pad_after) == (1, 1));
    if *layout.n().unwrap_or(&1) != 1 || !bordered {
        return Ok(None);
    }
    let Some(winograd) = Winograd::new(
        pool.input_channels,
        pool.output_channels,
        sides[0],
        sides[1],
    ) else {
        return Ok(None);
    };
    let kernels = winograd.transformed(&numbers(&kernels.to_plain_array_view()?));
    let bias = bias.into_tensor().into_shape(&[winograd.outputs()])?;
    Ok(Some((Convolution(winograd), tensor1(&kernels), bias)))
}

/// Puts the channels of the output into the shape of an image `(.., C, H, W)`.
fn with_outputs<T>(shape: &mut [T], outputs: T) {
    if let [.., channels, _, _] = shape {
        *channels = outputs;
    }
}

impl Op for Convolution {
    fn name(&self) -> StaticName {
        "Winograd".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Convolution {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let [image, kernels, bias] = &inputs[..] else {
            bail!("a convolution has three inputs");
        };
        let out = self.0.run(
            &numbers(&image.to_plain_array_view()?),
            &numbers(&kernels.to_plain_array_view()?),
            &numbers(&bias.to_plain_array_view()?),
        );
        let mut shape = image.shape().to_vec();
        with_outputs(&mut shape, self.0.outputs());
        Ok(tvec!(Tensor::from_shape(&shape, &out)?.into_tvalue()))
    }
}

impl TypedOp for Convolution {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let mut shape = inputs[0].shape.to_tvec();
        with_outputs(&mut shape, self.0.outputs().to_dim());
        Ok(tvec!(f32::fact(&shape)))
    }

    as_op!();
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use tract_onnx::tract_core::ops::cnn::{PaddingSpec, PoolSpec};

    /// A 3 × 3 convolution between this many channels, on an image of 9 × 14.
    fn model(inputs: usize, outputs: usize, stride: usize) -> TypedModel {
        let numbers = |shape: &[usize]| {
            let values: Vec<f32> = (0..shape.iter().product())
                .map(|i| (i * 37 % 256) as f32 / 255.0 - 0.5)
                .collect();
            Tensor::from_shape(shape, &values).unwrap()
        };
        let mut model = TypedModel::default();
        let image = model
            .add_source("image", f32::fact([1, inputs, 9, 14]))
            .unwrap();
        let kernels = numbers(&[outputs, inputs, 3, 3]);
        let kernels = model.add_const("kernels", kernels).unwrap();
        let bias = model.add_const("bias", numbers(&[outputs])).unwrap();
        let convolution = Conv {
            pool_spec: PoolSpec {
                data_format: DataFormat::NCHW,
                kernel_shape: tvec![3, 3],
                padding: PaddingSpec::Explicit(tvec![1, 1], tvec![1, 1]),
                dilations: None,
                strides: Some(tvec![stride, stride]),
                input_channels: inputs,
                output_channels: outputs,
            },
            kernel_fmt: KernelFormat::OIHW,
            group: 1,
            q_params: None,
        };
        let output = model.wire_node("convolution", convolution, &[image, kernels, bias]);
        model.select_output_outlets(&output.unwrap()).unwrap();
        model
    }

    fn replaced(model: &TypedModel) -> usize {
        let nodes = model.nodes().iter();
        nodes.filter(|node| node.op_is::<Convolution>()).count()
    }

    #[test]
    fn a_convolution_says_the_same_with_and_without() {
        let plain = model(32, 40, 1);
        let mut rewritten = plain.clone();
        replace(&mut rewritten).unwrap();
        assert_eq!(replaced(&rewritten), 1);
        let pixels: Vec<f32> = (0..32 * 9 * 14)
            .map(|i| (i * 41 % 256) as f32 / 255.0 - 0.5)
            .collect();
        let [plain, rewritten] = [plain, rewritten].map(|mut model| {
            model.optimize().unwrap();
            let image = Tensor::from_shape(&[1, 32, 9, 14], &pixels).unwrap();
            let output = model
                .into_runnable()
                .unwrap()
                .run(tvec!(image.into()))
                .unwrap();
            output[0].to_plain_array_view::<f32>().unwrap().to_owned()
        });
        assert_eq!(plain.shape(), rewritten.shape());
        let largest = plain.iter().fold(0.0, |m: f32, v| m.max(v.abs()));
        for (plain, rewritten) in plain.iter().zip(&rewritten) {
            assert!((plain - rewritten).abs() < 1e-5 * largest);
        }
    }

    #[test]
    fn what_would_gain_nothing_or_takes_other_steps_is_left() {
        for (inputs, outputs, stride) in [(3, 32, 1), (32, 4, 1), (32, 32, 2)] {
            let mut model = model(inputs, outputs, stride);
            replace(&mut model).unwrap();
            assert_eq!(replaced(&model), 0);
        }
    }
}
