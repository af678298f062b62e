//! Many photos answered together, so that they help each other, in slices of a few milliseconds.

use super::assignment::Assignment;
use super::{Prediction, Recogniser};
use crate::heads::{LearnedPile, Pile};
use crate::numerics::Measured;
use crate::numerics::linalg::{CONTIGUOUS, stack};
use crate::numerics::math::{ln, softmax};
use ndarray::{Array2, s};
use std::sync::Arc;

/// Photos that help each other at least; fewer are answered one by one. With one photo a class twelve gain 0.2 points, lose 0.1 where
/// a third are strangers, and are 2 points worse calibrated (`evaluate --tasks 900 --shots 1 --together 12 --ablate together.FEWEST=12`,
/// development photos).
static FEWEST: Measured = Measured::new("together.FEWEST", 20.0);

/// What photos say together counts as twice their number, what each says alone as that and so many more: a few tell little of how
/// classes scatter. With half of it 20 photos of classes of one photo are a point worse calibrated, with twice 100 photos lose 0.2 points
/// where all classes occur and 0.5 where few do (`evaluate --tasks 450 --shots 1,2,4 --together 100 --ablate together.DOUBT`, development
/// photos).
static DOUBT: Measured = Measured::new("together.DOUBT", 50.0);

/// Share of an example that a photo without a label counts as where it is asked about. Half as much again loses 1.4 points where three in ten
/// classes occur, three quarters of it gain 0.9 there and lose 0.2 where all do (`evaluate --tasks 720 --shots 1,4 --together 100
/// --ablate together.ASKED=0.15,0.3`, also with `--occurring few`, development photos).
static ASKED: Measured = Measured::new("together.ASKED", 0.2);

/// The same where others are asked about: what photos teach of classes that do not occur among them is left out there. With 0.2 small tasks with
/// one photo a class lose 0.2 points where all classes occur, and a hundred classes 0.2 to 0.4 (Caltech-101, UCF101); with 0.4 the first gain 0.1,
/// and a pile of one class alone, of three, loses 0.5 in place of 0.2 (`evaluate --tasks 720 --shots 1,4 --pile 100 --ablate
/// together.UNASKED=0.2,0.4`, development photos; `tests/suite/together_real.rs` and `unlabelled.rs`).
static UNASKED: Measured = Measured::new("together.UNASKED", 0.3);

/// What regrets are divided by to give logits: beside the best assignment there are more than one. At 1 two photos of each of ten classes are 5
/// points worse calibrated, at 2 they are 8 (`evaluate --tasks 150 --classes 10 --shots 1 --assign 2 --ablate together.SMOOTH=1,2`,
/// development photos).
static SMOOTH: Measured = Measured::new("together.SMOOTH", 1.4);

/// Answers for photos that are asked about together; see [`crate::Classifier::predict_together`] and [`crate::Classifier::assign`].
pub struct Together {
    recogniser: Recogniser,
    rows: Array2<f32>,
    /// How many of them are asked about.
    asked: usize,
    predictions: Vec<Prediction>,
    /// Where the photos begin that are worked out.
    start: usize,
    pile: Option<Pile>,
    /// What the last of them that were worked out have taught, and its share in an answer.
    learned: Option<(Arc<LearnedPile>, f64)>,
    /// How many photos each class holds at most, where that is known.
    room: Option<Vec<usize>>,
    assignment: Option<Assignment>,
    /// How many photos have the answer of the assignment.
    assigned: usize,
}

impl Together {
    /// The numbers that were measured, not derived.
    pub fn measured() -> [&'static Measured; 7] {
        let [rounds, expected] = Pile::measured();
        [rounds, expected, &FEWEST, &DOUBT, &ASKED, &UNASKED, &SMOOTH]
    }

    /// Of unit rows `(m, width)`, each as [`crate::Streams::unit`] gives it.
    pub fn new(mut recogniser: Recogniser, rows: Array2<f32>) -> Self {
        recogniser.pile = None;
        Self {
            recogniser,
            asked: rows.nrows(),
            rows,
            predictions: Vec::new(),
            start: 0,
            pile: None,
            learned: None,
            room: None,
            assignment: None,
            assigned: 0,
        }
    }

    /// Lets each class hold at most so many of the photos `(C,)`, which has to be enough for all: each photo is then answered by the likeliest
    /// of all assignments, and a class is as likely as the best one that has the photo there.
    pub fn holding(mut self, room: &[usize]) -> Self {
        self.room = Some(room.to_vec());
        self
    }

    /// Of photos that nobody asks about.
    pub(crate) fn of_unlabelled(recogniser: Recogniser, rows: &Array2<f32>) -> Self {
        Self::new(recogniser, Array2::zeros((0, rows.ncols()))).beside(rows)
    }

    /// Lets other photos help, as many as have room beside those that are asked about: unit rows `(k, width)`.
    pub fn beside(mut self, rows: &Array2<f32>) -> Self {
        let room = self.recogniser.head().most_together();
        let room = room.saturating_sub(self.asked).min(rows.nrows());
        let rows = rows.slice(s![..room, ..]).to_owned();
        self.rows = stack(self.rows, &rows);
        self
    }

    /// What other answers learn from these photos, once all is done.
    pub(crate) fn into_learned(self) -> Option<(Arc<LearnedPile>, f64)> {
        self.learned
    }

    /// Works for a few milliseconds; true when all photos are answered.
    pub fn step(&mut self) -> bool {
        let photos = self.rows.nrows();
        if self.start == photos {
            return self.assign();
        }
        // More photos than help each other are shared out in order.
        let most = self.recogniser.head().most_together().max(1);
        let shares = photos.div_ceil(most).max(1);
        let end = photos.min(self.start + photos.div_ceil(shares));
        let known = self.predictions.len();
        if known < end {
            let row = self.rows.row(known);
            let row = row.to_slice().expect(CONTIGUOUS);
            self.predictions.push(self.recogniser.predict(row).clone());
            return false;
        }
        let answers = &mut self.predictions[self.start..];
        // A share of the photos has no counts of its own.
        let help = self.room.is_none() || shares == 1;
        if self.pile.is_none() && help && answers.len() >= FEWEST.get() as usize {
            let head = self.recogniser.head();
            let single = |(i, c): (usize, usize)| answers[i].probabilities[c];
            let single = Array2::from_shape_fn((answers.len(), head.n_classes()), single);
            let weight = if self.asked > 0 { &ASKED } else { &UNASKED };
            let rows = self.rows.slice(s![self.start..end, ..]);
            let pile = head.pile(rows, &single, weight.get());
            self.pile = match &self.room {
                None => pile,
                Some(room) => pile.map(|pile| pile.holding(room)),
            };
            if self.pile.is_some() {
                return false;
            }
        }
        if let Some(pile) = &mut self.pile {
            if !pile.step() {
                return false;
            }
            let photos = answers.len() as f64;
            let share = 2.0 * photos / (3.0 * photos + DOUBT.get());
            for (answer, logits) in answers.iter_mut().zip(pile.logits.rows()) {
                self.recogniser.mix(answer, &logits.to_vec(), share);
            }
            let learned = self.pile.take().and_then(Pile::learned);
            self.learned = learned.map(|pile| (Arc::new(pile), share));
        }
        self.start = end;
        self.start == photos && self.room.is_none()
    }

    /// Takes a photo into the assignment, or answers for one; true when all is done.
    fn assign(&mut self) -> bool {
        if let Some(room) = self.room.take() {
            let costs =
                |answer: &Prediction| answer.probabilities.iter().map(|&p| -ln(p)).collect();
            let costs = self.predictions.iter().map(costs).collect();
            self.assignment = Some(Assignment::new(costs, room));
        }
        let Some(assignment) = &mut self.assignment else {
            return true;
        };
        if assignment.step() && self.assigned < self.predictions.len() {
            let answer = &mut self.predictions[self.assigned];
            let regrets = assignment.regrets(self.assigned);
            let logits = regrets.iter().map(|regret| -regret / SMOOTH.get());
            answer.probabilities = logits.collect();
            softmax(&mut answer.probabilities);
            self.recogniser.set_candidates(answer);
            self.assigned += 1;
        }
        self.assigned == self.predictions.len()
    }

    /// Of the photos that are answered, in order; until the last step, those of single photos.
    pub fn predictions(&self) -> &[Prediction] {
        &self.predictions[..self.predictions.len().min(self.asked)]
    }
}

impl Recogniser {
    /// Learns from photos without labels, unit rows `(m, width)`, at most as many as help each other: from 20 on they count in each answer
    /// of the default head.
    pub fn learn_unlabelled(&mut self, rows: &Array2<f32>) {
        let mut together = Together::of_unlabelled(self.clone(), rows);
        while !together.step() {}
        self.pile = together.into_learned();
    }

    /// Answers with what was learned elsewhere from such photos; `None` for nothing.
    pub(crate) fn set_learned(&mut self, pile: Option<(Arc<LearnedPile>, f64)>) {
        self.pile = pile;
    }
}
