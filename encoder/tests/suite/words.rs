//! Names: the shipped words against its NumPy twin, names of every kind, and files that are none.

use crate::fixtures::valid_manifest;
use handful::Error;
use handful_encoder::{MAX_WORDS_BYTES, Manifest, Meaning, Words};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

const MANIFEST: &str = include_str!("../../../models/handful-lite0.json");
const FILE: &[u8] = include_bytes!("../../../models/handful-words.safetensors");
const REFERENCE: &str = include_str!("../../../tests/data/words_reference.json");

fn shipped() -> Words {
    Words::new(&Manifest::parse(MANIFEST).unwrap(), FILE).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn names_mean_what_the_reference_says() {
    let words = shipped();
    let cases: Vec<Value> = serde_json::from_str(REFERENCE).unwrap();
    assert!(cases.len() > 20);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let number = |field: &str| case[field].as_f64().unwrap();
        let Meaning {
            features,
            confidence,
        } = words.encode(name);
        let close = |got: f32, expected: f64, scale: f64| {
            let off = (f64::from(got) - expected).abs();
            assert!(off <= 1e-5 * scale, "{name:?}: {got}, not {expected}");
        };
        let first: Vec<f64> = serde_json::from_value(case["first"].clone()).unwrap();
        for (&got, expected) in features.iter().zip(first) {
            close(got, expected, number("largest"));
        }
        close(
            features.iter().sum(),
            number("sum"),
            100.0 * number("largest"),
        );
        close(confidence, number("confidence"), 1.0);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn ways_to_write_a_name_mean_the_same() {
    let words = shipped();
    let plain = words.encode("hot dog");
    for name in [
        "Hot Dog",
        "HOT-DOG",
        " hot_dog!\n",
        "hot dogs",
        "a photo of a hot dog",
        "the hot dog",
        "🌭 hot dog 🌭",
        "hot\u{a0}dog",
    ] {
        assert_eq!(words.encode(name), plain, "{name:?}");
    }
    assert_ne!(words.encode("dog hot").features, plain.features);
}

#[wasm_bindgen_test(unsupported = test)]
fn names_without_words_are_not_understood() {
    let words = shipped();
    for name in ["", "   ", "🍎", "…!?", "the", "\u{0}", "\u{301}"] {
        let meaning = words.encode(name);
        assert!(meaning.confidence < 0.5, "{name:?}");
        assert!(meaning.features.iter().all(|v| v.is_finite()), "{name:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn known_names_are_told_from_unknown_ones() {
    let words = shipped();
    for name in [
        "apple",
        "Bananas",
        "coffee cup",
        "teddy-bear",
        "dragonflies",
    ] {
        assert!(words.encode(name).confidence >= 0.5, "{name}");
    }
    for name in [
        "xyzzy",
        "Apfel",
        "Klasse 3",
        "Kevin's mug",
        "りんご",
        "7",
        "IMG_0001",
    ] {
        assert!(words.encode(name).confidence < 0.5, "{name}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn long_and_strange_names_do_no_harm() {
    let words = shipped();
    let long = "apple ".repeat(100_000);
    assert_eq!(words.encode(&long), words.encode(&long[..200]));
    for name in [
        "İstanbul",
        "ﬁsh",
        "e\u{301}clair",
        "𝒜𝓅𝓅𝓁ℯ",
        "\u{202e}elppa",
        &"ß".repeat(1000),
    ] {
        let meaning = words.encode(name);
        assert!((0.0..=1.0).contains(&meaning.confidence), "{name:?}");
        assert!(meaning.features.iter().all(|v| v.is_finite()), "{name:?}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn the_manifest_names_the_file() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    assert_eq!(manifest.words_file(), Some("handful-words.safetensors"));
    let mut bytes = FILE.to_vec();
    bytes[FILE.len() / 2] ^= 1;
    check(&manifest, &bytes, "model-mismatch");
    let without = Manifest::parse(&valid_manifest().to_string()).unwrap();
    check(&without, FILE, "manifest");
    // Its `clip` has 4 numbers.
    check(&unsigned(), FILE, "model-mismatch");
}

#[wasm_bindgen_test(unsupported = test)]
fn cut_off_files_are_refused() {
    for length in (0..40).chain((0..FILE.len()).step_by(FILE.len() / 50)) {
        check(&unsigned(), &FILE[..length], "model");
    }
    check(&unsigned(), &vec![0; MAX_WORDS_BYTES + 1], "model");
    check(
        &unsigned(),
        b"<!doctype html><title>Not found</title>",
        "model",
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn files_that_break_a_rule_are_refused() {
    // A file as small as can be: two keys, rows of two numbers, three hidden numbers, four out.
    let whole = Parts::new();
    let words = Words::new(&unsigned(), &whole.bytes()).unwrap();
    assert_eq!(words.encode("anything").features.len(), 4);

    let broken = |alter: fn(&mut Parts)| {
        let mut parts = Parts::new();
        alter(&mut parts);
        check(&unsigned(), &parts.bytes(), "model");
    };
    broken(|p| p.header["table"]["dtype"] = json!("F32"));
    broken(|p| p.header["table"]["shape"] = json!([2]));
    broken(|p| p.header["table"]["shape"] = json!([1, 4]));
    broken(|p| p.header["table"]["shape"] = json!([2, 3]));
    broken(|p| p.header["table"]["shape"] = json!([0, 0]));
    broken(|p| p.header["table"]["shape"] = json!([u64::MAX, 2]));
    broken(|p| p.header["table"]["shape"] = json!([-2, 2]));
    broken(|p| p.header["table"]["data_offsets"] = json!([4, 0]));
    broken(|p| p.header["table"]["data_offsets"] = json!([0, u64::MAX]));
    broken(|p| p.header["table"] = json!("no tensor"));
    broken(|p| p.header["hidden"]["shape"] = json!([6, 3]));
    broken(|p| p.header["out"]["shape"] = json!([3, 4]));
    for name in [
        "keys",
        "table",
        "table_scale",
        "hidden",
        "hidden_bias",
        "out",
        "confidence",
    ] {
        let mut parts = Parts::new();
        parts.header.as_object_mut().unwrap().remove(name);
        check(&unsigned(), &parts.bytes(), "model");
    }
    let number = |name: &str, value: [u8; 4]| {
        let mut parts = Parts::new();
        let start = parts.header[name]["data_offsets"][0].as_u64().unwrap() as usize;
        parts.data[start..start + 4].copy_from_slice(&value);
        check(&unsigned(), &parts.bytes(), "model");
    };
    number("keys", u32::MAX.to_le_bytes());
    number("hidden_bias", f32::NAN.to_le_bytes());
    number("table_scale", f32::INFINITY.to_le_bytes());
    number("confidence", 1e9_f32.to_le_bytes());
    let mut parts = Parts::new();
    parts.header["confidence"] = parts.header["hidden_bias"].clone();
    check(&unsigned(), &parts.bytes(), "model");
    let mut bytes = Parts::new().bytes();
    bytes[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    check(&unsigned(), &bytes, "model");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_flipped_byte_never_panics() {
    let bytes = Parts::new().bytes();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            match Words::new(&unsigned(), &damaged) {
                Ok(words) => assert!(words.encode("apple").features.iter().all(|v| v.is_finite())),
                Err(error) => assert!(["model", "model-mismatch"].contains(&error.code())),
            }
        }
    }
}

/// A manifest with a `clip` of 4 numbers and words without checksum.
fn unsigned() -> Manifest {
    let mut json = valid_manifest();
    json["words"] = json!({"file": "words.safetensors"});
    Manifest::parse(&json.to_string()).unwrap()
}

#[track_caller]
fn check(manifest: &Manifest, bytes: &[u8], code: &str) {
    let error: Error = Words::new(manifest, bytes).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
}

/// A small file in parts, to spoil one of them.
struct Parts {
    header: Value,
    data: Vec<u8>,
}

impl Parts {
    fn new() -> Self {
        let mut parts = Self {
            header: json!({}),
            data: Vec::new(),
        };
        let floats = |n: usize| [0.5_f32.to_le_bytes(); 8][..n].concat();
        let keys = [1_u32, 2].map(u32::to_le_bytes).concat();
        parts.add("keys", "U32", &[2], keys);
        for (name, rows, columns) in [("table", 2, 2), ("hidden", 3, 6), ("out", 4, 3)] {
            parts.add(name, "I8", &[rows, columns], vec![3; rows * columns]);
            parts.add(&format!("{name}_scale"), "F32", &[rows], floats(rows));
        }
        parts.add("hidden_bias", "F32", &[3], floats(3));
        parts.add("out_bias", "F32", &[4], floats(4));
        parts.add("confidence", "F32", &[5], floats(5));
        parts
    }

    fn add(&mut self, name: &str, dtype: &str, shape: &[usize], bytes: Vec<u8>) {
        let start = self.data.len();
        self.data.extend(bytes);
        let offsets = [start, self.data.len()];
        self.header[name] = json!({"dtype": dtype, "shape": shape, "data_offsets": offsets});
    }

    fn bytes(&self) -> Vec<u8> {
        let header = self.header.to_string();
        let length = (header.len() as u64).to_le_bytes();
        [&length[..], header.as_bytes(), &self.data].concat()
    }
}
