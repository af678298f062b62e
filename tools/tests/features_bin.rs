//! The program as a person runs it, on photos that the test draws.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageEncoder, Rgb, RgbImage};
use safetensors::{Dtype, SafeTensors};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// EXIF data of one entry: orientation 6, to be turned a quarter clockwise.
const TURNED: &[u8] = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";

#[test]
fn features_are_written_for_every_photo_that_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    for class in ["pear", "apple", "empty", "broken", ".hidden"] {
        fs::create_dir_all(photos.join(class)).unwrap();
    }
    fs::write(photos.join("README.md"), "about these photos").unwrap();
    fs::write(photos.join("apple/.DS_Store"), "hidden").unwrap();
    fs::write(photos.join(".hidden/a.png"), "hidden").unwrap();
    fs::write(photos.join("broken/a.jpg"), "no photo").unwrap();
    fs::write(photos.join("pear/c.jpg"), &jpeg(&drawing(1), None)[..300]).unwrap();
    drawing(1).save(photos.join("pear/b.png")).unwrap();
    fs::write(photos.join("pear/a.jpg"), jpeg(&drawing(2), None)).unwrap();
    fs::write(photos.join("apple/upright.jpg"), jpeg(&drawing(3), None)).unwrap();
    let lying = jpeg(&drawing(3).rotate270(), Some(TURNED));
    fs::write(photos.join("apple/turned.jpg"), lying).unwrap();

    let out = folder.path().join("out.safetensors");
    let run = features(&photos, &out);
    let messages = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.success(), "{messages}");
    for words in [
        "broken/a.jpg",
        "pear/c.jpg",
        "class \"broken\"",
        "class \"empty\"",
    ] {
        assert!(messages.contains(words), "{messages:?} lacks {words:?}");
    }

    let bytes = fs::read(&out).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let metadata = header.metadata().as_ref().unwrap();
    assert_eq!(metadata["classes"], r#"["apple","pear"]"#);
    assert_eq!(
        metadata["files"],
        r#"["apple/turned.jpg","apple/upright.jpg","pear/a.jpg","pear/b.png"]"#
    );
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = file.names();
    names.sort();
    assert_eq!(names, ["aux.conv_opset13", "clip", "labels"]);
    let labels = file.tensor("labels").unwrap();
    assert_eq!(
        (labels.dtype(), labels.shape()),
        (Dtype::I32, [4].as_slice())
    );
    assert_eq!(
        labels.data(),
        [0_i32, 0, 1, 1].map(i32::to_le_bytes).as_flattened()
    );
    assert_eq!(file.tensor("clip").unwrap().shape(), [4, 16]);
    let aux = file.tensor("aux.conv_opset13").unwrap();
    assert_eq!((aux.dtype(), aux.shape()), (Dtype::F32, [4, 32].as_slice()));

    let rows: Vec<f32> = aux
        .data()
        .as_chunks()
        .0
        .iter()
        .map(|b| f32::from_le_bytes(*b))
        .collect();
    let rows: Vec<&[f32]> = rows.chunks(32).collect();
    // The photo lies on its side but says so; compressed the other way round it is not quite the same.
    assert!(distance(rows[0], rows[1]) < 0.1 * distance(rows[1], rows[2]));

    let again = folder.path().join("again.safetensors");
    assert!(features(&photos, &again).status.success());
    assert!(
        fs::read(again).unwrap() == bytes,
        "two runs gave different bytes"
    );
}

#[test]
fn names_that_are_understood_become_texts() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    for class in ["apple", "xyzzy"] {
        fs::create_dir_all(photos.join(class)).unwrap();
        drawing(1).save(photos.join(class).join("a.png")).unwrap();
    }
    let out = folder.path().join("out.safetensors");
    let run = run("models/handful-lite0.json", &photos, &out);
    let messages = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.success(), "{messages}");
    assert!(
        messages.contains("\"xyzzy\" is not understood"),
        "{messages}"
    );
    let bytes = fs::read(&out).unwrap();
    let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
    let streams = &header.metadata().as_ref().unwrap()["streams"];
    let streams: serde_json::Value = serde_json::from_str(streams).unwrap();
    assert!(streams["clip"]["scale"].as_f64().unwrap() > 0.0);
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let text = file.tensor("text").unwrap();
    assert_eq!(
        (text.dtype(), text.shape()),
        (Dtype::F32, [2, 512].as_slice())
    );
    let (apple, xyzzy) = text.data().split_at(512 * 4);
    assert!(apple.iter().any(|&byte| byte != 0));
    assert!(xyzzy.iter().all(|&byte| byte == 0));
}

#[test]
fn failures_say_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.safetensors");
    let check = |photos: &Path, words: &str| {
        let run = features(photos, &out);
        let messages = String::from_utf8(run.stderr).unwrap();
        assert!(!run.status.success());
        assert!(messages.contains(words), "{messages:?} lacks {words:?}");
        assert!(!out.exists());
    };
    check(&folder.path().join("nowhere"), "nowhere");
    check(folder.path(), "one folder a class");
    fs::create_dir(folder.path().join("empty")).unwrap();
    check(folder.path(), "no photo in");
}

fn features(photos: &Path, out: &Path) -> Output {
    run("tests/data/models/conv_opset13.json", photos, out)
}

fn run(encoder: &str, photos: &Path, out: &Path) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    Command::new(env!("CARGO_BIN_EXE_features"))
        .arg("--encoder")
        .arg(root.join(encoder))
        .arg("--photos")
        .arg(photos)
        .arg("--out")
        .arg(out)
        .output()
        .unwrap()
}

/// A picture that looks different when turned.
fn drawing(seed: u32) -> DynamicImage {
    let image = RgbImage::from_fn(90, 60, |x, y| {
        let inside = x / 3 > y / seed;
        Rgb([
            (x * 2) as u8,
            (y * seed * 2) as u8,
            if inside { 220 } else { 20 },
        ])
    });
    image.into()
}

fn jpeg(image: &DynamicImage, exif: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif.to_vec()).unwrap();
    }
    image.write_with_encoder(encoder).unwrap();
    bytes
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).powi(2))
        .sum::<f32>()
        .sqrt()
}
