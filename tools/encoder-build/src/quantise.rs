//! Weights of one byte, with a scale for each output channel.

/// Whole numbers of one byte, and what they are to be multiplied by, channel by channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantised {
    pub values: Vec<i8>,
    pub scales: Vec<f32>,
}

/// The nearest multiples of a scale, which makes the largest weight of a channel `most`, 127 or less. Symmetric about zero, so that
/// there is no zero point; a weight halfway between two numbers goes to the even one.
///
/// # Shapes
/// The first of `weights`' axes has `channels` entries.
/// # Units
/// A weight is off by half a scale at most.
pub fn quantise(weights: &[f64], channels: usize, most: i8) -> Quantised {
    let most = f64::from(most);
    let width = weights.len() / channels;
    let mut quantised = Quantised {
        values: Vec::with_capacity(weights.len()),
        scales: Vec::with_capacity(channels),
    };
    for row in weights.chunks_exact(width) {
        let largest = row.iter().fold(0.0f64, |largest, w| largest.max(w.abs()));
        let scale = (largest / most) as f32;
        // A channel of zeros, or of numbers too small to have a scale, is zero at any scale.
        let scale = if scale.is_normal() { scale } else { 1.0 };
        // The scale was rounded to 32 bits, so `most` may be passed by a hair: `as` stops at the ends.
        let value = |w: &f64| (w / f64::from(scale)).round_ties_even().clamp(-most, most) as i8;
        quantised.values.extend(row.iter().map(value));
        quantised.scales.push(scale);
    }
    quantised
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_weight_is_off_by_more_than_half_a_scale() {
        // A repeatable sequence of numbers of very different sizes.
        let weights: Vec<f64> = (0..960u32)
            .map(|i| f64::from(i.wrapping_mul(2_654_435_761) % 2001) - 1000.0)
            .enumerate()
            .map(|(i, x)| x * f64::from(1u32 << (i / 96)))
            .collect();
        let quantised = quantise(&weights, 10, 127);
        for (i, (&w, &value)) in weights.iter().zip(&quantised.values).enumerate() {
            let scale = f64::from(quantised.scales[i / 96]);
            // The scale's own rounding moves the largest by up to 127 parts in 2^24.
            let bound = scale * (0.5 + 127.0 / f64::from(1 << 24));
            assert!(
                (w - f64::from(value) * scale).abs() <= bound,
                "{w} {value} {scale}"
            );
        }
        for row in quantised.values.chunks(96) {
            assert_eq!(row.iter().map(|v| v.unsigned_abs()).max(), Some(127));
        }
    }

    #[test]
    fn halves_go_to_the_even_number() {
        let quantised = quantise(&[127.0, 0.5, 1.5, -0.5, -2.5], 1, 127);
        assert_eq!(quantised.scales, [1.0]);
        assert_eq!(quantised.values, [127, 0, 2, 0, -2]);
    }

    #[test]
    fn fewer_steps_are_coarser() {
        let quantised = quantise(&[-2.0, 1.0, 0.5], 1, 2);
        assert_eq!(quantised.scales, [1.0]);
        assert_eq!(quantised.values, [-2, 1, 0]);
    }

    #[test]
    fn a_channel_of_zeros_stays_zero() {
        let quantised = quantise(&[0.0, 0.0, 1e-60, -1e-60], 2, 127);
        assert_eq!(quantised.values, [0; 4]);
        assert!(quantised.scales.iter().all(|scale| scale.is_normal()));
    }
}
