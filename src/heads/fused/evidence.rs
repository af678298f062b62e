//! What the kept inverse says of all examples and of each fold without it: no fit is made for a fold.

use super::discriminant::{Discriminant, Fit};
use super::kernel::RIDGE;
use crate::numerics::linalg::{Inverse, add_wide_products, rows};
use crate::task::{class_counts, class_sums};
use ndarray::{Array2, Axis, s};

/// Class sums under the inverse B of the ridged kernel matrix `(n, n)`.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    labels: Vec<usize>,
    /// Examples of each class `(C,)`.
    pub counts: Vec<f64>,
    /// Row c: the sum of the rows of B that belong to class c `(C, n)`. These times the kernel values `(n,)` of a query are its products
    /// with the class sums.
    pub sums: Array2<f64>,
    /// Their sums over the examples of each class `(C, C)`.
    between: Array2<f64>,
}

impl Evidence {
    /// Of examples with these labels `(n,)` of `classes` classes, in the order of the inverse.
    pub fn new(inverse: &Inverse, labels: &[usize], classes: usize) -> Self {
        let rows = (0..labels.len()).map(|i| inverse.row(i));
        let sums = class_sums(rows, labels, (classes, labels.len()));
        let between = class_sums(sums.columns(), labels, (classes, classes));
        let counts = class_counts(labels, classes).into_iter();
        Self {
            labels: labels.to_vec(),
            counts: counts.map(|n| n as f64).collect(),
            sums,
            between,
        }
    }

    /// The classifiers of all examples; `None` where there are none.
    pub fn all(&self) -> Option<Discriminant> {
        // N - E is the ridge times the class sums of the inverse.
        Discriminant::new(&self.counts, &(&self.between * RIDGE.get()))
    }

    /// What the example at a place gives, had it not been there; `None` for the only one of its class. `all` are the classifiers of all
    /// examples.
    pub fn without_one(&self, inverse: &Inverse, all: &Discriminant, place: usize) -> Option<Fit> {
        let (class, own) = (self.labels[place], inverse.row(place)[place]);
        (self.counts[class] > 1.0)
            .then(|| all.without_one(class, self.sums.column(place), own, RIDGE.get()))
    }

    /// The classifiers of all examples but those at some places, and the products `(m, C)` of these with the class sums of the others.
    /// `None` where no others are left.
    ///
    /// With S the fold, B_SS its block of the inverse and G = `(B Y)_S`: without the fold the class sums of the inverse are
    /// `Y^T B Y - G^T B_SS^-1 G`, and the products of the fold with the others `Y_S - B_SS^-1 G`.
    pub fn without(
        &self,
        inverse: &Inverse,
        fold: &[usize],
    ) -> Option<(Discriminant, Array2<f64>)> {
        let corner = Inverse::of(fold.len(), &|i, j| inverse.row(fold[i])[fold[j]])?;
        let own = self.sums.select(Axis(1), fold);
        let own = own.as_standard_layout().into_owned();
        let solved = corner.products(&own);
        let mut rest = self.between.clone();
        for (d, solved) in rows(&solved).into_iter().enumerate() {
            let mut lost = vec![0.0; own.nrows() - d];
            add_wide_products(own.slice(s![d.., ..]), solved, &mut lost);
            for (c, lost) in (d..).zip(lost) {
                rest[[c, d]] -= lost;
                rest[[d, c]] = rest[[c, d]];
            }
        }
        let mut counts = self.counts.clone();
        let mut products = -solved.t().as_standard_layout().into_owned();
        for (mut product, &place) in products.rows_mut().into_iter().zip(fold) {
            counts[self.labels[place]] -= 1.0;
            product[self.labels[place]] += 1.0;
        }
        Some((Discriminant::new(&counts, &(rest * RIDGE.get()))?, products))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use crate::heads::fused::kernel::Kernel;
    use crate::numerics::random::Random;

    #[test]
    fn leaving_one_out_is_a_fold_of_one() {
        let labels: Vec<usize> = (0..20).map(|i| i % 3).chain([3]).collect();
        let mut random = Random::new(5);
        let mut rows = Array2::from_shape_fn((21, 9), |(i, d)| {
            random.uniform() as f32 - 0.5 + if i % 3 == d % 3 { 0.4 } else { 0.0 }
        });
        for mut row in rows.rows_mut() {
            row /= row.dot(&row).sqrt();
        }
        let kernel = Kernel::of(rows.view());
        let evidence = Evidence::new(&kernel.inverse, &labels, 5);
        let all = evidence.all().unwrap();
        for place in 0..20 {
            let fit = evidence.without_one(&kernel.inverse, &all, place).unwrap();
            let (without, products) = evidence.without(&kernel.inverse, &[place]).unwrap();
            let mut out = vec![0.0; 5];
            let products = products.row(0).to_vec();
            let expected = without.logits_into(&products, &mut Vec::new(), &mut out);
            assert!((fit.short - expected.short).abs() < 1e-9);
            assert!((fit.far - expected.far).abs() < 1e-9);
        }
        assert!(evidence.without_one(&kernel.inverse, &all, 20).is_none());
    }
}
