//! Mutations of safetensors files that leave them such: saved sets and the words file.

use crate::{any, json};
use handful::random::Random;
use serde_json::{Map, Value, json};

/// Name of the header's entry that is no tensor.
const METADATA: &str = "__metadata__";

/// A mutator of such files.
pub fn mutator(data: &mut [u8], size: usize, max_size: usize, seed: u32, words: &[&str]) -> usize {
    let mut random = Random::new(seed.into());
    let made = File::read(&data[..size])
        .filter(|_| random.below(8) > 0)
        .map(|mut file| {
            for _ in 0..=random.below(4) {
                file.mutate(words, &mut random);
            }
            file.write()
        });
    crate::put(made, data, size, max_size)
}

/// A file whose places of tensors follow from their bytes.
struct File {
    tensors: Vec<Tensor>,
    /// Of each entry its text, or what it is as JSON.
    metadata: Map<String, Value>,
}

#[derive(Clone)]
struct Tensor {
    name: String,
    dtype: String,
    shape: Vec<u64>,
    bytes: Vec<u8>,
}

impl File {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (header, data) = rest.split_at_checked(length)?;
        let mut entries: Map<String, Value> = serde_json::from_slice(header).ok()?;
        let metadata = match entries.remove(METADATA) {
            Some(Value::Object(entries)) => entries
                .into_iter()
                .map(|(name, value)| {
                    let inside = value
                        .as_str()
                        .and_then(|text| serde_json::from_str(text).ok());
                    (name, inside.unwrap_or(value))
                })
                .collect(),
            _ => Map::new(),
        };
        let mut tensors: Vec<(u64, Tensor)> = entries
            .into_iter()
            .filter_map(|(name, entry)| {
                let place = |n: usize| entry["data_offsets"][n].as_u64();
                let (start, end) = (place(0)?, place(1)?);
                let bytes = data.get(start as usize..end as usize)?.to_vec();
                let shape = entry["shape"].as_array()?;
                let tensor = Tensor {
                    name,
                    dtype: entry["dtype"].as_str()?.to_owned(),
                    shape: shape.iter().filter_map(Value::as_u64).collect(),
                    bytes,
                };
                Some((start, tensor))
            })
            .collect();
        tensors.sort_by_key(|(start, _)| *start);
        Some(Self {
            tensors: tensors.into_iter().map(|(_, tensor)| tensor).collect(),
            metadata,
        })
    }

    fn write(self) -> Vec<u8> {
        let mut header = Map::new();
        let mut data = Vec::new();
        let metadata = self.metadata.into_iter().map(|(name, value)| {
            let text = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            (name, Value::String(text))
        });
        header.insert(METADATA.into(), Value::Object(metadata.collect()));
        for Tensor {
            name,
            dtype,
            shape,
            bytes,
        } in self.tensors
        {
            let start = data.len();
            data.extend(bytes);
            let offsets = [start, data.len()];
            header.insert(
                name,
                json!({"dtype": dtype, "shape": shape, "data_offsets": offsets}),
            );
        }
        let mut header = Value::Object(header).to_string().into_bytes();
        header.resize(header.len().next_multiple_of(8), b' ');
        let length = header.len() as u64;
        [&length.to_le_bytes()[..], &header, &data].concat()
    }

    fn mutate(&mut self, words: &[&str], random: &mut Random) {
        let many = self.tensors.len();
        match random.below(8) {
            0..3 => {
                let mut metadata = Value::Object(std::mem::take(&mut self.metadata));
                json::mutate(&mut metadata, words, random);
                if let Value::Object(metadata) = metadata {
                    self.metadata = metadata;
                }
            }
            _ if many == 0 => {}
            3 => {
                let other = Tensor {
                    name: (*any(words, random)).to_owned(),
                    ..any(&self.tensors, random).clone()
                };
                match random.below(3) {
                    0 => drop(self.tensors.remove(random.below(many))),
                    1 => self.tensors.swap(random.below(many), random.below(many)),
                    _ => self.tensors.push(other),
                }
            }
            _ => self.tensors[random.below(many)].mutate(words, random),
        }
    }
}

impl Tensor {
    fn mutate(&mut self, words: &[&str], random: &mut Random) {
        match random.below(8) {
            0 => self.dtype = (*any(words, random)).to_owned(),
            1 => {
                let axis = json::edge(random).as_u64().unwrap_or(3);
                match random.below(self.shape.len() + 1) {
                    place if place < self.shape.len() => self.shape[place] = axis,
                    _ => self.shape.push(axis),
                }
            }
            2..5 => self.change_rows(random),
            5 => {
                let size = self.bytes.len();
                self.bytes = crate::stir(&self.bytes);
                self.bytes.resize(size, 0);
            }
            _ => self.change_number(random),
        }
    }

    /// Doubles, takes away or swaps rows, so that the shape fits.
    fn change_rows(&mut self, random: &mut Random) {
        let rows = self.shape.first().map_or(0, |&rows| rows as usize);
        if rows == 0 || !self.bytes.len().is_multiple_of(rows) || self.bytes.is_empty() {
            return;
        }
        let size = self.bytes.len() / rows;
        let place = random.below(rows) * size;
        match random.below(3) {
            0 => {
                self.bytes.drain(place..place + size);
                self.shape[0] -= 1;
            }
            1 => {
                self.bytes.extend_from_within(place..place + size);
                self.shape[0] += 1;
            }
            _ => {
                let row = self.bytes[place..place + size].to_vec();
                self.bytes.drain(place..place + size);
                self.bytes.extend(row);
            }
        }
    }

    /// Puts another number of four bytes somewhere.
    fn change_number(&mut self, random: &mut Random) {
        let (numbers, _) = self.bytes.as_chunks_mut::<4>();
        if numbers.is_empty() {
            return;
        }
        let place = random.below(numbers.len());
        let old = u32::from_le_bytes(numbers[place]);
        let new = match random.below(8) {
            0 => old.wrapping_add(1),
            1 => old.wrapping_sub(1),
            2 => f32::NAN.to_bits(),
            3 => f32::INFINITY.to_bits(),
            4 => (f32::from_bits(old) * 1e-3).to_bits(),
            5 => (-f32::from_bits(old)).to_bits(),
            6 => (json::edge(random).as_f64().unwrap_or(0.0) as f32).to_bits(),
            _ => json::edge(random).as_u64().unwrap_or(0) as u32,
        };
        numbers[place] = new.to_le_bytes();
    }
}

/// The text of an entry of the metadata.
pub fn entry(bytes: &[u8], name: &str) -> Option<String> {
    match File::read(bytes)?.metadata.remove(name)? {
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}
