//! Convolutions that the engine leaves to [`Depthwise`] and [`Unfolded`].
//!
//! Their channels lie last, as those of the linear maps around them: see [`super::pointwise`].

use super::depthwise::Depthwise;
use super::epilogue::{self, Bounds};
use super::tensors::numbers;
use super::unfolded::Unfolded;
use super::window::Window;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat};

/// Inputs of the operator: one image `(H, W, C)`, packed kernels, bias `(K,)`, bounds. Output: `(H', W', K)`.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
enum Spatial {
    Depthwise(Depthwise),
    Unfolded(Unfolded),
}

/// Replaces the convolutions of a model that are of these kinds, with the bounds of their sums.
pub fn replace(model: &mut TypedModel) -> TractResult<()> {
    for id in model.eval_order()? {
        let Some(found) = Found::of(model, model.node(id))? else {
            continue;
        };
        let name = model.node(id).name.clone();
        let mut patch = TypedModelPatch::new("spatial");
        let mut wire = patch.tap_model(model, model.node(id).inputs[0])?;
        for (place, turn) in found.before.into_iter().enumerate() {
            wire = patch.wire_node(format!("{name}.before.{place}"), turn, &[wire])?[0];
        }
        let kernels = patch.add_const(format!("{name}.kernels"), tensor1(&found.kernels))?;
        let bias = patch.add_const(format!("{name}.bias"), tensor1(&found.bias))?;
        let bounds = patch.add_const(format!("{name}.bounds"), found.bounds.tensor())?;
        wire = patch.wire_node(&name, found.op, &[wire, kernels, bias, bounds])?[0];
        for (place, turn) in found.after.into_iter().enumerate() {
            wire = patch.wire_node(format!("{name}.after.{place}"), turn, &[wire])?[0];
        }
        patch.shunt_outside(model, found.end, wire)?;
        patch.apply(model)?;
    }
    Ok(())
}

/// What becomes of a node that is such a convolution.
struct Found {
    op: Spatial,
    kernels: Vec<f32>,
    /// `(K,)`.
    bias: Vec<f32>,
    bounds: Bounds,
    /// Of the image, until its axes are `(H, W, C)`.
    before: Vec<AxisOp>,
    /// Of the output, until its axes are where they were.
    after: Vec<AxisOp>,
    /// What it takes the place of: the node, or what follows it.
    end: OutletId,
}

impl Found {
    fn of(model: &TypedModel, node: &TypedNode) -> TractResult<Option<Self>> {
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
            && conv.kernel_fmt == KernelFormat::OIHW
            && pool.rank() == 2
            && pool.dilations().iter().all(|&step| step == 1)
            && [image.datum_type, kernels.datum_type(), bias.datum_type()]
                == [f32::datum_type(); 3]
            && [1, pool.output_channels].contains(&bias.len());
        let layout = pool.data_format.shape(shape)?;
        if !plain || *layout.n().unwrap_or(&1) != 1 {
            return Ok(None);
        }
        let padding = pool.computed_padding(layout.hw_dims());
        let window = Window {
            image: [0, 1].map(|axis| layout.hw_dims()[axis]),
            kernel: [0, 1].map(|axis| pool.kernel_shape[axis]),
            step: [0, 1].map(|axis| pool.strides()[axis]),
            before: [0, 1].map(|axis| padding[axis].pad_before),
            output: [0, 1].map(|axis| padding[axis].convoluted),
        };
        let (inputs, outputs) = (pool.input_channels, pool.output_channels);
        let kernels = numbers(&kernels.to_plain_array_view()?).into_owned();
        let Some(op) = Spatial::new(window, conv.group, inputs, outputs) else {
            return Ok(None);
        };
        let bias = numbers(&bias.to_plain_array_view()?).into_owned();
        let (end, bounds) = epilogue::bounds(model, node.id.into())?;
        let (mut before, mut after) = (vec![], vec![]);
        if pool.data_format.has_n() {
            before.push(AxisOp::Rm(0));
            after.push(AxisOp::Add(0));
        }
        if !pool.data_format.c_is_last() {
            before.push(AxisOp::Move(0, 2));
            after.insert(0, AxisOp::Move(2, 0));
        }
        Ok(Some(Self {
            kernels: op.packed(&kernels),
            op,
            bias: bias.into_iter().cycle().take(outputs).collect(),
            bounds,
            before,
            after,
            end,
        }))
    }
}

impl Spatial {
    fn new(window: Window, group: usize, inputs: usize, outputs: usize) -> Option<Self> {
        if window.image.contains(&0) || window.output.contains(&0) {
            None
        } else if group == 1 {
            Unfolded::new(window, inputs, outputs).map(Self::Unfolded)
        } else if group == inputs && group == outputs {
            Depthwise::new(window, outputs).map(Self::Depthwise)
        } else {
            None
        }
    }

    fn packed(&self, kernels: &[f32]) -> Vec<f32> {
        match self {
            Self::Depthwise(op) => op.packed(kernels),
            Self::Unfolded(op) => op.packed(kernels),
        }
    }

    /// Of the output.
    fn shape(&self) -> [usize; 3] {
        let (window, channels) = match self {
            Self::Depthwise(op) => (op.window(), op.channels()),
            Self::Unfolded(op) => (op.window(), op.outputs()),
        };
        [window.output[0], window.output[1], channels]
    }
}

impl Op for Spatial {
    fn name(&self) -> StaticName {
        match self {
            Self::Depthwise(_) => "Depthwise".into(),
            Self::Unfolded(_) => "Unfolded".into(),
        }
    }

    op_as_typed_op!();
}

impl EvalOp for Spatial {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let [image, kernels, bias, bounds] = &inputs[..] else {
            bail!("a convolution has four inputs");
        };
        let (image, kernels, bias) = (
            image.to_plain_array_view()?,
            kernels.to_plain_array_view()?,
            bias.to_plain_array_view()?,
        );
        let (image, kernels, bias) = (numbers(&image), numbers(&kernels), numbers(&bias));
        let bounds = Bounds::of(bounds)?;
        let mut out = Tensor::zero::<f32>(&self.shape())?;
        let mut view = out.to_plain_array_view_mut()?;
        let sums = view
            .as_slice_mut()
            .context("new numbers lie in one piece")?;
        match self {
            Self::Depthwise(op) => op.run(&image, &kernels, &bias, bounds, sums),
            Self::Unfolded(op) => op.run(&image, &kernels, &bias, bounds, sums),
        }
        Ok(tvec!(out.into_tvalue()))
    }
}

impl TypedOp for Spatial {
    fn output_facts(&self, _: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(f32::fact(self.shape())))
    }

    as_op!();
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::super::window::tests::drawn;
    use super::*;
    use tract_onnx::tract_core::ops::binary::TypedBinOp;
    use tract_onnx::tract_core::ops::cnn::{PaddingSpec, PoolSpec};
    use tract_onnx::tract_core::ops::math::{max, min};
    use tract_onnx::tract_core::ops::nn::DataFormat;

    /// A convolution of 9 × 6 pixels with borders as of TensorFlow, then a ReLU6.
    #[derive(Clone, Copy)]
    struct Case {
        format: DataFormat,
        images: usize,
        inputs: usize,
        outputs: usize,
        group: usize,
        kernel: [usize; 2],
        step: usize,
        dilation: usize,
    }

    const DEPTHWISE: Case = Case {
        format: DataFormat::NCHW,
        images: 1,
        inputs: 16,
        outputs: 16,
        group: 16,
        kernel: [5, 5],
        step: 2,
        dilation: 1,
    };

    const FULL: Case = Case {
        inputs: 3,
        group: 1,
        kernel: [3, 3],
        ..DEPTHWISE
    };

    impl Case {
        /// What the model says of drawn pixels before and after it was rewritten, and how many operators of ours that has.
        fn run(&self) -> ([TValue; 2], usize) {
            let shape = self.format.from_n_c_hw(self.images, self.inputs, [9, 6]);
            let shape = shape.unwrap().shape;
            let mut model = TypedModel::default();
            let image = model.add_source("image", f32::fact(&*shape)).unwrap();
            let dims = [
                self.outputs,
                self.inputs / self.group,
                self.kernel[0],
                self.kernel[1],
            ];
            let kernels = drawn(dims.iter().product(), 7);
            let kernels = Tensor::from_shape(&dims, &kernels).unwrap();
            let kernels = model.add_const("kernels", kernels).unwrap();
            let bias = tensor1(&drawn(self.outputs, 3));
            let bias = model.add_const("bias", bias).unwrap();
            let pool_spec = PoolSpec {
                data_format: self.format,
                kernel_shape: self.kernel[..].into(),
                padding: PaddingSpec::SameUpper,
                dilations: Some(tvec![self.dilation; 2]),
                strides: Some(tvec![self.step; 2]),
                input_channels: self.inputs,
                output_channels: self.outputs,
            };
            let conv = Conv::new(pool_spec, KernelFormat::OIHW, self.group, None);
            let mut wire = model
                .wire_node("conv", conv, &[image, kernels, bias])
                .unwrap()[0];
            for (name, op, bound) in [("max", max(), 0.0_f32), ("min", min(), 6.0)] {
                let bound = Tensor::from_shape(&vec![1; shape.len()], &[bound]).unwrap();
                let bound = model.add_const(format!("{name}.bound"), bound).unwrap();
                wire = model.wire_node(name, op, &[wire, bound]).unwrap()[0];
            }
            model.select_output_outlets(&[wire]).unwrap();
            let mut rewritten = model.clone();
            replace(&mut rewritten).unwrap();
            rewritten.check_consistency().unwrap();
            let used = rewritten.eval_order().unwrap();
            let count = |test: fn(&TypedNode) -> bool| {
                used.iter().filter(|&&id| test(rewritten.node(id))).count()
            };
            let ours = count(|node| node.op_is::<Spatial>());
            if ours > 0 {
                let bounds = count(|node| node.op_is::<TypedBinOp>());
                assert_eq!(bounds, 0, "they are part of it");
            }
            let pixels = drawn(shape.iter().product(), 5);
            let said = [model, rewritten].map(|model| {
                let plan = model.into_optimized().unwrap().into_runnable().unwrap();
                let image = Tensor::from_shape(&shape, &pixels).unwrap();
                plan.run(tvec!(image.into())).unwrap().remove(0)
            });
            (said, ours)
        }
    }

    #[test]
    fn a_convolution_says_the_same_whatever_the_order_of_the_axes() {
        use DataFormat::{CHW, HWC, NCHW, NHWC};
        for format in [NCHW, NHWC, CHW, HWC] {
            for case in [DEPTHWISE, FULL] {
                for step in [1, 2] {
                    let ([plain, rewritten], ours) = Case {
                        format,
                        step,
                        ..case
                    }
                    .run();
                    assert_eq!(ours, 1);
                    assert_eq!(plain, rewritten, "{format:?}");
                }
            }
        }
    }

    #[test]
    fn other_convolutions_are_left_to_the_engine() {
        for case in [
            Case {
                dilation: 2,
                ..DEPTHWISE
            },
            Case {
                images: 2,
                ..DEPTHWISE
            },
            Case {
                kernel: [3, 5],
                ..DEPTHWISE
            },
            Case {
                outputs: 32,
                ..DEPTHWISE
            },
            Case {
                group: 8,
                ..DEPTHWISE
            },
            Case {
                inputs: 12,
                outputs: 12,
                group: 12,
                ..DEPTHWISE
            },
            Case { images: 2, ..FULL },
            Case {
                outputs: 12,
                ..FULL
            },
            Case {
                dilation: 2,
                ..FULL
            },
        ] {
            let ([plain, rewritten], ours) = case.run();
            assert_eq!(ours, 0);
            assert_eq!(plain, rewritten);
        }
    }
}
