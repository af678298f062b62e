//! Correction of class priors: of the support set, of the place of use, and of the zero-shot model.
//!
//! Sources: Menon et al., "Long-tail Learning via Logit Adjustment", 2021, arXiv:2007.07314, section
//! 4.1; Saerens, Latinne, Decaestecker, "Adjusting the Outputs of a Classifier to New a Priori Probabilities", 2002.
//!
//! Each correction is an offset `(C,)` to be added to calibrated logits; heads whose prior is a setting (naive Bayes)
//! need none.

use crate::finite;
use handful::{Error, Result};
use libm::log as ln;
use ndarray::ArrayView2;

/// Classes whose counts differ by a larger factor than this are imbalanced.
const IMBALANCED: usize = 2;

/// Unlabelled photos that tell something about their classes' shares at least.
const FEWEST_UNLABELLED: usize = 50;

/// Rounds of the EM algorithm.
const ROUNDS: usize = 20;

/// What every class counts in it beside the photos.
const SMOOTHING: f64 = 0.1;

/// Strength of [`support`] for `counts (C,)` of examples: 1 where the largest class has more than twice the examples
/// of the smallest that has any, otherwise 0.
pub fn strength(counts: &[usize]) -> f64 {
    let most = counts.iter().copied().max().unwrap_or(0);
    let least = counts.iter().copied().filter(|&n| n > 0).min().unwrap_or(0);
    f64::from(u8::from(most > least.saturating_mul(IMBALANCED)))
}

/// Offset that takes an imbalanced support set out of a discriminative head: `-tau ln(n_c / N)`; 0 for a class without
/// examples.
pub fn support(counts: &[usize], tau: f64) -> Vec<f64> {
    let all: f64 = counts.iter().map(|&n| n as f64).sum();
    let offset = |&n: &usize| {
        if n == 0 {
            0.0
        } else {
            -tau * ln(n as f64 / all)
        }
    };
    counts.iter().map(offset).collect()
}

/// Offset from the prior `trained (C,)` that the logits assume to that of the place of use: `ln(target_c / trained_c)`,
/// for numbers of which only the proportions count. A class that never occurs there gets `-inf`.
///
/// # Errors
/// [`Error::Shape`]; [`Error::Parameter`] for numbers that are no prior.
pub fn target(trained: &[f64], target: &[f64]) -> Result<Vec<f64>> {
    Error::check_length("target prior", trained.len(), target.len())?;
    let (from, to) = (shares(trained)?, shares(target)?);
    if from.contains(&0.0) {
        return Err(not_a_prior(trained));
    }
    Ok(from
        .iter()
        .zip(&to)
        .map(|(from, to)| ln(to / from))
        .collect())
}

/// Offset that takes the preferences of the zero-shot model out of its logits: `-tau0 ln(q_c C)`, q the mean of its
/// `probabilities (n, C)` over the examples of each `labels (n,)`, and then over those classes. `tau0` 0 is none of it.
///
/// # Errors
/// [`Error::Shape`], also for a label that is not that of a class; [`Error::NotFinite`].
pub fn zero_shot(
    probabilities: ArrayView2<'_, f64>,
    labels: &[usize],
    tau0: f64,
) -> Result<Vec<f64>> {
    let (n, c) = probabilities.dim();
    Error::check_length("labels", n, labels.len())?;
    finite("probabilities", probabilities.iter().copied())?;
    let mut counts = vec![0_usize; c];
    for &label in labels {
        match counts.get_mut(label) {
            Some(count) => *count += 1,
            None => Error::check_length("classes", label.saturating_add(1), c)?,
        }
    }
    let used = counts.iter().filter(|&&n| n > 0).count();
    let mut shares = vec![0.0; c];
    for (row, &label) in probabilities.rows().into_iter().zip(labels) {
        for (share, &p) in shares.iter_mut().zip(row) {
            *share += p / (counts[label] * used) as f64;
        }
    }
    let offset = |&q: &f64| {
        if q > 0.0 {
            -tau0 * ln(q * c as f64)
        } else {
            0.0
        }
    };
    Ok(shares.iter().map(offset).collect())
}

/// The prior `(C,)` at the place of use, estimated by EM from the `probabilities (n, C)` of at least 50 unlabelled
/// photos, which assume the prior `trained (C,)`. It sums to 1; [`target`] makes an offset of it.
///
/// ```
/// // Nine photos in ten are of class 0; half of each was assumed.
/// let p = ndarray::Array2::from_shape_fn((100, 2), |(i, c)| if (c == 0) == (i % 10 != 0) { 0.98 } else { 0.02 });
/// let found = handful_research::prior::estimate(p.view(), &[0.5, 0.5])?;
/// assert!((found[0] - 0.9).abs() < 0.02);
/// # Ok::<(), handful::Error>(())
/// ```
///
/// # Errors
/// [`Error::Shape`], [`Error::NotFinite`]; [`Error::Parameter`] for fewer photos, or numbers that are no prior.
pub fn estimate(probabilities: ArrayView2<'_, f64>, trained: &[f64]) -> Result<Vec<f64>> {
    let (n, c) = probabilities.dim();
    Error::check_length("trained prior", c, trained.len())?;
    finite("probabilities", probabilities.iter().copied())?;
    if n < FEWEST_UNLABELLED {
        return Err(Error::Parameter {
            name: "unlabelled photos",
            value: n.to_string(),
            range: "at least 50",
        });
    }
    let trained = shares(trained)?;
    let mut prior = trained.clone();
    for _ in 0..ROUNDS {
        let mut counts = vec![SMOOTHING; c];
        for row in probabilities.rows() {
            let weigh = |k: usize| {
                if trained[k] > 0.0 {
                    row[k] * prior[k] / trained[k]
                } else {
                    0.0
                }
            };
            let all: f64 = (0..c).map(weigh).sum();
            if all > 0.0 {
                (counts.iter_mut().enumerate()).for_each(|(k, count)| *count += weigh(k) / all);
            }
        }
        prior = shares(&counts)?;
    }
    Ok(prior)
}

/// The numbers divided by their sum.
fn shares(numbers: &[f64]) -> Result<Vec<f64>> {
    let sum: f64 = numbers.iter().sum();
    if sum > 0.0 && sum.is_finite() && numbers.iter().all(|&v| v >= 0.0) {
        Ok(numbers.iter().map(|v| v / sum).collect())
    } else {
        Err(not_a_prior(numbers))
    }
}

fn not_a_prior(numbers: &[f64]) -> Error {
    Error::Parameter {
        name: "prior",
        value: format!("{numbers:?}"),
        range: "numbers of at least 0, not all 0; above 0 where they were trained on",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handful::validation::probabilities_into;
    use ndarray::{Array2, array};

    #[track_caller]
    fn near(a: &[f64], b: &[f64]) {
        assert_eq!(a.len(), b.len());
        assert!(
            a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9),
            "{a:?} is not {b:?}"
        );
    }

    #[test]
    fn imbalance_is_a_factor_above_two() {
        for (counts, tau) in [
            (&[4, 8][..], 0.0),
            (&[4, 9], 1.0),
            (&[0, 5, 5], 0.0),
            (&[0, 0], 0.0),
            (&[], 0.0),
            (&[usize::MAX, usize::MAX], 0.0),
        ] {
            assert_eq!(strength(counts), tau, "{counts:?}");
        }
    }

    #[test]
    fn offsets_undo_a_prior() {
        // Logits that say nothing but how many examples there were.
        let counts = [1, 3, 0];
        let offset = support(&counts, 1.0);
        near(
            &[ln(0.25) + offset[0], ln(0.75) + offset[1], offset[2]],
            &[0.0; 3],
        );
        near(&support(&counts, 0.0), &[0.0; 3]);
        // The posterior under another prior, by Bayes' rule.
        let offset = target(&[1.0, 1.0], &[9.0, 1.0]).unwrap();
        let logits = [ln(0.2) + offset[0], ln(0.8) + offset[1]];
        let mut found = vec![0.0; logits.len()];
        probabilities_into(&logits.map(|l| l as f32), 1.0, &mut found);
        assert!((found[0] - 1.8 / 2.6).abs() < 1e-6);
        assert_eq!(
            target(&[1.0, 1.0], &[1.0, 0.0]).unwrap()[1],
            f64::NEG_INFINITY
        );
    }

    #[test]
    fn the_zero_shot_prior_counts_every_class_alike() {
        // The model prefers class 0; class 0 has three times the examples, which must not matter.
        let p = array![[0.9, 0.1], [0.9, 0.1], [0.9, 0.1], [0.5, 0.5]];
        let offset = zero_shot(p.view(), &[0, 0, 0, 1], 1.0).unwrap();
        near(&offset, &[-ln(1.4), -ln(0.6)]);
        near(&zero_shot(p.view(), &[0, 0, 0, 1], 0.0).unwrap(), &[0.0; 2]);
        let none = Array2::zeros((0, 2));
        near(&zero_shot(none.view(), &[], 1.0).unwrap(), &[0.0; 2]);
    }

    #[test]
    fn estimates_find_the_prior_that_made_the_photos() {
        // Two classes whose likelihoods overlap: posterior 0.8 for the right one under equal priors.
        let p = Array2::from_shape_fn((1000, 2), |(i, c)| {
            let class_0 = i % 10 < 7;
            let right = (i / 10) % 5 < 4;
            if (c == 0) == (class_0 == right) {
                0.8
            } else {
                0.2
            }
        });
        let found = estimate(p.view(), &[3.0, 3.0]).unwrap();
        assert!(
            (found[0] - 0.7).abs() < 0.01 && (found[0] + found[1] - 1.0).abs() < 1e-12,
            "{found:?}"
        );
        // A class that was never trained on stays next to nothing.
        let found = estimate(p.view(), &[1.0, 0.0]).unwrap();
        assert!(found[1] < 1e-3);
    }

    #[test]
    fn what_is_no_prior_is_refused() {
        let p = Array2::from_elem((60, 2), 0.5);
        let code = |r: Result<Vec<f64>>| r.unwrap_err().code();
        for bad in [
            [0.0, 0.0],
            [-1.0, 2.0],
            [f64::NAN, 1.0],
            [f64::INFINITY, 1.0],
        ] {
            assert_eq!(code(estimate(p.view(), &bad)), "parameter");
            assert_eq!(code(target(&[1.0, 1.0], &bad)), "parameter");
        }
        assert_eq!(code(target(&[1.0, 0.0], &[1.0, 1.0])), "parameter");
        assert_eq!(code(target(&[1.0], &[1.0, 1.0])), "shape");
        assert_eq!(code(estimate(p.view(), &[1.0])), "shape");
        let few = Array2::from_elem((49, 2), 0.5);
        assert_eq!(code(estimate(few.view(), &[1.0, 1.0])), "parameter");
        let nan = Array2::from_elem((60, 2), f64::NAN);
        assert_eq!(code(estimate(nan.view(), &[1.0, 1.0])), "not-finite");
        assert_eq!(code(zero_shot(nan.view(), &[0; 60], 1.0)), "not-finite");
        assert_eq!(code(zero_shot(p.view(), &[2; 60], 1.0)), "shape");
        assert_eq!(code(zero_shot(p.view(), &[usize::MAX; 60], 1.0)), "shape");
    }
}
