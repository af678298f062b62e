//! Zero-shot recognition: cosine between the embedding of a photo and the text of each class.
//!
//! Source: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021,
//! arXiv:2103.00020, section 3.1. What stands in for a missing text is ours.

use super::linear::{FittedLinear, Linear};
use super::pseudo::{Directions, mean, unit};
use super::{Head, Recipe, ScoresBy, recipe::recipe};
use crate::Result;
use crate::task::Task;
use ndarray::{Array1, Array2, s};
use serde::{Deserialize, Serialize};

/// What stands in for the text of a class that has examples but no text, where other classes have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum MissingText {
    /// The mean score of the classes that have a text: text speaks neither for nor against the class.
    #[default]
    Mean,
    /// The mean embedding of the class, moved from where photos lie to where texts lie; the mean score where fewer than
    /// two classes have text and examples.
    Prototype,
    /// Nothing: the class cannot be scored.
    Exclude,
}

recipe! {
    /// Scores a query by `logit_scale` times its cosine with the text row of each class.
    ///
    /// # Shapes
    /// Query: the `clip` columns `(d,)` of a unit row; texts `(C, d)`, unit length or absent.
    /// # Units
    /// Logits in `[-logit_scale, logit_scale]`; `-inf` for a class without text and examples, and for all without any text.
    /// # Errors
    /// [`crate::Error::Parameter`].
    #[serde(deny_unknown_fields)]
    ZeroShot "zero_shot" {
        /// What the cosine is multiplied by; none: the scale of the `clip` stream.
        logit_scale: Option<f64> = None, 1e-6 to 1e6;
        /// What stands in for the text of a class with examples.
        missing_text: MissingText = MissingText::Mean;
    }
}

impl Head for ZeroShot {
    type Fitted = FittedLinear;
    const IS_ASKED: bool = true;

    fn scores_by(&self) -> ScoresBy {
        ScoresBy::Text
    }

    fn fit(&self, task: &Task) -> Result<FittedLinear> {
        self.check()?;
        let scale = (self.logit_scale).unwrap_or_else(|| task.streams().text_scale());
        let clip = task.streams().clip().unwrap_or(0..0);
        let mut weights = Array2::zeros((task.n_classes(), task.streams().width()));
        let mut bias = Array1::from_elem(task.n_classes(), f64::NEG_INFINITY);
        for (c, row) in self.text_rows(task).into_iter().enumerate() {
            if let Some(row) = row {
                bias[c] = 0.0;
                weights
                    .slice_mut(s![c, clip.clone()])
                    .assign(&(row * scale));
            }
        }
        Ok(FittedLinear {
            linear: Linear::new(&weights, &bias),
            temperature: 1.0,
        })
    }
}

impl ZeroShot {
    /// The row that each class is compared with, where there is one.
    fn text_rows(&self, task: &Task) -> Vec<Option<Array1<f64>>> {
        let texts = task.text().iter();
        let mut rows: Vec<_> = texts
            .map(|row| Some(row.as_ref()?.mapv(f64::from)))
            .collect();
        let directions = match self.missing_text {
            MissingText::Mean => None,
            MissingText::Prototype => Directions::of(task),
            MissingText::Exclude => return rows,
        };
        let mean = mean(rows.iter().flatten().cloned().collect());
        for ((c, row), n) in rows.iter_mut().enumerate().zip(task.counts()) {
            if row.is_none() && n > 0 {
                *row = match &directions {
                    Some(known) => Some(unit(&known.means.row(c) - &known.shift)),
                    None => mean.clone(),
                };
            }
        }
        rows
    }
}

/// The scores of a [`ZeroShot`], where any class has a text; without, this number for each class that has examples.
pub(super) fn text_or(otherwise: f64, zero_shot: ZeroShot, task: &Task) -> Result<Linear> {
    if task.has_text() {
        return Ok(zero_shot.fit(task)?.linear);
    }
    let mut scores = Array1::from_elem(task.n_classes(), f64::NEG_INFINITY);
    task.used().into_iter().for_each(|c| scores[c] = otherwise);
    let weights = Array2::zeros((task.n_classes(), task.streams().width()));
    Ok(Linear::new(&weights, &scores))
}
