//! The words file: any bytes are one or are refused, and every name means something finite.
#![no_main]

use handful_encoder::{Manifest, Words};
use handful_fuzz::bounds::in_time;
use handful_fuzz::{safetensors, words};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use std::sync::LazyLock;

static WORDS: LazyLock<Vec<&str>> =
    LazyLock::new(|| words(include_str!("../dictionaries/words.dict")));

/// Of an encoder with four numbers beside text.
static MANIFEST: LazyLock<Manifest> = LazyLock::new(|| {
    Manifest::parse(include_str!("../manifests/words.json")).expect("it is as it should be")
});

/// A file may carry a name of its own.
const NAMES: [&str; 4] = ["red apples", "", "a photo of the 梨 and äpfel", "x"];

fuzz_target!(|bytes: &[u8]| in_time(|| check(bytes)));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    safetensors::mutator(data, size, max_size, seed, &WORDS)
});

fn check(bytes: &[u8]) {
    let Ok(words) = Words::new(&MANIFEST, bytes) else {
        return;
    };
    let own = safetensors::entry(bytes, "name").unwrap_or_default();
    for name in NAMES.into_iter().chain([own.as_str()]) {
        let meaning = words.encode(name);
        assert_eq!(meaning.features.len(), 4);
        assert!(
            meaning.features.iter().all(|v| v.is_finite()),
            "{meaning:?}"
        );
        assert!((0.0..=1.0).contains(&meaning.confidence), "{meaning:?}");
    }
}
