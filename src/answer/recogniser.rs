//! A fitted head that answers with probabilities that mean what they say.

use crate::Result;
use crate::heads::{FittedHead, HeadSpec, LearnedPile, Query, Scratch};
use crate::task::Task;
use crate::validation::{
    ENOUGH, HeldOut, Report, STRICTNESS, Thresholds, likeness, probabilities_into, unsure,
};
use ndarray::Array2;
use std::borrow::Cow;
use std::sync::Arc;

/// What a recogniser says of one photo. Classes are indices of the task.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Prediction {
    /// Calibrated probability of each class `(C,)`; they sum to 1, or are all 0 where no class can be scored.
    pub probabilities: Vec<f64>,
    /// The likeliest classes, which hold the right one nine times in ten; it may be empty.
    pub candidates: Vec<usize>,
    /// Classes that cannot be scored, having neither examples nor a text that the head reads; their probability is 0.
    pub unscored: Vec<usize>,
    /// How foreign the photo looks; higher is more foreign, on a scale of the head's own.
    pub novelty: f64,
    /// Share of photos of known classes that look at least as foreign, in `(0, 1]`: the p-value of its being one of them.
    pub p_value: f64,
    /// Whether it is taken to show none of the classes: fewer known photos look so foreign than may be refused, one in twenty unless
    /// another share was asked for.
    pub foreign: bool,
}

/// A head fitted to a task and calibrated on the task's own examples. It reuses its buffers: asking allocates nothing after the first time.
/// A copy shares the head.
#[derive(Clone)]
pub struct Recogniser {
    spec: HeadSpec,
    task: Task,
    head: Arc<dyn FittedHead>,
    pub(crate) thresholds: Thresholds,
    /// The novelty above which a photo is taken to show none of the classes.
    pub(crate) threshold: Option<f64>,
    /// What was learned from photos without labels, and its share in the answer.
    pub(crate) pile: Option<(Arc<LearnedPile>, f64)>,
    scores: Vec<f32>,
    /// Probabilities by the pile.
    others: Vec<f64>,
    similarities: Vec<f32>,
    /// Embeddings of photos that show none of the classes `(q, width)`.
    pub(crate) negatives: Array2<f32>,
    scratch: Scratch,
    prediction: Prediction,
}

impl Recogniser {
    /// Fits a head and calibrates it.
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
        let task = spec.prepare(task)?;
        Self::of(spec, spec.fit(&task)?, task)
    }

    /// Calibrates a head that the recipe has given for the task.
    pub(crate) fn of(spec: &HeadSpec, head: Box<dyn FittedHead>, task: Task) -> Result<Self> {
        let thresholds = Thresholds::learn(&*held_out(spec, &*head, &task, ENOUGH)?);
        Ok(Self::with_thresholds(spec, head, task, thresholds))
    }

    /// The same, with thresholds learned elsewhere.
    pub(crate) fn with_thresholds(
        spec: &HeadSpec,
        head: Box<dyn FittedHead>,
        task: Task,
        thresholds: Thresholds,
    ) -> Self {
        let classes = task.n_classes();
        let read = usize::from(head.reads_similarities()) * task.n_examples();
        Self {
            spec: spec.clone(),
            threshold: thresholds.reference.threshold(STRICTNESS),
            thresholds,
            pile: None,
            scores: vec![0.0; classes],
            others: vec![0.0; classes],
            similarities: vec![0.0; read],
            negatives: task.negatives(),
            scratch: Scratch::default(),
            prediction: Prediction {
                probabilities: vec![0.0; classes],
                candidates: Vec::with_capacity(classes),
                unscored: Vec::with_capacity(classes),
                ..Prediction::default()
            },
            head: head.into(),
            task,
        }
    }

    /// Answers for a unit row `(width,)`, as [`crate::Streams::unit`] gives it.
    pub fn predict(&mut self, row: &[f32]) -> &Prediction {
        let temperature = self.temperature();
        let (scratch, similarities) = (&mut self.scratch, &mut self.similarities);
        self.task
            .similarities_into(row, &mut scratch.embedding, similarities);
        let query = Query { row, similarities };
        let (head, scores) = (&self.head, &mut self.scores);
        let novelty = head.scores_and_novelty(query, scratch, scores);
        let prediction = &mut self.prediction;
        probabilities_into(&self.scores, temperature, &mut prediction.probabilities);
        prediction.unscored.clear();
        let unscored = (0..self.scores.len()).filter(|&c| !self.scores[c].is_finite());
        prediction.unscored.extend(unscored);
        let reference = &self.thresholds.reference;
        let novelty = novelty.unwrap_or_else(|| unsure(&prediction.probabilities));
        if !self.negatives.is_empty() {
            self.task.embedding_into(row, &mut scratch.embedding);
        }
        let likeness = likeness(self.negatives.view(), &scratch.embedding);
        prediction.novelty = self.thresholds.novelty(novelty, likeness);
        prediction.p_value = reference.share_beyond(prediction.novelty);
        prediction.foreign = self
            .threshold
            .is_some_and(|threshold| prediction.novelty > threshold);
        if let Some((pile, share)) = &self.pile {
            pile.logits_into(query, scratch, &mut self.scores);
            probabilities_into(&self.scores, 1.0, &mut self.others);
            let p = &mut prediction.probabilities;
            share_out(p, &self.others, |class| share * pile.occurring[class]);
        }
        let p = &prediction.probabilities;
        self.thresholds.rule.set_into(p, &mut prediction.candidates);
        prediction
    }

    /// Lets a share of a prediction be what other logits `(C,)` of the head say.
    pub(super) fn mix(&mut self, prediction: &mut Prediction, logits: &[f32], share: f64) {
        probabilities_into(logits, 1.0, &mut self.others);
        share_out(&mut prediction.probabilities, &self.others, |_| share);
        self.set_candidates(prediction);
    }

    /// Puts the likeliest classes of other probabilities in the place of those that were.
    pub(super) fn set_candidates(&self, prediction: &mut Prediction) {
        let p = &prediction.probabilities;
        self.thresholds.rule.set_into(p, &mut prediction.candidates);
    }

    /// How well the head works, from all examples that can be held out. `task` is the one that [`Recogniser::fit`] was given.
    ///
    /// # Errors
    /// Those of [`HeadSpec::fit`].
    pub fn report(&self, task: &Task) -> Result<Report> {
        let held_out = held_out(&self.spec, self.head(), &self.task, usize::MAX)?;
        let mut report = Report::new(task, &held_out, self.thresholds.temperature);
        if let Some(threshold) = self.threshold {
            report.refused = self.thresholds.beyond(&held_out, threshold);
        }
        Ok(report)
    }

    /// The share of photos of known classes that may be taken to show none of them, in `[0, 0.5]`; 0.05 until it is set.
    pub(crate) fn set_strictness(&mut self, share: f64) {
        self.threshold = self.thresholds.reference.threshold(share);
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

/// Takes a share of the probability of each class, and shares out what was taken anew among these shares, as other probabilities say.
fn share_out(p: &mut [f64], others: &[f64], share: impl Fn(usize) -> f64) {
    let of = |all: &[f64]| -> f64 { all.iter().enumerate().map(|(c, p)| share(c) * p).sum() };
    let (taken, said) = (of(p), of(others));
    // Of what gets no share the others may say everything.
    if said > 0.0 {
        for (class, (p, other)) in p.iter_mut().zip(others).enumerate() {
            *p += share(class) * (taken / said * other - *p);
        }
    }
}

/// Scores of at least `limit` held-out examples, or of all that can be: by the head itself, or else by further fits.
fn held_out<'a>(
    spec: &HeadSpec,
    head: &'a dyn FittedHead,
    task: &Task,
    limit: usize,
) -> Result<Cow<'a, HeldOut>> {
    match head.held_out(limit) {
        Some(known) => Ok(known),
        None => spec.held_out(task, limit).map(Cow::Owned),
    }
}
