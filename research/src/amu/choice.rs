//! What held-out examples say of several fits: the best one, or the mean of all or of some.

use handful::Result;
use handful::heads::amu::FittedAmu;
use handful::heads::{Amu, FittedHead, Head, LeaveOneOut, Query, Scratch};
use handful::task::Task;
use libm::{exp, log};
use ndarray::Array2;

/// What [`tuned`] chooses from; the recipe itself comes first and wins ties.
const LAMBDAS: [f64; 4] = [0.2, 0.35, 0.5, 0.8];
const MUS: [f64; 3] = [0.1, 1.0, 10.0];

/// Factors of lambda and mu that the members of a soup have in turn.
const VARIATIONS: [(f64, f64); 5] = [(1.0, 1.0), (0.6, 1.0), (1.5, 1.0), (1.0, 0.3), (1.0, 3.0)];

/// A loss that is lower by less is not lower.
const LEAST_GAIN: f64 = 1e-6;

/// Fits `recipe` with the `lambda` and `mu` of the least held-out cross-entropy, at the strength that it learns by itself.
///
/// # Errors
/// Those of [`Amu`].
pub fn tuned(recipe: &Amu, task: &Task) -> Result<FittedAmu> {
    let mut best = recipe.fit(task)?;
    let mut least = loss(&held_out(&best, task), task.labels());
    let alpha = Some(best.alpha());
    for (lambda, mu) in LAMBDAS.iter().flat_map(|&l| MUS.map(|m| (l, m))) {
        let tried = Amu {
            alpha,
            lambda,
            mu,
            ..recipe.clone()
        };
        let tried = tried.fit(task)?;
        let loss = loss(&held_out(&tried, task), task.labels());
        if loss < least - LEAST_GAIN {
            (best, least) = (tried, loss);
        }
    }
    Ok(best)
}

/// The mean of five fits that differ in `lambda` and `mu`.
///
/// Source: Wortsman et al., "Model soups", 2022, arXiv:2203.05482. Differs from the source: held-out cross-entropy in place
/// of accuracy, which ties all the time with few examples. The bias is linear and all members have one strength, so the mean
/// of their scores is what the mean of their weights scores.
#[derive(Debug, Clone)]
pub struct Soup {
    members: Vec<FittedAmu>,
}

impl Soup {
    /// All of the fits.
    ///
    /// # Errors
    /// Those of [`Amu`].
    pub fn uniform(recipe: &Amu, task: &Task) -> Result<Self> {
        let alpha = Some(recipe.fit(task)?.alpha());
        let members = VARIATIONS.iter().map(|&(lambda, mu)| {
            let member = Amu {
                alpha,
                lambda: (lambda * recipe.lambda).min(1.0),
                mu: mu * recipe.mu,
                ..recipe.clone()
            };
            member.fit(task)
        });
        Ok(Self {
            members: members.collect::<Result<_>>()?,
        })
    }

    /// From the best on, each that lowers the held-out cross-entropy.
    ///
    /// # Errors
    /// Those of [`Amu`].
    pub fn greedy(recipe: &Amu, task: &Task) -> Result<Self> {
        let mut soup = Self::uniform(recipe, task)?;
        let mut tried: Vec<(f64, FittedAmu, Array2<f64>)> = (soup.members.drain(..))
            .map(|member| {
                let scores = held_out(&member, task);
                (loss(&scores, task.labels()), member, scores)
            })
            .collect();
        tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut sum = Array2::zeros((task.n_examples(), task.n_classes()));
        let mut least = f64::INFINITY;
        for (_, member, scores) in tried {
            let with = &sum + &scores;
            let loss = loss(&(&with / (soup.members.len() + 1) as f64), task.labels());
            if soup.members.is_empty() || loss < least - LEAST_GAIN {
                (least, sum) = (loss, with);
                soup.members.push(member);
            }
        }
        Ok(soup)
    }

    /// The fits that count.
    pub fn members(&self) -> &[FittedAmu] {
        &self.members
    }
}

impl FittedHead for Soup {
    fn n_classes(&self) -> usize {
        self.members[0].n_classes()
    }

    fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        let mut room = vec![0.0; out.len()];
        out.fill(0.0);
        for member in &self.members {
            member.scores_into(query, scratch, &mut room);
            for (out, score) in out.iter_mut().zip(&room) {
                *out += score / self.members.len() as f32;
            }
        }
    }

    fn prior_temperature(&self) -> f64 {
        self.members[0].prior_temperature()
    }
}

/// Scores `(n, C)` of all examples as if each had never been seen.
fn held_out(head: &FittedAmu, task: &Task) -> Array2<f64> {
    let all: Vec<usize> = (0..task.n_examples()).collect();
    head.leave_one_out(task, &all).mapv(f64::from)
}

/// Mean cross-entropy of scores `(n, C)` of the examples whose class can be scored without them; 0 where there are none.
fn loss(scores: &Array2<f64>, labels: &[usize]) -> f64 {
    let rows = scores.rows().into_iter().zip(labels);
    let usable = rows.filter(|(row, label)| row[**label].is_finite());
    let (n, sum) = usable.fold((0, 0.0), |(n, sum), (row, &label)| {
        let most = row.fold(f64::NEG_INFINITY, |a, &b| a.max(b));
        let total: f64 = row.iter().map(|s| exp(s - most)).sum();
        (n + 1, sum + most + log(total) - row[label])
    });
    sum / f64::from(n.max(1))
}
