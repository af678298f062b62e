//! The streaming state: weights, memory, counters and random numbers.

use super::Uer;
use super::memory::Memory;
use crate::heads::{Head, Linear, Query};
use crate::numerics::random::Random;
use crate::support::scale_to_unit;
use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView2};

/// What an old answer counts in the prequential accuracy when a new one comes.
const WINDOW: f64 = 0.99;

/// What [`UerStream::observe`] met.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Observed {
    /// Mean cross-entropy of the batch before the first step, in nats.
    pub loss_current: f64,
    /// Mean cross-entropy of the replayed examples before the first step; `None` while the memory is empty.
    pub loss_memory: Option<f64>,
    /// Whether a step led out of the numbers: the weights stay where they were, and the learning rate was halved.
    pub halved: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Class {
    pub seen: bool,
    /// The unit image that it starts from, where it was given one.
    pub start: Option<Vec<f32>>,
}

/// A UER head that learns batch by batch. It stores no example but those in its memory.
///
/// Observed examples are numbered from 0 on; the number is what [`UerStream::forget`] wants.
///
/// ```
/// use handful::heads::{Uer, UerStream};
/// use ndarray::array;
///
/// let mut stream = UerStream::new(&Uer::default(), array![1.0, 1.0])?;
/// stream.add_class();
/// stream.add_class();
/// stream.observe(array![[1.0, 0.0], [0.0, 1.0]].view(), &[0, 1])?;
/// assert_eq!(stream.predict(&[0.6, 0.8])?, Some(1));
/// assert_eq!(UerStream::load(&stream.state())?.state(), stream.state());
/// # Ok::<(), handful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct UerStream {
    pub(super) recipe: Uer,
    pub(super) scale: Array1<f32>,
    /// `(C, width)`, for unit images.
    pub(super) weights: Vec<f32>,
    pub(super) classes: Vec<Class>,
    pub(super) memory: Memory,
    pub(super) random: Random,
    /// The learning rate, after what was halved.
    pub(super) rate: f64,
    /// Right answers and all answers, both counted through the window.
    pub(super) answers: [f64; 2],
    /// The weights as they answer.
    linear: Linear,
}

impl UerStream {
    /// A stream without classes. `scale (width,)` makes images of unit rows ([`crate::task::Task::scale`]); ones
    /// where there is one stream of features.
    ///
    /// # Errors
    /// [`Error::Parameter`]; [`Error::NotFinite`] or [`Error::ZeroFeature`] for a scale of no use.
    pub fn new(recipe: &Uer, scale: Array1<f32>) -> Result<Self> {
        recipe.check()?;
        unit(scale.to_vec())?;
        let width = scale.len();
        Ok(Self {
            memory: Memory {
                capacity: recipe.memory,
                policy: recipe.policy,
                observed: 0,
                entries: Vec::new(),
                images: Vec::new(),
                width,
            },
            random: Random::new(u64::from(recipe.seed)),
            rate: recipe.learning_rate,
            recipe: recipe.clone(),
            weights: Vec::new(),
            linear: Linear::new(&Array2::zeros((0, width)), &Array1::zeros(0)),
            scale,
            classes: Vec::new(),
            answers: [0.0; 2],
        })
    }

    /// Number of classes C.
    pub fn n_classes(&self) -> usize {
        self.classes.len()
    }

    /// Examples that were observed so far.
    pub fn n_observed(&self) -> u64 {
        self.memory.observed
    }

    /// Number and class of each example in memory.
    pub fn memory(&self) -> impl ExactSizeIterator<Item = (u64, usize)> {
        self.memory.entries.iter().map(|e| (e.id, e.label))
    }

    /// The head as it answers now.
    pub fn linear(&self) -> &Linear {
        &self.linear
    }

    /// Share of right answers, each given before its example was learned; an answer counts 0.99 of the one after it.
    /// `None` before the first. An example of a class that was not seen yet counts as a wrong answer.
    pub fn prequential_accuracy(&self) -> Option<f64> {
        let [right, all] = self.answers;
        (all > 0.0).then(|| right / all)
    }

    /// Appends a class, which starts from its first batch.
    pub fn add_class(&mut self) {
        self.push(None);
        self.refresh();
    }

    /// Appends a class that starts from the direction of this row `(width,)`, for instance its text.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::ZeroFeature`].
    pub fn add_class_from(&mut self, row: &[f32]) -> Result<()> {
        let start = self.embedding(row)?;
        self.push(Some(start));
        self.refresh();
        Ok(())
    }

    /// Appends a class that starts from this unit image; [`UerStream::refresh`] must follow.
    pub(super) fn push(&mut self, start: Option<Vec<f32>>) {
        let row = start.clone().unwrap_or_else(|| self.fresh());
        self.weights.extend(row);
        self.classes.push(Class { seen: false, start });
    }

    /// Removes a class with its examples in memory; the classes after it move up.
    ///
    /// # Errors
    /// [`Error::Shape`] for a class that is not there.
    pub fn remove_class(&mut self, class: usize) -> Result<()> {
        self.check_class(class)?;
        self.classes.remove(class);
        let width = self.scale.len();
        self.weights.drain(class * width..(class + 1) * width);
        self.memory
            .retain(|e| (e.label != class).then(|| e.label - usize::from(e.label > class)));
        self.refresh();
        Ok(())
    }

    /// Takes an example out of memory; false if it is not there. The weights cannot unlearn it: see
    /// [`UerStream::rebuild`].
    pub fn forget(&mut self, id: u64) -> bool {
        let before = self.memory.entries.len();
        self.memory.retain(|e| (e.id != id).then_some(e.label));
        self.memory.entries.len() < before
    }

    /// Starts the weights again from the memory alone and replays it this often; 5 is a good number.
    ///
    /// A class without an example in memory counts as not seen.
    pub fn rebuild(&mut self, passes: usize) {
        let all: Vec<usize> = (0..self.memory.entries.len()).collect();
        let (images, labels) = self.memory.select(&all);
        self.weights.clear();
        for class in 0..self.n_classes() {
            let start = self.classes[class].start.clone();
            let row = start.unwrap_or_else(|| self.fresh());
            self.weights.extend(row);
            self.classes[class].seen = false;
        }
        self.meet(&images, &labels);
        for _ in 0..passes {
            for batch in self.order(all.len()).chunks(self.recipe.batch) {
                let (images, labels) = self.memory.select(batch);
                let side = self.side(&images, &labels, self.recipe.replayed);
                self.descend(&[side]);
            }
        }
        self.refresh();
    }

    /// Learns a batch of unit rows `(b, width)` with their labels `(b,)`: answers them, steps, then offers them to the
    /// memory.
    ///
    /// # Errors
    /// [`Error::Shape`] where lengths disagree or a label is not that of a class; [`Error::NotFinite`],
    /// [`Error::ZeroFeature`].
    pub fn observe(&mut self, rows: ArrayView2<'_, f32>, labels: &[usize]) -> Result<Observed> {
        Error::check_length("labels", rows.nrows(), labels.len())?;
        for &label in labels {
            self.check_class(label)?;
        }
        let rows: Vec<Vec<f32>> = rows.rows().into_iter().map(|row| row.to_vec()).collect();
        let mut images = Vec::new();
        for row in &rows {
            images.extend(self.embedding(row)?);
        }
        self.answer(&rows, labels);
        let mut observed = Observed::default();
        if labels.is_empty() {
            return Ok(observed);
        }
        self.meet(&images, labels);
        for step in 0..self.recipe.iterations {
            let drawn = self.memory.draw(&mut self.random, self.recipe.replay);
            let (replayed, replayed_labels) = self.memory.select(&drawn);
            let mut sides = vec![self.side(&images, labels, self.recipe.current)];
            if !drawn.is_empty() {
                sides.push(self.side(&replayed, &replayed_labels, self.recipe.replayed));
            }
            if step == 0 {
                observed.loss_current = sides[0].loss;
                observed.loss_memory = sides.get(1).map(|side| side.loss);
            }
            if !self.descend(&sides) {
                observed.halved = true;
                break;
            }
        }
        for (image, &label) in images.chunks_exact(self.scale.len()).zip(labels) {
            self.memory.offer(&mut self.random, image, label);
        }
        self.refresh();
        Ok(observed)
    }

    /// Writes the score of each class for a unit row `(width,)` into `out (C,)`; a class that was not seen gets `-inf`.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`].
    pub fn scores_into(&self, row: &[f32], out: &mut [f32]) -> Result<()> {
        Error::check_length("feature row", self.scale.len(), row.len())?;
        Error::check_length("scores", self.n_classes(), out.len())?;
        if !row.iter().all(|v| v.is_finite()) {
            return Err(Error::NotFinite("feature row"));
        }
        self.linear.scores_into(Query::of_row(row), out);
        Ok(())
    }

    /// The likeliest class for a unit row `(width,)`, the lowest of equals; `None` as long as no class was seen.
    ///
    /// # Errors
    /// Those of [`UerStream::scores_into`].
    pub fn predict(&self, row: &[f32]) -> Result<Option<usize>> {
        let mut scores = vec![0.0; self.n_classes()];
        self.scores_into(row, &mut scores)?;
        Ok(best(&scores))
    }

    fn check_class(&self, class: usize) -> Result<()> {
        if class < self.n_classes() {
            return Ok(());
        }
        Error::check_length("classes", class.saturating_add(1), self.n_classes())
    }

    /// The numbers from 0 to n - 1 in a random order.
    pub(super) fn order(&mut self, n: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..n).collect();
        self.random.shuffle(&mut order);
        order
    }

    /// The unit image of a row.
    fn embedding(&self, row: &[f32]) -> Result<Vec<f32>> {
        Error::check_length("feature row", self.scale.len(), row.len())?;
        unit(row.iter().zip(&self.scale).map(|(v, s)| v * s).collect())
    }

    /// Answers a batch, counts the right answers, and gives the scores `(b, C)`.
    fn answer(&mut self, rows: &[Vec<f32>], labels: &[usize]) -> Vec<f32> {
        let classes = self.n_classes();
        let mut scores = vec![0.0; labels.len() * classes];
        for (i, (row, &label)) in rows.iter().zip(labels).enumerate() {
            let out = &mut scores[i * classes..(i + 1) * classes];
            self.linear.scores_into(Query::of_row(row), out);
            let right = best(out) == Some(label);
            let [sum, all] = self.answers;
            self.answers = [
                WINDOW * sum + f64::from(u8::from(right)),
                WINDOW * all + 1.0,
            ];
        }
        scores
    }

    /// Whether a class takes part in softmax and answers.
    pub(super) fn answers_for(&self, class: usize) -> bool {
        self.classes[class].seen || !self.recipe.mask_unseen
    }

    /// Makes the answering weights of the learned ones.
    pub(super) fn refresh(&mut self) {
        let gains = self.gains(self.recipe.inference);
        let width = self.scale.len();
        let weights = Array2::from_shape_fn((gains.len(), width), |(c, d)| {
            gains[c] * f64::from(self.weights[c * width + d]) * f64::from(self.scale[d])
        });
        let bias = (0..self.n_classes()).map(|c| {
            if self.answers_for(c) {
                0.0
            } else {
                f64::NEG_INFINITY
            }
        });
        self.linear = Linear::new(&weights, &bias.collect());
    }
}

/// The row at unit length.
pub(super) fn unit(mut row: Vec<f32>) -> Result<Vec<f32>> {
    scale_to_unit("feature row", "all", &mut row)?;
    Ok(row)
}

/// The class of the highest score that is not `-inf`, the lowest of equals.
fn best(scores: &[f32]) -> Option<usize> {
    let mut best = (f32::NEG_INFINITY, None);
    for (c, &score) in scores.iter().enumerate() {
        if score > best.0 {
            best = (score, Some(c));
        }
    }
    best.1
}
