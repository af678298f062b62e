//! Manifests: any text describes an encoder or is refused, and pixels become the input that is described.
#![no_main]

use handful_encoder::{Detail, Encoder, Manifest, Preprocessor, TextEncoder, Words};
use handful_fuzz::bounds::in_time;
use handful_fuzz::{json, words};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use std::sync::LazyLock;

static WORDS: LazyLock<Vec<&str>> =
    LazyLock::new(|| words(include_str!("../dictionaries/manifests.dict")));

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        in_time(|| check(text));
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    json::mutator(data, size, max_size, seed, &WORDS)
});

fn check(text: &str) {
    let Ok(manifest) = Manifest::parse(text) else {
        return;
    };
    let width: usize = manifest.streams().iter().map(|stream| stream.dim).sum();
    assert!((1..=65_536).contains(&width));
    // Some of 255 and some of 0, so that what divides by little or takes away much shows.
    let pixels: Vec<u8> = (0..5 * 3 * 4)
        .map(|i| if i % 7 < 4 { 255 } else { 0 })
        .collect();
    let tensor = Preprocessor::new(&manifest).tensor(&pixels, 5, 3);
    let tensor = tensor.expect("a picture of 5 x 3 pixels is fine");
    assert!(!tensor.is_empty() && tensor.iter().all(|v| v.is_finite()));
    // No model: what else the manifest says is checked before.
    for detail in [Detail::Photo, Detail::Live] {
        assert!(Encoder::at(text, b"", detail).is_err());
    }
    assert!(TextEncoder::new(text, b"").is_err());
    assert!(Words::new(&manifest, b"").is_err());
}
