//! What a sum alone goes into, and what costs next to nothing while the sum is still in a register: a bias, and the bounds of
//! a ReLU, ReLU6 or Clip. As nodes of their own each of them reads and writes the whole image.

use super::tensors::numbers;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::math::{Add, Max, Min};

/// The least and the greatest number that a sum may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    low: f32,
    high: f32,
}

impl Bounds {
    pub const NONE: Self = Self {
        low: f32::NEG_INFINITY,
        high: f32::INFINITY,
    };

    /// Numbers side by side, each held within the bounds; what is no number stays none, so that it is noticed.
    #[inline(always)]
    pub fn hold<const N: usize>(self, numbers: [f32; N]) -> [f32; N] {
        numbers.map(|number| {
            let number = if number < self.low { self.low } else { number };
            if number > self.high {
                self.high
            } else {
                number
            }
        })
    }

    /// As an input of an operator.
    pub fn tensor(self) -> Tensor {
        tensor1(&[self.low, self.high])
    }

    /// From such an input.
    pub fn of(tensor: &Tensor) -> TractResult<Self> {
        let view = tensor.to_plain_array_view::<f32>()?;
        Ok(Self {
            low: view[[0]],
            high: view[[1]],
        })
    }
}

/// The bounds that alone an outlet goes through, and where they end; the outlet itself where there are none.
pub fn bounds(model: &TypedModel, outlet: OutletId) -> TractResult<(OutletId, Bounds)> {
    let (mut end, mut bounds) = (outlet, Bounds::NONE);
    while let Some((node, op, operand)) = only_use(model, end)? {
        let [bound] = numbers(&operand.to_plain_array_view::<f32>()?)[..] else {
            break;
        };
        let hold = if op.0.is::<Max>() {
            f32::max
        } else if op.0.is::<Min>() {
            f32::min
        } else {
            break;
        };
        if bound.is_nan() {
            break;
        }
        bounds = Bounds {
            low: hold(bounds.low, bound),
            high: hold(bounds.high, bound),
        };
        end = node.id.into();
    }
    Ok((end, bounds))
}

/// The bias that alone an outlet goes into, one number for each of the places of an axis, and the sum with it.
pub fn bias(
    model: &TypedModel,
    outlet: OutletId,
    axis: usize,
    places: usize,
) -> TractResult<Option<(OutletId, Vec<f32>)>> {
    let Some((node, op, operand)) = only_use(model, outlet)? else {
        return Ok(None);
    };
    let fits =
        op.0.is::<Add>() && operand.len() == places && operand.shape().get(axis) == Some(&places);
    if !fits {
        return Ok(None);
    }
    let bias = numbers(&operand.to_plain_array_view()?).into_owned();
    Ok(Some((node.id.into(), bias)))
}

/// The operation on two numbers that alone uses an outlet, where it leaves the shape as it is and the other operand is
/// constant.
fn only_use(
    model: &TypedModel,
    outlet: OutletId,
) -> TractResult<Option<(&TypedNode, &TypedBinOp, Arc<Tensor>)>> {
    let [user] = model.outlet_successors(outlet)[..] else {
        return Ok(None);
    };
    let node = model.node(user.node);
    let Some(op) = node.op_as::<TypedBinOp>() else {
        return Ok(None);
    };
    let Some(operand) = &model.outlet_fact(node.inputs[1 - user.slot])?.konst else {
        return Ok(None);
    };
    let fact = model.outlet_fact(outlet)?;
    let fits = op.1.is_none()
        && fact.shape == node.outputs[0].fact.shape
        && [fact.datum_type, operand.datum_type()] == [f32::datum_type(); 2]
        && !model.output_outlets()?.contains(&outlet);
    Ok(fits.then(|| (node, op, operand.clone())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use tract_onnx::tract_core::ops::math::{add, max, min, mul};

    /// A source, and operations on it with constants of these shapes, one after the other.
    fn chain(steps: &[(TypedBinOp, &[usize], f32)]) -> (TypedModel, Vec<OutletId>) {
        let mut model = TypedModel::default();
        let mut outlets = vec![model.add_source("source", f32::fact([1, 8, 3])).unwrap()];
        for (place, (op, shape, value)) in steps.iter().enumerate() {
            let operand = vec![*value; shape.iter().product()];
            let operand = Tensor::from_shape(shape, &operand).unwrap();
            let operand = model.add_const(format!("operand{place}"), operand).unwrap();
            let inputs = [outlets[place], operand];
            outlets.push(
                model
                    .wire_node(format!("step{place}"), op.clone(), &inputs)
                    .unwrap()[0],
            );
        }
        model
            .select_output_outlets(&outlets[steps.len()..])
            .unwrap();
        (model, outlets)
    }

    const ONE: &[usize] = &[1, 1, 1];

    #[test]
    fn bounds_are_those_of_the_operations_one_after_the_other() {
        for steps in [
            vec![(max(), 0.0), (min(), 6.0)],
            vec![(min(), 6.0), (max(), 0.0)],
            vec![(max(), 0.0)],
            vec![(min(), 1.0), (max(), 2.0), (min(), 1.5)],
        ] {
            let wired: Vec<_> = (steps.iter().map(|(op, v)| (op.clone(), ONE, *v))).collect();
            let (model, outlets) = chain(&wired);
            let (end, bounds) = bounds(&model, outlets[0]).unwrap();
            assert_eq!(end, outlets[steps.len()]);
            for number in [-7.0, 0.5, 1.2, 1.7, 3.0, 9.0] {
                let said = steps.iter().fold(number, |number: f32, (op, bound)| {
                    if op.0.is::<Max>() {
                        number.max(*bound)
                    } else {
                        number.min(*bound)
                    }
                });
                assert_eq!(bounds.hold([number]), [said]);
            }
            assert!(bounds.hold([f32::NAN])[0].is_nan());
            assert_eq!(Bounds::of(&bounds.tensor()).unwrap(), bounds);
        }
    }

    #[test]
    fn what_is_no_bound_stays() {
        // A bound for each place; another operation; none.
        for op in [(max(), &[1, 8, 1][..], 0.0), (mul(), ONE, 2.0)] {
            let (model, outlets) = chain(&[op, (max(), ONE, 0.0)]);
            assert_eq!(
                bounds(&model, outlets[0]).unwrap(),
                (outlets[0], Bounds::NONE)
            );
        }
        // What lies between two bounds is wanted itself.
        let (mut model, outlets) = chain(&[(max(), ONE, 0.0), (min(), ONE, 6.0)]);
        model.select_output_outlets(&outlets[1..]).unwrap();
        assert_eq!(bounds(&model, outlets[0]).unwrap().0, outlets[1]);
    }

    #[test]
    fn a_bias_has_one_number_for_each_place_of_its_axis() {
        let (model, outlets) = chain(&[(add(), &[1, 8, 1], 2.0)]);
        let found = bias(&model, outlets[0], 1, 8).unwrap();
        assert_eq!(found, Some((outlets[1], vec![2.0; 8])));
        for (op, shape) in [
            (add(), &[1, 8, 3][..]),
            (add(), &[1, 1, 3]),
            (mul(), &[1, 8, 1]),
        ] {
            let (model, outlets) = chain(&[(op, shape, 2.0)]);
            assert_eq!(bias(&model, outlets[0], 1, 8).unwrap(), None);
        }
    }
}
