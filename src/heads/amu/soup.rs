//! Soups: the mean of the weights of several biases.
//!
//! Source: Wortsman et al., "Model soups", 2022, arXiv:2203.05482. Differs from the source: held-out cross-entropy in
//! place of accuracy, which ties all the time with few examples. The bias is linear with a constant scale, so the soup's
//! logits are the mean logits of its members.

use super::folds::Folds;
use super::fused::{Auxiliary, Text};
use super::source::{Objective, Source};
use crate::numerics::order::sort_indices;
use crate::task::Task;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// Which members of a soup count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Soup {
    /// All.
    #[default]
    Uniform,
    /// From the best on, each that lowers the held-out cross-entropy.
    Greedy,
}

/// One bias of a soup.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Member {
    pub objective: Objective,
    pub view: usize,
}

/// Factors of lambda and mu that the members have in turn.
const VARIATIONS: [(f64, f64); 5] = [(1.0, 1.0), (0.6, 1.0), (1.5, 1.0), (1.0, 0.3), (1.0, 3.0)];

/// The members of a soup of `size` that count.
pub(super) fn members(
    task: &Task,
    text: &Text,
    auxiliary: Auxiliary,
    objective: Objective,
    size: usize,
    kind: Soup,
    folds: &Folds,
) -> Vec<Member> {
    let mut members: Vec<Member> = (0..size)
        .map(|r| {
            let (lambda, mu) = VARIATIONS[r % VARIATIONS.len()];
            let objective = Objective {
                lambda: (lambda * objective.lambda).min(1.0),
                mu: mu * objective.mu,
                ..objective
            };
            Member { objective, view: r }
        })
        .collect();
    if kind == Soup::Uniform {
        return members;
    }
    // Held-out bias logits of each member, and their loss alone.
    let tried: Vec<(f64, Member, Array2<f64>)> = members
        .drain(..)
        .map(|member| {
            let source = Source::new(task, text, auxiliary, member.view);
            let z = source.held_out(folds, member.objective);
            (source.fused_loss(&z, objective.alpha), member, z)
        })
        .collect();
    let mut order: Vec<usize> = (0..tried.len()).collect();
    sort_indices(&mut order, &|a, b| tried[a].0.total_cmp(&tried[b].0));
    let source = Source::new(task, text, auxiliary, 0);
    let mut best = f64::INFINITY;
    let mut sum = Array2::zeros((task.n_examples(), task.n_classes()));
    for (_, member, z) in order.into_iter().map(|i| &tried[i]) {
        let with = &sum + z;
        let loss = source.fused_loss(&(&with / (members.len() + 1) as f64), objective.alpha);
        if members.is_empty() || loss < best - 1e-6 {
            best = loss;
            sum = with;
            members.push(*member);
        }
    }
    members
}

/// Mean of sigma W `(C, A)` of the members.
pub(super) fn mean(
    task: &Task,
    text: &Text,
    auxiliary: Auxiliary,
    members: &[Member],
    tolerance: f64,
) -> Array2<f32> {
    let all: Vec<usize> = (0..task.n_examples()).collect();
    let weights = members.iter().map(|member| {
        let source = Source::new(task, text, auxiliary, member.view);
        source.weights(&source.learn(&all, member.objective, None, tolerance))
    });
    let sum = weights.reduce(|sum, weights| sum + weights);
    sum.expect("a soup has a member") / members.len() as f32
}
