//! Kernel ridge regression around zero-shot recognition.
//!
//! Source: Bendou et al., "ProKeR: A Kernel Perspective on Few-Shot Adaptation of Large Vision-Language Models", 2025, arXiv:2501.11175.
//! Differs from the source: the correction has a weight of its own (the published code drops a factor, so its weight equals its ridge; the
//! textbook's is 1), and there may be no text; embeddings are standardised then; an error on a class of few examples weighs more.

use super::zero_shot::text_or;
use super::{
    FittedHead, Head, Linear, Query, Recipe, ScoresBy, Scratch, ZeroShot, affinities,
    cross_entropy, recipe::recipe,
};
use crate::numerics::linalg::{self, Inverse};
use crate::numerics::math::{self, larger};
use crate::task::Task;
use crate::{Error, Result};
use ndarray::{Array1, Array2, Axis, s};
use std::ops::RangeInclusive;

recipe! {
    /// Scores a query by its cosine with the text of each class, corrected towards what the examples say.
    ///
    /// With K the kernel between the N examples, Y their classes as 0 and 1, f0 the cosines with the texts, 1/C without:
    /// ```text
    /// k(x, x') = exp(-beta (1 - x.x'))
    /// score    = f0(x) + weight k(x, X) (K + L)^-1 (Y - f0(X))
    /// ```
    /// where L is diagonal: lambda for each example, times a power of the number of examples of its class (see `balance`).
    /// # Shapes
    /// Similarities `(n,)` a query; coefficients `(n, C)`.
    /// # Units
    /// About 1 for a sure class and 0 for the others. A class without examples and without text scores `-inf`; one without
    /// text among classes with text has the mean of their f0.
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// Fit O(n^3 / 3 + n^2 C), score O(n C).
    // Fields that are not known pass: earlier versions saved one more.
    KernelRidge "kernel_ridge" {
        /// Sharpness of the kernel; none: with text 3, 2.6, 1.5, 1.66, 1.7 at 1, 2, 4, 8, 16 photos a class on average, without 0.8,
        /// 1.1, 1.4, 1.7, 1.7, straight lines in the logarithm between.
        beta: Option<f64> = None, 0 to 1e6;
        /// Ridge; none: with text likewise 0.05, 0.05, 0.05, 0.07, 0.1, without 0.1.
        lambda: Option<f64> = None, 0.0001 to 1e6;
        /// Power of the number of examples of its class that the ridge of an example is proportional to, where their harmonic mean
        /// is lambda: an error weighs more where there are few; 0 as published.
        balance: f64 = 2.0, 0 to 2;
        /// Weight of the correction; none: lambda, 0.3 or 1, whichever gives the least leave-one-out cross-entropy at its best temperature;
        /// without text 1, for it scales the scores and nothing else; where no class has two examples lambda, as published.
        weight: Option<f64> = None, 1e-6 to 1e6;
        /// Whether [`Head::prepare`] standardises the embeddings where there is no text, see [`Task::standardised`]; false as published.
        standardise: bool = true;
    }
}

/// Below it the rounding of the kernel would count.
const LEAST_RIDGE: f64 = 1e-4;

impl KernelRidge {
    /// Ridge of each example `(n,)`. On validation photos of Caltech-101, UCF101 and DTD (true CLIP features), where half of the
    /// classes have 1 photo and the others 8, a balance of 2 gains 5, 6 and 7 points, of 1 about 2; with 4 and 16 up to 8.
    fn ridges(&self, lambda: f64, task: &Task) -> Array1<f64> {
        let counts = task.counts();
        let power = |&label: &usize| math::exp(self.balance * math::ln(counts[label] as f64));
        let powers: Array1<f64> = task.labels().iter().map(power).collect();
        let factor = lambda * powers.recip().mean().unwrap_or(0.0);
        powers.mapv_into(|power| (factor * power).max(LEAST_RIDGE))
    }
}

/// Beta and lambda at 1, 2, 4, 8 and 16 examples a class.
type Table = [(f64, f64); 5];

/// As published for zero-shot and examples together, averaged over data sets.
const AROUND_TEXT: Table = [
    (3.0, 0.05),
    (2.6, 0.05),
    (1.5, 0.05),
    (1.66, 0.07),
    (1.7, 0.1),
];

/// Without text the few examples of a class have to reach farther. On true CLIP features of Caltech-101, UCF101 and DTD
/// (validation photos, 12 draws), not standardised, a beta of 0.8 in place of 3 gains 0.4 to 0.8 points at one photo a
/// class; where they are standardised, every beta from 0.3 to 2.5 is as good.
const WITHOUT_TEXT: Table = [(0.8, 0.1), (1.1, 0.1), (1.4, 0.1), (1.7, 0.1), (1.7, 0.1)];

/// Beta and lambda for so many examples a class on average, on straight lines between the entries of a table.
fn interpolated(table: &Table, shots: f64) -> (f64, f64) {
    let x = (math::ln(shots.max(1.0)) / math::ln(2.0)).min(4.0);
    let left = (x as usize).min(3);
    let part = x - left as f64;
    let between = |a: f64, b: f64| a + part * (b - a);
    let (low, high) = (table[left], table[left + 1]);
    (between(low.0, high.0), between(low.1, high.1))
}

impl Head for KernelRidge {
    type Fitted = FittedKernelRidge;

    fn scores_by(&self) -> ScoresBy {
        ScoresBy::Either
    }

    fn standardises(&self, has_text: bool) -> bool {
        self.standardise && !has_text
    }

    fn fit(&self, task: &Task) -> Result<FittedKernelRidge> {
        self.check()?;
        let cosine = ZeroShot {
            logit_scale: Some(1.0),
            ..ZeroShot::default()
        };
        let baseline = text_or(1.0 / task.n_classes() as f64, cosine, task)?;
        let (table, prior, least) = match task.has_text() {
            true => (&AROUND_TEXT, None, TEXT_TEMPERATURE),
            false => (&WITHOUT_TEXT, Some(1.0), 0.0),
        };
        let shots = task.n_examples() as f64 / task.used().len().max(1) as f64;
        let usual = interpolated(table, shots);
        let beta = self.beta.unwrap_or(usual.0);
        let lambda = self.lambda.unwrap_or(usual.1);

        let before = linalg::wide(baseline.scores(task.features()).view());
        // A class that cannot be scored has nothing to correct.
        let mut residual = before.mapv(|f| if f.is_finite() { -f } else { 0.0 });
        for (mut row, &label) in residual.rows_mut().into_iter().zip(task.labels()) {
            row[label] += 1.0;
        }
        // Rounding can take a similarity past 1, which a large beta would blow up.
        let distance = |s: f32| larger(0.0, 1.0 - f64::from(s));
        let mut kernel = task.similarity().mapv(|s| math::exp(-beta * distance(s)));
        let mut diagonal = kernel.diag_mut();
        diagonal += &self.ridges(lambda, task);
        // The kernel is positive semi-definite up to rounding of its products, which is far below the least lambda.
        let range = "large enough for the rounding of the kernel";
        let inverse = Inverse::of_matrix(&kernel)
            .ok_or_else(|| Error::parameter("kernel_ridge.lambda", lambda, range))?;
        let coefficients = inverse.solve(&residual);
        let weight = self.weight.or(prior).unwrap_or_else(|| {
            // With Q the inverse, what the others add to f0 of an example that is left out: R - Q R / diag Q.
            let diagonal: Array1<f64> = (0..inverse.size()).map(|i| inverse.row(i)[i]).collect();
            let added = &residual - &(&coefficients / &diagonal.insert_axis(Axis(1)));
            best_weight(task, &before, &added, lambda)
        });
        Ok(FittedKernelRidge {
            columns: linalg::single((&coefficients.t() * weight).view()),
            baseline,
            beta,
            temperature: (TEMPERATURE * weight).max(least),
        })
    }
}

/// The weight of the correction with the least leave-one-out cross-entropy, each at its best temperature, where an example
/// scores `before + weight added (n, C)` when it is left out.
fn best_weight(task: &Task, before: &Array2<f64>, added: &Array2<f64>, lambda: f64) -> f64 {
    let examples = held_out_examples(task);
    let labels: Vec<usize> = examples.iter().map(|&i| task.labels()[i]).collect();
    let mut best = (f64::INFINITY, lambda);
    for weight in WEIGHTS.into_iter().chain([lambda]) {
        let scores = linalg::select((before + added * weight).view(), &examples);
        for power in POWERS {
            let temperature = MIDDLE_TEMPERATURE * 2.0_f64.powi(power);
            let loss = cross_entropy(&scores, &labels, temperature);
            if loss < best.0 && !examples.is_empty() {
                best = (loss, weight);
            }
        }
    }
    best.1
}

/// Examples that are held out in turn at most, evenly spread, of classes that keep an example when one is taken away. A choice
/// among three values needs no more: the standard error of a share is 3.5 points at most.
const HELD_OUT: usize = 200;

fn held_out_examples(task: &Task) -> Vec<usize> {
    let counts = task.counts();
    let usable: Vec<usize> = (0..task.n_examples())
        .filter(|&i| counts[task.labels()[i]] > 1)
        .collect();
    let n = usable.len().min(HELD_OUT);
    (0..n).map(|k| usable[k * usable.len() / n]).collect()
}

/// Coefficients of the examples.
#[derive(Debug, Clone)]
pub struct FittedKernelRidge {
    /// What is said about a query before the examples are asked.
    baseline: Linear,
    beta: f64,
    temperature: f64,
    /// Weighted coefficients `(C, n)`.
    columns: Array2<f32>,
}

/// Weights that are tried beside lambda, the published one: the textbook's, and one between, since lambda is 0.05 to 0.1.
const WEIGHTS: [f64; 2] = [1.0, 0.3];

/// Where temperatures are looked for: from a sixteenth to eight times one between that of texts (0.01) and that of examples (0.044), by
/// powers of two, between which the cross-entropy changes little.
const MIDDLE_TEMPERATURE: f64 = 0.02;
const POWERS: RangeInclusive<i32> = -4..=3;

/// Prior temperature without text, at weight 1: the best one is 0.03 to 0.07 at one photo a class, and little more at 16,
/// on the validation photos of Caltech-101, UCF101 and DTD (CLIP features, 5 to 101 classes).
const TEMPERATURE: f64 = 0.044;

/// CLIP's own, which is right for f0 alone.
const TEXT_TEMPERATURE: f64 = 0.01;

impl FittedHead for FittedKernelRidge {
    fn n_classes(&self) -> usize {
        self.baseline.n_classes()
    }

    fn reads_similarities(&self) -> bool {
        true
    }

    fn scores_into(&self, query: Query<'_>, _scratch: &mut Scratch, out: &mut [f32]) {
        self.baseline.scores_into(query, out);
        affinities(self.beta, query.similarities, |start, kernel| {
            let columns = s![.., start..start + kernel.len()];
            linalg::add_products(self.columns.slice(columns), kernel, out);
        });
    }

    fn prior_temperature(&self) -> f64 {
        self.temperature
    }
}
