//! How closely images are looked at: one network at several sizes of its input.

use super::parts::{Input, Preprocess, fault};
use handful::Result;
use serde::Deserialize;

/// How closely an image is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// At the size of the manifest's `input.shape`.
    Photo,
    /// At the size of `detail.live`, which takes less time; the same as `Photo` where the manifest names none.
    Live,
}

/// What a manifest says of it.
#[derive(Deserialize, Default)]
pub(super) struct RawDetail {
    live: Option<u32>,
}

impl RawDetail {
    /// The side of the input for a live picture.
    pub(super) fn check(self, input: &Input, preprocess: &Preprocess) -> Result<Option<u32>> {
        let Some(side) = self.live else {
            return Ok(None);
        };
        let square = input.height == input.width && preprocess.shorter_side == Some(input.width);
        if square && (1..input.width).contains(&side) {
            return Ok(Some(side));
        }
        Err(fault(format!(
            "detail.live must be a side below that of a square input which is resized to it whole, not {side}"
        )))
    }
}
