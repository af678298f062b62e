//! Quantised operators in terms of floating point, before the engine sees them.
//!
//! Numbers of 8 and 16 bits become floats that hold the same whole numbers; what is left of the operators is [`Rounding`].
//! The engine has passes of its own for them, and some are wrong in silence: `docs/upstream.md`. Sums of products are exact
//! up to 2^24, as they are in whole numbers.

use super::graph::inner_graphs;
use super::refused;
use super::rounding::{ROUNDING, Rounding};
use super::values::{numbers, tensor};
use handful::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::mem::{replace, take};
use tract_onnx::pb::{
    AttributeProto, GraphProto, NodeProto, TensorProto, attribute_proto::AttributeType,
    tensor_proto::DataType,
};

/// Operators that only move or choose whole numbers.
const MOVING: &[&str] = &[
    "Clip",
    "Concat",
    "DepthToSpace",
    "Dropout",
    "Expand",
    "Flatten",
    "Gather",
    "GatherElements",
    "GatherND",
    "Identity",
    "Max",
    "MaxPool",
    "Min",
    "Pad",
    "ReduceMax",
    "ReduceMin",
    "Relu",
    "Reshape",
    "Slice",
    "SpaceToDepth",
    "Split",
    "Squeeze",
    "Tile",
    "Transpose",
    "Unsqueeze",
    "Where",
];

/// Operators that make of whole numbers what they make of the same floats.
const ASKING: &[&str] = &[
    "ArgMax",
    "ArgMin",
    "Cast",
    "Equal",
    "Greater",
    "GreaterOrEqual",
    "Less",
    "LessOrEqual",
    "Shape",
    "Size",
];

/// Why an operator is refused.
const AXIS: &str =
    "has a scale or a zero point for each place of an axis, where only one for all can be run";

/// Puts floating point in the place of whole numbers of 8 and 16 bits throughout.
///
/// # Errors
/// [`handful::Error::Model`] naming the operator that has no such form.
pub fn rewrite(graph: &mut GraphProto) -> Result<()> {
    let mut rewriter = Rewriter::default();
    for constant in take(&mut graph.initializer) {
        rewriter.keep(constant);
    }
    for node in take(&mut graph.node) {
        rewriter.rewrite(node)?;
    }
    graph.node = rewriter.nodes;
    graph.initializer = rewriter.constants.into_values().map(in_floats).collect();
    Ok(())
}

/// The least and the greatest number of a type, if it is one that networks are quantised to.
fn range(kind: i32) -> Option<(i32, i32)> {
    Some(match DataType::try_from(kind).ok()? {
        DataType::Uint8 => (0, u8::MAX.into()),
        DataType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        DataType::Uint16 => (0, u16::MAX.into()),
        DataType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        _ => return None,
    })
}

/// A constant of such a type as floats; any other as it is.
fn in_floats(constant: TensorProto) -> TensorProto {
    match (range(constant.data_type), numbers(&constant)) {
        (Some(_), Some(numbers)) => tensor(constant.name, constant.dims, &numbers),
        _ => constant,
    }
}

/// A scale and a zero point, each one number or one for each place of an axis.
struct Grid {
    scale: Vec<f32>,
    zero: Vec<f32>,
    /// Least and greatest whole number.
    bounds: (i32, i32),
}

impl Grid {
    fn is_single(&self) -> bool {
        self.scale.len() == 1 && self.zero.len() == 1
    }

    fn rounding(&self, zero: f32) -> Rounding {
        let (low, high) = self.bounds;
        let zero = zero as i32;
        Rounding { zero, low, high }
    }
}

/// A constant input.
struct Constant {
    numbers: Vec<f32>,
    dims: Vec<i64>,
}

impl Constant {
    /// What belongs to each place, of numbers that are one for all or one for each place of an axis.
    fn along<'a>(&self, axis: i64, of: &'a [f32]) -> impl Fn(usize) -> f32 + use<'a> {
        let rank = self.dims.len() as i64;
        let axis = if axis < 0 { axis + rank } else { axis };
        let inner = self.dims.iter().skip(axis.clamp(0, rank) as usize + 1);
        let inner = inner.product::<i64>().max(1) as usize;
        move |place| of[place / inner % of.len()]
    }

    /// Less its zero point.
    fn shifted(mut self, axis: i64, zero: &[f32]) -> Self {
        let zero = self.along(axis, zero);
        for (place, number) in self.numbers.iter_mut().enumerate() {
            *number -= zero(place);
        }
        self
    }
}

#[derive(Default)]
struct Rewriter {
    constants: BTreeMap<String, TensorProto>,
    nodes: Vec<NodeProto>,
    /// Values that are whole numbers of a narrow type in the file.
    whole: BTreeSet<String>,
    /// Names that were made up.
    count: usize,
}

impl Rewriter {
    fn keep(&mut self, constant: TensorProto) {
        if range(constant.data_type).is_some() {
            self.whole.insert(constant.name.clone());
        }
        self.constants.insert(constant.name.clone(), constant);
    }

    fn rewrite(&mut self, node: NodeProto) -> Result<()> {
        match node.op_type.as_str() {
            "Constant" => {
                self.keep_value(node);
                Ok(())
            }
            "QuantizeLinear" => self.quantize(&node),
            "DequantizeLinear" => self.dequantize(&node),
            "DynamicQuantizeLinear" => {
                self.dynamic(node);
                Ok(())
            }
            "ConvInteger" => self.integer_product(&node, "Conv", 0),
            "MatMulInteger" => self.integer_product(&node, "MatMul", -1),
            "QLinearConv" => self.conv(&node),
            "QLinearMatMul" => self.mat_mul(&node),
            "QGemm" => self.gemm(&node),
            "QLinearAdd" => self.add(&node),
            "QLinearMul" => self.multiply(&node),
            // onnxruntime counts the padding of the last windows in another way than on floats.
            "QLinearAveragePool"
                if ["ceil_mode", "count_include_pad"]
                    .iter()
                    .all(|name| is_set(&node, name)) =>
            {
                Err(refused(
                    &node,
                    "cannot be run with ceil_mode and count_include_pad",
                ))
            }
            "QLinearAveragePool" => self.between(&node, "AveragePool", &[0], 3),
            "QLinearGlobalAveragePool" => self.between(&node, "GlobalAveragePool", &[0], 3),
            "QLinearLeakyRelu" => self.between(&node, "LeakyRelu", &[0], 3),
            "QLinearSigmoid" => self.between(&node, "Sigmoid", &[0], 3),
            "QLinearSoftmax" => self.between(&node, "Softmax", &[0], 3),
            "QLinearConcat" => {
                let inputs: Vec<_> = (2..node.input.len()).step_by(3).collect();
                self.between(&node, "Concat", &inputs, 0)
            }
            _ => self.other(node),
        }
    }

    /// `Constant`: a tensor is kept like those beside the nodes.
    fn keep_value(&mut self, mut node: NodeProto) {
        let mut attributes = node.attribute.iter_mut();
        let value = attributes.find_map(|attribute| attribute.t.take());
        match (value, node.output.first()) {
            (Some(value), Some(name)) => {
                let name = name.clone();
                self.keep(TensorProto { name, ..value });
            }
            _ => self.nodes.push(node),
        }
    }

    /// Any other operator stays, if it does with floats what it does with whole numbers.
    fn other(&mut self, mut node: NodeProto) -> Result<()> {
        let op = node.op_type.as_str();
        if inner_graphs(&node).any(|graph| self.is_narrow(graph)) {
            return Err(refused(
                &node,
                "cannot be run on whole numbers of 8 or 16 bits",
            ));
        }
        if node.input.iter().any(|name| self.whole.contains(name)) && !ASKING.contains(&op) {
            let moves = MOVING.contains(&op) || (op == "Resize" && is_nearest(&node));
            if !moves {
                return Err(refused(
                    &node,
                    "cannot be run on whole numbers of 8 or 16 bits",
                ));
            }
            self.whole.extend(node.output.iter().cloned());
        }
        if let ("Identity", [name], [out]) = (op, &node.input[..], &node.output[..])
            && let Some(constant) = self.constants.get(name)
        {
            let constant = constant.clone();
            let name = out.clone();
            self.constants
                .insert(name.clone(), TensorProto { name, ..constant });
            return Ok(());
        }
        for attribute in &mut node.attribute {
            attribute.t = attribute.t.take().map(in_floats);
        }
        let narrow = attribute(&node, "to").is_some_and(|to| range(to.i as i32).is_some());
        if let (true, "Cast", Some(out)) = (narrow, node.op_type.as_str(), node.output.first_mut())
        {
            // The engine cuts the number down to the type; then it is a float again.
            let cut = format!("{out}.narrow");
            let out = replace(out, cut.clone());
            self.widen(cut, out);
        }
        self.nodes.push(node);
        Ok(())
    }

    /// Whether whole numbers of a narrow type are in a graph.
    fn is_narrow(&self, graph: &GraphProto) -> bool {
        let has = |tensor: &TensorProto| range(tensor.data_type).is_some();
        graph.initializer.iter().any(has)
            || graph.node.iter().any(|node| {
                node.op_type.contains("Quantize")
                    || node.input.iter().any(|name| self.whole.contains(name))
                    || node.attribute.iter().any(|a| a.t.iter().any(has))
                    || inner_graphs(node).any(|graph| self.is_narrow(graph))
            })
    }

    /// `QuantizeLinear`: (x, scale, zero point).
    fn quantize(&mut self, node: &NodeProto) -> Result<()> {
        let (x, out) = (needed(node, 0)?, output(node)?);
        let grid = self.grid(node, 1)?;
        if let Some(constant) = self.constant(x) {
            // Weights of networks that were trained quantised.
            let axis = axis(node);
            let (scale, zero) = (
                constant.along(axis, &grid.scale),
                constant.along(axis, &grid.zero),
            );
            let all = constant.numbers.iter().enumerate();
            let all: Vec<f32> = all
                .map(|(place, &number)| grid.rounding(zero(place)).round(number, scale(place)))
                .collect();
            self.hold_as(out.into(), constant.dims, &all);
            self.whole.insert(out.into());
            Ok(())
        } else {
            let step = self.hold(vec![], &grid.scale[..1]);
            self.round(node, x.into(), step, &grid)
        }
    }

    /// `DequantizeLinear`: (x, scale, zero point).
    fn dequantize(&mut self, node: &NodeProto) -> Result<()> {
        let (x, out) = (needed(node, 0)?, output(node)?);
        let grid = self.grid(node, 1)?;
        if let Some(constant) = self.constant(x) {
            let axis = axis(node);
            let mut constant = constant.shifted(axis, &grid.zero);
            let scale = constant.along(axis, &grid.scale);
            for (place, number) in constant.numbers.iter_mut().enumerate() {
                *number *= scale(place);
            }
            self.hold_as(out.into(), constant.dims, &constant.numbers);
            return Ok(());
        }
        let x = self.shifted(node, 0, &grid)?;
        let scale = self.hold(vec![], &grid.scale[..1]);
        self.finish(node, "Mul", vec![x, scale], vec![])
    }

    /// `DynamicQuantizeLinear`: (x) to (y, scale, zero point); the engine's own is right, but for its types.
    fn dynamic(&mut self, mut node: NodeProto) {
        for place in [0, 2] {
            if let Some(out) = node.output.get_mut(place).filter(|name| !name.is_empty()) {
                let narrow = format!("{out}.narrow");
                let out = replace(out, narrow.clone());
                self.widen(narrow, out);
            }
        }
        self.nodes.push(node);
    }

    /// `ConvInteger`, `MatMulInteger`: (a, b, zero point of a, zero point of b), the latter along an axis of b.
    fn integer_product(&mut self, node: &NodeProto, op: &str, axis: i64) -> Result<()> {
        let mut inputs = vec![];
        for place in [0, 1] {
            let x = needed(node, place)?;
            let Some(zero) = input(node, place + 2) else {
                inputs.push(x.into());
                continue;
            };
            let zeros = self.constant(zero).map(|zeros| zeros.numbers);
            inputs.push(match (self.constant(x), zeros) {
                (Some(constant), Some(zeros)) if place == 1 && !zeros.is_empty() => {
                    let Constant { numbers, dims } = constant.shifted(axis, &zeros);
                    self.hold(dims, &numbers)
                }
                (_, Some(zeros)) if zeros.len() != 1 => return Err(refused(node, AXIS)),
                _ => self.push("Sub", vec![x.into(), zero.into()], vec![]),
            });
        }
        self.finish(node, op, inputs, node.attribute.clone())
    }

    /// `QLinearConv`: (x, scale, zero, w, scale, zero, scale of y, zero of y, bias).
    fn conv(&mut self, node: &NodeProto) -> Result<()> {
        let (x, w, y) = (
            self.grid(node, 1)?,
            self.grid(node, 4)?,
            self.grid(node, 6)?,
        );
        let kernels = self.needed_constant(node, 3)?.shifted(0, &w.zero);
        // One for each channel: (C, 1, 1).
        let mut shape = vec![1; kernels.dims.len().saturating_sub(1).max(1)];
        shape[0] = w.scale.len() as i64;
        let mut inputs = vec![self.shifted(node, 0, &x)?];
        inputs.push(self.hold(kernels.dims, &kernels.numbers));
        if input(node, 8).is_some() {
            let bias = self.needed_constant(node, 8)?;
            inputs.push(self.hold(bias.dims, &bias.numbers));
        }
        let sum = self.push("Conv", inputs, node.attribute.clone());
        self.requantize(node, sum, shape, 1.0, [&x, &w, &y])
    }

    /// `QLinearMatMul`: (a, scale, zero, b, scale, zero, scale of y, zero of y).
    fn mat_mul(&mut self, node: &NodeProto) -> Result<()> {
        let (a, b, y) = (
            self.grid(node, 1)?,
            self.grid(node, 4)?,
            self.grid(node, 6)?,
        );
        let inputs = vec![self.shifted(node, 0, &a)?, self.matrix(node, &b, -1)?];
        let sum = self.push("MatMul", inputs, vec![]);
        self.requantize(node, sum, vec![b.scale.len() as i64], 1.0, [&a, &b, &y])
    }

    /// `QGemm`: (a, scale, zero, b, scale, zero, bias, scale of y, zero of y); without the last two y is in floats.
    fn gemm(&mut self, node: &NodeProto) -> Result<()> {
        let (a, b) = (self.grid(node, 1)?, self.grid(node, 4)?);
        let alpha = attribute(node, "alpha").map_or(1.0, |attribute| attribute.f);
        let turned = is_set(node, "transB");
        let axis = if turned { 0 } else { 1 };
        let mut inputs = vec![self.shifted(node, 0, &a)?, self.matrix(node, &b, axis)?];
        if input(node, 6).is_some() {
            let bias = self.needed_constant(node, 6)?;
            inputs.push(self.hold(bias.dims, &bias.numbers));
        }
        let turns = node.attribute.iter();
        let turns = turns.filter(|attribute| attribute.name.starts_with("trans"));
        let sum = self.push("Gemm", inputs, turns.cloned().collect());
        let shape = vec![b.scale.len() as i64];
        if input(node, 7).is_some() {
            let y = self.grid(node, 7)?;
            return self.requantize(node, sum, shape, alpha, [&a, &b, &y]);
        }
        if a.scale.len() > 1 {
            return Err(refused(node, AXIS));
        }
        let scales = b.scale.iter().map(|scale| alpha * a.scale[0] * scale);
        let scales = self.hold(shape, &scales.collect::<Vec<_>>());
        self.finish(node, "Mul", vec![sum, scales], vec![])
    }

    /// `QLinearAdd`: (a, scale, zero, b, scale, zero, scale of y, zero of y), in steps of y from its zero on.
    ///
    /// Sums often lie between two steps, and fall to the side to which they fall in onnxruntime.
    fn add(&mut self, node: &NodeProto) -> Result<()> {
        let (a, b, y) = (
            self.grid(node, 1)?,
            self.grid(node, 4)?,
            self.grid(node, 6)?,
        );
        let [left, right] = [&a, &b].map(|grid| grid.scale[0] / y.scale[0]);
        let start = y.zero[0] - (left * a.zero[0] + right * b.zero[0]);
        let ([left, right], start) = (
            [left, right].map(|ratio| self.hold(vec![], &[ratio])),
            self.hold(vec![], &[start]),
        );
        if ![&a, &b, &y].into_iter().all(Grid::is_single) {
            return Err(refused(node, AXIS));
        }
        let left = self.push("Mul", vec![needed(node, 0)?.into(), left], vec![]);
        let left = self.push("Add", vec![left, start], vec![]);
        let right = self.push("Mul", vec![needed(node, 3)?.into(), right], vec![]);
        let sum = self.push("Add", vec![left, right], vec![]);
        let one = self.hold(vec![], &[1.0]);
        self.round(
            node,
            sum,
            one,
            &Grid {
                zero: vec![0.0],
                ..y
            },
        )
    }

    /// `QLinearMul`: the same inputs.
    fn multiply(&mut self, node: &NodeProto) -> Result<()> {
        let (a, b, y) = (
            self.grid(node, 1)?,
            self.grid(node, 4)?,
            self.grid(node, 6)?,
        );
        let inputs = vec![self.shifted(node, 0, &a)?, self.shifted(node, 3, &b)?];
        let product = self.push("Mul", inputs, vec![]);
        self.requantize(node, product, vec![], 1.0, [&a, &b, &y])
    }

    /// An operator on floats, with `DequantizeLinear` before it, of the triples that begin at these inputs, and
    /// `QuantizeLinear` behind it, by the pair at `y`.
    fn between(&mut self, node: &NodeProto, op: &str, places: &[usize], y: usize) -> Result<()> {
        if is_set(node, "channels_last") {
            return Err(refused(node, "cannot be run with the channels last"));
        }
        let mut inputs = vec![];
        for &place in places {
            let grid = self.grid(node, place + 1)?;
            let x = self.shifted(node, place, &grid)?;
            let scale = self.hold(vec![], &grid.scale[..1]);
            inputs.push(self.push("Mul", vec![x, scale], vec![]));
        }
        let grid = self.grid(node, y)?;
        let attributes = node.attribute.iter();
        let attributes =
            attributes.filter(|attribute| !["channels_last", "opset"].contains(&&*attribute.name));
        let exact = self.push(op, inputs, attributes.cloned().collect());
        let step = self.hold(vec![], &grid.scale[..1]);
        self.round(node, exact, step, &grid)
    }

    /// Sums of products of whole numbers on the grids of a and b, rounded to that of y: the scales of b, of this shape,
    /// belong to channels.
    fn requantize(
        &mut self,
        node: &NodeProto,
        sum: String,
        shape: Vec<i64>,
        alpha: f32,
        [a, b, y]: [&Grid; 3],
    ) -> Result<()> {
        if a.scale.len() > 1 || y.scale.len() > 1 {
            return Err(refused(node, AXIS));
        }
        let ratios = b.scale.iter();
        let ratios = ratios.map(|scale| alpha * a.scale[0] * scale / y.scale[0]);
        let ratios = self.hold(shape, &ratios.collect::<Vec<_>>());
        let exact = self.push("Mul", vec![sum, ratios], vec![]);
        let one = self.hold(vec![], &[1.0]);
        self.round(node, exact, one, y)
    }

    /// The second matrix of a product, input 3, less its zero point along this axis.
    fn matrix(&mut self, node: &NodeProto, grid: &Grid, axis: i64) -> Result<String> {
        match self.constant(needed(node, 3)?) {
            Some(matrix) => {
                let Constant { numbers, dims } = matrix.shifted(axis, &grid.zero);
                Ok(self.hold(dims, &numbers))
            }
            None if grid.scale.len() == 1 => self.shifted(node, 3, grid),
            None => Err(refused(node, AXIS)),
        }
    }

    /// This input less its zero point, which is one for all.
    fn shifted(&mut self, node: &NodeProto, place: usize, grid: &Grid) -> Result<String> {
        let x = needed(node, place)?.to_owned();
        if !grid.is_single() {
            return Err(refused(node, AXIS));
        }
        if grid.zero[0] == 0.0 {
            return Ok(x);
        }
        let zero = self.hold(vec![], &grid.zero[..1]);
        Ok(self.push("Sub", vec![x, zero], vec![]))
    }

    /// The scale at this input and the zero point at the next.
    fn grid(&self, node: &NodeProto, place: usize) -> Result<Grid> {
        if is_set(node, "block_size") {
            return Err(refused(node, "cannot be run on blocks"));
        }
        let scale = self.needed_constant(node, place)?.numbers;
        let (zero, kind) = match input(node, place + 1) {
            Some(name) => (
                self.needed_constant(node, place + 1)?.numbers,
                self.constants.get(name).map_or(0, |zero| zero.data_type),
            ),
            None => (
                vec![0.0],
                match attribute(node, "output_dtype") {
                    Some(attribute) if attribute.i != 0 => attribute.i as i32,
                    _ => DataType::Uint8.into(),
                },
            ),
        };
        // A bias has 32 bits; nothing is rounded to one.
        let any = (kind == i32::from(DataType::Int32)).then_some((i32::MIN, i32::MAX));
        match range(kind).or(any) {
            Some(bounds) if !scale.is_empty() && !zero.is_empty() => Ok(Grid {
                scale,
                zero,
                bounds,
            }),
            _ => Err(refused(node, "is quantised to numbers that cannot be run")),
        }
    }

    fn constant(&self, name: &str) -> Option<Constant> {
        let constant = self.constants.get(name)?;
        Some(Constant {
            numbers: numbers(constant)?,
            dims: constant.dims.clone(),
        })
    }

    fn needed_constant(&self, node: &NodeProto, place: usize) -> Result<Constant> {
        let constant = self.constant(needed(node, place)?);
        constant.ok_or_else(|| refused(node, &format!("needs a constant as input {place}")))
    }

    /// Ends what becomes of a node: its output, rounded.
    fn round(&mut self, node: &NodeProto, x: String, step: String, grid: &Grid) -> Result<()> {
        if !grid.is_single() {
            return Err(refused(node, AXIS));
        }
        let Rounding { zero, low, high } = grid.rounding(grid.zero[0]);
        let attributes = [("zero", zero), ("low", low), ("high", high)];
        let attributes = attributes.map(|(name, number)| whole_attribute(name, number.into()));
        self.whole.insert(output(node)?.into());
        self.finish(node, ROUNDING, vec![x, step], attributes.into())
    }

    /// A value of a narrow type as the float of this name.
    fn widen(&mut self, narrow: String, out: String) {
        self.whole.insert(out.clone());
        self.nodes.push(NodeProto {
            op_type: "Cast".into(),
            name: format!("{narrow}.cast"),
            input: vec![narrow],
            output: vec![out],
            attribute: vec![whole_attribute("to", DataType::Float as i64)],
            ..NodeProto::default()
        });
    }

    fn name(&mut self) -> String {
        self.count += 1;
        format!("handful.{}", self.count)
    }

    /// A constant; gives its name.
    fn hold(&mut self, dims: Vec<i64>, numbers: &[f32]) -> String {
        let name = self.name();
        self.hold_as(name.clone(), dims, numbers);
        name
    }

    fn hold_as(&mut self, name: String, dims: Vec<i64>, numbers: &[f32]) {
        self.constants
            .insert(name.clone(), tensor(name, dims, numbers));
    }

    /// A node of ours; gives the name of its output.
    fn push(&mut self, op: &str, input: Vec<String>, attribute: Vec<AttributeProto>) -> String {
        let name = self.name();
        self.nodes.push(NodeProto {
            op_type: op.into(),
            name: name.clone(),
            input,
            output: vec![name.clone()],
            attribute,
            ..NodeProto::default()
        });
        name
    }

    /// The node that takes the place of one of the file.
    fn finish(
        &mut self,
        node: &NodeProto,
        op: &str,
        input: Vec<String>,
        attribute: Vec<AttributeProto>,
    ) -> Result<()> {
        self.nodes.push(NodeProto {
            op_type: op.into(),
            name: node.name.clone(),
            input,
            output: vec![output(node)?.into()],
            attribute,
            ..NodeProto::default()
        });
        Ok(())
    }
}

/// The name at this input, if the node has it.
fn input(node: &NodeProto, place: usize) -> Option<&str> {
    let name = node.input.get(place)?;
    (!name.is_empty()).then_some(name)
}

fn needed(node: &NodeProto, place: usize) -> Result<&str> {
    input(node, place).ok_or_else(|| refused(node, &format!("lacks input {place}")))
}

fn output(node: &NodeProto) -> Result<&str> {
    let name = node.output.first();
    name.map(String::as_str)
        .ok_or_else(|| refused(node, "lacks an output"))
}

fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute
        .iter()
        .find(|attribute| attribute.name == name)
}

fn is_set(node: &NodeProto, name: &str) -> bool {
    attribute(node, name).is_some_and(|attribute| attribute.i != 0)
}

fn whole_attribute(name: &str, number: i64) -> AttributeProto {
    AttributeProto {
        name: name.into(),
        i: number,
        r#type: AttributeType::Int.into(),
        ..AttributeProto::default()
    }
}

/// The axis that scales lie along.
fn axis(node: &NodeProto) -> i64 {
    attribute(node, "axis").map_or(1, |attribute| attribute.i)
}

fn is_nearest(node: &NodeProto) -> bool {
    attribute(node, "mode").is_none_or(|attribute| attribute.s == b"nearest")
}
