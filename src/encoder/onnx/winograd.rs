//! Convolutions of 3 × 3 with fewer multiplications than the engine's own: a way for it to run what it has read.
//!
//! Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, arXiv:1509.09308, section 4.1:
//! F(2 × 2, 3 × 3). A tile of 2 × 2 outputs needs the 4 × 4 inputs around it. Inputs and kernels are first taken to where
//! the convolution is a product of 16 numbers, in place of 36. These products, summed over the input channels, are one
//! matrix product for each of the 16 places; their sums are taken back to 2 × 2 outputs. Both ways are additions only.

use std::array::from_fn;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::cnn::{Conv, KernelFormat};
use tract_onnx::tract_core::ops::nn::DataFormat;

/// Places of a transformed tile.
const PLACES: usize = 16;

/// Numbers that are calculated side by side.
const LANES: usize = 4;

/// Output channels and tiles whose sums are held in registers.
const CHANNELS: usize = 2 * LANES;
const TILES: usize = 4;

/// Tiles that are transformed before they are multiplied: what they become stays in the cache.
const BLOCK: usize = 64;

/// Channels from which fewer multiplications pay for the additions.
const LEAST_CHANNELS: usize = 32;

type Lanes = [f32; LANES];

/// A convolution of one image `(C, H, W)` with kernels of 3 × 3, step 1, and a border of one zero around the image, to
/// `(K, H, W)`. Inputs: the image, its kernels as [`transformed`] gives them, the bias `(K,)`.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct Winograd {
    /// C, a multiple of [`LANES`].
    inputs: usize,
    /// K, a multiple of [`CHANNELS`].
    outputs: usize,
    height: usize,
    width: usize,
}

/// Replaces the convolutions of a model that are of this kind.
pub fn rewrite(model: &mut TypedModel) -> TractResult<()> {
    for id in model.eval_order()? {
        let node = model.node(id);
        let Some((op, kernels, bias)) = Winograd::of(model, node)? else {
            continue;
        };
        let name = node.name.clone();
        let mut patch = TypedModelPatch::new("winograd");
        let image = patch.tap_model(model, node.inputs[0])?;
        let kernels = patch.add_const(format!("{name}.kernels"), kernels)?;
        let bias = patch.add_const(format!("{name}.bias"), bias)?;
        let output = patch.wire_node(name, op, &[image, kernels, bias])?[0];
        patch.shunt_outside(model, id.into(), output)?;
        patch.apply(model)?;
    }
    Ok(())
}

impl Winograd {
    /// The node as such a convolution, its kernels transformed, and its bias; `None` where it is none.
    fn of(model: &TypedModel, node: &TypedNode) -> TractResult<Option<(Self, Tensor, Tensor)>> {
        let Some(conv) = node.op_as::<Conv>() else {
            return Ok(None);
        };
        let (pool, image) = (&conv.pool_spec, model.outlet_fact(node.inputs[0])?);
        let constant = |input: usize| {
            model
                .outlet_fact(node.inputs[input])
                .map(|fact| fact.konst.clone())
        };
        let (Some(shape), Some(kernels), Some(bias)) =
            (image.shape.as_concrete(), constant(1)?, constant(2)?)
        else {
            return Ok(None);
        };
        let plain = conv.q_params.is_none()
            && conv.group == 1
            && conv.kernel_fmt == KernelFormat::OIHW
            && image.datum_type == f32::datum_type()
            && matches!(pool.data_format, DataFormat::NCHW | DataFormat::CHW)
            && pool.kernel_shape[..] == [3, 3]
            && pool
                .strides()
                .iter()
                .chain(pool.dilations().iter())
                .all(|&step| step == 1);
        if !plain {
            return Ok(None);
        }
        let layout = pool.data_format.shape(shape)?;
        let (hw, inputs, outputs) = (layout.hw_dims(), pool.input_channels, pool.output_channels);
        let bordered = pool
            .computed_padding(hw)
            .iter()
            .all(|axis| (axis.pad_before, axis.pad_after) == (1, 1));
        let fits = inputs.is_multiple_of(LANES) && outputs.is_multiple_of(CHANNELS);
        if *layout.n().unwrap_or(&1) != 1
            || !bordered
            || !fits
            || inputs.min(outputs) < LEAST_CHANNELS
            || bias.len() != outputs
        {
            return Ok(None);
        }
        let op = Self {
            inputs,
            outputs,
            height: hw[0],
            width: hw[1],
        };
        let kernels = op.transformed(&kernels)?;
        Ok(Some((
            op,
            kernels,
            bias.into_tensor().into_shape(&[outputs])?,
        )))
    }

    /// Kernels `(K, C, 3, 3)` as `(16, K / 8, C, 8)`: `G g G^T`, output channels in groups for the matrix product.
    fn transformed(&self, kernels: &Tensor) -> TractResult<Tensor> {
        let kernels = kernels.cast_to::<f32>()?;
        let kernels = kernels.to_plain_array_view::<f32>()?;
        let side = |g: [f32; 3]| {
            [
                g[0],
                0.5 * (g[0] + g[1] + g[2]),
                0.5 * (g[0] - g[1] + g[2]),
                g[2],
            ]
        };
        let mut out = vec![0.0; PLACES * self.outputs * self.inputs];
        for (g, kernel) in kernels
            .iter()
            .copied()
            .collect::<Vec<_>>()
            .as_chunks::<9>()
            .0
            .iter()
            .enumerate()
        {
            let (k, c) = (g / self.inputs, g % self.inputs);
            let columns: [[f32; 4]; 3] = from_fn(|x| side(from_fn(|y| kernel[3 * y + x])));
            for y in 0..4 {
                for (x, value) in side(from_fn(|i| columns[i][y])).into_iter().enumerate() {
                    let group = (4 * y + x) * (self.outputs / CHANNELS) + k / CHANNELS;
                    out[(group * self.inputs + c) * CHANNELS + k % CHANNELS] = value;
                }
            }
        }
        Tensor::from_shape(
            &[PLACES, self.outputs / CHANNELS, self.inputs, CHANNELS],
            &out,
        )
    }

    fn tiles(&self) -> (usize, usize) {
        (self.height.div_ceil(2), self.width.div_ceil(2))
    }

    /// The image with its border, channels last, `(2 rows of tiles + 2, 2 columns + 2, C)`.
    fn bordered(&self, image: &[f32]) -> Vec<f32> {
        let (rows, columns) = self.tiles();
        let mut out = vec![0.0; (2 * rows + 2) * (2 * columns + 2) * self.inputs];
        for (c, plane) in image.chunks_exact(self.height * self.width).enumerate() {
            for (y, row) in plane.chunks_exact(self.width).enumerate() {
                let start = (y + 1) * (2 * columns + 2) + 1;
                for (x, &value) in row.iter().enumerate() {
                    out[(start + x) * self.inputs + c] = value;
                }
            }
        }
        out
    }

    fn run(&self, image: &[f32], kernels: &[f32], bias: &[f32]) -> Vec<f32> {
        let (rows, columns) = self.tiles();
        let bordered = self.bordered(image);
        let block = BLOCK.min((rows * columns).next_multiple_of(TILES));
        let mut taken = vec![0.0; PLACES * block * self.inputs];
        let mut sums = vec![0.0; PLACES * block * self.outputs];
        let mut out = vec![0.0; self.outputs * self.height * self.width];
        for start in (0..rows * columns).step_by(block) {
            // What is left of earlier tiles in the last block is multiplied too, and not looked at.
            let tiles = start..(start + block).min(rows * columns);
            for (place, tile) in tiles.clone().enumerate() {
                let corner =
                    (2 * (tile / columns) * (2 * columns + 2) + 2 * (tile % columns)) * self.inputs;
                self.take(
                    &bordered[corner..],
                    &mut taken[place * self.inputs..],
                    block,
                );
            }
            let places = taken
                .chunks_exact(block * self.inputs)
                .zip(sums.chunks_exact_mut(block * self.outputs));
            for ((taken, sums), kernels) in
                places.zip(kernels.chunks_exact(self.outputs * self.inputs))
            {
                self.multiply(taken, kernels, sums);
            }
            for (place, tile) in tiles.enumerate() {
                self.give(&sums[place * self.outputs..], block, bias, tile, &mut out);
            }
        }
        out
    }

    /// `B^T d B` of the 4 × 4 inputs from a corner on, to its place of each of 16 matrices `(block, C)`.
    fn take(&self, corner: &[f32], taken: &mut [f32], block: usize) {
        let (_, columns) = self.tiles();
        let side = |d: [Lanes; 4]| {
            [
                minus(d[0], d[2]),
                plus(d[1], d[2]),
                minus(d[2], d[1]),
                minus(d[1], d[3]),
            ]
        };
        for c in (0..self.inputs).step_by(LANES) {
            let lanes = |y: usize, x: usize| {
                lanes(&corner[(y * (2 * columns + 2) + x) * self.inputs + c..])
            };
            let turned: [[Lanes; 4]; 4] = from_fn(|x| side(from_fn(|y| lanes(y, x))));
            for y in 0..4 {
                for (x, value) in side(from_fn(|i| turned[i][y])).into_iter().enumerate() {
                    let at = (4 * y + x) * block * self.inputs + c;
                    taken[at..at + LANES].copy_from_slice(&value);
                }
            }
        }
    }

    /// Tiles `(block, C)` times kernels `(K / 8, C, 8)` to `(block, K)`.
    fn multiply(&self, tiles: &[f32], kernels: &[f32], sums: &mut [f32]) {
        for (group, kernels) in kernels.chunks_exact(self.inputs * CHANNELS).enumerate() {
            let kernels = kernels.as_chunks::<CHANNELS>().0;
            let rows = tiles.chunks_exact(TILES * self.inputs);
            for (rows, sums) in rows.zip(sums.chunks_exact_mut(TILES * self.outputs)) {
                let mut held = [[0.0; CHANNELS]; TILES];
                let (a, rest) = rows.split_at(self.inputs);
                let (b, rest) = rest.split_at(self.inputs);
                let (c, d) = rest.split_at(self.inputs);
                for ((((kernel, a), b), c), d) in kernels.iter().zip(a).zip(b).zip(c).zip(d) {
                    for (held, value) in held.iter_mut().zip([a, b, c, d]) {
                        for (held, k) in held.iter_mut().zip(kernel) {
                            *held += value * k;
                        }
                    }
                }
                for (sums, held) in sums.chunks_exact_mut(self.outputs).zip(held) {
                    sums[group * CHANNELS..][..CHANNELS].copy_from_slice(&held);
                }
            }
        }
    }

    /// `A^T m A` of a tile's place in each of 16 matrices `(block, K)`, plus the bias, to its 2 × 2 outputs.
    fn give(&self, sums: &[f32], block: usize, bias: &[f32], tile: usize, out: &mut [f32]) {
        let (_, columns) = self.tiles();
        let (top, left) = (2 * (tile / columns), 2 * (tile % columns));
        let side = |m: [Lanes; 4]| [plus(plus(m[0], m[1]), m[2]), minus(minus(m[1], m[2]), m[3])];
        for k in (0..self.outputs).step_by(LANES) {
            let turned: [[Lanes; 2]; 4] = from_fn(|x| {
                side(from_fn(|y| {
                    lanes(&sums[(4 * y + x) * block * self.outputs + k..])
                }))
            });
            for y in 0..2.min(self.height - top) {
                let row = side(from_fn(|i| turned[i][y]));
                for (x, value) in row.into_iter().enumerate().take(self.width - left) {
                    let value = plus(value, lanes(&bias[k..]));
                    for (lane, value) in value.into_iter().enumerate() {
                        out[((k + lane) * self.height + top + y) * self.width + left + x] = value;
                    }
                }
            }
        }
    }
}

fn lanes(values: &[f32]) -> Lanes {
    from_fn(|i| values[..LANES][i])
}

fn plus(a: Lanes, b: Lanes) -> Lanes {
    from_fn(|i| a[i] + b[i])
}

fn minus(a: Lanes, b: Lanes) -> Lanes {
    from_fn(|i| a[i] - b[i])
}

impl Op for Winograd {
    fn name(&self) -> StaticName {
        "Winograd".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Winograd {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let [image, kernels, bias] = &inputs[..] else {
            bail!("a convolution has three inputs");
        };
        let views = [image, kernels, bias].map(|input| input.to_plain_array_view::<f32>());
        let [image, kernels, bias] = views;
        let (image, kernels, bias) = (image?, kernels?, bias?);
        let (image, kernels, bias) = (
            image.as_standard_layout(),
            kernels.as_standard_layout(),
            bias.as_standard_layout(),
        );
        let slice = "arrays in standard layout are slices";
        let out = self.run(
            image.as_slice().expect(slice),
            kernels.as_slice().expect(slice),
            bias.as_slice().expect(slice),
        );
        let mut shape = image.shape().to_vec();
        let channels = shape.len() - 3;
        shape[channels] = self.outputs;
        Ok(tvec!(Tensor::from_shape(&shape, &out)?.into_tvalue()))
    }
}

impl TypedOp for Winograd {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let mut shape = inputs[0].shape.to_tvec();
        let channels = shape.len() - 3;
        shape[channels] = self.outputs.to_dim();
        Ok(tvec!(f32::fact(&shape)))
    }

    as_op!();
}
