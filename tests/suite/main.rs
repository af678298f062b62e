//! The core's tests, in one program: in a browser, too, which starts once for all. What changes a number for all threads or counts
//! allocations is a program of its own, beside this folder.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod assigned;
mod classifier_flow;
mod common;
#[cfg(not(target_arch = "wasm32"))]
mod core_properties;
mod export;
#[cfg(not(target_arch = "wasm32"))]
mod export_runs;
mod foreign;
#[cfg(not(target_arch = "wasm32"))]
mod foreign_real;
mod format_hostile;
#[cfg(not(target_arch = "wasm32"))]
mod heads_accuracy;
mod heads_amu;
mod heads_amu_convex;
mod heads_contract;
mod heads_reference;
mod labels;
mod negatives;
mod observed;
mod products;
mod random;
#[cfg(not(target_arch = "wasm32"))]
mod rooms;
mod select;
mod sets_together;
mod standardised;
#[cfg(not(target_arch = "wasm32"))]
mod streams_real;
mod threads;
mod together;
#[cfg(not(target_arch = "wasm32"))]
mod together_real;
mod trust;
mod uer_stream;
mod unlabelled;
mod validation;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
