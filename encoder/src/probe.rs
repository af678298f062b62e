//! What an encoder must make of one known input, so that no engine, browser or optimisation is wrong in silence.
//!
//! The input follows a rule: byte `i` of the image `(H, W, 3)` is `i * 40503 mod 65536 div 256`, normalised as the manifest
//! says. Each size of the input is a network of its own to the engine, so each has its numbers.

use super::detail::Detail;
use super::parts::{Input, Layout, Preprocess, fault};
use handful::{Error, Result, Stream};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Largest difference, as a part of the largest number of an output.
const TOLERANCE: f32 = 1e-3;

/// What the manifest says of one output: its first numbers and the largest absolute value of all.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Expected {
    first: Vec<f32>,
    largest: f32,
}

/// The field `probe` of a manifest: outputs by name, for a photo and for a live picture.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub(super) struct Probe {
    photo: Option<BTreeMap<String, Expected>>,
    live: Option<BTreeMap<String, Expected>>,
}

impl Probe {
    /// Every output that it names is one, and its numbers can be compared.
    pub fn check(self, streams: &[Stream]) -> Result<Self> {
        for (name, expected) in self.photo.iter().chain(&self.live).flatten() {
            let width = streams
                .iter()
                .find(|stream| stream.name == *name)
                .map(|stream| stream.dim);
            let Some(width) = width else {
                return Err(fault(format!("probe names {name:?}, which is no output")));
            };
            let fits = (1..=width).contains(&expected.first.len())
                && expected
                    .first
                    .iter()
                    .all(|number| number.abs() <= expected.largest)
                && expected.largest > 0.0
                && expected.largest.is_finite();
            if !fits {
                return Err(fault(format!(
                    "probe of {name:?} must have 1 to {width} numbers in `first`, none above `largest`"
                )));
            }
        }
        Ok(self)
    }

    /// The outputs that are known for a detail.
    pub fn of(&self, detail: Detail) -> Option<&BTreeMap<String, Expected>> {
        match detail {
            Detail::Photo => self.photo.as_ref(),
            Detail::Live => self.live.as_ref(),
        }
    }
}

/// The input tensor.
pub(super) fn tensor(input: &Input, preprocess: &Preprocess) -> Vec<f32> {
    let places = input.height as usize * input.width as usize;
    let number = |place: usize, channel: usize| {
        let byte = (3 * place + channel) as u64 * 40_503 % 65_536 / 256;
        (byte as f32 / 255.0 - preprocess.mean[channel]) / preprocess.std[channel]
    };
    match input.layout {
        Layout::Nchw => (0..3 * places)
            .map(|i| number(i % places, i / places))
            .collect(),
        Layout::Nhwc => (0..3 * places).map(|i| number(i / 3, i % 3)).collect(),
    }
}

/// The row is the expected one.
///
/// # Errors
/// [`Error::ModelMismatch`] naming the output that is not.
pub(super) fn compare(
    expected: &BTreeMap<String, Expected>,
    streams: &[Stream],
    row: &[f32],
) -> Result<()> {
    let mut rest = row;
    for stream in streams {
        let (numbers, others) = rest.split_at(stream.dim.min(rest.len()));
        rest = others;
        let Some(expected) = expected.get(&stream.name) else {
            continue;
        };
        let largest = numbers
            .iter()
            .fold(0.0, |most: f32, number| most.max(number.abs()));
        let pairs = expected
            .first
            .iter()
            .zip(numbers)
            .chain([(&expected.largest, &largest)]);
        // What is no number agrees with nothing.
        let agree = |right: f32, got: f32| (right - got).abs() <= TOLERANCE * expected.largest;
        let mut wrong = pairs.filter(|&(&right, &got)| !agree(right, got));
        if let Some((right, got)) = wrong.next() {
            return Err(Error::ModelMismatch {
                what: "the probe's output",
                expected: format!("{} with {right}", stream.name),
                got: got.to_string(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test(unsupported = test)]
    fn numbers_agree_within_a_thousandth_of_the_largest_and_nothing_else_does() {
        let streams = [Stream::new("aux", 3)];
        let expected = Expected {
            first: vec![1.0, -2.0],
            largest: 4.0,
        };
        let expected = BTreeMap::from([("aux".to_owned(), expected)]);
        assert!(compare(&expected, &streams, &[1.003, -2.0, 4.0]).is_ok());
        for row in [
            [1.005, -2.0, 4.0],
            [1.0, -2.0, 4.1],
            [f32::NAN, -2.0, 4.0],
            [1.0, f32::INFINITY, 4.0],
        ] {
            let refused = compare(&expected, &streams, &row).unwrap_err();
            assert_eq!(refused.code(), "model-mismatch", "{row:?}");
        }
    }
}
