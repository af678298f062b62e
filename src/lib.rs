//! Teach a web page to recognise things from a handful of photos.
//!
//! An `encoder` (the feature of that name) turns pixels into feature rows; a [`Classifier`] keeps the labelled rows,
//! fits a small head to them within a frame, and answers with calibrated probabilities. The core (everything but the
//! `encoder` feature) knows neither images nor browsers: numbers come in, numbers go out.
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

#[cfg(feature = "core")]
mod answer;
#[cfg(feature = "core")]
pub mod assign;
#[cfg(feature = "core")]
pub mod calibration;
#[cfg(feature = "core")]
mod classifier;
#[cfg(feature = "core")]
pub mod conformal;
#[cfg(feature = "encoder")]
pub mod encoder;
#[cfg(feature = "core")]
pub mod export;
#[cfg(feature = "core")]
mod format;
#[cfg(feature = "core")]
pub mod heads;
#[cfg(feature = "core")]
pub mod held_out;
#[cfg(feature = "core")]
pub mod incremental;
#[cfg(feature = "core")]
mod linalg;
#[cfg(feature = "core")]
pub mod novelty;
mod order;
#[cfg(feature = "core")]
pub mod prior;
#[cfg(feature = "core")]
pub mod random;
#[cfg(feature = "core")]
mod recogniser;
#[cfg(feature = "core")]
pub mod report;
#[cfg(feature = "core")]
pub mod select;
mod streams;
#[cfg(feature = "core")]
pub mod support;
#[cfg(feature = "core")]
mod tensors;
#[cfg(feature = "core")]
pub mod trust;
#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(feature = "core")]
pub use answer::{Answer, LabelScore, Neighbour, Quality, SuspectLabel};
#[cfg(feature = "core")]
pub use classifier::Classifier;
pub use error::{Error, Result};
#[cfg(feature = "core")]
pub use recogniser::{Calibration, Prediction, Recogniser};
pub use streams::{Stream, Streams};
