//! What the engine reads or prepares wrongly, put into other forms that mean the same: `docs/upstream.md` has a case of each.

use super::values;
use tract_onnx::pb::{
    AttributeProto, GraphProto, NodeProto, TensorProto, attribute_proto::AttributeType,
};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::binary::TypedBinOp;
use tract_onnx::tract_core::ops::element_wise::ElementWiseOp;
use tract_onnx::tract_core::ops::math::{Div, Ln, Sub, add, mul, neg, recip};
use tract_onnx::tract_core::ops::nn::{Softmax, SoftmaxKind};
use tract_onnx::tract_core::optim::Optimizer;

/// Operators that the engine reads wrongly.
pub fn graph(graph: &mut GraphProto) {
    let mut nodes = Vec::with_capacity(graph.node.len());
    for mut node in std::mem::take(&mut graph.node) {
        for attribute in &mut node.attribute {
            attribute.g.as_mut().map(self::graph);
        }
        match node.op_type.as_str() {
            "Celu" => celu(node, &mut nodes),
            "Softplus" => softplus(node, &mut nodes),
            "ConstantOfShape" if node.attribute.is_empty() => {
                // Its zeros are of 32 bits; the engine's would be of 64.
                let zeros = values::tensor("zero".into(), vec![1], &[0.0]);
                node.attribute.push(AttributeProto {
                    name: "value".into(),
                    t: Some(zeros),
                    r#type: AttributeType::Tensor.into(),
                    ..AttributeProto::default()
                });
                nodes.push(node);
            }
            "Squeeze" => {
                sort_axes(&mut node, &mut graph.initializer);
                nodes.push(node);
            }
            _ => nodes.push(node),
        }
    }
    graph.node = nodes;
}

/// `Celu`, whose slope below zero the engine leaves out: α elu(x / α).
fn celu(node: NodeProto, nodes: &mut Vec<NodeProto>) {
    let alpha = node
        .attribute
        .iter()
        .find(|attribute| attribute.name == "alpha");
    let alpha = alpha.map_or(1.0, |attribute| attribute.f);
    let ([x], [out]) = (&node.input[..], &node.output[..]) else {
        nodes.push(node);
        return;
    };
    let name = |step| format!("{out}.celu.{step}");
    nodes.extend([
        NodeProto {
            attribute: vec![value(alpha)],
            ..step("Constant", vec![], name("alpha"))
        },
        step("Div", vec![x.clone(), name("alpha")], name("divided")),
        step("Elu", vec![name("divided")], name("elu")),
        NodeProto {
            name: node.name.clone(),
            ..step("Mul", vec![name("elu"), name("alpha")], out.clone())
        },
    ]);
}

/// `Softplus`, which the engine makes infinite where the exponential is: max(x, 0) + ln(1 + e^-|x|).
fn softplus(node: NodeProto, nodes: &mut Vec<NodeProto>) {
    let ([x], [out]) = (&node.input[..], &node.output[..]) else {
        nodes.push(node);
        return;
    };
    let name = |step| format!("{out}.softplus.{step}");
    nodes.extend([
        NodeProto {
            attribute: vec![value(1.0)],
            ..step("Constant", vec![], name("one"))
        },
        step("Relu", vec![x.clone()], name("above")),
        step("Abs", vec![x.clone()], name("size")),
        step("Neg", vec![name("size")], name("below")),
        step("Exp", vec![name("below")], name("power")),
        step("Add", vec![name("power"), name("one")], name("sum")),
        step("Log", vec![name("sum")], name("rest")),
        NodeProto {
            name: node.name.clone(),
            ..step("Add", vec![name("above"), name("rest")], out.clone())
        },
    ]);
}

fn step(op: &str, input: Vec<String>, output: String) -> NodeProto {
    NodeProto {
        op_type: op.into(),
        name: output.clone(),
        input,
        output: vec![output],
        ..NodeProto::default()
    }
}

/// The attribute of a constant.
fn value(number: f32) -> AttributeProto {
    AttributeProto {
        name: "value_float".into(),
        f: number,
        r#type: AttributeType::Float.into(),
        ..AttributeProto::default()
    }
}

/// Axes in ascending order: the engine takes them away from the last one on.
fn sort_axes(node: &mut NodeProto, constants: &mut Vec<TensorProto>) {
    // Those that count from the end lie behind the others.
    let order = |axis: &i64| (*axis < 0, *axis);
    for attribute in &mut node.attribute {
        if attribute.name == "axes" {
            attribute.ints.sort_by_key(order);
        }
    }
    let Some(name) = node.input.get_mut(1) else {
        return;
    };
    if let Some(axes) = constants.iter().find(|constant| constant.name == *name) {
        let mut axes = axes.clone();
        let raw = axes.raw_data.as_chunks().0;
        axes.int64_data
            .extend(raw.iter().map(|bytes| i64::from_le_bytes(*bytes)));
        axes.raw_data.clear();
        axes.int64_data.sort_by_key(order);
        axes.name = format!("{name}.sorted.{}", constants.len());
        name.clone_from(&axes.name);
        constants.push(axes);
    }
}

/// Steps of a model that the engine prepares wrongly.
pub fn model(model: &mut TypedModel) -> TractResult<()> {
    turn_operands(model)?;
    join_logarithms(model)
}

/// The logarithm of a softmax, as the engine reads `LogSoftmax`, in one operator: small shares would become 0 and infinite.
fn join_logarithms(model: &mut TypedModel) -> TractResult<()> {
    for id in model.eval_order()? {
        let node = model.node(id);
        let logarithm = node
            .op_as::<ElementWiseOp>()
            .is_some_and(|op| op.0.is::<Ln>());
        let [input] = node.inputs[..] else {
            continue;
        };
        let before = model.node(input.node);
        let Some(softmax) = before.op_as::<Softmax>().filter(|_| logarithm) else {
            continue;
        };
        let kind = SoftmaxKind::LogSoftmax;
        let joined = Softmax {
            kind,
            ..softmax.clone()
        };
        TypedModelPatch::replace_single_op(model, node, &before.inputs, joined)?.apply(model)?;
    }
    Ok(())
}

/// A number less, or divided by, what a convolution computes: the engine makes of both orders the same convolution.
fn turn_operands(model: &mut TypedModel) -> TractResult<()> {
    for id in model.eval_order()? {
        let node = model.node(id);
        let (Some(op), [_, second]) = (node.op_as::<TypedBinOp>(), &node.inputs[..]) else {
            continue;
        };
        let second = model.outlet_fact(*second)?;
        if second.konst.is_some() || second.datum_type != f32::datum_type() {
            continue;
        }
        let (turned, joined) = if op.0.is::<Sub>() {
            (neg(), add())
        } else if op.0.is::<Div>() {
            (recip(), mul())
        } else {
            continue;
        };
        let name = &node.name;
        let patch = TypedModelPatch::rewire(model, &node.inputs, &[id.into()], &|patch, taps| {
            let turned = patch.wire_node(format!("{name}.turned"), turned.clone(), &[taps[1]])?[0];
            patch.wire_node(name, joined.clone(), &[taps[0], turned])
        })?;
        patch.apply(model)?;
    }
    Ok(())
}

/// The engine's passes that make a model simpler, but with constants computed before the order of axes is changed: between a
/// bias and its convolution no step may be left that an axis could be added to.
pub fn declutter(model: &mut TypedModel) -> TractResult<()> {
    let mut optimizer = Optimizer::declutter();
    let last = optimizer.passes.len() - 1;
    for pass in Optimizer::prop_consts().passes {
        optimizer.passes.insert(last, pass);
    }
    optimizer.optimize(model)
}
