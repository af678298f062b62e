//! The features file: safetensors, written byte for byte the same each time.
//!
//! Format: eight bytes of header length (little-endian), the header in JSON, then the tensors one after the other, as
//! huggingface/safetensors specifies. Its own writer puts metadata in the order of a hash map, another each time.

use anyhow::{Context, Result};
use handful::Stream;
use serde_json::{Map, Value, json};

/// Features of one photo.
pub struct Row {
    /// Index of the class.
    pub class: usize,
    pub file: String,
    /// The streams one after the other.
    pub features: Vec<f32>,
}

/// The bytes of the file; classes without a row are left out of it. `texts` are those of the classes.
pub fn write(
    encoder: &str,
    streams: &[Stream],
    classes: &[String],
    texts: &[Option<Vec<f32>>],
    rows: &[Row],
) -> Result<Vec<u8>> {
    let kept: Vec<usize> = (0..classes.len())
        .filter(|class| rows.iter().any(|row| row.class == *class))
        .collect();
    let names: Vec<&String> = kept.iter().map(|class| &classes[*class]).collect();
    let files: Vec<&String> = rows.iter().map(|row| &row.file).collect();

    let mut file = File::default();
    let traits: Map<String, Value> = (streams.iter())
        .map(|stream| {
            let traits = json!({
                "scale": stream.scale,
                "temperature": stream.temperature,
                "weight": stream.weight,
                "plain": stream.plain,
            });
            (tensor_name(encoder, streams, stream), traits)
        })
        .collect();
    let metadata = json!({
        "classes": serde_json::to_string(&names)?,
        "files": serde_json::to_string(&files)?,
        "streams": serde_json::to_string(&traits)?,
    });
    file.header.insert("__metadata__".into(), metadata);
    if let Some(width) = texts.iter().flatten().map(Vec::len).next() {
        let none = vec![0.0; width];
        let values = (kept.iter()).flat_map(|class| texts[*class].as_ref().unwrap_or(&none));
        let bytes = values.flat_map(|value| value.to_le_bytes());
        file.tensor("text".into(), "F32", &[kept.len(), width], bytes);
    }
    let mut start = 0;
    for stream in streams {
        let columns = start..start + stream.dim;
        let values = rows.iter().flat_map(|row| &row.features[columns.clone()]);
        let bytes = values.flat_map(|value| value.to_le_bytes());
        file.tensor(
            tensor_name(encoder, streams, stream),
            "F32",
            &[rows.len(), stream.dim],
            bytes,
        );
        start = columns.end;
    }
    let labels = rows
        .iter()
        .map(|row| {
            i32::try_from(kept.partition_point(|class| *class < row.class))
                .context("too many classes")
        })
        .collect::<Result<Vec<_>>>()?;
    let bytes = labels.into_iter().flat_map(i32::to_le_bytes);
    file.tensor("labels".into(), "I32", &[rows.len()], bytes);
    file.into_bytes()
}

/// `clip`, `aux.<encoder>`, or `aux.<encoder>.<output>` where there are several auxiliary outputs.
fn tensor_name(encoder: &str, streams: &[Stream], stream: &Stream) -> String {
    let auxiliaries = streams
        .iter()
        .filter(|stream| stream.name != "clip")
        .count();
    match (stream.name.as_str(), auxiliaries) {
        ("clip", _) => "clip".into(),
        (_, 1) => format!("aux.{encoder}"),
        (name, _) => format!("aux.{encoder}.{name}"),
    }
}

#[derive(Default)]
struct File {
    /// Sorted by name.
    header: Map<String, Value>,
    data: Vec<u8>,
}

impl File {
    fn tensor(
        &mut self,
        name: String,
        dtype: &str,
        shape: &[usize],
        bytes: impl Iterator<Item = u8>,
    ) {
        let start = self.data.len();
        self.data.extend(bytes);
        let offsets = [start, self.data.len()];
        self.header.insert(
            name,
            json!({"dtype": dtype, "shape": shape, "data_offsets": offsets}),
        );
    }

    fn into_bytes(self) -> Result<Vec<u8>> {
        let mut header = serde_json::to_vec(&self.header)?;
        // Spaces to a multiple of eight, so that the tensors are aligned.
        header.resize(header.len().next_multiple_of(8), b' ');
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend(self.data);
        Ok(bytes)
    }
}
