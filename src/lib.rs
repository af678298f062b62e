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

mod error;
mod math;

mod answer;
pub mod calibration;
mod classifier;
pub mod conformal;
pub mod export;
mod format;
pub mod heads;
pub mod held_out;
mod linalg;
pub mod novelty;
mod order;
pub mod random;
mod recogniser;
pub mod report;
pub mod select;
mod streams;
pub mod support;
mod tensors;
pub mod trust;
#[cfg(target_arch = "wasm32")]
pub mod wasm;

pub use answer::{Answer, LabelScore, Neighbour, Quality, SuspectLabel};
pub use classifier::Classifier;
pub use error::{Error, Result};
pub use recogniser::{Calibration, Prediction, Recogniser};
pub use streams::{CLIP, Stream, Streams};
