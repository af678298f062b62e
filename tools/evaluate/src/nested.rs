//! What learning from held-out examples flatters: the default answer leaves examples out of its sums, but trust, weight of texts,
//! temperatures and how images are seen are learned from all of them. Beside it each fold is asked of a fit that has seen nothing of
//! it. New photos, asked of the fit to all, tell which of the two is nearer to the truth.

use crate::dataset::Dataset;
use crate::draw::Changes;
use crate::metrics;
use crate::summaries::Mean;
use crate::table::signed;
use crate::tasks::{self, Kinds};
use anyhow::Result;
use handful::Recogniser;
use handful::heads::{Fused, HeadSpec};
use handful::task::Task;
use handful::validation::{ENOUGH, folds, probabilities_into};
use serde::Serialize;
use std::fmt::Write;
use std::ops::RangeInclusive;

/// Folds of the default answer, where none holds more than eighty examples.
const FOLDS: usize = 5;

/// By how much held-out examples look better than new photos, over the tasks with as many examples a class.
#[derive(Debug, Serialize)]
pub struct Flattery {
    shots: String,
    /// As the answer keeps them.
    kept: Difference,
    /// By fits without each fold.
    nested: Difference,
}

/// Figures of held-out examples less those of new photos.
#[derive(Debug, Serialize)]
struct Difference {
    accuracy: Option<Mean>,
    nll: Option<Mean>,
}

impl Difference {
    fn of<'a>(pairs: impl Iterator<Item = (&'a Figures, &'a Figures)>) -> Self {
        let (accuracy, nll): (Vec<f64>, Vec<f64>) = pairs
            .map(|(held, new)| (held.accuracy - new.accuracy, held.nll - new.nll))
            .unzip();
        Self {
            accuracy: Mean::of(&accuracy),
            nll: Mean::of(&nll),
        }
    }
}

/// Compares both on the same tasks; those whose classes have one example each have nothing to hold out.
///
/// # Errors
/// Those of [`tasks::each`].
pub fn run(
    datasets: &[Dataset],
    changes: &Changes,
    kinds: &Kinds,
    number: u64,
) -> Result<Vec<Flattery>> {
    let mut found = Vec::new();
    tasks::each(datasets, changes, kinds, number, |_, kind, trial| {
        if kind.every_second.is_none() && kind.shots > 1 {
            let mut recogniser = Recogniser::fit(&fused(), trial.task.clone())?;
            let new = Figures::of(
                trial
                    .queries
                    .rows()
                    .into_iter()
                    .map(|row| recogniser.predict(&row.to_vec()).probabilities.clone()),
                &trial.labels,
            );
            let nested = nested(&trial.task, kind.shots)?;
            found.push((kind.shots, [kept(&recogniser), nested, new]));
        }
        Ok(())
    })?;
    let group = |shots: &RangeInclusive<usize>| {
        let some = || found.iter().filter(|(n, _)| shots.contains(n));
        Flattery {
            shots: format!("{} to {}", shots.start(), shots.end()),
            kept: Difference::of(some().map(|(_, [kept, _, new])| (kept, new))),
            nested: Difference::of(some().map(|(_, [_, nested, new])| (nested, new))),
        }
    };
    let groups = kinds.shots.iter().filter(|shots| *shots.end() > 1);
    Ok(groups.map(group).collect())
}

struct Figures {
    accuracy: f64,
    nll: f64,
}

impl Figures {
    /// Of the probabilities of examples and their classes.
    fn of(probabilities: impl Iterator<Item = Vec<f64>>, labels: &[usize]) -> Self {
        let probabilities: Vec<_> = probabilities.collect();
        let best: Vec<usize> = probabilities.iter().map(|p| metrics::argmax(p)).collect();
        let own: Vec<f64> = probabilities
            .iter()
            .zip(labels)
            .map(|(p, &c)| p[c])
            .collect();
        Self {
            accuracy: metrics::accuracy(&best, labels),
            nll: metrics::nll(&own),
        }
    }
}

/// As the answer keeps them.
fn kept(recogniser: &Recogniser) -> Figures {
    let head = recogniser.head();
    let held_out = head
        .held_out(ENOUGH)
        .expect("the default answer keeps them");
    let temperature = recogniser.temperature() / head.prior_temperature();
    let probabilities = held_out.logits.rows().into_iter().map(|logits| {
        let mut p = vec![0.0; logits.len()];
        probabilities_into(&logits.to_vec(), temperature, &mut p);
        p
    });
    Figures::of(probabilities, &held_out.labels)
}

/// By a fit without each fold.
fn nested(task: &Task, shots: usize) -> Result<Figures> {
    let (mut probabilities, mut labels) = (Vec::new(), Vec::new());
    for fold in folds(task.labels(), FOLDS.min(shots)) {
        let mut without = Recogniser::fit(&fused(), task.without(&fold))?;
        for example in fold {
            probabilities.push(without.predict(task.row(example)).probabilities.clone());
            labels.push(task.labels()[example]);
        }
    }
    Ok(Figures::of(probabilities.into_iter(), &labels))
}

fn fused() -> HeadSpec {
    HeadSpec::Fused(Fused::default())
}

/// As a table in Markdown.
pub fn print(rows: &[Flattery]) -> String {
    let mut text = String::from(
        "| photos a class | tasks | kept: accuracy, points | NLL | nested: accuracy, points | NLL |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for row in rows {
        let tasks = row.kept.accuracy.as_ref().map_or(0, |mean| mean.tasks);
        write!(text, "| {} | {tasks} |", row.shots).expect(TAKES);
        for Difference { accuracy, nll } in [&row.kept, &row.nested] {
            let (accuracy, nll) = (signed(accuracy, 100.0, 1), signed(nll, 1.0, 3));
            write!(text, " {accuracy} | {nll} |").expect(TAKES);
        }
        text.push('\n');
    }
    text
}

const TAKES: &str = "a string takes everything";

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use handful::{Stream, Streams};
    use ndarray::Array2;

    /// Two classes around `[1, x]` and `[x, 1]`.
    fn task() -> Task {
        let row = |i: usize, k: usize| {
            let other = 0.1 * (i / 2) as f32;
            if k == i % 2 { 1.0 } else { other }
        };
        let features = Array2::from_shape_fn((8, 2), |(i, k)| row(i, k));
        let streams = Streams::new(vec![Stream::new("aux", 2)]).unwrap();
        let labels = (0..8).map(|i| i % 2).collect();
        Task::new(streams, features, labels, vec![None, None]).unwrap()
    }

    #[test]
    fn what_is_easy_is_right_in_either_way() {
        let task = task();
        let kept = kept(&Recogniser::fit(&fused(), task.clone()).unwrap());
        let nested = nested(&task, 4).unwrap();
        for figures in [kept, nested] {
            assert!(figures.accuracy > 0.999 && (0.0..0.5).contains(&figures.nll));
        }
    }

    #[test]
    fn a_difference_is_that_of_the_means() {
        let pairs = [(0.5, 0.75), (0.75, 0.75)]
            .map(|(held, new)| [held, new].map(|accuracy| Figures { accuracy, nll: 1.0 }));
        let difference = Difference::of(pairs.iter().map(|[held, new]| (held, new)));
        let [accuracy, nll] = [difference.accuracy, difference.nll].map(|mean| mean.unwrap().mean);
        assert!((accuracy + 0.125).abs() < 1e-12 && nll.abs() < 1e-12);
    }
}
