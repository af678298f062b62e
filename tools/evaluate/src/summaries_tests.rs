//! Groups, means and comparisons of tasks whose figures are given.

use super::*;
use crate::dataset::Rows;
use crate::measure::{Quality, Strangers};
use crate::tasks::Asked;
use handful::validation::Estimate;
use handful::{Stream, Streams};
use ndarray::Array2;

/// A task of two classes, whose only answer is as confident as this.
fn outcome(head: &str, shots: usize, accuracy: f64, confidence: f64) -> Outcome {
    Outcome {
        task: 0,
        kind: Kind {
            dataset: "set".into(),
            classes: 2,
            shots,
            every_second: None,
            names: None,
        },
        head: head.to_owned(),
        asked: Asked::Alone,
        quality: Quality {
            accuracy,
            worst_class: accuracy / 2.0,
            nll: 1.0,
            coverage: 1.0,
            set_size: 2.0,
            refused: 0.0,
            reliability: metrics::reliability(&[confidence], &[accuracy > 0.5]),
        },
        strangers: Strangers::default(),
        estimate: None,
    }
}

fn with(mut outcome: Outcome, change: impl Fn(&mut Kind)) -> Outcome {
    change(&mut outcome.kind);
    outcome
}

fn dataset(name: &str) -> Dataset {
    Dataset {
        name: name.into(),
        classes: Vec::new(),
        streams: Streams::new(vec![Stream::new("net", 1)]).unwrap(),
        text: Vec::new(),
        pool: Rows {
            features: Array2::zeros((0, 1)),
            labels: Vec::new(),
        },
        queries: None,
    }
}

fn usual() -> Kinds {
    Kinds::new(None, None, vec![Names::Known])
}

/// Groups with the number of tasks in each.
fn sizes(outcomes: &[Outcome], kinds: &Kinds, datasets: &[Dataset]) -> Vec<(String, usize)> {
    let all = summaries(outcomes, kinds, datasets);
    all.into_iter().map(|s| (s.group, s.tasks)).collect()
}

#[test]
fn summaries_give_the_standard_error_and_pool_the_answers() {
    let outcomes = [
        outcome("fused", 1, 1.0, 0.52),
        outcome("prototype", 1, 1.0, 0.9),
        outcome("fused", 3, 0.0, 0.52),
    ];
    let all = summaries(&outcomes, &usual(), &[]);
    let names: Vec<_> = all
        .iter()
        .map(|s| (s.group.as_str(), s.head.as_str()))
        .collect();
    assert_eq!(
        names[..3],
        [
            ("1 photo a class", "fused"),
            ("1 photo a class", "prototype"),
            ("2 to 3 photos a class", "fused"),
        ]
    );
    assert_eq!(
        names[names.len() - 2..],
        [("all tasks", "fused"), ("all tasks", "prototype")]
    );
    let fused = &all[all.len() - 2];
    let accuracy = fused.accuracy.as_ref().unwrap();
    assert_eq!((fused.tasks, accuracy.tasks, accuracy.mean), (2, 2, 0.5));
    // Deviation sqrt(1/2) of two tasks.
    assert!((accuracy.error - 0.5).abs() < 1e-12);
    assert_eq!(fused.worst_class.as_ref().unwrap().mean, 0.25);
    // One of the two answers of 52 % is right: alone each is off by 48 or 52 points, together by 2.
    assert!((fused.ece - 0.02).abs() < 1e-12, "{}", fused.ece);
    let size = fused.set_size.as_ref().unwrap();
    assert_eq!((size.mean, size.error), (2.0, 0.0));
    assert!(fused.estimate_off.is_none() && fused.auroc_unknown.is_none());
}

#[test]
fn a_task_counts_in_every_group_that_it_belongs_to() {
    let one = || outcome("fused", 1, 1.0, 0.9);
    let outcomes = [
        with(one(), |kind| kind.names = Some(Names::Half)),
        with(one(), |kind| kind.every_second = Some(4)),
        with(one(), |kind| kind.classes = 8),
        with(one(), |kind| kind.dataset = "other".into()),
    ];
    let named = |name: &str, tasks| (name.to_owned(), tasks);
    // A class with four photos has not one, so the second task is none of the first group.
    let common = [
        named("1 photo a class", 3),
        named("2 to 3 classes", 3),
        named("7 to 10 classes", 1),
        named("names half known", 1),
        named("equal numbers", 3),
        named("unequal numbers", 1),
    ];
    let all = named("all tasks", 4);
    assert_eq!(
        sizes(&outcomes, &usual(), &[dataset("set")]),
        [&common[..], std::slice::from_ref(&all)].concat()
    );
    assert_eq!(
        sizes(&outcomes, &usual(), &[dataset("set"), dataset("other")]),
        [&common[..], &[named("set", 3), named("other", 1), all]].concat()
    );
    let stated = Kinds::new(Some(vec![2]), Some(vec![1, 4]), vec![Names::Known]);
    let groups = sizes(&outcomes, &stated, &[]);
    assert_eq!(
        groups[..2],
        [named("1 photo a class", 3), named("2 classes", 3)]
    );
}

#[test]
fn figures_that_some_tasks_lack_are_means_over_the_others() {
    let estimated = |right: usize, n: usize, accuracy: f64| Outcome {
        estimate: Estimate::wilson(right, n),
        ..outcome("fused", 1, accuracy, 0.9)
    };
    let strange = Outcome {
        strangers: Strangers {
            refused_unknown: Some(0.25),
            auroc_unknown: Some(0.75),
            auroc_msp: None,
        },
        ..outcome("fused", 1, 1.0, 0.9)
    };
    // Nine of ten, 0.596 to 0.982: off by 0, 0.4 and 0.1, of which the second lies outside.
    let outcomes = [
        estimated(9, 10, 0.9),
        estimated(9, 10, 0.5),
        estimated(9, 10, 0.8),
        strange,
    ];
    let all = summaries(&outcomes, &usual(), &[]);
    let last = all.last().unwrap();
    let off = last.estimate_off.as_ref().unwrap();
    assert_eq!((last.tasks, off.tasks), (4, 3));
    assert!((off.mean - 0.5 / 3.0).abs() < 1e-12, "{off:?}");
    let holds = last.interval_holds.as_ref().unwrap();
    assert!((holds.mean - 2.0 / 3.0).abs() < 1e-12, "{holds:?}");
    let auroc = last.auroc_unknown.as_ref().unwrap();
    assert_eq!((auroc.mean, auroc.tasks), (0.75, 1));
    assert_eq!(last.refused_unknown.as_ref().unwrap().mean, 0.25);
}

#[test]
fn the_default_answer_meets_the_best_head_of_each_set() {
    let on = |set: &str, head: &str, accuracy: f64| {
        with(outcome(head, 1, accuracy, 0.9), |kind| {
            kind.dataset = set.into()
        })
    };
    let outcomes = [
        on("a", "fused", 0.9),
        on("a", "knn", 0.8),
        on("a", "prototype", 0.9),
        on("a", "fused", 0.7),
        on("a", "knn", 0.8),
        on("a", "prototype", 0.5),
        // One answer to two tasks says nothing of the other.
        on("a", "zero_shot", 1.0),
        on("b", "fused", 0.5),
        on("b", "knn", 0.3),
        on("b", "prototype", 0.4),
    ];
    let rows = against(&outcomes, &[dataset("a"), dataset("b")]);
    let heads: Vec<_> = rows
        .iter()
        .map(|row| (row.group.as_str(), row.head.as_deref()))
        .collect();
    assert_eq!(
        heads,
        [
            ("a", Some("knn")),
            ("b", Some("prototype")),
            ("all tasks", None)
        ]
    );
    let found = |row: &Against| {
        let accuracy = row.accuracy.as_ref().unwrap();
        (accuracy.mean, accuracy.error, accuracy.tasks)
    };
    let near = |(mean, error, tasks): (f64, f64, usize), wanted: (f64, f64, usize)| {
        let close = (mean - wanted.0).abs() < 1e-12 && (error - wanted.1).abs() < 1e-12;
        assert!(close && tasks == wanted.2, "{mean} ± {error} of {tasks}");
    };
    // +0.1 and -0.1 there; +0.1 here; of all three the mean is 1/30, the deviation 0.2 / sqrt(3).
    near(found(&rows[0]), (0.0, 0.1, 2));
    near(found(&rows[1]), (0.1, 0.0, 1));
    near(found(&rows[2]), (0.1 / 3.0, 0.2 / 3.0, 3));

    let alone = [on("a", "fused", 0.9)];
    assert!(against(&alone, &[dataset("a")]).is_empty());
    let without = [on("a", "knn", 0.9), on("a", "prototype", 0.9)];
    assert!(against(&without, &[dataset("a")]).is_empty());
}
