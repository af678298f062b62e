//! What photos have to do with the examples: which of these are like one, and which of many would teach most.

use super::Classifier;
use crate::order::sort_indices;
use crate::select::label_next;
use crate::support::Task;
use crate::{Error, Neighbour, Result};
use ndarray::{Array2, Axis};

impl Classifier {
    /// The `n` examples that are most like a photo, the likest first; `features` is its raw row `(width,)`. Similarity is that
    /// which the head sees: each stream counts as much as it is trusted.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::ZeroFeature`].
    pub fn nearest(&mut self, features: &[f32], n: usize) -> Result<Vec<Neighbour>> {
        let query = self.set.streams().unit(features)?;
        let similarities = self.with_task(|task| {
            let mut similarities = vec![0.0; task.n_examples()];
            task.similarities_into(&query, &mut similarities);
            similarities
        })?;
        let mut order: Vec<usize> = (0..similarities.len()).collect();
        sort_indices(&mut order, &|a, b| {
            similarities[b].total_cmp(&similarities[a])
        });
        order.truncate(n);
        let examples: Vec<_> = self.set.examples_in_use().collect();
        let neighbour = |i: usize| {
            let (id, example) = examples[i];
            Neighbour {
                id,
                label: self.set.classes()[self.set.index_of(example.class)]
                    .label
                    .clone(),
                similarity: similarities[i],
            }
        };
        Ok(order.into_iter().map(neighbour).collect())
    }

    /// Which photos of a pile would teach most, at most `n` of them, the most wanted first; `rows` are their raw rows
    /// `(width,)`, one behind the other. Those are wanted that the set is unsure of and that are unlike all that is taught or
    /// wanted already; see [`label_next`].
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::ZeroFeature`].
    pub fn suggest(&mut self, rows: &[f32], n: usize) -> Result<Vec<usize>> {
        let width = self.set.streams().width();
        let whole = rows.len().div_ceil(width) * width;
        Error::check_length("feature rows", whole, rows.len())?;
        let mut pool = Array2::zeros((whole / width, width));
        for (mut unit, row) in pool.outer_iter_mut().zip(rows.chunks_exact(width)) {
            let row = self.set.streams().unit(row)?;
            unit.iter_mut().zip(row).for_each(|(to, from)| *to = from);
        }
        let mut model = self.model()?;
        // Where fewer than two classes can be told apart nothing is unsure: no columns.
        let mut probabilities = Array2::zeros((pool.nrows(), 0));
        for (i, row) in pool.outer_iter().enumerate() {
            let prediction = model.recogniser.predict(&row.to_vec());
            let p = &prediction.probabilities;
            if p.len() - prediction.unscored.len() >= 2 {
                if i == 0 {
                    probabilities = Array2::zeros((pool.nrows(), p.len()));
                }
                let mut to = probabilities.index_axis_mut(Axis(0), i);
                to.iter_mut().zip(p).for_each(|(to, &p)| *to = p);
            }
        }
        self.model = Some(model);
        self.with_task(|task| {
            let pool = pool * &task.scale();
            label_next(pool.view(), probabilities.view(), task.image(), n)
        })?
    }

    /// Reads the task with the trust in each stream that the head has learned.
    fn with_task<T>(&mut self, read: impl FnOnce(&Task) -> T) -> Result<T> {
        if self.naive_bayes().is_some() {
            // The one that answers knows no example.
            return Ok(read(&Task::from(&self.set)));
        }
        let model = self.model()?;
        let found = read(model.recogniser.task());
        self.model = Some(model);
        Ok(found)
    }
}
