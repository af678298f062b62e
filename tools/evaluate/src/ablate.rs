//! What the default answer would do with other numbers in the place of those that were measured.

use crate::dataset::Dataset;
use crate::draw::Changes;
use crate::summaries::{Mean, ece};
use crate::table::signed;
use crate::tasks::{self, Kinds, Outcome};
use anyhow::{Context, Result, bail};
use handful::heads::{Fused, HeadSpec};
use handful::{Measured, Together};
use serde::Serialize;
use std::fmt::Write;

/// One number and what is tried in its place.
#[derive(Clone)]
pub struct Ablation {
    measured: &'static Measured,
    others: Vec<f64>,
}

/// `NAME=a,b,c`; `NAME`, for half of it and twice; `all`, for that of each but those of photos that are asked about together.
///
/// # Errors
/// A sentence for a name that no number has, and for what is no number above zero.
pub fn parse(word: &str) -> Result<Vec<Ablation>, String> {
    let all = Fused::measured();
    let of_together = Together::measured();
    let usual = |measured: &'static Measured| {
        let (half, twice) = (measured.chosen() / 2.0, measured.chosen() * 2.0);
        // Some can only be whole.
        let half = if half > 1.0 { half.ceil() } else { half };
        Ablation {
            measured,
            others: vec![half, twice],
        }
    };
    if word == "all" {
        return Ok(all.into_iter().map(usual).collect());
    }
    let (name, list) = word
        .split_once('=')
        .map_or((word, None), |(name, list)| (name, Some(list)));
    let both = || all.into_iter().chain(of_together);
    let Some(measured) = both().find(|measured| measured.name() == name) else {
        let names: Vec<&str> = both().map(|measured| measured.name()).collect();
        return Err(format!(
            "no number is called {name}; there are {}",
            names.join(", ")
        ));
    };
    let Some(list) = list else {
        return Ok(vec![usual(measured)]);
    };
    let number = |word: &str| match word.parse() {
        Ok(number) if number > 0.0 && f64::is_finite(number) => Ok(number),
        _ => Err(format!("{word:?} is no number above zero")),
    };
    let others = list.split(',').map(number).collect::<Result<_, _>>()?;
    Ok(vec![Ablation { measured, others }])
}

/// A number that was tried, and by how much the figures are above those of the chosen one, task by task.
#[derive(Debug, Serialize)]
pub struct Tried {
    name: &'static str,
    chosen: f64,
    tried: f64,
    accuracy: Option<Mean>,
    /// Of the tasks with one example a class.
    at_one: Option<Mean>,
    nll: Option<Mean>,
    ece: f64,
}

/// The mean difference of a figure over pairs of the same task.
fn difference(pairs: &[(&Outcome, &Outcome)], figure: impl Fn(&Outcome) -> f64) -> Option<Mean> {
    let values: Vec<f64> = pairs.iter().map(|(a, b)| figure(a) - figure(b)).collect();
    Mean::of(&values)
}

/// Tries each number on the same tasks.
///
/// # Errors
/// Those of [`tasks::run`].
pub fn run(
    ablations: &[Ablation],
    datasets: &[Dataset],
    changes: &Changes,
    kinds: &Kinds,
    number: u64,
) -> Result<Vec<Tried>> {
    let fused = [HeadSpec::Fused(Fused::default())];
    let ask = || -> Result<Vec<Outcome>> {
        let mut outcomes = tasks::run(datasets, changes, kinds, number, &fused)?;
        outcomes.retain(|outcome| Some(&outcome.asked) == kinds.asked().last());
        Ok(outcomes)
    };
    let usual = ask()?;
    let mut rows = Vec::new();
    for Ablation { measured, others } in ablations {
        for &other in others {
            measured.try_out(Some(other));
            let found = ask();
            measured.try_out(None);
            let found = found.with_context(|| format!("{} = {other}", measured.name()))?;
            if found.len() != usual.len() {
                bail!(
                    "{} = {other}: not every task has an answer",
                    measured.name()
                );
            }
            let pairs: Vec<_> = found.iter().zip(&usual).collect();
            let one: Vec<_> = pairs
                .iter()
                .copied()
                .filter(|(o, _)| o.kind.shots == 1 && o.kind.every_second.is_none())
                .collect();
            rows.push(Tried {
                name: measured.name(),
                chosen: measured.chosen(),
                tried: other,
                accuracy: difference(&pairs, |o| o.quality.accuracy),
                at_one: difference(&one, |o| o.quality.accuracy),
                nll: difference(&pairs, |o| o.quality.nll),
                ece: ece(&found) - ece(&usual),
            });
        }
    }
    Ok(rows)
}

/// As a table in Markdown.
pub fn print(rows: &[Tried]) -> String {
    let mut text = String::from(
        "| number | chosen | tried | accuracy, points | at one photo | calibration error, points | NLL |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for row in rows {
        let (name, chosen, tried) = (row.name, row.chosen, row.tried);
        let accuracy = signed(&row.accuracy, 100.0, 2);
        let (one, nll) = (signed(&row.at_one, 100.0, 2), signed(&row.nll, 1.0, 4));
        let ece = 100.0 * row.ece;
        writeln!(
            text,
            "| `{name}` | {chosen} | {tried} | {accuracy} | {one} | {ece:+.2} | {nll} |"
        )
        .expect("a string takes everything");
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_is_named_by_a_word() {
        let [knee] = &parse("discriminant.KNEE=0.1,3").unwrap()[..] else {
            panic!("one number was named");
        };
        assert_eq!(
            (knee.measured.name(), &knee.others[..]),
            ("discriminant.KNEE", &[0.1, 3.0][..])
        );
        assert_eq!(parse("all").unwrap().len(), Fused::measured().len());
        let [ridge] = &parse("kernel.RIDGE").unwrap()[..] else {
            panic!("one number was named");
        };
        assert_eq!(ridge.others, [0.1, 0.4]);
        for word in [
            "knee",
            "kernel.RIDGE=",
            "kernel.RIDGE=0",
            "kernel.RIDGE=x",
            "kernel.RIDGE=inf",
        ] {
            assert!(parse(word).is_err(), "{word}");
        }
    }
}
