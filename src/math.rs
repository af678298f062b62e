//! The few numerical routines that everything shares; the only file that calls transcendental functions.
//!
//! They come from `libm`, so that native results and WebAssembly results are the same.

/// Why a vector cannot be scaled to unit length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoDirection {
    /// It contains NaN or infinity.
    NotFinite,
    /// It is zero, or too short to have a direction in single precision.
    Zero,
}

/// Below this length a feature vector carries rounding noise only (specification 1).
const SHORTEST: f64 = 1e-12;

/// Scales `vector` to length 1 in place; untouched on error.
pub fn scale_to_unit(vector: &mut [f32]) -> Result<(), NoDirection> {
    let square: f64 = vector.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
    // Squares of f32 never overflow f64, so a sum that is not finite comes from NaN or infinity.
    if !square.is_finite() {
        return Err(NoDirection::NotFinite);
    }
    let norm = square.sqrt();
    if norm < SHORTEST {
        return Err(NoDirection::Zero);
    }
    for v in vector {
        *v = (f64::from(*v) / norm) as f32;
    }
    Ok(())
}

/// `ln(sum(exp(x)))` with the maximum taken out first; `-inf` for nothing but `-inf`.
#[cfg(feature = "core")]
pub fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let max = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY {
        return max;
    }
    max + ln(values.map(|v| exp(v - max)).sum())
}

/// e to the x.
#[cfg(feature = "core")]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
#[cfg(feature = "core")]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The smallest whole number that is not below x.
#[cfg(feature = "core")]
pub fn ceil(x: f64) -> f64 {
    libm::ceil(x)
}

/// `x` to the power `y`.
#[cfg(feature = "core")]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// Cosine of an angle in radians.
#[cfg(feature = "core")]
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "core")]
    #[test]
    fn log_sum_exp_survives_large_and_infinite_values() {
        let of = |v: &[f64]| log_sum_exp(v.iter().copied());
        assert!((of(&[1000.0, 1000.0]) - (1000.0 + ln(2.0))).abs() < 1e-12);
        assert_eq!(of(&[3.0, f64::NEG_INFINITY]), 3.0);
        assert_eq!(of(&[f64::NEG_INFINITY]), f64::NEG_INFINITY);
    }

    #[test]
    fn scale_to_unit_refuses_what_has_no_direction() {
        assert_eq!(scale_to_unit(&mut [0.0, 0.0]), Err(NoDirection::Zero));
        assert_eq!(scale_to_unit(&mut [f32::NAN]), Err(NoDirection::NotFinite));
        assert_eq!(
            scale_to_unit(&mut [f32::INFINITY]),
            Err(NoDirection::NotFinite)
        );
        let mut huge = [f32::MAX, f32::MAX];
        assert_eq!(scale_to_unit(&mut huge), Ok(()));
        assert!((huge[0] - 0.5_f32.sqrt()).abs() < 1e-6);
    }
}
