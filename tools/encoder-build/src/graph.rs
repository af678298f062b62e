//! The network as an ONNX graph.

use crate::fold::{Norm, fold};
use crate::network::{Architecture, Convolution, EPSILON, FEATURES};
use crate::onnx::{
    Dimension, Entry, Graph, IR_VERSION, Model, Node, OPERATOR_SET, OperatorSet, Tensor, ValueInfo,
};
use crate::outputs::{Linear, Outputs, Transform};
use crate::quantise::quantise;
use crate::tensors::Tensors;
use anyhow::{Result, bail};

/// Name of the input: pixels (N, 3, H, W), sides a multiple of 32.
const PIXELS: &str = "pixels";
/// Name of the network's own features (N, 1280).
const POOLED: &str = "pooled";
/// From so many weights on a convolution has them in seven bits instead of eight, up to [`MOST_OF_MANY`]. These late layers
/// hold four of five weights, so that takes a ninth off the download, and hardly matters: features of photos keep a cosine
/// of 0.992 with those of the unrounded network instead of 0.994. In all 1 × 1 convolutions it would be 0.985.
const MANY: usize = 1 << 16;
const MOST_OF_MANY: i8 = 63;
/// Names of the two bounds of a clipping.
const BOUNDS: [(&str, f32); 2] = [("zero", 0.0), ("six", 6.0)];

/// The model of a network. Its outputs are `clip` and `aux` where output layers are given, `pooled` otherwise.
///
/// # Errors
/// Where the weights are not those of the architecture.
pub fn model(
    architecture: Architecture,
    mut weights: Tensors,
    outputs: Option<&Outputs>,
) -> Result<Model> {
    let network = architecture.network();
    let mut builder = Builder::default();
    for (name, value) in BOUNDS {
        builder.tensors.push(Tensor::floats(name, &[], &[value]));
    }
    let mut x = builder.convolution(&network.stem, PIXELS, &mut weights)?;
    for (i, block) in network.blocks.iter().enumerate() {
        let before = x.clone();
        for convolution in &block.convolutions {
            x = builder.convolution(convolution, &x, &mut weights)?;
        }
        if block.residual {
            x = builder.node("Add", &[&x, &before], &format!("sum{i}"));
        }
    }
    x = builder.convolution(&network.head, &x, &mut weights)?;
    // The classifier for ImageNet is the one part of the file that is left out.
    if let Some(name) = weights.names().find(|name| !name.starts_with("_fc.")) {
        bail!("the weights hold the tensor {name}, which this architecture has no place for");
    }
    let mean = Node::new("ReduceMean", &[&x], POOLED)
        .ints("axes", &[2, 3])
        .int("keepdims", 0);
    builder.nodes.push(mean);

    let rows =
        |name: &str, n| ValueInfo::floats(name, vec![Dimension::open("N"), Dimension::of(n)]);
    let (shown, origin) = match outputs {
        None => (vec![rows(POOLED, FEATURES)], ""),
        Some(outputs) => {
            let features = match outputs.transform {
                Transform::None => POOLED.to_owned(),
                Transform::Sqrt => builder.node("Sqrt", &[POOLED], "root"),
            };
            builder.linear("aux", &outputs.aux, &features);
            builder.linear("clip", &outputs.clip, "aux");
            let shown = vec![
                rows("clip", outputs.clip.outputs),
                rows("aux", outputs.aux.outputs),
            ];
            (shown, "; output layers by handful")
        }
    };
    let pixels = vec![
        Dimension::open("N"),
        Dimension::of(3),
        Dimension::open("H"),
        Dimension::open("W"),
    ];
    let origin = format!(
        "{} (Apache-2.0), changed: batch normalisation folded, weights in one byte, classifier left out{origin}",
        architecture.title,
    );
    Ok(Model {
        ir_version: Some(IR_VERSION),
        producer_name: Some("handful".into()),
        graph: Some(Graph {
            node: builder.nodes,
            name: Some(architecture.title.into()),
            initializer: builder.tensors,
            input: vec![ValueInfo::floats(PIXELS, pixels)],
            output: shown,
        }),
        opset_import: vec![OperatorSet {
            domain: Some(String::new()),
            version: Some(OPERATOR_SET),
        }],
        metadata_props: vec![Entry {
            key: Some("origin".into()),
            value: Some(origin),
        }],
    })
}

#[derive(Default)]
struct Builder {
    nodes: Vec<Node>,
    tensors: Vec<Tensor>,
}

impl Builder {
    /// Adds a node.
    ///
    /// # Returns
    /// The name of what it makes.
    fn node(&mut self, operator: &str, inputs: &[&str], output: &str) -> String {
        self.nodes.push(Node::new(operator, inputs, output));
        output.to_owned()
    }

    /// Adds a convolution with the batch normalisation after it, and the clipping where there is one.
    fn convolution(
        &mut self,
        convolution: &Convolution,
        x: &str,
        weights: &mut Tensors,
    ) -> Result<String> {
        let Convolution {
            name,
            norm,
            outputs,
            stride,
            ..
        } = convolution;
        let kernel = weights.take(&convolution.weights, &convolution.shape())?;
        let mut channels = |what: &str| weights.take(&format!("{norm}.{what}"), &[*outputs]);
        let norm = Norm {
            weight: channels("weight")?,
            bias: channels("bias")?,
            mean: channels("running_mean")?,
            variance: channels("running_var")?,
            epsilon: EPSILON,
        };
        let folded = fold(&kernel, &norm);
        let most = if kernel.len() > MANY {
            MOST_OF_MANY
        } else {
            i8::MAX
        };
        let quantised = quantise(&folded.weights, *outputs, most);
        let bias: Vec<f32> = folded.bias.iter().map(|&b| b as f32).collect();
        // A negative variance gives NaN.
        if !bias.iter().chain(&quantised.scales).all(|x| x.is_finite()) {
            bail!(
                "the batch normalisation after {} is not finite",
                convolution.weights
            );
        }
        let w = self.weights(
            name,
            &convolution.shape(),
            &quantised.values,
            &quantised.scales,
        );
        let b = self.bias(name, &bias);
        let (before, after) = convolution.pads();
        let groups = if convolution.depthwise { *outputs } else { 1 };
        let [before, after, kernel, stride, groups] =
            [before, after, convolution.kernel, *stride, groups].map(|n| n as i64);
        let raw = if convolution.clipped {
            format!("{name}.raw")
        } else {
            name.clone()
        };
        let node = Node::new("Conv", &[x, &w, &b], &raw)
            .int("group", groups)
            .ints("kernel_shape", &[kernel, kernel])
            .ints("pads", &[before, before, after, after])
            .ints("strides", &[stride, stride]);
        self.nodes.push(node);
        if convolution.clipped {
            let [low, high] = BOUNDS.map(|(bound, _)| bound);
            self.node("Clip", &[&raw, low, high], name);
        }
        Ok(name.clone())
    }

    /// Adds a linear layer, whose result has its name.
    fn linear(&mut self, name: &str, linear: &Linear, x: &str) {
        let shape = [linear.outputs, linear.inputs];
        let w = self.weights(name, &shape, &linear.weight, &linear.scale);
        let b = self.bias(name, &linear.bias);
        self.nodes
            .push(Node::new("Gemm", &[x, &w, &b], name).int("transB", 1));
    }

    /// Adds weights of one byte with a scale for each entry of their first axis.
    ///
    /// # Returns
    /// The name of what they are multiplied out.
    fn weights(&mut self, name: &str, shape: &[usize], values: &[i8], scales: &[f32]) -> String {
        let [int8, scale, weights] =
            ["int8", "scale", "weight"].map(|part| format!("{name}.{part}"));
        self.tensors.extend([
            Tensor::int8(&int8, shape, values),
            Tensor::floats(&scale, &[scales.len()], scales),
        ]);
        let node = Node::new("DequantizeLinear", &[&int8, &scale], &weights).int("axis", 0);
        self.nodes.push(node);
        weights
    }

    fn bias(&mut self, name: &str, bias: &[f32]) -> String {
        let name = format!("{name}.bias");
        self.tensors
            .push(Tensor::floats(&name, &[bias.len()], bias));
        name
    }
}
