//! The encoder room: manifest, preprocessing and model, against Pillow and onnxruntime. `wasm_encoder.rs` runs the same in
//! a browser, but for what needs files.
#![cfg(all(feature = "encoder", not(target_arch = "wasm32")))]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod faults;
mod fixtures;
mod hostile;
mod manifest;
mod models;
mod preprocess;
mod presets;
mod probe;
mod reference;
mod shared;
mod shipped;
mod words;
