#![doc = include_str!("README.md")]
//!
//! `examples/teach.rs` goes on from here: undo, a file, quality. `examples/head.rs` fits a single head and reads its weights.
//!
//! | module | what it has |
//! | --- | --- |
//! | the crate's root | [`Classifier`], which most programs need alone, [`Recogniser`] for a task that does not change, their answers, [`Error`] |
//! | [`heads`] | the published methods, each a recipe that is fitted to a [`task::Task`] |
//! | [`validation`] | k-fold, temperature, conformal sets, novelty, estimates of quality |
//! | [`support`], [`task`] | the set of labelled examples with its undo, and the numbers that heads are fitted to |
//! | [`export`] | a linear head as weights; this and the default answer as an ONNX graph |
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | `wasm` | no | on wasm32: the exports of the JavaScript module |
//!
//! Matrices are those of [`ndarray`], which the crate hands on. All types are `Send` and `Sync`. Results are the same on every
//! machine and in every browser to within rounding: no method draws random numbers without a seed.

// Rooms. Each needs only those above it (`tests/suite/rooms.rs`); blank lines keep rustfmt from sorting them.
mod error;
mod setters;

use handful_numerics as numerics;

pub mod support;

pub mod task;

pub mod validation;

pub mod heads;

mod answer;

pub mod export;

pub mod select;

mod classifier;

#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use ndarray;

pub use answer::{
    Answer, LabelScore, MistakenExample, Neighbour, Opinion, Prediction, Quality, Recogniser,
    SuspectLabel, Together,
};
pub use classifier::{AskedTogether, Classifier};
pub use error::{Error, Result};
#[doc(inline)]
pub use numerics::{Measured, random};
pub use support::{CLIP, Stream, Streams};
