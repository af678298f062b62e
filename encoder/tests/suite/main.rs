//! Manifest, preprocessing and model, against Pillow and onnxruntime; in a browser too, where the SIMD kernels are others and
//! a panic cannot be caught, but for what needs files.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod eighth;
mod faults;
mod fixtures;
mod hostile;
mod manifest;
mod models;
mod preparation;
mod preprocess;
mod presets;
mod probe;
#[cfg(not(target_arch = "wasm32"))]
mod reference;
#[cfg(not(target_arch = "wasm32"))]
mod shared;
#[cfg(not(target_arch = "wasm32"))]
mod shipped;
mod words;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
