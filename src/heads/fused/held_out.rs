//! What the images say of examples that are held out, fold by fold.

use super::discriminant::Fit;
use super::evidence::Evidence;
use super::kernel;
use crate::numerics::linalg::Inverse;
use crate::task::class_counts;
use crate::validation::{FOLDS, folds};
use ndarray::Array2;

/// Examples of a fold at most, beyond as many folds as there are anyway: the cost of a fold grows with the cube of its size.
const FOLD: usize = 80;

/// The folds of examples with these labels `(n,)`, in order of their numbers: lists of places. None where no class has two.
pub(super) fn plan(labels: &[usize]) -> Vec<Vec<usize>> {
    let classes = labels.iter().max().map_or(0, |most| most + 1);
    let usual = (FOLDS.get() as usize).max(labels.len() / FOLD);
    match class_counts(labels, classes).into_iter().max() {
        Some(most @ 2..) => folds(labels, most.min(usual)),
        _ => Vec::new(),
    }
}

/// Held-out logits of the images `(m, C)`, and how each fits `(m,)`.
pub(super) struct Images {
    pub places: Vec<usize>,
    pub logits: Array2<f32>,
    pub fits: Vec<Fit>,
}

impl Images {
    /// Of the examples in some folds, lists of places in the kernel.
    pub fn held_out<'a>(
        evidence: &Evidence,
        inverse: &Inverse,
        folds: impl IntoIterator<Item = &'a Vec<usize>>,
    ) -> Self {
        let classes = evidence.n_classes();
        let (mut places, mut all_logits, mut fits) = (Vec::new(), Vec::new(), Vec::new());
        let (mut scratch, mut logits) = (Vec::new(), vec![0.0; classes]);
        for fold in folds {
            let rest = evidence.without(inverse, fold);
            for e in 0..fold.len() {
                // Where no other example is left nothing is known of images.
                logits.fill(f32::NEG_INFINITY);
                let fit = rest.as_ref().map(|(rest, products)| {
                    let products = products.row(e).to_vec();
                    rest.logits_into(&products, &mut scratch, &mut logits)
                });
                fits.push(fit.unwrap_or_default());
                all_logits.extend_from_slice(&logits);
            }
            places.extend(fold);
        }
        Self {
            logits: Array2::from_shape_vec((places.len(), classes), all_logits)
                .expect("a logit for each class"),
            places,
            fits,
        }
    }
}

/// Held-out logits `(m, C)` of the images alone, with the labels `(m,)`, of embeddings with these similarities `(n, n)`.
pub(in crate::heads) fn held_out_images(
    similarity: Array2<f32>,
    labels: &[usize],
    classes: usize,
) -> (Array2<f32>, Vec<usize>) {
    let inverse = kernel::inverse(similarity);
    let evidence = Evidence::new(&inverse, labels, classes);
    let images = Images::held_out(&evidence, &inverse, &plan(labels));
    let labels = images.places.iter().map(|&place| labels[place]).collect();
    (images.logits, labels)
}
