//! Zero-shot recognition: cosine between the image and the text of each class.
//!
//! Source: Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021,
//! arXiv:2103.00020, section 3.1.

use super::{FittedHead, Head, check_at_least, dot};
use crate::Result;
use crate::support::Task;
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Scores a query by `logit_scale` times its cosine with the text row of each class.
///
/// # Shapes
/// Query: the `clip` columns `(d,)` of a unit row; texts `(C, d)`, unit length or absent.
/// # Units
/// Logits in `[-logit_scale, logit_scale]`; a class without text scores `-inf`.
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `logit_scale` | 100 | > 0 | what the cosine is multiplied by; 100 is CLIP's own |
/// # Errors
/// [`crate::Error::Parameter`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ZeroShot {
    /// What the cosine is multiplied by.
    pub logit_scale: f64,
}

impl Default for ZeroShot {
    fn default() -> Self {
        Self { logit_scale: 100.0 }
    }
}

impl Head for ZeroShot {
    type Fitted = FittedZeroShot;
    const NAME: &'static str = "zero_shot";

    fn fit(&self, task: &Task) -> Result<FittedZeroShot> {
        check_at_least(
            "zero_shot.logit_scale",
            self.logit_scale,
            f64::MIN_POSITIVE,
            "> 0",
        )?;
        Ok(FittedZeroShot {
            logit_scale: self.logit_scale,
            columns: task.streams().clip().unwrap_or(0..0),
            text: task
                .text()
                .iter()
                .map(|row| row.as_ref().map(|row| row.to_vec()))
                .collect(),
        })
    }
}

/// The texts that queries are compared with.
#[derive(Debug, Clone)]
pub struct FittedZeroShot {
    logit_scale: f64,
    columns: Range<usize>,
    text: Vec<Option<Vec<f32>>>,
}

impl FittedHead for FittedZeroShot {
    fn n_classes(&self) -> usize {
        self.text.len()
    }

    fn scores_into(&self, query: &[f32], out: &mut [f32]) {
        let image = &query[self.columns.clone()];
        for (out, text) in out.iter_mut().zip(&self.text) {
            *out = text.as_ref().map_or(f32::NEG_INFINITY, |text| {
                (self.logit_scale * dot(image, text.iter().map(|&v| v.into()))) as f32
            });
        }
    }

    fn leave_one_out(&self, task: &Task, examples: &[usize]) -> Array2<f32> {
        // It never learned from the examples, so its scores on them are what they would be without them.
        let mut out = Array2::zeros((examples.len(), self.n_classes()));
        for (mut row, &i) in out.axis_iter_mut(Axis(0)).zip(examples) {
            let query = task.features().row(i).to_vec();
            let scores = row
                .as_slice_mut()
                .expect("rows of a fresh array are contiguous");
            self.scores_into(&query, scores);
        }
        out
    }

    fn prior_temperature(&self) -> f64 {
        1.0
    }
}
