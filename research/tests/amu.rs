//! Variants of AMU-Tuning against the library's own and against what they promise.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use handful::heads::amu::Uncertainty;
use handful::heads::{Amu, FittedHead, Head, ZeroShot, scores};
use handful::random::Random;
use handful::task::Task;
use handful::{Stream, Streams};
use handful_research::amu::{DynamicKl, Problem, Solver, Soup, VARIANTS, held_out_loss, tuned};
use ndarray::{Array1, Array2};

fn task(seed: u64, classes: usize, shots: usize) -> Task {
    noisy(seed, classes, shots, 0.7)
}

/// Examples around one random centre a class, of two streams, and a random text for each class.
fn noisy(seed: u64, classes: usize, shots: usize, noise: f32) -> Task {
    let streams = Streams::new(vec![Stream::new("clip", 6), Stream::new("aux", 10)]).unwrap();
    let mut random = Random::new(seed);
    let mut number = || 2.0 * random.uniform() as f32 - 1.0;
    let centres = Array2::from_shape_simple_fn((classes, 16), &mut number);
    let labels: Vec<usize> = (0..classes * shots).map(|i| i / shots).collect();
    let features = Array2::from_shape_fn((labels.len(), 16), |(i, d)| {
        centres[[labels[i], d]] + noise * number()
    });
    let text = |_| {
        let row: Vec<f32> = (0..6).map(|_| number()).collect();
        Some(Array1::from(row))
    };
    let text = (0..classes).map(text).collect();
    Task::new(streams, features, labels, text).unwrap()
}

fn all_scores(head: &dyn FittedHead, task: &Task) -> Array2<f32> {
    scores(head, task, task.features())
}

/// The largest difference of any two scores.
fn difference(a: &Array2<f32>, b: &Array2<f32>) -> f32 {
    assert_eq!(a.dim(), b.dim());
    a.iter()
        .zip(b)
        .fold(0.0, |most, (a, b)| (a - b).abs().max(most))
}

#[test]
fn the_gradient_is_that_of_finite_differences() {
    let recipe = Amu::default().class_balance(true);
    let task = task(1, 4, 5).subset(&[0, 1, 2, 5, 6, 10, 11, 12, 13, 15]);
    let (problem, used) = Problem::of(&recipe, 3.0, &task).unwrap().unwrap();
    assert_eq!(used, [0, 1, 2, 3]);
    let at = &problem.anchor * 1.3;
    let point = problem.at(&at);
    for (c, d) in [(0, 0), (1, 7), (3, 15)] {
        let moved = |step: f64| {
            let mut weights = at.clone();
            weights[[c, d]] += step;
            problem.at(&weights).value
        };
        let found = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        let gradient = point.gradient[[c, d]];
        assert!((found - gradient).abs() < 1e-5 * gradient.abs().max(1.0));
    }
}

#[test]
fn every_solver_of_the_convex_form_answers_as_the_library() {
    let recipes = [
        Amu::default(),
        Amu::default()
            .alpha(Some(2.0))
            .lambda(0.8)
            .mu(3.0)
            .uncertainty(Uncertainty::Entropy),
    ];
    for (classes, shots) in [(3, 4), (6, 12)] {
        let with_text = task(21, classes, shots);
        for (task, recipe) in [with_text.without_text(), with_text]
            .iter()
            .flat_map(|task| recipes.iter().map(move |recipe| (task, recipe)))
        {
            let fitted = recipe.fit(task).unwrap();
            let expected = all_scores(&fitted, task);
            let largest = expected.iter().fold(1.0_f32, |most, s| most.max(s.abs()));
            let (problem, _) = Problem::of(recipe, fitted.alpha(), task).unwrap().unwrap();
            for solver in [Solver::Lbfgs, Solver::Majorise] {
                // A strong bias needs more majorisations than are allowed.
                if solver == Solver::Majorise && task.has_text() && fitted.alpha() > 10.0 {
                    continue;
                }
                let gap = solver.minimise(&problem, 1e-6).gap;
                assert!(gap <= 1e-6, "{solver:?}: {gap}");
                let found = all_scores(&solver.fit(recipe, task).unwrap(), task);
                let difference = difference(&found, &expected) / largest;
                assert!(difference < 2e-3, "{solver:?}: {difference}");
            }
        }
    }
}

#[test]
fn normalised_descent_ends_where_all_labels_lead() {
    let task = noisy(21, 6, 3, 2.0).without_text();
    let (problem, _) = Problem::of(&Amu::default(), 1.0, &task).unwrap().unwrap();
    let leads = |weights: &Array2<f64>| {
        let z = problem.features.dot(&weights.t());
        let rows = z.rows().into_iter().zip(&problem.labels);
        rows.map(|(z, &label)| {
            let others = z.iter().enumerate().filter(|&(c, _)| c != label);
            z[label] - others.fold(f64::NEG_INFINITY, |most, (_, z)| most.max(*z))
        })
        .fold(f64::INFINITY, f64::min)
    };
    assert!(leads(&problem.anchor) < 0.1);
    assert!(leads(&Solver::Normalised.minimise(&problem, 0.0).weights) >= 0.1);
}

#[test]
fn tuning_and_greedy_soups_do_not_raise_the_held_out_loss() {
    for (seed, shots) in [(3, 3), (4, 8)] {
        let task = task(seed, 5, shots);
        let plain = Amu::default().fit(&task).unwrap();
        let plain = Amu::default().alpha(Some(plain.alpha()));
        let plain = held_out_loss(&plain, &task).unwrap();
        let best = tuned(&Amu::default(), &task).unwrap();
        let best = held_out_loss(&best, &task).unwrap();
        assert!(best <= plain + 1e-3, "{best} {plain}");
        let uniform = Soup::uniform(&Amu::default(), &task).unwrap();
        assert_eq!(uniform.members().len(), 5);
        let greedy = Soup::greedy(&Amu::default(), &task).unwrap();
        let losses = uniform
            .recipes()
            .iter()
            .map(|r| held_out_loss(r, &task).unwrap());
        let least = losses.fold(f64::INFINITY, f64::min);
        // The best member is always one of it.
        let best = held_out_loss(&greedy.recipes()[0], &task).unwrap();
        assert!((best - least).abs() < 1e-9);
    }
}

#[test]
fn a_soup_scores_the_mean_of_its_members() {
    let task = task(5, 4, 3);
    let soup = Soup::uniform(&Amu::default(), &task).unwrap();
    let mut mean = Array2::<f32>::zeros((task.n_examples(), task.n_classes()));
    for member in soup.members() {
        mean += &(all_scores(member, &task) / 5.0);
    }
    assert!(difference(&all_scores(&soup, &task), &mean) < 1e-4);
    let apart = difference(
        &all_scores(&soup.members()[3], &task),
        &all_scores(&soup.members()[4], &task),
    );
    assert!(apart > 0.1, "{apart}");
}

#[test]
fn a_dynamic_strength_moves_the_answer_as_far_as_the_bias_alone() {
    let task = task(6, 4, 4);
    let recipe = Amu::default().alpha(Some(2.0));
    let fixed = recipe.clone().uncertainty(Uncertainty::None);
    let text = all_scores(&ZeroShot::default().fit(&task).unwrap(), &task);
    let bias = (all_scores(&fixed.fit(&task).unwrap(), &task) - &text) / 2.0;
    let found = all_scores(&DynamicKl::fit(&recipe, &task).unwrap(), &task);
    let probabilities = |logits: ndarray::ArrayView1<'_, f32>| {
        let p = logits.mapv(|l| libm::exp(f64::from(l) - 30.0));
        let sum = p.sum();
        p / sum
    };
    let divergence = |p: &Array1<f64>, q: &Array1<f64>| -> f64 {
        p.iter().zip(q).map(|(p, q)| p * libm::log(p / q)).sum()
    };
    let uniform = Array1::from_elem(4, 0.25);
    let mut met = 0;
    for ((found, bias), text) in found.rows().into_iter().zip(bias.rows()).zip(text.rows()) {
        let moved = divergence(&probabilities(found), &probabilities(text));
        let wanted = divergence(&probabilities(bias), &uniform);
        // Where four times the usual strength is not enough, it moves less far.
        assert!(moved < wanted + 1e-2, "{moved} {wanted}");
        met += usize::from((moved - wanted).abs() < 1e-2);
    }
    assert!(met > 0);
}

#[test]
fn every_variant_scores_what_can_be_scored() {
    let all = task(8, 4, 3);
    let tasks = [
        all.clone(),
        all.without_text(),
        all.subset(&[0, 1, 3]),
        all.subset(&[0, 1]),
        all.without_text().subset(&[0, 3]),
    ];
    for task in tasks {
        for (name, fit) in VARIANTS {
            let counts = task.counts();
            let head = fit(&task).unwrap();
            assert!(head.prior_temperature() > 0.0 && head.n_classes() == 4);
            for row in all_scores(head.as_ref(), &task).rows() {
                for (c, score) in row.iter().enumerate() {
                    let can = task.text()[c].is_some() || counts[c] > 0;
                    assert!(!score.is_nan() && score.is_finite() == can, "{name}: {row}");
                }
            }
        }
    }
}
