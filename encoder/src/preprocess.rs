//! Pixels to tensor: resize the shorter side and crop the centre, or stretch the image; then normalise.
//!
//! Source: what Pillow and torchvision do with `Resize(s)`, `CenterCrop(h, w)`, `ToTensor`, `Normalize`; encoders are
//! trained with that, and lose accuracy with anything else.
//!
//! Pillow resizes horizontally, rounds and clips to eight bits, then resizes vertically. `fast_image_resize` asked for
//! both at once goes the other way round, and with floats does not clip in between. So it is asked twice, for one
//! direction at a time. Measured against Pillow 13 (bicubic to 224, channel values of 255, and the time natively):
//!
//! | way | CLIP fixture, 450 x 655 | photo, 3000 x 4366 | black and white noise |
//! | --- | --- | --- | --- |
//! | two passes of u8 (here) | max 1, mean 0.002; 0.3 ms | max 1, mean 0.001; 5.5 ms | max 1, mean 0.006 |
//! | one call of u8 | max 3, mean 0.19; 0.3 ms | max 2, mean 0.09; 8.5 ms | max 17, mean 2.1 |
//! | one call of f32 | max 3, mean 0.15; 1.6 ms | max 2, mean 0.07; 130 ms | max 18, mean 1.5 |
//!
//! What is left differs because coefficients have 16 bits here and 22 in Pillow. WebAssembly SIMD needs no switch:
//! `Resizer::new` takes it where the module is compiled with it.

use super::manifest::Manifest;
use super::parts::{Filter, Layout};
use fast_image_resize as fir;
use handful::{Error, Result};
use std::borrow::Cow;

/// Longest side of an image, in pixels: browsers draw no larger canvas.
pub const MAX_SIDE: u32 = 16_384;

/// Most pixels of an image: 100 million take 400 MB of RGBA, a tenth of what WebAssembly can address.
pub const MAX_PIXELS: u64 = 100_000_000;

/// Bytes of one RGBA pixel.
const RGBA: usize = 4;

/// Turns images of any size into input tensors; holds scratch memory, so keep it for the next image.
#[derive(Debug, Clone)]
pub struct Preprocessor {
    /// Absent where the image is stretched to the input's size.
    shorter_side: Option<u32>,
    filter: fir::FilterType,
    support: f64,
    height: u32,
    width: u32,
    layout: Layout,
    /// Normalised value of each level, per channel.
    levels: [[f32; 256]; 3],
    resizer: fir::Resizer,
    /// RGBA after the horizontal pass.
    columns: Vec<u8>,
    /// RGBA of the crop.
    crop: Vec<u8>,
}

impl Preprocessor {
    /// The preprocessing that the manifest describes.
    pub fn new(manifest: &Manifest) -> Self {
        let (input, recipe) = (manifest.input(), manifest.preprocess());
        let (filter, support) = convolution(recipe.filter);
        // Single precision and this order of operations, as in torchvision: bit for bit the same tensor.
        let levels = std::array::from_fn(|c| {
            std::array::from_fn(|level| (level as f32 / 255.0 - recipe.mean[c]) / recipe.std[c])
        });
        Self {
            shorter_side: recipe.shorter_side,
            filter,
            support,
            height: input.height,
            width: input.width,
            layout: input.layout,
            levels,
            resizer: fir::Resizer::new(),
            columns: Vec::new(),
            crop: Vec::new(),
        }
    }

    /// The resized and cropped image, before normalisation.
    ///
    /// # Shapes
    /// `rgba`: `(height, width, 4)` bytes, alpha not premultiplied, as in an `ImageData`; the result: `(H, W, 4)` of the
    /// encoder's input, its alpha without meaning. Transparent pixels are laid on white. The longer side becomes
    /// `floor(s * longer / shorter)` unless the manifest has the image stretched; the crop begins at half the surplus,
    /// halves rounded to even.
    ///
    /// # Errors
    /// [`Error::ImageEmpty`], [`Error::ImageTooLarge`] beyond [`MAX_SIDE`] or [`MAX_PIXELS`], [`Error::ImageBytes`].
    pub fn pixels(&mut self, rgba: &[u8], width: u32, height: u32) -> Result<&[u8]> {
        check_image(rgba, width, height)?;
        let shorter = width.min(height);
        let resized = |side: u32, stretched: u32| match self.shorter_side {
            Some(target) => u64::from(target) * u64::from(side) / u64::from(shorter),
            None => u64::from(stretched),
        };
        let x = Stretch::new(width, resized(width, self.width), self.width, self.support);
        let y = Stretch::new(
            height,
            resized(height, self.height),
            self.height,
            self.support,
        );

        // Only the rows that the vertical pass will read.
        let row = width as usize * RGBA;
        let rows = on_white(&rgba[y.first as usize * row..y.end as usize * row]);
        let y_count = y.end - y.first;
        self.columns
            .resize(self.width as usize * y_count as usize * RGBA, 0);
        self.crop
            .resize(self.width as usize * self.height as usize * RGBA, 0);
        let options = fir::ResizeOptions::new()
            .resize_alg(fir::ResizeAlg::Convolution(self.filter))
            .use_alpha(false);

        let source = fir::images::ImageRef::new(width, y_count, &rows, fir::PixelType::U8x4)
            .map_err(resizing)?;
        let mut columns = fir::images::Image::from_slice_u8(
            self.width,
            y_count,
            &mut self.columns,
            fir::PixelType::U8x4,
        )
        .map_err(resizing)?;
        let across = options.crop(x.start, 0.0, x.length, y_count.into());
        self.resizer
            .resize(&source, &mut columns, &across)
            .map_err(resizing)?;

        let mut crop = fir::images::Image::from_slice_u8(
            self.width,
            self.height,
            &mut self.crop,
            fir::PixelType::U8x4,
        )
        .map_err(resizing)?;
        let down = options.crop(
            0.0,
            y.start - f64::from(y.first),
            self.width.into(),
            y.length,
        );
        self.resizer
            .resize(&columns, &mut crop, &down)
            .map_err(resizing)?;
        Ok(&self.crop)
    }

    /// The input tensor of an image.
    ///
    /// # Shapes
    /// `rgba` as in [`Preprocessor::pixels`]; the result: `(3, H, W)` or `(H, W, 3)`, whichever the manifest says.
    /// # Units
    /// `(x/255 - mean) / std` per channel, in the order R, G, B.
    /// # Errors
    /// Those of [`Preprocessor::pixels`].
    /// # Reference values
    /// `tests/suite/preprocess.rs`: Pillow 13; at most one level of 255 off.
    pub fn tensor(&mut self, rgba: &[u8], width: u32, height: u32) -> Result<Vec<f32>> {
        self.pixels(rgba, width, height)?;
        let (levels, pixels) = (&self.levels, self.crop.chunks_exact(RGBA));
        let value = |pixel: &[u8], c: usize| levels[c][usize::from(pixel[c])];
        Ok(match self.layout {
            Layout::Nchw => (0..3)
                .flat_map(|c| pixels.clone().map(move |pixel| value(pixel, c)))
                .collect(),
            Layout::Nhwc => pixels
                .flat_map(|pixel| (0..3).map(move |c| value(pixel, c)))
                .collect(),
        })
    }
}

/// The stretch of one source axis that becomes the crop, in source pixels.
struct Stretch {
    start: f64,
    length: f64,
    /// First pixel within reach of the filter.
    first: u32,
    /// One past the last.
    end: u32,
}

impl Stretch {
    fn new(source: u32, resized: u64, crop: u32, support: f64) -> Self {
        let side = f64::from(source);
        let scale = side / resized as f64;
        let start = half_to_even(resized - u64::from(crop)) as f64 * scale;
        let length = (f64::from(crop) * scale).min(side - start);
        // Reducing, the filter grows with the scale (that is the antialiasing). One pixel more costs nothing and keeps
        // rounding at the edge out of the question.
        let reach = support * scale.max(1.0) + 1.0;
        Self {
            start,
            length,
            first: (start - reach).floor().max(0.0) as u32,
            end: (start + length + reach).ceil().min(side) as u32,
        }
    }
}

/// `round(x / 2)` as Python rounds, which torchvision's centre crop does: 0.5 to 0, 1.5 to 2, 2.5 to 2.
fn half_to_even(x: u64) -> u64 {
    x / 2 + (x % 2) * (x / 2 % 2)
}

/// The filter of this name in Pillow, and its radius in pixels when enlarging.
fn convolution(filter: Filter) -> (fir::FilterType, f64) {
    match filter {
        Filter::Box => (fir::FilterType::Box, 0.5),
        Filter::Bilinear => (fir::FilterType::Bilinear, 1.0),
        Filter::Hamming => (fir::FilterType::Hamming, 1.0),
        Filter::Bicubic => (fir::FilterType::CatmullRom, 2.0),
        Filter::Lanczos => (fir::FilterType::Lanczos3, 3.0),
    }
}

/// Refuses a size that is not preprocessed, before any pixels are at hand.
///
/// # Errors
/// [`Error::ImageEmpty`], [`Error::ImageTooLarge`] beyond [`MAX_SIDE`] or [`MAX_PIXELS`].
pub fn check_size(width: u32, height: u32) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(Error::ImageEmpty);
    }
    let limit = if width.max(height) > MAX_SIDE {
        format!("{MAX_SIDE} pixels a side")
    } else if u64::from(width) * u64::from(height) > MAX_PIXELS {
        format!("{MAX_PIXELS} pixels in all")
    } else {
        return Ok(());
    };
    Err(Error::ImageTooLarge {
        width,
        height,
        limit,
    })
}

fn check_image(rgba: &[u8], width: u32, height: u32) -> Result<()> {
    check_size(width, height)?;
    // At most 4 x MAX_PIXELS, so it fits.
    let expected = width as usize * height as usize * RGBA;
    if rgba.len() != expected {
        return Err(Error::ImageBytes {
            expected,
            got: rgba.len(),
        });
    }
    Ok(())
}

/// Lays transparent pixels on white, as Pillow's `paste` with a mask rounds it; photos have none and are not copied.
fn on_white(rgba: &[u8]) -> Cow<'_, [u8]> {
    if rgba.chunks_exact(RGBA).all(|pixel| pixel[3] == u8::MAX) {
        return Cow::Borrowed(rgba);
    }
    let mut flat = rgba.to_vec();
    for pixel in flat.chunks_exact_mut(RGBA) {
        let alpha = u32::from(pixel[3]);
        for channel in &mut pixel[..3] {
            let sum = u32::from(*channel) * alpha + 255 * (255 - alpha);
            *channel = ((sum + 127) / 255) as u8;
        }
        pixel[3] = u8::MAX;
    }
    Cow::Owned(flat)
}

/// The resizer refuses sizes that do not fit together, which the checks above rule out.
fn resizing(error: impl std::fmt::Display) -> Error {
    Error::Model {
        stage: "resizing the image",
        reason: error.to_string(),
    }
}
