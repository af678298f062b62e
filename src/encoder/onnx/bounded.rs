//! How much a graph may ask for, checked before it is allocated.

use super::refused;
use crate::Result;
use std::collections::BTreeMap;
use tract_onnx::pb::{GraphProto, NodeProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_hir::infer::InferenceOp;
use tract_onnx::tract_hir::internal::{
    InferenceFact, InferenceModel, InferenceModelPatch, InferenceNode,
};

/// Most numbers that an operator may give, 256 MB of them: an image of the largest input, in 64 channels.
const MAX_NUMBERS: usize = 1 << 26;

/// Largest side, step, distance or padding of a window: four times the longest side of an input.
const MAX_WINDOW: i64 = 4096;

/// The sizes of a window.
const WINDOW: &[&str] = &[
    "dilations",
    "kernel_shape",
    "output_padding",
    "output_shape",
    "pads",
    "size",
    "strides",
];

/// The windows of convolutions and poolings have sizes that they can have.
///
/// # Errors
/// [`crate::Error::Model`] naming the operator and the size.
pub fn check_windows(graph: &GraphProto) -> Result<()> {
    for node in &graph.node {
        for attribute in &node.attribute {
            let mut sizes = attribute.ints.iter().chain([&attribute.i]);
            let Some(size) = sizes.find(|size| !(-MAX_WINDOW..=MAX_WINDOW).contains(size)) else {
                continue;
            };
            let name = attribute.name.as_str();
            if WINDOW.contains(&name) {
                let why = format!("has {name} of {size}, at most {MAX_WINDOW} can be run");
                return Err(refused(node, &why));
            }
        }
    }
    Ok(())
}

/// The operators of a file by the names that the engine gives them.
pub fn operators(graph: &GraphProto) -> BTreeMap<String, String> {
    let name = |node: &NodeProto| match node.name.as_str() {
        "" => node.output.first().cloned().unwrap_or_default(),
        name => name.to_owned(),
    };
    let nodes = graph.node.iter();
    nodes
        .map(|node| (name(node), node.op_type.clone()))
        .collect()
}

/// Has every operator of a model that was read from so many bytes refuse to give more numbers than are allowed: 2^26, or one
/// for each byte, as weights may be many.
pub fn bound(model: &mut InferenceModel, operators: &BTreeMap<String, String>, bytes: usize) {
    for node in model.nodes_mut() {
        if !node.inputs.is_empty() {
            let own = node.op.name();
            let operator = operators.get(&node.name).map_or(&*own, String::as_str);
            node.op = Box::new(Bounded {
                name: format!("{operator} {:?}", node.name),
                most: MAX_NUMBERS.max(bytes),
                op: node.op.clone(),
            });
        }
    }
}

/// The same for a model whose every size is known.
pub fn check(model: &TypedModel, bytes: usize) -> TractResult<()> {
    for node in model.nodes() {
        for output in &node.outputs {
            let sizes = output.fact.shape.as_concrete().unwrap_or(&[]);
            if !node.inputs.is_empty() {
                let name = || format!("{} {:?}", node.op.name(), node.name);
                check_sizes(name, sizes.iter().copied(), MAX_NUMBERS.max(bytes))?;
            }
        }
    }
    Ok(())
}

fn check_sizes(
    name: impl Fn() -> String,
    sizes: impl Iterator<Item = usize> + Clone,
    most: usize,
) -> TractResult<()> {
    let count = sizes.clone().try_fold(1_usize, usize::checked_mul);
    ensure!(
        count.is_some_and(|count| count <= most),
        "{} asks for {:?} numbers, at most {most} can be held",
        name(),
        sizes.collect::<Vec<_>>()
    );
    Ok(())
}

/// An operator that looks at the size of what it gives before it gives anything.
#[derive(Debug, Clone)]
struct Bounded {
    name: String,
    most: usize,
    op: Box<dyn InferenceOp>,
}

impl PartialEq for Bounded {
    fn eq(&self, other: &Self) -> bool {
        self.op.as_op() == other.op.as_op()
    }
}

impl Eq for Bounded {}

impl Op for Bounded {
    fn name(&self) -> StaticName {
        self.op.name()
    }

    not_a_typed_op!();
}

impl EvalOp for Bounded {
    fn eval(&self, context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        self.op.eval(context, inputs)
    }

    fn eval_out_of_plan(&self, inputs: TVec<TValue>) -> TractResult<Option<TVec<TValue>>> {
        // The one operator whose size nothing tells but the numbers themselves.
        if let ("Range", [start, end, step]) = (&*self.op.name(), &inputs[..]) {
            let [start, end, step] =
                [start, end, step].map(|number| number.cast_to_scalar::<f64>());
            let count = ((end? - start?) / step?).max(0.0);
            check_sizes(
                || self.name.clone(),
                [count as usize].into_iter(),
                self.most,
            )?;
        }
        self.op.eval_out_of_plan(inputs)
    }

    fn state(&self, context: &EvalContext) -> TractResult<Option<Box<dyn OpState>>> {
        self.op.state(context)
    }
}

impl InferenceOp for Bounded {
    fn infer_facts(
        &mut self,
        inputs: TVec<&InferenceFact>,
        outputs: TVec<&InferenceFact>,
        observed: TVec<&InferenceFact>,
    ) -> TractResult<(
        TVec<InferenceFact>,
        TVec<InferenceFact>,
        TVec<InferenceFact>,
    )> {
        let facts = self.op.infer_facts(inputs, outputs, observed)?;
        for fact in &facts.1 {
            if let Some(sizes) = fact.shape.as_concrete_finite()? {
                check_sizes(|| self.name.clone(), sizes.iter().copied(), self.most)?;
            }
        }
        Ok(facts)
    }

    fn observe_outlets(
        &self,
        model: &InferenceModel,
        node: &InferenceNode,
    ) -> TractResult<Vec<OutletId>> {
        self.op.observe_outlets(model, node)
    }

    fn incorporate(
        &self,
        model: &InferenceModel,
        node: &InferenceNode,
    ) -> TractResult<Option<InferenceModelPatch>> {
        self.op.incorporate(model, node)
    }

    fn nboutputs(&self) -> TractResult<usize> {
        self.op.nboutputs()
    }

    fn as_op(&self) -> &dyn Op {
        self
    }

    fn as_op_mut(&mut self) -> &mut dyn Op {
        self
    }

    fn to_typed(
        &self,
        source: &InferenceModel,
        node: &InferenceNode,
        target: &mut TypedModel,
        mapping: &HashMap<OutletId, OutletId>,
    ) -> TractResult<TVec<OutletId>> {
        self.op.to_typed(source, node, target, mapping)
    }
}
