//! `If` as the branch that is taken, in its place: conditions that exporters write are known once the sizes are.

use std::collections::HashMap;
use tract_onnx::ops::logic::If;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_hir::internal::{InferenceModel, InferenceNode};

/// Wires the nodes of the branch; gives what they make of the inputs of the `If`: its condition, then whatever the
/// branches take from outside, in the order of the names.
///
/// # Errors
/// Where the condition is not known.
pub fn inline(
    op: &If,
    node: &InferenceNode,
    target: &mut TypedModel,
    mapping: &HashMap<OutletId, OutletId>,
) -> TractResult<TVec<OutletId>> {
    let Some(condition) = &target.outlet_fact(mapping[&node.inputs[0]])?.konst else {
        bail!(
            "If {:?} cannot be run: which branch it takes depends on the input",
            node.name
        );
    };
    let bodies = [&op.else_body, &op.then_body];
    let body = bodies[usize::from(condition.cast_to_scalar::<bool>()?)];
    let mut taken: Vec<_> = names(bodies[0])?.chain(names(bodies[1])?).collect();
    taken.sort_unstable();
    taken.dedup();
    let mut wired = HashMap::new();
    let typed = body.clone().into_typed()?;
    for (name, input) in names(body)?.zip(typed.input_outlets()?) {
        let place = taken.binary_search(&name).map_or(0, |place| place + 1);
        wired.insert(*input, mapping[&node.inputs[place]]);
    }
    for id in typed.eval_order()? {
        let inner = typed.node(id);
        if wired.contains_key(&id.into()) {
            continue;
        }
        let inputs: TVec<_> = inner.inputs.iter().map(|input| wired[input]).collect();
        let name = format!("{}.{}", node.name, inner.name);
        let outputs = target.wire_node(name, &inner.op, &inputs)?;
        for (slot, output) in outputs.into_iter().enumerate() {
            wired.insert(OutletId::new(id, slot), output);
        }
    }
    let outputs = typed.output_outlets()?.iter();
    Ok(outputs.map(|output| wired[output]).collect())
}

/// What a branch takes from outside.
fn names(body: &InferenceModel) -> TractResult<impl Iterator<Item = &str>> {
    let inputs = body.input_outlets()?.iter();
    Ok(inputs.map(|input| body.node(input.node).name.as_str()))
}
