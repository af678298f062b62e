//! Vote of the nearest examples.
//!
//! Source: Cover, Hart, "Nearest neighbor pattern classification", 1967; weights as in Wu et al., "Unsupervised Feature
//! Learning via Non-Parametric Instance Discrimination", 2018, arXiv:1805.01978, section 3.4.

use super::{Center, FittedHead, Head, Query, Recipe, Scratch, recipe::recipe};
use crate::Result;
use crate::numerics::math;
use crate::task::Task;
use ndarray::{Array1, ArrayView1, Axis};

recipe! {
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
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// No fit; score O(k n + C).
    #[serde(deny_unknown_fields)]
    Knn "knn" {
        /// Neighbours.
        k: usize = 5, 1 to 1000;
        /// How fast a vote fades with dissimilarity.
        tau: f64 = 0.07, 1e-6 to 1e6;
        /// Where similarities are taken from.
        center: Center = Center::None;
    }
}

impl Head for Knn {
    type Fitted = FittedKnn;

    fn fit(&self, task: &Task) -> Result<FittedKnn> {
        self.check()?;
        let n = task.n_examples();
        let centre = (self.center == Center::SupportMean).then(|| {
            let sum = |row: ArrayView1<'_, f32>| row.iter().map(|&s| f64::from(s)).sum::<f64>();
            let similarities = task.similarity().map_axis(Axis(1), sum) / n.max(1) as f64;
            Centre {
                square: similarities.mean().unwrap_or(0.0),
                similarities,
            }
        });
        let few = n <= 2 * task.used().len();
        Ok(FittedKnn {
            tau: self.tau,
            votes: if few { 1 } else { self.k },
            labels: task.labels().to_vec(),
            counts: task.counts(),
            centre,
        })
    }
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
    /// Writes the similarities `(n,)` of a query as they are seen from the mean.
    fn similarities(&self, similarities: &[f32], seen: &mut Vec<f32>) {
        let sum: f64 = similarities.iter().map(|&s| f64::from(s)).sum();
        let query = sum / similarities.len().max(1) as f64;
        let distance = |s: f64| 1.0 - 2.0 * s + self.square;
        let pairs = similarities.iter().zip(&self.similarities);
        seen.clear();
        seen.extend(pairs.map(|(&similarity, &other)| {
            if distance(query) < NEAR || distance(other) < NEAR {
                return 0.0;
            }
            let product = f64::from(similarity) - query - other + self.square;
            (product / (distance(query) * distance(other)).sqrt()) as f32
        }));
    }
}

/// The classes of the examples; the similarities come with the query.
#[derive(Debug, Clone)]
pub struct FittedKnn {
    tau: f64,
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

impl FittedHead for FittedKnn {
    fn n_classes(&self) -> usize {
        self.counts.len()
    }

    fn reads_similarities(&self) -> bool {
        true
    }

    fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        let similarities = match &self.centre {
            None => query.similarities,
            Some(centre) => {
                centre.similarities(query.similarities, &mut scratch.examples);
                &scratch.examples
            }
        };
        // The similarity of the last that votes: the greatest, the next, until enough are counted.
        let greatest = math::largest_below(f32::INFINITY, similarities);
        let mut least = greatest;
        while similarities.iter().filter(|&&s| s >= least).count() < self.votes {
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
                let weight = math::exp(f64::from(s - greatest) / self.tau);
                out[label] += weight as f32;
                total += weight;
            }
        }
        for (out, &n) in out.iter_mut().zip(&self.counts) {
            *out = match n {
                0 => f32::NEG_INFINITY,
                _ => math::ln(f64::from(*out) / total + LEAST_SHARE) as f32,
            };
        }
    }

    fn prior_temperature(&self) -> f64 {
        TEMPERATURES[usize::from(self.votes > 1)]
    }
}
