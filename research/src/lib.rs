//! What was tried around `handful`, or serves whoever evaluates it, and no page needs: it is not shipped.
//!
//! | module | what | source |
//! | --- | --- | --- |
//! | [`amu`] | variants of AMU-Tuning: other solvers, tuned weights, soups, a strength by divergence | each names its own |
//! | [`incremental`] | accuracy and forgetting of a stream whose classes come task by task | |
//! | [`keep`](mod@keep) | which examples stand for the rest | herding: Welling 2009 |
//! | [`prior`] | offsets for other class shares than those of the examples | Menon et al., arXiv:2007.07314; Saerens et al. 2002 |

pub mod amu;
pub mod incremental;
pub mod keep;
pub mod prior;

use handful::{Error, Result};

/// Refuses NaN and infinity.
fn finite(what: &'static str, mut values: impl Iterator<Item = f64>) -> Result<()> {
    if values.all(f64::is_finite) {
        Ok(())
    } else {
        Err(Error::NotFinite(what))
    }
}
