//! What all examples have in common is taken from each, and they become unit length again.

use crate::heads::Linear;
use ndarray::{Array1, Array2, ArrayView2};

/// How examples were changed, for queries.
#[derive(Debug, Clone)]
pub(super) struct Centring {
    /// What is taken away `(d,)`.
    shift: Array1<f64>,
    /// What the rest of each example is multiplied by `(n,)`: one over its length.
    rates: Array1<f64>,
    /// What the rest of a query is multiplied by: the mean of these.
    rate: f64,
}

impl Centring {
    /// Takes a `share` below 1 of their mean from images `(n, d)` of unit length, so none vanishes. Returns them changed.
    pub fn of(images: ArrayView2<'_, f32>, share: f64) -> (Self, Array2<f32>) {
        let n = images.nrows();
        let mut centring = Self {
            shift: Array1::zeros(images.ncols()),
            rates: Array1::ones(n),
            rate: 1.0,
        };
        let mut examples = images.to_owned();
        if share == 0.0 || n == 0 {
            return (centring, examples);
        }
        for row in images.rows() {
            centring
                .shift
                .zip_mut_with(&row, |sum, &v| *sum += f64::from(v));
        }
        centring.shift *= share / n as f64;
        for (mut row, rate) in examples.rows_mut().into_iter().zip(&mut centring.rates) {
            row.zip_mut_with(&centring.shift, |v, &s| *v = (f64::from(*v) - s) as f32);
            let square: f64 = row.iter().map(|&v| f64::from(v) * f64::from(v)).sum();
            *rate = 1.0 / square.sqrt();
            row.mapv_inplace(|v| (f64::from(v) * *rate) as f32);
        }
        centring.rate = centring.rates.sum() / n as f64;
        (centring, examples)
    }

    /// How much longer an example is as a query.
    pub fn stretch(&self, example: usize) -> f64 {
        self.rate / self.rates[example]
    }

    /// A classifier of examples as one of unit rows times `scale`.
    pub fn linear(&self, weights: &Array2<f64>, bias: &Array1<f64>, scale: &Array1<f32>) -> Linear {
        let weights = weights * self.rate;
        let bias = bias - weights.dot(&self.shift);
        Linear::of_images(&weights, &bias, scale)
    }
}
