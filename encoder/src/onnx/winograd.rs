//! Convolutions of 3 × 3 by fewer multiplications than the engine's own, which take most of a small encoder's time.
//!
//! Source: Lavin, Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, arXiv:1509.09308, section 4.1:
//! F(2 × 2, 3 × 3). A tile of 2 × 2 outputs needs the 4 × 4 inputs around it. Inputs and kernels are taken to where the
//! convolution is a product of 16 numbers, in place of 36. These products, summed over the input channels, are a matrix
//! product for each of the 16 places; the sums are taken back to 2 × 2 outputs. Both ways are additions only. In Chromium
//! the encoder that ships takes 16 ms so and 26 ms otherwise.

use super::epilogue::Bounds;
use super::product::{self, GROUP};
use std::array::from_fn;

/// Places of a transformed tile.
const PLACES: usize = 16;

/// Numbers that are calculated side by side.
const LANES: usize = 4;

/// The place of a transformed tile that counts the same in each of the four outputs.
const SHARED: usize = 5;

/// Tiles that are transformed before they are multiplied: what they become stays in the cache.
const BLOCK: usize = 64;

/// Channels from which fewer multiplications pay for the additions.
const LEAST_CHANNELS: usize = 32;

type Lanes = [f32; LANES];

/// A convolution of one image `(C, H, W)` with kernels of 3 × 3, step 1, and a border of one zero around the image, to
/// `(K, H, W)`.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
pub struct Winograd {
    inputs: usize,
    outputs: usize,
    height: usize,
    width: usize,
}

impl Winograd {
    /// From C channels to K, height and width of the image; `None` where the sizes do not fit, or so few channels would
    /// gain nothing.
    pub fn new(inputs: usize, outputs: usize, height: usize, width: usize) -> Option<Self> {
        let fits =
            inputs.is_multiple_of(LANES) && outputs.is_multiple_of(GROUP) && height * width > 0;
        let pays = inputs.min(outputs) >= LEAST_CHANNELS;
        (fits && pays).then_some(Self {
            inputs,
            outputs,
            height,
            width,
        })
    }

    /// K.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Kernels `(K, C, 3, 3)` as 16 matrices of [`product::packed`] weights: `G g G^T`.
    pub fn transformed(&self, kernels: &[f32]) -> Vec<f32> {
        let side = |g: [f32; 3]| {
            let (even, odd) = (0.5 * (g[0] + g[2]), 0.5 * g[1]);
            [g[0], even + odd, even - odd, g[2]]
        };
        let mut transformed = vec![[0.0; PLACES]; self.outputs * self.inputs];
        for (transformed, kernel) in transformed.iter_mut().zip(kernels.as_chunks::<9>().0) {
            let columns: [[f32; 4]; 3] = from_fn(|x| side(from_fn(|y| kernel[3 * y + x])));
            for (out, value) in transformed.iter_mut().zip(both_ways(columns, side)) {
                *out = value;
            }
        }
        let matrix = |place: usize| {
            product::packed(self.outputs, self.inputs, |k, c| {
                transformed[k * self.inputs + c][place]
            })
        };
        (0..PLACES).flat_map(matrix).collect()
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

    /// The image `(C, H, W)` convolved with [`Winograd::transformed`] kernels, plus the bias `(K,)`: `(K, H, W)`.
    pub fn run(&self, image: &[f32], kernels: &[f32], bias: &[f32]) -> Vec<f32> {
        let (rows, columns) = self.tiles();
        let bordered = self.bordered(image);
        let block = BLOCK.min(rows * columns);
        let mut taken = vec![0.0; PLACES * block * self.inputs];
        let mut sums = vec![0.0; PLACES * block * self.outputs];
        let no_bias = vec![0.0; self.outputs];
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
                .zip(sums.chunks_exact_mut(block * self.outputs))
                .zip(kernels.chunks_exact(self.outputs * self.inputs));
            for (place, ((taken, sums), kernels)) in places.enumerate() {
                let bias = if place == SHARED { bias } else { &no_bias };
                product::multiply(taken, kernels, bias, Bounds::NONE, sums);
            }
            for (place, tile) in tiles.enumerate() {
                self.give(&sums[place * self.outputs..], block, tile, &mut out);
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
            for (place, value) in both_ways(turned, side).enumerate() {
                let at = place * block * self.inputs + c;
                taken[at..at + LANES].copy_from_slice(&value);
            }
        }
    }

    /// `A^T m A` of a tile's place in each of 16 matrices `(block, K)` to its 2 × 2 outputs.
    fn give(&self, sums: &[f32], block: usize, tile: usize, out: &mut [f32]) {
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
                    for (lane, value) in value.into_iter().enumerate() {
                        out[((k + lane) * self.height + top + y) * self.width + left + x] = value;
                    }
                }
            }
        }
    }
}

/// The 16 places, row by row, of a tile whose columns went through `side` already.
fn both_ways<T: Copy, const N: usize>(
    columns: [[T; 4]; N],
    side: impl Fn([T; N]) -> [T; 4],
) -> impl Iterator<Item = T> {
    (0..4).flat_map(move |y| side(from_fn(|x| columns[x][y])))
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    fn plainly(op: &Winograd, image: &[f32], kernels: &[f32], bias: &[f32]) -> Vec<f32> {
        let (height, width) = (op.height as isize, op.width as isize);
        let mut out = Vec::new();
        for (kernels, bias) in kernels.chunks(9 * op.inputs).zip(bias) {
            for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
                let mut sum = f64::from(*bias);
                for (plane, kernel) in image.chunks(op.height * op.width).zip(kernels.chunks(9)) {
                    for (place, k) in (0..9).zip(kernel) {
                        let (y, x) = (y + place / 3 - 1, x + place % 3 - 1);
                        if (0..height).contains(&y) && (0..width).contains(&x) {
                            sum += f64::from(plane[(y * width + x) as usize]) * f64::from(*k);
                        }
                    }
                }
                out.push(sum as f32);
            }
        }
        out
    }

    #[test]
    fn sums_are_those_of_a_plain_convolution() {
        let mut state = 3_u32;
        // One tile, sides that tiles do not fill, more tiles than a block, fewer channels than outputs and more.
        for (inputs, outputs, height, width) in [
            (32, 32, 2, 2),
            (36, 40, 5, 7),
            (64, 32, 1, 9),
            (32, 48, 17, 18),
        ] {
            let op = Winograd::new(inputs, outputs, height, width).unwrap();
            let mut draw = |n: usize| {
                (0..n)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        state as f32 / u32::MAX as f32 - 0.5
                    })
                    .collect::<Vec<_>>()
            };
            let (image, kernels, bias) = (
                draw(inputs * height * width),
                draw(outputs * inputs * 9),
                draw(outputs),
            );
            let found = op.run(&image, &op.transformed(&kernels), &bias);
            for (found, expected) in found.iter().zip(plainly(&op, &image, &kernels, &bias)) {
                assert!(
                    (found - expected).abs() < 2e-5,
                    "{op:?}: {found}, {expected}"
                );
            }
        }
    }
}
