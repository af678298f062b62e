//! What a manifest says of the network and of the file that is made of it.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// The part of a manifest that this program reads; the rest is the library's.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Manifest {
    /// The encoder, beside the manifest.
    pub file: String,
    /// Of the encoder.
    pub sha256: String,
    /// Size of the encoder.
    pub bytes: u64,
    pub network: Source,
    /// The output layers, beside the manifest.
    pub outputs_file: Option<String>,
}

/// Where the network comes from.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Source {
    pub architecture: String,
    /// Name of the wheel.
    pub wheel: String,
    /// Of the wheel.
    pub sha256: String,
}

impl Manifest {
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).context("reading the manifest")
    }
}

/// The text of a manifest with another hash and size of the encoder, everything else being as it was.
///
/// # Errors
/// Where they are not on lines of their own, one space from the margin.
pub fn updated(text: &str, sha256: &str, bytes: u64) -> Result<String> {
    let line = |line: &str| {
        let end = if line.ends_with(',') { "," } else { "" };
        if line.starts_with(" \"sha256\": ") {
            format!(" \"sha256\": \"{sha256}\"{end}")
        } else if line.starts_with(" \"bytes\": ") {
            format!(" \"bytes\": {bytes}{end}")
        } else {
            line.to_owned()
        }
    };
    let text: String = text.lines().map(|text| line(text) + "\n").collect();
    let now = Manifest::parse(&text)?;
    ensure!(
        (&*now.sha256, now.bytes) == (sha256, bytes),
        "`sha256` and `bytes` must be on lines of their own in the manifest, with one space before them"
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{
 "name": "x",
 "file": "x.onnx",
 "sha256": "00",
 "bytes": 1,
 "network": {
  "architecture": "a",
  "wheel": "w.whl",
  "sha256": "11"
 },
 "words": {
  "sha256": "22",
  "bytes": 3
 }
}
"#;

    #[test]
    fn only_the_hash_and_the_size_of_the_encoder_are_changed() {
        let text = updated(TEXT, "abc", 42).unwrap();
        let expected = TEXT
            .replace("\"00\"", "\"abc\"")
            .replace(" \"bytes\": 1", " \"bytes\": 42");
        assert_eq!(text, expected);
        let manifest = Manifest::parse(&text).unwrap();
        assert_eq!(manifest.network.sha256, "11");
        assert_eq!(manifest.outputs_file, None);
    }

    #[test]
    fn another_layout_is_refused() {
        let text = TEXT.replace('\n', " ");
        let error = updated(&text, "abc", 42).unwrap_err();
        assert!(error.to_string().contains("lines of their own"), "{error}");
    }
}
