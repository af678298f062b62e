//! How much each stream of features is worth on a task.
//!
//! Source: ours. An embedding is the streams side by side, weighted by trust; the trust with which embeddings alone give the
//! held-out examples the least cross-entropy is found one stream at a time.

use super::held_out::held_out_images;
use crate::Result;
use crate::heads::cross_entropy;
use crate::numerics::Measured;
use crate::numerics::linalg;
use crate::task::Task;
use crate::validation::fit_part;
use ndarray::Axis;

/// Shares of the embedding that a stream is tried with; 0 drops it.
const SHARES: [f64; 9] = [0.0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 1.0];

/// Examples that are looked at, at most: enough to tell a good stream from a bad one, few enough to look at nine shares in a frame.
pub(super) static LOOKED_AT: Measured = Measured::new("trust.LOOKED_AT", 100.0);

/// Multiply-adds that a share costs, over the square of the examples that are looked at: counted from 48 to 100 of them; most are
/// logits of folds and their temperature.
const A_PAIR: usize = 400;

/// Rounds over all streams.
const ROUNDS: usize = 2;

/// A share is changed only for a gain of so many nats in all, which a few examples give by chance. On drawings of two kinds, two to four of
/// each, 0.3 gains 1 to 3 points over none, and more gains less.
pub(super) static CHANCE: Measured = Measured::new("trust.CHANCE", 0.3);

/// Trust in each stream of a task; they sum to 1. Those of the task as it is where there is nothing to hold out.
///
/// # Errors
/// None that a task can cause.
pub fn learn(task: &Task) -> Result<Vec<f64>> {
    let last = search(task).last();
    last.unwrap_or_else(|| Ok(task.trust().to_vec()))
}

/// The best trust so far after each one that was tried. The last is what is learned; there is none where nothing can be.
type Search = Box<dyn Iterator<Item = Result<Vec<f64>>> + Send + Sync>;

/// What learns the trust in each stream of a task, and what a step of it costs, in multiply-adds.
pub(crate) fn trust_search(task: &Task) -> (Search, u64) {
    let looked_at = task.n_examples().min(LOOKED_AT.get() as usize);
    (search(task), (A_PAIR * looked_at * looked_at) as u64)
}

fn search(task: &Task) -> Search {
    let streams = task.streams().as_slice().len();
    // With two streams the share of one settles that of the other.
    let (rounds, turns) = match streams {
        1 => return Box::new(std::iter::empty()),
        2 => (1, 1),
        _ => (ROUNDS, streams),
    };
    let small = task
        .without_text()
        .subset(&task.stratified(LOOKED_AT.get() as usize));
    let gain = CHANCE.get() / small.n_examples() as f64;
    let mut trust = task.trust().to_vec();
    let mut before = trust.clone();
    let (mut least, mut known) = (None, None);
    let mut numbers = 0..rounds * turns * SHARES.len();
    let mut step = move || {
        let Some(best) = least else {
            least = loss(&small, &trust)?;
            return Ok(least.map(|_| trust.clone()));
        };
        let Some(number) = numbers.next() else {
            return Ok(None);
        };
        let (turn, share) = (number / SHARES.len(), SHARES[number % SHARES.len()]);
        if number % (turns * SHARES.len()) == 0 {
            // A round that changes nothing is the last.
            if known == least {
                return Ok(None);
            }
            known = least;
        }
        if number % SHARES.len() == 0 {
            before.clone_from(&trust);
        }
        let stream = turn % turns;
        // Summed, not 1 less the share: rounding would leave a trace of nothing, which has no direction.
        let others = (0..streams).filter(|&s| s != stream);
        let others: f64 = others.map(|s| before[s]).sum();
        let of_stream = |s: usize| match s == stream {
            true => share,
            false if others > 0.0 => (1.0 - share) * before[s] / others,
            false => (1.0 - share) / (streams - 1) as f64,
        };
        let candidate: Vec<f64> = (0..streams).map(of_stream).collect();
        if let Some(found) = loss(&small, &candidate)?
            && found < best - gain
        {
            least = Some(found);
            trust = candidate;
        }
        Ok(Some(trust.clone()))
    };
    Box::new(std::iter::from_fn(move || step().transpose()))
}

/// Mean cross-entropy of held-out examples; `None` where none can be held out.
fn loss(task: &Task, trust: &[f64]) -> Result<Option<f64>> {
    let task = task.with_trust(trust)?;
    let similarity = task.similarity().to_owned();
    let (logits, labels) = held_out_images(similarity, task.labels(), task.n_classes());
    let temperature = fit_part(logits.view(), &labels, 1.0);
    let scored = |&i: &usize| logits[[i, labels[i]]].is_finite();
    let places: Vec<usize> = (0..labels.len()).filter(scored).collect();
    let labels: Vec<usize> = places.iter().map(|&i| labels[i]).collect();
    let logits = linalg::wide(logits.select(Axis(0), &places).view());
    Ok((!places.is_empty()).then(|| cross_entropy(&logits, &labels, temperature)))
}
