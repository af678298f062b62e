//! The ONNX graph of a linear head.
//!
//! Source: <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>; the field numbers below are its. Operators are those
//! of version 13 of the default operator set, which every runtime since 2021 has.

use super::protobuf::Message;
use super::{ENTRY, LinearModel, bytes};

/// Version of the file format; 7 is that of ONNX 1.8, which brought operator set 13.
const IR_VERSION: u64 = 7;
const OPERATOR_SET: u64 = 13;

/// Bias of a class that cannot be scored. A finite number, because `-inf` would give NaN where it meets another.
const UNSCORED: f32 = -1e30;

/// Shorter features are divided by this, so that zeros give zeros and not NaN.
const SHORTEST: f32 = 1e-12;

/// `TensorProto.DataType.FLOAT`.
const FLOAT: u64 = 1;

impl LinearModel<'_> {
    /// An ONNX model that takes raw features and gives probabilities. Its metadata are those of [`LinearModel::to_safetensors`].
    ///
    /// # Shapes
    /// One input a stream, named after it: `(N, d)` raw features of any length, N free. Outputs `scores (N, C)`, as the
    /// head gives them, and `probabilities (N, C)`. A stream of the name of an output gives that output an underscore.
    /// # Units
    /// A class that cannot be scored has the score -1e30 and the probability 0. Features of length zero, which the
    /// classifier refuses, count as zeros.
    pub fn to_onnx(&self) -> Vec<u8> {
        // StringStringEntryProto: key = 1, value = 2.
        let metadata = Message::default().text(1, ENTRY).text(2, &self.about());
        // OperatorSetIdProto: domain = 1 (empty: the default one), version = 2.
        let operators = Message::default().text(1, "").int(2, OPERATOR_SET);
        // ModelProto: ir_version = 1, producer_name = 2, producer_version = 3, graph = 7, opset_import = 8, metadata_props = 14.
        Message::default()
            .int(1, IR_VERSION)
            .text(2, "handful")
            .text(3, env!("CARGO_PKG_VERSION"))
            .message(7, &self.graph())
            .message(8, &operators)
            .message(14, &metadata)
            .into_bytes()
    }

    /// Each stream: x / max(|x|, shortest); then rows side by side, weights and bias, temperature, softmax.
    fn graph(&self) -> Message {
        let streams = self.streams.as_slice();
        // Streams keep their names, so other values make way with an underscore.
        let free = |name: &str| {
            let mut name = name.to_owned();
            while streams.iter().any(|stream| stream.name == name) {
                name.push('_');
            }
            name
        };
        let [shortest, weights, bias, divisor] =
            ["shortest", "weights", "bias", "temperature"].map(free);
        let [row, scores, logits, probabilities] =
            ["row", "scores", "logits", "probabilities"].map(free);
        let axis = |value| [attribute("axis", value)];
        let mut nodes = Vec::new();
        let mut units = Vec::new();
        for (i, stream) in streams.iter().enumerate() {
            let [length, divisor, unit] =
                ["length", "divisor", "unit"].map(|name| free(&format!("{name}{i}")));
            // AttributeProto: name = 1, ints = 8, type = 20; the type of a list of integers is 7.
            let columns = Message::default().text(1, "axes").int(8, 1).int(20, 7);
            nodes.extend([
                node("ReduceL2", &[&stream.name], &length, &[columns]),
                node("Max", &[&length, &shortest], &divisor, &[]),
                node("Div", &[&stream.name, &divisor], &unit, &[]),
            ]);
            units.push(unit);
        }
        let units: Vec<&str> = units.iter().map(String::as_str).collect();
        let transposed = [attribute("transB", 1)];
        nodes.extend([
            node("Concat", &units, &row, &axis(1)),
            node("Gemm", &[&row, &weights, &bias], &scores, &transposed),
            node("Div", &[&scores, &divisor], &logits, &[]),
            node("Softmax", &[&logits], &probabilities, &axis(1)),
        ]);
        let matrix = self.linear.weights();
        let finite = self.linear.bias().mapv(|b| b.max(UNSCORED));
        let tensors = [
            tensor(&shortest, &[], &bytes(&[SHORTEST])),
            tensor(&weights, matrix.shape(), &bytes(matrix)),
            tensor(&bias, finite.shape(), &bytes(&finite)),
            tensor(&divisor, &[], &bytes(&[self.temperature as f32])),
        ];
        let inputs: Vec<_> = streams.iter().map(|s| value(&s.name, s.dim)).collect();
        let outputs = [&scores, &probabilities].map(|name| value(name, finite.len()));
        // GraphProto: node = 1, name = 2, initializer = 5, input = 11, output = 12.
        Message::default()
            .messages(1, &nodes)
            .text(2, "handful")
            .messages(5, &tensors)
            .messages(11, &inputs)
            .messages(12, &outputs)
    }
}

/// NodeProto: input = 1, output = 2, op_type = 4, attribute = 5.
fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[Message]) -> Message {
    inputs
        .iter()
        .fold(Message::default(), |node, input| node.text(1, input))
        .text(2, output)
        .text(4, operator)
        .messages(5, attributes)
}

/// AttributeProto: name = 1, i = 3, type = 20; the type of an integer is 2.
fn attribute(name: &str, value: u64) -> Message {
    Message::default().text(1, name).int(3, value).int(20, 2)
}

/// TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9 (little-endian, row-major).
fn tensor(name: &str, shape: &[usize], raw: &[u8]) -> Message {
    shape
        .iter()
        .fold(Message::default(), |tensor, &n| tensor.int(1, n as u64))
        .int(2, FLOAT)
        .text(8, name)
        .bytes(9, raw)
}

/// A value of shape `(N, columns)`. ValueInfoProto: name = 1, type = 2. TypeProto: tensor_type = 1. TypeProto.Tensor:
/// elem_type = 1, shape = 2. TensorShapeProto: dim = 1. Dimension: dim_value = 1, dim_param = 2.
fn value(name: &str, columns: usize) -> Message {
    let free = Message::default().text(2, "N");
    let fixed = Message::default().int(1, columns as u64);
    let shape = Message::default().messages(1, &[free, fixed]);
    let tensor = Message::default().int(1, FLOAT).message(2, &shape);
    Message::default()
        .text(1, name)
        .message(2, &Message::default().message(1, &tensor))
}
