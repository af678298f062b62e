//! The streaming state: weights, memory, counters and random numbers.

use super::Uer;
use super::memory::{Example, draw, offer};
use crate::heads::{FittedLinear, Linear, Recipe};
use crate::numerics::random::Random;
use crate::support::scale_to_unit;
use crate::support::tensors::UNIT_TOLERANCE;
use crate::{Error, Result};
use ndarray::{Array1, Array2, ArrayView2};

/// What an old answer counts in the prequential accuracy when a new one comes.
const WINDOW: f64 = 0.99;

/// What [`UerStream::observe`] met.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Observed {
    /// Mean cross-entropy of the batch before the first step, in nats.
    pub loss_current: f64,
    /// Mean cross-entropy of the replayed examples before the first step; `None` while the memory is empty.
    pub loss_memory: Option<f64>,
    /// Whether a step led out of the numbers: the weights stay where they were, and the learning rate was halved.
    pub halved: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Class {
    pub seen: bool,
    /// The unit embedding that it starts from, where it was given one.
    pub start: Option<Vec<f32>>,
    /// `(width,)`, for unit embeddings.
    pub weights: Vec<f32>,
}

/// A class that was taken out of a stream, with its examples in memory.
#[derive(Debug, Clone)]
pub struct RemovedClass {
    /// Its label.
    place: usize,
    class: Class,
    /// With their places in memory, in order.
    examples: Vec<(usize, Example)>,
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
/// let scores = stream.linear().scores(array![[0.6, 0.8]].view());
/// assert!(scores[[0, 1]] > scores[[0, 0]]);
/// assert_eq!(UerStream::load(&stream.state())?.state(), stream.state());
/// # Ok::<(), handful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct UerStream {
    pub(super) recipe: Uer,
    /// That of the recipe, or what is left of it after what was halved.
    pub(super) learning_rate: f64,
    pub(super) scale: Array1<f32>,
    pub(super) classes: Vec<Class>,
    pub(super) memory: Vec<Example>,
    /// Examples that were observed so far.
    pub(super) observed: u64,
    pub(super) random: Random,
    /// Right answers and all answers, both counted through the window.
    pub(super) answers: [f64; 2],
}

impl UerStream {
    /// A stream without classes. `scale (width,)` makes embeddings of unit rows ([`crate::task::Task::scale`]); ones
    /// where there is one stream of features.
    ///
    /// # Errors
    /// [`Error::Parameter`]; [`Error::NotFinite`] or [`Error::ZeroFeature`] for a scale of no use.
    pub fn new(recipe: &Uer, scale: Array1<f32>) -> Result<Self> {
        recipe.check()?;
        unit(scale.to_vec())?;
        Ok(Self {
            random: Random::new(u64::from(recipe.seed)),
            recipe: recipe.clone(),
            learning_rate: recipe.learning_rate,
            scale,
            classes: Vec::new(),
            memory: Vec::new(),
            observed: 0,
            answers: [0.0; 2],
        })
    }

    /// What it learns by.
    pub fn recipe(&self) -> &Uer {
        &self.recipe
    }

    /// Length of a row.
    pub(super) fn width(&self) -> usize {
        self.scale.len()
    }

    /// Whether it makes embeddings by this scale `(width,)`.
    pub(crate) fn scales_by(&self, scale: &Array1<f32>) -> bool {
        let mut pairs = self.scale.iter().zip(scale);
        self.width() == scale.len() && pairs.all(|(a, b)| (a - b).abs() <= UNIT_TOLERANCE)
    }

    /// Number of classes C.
    pub fn n_classes(&self) -> usize {
        self.classes.len()
    }

    /// Whether an example of the class was observed; false for a class that is not there.
    pub fn has_seen(&self, class: usize) -> bool {
        self.classes.get(class).is_some_and(|class| class.seen)
    }

    /// Examples that were observed so far.
    pub fn n_observed(&self) -> u64 {
        self.observed
    }

    /// Number and class of each example in memory.
    pub fn memory(&self) -> impl ExactSizeIterator<Item = (u64, usize)> {
        self.memory.iter().map(|e| (e.id, e.label))
    }

    /// The head as it answers now; a class that was not seen scores `-inf`.
    pub fn linear(&self) -> Linear {
        let classes: Vec<_> = (0..self.n_classes()).map(Some).collect();
        self.head(&classes).linear
    }

    /// The head that answers for these of its classes, in this order; `None` is a class of which it knows nothing.
    pub(crate) fn head(&self, classes: &[Option<usize>]) -> FittedLinear {
        let gains = self.gains(self.recipe.inference);
        let shape = (classes.len(), self.width());
        let weights = Array2::from_shape_fn(shape, |(c, d)| {
            let weight = |c: usize| gains[c] * f64::from(self.classes[c].weights[d]);
            classes[c].map_or(0.0, weight) * f64::from(self.scale[d])
        });
        let bias = |&class: &Option<usize>| match class {
            Some(class) if self.answers_for(&self.classes[class]) => 0.0,
            _ => f64::NEG_INFINITY,
        };
        FittedLinear {
            linear: Linear::new(&weights, &classes.iter().map(bias).collect()),
            temperature: 1.0,
        }
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
    }

    /// Appends a class that starts from the direction of this row `(width,)`, for instance its text.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`], [`Error::ZeroFeature`].
    pub fn add_class_from(&mut self, row: &[f32]) -> Result<()> {
        let start = self.embedding(row)?;
        self.push(Some(start));
        Ok(())
    }

    /// Appends a class that starts from this unit embedding.
    pub(super) fn push(&mut self, start: Option<Vec<f32>>) {
        let weights = start.clone().unwrap_or_else(|| self.fresh());
        self.classes.push(Class {
            seen: false,
            start,
            weights,
        });
    }

    /// Removes a class with its examples in memory; the classes after it move up.
    ///
    /// # Errors
    /// [`Error::Shape`] for a class that is not there.
    pub fn remove_class(&mut self, class: usize) -> Result<RemovedClass> {
        self.check_class(class)?;
        let mut examples = Vec::new();
        for (i, mut example) in std::mem::take(&mut self.memory).into_iter().enumerate() {
            if example.label == class {
                examples.push((i, example));
            } else {
                example.label -= usize::from(example.label > class);
                self.memory.push(example);
            }
        }
        Ok(RemovedClass {
            place: class,
            class: self.classes.remove(class),
            examples,
        })
    }

    /// Puts a class that was removed from this stream back where it was, with as many of its examples as the memory has room for, so that
    /// removals that are taken back in reverse leave no trace. Gives its label.
    pub fn restore_class(&mut self, removed: RemovedClass) -> usize {
        let label = removed.place.min(self.n_classes());
        for example in &mut self.memory {
            example.label += usize::from(example.label >= label);
        }
        self.classes.insert(label, removed.class);
        let room = self.recipe.memory.saturating_sub(self.memory.len());
        for (i, example) in removed.examples.into_iter().take(room) {
            let place = i.min(self.memory.len());
            self.memory.insert(place, Example { label, ..example });
        }
        label
    }

    /// Takes an example out of memory; false if it is not there. The weights cannot unlearn it: see [`UerStream::rebuild`].
    pub fn forget(&mut self, id: u64) -> bool {
        let before = self.memory.len();
        self.memory.retain(|e| e.id != id);
        self.memory.len() < before
    }

    /// Starts the weights again from the memory alone and replays it this often; 5 is a good number.
    ///
    /// A class without an example in memory counts as not seen.
    pub fn rebuild(&mut self, passes: usize) {
        for class in std::mem::take(&mut self.classes) {
            self.push(class.start);
        }
        let memory = self.memory.clone();
        self.meet(&memory);
        for _ in 0..passes {
            for batch in self.order(memory.len()).chunks(self.recipe.batch) {
                let batch: Vec<Example> = batch.iter().map(|&i| memory[i].clone()).collect();
                let side = self.side(&batch, self.recipe.replayed);
                self.descend(&[side]);
            }
        }
    }

    /// Learns a batch of unit rows `(b, width)` with their labels `(b,)`: answers them, steps, then offers them to the memory.
    ///
    /// # Errors
    /// [`Error::Shape`] where lengths disagree or a label is not that of a class; [`Error::NotFinite`],
    /// [`Error::ZeroFeature`].
    pub fn observe(&mut self, rows: ArrayView2<'_, f32>, labels: &[usize]) -> Result<Observed> {
        Error::check_length("labels", rows.nrows(), labels.len())?;
        let mut batch = Vec::with_capacity(labels.len());
        for ((row, &label), id) in rows.rows().into_iter().zip(labels).zip(self.observed..) {
            self.check_class(label)?;
            let row = self.embedding(&row.to_vec())?;
            batch.push(Example { id, label, row });
        }
        let mut observed = Observed::default();
        if labels.is_empty() {
            return Ok(observed);
        }
        self.answer(rows, labels);
        self.meet(&batch);
        for step in 0..self.recipe.iterations {
            let drawn = draw(&self.memory, self.recipe.replay, &mut self.random);
            let mut sides = vec![self.side(&batch, self.recipe.current)];
            if !drawn.is_empty() {
                sides.push(self.side(&drawn, self.recipe.replayed));
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
        let (recipe, random) = (&self.recipe, &mut self.random);
        for example in batch {
            self.observed += 1;
            offer(&mut self.memory, example, self.observed, recipe, random);
        }
        Ok(observed)
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

    /// The unit embedding of a row.
    pub(crate) fn embedding(&self, row: &[f32]) -> Result<Vec<f32>> {
        Error::check_length("feature row", self.scale.len(), row.len())?;
        unit(row.iter().zip(&self.scale).map(|(v, s)| v * s).collect())
    }

    /// Answers a batch and counts the right answers.
    fn answer(&mut self, rows: ArrayView2<'_, f32>, labels: &[usize]) {
        let scores = self.linear().scores(rows);
        for (scores, &label) in scores.rows().into_iter().zip(labels) {
            // Of equals the lowest.
            let classes = (0..scores.len()).rev();
            let best = classes.max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
            let right = best == Some(label) && scores[label].is_finite();
            let [sum, all] = self.answers;
            let now = f64::from(u8::from(right));
            self.answers = [WINDOW * sum + now, WINDOW * all + 1.0];
        }
    }

    /// Whether a class takes part in softmax and answers.
    pub(super) fn answers_for(&self, class: &Class) -> bool {
        class.seen || !self.recipe.mask_unseen
    }
}

/// The row at unit length.
pub(super) fn unit(mut row: Vec<f32>) -> Result<Vec<f32>> {
    scale_to_unit("feature row", "all", &mut row)?;
    Ok(row)
}
