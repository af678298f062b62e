//! Numbers: products of matrices, functions that agree natively and in browsers, sorting, repeatable randomness.

pub(crate) mod adam;
pub(crate) mod linalg;
pub(crate) mod math;
mod measured;
pub(crate) mod order;
pub mod random;

pub use measured::Measured;
