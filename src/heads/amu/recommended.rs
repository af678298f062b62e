//! AMU-Tuning as recommended: convex, the strength of the bias learned from the support set.

use super::biased::{Auxiliary, Bias, BiasFactor, Biased, Text};
use super::source::{Objective, Source};
use super::strength::{self, HeldOutExample};
use super::uncertainty::Uncertainty;
use crate::Result;
use crate::heads::{
    FittedHead, Head, Linear, MissingText, Query, Scratch, check_factor, check_within,
};
use crate::numerics::math::log_sum_exp;
use crate::task::Task;
use crate::validation::{ENOUGH, plan};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

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
/// # Parameters
/// | field | default | range | meaning |
/// | --- | --- | --- | --- |
/// | `alpha` | learned | 0 to 1000 | strength of the bias |
/// | `lambda` | 0.35 | 0 to 1 | weight of the loss of s; the loss of the bias alone has the rest |
/// | `mu` | 1 | 1e-6 to 1e6 | weight of the ridge |
/// | `uncertainty` | moment_rel | [`Uncertainty`] | what kappa, in 0.1 to 10, is made from; `none`: it is 1, and the head linear |
/// | `power` | 0.4 | 0 to 10 | its exponent |
/// | `class_balance` | false | | whether every class weighs the same, whatever its number of examples |
/// | `missing_text` | mean | [`MissingText`] | stands in for the text of a class with examples |
/// | `aux` | all | [`Auxiliary`] | where a comes from |
/// # Errors
/// [`crate::Error::Parameter`].
/// # Cost
/// Fit O(n^2 (A + passes C)), score O(C (d + A)) a query. Learning alpha takes about three fits more.
// Fields that are not known pass: earlier versions saved more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Amu {
    /// Strength of the bias; learned where there is none.
    pub alpha: Option<f64>,
    /// Weight of the fused loss.
    pub lambda: f64,
    /// Weight of the ridge.
    pub mu: f64,
    /// What the factor of the bias is made from.
    pub uncertainty: Uncertainty,
    /// Its exponent.
    pub power: f64,
    /// Whether every class weighs the same.
    pub class_balance: bool,
    /// What stands in for the text of a class with examples.
    pub missing_text: MissingText,
    /// Where the features of the bias come from.
    pub aux: Auxiliary,
}

impl Default for Amu {
    fn default() -> Self {
        Self {
            alpha: None,
            lambda: 0.35,
            mu: 1.0,
            uncertainty: Uncertainty::default(),
            power: 0.4,
            class_balance: false,
            missing_text: MissingText::default(),
            aux: Auxiliary::All,
        }
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

    fn check(&self) -> Result<()> {
        strength::check("amu.alpha", self.alpha.unwrap_or(0.0))?;
        check_within("amu.lambda", self.lambda, 0.0, 1.0, "0 to 1")?;
        check_factor("amu.mu", self.mu)?;
        check_within("amu.power", self.power, 0.0, 10.0, "0 to 10")
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
        let n = task.n_examples();
        let all: Vec<usize> = (0..n).collect();
        let source = Source::new(task, &text, self.aux);
        let mut start = None;
        let alpha = match self.alpha {
            Some(alpha) => alpha,
            None => self.strength(&source, &mut start),
        };
        let objective = Objective {
            alpha,
            lambda: self.lambda,
            mu: self.mu,
            class_balance: self.class_balance,
        };
        let tolerance = if n <= FEW { FINE } else { COARSE };
        let learned = source.learn(&all, objective, start.as_ref(), tolerance);
        let gap = learned.gap;
        let bias = Bias {
            weights: source.weights(&learned),
            used: learned.used,
            zscore: false,
            alpha,
        };
        drop(source);
        Ok(FittedAmu {
            biased: Biased::new(task, text, bias, self.aux),
            gap,
        })
    }
}

impl Amu {
    /// The strength that the examples speak for. `start` becomes the logits of the last bias that was held out.
    fn strength(&self, source: &Source<'_>, start: &mut Option<Array2<f64>>) -> f64 {
        let (task, labels) = (source.task, source.task.labels());
        let counts = task.counts();
        let known = |i: usize| task.text()[labels[i]].is_some();
        let losses: Vec<f64> = (0..labels.len())
            .filter(|&i| known(i))
            .map(|i| {
                let logits = source.logits.row(i).into_iter().map(|&s| f64::from(s));
                let own = f64::from(source.logits[[i, labels[i]]]);
                log_sum_exp(logits) - own
            })
            .collect();
        let scorable = (0..counts.len()).filter(|&c| counts[c] > 0 || task.text()[c].is_some());
        let from_text = strength::from_text(scorable.count(), &losses);
        let examples: Vec<usize> = (0..labels.len())
            .filter(|&i| known(i) && counts[labels[i]] > 1)
            .collect();
        if examples.is_empty() || counts.iter().filter(|&&n| n > 0).count() < 2 {
            return from_text;
        }
        let alone = Objective {
            alpha: 0.0,
            lambda: 0.0,
            mu: self.mu,
            class_balance: self.class_balance,
        };
        let folds = match labels.len() {
            ..=FEW => examples.iter().map(|&i| vec![i]).collect(),
            _ => plan(task, ENOUGH),
        };
        let mut held_out = Vec::new();
        let all: Vec<usize> = (0..labels.len()).collect();
        for fold in folds {
            let rest: Vec<usize> = all.iter().copied().filter(|i| !fold.contains(i)).collect();
            let learned = source.learn(&rest, alone, start.as_ref(), ROUGH);
            let bias = source.bias(&learned, &all);
            for &i in fold.iter().filter(|i| examples.contains(i)) {
                let (logits, factor) = source.text_without(i, &rest);
                let classes = (0..logits.len()).filter(|&c| logits[c].is_finite());
                held_out.push(HeldOutExample {
                    label: classes.clone().position(|c| c == labels[i]).unwrap_or(0),
                    logits: classes
                        .map(|c| (f64::from(logits[c]), factor * bias[[i, c]]))
                        .collect(),
                });
            }
            *start = Some(bias);
        }
        strength::learn(&held_out, from_text)
    }
}

/// The learned bias.
#[derive(Debug, Clone)]
pub struct FittedAmu {
    biased: Biased,
    gap: f64,
}

impl FittedAmu {
    /// Strength of the bias, given or learned.
    pub fn alpha(&self) -> f64 {
        self.biased.bias.alpha
    }

    /// How far the objective may be above its minimum, relative to it.
    pub fn gap(&self) -> f64 {
        self.gap
    }
}

impl FittedHead for FittedAmu {
    fn n_classes(&self) -> usize {
        self.biased.n_classes()
    }

    fn scores_into(&self, query: Query<'_>, scratch: &mut Scratch, out: &mut [f32]) {
        self.biased.scores_into(query, scratch, out);
    }

    /// Where the bias is strong, text is weak: the root of alpha, the prior of the learned strength, is close to the best
    /// temperature for any quality of text.
    fn prior_temperature(&self) -> f64 {
        self.biased.strength().sqrt().max(1.0)
    }

    fn linear(&self) -> Option<&Linear> {
        self.biased.linear()
    }
}
