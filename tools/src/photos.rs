//! Folders of photos, and photos from files.

use anyhow::{Context, Result, anyhow, bail};
use handful_encoder::MAX_SIDE;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, RgbaImage};
use std::fs::DirEntry;
use std::path::{Path, PathBuf};

/// A folder whose name is a label.
pub struct Class {
    pub name: String,
    /// Its files, sorted by name.
    pub photos: Vec<PathBuf>,
}

/// The classes in a folder, sorted by name. Hidden entries are passed over, and so are files beside the class folders.
pub fn classes(folder: &Path) -> Result<Vec<Class>> {
    let classes = entries(folder)?
        .into_iter()
        .filter(|path| path.is_dir())
        .map(|path| {
            Ok(Class {
                name: name(&path)?.to_owned(),
                photos: entries(&path)?
                    .into_iter()
                    .filter(|path| path.is_file())
                    .collect(),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    if classes.is_empty() {
        bail!(
            "{} holds no folders: one folder a class is needed",
            folder.display()
        );
    }
    Ok(classes)
}

/// `CLASS/FILE`, how a photo is named in the features file.
pub fn relative(photo: &Path) -> String {
    let parts = photo.iter().map(|part| part.to_string_lossy());
    let parts: Vec<_> = parts.collect();
    parts[parts.len().saturating_sub(2)..].join("/")
}

/// The photo as a person sees it: turned as its EXIF data says, which browsers do too.
pub fn decode(path: &Path) -> Result<RgbaImage> {
    let mut reader = ImageReader::open(path)?.with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(image.into_rgba8())
}

/// What a folder holds, but for hidden entries, sorted by name.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = std::fs::read_dir(folder)
        .and_then(|entries| entries.collect::<std::io::Result<Vec<DirEntry>>>())
        .with_context(|| format!("reading the folder {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = paths.iter().map(DirEntry::path).collect();
    paths.retain(|path| !name(path).is_ok_and(|name| name.starts_with('.')));
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> Result<&str> {
    path.file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| anyhow!("the name of {} is no Unicode text", path.display()))
}
