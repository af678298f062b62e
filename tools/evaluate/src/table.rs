//! The results as a table to read: mean and standard deviation over the seeds.

use crate::metrics::{deviation, mean};
use crate::report::{Report, Row};
use crate::research;
use crate::summaries::{Against, Mean, Summary};
use std::fmt::Write;

/// A figure's heading, where it stands in a row, and the digits after the point that it is given with.
type Column = (&'static str, fn(&Row) -> Option<f64>, usize);

const COLUMNS: [Column; 12] = [
    (
        "accuracy %",
        |r| Some(100.0 * r.figures.quality.accuracy),
        1,
    ),
    ("recall %", |r| Some(100.0 * r.figures.macro_recall), 1),
    ("ECE %", |r| Some(100.0 * r.figures.ece), 1),
    ("NLL", |r| Some(r.figures.quality.nll), 3),
    (
        "coverage %",
        |r| Some(100.0 * r.figures.quality.coverage),
        1,
    ),
    ("set size", |r| Some(r.figures.quality.set_size), 2),
    ("refused %", |r| Some(100.0 * r.figures.quality.refused), 1),
    (
        "unknown refused %",
        |r| {
            r.figures
                .strangers
                .refused_unknown
                .map(|share| 100.0 * share)
        },
        1,
    ),
    ("unknown AUROC", |r| r.figures.strangers.auroc_unknown, 3),
    ("by 1 - p", |r| r.figures.strangers.auroc_msp, 3),
    ("fit ms", |r| Some(r.figures.fit_ms), 1),
    ("predict us", |r| Some(r.figures.predict_us), 1),
];

type TaskColumn = (&'static str, fn(&Summary) -> String);

/// What the answers to small tasks are worth.
const ANSWERS: [TaskColumn; 7] = [
    ("tasks", |s| s.tasks.to_string()),
    ("accuracy %", |s| within(&s.accuracy, 100.0, 2)),
    ("worst class %", |s| within(&s.worst_class, 100.0, 2)),
    ("ECE %", |s| format!("{:.2}", 100.0 * s.ece)),
    ("NLL", |s| within(&s.nll, 1.0, 3)),
    ("coverage %", |s| within(&s.coverage, 100.0, 2)),
    ("set size", |s| within(&s.set_size, 1.0, 2)),
];

/// How many photos are taken to show no class, in all tasks and in those that have strangers; and how good the accuracy is that
/// the examples let expect, in the tasks that have such an estimate.
const DOUBTS: [TaskColumn; 7] = [
    ("known %", |s| within(&s.refused, 100.0, 2)),
    ("tasks", |s| tasks(&s.refused_unknown)),
    ("strangers %", |s| within(&s.refused_unknown, 100.0, 2)),
    ("AUROC", |s| within(&s.auroc_unknown, 1.0, 3)),
    ("tasks", |s| tasks(&s.estimate_off)),
    ("off by %", |s| within(&s.estimate_off, 100.0, 2)),
    ("in interval %", |s| within(&s.interval_holds, 100.0, 2)),
];

/// What stands where there is no figure.
const NOTHING: &str = "–";

/// A mean with its standard error.
fn within(value: &Option<Mean>, factor: f64, digits: usize) -> String {
    value.as_ref().map_or_else(
        || NOTHING.to_owned(),
        |Mean { mean, error, .. }| {
            format!("{:.digits$} ± {:.digits$}", factor * mean, factor * error)
        },
    )
}

/// The same of a difference, with its sign.
pub fn signed(value: &Option<Mean>, factor: f64, digits: usize) -> String {
    value.as_ref().map_or_else(
        || NOTHING.to_owned(),
        |Mean { mean, error, .. }| {
            format!("{:+.digits$} ± {:.digits$}", factor * mean, factor * error)
        },
    )
}

/// Number of the tasks that have a figure.
fn tasks(value: &Option<Mean>) -> String {
    value.as_ref().map_or(0, |mean| mean.tasks).to_string()
}

/// The tables of all rows: one for each number of shots, one for the streams.
pub fn print(report: &Report) -> String {
    let mut text = String::new();
    for block in report.rows.chunk_by(|a, b| a.shots == b.shots) {
        let first = &block[0];
        let title = format!("{}, {} a class", first.dataset, first.shots);
        let columns = COLUMNS.iter().map(|&(name, value, digits)| {
            let cell = move |rows: &[&Row]| {
                let values: Vec<f64> = rows.iter().filter_map(|row| value(row)).collect();
                spread(&values, digits)
            };
            (name, cell)
        });
        write_table(&mut text, &title, block, |row| &row.head, columns);
    }
    if let Some(first) = report.stream.first() {
        let title = format!("{}, classes arriving in tasks", first.dataset);
        let share = |value: fn(&crate::stream::Outcome) -> f64| {
            move |rows: &[&crate::stream::Outcome]| {
                let values: Vec<f64> = rows.iter().map(|row| 100.0 * value(row)).collect();
                spread(&values, 1)
            }
        };
        let columns = [
            ("accuracy %", share(|r| r.accuracy)),
            ("forgetting %", share(|r| r.forgetting)),
        ];
        write_table(&mut text, &title, &report.stream, |row| row.head, columns);
    }
    text
}

/// The tables of small tasks: mean and standard error over the tasks of each group, a line for each head; and the default
/// answer against the best of the others.
pub fn print_tasks(summaries: &[Summary], against: &[Against]) -> String {
    let mut text = String::new();
    for (title, columns) in [("answers", &ANSWERS), ("refused, expected", &DOUBTS)] {
        let mut groups = vec![title.to_owned()];
        let mut heads = vec!["head".to_owned()];
        for block in summaries.chunk_by(|a, b| a.group == b.group) {
            groups.push(block[0].group.clone());
            groups.resize(groups.len() + block.len() - 1, String::new());
            heads.extend(block.iter().map(|row| row.head.clone()));
        }
        let mut all = vec![groups, heads];
        for (name, value) in columns {
            let cells = summaries.iter().map(value);
            all.push(std::iter::once((*name).to_owned()).chain(cells).collect());
        }
        write_columns(&mut text, all);
    }
    if !against.is_empty() {
        let column = |name: &str, value: fn(&Against) -> String| -> Vec<String> {
            let cells = against.iter().map(value);
            std::iter::once(name.to_owned()).chain(cells).collect()
        };
        let best = |row: &Against| row.head.clone().unwrap_or_else(|| NOTHING.to_owned());
        let columns = vec![
            column("default answer", |row| row.group.clone()),
            column("best other head", best),
            column("tasks", |row| tasks(&row.accuracy)),
            column("more accurate by %", |row| signed(&row.accuracy, 100.0, 2)),
        ];
        write_columns(&mut text, columns);
    }
    text
}

type ResearchColumn = (&'static str, fn(&research::Outcome) -> f64, usize);

const RESEARCH_COLUMNS: [ResearchColumn; 3] = [
    ("accuracy %", |r| 100.0 * r.accuracy, 1),
    ("NLL", |r| r.nll, 3),
    ("fit ms", |r| r.fit_ms, 1),
];

/// The tables of variants, one for each number of shots.
pub fn print_research(outcomes: &[research::Outcome]) -> String {
    let mut text = String::new();
    for block in outcomes.chunk_by(|a, b| a.shots == b.shots) {
        let title = format!("{}, {} a class", block[0].dataset, block[0].shots);
        let columns = RESEARCH_COLUMNS.iter().map(|&(name, value, digits)| {
            let cell = move |rows: &[&research::Outcome]| {
                let values: Vec<f64> = rows.iter().map(|row| value(row)).collect();
                spread(&values, digits)
            };
            (name, cell)
        });
        write_table(&mut text, &title, block, |row| row.variant, columns);
    }
    text
}

/// Mean and standard deviation, or a dash where there is no value.
fn spread(values: &[f64], digits: usize) -> String {
    match (mean(values), deviation(values)) {
        (Some(mean), Some(deviation)) => format!("{mean:.digits$} ± {deviation:.digits$}"),
        _ => NOTHING.into(),
    }
}

/// One line a head, in the order of their first appearance.
fn write_table<'a, T>(
    text: &mut String,
    title: &str,
    rows: &'a [T],
    head: impl Fn(&T) -> &str,
    columns: impl IntoIterator<Item = (&'static str, impl Fn(&[&'a T]) -> String)>,
) {
    let mut heads: Vec<&str> = Vec::new();
    for row in rows {
        if !heads.contains(&head(row)) {
            heads.push(head(row));
        }
    }
    let of = |name: &str| -> Vec<&T> { rows.iter().filter(|row| head(row) == name).collect() };
    let titles = std::iter::once(title).chain(heads.iter().copied());
    let mut all = vec![titles.map(str::to_owned).collect()];
    for (name, cell) in columns {
        let cells = heads.iter().map(|head| cell(&of(head)));
        all.push(std::iter::once(name.to_owned()).chain(cells).collect());
    }
    write_columns(text, all);
}

/// Columns of cells side by side, each as wide as its widest, and an empty line.
fn write_columns(text: &mut String, columns: Vec<Vec<String>>) {
    let mut lines = vec![String::new(); columns[0].len()];
    for cells in columns {
        let width = cells.iter().map(|cell| cell.chars().count()).max();
        for (line, cell) in lines.iter_mut().zip(cells) {
            let _ = write!(line, "{cell:<0$}  ", width.unwrap_or(0));
        }
    }
    for line in lines {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push('\n');
}
