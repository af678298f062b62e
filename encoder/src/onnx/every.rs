//! Every so many places of an axis, and the convolutions that the engine would split into that and one of step 1.
//!
//! Its own operator for this is moved in front of what computes the places, and forgets there at which one it starts, or that
//! the size of an image is about to change: `docs/upstream.md`. This one stays where it is.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::Downsample;
use tract_onnx::tract_core::ops::array::StridedSlice;
use tract_onnx::tract_core::ops::cnn::{Conv, PaddingSpec};

/// The engine's operator, which none of its passes knows by this name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Every(Downsample);

/// Keeps such steps where they are in a model.
pub fn replace(model: &mut TypedModel) -> TractResult<()> {
    for id in model.eval_order()? {
        let node = model.node(id);
        // Into a slice and the engine's operator.
        if node.op_is::<StridedSlice>()
            && let Some(patch) = node.op.declutter(model, node)?
        {
            patch.apply(model)?;
        }
    }
    for node in model.nodes_mut() {
        if let Some(op) = node.op_as::<Downsample>() {
            node.op = Box::new(Every(op.clone()));
        } else if let Some(conv) = node.op_as_mut::<Conv>() {
            keep_step(conv);
        }
    }
    Ok(())
}

/// States the padding, where there is none, in the way in which the engine does not see that the step may be split off.
fn keep_step(conv: &mut Conv) {
    let pool = &mut conv.pool_spec;
    let splits = |axis| {
        let step = pool.stride(axis);
        step > 1
            && pool.padding.valid_dim(axis, false)
            && (pool.kernel_shape[axis] == 1 || pool.dilation(axis).is_multiple_of(step))
    };
    if !(0..pool.rank()).any(splits) {
        return;
    }
    let (before, after) = match &pool.padding {
        PaddingSpec::Explicit(before, after) => (before.clone(), after.clone()),
        _ => (tvec![0; pool.rank()], tvec![0; pool.rank()]),
    };
    pool.padding = PaddingSpec::ExplicitOnnxPool(before, after, false);
}

impl Op for Every {
    fn name(&self) -> StaticName {
        "Every".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Every {
    op_out_of_plan!();

    fn eval(&self, context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        self.0.eval(context, inputs)
    }
}

impl TypedOp for Every {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        self.0.output_facts(inputs)
    }

    as_op!();
}
