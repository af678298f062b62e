//! Mutations of protocol buffers that leave them such: ONNX files. Nothing is known of their fields: bytes that can be
//! read as a message are one.

use crate::{any, json};
use handful::random::Random;

/// Messages within messages that are looked at: as deep as a tensor of an attribute of a node of a graph.
const DEPTH: usize = 6;

/// A mutator of such files.
pub fn mutator(data: &mut [u8], size: usize, max_size: usize, seed: u32, words: &[&str]) -> usize {
    let mut random = Random::new(seed.into());
    let made = read(&data[..size], DEPTH)
        .filter(|_| random.below(8) > 0)
        .map(|mut message| {
            for _ in 0..=random.below(4) {
                mutate(&mut message, words, &mut random);
            }
            write(&message)
        });
    crate::put(made, data, size, max_size)
}

type Message = Vec<Field>;

#[derive(Clone)]
struct Field {
    number: u64,
    value: Value,
}

#[derive(Clone)]
enum Value {
    Whole(u64),
    Eight([u8; 8]),
    Four([u8; 4]),
    Bytes(Vec<u8>),
    Message(Message),
}

fn read(mut bytes: &[u8], depth: usize) -> Option<Message> {
    let mut message = Message::new();
    while !bytes.is_empty() {
        let tag = whole(&mut bytes)?;
        let value = match tag & 7 {
            0 => Value::Whole(whole(&mut bytes)?),
            1 => Value::Eight(*bytes.split_off(..8)?.first_chunk()?),
            2 => {
                let length = usize::try_from(whole(&mut bytes)?).ok()?;
                let inside = bytes.split_off(..length)?;
                let message = (depth > 0 && !inside.is_empty() && !inside.is_ascii())
                    .then(|| read(inside, depth - 1))
                    .flatten();
                // Short names in a message make it ASCII as well; those of fields come with a low tag.
                let message = message.or_else(|| {
                    (depth > 0 && inside.first().is_some_and(|&first| first < b' '))
                        .then(|| read(inside, depth - 1))
                        .flatten()
                });
                message.map_or_else(|| Value::Bytes(inside.to_vec()), Value::Message)
            }
            5 => Value::Four(*bytes.split_off(..4)?.first_chunk()?),
            _ => return None,
        };
        message.push(Field {
            number: tag >> 3,
            value,
        });
    }
    Some(message)
}

/// Takes a whole number of seven bits a byte, the lowest first.
fn whole(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = *bytes.split_off_first()?;
        number |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Some(number);
        }
    }
    None
}

fn write(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    for Field { number, value } in message {
        let kind = match value {
            Value::Whole(_) => 0,
            Value::Eight(_) => 1,
            Value::Bytes(_) | Value::Message(_) => 2,
            Value::Four(_) => 5,
        };
        put_whole(number << 3 | kind, &mut out);
        match value {
            Value::Whole(number) => put_whole(*number, &mut out),
            Value::Eight(bytes) => out.extend(bytes),
            Value::Four(bytes) => out.extend(bytes),
            Value::Bytes(bytes) => put_bytes(bytes, &mut out),
            Value::Message(message) => put_bytes(&write(message), &mut out),
        }
    }
    out
}

fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    put_whole(bytes.len() as u64, out);
    out.extend(bytes);
}

fn put_whole(mut number: u64, out: &mut Vec<u8>) {
    while number > 127 {
        out.push(number as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

/// All messages, the outer ones first, as the places of their fields on the way there.
fn places(message: &Message, here: Vec<usize>, all: &mut Vec<Vec<usize>>) {
    all.push(here.clone());
    for (place, field) in message.iter().enumerate() {
        if let Value::Message(inner) = &field.value {
            places(inner, [&here[..], &[place]].concat(), all);
        }
    }
}

fn at<'a>(message: &'a mut Message, place: &[usize]) -> &'a mut Message {
    place
        .iter()
        .fold(message, |message, &field| match &mut message[field].value {
            Value::Message(inner) => inner,
            _ => unreachable!("places lead through messages"),
        })
}

/// Changes one field somewhere.
fn mutate(root: &mut Message, words: &[&str], random: &mut Random) {
    let mut all = Vec::new();
    places(root, Vec::new(), &mut all);
    let other = {
        let message = at(root, any::<Vec<usize>>(&all, random));
        message.get(random.below(message.len())).cloned()
    };
    let message = at(root, any::<Vec<usize>>(&all, random));
    let many = message.len();
    if many == 0 {
        message.extend(other);
        return;
    }
    let place = random.below(many);
    match random.below(8) {
        0 => drop(message.remove(place)),
        1 => message.insert(place, message[random.below(many)].clone()),
        2 => message.swap(place, random.below(many)),
        3 => message[place] = other.unwrap_or_else(|| message[place].clone()),
        _ => mutate_value(&mut message[place].value, words, random),
    }
}

fn mutate_value(value: &mut Value, words: &[&str], random: &mut Random) {
    match value {
        Value::Whole(number) => {
            *number = match random.below(4) {
                0 => number.wrapping_add(1),
                1 => number.wrapping_sub(1),
                2 => random.below(20) as u64,
                _ => match json::edge(random) {
                    edge if edge.is_i64() => edge.as_i64().unwrap_or(0) as u64,
                    edge => edge.as_u64().unwrap_or(0),
                },
            }
        }
        Value::Eight(bytes) => {
            *bytes = json::edge(random).as_f64().unwrap_or(0.0).to_le_bytes();
        }
        Value::Four(bytes) => {
            *bytes = (json::edge(random).as_f64().unwrap_or(0.0) as f32).to_le_bytes();
        }
        Value::Bytes(bytes) => {
            *bytes = match random.below(2) {
                0 => any(words, random).as_bytes().to_vec(),
                _ => crate::stir(bytes),
            }
        }
        Value::Message(message) => message.reverse(),
    }
}
