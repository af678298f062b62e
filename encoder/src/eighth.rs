//! A JPEG at an eighth of its size, for photos that would take hundreds of megabytes at their own.
//!
//! Source: ITU T.81 for the file, JFIF 1.02 for the colours. A block of 8 x 8 pixels is stored as its mean, the DC
//! coefficient, and 63 others that add up to zero. The means alone are the picture at an eighth of its size, so nothing is
//! transformed, and the others are only read over. Of a progressive file they lie in scans of their own.
//!
//! Read are files as phones write them: 8 bits, Huffman codes, grey or YCbCr, in sRGB. Whatever else there is, and whatever
//! seems damaged, is left to another decoder.

mod entropy;
mod exif;
mod frame;
mod profile;

use super::MAX_SIDE;
use entropy::{Huffman, Input};
use frame::{Frame, Scan};

/// Pixels of a block's side.
const SIDE: usize = 8;

/// Bytes that any step needs at hand unless the file ends before: a segment has at most 65,537, and what is coded together,
/// ten blocks of 31 bits a coefficient, less than a tenth of them.
const ENOUGH: usize = 1 << 17;

/// A picture, upright.
#[derive(Debug, Clone, PartialEq)]
pub struct Eighth {
    /// Its width: an eighth of the file's width, or of its height where the photo lies on its side, rounded up.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// `(height, width, 4)` bytes in sRGB, alpha 255.
    pub rgba: Vec<u8>,
}

/// How the reading of a file ends.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// With the picture.
    Picture(Eighth),
    /// The file ends before its picture does.
    Cut,
    /// It is damaged, or of a kind that is not read here.
    Foreign,
}

/// Reads a file whose bytes come in parts; holds about 1 % of the memory that its pixels would take.
///
/// # Example
/// ```no_run
/// use handful_encoder::{EighthReader, Ending};
///
/// let mut reader = EighthReader::new();
/// reader.push(&std::fs::read("photo.jpg")?);
/// if let Ending::Picture(picture) = reader.finish() {
///     assert_eq!(picture.rgba.len(), 4 * (picture.width * picture.height) as usize);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct EighthReader {
    input: Input,
    stage: Stage,
    tables: Tables,
    frame: Option<Frame>,
    orientation: Option<u8>,
}

/// Why a step was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The file has ended.
    End,
    /// See [`Ending::Foreign`].
    Foreign,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Start,
    Segments,
    Scan(Scan),
    /// Between data that are not needed, up to the next marker.
    Over,
    Stopped(Stop),
    Complete,
}

/// What tables say before a scan uses them.
#[derive(Debug, Default)]
struct Tables {
    /// What the mean is multiplied by.
    steps: [Option<u16>; 4],
    means: [Option<Huffman>; 4],
    others: [Option<Huffman>; 4],
    /// Units between two restarts; 0 for none.
    interval: usize,
}

impl EighthReader {
    /// A reader of one file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the file; says whether more are wanted.
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        if self.is_running() {
            self.input.push(bytes);
            self.run(ENOUGH);
        }
        self.is_running()
    }

    /// Takes it that no more bytes come, or are wanted.
    pub fn finish(mut self) -> Ending {
        self.run(0);
        match (&self.stage, self.frame) {
            (Stage::Complete, Some(frame)) => {
                Ending::Picture(frame.picture(self.orientation.unwrap_or(1)))
            }
            // The last scans of a progressive file refine what is there: what lacks its end cannot be told from what
            // was cut.
            (Stage::Stopped(Stop::End), Some(frame)) if !frame.progressive => Ending::Cut,
            _ => Ending::Foreign,
        }
    }

    fn is_running(&self) -> bool {
        !matches!(self.stage, Stage::Stopped(_) | Stage::Complete)
    }

    /// Steps on while so many bytes are at hand.
    fn run(&mut self, enough: usize) {
        while self.is_running() && self.input.left().len() >= enough {
            if let Err(stop) = self.step() {
                self.stage = Stage::Stopped(stop);
            }
        }
    }

    fn step(&mut self) -> Result<(), Stop> {
        match &mut self.stage {
            Stage::Start => {
                if !self.input.left().starts_with(&[0xff, 0xd8]) {
                    return Err(Stop::Foreign);
                }
                self.input.skip(2);
                self.stage = Stage::Segments;
            }
            Stage::Segments => self.segment()?,
            Stage::Scan(scan) => {
                let frame = self.frame.as_mut().ok_or(Stop::Foreign)?;
                scan.unit(frame, &self.tables, &mut self.input)?;
                if scan.is_over() {
                    frame.mark(scan);
                    self.stage = match frame.progressive {
                        false if frame.is_complete() => Stage::Complete,
                        _ => Stage::Over,
                    };
                }
            }
            Stage::Over => {
                let left = self.input.left();
                // Not a byte of data, or a restart.
                let is_marker =
                    |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7);
                match left.windows(2).position(is_marker) {
                    Some(at) => {
                        self.input.skip(at);
                        self.stage = Stage::Segments;
                    }
                    None if left.len() < 2 => return Err(Stop::End),
                    None => {
                        let but_last = left.len() - 1;
                        self.input.skip(but_last);
                    }
                }
            }
            Stage::Stopped(_) | Stage::Complete => {}
        }
        Ok(())
    }

    /// Reads a marker and what belongs to it: annex B.
    fn segment(&mut self) -> Result<(), Stop> {
        let (marker, body) = match self.input.left() {
            [] | [0xff] => return Err(Stop::End),
            // Any number of these may stand before a marker.
            [0xff, 0xff, ..] => {
                self.input.skip(1);
                return Ok(());
            }
            [0xff, 0xd9, ..] => {
                let complete = self.frame.as_ref().is_some_and(Frame::is_complete);
                self.stage = if complete {
                    Stage::Complete
                } else {
                    Stage::Stopped(Stop::Foreign)
                };
                return Ok(());
            }
            [0xff, marker, high, low, rest @ ..] => {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                let length = length.checked_sub(2).ok_or(Stop::Foreign)?;
                (*marker, rest.get(..length).ok_or(Stop::End)?)
            }
            [0xff, ..] => return Err(Stop::End),
            _ => return Err(Stop::Foreign),
        };
        let length = body.len() + 4;
        match marker {
            0xc0..=0xc2 if self.frame.is_none() => {
                self.frame = Some(Frame::new(marker == 0xc2, body).ok_or(Stop::Foreign)?);
            }
            0xc4 => self.tables.add_codes(body).ok_or(Stop::Foreign)?,
            0xdb => self.tables.add_steps(body).ok_or(Stop::Foreign)?,
            0xdd => match *body {
                [high, low] => self.tables.interval = u16::from_be_bytes([high, low]).into(),
                _ => return Err(Stop::Foreign),
            },
            0xda => {
                let frame = self.frame.as_mut().ok_or(Stop::Foreign)?;
                let scan = frame.scan(body, &self.tables).ok_or(Stop::Foreign)?;
                self.stage = scan.map_or(Stage::Over, Stage::Scan);
            }
            0xe1 => self.orientation = self.orientation.or(exif::orientation(body)),
            0xe2 if profile::is_harmless(body) => {}
            // Adobe's, of whose colours only YCbCr is read.
            0xee if !body.starts_with(b"Adobe") || body.get(11) == Some(&1) => {}
            // Of applications, and comments.
            0xe0 | 0xe3..=0xed | 0xef | 0xfe => {}
            _ => return Err(Stop::Foreign),
        }
        self.input.skip(length);
        Ok(())
    }
}

impl Tables {
    /// Annex B.2.4.2.
    fn add_codes(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((&kind, rest)) = body.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let count = counts.iter().copied().map(usize::from).sum();
            let (symbols, rest) = rest.split_at_checked(count)?;
            let tables = match kind >> 4 {
                0 => &mut self.means,
                1 => &mut self.others,
                _ => return None,
            };
            *tables.get_mut(usize::from(kind & 15))? = Some(Huffman::new(counts, symbols)?);
            body = rest;
        }
        Some(())
    }

    /// Annex B.2.4.1: of each table the number for the mean, which comes first.
    fn add_steps(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((&kind, rest)) = body.split_first() {
            let (step, length) = match kind >> 4 {
                0 => (u16::from(*rest.first()?), 64),
                1 => (u16::from_be_bytes(*rest.first_chunk()?), 128),
                _ => return None,
            };
            *self.steps.get_mut(usize::from(kind & 15))? = Some(step);
            body = rest.get(length..)?;
        }
        Some(())
    }
}
