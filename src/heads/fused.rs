//! Several heads as one: each contributes as much as the examples say it is worth.
//!
//! Source: specification 6.4 (stacking: Wolpert, "Stacked Generalization", 1992). Each member's scores are divided by its
//! own temperature, learned from held-out examples, and added with weights that minimise the cross-entropy of the
//! held-out sums. Differs from the specification, by measurement:
//! - Examples are held out by folds (see [`crate::held_out`]).
//! - Text and images are two witnesses that err independently, so each starts with the weight 1; members that look at the
//!   images share that one. Among the image members the prior holds however many examples there are (equal weights beat
//!   free ones by up to 1.6 points); the weight of text is the examples' to decide.
//! - With one photo a class nothing can be held out: text is tempered by its likelihood on the examples, which it never
//!   saw, and images by their prior temperature and what is known of the encoder ([`Task::temperature`]).

mod background;
mod weights;

use super::{
    FittedHead, Head, HeadSpec, KernelRidge, NaiveBayes, NaiveBayesFull, Query, ZeroShot, scores,
};
use crate::calibration::fit_temperature;
use crate::held_out::{ENOUGH, HeldOut, plan, without};
use crate::math::{larger, log_sum_exp};
use crate::support::Task;
use crate::{Error, Result, trust};
use background::Background;
use ndarray::{Array2, Axis};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::cell::RefCell;
use weights::Sum;

/// A weighted sum of heads, with a score of its own for photos that show none of the classes.
///
/// # Shapes
/// Those of its members.
/// # Units
/// Logits, a little too certain where examples could be held out: the prior temperature is 1.08, else 1.
/// # Parameters
/// | field | default | meaning |
/// | --- | --- | --- |
/// | `members` | zero-shot, kernel ridge, naive Bayes with full covariance | the heads; all but `zero_shot` see a task without texts |
/// | `standardise` | true | whether the images are standardised ([`Task::standardised`]), up to 2,000 examples |
/// | `learn_trust` | true | whether the trust in each stream is learned ([`crate::trust`]) |
/// # Errors
/// Those of its members.
/// # Cost
/// One fit of each member, and one for each fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fused {
    /// The heads.
    pub members: Vec<HeadSpec>,
    /// Whether images are standardised.
    pub standardise: bool,
    /// Whether the trust in each stream is learned.
    pub learn_trust: bool,
}

impl Default for Fused {
    fn default() -> Self {
        Self {
            members: vec![
                HeadSpec::ZeroShot(ZeroShot::default()),
                HeadSpec::KernelRidge(KernelRidge::smooth()),
                HeadSpec::NaiveBayesFull(NaiveBayesFull::default()),
            ],
            standardise: true,
            learn_trust: true,
        }
    }
}

/// Examples beyond which members that solve for all of them at once take longer than anybody waits. Naive Bayes stands
/// in for them.
const MANY: usize = 2000;

/// How much more certain the members are with all examples than in the folds that temperatures and weights were learned
/// from. On validation photos of Caltech-101 and UCF101 (4, 8, 16 photos a class) 1.05 to 1.1 is best, by calibration
/// error (2.5 to 2.1 %) and by likelihood.
const MORE_CERTAIN: f64 = 1.08;

/// The logits of a text are divided by one and this number over that of the examples, beside what the examples say: a few
/// that it got right are no proof. With one photo a class of 2 to 10, on photos that nothing is tested on: made-up texts of true
/// CLIP features gain 0.9 to 0.3 points where noise is added and lose 0.1 without, our own encoder's gain 0.2 to 1.2 on one
/// set and lose 0.4 to 0.9 on the other.
const DOUBT: f64 = 2.0;

/// Heads that may be fused: more than there are kinds of them, few enough that no file can keep a browser busy.
const MOST_MEMBERS: usize = 16;

impl Fused {
    /// The members that have something to say on this task.
    fn specs(&self, task: &Task) -> Vec<HeadSpec> {
        let n = task.n_examples();
        let used = task.counts().iter().filter(|&&n| n > 0).count();
        let mut specs = self.members.clone();
        specs.retain(|spec| match spec {
            HeadSpec::ZeroShot(_) => task.has_text(),
            // One photo of each class has no scatter.
            HeadSpec::NaiveBayesFull(_) => n > used && n <= MANY,
            _ => n > 0 && n <= MANY,
        });
        if n > MANY {
            specs.push(HeadSpec::NaiveBayes(NaiveBayes::default()));
        }
        specs
    }
}

impl Head for Fused {
    type Fitted = FittedFused;
    const NAME: &'static str = "fused";

    fn prepare(&self, task: Task) -> Result<Task> {
        let task = if self.standardise && task.n_examples() <= MANY {
            task.standardised()
        } else {
            task
        };
        if self.learn_trust {
            let trust = trust::learn(&task)?;
            task.with_trust(&trust)
        } else {
            Ok(task)
        }
    }

    fn fit(&self, task: &Task) -> Result<FittedFused> {
        let nested = self.members.iter().any(|m| matches!(m, HeadSpec::Fused(_)));
        if nested || self.members.len() > MOST_MEMBERS {
            return Err(Error::Parameter {
                name: "fused.members",
                value: format!("{} heads", self.members.len()),
                range: "at most 16 heads, none of them fused",
            });
        }
        // Members that have nothing to say yet are checked too, or a set that was accepted would fail when it grows.
        for spec in &self.members {
            spec.fit(&task.subset(&[]))?;
        }
        let images = task.without_text();
        let mut members = self
            .specs(task)
            .into_iter()
            .map(|spec| Member::fit(spec, task, &images))
            .collect::<Result<Vec<_>>>()?;
        let regression = members.iter().any(Member::is_regression);
        let mut held_out = HeldOut::new(task, Vec::new(), Array2::zeros((0, task.n_classes())));
        let mut distances = Distances::default();
        for fold in plan(task, ENOUGH) {
            let rest = without(&images, &fold);
            let rows = task.features().select(Axis(0), &fold);
            for member in &mut members {
                member.hold_out(&rest, rows.view())?;
            }
            if regression {
                distances.hold_out(&rest, rows.view());
            }
            held_out.append(HeldOut::new(
                task,
                fold,
                Array2::zeros((0, task.n_classes())),
            ));
        }
        for member in &mut members {
            member.temper(task, &held_out.labels);
        }
        let evidence: Vec<_> = members
            .iter()
            .map(|m| (m.logits.view(), m.is_text))
            .collect();
        let weights = weights::learn(&evidence, &held_out.labels);
        held_out.logits = Array2::zeros((held_out.labels.len(), task.n_classes()));
        let mut sum = Sum::new(task.n_classes());
        for (i, mut out) in held_out.logits.rows_mut().into_iter().enumerate() {
            sum.clear();
            for ((logits, _), &weight) in evidence.iter().zip(&weights) {
                sum.add(logits.row(i).iter().copied(), weight);
            }
            sum.write(
                out.as_slice_mut()
                    .expect("rows of a fresh array are contiguous"),
            );
        }
        for (member, &weight) in members.iter_mut().zip(&weights) {
            member.weight = weight;
        }
        let background = if regression && distances.comparable() {
            Background::new(&images)
        } else {
            None
        };
        held_out.novelty = distances.choose(background.is_some());
        let mut fitted = FittedFused {
            n_classes: task.n_classes(),
            background,
            members,
            held_out,
            novelty_scale: [1.0; 3],
            scratch: RefCell::new((vec![0.0; task.n_classes()], sum)),
        };
        fitted.measure_novelty();
        Ok(fitted)
    }
}

/// The task as a member sees it: standardised for heads that know images as wholes, by their likeness or by weights on
/// them, plain for those that keep sums or rows of their own.
fn seen<'a>(spec: &HeadSpec, task: &'a Task) -> Cow<'a, Task> {
    match spec {
        HeadSpec::KernelRidge(_)
        | HeadSpec::NaiveBayesFull(_)
        | HeadSpec::Knn(_)
        | HeadSpec::TipAdapter(_)
        | HeadSpec::Logistic(_) => Cow::Borrowed(task),
        _ => Cow::Owned(task.plain()),
    }
}

/// A head among others.
struct Member {
    spec: HeadSpec,
    head: Box<dyn FittedHead>,
    is_text: bool,
    /// What its scores are divided by.
    temperature: f64,
    weight: f64,
    /// Held-out scores `(m, C)`, first over the prior temperature, in the end over the learned one.
    logits: Array2<f32>,
}

impl Member {
    fn fit(spec: HeadSpec, task: &Task, images: &Task) -> Result<Self> {
        let is_text = matches!(spec, HeadSpec::ZeroShot(_));
        let head = if is_text {
            spec.fit(task)
        } else {
            spec.fit(&seen(&spec, images))
        };
        Ok(Self {
            head: head?,
            spec,
            is_text,
            temperature: 1.0,
            weight: 0.0,
            logits: Array2::zeros((0, task.n_classes())),
        })
    }

    fn is_regression(&self) -> bool {
        matches!(self.spec, HeadSpec::KernelRidge(_))
    }

    /// Scores the rows of a fold by a fit to the rest.
    fn hold_out(&mut self, rest: &Task, rows: ndarray::ArrayView2<'_, f32>) -> Result<()> {
        // Text owes nothing to the examples, so one fit does for all folds.
        let logits = if self.is_text {
            scores(self.head.as_ref(), rest, rows) / self.head.prior_temperature() as f32
        } else {
            let rest = seen(&self.spec, rest);
            let head = self.spec.fit(&rest)?;
            scores(head.as_ref(), &rest, rows) / head.prior_temperature() as f32
        };
        self.logits
            .append(Axis(0), logits.view())
            .expect("both have one column a class");
        Ok(())
    }

    /// Learns the temperature; text from all examples, for it has seen none of them.
    fn temper(&mut self, task: &Task, labels: &[usize]) {
        let relative = if self.is_text {
            let own = scores(self.head.as_ref(), task, task.features());
            let doubt = match task.n_examples() {
                0 => 0.0,
                n => DOUBT / n as f64,
            };
            fit_temperature(own.view(), task.labels(), 1.0) * (1.0 + doubt)
        } else {
            fit_temperature(self.logits.view(), labels, task.temperature())
        };
        self.logits /= relative as f32;
        self.temperature = relative * self.head.prior_temperature();
    }
}

/// Members fitted to one task, and how much each counts.
pub struct FittedFused {
    n_classes: usize,
    members: Vec<Member>,
    held_out: HeldOut,
    background: Option<Background>,
    /// Standard deviations of the parts of the novelty over the held-out examples.
    novelty_scale: [f64; 3],
    /// Scores of one member, and the sum of all.
    scratch: RefCell<(Vec<f32>, Sum)>,
}

/// How far held-out examples lie from the rest, measured in both ways: with two photos of each class there is scatter
/// to compare with, but none in folds of one, and a distance means nothing beside one that was measured otherwise.
#[derive(Default)]
struct Distances {
    to_nearest: Vec<f32>,
    beyond_background: Vec<f32>,
}

impl Distances {
    fn hold_out(&mut self, rest: &Task, rows: ndarray::ArrayView2<'_, f32>) {
        let background = Background::new(rest);
        let mut similarities = vec![0.0; rest.n_examples()];
        for row in rows.rows() {
            rest.similarities_into(&row.to_vec(), &mut similarities);
            self.to_nearest.push(to_nearest(&similarities));
            let beyond = background.as_ref().map(|b| b.distance(&similarities));
            self.beyond_background.extend(beyond.map(|far| far as f32));
        }
    }

    /// Whether every fold had a background.
    fn comparable(&self) -> bool {
        self.beyond_background.len() == self.to_nearest.len()
    }

    fn choose(self, background: bool) -> Vec<f32> {
        if background {
            self.beyond_background
        } else {
            self.to_nearest
        }
    }
}

/// How far a query lies from the nearest example, as minus their similarity.
fn to_nearest(similarities: &[f32]) -> f32 {
    -similarities.iter().copied().fold(-1.0, larger)
}

impl FittedFused {
    /// Names of the members and their weights.
    pub fn weights(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.members.iter().map(|m| (m.spec.name(), m.weight))
    }

    /// The member whose largest score tells how well the best class fits: a regression, whose scores are about 1 for
    /// a class that fits and 0 for all others where none does.
    fn regression(&self) -> Option<&Member> {
        self.members.iter().find(|member| member.is_regression())
    }

    /// Writes the weighted sum of the members' scores, and gives the largest of the regression, where there is one.
    fn sum_into(&self, query: Query<'_>, out: &mut [f32]) -> Option<f64> {
        let (scores, sum) = &mut *self.scratch.borrow_mut();
        sum.clear();
        let mut fit = None;
        for member in &self.members {
            member.head.scores_into(query, scores);
            if member.is_regression() && fit.is_none() {
                fit = Some(largest(scores.iter().copied()));
            }
            let temperature = member.temperature as f32;
            sum.add(scores.iter().map(|s| s / temperature), member.weight);
        }
        sum.write(out);
        fit
    }

    /// Turns the held-out distances into held-out novelty.
    fn measure_novelty(&mut self) {
        let Some(regression) = self.regression() else {
            self.held_out.novelty.clear();
            return;
        };
        let parts: Vec<[f64; 3]> = (0..self.held_out.labels.len())
            .map(|i| {
                let fit = largest(regression.logits.row(i).iter().copied());
                let doubt = self.doubt(self.held_out.logits.row(i).iter().copied());
                let far = self.held_out.novelty[i].into();
                [far, -fit * regression.temperature, doubt]
            })
            .collect();
        self.novelty_scale = std::array::from_fn(|k| spread(parts.iter().map(|part| part[k])));
        self.held_out.novelty = parts.iter().map(|&p| self.combined(p) as f32).collect();
    }

    /// What text adds: a photo of something that it has no word for leaves it undecided. Images alone say more of that
    /// by their distances.
    fn doubt(&self, logits: impl Iterator<Item = f32> + Clone) -> f64 {
        if self.members.iter().any(|m| m.is_text && m.weight > 0.0) {
            let total = log_sum_exp(logits.clone().map(f64::from));
            total - largest(logits)
        } else {
            0.0
        }
    }

    fn combined(&self, parts: [f64; 3]) -> f64 {
        parts
            .iter()
            .zip(&self.novelty_scale)
            .map(|(p, s)| p / s)
            .sum()
    }
}

fn largest(scores: impl Iterator<Item = f32>) -> f64 {
    scores.fold(f32::NEG_INFINITY, larger).into()
}

/// Standard deviation; 1 where there is none.
fn spread(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    let variance = values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    if variance > 1e-12 {
        variance.sqrt()
    } else {
        1.0
    }
}

impl FittedHead for FittedFused {
    fn n_classes(&self) -> usize {
        self.n_classes
    }

    fn reads_similarities(&self) -> bool {
        self.members.iter().any(|m| m.head.reads_similarities())
    }

    fn scores_into(&self, query: Query<'_>, out: &mut [f32]) {
        self.sum_into(query, out);
    }

    fn scores_and_novelty(&self, query: Query<'_>, out: &mut [f32]) -> Option<f64> {
        let fit = self.sum_into(query, out)?;
        let far = match &self.background {
            Some(background) => background.distance(query.similarities),
            None => to_nearest(query.similarities).into(),
        };
        Some(self.combined([far, -fit, self.doubt(out.iter().copied())]))
    }

    fn leave_one_out(&self, task: &Task, examples: &[usize]) -> Array2<f32> {
        let images = task.without_text();
        let mut out = Array2::zeros((examples.len(), self.n_classes));
        let parts: Vec<_> = self
            .members
            .iter()
            .map(|member| {
                let task = if member.is_text {
                    Cow::Borrowed(task)
                } else {
                    seen(&member.spec, &images)
                };
                member.head.leave_one_out(&task, examples) / member.temperature as f32
            })
            .collect();
        let (_, sum) = &mut *self.scratch.borrow_mut();
        for (i, mut out) in out.rows_mut().into_iter().enumerate() {
            sum.clear();
            for (part, member) in parts.iter().zip(&self.members) {
                sum.add(part.row(i).iter().copied(), member.weight);
            }
            sum.write(
                out.as_slice_mut()
                    .expect("rows of a fresh array are contiguous"),
            );
        }
        out
    }

    fn prior_temperature(&self) -> f64 {
        if self.held_out.labels.is_empty() {
            1.0
        } else {
            MORE_CERTAIN
        }
    }

    fn held_out(&self) -> Option<&HeldOut> {
        Some(&self.held_out)
    }

    /// The weights are kept.
    fn exact_leave_one_out(&self) -> bool {
        false
    }
}
