//! The streaming state as bytes, and back, bit for bit.

use super::memory::Example;
use super::stream::{Class, unit};
use super::{Uer, UerStream};
use crate::numerics::order::sort_indices;
use crate::numerics::random::Random;
use crate::support::tensors::{
    UNIT_TOLERANCE, bytes_of, extend_rows, floats, index, matrix, open, refuse, words, write,
};
use crate::{Error, Result};
use safetensors::tensor::Dtype;

/// Version of the form that a stream is saved in.
const VERSION: u64 = 3;

/// The one metadata entry: the recipe as JSON.
const ENTRY: &str = "handful-uer";

impl UerStream {
    /// The whole state as bytes: weights, memory, counters, random numbers. The same state gives the same bytes. `docs/format.md` says what they
    /// are.
    pub fn state(&self) -> Vec<u8> {
        let recipe = serde_json::to_string(&self.recipe).expect("plain numbers and names");
        let [right, all] = self.answers;
        let mut words = vec![
            VERSION,
            self.observed,
            self.random.state(),
            self.recipe.feature_scale.to_bits(),
            self.recipe.learning_rate.to_bits(),
            self.recipe.gamma.to_bits(),
            self.learning_rate.to_bits(),
            right.to_bits(),
            all.to_bits(),
            self.n_classes() as u64,
        ];
        for class in &self.classes {
            words.push(u64::from(class.seen) + 2 * u64::from(class.start.is_some()));
        }
        for example in &self.memory {
            words.extend_from_slice(&[example.id, example.label as u64]);
        }
        let mut rows = Vec::new();
        extend_rows(&mut rows, &self.scale.to_vec());
        for class in &self.classes {
            extend_rows(&mut rows, &class.weights);
        }
        for start in self.classes.iter().flat_map(|class| &class.start) {
            extend_rows(&mut rows, start);
        }
        for example in &self.memory {
            extend_rows(&mut rows, &example.row);
        }
        let tensors = [
            ("rows", Dtype::F32, self.width(), &rows[..]),
            ("words", Dtype::U64, 1, &bytes_of(&words)),
        ];
        write(&tensors, ENTRY, recipe)
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
    let (tensors, recipe) = open(bytes, ENTRY)?;
    let recipe: Uer = serde_json::from_str(&recipe).or_else(refuse)?;
    let words = words(matrix(&tensors, "words", Dtype::U64, 1)?);
    let Some((&[VERSION, observed, random, ref exact @ .., n_classes], rest)) =
        words.split_first_chunk::<10>()
    else {
        return refuse(format!("its state is not of version {VERSION}"));
    };
    let exact: [u64; 6] = *exact;
    let [feature_scale, learning_rate, gamma, rate, right, all] = exact.map(f64::from_bits);
    let recipe = Uer {
        feature_scale,
        learning_rate,
        gamma,
        ..recipe
    };
    let Some((flags, memory)) = rest.split_at_checked(index(n_classes)) else {
        return refuse("it lacks classes");
    };
    let rows = tensors.tensor("rows").or_else(refuse)?;
    let width = rows.shape().last().copied().unwrap_or(0);
    let rows = floats(matrix(&tensors, "rows", Dtype::F32, width)?);
    let mut rows = rows.chunks(width.max(1)).map(<[f32]>::to_vec);
    let mut next = || rows.next().map_or_else(|| refuse("it lacks rows"), Ok);
    let mut stream = UerStream::new(&recipe, next()?.into())?;

    for &flags in flags {
        let weights = next()?;
        if !stream.holds(&weights) || flags > 3 {
            return refuse("a class is none");
        }
        stream.classes.push(Class {
            seen: flags & 1 > 0,
            start: None,
            weights,
        });
    }
    for (class, _) in (stream.classes.iter_mut().zip(flags)).filter(|(_, flags)| **flags > 1) {
        class.start = Some(checked(next()?)?);
    }

    let (memory, odd) = memory.as_chunks::<2>();
    let mut order: Vec<usize> = (0..memory.len()).collect();
    sort_indices(&mut order, &|a, b| memory[a][0].cmp(&memory[b][0]));
    if (order.windows(2)).any(|pair| memory[pair[0]][0] == memory[pair[1]][0]) {
        return refuse("two examples in memory have one number");
    }
    for &[id, label] in memory {
        if id >= observed {
            return refuse("an example in memory has a wrong number");
        }
        let label = index(label);
        if !stream.has_seen(label) {
            return refuse("the class of an example in memory was never seen");
        }
        let row = checked(next()?)?;
        stream.memory.push(Example { id, label, row });
    }
    if rows.next().is_some() || !odd.is_empty() || memory.len() > recipe.memory {
        return refuse("it holds more than it may");
    }
    // A counter that ends would wrap; no stream is that long.
    if observed > 1 << 53 {
        return refuse("it has observed too much");
    }
    // What all answers count in the end.
    const ALL: f64 = 100.0 * (1.0 + 1e-9);
    let ranges = [(all, ALL), (right, all), (rate, learning_rate)];
    if (ranges.iter()).any(|(number, most)| !(0.0..=*most).contains(number)) {
        return refuse("its counters are out of range");
    }
    let Some(random) = Random::from_state(random) else {
        return refuse("its random numbers have stopped");
    };
    (stream.observed, stream.random) = (observed, random);
    (stream.answers, stream.learning_rate) = ([right, all], rate);
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
