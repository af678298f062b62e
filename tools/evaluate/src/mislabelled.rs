//! Which labels the default answer suspects, where one of a set is wrong, and where none is.

use crate::dataset::Dataset;
use crate::draw::Changes;
use crate::tasks::{self, Kinds};
use anyhow::Result;
use handful::Recogniser;
use handful::heads::{Fused, HeadSpec};
use handful::random::Random;
use handful::task::Task;
use serde::Serialize;
use std::fmt::Write;

/// Suspects over the tasks with as many examples a class. Every second task has one wrong label.
#[derive(Debug, Serialize)]
pub struct Suspected {
    shots: String,
    tasks: usize,
    /// Examples with the wrong label, and how many of them are suspects.
    wrong: usize,
    found: usize,
    /// All suspects.
    suspects: usize,
}

/// Draws the tasks, and asks which labels look wrong. Of two examples a class none is a suspect.
///
/// # Errors
/// Those of [`tasks::each`].
pub fn run(
    datasets: &[Dataset],
    changes: &Changes,
    kinds: &Kinds,
    number: u64,
) -> Result<Vec<Suspected>> {
    let mut found = Vec::new();
    tasks::each(datasets, changes, kinds, number, |task, kind, trial| {
        if kind.every_second.is_none() && kind.shots > 2 {
            // Sets come by turns, so whether a label is wrong does not follow the number of the task.
            let mut random = Random::of(task, "mislabelled");
            let is_wrong = random.below(2) == 0;
            let (task, wrong) = match is_wrong {
                true => mislabelled(&trial.task, &mut random)?,
                false => (trial.task.clone(), None),
            };
            let recogniser = Recogniser::fit(&HeadSpec::Fused(Fused::default()), task.clone())?;
            let suspects = recogniser.report(&task)?.suspects;
            let is_found = suspects.iter().any(|s| Some(s.example) == wrong);
            found.push((kind.shots, is_wrong, is_found, suspects.len()));
        }
        Ok(())
    })?;
    let groups = kinds.shots.iter().filter(|shots| *shots.end() > 2);
    let rows = groups.map(|shots| {
        let some = || found.iter().filter(|(n, ..)| shots.contains(n));
        Suspected {
            shots: format!("{} to {}", shots.start().max(&3), shots.end()),
            tasks: some().count(),
            wrong: some().filter(|(_, is_wrong, ..)| *is_wrong).count(),
            found: some().filter(|(_, _, is_found, _)| *is_found).count(),
            suspects: some().map(|(.., suspects)| suspects).sum(),
        }
    });
    Ok(rows.collect())
}

/// The task with another label for one example, and which example that is.
fn mislabelled(task: &Task, random: &mut Random) -> Result<(Task, Option<usize>)> {
    let wrong = random.below(task.n_examples());
    let mut labels = task.labels().to_vec();
    labels[wrong] = (labels[wrong] + 1 + random.below(task.n_classes() - 1)) % task.n_classes();
    let (streams, features) = (task.streams().clone(), task.features().to_owned());
    let task = Task::new(streams, features, labels, task.text().to_vec())?;
    Ok((task, Some(wrong)))
}

/// As a table in Markdown.
pub fn print(rows: &[Suspected]) -> String {
    let mut text = String::from(
        "| photos a class | tasks | wrong labels | of these found % | suspects | of these wrong % |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for row in rows {
        let share = |of: usize| 100.0 * row.found as f64 / of as f64;
        writeln!(
            text,
            "| {} | {} | {} | {:.0} | {} | {:.0} |",
            row.shots,
            row.tasks,
            row.wrong,
            share(row.wrong),
            row.suspects,
            share(row.suspects),
        )
        .expect("a string takes everything");
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use handful::{Stream, Streams};
    use ndarray::Array2;

    #[test]
    fn one_example_has_another_label() {
        let features = Array2::from_shape_fn((9, 3), |(i, k)| if k == i % 3 { 1.0 } else { 0.1 });
        let streams = Streams::new(vec![Stream::new("aux", 3)]).unwrap();
        let labels: Vec<usize> = (0..9).map(|i| i % 3).collect();
        let task = Task::new(streams, features, labels, vec![None; 3]).unwrap();
        for seed in 0..20 {
            let mut random = Random::of(seed, "test");
            let (other, wrong) = mislabelled(&task, &mut random).unwrap();
            let pairs = task.labels().iter().zip(other.labels());
            let differing: Vec<usize> = (0..9)
                .zip(pairs)
                .filter(|(_, (a, b))| a != b)
                .map(|(i, _)| i)
                .collect();
            assert_eq!(differing, [wrong.unwrap()]);
        }
    }
}
