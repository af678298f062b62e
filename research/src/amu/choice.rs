//! What held-out examples say of several fits: the best one, or the mean of all or of some.

use handful::Result;
use handful::heads::amu::FittedAmu;
use handful::heads::{Amu, FittedHead, Head, HeadSpec, Query, Scratch};
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

/// The recipe with the `lambda` and `mu` of the least held-out loss, at the strength that it learns by itself.
///
/// # Errors
/// Those of [`Amu`].
pub fn tuned(recipe: &Amu, task: &Task) -> Result<Amu> {
    let mut best = with_own_strength(recipe, task)?;
    let mut least = held_out_loss(&best, task)?;
    for (lambda, mu) in LAMBDAS.iter().flat_map(|&l| MUS.map(|m| (l, m))) {
        let tried = best.clone().lambda(lambda).mu(mu);
        let loss = held_out_loss(&tried, task)?;
        if loss < least - LEAST_GAIN {
            (best, least) = (tried, loss);
        }
    }
    Ok(best)
}

/// The recipe with the strength that it learns from the task as a given one.
fn with_own_strength(recipe: &Amu, task: &Task) -> Result<Amu> {
    Ok(recipe.clone().alpha(Some(recipe.fit(task)?.alpha())))
}

/// The mean of five fits that differ in `lambda` and `mu`.
///
/// Source: Wortsman et al., "Model soups", 2022, arXiv:2203.05482. Differs from the source: held-out cross-entropy in place
/// of accuracy, which ties all the time with few examples. The bias is linear and all members have one strength, so the mean
/// of their scores is what the mean of their weights scores.
#[derive(Debug, Clone)]
pub struct Soup {
    recipes: Vec<Amu>,
    members: Vec<FittedAmu>,
}

impl Soup {
    /// All of the fits.
    ///
    /// # Errors
    /// Those of [`Amu`].
    pub fn uniform(recipe: &Amu, task: &Task) -> Result<Self> {
        let recipe = with_own_strength(recipe, task)?;
        let vary = |&(lambda, mu): &(f64, f64)| {
            recipe
                .clone()
                .lambda((lambda * recipe.lambda).min(1.0))
                .mu(mu * recipe.mu)
        };
        Self::of(VARIATIONS.iter().map(vary).collect(), task)
    }

    /// From the best on, each that lowers the held-out loss.
    ///
    /// # Errors
    /// Those of [`Amu`].
    pub fn greedy(recipe: &Amu, task: &Task) -> Result<Self> {
        let mut tried = Vec::new();
        for recipe in Self::uniform(recipe, task)?.recipes {
            let held_out = held_out(&recipe, task)?;
            tried.push((loss(&held_out.0, &held_out.1), recipe, held_out));
        }
        tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut chosen, mut sum, mut least) = (Vec::new(), None, f64::INFINITY);
        for (_, recipe, (scores, labels)) in tried {
            let with = match &sum {
                Some(sum) => sum + &scores,
                None => scores,
            };
            let loss = loss(&(&with / (chosen.len() + 1) as f64), &labels);
            if chosen.is_empty() || loss < least - LEAST_GAIN {
                (least, sum) = (loss, Some(with));
                chosen.push(recipe);
            }
        }
        Self::of(chosen, task)
    }

    fn of(recipes: Vec<Amu>, task: &Task) -> Result<Self> {
        Ok(Self {
            members: recipes
                .iter()
                .map(|recipe| recipe.fit(task))
                .collect::<Result<_>>()?,
            recipes,
        })
    }

    /// The recipes of the fits that count.
    pub fn recipes(&self) -> &[Amu] {
        &self.recipes
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

/// Scores `(m, C)` of the examples that folds hold out, in units of the prior temperature, and their labels `(m,)`.
fn held_out(recipe: &Amu, task: &Task) -> Result<(Array2<f64>, Vec<usize>)> {
    let held_out = HeadSpec::Amu(recipe.clone()).held_out(task, usize::MAX)?;
    Ok((held_out.logits.mapv(f64::from), held_out.labels))
}

/// Mean cross-entropy of the examples that folds hold out, by [`Amu`] with this recipe.
///
/// # Errors
/// Those of [`Amu`].
pub fn held_out_loss(recipe: &Amu, task: &Task) -> Result<f64> {
    let (scores, labels) = held_out(recipe, task)?;
    Ok(loss(&scores, &labels))
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
