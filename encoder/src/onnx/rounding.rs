//! Rounding to the whole numbers of a quantised network.

use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ndarray::Zip;
use tract_onnx::tract_core::ops::binary::{BinMiniOp, TypedBinOp};
use tract_onnx::tract_hir::ops::binary::BinIntoHir;

/// Name of the operator in a graph.
pub const ROUNDING: &str = "handful.Rounding";

/// A number by a step, rounded to the even one of two neighbours, moved by `zero`, held from `low` to `high`.
///
/// The engine would multiply by the inverse of the step, and fall to the other side where a number lies between two steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounding {
    pub zero: i32,
    pub low: i32,
    pub high: i32,
}

impl Rounding {
    pub fn round(self, number: f32, step: f32) -> f32 {
        ((number / step).round_ties_even() + self.zero as f32)
            .clamp(self.low as f32, self.high as f32)
    }
}

/// Lets the engine read the operator.
pub fn register(onnx: &mut tract_onnx::Onnx) {
    onnx.op_register.insert(ROUNDING, |_, node| {
        let whole = |name| node.get_attr::<i64>(name).map(|number| number as i32);
        let op = Rounding {
            zero: whole("zero")?,
            low: whole("low")?,
            high: whole("high")?,
        };
        ensure!(op.low <= op.high, "rounding needs bounds in their order");
        Ok((op.into_hir(), vec![]))
    });
}

/// Whether a model rounds what it computes.
pub fn is_in(model: &TypedModel) -> bool {
    let mut nodes = model.nodes().iter();
    nodes.any(|node| (node.op_as::<TypedBinOp>()).is_some_and(|op| op.0.is::<Rounding>()))
}

impl BinMiniOp for Rounding {
    fn name(&self) -> &'static str {
        "Rounding"
    }

    fn result_datum_type(&self, number: DatumType, step: DatumType) -> TractResult<DatumType> {
        ensure!(
            [number, step] == [f32::datum_type(); 2],
            "only floats are rounded"
        );
        Ok(number)
    }

    fn is_commutative(&self) -> bool {
        false
    }

    fn eval_in_a(&self, numbers: &mut Tensor, steps: &Tensor) -> TractResult<()> {
        let steps = steps.to_plain_array_view::<f32>()?;
        Zip::from(numbers.to_plain_array_view_mut::<f32>()?)
            .and_broadcast(steps)
            .for_each(|number, &step| *number = self.round(*number, step));
        Ok(())
    }

    fn eval_out_of_place(
        &self,
        out: &mut Tensor,
        numbers: &Tensor,
        steps: &Tensor,
    ) -> TractResult<()> {
        let (numbers, steps) = (
            numbers.to_plain_array_view::<f32>()?,
            steps.to_plain_array_view::<f32>()?,
        );
        Zip::from(out.to_plain_array_view_mut::<f32>()?)
            .and_broadcast(numbers)
            .and_broadcast(steps)
            .for_each(|out, &number, &step| *out = self.round(number, step));
        Ok(())
    }
}
