//! Room that scoring works in.

/// Buffers that scoring reuses, so that asking allocates nothing after the first time. They hold nothing between two
/// queries: one serves any number of heads, one after the other.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// The embedding of the query `(width,)`.
    pub(crate) embedding: Vec<f32>,
    /// One number an example.
    pub(super) examples: Vec<f32>,
    /// One number a class: of images and of texts, or of a bias and of what it is added to.
    pub(super) classes: [Vec<f32>; 2],
    /// Products of the query with what is summed over the examples of each class.
    pub(super) products: Vec<f64>,
    /// Two numbers a class.
    pub(super) sums: Vec<f64>,
}

/// A buffer of so many zeros.
pub(super) fn zeros(room: &mut Vec<f32>, n: usize) -> &mut [f32] {
    room.clear();
    room.resize(n, 0.0);
    room
}
