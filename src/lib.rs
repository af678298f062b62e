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
pub mod calibration;
#[cfg(feature = "core")]
mod classifier;
#[cfg(feature = "encoder")]
pub mod encoder;
#[cfg(feature = "core")]
mod format;
#[cfg(feature = "core")]
pub mod heads;
mod streams;
#[cfg(feature = "core")]
pub mod support;
#[cfg(target_arch = "wasm32")]
mod wasm;

#[cfg(feature = "core")]
pub use classifier::{Answer, Classifier, LabelScore};
pub use error::{Error, Result};
pub use streams::{Stream, Streams};
