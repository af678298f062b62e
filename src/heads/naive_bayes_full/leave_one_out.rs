//! Leave-one-out scores of classes with one full covariance, in closed form.
//!
//! Without an example x of class c, with n examples, mean m and d = x - m, the mean moves by -d/(n-1) and the scatter S
//! loses k d d^T, k = n/(n-1): the inverse of what is left follows from that of S (Sherman, Morrison, 1950). All that
//! is needed are the products of means, x and d under the inverse of S + t I. All are seen from the mean of the class
//! means, which moves along d, or along x where that was the only example of its class.

use super::super::held_out::refitted;
use super::super::prior::settled;
use super::{FittedNaiveBayesFull, NaiveBayesFull};
use crate::numerics::linalg;
use crate::task::Task;
use ndarray::{Array1, Array2, ArrayViewMut1, Axis};

/// Examples up to which leaving one out fits anew, and so estimates the ridge anew: its relative change is about 1/n.
const REFITTED: usize = 64;

/// Products under `(S + t I)^-1`, t any ridge, of the means with x and with d, of each mean and of d with itself.
struct Products {
    x: Array1<f64>,
    d: Array1<f64>,
    own: Array1<f64>,
    dd: f64,
}

impl FittedNaiveBayesFull {
    /// Whether leaving one out estimates the ridge anew.
    pub(super) fn reestimates(&self) -> bool {
        self.centred.nrows() <= REFITTED
    }

    /// Scores `(m, C)` of some examples without their texts.
    pub(super) fn held_out(&self, task: &Task, examples: &[usize]) -> Array2<f64> {
        if self.reestimates() {
            let images = NaiveBayesFull {
                text: false,
                ..self.recipe.clone()
            };
            return linalg::wide(refitted(&images, task, examples).view());
        }
        let mut out = Array2::zeros((examples.len(), self.counts.len()));
        let factor = self.ridged.map_or(1.0, |ridged| ridged.factor);
        let deviations = self.centred.select(Axis(0), examples);
        let mut embeddings = deviations.clone();
        for (mut embedding, &i) in embeddings.rows_mut().into_iter().zip(examples) {
            let mean = self.means.row(task.labels()[i]);
            embedding.zip_mut_with(&mean, |v, &m| *v = (f64::from(*v) + m) as f32);
        }
        let under = |rows: &Array2<f32>| {
            let products = linalg::products(rows.view(), self.weights.view());
            linalg::wide(products.view()) / factor
        };
        let (x, d) = (under(&embeddings), under(&deviations));
        let lengths = self.deviation_lengths(examples, &deviations);
        for (e, row) in out.rows_mut().into_iter().enumerate() {
            let products = Products {
                x: x.row(e).to_owned(),
                d: d.row(e).to_owned(),
                own: &self.own / factor,
                dd: lengths[e],
            };
            self.score(task, examples[e], products, factor, row);
        }
        out
    }

    /// `d.(S + t I)^-1 d` of each deviation d; its square where the classes have no scatter.
    fn deviation_lengths(&self, examples: &[usize], deviations: &Array2<f32>) -> Vec<f64> {
        let (n, width) = self.centred.dim();
        let deviations = linalg::wide(deviations.view());
        let squares = |a: &Array2<f64>| (a * &deviations).sum_axis(Axis(1)).to_vec();
        match (self.ridged, &self.inverse) {
            (Some(ridged), Some(inverse)) if n < width => {
                // With G = Z Z^T: Z (S + t I)^-1 Z^T = G (G + t I)^-1 = I - t (G + t I)^-1.
                examples
                    .iter()
                    .map(|&i| 1.0 - ridged.t * inverse.row(i)[i])
                    .collect()
            }
            (_, Some(inverse)) => squares(&inverse.products(&deviations)),
            (_, None) => squares(&deviations),
        }
    }

    /// The scores of an example, as a query, from its products.
    fn score(
        &self,
        task: &Task,
        example: usize,
        products: Products,
        factor: f64,
        mut out: ArrayViewMut1<'_, f64>,
    ) {
        let own = task.labels()[example];
        let Products {
            mut x,
            mut d,
            own: mut lengths,
            dd,
        } = products;
        let xd = d[own] + dd;
        let mut counts: Vec<f64> = self.counts.iter().map(|&n| n as f64).collect();
        counts[own] -= 1.0;
        let mut gain = 0.0;
        if counts[own] > 0.0 {
            let shift = 1.0 / counts[own];
            x[own] -= shift * xd;
            lengths[own] += shift * (shift * dd - 2.0 * d[own]);
            d[own] -= shift * dd;
            if self.ridged.is_some() {
                let k = (counts[own] + 1.0) * shift;
                gain = k / (1.0 - k * dd).max(1e-12);
            }
        }
        let used = self.counts.iter().filter(|&&n| n > 0).count() as f64;
        // How far the centre moves back along a vector v, and the products of v with the means, x and itself.
        let (back, v, vx, vv) = if counts[own] > 0.0 {
            let after = 1.0 + gain * dd;
            (
                1.0 / (counts[own] * used),
                &d * after,
                xd * after,
                dd * after,
            )
        } else {
            (1.0 / (used - 1.0).max(1.0), x.clone(), x[own], x[own])
        };
        let log_prior = self.recipe.prior.log(&counts);
        for (c, score) in out.iter_mut().enumerate() {
            let fit = x[c] + gain * d[c] * xd + back * (v[c] + vx + back * vv);
            let length = lengths[c] + gain * d[c] * d[c] + back * (2.0 * v[c] + back * vv);
            let settled = settled(counts[c], self.recipe.center_count);
            *score = log_prior[c] + factor * (fit - 0.5 * settled * length);
        }
    }
}
