//! Where a kernel that steps over an image finds its inputs.

use std::ops::Range;

/// Heights and widths: of the image, of the kernel, of its steps, of the border of zeros before the image, of the output.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
pub struct Window {
    pub image: [usize; 2],
    pub kernel: [usize; 2],
    pub step: [usize; 2],
    pub before: [usize; 2],
    pub output: [usize; 2],
}

impl Window {
    /// Along an axis: the places of the kernel that lie on the image for an output, and those of the image.
    pub fn on_image(&self, axis: usize, output: usize) -> (Range<usize>, Range<usize>) {
        let (start, border) = (output * self.step[axis], self.before[axis]);
        let first = border.saturating_sub(start).min(self.kernel[axis]);
        let end = (self.image[axis] + border)
            .saturating_sub(start)
            .clamp(first, self.kernel[axis]);
        if first == end {
            return (0..0, 0..0);
        }
        let image = start + first - border..start + end - border;
        (first..end, image)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A window whose output is what fits between borders of these sizes, `[[top, left], [bottom, right]]`.
    pub fn window(
        image: [usize; 2],
        kernel: [usize; 2],
        step: [usize; 2],
        borders: [[usize; 2]; 2],
    ) -> Window {
        let output = [0, 1].map(|axis| {
            let length = image[axis] + borders[0][axis] + borders[1][axis];
            (length - kernel[axis]) / step[axis] + 1
        });
        Window {
            image,
            kernel,
            step,
            before: borders[0],
            output,
        }
    }

    /// Sums of an image `(H, W, C)` by a plain loop: `weight(k, c, place of the kernel)` for K outputs, plus the bias.
    pub fn plainly(
        window: &Window,
        image: &[f32],
        bias: &[f32],
        weight: impl Fn(usize, usize, usize) -> f32,
    ) -> Vec<f32> {
        let [height, width] = window.image;
        let channels = image.len() / (height * width);
        let mut out = Vec::new();
        for (y, x) in places(window.output) {
            for (k, bias) in bias.iter().enumerate() {
                let mut sum = *bias;
                for (place, (i, j)) in places(window.kernel).enumerate() {
                    let inside = |axis: usize, output: usize, place: usize| {
                        (output * window.step[axis] + place)
                            .checked_sub(window.before[axis])
                            .filter(|&at| at < window.image[axis])
                    };
                    if let (Some(row), Some(column)) = (inside(0, y, i), inside(1, x, j)) {
                        for c in 0..channels {
                            sum +=
                                image[(row * width + column) * channels + c] * weight(k, c, place);
                        }
                    }
                }
                out.push(sum);
            }
        }
        out
    }

    fn places([height, width]: [usize; 2]) -> impl Iterator<Item = (usize, usize)> {
        (0..height).flat_map(move |y| (0..width).map(move |x| (y, x)))
    }

    /// Whole numbers, whose sums are exact in any order.
    pub fn drawn(count: usize, step: usize) -> Vec<f32> {
        (0..count).map(|i| (i * step % 17) as f32 - 8.0).collect()
    }

    #[test]
    fn a_kernel_meets_the_image_where_both_are() {
        let window = window([5, 2], [3, 5], [2, 1], [[1, 6], [1, 7]]);
        assert_eq!(window.output, [3, 11]);
        let rows = [0, 1, 2].map(|y| window.on_image(0, y));
        assert_eq!(rows, [(1..3, 0..2), (0..3, 1..4), (0..2, 3..5)]);
        // Beside the image on both sides; over it, which is narrower.
        let columns = [0, 1, 2, 5, 6, 7, 8, 10].map(|x| window.on_image(1, x));
        assert_eq!(
            columns,
            [
                (0..0, 0..0),
                (0..0, 0..0),
                (4..5, 0..1),
                (1..3, 0..2),
                (0..2, 0..2),
                (0..1, 1..2),
                (0..0, 0..0),
                (0..0, 0..0)
            ]
        );
    }
}
