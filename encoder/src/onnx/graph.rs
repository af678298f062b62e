//! The graph of an ONNX file before the engine sees it: compared with the manifest, and put into a form that runs.

use super::{READING, list, mismatch};
use crate::manifest::Manifest;
use crate::parts::Output;
use crate::text_side::TextSide;
use handful::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use tract_onnx::pb::{
    GraphProto, NodeProto, TensorProto, TypeProto, ValueInfoProto, tensor_proto::DataType,
};
use tract_onnx::pb::{tensor_shape_proto::dimension::Value as Dim, type_proto};
use tract_onnx::prelude::f16;

const FLOAT: i32 = DataType::Float as i32;
const HALF: i32 = DataType::Float16 as i32;

/// Most axes of a tensor. Networks use up to six; the engine counts up to whatever a damaged file says, for hours.
const MAX_RANK: i64 = 32;

/// Keeps the outputs of the manifest, in its order, and what they are computed from.
///
/// So a file may hold more than is asked for: the other side of an encoder, with inputs of its own.
pub fn cut(graph: &mut GraphProto, wanted: &[Output]) -> Result<()> {
    check_axes(graph)?;

    // The engine takes it for granted that every output comes from somewhere.
    let sources: BTreeSet<&str> = (graph
        .node
        .iter()
        .flat_map(|node| &node.output)
        .map(String::as_str))
    .chain(graph.initializer.iter().map(|tensor| tensor.name.as_str()))
    .chain(graph.input.iter().map(|input| input.name.as_str()))
    .collect();
    let mut outputs = Vec::new();
    for Output { tensor, .. } in wanted {
        let output = graph.output.iter().find(|output| output.name == *tensor);
        match output.filter(|output| sources.contains(output.name.as_str())) {
            Some(output) => outputs.push(output.clone()),
            None => {
                let names = graph.output.iter().map(|output| &output.name);
                return Err(mismatch("an output", tensor, list(names)));
            }
        }
    }
    graph.output = outputs;
    // Older files list the weights there too.
    graph.input = true_inputs(graph).into_iter().cloned().collect();
    prune(graph);
    // Exporters write the shapes of inner values with a symbolic batch; they contradict the batch of one.
    graph.value_info.clear();
    Ok(())
}

/// Leaves out what the outputs are not computed from.
pub fn prune(graph: &mut GraphProto) {
    let needed = needed(graph);
    let is_needed = |name: &String| needed.contains(name);
    graph.node.retain(|node| node.output.iter().any(is_needed));
    graph.initializer.retain(|tensor| is_needed(&tensor.name));
    graph.input.retain(|input| is_needed(&input.name));
}

/// Names of all values that the outputs are computed from.
fn needed(graph: &GraphProto) -> BTreeSet<String> {
    let makers: BTreeMap<&str, &NodeProto> = (graph.node.iter())
        .flat_map(|node| node.output.iter().map(move |name| (name.as_str(), node)))
        .collect();
    let mut needed = BTreeSet::new();
    let mut names: Vec<&str> = (graph.output.iter())
        .map(|output| output.name.as_str())
        .collect();
    while let Some(name) = names.pop() {
        if needed.insert(name.to_owned())
            && let Some(node) = makers.get(name)
        {
            mentioned(node, &mut names);
        }
    }
    needed
}

/// The inputs of a node, and whatever its inner graphs may take from outside.
fn mentioned<'a>(node: &'a NodeProto, names: &mut Vec<&'a str>) {
    names.extend(node.input.iter().map(String::as_str));
    for graph in inner_graphs(node) {
        names.extend(graph.output.iter().map(|output| output.name.as_str()));
        for node in &graph.node {
            mentioned(node, names);
        }
    }
}

/// The branches of an `If`.
pub fn inner_graphs(node: &NodeProto) -> impl Iterator<Item = &GraphProto> {
    let attributes = node.attribute.iter();
    attributes.flat_map(|attribute| attribute.g.iter().chain(&attribute.graphs))
}

/// The nodes of a graph, and those of the graphs inside it.
pub fn all_nodes(graph: &GraphProto) -> Vec<&NodeProto> {
    let mut nodes = vec![];
    for node in &graph.node {
        nodes.push(node);
        nodes.extend(inner_graphs(node).flat_map(all_nodes));
    }
    nodes
}

/// Gives each node, those of inner graphs too, a name that no other has: its own, or that of its first output.
pub fn name_nodes(graph: &mut GraphProto) {
    fn name_all(graph: &mut GraphProto, taken: &mut BTreeSet<String>, again: &mut usize) {
        for node in &mut graph.node {
            if node.name.is_empty() {
                node.name = node.output.first().cloned().unwrap_or_default();
            }
            let own = node.name.clone();
            while !taken.insert(node.name.clone()) {
                *again += 1;
                node.name = format!("{own}_{again}");
            }
            for attribute in &mut node.attribute {
                for graph in attribute.g.iter_mut().chain(&mut attribute.graphs) {
                    name_all(graph, taken, again);
                }
            }
        }
    }
    name_all(graph, &mut BTreeSet::new(), &mut 0);
}

/// The inputs that are no weights.
fn true_inputs(graph: &GraphProto) -> Vec<&ValueInfoProto> {
    let weights: BTreeSet<&str> = (graph.initializer.iter())
        .map(|tensor| tensor.name.as_str())
        .collect();
    (graph.input.iter())
        .filter(|input| !weights.contains(input.name.as_str()))
        .collect()
}

/// How wide a model's integers are.
#[derive(Debug, Clone, Copy)]
pub enum Integer {
    /// 32 bits.
    Short,
    /// 64 bits.
    Long,
}

/// Puts the token ids first among the inputs and the mask, if there is one, second; gives the number type of each.
pub fn check_text_inputs(graph: &mut GraphProto, side: &TextSide) -> Result<Vec<Integer>> {
    let wanted: Vec<&str> = [Some(&side.tokens), side.mask.as_ref()]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let place = |input: &ValueInfoProto| wanted.iter().position(|name| *name == input.name);
    let inputs = &mut graph.input;
    inputs.sort_by_key(place);
    if inputs.first().map(place) != Some(Some(0))
        || inputs.iter().any(|input| place(input).is_none())
    {
        let names = inputs.iter().map(|input| &input.name);
        return Err(mismatch("the inputs", list(wanted), list(names)));
    }
    let mut kinds = Vec::new();
    for input in inputs {
        let kind = tensor_type(input).map_or(0, |tensor| tensor.elem_type);
        kinds.push(match DataType::try_from(kind) {
            Ok(DataType::Int32) => Integer::Short,
            Ok(DataType::Int64) => Integer::Long,
            other => {
                let got = other.map_or("unknown".into(), |number| format!("{number:?}"));
                return Err(mismatch("the tokens' number type", "Int32 or Int64", got));
            }
        });
    }
    Ok(kinds)
}

/// The graph's one input is the manifest's: name, floating point, and every size that the file fixes.
pub fn check_image_input(graph: &GraphProto, manifest: &Manifest) -> Result<()> {
    let wanted = manifest.input();
    let inputs = &graph.input;
    let input = match &inputs[..] {
        [input] if input.name == wanted.name => input,
        _ => {
            let names = inputs.iter().map(|input| &input.name);
            return Err(mismatch("the only input", &wanted.name, list(names)));
        }
    };
    let Some(tensor) = tensor_type(input) else {
        return Err(mismatch("the input", "a tensor", "something else"));
    };
    if ![FLOAT, HALF].contains(&tensor.elem_type) {
        let got = DataType::try_from(tensor.elem_type)
            .map_or("unknown".into(), |number| format!("{number:?}"));
        return Err(mismatch("the input's number type", "Float or Float16", got));
    }
    // A size is a number, or a symbol or a negative number that stands for any; a file may also leave the shape out.
    let Some(shape) = &tensor.shape else {
        return Ok(());
    };
    let sizes: Vec<_> = (shape.dim.iter())
        .map(|dim| match &dim.value {
            Some(Dim::DimValue(size)) if *size >= 0 => Some(*size),
            _ => None,
        })
        .collect();
    let wanted = wanted.shape().map(|size| size as i64);
    let fits = sizes.len() == wanted.len()
        && (sizes.iter().zip(wanted)).all(|(size, wanted)| size.is_none_or(|size| size == wanted));
    if !fits {
        let sizes = sizes
            .iter()
            .map(|size| size.map_or("any".into(), |size| size.to_string()));
        return Err(mismatch(
            "the input's shape",
            list(wanted.map(|size| size.to_string())),
            list(sizes),
        ));
    }
    Ok(())
}

/// Every axis that an operator names can exist.
fn check_axes(graph: &GraphProto) -> Result<()> {
    for node in all_nodes(graph) {
        for attribute in &node.attribute {
            let axes: &[i64] = match attribute.name.as_str() {
                "axis" => &[attribute.i],
                "axes" => &attribute.ints,
                _ => continue,
            };
            if let Some(axis) = axes
                .iter()
                .find(|axis| !(-MAX_RANK..MAX_RANK).contains(axis))
            {
                return Err(Error::Model {
                    stage: READING,
                    reason: format!("{} {:?} has no axis {axis}", node.op_type, node.name),
                });
            }
        }
    }
    Ok(())
}

fn tensor_type(value: &ValueInfoProto) -> Option<&type_proto::Tensor> {
    match &value.r#type {
        Some(TypeProto {
            value: Some(type_proto::Value::TensorType(tensor)),
            ..
        }) => Some(tensor),
        _ => None,
    }
}

/// Makes 16-bit numbers 32-bit ones throughout.
///
/// Neither WebAssembly nor most processors calculate in 16 bits: they would be emulated, slowly. And not every operator
/// of the engine knows them (`Gemm` with a bias fails).
pub fn widen(graph: &mut GraphProto) {
    for tensor in &mut graph.initializer {
        widen_tensor(tensor);
    }
    for value in graph.input.iter_mut().chain(&mut graph.output) {
        let kind = value.r#type.as_mut().and_then(|kind| kind.value.as_mut());
        if let Some(type_proto::Value::TensorType(tensor)) = kind
            && tensor.elem_type == HALF
        {
            tensor.elem_type = FLOAT;
        }
    }
    for node in &mut graph.node {
        widen_node(node);
    }
}

fn widen_node(node: &mut NodeProto) {
    for attribute in &mut node.attribute {
        for tensor in attribute.t.iter_mut().chain(&mut attribute.tensors) {
            widen_tensor(tensor);
        }
        for graph in attribute.g.iter_mut().chain(&mut attribute.graphs) {
            widen(graph);
        }
        // How Cast and the operators that make tensors name their number type.
        if ["to", "dtype"].contains(&attribute.name.as_str()) && attribute.i == i64::from(HALF) {
            attribute.i = i64::from(FLOAT);
        }
    }
}

fn widen_tensor(tensor: &mut TensorProto) {
    if tensor.data_type != HALF {
        return;
    }
    let single = |bits: u16| f16::from_bits(bits).to_f32();
    tensor.data_type = FLOAT;
    let halves = tensor.raw_data.as_chunks().0;
    // Written in place: collected byte by byte, the weights of a full-size encoder take half a minute.
    let mut singles = vec![0; 4 * halves.len()];
    for (wide, half) in singles.as_chunks_mut().0.iter_mut().zip(halves) {
        *wide = single(u16::from_le_bytes(*half)).to_le_bytes();
    }
    tensor.raw_data = singles;
    // Where there are no raw bytes, each half lies in the lower bits of an integer.
    tensor.float_data = tensor
        .int32_data
        .drain(..)
        .map(|bits| single(bits as u16))
        .collect();
}
