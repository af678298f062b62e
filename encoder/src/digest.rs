//! Whether a file is the one that a manifest means.

use handful::{Error, Result};
use sha2::{Digest, Sha256};

/// Bytes that are hashed by one call.
const HASHED_BYTES: usize = 1 << 16;

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
    // Part by part: browsers replace a slow first version of a function only when it is called again, and one call for a
    // full-size encoder would take half a minute.
    let mut hash = Sha256::new();
    for part in bytes.chunks(HASHED_BYTES) {
        hash.update(part);
    }
    let got = hex(&hash.finalize());
    match expected.map(|digest| hex(digest)) {
        Some(expected) if expected != got => Err(Error::ModelMismatch {
            what: "the sha256 of its bytes",
            expected,
            got,
        }),
        _ => Ok(got),
    }
}
