//! How much farther a query lies from every class than from the bulk of the examples.
//!
//! Source: Ren et al., "A Simple Fix to Mahalanobis Distance for Improving Near-OOD Detection", 2021, arXiv:2106.09022.
//! Differs from the source: both covariances have the ridge of [`crate::heads::NaiveBayesFull`], and everything is
//! expressed in similarities to the examples, so that the width of the features does not matter.

use crate::linalg::{self, Cholesky, Lower};
use crate::support::Task;
use ndarray::{Array1, Array2, ArrayView1, Axis};
use std::cell::RefCell;

/// Examples that take part at most, the same number of each class as far as it goes.
const MOST: usize = 512;

/// Scatter an example below which there is none but rounding.
const NONE: f64 = 1e-6;

/// Inverse of a covariance `scatter + ridge I`, both scaled: `|x|^2` becomes `factor (|x|^2 - |L^-1 z|^2)`, z the products
/// of x with the centred examples. The factor is one over the variance: what lies across the few examples is far in
/// proportion to nothing else, so that distances from sets of different size can be compared.
struct Precision {
    factor: f64,
    lower: Lower,
}

impl Precision {
    /// From the Gram matrix of centred examples with so many degrees of freedom.
    fn new(mut gram: Array2<f64>, freedom: f64) -> Option<Self> {
        let n = gram.nrows() as f64;
        let trace = gram.diag().sum();
        if freedom < 1.0 || trace <= NONE * n {
            return None;
        }
        let ridge = trace / (n - 1.0).max(1.0);
        gram.diag_mut().mapv_inplace(|v| v + ridge);
        Some(Self {
            factor: freedom / trace,
            lower: Cholesky::new(&gram)?.lower(),
        })
    }
}

/// Room to work in, so that asking allocates nothing.
struct Scratch {
    /// Similarities `(n,)`, in the end without the mean of their class.
    similarities: Vec<f64>,
    /// Means of the similarities over the classes `(C,)`.
    means: Vec<f64>,
    /// Products of the query with the examples, centred in their class and all together, then whitened `(n,)`.
    inner: Vec<f32>,
    outer: Vec<f32>,
    /// Products of the whitened query with the centres `(C,)`.
    towards: Vec<f32>,
}

/// Distances of a query under the covariance within the classes and under that of all examples.
pub struct Background {
    chosen: Vec<usize>,
    labels: Vec<usize>,
    counts: Vec<f64>,
    within: Precision,
    /// Centres of the classes: products with the whitened examples `(C, n)`, and squared lengths less those of these
    /// `(C,)`.
    centres: Array2<f32>,
    lengths: Vec<f64>,
    all: Precision,
    /// Products of the mean of all examples with each, and its squared length.
    mean: Array1<f64>,
    mean_length: f64,
    scratch: RefCell<Scratch>,
}

impl Background {
    /// From the examples of a task; `None` where no class has scatter.
    pub fn new(task: &Task) -> Option<Self> {
        let chosen = task.evenly(MOST);
        let n = chosen.len();
        if n < 2 {
            return None;
        }
        let gram = task
            .similarity()
            .select(Axis(0), &chosen)
            .select(Axis(1), &chosen)
            .mapv(f64::from);
        let labels: Vec<usize> = chosen.iter().map(|&i| task.labels()[i]).collect();
        let mut counts = vec![0.0; task.n_classes()];
        for &label in &labels {
            counts[label] += 1.0;
        }
        // Row c: the products of the mean of class c with every example.
        let mut products = Array2::<f64>::zeros((task.n_classes(), n));
        for (row, &label) in gram.rows().into_iter().zip(&labels) {
            products
                .row_mut(label)
                .scaled_add(1.0 / counts[label], &row);
        }
        let centred = |row: ArrayView1<'_, f64>| {
            let mut row = row.to_vec();
            centre(&mut row, &labels, &counts, &mut vec![0.0; counts.len()]);
            Array1::from(row)
        };
        // Centring the rows and then the columns centres the examples themselves.
        let mut half = Array2::zeros((n, n));
        for ((mut half, row), &label) in half.rows_mut().into_iter().zip(gram.rows()).zip(&labels) {
            half.assign(&centred((&row - &products.row(label)).view()));
        }
        let used = counts.iter().filter(|&&n| n > 0.0).count();
        let within = Precision::new(half, n as f64 - used as f64)?;
        let mut centres = Array2::zeros(products.dim());
        let mut lengths = vec![0.0; products.nrows()];
        for c in 0..products.nrows() {
            let mut row = centred(products.row(c)).mapv(|v| v as f32).to_vec();
            within.lower.solve_in_place(&mut row);
            let own = labels.iter().zip(products.row(c));
            let own = own.filter(|(label, _)| **label == c).map(|(_, p)| p);
            lengths[c] = own.sum::<f64>() / counts[c].max(1.0) - square(&row);
            centres.row_mut(c).assign(&Array1::from(row));
        }
        let mean = gram.mean_axis(Axis(0))?;
        let mean_length = mean.mean()?;
        let all = Precision::new(
            Array2::from_shape_fn((n, n), |(i, j)| {
                gram[[i, j]] - mean[i] - mean[j] + mean_length
            }),
            n as f64 - 1.0,
        )?;
        Some(Self {
            scratch: RefCell::new(Scratch {
                similarities: vec![0.0; n],
                means: vec![0.0; counts.len()],
                inner: vec![0.0; n],
                outer: vec![0.0; n],
                towards: vec![0.0; counts.len()],
            }),
            chosen,
            labels,
            counts,
            within,
            centres,
            lengths,
            all,
            mean,
            mean_length,
        })
    }

    /// Squared Mahalanobis distance to the nearest class less that to the mean of all examples, for a query with these
    /// similarities to the examples of the task.
    pub fn distance(&self, similarities: &[f32]) -> f64 {
        let room = &mut *self.scratch.borrow_mut();
        let chosen = self.chosen.iter().map(|&i| f64::from(similarities[i]));
        room.similarities.clear();
        room.similarities.extend(chosen);
        let overall = room.similarities.iter().sum::<f64>() / room.similarities.len() as f64;
        let outer = room.similarities.iter().zip(&self.mean);
        let outer = outer.map(|(s, mean)| (s - mean - overall + self.mean_length) as f32);
        room.outer.clear();
        room.outer.extend(outer);
        centre(
            &mut room.similarities,
            &self.labels,
            &self.counts,
            &mut room.means,
        );
        room.inner.clear();
        room.inner
            .extend(room.similarities.iter().map(|&s| s as f32));
        self.within.lower.solve_in_place(&mut room.inner);
        self.all.lower.solve_in_place(&mut room.outer);
        room.towards.fill(0.0);
        linalg::add_products(self.centres.view(), &room.inner, &mut room.towards);
        let nearest = (0..self.counts.len())
            .filter(|&c| self.counts[c] > 0.0)
            .map(|c| self.lengths[c] - 2.0 * room.means[c] + 2.0 * f64::from(room.towards[c]))
            .fold(f64::INFINITY, f64::min);
        let within = 1.0 + nearest - square(&room.inner);
        let bulk = 1.0 - 2.0 * overall + self.mean_length - square(&room.outer);
        self.within.factor * within - self.all.factor * bulk
    }
}

fn square(row: &[f32]) -> f64 {
    linalg::dot(row, row).into()
}

/// Takes from each number the mean over its class, which is left in `means`.
fn centre(values: &mut [f64], labels: &[usize], counts: &[f64], means: &mut [f64]) {
    means.fill(0.0);
    for (value, &label) in values.iter().zip(labels) {
        means[label] += value / counts[label];
    }
    for (value, &label) in values.iter_mut().zip(labels) {
        *value -= means[label];
    }
}
