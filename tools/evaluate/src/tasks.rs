//! Many small tasks, as people make them: a few classes with a few photos each, drawn from the data sets by turns.
//!
//! A task is decided by its number alone, so runs with other heads, streams or texts can be compared task by task.

use crate::dataset::Dataset;
use crate::draw::{Changes, Names, Occurring, Trial, draw, smallest_class};
use crate::heads::title;
use crate::measure::{Answers, Quality, Strangers, strangers};
use anyhow::{Context, Result};
use handful::heads::HeadSpec;
use handful::random::Random;
use handful::validation::Estimate;
use serde::Serialize;
use std::ops::RangeInclusive;

/// Photos of each class that are asked about at most, so that large data sets do not take longer than small ones.
const ASKED: usize = 20;

/// One task in so many has unequal numbers of examples.
const UNEQUAL: usize = 3;

/// Classes of a task where nothing else is said, in the groups that figures are given for.
const CLASSES: [RangeInclusive<usize>; 3] = [2..=3, 4..=6, 7..=10];

/// Examples of each class where nothing else is said, in the groups that figures are given for.
const SHOTS: [RangeInclusive<usize>; 4] = [1..=1, 2..=3, 4..=6, 7..=10];

/// The kinds of tasks that are drawn: each number is as likely as the others, and those that a data set is too small for are
/// left out.
pub struct Kinds {
    /// Numbers of classes, in the groups that figures are given for.
    pub classes: Vec<RangeInclusive<usize>>,
    /// Numbers of examples of each class, likewise.
    pub shots: Vec<RangeInclusive<usize>>,
    /// Which names are known, by turns, where a data set has texts.
    pub names: Vec<Names>,
    /// Photos of each task at most that are asked about one by one and together, and which classes occur among them.
    pub together: Option<(usize, Occurring)>,
    /// Photos of each task at most that are learned from without their labels, and which classes occur among them.
    pub pile: Option<(usize, Occurring)>,
    /// Photos of each class that are asked about one by one, together, and together with how many each class holds.
    pub assign: Option<usize>,
    /// Photos of one other class that are taught as negatives; its others are the strangers.
    pub negatives: Option<usize>,
}

impl Kinds {
    /// These numbers, or those that stand in for them.
    pub fn new(classes: Option<Vec<usize>>, shots: Option<Vec<usize>>, names: Vec<Names>) -> Self {
        let each = |numbers: Vec<usize>| numbers.into_iter().map(|n| n..=n).collect();
        Self {
            classes: classes.map_or_else(|| CLASSES.to_vec(), each),
            shots: shots.map_or_else(|| SHOTS.to_vec(), each),
            names,
            together: None,
            assign: None,
            pile: None,
            negatives: None,
        }
    }

    /// How each head is asked.
    pub fn asked(&self) -> Vec<Asked> {
        let more = [
            self.together.map(|_| Asked::Together),
            self.assign.map(|_| Asked::Together),
            self.assign.map(|_| Asked::Assigned),
            self.pile.map(|_| Asked::WithPile),
            self.negatives.map(|_| Asked::WithNegatives),
        ];
        let more = more.into_iter().flatten();
        std::iter::once(Asked::Alone).chain(more).collect()
    }

    /// The numbers of classes and of examples that a data set is large enough for.
    fn fitting(&self, dataset: &Dataset) -> Result<(Vec<usize>, Vec<usize>)> {
        let left_over = usize::from(dataset.queries.is_none());
        let most = smallest_class(dataset).saturating_sub(left_over);
        let within = |groups: &[RangeInclusive<usize>], least: usize, most: usize| -> Vec<usize> {
            let numbers = groups.iter().cloned().flatten();
            numbers.filter(|n| (least..=most).contains(n)).collect()
        };
        let classes = within(&self.classes, 2, dataset.classes.len());
        let shots = within(&self.shots, 1, most);
        (!classes.is_empty() && !shots.is_empty())
            .then_some((classes, shots))
            .with_context(|| format!("{} is too small for such tasks", dataset.name))
    }
}

/// What a task is like.
#[derive(Debug, Clone, Serialize)]
pub struct Kind {
    pub dataset: String,
    pub classes: usize,
    /// Examples of each class.
    pub shots: usize,
    /// Examples of every second class, where their numbers are unequal.
    pub every_second: Option<usize>,
    /// Which names are known, where the data set has texts.
    pub names: Option<Names>,
}

/// How a head is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Asked {
    /// About one photo at a time.
    Alone,
    /// About all photos together.
    Together,
    /// About all photos together, told how many each class holds.
    Assigned,
    /// About one photo at a time, after it has learned from a pile.
    WithPile,
    /// About one photo at a time, after it was taught negatives.
    WithNegatives,
}

impl Asked {
    fn title(self) -> &'static str {
        match self {
            Self::Alone => "",
            Self::Together => ", together",
            Self::Assigned => ", assigned",
            Self::WithPile => ", pile",
            Self::WithNegatives => ", negatives",
        }
    }
}

/// One head on one task.
#[derive(Debug, Serialize)]
pub struct Outcome {
    pub task: u64,
    #[serde(flatten)]
    pub kind: Kind,
    pub head: String,
    #[serde(skip)]
    pub asked: Asked,
    #[serde(flatten)]
    pub quality: Quality,
    #[serde(flatten)]
    pub strangers: Strangers,
    /// The accuracy that the head expects.
    pub estimate: Option<Estimate>,
}

/// Asks every head about `number` tasks.
pub fn run(
    datasets: &[Dataset],
    changes: &Changes,
    kinds: &Kinds,
    number: u64,
    specs: &[HeadSpec],
) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    each(datasets, changes, kinds, number, |task, kind, trial| {
        for spec in specs {
            for asked in kinds.asked() {
                outcomes.extend(ask(spec, trial, asked, task, kind)?);
            }
        }
        Ok(())
    })?;
    Ok(outcomes)
}

/// Draws `number` tasks, and does something with each.
pub fn each(
    datasets: &[Dataset],
    changes: &Changes,
    kinds: &Kinds,
    number: u64,
    mut with: impl FnMut(u64, &Kind, &Trial) -> Result<()>,
) -> Result<()> {
    let sets: Vec<_> = datasets
        .iter()
        .map(|dataset| Ok((dataset, kinds.fitting(dataset)?)))
        .collect::<Result<_>>()?;
    let rounds = (0..).flat_map(|round| sets.iter().map(move |set| (round, set)));
    for (task, (round, (dataset, (classes, shots)))) in (0..number).zip(rounds) {
        let mut random = Random::of(task, "tasks");
        let has_text = dataset.text.iter().any(Option::is_some);
        let names = has_text.then(|| kinds.names[round % kinds.names.len()]);
        let kind = kind(dataset, classes, shots, names, &mut random);
        let changes = Changes {
            classes: Some(kind.classes),
            every_second: kind.every_second,
            names: names.unwrap_or_default(),
            ..changes.clone()
        };
        let mut trial = draw(dataset, &changes, task, kind.shots)?
            .with_context(|| format!("{} has no photo left to ask about", dataset.name))?;
        if let Some(n) = kinds.negatives
            && !trial.draw_negatives(dataset, n, &mut random)
        {
            continue;
        }
        if let Some((most, which)) = kinds.pile {
            trial.draw_pile(most, which, &mut random);
        }
        match (kinds.together, kinds.assign) {
            (Some((most, which)), _) => trial.ask_together(most, which, &mut random),
            (None, Some(each)) => trial.ask_group(each, &mut random),
            (None, None) => trial.ask_at_most(ASKED, &mut random),
        }
        with(task, &kind, &trial)?;
    }
    Ok(())
}

/// Draws what a task is like, of the numbers of classes and examples that its data set is large enough for.
fn kind(
    dataset: &Dataset,
    classes: &[usize],
    shots: &[usize],
    names: Option<Names>,
    random: &mut Random,
) -> Kind {
    let one_of = |numbers: &[usize], random: &mut Random| numbers[random.below(numbers.len())];
    let classes = one_of(classes, random);
    let own = one_of(shots, random);
    let others: Vec<usize> = shots.iter().copied().filter(|&n| n != own).collect();
    let unequal = random.below(UNEQUAL) == 0 && !others.is_empty();
    Kind {
        dataset: dataset.name.clone(),
        classes,
        shots: own,
        every_second: unequal.then(|| one_of(&others, random)),
        names,
    }
}

/// A head on a task; `None` where it does not apply, as one of texts where there are none.
fn ask(
    spec: &HeadSpec,
    trial: &Trial,
    asked: Asked,
    task: u64,
    kind: &Kind,
) -> Result<Option<Outcome>> {
    let taught = match asked {
        Asked::WithNegatives => trial.task.with_negatives(trial.negatives.view())?,
        _ => trial.task.clone(),
    };
    let Some(mut answers) = Answers::of(spec, taught, trial)? else {
        return Ok(None);
    };
    match asked {
        Asked::Together => answers.ask_together(spec, trial, None)?,
        Asked::Assigned => answers.ask_together(spec, trial, Some(&counts(trial)))?,
        Asked::WithPile => answers.ask_with_pile(trial),
        Asked::Alone | Asked::WithNegatives => {}
    }
    Ok(Some(Outcome {
        task,
        kind: kind.clone(),
        head: title(spec) + asked.title(),
        asked,
        quality: answers.quality(&trial.labels),
        strangers: match trial.negatives.is_empty() {
            true => strangers(spec, trial)?,
            false => answers.strangers(&trial.strangers),
        },
        estimate: answers.estimate(&trial.task)?,
    }))
}

/// How many photos each class holds of those that are asked about.
fn counts(trial: &Trial) -> Vec<usize> {
    let of = |class| trial.labels.iter().filter(|&&label| label == class).count();
    (0..trial.names.len()).map(of).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use crate::dataset::Rows;
    use handful::{Stream, Streams};
    use ndarray::{Array1, Array2};

    /// Five classes of eight photos.
    fn dataset(name: &str, with_text: bool) -> Dataset {
        let labels: Vec<usize> = (0..40).map(|i| i / 8).collect();
        let near = |label: usize, i: usize| {
            let mut row = Array1::from_elem(5, 0.1 + 0.01 * i as f32);
            row[label] = 1.0;
            row
        };
        let mut features = Array2::zeros((40, 5));
        for (i, mut row) in features.rows_mut().into_iter().enumerate() {
            row.assign(&near(labels[i], i % 8));
        }
        Dataset {
            name: name.into(),
            classes: (0..5).map(|c| format!("class {c}")).collect(),
            streams: Streams::new(vec![Stream::new("clip", 5)]).unwrap(),
            text: (0..5).map(|c| with_text.then(|| near(c, 0))).collect(),
            pool: Rows { features, labels },
            queries: None,
        }
    }

    fn outcomes(kinds: &Kinds, number: u64) -> Vec<Outcome> {
        let datasets = [dataset("named", true), dataset("nameless", false)];
        let heads = [HeadSpec::by_name("fused").unwrap()];
        run(&datasets, &Changes::default(), kinds, number, &heads).unwrap()
    }

    const ALL: [Names; 3] = [Names::Known, Names::Half, Names::None];

    #[test]
    fn kinds_come_by_turns_and_by_chance() {
        let all = outcomes(&Kinds::new(None, None, ALL.to_vec()), 90);
        for (i, outcome) in all.iter().enumerate() {
            let kind = &outcome.kind;
            assert_eq!(kind.dataset, ["named", "nameless"][i % 2]);
            let names = (i % 2 == 0).then(|| ALL[i / 2 % 3]);
            assert_eq!(kind.names, names);
            assert!((2..=5).contains(&kind.classes) && (1..=7).contains(&kind.shots));
            let other = kind.every_second.unwrap_or(1);
            assert!((1..=7).contains(&other) && kind.every_second != Some(kind.shots));
            // A third class is held out where there is one.
            let strangers = outcome.strangers.auroc_unknown.is_some();
            assert_eq!(strangers, kind.classes > 2);
            // Single photos cannot be held out.
            let several = kind.shots.max(kind.every_second.unwrap_or(0)) > 1;
            assert_eq!(outcome.estimate.is_some(), several);
        }
        let unequal = all.iter().filter(|o| o.kind.every_second.is_some());
        assert!((20..=40).contains(&unequal.count()));
    }

    #[test]
    fn other_names_are_asked_about_the_same_tasks() {
        let some = |names: Names| outcomes(&Kinds::new(None, Some(vec![1, 3]), vec![names]), 20);
        let (known, unknown) = (some(Names::Known), some(Names::None));
        for (a, b) in known.iter().zip(&unknown) {
            let number = |kind: &Kind| (kind.classes, kind.shots, kind.every_second);
            assert_eq!(number(&a.kind), number(&b.kind));
            if a.kind.dataset == "nameless" {
                assert_eq!(a.quality.nll, b.quality.nll);
            }
        }
        assert!(
            known
                .iter()
                .zip(&unknown)
                .any(|(a, b)| a.quality.nll != b.quality.nll)
        );
    }

    #[test]
    fn numbers_without_another_are_equal() {
        let all = outcomes(&Kinds::new(Some(vec![3]), Some(vec![2]), ALL.to_vec()), 20);
        let equal = |o: &Outcome| (o.kind.shots, o.kind.every_second) == (2, None);
        assert!(all.iter().all(equal));
    }
}
