//! Computes the features of a folder of photos, with the preprocessing and the engine that ship.
//!
//! One folder a class; the result is a safetensors file with `labels` `(n,)` i32, `clip` `(n, d)` f32 where the encoder
//! has it, `aux.<encoder>` `(n, d)` f32 (`aux.<encoder>.<output>` where it has several), and in its metadata the JSON
//! lists `classes` and `files` in row order. Where the encoder reads names, `text` `(classes, d)` f32 is what it makes of
//! the folders', zero for one that it does not understand. What the encoder says of its streams is in the metadata too:
//! `streams` is a JSON object from tensors to `{"scale", "temperature", "weight", "plain"}`. The same photos give the same bytes.

mod features_file;
mod photos;

use anyhow::{Context, Result, bail};
use clap::Parser;
use features_file::Row;
use handful_encoder::{Detail, Encoder, Manifest, UNDERSTOOD, Words};
use indicatif::{ParallelProgressIterator, ProgressBar, ProgressStyle};
use rayon::prelude::*;
use std::path::{Path, PathBuf};

/// Computes the features of a folder of photos, one folder a class.
#[derive(Parser)]
struct Arguments {
    /// Manifest of the encoder (JSON); the ONNX file that it names lies beside it.
    #[arg(long, value_name = "MANIFEST.json")]
    encoder: PathBuf,
    /// Folder with one folder a class; files beside these folders are ignored.
    #[arg(long, value_name = "DIR")]
    photos: PathBuf,
    /// File to write.
    #[arg(long, value_name = "FILE.safetensors")]
    out: PathBuf,
    /// Looks at the photos as at live pictures, at the smaller size that the manifest names for them.
    #[arg(long)]
    live: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let encoder = load_encoder(&arguments.encoder, arguments.live)?;
    let classes = photos::classes(&arguments.photos)?;
    let rows = encode(&encoder, &classes);

    if rows.is_empty() {
        bail!("no photo in {} could be read", arguments.photos.display());
    }

    let names: Vec<String> = classes.into_iter().map(|class| class.name).collect();
    let texts = read_names(&encoder, &arguments.encoder, &names)?;
    let file = features_file::write(encoder.name(), encoder.streams(), &names, &texts, &rows)?;
    std::fs::write(&arguments.out, file)
        .with_context(|| format!("writing {}", arguments.out.display()))?;
    eprintln!("{}: {} photos", arguments.out.display(), rows.len());
    Ok(())
}

fn load_encoder(manifest: &Path, live: bool) -> Result<Encoder> {
    let json = std::fs::read_to_string(manifest)
        .with_context(|| format!("reading {}", manifest.display()))?;
    let file = Manifest::parse(&json)?.file().to_owned();
    let model = manifest.with_file_name(file);
    let onnx = std::fs::read(&model).with_context(|| format!("reading {}", model.display()))?;
    let detail = if live { Detail::Live } else { Detail::Photo };
    Encoder::at(&json, &onnx, detail).with_context(|| format!("loading {}", model.display()))
}

/// What the text side of the encoder makes of each name that it understands; nothing where it has none.
fn read_names(
    encoder: &Encoder,
    manifest: &Path,
    names: &[String],
) -> Result<Vec<Option<Vec<f32>>>> {
    let Some(file) = encoder.manifest().words_file() else {
        return Ok(vec![None; names.len()]);
    };
    let path = manifest.with_file_name(file);
    let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let words = Words::new(encoder.manifest(), &bytes)
        .with_context(|| format!("loading {}", path.display()))?;
    let read = names.iter().map(|name| {
        let meaning = words.encode(name);
        if meaning.confidence >= UNDERSTOOD {
            return Some(meaning.features);
        }
        eprintln!("the name {name:?} is not understood: its class gets no text");
        None
    });
    Ok(read.collect())
}

/// The rows of all photos that can be read, in order; the others, and classes without any, are named on stderr.
fn encode(encoder: &Encoder, classes: &[photos::Class]) -> Vec<Row> {
    let photos: Vec<(usize, &Path)> = classes
        .iter()
        .enumerate()
        .flat_map(|(class, folder)| {
            folder
                .photos
                .iter()
                .map(move |photo| (class, photo.as_path()))
        })
        .collect();
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} photos, {per_sec}, {eta} left")
        .expect("the template is a constant");
    let progress = ProgressBar::new(photos.len() as u64).with_style(style);
    let results: Vec<Result<Row>> = photos
        .into_par_iter()
        .progress_with(progress)
        .map_init(
            || encoder.clone(),
            |encoder, (class, path)| {
                let features = photos::decode(path)
                    .and_then(|photo| Ok(encoder.encode(&photo, photo.width(), photo.height())?))
                    .with_context(|| format!("left out: {}", path.display()))?;
                Ok(Row {
                    class,
                    file: photos::relative(path),
                    features,
                })
            },
        )
        .collect();

    let mut rows = Vec::with_capacity(results.len());
    for result in results {
        match result {
            Ok(row) => rows.push(row),
            Err(error) => eprintln!("{error:#}"),
        }
    }
    for (index, class) in classes.iter().enumerate() {
        if !rows.iter().any(|row| row.class == index) {
            eprintln!("no photo of class {:?} could be read", class.name);
        }
    }
    rows
}
