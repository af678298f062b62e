//! Photos that are asked about together.

use super::Classifier;
use super::asking::answer;
use crate::numerics::linalg::WHOLE;
use crate::support::{Class, Role};
use crate::{Answer, Error, Result, Together};
use ndarray::Array2;

/// Photos that are assigned to classes at once, so that as many classes take seconds.
const MOST_ASSIGNED: usize = 1000;

/// What errors say of photos that are assigned.
const PHOTOS: &str = "number of photos";
const HELD: &str = "what the classes hold: as many as counts say, or else one each";
const RECOGNISED: &str = "the classes that have examples and take part";

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
        done(self.ask_together(rows)?)
    }

    /// The same in slices of a few milliseconds.
    ///
    /// # Errors
    /// Those of [`crate::Streams::units`].
    pub fn ask_together(&mut self, rows: &[f32]) -> Result<AskedTogether> {
        let rows = self.units(rows)?;
        let mut asked = self.asked(rows)?;
        let unlabelled = self.set.rows_of(Role::Unlabelled);
        asked.together = asked.together.beside(&unlabelled);
        Ok(asked)
    }

    /// Answers for photos of which it is known how many each class holds at most, raw rows `(width,)` one behind the other: `counts` in the order
    /// of the classes `(C,)`, or one of each class that can be recognised. The answers are those of the likeliest assignment of all; from 20
    /// photos on the default head learns from them first. A class is as probable as the best assignment that has the photo there. A photo that
    /// shows none of the classes takes the place of another one; whether it looks [`Answer::foreign`] is said all the same.
    ///
    /// ```
    /// use handful::{Classifier, Stream};
    ///
    /// let mut classifier = Classifier::new(vec![Stream::new("aux", 2)])?;
    /// classifier.add_example("cat", &[1.0, 0.0])?;
    /// classifier.add_example("dog", &[0.0, 1.0])?;
    /// // Both look like a cat, the second one more so.
    /// let rows = [0.8, 0.6, 1.0, 0.1];
    /// let answers = classifier.assign(&rows, None)?;
    /// assert_eq!((&*answers[0].best().label, &*answers[1].best().label), ("dog", "cat"));
    /// let answers = classifier.assign(&rows, Some(&[2, 1]))?;
    /// assert_eq!((&*answers[0].best().label, &*answers[1].best().label), ("cat", "cat"));
    /// # Ok::<(), handful::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Classifier::predict`] and [`crate::Streams::units`]; [`Error::Parameter`] for more photos than these or than 1,000, and for a
    /// count of a class that cannot be recognised; [`Error::Shape`] for another number of counts.
    pub fn assign(&mut self, rows: &[f32], counts: Option<&[usize]>) -> Result<Vec<Answer>> {
        done(self.ask_assigned(rows, counts)?)
    }

    /// The same in slices of a few milliseconds.
    ///
    /// # Errors
    /// Those of [`Classifier::assign`].
    pub fn ask_assigned(
        &mut self,
        rows: &[f32],
        counts: Option<&[usize]>,
    ) -> Result<AskedTogether> {
        let rows = self.units(rows)?;
        let photos = rows.nrows();
        if photos > MOST_ASSIGNED {
            return Err(Error::parameter(PHOTOS, photos, "0 to 1000 at once"));
        }
        let (set, recogniser) = self.model()?;
        let classes = set.classes();
        let mut room = vec![1; classes.len()];
        if let Some(counts) = counts {
            Error::check_length("counts", room.len(), counts.len())?;
            room = counts.iter().map(|&n| n.min(photos)).collect();
        }
        if photos > 0 {
            let head = recogniser.name();
            let prediction = recogniser.predict(&rows.row(0).to_vec());
            answer(classes, head, prediction)?;
            for &c in &prediction.unscored {
                if counts.is_some() && room[c] > 0 {
                    let label = &*classes[c].label;
                    return Err(Error::parameter("counts", label, RECOGNISED));
                }
                room[c] = 0;
            }
        }
        if photos > room.iter().sum() {
            return Err(Error::parameter(PHOTOS, photos, HELD));
        }
        let mut asked = self.asked(rows)?;
        asked.together = asked.together.holding(&room);
        Ok(asked)
    }

    fn asked(&mut self, rows: Array2<f32>) -> Result<AskedTogether> {
        let (set, recogniser) = self.model()?;
        Ok(AskedTogether {
            classes: set.classes().to_vec(),
            head: recogniser.name(),
            together: Together::new(recogniser.clone(), rows),
        })
    }

    fn units(&self, rows: &[f32]) -> Result<Array2<f32>> {
        let units = self.set.streams().units(rows)?;
        let width = self.set.streams().width();
        let rows = Array2::from_shape_vec((units.len() / width, width), units);
        Ok(rows.expect(WHOLE))
    }
}

/// All steps.
fn done(mut asked: AskedTogether) -> Result<Vec<Answer>> {
    while !asked.step() {}
    asked.answers()
}
