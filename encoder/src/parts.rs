//! The parts of a manifest that the others are written with, checked.

use handful::Error;

/// What turns names into the space of the stream `clip`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WordsFile {
    pub file: String,
    pub sha256: Option<[u8; 32]>,
}

/// The one input of the model; colour order is RGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    pub name: String,
    pub layout: Layout,
    pub height: u32,
    pub width: u32,
}

impl Input {
    /// Shape of the tensor for one image.
    pub fn shape(&self) -> [usize; 4] {
        let (h, w) = (self.height as usize, self.width as usize);
        match self.layout {
            Layout::Nchw => [1, 3, h, w],
            Layout::Nhwc => [1, h, w, 3],
        }
    }
}

/// Order of the input's axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Nchw,
    Nhwc,
}

/// One output of a model: a row of `dim` numbers, or the row number `token` of `tokens` such rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    /// Its name in the file.
    pub tensor: String,
    pub dim: usize,
    pub rows: Option<Rows>,
}

/// Which of an output's rows is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rows {
    pub count: usize,
    pub token: usize,
}

impl Output {
    /// Its shape for one image or text.
    pub fn shape(&self) -> Vec<usize> {
        match self.rows {
            Some(rows) => vec![1, rows.count, self.dim],
            None => vec![1, self.dim],
        }
    }
}

/// From the pixels of any image to the input: resize, centre crop to the input's size, normalise.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Preprocess {
    /// Absent where the image is stretched to the input's size.
    pub shorter_side: Option<u32>,
    pub filter: Filter,
    pub mean: [f32; 3],
    pub std: [f32; 3],
}

/// Resampling filter, named as in Pillow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    Box,
    Bilinear,
    Hamming,
    Bicubic,
    Lanczos,
}

/// A manifest that cannot be.
pub(super) fn fault(reason: impl Into<String>) -> Error {
    Error::Manifest(reason.into())
}
