//! Numbers: products of matrices, functions that agree natively and in browsers, sorting, repeatable randomness.

pub(crate) mod linalg;
pub(crate) mod math;
pub(crate) mod order;
pub mod random;
