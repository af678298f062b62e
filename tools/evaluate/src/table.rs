//! The results as a table to read: mean and standard deviation over the seeds.

use crate::metrics::{deviation, mean};
use crate::report::{Report, Row};
use crate::research;
use crate::tasks::{Mean, Summary};
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
    ("refused %", |r| Some(100.0 * r.figures.refused), 1),
    (
        "unknown refused %",
        |r| r.figures.refused_unknown.map(|share| 100.0 * share),
        1,
    ),
    ("unknown AUROC", |r| r.figures.auroc_unknown, 3),
    ("by 1 - p", |r| r.figures.auroc_msp, 3),
    ("fit ms", |r| Some(r.figures.fit_ms), 1),
    ("predict us", |r| Some(r.figures.predict_us), 1),
];

type TaskColumn = (&'static str, fn(&Summary) -> String);

const TASK_COLUMNS: [TaskColumn; 6] = [
    ("tasks", |s| s.tasks.to_string()),
    ("accuracy %", |s| within(&s.accuracy, 100.0, 2)),
    ("ECE %", |s| format!("{:.2}", 100.0 * s.ece)),
    ("NLL", |s| within(&s.nll, 1.0, 4)),
    ("coverage %", |s| within(&s.coverage, 100.0, 2)),
    ("set size", |s| within(&s.set_size, 1.0, 3)),
];

/// A mean with its standard error.
fn within(value: &Mean, factor: f64, digits: usize) -> String {
    let (mean, error) = (factor * value.mean, factor * value.error);
    format!("{mean:.digits$} ± {error:.digits$}")
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

/// The table of tasks, group by group: mean and standard error over the tasks.
pub fn print_tasks(summaries: &[Summary]) -> String {
    let mut text = String::new();
    for block in summaries.chunk_by(|a, b| a.group == b.group) {
        let columns = TASK_COLUMNS.iter().map(|&(name, value)| {
            let cell = move |rows: &[&Summary]| rows.iter().map(|row| value(row)).collect();
            (name, cell)
        });
        write_table(&mut text, &block[0].group, block, |row| &row.head, columns);
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
        _ => "–".into(),
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
    let mut lines: Vec<String> = std::iter::once(title)
        .chain(heads.iter().copied())
        .map(str::to_owned)
        .collect();
    pad(&mut lines);
    for (name, cell) in columns {
        let mut cells = vec![name.to_owned()];
        cells.extend(heads.iter().map(|head| cell(&of(head))));
        pad(&mut cells);
        for (line, cell) in lines.iter_mut().zip(cells) {
            let _ = write!(line, "  {cell}");
        }
    }
    for line in lines {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text.push('\n');
}

/// Fills all cells of a column to its width.
fn pad(cells: &mut [String]) {
    let width = cells.iter().map(|cell| cell.chars().count()).max();
    for cell in cells {
        *cell = format!("{cell:<0$}", width.unwrap_or(0));
    }
}
