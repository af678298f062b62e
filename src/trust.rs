//! How much each stream of features is worth on a task.
//!
//! Source: ours (specification, "streams of features"). Streams are joined into one image, weighted by trust; the trust
//! that gives the least cross-entropy of held-out examples under kernel ridge regression is found one stream at a time.

use crate::Result;
use crate::calibration::{fit_temperature, probabilities_into};
use crate::heads::{HeadSpec, KernelRidge};
use crate::held_out::{HeldOut, Scheme};
use crate::math::ln;
use crate::support::Task;

/// Shares of the image that a stream is tried with; 0 drops it.
const SHARES: [f64; 9] = [0.0, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 1.0];

/// Examples that are looked at, at most: enough to tell a good stream from a bad one.
const ENOUGH: usize = 200;

/// Rounds over all streams.
const ROUNDS: usize = 2;

/// A share is changed only for a gain of this many nats an example: less is chance.
const GAIN: f64 = 1e-3;

/// Trust in each stream of a task; they sum to 1. Equal shares where there is nothing to hold out.
///
/// # Errors
/// None that a task can cause.
pub fn learn(task: &Task) -> Result<Vec<f64>> {
    let streams = task.streams().as_slice().len();
    let mut trust = vec![1.0 / streams as f64; streams];
    if streams == 1 {
        return Ok(trust);
    }
    let small = task.without_text().subset(&task.evenly(ENOUGH));
    let Some(mut best) = loss(&small, &trust)? else {
        return Ok(trust);
    };
    for round in 0..ROUNDS {
        let mut changed = false;
        for stream in 0..streams {
            // With two streams the share of one settles that of the other.
            if streams == 2 && (stream > 0 || round > 0) {
                continue;
            }
            let others: f64 = 1.0 - trust[stream];
            for share in SHARES {
                let candidate: Vec<f64> = (0..streams)
                    .map(|s| match s == stream {
                        true => share,
                        false if others > 0.0 => (1.0 - share) * trust[s] / others,
                        false => (1.0 - share) / (streams - 1) as f64,
                    })
                    .collect();
                if let Some(found) = loss(&small, &candidate)?
                    && found < best - GAIN
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
    let spec = HeadSpec::KernelRidge(KernelRidge::smooth());
    let head = spec.fit(&task)?;
    let held_out = HeldOut::of(&spec, head.as_ref(), &task, Scheme::Folds, ENOUGH)?;
    let labels = &held_out.labels;
    let t = fit_temperature(held_out.logits.view(), labels, 1.0);
    let mut p = vec![0.0; task.n_classes()];
    let (mut sum, mut n) = (0.0, 0);
    for i in held_out.usable() {
        let logits = held_out.logits.row(i);
        probabilities_into(&logits.to_vec(), t, &mut p);
        sum -= ln(p[labels[i]].max(f64::MIN_POSITIVE));
        n += 1;
    }
    Ok((n > 0).then(|| sum / f64::from(n)))
}
