//! AMU-Tuning as recommended: convex, the strength of the bias learned from the support set.

use super::fitted::{Auxiliary, BiasFactor, FittedAmu, Text};
use super::source::Source;
use super::strength;
use super::uncertainty::Uncertainty;
use crate::Result;
use crate::heads::{Head, MissingText, ScoresBy, recipe::recipe};
use crate::numerics::math::log_sum_exp;
use crate::task::Task;
use crate::validation::{ENOUGH, plan};

recipe! {
    /// Scores a query by its zero-shot logits plus a bias from image features: s = 100 f.t + alpha kappa sigma W a.
    ///
    /// W minimises a strictly convex objective: the cross-entropies of s and of sigma W a on the
    /// examples, and a ridge that pulls W to the class means. alpha is learned, unless it is given: the poorer zero-shot
    /// recognition does on the examples, and the better the bias does on held-out ones, the larger.
    ///
    /// # Shapes
    /// f: the `clip` columns `(d,)` of a unit row; a: the image `(A,)`, or what `aux` names; W `(C, A)`.
    /// # Units
    /// Logits. A class without text and examples scores `-inf`, one without examples is scored by its text and the mean
    /// bias of the others. With one class, or examples of one class only, there is no bias. Without any text the score is
    /// sigma W a.
    /// # Errors
    /// [`crate::Error::Parameter`].
    /// # Cost
    /// Fit O(n min(n, A) passes C), and O(n^2 A) where n is at most 2 A; memory O(n (min(n, A) + C)). Score O(C (d + A)) a query.
    /// Learning alpha takes about three fits more.
    // Fields that are not known pass: earlier versions saved more.
    Amu "amu" {
        /// Strength of the bias; learned where there is none.
        alpha: Option<f64> = None, 0 to 1000;
        /// Weight of the loss of s; the loss of the bias alone has the rest.
        lambda: f64 = 0.35, 0 to 1;
        /// Weight of the ridge.
        mu: f64 = 1.0, 1e-6 to 1e6;
        /// What kappa, in 0.1 to 10, is made from; `none`: it is 1, and the head linear.
        uncertainty: Uncertainty = Uncertainty::default();
        /// Its exponent.
        power: f64 = 0.4, 0 to 10;
        /// Whether every class weighs the same, whatever its number of examples.
        class_balance: bool = false;
        /// What stands in for the text of a class with examples.
        missing_text: MissingText = MissingText::default();
        /// Where a comes from.
        aux: Auxiliary = Auxiliary::All;
    }
}

/// Up to this many examples, each is held out alone, and the objective is minimised to the last digits; more are held out by
/// folds.
const FEW: usize = 60;

/// Relative gap of the objective for few examples, and for many.
const FINE: f64 = 1e-13;
const COARSE: f64 = 1e-6;

/// Relative gap where only the strength is learned from what comes out.
const ROUGH: f64 = 1e-4;

impl Head for Amu {
    type Fitted = FittedAmu;
    const NAME: &'static str = "amu";

    fn scores_by(&self) -> ScoresBy {
        ScoresBy::Either
    }

    fn check(&self) -> Result<()> {
        self.check_ranges()
    }

    fn fit(&self, task: &Task) -> Result<FittedAmu> {
        self.check()?;
        let factor = BiasFactor {
            kind: self.uncertainty,
            power: self.power,
            moment_norm: 250.0,
            range: (0.1, 10.0),
        };
        let text = Text::new(task, self.missing_text, factor)?;
        let mut source = Source::new(self, task, &text);
        let alpha = self.alpha.unwrap_or_else(|| strength(&mut source));
        let all: Vec<usize> = (0..task.n_examples()).collect();
        let tolerance = if all.len() <= FEW { FINE } else { COARSE };
        let learned = source.learn(&all, text.any.then_some(alpha), tolerance);
        let bias = (learned.used.clone(), source.weights(&learned));
        Ok(FittedAmu::new(task, text, self.aux, bias, alpha, false).tempered())
    }
}

/// The strength that the examples speak for.
fn strength(source: &mut Source<'_>) -> f64 {
    let task = source.task;
    let (labels, counts) = (task.labels(), task.counts());
    let has_text = |c: usize| task.text()[c].is_some();
    let all: Vec<usize> = (0..labels.len()).collect();
    let known = all.iter().filter(|&&i| has_text(labels[i]));
    let loss = |&i: &usize| {
        let logits = source.logits.row(i).mapv(f64::from);
        log_sum_exp(logits.iter().copied()) - logits[labels[i]]
    };
    let losses: Vec<f64> = known.clone().map(loss).collect();
    let scorable = (0..counts.len()).filter(|&c| counts[c] > 0 || has_text(c));
    let from_text = strength::from_text(scorable.count(), &losses);
    let examples: Vec<usize> = known.copied().filter(|&i| counts[labels[i]] > 1).collect();
    if counts.iter().filter(|&&n| n > 0).count() < 2 {
        return from_text;
    }
    let folds = match labels.len() {
        ..=FEW => examples.iter().map(|&i| vec![i]).collect(),
        _ => plan(task, ENOUGH),
    };
    let mut held_out = Vec::new();
    for mut fold in folds {
        let rest: Vec<usize> = all.iter().copied().filter(|i| !fold.contains(i)).collect();
        fold.retain(|i| examples.contains(i));
        let learned = source.learn(&rest, None, ROUGH);
        for (&i, bias) in fold.iter().zip(source.bias(&learned, &fold).rows()) {
            let (logits, factor) = source.text_without(i, &rest);
            let pair = |c: usize| [f64::from(logits[c]), factor * bias[c]];
            let own = pair(labels[i]);
            let classes = (0..logits.len()).filter(|&c| logits[c].is_finite());
            let ahead = classes.map(|c| [0, 1].map(|k| pair(c)[k] - own[k]));
            held_out.push(ahead.collect());
        }
    }
    strength::learn(&held_out, from_text)
}
