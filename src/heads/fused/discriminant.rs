//! Two classifiers that need nothing but products of class sums: ridge regression and Gaussian classes.
//!
//! Sources: Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", 2009, sections 4.3 (discriminant analysis), 3.4
//! (ridge regression) and 12.5 (that one comes from the other); Ren et al., "A Simple Fix to Mahalanobis Distance for Improving Near-OOD
//! Detection", 2021, arXiv:2106.09022 (the distance). The algebra is in docs/algorithms.md.
//!
//! Let P be the inverse of the ridged scatter of all embeddings around the origin, s_c the sum of those of class c, and for a query x
//! `e_c = x.P s_c`. With E the matrix of `s_c.P s_d` and N that of the class counts, everything under the scatter *within* the classes
//! follows from the inverse of `N - E`, one row a class.

use crate::heads::prior::{CENTER_COUNT, SHARE, settled};
use crate::numerics::Measured;
use crate::numerics::linalg::{Inverse, dot};
use crate::numerics::math::{exp, larger, ln};
use ndarray::Array2;

/// Regression values below it count as none, and their logarithm is bent to a straight line: a share of 0.9 is then as far from 0.3
/// as 0.3 from 0.1. On validation photos of Caltech-101, UCF101 and DTD (true CLIP features) the logarithm takes the calibration error
/// from 4.8 to 4.2 %.
pub(super) static KNEE: Measured = Measured::new("discriminant.KNEE", 0.12);

/// What the bent values are divided by to give logits where no example tells: on the same photos 0.14 to 0.31 is best.
pub(super) static TEMPERATURE: Measured = Measured::new("discriminant.TEMPERATURE", 0.19);

/// Share of ridge regression in the logits; the Gaussian classes have the rest.
pub(super) static REGRESSION: Measured = Measured::new("discriminant.REGRESSION", 0.5);

/// Of the classes that have examples, k of them.
#[derive(Debug, Clone)]
pub(super) struct Discriminant {
    classes: Vec<usize>,
    counts: Vec<f64>,
    /// `N - E`, and its inverse.
    rest: Array2<f64>,
    within: Inverse,
    regression: Regression,
    /// Logit of the Gaussian classes: `(y_c - mean(y)) / gap + bias_c`, y = (N - E)^-1 e.
    gap: f64,
    bias: Vec<f64>,
}

/// Regression values: `level_c + factor (e_c / n_c - share_c sum(e))`.
#[derive(Debug, Clone)]
struct Regression {
    /// Sums of the columns of `N - E`, and of its rows each over the count of its class.
    sums: Vec<f64>,
    means: Vec<f64>,
    factor: f64,
    share: Vec<f64>,
    level: Vec<f64>,
}

impl Regression {
    /// Targets of 1 for the own class and 0 for the others, with an intercept; classes count alike, whatever their number of examples.
    fn new(counts: &[f64], sums: Vec<f64>, means: Vec<f64>) -> Self {
        let k = counts.len() as f64;
        let all: f64 = sums.iter().sum();
        let of_counts = |values: &[f64]| values.iter().zip(counts).map(|(v, n)| v / n).sum::<f64>();
        let factor = k / of_counts(&vec![1.0; counts.len()]);
        let share: Vec<f64> = sums
            .iter()
            .zip(counts)
            .map(|(sum, n)| sum / (n * all))
            .collect();
        // At the mean of the class means each value is 1 / k.
        let middle = k - of_counts(&sums);
        let level = (means.iter().zip(&share).zip(counts))
            .map(|((mean, share), n)| (1.0 - factor * ((1.0 - mean) / n - share * middle)) / k)
            .collect();
        Self {
            sums,
            means,
            factor,
            share,
            level,
        }
    }

    /// The values of a query with these products `(k,)`.
    fn values(&self, counts: &[f64], products: &[f64]) -> impl Iterator<Item = f64> {
        let all: f64 = products.iter().sum();
        let of_class = products.iter().zip(counts).map(|(e, n)| e / n);
        let by_class = self.level.iter().zip(&self.share).zip(of_class);
        by_class.map(move |((level, share), e)| level + self.factor * (e - share * all))
    }
}

/// What a query gives.
pub(super) struct Fit {
    /// The largest regression value, bent: how well the best class fits.
    pub best: f64,
    /// How much farther the query lies from the nearest class than from the mean of all examples.
    pub far: f64,
}

impl Discriminant {
    /// From the class counts `(C,)` and `N - E (C, C)`; `None` where no class has examples.
    pub fn new(all_counts: &[usize], all_rest: &Array2<f64>) -> Option<Self> {
        let classes: Vec<usize> = (0..all_counts.len())
            .filter(|&c| all_counts[c] > 0)
            .collect();
        let k = classes.len();
        let counts: Vec<f64> = classes.iter().map(|&c| all_counts[c] as f64).collect();
        let rest = Array2::from_shape_fn((k, k), |(c, d)| all_rest[[classes[c], classes[d]]]);
        let within = Inverse::of(k, &|c, d| rest[[c, d]]).filter(|_| k > 0)?;
        let columns = |weight: &dyn Fn(usize) -> f64| {
            let sum = |c: usize| (0..k).map(|d| rest[[d, c]] * weight(d)).sum();
            (0..k).map(sum).collect::<Vec<f64>>()
        };
        let (sums, means) = (columns(&|_| 1.0), columns(&|d| 1.0 / counts[d]));
        let regression = Regression::new(&counts, sums, means);
        // Products of the class means under the precision within the classes, of which those with their own mean are taken away.
        let product =
            |c: usize, d: usize| within.row(c)[d] - if c == d { 1.0 / counts[c] } else { 0.0 };
        let towards: Vec<f64> = (0..k)
            .map(|c| (0..k).map(|d| product(d, c)).sum::<f64>() / k as f64)
            .collect();
        let centre = towards.iter().sum::<f64>() / k as f64;
        let own: Vec<f64> = (0..k)
            .map(|c| product(c, c) - 2.0 * towards[c] + centre)
            .collect();
        let gap = SHARE.get() * own.iter().sum::<f64>() / (k as f64 - 1.0).max(1.0);
        // Classes on the same spot differ by rounding only.
        let gap = if gap > 1e-9 { gap } else { 1.0 };
        let bias = (0..k)
            .map(|c| {
                -(towards[c] - centre + 0.5 * settled(counts[c], CENTER_COUNT.get()) * own[c]) / gap
            })
            .collect();
        Some(Self {
            classes,
            counts,
            rest,
            within,
            regression,
            gap,
            bias,
        })
    }

    /// Writes the logits of a query `(C,)`, half of each classifier; `-inf` for a class without examples. `products` are its
    /// e `(C,)`; `scratch` has room for one number a class.
    pub fn logits_into(&self, products: &[f64], scratch: &mut Vec<f64>, out: &mut [f32]) -> Fit {
        out.fill(f32::NEG_INFINITY);
        let k = self.classes.len();
        scratch.clear();
        scratch.extend(self.classes.iter().map(|&c| products[c]));
        scratch.extend((0..k).map(|_| 0.0));
        let (own, towards) = scratch.split_at_mut(k);
        self.weigh(own, towards);
        let mean = towards.iter().sum::<f64>() / k as f64;
        let mut best = f64::NEG_INFINITY;
        let share = REGRESSION.get();
        for (c, value) in self.regression.values(&self.counts, own).enumerate() {
            let bent = log_softplus(value / KNEE.get());
            let gaussian = (towards[c] - mean) / self.gap + self.bias[c];
            let regression = bent / TEMPERATURE.get();
            out[self.classes[c]] = (gaussian + share * (regression - gaussian)) as f32;
            best = larger(best, bent);
        }
        let lengths = (0..k).map(|c| self.within.row(c)[c]);
        Fit {
            best,
            far: far(&self.counts, &self.regression.sums, own, towards, lengths),
        }
    }

    /// Writes the products of a vector `(k,)` with the inverse of `N - E`.
    fn weigh(&self, vector: &[f64], out: &mut [f64]) {
        for (c, out) in out.iter_mut().enumerate() {
            *out = dot(self.within.row(c), vector);
        }
    }

    /// What an example of a class gives that has others, had it not been there: `sums` are the class sums of its row of the inverse
    /// `(C,)`, g, and `own` is its entry B on the diagonal. `N - E` loses `ridge / B g g^T`, and e is the unit vector of its class less g / B.
    pub fn without_one(&self, class: usize, sums: &[f64], own: f64, ridge: f64) -> Fit {
        let k = self.classes.len();
        let class = self
            .classes
            .iter()
            .position(|&c| c == class)
            .expect("its class has examples");
        let g: Vec<f64> = self.classes.iter().map(|&c| sums[c]).collect();
        let lost = ridge / own;
        let mut counts = self.counts.clone();
        counts[class] -= 1.0;
        let more = 1.0 / counts[class] - 1.0 / self.counts[class];
        let all: f64 = g.iter().sum();
        let of_counts: f64 = g.iter().zip(&counts).map(|(g, n)| g / n).sum();
        let Regression { sums, means, .. } = &self.regression;
        let regression = Regression::new(
            &counts,
            (0..k).map(|c| sums[c] - lost * g[c] * all).collect(),
            (0..k)
                .map(|c| means[c] + self.rest[[class, c]] * more - lost * g[c] * of_counts)
                .collect(),
        );
        let products: Vec<f64> = (0..k).map(|c| f64::from(c == class) - g[c] / own).collect();
        // The inverse of what is left (Sherman, Morrison, 1950).
        let mut weighed = vec![0.0; k];
        self.weigh(&g, &mut weighed);
        let gain = lost / (1.0 - lost * dot(&g, &weighed));
        let along = gain * dot(&weighed, &products);
        let towards: Vec<f64> = (0..k)
            .map(|c| self.within.row(class)[c] - weighed[c] / own + along * weighed[c])
            .collect();
        let lengths = (0..k).map(|c| self.within.row(c)[c] + gain * weighed[c] * weighed[c]);
        let values = regression.values(&counts, &products);
        let largest = values.fold(f64::NEG_INFINITY, larger);
        Fit {
            best: log_softplus(largest / KNEE.get()),
            far: far(&counts, &regression.sums, &products, &towards, lengths),
        }
    }
}

/// How much farther a query lies from the nearest class than from the mean of all examples, both as squared Mahalanobis distances, less
/// what they have in common. `sums` are those of the columns of `N - E`, `products` the query's e, `towards` its product with the inverse
/// of that, and `lengths` the diagonal of it, all `(k,)`.
fn far(
    counts: &[f64],
    sums: &[f64],
    products: &[f64],
    towards: &[f64],
    lengths: impl Iterator<Item = f64>,
) -> f64 {
    let of_class = lengths.zip(counts).zip(towards);
    let nearest = of_class
        .map(|((length, n), towards)| length - 1.0 / n - 2.0 * towards)
        .fold(f64::INFINITY, f64::min);
    let (n, all) = (
        counts.iter().sum::<f64>(),
        products.iter().sum::<f64>() - 1.0,
    );
    nearest + dot(products, towards) - (all * all / sums.iter().sum::<f64>() - 1.0 / n)
}

/// `ln ln(1 + e^x)`, which is x far below zero and ln x far above.
fn log_softplus(x: f64) -> f64 {
    if x < -30.0 {
        x
    } else {
        ln(larger(0.0, x) + ln(1.0 + exp(-x.abs())))
    }
}
