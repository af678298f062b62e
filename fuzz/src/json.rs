//! Mutations of JSON that leave it JSON.

use crate::any;
use handful::random::Random;
use serde_json::{Value, json};

/// A mutator of files that are JSON.
pub fn mutator(data: &mut [u8], size: usize, max_size: usize, seed: u32, words: &[&str]) -> usize {
    let mut random = Random::new(seed.into());
    let parsed = serde_json::from_slice(&data[..size]).ok();
    let made = parsed.filter(|_| random.below(8) > 0).map(|mut value| {
        for _ in 0..=random.below(3) {
            mutate(&mut value, words, &mut random);
        }
        value.to_string().into_bytes()
    });
    crate::put(made, data, size, max_size)
}

/// Changes one value somewhere in the tree.
pub fn mutate(root: &mut Value, words: &[&str], random: &mut Random) {
    let all = count(root);
    let other = at(root, random.below(all)).clone();
    let word = any(words, random);
    let value = at(root, random.below(all));
    match (random.below(5), &mut *value) {
        (0, value) => *value = other,
        (_, Value::Number(number)) => *value = neighbour(number.as_f64(), random),
        (_, Value::String(text)) => *text = reworded(text, word, random),
        (_, Value::Array(items)) => {
            let (a, b) = (random.below(items.len()), random.below(items.len()));
            match random.below(4) {
                0 if !items.is_empty() => drop(items.remove(a)),
                1 if !items.is_empty() => items.insert(a, items[b].clone()),
                2 if !items.is_empty() => items.swap(a, b),
                _ => items.push(other),
            }
        }
        (_, Value::Object(fields)) => {
            let key = fields.keys().nth(random.below(fields.len())).cloned();
            match (random.below(3), key) {
                (0, Some(key)) => drop(fields.remove(&key)),
                (1, Some(key)) => {
                    let value = fields.remove(&key).unwrap_or_default();
                    fields.insert((*word).to_owned(), value);
                }
                _ => drop(fields.insert((*word).to_owned(), scalar(word, random))),
            }
        }
        (_, value) => *value = scalar(word, random),
    }
}

/// Values in the tree, the root included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// The value number `n`, counted from the root on.
fn at(value: &mut Value, n: usize) -> &mut Value {
    if n == 0 {
        return value;
    }
    let children: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => unreachable!("it is counted as one"),
    };
    let mut n = n - 1;
    for child in children {
        let inside = count(child);
        if n < inside {
            return at(child, n);
        }
        n -= inside;
    }
    unreachable!("n is less than what was counted")
}

/// A number at the edge of some range.
pub fn edge(random: &mut Random) -> Value {
    any(
        &[
            json!(0),
            json!(-0.0),
            json!(1),
            json!(-1),
            json!(2),
            json!(255),
            json!(65_535),
            json!(65_536),
            json!(1 << 20),
            json!(i32::MAX),
            json!(u32::MAX - 1),
            json!(u32::MAX),
            json!(1_u64 << 32),
            json!(1_u64 << 53),
            json!(i64::MIN),
            json!(u64::MAX),
            json!(0.5),
            json!(1e-6),
            json!(1e6),
            json!(f32::MAX),
            json!(f32::MIN_POSITIVE),
            json!(f64::MAX),
            json!(f64::MIN_POSITIVE),
            json!(5e-324),
        ],
        random,
    )
    .clone()
}

fn neighbour(number: Option<f64>, random: &mut Random) -> Value {
    let number = number.unwrap_or(0.0);
    let near = match random.below(6) {
        0 => number + 1.0,
        1 => number - 1.0,
        2 => number * 2.0,
        3 => number / 10.0,
        _ => return edge(random),
    };
    // Whole numbers stay whole, or no reader of whole numbers would take them.
    if near.fract() == 0.0 && near.abs() < 1e15 {
        json!(near as i64)
    } else {
        json!(near)
    }
}

fn reworded(text: &str, word: &str, random: &mut Random) -> String {
    match random.below(6) {
        0 => String::new(),
        1 => format!(" {text}\u{200b}"),
        2 => text.repeat(2),
        3 => String::from_utf8_lossy(&crate::stir(text.as_bytes())).into_owned(),
        _ => word.to_owned(),
    }
}

fn scalar(word: &str, random: &mut Random) -> Value {
    match random.below(6) {
        0 => Value::Null,
        1 => json!(random.below(2) == 0),
        2 => json!(word),
        3 => json!([]),
        4 => json!({}),
        _ => edge(random),
    }
}
