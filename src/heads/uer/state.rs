//! The streaming state as bytes, and back, bit for bit.

use super::memory::Example;
use super::stream::{Class, unit};
use super::{Uer, UerStream};
use crate::numerics::random::Random;
use crate::support::tensors::{UNIT_TOLERANCE, extend, floats, matrix, open, refuse, write};
use crate::{Error, Result};
use safetensors::tensor::Dtype;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Version of the form that a stream is saved in.
const VERSION: u32 = 2;

/// The one metadata entry.
const ENTRY: &str = "handful-uer";

/// All but the rows: the scale, the weights of each class, the start of each that was given one, and the embeddings in memory.
#[derive(Serialize, Deserialize)]
struct Meta {
    version: u32,
    recipe: Uer,
    /// Bits of what text might not keep: feature scale, learning rate, gamma, and the right and all answers.
    numbers: [u64; 5],
    /// Whether each class was seen.
    seen: Vec<bool>,
    /// Whether each class starts from a given row.
    given: Vec<bool>,
    /// Number and class of each example in memory.
    memory: Vec<(u64, usize)>,
    observed: u64,
    random: u64,
}

impl UerStream {
    /// The whole state as bytes: weights, memory, counters, random numbers. The same state gives the same bytes.
    pub fn state(&self) -> Vec<u8> {
        let (recipe, [right, all]) = (self.recipe.clone(), self.answers);
        let numbers = [
            recipe.feature_scale,
            recipe.learning_rate,
            recipe.gamma,
            right,
            all,
        ];
        let meta = Meta {
            version: VERSION,
            recipe,
            numbers: numbers.map(f64::to_bits),
            seen: self.classes.iter().map(|c| c.seen).collect(),
            given: self.classes.iter().map(|c| c.start.is_some()).collect(),
            memory: self.memory().collect(),
            observed: self.observed,
            random: self.random.state(),
        };
        let meta = serde_json::to_string(&meta).expect("plain numbers and names");
        let weights = self.classes.iter().flat_map(|c| &c.weights);
        let starts = self.classes.iter().flat_map(|c| c.start.iter().flatten());
        let kept = self.memory.iter().flat_map(|e| &e.row);
        let rows = self.scale.iter().chain(weights).chain(starts).chain(kept);
        let rows: Vec<f32> = rows.copied().collect();
        let mut bytes = Vec::new();
        extend(&mut bytes, rows.iter().map(|v| v.to_le_bytes()));
        write(
            &[("rows", Dtype::F32, self.scale.len(), &bytes)],
            ENTRY,
            meta,
        )
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
    let [feature_scale, learning_rate, gamma, right, all] = meta.numbers.map(f64::from_bits);
    let recipe = Uer {
        feature_scale,
        learning_rate,
        gamma,
        ..meta.recipe
    };
    let rows = tensors.tensor("rows").or_else(refuse)?;
    let width = rows.shape().last().copied().unwrap_or(0);
    let rows = floats(matrix(&tensors, "rows", Dtype::F32, width)?);
    let mut rows = rows.chunks(width.max(1)).map(<[f32]>::to_vec);
    let mut next = || rows.next().map_or_else(|| refuse("it lacks rows"), Ok);
    let mut stream = UerStream::new(&recipe, next()?.into())?;

    Error::check_length("classes", meta.seen.len(), meta.given.len())?;
    for seen in meta.seen {
        let weights = next()?;
        if !stream.holds(&weights) {
            return refuse("its weights are not numbers");
        }
        stream.classes.push(Class {
            seen,
            start: None,
            weights,
        });
    }
    for (class, _) in (stream.classes.iter_mut().zip(meta.given)).filter(|(_, given)| *given) {
        class.start = Some(checked(next()?)?);
    }

    let mut ids = BTreeSet::new();
    for (id, label) in meta.memory {
        if id >= meta.observed || !ids.insert(id) {
            return refuse("an example in memory has a wrong number");
        }
        if !stream.classes.get(label).is_some_and(|class| class.seen) {
            return refuse("the class of an example in memory was never seen");
        }
        let row = checked(next()?)?;
        stream.memory.push(Example { id, label, row });
    }
    if rows.next().is_some() || stream.memory.len() > recipe.memory {
        return refuse("it holds more than it may");
    }
    // A counter that ends would wrap; no stream is that long.
    if meta.observed > 1 << 53 {
        return refuse("it has observed too much");
    }
    // What all answers count in the end.
    const ALL: f64 = 100.0 * (1.0 + 1e-9);
    if !((0.0..=ALL).contains(&all) && (0.0..=all).contains(&right)) {
        return refuse("its counters are out of range");
    }
    let Some(random) = Random::from_state(meta.random) else {
        return refuse("its random numbers have stopped");
    };
    (stream.observed, stream.random) = (meta.observed, random);
    stream.answers = [right, all];
    Ok(stream)
}

/// The embedding, which must have unit length.
fn checked(embedding: Vec<f32>) -> Result<Vec<f32>> {
    let scaled = unit(embedding.clone())?;
    if (embedding.iter().zip(&scaled)).any(|(a, b)| (a - b).abs() > UNIT_TOLERANCE) {
        return refuse("an embedding is not of unit length");
    }
    Ok(embedding)
}
