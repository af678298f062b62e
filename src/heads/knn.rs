//! Vote of the nearest examples.
//!
//! Source: Cover, Hart, "Nearest neighbor pattern classification", 1967; weights as in Wu et al., "Unsupervised Feature
//! Learning via Non-Parametric Instance Discrimination", 2018, arXiv:1805.01978, section 3.4.

use super::{Center, FittedHead, Head, Query, Scratch, check_factor, check_within};
use crate::Result;
use crate::numerics::math;
use crate::task::Task;
use ndarray::{Array1, Axis};
use serde::{Deserialize, Serialize};

/// Scores a query by the logarithm of each class's share in the vote of the `k` most similar examples.
///
/// ```text
/// weight of a neighbour = exp((similarity - greatest similarity) / tau)       score = ln(share + 0.000001)
/// ```
/// All that are as similar as the k-th neighbour vote. Up to two examples a class, only the nearest one votes.
/// # Shapes
/// Similarities `(n,)` a query.
/// # Units
/// Logarithms of shares, from -13.8 to 0; a class without examples scores `-inf`.
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `k` | 5 | 1 to 1000 | neighbours |
/// | `tau` | 0.07 | 1e-6 to 1e6 | how fast a vote fades with dissimilarity |
/// | `center` | none | none, support_mean | whether similarities are taken from the mean of all examples |
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// No fit; score O(k n + C).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Knn {
    /// Neighbours.
    pub k: usize,
    /// How fast a vote fades with dissimilarity.
    pub tau: f64,
    /// Where similarities are taken from.
    pub center: Center,
}

impl Default for Knn {
    fn default() -> Self {
        Self {
            k: 5,
            tau: 0.07,
            center: Center::None,
        }
    }
}

impl Head for Knn {
    type Fitted = FittedKnn;
    const NAME: &'static str = "knn";

    fn check(&self) -> Result<()> {
        check_within("knn.k", self.k as f64, 1.0, 1000.0, "1 to 1000")?;
        check_factor("knn.tau", self.tau)
    }

    fn fit(&self, task: &Task) -> Result<FittedKnn> {
        self.check()?;
        let counts = task.counts();
        let centre = match self.center {
            Center::None => None,
            Center::SupportMean => {
                let n = task.n_examples() as f64;
                let sums = task.similarity().map_axis(Axis(1), |row| {
                    row.iter().map(|&s| f64::from(s)).sum::<f64>()
                });
                Some(Centre::of(&sums, n))
            }
        };
        Ok(FittedKnn {
            recipe: self.clone(),
            votes: votes(self.k, &counts),
            labels: task.labels().to_vec(),
            centre,
            counts,
        })
    }
}

/// How many neighbours vote.
fn votes(k: usize, counts: &[usize]) -> usize {
    let n: usize = counts.iter().sum();
    let used = counts.iter().filter(|&&n| n > 0).count();
    if n <= 2 * used { 1 } else { k }
}

/// The mean of the examples, known by its similarity with each of them.
#[derive(Debug, Clone)]
struct Centre {
    /// Similarity of each example with the mean `(n,)`, and of the mean with itself.
    similarities: Array1<f64>,
    square: f64,
}

/// Squared distance from the mean below which a direction is rounding.
const NEAR: f64 = 1e-6;

impl Centre {
    /// From the sum of the similarities of each example with all n.
    fn of(sums: &Array1<f64>, n: f64) -> Self {
        let similarities = sums / n.max(1.0);
        let square = similarities.sum() / n.max(1.0);
        Self {
            similarities,
            square,
        }
    }

    /// Similarities as seen from the mean, of a query and the examples, from their own similarities and the query's with
    /// the mean.
    fn similarities(
        &self,
        row: impl Iterator<Item = f32>,
        query: f64,
    ) -> impl Iterator<Item = f32> {
        row.zip(&self.similarities)
            .map(move |(similarity, &other)| {
                let distances = [query, other].map(|s| 1.0 - 2.0 * s + self.square);
                if distances[0] < NEAR || distances[1] < NEAR {
                    return 0.0;
                }
                let product = f64::from(similarity) - query - other + self.square;
                (product / (distances[0] * distances[1]).sqrt()) as f32
            })
    }
}

/// The classes of the examples; the similarities come with the query.
#[derive(Debug, Clone)]
pub struct FittedKnn {
    recipe: Knn,
    votes: usize,
    labels: Vec<usize>,
    counts: Vec<usize>,
    centre: Option<Centre>,
}

/// Least share, so that a class without a vote has a finite score.
const LEAST_SHARE: f64 = 1e-6;

/// Best temperatures on the validation photos of Caltech-101, UCF101 and DTD (CLIP features, 5 to 101 classes): 2 to 6
/// where one neighbour votes, 0.2 to 4 where five do.
const TEMPERATURES: [f64; 2] = [3.0, 1.5];

impl FittedKnn {
    /// Writes the scores of a query with these similarities to the examples; one of `-inf` does not vote.
    fn vote(&self, votes: usize, similarities: &[f32], out: &mut [f32]) {
        // The similarity of the last that votes: the greatest, the next, until enough are counted.
        let greatest = math::largest_below(f32::INFINITY, similarities);
        let mut least = greatest;
        while similarities.iter().filter(|&&s| s >= least).count() < votes {
            let next = math::largest_below(least, similarities);
            if next == f32::NEG_INFINITY {
                break;
            }
            least = next;
        }
        out.fill(0.0);
        let mut total = 0.0;
        for (&s, &label) in similarities.iter().zip(&self.labels) {
            if s >= least {
                let weight = math::exp(f64::from(s - greatest) / self.recipe.tau);
                out[label] += weight as f32;
                total += weight;
            }
        }
        for (out, &n) in out.iter_mut().zip(&self.counts) {
            *out = if n == 0 {
                f32::NEG_INFINITY
            } else {
                math::ln(f64::from(*out) / total + LEAST_SHARE) as f32
            };
        }
    }
}

impl FittedHead for FittedKnn {
    fn n_classes(&self) -> usize {
        self.counts.len()
    }

    fn reads_similarities(&self) -> bool {
        true
    }

    fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        let row = query.similarities;
        match &self.centre {
            None => self.vote(self.votes, row, out),
            Some(centre) => {
                let sum: f64 = row.iter().map(|&s| f64::from(s)).sum();
                let own = sum / row.len().max(1) as f64;
                let seen = &mut scratch.examples;
                seen.clear();
                seen.extend(centre.similarities(row.iter().copied(), own));
                self.vote(self.votes, seen, out);
            }
        }
    }

    fn prior_temperature(&self) -> f64 {
        TEMPERATURES[usize::from(self.votes > 1)]
    }
}
