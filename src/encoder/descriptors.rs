//! Descriptors of an image that need no training: they tell what a small network overlooks, whatever it shows.
//!
//! Sources: colour histograms, Swain and Ballard, "Color Indexing", 1991, compared by square roots (the Hellinger kernel);
//! histograms of oriented gradients, Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection", 2005, from
//! the crate `imageproc`. Both look at the pixels that the network sees. On training photos of 18 classes, five ways to
//! cut colours into bins and six grids of gradients were compared; these are within a point of the best, and small.

use super::manifest::{Layout, Manifest};
use crate::Stream;
use imageproc::hog::{HogOptions, hog};
use imageproc::image::imageops::{self, FilterType};
use imageproc::image::{GrayImage, Rgb, RgbImage};
use serde::Deserialize;

/// Hues, saturations and brightnesses that are told apart.
const BINS: [usize; 3] = [12, 4, 4];

/// Pixels a side of the image whose gradients are counted.
const GRADIENT_SIDE: u32 = 64;

/// Gradients unsigned in 9 directions, cells of 16 pixels, every block of 2 by 2 cells at unit length.
const GRADIENTS: HogOptions = HogOptions {
    orientations: 9,
    signed: false,
    cell_side: 16,
    block_side: 2,
    block_stride: 1,
};

/// A kind of descriptor, as a manifest names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Descriptor {
    /// Square roots of the shares of colours in the whole image, then in its middle (half of each side).
    Color,
    /// Directions of edges by place.
    Edges,
}

impl Descriptor {
    /// Its name and width in a feature row. What is counted means what it is: taking away what photos have in common made
    /// colours worse (by 0.6 and 1.0 points at four photos a class, on the two sets of photos that choices are made with).
    pub fn stream(self) -> Stream {
        let (name, dim) = match self {
            Self::Color => ("color", 2 * BINS.iter().product::<usize>()),
            Self::Edges => {
                let cells = (GRADIENT_SIDE as usize) / GRADIENTS.cell_side;
                let blocks = (cells - GRADIENTS.block_side) / GRADIENTS.block_stride + 1;
                let of_block = GRADIENTS.block_side.pow(2) * GRADIENTS.orientations;
                ("edges", blocks * blocks * of_block)
            }
        };
        Stream {
            plain: true,
            ..Stream::new(name, dim)
        }
    }

    fn of(self, image: &RgbImage) -> Vec<f32> {
        match self {
            Self::Color => color(image),
            Self::Edges => edges(image),
        }
    }
}

/// The feature row: what the network says `(outputs, one after the other)` and what the manifest's descriptors say of the
/// same input tensor, in the order of the streams.
pub(super) fn join(manifest: &Manifest, tensor: &[f32], outputs: Vec<f32>) -> Vec<f32> {
    if manifest.descriptors().is_empty() {
        return outputs;
    }
    let image = image(manifest, tensor);
    let mut rest = outputs.as_slice();
    let mut row = Vec::with_capacity(manifest.streams().iter().map(|stream| stream.dim).sum());
    for stream in manifest.streams() {
        let of_stream = |descriptor: &&Descriptor| descriptor.stream().name == stream.name;
        match manifest.descriptors().iter().find(of_stream) {
            Some(descriptor) => row.extend(descriptor.of(&image)),
            None => {
                // The outputs come in the order of the streams, so the next numbers are this one's.
                let (output, others) = rest.split_at(stream.dim.min(rest.len()));
                row.extend(output);
                rest = others;
            }
        }
    }
    row
}

/// The pixels that an input tensor was made of.
fn image(manifest: &Manifest, tensor: &[f32]) -> RgbImage {
    let (input, recipe) = (manifest.input(), manifest.preprocess());
    let (width, area) = (input.width, (input.width * input.height) as usize);
    RgbImage::from_fn(width, input.height, |x, y| {
        let pixel = (y * width + x) as usize;
        Rgb(std::array::from_fn(|c| {
            let value = match input.layout {
                Layout::Nchw => tensor[c * area + pixel],
                Layout::Nhwc => tensor[pixel * 3 + c],
            };
            // Casting saturates at 0 and 255.
            ((value * recipe.std[c] + recipe.mean[c]) * 255.0).round() as u8
        }))
    })
}

fn color(image: &RgbImage) -> Vec<f32> {
    let (width, height) = image.dimensions();
    let middle = |at: u32, side: u32| (side / 4..side - side / 4).contains(&at);
    let n: usize = BINS.iter().product();
    let mut counts = vec![0_u32; 2 * n];
    let mut totals = [0_u32; 2];
    for (x, y, pixel) in image.enumerate_pixels() {
        let bin = bin(pixel);
        counts[bin] += 1;
        totals[0] += 1;
        if middle(x, width) && middle(y, height) {
            counts[n + bin] += 1;
            totals[1] += 1;
        }
    }
    counts
        .chunks(n)
        .zip(totals)
        .flat_map(|(counts, total)| {
            counts
                .iter()
                .map(move |&count| (count as f32 / total.max(1) as f32).sqrt())
        })
        .collect()
}

/// Which of the colours a pixel has, by hue, saturation and value.
fn bin(&Rgb([r, g, b]): &Rgb<u8>) -> usize {
    let [r, g, b] = [r, g, b].map(i32::from);
    let (largest, smallest) = (r.max(g).max(b), r.min(g).min(b));
    let range = largest - smallest;
    // In sixths of the circle, times the range, so that all stays whole.
    let hue = if range == 0 {
        0
    } else if largest == r {
        (g - b).rem_euclid(6 * range)
    } else if largest == g {
        b - r + 2 * range
    } else {
        r - g + 4 * range
    };
    let [hues, saturations, values] = BINS;
    let share = |part: i32, whole: i32, bins: usize| {
        (part as usize * bins / (whole.max(1) as usize)).min(bins - 1)
    };
    let hue = share(hue, 6 * range, hues);
    let saturation = share(range, largest, saturations);
    (hue * saturations + saturation) * values + share(largest, 255, values)
}

/// Where an image has no edge at all every direction is as likely as any other, so that the result has a length.
fn edges(image: &RgbImage) -> Vec<f32> {
    let grey: GrayImage = imageops::grayscale(image);
    let small = imageops::resize(&grey, GRADIENT_SIDE, GRADIENT_SIDE, FilterType::Triangle);
    let dim = Descriptor::Edges.stream().dim;
    // It refuses only options that do not fit the size, and both are constants.
    hog(&small, GRADIENTS)
        .ok()
        .filter(|found| found.iter().any(|&v| v > 0.0))
        .unwrap_or_else(|| vec![1.0; dim])
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    fn filled(color: [u8; 3]) -> RgbImage {
        RgbImage::from_pixel(32, 24, Rgb(color))
    }

    #[test]
    fn a_plain_image_has_one_color_and_no_direction() {
        for color_of in [[0, 0, 0], [255, 255, 255], [255, 0, 0], [12, 200, 90]] {
            let image = filled(color_of);
            let histogram = color(&image);
            assert_eq!(histogram.len(), Descriptor::Color.stream().dim);
            assert_eq!(histogram.iter().filter(|&&v| v == 1.0).count(), 2);
            assert_eq!(histogram.iter().sum::<f32>(), 2.0);
            assert_eq!(edges(&image), vec![1.0; Descriptor::Edges.stream().dim]);
        }
    }

    #[test]
    fn hues_are_those_of_the_color_circle() {
        let hue = |rgb| bin(&Rgb(rgb)) / (BINS[1] * BINS[2]);
        let circle = [
            [255, 0, 0],
            [255, 200, 0],
            [0, 255, 0],
            [0, 255, 255],
            [0, 0, 255],
            [255, 0, 255],
            [255, 0, 60],
        ];
        assert_eq!(circle.map(hue), [0, 1, 4, 6, 8, 10, 11]);
    }

    #[test]
    fn the_middle_is_counted_apart() {
        let mut image = filled([255, 0, 0]);
        imageops::replace(
            &mut image,
            &RgbImage::from_pixel(16, 12, Rgb([0, 0, 255])),
            8,
            6,
        );
        let histogram = color(&image);
        let n = histogram.len() / 2;
        let (red, blue) = (bin(&Rgb([255, 0, 0])), bin(&Rgb([0, 0, 255])));
        assert_eq!(histogram[red], 0.75_f32.sqrt());
        assert_eq!(histogram[blue], 0.25_f32.sqrt());
        assert_eq!((histogram[n + red], histogram[n + blue]), (0.0, 1.0));
    }

    #[test]
    fn edges_tell_stripes_across_from_stripes_down() {
        let stripes = |down: bool| {
            edges(&RgbImage::from_fn(64, 64, |x, y| {
                Rgb([if (if down { x } else { y }) / 4 % 2 == 0 {
                    0
                } else {
                    255
                }; 3])
            }))
        };
        let cosine = |a: &[f32], b: &[f32]| {
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
        };
        let (across, down) = (stripes(false), stripes(true));
        assert_eq!(across.len(), Descriptor::Edges.stream().dim);
        assert!(cosine(&across, &down) < 0.2);
    }
}
