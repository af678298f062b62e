//! What follows from held-out scores: folds, "none of these", intervals.

use crate::common::Numbers;
use handful::heads::HeadSpec;
use handful::task::Task;
use handful::validation::{Estimate, Reference, Report, folds, probabilities_into};
use handful::{Recogniser, Stream, Streams};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn folds_share_out_every_example_once_and_every_class_evenly() {
    let labels = [2, 0, 0, 1, 0, 2, 0, 2, 2, 0, 1];
    let all = folds(&labels, 3);
    let mut seen: Vec<usize> = all.iter().flatten().copied().collect();
    seen.sort_unstable();
    assert_eq!(seen, (0..labels.len()).collect::<Vec<_>>());
    for class in 0..3 {
        let counts = all
            .iter()
            .map(|fold| fold.iter().filter(|&&i| labels[i] == class).count());
        let (least, most) = (counts.clone().min().unwrap(), counts.max().unwrap());
        assert!(most - least <= 1);
    }
    assert_eq!(folds(&[0, 0], 5), [[0], [1]]);
    assert_eq!(folds(&[], 5), [Vec::<usize>::new()]);
}

#[wasm_bindgen_test(unsupported = test)]
fn the_threshold_keeps_nineteen_of_twenty_known_photos() {
    let reference = Reference::new((1..=99).map(f64::from).collect());
    assert_eq!(reference.threshold(0.05), Some(95.0));
    assert_eq!(reference.threshold(0.5), Some(50.0));
    assert_eq!(reference.threshold(0.01), Some(99.0));
    assert!(reference.threshold(0.002) > Some(99.0));
    assert_eq!(reference.threshold(0.0), None);
    assert_eq!(reference.share_beyond(1000.0), 0.01);
    assert_eq!(reference.share_beyond(0.0), 1.0);
}

#[wasm_bindgen_test(unsupported = test)]
fn few_examples_or_none_give_a_threshold_above_them_or_none() {
    assert_eq!(Reference::default().threshold(0.05), None);
    assert_eq!(Reference::default().share_beyond(5.0), 1.0);
    assert_eq!(Reference::new(vec![1.0; 3]).threshold(0.05), None);
    assert!(Reference::new(vec![2.0; 9]).threshold(0.05) > Some(2.0));
}

#[wasm_bindgen_test(unsupported = test)]
fn the_threshold_of_few_examples_keeps_as_many_as_that_of_many() {
    let mut numbers = Numbers::new(3);
    // Twelve numbers of variance 1/3 make a nearly normal one.
    let mut normal = || (0..12).map(|_| f64::from(numbers.next())).sum::<f64>();
    for n in [4, 6, 10, 18] {
        let shares = [0.02, 0.05, 0.1, 0.2, 0.5];
        let (draws, mut refused) = (20_000, [0; 5]);
        for _ in 0..draws {
            let reference = Reference::new((0..n).map(|_| normal()).collect());
            let one_more = Some(normal());
            for (count, share) in refused.iter_mut().zip(shares) {
                *count += u32::from(one_more > reference.threshold(share));
            }
        }
        for (count, share) in refused.into_iter().zip(shares) {
            // Five standard errors; where the threshold is one of the examples, one in n + 1 is the next step.
            let exact = 5.0 * (share * (1.0 - share) / f64::from(draws)).sqrt();
            let at = share * (f64::from(n) + 1.0);
            let lost = if at < 1.0 {
                0.0
            } else {
                at.fract() / (f64::from(n) + 1.0)
            };
            let got = f64::from(count) / f64::from(draws);
            assert!((got + lost - share).abs() < exact, "{n}, {share}: {got}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn an_interval_holds_its_share() {
    for n in 1..200 {
        for k in 0..=n {
            let estimate = Estimate::wilson(k, n).expect("n is above 0");
            let Estimate {
                value, low, high, ..
            } = estimate;
            assert!(0.0 <= low && low <= value && value <= high && high <= 1.0);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn probabilities_survive_large_and_infinite_scores() {
    let mut p = [0.0; 3];
    probabilities_into(
        &[2000.0, f32::NEG_INFINITY, 2000.0 - 2.0 * libm::logf(3.0)],
        2.0,
        &mut p,
    );
    assert!((p[0] - 0.75).abs() < 1e-4 && (p[2] - 0.25).abs() < 1e-4);
    assert_eq!(p[1], 0.0);
    probabilities_into(&[f32::NEG_INFINITY; 3], 2.0, &mut p);
    assert_eq!(p, [0.0; 3]);
}

/// A head that wants the task standardised is also held out so.
#[wasm_bindgen_test(unsupported = test)]
fn a_report_is_of_the_head_that_answers() {
    let spec = HeadSpec::by_name("kernel_ridge").unwrap();
    let streams = Streams::new(vec![Stream::new("aux", 8)]).unwrap();
    let (rows, labels) = crate::common::blobs(5, 4, 12, 8, 1.2);
    // Much in common.
    let task = Task::new(streams, rows + 2.0, labels, vec![None; 4]).unwrap();
    let confusion = |task: &Task| {
        let held_out = spec.held_out(task, usize::MAX).unwrap();
        Report::new(task, &held_out, 1.0).confusion
    };
    let prepared = spec.prepare(task.clone()).unwrap();
    assert_ne!(confusion(&prepared), confusion(&task));
    let recogniser = Recogniser::fit(&spec, task.clone()).unwrap();
    let report = recogniser.report(&task).unwrap();
    assert_eq!(report.confusion, confusion(&prepared));
    // Each mistake is counted off the diagonal, and nothing else is.
    let mut counted = vec![vec![0; 4]; 4];
    for mistake in &report.mistakes {
        counted[task.labels()[mistake.example]][mistake.taken_for] += 1;
        assert!(mistake.probability > 0.25 && mistake.probability <= 1.0);
    }
    for (c, row) in report.confusion.iter().enumerate() {
        counted[c][c] = row[c];
    }
    assert_eq!(counted, report.confusion);
    assert!(!report.mistakes.is_empty());
}
