//! What small tasks say together: figures of each head by what the tasks have in common, and the default answer against the
//! best of the others.

use crate::dataset::Dataset;
use crate::draw::Names;
use crate::metrics::{self, BINS, Bin};
use crate::tasks::{Kind, Kinds, Outcome};
use handful::heads::{Fused, HeadSpec};
use serde::Serialize;
use std::ops::RangeInclusive;

/// A mean over tasks with its standard error.
#[derive(Debug, Serialize)]
pub struct Mean {
    pub mean: f64,
    pub error: f64,
    /// Tasks that have the figure.
    pub tasks: usize,
}

impl Mean {
    /// `None` for no number.
    pub fn of(values: &[f64]) -> Option<Self> {
        Some(Self {
            mean: metrics::mean(values)?,
            error: metrics::deviation(values)? / (values.len() as f64).sqrt(),
            tasks: values.len(),
        })
    }
}

/// One head on a group of tasks; `null` where no task has the figure. All but the calibration error are means over the tasks.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// What the tasks have in common.
    pub group: String,
    pub head: String,
    pub tasks: usize,
    pub accuracy: Option<Mean>,
    pub worst_class: Option<Mean>,
    /// Of all answers of the group together: a task has too few for fifteen bins.
    pub ece: f64,
    pub nll: Option<Mean>,
    pub coverage: Option<Mean>,
    pub set_size: Option<Mean>,
    pub refused: Option<Mean>,
    pub refused_unknown: Option<Mean>,
    pub auroc_unknown: Option<Mean>,
    /// Distance of the accuracy that the head expects from that of the task.
    pub estimate_off: Option<Mean>,
    /// Share of the tasks whose accuracy lies in the interval that the head expects it in.
    pub interval_holds: Option<Mean>,
}

impl Summary {
    fn of(group: &str, head: &str, all: &[&Outcome]) -> Self {
        let some = |figure: fn(&Outcome) -> Option<f64>| {
            Mean::of(&all.iter().filter_map(|o| figure(o)).collect::<Vec<_>>())
        };
        Self {
            group: group.to_owned(),
            head: head.to_owned(),
            tasks: all.len(),
            accuracy: some(|o| Some(o.quality.accuracy)),
            worst_class: some(|o| Some(o.quality.worst_class)),
            ece: ece(all.iter().copied()),
            nll: some(|o| Some(o.quality.nll)),
            coverage: some(|o| Some(o.quality.coverage)),
            set_size: some(|o| Some(o.quality.set_size)),
            refused: some(|o| Some(o.quality.refused)),
            refused_unknown: some(|o| o.strangers.refused_unknown),
            auroc_unknown: some(|o| o.strangers.auroc_unknown),
            estimate_off: some(|o| Some((o.estimate?.value - o.quality.accuracy).abs())),
            interval_holds: some(|o| {
                let estimate = o.estimate?;
                let holds = (estimate.low..=estimate.high).contains(&o.quality.accuracy);
                Some(f64::from(holds))
            }),
        }
    }
}

/// Expected calibration error of all answers together.
pub fn ece<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> f64 {
    let mut bins = vec![Bin::default(); BINS];
    for outcome in outcomes {
        for (bin, more) in bins.iter_mut().zip(&outcome.quality.reliability) {
            bin.add(more);
        }
    }
    metrics::ece(&bins)
}

/// Tasks that figures are given for together.
struct Group {
    name: String,
    holds: Box<dyn Fn(&Kind) -> bool>,
}

impl Group {
    fn new(name: impl Into<String>, holds: impl Fn(&Kind) -> bool + 'static) -> Self {
        Self {
            name: name.into(),
            holds: Box::new(holds),
        }
    }
}

/// By number of examples, where these are equal; by number of classes; by names; by whether the numbers of examples are
/// equal; by data set where there are several; and all tasks.
fn groups(kinds: &Kinds, datasets: &[Dataset]) -> Vec<Group> {
    let equal = |kind: &Kind| kind.every_second.is_none();
    let mut all = Vec::new();
    for shots in &kinds.shots {
        let name = format!("{} a class", count(shots, "photo"));
        let shots = shots.clone();
        all.push(Group::new(name, move |kind| {
            equal(kind) && shots.contains(&kind.shots)
        }));
    }
    for classes in &kinds.classes {
        let name = count(classes, "class");
        let classes = classes.clone();
        all.push(Group::new(name, move |kind| {
            classes.contains(&kind.classes)
        }));
    }
    for (name, names) in [
        ("names known", Names::Known),
        ("names half known", Names::Half),
        ("names unknown", Names::None),
    ] {
        all.push(Group::new(name, move |kind| kind.names == Some(names)));
    }
    all.push(Group::new("equal numbers", equal));
    all.push(Group::new("unequal numbers", move |kind| !equal(kind)));
    for dataset in datasets.iter().filter(|_| datasets.len() > 1) {
        let name = dataset.name.clone();
        all.push(Group::new(name.clone(), move |kind| kind.dataset == name));
    }
    all.push(Group::new("all tasks", |_| true));
    all
}

/// `1 photo`, `2 to 3 photos`, `7 to 10 classes`.
fn count(numbers: &RangeInclusive<usize>, word: &str) -> String {
    let plural = if word.ends_with('s') { "es" } else { "s" };
    match (numbers.start(), numbers.end()) {
        (1, 1) => format!("1 {word}"),
        (from, to) if from == to => format!("{from} {word}{plural}"),
        (from, to) => format!("{from} to {to} {word}{plural}"),
    }
}

/// Summaries of all groups that a task was drawn of, one for each head.
pub fn summaries(outcomes: &[Outcome], kinds: &Kinds, datasets: &[Dataset]) -> Vec<Summary> {
    let mut all = Vec::new();
    for Group { name, holds } in groups(kinds, datasets) {
        let heads = by_head(outcomes.iter().filter(|outcome| holds(&outcome.kind)));
        all.extend(
            heads
                .iter()
                .map(|(head, some)| Summary::of(&name, head, some)),
        );
    }
    all
}

/// The outcomes of each head, in the order of their first appearance.
fn by_head<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Vec<(&'a str, Vec<&'a Outcome>)> {
    let mut heads: Vec<(&str, Vec<&Outcome>)> = Vec::new();
    for outcome in outcomes {
        match heads.iter_mut().find(|(head, _)| *head == outcome.head) {
            Some((_, all)) => all.push(outcome),
            None => heads.push((&outcome.head, vec![outcome])),
        }
    }
    heads
}

/// The default answer against the other head that is right most often on a data set.
#[derive(Debug, Serialize)]
pub struct Against {
    pub group: String,
    /// The other head; nothing where it is each data set's own.
    pub head: Option<String>,
    /// How much more often the default answer is right, over the tasks.
    pub accuracy: Option<Mean>,
}

/// One comparison a data set, and one of all tasks where there are several. A head takes part where it has an answer for
/// every task. It is chosen by these very tasks, which favours it.
pub fn against(outcomes: &[Outcome], datasets: &[Dataset]) -> Vec<Against> {
    let default = HeadSpec::Fused(Fused::default());
    let (mut rows, mut all) = (Vec::new(), Vec::new());
    for Dataset { name, .. } in datasets {
        let heads = by_head(outcomes.iter().filter(|o| o.kind.dataset == *name));
        let Some((_, ours)) = heads.iter().find(|(head, _)| *head == default.name()) else {
            continue;
        };
        let sum = |all: &[&Outcome]| all.iter().map(|o| o.quality.accuracy).sum::<f64>();
        let others = heads
            .iter()
            .filter(|(head, some)| *head != default.name() && some.len() == ours.len());
        let Some((head, theirs)) = others.max_by(|a, b| sum(&a.1).total_cmp(&sum(&b.1))) else {
            continue;
        };
        let pairs = ours.iter().zip(theirs);
        let more: Vec<f64> = pairs
            .map(|(a, b)| a.quality.accuracy - b.quality.accuracy)
            .collect();
        rows.push(Against {
            group: name.clone(),
            head: Some((*head).to_owned()),
            accuracy: Mean::of(&more),
        });
        all.extend(more);
    }
    if rows.len() > 1 {
        rows.push(Against {
            group: "all tasks".to_owned(),
            head: None,
            accuracy: Mean::of(&all),
        });
    }
    rows
}

#[cfg(test)]
#[path = "summaries_tests.rs"]
mod tests;
