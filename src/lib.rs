//! Teach a web page to recognise things from a handful of photos.
//!
//! An encoder (the crate `handful-encoder`, or any other) turns pixels into feature rows; a [`Classifier`] keeps the labelled
//! rows, fits a small head to them within a frame, and answers with calibrated probabilities. Nothing here knows images or
//! browsers: numbers come in, numbers go out.
//!
//! ```
//! use handful::{Classifier, Stream};
//!
//! let mut classifier = Classifier::new(vec![Stream::new("aux", 3)])?;
//! classifier.add_example("cat", &[1.0, 0.1, 0.0])?;
//! classifier.add_example("dog", &[0.0, 0.2, 1.0])?;
//! let answer = classifier.predict(&[0.9, 0.0, 0.2])?;
//! assert_eq!(answer.best().label, "cat");
//! # Ok::<(), handful::Error>(())
//! ```

// Rooms. Each needs only those above it (`tests/rooms.rs`); blank lines keep rustfmt from sorting them.
mod error;

mod numerics;

pub mod support;

pub mod task;

pub mod validation;

pub mod heads;

pub mod export;

mod answer;

pub mod assign;

pub mod incremental;

pub mod prior;

pub mod select;

mod classifier;

#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use answer::{
    Answer, Calibration, LabelScore, Neighbour, Prediction, Quality, Recogniser, SuspectLabel,
};
pub use classifier::Classifier;
pub use error::{Error, Result};
pub use numerics::random;
pub use support::{CLIP, Stream, Streams};
