//! What photos have to do with the examples: which of these are like one or the same, and which of many would teach most.

use super::Classifier;
use crate::numerics::linalg;
use crate::numerics::order::sort_indices;
use crate::select::label_next;
use crate::support::ExampleId;
use crate::{Neighbour, Result};
use ndarray::Array2;

/// Photos are the same above this cosine of their features: a copy, another size of it, or the next frame of a still scene. A stricter one
/// than that of an estimate (0.995, `validation/report.rs`), which counts them once: here a photo is not taught at all.
const SAME: f32 = 0.999;

impl Classifier {
    /// The example of a class that shows the same as a photo, so that this one would teach it nothing; `features` is the
    /// photo's raw row `(width,)`. It is the likest of those whose cosine to it is above 0.999, as the mean of all streams.
    /// None where the class is not there.
    ///
    /// # Errors
    /// Those of [`crate::Streams::unit`].
    pub fn duplicate_of(&self, label: &str, features: &[f32]) -> Result<Option<ExampleId>> {
        let unit = self.set.streams().unit(features)?;
        let Ok(class) = self.set.class(label) else {
            return Ok(None);
        };
        let streams = self.set.streams().as_slice().len() as f32;
        let same = (self.set.examples())
            .filter(|(_, example)| example.class == class.id)
            .map(|(id, example)| (id, linalg::dot(&example.row, &unit) / streams))
            .filter(|&(_, cosine)| cosine > SAME);
        Ok(same.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(id, _)| id))
    }

    /// The `n` examples that are most like a photo, the likest first; `features` is its raw row `(width,)`. Similarity is
    /// that which the head sees: each stream counts as much as it is trusted.
    ///
    /// # Errors
    /// Those of [`crate::Streams::unit`].
    pub fn nearest(&mut self, features: &[f32], n: usize) -> Result<Vec<Neighbour>> {
        let unit = self.set.streams().unit(features)?;
        let (set, model) = self.model()?;
        let task = model.task();
        let query = task.embedding_of(&unit);
        let examples: Vec<_> = set.examples_in_use().collect();
        let embeddings = task.embeddings_of(examples.iter().map(|(_, example)| &*example.row));
        let mut similarities = vec![0.0; examples.len()];
        linalg::add_products(embeddings.view(), &query, &mut similarities);
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let likeness = |i: usize| similarities[i];
        sort_indices(&mut order, &|a, b| likeness(b).total_cmp(&likeness(a)));
        let neighbour = |i: usize| {
            let (id, example) = examples[i];
            Neighbour {
                id,
                label: set.class_of(example).label.to_string(),
                similarity: similarities[i],
            }
        };
        Ok(order.into_iter().take(n).map(neighbour).collect())
    }

    /// Which photos of a pile would teach most, at most `n` of them, the most wanted first; `rows` are their raw rows
    /// `(width,)`, one behind the other. Those are wanted that the set is unsure of and that are unlike all that is
    /// taught or wanted already; see [`label_next`].
    ///
    /// # Errors
    /// Those of [`crate::Streams::unit`].
    pub fn suggest(&mut self, rows: &[f32], n: usize) -> Result<Vec<usize>> {
        let units = self.set.streams().units(rows)?;
        self.wanted(&units, n)
    }

    /// The same of unit rows.
    pub(super) fn wanted(&mut self, units: &[f32], n: usize) -> Result<Vec<usize>> {
        let photos = units.chunks_exact(self.set.streams().width());
        let (set, model) = self.model()?;
        // Where fewer than two classes can be told apart nothing is unsure: no columns.
        let mut probabilities = Vec::new();
        for row in photos.clone() {
            let prediction = model.predict(row);
            if prediction.probabilities.len() - prediction.unscored.len() >= 2 {
                probabilities.extend(&prediction.probabilities);
            }
        }
        let columns = probabilities.len() / photos.len().max(1);
        let probabilities = Array2::from_shape_vec((photos.len(), columns), probabilities)
            .expect("as many classes can be scored for each photo");
        let labelled = set.examples_in_use().map(|(_, example)| &*example.row);
        let [images, labelled] = [
            model.task().embeddings_of(photos),
            model.task().embeddings_of(labelled),
        ];
        label_next(images.view(), probabilities.view(), labelled.view(), n)
    }
}
