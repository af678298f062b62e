//! What the kept inverse says of all examples and of each fold without it: no fit is made for a fold.

use super::discriminant::{Discriminant, Fit};
use super::kernel::RIDGE;
use crate::numerics::linalg::{Inverse, dot};
use ndarray::Array2;

/// Class sums under the inverse B of the ridged kernel matrix `(n, n)`.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    labels: Vec<usize>,
    counts: Vec<usize>,
    /// Row c: the sum of the rows of B that belong to class c `(C, n)`.
    sums: Array2<f64>,
    /// Their sums over the examples of each class `(C, C)`.
    between: Array2<f64>,
}

impl Evidence {
    /// Of examples with these labels `(n,)` of `classes` classes, in the order of the inverse.
    pub fn new(inverse: &Inverse, labels: &[usize], classes: usize) -> Self {
        let n = labels.len();
        let (mut counts, mut sums) = (vec![0; classes], Array2::<f64>::zeros((classes, n)));
        for (i, &label) in labels.iter().enumerate() {
            counts[label] += 1;
            let mut sum = sums.row_mut(label);
            let sum = sum.as_slice_mut().expect(ROW_MAJOR);
            sum.iter_mut()
                .zip(inverse.row(i))
                .for_each(|(sum, v)| *sum += v);
        }
        let mut between = Array2::zeros((classes, classes));
        for (mut between, sums) in between.rows_mut().into_iter().zip(sums.rows()) {
            for (&label, v) in labels.iter().zip(sums) {
                between[label] += v;
            }
        }
        Self {
            labels: labels.to_vec(),
            counts,
            sums,
            between,
        }
    }

    pub fn n_classes(&self) -> usize {
        self.counts.len()
    }

    /// The classifiers of all examples; `None` where there are none.
    pub fn all(&self) -> Option<Discriminant> {
        // N - E is the ridge times the class sums of the inverse.
        Discriminant::new(&self.counts, &(&self.between * RIDGE))
    }

    /// The products of a query with the class sums are these `(C, n)` times its kernel values `(n,)`.
    pub fn sums(&self) -> &Array2<f64> {
        &self.sums
    }

    /// What the example at a place gives, had it not been there; `None` for the only one of its class. `all` are the classifiers of all
    /// examples.
    pub fn without_one(&self, inverse: &Inverse, all: &Discriminant, place: usize) -> Option<Fit> {
        let class = self.labels[place];
        let sums = self.sums.column(place).to_vec();
        (self.counts[class] > 1)
            .then(|| all.without_one(class, &sums, inverse.row(place)[place], RIDGE))
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
        let classes = self.counts.len();
        let own = Array2::from_shape_fn((classes, fold.len()), |(c, e)| self.sums[[c, fold[e]]]);
        let solved = corner.products(&own);
        let mut rest = self.between.clone();
        for ((c, d), rest) in rest.indexed_iter_mut() {
            let [a, b] = [own.row(c.max(d)), solved.row(c.min(d))];
            *rest -= dot(
                a.to_slice().expect(ROW_MAJOR),
                b.to_slice().expect(ROW_MAJOR),
            );
        }
        let mut counts = self.counts.clone();
        let mut products = Array2::from_shape_fn((fold.len(), classes), |(e, c)| -solved[[c, e]]);
        for (mut product, &place) in products.rows_mut().into_iter().zip(fold) {
            counts[self.labels[place]] -= 1;
            product[self.labels[place]] += 1.0;
        }
        Some((Discriminant::new(&counts, &(rest * RIDGE))?, products))
    }
}

const ROW_MAJOR: &str = "a matrix of its own is row-major";

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use crate::heads::fused::kernel::Kernel;
    use crate::numerics::random::Random;

    /// So many rows of unit length, near one of three others each.
    fn rows(n: usize) -> Array2<f32> {
        let mut random = Random::new(5);
        let mut rows = Array2::from_shape_fn((n, 9), |(i, d)| {
            random.uniform() as f32 - 0.5 + if i % 3 == d % 3 { 0.4 } else { 0.0 }
        });
        for mut row in rows.rows_mut() {
            let length = row.dot(&row).sqrt();
            row /= length;
        }
        rows
    }

    /// Whether both give the same scores and the same distance, up to rounding.
    fn same(a: (&Discriminant, &[f64]), b: (&Discriminant, &[f64])) {
        let answer = |(discriminant, products): (&Discriminant, &[f64])| {
            let mut out = vec![0.0; products.len()];
            let fit = discriminant.logits_into(products, &mut Vec::new(), &mut out);
            (out, fit)
        };
        let ((a, of_a), (b, of_b)) = (answer(a), answer(b));
        for (a, b) in a.iter().zip(&b) {
            assert!(a == b || (a - b).abs() < 1e-3, "{a} {b}");
        }
        assert!((of_a.best - of_b.best).abs() < 1e-5 && (of_a.far - of_b.far).abs() < 1e-4);
    }

    #[test]
    fn what_is_held_out_has_no_part_in_its_scores() {
        let labels: Vec<usize> = (0..20).map(|i| i % 3).chain([3]).collect();
        let all = rows(21);
        let kernel = Kernel::of(all.view());
        let evidence = Evidence::new(kernel.inverse(), &labels, 5);
        for fold in [vec![4], vec![0, 7, 11], vec![20], (3..15).collect()] {
            let kept: Vec<usize> = (0..21).filter(|i| !fold.contains(i)).collect();
            let rest = Kernel::of(all.select(ndarray::Axis(0), &kept).view());
            let kept_labels: Vec<usize> = kept.iter().map(|&i| labels[i]).collect();
            let fitted = Evidence::new(rest.inverse(), &kept_labels, 5);
            let (without, products) = evidence.without(kernel.inverse(), &fold).unwrap();
            for (e, &place) in fold.iter().enumerate() {
                let mut values = Vec::new();
                rest.values_into(&all.row(place).to_vec(), &mut values);
                let expected: Vec<f64> = (fitted.sums().rows().into_iter())
                    .map(|sums| {
                        sums.iter()
                            .zip(&values)
                            .map(|(s, &v)| s * f64::from(v))
                            .sum()
                    })
                    .collect();
                same(
                    (&without, &products.row(e).to_vec()),
                    (&fitted.all().unwrap(), &expected),
                );
            }
        }
    }

    #[test]
    fn leaving_one_out_is_a_fold_of_one() {
        let labels: Vec<usize> = (0..20).map(|i| i % 3).chain([3]).collect();
        let kernel = Kernel::of(rows(21).view());
        let evidence = Evidence::new(kernel.inverse(), &labels, 5);
        let all = evidence.all().unwrap();
        for place in 0..20 {
            let fit = evidence.without_one(kernel.inverse(), &all, place).unwrap();
            let (without, products) = evidence.without(kernel.inverse(), &[place]).unwrap();
            let mut out = vec![0.0; 5];
            let products = products.row(0).to_vec();
            let expected = without.logits_into(&products, &mut Vec::new(), &mut out);
            assert!(
                (fit.best - expected.best).abs() < 1e-9,
                "{} {}",
                fit.best,
                expected.best
            );
            assert!(
                (fit.far - expected.far).abs() < 1e-9,
                "{} {}",
                fit.far,
                expected.far
            );
        }
        assert!(evidence.without_one(kernel.inverse(), &all, 20).is_none());
    }
}
