//! What the images say of examples that are held out, fold by fold.

use super::discriminant::Fit;
use super::evidence::Evidence;
use super::kernel;
use crate::numerics::linalg::{Inverse, WHOLE};
use crate::validation::{FOLDS, folds_at_most};
use ndarray::Array2;

/// Examples of a fold at most, beyond as many folds as there are anyway: the cost of a fold grows with the cube of its size. Five folds of
/// so many hold out the 400 that are enough for thresholds.
const FOLD: usize = 80;

/// The folds of examples with these labels `(n,)`, in order of their numbers: lists of places. None where no class has two.
pub(super) fn folds_of(labels: &[usize]) -> Vec<Vec<usize>> {
    folds_at_most(labels, (FOLDS.get() as usize).max(labels.len() / FOLD))
}

/// Held-out logits of the images alone `(m, C)`, and how each fits where that was worked out `(m,)`; nothing fits the only example of its class.
pub(super) struct WithoutText {
    pub places: Vec<usize>,
    pub logits: Array2<f32>,
    /// Their products with the class sums of the others `(m, C)`.
    pub products: Array2<f64>,
    pub fits: Vec<Option<Fit>>,
}

impl WithoutText {
    /// Of the examples in some folds, lists of places in the kernel.
    pub fn held_out<'a>(
        evidence: &Evidence,
        inverse: &Inverse,
        folds: impl IntoIterator<Item = &'a Vec<usize>>,
    ) -> Self {
        let classes = evidence.sums.nrows();
        let mut places = Vec::new();
        let (mut all_logits, mut all_products) = (Vec::new(), Vec::new());
        let (mut scratch, mut logits) = (Vec::new(), vec![0.0; classes]);
        for fold in folds {
            let rest = evidence.without(inverse, fold);
            for e in 0..fold.len() {
                // Where no other example is left nothing is known of images.
                logits.fill(f32::NEG_INFINITY);
                let mut products = vec![0.0; classes];
                if let Some((rest, of_fold)) = &rest {
                    products = of_fold.row(e).to_vec();
                    rest.logits_into(&products, &mut scratch, &mut logits);
                }
                all_products.extend(products);
                all_logits.extend_from_slice(&logits);
            }
            places.extend(fold);
        }
        let shape = (places.len(), classes);
        Self {
            logits: Array2::from_shape_vec(shape, all_logits).expect(WHOLE),
            products: Array2::from_shape_vec(shape, all_products).expect(WHOLE),
            places,
            fits: Vec::new(),
        }
    }
}

/// Held-out logits `(m, C)` of the images alone, with the labels `(m,)`, of embeddings with these similarities `(n, n)`.
pub(super) fn held_out_images(
    similarity: Array2<f32>,
    labels: &[usize],
    classes: usize,
) -> (Array2<f32>, Vec<usize>) {
    let inverse = kernel::inverse(similarity);
    let evidence = Evidence::new(&inverse, labels, classes);
    let images = WithoutText::held_out(&evidence, &inverse, &folds_of(labels));
    let labels = images.places.iter().map(|&place| labels[place]).collect();
    (images.logits, labels)
}
