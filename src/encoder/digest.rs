//! Whether a file is the one that a manifest means.

use crate::{Error, Result};
use sha2::{Digest, Sha256};

/// The sha256 of a file in hexadecimal digits, which is the expected one where there is one.
///
/// # Errors
/// [`Error::ModelMismatch`].
pub fn check_digest(expected: Option<&[u8; 32]>, bytes: &[u8]) -> Result<String> {
    let hex = |digest: &[u8]| {
        digest
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let got = hex(&Sha256::digest(bytes));
    match expected.map(|digest| hex(digest)) {
        Some(expected) if expected != got => Err(Error::ModelMismatch {
            what: "the sha256 of its bytes",
            expected,
            got,
        }),
        _ => Ok(got),
    }
}
