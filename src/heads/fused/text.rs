//! What the texts of the classes say, and how much that counts beside the images.

use crate::Result;
use crate::heads::{Head, Linear, ZeroShot};
use crate::numerics::Measured;
use crate::numerics::math::{log_sum_exp, softmax};
use crate::task::{Task, class_counts};
use crate::validation::fit_part;
use ndarray::{Array1, Array2, ArrayView2};

/// The logits of a text are divided by one and this number over that of the examples, beside what the examples say: a few that it got right
/// are no proof. With half of it small tasks with one photo a class and all names gain 0.3 points (shipped encoder, development photos) and
/// 0.03 (true CLIP features, Caltech-101, validation photos), those with noise on these lose 0.05, and two photos cost 0.001 nats.
pub(super) static DOUBT: Measured = Measured::new("text.DOUBT", 2.0);

/// Penalty on the distance of the weight of text from 1, in examples: a few of them overrule it.
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

/// A weight below it counts as none, and no answer is said to be made of texts: their logits differ by ten or so (cosines by 0.1, times
/// 100), so less moves an answer by less than 0.2 nats.
const NEGLIGIBLE: f64 = 0.02;

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

/// The temperature of the scores of the texts, learned from examples `(m, C)` of all `n`; the texts have seen none of them.
pub(super) fn temperature(scores: ArrayView2<'_, f32>, labels: &[usize], n: usize) -> f64 {
    let doubt = if n == 0 { 0.0 } else { DOUBT.get() / n as f64 };
    fit_part(scores, labels, 1.0) * (1.0 + doubt)
}

/// The weight `>= 0` of the logits of the texts beside those of the images, both held-out `(m, C)`, that minimises
/// ```text
/// cross-entropy of the classes that have a text, given that it is one of them + PENALTY (weight - 1)^2
/// ```
/// by Newton steps (the function is convex). 1 where no example tells.
pub(super) fn weight(images: &Array2<f32>, texts: &Array2<f32>, labels: &[usize]) -> f64 {
    // Of each example of a class that both can score, what they say of such classes, its own first.
    let cut = |logit: f32| f64::from(logit).clamp(-CUT, CUT);
    let pairs = |i: usize| {
        let own = labels[i];
        let others = (0..images.ncols()).filter(move |&c| c != own);
        let both = std::iter::once(own)
            .chain(others)
            .map(move |c| (images[[i, c]], texts[[i, c]]));
        let finite = both.filter(|(image, text)| image.is_finite() && text.is_finite());
        finite
            .map(|(image, text)| (cut(image), cut(text)))
            .collect::<Vec<_>>()
    };
    let usable =
        |&i: &usize| images[[i, labels[i]]].is_finite() && texts[[i, labels[i]]].is_finite();
    let examples: Vec<Vec<(f64, f64)>> = (0..labels.len()).filter(usable).map(pairs).collect();
    let mut weight = 1.0;
    let mut probabilities = Vec::new();
    for _ in 0..ROUNDS {
        let prior = PENALTY.get();
        let (mut slope, mut curve) = (2.0 * prior * (weight - 1.0), 2.0 * prior);
        for pairs in &examples {
            probabilities.clear();
            probabilities.extend(pairs.iter().map(|(image, text)| image + weight * text));
            softmax(&mut probabilities);
            let (mut mean, mut square) = (0.0, 0.0);
            for (p, (_, text)) in probabilities.iter().zip(pairs) {
                mean += p * text;
                square += p * text * text;
            }
            slope += mean - pairs[0].1;
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
    /// How much the texts count.
    pub weight: f64,
}

impl Joint {
    /// Turns the logits of the images `(C,)` into those of both, given the cosines `(C,)` where there are texts: these share out anew, among
    /// the classes that have a text, the probability that the images give these together; a class without a text keeps its own. So a name
    /// that is unknown counts neither for its class nor against it. A class that has a text and no examples starts from the mean of the others.
    pub fn apply(&self, images: &mut [f32], cosines: Option<&[f32]>) {
        images.iter_mut().for_each(|v| *v /= self.images as f32);
        let Some(cosines) = cosines.filter(|_| self.weight > 0.0) else {
            return;
        };
        let texts = cosines.iter().zip(&self.usual);
        let texts = texts.map(|(v, usual)| (v - usual) / self.texts as f32);
        let finite = images.iter().filter(|v| v.is_finite());
        let mean = finite.clone().sum::<f32>() / finite.count().max(1) as f32;
        for (image, text) in images.iter_mut().zip(texts.clone()) {
            if !image.is_finite() && text.is_finite() {
                *image = mean;
            }
        }
        let of_named = |logits: &[f32], weight: f64| {
            let named = logits.iter().zip(texts.clone());
            let named = named.filter(|(_, text)| text.is_finite());
            log_sum_exp(named.map(|(&image, text)| f64::from(image) + weight * f64::from(text)))
        };
        let more = of_named(images, self.weight) - of_named(images, 0.0);
        for (image, text) in images.iter_mut().zip(texts.clone()) {
            if text.is_finite() {
                *image = (f64::from(*image) + self.weight * f64::from(text) - more) as f32;
            }
        }
    }
}
