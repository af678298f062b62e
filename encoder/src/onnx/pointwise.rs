//! Linear maps of one axis (convolutions of 1 × 1, layers of transformers) that the engine leaves to [`product`], and where
//! their weights are small whole numbers to [`integers`].
//!
//! The mapped axis is turned to be the last one; the engine then keeps that order through what lies between two of them.

use super::epilogue::{self, Bounds};
use super::integers::{self, Integers};
use super::product::{self, GROUP};
use super::tensors::numbers;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::einsum::EinSum;

/// Fewer rows are left to the engine: each weight would be used once.
const LEAST_ROWS: usize = 4;

/// Inputs of the operator: rows `(.., C)`, bias `(K,)`, bounds, then the weights `(K / 8, C, 8)`, or those of [`Integers`]
/// with their steps. Output: `(.., K)`.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct Pointwise {
    outputs: usize,
}

/// Replaces the maps of a model that are of this kind, with the bias that is added to them and the bounds of
/// the sum. With `integers`, weights that are small whole numbers are multiplied as such, their rows rounded.
pub fn replace(model: &mut TypedModel, integers: bool) -> TractResult<()> {
    for id in model.eval_order()? {
        let Some(map) = Map::of(model, model.node(id), integers)? else {
            continue;
        };
        let name = model.node(id).name.clone();
        let mut patch = TypedModelPatch::new("pointwise");
        let mut wire = patch.tap_model(model, model.node(id).inputs[0])?;
        for (place, turn) in map.before.into_iter().enumerate() {
            wire = patch.wire_node(format!("{name}.before.{place}"), turn, &[wire])?[0];
        }
        let outputs = map.bias.len();
        let bias = patch.add_const(format!("{name}.bias"), tensor1(&map.bias))?;
        let bounds = patch.add_const(format!("{name}.bounds"), map.bounds.tensor())?;
        let mut inputs = vec![wire, bias, bounds];
        for (place, weights) in map.weights.into_iter().enumerate() {
            inputs.push(patch.add_const(format!("{name}.weights.{place}"), weights)?);
        }
        wire = patch.wire_node(&name, Pointwise { outputs }, &inputs)?[0];
        for (place, turn) in map.after.into_iter().enumerate() {
            wire = patch.wire_node(format!("{name}.after.{place}"), turn, &[wire])?[0];
        }
        patch.shunt_outside(model, map.end, wire)?;
        patch.apply(model)?;
    }
    Ok(())
}

/// What becomes of a node that is such a map.
struct Map {
    /// As the operator takes them.
    weights: Vec<Tensor>,
    /// `(K,)`.
    bias: Vec<f32>,
    bounds: Bounds,
    /// Of the input, until the mapped axis is the last one.
    before: Vec<AxisOp>,
    /// Of the output, until its axes are where they were.
    after: Vec<AxisOp>,
    /// What it takes the place of: the node, or what follows it.
    end: OutletId,
}

impl Map {
    fn of(model: &TypedModel, node: &TypedNode, integers: bool) -> TractResult<Option<Self>> {
        let (Some(op), [rows, weights]) = (node.op_as::<EinSum>(), &node.inputs[..]) else {
            return Ok(None);
        };
        let (rows, weights) = (model.outlet_fact(*rows)?, model.outlet_fact(*weights)?);
        let (Some(shape), Some(weights)) = (rows.shape.as_concrete(), &weights.konst) else {
            return Ok(None);
        };
        let types = [op.operating_dt, rows.datum_type, weights.datum_type()];
        if op.q_params.is_some() || types != [f32::datum_type(); 3] {
            return Ok(None);
        }
        let (Some(axes), &[first, second]) = (Axes::of(&op.axes, shape), weights.shape()) else {
            return Ok(None);
        };
        let (outputs, inputs) = if axes.outputs_first {
            (first, second)
        } else {
            (second, first)
        };
        // The engine's product may stretch an axis of length 1; this one does not.
        let fits = inputs == shape[axes.from] && outputs > 0 && outputs.is_multiple_of(GROUP);
        let rows = shape.iter().product::<usize>().checked_div(inputs);
        if !fits || rows.is_none_or(|rows| rows < LEAST_ROWS) {
            return Ok(None);
        }
        let view = weights.to_plain_array_view::<f32>()?;
        let sum = node.id.into();
        let (sum, bias) =
            epilogue::bias(model, sum, axes.to, outputs)?.unwrap_or((sum, vec![0.0; outputs]));
        let (end, bounds) = epilogue::bounds(model, sum)?;
        let weight = |k: usize, c: usize| {
            let place = if axes.outputs_first { [k, c] } else { [c, k] };
            view[place]
        };
        let whole = integers.then(|| Integers::of(outputs, inputs, weight));
        let weights = match whole.flatten() {
            Some(Integers { weights, steps }) => vec![tensor1(&weights), tensor1(&steps)],
            None => vec![tensor1(&product::packed(outputs, inputs, weight))],
        };
        Ok(Some(Self {
            weights,
            bias,
            bounds,
            before: axes.before,
            after: axes.after,
            end,
        }))
    }
}

/// How the axes of rows, weights and output belong together.
struct Axes {
    /// The mapped axis in the rows and in the output.
    from: usize,
    to: usize,
    outputs_first: bool,
    before: Vec<AxisOp>,
    after: Vec<AxisOp>,
}

impl Axes {
    /// `None` where the product of rows of this shape is no map of one axis that leaves the others in their order. Axes of
    /// length 1 may come and go.
    fn of(axes: &AxesMapping, shape: &[usize]) -> Option<Self> {
        let (mut from, mut to) = (None, None);
        let (mut kept, mut gone, mut new) = (vec![], vec![], vec![]);
        for axis in axes.iter_all_axes() {
            match (
                &axis.inputs[0][..],
                &axis.inputs[1][..],
                &axis.outputs[0][..],
            ) {
                ([a], [], [b]) => kept.push((*a, *b)),
                ([a], [_], []) if from.is_none() => from = Some(*a),
                ([], [w], [b]) if to.is_none() => to = Some((*b, *w)),
                // A longer one would be summed.
                ([a], [], []) if shape[*a] == 1 => gone.push(*a),
                ([], [], [b]) => new.push(*b),
                _ => return None,
            }
        }
        let (from, (to, place)) = (from?, to?);
        for axes in [&mut gone, &mut new] {
            axes.sort_unstable();
        }
        kept.sort_unstable();
        if !kept.is_sorted_by_key(|axis| axis.1) {
            return None;
        }
        let left = |axis: usize, without: &[usize]| {
            axis - without.iter().filter(|&&other| other < axis).count()
        };
        let last = kept.len();
        let removed = gone.iter().rev().map(|&axis| AxisOp::Rm(axis));
        let added = new.iter().map(|&axis| AxisOp::Add(axis));
        Some(Self {
            from,
            to,
            outputs_first: place == 0,
            before: removed
                .chain([AxisOp::Move(left(from, &gone), last)])
                .collect(),
            after: [AxisOp::Move(last, left(to, &new))]
                .into_iter()
                .chain(added)
                .collect(),
        })
    }
}

impl Pointwise {
    /// The shape of the output for that of the rows.
    fn shape<T: Clone>(&self, rows: &[T], outputs: T) -> TVec<T> {
        let mut shape: TVec<T> = rows.into();
        if let Some(last) = shape.last_mut() {
            *last = outputs;
        }
        shape
    }
}

impl Op for Pointwise {
    fn name(&self) -> StaticName {
        "Pointwise".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Pointwise {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let [rows, bias, bounds, weights @ ..] = &inputs[..] else {
            bail!("a linear map has rows, a bias and bounds");
        };
        let (rows_view, bias) = (rows.to_plain_array_view()?, bias.to_plain_array_view()?);
        let (numbers_of_rows, bias) = (numbers(&rows_view), numbers(&bias));
        let bounds = Bounds::of(bounds)?;
        let mut out = Tensor::zero::<f32>(&self.shape(rows.shape(), self.outputs))?;
        let mut view = out.to_plain_array_view_mut()?;
        let sums = view
            .as_slice_mut()
            .context("new numbers lie in one piece")?;
        match weights {
            [weights] => {
                let weights = weights.to_plain_array_view()?;
                product::multiply(&numbers_of_rows, &numbers(&weights), &bias, bounds, sums);
            }
            [weights, steps] => {
                let (weights, steps) =
                    (weights.to_plain_array_view()?, steps.to_plain_array_view()?);
                let (weights, steps) = (numbers(&weights), numbers(&steps));
                integers::multiply(&numbers_of_rows, &weights, &steps, &bias, bounds, sums);
            }
            _ => bail!("a linear map has weights, and steps where they are whole numbers"),
        }
        Ok(tvec!(out.into_tvalue()))
    }
}

impl TypedOp for Pointwise {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(f32::fact(
            self.shape(&inputs[0].shape, self.outputs.to_dim())
        )))
    }

    as_op!();
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use tract_onnx::tract_core::ops::binary::TypedBinOp;
    use tract_onnx::tract_core::ops::math::{add, min};

    fn drawn(shape: &[usize]) -> Tensor {
        let numbers: Vec<f32> = (0..shape.iter().product())
            .map(|i: usize| (i * 37 % 23) as f32 - 11.0)
            .collect();
        Tensor::from_shape(shape, &numbers).unwrap()
    }

    /// A product of `rows` and constant weights, the sum with a bias of this shape, and a bound.
    fn model(rows: &[usize], expression: &str, weights: &[usize], bias: &[usize]) -> TypedModel {
        let mut model = TypedModel::default();
        let source = model.add_source("rows", f32::fact(rows)).unwrap();
        let weights = model.add_const("weights", drawn(weights)).unwrap();
        let op = EinSum::new(expression.parse().unwrap(), f32::datum_type());
        let product = model.wire_node("map", op, &[source, weights]).unwrap()[0];
        let bias = model.add_const("bias", drawn(bias)).unwrap();
        let sum = model.wire_node("sum", add(), &[product, bias]).unwrap()[0];
        let bound = vec![1; model.outlet_fact(sum).unwrap().rank()];
        let bound = Tensor::from_shape(&bound, &[60.0_f32]).unwrap();
        let bound = model.add_const("bound", bound).unwrap();
        let held = model.wire_node("held", min(), &[sum, bound]).unwrap()[0];
        model.select_output_outlets(&[held]).unwrap();
        model
    }

    fn count<O: Op>(model: &TypedModel) -> usize {
        let used = model.eval_order().unwrap().into_iter();
        used.filter(|&id| model.node(id).op_is::<O>()).count()
    }

    /// What the model says of drawn rows, before and after it was rewritten.
    fn both(model: &TypedModel, rows: &[usize]) -> (TypedModel, [Vec<TValue>; 2]) {
        let mut rewritten = model.clone();
        replace(&mut rewritten, true).unwrap();
        rewritten.check_consistency().unwrap();
        let said = [model, &rewritten].map(|model| {
            let plan = model
                .clone()
                .into_optimized()
                .unwrap()
                .into_runnable()
                .unwrap();
            plan.run(tvec!(drawn(rows).into())).unwrap().to_vec()
        });
        (rewritten, said)
    }

    #[test]
    fn a_map_of_one_axis_says_the_same_whatever_the_order_of_the_axes() {
        for (rows, expression, weights, bias) in [
            (
                &[1, 6, 3, 5][..],
                "nchw,oc->nohw",
                &[8, 6],
                &[1, 8, 1, 1][..],
            ),
            (&[1, 6, 3, 5], "nchw,oc->hwo", &[8, 6], &[1, 1, 8]),
            (&[3, 5, 6], "hwc,oc->nohw", &[16, 6], &[1, 16, 1, 1]),
            (&[2, 7, 6], "btc,co->bto", &[6, 8], &[1, 1, 8]),
            (&[6, 9], "ct,oc->to", &[8, 6], &[1, 8]),
            // Weights in pairs need an even number of inputs.
            (&[9, 5], "tc,oc->to", &[8, 5], &[1, 8]),
        ] {
            let (rewritten, [plain, ours]) = both(&model(rows, expression, weights, bias), rows);
            assert_eq!(count::<Pointwise>(&rewritten), 1, "{expression}");
            assert_eq!(
                count::<TypedBinOp>(&rewritten),
                0,
                "{expression}: the bias and the bound are part of it"
            );
            assert_eq!(plain, ours, "{expression}");
        }
    }

    #[test]
    fn whole_weights_are_multiplied_as_such_only_where_rows_may_be_rounded() {
        for (integers, inputs) in [(true, 5), (false, 4)] {
            let mut model = model(&[9, 6], "tc,oc->to", &[8, 6], &[1, 8]);
            replace(&mut model, integers).unwrap();
            let maps = model
                .nodes()
                .iter()
                .filter(|node| node.op_is::<Pointwise>());
            assert_eq!(
                maps.map(|map| map.inputs.len()).collect::<Vec<_>>(),
                [inputs]
            );
        }
    }

    #[test]
    fn what_is_no_bias_stays_a_sum() {
        // With the bound that follows it.
        for bias in [&[1, 1, 3, 5][..], &[1, 1, 1, 1], &[2, 8, 1, 1]] {
            let rows = [1, 6, 3, 5];
            let (rewritten, [plain, ours]) =
                both(&model(&rows, "nchw,oc->nohw", &[8, 6], bias), &rows);
            assert_eq!(count::<Pointwise>(&rewritten), 1);
            assert_eq!(count::<TypedBinOp>(&rewritten), 2);
            assert_eq!(plain, ours);
        }
        // The product is wanted without its bias too.
        let rows = [1, 6, 3, 5];
        let mut wanted = model(&rows, "nchw,oc->nohw", &[8, 6], &[1, 8, 1, 1]);
        let product = wanted.node_by_name("map").unwrap().id;
        let sum = wanted.node_by_name("sum").unwrap().id;
        wanted
            .select_output_outlets(&[product.into(), sum.into()])
            .unwrap();
        let (rewritten, [plain, ours]) = both(&wanted, &rows);
        assert_eq!(count::<Pointwise>(&rewritten), 1);
        assert_eq!(plain, ours);
    }

    #[test]
    fn other_products_are_left_to_the_engine() {
        for (rows, expression, weights, bias) in [
            // Outputs that fill no group; too few rows; sums over two axes; rows in another order; inputs that are stretched.
            (
                &[1, 6, 3, 5][..],
                "nchw,oc->nohw",
                &[7, 6][..],
                &[1, 7, 1, 1][..],
            ),
            (&[1, 6, 1, 3], "nchw,oc->nohw", &[8, 6], &[1, 8, 1, 1]),
            (&[5, 4, 6], "thc,och->to", &[8, 6, 4], &[1, 8]),
            (&[7, 4, 6], "tsc,oc->to", &[8, 6], &[1, 8]),
            (&[3, 5, 6], "hwc,oc->who", &[8, 6], &[1, 1, 8]),
            (&[6, 1], "tc,oc->to", &[8, 6], &[1, 8]),
        ] {
            let (rewritten, [plain, ours]) = both(&model(rows, expression, weights, bias), rows);
            assert_eq!(count::<Pointwise>(&rewritten), 0, "{expression}");
            assert_eq!(plain, ours, "{expression}");
        }
    }
}
