//! Which examples stand for the rest where there is no room for all.
//!
//! Source of herding: Welling, "Herding Dynamical Weights to Learn", 2009. Differs from it: hard examples are kept first.

use crate::finite;
use handful::{Error, Result};
use ndarray::ArrayView2;
use std::collections::BTreeSet;

/// Share of the examples that are hard: those of the lowest margin.
const HARD: f64 = 0.1;

/// Examples to keep where there is room for `budget` of them, in their order.
///
/// First the hard ones, for at most half of the room: those of the lowest tenth of the leave-one-out `margins (n,)`,
/// unless they are `suspect (n,)`, that is flagged as mislabelled. Then, class by class in turn, the example that brings
/// the mean of what is kept of its class closest to the mean of the class (herding).
///
/// # Errors
/// [`Error::Shape`], [`Error::NotFinite`] (a margin may be infinite).
pub fn keep(
    images: ArrayView2<'_, f32>,
    labels: &[usize],
    margins: &[f64],
    suspect: &[bool],
    budget: usize,
) -> Result<Vec<usize>> {
    let n = images.nrows();
    Error::check_length("labels", n, labels.len())?;
    Error::check_length("margins", n, margins.len())?;
    Error::check_length("suspects", n, suspect.len())?;
    finite("features", images.iter().map(|&v| v.into()))?;
    // A margin may be infinite, where a class cannot be scored without the example.
    let ordered = |&m: &f64| if m.is_nan() { m } else { 0.0 };
    finite("margins", margins.iter().map(ordered))?;
    let mut hard: Vec<usize> = (0..n).collect();
    hard.sort_by(|&a, &b| margins[a].total_cmp(&margins[b]));
    hard.truncate((HARD * n as f64) as usize);
    hard.retain(|&i| !suspect[i]);
    hard.truncate(budget / 2);

    let mut kept = vec![false; n];
    // Of each class, what is still missing: (kept + 1) times its mean less the sum of what is kept.
    let classes: BTreeSet<usize> = labels.iter().copied().collect();
    let classes: Vec<usize> = classes.into_iter().collect();
    let mut herds: Vec<Herd> = (classes.iter())
        .map(|&class| Herd::new(&images, (0..n).filter(|&i| labels[i] == class).collect()))
        .collect();
    for &i in &hard {
        let class = classes.partition_point(|&class| class < labels[i]);
        herds[class].take(&images, i, &mut kept);
    }
    for _ in hard.len()..budget.min(n) {
        let open = (0..herds.len()).filter(|&h| herds[h].size < herds[h].members.len());
        let Some(herd) = open.min_by_key(|&h| herds[h].size) else {
            break;
        };
        let herd = &mut herds[herd];
        let left = herd.members.iter().copied().filter(|&i| !kept[i]);
        // All images have one length, so the nearest to what is missing has the largest product with it.
        let next = highest(left, |i| {
            let image = images.row(i);
            herd.missing
                .iter()
                .zip(image)
                .map(|(m, &x)| m * f64::from(x))
                .sum()
        });
        if let Some(next) = next {
            herd.take(&images, next, &mut kept);
        }
    }
    Ok((0..n).filter(|&i| kept[i]).collect())
}

/// The first of the items with the highest value.
fn highest(items: impl Iterator<Item = usize>, value: impl Fn(usize) -> f64) -> Option<usize> {
    let valued = items.map(|i| (i, value(i)));
    let best = valued.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(i, _)| i)
}

/// A class that examples are kept of.
struct Herd {
    members: Vec<usize>,
    mean: Vec<f64>,
    missing: Vec<f64>,
    size: usize,
}

impl Herd {
    fn new(images: &ArrayView2<'_, f32>, members: Vec<usize>) -> Self {
        let mut mean = vec![0.0; images.ncols()];
        for &i in &members {
            for (mean, &x) in mean.iter_mut().zip(images.row(i)) {
                *mean += f64::from(x) / members.len() as f64;
            }
        }
        Self {
            members,
            missing: mean.clone(),
            mean,
            size: 0,
        }
    }

    fn take(&mut self, images: &ArrayView2<'_, f32>, i: usize, kept: &mut [bool]) {
        kept[i] = true;
        self.size += 1;
        for ((missing, mean), &x) in self.missing.iter_mut().zip(&self.mean).zip(images.row(i)) {
            *missing += mean - f64::from(x);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handful::random::Random;
    use ndarray::{Array2, Axis};

    fn on_circle(degrees: &[f64]) -> Array2<f32> {
        Array2::from_shape_fn((degrees.len(), 2), |(i, d)| {
            let (sine, cosine) = libm::sincos(degrees[i].to_radians());
            [cosine, sine][d] as f32
        })
    }

    #[test]
    fn kept_examples_stand_for_their_class_and_hard_ones_stay() {
        // Two classes; the means are at about 20 and 100 degrees.
        let degrees = [0.0, 19.0, 22.0, 40.0, 80.0, 99.0, 120.0, 100.0, 102.0, 98.0];
        let images = on_circle(&degrees);
        let labels = [0, 0, 0, 0, 7, 7, 7, 7, 7, 7];
        let mut margins = [0.5; 10];
        let none = [false; 10];
        let kept = |margins: &[f64], suspect: &[bool], budget| {
            keep(images.view(), &labels, margins, suspect, budget).unwrap()
        };
        // The hard one is far above the mean of its class, so one far below it joins it.
        margins[6] = -0.9;
        assert_eq!(kept(&margins, &none, 4), [1, 2, 4, 6]);
        let mut suspect = none;
        suspect[6] = true;
        let without = kept(&margins, &suspect, 2);
        assert!(!without.contains(&6) && without.len() == 2 && without[0] < 4 && without[1] >= 4);
        assert_eq!(kept(&margins, &none, 99), (0..10).collect::<Vec<_>>());
        assert!(kept(&margins, &none, 0).is_empty());
    }

    #[test]
    fn herding_keeps_the_mean() {
        let mut random = Random::new(5);
        let degrees: Vec<f64> = (0..60).map(|_| 90.0 * random.uniform()).collect();
        let images = on_circle(&degrees);
        let suspect = vec![true; 60];
        let kept = keep(images.view(), &[0; 60], &[0.0; 60], &suspect, 12).unwrap();
        let mean = |rows: &[usize]| images.select(Axis(0), rows).mean_axis(Axis(0)).unwrap();
        let all: Vec<usize> = (0..60).collect();
        let distance = |rows: &[usize]| {
            let d = mean(rows) - mean(&all);
            d.dot(&d).sqrt()
        };
        // Twelve at random are farther from it.
        let mut shuffled = all.clone();
        let drawn: f64 = (0..50)
            .map(|_| {
                random.shuffle(&mut shuffled);
                f64::from(distance(&shuffled[..12])) / 50.0
            })
            .sum();
        let herded = f64::from(distance(&kept));
        assert!(herded < drawn / 2.0, "{herded} {drawn}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let two = Array2::<f32>::ones((2, 3));
        let refused = |labels: &[usize], margins: &[f64], suspect: &[bool]| {
            keep(two.view(), labels, margins, suspect, 1)
                .unwrap_err()
                .code()
        };
        assert_eq!(refused(&[0], &[0.0; 2], &[false; 2]), "shape");
        assert_eq!(refused(&[0; 2], &[0.0], &[false; 2]), "shape");
        assert_eq!(refused(&[0; 2], &[0.0; 2], &[false]), "shape");
        assert_eq!(
            refused(&[0; 2], &[0.0, f64::NAN], &[false; 2]),
            "not-finite"
        );
    }
}
