//! Photos that are asked about together.

use super::Classifier;
use super::asking::answer;
use crate::support::{Class, Role};
use crate::{Answer, Result, Together};
use ndarray::Array2;

/// Photos that are asked about together: the set as it was then answers, whatever becomes of it.
pub struct AskedTogether {
    classes: Vec<Class>,
    head: &'static str,
    together: Together,
}

impl AskedTogether {
    /// Works for a few milliseconds; true when all photos are answered.
    pub fn step(&mut self) -> bool {
        self.together.step()
    }

    /// The answers, in order; before the last step, those of the photos that were answered, each alone.
    ///
    /// # Errors
    /// [`crate::Error::NotEnoughExamples`] where the head can score fewer than two classes.
    pub fn answers(&self) -> Result<Vec<Answer>> {
        let predictions = self.together.predictions().iter();
        predictions
            .map(|p| answer(&self.classes, self.head, p))
            .collect()
    }
}

impl Classifier {
    /// Answers for many photos that are asked about together, raw rows `(width,)` one behind the other. From 20 photos on the default head
    /// lets them help each other, and the unlabelled photos of the set with them: those that are alike are of the same class, which tells
    /// much where a class has one example or two. Others answer as if each photo were alone.
    ///
    /// # Errors
    /// Those of [`crate::Streams::units`] and [`AskedTogether::answers`].
    pub fn predict_together(&mut self, rows: &[f32]) -> Result<Vec<Answer>> {
        let mut asked = self.ask_together(rows)?;
        while !asked.step() {}
        asked.answers()
    }

    /// The same in slices of a few milliseconds.
    ///
    /// # Errors
    /// Those of [`crate::Streams::units`].
    pub fn ask_together(&mut self, rows: &[f32]) -> Result<AskedTogether> {
        let units = self.set.streams().units(rows)?;
        let width = self.set.streams().width();
        let rows = Array2::from_shape_vec((units.len() / width, width), units);
        let (set, recogniser) = self.model()?;
        let together = Together::new(recogniser.clone(), rows.expect("whole rows"));
        Ok(AskedTogether {
            classes: set.classes().to_vec(),
            head: recogniser.name(),
            together: together.beside(&set.rows_of(Role::Unlabelled)),
        })
    }
}
