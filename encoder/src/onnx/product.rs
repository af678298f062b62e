//! Rows of numbers times a matrix, by tiles whose sums fit the vector registers that WebAssembly can use.
//!
//! The engine's own tile of 8 × 8 needs more of them than there are, and setting it up takes long where rows are short.

use super::epilogue::Bounds;

/// Outputs of a row that are calculated side by side.
pub const GROUP: usize = 8;

/// Rows that share a tile.
const ROWS: usize = 4;

/// Numbers of the rows that all weights meet before the rows that follow: what stays in a processor's second cache. With
/// fewer the weights of a large transformer come from memory too often.
const BLOCK: usize = 1 << 16;

/// Weights of K outputs and C inputs in groups of outputs, `(K / 8, C, 8)`.
pub fn packed<T>(outputs: usize, inputs: usize, weight: impl Fn(usize, usize) -> T) -> Vec<T> {
    let mut out = Vec::with_capacity(outputs * inputs);
    for group in (0..outputs).step_by(GROUP) {
        for c in 0..inputs {
            out.extend((group..group + GROUP).map(|k| weight(k, c)));
        }
    }
    out
}

/// Rows `(n, C)` times [`packed`] weights, plus the bias `(K,)`, within bounds: `(n, K)`.
pub fn multiply(rows: &[f32], weights: &[f32], bias: &[f32], bounds: Bounds, out: &mut [f32]) {
    let outputs = bias.len();
    let inputs = weights.len() / outputs;
    let block = (BLOCK / inputs).next_multiple_of(ROWS).max(ROWS);
    let blocks = rows.chunks(block * inputs);
    for (rows, out) in blocks.zip(out.chunks_mut(block * outputs)) {
        let groups = weights
            .chunks_exact(inputs * GROUP)
            .map(|group| group.as_chunks().0);
        let groups = groups.zip(bias.as_chunks().0);
        let groups = groups.map(|(weights, bias)| Weights { weights, bias });
        tiled(rows, inputs, groups, bounds, out, outputs);
    }
}

/// The weights of a group of outputs.
pub trait Group<T> {
    /// The sums of some rows, the first of which is at this place.
    fn sums<const N: usize>(&self, rows: [&[T]; N], first: usize) -> [[f32; GROUP]; N];
}

/// Rows `(n, inputs)` times all groups, within bounds: `(n, outputs)`.
pub fn tiled<T, G: Group<T>>(
    rows: &[T],
    inputs: usize,
    groups: impl Iterator<Item = G>,
    bounds: Bounds,
    out: &mut [f32],
    outputs: usize,
) {
    for (group, weights) in groups.enumerate() {
        let column = group * GROUP;
        let mut first = 0;
        let mut fours = rows.chunks_exact(ROWS * inputs);
        let mut outs = out.chunks_exact_mut(ROWS * outputs);
        for (rows, out) in (&mut fours).zip(&mut outs) {
            let (a, rest) = rows.split_at(inputs);
            let (b, rest) = rest.split_at(inputs);
            let (c, d) = rest.split_at(inputs);
            let sums = weights.sums([a, b, c, d], first);
            put(sums, bounds, &mut out[column..], outputs);
            first += ROWS;
        }
        let rest = fours.remainder().chunks_exact(inputs);
        for (row, out) in rest.zip(outs.into_remainder().chunks_exact_mut(outputs)) {
            put(
                weights.sums([row], first),
                bounds,
                &mut out[column..],
                outputs,
            );
            first += 1;
        }
    }
}

struct Weights<'a> {
    weights: &'a [[f32; GROUP]],
    bias: &'a [f32; GROUP],
}

impl Group<f32> for Weights<'_> {
    #[inline(always)]
    fn sums<const N: usize>(&self, rows: [&[f32]; N], _: usize) -> [[f32; GROUP]; N] {
        // Seen here, the lengths are not checked again for each number.
        let rows = rows.map(|row| &row[..self.weights.len()]);
        let mut sums = [*self.bias; N];
        for (c, weights) in self.weights.iter().enumerate() {
            for (sums, row) in sums.iter_mut().zip(rows) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += row[c] * weight;
                }
            }
        }
        sums
    }
}

/// One group of sums, within bounds, to each of the places that lie `stride` apart.
#[inline(always)]
pub fn put<const N: usize>(
    sums: [[f32; GROUP]; N],
    bounds: Bounds,
    out: &mut [f32],
    stride: usize,
) {
    for (out, sums) in out.chunks_mut(stride).zip(sums) {
        out[..GROUP].copy_from_slice(&bounds.hold(sums));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_a_plain_product() {
        // A tile and its remainder, fewer rows than a tile, more than a block, one input, more inputs than a block has numbers.
        for (rows, inputs, outputs) in [
            (7, 5, 16),
            (3, 8, 8),
            (BLOCK / 64 + 6, 64, 8),
            (4, 1, 24),
            (5, BLOCK + 1, 8),
        ] {
            let draw = |n: usize, step: usize| -> Vec<f32> {
                (0..n).map(|i| (i * step % 17) as f32 - 8.0).collect()
            };
            let (a, w, bias) = (
                draw(rows * inputs, 5),
                draw(outputs * inputs, 7),
                draw(outputs, 3),
            );
            let weights = packed(outputs, inputs, |k, c| w[k * inputs + c]);
            let mut out = vec![f32::NAN; rows * outputs];
            multiply(&a, &weights, &bias, Bounds::NONE, &mut out);
            // Whole numbers below 2^24: sums are exact in any order.
            for (i, found) in out.iter().enumerate() {
                let (row, k) = (i / outputs, i % outputs);
                let sum: f32 = (0..inputs)
                    .map(|c| a[row * inputs + c] * w[k * inputs + c])
                    .sum();
                assert_eq!(
                    *found,
                    sum + bias[k],
                    "{rows} rows, {inputs} inputs, place {i}"
                );
            }
        }
    }
}
