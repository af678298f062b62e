//! The messages of an ONNX file that a network of convolutions needs.
//!
//! Source: <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>; names and numbers are its. It is of the second
//! version of protobuf, in which numbers of a list are not packed and a field that is zero is not the same as none.

use prost::Message;

/// Version of the file format; 7 is that of ONNX 1.8, which brought operator set 13.
pub const IR_VERSION: i64 = 7;
pub const OPERATOR_SET: i64 = 13;

/// `TensorProto.DataType`.
pub const FLOAT: i32 = 1;
pub const INT8: i32 = 3;

/// `AttributeProto.AttributeType`.
const INT: i32 = 2;
const INTS: i32 = 7;

#[derive(Clone, PartialEq, Message)]
pub struct Model {
    #[prost(int64, optional, tag = "1")]
    pub ir_version: Option<i64>,
    #[prost(string, optional, tag = "2")]
    pub producer_name: Option<String>,
    #[prost(message, optional, tag = "7")]
    pub graph: Option<Graph>,
    #[prost(message, repeated, tag = "8")]
    pub opset_import: Vec<OperatorSet>,
    #[prost(message, repeated, tag = "14")]
    pub metadata_props: Vec<Entry>,
}

#[derive(Clone, PartialEq, Message)]
pub struct OperatorSet {
    /// Empty for the default set.
    #[prost(string, optional, tag = "1")]
    pub domain: Option<String>,
    #[prost(int64, optional, tag = "2")]
    pub version: Option<i64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Entry {
    #[prost(string, optional, tag = "1")]
    pub key: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub value: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Graph {
    #[prost(message, repeated, tag = "1")]
    pub node: Vec<Node>,
    #[prost(string, optional, tag = "2")]
    pub name: Option<String>,
    #[prost(message, repeated, tag = "5")]
    pub initializer: Vec<Tensor>,
    #[prost(message, repeated, tag = "11")]
    pub input: Vec<ValueInfo>,
    #[prost(message, repeated, tag = "12")]
    pub output: Vec<ValueInfo>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Node {
    #[prost(string, repeated, tag = "1")]
    pub input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub output: Vec<String>,
    #[prost(string, optional, tag = "4")]
    pub op_type: Option<String>,
    #[prost(message, repeated, tag = "5")]
    pub attribute: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Attribute {
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    #[prost(int64, optional, tag = "3")]
    pub i: Option<i64>,
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub ints: Vec<i64>,
    #[prost(int32, optional, tag = "20")]
    pub r#type: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Tensor {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub dims: Vec<i64>,
    #[prost(int32, optional, tag = "2")]
    pub data_type: Option<i32>,
    #[prost(string, optional, tag = "8")]
    pub name: Option<String>,
    /// Row-major, little-endian.
    #[prost(bytes = "vec", optional, tag = "9")]
    pub raw_data: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ValueInfo {
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    #[prost(message, optional, tag = "2")]
    pub r#type: Option<Type>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Type {
    #[prost(message, optional, tag = "1")]
    pub tensor_type: Option<TensorType>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TensorType {
    #[prost(int32, optional, tag = "1")]
    pub elem_type: Option<i32>,
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Shape {
    #[prost(message, repeated, tag = "1")]
    pub dim: Vec<Dimension>,
}

/// Either a number or a name.
#[derive(Clone, PartialEq, Message)]
pub struct Dimension {
    #[prost(int64, optional, tag = "1")]
    pub dim_value: Option<i64>,
    #[prost(string, optional, tag = "2")]
    pub dim_param: Option<String>,
}

impl Node {
    pub fn new(operator: &str, inputs: &[&str], output: &str) -> Self {
        Node {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![output.to_owned()],
            op_type: Some(operator.to_owned()),
            attribute: Vec::new(),
        }
    }

    pub fn int(mut self, name: &str, value: i64) -> Self {
        self.attribute.push(Attribute {
            name: Some(name.to_owned()),
            i: Some(value),
            ints: Vec::new(),
            r#type: Some(INT),
        });
        self
    }

    pub fn ints(mut self, name: &str, values: &[i64]) -> Self {
        self.attribute.push(Attribute {
            name: Some(name.to_owned()),
            i: None,
            ints: values.to_vec(),
            r#type: Some(INTS),
        });
        self
    }
}

impl Tensor {
    pub fn floats(name: &str, shape: &[usize], values: &[f32]) -> Self {
        let raw = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        Self::new(name, shape, FLOAT, raw)
    }

    pub fn int8(name: &str, shape: &[usize], values: &[i8]) -> Self {
        let raw = values.iter().map(|&x| x as u8).collect();
        Self::new(name, shape, INT8, raw)
    }

    fn new(name: &str, shape: &[usize], data_type: i32, raw: Vec<u8>) -> Self {
        Tensor {
            dims: shape.iter().map(|&n| n as i64).collect(),
            data_type: Some(data_type),
            name: Some(name.to_owned()),
            raw_data: Some(raw),
        }
    }
}

impl ValueInfo {
    /// A tensor of floating-point numbers.
    pub fn floats(name: &str, shape: Vec<Dimension>) -> Self {
        ValueInfo {
            name: Some(name.to_owned()),
            r#type: Some(Type {
                tensor_type: Some(TensorType {
                    elem_type: Some(FLOAT),
                    shape: Some(Shape { dim: shape }),
                }),
            }),
        }
    }
}

impl Dimension {
    /// A length that is left open.
    pub fn open(name: &str) -> Self {
        Dimension {
            dim_value: None,
            dim_param: Some(name.to_owned()),
        }
    }

    pub fn of(length: usize) -> Self {
        Dimension {
            dim_value: Some(length as i64),
            dim_param: None,
        }
    }
}
