//! AMU-Tuning as recommended: convex, the strength of the bias learned from the support set.

use super::convex::Until;
use super::fitted::{Auxiliary, BiasFactor, FittedAmu, Text};
use super::source::Source;
use super::{Amu, AmuPublished, strength};
use crate::Result;
use crate::heads::{Head, MissingText, Recipe, ScoresBy};
use crate::numerics::math::log_sum_exp;
use crate::task::Task;
use crate::validation::{ENOUGH, plan};

/// The factor of a photo stays in this range, so that its bias is neither lost nor all that counts: a power of ten either way.
const KAPPA: (f64, f64) = (0.1, 10.0);

/// Up to this many examples, each is held out alone, and the objective is minimised to the last digits; more are held out by folds.
const FEW: usize = 60;

/// For few examples, and for many; about fifteen passes are needed.
const FINE: Until = (1e-13, 1000);
const COARSE: Until = (1e-6, 1000);

/// Where only the strength is learned from what comes out. Of 8,400 such fits (the development photos; validation photos of Caltech-101, UCF101,
/// DTD) none took more passes; where classes have nearly the same examples, each would take thousands.
const ROUGH: Until = (1e-4, 100);

impl Head for Amu {
    type Fitted = FittedAmu;
    const IS_ASKED: bool = true;

    fn scores_by(&self) -> ScoresBy {
        ScoresBy::Either
    }

    /// Standardised unless every class has a text: there the strength makes up for what rows have in common.
    fn prepare(&self, task: Task) -> Result<Task> {
        let named = task.used().iter().all(|&c| task.text()[c].is_some());
        Ok(match named || self.aux != Auxiliary::All {
            true => task,
            false => task.standardised(),
        })
    }

    fn fit(&self, task: &Task) -> Result<FittedAmu> {
        self.check()?;
        let factor = BiasFactor {
            kind: self.uncertainty,
            power: self.power,
            moment_norm: AmuPublished::default().moment_norm,
            range: KAPPA,
        };
        let text = Text::new(
            task,
            self.missing_text,
            factor,
            self.missing_text == MissingText::Mean,
        )?;
        let mut source = Source::new(self, task, &text);
        let alpha = self.alpha.unwrap_or_else(|| strength(&mut source));
        let all: Vec<usize> = (0..task.n_examples()).collect();
        let until = if all.len() <= FEW { FINE } else { COARSE };
        let learned = source.learn(&all, text.any.then_some(alpha), until);
        let bias = (learned.used.clone(), source.weights(&learned));
        Ok(FittedAmu::new(task, text, self.aux, bias, alpha, false).tempered())
    }
}

/// The strength that the examples speak for.
fn strength(source: &mut Source<'_>) -> f64 {
    let task = source.task;
    let (labels, counts) = (task.labels(), task.counts());
    let has_text = |c: usize| task.text()[c].is_some();
    let text = source.text;
    let all: Vec<usize> = (0..labels.len()).collect();
    let known = all.iter().filter(|&&i| has_text(labels[i]));
    let loss = |&i: &usize| {
        let logits = source.logits.row(i).mapv(f64::from);
        let told = (0..logits.len()).filter(|&c| text.tells(c));
        log_sum_exp(told.map(|c| logits[c])) - logits[labels[i]]
    };
    let losses: Vec<f64> = known.clone().map(loss).collect();
    let scorable = (0..counts.len()).filter(|&c| text.tells(c) && (counts[c] > 0 || has_text(c)));
    let from_text = strength::from_text(scorable.count(), &losses);
    let examples: Vec<usize> = known.copied().filter(|&i| counts[labels[i]] > 1).collect();
    if counts.iter().filter(|&&n| n > 0).count() < 2 {
        return from_text;
    }
    let folds = match labels.len() {
        ..=FEW => examples.iter().map(|&i| vec![i]).collect(),
        _ => plan(labels, ENOUGH),
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
            let classes = (0..logits.len()).filter(|&c| text.tells(c) && logits[c].is_finite());
            let ahead = classes.map(|c| [0, 1].map(|k| pair(c)[k] - own[k]));
            held_out.push(ahead.collect());
        }
    }
    strength::learn(&held_out, from_text)
}
