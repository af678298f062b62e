//! Batch normalisation taken into the convolution before it, which then has a bias.

/// What PyTorch keeps of a batch normalisation, one number for each channel.
pub struct Norm {
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
    pub mean: Vec<f32>,
    pub variance: Vec<f32>,
    /// Added to the variance.
    pub epsilon: f64,
}

/// A convolution with a bias.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded {
    /// Of the shape of the weights that were given; the first axis is that of the output channels.
    pub weights: Vec<f64>,
    pub bias: Vec<f64>,
}

/// The convolution that does what one without bias and a batch normalisation after it do:
/// `(w·x − mean) / sqrt(variance + epsilon) · weight + bias`.
///
/// # Shapes
/// `weights` has an output channel for each number of the normalisation on its first axis.
pub fn fold(weights: &[f32], norm: &Norm) -> Folded {
    let width = weights.len() / norm.weight.len();
    let factors: Vec<f64> = norm
        .weight
        .iter()
        .zip(&norm.variance)
        .map(|(&weight, &variance)| f64::from(weight) / (f64::from(variance) + norm.epsilon).sqrt())
        .collect();
    let weights = weights
        .chunks_exact(width)
        .zip(&factors)
        .flat_map(|(row, factor)| row.iter().map(move |&w| f64::from(w) * factor))
        .collect();
    let bias = factors
        .iter()
        .zip(norm.bias.iter().zip(&norm.mean))
        .map(|(factor, (&bias, &mean))| f64::from(bias) - f64::from(mean) * factor)
        .collect();
    Folded { weights, bias }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_gives_what_convolution_and_normalisation_give_one_after_the_other() {
        let norm = Norm {
            weight: vec![1.5, -0.25],
            bias: vec![0.5, 3.0],
            mean: vec![-2.0, 0.125],
            variance: vec![0.75, 4.0],
            epsilon: 1e-3,
        };
        let weights = [0.5, -1.0, 2.0, 0.25, 8.0, -3.0];
        let x = [1.0, -2.0, 0.5];
        let folded = fold(&weights, &norm);
        for channel in 0..2 {
            let mut sum = 0.0;
            let mut folded_sum = folded.bias[channel];
            for i in 0..3 {
                sum += f64::from(weights[channel * 3 + i]) * x[i];
                folded_sum += folded.weights[channel * 3 + i] * x[i];
            }
            // As the paper on batch normalisation writes it.
            let standard = (sum - f64::from(norm.mean[channel]))
                / (f64::from(norm.variance[channel]) + norm.epsilon).sqrt();
            let expected =
                standard * f64::from(norm.weight[channel]) + f64::from(norm.bias[channel]);
            assert!(
                (folded_sum - expected).abs() < 1e-12,
                "{folded_sum} {expected}"
            );
        }
    }

    #[test]
    fn a_normalisation_that_does_nothing_changes_nothing() {
        let norm = Norm {
            weight: vec![1.0],
            bias: vec![0.0],
            mean: vec![0.0],
            variance: vec![1.0],
            epsilon: 0.0,
        };
        let folded = fold(&[0.1, -7.0], &norm);
        assert_eq!(folded.weights, [f64::from(0.1f32), -7.0]);
        assert_eq!(folded.bias, [0.0]);
    }
}
