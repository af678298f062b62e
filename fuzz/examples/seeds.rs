//! Writes seeds that the library makes itself into a folder: saved sets with every head, one of which has observed,
//! and every kind of text, and a words file. `cargo run -p handful-fuzz --example seeds -- FOLDER`

use handful::heads::HeadSpec;
use handful::random::Random;
use handful::{Classifier, Stream};
use serde_json::{Map, json};
use std::path::Path;
use std::{env, fs, io};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = env::args().nth(1).ok_or("name a folder")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("sets"))?;
    fs::create_dir_all(folder.join("words"))?;
    for (place, head) in HeadSpec::all()
        .into_iter()
        .map(Some)
        .chain([None])
        .enumerate()
    {
        let name = head.as_ref().map_or("automatic", HeadSpec::name);
        let set = set(place as u64, head.clone())?;
        fs::write(folder.join("sets").join(name), set.save())?;
    }
    let empty = Classifier::new(vec![Stream::new("aux", 1)])?;
    fs::write(folder.join("sets").join("empty"), empty.save())?;
    words(&folder.join("words").join("small"))?;
    Ok(())
}

fn set(seed: u64, head: Option<HeadSpec>) -> handful::Result<Classifier> {
    let clip = Stream::new("clip", 2).scale(Some(30.0));
    let aux = Stream::new("aux", 3)
        .temperature(Some(2.0))
        .weight(Some(0.5));
    let streams = match seed % 3 {
        0 => vec![clip],
        1 => vec![aux.plain(true)],
        _ => vec![clip, aux],
    };
    let width: usize = streams.iter().map(|stream| stream.dim).sum();
    let mut classifier = Classifier::for_encoder(streams, Some("tiny@1".into()))?;
    let mut random = Random::new(seed);
    let mut row =
        |n: usize| -> Vec<f32> { (0..n).map(|_| random.uniform() as f32 - 0.3).collect() };
    for label in ["a", "b", "käse", "a", "b", "a"] {
        classifier.add_example(label, &row(width))?;
    }
    classifier.add_example("b", &row(width))?;
    classifier.add_class("none")?;
    classifier.set_enabled("käse", seed.is_multiple_of(2))?;
    if seed % 3 != 1 {
        classifier.set_text("a", Some(&row(2)))?;
        classifier.set_meaning("b", &row(2))?;
        classifier.set_text("none", None)?;
    }
    classifier.remove_example(2)?;
    let observes = matches!(head, Some(HeadSpec::Uer(_)));
    classifier.set_head(head)?;
    if observes {
        classifier.observe("a", &row(width))?;
    }
    Ok(classifier)
}

/// Tensors of the words file: of a table of three rows of two numbers, two hidden numbers and four that come out.
fn words(path: &Path) -> io::Result<()> {
    // The keys of "<red>", "<red" and "red>", as FNV-1a gives them.
    let key = |text: &str| {
        text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
    };
    let mut keys = ["<red>", "<red", "red>"].map(key);
    keys.sort_unstable();
    let floats = |n: usize| {
        (0..n)
            .flat_map(|i| (0.1 + i as f32).to_le_bytes())
            .collect()
    };
    let small = |n: usize| (0..n).map(|i| (i * 37) as u8).collect::<Vec<u8>>();
    let tensors: [(&str, &str, &[usize], Vec<u8>); 10] = [
        (
            "keys",
            "U32",
            &[3],
            keys.iter().flat_map(|key| key.to_le_bytes()).collect(),
        ),
        ("table", "I8", &[3, 2], small(6)),
        ("table_scale", "F32", &[3], floats(3)),
        ("hidden", "I8", &[2, 6], small(12)),
        ("hidden_scale", "F32", &[2], floats(2)),
        ("hidden_bias", "F32", &[2], floats(2)),
        ("out", "I8", &[4, 2], small(8)),
        ("out_scale", "F32", &[4], floats(4)),
        ("out_bias", "F32", &[4], floats(4)),
        ("confidence", "F32", &[5], floats(5)),
    ];
    let (mut header, mut data) = (Map::new(), Vec::new());
    for (name, dtype, shape, bytes) in tensors {
        let offsets = [data.len(), data.len() + bytes.len()];
        header.insert(
            name.into(),
            json!({"dtype": dtype, "shape": shape, "data_offsets": offsets}),
        );
        data.extend(bytes);
    }
    header.insert("__metadata__".into(), json!({"name": "two red mugs"}));
    let header = serde_json::Value::Object(header).to_string();
    let length = (header.len() as u64).to_le_bytes();
    fs::write(path, [&length[..], header.as_bytes(), &data].concat())
}
