//! The default answer: two classifiers of images and one of texts, as one, all read from one inverse that is kept.
//!
//! Source: ours, of the parts that [`discriminant`] names. Ridge regression and Gaussian classes on the same kernel, half of each; the
//! text of each class as the examples correct it. What the examples say when they are held out, fold by fold, follows from
//! the inverse without a fit: the weight of the texts, the temperature, the sets of classes, the threshold of "none of these" and the
//! estimate of quality all come from that.

mod discriminant;
mod evidence;
mod groups;
mod held_out;
mod kernel;
mod novelty;
mod pile;
mod text;
mod trust;

pub(crate) use discriminant::{Affine, Forms, KNEE, TEMPERATURE};
pub(crate) use groups::{groups, mean_direction};
use kernel::values_into;
pub(crate) use kernel::{Kernel, SHARPNESS};
pub(crate) use novelty::SHORT;
pub use pile::{LearnedPile, Pile};
use text::Joint;
pub(crate) use text::{SHARE as TEXT_SHARE, TextScores};
pub(crate) use trust::trust_search;

use super::scratch::zeros;
use super::{
    FittedHead, Head, Keeps, KernelRidge, Linear, NaiveBayesFull, Query, Recipe, ScoresBy, Scratch,
    ZeroShot, prior, recipe::recipe,
};
use crate::Result;
use crate::numerics::Measured;
use crate::numerics::linalg;
use crate::numerics::order::sort_indices;
use crate::task::{SHARED, STEEPNESS, Task};
use crate::validation::{
    self, ENOUGH, FOLDS, HeldOut, PART_SPREAD, SPREAD, enough, fit_part, likeness,
};
use discriminant::{Discriminant, Fit};
use evidence::Evidence;
use held_out::{WithoutText, folds_of};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use std::borrow::Cow;
use std::sync::Arc;

recipe! {
    /// Images and texts together, with a score of its own for photos that show none of the classes.
    ///
    /// The images are standardised ([`Task::standardised`]) and the trust in each stream is learned (`src/heads/fused/trust.rs`).
    /// # Units
    /// Logits. A class without examples and without text scores `-inf`.
    /// # Cost
    /// Fit O(n^3), n at most 1,800: of more examples those of a class that are most alike stand together in one place. In a classifier it is
    /// kept, and a photo more or less costs O(n^2). Score O(n (width + C)).
    // Fields that are not known pass: earlier versions saved some.
    Fused "fused" {}
}

impl Fused {
    /// The numbers of the default answer that were measured, not derived; `docs/constants.md` has what others would do.
    pub fn measured() -> [&'static Measured; 19] {
        [
            &SHARED,
            &STEEPNESS,
            &trust::LOOKED_AT,
            &trust::CHANCE,
            &SHARPNESS,
            &kernel::RIDGE,
            &discriminant::KNEE,
            &discriminant::TEMPERATURE,
            &discriminant::REGRESSION,
            &discriminant::CENTRE_WORTH,
            &discriminant::EXPECTED,
            &prior::SHARE,
            &text::SHARE,
            &text::DOUBT,
            &text::PENALTY,
            &FOLDS,
            &PART_SPREAD,
            &SPREAD,
            &validation::MOST_NATS,
        ]
    }
}

/// Places of the kernel at most: their inverse takes 26 MB and is made in less than a second (`npm run bench:default`).
pub(crate) const PLACES: usize = 1800;

impl Head for Fused {
    type Fitted = FittedFused;

    fn scores_by(&self) -> ScoresBy {
        ScoresBy::Either
    }

    fn keeps(&self) -> Keeps<'_> {
        Keeps::Kernel
    }

    fn prepare(&self, task: Task) -> Result<Task> {
        let task = task.standardised();
        let trust = trust::learn(&task)?;
        task.with_trust(&trust)
    }

    fn fit(&self, task: &Task) -> Result<FittedFused> {
        let chosen = task.stratified(PLACES);
        let labels: Vec<usize> = chosen.iter().map(|&i| task.labels()[i]).collect();
        let embedding = |i: usize| task.embeddings().row(i).to_vec();
        let (all, no_limit) = (task.labels(), &mut { u64::MAX });
        let groups = groups(all, &chosen, &chosen, |_| None, embedding, no_limit);
        let mut rows = Array2::zeros((chosen.len(), task.embeddings().ncols()));
        for (group, mut row) in groups.iter().zip(rows.rows_mut()) {
            row.assign(&Array1::from(mean_direction(group, embedding)));
        }
        let view = task.subset(&[]);
        let texts = linalg::select(task.features(), &chosen);
        Ok(FittedFused::new(Known {
            kernel: Arc::new(Kernel::of(rows.view())),
            text: TextScores::of(&view, texts.view())?.map(Arc::new),
            examples: chosen,
            labels,
            view,
        }))
    }
}

/// What an answer is made of.
pub(crate) struct Known {
    /// A task without examples: the classes with their texts, and how images are seen.
    pub view: Task,
    pub kernel: Arc<Kernel>,
    pub text: Option<Arc<TextScores>>,
    /// Of each place in the kernel, the number of the example and its class.
    pub examples: Vec<usize>,
    pub labels: Vec<usize>,
}

/// What scores a query: classifiers of images, made of these rows, and texts.
pub(crate) struct Scorer<'a> {
    pub view: &'a Task,
    /// Embeddings `(n, width)`, and class sums under the inverse `(C, n)`.
    pub rows: ArrayView2<'a, f32>,
    pub sums: ArrayView2<'a, f32>,
    pub images: Option<&'a Discriminant>,
    pub text: Option<&'a Linear>,
    pub joint: &'a Joint,
}

impl Scorer<'_> {
    /// Writes the logits of a query `(C,)`. How it fits the images, where there are any.
    fn logits_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) -> Option<Fit> {
        let [single, texts] = &mut scratch.classes;
        let mut fit = None;
        match self.images {
            None => out.fill(f32::NEG_INFINITY),
            Some(images) => {
                let values = &mut scratch.examples;
                self.view.embedding_into(query.row, &mut scratch.embedding);
                values_into(self.rows, &scratch.embedding, values);
                let single = zeros(single, out.len());
                linalg::add_products(self.sums, values, single);
                scratch.products.clear();
                let products = single.iter().map(|&v| f64::from(v));
                scratch.products.extend(products);
                fit = Some(images.logits_into(&scratch.products, &mut scratch.sums, out));
            }
        }
        let cosines = self.text.map(|text| {
            let texts = zeros(texts, out.len());
            text.scores_into(query, texts);
            &*texts
        });
        let texts = cosines.map(|cosines| {
            let Scratch { products, sums, .. } = scratch;
            let odds = self.joint.texts_into(cosines, products, sums);
            (&**sums, odds)
        });
        self.joint.apply(out, texts);
        fit
    }
}

/// The folds of what is known: the examples are shared out in the order of their numbers.
fn folds_by_number(known: &Known) -> Vec<Vec<usize>> {
    let number = |place: usize| known.examples[place];
    let mut order: Vec<usize> = (0..known.examples.len()).collect();
    sort_indices(&mut order, &|a, b| number(a).cmp(&number(b)));
    let labels: Vec<usize> = order.iter().map(|&place| known.labels[place]).collect();
    let mut folds = folds_of(&labels);
    folds.iter_mut().flatten().for_each(|i| *i = order[*i]);
    folds
}

/// The default answer, fitted.
pub struct FittedFused {
    known: Known,
    evidence: Evidence,
    images: Option<Discriminant>,
    /// Class sums under the inverse `(C, n)`.
    sums: Array2<f32>,
    folds: Vec<Vec<usize>>,
    joint: Joint,
    held_out: HeldOut,
}

impl FittedFused {
    pub(crate) fn new(known: Known) -> Self {
        let classes = known.view.n_classes();
        let evidence = Evidence::new(&known.kernel.inverse, &known.labels, classes);
        let mut fitted = Self {
            images: evidence.all(),
            sums: linalg::single(evidence.sums.view()),
            folds: folds_by_number(&known),
            joint: Joint {
                images: known.view.temperature(),
                usual: Array1::zeros(classes),
                texts: 1.0,
                corrections: None,
                weight: if known.text.is_some() { 1.0 } else { 0.0 },
                even: None,
            },
            held_out: HeldOut::none(classes),
            evidence,
            known,
        };
        let held = fitted.hold_out(&fitted.folds[..enough(&fitted.folds, ENOUGH)]);
        fitted.learn_text(&held);
        fitted.held_out = fitted.joined(held);
        let images = fitted.images.as_ref();
        fitted.held_out.expected = images.map(|images| novelty::expected(images.counts()));
        fitted
    }

    /// Logits by folds. How foreign an example looks is measured with that one example left out: to what is fitted to a fold fewer everything
    /// is farther away than to what is fitted to all. Of the only example of its class it cannot be.
    fn hold_out(&self, folds: &[Vec<usize>]) -> WithoutText {
        let inverse = &self.known.kernel.inverse;
        let mut images = WithoutText::held_out(&self.evidence, inverse, folds);
        let alone = |all, place| self.evidence.without_one(inverse, all, place);
        let places = images.places.iter();
        let fits = places.map(|&place| self.images.as_ref().and_then(|all| alone(all, place)));
        images.fits = fits.collect();
        images
    }

    pub(crate) fn view(&self) -> &Task {
        &self.known.view
    }

    pub(crate) fn scorer(&self) -> Scorer<'_> {
        Scorer {
            view: &self.known.view,
            rows: self.known.kernel.rows(),
            sums: self.sums.view(),
            images: self.images.as_ref(),
            text: self.known.text.as_ref().map(|text| &text.linear),
            joint: &self.joint,
        }
    }

    fn labels_of(&self, places: &[usize]) -> Vec<usize> {
        places.iter().map(|&i| self.known.labels[i]).collect()
    }

    /// Learns what the examples say of the texts, and how much these count.
    fn learn_text(&mut self, held: &WithoutText) {
        let (Some(text), Some(_)) = (&self.known.text, &self.images) else {
            return;
        };
        let all = &self.known.labels;
        // One photo a class: none can be held out, but texts have seen none of them.
        let places: Vec<usize> = if held.places.is_empty() {
            (0..all.len()).take(ENOUGH).collect()
        } else {
            held.places.clone()
        };
        let labels = self.labels_of(&places);
        let joint = &mut self.joint;
        joint.usual = text::usual(text.scores.view(), all);
        let scores = text.scores.clone() - &joint.usual;
        joint.texts = fit_part(linalg::select(scores.view(), &places).view(), &labels, 1.0);
        let scores = scores / joint.texts as f32;
        let (corrections, even) = text::corrections(&scores, all);
        (joint.corrections, joint.even) = (Some(corrections), even);
        joint.weight = text::weight_before(all.len());
        if held.places.is_empty() {
            return;
        }
        joint.images = fit_part(held.logits.view(), &labels, joint.images);
        let images = &held.logits * (((1.0 - text::SHARE.get()) / joint.images) as f32);
        let mut texts = Array2::zeros(images.dim());
        let held_out = places.iter().zip(held.products.rows());
        for ((&place, products), mut row) in held_out.zip(texts.rows_mut()) {
            let logits = self
                .texts_of(place, products)
                .into_iter()
                .flat_map(|(logits, _)| logits);
            row.iter_mut()
                .zip(logits)
                .for_each(|(v, logit)| *v = logit as f32);
        }
        self.joint.weight = text::weight(&images, &texts, &labels, self.joint.weight);
    }

    /// Logits `(C,)` of the texts for the example at a place that is held out, where it has these products with the others.
    fn texts_of(&self, place: usize, products: ArrayView1<'_, f64>) -> Option<(Vec<f64>, f64)> {
        let cosines = self.known.text.as_ref()?.scores.row(place).to_vec();
        let mut logits = Vec::new();
        let odds = self
            .joint
            .texts_into(&cosines, &products.to_vec(), &mut logits);
        Some((logits, odds))
    }

    /// Held-out logits of images and texts together, and how foreign the examples look of which it is known how they fit.
    fn joined(&self, images: WithoutText) -> HeldOut {
        let mut logits = images.logits;
        let negatives = self.known.view.negatives();
        let mut novelty = Vec::with_capacity(images.fits.len());
        for (e, mut row) in logits.rows_mut().into_iter().enumerate() {
            let row = row.as_slice_mut();
            let row = row.expect(linalg::CONTIGUOUS);
            let texts = self.texts_of(images.places[e], images.products.row(e));
            self.joint
                .apply(row, texts.as_ref().map(|(texts, odds)| (&**texts, *odds)));
            if let Some(fit) = images.fits.get(e) {
                let told = fit.as_ref().map(|fit| self.novelty(fit, row));
                // Negatives had no part in how images are seen, so examples are less like them than new photos are: that outweighs it.
                let told = told.map_or(f64::NAN, |told| match negatives.is_empty() {
                    true => self.as_new(told, images.places[e]),
                    false => told,
                });
                novelty.push(told as f32);
            }
        }
        let examples = images.places.iter().map(|&i| self.known.examples[i]);
        let embeddings = self.known.kernel.rows();
        let embedding = |i| embeddings.row(i).to_slice().expect(linalg::CONTIGUOUS);
        let likeness = |&i: &usize| likeness(negatives.view(), embedding(i));
        HeldOut {
            likeness: images.places.iter().filter_map(likeness).collect(),
            labels: self.labels_of(&images.places),
            examples: examples.collect(),
            logits,
            novelty,
            expected: None,
        }
    }

    /// The novelty of the example at a place, had its class one more.
    fn as_new(&self, left_out: f64, place: usize) -> f64 {
        let counts = &self.evidence.counts;
        let classes = counts.iter().filter(|&&n| n > 0.0).count() as f64;
        novelty::as_new(left_out, classes, counts[self.known.labels[place]])
    }

    fn novelty(&self, fit: &Fit, logits: &[f32]) -> f64 {
        novelty::novelty(fit, (self.joint.weight > 0.0).then_some(logits))
    }
}

impl FittedHead for FittedFused {
    fn n_classes(&self) -> usize {
        self.known.view.n_classes()
    }

    fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        self.scores_and_novelty(query, scratch, out);
    }

    fn scores_and_novelty(
        &self,
        query: Query<'_>,
        scratch: &mut Scratch,
        out: &mut [f32],
    ) -> Option<f64> {
        let fit = self.scorer().logits_into(query, scratch, out);
        fit.map(|fit| self.novelty(&fit, out))
    }

    fn prior_temperature(&self) -> f64 {
        1.0
    }

    fn fused(&self) -> Option<&FittedFused> {
        Some(self)
    }

    fn parts(&self) -> Vec<(&'static str, f64)> {
        let Some(images) = &self.images else {
            return vec![(ZeroShot::NAME, 1.0)];
        };
        let of_text = self.joint.weight / (1.0 - text::SHARE.get() + self.joint.weight);
        let regression = images.share;
        let parts = [
            (KernelRidge::NAME, (1.0 - of_text) * regression),
            (NaiveBayesFull::NAME, (1.0 - of_text) * (1.0 - regression)),
            (ZeroShot::NAME, of_text),
        ];
        parts.into_iter().filter(|part| part.1 > 0.0).collect()
    }

    fn held_out(&self, limit: usize) -> Option<Cow<'_, HeldOut>> {
        let enough = enough(&self.folds, ENOUGH);
        if limit <= ENOUGH || enough == self.folds.len() {
            return Some(Cow::Borrowed(&self.held_out));
        }
        // How foreign these look would cost as much again.
        let (inverse, rest) = (&self.known.kernel.inverse, &self.folds[enough..]);
        let more = WithoutText::held_out(&self.evidence, inverse, rest);
        let mut all = self.held_out.clone();
        all.append(self.joined(more));
        Some(Cow::Owned(all))
    }

    fn most_together(&self) -> usize {
        Pile::MOST - self.known.labels.len()
    }

    fn pile(&self, rows: ArrayView2<'_, f32>, single: &Array2<f64>, weight: f64) -> Option<Pile> {
        self.images.as_ref()?;
        Some(Pile::new(self, rows, single, weight))
    }
}
