//! How foreign a photo looks to the default answer, and how foreign photos of its classes are expected to look.
//!
//! Both parts of a fit are in units of the class itself, so they mean the same for any encoder, any number of classes and any number of
//! examples: one in twenty known photos passes nearly the same number, which the examples only correct.

use super::discriminant::Fit;
use crate::heads::prior::shrinkage;
use crate::numerics::math::{exp, larger, log_sum_exp};
use crate::validation::{Expected, Normal};
use ndarray::ArrayView1;

/// What a value that falls short counts beside a distance. With two or six the AUROC changes by less than 0.1 points where all classes have as
/// many photos; the distance alone loses 0.2 with true CLIP features, the value alone 0.6 with one photo a class (development photos) and
/// 3 where classes have unequal numbers (`evaluate --tasks 480 --classes 5 --shots 1 --heads fused`, and so on).
pub(crate) const SHORT: f64 = 4.0;

/// Two deviations above its mean the novelty of known photos is expected to be this, less that over the number of classes, however many photos
/// a class has. One photo of each of 2, 3, 5 and 10 classes refuses 3 to 8 in a hundred known photos of the development photos and of true CLIP
/// features; as fitted on either alone, 2 to 11 on the other (`evaluate --tasks 480 --classes 5 --shots 1 --heads fused`, and so on).
const FAR: f64 = 7.6;
const FEWER: f64 = 2.3;

/// Its standard deviation where a class has very many photos. Where it has fewer, this times [`reach`].
const DEVIATION: f64 = 2.3;

/// The mean of n photos owes part of itself to chance, so known photos get nearer to it the more there are: `n / (n + 1)` of the way that they get
/// with very many.
fn reach(n: f64) -> f64 {
    shrinkage(n, 1.0)
}

fn far(classes: f64) -> f64 {
    FAR - FEWER / classes
}

/// How foreign new photos of the classes look that have so many examples.
pub(super) fn expected(counts: ArrayView1<'_, f64>) -> Expected {
    let classes = counts.len() as f64;
    let usual = |reach: f64| Normal {
        mean: far(classes) - 2.0 * DEVIATION * reach,
        deviation: DEVIATION * reach,
    };
    let several: Vec<f64> = counts.iter().copied().filter(|&n| n > 1.0).collect();
    let reached = several.iter().map(|&n| reach(n)).sum::<f64>();
    Expected {
        several: usual(reached / larger(several.len() as f64, 1.0)),
        single: usual(reach(1.0)),
        singles: 1.0 - several.len() as f64 / classes,
    }
}

/// How foreign an example would look to its class of so many photos, were it none of them, that looks so foreign without it: to one fewer
/// everything is farther away.
pub(super) fn as_new(left_out: f64, classes: f64, count: f64) -> f64 {
    let far = far(classes);
    far - (far - left_out) * reach(count) / reach(count - 1.0)
}

/// How foreign a photo looks that fits so and, where texts count, has these logits: a photo of something that text has no word for leaves it
/// undecided. Images alone say more of that by how they fit.
pub(super) fn novelty(fit: &Fit, logits: Option<&[f32]>) -> f64 {
    let undecided = logits.map_or(0.0, |logits| {
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, larger);
        let all = log_sum_exp(logits.iter().map(|&v| f64::from(v)));
        1.0 - exp(f64::from(largest) - all)
    });
    fit.far + SHORT * fit.short + undecided
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn an_example_left_out_is_a_new_photo_of_a_class_with_one_fewer() {
        let usual = |n: f64| expected(array![n, n, n].view()).several.mean;
        for n in [3.0, 4.0, 9.0] {
            assert!((as_new(usual(n - 1.0), 3.0, n) - usual(n)).abs() < 1e-9);
        }
        let unequal = expected(array![1.0, 2.0, 8.0].view());
        assert!((unequal.singles - 1.0 / 3.0).abs() < 1e-9);
        assert!(as_new(unequal.single.mean, 3.0, 2.0) > unequal.several.mean);
    }
}
