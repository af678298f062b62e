//! Numbers: products of matrices, functions that agree natively and in browsers, sorting, repeatable randomness.
//!
//! A crate of its own, because a release makes each crate either fast or small: these loops are fast, the rest of handful is small.
//! A generic function is compiled where it is called, so no loop that takes time is one.

pub mod adam;
pub mod linalg;
pub mod math;
mod measured;
pub mod order;
pub mod random;

pub use measured::Measured;
