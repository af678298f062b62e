//! Rows of numbers times a matrix of small whole numbers, which is what a file with weights of 8 bits holds: half as many
//! instructions as [`product`], because one of WebAssembly multiplies eight numbers of 16 bits and adds each two products.
//!
//! Each row is rounded to whole multiples of a step of its own, a power of two so small that its largest number is
//! [`LEVELS`] of them or half as many. Sums of products are exact; that rounding is all that is lost.

use super::epilogue::Bounds;
use super::product::{self, GROUP, Group};

/// Most steps of the largest number of a row: with more of them fewer matrices would fit, whose sums must stay below 2^31.
const LEVELS: i32 = 1 << 14;

/// Steps of the largest weight of an output: 8 bits, and a zero that may lie at an end.
const MOST: i32 = 255;

/// A weight that lies further from a multiple of the step than this part of a step is none: it is far above how floating
/// point rounds such a multiple and far below what the rounding of rows loses.
const TOLERANCE: f32 = 1e-3;

/// Numbers of the rows that all weights meet before the rows that follow, as in [`product`].
const BLOCK: usize = 1 << 16;

/// Added to a number below 2^22 it leaves the nearest whole number in the lowest bits.
const TO_WHOLE: f32 = 12_582_912.0;

/// The bits of a number that are its exponent.
const EXPONENT: u32 = 0x7f80_0000;

/// A matrix of K outputs and C inputs.
pub struct Integers {
    /// Pairs of weights in groups of outputs, `(K / 8, C / 2, 8)`.
    pub weights: Vec<i32>,
    /// `(K,)`.
    pub steps: Vec<f32>,
}

impl Integers {
    /// `None` where the weights are no whole multiples of a step for each output, or sums could become too large.
    pub fn of(outputs: usize, inputs: usize, weight: impl Fn(usize, usize) -> f32) -> Option<Self> {
        if !inputs.is_multiple_of(2) {
            return None;
        }
        let mut whole = Vec::with_capacity(outputs * inputs);
        let mut steps = Vec::with_capacity(outputs);
        for k in 0..outputs {
            let row: Vec<f32> = (0..inputs).map(|c| weight(k, c)).collect();
            let step = step(&row)?;
            let row = row.iter().map(|&weight| steps_of(weight, step) as i32);
            if row.clone().map(i32::abs).sum::<i32>() > i32::MAX / LEVELS {
                return None;
            }
            whole.extend(row);
            steps.push(step);
        }
        let weights = product::packed(outputs, inputs / 2, |k, c| {
            let at = k * inputs + 2 * c;
            pair(whole[at], whole[at + 1])
        });
        Some(Self { weights, steps })
    }
}

/// The largest step of which all weights are multiples.
fn step(weights: &[f32]) -> Option<f32> {
    let largest = weights.iter().fold(0.0, |most: f32, w| most.max(w.abs()));
    if largest == 0.0 {
        return Some(0.0);
    }
    let mut steps = (1..=MOST).map(|count| largest / count as f32);
    steps.find(|&step| {
        step.is_normal()
            && weights.iter().all(|&weight| {
                let steps = weight / step;
                (steps - steps_of(weight, step)).abs() < TOLERANCE
            })
    })
}

/// The nearest number of steps.
fn steps_of(weight: f32, step: f32) -> f32 {
    if step == 0.0 {
        0.0
    } else {
        (weight / step).round_ties_even()
    }
}

/// Two whole numbers of 16 bits.
fn pair(first: i32, second: i32) -> i32 {
    first & 0xffff | second << 16
}

/// Rows `(n, C)` times [`Integers`], plus the bias `(K,)`, within bounds: `(n, K)`.
pub fn multiply(
    rows: &[f32],
    weights: &[i32],
    steps: &[f32],
    bias: &[f32],
    bounds: Bounds,
    out: &mut [f32],
) {
    let (outputs, pairs) = (bias.len(), weights.len() / bias.len());
    let inputs = 2 * pairs;
    let block = (BLOCK / inputs).max(1);
    let mut whole = vec![0; block.min(rows.len() / inputs) * pairs];
    let mut row_steps = vec![0.0; whole.len() / pairs];
    for (rows, out) in rows
        .chunks(block * inputs)
        .zip(out.chunks_mut(block * outputs))
    {
        let whole = &mut whole[..rows.len() / 2];
        let places = rows.chunks_exact(inputs).zip(whole.chunks_exact_mut(pairs));
        for ((row, whole), step) in places.zip(&mut row_steps) {
            *step = rounded(row, whole);
        }
        let groups = weights
            .chunks_exact(pairs * GROUP)
            .map(|group| group.as_chunks().0);
        let (steps, bias) = (steps.as_chunks().0, bias.as_chunks().0);
        let groups = groups
            .zip(steps)
            .zip(bias)
            .map(|((weights, steps), bias)| Weights {
                weights,
                steps,
                bias,
                row_steps: &row_steps,
            });
        product::tiled(whole, pairs, groups, bounds, out, outputs);
    }
}

/// A row as pairs of whole numbers, and the step that they count: none where a number of the row is none.
fn rounded(row: &[f32], whole: &mut [i32]) -> f32 {
    // Without their signs numbers are in the order of their bits, and what is infinite or no number comes last.
    let largest = row.iter().fold(0, |most: i32, number| {
        most.max(number.abs().to_bits() as i32)
    });
    if !f32::from_bits(largest as u32).is_finite() {
        return f32::NAN;
    }
    // Its exponent alone: the power of two below.
    let step = f32::from_bits(largest as u32 & EXPONENT) / (LEVELS / 2) as f32;
    // The smallest numbers have no inverse; next to anything that is added to them they are nothing.
    let per_number = (1.0 / step).min(f32::MAX);
    for (pair, [a, b]) in whole.iter_mut().zip(row.as_chunks().0) {
        let [a, b] = [a, b].map(|number| (number * per_number + TO_WHOLE).to_bits() as i32);
        *pair = self::pair(a, b);
    }
    step
}

/// The weights of a group of outputs.
struct Weights<'a> {
    weights: &'a [[i32; GROUP]],
    steps: &'a [f32; GROUP],
    bias: &'a [f32; GROUP],
    row_steps: &'a [f32],
}

impl Group<i32> for Weights<'_> {
    #[inline(always)]
    fn sums<const N: usize>(&self, rows: [&[i32]; N], first: usize) -> [[f32; GROUP]; N] {
        // Seen here, the lengths are not checked again for each pair.
        let rows = rows.map(|row| &row[..self.weights.len()]);
        let mut sums = [[0; GROUP]; N];
        for (c, weights) in self.weights.iter().enumerate() {
            for (sums, row) in sums.iter_mut().zip(rows) {
                add(sums, row[c], weights);
            }
        }
        let mut out = [*self.bias; N];
        for ((out, sums), row_step) in out.iter_mut().zip(sums).zip(&self.row_steps[first..]) {
            for ((out, sum), step) in out.iter_mut().zip(sums).zip(self.steps) {
                *out += sum as f32 * (step * row_step);
            }
        }
        out
    }
}

/// Adds the products of one pair with a group of pairs.
#[cfg(target_feature = "simd128")]
#[inline(always)]
fn add(sums: &mut [i32; GROUP], pair: i32, weights: &[i32; GROUP]) {
    use std::arch::wasm32::{i32x4, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane, i32x4_splat};
    for (sums, weights) in sums.as_chunks_mut().0.iter_mut().zip(weights.as_chunks().0) {
        let four = |[a, b, c, d]: [i32; 4]| i32x4(a, b, c, d);
        let products = i32x4_dot_i16x8(i32x4_splat(pair), four(*weights));
        let sum = i32x4_add(four(*sums), products);
        *sums = [
            i32x4_extract_lane::<0>(sum),
            i32x4_extract_lane::<1>(sum),
            i32x4_extract_lane::<2>(sum),
            i32x4_extract_lane::<3>(sum),
        ];
    }
}

#[cfg(not(target_feature = "simd128"))]
#[inline(always)]
fn add(sums: &mut [i32; GROUP], pair: i32, weights: &[i32; GROUP]) {
    let halves = |pair: i32| [i32::from(pair as i16), pair >> 16];
    let [a, b] = halves(pair);
    for (sum, weights) in sums.iter_mut().zip(weights) {
        let [v, w] = halves(*weights);
        *sum += a * v + b * w;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    fn multiplied(rows: &[f32], matrix: &Integers, bias: &[f32]) -> Vec<f32> {
        let inputs = 2 * matrix.weights.len() / bias.len();
        let mut out = vec![f32::NAN; rows.len() / inputs * bias.len()];
        let Integers { weights, steps } = matrix;
        multiply(rows, weights, steps, bias, Bounds::NONE, &mut out);
        out
    }

    #[test]
    fn sums_are_those_of_a_plain_product_but_for_the_rounding_of_rows() {
        // A tile and its remainder, fewer rows than a tile, more than a block, one pair, more inputs than a block has numbers.
        for (rows, inputs, outputs) in [
            (7, 6, 16),
            (3, 8, 8),
            (BLOCK / 64 + 6, 64, 8),
            (4, 2, 24),
            (5, BLOCK + 2, 8),
        ] {
            let a: Vec<f32> = (0..rows * inputs)
                .map(|i| (i * 37 % 101) as f32 * 0.013 - 0.4)
                .collect();
            // Few that are large, so that sums fit however many inputs there are.
            let level = |k: usize, c: usize| {
                if c < 40 {
                    (k * 31 + c * 17) as i32 % 255 - 127
                } else {
                    0
                }
            };
            let scale = |k: usize| 0.003 + 0.001 * k as f32;
            let weight = |k: usize, c: usize| level(k, c) as f32 * scale(k);
            let matrix = Integers::of(outputs, inputs, weight).unwrap();
            let bias: Vec<f32> = (0..outputs).map(|k| k as f32 * 0.1).collect();
            for (i, found) in multiplied(&a, &matrix, &bias).iter().enumerate() {
                let (row, k) = (i / outputs, i % outputs);
                let row = &a[row * inputs..][..inputs];
                let sum: f64 = (row.iter().enumerate())
                    .map(|(c, a)| f64::from(*a) * f64::from(weight(k, c)))
                    .sum();
                let size: f32 = (0..inputs).map(|c| weight(k, c).abs()).sum();
                let largest = row.iter().fold(0.0, |m: f32, a| m.max(a.abs()));
                // Half a step for each input, and what single precision loses.
                let allowed = size * largest * (1.01 / LEVELS as f32 + 1e-6) + 1e-6;
                let off = (f64::from(*found) - sum - f64::from(bias[k])).abs();
                assert!(
                    off <= f64::from(allowed),
                    "{rows} rows, {inputs} inputs, place {i}: {off}"
                );
            }
        }
    }

    #[test]
    fn rows_of_zeros_and_of_the_smallest_numbers_give_the_bias() {
        let matrix = Integers::of(8, 2, |k, c| (k + c) as f32).unwrap();
        let bias = [0.5; 8];
        for number in [0.0, -0.0, f32::MIN_POSITIVE] {
            assert_eq!(multiplied(&[number; 2], &matrix, &bias), bias);
        }
    }

    #[test]
    fn what_is_no_number_stays_none() {
        let matrix = Integers::of(8, 2, |_, _| 1.0).unwrap();
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let out = multiplied(&[1.0, bad, 1.0, 1.0], &matrix, &[0.0; 8]);
            assert!(out[..8].iter().all(|number| number.is_nan()));
            assert!(out[8..].iter().all(|number| number.is_finite()));
        }
    }

    #[test]
    fn weights_are_found_out() {
        let levels = |k: usize, c: usize| (k * 7 + c * 29) as i32 % 255 - 127;
        for scale in [1e-20, 0.0173, 3.1, 1e20] {
            let matrix = Integers::of(8, 30, |k, c| levels(k, c) as f32 * scale).unwrap();
            for k in 0..8 {
                for c in 0..15 {
                    let found = matrix.weights[c * 8 + k];
                    let scaled = |whole: i32| whole as f32 * matrix.steps[k] / scale;
                    for (whole, c) in [(i32::from(found as i16), 2 * c), (found >> 16, 2 * c + 1)] {
                        assert!((scaled(whole) - levels(k, c) as f32).abs() < 1e-3);
                    }
                }
            }
        }
        // All zero.
        assert_eq!(Integers::of(8, 2, |_, _| 0.0).unwrap().steps, [0.0; 8]);
        // No multiples; an odd number of inputs; sums that could be too large; no numbers.
        assert!(Integers::of(8, 30, |k, c| 1.0 / (k * 30 + c + 1) as f32).is_none());
        assert!(Integers::of(8, 3, |_, _| 1.0).is_none());
        assert!(Integers::of(8, 2000, |_, c| (c % 2 + 254) as f32).is_none());
        assert!(Integers::of(8, 2, |_, c| if c == 0 { 1.0 } else { f32::NAN }).is_none());
        assert!(Integers::of(8, 2, |_, _| f32::INFINITY).is_none());
    }
}
