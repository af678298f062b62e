//! An ONNX graph under construction, and the file around it.
//!
//! Source: <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>; the field numbers below are its. Only operators are used that mean
//! the same in every version of the default operator set from 11 to 21, so the graph can follow another one in its file.

use super::ENTRY;
use super::protobuf::Message;
use crate::numerics::linalg;
use ndarray::{Array2, ArrayView2};

/// Version of the file format; 7 is that of ONNX 1.8, which brought operator set 13.
const IR_VERSION: u64 = 7;
const OPERATOR_SET: u64 = 13;

/// `TensorProto.DataType`.
pub(super) const FLOAT: u64 = 1;
pub(super) const BOOL: u64 = 9;

/// A value of a graph, by its number: the inputs come first.
pub(super) type Value = usize;

pub(super) struct Graph<'a> {
    /// Names of the inputs.
    taken: Vec<&'a str>,
    inputs: Vec<Message>,
    nodes: Vec<Message>,
    tensors: Vec<Message>,
    outputs: Vec<Message>,
}

impl<'a> Graph<'a> {
    /// Of inputs `(N, d)` with these names and widths.
    pub fn new(inputs: impl Iterator<Item = (&'a str, usize)> + Clone) -> Self {
        Self {
            taken: inputs.clone().map(|(name, _)| name).collect(),
            inputs: inputs
                .map(|(name, d)| value(name, FLOAT, Some(d)))
                .collect(),
            nodes: Vec::new(),
            tensors: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// What an operator gives.
    pub fn of(&mut self, operator: &str, inputs: &[Value]) -> Value {
        self.with(operator, inputs, ("", 0))
    }

    /// The same with an attribute, a whole number; one without a name is none.
    #[inline(never)] // Every inlined copy would be downloaded.
    pub fn with(&mut self, operator: &str, inputs: &[Value], attribute: (&str, u64)) -> Value {
        let output = self.next();
        self.push(operator, inputs, &self.name(output), attribute);
        output
    }

    /// A constant matrix, times a factor.
    #[inline(never)]
    pub fn matrix(&mut self, numbers: ArrayView2<'_, f32>, factor: f32) -> Value {
        let (rows, columns) = numbers.dim();
        self.constant(&[rows, columns], &mut numbers.iter().map(|v| v * factor))
    }

    /// A constant matrix, rounded.
    #[inline(never)]
    pub fn wide(&mut self, numbers: &Array2<f64>) -> Value {
        self.matrix(linalg::single(numbers.view()).view(), 1.0)
    }

    /// A constant row.
    #[inline(never)]
    pub fn row(&mut self, numbers: &[f32]) -> Value {
        self.constant(&[numbers.len()], &mut numbers.iter().copied())
    }

    /// A constant row, rounded.
    #[inline(never)]
    pub fn wide_row(&mut self, numbers: &[f64]) -> Value {
        self.constant(&[numbers.len()], &mut numbers.iter().map(|&v| v as f32))
    }

    /// A constant number.
    #[inline(never)]
    pub fn number(&mut self, number: f64) -> Value {
        self.constant(&[], &mut std::iter::once(number as f32))
    }

    /// Makes a value an output: `(N, columns)` of a type, or `(N,)`. An input keeps its name, so that of the output gets an underscore.
    pub fn output(&mut self, name: &str, from: Value, kind: u64, columns: Option<usize>) {
        let name = self.free(name.to_owned());
        self.push("Identity", &[from], &name, ("", 0));
        self.outputs.push(value(&name, kind, columns));
    }

    /// The model as bytes; `about` is its entry of metadata.
    pub fn into_model(self, about: &str) -> Vec<u8> {
        // GraphProto: node = 1, name = 2, initializer = 5, input = 11, output = 12.
        let graph = Message::default()
            .messages(1, &self.nodes)
            .text(2, "handful")
            .messages(5, &self.tensors)
            .messages(11, &self.inputs)
            .messages(12, &self.outputs);
        // StringStringEntryProto: key = 1, value = 2.
        let metadata = Message::default().text(1, ENTRY).text(2, about);
        // OperatorSetIdProto: domain = 1 (empty: the default one), version = 2.
        let operators = Message::default().text(1, "").int(2, OPERATOR_SET);
        // ModelProto: ir_version = 1, producer_name = 2, producer_version = 3, graph = 7, opset_import = 8, metadata_props = 14.
        Message::default()
            .int(1, IR_VERSION)
            .text(2, "handful")
            .text(3, env!("CARGO_PKG_VERSION"))
            .message(7, &graph)
            .message(8, &operators)
            .message(14, &metadata)
            .into_bytes()
    }

    /// NodeProto: input = 1, output = 2, op_type = 4, attribute = 5. AttributeProto: name = 1, i = 3, type = 20; the type of an integer
    /// is 2.
    fn push(&mut self, operator: &str, inputs: &[Value], output: &str, attribute: (&str, u64)) {
        let inputs = inputs.iter().map(|&input| self.name(input));
        let node = inputs
            .fold(Message::default(), |node, input| node.text(1, &input))
            .text(2, output)
            .text(4, operator);
        let (name, value) = attribute;
        let attribute = Message::default().text(1, name).int(3, value).int(20, 2);
        self.nodes.push(match name {
            "" => node,
            _ => node.message(5, &attribute),
        });
    }

    /// TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9 (little-endian, row-major).
    #[inline(never)]
    fn constant(&mut self, shape: &[usize], numbers: &mut dyn Iterator<Item = f32>) -> Value {
        let constant = self.next();
        let raw: Vec<u8> = numbers.flat_map(f32::to_le_bytes).collect();
        let tensor = shape
            .iter()
            .fold(Message::default(), |tensor, &n| tensor.int(1, n as u64))
            .int(2, FLOAT)
            .text(8, &self.name(constant))
            .bytes(9, &raw);
        self.tensors.push(tensor);
        constant
    }

    /// The number of one more value.
    fn next(&self) -> Value {
        self.taken.len() + self.nodes.len() + self.tensors.len()
    }

    fn name(&self, value: Value) -> String {
        match self.taken.get(value) {
            Some(&name) => name.to_owned(),
            None => self.free(format!("handful/{value}")),
        }
    }

    fn free(&self, mut name: String) -> String {
        while self.taken.contains(&&*name) {
            name.push('_');
        }
        name
    }
}

/// A value of shape `(N, columns)` or `(N,)`. ValueInfoProto: name = 1, type = 2. TypeProto: tensor_type = 1. TypeProto.Tensor:
/// elem_type = 1, shape = 2. TensorShapeProto: dim = 1. Dimension: dim_value = 1, dim_param = 2.
fn value(name: &str, kind: u64, columns: Option<usize>) -> Message {
    let free = Message::default().text(2, "N");
    let shape = Message::default().message(1, &free);
    let shape = columns.into_iter().fold(shape, |shape, columns| {
        shape.message(1, &Message::default().int(1, columns as u64))
    });
    let tensor = Message::default().int(1, kind).message(2, &shape);
    Message::default()
        .text(1, name)
        .message(2, &Message::default().message(1, &tensor))
}
