//! How much each stream of features is worth on a task.
//!
//! Source: ours. Streams are joined into one image, weighted by trust; the trust
//! that gives the images of the default answer the least cross-entropy on held-out examples is found one stream at a time.

use super::cross_entropy;
use super::fused::held_out::held_out_images;
use crate::Result;
use crate::numerics::Measured;
use crate::numerics::linalg;
use crate::task::Task;
use crate::validation::fit_part;
use ndarray::Axis;

/// Shares of the image that a stream is tried with; 0 drops it.
const SHARES: [f64; 9] = [0.0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 1.0];

/// Examples that are looked at, at most: enough to tell a good stream from a bad one, few enough to look at nine shares in a frame.
pub(super) static ENOUGH: Measured = Measured::new("trust.ENOUGH", 100.0);

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
    let streams = task.streams().as_slice().len();
    let mut trust = task.trust().to_vec();
    if streams == 1 {
        return Ok(trust);
    }
    let small = task
        .without_text()
        .subset(&task.stratified(ENOUGH.get() as usize));
    let Some(mut best) = loss(&small, &trust)? else {
        return Ok(trust);
    };
    let gain = CHANCE.get() / small.n_examples() as f64;
    // With two streams the share of one settles that of the other.
    let (rounds, turns) = if streams == 2 {
        (1, 1)
    } else {
        (ROUNDS, streams)
    };
    for _ in 0..rounds {
        let known = best;
        for stream in 0..turns {
            let before = trust.clone();
            // Summed, not 1 less the share: rounding would leave a trace of nothing, which has no direction.
            let others = (0..streams).filter(|&s| s != stream);
            let others: f64 = others.map(|s| before[s]).sum();
            for share in SHARES {
                let of_stream = |s: usize| match s == stream {
                    true => share,
                    false if others > 0.0 => (1.0 - share) * before[s] / others,
                    false => (1.0 - share) / (streams - 1) as f64,
                };
                let candidate: Vec<f64> = (0..streams).map(of_stream).collect();
                if let Some(found) = loss(&small, &candidate)?
                    && found < best - gain
                {
                    best = found;
                    trust = candidate;
                }
            }
        }
        if best == known {
            break;
        }
    }
    Ok(trust)
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
