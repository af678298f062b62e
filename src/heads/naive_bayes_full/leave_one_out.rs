//! Leave-one-out scores of classes with one full covariance, in closed form (specification 6.1).
//!
//! Without an example x of class c, with n examples, mean m and d = x - m, the mean moves by -d/(n-1) and the scatter S
//! loses k d d^T, k = n/(n-1): the inverse of what is left follows from that of S (Sherman, Morrison, 1950). All that
//! is needed are the products of means, x and d under the inverse of S + t I. All are seen from the mean of the class
//! means, which moves along d, or along x where that was the only example of its class.

use super::super::prior::settled;
use super::FittedNaiveBayesFull;
use super::ridge::Ridged;
use crate::linalg;
use crate::support::Task;
use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut1, Axis};

/// Examples up to which the ridge is estimated anew for each: the eigen-decomposition takes O(n^3).
const REESTIMATED: usize = 256;

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
        self.centred.nrows() <= REESTIMATED
    }

    /// Scores `(m, C)` of some examples without their texts.
    pub(super) fn held_out(&self, task: &Task, examples: &[usize]) -> Array2<f64> {
        let mut out = Array2::zeros((examples.len(), self.counts.len()));
        if examples.is_empty() {
            return out;
        }
        match (self.ridged, &self.factor) {
            (Some(ridged), Some(factor)) if !self.reestimates() => {
                let rows = |matrix: ArrayView2<'_, f32>| matrix.select(Axis(0), examples);
                let deviations = rows(self.centred.view());
                let mut images = deviations.clone();
                for (mut image, &i) in images.rows_mut().into_iter().zip(examples) {
                    let mean = self.means.row(task.labels()[i]);
                    image.zip_mut_with(&mean, |v, &m| *v = (f64::from(*v) + m) as f32);
                }
                let under = |rows: &Array2<f32>| {
                    let products = linalg::products(rows.view(), self.weights.view());
                    linalg::wide(products.view()) / ridged.factor
                };
                let (x, d) = (under(&images), under(&deviations));
                let lengths = self.deviation_lengths(factor, ridged, examples, &deviations);
                for (e, row) in out.rows_mut().into_iter().enumerate() {
                    let products = Products {
                        x: x.row(e).to_owned(),
                        d: d.row(e).to_owned(),
                        own: &self.own / ridged.factor,
                        dd: lengths[e],
                    };
                    self.score(task, examples[e], products, ridged.factor, true, row);
                }
            }
            _ => self.held_out_anew(task, examples, &mut out),
        }
        out
    }

    /// `d.(S + t I)^-1 d` of each deviation d.
    fn deviation_lengths(
        &self,
        factor: &linalg::Cholesky,
        ridged: Ridged,
        examples: &[usize],
        deviations: &Array2<f32>,
    ) -> Array1<f64> {
        let (n, width) = self.centred.dim();
        if n < width {
            // With G = Z Z^T: Z (S + t I)^-1 Z^T = G (G + t I)^-1 = I - t (G + t I)^-1.
            1.0 - factor.inverse_diagonal(examples) * ridged.t
        } else {
            factor.inverse_squares(&linalg::wide(deviations.t()))
        }
    }

    /// With the ridge of the other examples, from the eigen-decomposition of the Gram matrix `U L U^T`.
    fn held_out_anew(&self, task: &Task, examples: &[usize], out: &mut Array2<f64>) {
        let n = self.centred.nrows();
        let means = linalg::single(self.means.view());
        let gram = linalg::wide(linalg::gram(self.centred.view()).view());
        // Products of the means with the deviations `(n, C)` and with each other `(C, C)`.
        let inner = linalg::wide(linalg::products(self.centred.view(), means.view()).view());
        let between = linalg::wide(linalg::gram(means.view()).view());
        // Without scatter there will be none, and so no precision but the identity.
        let (values, vectors) = match self.ridged {
            Some(_) => linalg::eigen(&gram),
            None => (Array1::zeros(0), Array2::zeros((n, 0))),
        };
        let values = values.mapv(|l| l.max(0.0));
        let mut turned = Array2::<f64>::zeros((values.len(), self.counts.len()));
        for (vector, row) in vectors.rows().into_iter().zip(inner.rows()) {
            for (k, &u) in vector.iter().enumerate() {
                turned.row_mut(k).scaled_add(u, &row);
            }
        }
        for (&i, row) in examples.iter().zip(out.rows_mut()) {
            let own = task.labels()[i];
            let size = self.counts[own] as f64;
            let square = gram[[i, i]];
            let lost = if size > 1.0 {
                size / (size - 1.0) * square
            } else {
                0.0
            };
            let used = (self.counts.iter().enumerate())
                .filter(|&(c, &n)| n > usize::from(c == own))
                .count();
            let ridge = self
                .rule
                .ridge(self.trace - lost, n - 1, used, self.means.ncols());
            let Some(Ridged { t, factor }) = ridge else {
                let products = Products {
                    x: &between.column(own) + &inner.row(i),
                    d: inner.row(i).to_owned(),
                    own: between.diag().to_owned(),
                    dd: square,
                };
                self.score(task, i, products, 1.0, false, row);
                continue;
            };
            let mut products = Products {
                x: between.column(own).to_owned(),
                d: Array1::zeros(self.counts.len()),
                own: between.diag().to_owned(),
                dd: 0.0,
            };
            for (k, (&l, y)) in values.iter().zip(turned.rows()).enumerate() {
                let (u, v) = (vectors[[i, k]], 1.0 / (l + t));
                products.x.scaled_add(-v * y[own], &y);
                products.own.zip_mut_with(&y, |sum, &y| *sum -= v * y * y);
                products.d.scaled_add(v * u, &y);
                products.dd += u * u * l * v;
            }
            products.x /= t;
            products.x += &products.d;
            products.own /= t;
            self.score(task, i, products, factor, true, row);
        }
    }

    /// The scores of an example, as a query, from its products; `scatter` tells whether S has anything to lose.
    fn score(
        &self,
        task: &Task,
        example: usize,
        products: Products,
        factor: f64,
        scatter: bool,
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
            if scatter {
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
