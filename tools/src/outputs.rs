//! What the engine that ships makes of each model in a folder, for programs that compare it with others.
//!
//! For each manifest `NAME.json` with its model beside it, the input tensor is read from `NAME.input` (f32, little-endian).
//! The feature row is written to `NAME.row` in the same form, or the error to `NAME.error`: its code, a space, its text.

use anyhow::{Context, Result};
use clap::Parser;
use handful_encoder::{Encoder, Manifest};
use rayon::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

/// Runs each model in a folder on its input tensor.
#[derive(Parser)]
struct Arguments {
    /// Folder with manifests (JSON), their models and their inputs.
    folder: PathBuf,
}

fn main() -> Result<()> {
    let folder = Arguments::parse().folder;
    let paths = fs::read_dir(&folder)
        .with_context(|| format!("reading the folder {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    // What the engine panics about is in the error already.
    std::panic::set_hook(Box::new(|_| {}));
    (paths.par_iter())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .try_for_each(|manifest| outputs(manifest))
}

fn outputs(manifest: &Path) -> Result<()> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("reading {}", path.display()));
    let json = String::from_utf8(read(manifest)?)?;
    let onnx = read(&manifest.with_file_name(Manifest::parse(&json)?.file()))?;
    let input = read(&manifest.with_extension("input"))?;
    let input: Vec<f32> = (input.as_chunks().0.iter())
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    let row = Encoder::new(&json, &onnx).and_then(|encoder| encoder.run(&input));
    match row {
        Ok(row) => {
            let bytes: Vec<u8> = row.into_iter().flat_map(f32::to_le_bytes).collect();
            fs::write(manifest.with_extension("row"), bytes)?;
        }
        Err(error) => {
            let text = format!("{} {error}", error.code());
            fs::write(manifest.with_extension("error"), text)?;
        }
    }
    Ok(())
}
