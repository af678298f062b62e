//! The few numerical routines that everything shares; the only file that calls transcendental functions.
//!
//! They come from `libm` or are written here, so that native results and WebAssembly results are the same.

/// Multiplies all numbers by a factor.
pub fn scale(vector: &mut [f32], factor: f64) {
    for v in vector {
        *v = (f64::from(*v) * factor) as f32;
    }
}

/// Sum of squares, in four lanes that do not wait for each other.
pub fn square(vector: &[f32]) -> f64 {
    let (chunks, rest) = vector.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for chunk in chunks {
        for (sum, &v) in sums.iter_mut().zip(chunk) {
            *sum += f64::from(v) * f64::from(v);
        }
    }
    for (sum, &v) in sums.iter_mut().zip(rest) {
        *sum += f64::from(v) * f64::from(v);
    }
    (sums[0] + sums[2]) + (sums[1] + sums[3])
}

/// The larger of two numbers; the first where the second is NaN. In WebAssembly `max` of the standard library is a
/// function call, because no single instruction minds NaN as it does.
#[inline]
pub fn larger<T: PartialOrd>(a: T, b: T) -> T {
    if b > a { b } else { a }
}

/// The largest of some numbers, none of them NaN; `-inf` for none.
pub fn largest(values: &[f64]) -> f64 {
    // Four at once, which do not wait for each other.
    let (chunks, rest) = values.as_chunks::<4>();
    let mut most = [f64::NEG_INFINITY; 4];
    for chunk in chunks {
        for (most, &v) in most.iter_mut().zip(chunk) {
            *most = larger(*most, v);
        }
    }
    let all = most.into_iter().chain(rest.iter().copied());
    all.fold(f64::NEG_INFINITY, larger)
}

/// The largest of some numbers that are below a limit; `-inf` for none.
pub fn largest_below(limit: f32, values: &[f32]) -> f32 {
    // Four at once, as above.
    let (chunks, rest) = values.as_chunks::<4>();
    let mut most = [f32::NEG_INFINITY; 4];
    let below = |v: f32| if v < limit { v } else { f32::NEG_INFINITY };
    for chunk in chunks {
        for (most, &v) in most.iter_mut().zip(chunk) {
            *most = larger(*most, below(v));
        }
    }
    let all = most.into_iter().chain(rest.iter().map(|&v| below(v)));
    all.fold(f32::NEG_INFINITY, larger)
}

/// `ln(sum(exp(x)))` with the maximum taken out first; `-inf` for nothing but `-inf`.
pub fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let max = values.clone().fold(f64::NEG_INFINITY, larger);
    if max == f64::NEG_INFINITY {
        return max;
    }
    max + ln(values.map(|v| exp(v - max)).sum())
}

/// Turns logits into probabilities, in place, and gives [`log_sum_exp`] of the logits. `-inf` becomes 0; so does everything
/// where nothing is finite.
pub fn softmax(values: &mut [f64]) -> f64 {
    let max = largest(values);
    if max == f64::NEG_INFINITY {
        values.fill(0.0);
        return max;
    }
    // Apart from their sum, so that several are taken at once.
    values.iter_mut().for_each(|v| *v = exp(*v - max));
    let sum: f64 = values.iter().sum();
    values.iter_mut().for_each(|v| *v /= sum);
    max + ln(sum)
}

/// e to the x, to within 2 units in the last place; 0 where the result would be below the least normal number.
///
/// Softmax is where the heads spend their time. This one has no branch, so that a loop over it takes several numbers at
/// once: four times as fast as libm's. Cody and Waite's reduction to `|r| <= ln 2 / 2`, then the Taylor series.
#[inline]
pub fn exp(x: f64) -> f64 {
    // Together the logarithm of two: its first bits, whose products with whole numbers are exact, and the rest.
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    // Adding it leaves a whole number in the low bits.
    const WHOLE: f64 = 6_755_399_441_055_744.0;
    let shifted = x * std::f64::consts::LOG2_E + WHOLE;
    let k = shifted - WHOLE;
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    // The terms from the square on by Estrin's scheme: pairs, then pairs of pairs, which do not wait for each other.
    let [r2, r4] = [r * r, (r * r) * (r * r)];
    let pair = |even: f64, odd: f64| even + odd * r;
    let first = pair(0.5, 1.0 / 6.0) + pair(1.0 / 24.0, 1.0 / 120.0) * r2;
    let second = pair(1.0 / 720.0, 1.0 / 5_040.0) + pair(1.0 / 40_320.0, 1.0 / 362_880.0) * r2;
    let third = pair(1.0 / 3_628_800.0, 1.0 / 39_916_800.0)
        + pair(1.0 / 479_001_600.0, 1.0 / 6_227_020_800.0) * r2;
    let series = 1.0 + (r + r2 * (first + r4 * (second + r4 * third)));
    let power = f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52);
    if x < -708.0 {
        0.0
    } else if x > 709.0 {
        f64::INFINITY
    } else {
        series * power
    }
}

/// e to each x from -87 to 0, to within 2 units in the last place of single precision; below that as for -87.
///
/// As [`exp`], four at once.
#[inline]
fn exp_lanes(x: [f32; 4]) -> [f32; 4] {
    // Together the logarithm of two: its first bits, whose products with whole numbers are exact, and the rest.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    const WHOLE: f32 = 12_582_912.0;
    x.map(|x| {
        let x = larger(-87.0, x);
        let shifted = x * std::f32::consts::LOG2_E + WHOLE;
        let k = shifted - WHOLE;
        let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
        let r2 = r * r;
        let pair = |even: f32, odd: f32| even + odd * r;
        let third = pair(1.0 / 720.0, 1.0 / 5_040.0);
        let second = pair(1.0 / 24.0, 1.0 / 120.0) + third * r2;
        let series = 1.0 + (r + r2 * (pair(0.5, 1.0 / 6.0) + second * r2));
        series * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23)
    })
}

/// Turns similarities, from -1 to 1, into e to the minus `sharpness` times their distances from 1.
pub fn affinities(sharpness: f32, similarities: &mut [f32]) {
    let of = |s: [f32; 4]| exp_lanes(s.map(|s| -sharpness * larger(0.0, 1.0 - s)));
    let (whole, rest) = similarities.as_chunks_mut::<4>();
    for chunk in whole {
        *chunk = of(*chunk);
    }
    for s in rest {
        *s = of([*s; 4])[0];
    }
}

/// Natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The smallest whole number that is not below x.
pub fn ceil(x: f64) -> f64 {
    libm::ceil(x)
}

/// `x` to the power `y`.
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// Cosine of an angle from 0 to pi, which is all that a schedule asks: libm's, which takes any, is 7 kB of code.
pub fn cos(x: f64) -> f64 {
    use std::f64::consts::{FRAC_PI_2, PI};
    if x > FRAC_PI_2 {
        return -cos(PI - x);
    }
    // The Taylor series up to the 20th power.
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..=10 {
        let even = f64::from(2 * k);
        term *= -x * x / ((even - 1.0) * even);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_as_exact_as_the_number_format() {
        for i in -70_000..=70_000 {
            let x = f64::from(i) * 0.010_001;
            let (ours, theirs) = (exp(x), libm::exp(x));
            assert!(
                (ours - theirs).abs() <= 4e-16 * theirs,
                "{x}: {ours} {theirs}"
            );
        }
        assert_eq!(exp(0.0), 1.0);
        assert_eq!([exp(-800.0), exp(f64::NEG_INFINITY)], [0.0; 2]);
        assert_eq!([exp(800.0), exp(f64::INFINITY)], [f64::INFINITY; 2]);
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn four_at_once_are_as_exact_as_single_precision() {
        for i in 0..87_000 {
            let x = i as f32 * -0.001;
            for (lane, found) in exp_lanes([x, 0.0, x, -100.0]).into_iter().enumerate() {
                let exact = libm::exp([x, 0.0, x, -87.0][lane].into());
                assert!(
                    (f64::from(found) - exact).abs() <= 2.4e-7 * exact,
                    "{x}: {found}"
                );
            }
        }
    }

    #[test]
    fn cosines_are_those_of_libm() {
        for i in 0..=1000 {
            let x = std::f64::consts::PI * f64::from(i) / 1000.0;
            assert!((cos(x) - libm::cos(x)).abs() < 4e-16, "{x}");
        }
    }
}
