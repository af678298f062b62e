//! What the texts of the classes say, and how much that counts beside the images.
//!
//! Source: ours. The probabilities that the texts give are corrected by ridge regression on what they lack of the labels of the examples, in
//! the kernel of the images; where they are right nothing is corrected, where they tell nothing this is the regression without them.

use super::discriminant::bent;
use crate::Result;
use crate::heads::{Head, Linear, ZeroShot};
use crate::numerics::Measured;
use crate::numerics::linalg::{CONTIGUOUS, add_wide_products};
use crate::numerics::math::{log_sum_exp, softmax};
use crate::task::{Task, class_counts};
use ndarray::{Array1, Array2, ArrayView2};

/// Share of the texts in the logits of the classes that have one, before examples tell; ridge regression and Gaussian classes have the rest,
/// so each of the three a third. With 0.4 small tasks with one photo a class and all names lose 0.15 points and are 1.3 points worse calibrated
/// (shipped encoder, development photos; `evaluate --tasks 400 --shots 1 --names known --ablate text.SHARE=0.4`), true CLIP features gain 0.03.
pub(crate) static SHARE: Measured = Measured::new("text.SHARE", 0.33);

/// This share is divided by one and this number over that of the examples: a few that the texts got right are no proof. With half of it the
/// same tasks are 1.8 points worse calibrated, with twice 2.8 better, and those of true CLIP features 0.3 worse.
pub(super) static DOUBT: Measured = Measured::new("text.DOUBT", 3.0);

/// Penalty on the distance of the weight of the texts from that before examples tell, over that, in examples: a few of them overrule it.
pub(super) static PENALTY: Measured = Measured::new("text.PENALTY", 1.0);

/// Share of the usual score of a text that is taken from its scores.
///
/// Source: Zhou et al., "Test-Time Distribution Normalization for Contrastively Learned Vision-language Models", 2023,
/// arXiv:2302.11084; the half is theirs. docs/algorithms.md has what it adds.
const USUAL: f32 = 0.5;

/// Logits are cut off there, where a probability is zero for every purpose.
const CUT: f64 = 60.0;

/// Newton steps at most; it stops earlier where the weight moves by no more than [`STILL`].
const ROUNDS: usize = 30;
const STILL: f64 = 1e-6;

/// A weight below it counts as none, and no answer is said to be made of texts: their logits differ by 17 or so (those of the values 0 and 1),
/// so less moves an answer by less than 0.2 nats.
const NEGLIGIBLE: f64 = 0.01;

/// The cosines of the examples with the texts, which only a new example or another text changes.
#[derive(Clone)]
pub(crate) struct TextScores {
    /// Scores of a query.
    pub linear: Linear,
    /// Scores of the examples `(n, C)`, in the order of the kernel.
    pub scores: Array2<f32>,
}

impl TextScores {
    /// Of rows `(n, width)`; `None` where no class has a text.
    pub fn of(view: &Task, rows: ArrayView2<'_, f32>) -> Result<Option<Self>> {
        if !view.has_text() {
            return Ok(None);
        }
        let linear = ZeroShot::default().fit(view)?.linear;
        Ok(Some(Self {
            scores: linear.scores(rows),
            linear,
        }))
    }
}

/// [`USUAL`] of the mean score `(C,)` of each text over the classes of the examples, whose scores are `(n, C)`: what any photo here has of
/// it says nothing of its class.
pub(super) fn usual(scores: ArrayView2<'_, f32>, labels: &[usize]) -> Array1<f32> {
    let counts = class_counts(labels, scores.ncols());
    let used = counts.iter().filter(|&&n| n > 0).count();
    let mut usual = Array1::zeros(scores.ncols());
    for (scores, &label) in scores.rows().into_iter().zip(labels) {
        usual.scaled_add(USUAL / (used * counts[label]) as f32, &scores);
    }
    // A class without a text scores -inf.
    usual.mapv_into(|v: f32| if v.is_finite() { v } else { 0.0 })
}

/// What the examples say of the texts, of whose logits they have `(n, C)`: a matrix `(C, C)` that takes the products of a query with the class
/// sums to what is added to the probabilities of the texts, and [`Joint::even`]. The matrix is ridge regression on what these lack of the labels,
/// on average over a class; those of a class without a text say nothing.
pub(super) fn corrections(texts: &Array2<f32>, labels: &[usize]) -> (Array2<f64>, Option<f64>) {
    let classes = texts.ncols();
    let counts = class_counts(labels, classes);
    let mut corrections = Array2::zeros((classes, classes));
    // Number and summed fit of the examples of classes without a text, and of the others.
    let mut kinds = [(0.0, 0.0); 2];
    for (texts, &own) in texts.rows().into_iter().zip(labels) {
        let mut probabilities = texts.mapv(f64::from);
        let fit = softmax(probabilities.as_slice_mut().expect(CONTIGUOUS));
        let is_named = texts[own].is_finite();
        let (number, sum) = &mut kinds[usize::from(is_named)];
        *number += 1.0;
        *sum += fit;
        if is_named {
            probabilities[own] -= 1.0;
            let mut correction = corrections.column_mut(own);
            correction.scaled_add(-1.0 / counts[own] as f64, &probabilities);
        }
    }
    let [others, named] = kinds.map(|(number, sum)| sum / number);
    let even = (others + named) / 2.0;
    (corrections, even.is_finite().then_some(even))
}

/// The weight of the texts before any of `n` examples tells.
pub(super) fn weight_before(n: usize) -> f64 {
    SHARE.get() / (1.0 + DOUBT.get() / n as f64)
}

/// The weight `>= 0` of the logits of the texts beside those of the images, both held-out `(m, C)`, that minimises
/// ```text
/// cross-entropy of the classes that have a text, given that it is one of them + PENALTY (weight / before - 1)^2
/// ```
/// by Newton steps (the function is convex). `before` where no example tells.
pub(super) fn weight(
    images: &Array2<f32>,
    texts: &Array2<f32>,
    labels: &[usize],
    before: f64,
) -> f64 {
    let both = |i: usize, c: usize| {
        let both = [images[[i, c]], texts[[i, c]]];
        let finite = both.iter().all(|logit| logit.is_finite());
        finite.then(|| both.map(|logit| f64::from(logit).clamp(-CUT, CUT)))
    };
    // Of each example of a class that both can score, what they say of such classes, its own first.
    let mut examples = Vec::new();
    for (i, &own) in labels.iter().enumerate() {
        let Some(first) = both(i, own) else { continue };
        let mut pairs = vec![first];
        for c in (0..images.ncols()).filter(|&c| c != own) {
            pairs.extend(both(i, c));
        }
        examples.push(pairs);
    }
    let mut weight = before;
    let mut probabilities = Vec::new();
    for _ in 0..ROUNDS {
        let prior = 2.0 * PENALTY.get() / (before * before);
        let (mut slope, mut curve) = (prior * (weight - before), prior);
        for pairs in &examples {
            probabilities.clear();
            probabilities.extend(pairs.iter().map(|[image, text]| image + weight * text));
            softmax(&mut probabilities);
            let (mut mean, mut square) = (0.0, 0.0);
            for (p, [_, text]) in probabilities.iter().zip(pairs) {
                mean += p * text;
                square += p * text * text;
            }
            slope += mean - pairs[0][1];
            curve += square - mean * mean;
        }
        let step = (weight - slope / curve).max(0.0) - weight;
        weight += step;
        if step.abs() < STILL {
            break;
        }
    }
    if weight < NEGLIGIBLE { 0.0 } else { weight }
}

/// How the logits of the images and the cosines with the texts become one.
#[derive(Debug, Clone)]
pub(crate) struct Joint {
    /// What the logits of the images are divided by.
    pub images: f64,
    /// What is taken from the cosines `(C,)`.
    pub usual: Array1<f32>,
    /// What the cosines are divided by then.
    pub texts: f64,
    /// What the examples say of the texts ([`corrections`]), where there are examples.
    pub corrections: Option<Array2<f64>>,
    /// How much the logits of the texts count.
    pub weight: f64,
    /// How well texts fit, as the log-sum-exp of their logits, where they speak neither for the classes that have one nor for the others:
    /// midway between the means of the examples of either kind. `None` where examples of either kind lack.
    pub even: Option<f64>,
}

impl Joint {
    /// Writes the logits of the texts `(C,)` of a query with these cosines `(C,)` and products with the class sums `(C,)`: where there are
    /// examples, those of a regression around the probabilities that the texts give. Returns the log-odds that it shows a class that has a
    /// text, as far as these tell: how much better they fit than [`Joint::even`].
    pub fn texts_into(&self, cosines: &[f32], products: &[f64], texts: &mut Vec<f64>) -> f64 {
        texts.clear();
        let scores = cosines.iter().zip(&self.usual);
        texts.extend(scores.map(|(v, usual)| f64::from(v - usual) / self.texts));
        let Some(corrections) = &self.corrections else {
            return 0.0;
        };
        let fit = softmax(texts);
        add_wide_products(corrections.view(), products, texts);
        for (text, cosine) in texts.iter_mut().zip(cosines) {
            *text = match cosine.is_finite() {
                true => bent(*text),
                false => f64::NEG_INFINITY,
            };
        }
        self.even.map_or(0.0, |even| fit - even)
    }

    /// Turns the logits of the images `(C,)` into those of both, given those of the texts `(C,)` and their log-odds, where there are texts.
    /// Among the classes that have one these share out anew the probability that the images give these together, and that times the odds.
    /// A class without a text keeps its own logit, so which names are known counts neither for it nor against it, but how well they fit does. A class
    /// that has a text and no examples starts from the mean of the others.
    pub fn apply(&self, images: &mut [f32], texts: Option<(&[f64], f64)>) {
        images.iter_mut().for_each(|v| *v /= self.images as f32);
        let Some((texts, odds)) = texts.filter(|_| self.weight > 0.0) else {
            return;
        };
        let finite = images.iter().filter(|v| v.is_finite());
        let mean = finite.clone().sum::<f32>() / finite.count().max(1) as f32;
        for (image, text) in images.iter_mut().zip(texts) {
            if !image.is_finite() && text.is_finite() {
                *image = mean;
            }
        }
        let (share, weight) = (1.0 - SHARE.get(), self.weight);
        let named = (images.iter().zip(texts)).filter(|(_, text)| text.is_finite());
        let all = |share: f64, weight: f64| {
            let logits = named.clone();
            log_sum_exp(logits.map(move |(&v, text)| share * f64::from(v) + weight * text))
        };
        let more = all(share, weight) - all(1.0, 0.0) - weight * odds;
        for (image, text) in images.iter_mut().zip(texts) {
            if text.is_finite() {
                *image = (share * f64::from(*image) + weight * text - more) as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::math::exp;

    #[test]
    fn a_query_that_is_an_example_is_corrected_to_its_label() {
        // Of three classes the last has no text; the second is always taken for the first.
        let none = f32::NEG_INFINITY;
        let texts = ndarray::array![[2.0, 0.0, none], [1.0, 0.0, none], [1.0, 3.0, none]];
        let labels = [0, 1, 2];
        let joint = Joint {
            images: 1.0,
            usual: Array1::zeros(3),
            texts: 1.0,
            corrections: Some(corrections(&texts, &labels).0),
            weight: 1.0,
            even: None,
        };
        let ask = |cosines: &[f32], products: &[f64]| {
            let mut logits = Vec::new();
            joint.texts_into(cosines, products, &mut logits);
            logits
        };
        let close = |found: Vec<f64>, values: [f64; 2]| {
            let expected = values.map(bent);
            assert!((found[0] - expected[0]).abs() < 1e-6);
            assert!((found[1] - expected[1]).abs() < 1e-6);
            assert_eq!(found[2], f64::NEG_INFINITY);
        };
        let wrong = [1.0, 0.0, none];
        close(ask(&wrong, &[0.0, 1.0, 0.0]), [0.0, 1.0]);
        // Half as like it: half of the way.
        let p = 1.0 / (1.0 + exp(-1.0));
        close(ask(&wrong, &[0.0, 0.5, 0.0]), [p / 2.0, 1.0 - p / 2.0]);
        // A photo of the class without a text says nothing of the texts, and far from all photos they stand.
        close(ask(&wrong, &[0.0, 0.0, 1.0]), [p, 1.0 - p]);
    }
    #[test]
    fn texts_that_fit_speak_for_the_classes_that_have_one() {
        // Examples of the first two classes fit a text by 3 and 5, those of the third, which has none, by 0 and 1.
        let none = f32::NEG_INFINITY;
        let texts = ndarray::array![
            [3.0, none, none],
            [none, 5.0, none],
            [0.0, none, none],
            [none, 1.0, none]
        ];
        let even = |labels: [usize; 4]| corrections(&texts, &labels).1;
        assert_eq!(even([0, 1, 2, 2]), Some(2.25));
        // Without examples of either kind nothing tells.
        assert_eq!(even([2, 2, 2, 2]), None);
        assert_eq!(even([0, 1, 0, 1]), None);

        let joint = Joint {
            images: 1.0,
            usual: Array1::zeros(3),
            texts: 1.0,
            corrections: Some(Array2::zeros((3, 3))),
            weight: 0.5,
            even: even([0, 1, 2, 2]),
        };
        let ask = |cosine: f32| {
            let mut texts = Vec::new();
            let odds = joint.texts_into(&[cosine, none, none], &[0.0; 3], &mut texts);
            let mut logits = [1.0, none, 0.5];
            joint.apply(&mut logits, Some((&texts, odds)));
            logits
        };
        // Of one name alone its odds change, by the weight of the texts.
        for (cosine, more) in [(2.25, 0.0), (4.25, 1.0), (0.25, -1.0)] {
            let [named, _, other] = ask(cosine);
            assert!((named - 1.0 - more).abs() < 1e-6, "{named}");
            assert_eq!(other, 0.5);
        }
    }
}
