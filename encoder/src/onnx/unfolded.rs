//! Convolutions as products: what the kernel covers for an output is a row, and the rows meet the weights in [`product`].
//!
//! Of an image whose channels lie last, what a row of the kernel covers lies in one piece.

use super::epilogue::Bounds;
use super::product::{self, GROUP};
use super::window::Window;

/// Outputs whose rows are laid out before they are multiplied: they stay in the cache.
const BLOCK: usize = 64;

/// A convolution of one image `(H, W, C)` to `(H', W', K)`.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
pub struct Unfolded {
    window: Window,
    inputs: usize,
    outputs: usize,
}

impl Unfolded {
    /// From C channels to K; `None` where these do not fit.
    pub fn new(window: Window, inputs: usize, outputs: usize) -> Option<Self> {
        let fits = inputs > 0 && outputs > 0 && outputs.is_multiple_of(GROUP);
        fits.then_some(Self {
            window,
            inputs,
            outputs,
        })
    }

    pub fn window(&self) -> &Window {
        &self.window
    }

    pub fn outputs(&self) -> usize {
        self.outputs
    }

    fn places(&self) -> usize {
        self.window.kernel.iter().product()
    }

    /// Kernels `(K, C, S, T)` as [`product::packed`] weights of rows `(S, T, C)`.
    pub fn packed(&self, kernels: &[f32]) -> Vec<f32> {
        let places = self.places();
        product::packed(self.outputs, places * self.inputs, |k, at| {
            let (place, c) = (at / self.inputs, at % self.inputs);
            kernels[(k * self.inputs + c) * places + place]
        })
    }

    /// The image convolved with [`Unfolded::packed`] kernels, plus the bias `(K,)`, within bounds.
    pub fn run(
        &self,
        image: &[f32],
        kernels: &[f32],
        bias: &[f32],
        bounds: Bounds,
        out: &mut [f32],
    ) {
        let length = self.places() * self.inputs;
        let mut rows = vec![0.0; BLOCK * length];
        for (block, out) in out.chunks_mut(BLOCK * self.outputs).enumerate() {
            let rows = &mut rows[..out.len() / self.outputs * length];
            for (place, row) in rows.chunks_exact_mut(length).enumerate() {
                self.lay_out(image, block * BLOCK + place, row);
            }
            product::multiply(rows, kernels, bias, bounds, out);
        }
    }

    /// What the kernel covers for an output: zeros beside the image.
    fn lay_out(&self, image: &[f32], output: usize, row: &mut [f32]) {
        let width = self.window.image[1];
        let (y, x) = (
            output / self.window.output[1],
            output % self.window.output[1],
        );
        let (on_rows, rows) = self.window.on_image(0, y);
        let (on_columns, columns) = self.window.on_image(1, x);
        if on_rows.len() * on_columns.len() < self.places() {
            row.fill(0.0);
        }
        let length = self.window.kernel[1] * self.inputs;
        let covered = row.chunks_exact_mut(length).skip(on_rows.start);
        for (covered, y) in covered.zip(rows) {
            let columns =
                (y * width + columns.start) * self.inputs..(y * width + columns.end) * self.inputs;
            covered[on_columns.start * self.inputs..on_columns.end * self.inputs]
                .copy_from_slice(&image[columns]);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::super::window::tests::{drawn, plainly, window};
    use super::*;

    #[test]
    fn sums_are_those_of_a_plain_convolution() {
        for (image, inputs, outputs, kernel, step, borders) in [
            ([17, 15], 3, 16, [3, 3], [2, 2], [[0, 0], [1, 1]]),
            ([7, 6], 5, 8, [3, 5], [1, 3], [[1, 2], [0, 4]]),
            ([8, 8], 3, 8, [4, 4], [4, 4], [[0, 0], [0, 0]]),
            ([5, 5], 8, 8, [1, 1], [2, 2], [[0, 0], [0, 0]]),
            ([2, 3], 1, 8, [7, 7], [1, 1], [[5, 3], [3, 8]]),
        ] {
            let window = window(image, kernel, step, borders);
            let op = Unfolded::new(window.clone(), inputs, outputs).unwrap();
            let places = kernel[0] * kernel[1];
            let pixels = drawn(image[0] * image[1] * inputs, 5);
            let (kernels, bias) = (drawn(outputs * inputs * places, 7), drawn(outputs, 3));
            let expected = plainly(&window, &pixels, &bias, |k, c, place| {
                kernels[(k * inputs + c) * places + place]
            });
            let mut found = vec![f32::NAN; expected.len()];
            op.run(
                &pixels,
                &op.packed(&kernels),
                &bias,
                Bounds::NONE,
                &mut found,
            );
            assert_eq!(found, expected, "{op:?}");
        }
        assert!(Unfolded::new(window([9, 9], [3, 3], [1, 1], [[1; 2]; 2]), 3, 12).is_none());
    }
}
