//! Variants of [`Amu`] that were tried and left: other ways to choose, mix, fuse and solve.
//!
//! Each is built on what the library says of itself: fits, scores and scores of examples that were left out.

mod choice;
mod convex;
mod dynamic;
mod solvers;

pub use choice::{Soup, held_out_loss, tuned};
pub use convex::{Point, Problem};
pub use dynamic::DynamicKl;
pub use solvers::{Minimum, Solved, Solver};

use handful::Result;
use handful::heads::{Amu, FittedHead, Head, Recipe};
use handful::task::Task;

/// Fits a variant of the default recipe.
pub type Fit = fn(&Task) -> Result<Box<dyn FittedHead>>;

/// Names and fits of all variants, after the recipe as it is in the library.
pub const VARIANTS: [(&str, Fit); 8] = [
    (Amu::NAME, |task| Ok(Box::new(Amu::default().fit(task)?))),
    ("tuned", |task| {
        Ok(Box::new(tuned(&Amu::default(), task)?.fit(task)?))
    }),
    ("uniform soup", |task| {
        Ok(Box::new(Soup::uniform(&Amu::default(), task)?))
    }),
    ("greedy soup", |task| {
        Ok(Box::new(Soup::greedy(&Amu::default(), task)?))
    }),
    ("dynamic KL", |task| {
        Ok(Box::new(DynamicKl::fit(&Amu::default(), task)?))
    }),
    ("L-BFGS", |task| solved(Solver::Lbfgs, task)),
    ("majorise", |task| solved(Solver::Majorise, task)),
    ("normalised", |task| solved(Solver::Normalised, task)),
];

fn solved(solver: Solver, task: &Task) -> Result<Box<dyn FittedHead>> {
    Ok(Box::new(solver.fit(&Amu::default(), task)?))
}

/// What the bias of an image with these zero-shot logits is multiplied by, beside the strength.
fn factor(recipe: &Amu, logits: &[f32]) -> f64 {
    let factor = recipe.uncertainty.factor(logits, recipe.power, 250.0);
    factor.clamp(0.1, 10.0)
}
