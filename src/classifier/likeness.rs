//! What photos have to do with the examples: which of these are like one or the same, and which of many would teach most.

use super::Classifier;
use crate::numerics::linalg;
use crate::numerics::order::sort_indices;
use crate::select::label_next;
use crate::support::ExampleId;
use crate::{Error, Neighbour, Result};
use ndarray::{Array2, Axis};

/// Photos are the same above this cosine of their features: a copy, another size of it, or the next frame of a still scene.
const SAME: f32 = 0.999;

impl Classifier {
    /// The example of a class that shows the same as a photo, so that this one would teach it nothing; `features` is the
    /// photo's raw row `(width,)`. It is the likest of those whose cosine to it is above 0.999, as the mean of all streams.
    /// None where the class is not there.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::ZeroFeature`].
    pub fn duplicate_of(&self, label: &str, features: &[f32]) -> Result<Option<ExampleId>> {
        let unit = self.set.streams().unit(features)?;
        let Ok(class) = self.set.class(label) else {
            return Ok(None);
        };
        let streams = self.set.streams().as_slice().len() as f32;
        let same = (self.set.examples())
            .filter(|(_, example)| example.class == class.id)
            .map(|(id, example)| (id, linalg::dot(self.set.row(example), &unit) / streams))
            .filter(|&(_, cosine)| cosine > SAME);
        Ok(same.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(id, _)| id))
    }

    /// The `n` examples that are most like a photo, the likest first; `features` is its raw row `(width,)`. Similarity is
    /// that which the head sees: each stream counts as much as it is trusted.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::ZeroFeature`].
    pub fn nearest(&mut self, features: &[f32], n: usize) -> Result<Vec<Neighbour>> {
        let unit = self.set.streams().unit(features)?;
        let model = self.model()?;
        let task = model.recogniser.task();
        let query = task.embedding_of(&unit);
        let examples: Vec<_> = self.set.examples_in_use().collect();
        let similarities: Vec<f32> = (examples.iter())
            .map(|(_, example)| linalg::dot(&task.embedding_of(self.set.row(example)), &query))
            .collect();
        self.model = Some(model);
        let mut order: Vec<usize> = (0..examples.len()).collect();
        sort_indices(&mut order, &|a, b| {
            similarities[b].total_cmp(&similarities[a])
        });
        order.truncate(n);
        let neighbour = |i: usize| {
            let (id, example) = examples[i];
            let class = self.set.index_of(example.class);
            Neighbour {
                id,
                label: self.set.classes()[class].label.to_string(),
                similarity: similarities[i],
            }
        };
        Ok(order.into_iter().map(neighbour).collect())
    }

    /// Which photos of a pile would teach most, at most `n` of them, the most wanted first; `rows` are their raw rows
    /// `(width,)`, one behind the other. Those are wanted that the set is unsure of and that are unlike all that is
    /// taught or wanted already; see [`label_next`].
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::ZeroFeature`].
    pub fn suggest(&mut self, rows: &[f32], n: usize) -> Result<Vec<usize>> {
        let width = self.set.streams().width();
        let whole = rows.len().div_ceil(width) * width;
        Error::check_length("feature rows", whole, rows.len())?;
        let mut unit = Vec::with_capacity(whole);
        for row in rows.chunks_exact(width) {
            unit.extend(self.set.streams().unit(row)?);
        }
        let mut model = self.model()?;
        // Where fewer than two classes can be told apart nothing is unsure: no columns.
        let mut probabilities = Array2::zeros((whole / width, 0));
        for (i, row) in unit.chunks_exact(width).enumerate() {
            let prediction = model.recogniser.predict(row);
            let p = &prediction.probabilities;
            if p.len() - prediction.unscored.len() >= 2 {
                if i == 0 {
                    probabilities = Array2::zeros((whole / width, p.len()));
                }
                let mut to = probabilities.index_axis_mut(Axis(0), i);
                to.iter_mut().zip(p).for_each(|(to, &p)| *to = p);
            }
        }
        let task = model.recogniser.task();
        let images: Vec<f32> = (unit.chunks_exact(width))
            .flat_map(|row| task.embedding_of(row))
            .collect();
        let labelled: Vec<f32> = (self.set.examples_in_use())
            .flat_map(|(_, example)| task.embedding_of(self.set.row(example)))
            .collect();
        self.model = Some(model);
        let matrix = |rows: Vec<f32>| {
            Array2::from_shape_vec((rows.len() / width, width), rows).expect("these are whole rows")
        };
        label_next(
            matrix(images).view(),
            probabilities.view(),
            matrix(labelled).view(),
            n,
        )
    }
}
