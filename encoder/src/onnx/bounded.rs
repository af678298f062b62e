//! How much a graph may ask for, checked before it is allocated; and that what it computes with is there at all.

use super::graph::all_nodes;
use super::{branches, refused};
use handful::Result;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tract_onnx::ops::logic::If;
use tract_onnx::pb::{GraphProto, NodeProto};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::cnn::{MaxPool, PaddingSpec, SumPool};
use tract_onnx::tract_core::ops::source::TypedSource;
use tract_onnx::tract_hir::infer::Factoid;
use tract_onnx::tract_hir::infer::InferenceOp;
use tract_onnx::tract_hir::internal::{
    InferenceFact, InferenceModel, InferenceModelPatch, InferenceNode,
};

/// How many numbers a graph may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Most that an operator may give, weights aside.
    pub tensor: usize,
    /// Bytes of the file, each of which may be a weight.
    pub bytes: usize,
}

impl Limit {
    /// 256 MB of numbers: an image of the largest input, in 64 channels.
    pub const DEFAULT_TENSOR: usize = 1 << 26;

    /// Most in one tensor.
    fn one(self) -> usize {
        self.tensor.max(self.bytes)
    }

    /// Most at one time: what goes into an operator and what comes out of it, and each weight as it is read and in the order
    /// in which it is used.
    fn all(self) -> usize {
        self.tensor.saturating_add(self.bytes).saturating_mul(2)
    }
}

/// Operators that repeat a graph as often as numbers in it say.
const REPEATING: &[&str] = &["Loop", "Scan"];

/// Operators that may take no numbers: lists that may be empty, and the parts of a list.
const TAKING_NONE: &[&str] = &[
    "Cast",
    "Concat",
    "ConstantOfShape",
    "Expand",
    "Identity",
    "ReduceSum",
    "Reshape",
    "Resize",
    "Slice",
    "Squeeze",
    "Unsqueeze",
];

/// Operators whose first inputs, so many, must have so many axes: the engine does not look, and reads a size that is not there, or counts from
/// none to the last for ever.
const LEAST_AXES: &[(&str, usize, i64)] = &[
    ("AveragePool", 1, 3),
    ("BatchNormalization", 1, 2),
    ("Conv", 2, 3),
    ("ConvInteger", 2, 3),
    ("ConvTranspose", 2, 3),
    ("DFT", 1, 1),
    ("MatMulNBits", 1, 1),
    ("MaxPool", 1, 3),
];

/// Operators that name an axis from the end, to which the engine counts from the first, wherever it lies.
const COUNTING: &[&str] = &[
    "LayerNormalization",
    "OneHot",
    "RMSNormalization",
    "SimplifiedLayerNormalization",
];

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

/// The windows of convolutions and poolings have sizes that they can have, axes are put in an order, and nothing is repeated.
///
/// # Errors
/// [`handful::Error::Model`] naming the operator and what is wrong with it.
pub fn check_operators(graph: &GraphProto) -> Result<()> {
    for node in all_nodes(graph) {
        if REPEATING.contains(&node.op_type.as_str()) {
            return Err(refused(
                node,
                "cannot be run: nothing bounds what it asks for",
            ));
        }
        for attribute in &node.attribute {
            // The engine would look for a missing axis for ever.
            let orders = node.op_type == "Transpose" && attribute.name == "perm";
            if orders && !is_order(&attribute.ints) {
                let why = format!("cannot be run: perm of {:?} is no order", attribute.ints);
                return Err(refused(node, &why));
            }
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

/// Whether each of so many axes is named once.
fn is_order(axes: &[i64]) -> bool {
    let mut sorted = axes.to_vec();
    sorted.sort_unstable();
    sorted.into_iter().eq(0..axes.len() as i64)
}

/// What an operator takes, beyond what the engine checks.
#[derive(Debug, Clone, Copy, Default)]
struct Demands {
    /// Whether an input may be empty.
    none: bool,
    /// How many of the first inputs have so many axes at least.
    inputs: usize,
    axes: i64,
    /// How many axes the outputs have beside those of the first input.
    more: i64,
}

impl Demands {
    fn of(node: &NodeProto) -> Self {
        let kind = node.op_type.as_str();
        let mut demands = Self {
            none: TAKING_NONE.contains(&kind),
            ..Self::default()
        };
        if let Some(&(_, inputs, axes)) = LEAST_AXES.iter().find(|least| least.0 == kind) {
            (demands.inputs, demands.axes) = (inputs, axes);
        }
        if COUNTING.contains(&kind) {
            let mut attributes = node.attribute.iter();
            // Where none is stated it is the last.
            let axis = attributes.find(|a| a.name == "axis").map_or(-1, |a| a.i);
            demands.more = i64::from(kind == "OneHot");
            (demands.inputs, demands.axes) = (1, -axis - demands.more);
        }
        demands
    }

    /// What is known of axes, before the engine looks at them.
    fn check_axes(
        &self,
        name: &str,
        inputs: &[&InferenceFact],
        outputs: &[&InferenceFact],
    ) -> TractResult<()> {
        if self.inputs == 0 {
            return Ok(());
        }
        let axes = |fact: &&InferenceFact| fact.shape.rank().concretize();
        let own = inputs.iter().take(self.inputs).filter_map(axes);
        let given = outputs.iter().filter_map(axes);
        let few = own
            .chain(given.map(|axes| axes - self.more))
            .find(|&axes| axes < self.axes);
        let Some(few) = few else { return Ok(()) };
        bail!(
            "{name} cannot be run: it takes {} axes or more, and is given {few}",
            self.axes
        )
    }
}

/// An operator as the file has it.
pub struct Operator {
    kind: String,
    demands: Demands,
}

/// The operators of a file by the names that the engine gives them.
pub type Operators = BTreeMap<String, Operator>;

/// Of nodes that have names of their own.
pub fn operators(graph: &GraphProto) -> Operators {
    let nodes = all_nodes(graph).into_iter();
    nodes
        .map(|node| {
            let operator = Operator {
                kind: node.op_type.clone(),
                demands: Demands::of(node),
            };
            (node.name.clone(), operator)
        })
        .collect()
}

/// Has every operator of a model refuse to give more numbers than are allowed.
pub fn bound(model: &mut InferenceModel, operators: &Operators, limit: Limit) {
    bound_all(model, operators, limit, &Arc::default());
}

fn bound_all(
    model: &mut InferenceModel,
    operators: &Operators,
    limit: Limit,
    known: &Arc<AtomicUsize>,
) {
    for node in model.nodes_mut() {
        if let Some(branches) = node.op_as_mut::<If>() {
            bound_all(&mut branches.then_body, operators, limit, known);
            bound_all(&mut branches.else_body, operators, limit, known);
        }
        if !node.inputs.is_empty() {
            node.op = Box::new(Bounded {
                name: title(operators, &node.name, &node.op.name()),
                demands: operator(operators, &node.name)
                    .map(|operator| operator.demands)
                    .unwrap_or_default(),
                limit,
                known: known.clone(),
                op: node.op.clone(),
            });
        }
    }
}

/// An operator by its type in the file and its name.
fn title(operators: &Operators, name: &str, own: &str) -> String {
    let kind = operator(operators, name).map_or(own, |operator| &operator.kind);
    format!("{kind} {name:?}")
}

/// The operator of the file that one of the engine's is made of: it makes several of one, and adds what each does to the name.
fn operator<'a>(operators: &'a Operators, name: &str) -> Option<&'a Operator> {
    let ends = name.rmatch_indices('.').map(|(end, _)| end);
    let mut ends = std::iter::once(name.len()).chain(ends);
    ends.find_map(|end| operators.get(&name[..end]))
}

/// The same for a model whose every size is known, and for all that is held at one time.
pub fn check(model: &TypedModel, operators: &Operators, limit: Limit) -> TractResult<()> {
    let order = model.eval_order()?;
    let mut last_uses = vec![0; model.nodes().len()];
    for (place, id) in order.iter().enumerate() {
        for input in &model.node(*id).inputs {
            last_uses[input.node] = place;
        }
    }
    for output in model.output_outlets()? {
        last_uses[output.node] = usize::MAX;
    }
    // What is computed from constants alone is held to the end.
    let mut known = vec![false; last_uses.len()];
    let mut counts = vec![0_usize; last_uses.len()];
    let mut held = 0_usize;
    for (place, id) in order.into_iter().enumerate() {
        let node = model.node(id);
        let name = || title(operators, &node.name, &node.op.name());
        check_pool(name, model, node)?;
        known[id] = !node.op_is::<TypedSource>() && node.inputs.iter().all(|i| known[i.node]);
        for output in &node.outputs {
            // Sizes that do not fit each other are never known, and the engine would rewrite such a model for ever.
            let Some(sizes) = output.fact.shape.as_concrete() else {
                bail!(
                    "{} cannot be run: how many numbers it gives is not known",
                    name()
                );
            };
            if !node.inputs.is_empty() {
                check_sizes(name, sizes.iter().copied(), limit.one())?;
            }
            if !known[id] {
                check_some(name, sizes)?;
            }
            counts[id] += sizes.iter().product::<usize>();
        }
        held = held.saturating_add(counts[id]);
        check_held(name, held, limit)?;
        for &OutletId { node, .. } in &node.inputs {
            if last_uses[node] == place && !known[node] {
                held -= std::mem::take(&mut counts[node]);
            }
        }
    }
    Ok(())
}

/// Of a pooling whose window is larger than the image the engine would make one place, where there is none.
fn check_pool(name: impl Fn() -> String, model: &TypedModel, node: &TypedNode) -> TractResult<()> {
    let max = node.op_as::<MaxPool>().map(|op| &op.pool_spec);
    let Some(pool) = max.or(node.op_as::<SumPool>().map(|op| &op.pool_spec)) else {
        return Ok(());
    };
    let PaddingSpec::ExplicitOnnxPool(before, after, _) = &pool.padding else {
        return Ok(());
    };
    let shape = &model.outlet_fact(node.inputs[0])?.shape;
    let Some(shape) = shape.as_concrete() else {
        return Ok(());
    };
    let image = pool.data_format.shape(shape)?;
    for (axis, &length) in image.hw_dims().iter().enumerate() {
        let image = length + before[axis] + after[axis];
        let window = pool.kernel_shape[axis].saturating_sub(1) * pool.dilation(axis) + 1;
        ensure!(
            window <= image,
            "{} cannot be run: its window of {window} does not fit into {image}",
            name()
        );
    }
    Ok(())
}

fn check_held(name: impl Fn() -> String, held: usize, limit: Limit) -> TractResult<()> {
    let most = limit.all();
    ensure!(
        held <= most,
        "{} and what is needed beside it are {held} numbers, at most {most} can be held",
        name()
    );
    Ok(())
}

/// The engine divides by sizes, and reads a number where none is.
fn check_some(name: impl Fn() -> String, sizes: &[usize]) -> TractResult<()> {
    ensure!(
        !sizes.contains(&0),
        "{} cannot be run: it gives no numbers, {sizes:?}",
        name()
    );
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
    demands: Demands,
    limit: Limit,
    /// How many numbers all operators of the model have given while it is read.
    known: Arc<AtomicUsize>,
    op: Box<dyn InferenceOp>,
}

impl Bounded {
    /// The engine would read a number of a tensor that has none.
    fn check_inputs(&self, mut lengths: impl Iterator<Item = usize>) -> TractResult<()> {
        ensure!(
            self.demands.none || lengths.all(|length| length > 0),
            "{} cannot be run: an input has no numbers",
            self.name
        );
        Ok(())
    }

    /// The one operator whose size nothing tells but the numbers themselves.
    fn check_range(&self, inputs: &[TValue]) -> TractResult<()> {
        if let ("Range", [start, end, step]) = (&*self.op.name(), inputs) {
            let [start, end, step] =
                [start, end, step].map(|number| number.cast_to_scalar::<f64>());
            let count = ((end? - start?) / step?).max(0.0);
            let sizes = [count as usize].into_iter();
            check_sizes(|| self.name.clone(), sizes, self.limit.one())?;
        }
        Ok(())
    }
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
        self.check_inputs(inputs.iter().map(|input| input.len()))?;
        self.check_range(&inputs)?;
        self.op.eval(context, inputs)
    }

    fn eval_out_of_plan(&self, inputs: TVec<TValue>) -> TractResult<Option<TVec<TValue>>> {
        self.check_inputs(inputs.iter().map(|input| input.len()))?;
        self.check_range(&inputs)?;
        let values = self.op.eval_out_of_plan(inputs)?;
        let count = values.iter().flatten().map(|value| value.volume()).sum();
        let known = self.known.fetch_add(count, Ordering::Relaxed);
        check_held(
            || self.name.clone(),
            known.saturating_add(count),
            self.limit,
        )?;
        Ok(values)
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
        let known = inputs.iter().filter_map(|fact| fact.value.concretize());
        self.check_inputs(known.map(|value| value.len()))?;
        self.demands.check_axes(&self.name, &inputs, &outputs)?;
        let facts = self.op.infer_facts(inputs, outputs, observed);
        let facts = facts.with_context(|| self.name.clone())?;
        for fact in &facts.1 {
            if let Some(sizes) = fact.shape.as_concrete_finite()? {
                // Lists of sizes may be empty.
                if fact
                    .datum_type
                    .concretize()
                    .is_some_and(|kind| kind.is_float())
                {
                    check_some(|| self.name.clone(), &sizes)?;
                }
                check_sizes(
                    || self.name.clone(),
                    sizes.iter().copied(),
                    self.limit.one(),
                )?;
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
        match self.op.as_op().downcast_ref::<If>() {
            Some(branches) => branches::inline(branches, node, target, mapping),
            None => self.op.to_typed(source, node, target, mapping),
        }
    }
}
