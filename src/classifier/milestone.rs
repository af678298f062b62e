//! How many of the first examples something is learned from, so that it need not be learned anew at each change.

/// Up to so many, all tell, and each change is learned from at once.
pub(super) const FEW: usize = 16;

/// The examples that thresholds are learned from: all of up to sixteen, then 16, 24, 32, 48, 64, 96 and so on, which
/// are two or three times a power of two.
pub(super) fn milestone(n: usize) -> usize {
    if n <= FEW {
        return n;
    }
    let digits = usize::BITS - n.leading_zeros();
    let dropped = digits - 2;
    n >> dropped << dropped
}
