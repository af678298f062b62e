//! Many small tasks, as people make them: a few classes with a few photos each, drawn from the data sets by turns.
//!
//! A task is decided by its number alone, so runs with other heads, streams or texts can be compared task by task.

use crate::dataset::Dataset;
use crate::draw::{Changes, draw, generator, smallest_class};
use crate::heads::title;
use crate::measure::{Answers, Quality};
use crate::metrics::{self, BINS, Bin};
use anyhow::{Context, Result};
use handful::heads::HeadSpec;
use handful::random::Random;
use serde::Serialize;
use std::ops::RangeInclusive;

/// Photos of each class that are asked about at most, so that large data sets do not take longer than small ones.
const ASKED: usize = 20;

/// Classes of a task where nothing else is said.
const CLASSES: RangeInclusive<usize> = 2..=10;

/// Examples of each class where nothing else is said, in the groups that figures are given for.
const SHOTS: [RangeInclusive<usize>; 4] = [1..=1, 2..=3, 4..=6, 7..=10];

/// How large the tasks are: each number is as likely as the others. Those that a data set is too small for are left out.
pub struct Sizes {
    classes: Vec<usize>,
    /// Numbers of examples of each class, in the groups that figures are given for.
    shots: Vec<RangeInclusive<usize>>,
}

impl Sizes {
    /// These numbers, or those that stand in for them.
    pub fn new(classes: Option<Vec<usize>>, shots: Option<Vec<usize>>) -> Self {
        let each = |shots: Vec<usize>| shots.into_iter().map(|n| n..=n).collect();
        Self {
            classes: classes.unwrap_or_else(|| CLASSES.collect()),
            shots: shots.map_or_else(|| SHOTS.to_vec(), each),
        }
    }

    /// The numbers of classes and of examples that a data set is large enough for.
    fn fitting(&self, dataset: &Dataset) -> Result<(Vec<usize>, Vec<usize>)> {
        let left_over = usize::from(dataset.queries.is_none());
        let most = smallest_class(dataset).saturating_sub(left_over);
        let classes = self.classes.iter().copied();
        let classes: Vec<_> = classes
            .filter(|n| (2..=dataset.classes.len()).contains(n))
            .collect();
        let shots = self.shots.iter().cloned().flatten();
        let shots: Vec<_> = shots.filter(|&n| n <= most).collect();
        (!classes.is_empty() && !shots.is_empty())
            .then_some((classes, shots))
            .with_context(|| format!("{} is too small for such tasks", dataset.name))
    }
}

/// One head on one task.
#[derive(Debug, Serialize)]
pub struct Outcome {
    pub task: u64,
    pub dataset: String,
    pub classes: usize,
    /// Examples of each class.
    pub shots: usize,
    pub head: String,
    #[serde(flatten)]
    pub quality: Quality,
}

/// Asks every head about `number` tasks.
pub fn run(
    datasets: &[Dataset],
    changes: &Changes,
    sizes: &Sizes,
    number: u64,
    specs: &[HeadSpec],
) -> Result<Vec<Outcome>> {
    let sets: Vec<_> = datasets
        .iter()
        .map(|dataset| Ok((dataset, sizes.fitting(dataset)?)))
        .collect::<Result<_>>()?;
    let mut outcomes = Vec::new();
    for (task, (dataset, (classes, shots))) in (0..number).zip(sets.iter().cycle()) {
        let mut random = generator(task, "tasks");
        let one_of = |numbers: &[usize], random: &mut Random| numbers[random.below(numbers.len())];
        let classes = one_of(classes, &mut random);
        let shots = one_of(shots, &mut random);
        let changes = Changes {
            classes: Some(classes),
            ..changes.clone()
        };
        let mut trial = draw(dataset, &changes, task, shots)?
            .with_context(|| format!("{} has no photo left to ask about", dataset.name))?;
        trial.ask_at_most(ASKED, &mut random);
        for spec in specs {
            // A head that does not apply, as one of texts where there are none, has no outcome.
            if let Some(answers) = Answers::of(spec, trial.task.clone(), &trial)? {
                outcomes.push(Outcome {
                    task,
                    dataset: dataset.name.clone(),
                    classes,
                    shots,
                    head: title(spec),
                    quality: answers.quality(&trial.labels),
                });
            }
        }
    }
    Ok(outcomes)
}

/// A mean over tasks with its standard error.
#[derive(Debug, Serialize)]
pub struct Mean {
    pub mean: f64,
    pub error: f64,
}

/// One head on a group of tasks.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// What the tasks have in common.
    pub group: String,
    pub head: String,
    pub tasks: usize,
    pub accuracy: Mean,
    /// Of all answers of the group together: a task has too few for fifteen bins.
    pub ece: f64,
    pub nll: Mean,
    pub coverage: Mean,
    pub set_size: Mean,
}

/// Summaries by number of examples, by data set where there are several, and of all tasks.
pub fn summaries(outcomes: &[Outcome], sizes: &Sizes, datasets: &[Dataset]) -> Vec<Summary> {
    let mut all = Vec::new();
    for shots in &sizes.shots {
        let (from, to) = (shots.start(), shots.end());
        let name = if from == to {
            format!("{from} a class")
        } else {
            format!("{from} to {to} a class")
        };
        all.extend(group(&name, outcomes, |o| shots.contains(&o.shots)));
    }
    for dataset in datasets.iter().filter(|_| datasets.len() > 1) {
        all.extend(group(&dataset.name, outcomes, |o| {
            o.dataset == dataset.name
        }));
    }
    all.extend(group("all tasks", outcomes, |_| true));
    all
}

/// One summary for each head, in the order of their first appearance.
fn group(name: &str, outcomes: &[Outcome], wanted: impl Fn(&Outcome) -> bool) -> Vec<Summary> {
    let mut heads: Vec<(&str, Vec<&Quality>)> = Vec::new();
    for outcome in outcomes.iter().filter(|outcome| wanted(outcome)) {
        match heads.iter_mut().find(|(head, _)| *head == outcome.head) {
            Some((_, all)) => all.push(&outcome.quality),
            None => heads.push((&outcome.head, vec![&outcome.quality])),
        }
    }
    let summary = |(head, all): (&str, Vec<&Quality>)| Summary {
        group: name.to_owned(),
        head: head.to_owned(),
        tasks: all.len(),
        accuracy: mean(&all, |q| q.accuracy),
        ece: metrics::ece(&pooled(&all)),
        nll: mean(&all, |q| q.nll),
        coverage: mean(&all, |q| q.coverage),
        set_size: mean(&all, |q| q.set_size),
    };
    heads.into_iter().map(summary).collect()
}

fn mean(all: &[&Quality], figure: impl Fn(&Quality) -> f64) -> Mean {
    let values: Vec<f64> = all.iter().map(|quality| figure(quality)).collect();
    let number = values.len() as f64;
    Mean {
        mean: metrics::mean(&values).unwrap_or(0.0),
        error: metrics::deviation(&values).unwrap_or(0.0) / number.sqrt(),
    }
}

pub fn pooled(all: &[&Quality]) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); BINS];
    for quality in all {
        for (bin, more) in bins.iter_mut().zip(&quality.reliability) {
            bin.add(more);
        }
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(head: &str, shots: usize, accuracy: f64, confidence: f64) -> Outcome {
        let quality = Quality {
            accuracy,
            nll: 1.0,
            coverage: 1.0,
            set_size: 2.0,
            reliability: metrics::reliability(&[confidence], &[accuracy > 0.5]),
        };
        Outcome {
            task: 0,
            dataset: "set".into(),
            classes: 2,
            shots,
            head: head.to_owned(),
            quality,
        }
    }

    #[test]
    fn summaries_give_the_standard_error_and_pool_the_answers() {
        let outcomes = [
            outcome("fused", 1, 1.0, 0.52),
            outcome("prototype", 1, 1.0, 0.9),
            outcome("fused", 3, 0.0, 0.52),
        ];
        let all = summaries(&outcomes, &Sizes::new(None, None), &[]);
        let names: Vec<_> = all
            .iter()
            .map(|s| (s.group.as_str(), s.head.as_str()))
            .collect();
        assert_eq!(
            names,
            [
                ("1 a class", "fused"),
                ("1 a class", "prototype"),
                ("2 to 3 a class", "fused"),
                ("all tasks", "fused"),
                ("all tasks", "prototype"),
            ]
        );
        let fused = &all[3];
        assert_eq!((fused.tasks, fused.accuracy.mean), (2, 0.5));
        // Deviation sqrt(1/2) of two tasks.
        assert!((fused.accuracy.error - 0.5).abs() < 1e-12);
        // One of the two answers of 52 % is right: alone each is off by 48 or 52 points, together by 2.
        assert!((fused.ece - 0.02).abs() < 1e-12, "{}", fused.ece);
        assert_eq!((fused.set_size.mean, fused.set_size.error), (2.0, 0.0));
    }
}
