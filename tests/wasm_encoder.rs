//! The tests of `encoder_room` in a browser, where the SIMD kernels are others and a panic cannot be caught.
#![cfg(all(feature = "encoder", target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "encoder_room/faults.rs"]
mod faults;
#[path = "encoder_room/fixtures.rs"]
mod fixtures;
#[path = "encoder_room/hostile.rs"]
mod hostile;
#[path = "encoder_room/manifest.rs"]
mod manifest;
#[path = "encoder_room/models.rs"]
mod models;
#[path = "encoder_room/preprocess.rs"]
mod preprocess;
#[path = "encoder_room/presets.rs"]
mod presets;
#[path = "encoder_room/probe.rs"]
mod probe;
#[path = "encoder_room/words.rs"]
mod words;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
