//! What can be said of a set before anybody relies on it: how often it will be right, what it mixes up, and which
//! labels look wrong. All of it from examples that were held out.
//!
//! Sources: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927 (interval);
//! Northcutt, Jiang, Chuang, "Confident Learning", 2021, arXiv:1911.00068 (thresholds of suspect labels).

use super::HeldOut;
use crate::numerics::linalg;
use crate::numerics::order::sort_indices;
use crate::task::Task;
use serde::Serialize;

/// 97.5 % quantile of the standard normal distribution: a two-sided interval of 95 %.
const Z: f64 = 1.959_964;

/// Photos whose features have a larger cosine count once in the estimate of accuracy, such as pictures of one burst: held out, each
/// would be known by the other. The likest of 25,289 pairs of different photos of a class have 0.973 (`cargo test --test suite streams_real`).
const DUPLICATE: f32 = 0.995;

/// Held-out examples that a class must have before a label in it is called suspect: of two, the other one may be wrong.
const FEWEST: u32 = 3;

/// By how much another class must be likelier than an example's own before its label is called suspect: most photos that are taken for
/// something else have the right label. Where every second set has one wrong label, 88, 68 and 64 % of the suspects are wrong at 3, 4 to 6 and 7 to
/// 10 photos a class, and 29, 42 and 53 % of the wrong labels are found; with 0 it is 34, 24 and 19 beside 61, 68 and 71, with 0.95 it is 90, 87
/// and 77 beside 17, 32 and 41 (`evaluate --tasks 3000 --mislabelled`, development photos).
const CLEAR: f64 = 0.9;

/// Neighbours of which most must agree before a label is called suspect: the fewest that outvote a stray one.
const NEIGHBOURS: usize = 3;

/// A share with the interval that holds its true value 95 times in 100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The share that was seen, in `[0, 1]`.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Photos that it was seen on.
    pub n: usize,
}

impl Estimate {
    /// Wilson's interval for k of n; `None` for n = 0, which says nothing.
    ///
    /// ```
    /// let estimate = handful::validation::Estimate::wilson(9, 10).unwrap();
    /// assert!((estimate.low - 0.596).abs() < 1e-3 && (estimate.high - 0.982).abs() < 1e-3);
    /// ```
    pub fn wilson(k: usize, n: usize) -> Option<Self> {
        if n == 0 {
            return None;
        }
        let (share, m) = (k as f64 / n as f64, n as f64);
        let scale = 1.0 + Z * Z / m;
        let centre = (share + Z * Z / (2.0 * m)) / scale;
        let half = Z / scale * (share * (1.0 - share) / m + Z * Z / (4.0 * m * m)).sqrt();
        Some(Self {
            value: share,
            // Rounding could leave the share itself outside.
            low: (centre - half).clamp(0.0, share),
            high: (centre + half).clamp(share, 1.0),
            n,
        })
    }
}

/// An example whose label looks wrong: another class is all but certain, as sure of it as of its own examples, and so are its neighbours.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Suspect {
    /// Which example of the task.
    pub example: usize,
    /// The class that it looks like.
    pub looks_like: usize,
    /// The example of that class that it is most like.
    pub nearest: usize,
    /// Probability of its own class less that of the other, in `[-1, -0.9)`; the lower, the more suspect.
    pub margin: f64,
}

/// A held-out example that was taken for another class.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Mistake {
    /// Which example of the task.
    pub example: usize,
    /// The class that it was taken for.
    pub taken_for: usize,
    /// Probability of that class, in `(0, 1]`.
    pub probability: f64,
}

/// What held-out examples say about a set.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// How often new photos will be recognised, estimated with one fold of examples fewer than the set has; none with
    /// fewer than two classes or without examples that could be held out. Photos that are nearly alike count once.
    pub accuracy: Option<Estimate>,
    /// How many examples of class r were taken for class c: `confusion[r][c]`.
    pub confusion: Vec<Vec<usize>>,
    /// Share of each class that is recognised.
    pub recall: Vec<Option<Estimate>>,
    /// The examples that were taken for another class.
    pub mistakes: Vec<Mistake>,
    /// The examples whose label looks wrong, the most suspect first.
    pub suspects: Vec<Suspect>,
    /// The examples that would be taken to show none of the classes; of many, among the first only.
    pub refused: Vec<usize>,
}

impl Report {
    /// Reads held-out logits; `temperature` is what they are divided by (their own, not that of the scores).
    pub fn new(task: &Task, held_out: &HeldOut, temperature: f64) -> Self {
        let classes = task.n_classes();
        let mut confusion = vec![vec![0; classes]; classes];
        let mut once = vec![(0, 0); classes];
        let mut confidence = vec![(0.0, 0); classes];
        let mut mistakes = Vec::new();
        let mut doubtful = Vec::new();
        for (i, p) in held_out.probabilities(temperature) {
            let (own, example) = (held_out.labels[i], held_out.examples[i]);
            let best = largest(&p);
            confusion[own][best] += 1;
            if !repeats(task, held_out, i) {
                once[own].0 += usize::from(best == own);
                once[own].1 += 1;
            }
            confidence[own].0 += p[own];
            confidence[own].1 += 1;
            if best != own {
                mistakes.push(Mistake {
                    example,
                    taken_for: best,
                    probability: p[best],
                });
            }
            if p[best] - p[own] > CLEAR {
                doubtful.push((example, best, p[own] - p[best], p[best]));
            }
        }
        let suspects = doubtful
            .into_iter()
            .filter_map(|(example, other, margin, p)| {
                let (sum, n) = confidence[other];
                let as_sure = confidence[task.labels()[example]].1 >= FEWEST
                    && n > 0
                    && p >= sum / f64::from(n);
                let nearest = as_sure.then(|| agreeing(task, example, other)).flatten()?;
                Some(Suspect {
                    example,
                    looks_like: other,
                    nearest,
                    margin,
                })
            });
        let suspects: Vec<Suspect> = suspects.collect();
        let mut order: Vec<usize> = (0..suspects.len()).collect();
        let margin = |i: usize| suspects[i].margin;
        sort_indices(&mut order, &|a, b| margin(a).total_cmp(&margin(b)));
        let sum = once.iter().fold((0, 0), |s, o| (s.0 + o.0, s.1 + o.1));
        Self {
            accuracy: Estimate::wilson(sum.0, sum.1).filter(|_| classes > 1),
            recall: once.iter().map(|&(k, n)| Estimate::wilson(k, n)).collect(),
            confusion,
            mistakes,
            suspects: order.into_iter().map(|i| suspects[i].clone()).collect(),
            refused: Vec::new(),
        }
    }
}

/// Index of the largest number, the first of equals.
fn largest(p: &[f64]) -> usize {
    let best = (0..p.len()).reduce(|best, c| if p[c] > p[best] { c } else { best });
    best.expect("a class has been scored")
}

/// Whether an earlier one of the held-out examples of the same class is nearly the same photo: by the mean over the streams of the
/// features themselves, whatever the head makes of them.
fn repeats(task: &Task, held_out: &HeldOut, i: usize) -> bool {
    let streams = task.streams().as_slice().len() as f32;
    let (label, example) = (held_out.labels[i], held_out.examples[i]);
    let others = held_out.examples.iter().zip(&held_out.labels);
    let mut earlier = others.filter(|&(&other, &of)| of == label && other < example);
    earlier.any(|(&o, _)| linalg::dot(task.row(example), task.row(o)) > DUPLICATE * streams)
}

/// The nearest of the other examples that is of this class, where most of the nearest are.
fn agreeing(task: &Task, example: usize, class: usize) -> Option<usize> {
    let mut similarity = vec![0.0; task.n_examples()];
    task.similarities_into(task.row(example), &mut Vec::new(), &mut similarity);
    let mut others: Vec<usize> = (0..task.n_examples()).filter(|&i| i != example).collect();
    sort_indices(&mut others, &|a, b| similarity[b].total_cmp(&similarity[a]));
    others.truncate(NEIGHBOURS);
    let of_class = |i: &usize| task.labels()[*i] == class;
    let votes = others.iter().filter(|&i| of_class(i)).count();
    let nearest = others.iter().copied().find(of_class);
    nearest.filter(|_| 2 * votes > others.len())
}
