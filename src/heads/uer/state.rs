//! The streaming state as bytes, and back, bit for bit.

use super::memory::Entry;
use super::step::norm;
use super::stream::{Class, unit};
use super::{Uer, UerStream};
use crate::numerics::random::Random;
use crate::support::tensors::{UNIT_TOLERANCE, extend, floats, matrix, open, refuse, write};
use crate::{Error, Result};
use safetensors::tensor::Dtype;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Version of the form that a stream is saved in.
const VERSION: u32 = 1;

/// The one metadata entry.
const ENTRY: &str = "handful-uer";

#[derive(Serialize, Deserialize)]
struct Meta {
    version: u32,
    recipe: Uer,
    /// Whether each class was seen.
    seen: Vec<bool>,
    /// Whether each class starts from a given row.
    given: Vec<bool>,
    observed: u64,
    random: u64,
}

impl UerStream {
    /// The whole state as bytes: weights, memory, counters, random numbers. The same state gives the same bytes.
    pub fn state(&self) -> Vec<u8> {
        let meta = Meta {
            version: VERSION,
            recipe: self.recipe.clone(),
            seen: self.classes.iter().map(|c| c.seen).collect(),
            given: self.classes.iter().map(|c| c.start.is_some()).collect(),
            observed: self.memory.observed,
            random: self.random.state(),
        };
        let meta = serde_json::to_string(&meta).expect("plain numbers and names");
        let floats = |numbers: &[f32]| {
            let mut bytes = Vec::new();
            extend(&mut bytes, numbers.iter().map(|v| v.to_le_bytes()));
            bytes
        };
        let scale = floats(&self.scale.to_vec());
        let weights = floats(&self.weights);
        let images = floats(&self.memory.images);
        let starts = self.classes.iter().flat_map(|c| c.start.iter().flatten());
        let starts = floats(&starts.copied().collect::<Vec<_>>());
        let (mut entries, mut numbers) = (Vec::new(), Vec::new());
        for entry in &self.memory.entries {
            let entry = [entry.id, entry.label as u64];
            extend(&mut entries, entry.iter().map(|v| v.to_le_bytes()));
        }
        extend(
            &mut numbers,
            self.numbers().map(f64::to_le_bytes).into_iter(),
        );
        let width = self.scale.len();
        write(
            &[
                ("scale", Dtype::F32, width, &scale),
                ("weights", Dtype::F32, width, &weights),
                ("images", Dtype::F32, width, &images),
                ("starts", Dtype::F32, width, &starts),
                ("entries", Dtype::U64, 2, &entries),
                ("numbers", Dtype::F64, 6, &numbers),
            ],
            ENTRY,
            meta,
        )
    }

    /// What text might not keep to the last bit.
    fn numbers(&self) -> [f64; 6] {
        let Uer {
            feature_scale,
            learning_rate,
            gamma,
            ..
        } = self.recipe;
        let [right, all] = self.answers;
        [feature_scale, learning_rate, gamma, self.rate, right, all]
    }

    /// A stream from bytes of [`UerStream::state`]; it goes on as the saved one would have.
    ///
    /// # Errors
    /// [`Error::Format`] for bytes that are not a state in every respect.
    pub fn load(bytes: &[u8]) -> Result<Self> {
        read(bytes).or_else(|e| match e {
            Error::Format { .. } => Err(e),
            other => refuse(other),
        })
    }
}

fn read(bytes: &[u8]) -> Result<UerStream> {
    let (tensors, meta) = open(bytes, ENTRY)?;
    let meta: Meta = serde_json::from_str(&meta).or_else(refuse)?;
    if meta.version != VERSION {
        return refuse(format!("it has version {}", meta.version));
    }
    let numbers: Vec<f64> = matrix(&tensors, "numbers", Dtype::F64, 6)?
        .chunks_exact(8)
        .map(|b| f64::from_bits(word(b)))
        .collect();
    let &[feature_scale, learning_rate, gamma, rate, right, all] = &numbers[..] else {
        return refuse("it has no row of numbers");
    };
    let recipe = Uer {
        feature_scale,
        learning_rate,
        gamma,
        ..meta.recipe
    };
    let scale = tensors.tensor("scale").or_else(refuse)?;
    let width = scale.shape().last().copied().unwrap_or(0);
    let rows = |name| Ok::<_, Error>(floats(matrix(&tensors, name, Dtype::F32, width)?));
    let scale = rows("scale")?;
    Error::check_length("scale", width, scale.len())?;
    let mut stream = UerStream::new(&recipe, scale.into())?;

    let c = meta.seen.len();
    Error::check_length("classes", c, meta.given.len())?;
    let (weights, starts, images) = (rows("weights")?, rows("starts")?, rows("images")?);
    Error::check_length("weights", c.saturating_mul(width), weights.len())?;
    let largest = f64::from(f32::MAX) / feature_scale.max(1.0);
    for row in weights.chunks(width) {
        if !(0.0..largest).contains(&norm(row)) {
            return refuse("its weights are not numbers");
        }
    }
    stream.weights = weights;
    let mut starts = unit_rows(&starts, width)?.into_iter();
    for (seen, given) in meta.seen.into_iter().zip(meta.given) {
        let start = if given { starts.next() } else { None };
        if given && start.is_none() {
            return refuse("a class has lost its start");
        }
        stream.classes.push(Class { seen, start });
    }
    if starts.next().is_some() {
        return refuse("it has more starts than classes");
    }

    let mut ids = BTreeSet::new();
    for entry in matrix(&tensors, "entries", Dtype::U64, 2)?.chunks_exact(16) {
        let (id, label) = (word(&entry[..8]), word(&entry[8..]));
        if id >= meta.observed || !ids.insert(id) || label >= c as u64 {
            return refuse("an example in memory has a wrong number or class");
        }
        let label = label as usize;
        if !stream.classes[label].seen {
            return refuse("a class in memory was never seen");
        }
        stream.memory.entries.push(Entry { id, label });
    }
    let n = stream.memory.entries.len();
    Error::check_length("images", n, unit_rows(&images, width)?.len())?;
    if n > recipe.memory {
        return refuse("its memory holds more than it may");
    }
    // A counter that ends would wrap; no stream is that long.
    if meta.observed > 1 << 53 {
        return refuse("it has observed too much");
    }
    // What all answers count in the end.
    const ALL: f64 = 100.0 * (1.0 + 1e-9);
    let counted = (0.0..=ALL).contains(&all) && (0.0..=all).contains(&right);
    if !(counted && rate > 0.0 && rate <= learning_rate) {
        return refuse("its counters are out of range");
    }
    let Some(random) = Random::from_state(meta.random) else {
        return refuse("its random numbers have stopped");
    };
    stream.memory.images = images;
    stream.memory.observed = meta.observed;
    (stream.random, stream.rate, stream.answers) = (random, rate, [right, all]);
    stream.refresh();
    Ok(stream)
}

/// The rows, each of which must have unit length.
fn unit_rows(numbers: &[f32], width: usize) -> Result<Vec<Vec<f32>>> {
    let rows = numbers.chunks(width).map(<[f32]>::to_vec);
    rows.map(|row| {
        let scaled = unit(row.clone())?;
        if (row.iter().zip(&scaled)).any(|(a, b)| (a - b).abs() > UNIT_TOLERANCE) {
            return refuse("an image is not of unit length");
        }
        Ok(row)
    })
    .collect()
}

fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(bytes);
    u64::from_le_bytes(word)
}
