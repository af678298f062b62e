//! What the fuzz targets share: bounds on what an input may cost, and mutations that keep the form of a file, so that
//! more than its first bytes is tried.

pub mod bounds;
pub mod checks;
pub mod json;
pub mod protobuf;
pub mod safetensors;

use handful::random::Random;

/// The words of a dictionary in libFuzzer's form, without escapes: a word in quotation marks a line.
pub fn words(dictionary: &str) -> Vec<&str> {
    dictionary
        .lines()
        .filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'))
        .collect()
}

/// Any of the items.
fn any<'a, T>(items: &'a [T], random: &mut Random) -> &'a T {
    &items[random.below(items.len())]
}

/// Writes what a mutation made into libFuzzer's buffer; where that is too small, or nothing was made, libFuzzer itself
/// mutates the bytes that were there.
fn put(made: Option<Vec<u8>>, data: &mut [u8], size: usize, max_size: usize) -> usize {
    match made {
        Some(bytes) if bytes.len() <= max_size => {
            data[..bytes.len()].copy_from_slice(&bytes);
            bytes.len()
        }
        _ => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    }
}

/// Lets libFuzzer mutate a text or other bytes, which may grow by half.
fn stir(bytes: &[u8]) -> Vec<u8> {
    let size = bytes.len();
    let mut room = bytes.to_vec();
    room.resize(size + size / 2 + 8, 0);
    let max_size = room.len();
    let size = libfuzzer_sys::fuzzer_mutate(&mut room, size, max_size);
    room.truncate(size);
    room
}
