//! Zero-shot recognition: cosine between the image and the text of each class.
//!
//! Source: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021,
//! arXiv:2103.00020, section 3.1. What stands in for a missing text is ours.

use super::{FittedHead, Head, Linear, Query, Scratch, check_factor};
use crate::Result;
use crate::task::Task;
use ndarray::{Array1, Array2, Axis, s};
use serde::{Deserialize, Serialize};

/// What stands in for the text of a class that has examples but no text, where other classes have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingText {
    /// The mean score of the classes that have a text: text speaks neither for nor against the class.
    #[default]
    Mean,
    /// The mean image of the class, moved from where images lie to where texts lie; the mean score where fewer than
    /// two classes have text and examples.
    Prototype,
    /// Nothing: the class cannot be scored.
    Exclude,
}

/// Scores a query by `logit_scale` times its cosine with the text row of each class.
///
/// # Shapes
/// Query: the `clip` columns `(d,)` of a unit row; texts `(C, d)`, unit length or absent.
/// # Units
/// Logits in `[-logit_scale, logit_scale]`; `-inf` for a class without text and examples, and for all without any text.
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `logit_scale` | none | 1e-6 to 1e6 | what the cosine is multiplied by; none: the scale of the `clip` stream |
/// | `missing_text` | mean | mean, prototype, exclude | stands in for the text of a class with examples |
/// # Errors
/// [`crate::Error::Parameter`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ZeroShot {
    /// What the cosine is multiplied by; nothing for the scale of the `clip` stream.
    pub logit_scale: Option<f64>,
    /// What stands in for the text of a class with examples.
    pub missing_text: MissingText,
}

impl Head for ZeroShot {
    type Fitted = FittedZeroShot;
    const NAME: &'static str = "zero_shot";

    fn check(&self) -> Result<()> {
        check_factor("zero_shot.logit_scale", self.logit_scale.unwrap_or(1.0))
    }

    fn fit(&self, task: &Task) -> Result<FittedZeroShot> {
        self.check()?;
        let scale = (self.logit_scale).unwrap_or_else(|| task.streams().text_scale());
        let classes = task.n_classes();
        let mut weights = Array2::zeros((classes, task.streams().width()));
        let mut bias = Array1::from_elem(classes, f64::NEG_INFINITY);
        if let Some(clip) = task.streams().clip() {
            let rows = self.text_rows(task);
            for (c, row) in rows.iter().enumerate() {
                if let Some(row) = row {
                    bias[c] = 0.0;
                    weights
                        .slice_mut(s![c, clip.clone()])
                        .assign(&(row * scale));
                }
            }
        }
        Ok(FittedZeroShot(Linear::new(&weights, &bias)))
    }
}

impl ZeroShot {
    /// The row that each class is compared with, where there is one.
    fn text_rows(&self, task: &Task) -> Vec<Option<Array1<f64>>> {
        let mut rows: Vec<Option<Array1<f64>>> = task
            .text()
            .iter()
            .map(|row| row.as_ref().map(|row| row.mapv(f64::from)))
            .collect();
        let Some(mean_text) = mean(rows.iter().flatten()) else {
            return rows;
        };
        let counts = task.counts();
        let missing: Vec<usize> = (0..rows.len())
            .filter(|&c| rows[c].is_none() && counts[c] > 0)
            .collect();
        if self.missing_text == MissingText::Exclude || missing.is_empty() {
            return rows;
        }
        let prototypes = class_directions(task);
        let paired: Vec<usize> = (0..rows.len())
            .filter(|&c| rows[c].is_some() && counts[c] > 0)
            .collect();
        let shift = if self.missing_text == MissingText::Prototype && paired.len() >= 2 {
            let text = mean(paired.iter().filter_map(|&c| rows[c].as_ref()));
            let image = mean(paired.iter().map(|&c| &prototypes[c]));
            text.zip(image).map(|(text, image)| text - image)
        } else {
            None
        };
        for c in missing {
            rows[c] = Some(match &shift {
                Some(shift) => unit(&prototypes[c] + shift),
                None => mean_text.clone(),
            });
        }
        rows
    }
}

pub(super) fn mean<'a>(rows: impl Iterator<Item = &'a Array1<f64>>) -> Option<Array1<f64>> {
    let mut n = 0.0;
    let sum = rows.fold(None, |sum: Option<Array1<f64>>, row| {
        n += 1.0;
        Some(sum.map_or_else(|| row.clone(), |sum| sum + row))
    })?;
    Some(sum / n)
}

pub(super) fn unit(row: Array1<f64>) -> Array1<f64> {
    let length = row.dot(&row).sqrt().max(f64::MIN_POSITIVE);
    row / length
}

/// The direction of the mean `clip` features of each class; zero where it has no example.
pub(super) fn class_directions(task: &Task) -> Vec<Array1<f64>> {
    let clip = task.streams().clip().unwrap_or(0..0);
    let features = task.features();
    let mut sums = vec![Array1::zeros(clip.len()); task.n_classes()];
    for (row, &label) in features
        .slice(s![.., clip])
        .axis_iter(Axis(0))
        .zip(task.labels())
    {
        sums[label].zip_mut_with(&row, |sum, &v| *sum += f64::from(v));
    }
    sums.into_iter().map(unit).collect()
}

/// The texts that queries are compared with, as weights.
#[derive(Debug, Clone)]
pub struct FittedZeroShot(pub(super) Linear);

impl FittedHead for FittedZeroShot {
    fn n_classes(&self) -> usize {
        self.0.n_classes()
    }

    fn scores_into(&self, query: Query<'_>, _scratch: &mut Scratch, out: &mut [f32]) {
        self.0.scores_into(query, out);
    }

    fn prior_temperature(&self) -> f64 {
        1.0
    }

    fn linear(&self) -> Option<&Linear> {
        Some(&self.0)
    }
}
