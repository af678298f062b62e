//! Convolutions of each channel by itself: few multiplications for each number that is read, so what counts is how it is read.
//!
//! Numbers that are calculated side by side are channels of one place. The rows of the image that a row of outputs needs are
//! turned to `(C / 8, W, 8)`, with the border of zeros: then all that a tile of outputs needs of a row lies in one piece, at
//! distances that are known here, and borders are no case of their own. A row is turned once and stays in the cache until
//! the kernel has stepped over it.

use super::epilogue::Bounds;
use super::product::{self, GROUP};
use super::window::Window;

/// Outputs of a row that share a tile: with the channels of a group their sums fit the vector registers.
const TILE: usize = 4;

/// Numbers of the channels of a group at one place.
type Lanes = [f32; GROUP];

/// A convolution of one image `(H, W, C)` to `(H', W', C)`.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
pub struct Depthwise {
    window: Window,
    channels: usize,
}

impl Depthwise {
    /// `None` where no code is made for the kernel and its step, or the channels do not fit.
    pub fn new(window: Window, channels: usize) -> Option<Self> {
        let made = matches!(
            (window.kernel, window.step),
            ([3, 3] | [5, 5], [1, 1] | [2, 2])
        );
        let fits = channels > 0 && channels.is_multiple_of(GROUP);
        (made && fits).then_some(Self { window, channels })
    }

    pub fn window(&self) -> &Window {
        &self.window
    }

    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Kernels `(C, 1, S, S)` in groups of channels, `(C / 8, S, S, 8)`.
    pub fn packed(&self, kernels: &[f32]) -> Vec<f32> {
        let places = kernels.len() / self.channels;
        product::packed(self.channels, places, |c, place| {
            kernels[c * places + place]
        })
    }

    /// The image convolved with [`Depthwise::packed`] kernels, plus the bias `(C,)`, within bounds.
    pub fn run(
        &self,
        image: &[f32],
        kernels: &[f32],
        bias: &[f32],
        bounds: Bounds,
        out: &mut [f32],
    ) {
        let run = match (self.window.kernel[0], self.window.step[0]) {
            (3, 1) => Self::stepped::<3, 1>,
            (3, _) => Self::stepped::<3, 2>,
            (_, 1) => Self::stepped::<5, 1>,
            _ => Self::stepped::<5, 2>,
        };
        run(self, image, kernels, bias, bounds, out);
    }

    /// [`Depthwise::run`] for kernels of SIDE × SIDE and this step.
    fn stepped<const SIDE: usize, const STEP: usize>(
        &self,
        image: &[f32],
        kernels: &[f32],
        bias: &[f32],
        bounds: Bounds,
        out: &mut [f32],
    ) {
        let ([_, columns], [_, border]) = (self.window.output, self.window.before);
        let width = ((columns - 1) * STEP + SIDE).max(border + self.window.image[1]);
        let kernels = kernels.as_chunks::<GROUP>().0;
        let kernels = kernels.as_chunks::<SIDE>().0.as_chunks::<SIDE>().0;
        // Row y of the image is at y modulo SIDE.
        let mut turned = vec![vec![[0.0; GROUP]; self.channels / GROUP * width]; SIDE];
        let mut rows = image.chunks_exact(self.window.image[1] * self.channels);
        let mut next = 0;
        for (y, out) in out.chunks_exact_mut(columns * self.channels).enumerate() {
            let (places, on_image) = self.window.on_image(0, y);
            for row in rows.by_ref().take(on_image.end.saturating_sub(next)) {
                self.turn(row, &mut turned[next % SIDE], width);
                next += 1;
            }
            let mut rows = [&[][..]; SIDE];
            for (row, y) in rows.iter_mut().zip(on_image) {
                *row = &turned[y % SIDE];
            }
            for (group, (kernel, bias)) in kernels.iter().zip(bias.as_chunks().0).enumerate() {
                let tile = Tile::<SIDE, STEP> {
                    rows: &rows[..places.len()],
                    start: group * width,
                    kernel: &kernel[places.clone()],
                    bias,
                    bounds,
                    channels: self.channels,
                };
                let out = &mut out[group * GROUP..];
                let mut x = 0;
                while x + TILE <= columns {
                    tile.put::<TILE>(x, out);
                    x += TILE;
                }
                match columns - x {
                    1 => tile.put::<1>(x, out),
                    2 => tile.put::<2>(x, out),
                    3 => tile.put::<3>(x, out),
                    _ => {}
                }
            }
        }
    }

    /// A row `(W, C)` to `(C / 8, width, 8)`, behind the border.
    fn turn(&self, row: &[f32], turned: &mut [Lanes], width: usize) {
        let border = self.window.before[1];
        for (x, channels) in row.chunks_exact(self.channels).enumerate() {
            for (group, lanes) in channels.as_chunks().0.iter().enumerate() {
                turned[group * width + border + x] = *lanes;
            }
        }
    }
}

/// What outputs of one row and one group of channels share.
struct Tile<'a, const SIDE: usize, const STEP: usize> {
    /// As many rows of the image as rows of the kernel.
    rows: &'a [&'a [Lanes]],
    /// Where the group starts in each of them.
    start: usize,
    kernel: &'a [[Lanes; SIDE]],
    bias: &'a Lanes,
    bounds: Bounds,
    channels: usize,
}

impl<const SIDE: usize, const STEP: usize> Tile<'_, SIDE, STEP> {
    /// N outputs from x on.
    #[inline(always)]
    fn put<const N: usize>(&self, x: usize, out: &mut [f32]) {
        let mut sums = [*self.bias; N];
        for (row, kernel) in self.rows.iter().zip(self.kernel) {
            // Seen here, the length is not checked again for each place.
            let row = &row[self.start + x * STEP..][..(N - 1) * STEP + SIDE];
            for (place, weights) in kernel.iter().enumerate() {
                for (output, sums) in sums.iter_mut().enumerate() {
                    let values = &row[output * STEP + place];
                    for ((sum, value), weight) in sums.iter_mut().zip(values).zip(weights) {
                        *sum += value * weight;
                    }
                }
            }
        }
        product::put(
            sums,
            self.bounds,
            &mut out[x * self.channels..],
            self.channels,
        );
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::super::window::tests::{drawn, plainly, window};
    use super::*;

    #[test]
    fn sums_are_those_of_a_plain_convolution() {
        // Borders as of TensorFlow too, which are wider behind; images that are narrower than the kernel; none at all.
        for borders in [
            [[1, 1], [1, 1]],
            [[0, 0], [1, 1]],
            [[1, 1], [2, 2]],
            [[0, 2], [1, 0]],
        ] {
            for side in [3, 5] {
                for step in [1, 2] {
                    for (image, channels) in
                        [([4, 4], 8), ([6, 9], 16), ([11, 5], 24), ([8, 23], 8)]
                    {
                        let window = window(image, [side; 2], [step; 2], borders);
                        let op = Depthwise::new(window.clone(), channels).unwrap();
                        let pixels = drawn(image[0] * image[1] * channels, 5);
                        let (kernels, bias) =
                            (drawn(channels * side * side, 7), drawn(channels, 3));
                        let expected = plainly(&window, &pixels, &bias, |k, c, place| {
                            if k == c {
                                kernels[c * side * side + place]
                            } else {
                                0.0
                            }
                        });
                        let mut found = vec![f32::NAN; expected.len()];
                        let kernels = op.packed(&kernels);
                        op.run(&pixels, &kernels, &bias, Bounds::NONE, &mut found);
                        assert_eq!(found, expected, "{op:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let made = |side, step, channels| {
            Depthwise::new(window([9, 9], side, step, [[1; 2]; 2]), channels).is_some()
        };
        assert!(made([3, 3], [2, 2], 8));
        for (side, step, channels) in [
            ([3, 5], [1, 1], 8),
            ([7, 7], [1, 1], 8),
            ([3, 3], [3, 3], 8),
            ([3, 3], [1, 2], 8),
            ([3, 3], [1, 1], 12),
            ([3, 3], [1, 1], 0),
        ] {
            assert!(!made(side, step, channels));
        }
    }
}
