//! What EfficientNet-Lite is made of: which convolutions, in which order, and under which names the weights are.
//!
//! Sources: the paper <https://arxiv.org/abs/1905.11946>, the definition of its Lite variants in
//! <https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite>, and for the names
//! <https://github.com/ml-illustrated/EfficientNet-Lite-PyTorch>.

use anyhow::{Result, bail};

/// Channels of the first and of the last convolution: the same in every Lite variant.
const STEM: usize = 32;
pub const FEATURES: usize = 1280;

/// Added to the variance by every batch normalisation.
pub const EPSILON: f64 = 1e-3;

/// Channels come in multiples of this.
const DIVISOR: usize = 8;

/// Blocks that follow each other and have the same number of output channels.
struct Stage {
    repeats: usize,
    kernel: usize,
    /// Of the first block; the others have 1.
    stride: usize,
    /// How many times more channels a block has inside than its input.
    expansion: usize,
    outputs: usize,
}

/// The stages of Lite0. The others are wider and deeper by two factors.
const STAGES: [Stage; 7] = [
    stage(1, 3, 1, 1, 16),
    stage(2, 3, 2, 6, 24),
    stage(2, 5, 2, 6, 40),
    stage(3, 3, 2, 6, 80),
    stage(3, 5, 1, 6, 112),
    stage(4, 5, 2, 6, 192),
    stage(1, 3, 1, 6, 320),
];

const fn stage(
    repeats: usize,
    kernel: usize,
    stride: usize,
    expansion: usize,
    outputs: usize,
) -> Stage {
    Stage {
        repeats,
        kernel,
        stride,
        expansion,
        outputs,
    }
}

/// How one convolution lies in the network and its weights in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Convolution {
    /// Short name of what it makes, in the graph.
    pub name: String,
    /// Name of its weights in the file.
    pub weights: String,
    /// What the names of its batch normalisation begin with.
    pub norm: String,
    pub inputs: usize,
    pub outputs: usize,
    pub kernel: usize,
    pub stride: usize,
    /// Whether each channel is convolved by itself.
    pub depthwise: bool,
    /// Whether what comes out is clipped to 0..=6.
    pub clipped: bool,
}

impl Convolution {
    /// Shape of the weights: outputs, inputs that each output sees, rows, columns.
    pub fn shape(&self) -> [usize; 4] {
        let seen = if self.depthwise { 1 } else { self.inputs };
        [self.outputs, seen, self.kernel, self.kernel]
    }

    /// Zeros before and after each axis of the image. TensorFlow pads for the output to have as many pixels as there are
    /// strides in the input, and puts the odd one after. With a stride of 2 that is one less than with 1 where the side
    /// is even, which it is in every layer if that of the image is a multiple of 32.
    pub fn pads(&self) -> (usize, usize) {
        let all = self.kernel - self.stride;
        (all / 2, all - all / 2)
    }
}

/// A block: wider, each channel by itself, narrower again.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    pub convolutions: Vec<Convolution>,
    /// Whether the input is added to what comes out.
    pub residual: bool,
}

/// All that happens to an image before the mean of its pixels is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub stem: Convolution,
    pub blocks: Vec<Block>,
    pub head: Convolution,
}

/// An architecture whose weights can be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Architecture {
    pub title: &'static str,
    /// Factors in tenths, so that rounding is exact.
    width: usize,
    depth: usize,
}

impl Architecture {
    /// The architecture that a manifest calls by this name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn named(name: &str) -> Result<Self> {
        let (title, width, depth) = match name {
            "efficientnet-lite0" => ("EfficientNet-Lite0", 10, 10),
            "efficientnet-lite2" => ("EfficientNet-Lite2", 11, 12),
            _ => bail!(
                "the architecture {name} is not known; there are efficientnet-lite0 and efficientnet-lite2"
            ),
        };
        Ok(Architecture {
            title,
            width,
            depth,
        })
    }

    /// Channels of a stage: the nearest multiple of eight, but not more than a tenth below.
    fn channels(self, lite0: usize) -> usize {
        let tenths = lite0 * self.width;
        let near = ((tenths + 10 * DIVISOR / 2) / (10 * DIVISOR) * DIVISOR).max(DIVISOR);
        if near * 100 < tenths * 9 {
            near + DIVISOR
        } else {
            near
        }
    }

    /// Blocks of a stage. The first and the last keep theirs.
    fn repeats(self, stage: usize) -> usize {
        let lite0 = STAGES[stage].repeats;
        if stage == 0 || stage == STAGES.len() - 1 {
            lite0
        } else {
            (lite0 * self.depth).div_ceil(10)
        }
    }

    pub fn network(self) -> Network {
        let stem = Convolution {
            name: "stem".into(),
            weights: "_conv_stem.weight".into(),
            norm: "_bn0".into(),
            inputs: 3,
            outputs: STEM,
            kernel: 3,
            stride: 2,
            depthwise: false,
            clipped: true,
        };
        let mut blocks = Vec::new();
        let mut inputs = STEM;
        for (i, stage) in STAGES.iter().enumerate() {
            let outputs = self.channels(stage.outputs);
            for repeat in 0..self.repeats(i) {
                let stride = if repeat == 0 { stage.stride } else { 1 };
                blocks.push(block(blocks.len(), stage, inputs, outputs, stride));
                inputs = outputs;
            }
        }
        let head = Convolution {
            name: "head".into(),
            weights: "_conv_head.weight".into(),
            norm: "_bn1".into(),
            inputs,
            outputs: FEATURES,
            kernel: 1,
            stride: 1,
            depthwise: false,
            clipped: true,
        };
        Network { stem, blocks, head }
    }
}

fn block(index: usize, stage: &Stage, inputs: usize, outputs: usize, stride: usize) -> Block {
    let inside = inputs * stage.expansion;
    let named = |part: &str, weights: &str, norm: &str| Convolution {
        name: format!("{part}{index}"),
        weights: format!("_blocks.{index}.{weights}.weight"),
        norm: format!("_blocks.{index}.{norm}"),
        inputs: inside,
        outputs: inside,
        kernel: 1,
        stride: 1,
        depthwise: false,
        clipped: true,
    };
    let expand = Convolution {
        inputs,
        ..named("expand", "_expand_conv", "_bn0")
    };
    let depthwise = Convolution {
        kernel: stage.kernel,
        stride,
        depthwise: true,
        ..named("depthwise", "_depthwise_conv", "_bn1")
    };
    let project = Convolution {
        outputs,
        clipped: false,
        ..named("project", "_project_conv", "_bn2")
    };
    let mut convolutions = vec![depthwise, project];
    if stage.expansion > 1 {
        convolutions.insert(0, expand);
    }
    Block {
        convolutions,
        residual: stride == 1 && inputs == outputs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(name: &str) -> Vec<usize> {
        let network = Architecture::named(name).unwrap().network();
        let last = |block: &Block| block.convolutions[block.convolutions.len() - 1].outputs;
        network.blocks.iter().map(last).collect()
    }

    #[test]
    fn widths_and_depths_are_those_of_the_published_networks() {
        let lite0 = [
            16, 24, 24, 40, 40, 80, 80, 80, 112, 112, 112, 192, 192, 192, 192, 320,
        ];
        assert_eq!(outputs("efficientnet-lite0"), lite0);
        let mut lite2 = vec![16];
        for (n, width) in [(3, 24), (3, 48), (4, 88), (4, 120), (5, 208), (1, 352)] {
            lite2.extend(vec![width; n]);
        }
        assert_eq!(outputs("efficientnet-lite2"), lite2);
        assert!(Architecture::named("efficientnet-b0").is_err());
    }

    #[test]
    fn zeros_are_where_tensorflow_puts_them() {
        let network = Architecture::named("efficientnet-lite0").unwrap().network();
        assert_eq!(network.stem.pads(), (0, 1));
        let mut side = 224usize.div_ceil(2);
        for convolution in network.blocks.iter().flat_map(|block| &block.convolutions) {
            // TensorFlow's own rule, which looks at the side.
            let (kernel, stride) = (convolution.kernel, convolution.stride);
            let out = side.div_ceil(stride);
            let all = ((out - 1) * stride + kernel).saturating_sub(side);
            assert_eq!(
                convolution.pads(),
                (all / 2, all - all / 2),
                "{convolution:?}"
            );
            side = out;
        }
        assert_eq!(side, 7);
    }
}
