//! Photos that are asked about together: none has a label, but those that are alike have the same one.
//!
//! Source: Nigam, McCallum, Thrun, Mitchell, "Text Classification from Labeled and Unlabeled Documents using EM", 2000 (soft labels by
//! rounds; what has no label counts for less). Differs from the source: the classifiers are those of the default answer, which gives the
//! first soft labels. Where it is known how many photos each class holds, soft labels are drawn to that round by round, in the steps of
//! Deming, Stephan, "On a Least Squares Adjustment of a Sampled Frequency Table When the Expected Marginal Totals Are Known", 1940.
//!
//! Examples and photos share one kernel, a photo with a larger ridge, so one inverse serves all rounds. With Y the soft labels `(n, C)`,
//! D the weights of the rows and B the inverse of `K + RIDGE D^-1`, [`Discriminant`] reads everything from
//! ```text
//! e = Y - RIDGE D^-1 B Y    products of each row with the class sums
//! n = sum_i D_i Y_i         counts of the classes
//! E = Y^T D e               products of the class sums with each other
//! ```
//! What has been learned scores other photos, too: their kernel values times `B Y = D (Y - e) / RIDGE` are their products.

use super::discriminant::Discriminant;
use super::kernel::{Kernel, RIDGE};
use super::text::{Joint, TextScores};
use super::{FittedFused, Scorer};
use crate::heads::{Query, Scratch};
use crate::numerics::Measured;
use crate::numerics::linalg::{CONTIGUOUS, dot, single};
use crate::numerics::math::{ln, softmax};
use crate::task::Task;
use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use std::sync::Arc;

/// Rounds. Half of them lose 0.1 to 0.6 points, and twice gain up to 0.3 in twice the time (`evaluate --tasks 450 --shots 1,2,4 --together 100
/// --ablate pile.ROUNDS`, development photos; also with `--occurring few`).
static ROUNDS: Measured = Measured::new("pile.ROUNDS", 8.0);

/// Photos of each class that are expected before any is seen: how often a class occurs is learned with them. On the same photos half of it
/// loses 0.2 points where all classes occur, twice 0.3 where few do.
static EXPECTED: Measured = Measured::new("pile.EXPECTED", 10.0);

/// The answer to photos that are asked about together, worked out step by step.
pub struct Pile {
    examples: usize,
    /// Embeddings of the photos `(m, width)`, and the kernel of the examples and of the photos that were taken in.
    photos: Array2<f32>,
    kernel: Arc<Kernel>,
    weights: Array1<f64>,
    view: Task,
    /// Where there are texts, they and the cosines of the photos with them `(m, C)`.
    text: Option<Arc<TextScores>>,
    cosines: Option<Array2<f32>>,
    joint: Joint,
    /// Soft labels `(C, n)`, and the products e `(C, n)`, of which so many columns are ready.
    soft: Array2<f64>,
    products: Array2<f64>,
    ready: usize,
    rounds: usize,
    /// How many photos each class holds at most, where that is known, and what is added to its logits for that `(C,)`.
    room: Option<(Vec<usize>, Array1<f64>)>,
    /// The classifiers of the last round.
    images: Option<Discriminant>,
    /// Of each photo `(m, C)`, by the last round; when all is done, spread as wide as those that each was given alone.
    pub(crate) logits: Array2<f32>,
    wide: f64,
    /// What logits of the last round are multiplied by for that.
    factor: f32,
}

/// What was learned from photos without labels: classifiers of the examples and their soft labels.
pub struct LearnedPile {
    view: Task,
    rows: Array2<f32>,
    sums: Array2<f32>,
    images: Discriminant,
    text: Option<Arc<TextScores>>,
    joint: Joint,
    pub(crate) factor: f32,
    /// How much each class occurs among the photos: their soft labels of it beside half an even share, at most 1 `(C,)`. These photos tell
    /// classes apart that occur; of a class that does not, new photos may come all the same. Without this, where three in ten classes
    /// occur, photos of all are right 2.8 points less often than without these photos, with it as often; beside a whole share instead,
    /// 0.3 less often where shares are skewed (`evaluate --tasks 270 --shots 1 --pile 100 --occurring few`, `--shots 1,2,4 --occurring
    /// skewed`, development photos).
    pub(crate) occurring: Vec<f64>,
}

impl LearnedPile {
    /// Writes the calibrated logits `(C,)` of a query; it allocates nothing that `scratch` has room for.
    pub(crate) fn logits_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        self.scorer().logits_into(query, scratch, out);
        out.iter_mut().for_each(|v| *v *= self.factor);
    }

    pub(crate) fn scorer(&self) -> Scorer<'_> {
        Scorer {
            view: &self.view,
            rows: self.rows.view(),
            sums: self.sums.view(),
            images: Some(&self.images),
            text: self.text.as_ref().map(|text| &text.linear),
            joint: &self.joint,
        }
    }
}

impl Pile {
    /// Places and photos that help each other at most, more than there are places: each more costs all of them.
    pub(super) const MOST: usize = 2000;

    /// The numbers that were measured, not derived.
    pub(crate) fn measured() -> [&'static Measured; 2] {
        [&ROUNDS, &EXPECTED]
    }

    /// Of photos with these unit rows `(m, width)`, the probabilities `(m, C)` that the default answer gives them, and the share of an example
    /// that each counts as.
    pub(super) fn new(
        alone: &FittedFused,
        rows: ArrayView2<'_, f32>,
        single: &Array2<f64>,
        weight: f64,
    ) -> Self {
        let known = &alone.known;
        let photos = rows.rows().into_iter();
        let photos = photos.map(|row| row.to_slice().expect(CONTIGUOUS));
        let photos = known.view.embeddings_of(photos);
        let examples = known.labels.len();
        let all = examples + photos.nrows();
        let mut soft = Array2::zeros((single.ncols(), all));
        for (i, &label) in known.labels.iter().enumerate() {
            soft[[label, i]] = 1.0;
        }
        let mut pile = Self {
            examples,
            kernel: known.kernel.clone(),
            photos,
            weights: Array1::from_shape_fn(all, |i| if i < examples { 1.0 } else { weight }),
            view: known.view.clone(),
            text: known.text.clone(),
            cosines: known.text.as_ref().map(|text| text.linear.scores(rows)),
            joint: alone.joint.clone(),
            products: soft.clone(),
            soft,
            ready: 0,
            rounds: 0,
            room: None,
            images: None,
            logits: single.mapv(|p| ln(p) as f32),
            wide: 0.0,
            factor: 1.0,
        };
        pile.wide = pile.spread();
        pile.label();
        pile
    }

    /// Of photos of which each class holds so many at most `(C,)`.
    pub(crate) fn holding(mut self, room: &[usize]) -> Self {
        self.room = Some((room.to_vec(), Array1::zeros(room.len())));
        self
    }

    /// Works for a few milliseconds; true when the logits are there.
    pub(crate) fn step(&mut self) -> bool {
        let (next, i, rounds) = (self.kernel.len(), self.ready, ROUNDS.get() as usize);
        let all = self.weights.len();
        if let Some(roomy) = self.kernel.with_room(all) {
            self.kernel = Arc::new(roomy);
            return false;
        }
        if next < all {
            let row = self.photos.row(next - self.examples);
            let row = row.to_slice().expect(CONTIGUOUS);
            Arc::make_mut(&mut self.kernel).push_with(row, RIDGE.get() / self.weights[next]);
            return false;
        }
        self.ready += 1;
        if i < all {
            let (row, ridge) = (self.kernel.inverse.row(i), RIDGE.get() / self.weights[i]);
            for (mut products, soft) in self.products.rows_mut().into_iter().zip(self.soft.rows()) {
                products[i] = soft[i] - ridge * dot(row, soft.to_slice().expect(CONTIGUOUS));
            }
        } else if i == all {
            self.fit();
        } else if i <= all + self.photos.nrows() {
            self.answer(i - all - 1);
        } else {
            self.rounds += 1;
            let spread = self.spread();
            if self.rounds < rounds {
                self.label();
                self.ready = 0;
            } else if spread > 0.0 && self.wide > 0.0 {
                self.factor = (self.wide / spread) as f32;
                self.logits *= self.factor;
            }
        }
        self.rounds == rounds
    }

    /// What scores other photos, once all is done; `None` where the last round gave no classifiers.
    pub(crate) fn learned(self) -> Option<LearnedPile> {
        let photos = self.soft.slice(s![.., self.examples..]);
        let share = 0.5 * photos.ncols() as f64 / photos.nrows() as f64;
        let occurring = photos.sum_axis(Axis(1)).mapv(|n| (n / share).min(1.0));
        let sums = (self.soft - self.products) * (self.weights / RIDGE.get());
        Some(LearnedPile {
            view: self.view,
            rows: Arc::unwrap_or_clone(self.kernel).into_rows(),
            sums: single(sums.view()),
            images: self.images?,
            text: self.text,
            joint: self.joint,
            factor: self.factor,
            occurring: occurring.to_vec(),
        })
    }

    /// Makes classifiers of the soft labels.
    fn fit(&mut self) {
        let weighted = &self.soft * &self.weights;
        let counts = weighted.sum_axis(Axis(1));
        let between = Array2::from_shape_fn((counts.len(), counts.len()), |(c, d)| {
            weighted.row(c).dot(&self.products.row(d))
        });
        let rest = Array2::from_diag(&counts) - between;
        self.images = Discriminant::of_soft_labels(&counts.to_vec(), &rest);
    }

    /// What the classifiers say of a photo. Where rounding has left none, what was said before stands.
    fn answer(&mut self, photo: usize) {
        let Some(fit) = &self.images else { return };
        let mut logits = self.logits.row_mut(photo);
        let logits = logits.as_slice_mut().expect(CONTIGUOUS);
        let products = self.products.column(self.examples + photo).to_vec();
        fit.logits_into(&products, &mut Vec::new(), logits);
        let texts = self.cosines.as_ref().map(|all| {
            let mut texts = Vec::new();
            let odds = self
                .joint
                .texts_into(&all.row(photo).to_vec(), &products, &mut texts);
            (texts, odds)
        });
        self.joint.apply(
            logits,
            texts.as_ref().map(|(texts, odds)| (&**texts, *odds)),
        );
    }

    /// How far the logits of a photo lie from each other: what tells of a temperature where no example can be held out.
    fn spread(&self) -> f64 {
        let rows = self.logits.rows().into_iter();
        let finite = rows.map(|row| {
            row.iter()
                .map(|&v| f64::from(v))
                .filter(|v| v.is_finite())
                .collect()
        });
        let finite = finite.filter(|row: &Array1<f64>| !row.is_empty());
        finite.map(|row| row.var(0.0)).sum::<f64>().sqrt()
    }

    /// Gives the photos the soft labels that their logits say, among the classes that have examples.
    fn label(&mut self) {
        let (examples, mut photos) = self.soft.view_mut().split_at(Axis(1), self.examples);
        let taught = examples.sum_axis(Axis(1)).mapv(|n| n.min(1.0));
        let counts = photos.sum_axis(Axis(1));
        let prior = match &mut self.room {
            None => ((counts + EXPECTED.get()) * taught).mapv(ln),
            Some((room, prior)) => {
                for class in 0..room.len() {
                    // A class that has room for more needs nothing.
                    if counts[class] > 0.0 {
                        let more = ln(room[class] as f64 / counts[class]);
                        prior[class] = (prior[class] + more).min(0.0);
                    }
                }
                prior.clone()
            }
        };
        for (logits, mut label) in self.logits.rows().into_iter().zip(photos.columns_mut()) {
            let mut next = logits.mapv(f64::from) + &prior;
            softmax(next.as_slice_mut().expect(CONTIGUOUS));
            label.assign(&next);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;
    use crate::heads::fused::kernel::values_into;
    use crate::heads::{FittedHead, Fused, Head};
    use crate::numerics::random::Random;
    use crate::task::Task;
    use crate::{Stream, Streams};
    use ndarray::ArrayView1;

    #[test]
    fn soft_labels_are_regressed_with_their_weights() {
        let mut random = Random::new(5);
        let rows = Array2::from_shape_fn((25, 9), |_| random.uniform() as f32 - 0.5);
        let streams = Streams::new(vec![Stream::new("aux", 9)]).unwrap();
        let known = rows.slice(s![..4, ..]).to_owned();
        let task = Task::new(streams, known, vec![0, 1, 2, 0], vec![None; 4]).unwrap();
        let recipe = Fused::default();
        let fitted = recipe.fit(&recipe.prepare(task).unwrap()).unwrap();
        let single = Array2::from_shape_fn((21, 4), |(i, c)| [0.4, 0.3, 0.2, 0.1][(i + c) % 4]);
        let mut pile = fitted.pile(rows.slice(s![4.., ..]), &single, 0.2).unwrap();
        while pile.ready < 25 {
            assert!(!pile.step());
        }
        let residuals = (&pile.soft - &pile.products) * &pile.weights / RIDGE.get();
        let mut kernel = Vec::new();
        for (i, row) in pile.kernel.rows().rows().into_iter().enumerate() {
            values_into(pile.kernel.rows(), row.to_slice().unwrap(), &mut kernel);
            let products = residuals.dot(&ArrayView1::from(&kernel).mapv(f64::from));
            assert!(
                (&products - &pile.products.column(i))
                    .iter()
                    .all(|off| off.abs() < 1e-5)
            );
        }
        while !pile.step() {}
        // The fourth class has no example, and no photo teaches it.
        assert!(
            pile.logits
                .column(3)
                .iter()
                .all(|logit| *logit == f32::NEG_INFINITY)
        );
        assert!(
            pile.logits
                .slice(s![.., ..3])
                .iter()
                .all(|logit| logit.is_finite())
        );
        // What was learned scores the photos that it was learned from as the last round does.
        let (logits, mut scratch) = (pile.logits.clone(), Scratch::default());
        let learned = pile.learned().unwrap();
        for (row, expected) in rows
            .slice(s![4.., ..])
            .rows()
            .into_iter()
            .zip(logits.rows())
        {
            let (row, mut out) = (row.to_vec(), vec![0.0; 4]);
            let query = Query {
                row: &row,
                similarities: &[],
            };
            learned.logits_into(query, &mut scratch, &mut out);
            for (a, b) in out.iter().zip(expected) {
                assert!(a == b || (a - b).abs() < 1e-4, "{a} {b}");
            }
        }
    }
}
