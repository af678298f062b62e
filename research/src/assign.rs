//! Joint assignment: which of a group of photos is which, where each class holds only so many of them.
//!
//! Source: the idea of scoring a group by its best matching rather than photo by photo, "Test-Time Matching".
//!
//! Only for groups that are known to fit their places: otherwise it makes wrong answers look right.

mod matching;

use handful::{Error, Result};
use matching::Matching;
use ndarray::ArrayView2;

/// How many items a class may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode<'a> {
    /// One.
    OneToOne,
    /// The class of each column `(C,)` so many.
    Capacitated(&'a [usize]),
}

/// The best assignment of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// Class of each item `(k,)`; of equally good assignments the lexicographically smallest.
    pub classes: Vec<usize>,
    /// Sum of the log-probabilities, each at least -50.
    pub total: f64,
    /// `total` less that of the second-best assignment: how sure the group is. `None` where there is no other.
    pub margin: Option<f64>,
    /// Probability of this assignment among all that fit, for groups of at most eight.
    pub posterior: Option<f64>,
}

impl Assignment {
    /// Whether another assignment is as good, as for identical photos.
    pub fn is_ambiguous(&self) -> bool {
        self.margin.is_some_and(|margin| margin < EQUAL)
    }
}

/// No pair costs more: an impossible one must not outweigh all others.
const DEAREST: f64 = 50.0;

/// What a forbidden pair costs: more than all pairs of any group together.
const FORBIDDEN: f64 = 1e7;

/// Totals that differ by less are equal.
const EQUAL: f64 = 1e-9;

/// The largest group whose assignments are all summed.
const SMALL_GROUP: usize = 8;

/// Assigns k items to C classes, so that the sum of their calibrated log-probabilities `(k, C)` is largest.
///
/// ```
/// use handful_research::assign::{Mode, assign};
/// // Both photos look like class 0, the second one more so.
/// let p = ndarray::array![[0.6_f64, 0.4], [0.9, 0.1]];
/// let found = assign(p.mapv(f64::ln).view(), Mode::OneToOne)?;
/// assert_eq!(found.classes, [1, 0]);
/// assert!((found.posterior.unwrap() - 0.36 / (0.36 + 0.06)).abs() < 1e-12);
/// # Ok::<(), handful::Error>(())
/// ```
///
/// # Errors
/// [`Error::Parameter`] for more items than places; [`Error::NotFinite`] for NaN or `+inf`; [`Error::Shape`] for as many
/// capacities as there are not classes.
/// # Cost
/// O(k^2 P), P the number of places, at most k C, and as much again for each tie that is resolved; O(C 3^k) for the
/// posterior.
pub fn assign(log_probabilities: ArrayView2<'_, f64>, mode: Mode<'_>) -> Result<Assignment> {
    let (k, c) = log_probabilities.dim();
    let capacity: Vec<usize> = match mode {
        Mode::OneToOne => vec![k.min(1); c],
        Mode::Capacitated(capacity) => {
            Error::check_length("capacities", c, capacity.len())?;
            capacity.iter().map(|&n| n.min(k)).collect()
        }
    };
    if log_probabilities
        .iter()
        .any(|&l| l.is_nan() || l == f64::INFINITY)
    {
        return Err(Error::NotFinite("log-probabilities"));
    }
    // A class that may take n items has n places.
    let places: Vec<usize> = (0..c)
        .flat_map(|class| std::iter::repeat_n(class, capacity[class]))
        .collect();
    if k > places.len() {
        return Err(Error::Parameter {
            name: "items",
            value: k.to_string(),
            range: "0 to the number of places of all classes",
        });
    }
    let cost = |i: usize, class: usize| (-log_probabilities[[i, class]]).min(DEAREST);
    // The cost of the best assignment with these pairs only.
    let solve = |allowed: &dyn Fn(usize, usize) -> bool| {
        let priced = |i: usize, class: usize| {
            if allowed(i, class) {
                cost(i, class)
            } else {
                FORBIDDEN
            }
        };
        let matching = Matching::new(k, places.len(), &|i, place| priced(i, places[place]));
        let classes: Vec<usize> = matching.places.iter().map(|&place| places[place]).collect();
        let total: f64 = (0..k).map(|i| priced(i, classes[i])).sum();
        (total, classes, matching)
    };

    let (best, mut classes, matching) = solve(&|_, _| true);
    for i in 0..k {
        for class in 0..classes[i] {
            // Only pairs without reduced cost are part of any best assignment.
            let tight = (0..places.len()).any(|place| {
                places[place] == class && matching.reduced(i, place, cost(i, class)) < EQUAL
            });
            if tight {
                let fixed = |row: usize, column: usize| match row.cmp(&i) {
                    std::cmp::Ordering::Less => column == classes[row],
                    std::cmp::Ordering::Equal => column == class,
                    std::cmp::Ordering::Greater => true,
                };
                let (total, smaller, _) = solve(&fixed);
                if total < best + EQUAL {
                    classes = smaller;
                    break;
                }
            }
        }
    }
    // Another assignment differs for some item: it goes along the shortest path that leaves the item's class.
    let second = (0..k)
        .map(|i| {
            let own = matching.places[i];
            let elsewhere = |row: usize, place: usize| {
                if row == i && places[place] == places[own] {
                    FORBIDDEN
                } else {
                    cost(row, places[place])
                }
            };
            matching.search(i, Some(own), &elsewhere).length - matching.place_price[own]
        })
        .fold(f64::INFINITY, f64::min);
    Ok(Assignment {
        total: -best,
        margin: (second < FORBIDDEN / 2.0).then(|| second.max(0.0)),
        posterior: (k <= SMALL_GROUP).then(|| libm::exp(-best) / all(k, &capacity, &cost)),
        classes,
    })
}

/// Sum of the probabilities of all assignments: of every set of items, what its members' assignments to the classes so
/// far sum to.
fn all(k: usize, capacity: &[usize], cost: &dyn Fn(usize, usize) -> f64) -> f64 {
    let sets = 1_usize << k;
    let mut sums = vec![0.0; sets];
    sums[0] = 1.0;
    for (class, &capacity) in capacity.iter().enumerate() {
        let mut next = sums.clone();
        for taken in 1..sets {
            if taken.count_ones() as usize > capacity {
                continue;
            }
            let members = (0..k).filter(|i| taken >> i & 1 == 1);
            let together = libm::exp(-members.map(|i| cost(i, class)).sum::<f64>());
            for set in 0..sets {
                if set & taken == 0 {
                    next[set | taken] += sums[set] * together;
                }
            }
        }
        sums = next;
    }
    sums[sets - 1]
}

#[cfg(test)]
mod tests {
    use super::*;
    use handful::random::Random;
    use ndarray::{Array2, array};

    /// Totals and assignments of everything that fits, by brute force.
    fn every(costs: &Array2<f64>, capacity: &[usize]) -> Vec<(f64, Vec<usize>)> {
        let (k, c) = costs.dim();
        let mut found = vec![(0.0, Vec::new())];
        for i in 0..k {
            let mut longer = Vec::new();
            for (total, classes) in &found {
                for class in 0..c {
                    if classes.iter().filter(|&&other| other == class).count() < capacity[class] {
                        let mut classes = classes.clone();
                        classes.push(class);
                        longer.push((total + costs[[i, class]].max(-DEAREST), classes));
                    }
                }
            }
            found = longer;
        }
        found
    }

    #[test]
    fn assignments_are_those_of_brute_force() {
        let mut random = Random::new(1);
        for case in 0..300 {
            let (k, c) = (1 + random.below(4), 1 + random.below(5));
            // Every other case has many ties.
            let ties = case % 2 == 0;
            let scores = Array2::from_shape_fn((k, c), |_| {
                let value = -4.0 * random.uniform();
                if ties { value.round() } else { value }
            });
            let capacity: Vec<usize> = (0..c).map(|_| random.below(3)).collect();
            let modes = [
                (Mode::OneToOne, vec![1; c]),
                (Mode::Capacitated(&capacity), capacity.clone()),
            ];
            for (mode, capacity) in modes {
                let all = every(&scores, &capacity);
                let Some(best) = all.iter().map(|(t, _)| *t).max_by(f64::total_cmp) else {
                    let found = assign(scores.view(), mode);
                    assert!(matches!(found, Err(Error::Parameter { .. })));
                    continue;
                };
                let found = assign(scores.view(), mode).unwrap();
                // Brute force counts upwards, so the first of the best is lexicographically smallest.
                let first = all.iter().find(|(t, _)| *t > best - EQUAL).unwrap();
                assert_eq!(found.classes, first.1, "{scores} {capacity:?}");
                assert!((found.total - best).abs() < 1e-9);
                let second = (all.iter().filter(|(_, classes)| *classes != found.classes))
                    .map(|(t, _)| best - t)
                    .min_by(f64::total_cmp);
                assert_eq!(found.margin.is_some(), second.is_some());
                assert!((found.margin.unwrap_or(0.0) - second.unwrap_or(0.0)).abs() < 1e-9);
                assert_eq!(found.is_ambiguous(), second.is_some_and(|s| s < EQUAL));
                let sum: f64 = all.iter().map(|(t, _)| libm::exp(*t)).sum();
                assert!((found.posterior.unwrap() - libm::exp(best) / sum).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn edge_cases() {
        let none = Array2::zeros((0, 3));
        let found = assign(none.view(), Mode::OneToOne).unwrap();
        assert_eq!(
            (found.classes, found.margin, found.posterior),
            (vec![], None, Some(1.0))
        );
        // One item: its likeliest class; with one class there is no other answer.
        let one = array![[-3.0, -1.0, -2.0]];
        let found = assign(one.view(), Mode::OneToOne).unwrap();
        assert_eq!((found.classes, found.margin), (vec![1], Some(1.0)));
        assert_eq!(
            assign(array![[-3.0]].view(), Mode::OneToOne)
                .unwrap()
                .margin,
            None
        );
        // Impossible pairs are dear, not infinite.
        let impossible = array![[f64::NEG_INFINITY, f64::NEG_INFINITY], [0.0, -1.0]];
        let found = assign(impossible.view(), Mode::OneToOne).unwrap();
        assert_eq!((found.classes, found.total), (vec![1, 0], -50.0));
        let nan = array![[f64::NAN, 0.0]];
        let found = assign(nan.view(), Mode::OneToOne);
        assert!(matches!(found, Err(Error::NotFinite { .. })));
        let found = assign(one.view(), Mode::Capacitated(&[1]));
        assert!(matches!(found, Err(Error::Shape { .. })));
        let many = array![[0.0], [0.0]];
        let found = assign(many.view(), Mode::OneToOne);
        assert!(matches!(found, Err(Error::Parameter { .. })));
        let room = assign(many.view(), Mode::Capacitated(&[usize::MAX])).unwrap();
        assert_eq!(room.classes, [0, 0]);
    }

    #[test]
    fn margins_are_what_forbidding_each_pair_costs() {
        let mut random = Random::new(2);
        let scores = Array2::from_shape_fn((40, 60), |_| -9.0 * random.uniform());
        let found = assign(scores.view(), Mode::OneToOne).unwrap();
        let second = (0..40)
            .map(|i| {
                let mut without = scores.clone();
                // Dear enough to be avoided, where there is another way.
                without[[i, found.classes[i]]] = -DEAREST;
                found.total - assign(without.view(), Mode::OneToOne).unwrap().total
            })
            .fold(f64::INFINITY, f64::min);
        assert!((found.margin.unwrap() - second).abs() < 1e-9);
    }

    #[test]
    fn a_large_group_of_identical_photos_is_ambiguous() {
        let same = Array2::from_elem((30, 40), -1.0);
        let found = assign(same.view(), Mode::OneToOne).unwrap();
        assert_eq!(found.classes, (0..30).collect::<Vec<_>>());
        assert!(found.is_ambiguous() && found.posterior.is_none());
    }
}
