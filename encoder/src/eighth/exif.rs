//! How a photo is turned: the tag Orientation of Exif, and what it does to pixels.

/// What an APP1 segment of Exif begins with.
const NAME: &[u8] = b"Exif\0\0";

/// Orientation, and its type: a number of 16 bits.
const ORIENTATION: u32 = 0x0112;
const SHORT: u32 = 3;

/// The orientation that a segment states, from 1 to 8. `None` where it is no Exif or states none.
pub fn orientation(segment: &[u8]) -> Option<u8> {
    let tiff = segment.strip_prefix(NAME)?;
    let little = match tiff.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let number = |at: usize, bytes: usize| -> Option<u32> {
        let digits = tiff.get(at..at.checked_add(bytes)?)?.iter();
        let append = |sum: u32, digit: &u8| sum << 8 | u32::from(*digit);
        Some(if little {
            digits.rev().fold(0, append)
        } else {
            digits.fold(0, append)
        })
    };
    let directory = number(4, 4)? as usize;
    let entries = number(directory, 2)? as usize;
    let entry = (0..entries)
        .map(|i| directory + 2 + 12 * i)
        .take_while(|&at| at < tiff.len())
        .find(|&at| number(at, 2) == Some(ORIENTATION))?;
    let (kind, count, value) = (
        number(entry + 2, 2)?,
        number(entry + 4, 4)?,
        number(entry + 8, 2)?,
    );
    (kind == SHORT && count == 1 && (1..=8).contains(&value)).then_some(value as u8)
}

/// Where a pixel of a picture of this size goes.
pub fn turned(
    orientation: u8,
    (x, y): (usize, usize),
    (width, height): (usize, usize),
) -> (usize, usize) {
    let (right, bottom) = (width - 1 - x, height - 1 - y);
    match orientation {
        2 => (right, y),
        3 => (right, bottom),
        4 => (x, bottom),
        5 => (y, x),
        6 => (bottom, x),
        7 => (bottom, right),
        8 => (y, right),
        _ => (x, y),
    }
}

/// Whether width and height change places.
pub fn lies(orientation: u8) -> bool {
    orientation >= 5
}
