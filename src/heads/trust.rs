//! How much each stream of features is worth on a task.
//!
//! Source: ours. Streams are joined into one image, weighted by trust; the trust
//! that gives the images of the default answer the least cross-entropy on held-out examples is found one stream at a time.

use super::fused::held_out::held_out_images;
use crate::Result;
use crate::numerics::Measured;
use crate::numerics::math::ln;
use crate::task::Task;
use crate::validation::{fit_part, probabilities_into};

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
    for round in 0..ROUNDS {
        let mut changed = false;
        for stream in 0..streams {
            // With two streams the share of one settles that of the other.
            if streams == 2 && (stream > 0 || round > 0) {
                continue;
            }
            let before = trust.clone();
            // Summed, not 1 less the share: rounding would leave a trace of nothing, which has no direction.
            let others: f64 = (0..streams)
                .filter(|&s| s != stream)
                .map(|s| before[s])
                .sum();
            for share in SHARES {
                let candidate: Vec<f64> = (0..streams)
                    .map(|s| match s == stream {
                        true => share,
                        false if others > 0.0 => (1.0 - share) * before[s] / others,
                        false => (1.0 - share) / (streams - 1) as f64,
                    })
                    .collect();
                if let Some(found) = loss(&small, &candidate)?
                    && found < best - gain
                {
                    (best, changed) = (found, true);
                    trust = candidate;
                }
            }
        }
        if !changed {
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
    let t = fit_part(logits.view(), &labels, 1.0);
    let mut p = vec![0.0; task.n_classes()];
    let (mut sum, mut n) = (0.0, 0);
    for (logits, &label) in logits.rows().into_iter().zip(&labels) {
        if logits[label].is_finite() {
            probabilities_into(&logits.to_vec(), t, &mut p);
            sum -= ln(p[label].max(f64::MIN_POSITIVE));
            n += 1;
        }
    }
    Ok((n > 0).then(|| sum / f64::from(n)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use crate::numerics::random::Random;
    use crate::{Stream, Streams};
    use ndarray::Array2;

    /// Four streams of 8 numbers, of which one tells the class and the others tell nothing.
    fn task(telling: usize, each: usize, seed: u64) -> Task {
        let mut random = Random::new(seed);
        let streams = ["clip", "a", "b", "c"].map(|name| Stream::new(name, 8));
        let streams = Streams::new(streams.to_vec()).unwrap();
        let n = 2 * each;
        let mut rows = Array2::from_shape_fn((n, 32), |_| random.uniform() as f32 - 0.5);
        for (i, mut row) in rows.rows_mut().into_iter().enumerate() {
            row[8 * telling + i % 2] += 1.0;
            let unit = streams.unit(&row.to_vec()).unwrap();
            row.assign(&ndarray::Array1::from(unit));
        }
        Task::new(
            streams,
            rows,
            (0..n).map(|i| i % 2).collect(),
            vec![None; 2],
        )
        .unwrap()
    }

    #[test]
    fn shares_sum_to_one_however_few_examples_there_are() {
        for telling in 0..4 {
            for (each, seed) in [
                (1, 1),
                (2, 2),
                (2, 3),
                (2, 4),
                (3, 5),
                (4, 6),
                (8, 7),
                (8, 8),
            ] {
                let trust = learn(&task(telling, each, seed)).unwrap();
                assert!((trust.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{trust:?}");
                assert!(
                    trust.iter().all(|share| (0.0..=1.0).contains(share)),
                    "{trust:?}"
                );
            }
        }
    }

    #[test]
    fn no_stream_is_trusted_more_than_the_one_that_tells_the_class() {
        for telling in 0..4 {
            let trust = learn(&task(telling, 30, 9)).unwrap();
            assert!(trust[telling] > 0.25, "{trust:?}");
            assert!(
                trust.iter().all(|&share| share <= trust[telling]),
                "{trust:?}"
            );
        }
    }
}
