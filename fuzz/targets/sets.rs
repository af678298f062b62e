//! Saved sets: any bytes are a set or are refused, and a set that was read can be asked, judged, taught and saved.
#![no_main]

use handful::{Classifier, Error};
use handful_fuzz::bounds::in_time;
use handful_fuzz::{checks, safetensors, words};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use std::sync::LazyLock;

static WORDS: LazyLock<Vec<&str>> =
    LazyLock::new(|| words(include_str!("../dictionaries/sets.dict")));

fuzz_target!(|bytes: &[u8]| in_time(|| check(bytes)));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    safetensors::mutator(data, size, max_size, seed, &WORDS)
});

fn check(bytes: &[u8]) {
    let mut classifier = match Classifier::load(bytes) {
        Ok(classifier) => classifier,
        Err(Error::Format { .. }) => return,
        Err(other) => panic!("{other:?}"),
    };
    let width = classifier.set().streams().width();
    let row: Vec<f32> = (0..width).map(|d| 1.0 + (d % 3) as f32).collect();
    let mut loaded = checks::reload(&mut classifier, &row);
    checks::judge(&mut loaded, &row);

    if loaded.observe("one more", &row).is_ok() {
        loaded = checks::reload(&mut loaded, &row);
    }
    let before = loaded.set().clone();
    if loaded.add_example("one more", &row).is_ok() {
        let _ = checks::ask(&mut loaded, &row);
        assert!(loaded.undo());
        assert!(before.examples().eq(loaded.set().examples()));
        assert_eq!(before.classes(), loaded.set().classes());
    } else {
        assert_eq!(&before, loaded.set());
    }
}
