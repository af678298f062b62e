//! Every number that is listed as measured has a say in the default answer. A test of its own, for it changes them for its whole process.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[allow(dead_code, reason = "the suite uses the rest")]
#[path = "suite/common.rs"]
mod common;

use handful::Recogniser;
use handful::heads::{Fused, HeadSpec};

#[test]
fn every_measured_number_changes_an_answer() {
    // Few and many examples, for some numbers count only where there are none to hold out, others only where there are.
    let tasks = [
        common::task(7, 4, 1),
        common::task(8, 3, 9),
        common::task(9, 5, 30),
    ];
    let spec = HeadSpec::Fused(Fused::default());
    let ask = || -> Vec<f64> {
        let answers = tasks.iter().map(|task| {
            let mut recogniser = Recogniser::fit(&spec, task.clone()).unwrap();
            recogniser.predict(task.row(0)).probabilities.clone()
        });
        answers.flatten().collect()
    };
    let usual = ask();
    for measured in Fused::measured() {
        let changed = [0.1, 10.0].map(|factor| {
            measured.try_out(Some(factor * measured.chosen()));
            ask() != usual
        });
        measured.try_out(None);
        assert!(changed[0] || changed[1], "{}", measured.name());
        assert_eq!(ask(), usual, "{}", measured.name());
    }
}
