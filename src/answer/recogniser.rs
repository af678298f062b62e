//! A fitted head that answers with probabilities that mean what they say.

use crate::heads::{FittedFused, FittedHead, HeadSpec, Query, Scratch};
use crate::task::Task;
use crate::validation::{ENOUGH, Report, Thresholds, probabilities_into, unsure};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// How answers are calibrated.
///
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `coverage` | 0.9 | `(0, 1)` | how often the set of an answer is to hold the right class |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calibration {
    /// How often the set of an answer is to hold the right class.
    pub coverage: f64,
}

impl Default for Calibration {
    fn default() -> Self {
        Self { coverage: 0.9 }
    }
}

/// What a recogniser says of one photo. Classes are indices of the task.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Prediction {
    /// Calibrated probability of each class `(C,)`; they sum to 1, or are all 0 where no class can be scored.
    pub probabilities: Vec<f64>,
    /// The likeliest classes, which hold the right one as often as [`Calibration::coverage`] says; it may be empty.
    pub set: Vec<usize>,
    /// Classes that cannot be scored, having neither examples nor a text that the head reads; their probability is 0.
    pub unscored: Vec<usize>,
    /// How foreign the photo looks; higher is more foreign, on a scale of the head's own.
    pub novelty: f64,
    /// Share of photos of known classes that look at least as foreign, in `(0, 1]`.
    pub known: f64,
    /// Whether it is taken to show none of the classes: fewer than one in twenty known photos look so foreign.
    pub foreign: bool,
}

/// A head fitted to a task and calibrated on the task's own examples. It reuses its buffers: asking allocates nothing
/// after the first time.
pub struct Recogniser {
    spec: HeadSpec,
    task: Task,
    head: Box<dyn FittedHead>,
    thresholds: Thresholds,
    scores: Vec<f32>,
    similarities: Vec<f32>,
    scratch: Scratch,
    prediction: Prediction,
}

impl Recogniser {
    /// Fits a head and calibrates it as usual.
    ///
    /// ```
    /// use handful::heads::HeadSpec;
    /// use handful::task::Task;
    /// use handful::{Recogniser, Stream, Streams};
    /// use ndarray::array;
    ///
    /// let streams = Streams::new(vec![Stream::new("aux", 2)])?;
    /// let rows = array![[1.0, 0.1], [1.0, 0.2], [0.1, 1.0], [0.0, 1.0]];
    /// let task = Task::new(streams, rows, vec![0, 0, 1, 1], vec![None, None])?;
    /// let mut recogniser = Recogniser::fit(&HeadSpec::by_name("prototype")?, task)?;
    /// let prediction = recogniser.predict(&[0.8, 0.6]);
    /// assert!(prediction.probabilities[0] > 0.5);
    /// # Ok::<(), handful::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`HeadSpec::fit`].
    pub fn fit(spec: &HeadSpec, task: Task) -> Result<Self> {
        Self::calibrated(spec, task, &Calibration::default())
    }

    /// Fits a head and calibrates it.
    ///
    /// # Errors
    /// Those of [`HeadSpec::fit`]; [`Error::Parameter`] for a coverage outside its range.
    pub fn calibrated(spec: &HeadSpec, task: Task, calibration: &Calibration) -> Result<Self> {
        let coverage = calibration.coverage;
        if !(coverage > 0.0 && coverage < 1.0) {
            return Err(Error::Parameter {
                name: "coverage",
                value: coverage.to_string(),
                range: "(0, 1)",
            });
        }
        let task = spec.prepare(task)?;
        let head = spec.fit(&task)?;
        let thresholds = match head.held_out(ENOUGH) {
            Some(known) => Thresholds::learn(&known, coverage),
            None => Thresholds::learn(&spec.held_out(&task, ENOUGH)?, coverage),
        };
        Ok(Self::with_thresholds(spec, head, task, thresholds))
    }

    /// The default answer, calibrated as usual. Its task has no examples, but says how images are seen.
    pub(crate) fn of_fused(spec: &HeadSpec, head: FittedFused) -> Self {
        let view = head.view().clone();
        let coverage = Calibration::default().coverage;
        let held_out = head.held_out(ENOUGH).expect("it holds out examples itself");
        let thresholds = Thresholds::learn(&held_out, coverage);
        drop(held_out);
        Self::with_thresholds(spec, Box::new(head), view, thresholds)
    }

    /// From a head that the recipe has given for the task, with thresholds learned elsewhere.
    pub(crate) fn with_thresholds(
        spec: &HeadSpec,
        head: Box<dyn FittedHead>,
        task: Task,
        thresholds: Thresholds,
    ) -> Self {
        let classes = task.n_classes();
        let read = if head.reads_similarities() {
            task.n_examples()
        } else {
            0
        };
        Self {
            spec: spec.clone(),
            thresholds,
            scores: vec![0.0; classes],
            similarities: vec![0.0; read],
            scratch: Scratch::default(),
            prediction: Prediction {
                probabilities: vec![0.0; classes],
                set: Vec::with_capacity(classes),
                unscored: Vec::with_capacity(classes),
                ..Prediction::default()
            },
            head,
            task,
        }
    }

    /// Answers for a unit row `(width,)`, as [`crate::Streams::unit`] gives it.
    pub fn predict(&mut self, row: &[f32]) -> &Prediction {
        let temperature = self.temperature();
        self.task
            .similarities_into(row, &mut self.scratch.embedding, &mut self.similarities);
        let query = Query {
            row,
            similarities: &self.similarities,
        };
        let novelty = self
            .head
            .scores_and_novelty(query, &mut self.scratch, &mut self.scores);
        let prediction = &mut self.prediction;
        probabilities_into(&self.scores, temperature, &mut prediction.probabilities);
        prediction.unscored.clear();
        let unscored = (0..self.scores.len()).filter(|&c| !self.scores[c].is_finite());
        prediction.unscored.extend(unscored);
        let Thresholds {
            rule, reference, ..
        } = &self.thresholds;
        rule.set_into(&prediction.probabilities, &mut prediction.set);
        prediction.novelty = novelty.unwrap_or_else(|| unsure(&prediction.probabilities));
        prediction.known = reference.share_beyond(prediction.novelty);
        prediction.foreign = reference
            .threshold()
            .is_some_and(|threshold| prediction.novelty > threshold);
        prediction
    }

    /// How well the head works on the task, from all examples that can be held out.
    ///
    /// # Errors
    /// Those of [`HeadSpec::fit`].
    pub fn report(&self) -> Result<Report> {
        self.report_on(&self.task)
    }

    /// The same for a task that the head was fitted to, but which this recogniser does not keep.
    pub(crate) fn report_on(&self, task: &Task) -> Result<Report> {
        let held_out = match self.head.held_out(usize::MAX) {
            Some(known) => known,
            None => Cow::Owned(self.spec.held_out(task, usize::MAX)?),
        };
        let temperature = self.thresholds.temperature;
        Ok(Report::new(task, &held_out, temperature))
    }

    /// Name of the head.
    pub(crate) fn name(&self) -> &'static str {
        self.spec.name()
    }

    /// The task that the head was fitted to, with the trust in each stream that was learned.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// The fitted head.
    pub fn head(&self) -> &dyn FittedHead {
        self.head.as_ref()
    }

    /// What scores are divided by to give calibrated logits.
    pub fn temperature(&self) -> f64 {
        self.thresholds.temperature * self.head.prior_temperature()
    }
}
