//! What is known before a photo is seen: how likely each class is, how far out its mean is, and how far apart log-likelihoods lie.

use crate::numerics::Measured;
use crate::numerics::math;
use ndarray::Array1;
use serde::{Deserialize, Serialize};

/// How likely each class is before the photo is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Prior {
    /// All classes that can be scored alike.
    #[default]
    Uniform,
    /// In proportion to their examples, as published.
    Empirical,
    /// In proportion to their examples and one more.
    Smoothed,
}

impl Prior {
    /// Logarithm of the prior of each class `(C,)`; `-inf` for one that counts for nothing.
    pub(super) fn log(self, counts: &Array1<f64>) -> Array1<f64> {
        let shares = counts.mapv(|n| match self {
            _ if n == 0.0 => 0.0,
            Self::Uniform => 1.0,
            Self::Empirical => n,
            Self::Smoothed => n + 1.0,
        });
        let total = shares.sum().max(f64::MIN_POSITIVE);
        shares.mapv_into(|share| math::ln(share / total))
    }
}

/// Examples that the common centre is worth beside those of a class, unless told otherwise. On validation photos of
/// Caltech-101, UCF101 and DTD (true CLIP features), where half of the classes have 1 photo and the others 8, it gains
/// `naive_bayes_full` 4, 10 and 11 points and `naive_bayes` 5, 8 and 11; with 2 and 8 up to 8, with 4 and 16 up to 4. Where
/// all have as many, from 2 to 8, it changes little: -0.3 to 1 point, 0.2 on average. 0.5 and 2 are less good.
pub(super) const CENTER_COUNT: f64 = 1.0;

/// Shrinkage of a class mean towards the common centre: the share of it that is no noise, for so many examples.
///
/// A mean m of few examples, measured from the centre, lies too far out, and so the class is thought to be farther from every photo
/// than it is. With a normal prior around the centre the mean to expect is this share of the one observed (Murphy, "Machine Learning",
/// 2012, section 4.6.1). Scores are divided by the share, so that only the term `-|m|^2 / 2` is multiplied by it.
pub(super) fn shrinkage(examples: f64, center_count: f64) -> f64 {
    if examples > 0.0 {
        examples / (examples + center_count)
    } else {
        1.0
    }
}

/// Share of the typical gap between two classes that makes the best temperature where no example can be held out.
/// Measured on true CLIP features of Caltech-101, UCF101 and DTD, drawn from and asked about their validation photos,
/// also whitened and also projected to 64 dimensions, 5 to 101 classes and 1 to 16 photos each: 0.04 to 0.17, and
/// mostly 0.05 to 0.1; nearly the same at any number of photos of one set, with a variance and with a full covariance, which
/// is what lets a temperature learned from folds hold for all photos. So two classes typically differ by 14 nats.
pub(super) static SHARE: Measured = Measured::new("prior.SHARE", 0.07);

/// The temperature at which the typical gap between two classes is about 14 nats, for scores `w.x + b` of classes whose weights are
/// their means times a precision matrix; 1 where there is no gap. `own (n,)` are the products of the weights of each class that has
/// examples with its mean, and `centre` is that of the mean weights with the mean of the means.
///
/// The gap is half the squared Mahalanobis distance of two class means, averaged over all pairs of classes. It grows with the number
/// of dimensions and with the precision just as the scores do.
pub(super) fn typical_temperature(own: Array1<f64>, centre: f64) -> f64 {
    let n = own.len() as f64;
    if n < 2.0 {
        return 1.0;
    }
    let own = own.sum() / n;
    let gap = (own - centre) * n / (n - 1.0);
    // Classes on the same spot differ by rounding only.
    if gap > 1e-9 * own.abs() {
        SHARE.get() * gap
    } else {
        1.0
    }
}
