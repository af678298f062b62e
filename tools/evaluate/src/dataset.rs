//! Reading a file of features (safetensors) in either layout.
//!
//! Layout A, a benchmark with its splits: `<part>.features` `(n, d)` and `<part>.labels` `(n,)` for the parts `test`,
//! `val` and `shot16`; texts in `text` `(C, d)`, or in `text_partial.features` and `text_partial.labels`.
//! Layout B, photos without splits: `labels` `(n,)`, `aux.<name>` `(n, a)`, and where known `clip` `(n, d)` and `text`.
//! In both the metadata entry `classes` is a JSON list, and a zero row of `text` means no text for that class. The entry
//! `streams`, if it is there, is a JSON object from tensors to what their encoder says of them: `{"scale", "temperature", "weight", "plain"}`.

use anyhow::{Context, Result, bail, ensure};
use handful::{Stream, Streams};
use ndarray::{Array1, Array2, Axis};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// What of a file is read.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Layout A: the part that examples are drawn from; `shot16` where it is there, else `val`.
    pub pool: Option<String>,
    /// Layout A: the part that is asked about.
    pub queries: String,
    /// Tensor of the features that share a space with text, or `none`.
    pub clip: Option<String>,
    /// Names of auxiliary features, or the one name `none`; those of the first encoder of the file where there is nothing.
    pub aux: Vec<String>,
    /// Whether texts are read.
    pub text: bool,
}

/// Unit rows `(n, width)` with the class of each.
#[derive(Debug)]
pub struct Rows {
    pub features: Array2<f32>,
    pub labels: Vec<usize>,
}

/// Features of a set of photos.
#[derive(Debug)]
pub struct Dataset {
    pub name: String,
    pub classes: Vec<String>,
    pub streams: Streams,
    /// Text row of each class, where it has one.
    pub text: Vec<Option<Array1<f32>>>,
    /// What examples are drawn from.
    pub pool: Rows,
    /// What is asked about; `None` where it is what a draw leaves over.
    pub queries: Option<Rows>,
}

/// What stands in place of a name where nothing is wanted.
pub const NONE: &str = "none";

impl Dataset {
    /// Reads a file. Its name is that of the file, or of the folder that holds a `features.safetensors`.
    pub fn read(path: &Path, choice: &Choice) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        let stem = path.file_stem().unwrap_or_default();
        let folder = path.parent().and_then(Path::file_name);
        let name = match folder {
            Some(folder) if stem == "features" => folder,
            _ => stem,
        };
        Self::parse(&name.to_string_lossy(), &bytes, choice)
            .with_context(|| format!("{} cannot be used", path.display()))
    }

    fn parse(name: &str, bytes: &[u8], choice: &Choice) -> Result<Self> {
        let tensors = SafeTensors::deserialize(bytes).context("it is no safetensors file")?;
        let (_, metadata) = SafeTensors::read_metadata(bytes)?;
        let entries = metadata.metadata().clone().unwrap_or_default();
        let file = File {
            tensors,
            classes: classes(&entries)?,
            traits: traits(&entries)?,
        };
        let (pool, queries) = if file.has("labels") {
            (String::new(), None)
        } else if file.has("test.labels") {
            let preferred = if file.has("shot16.labels") {
                "shot16"
            } else {
                "val"
            };
            let pool = choice.pool.as_deref().unwrap_or(preferred);
            ensure!(
                pool != choice.queries,
                "the queries are those of the pool, `{pool}`; name another pool or other queries"
            );
            (format!("{pool}."), Some(format!("{}.", choice.queries)))
        } else {
            bail!("it holds neither `labels` nor `test.labels`");
        };
        let sources = file.sources(&pool, queries.is_some(), choice)?;
        let text = if choice.text && sources.iter().any(|s| s.stream == "clip") {
            file.text()?
        } else {
            vec![None; file.classes.len()]
        };
        let (streams, pool) = file.rows(&pool, &sources, None)?;
        let queries = match queries {
            Some(part) => Some(file.rows(&part, &sources, Some(&streams))?.1),
            None => None,
        };
        for row in text.iter().flatten() {
            let row: &Array1<f32> = row;
            streams
                .unit_text(&row.to_vec())
                .context("the texts do not fit the features in the stream `clip`")?;
        }
        Ok(Self {
            name: name.to_owned(),
            classes: file.classes,
            streams,
            text,
            pool,
            queries,
        })
    }
}

/// What an encoder says of a stream; see [`Stream`].
#[derive(Debug, Clone, Default, Deserialize)]
struct Traits {
    scale: Option<f64>,
    temperature: Option<f64>,
    weight: Option<f64>,
    #[serde(default)]
    plain: bool,
}

fn traits(metadata: &HashMap<String, String>) -> Result<HashMap<String, Traits>> {
    let traits = metadata
        .get("streams")
        .map(|text| serde_json::from_str(text));
    let traits = traits
        .transpose()
        .context("its metadata entry `streams` is of no use")?;
    Ok(traits.unwrap_or_default())
}

fn classes(metadata: &HashMap<String, String>) -> Result<Vec<String>> {
    let list = metadata
        .get("classes")
        .context("its metadata has no entry `classes`")?;
    let classes: Vec<String> =
        serde_json::from_str(list).context("its metadata entry `classes` is no list of names")?;
    ensure!(
        classes.len() >= 2,
        "it names {} class; two are the least that can be told apart",
        classes.len()
    );
    Ok(classes)
}

/// A stream and the tensor, without the name of the part, that holds it.
struct Source {
    stream: String,
    tensor: String,
}

struct File<'a> {
    tensors: SafeTensors<'a>,
    classes: Vec<String>,
    traits: HashMap<String, Traits>,
}

impl File<'_> {
    fn has(&self, name: &str) -> bool {
        self.tensors.tensor(name).is_ok()
    }

    fn tensor(&self, name: &str) -> Result<TensorView<'_>> {
        self.tensors
            .tensor(name)
            .with_context(|| format!("it has no tensor `{name}`"))
    }

    /// Which tensors the streams are read from.
    fn sources(&self, prefix: &str, splits: bool, choice: &Choice) -> Result<Vec<Source>> {
        let mut sources = Vec::new();
        let clip = match choice.clip.as_deref() {
            Some(NONE) => None,
            Some(name) => Some(name),
            None if splits => Some("features"),
            None => Some("clip").filter(|name| self.has(name)),
        };
        if let Some(tensor) = clip {
            sources.push(Source {
                stream: "clip".into(),
                tensor: tensor.into(),
            });
        }
        let mut auxiliary: Vec<String> = choice.aux.clone();
        if auxiliary.is_empty() {
            let start = format!("{prefix}aux.");
            let names = self.tensors.names();
            let mut names: Vec<&str> = (names.iter())
                .filter_map(|name| name.strip_prefix(&start))
                .collect();
            names.sort_unstable();
            // `ENCODER` or, where an encoder has several, `ENCODER.STREAM`.
            let encoder = |name: &str| name.split('.').next().map(str::to_owned);
            let first = names.first().and_then(|name| encoder(name));
            names.retain(|name| encoder(name) == first);
            auxiliary.extend(names.into_iter().map(str::to_owned));
        }
        for name in auxiliary.into_iter().filter(|name| name != NONE) {
            let tensor = format!("aux.{name}");
            let tensor = if self.has(&format!("{prefix}{tensor}")) {
                tensor
            } else {
                name.clone()
            };
            sources.push(Source {
                stream: name,
                tensor,
            });
        }
        ensure!(!sources.is_empty(), "no stream of features is left to use");
        Ok(sources)
    }

    /// The unit rows of one part, and the layout of a row; `expected` is the layout of the other part.
    fn rows(
        &self,
        prefix: &str,
        sources: &[Source],
        expected: Option<&Streams>,
    ) -> Result<(Streams, Rows)> {
        let labels = self.labels(&format!("{prefix}labels"))?;
        let mut parts = Vec::with_capacity(sources.len());
        for Source { stream, tensor } in sources {
            let name = format!("{prefix}{tensor}");
            let matrix = self.matrix(&name)?;
            ensure!(
                matrix.nrows() == labels.len(),
                "`{name}` has {} rows for {} labels",
                matrix.nrows(),
                labels.len()
            );
            let traits = self.traits.get(tensor).cloned().unwrap_or_default();
            let stream = Stream::new(stream.as_str(), matrix.ncols())
                .scale(traits.scale)
                .temperature(traits.temperature)
                .weight(traits.weight)
                .plain(traits.plain);
            parts.push((stream, matrix));
        }
        let streams = Streams::new(parts.iter().map(|(stream, _)| stream.clone()).collect())?;
        ensure!(
            expected.is_none_or(|expected| *expected == streams),
            "the features of `{prefix}labels` are of another width than those of the pool"
        );
        let mut features = Array2::zeros((labels.len(), streams.width()));
        for (i, mut row) in features.rows_mut().into_iter().enumerate() {
            let ordered = streams
                .as_slice()
                .iter()
                .filter_map(|stream| parts.iter().find(|(other, _)| other == stream));
            let raw: Vec<f32> = ordered
                .flat_map(|(_, matrix)| matrix.row(i).to_vec())
                .collect();
            let unit = streams
                .unit(&raw)
                .with_context(|| format!("row {i} of `{prefix}{}`", sources[0].tensor))?;
            row.assign(&Array1::from(unit));
        }
        Ok((streams, Rows { features, labels }))
    }

    /// The text row of each class, from `text` or else from `text_partial`.
    fn text(&self) -> Result<Vec<Option<Array1<f32>>>> {
        let mut text = vec![None; self.classes.len()];
        let (name, labels): (_, Vec<usize>) = if self.has("text") {
            ("text", (0..self.classes.len()).collect())
        } else if self.has("text_partial.features") {
            ("text_partial.features", self.labels("text_partial.labels")?)
        } else {
            return Ok(text);
        };
        let matrix = self.matrix(name)?;
        ensure!(
            matrix.nrows() == labels.len(),
            "`{name}` has {} rows for {} classes",
            matrix.nrows(),
            labels.len()
        );
        for (row, label) in matrix.axis_iter(Axis(0)).zip(labels) {
            text[label] = row.iter().any(|&v| v != 0.0).then(|| row.to_owned());
        }
        Ok(text)
    }

    fn labels(&self, name: &str) -> Result<Vec<usize>> {
        let view = self.tensor(name)?;
        let [n] = *view.shape() else {
            bail!(
                "`{name}` has the shape {:?}; one number a row is needed",
                view.shape()
            );
        };
        ensure!(n > 0, "`{name}` is empty");
        let values: Vec<i64> = match view.dtype() {
            Dtype::I32 => numbers(view.data(), |b| i64::from(i32::from_le_bytes(b))),
            Dtype::I64 => numbers(view.data(), i64::from_le_bytes),
            other => bail!("`{name}` is of type {other:?}; I32 or I64 is needed"),
        };
        let classes = self.classes.len();
        let to_index = |&value: &i64| usize::try_from(value).ok().filter(|&c| c < classes);
        values
            .iter()
            .map(|value| {
                to_index(value).with_context(|| {
                    format!("`{name}` holds {value}, which is none of the {classes} classes")
                })
            })
            .collect()
    }

    fn matrix(&self, name: &str) -> Result<Array2<f32>> {
        let view = self.tensor(name)?;
        let [rows, columns] = *view.shape() else {
            bail!(
                "`{name}` has the shape {:?}; a matrix is needed",
                view.shape()
            );
        };
        let values = match view.dtype() {
            Dtype::F16 => numbers(view.data(), |b| from_half(u16::from_le_bytes(b))),
            Dtype::F32 => numbers(view.data(), f32::from_le_bytes),
            Dtype::F64 => numbers(view.data(), |b| f64::from_le_bytes(b) as f32),
            other => bail!("`{name}` is of type {other:?}; F16, F32 or F64 is needed"),
        };
        ensure!(
            values.iter().all(|v| v.is_finite()),
            "`{name}` holds a number that is not finite"
        );
        Ok(Array2::from_shape_vec((rows, columns), values)?)
    }
}

/// Little-endian numbers of N bytes each.
fn numbers<const N: usize, T>(bytes: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    bytes
        .as_chunks()
        .0
        .iter()
        .map(|&chunk| read(chunk))
        .collect()
}

/// A half-precision number (IEEE 754 binary16) from its bits.
fn from_half(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10 & 0x1F);
    let fraction = u32::from(bits & 0x3FF) << 13;
    f32::from_bits(match exponent {
        // Zero and subnormal numbers: multiples of 2 to the -24.
        0 => sign | (f32::from(bits & 0x3FF) / 16_777_216.0).to_bits(),
        0x1F => sign | 0x7F80_0000 | fraction,
        _ => sign | (exponent + 112) << 23 | fraction,
    })
}

#[cfg(test)]
#[path = "dataset_tests.rs"]
mod tests;
