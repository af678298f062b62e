//! Both layouts, and files that are not what they should be.

use super::*;

#[path = "../tests/common/mod.rs"]
mod common;
use common::{CLASSES, Tensor, file, file_with, photos, splits};

fn choice() -> Choice {
    Choice {
        pool: None,
        queries: "test".into(),
        clip: None,
        aux: Vec::new(),
        text: true,
    }
}

fn read(tensors: &[Tensor], choice: &Choice) -> Result<Dataset> {
    Dataset::parse("set", &file(tensors, Some(CLASSES)), choice)
}

#[track_caller]
fn refused(tensors: &[Tensor], choice: &Choice, sentence: &str) {
    let error = format!("{:#}", read(tensors, choice).unwrap_err());
    assert!(error.contains(sentence), "{error}");
}

/// The tensors with one of them replaced.
fn with(mut tensors: Vec<Tensor>, tensor: Tensor) -> Vec<Tensor> {
    let at = tensors.iter().position(|t| t.name == tensor.name).unwrap();
    tensors[at] = tensor;
    tensors
}

fn without(mut tensors: Vec<Tensor>, name: &str) -> Vec<Tensor> {
    tensors.retain(|t| t.name != name);
    tensors
}

fn stream_names(set: &Dataset) -> Vec<&str> {
    set.streams
        .as_slice()
        .iter()
        .map(|s| s.name.as_str())
        .collect()
}

#[test]
fn photos_have_their_streams_and_texts() {
    let set = read(&photos(), &choice()).unwrap();
    assert_eq!(set.classes, ["a", "b", "c", "d"]);
    assert_eq!(stream_names(&set), ["clip", "net"]);
    assert_eq!(set.pool.features.dim(), (32, 11));
    assert_eq!(set.pool.labels[8], 1);
    assert!(set.queries.is_none());
    let has_text: Vec<bool> = set.text.iter().map(Option::is_some).collect();
    assert_eq!(has_text, [true, true, true, false]);
    for row in set.pool.features.rows() {
        let (clip, aux) = (row.slice(ndarray::s![..6]), row.slice(ndarray::s![6..]));
        assert!((clip.dot(&clip) - 1.0).abs() < 1e-5 && (aux.dot(&aux) - 1.0).abs() < 1e-5);
    }
}

#[test]
fn splits_have_a_pool_and_queries() {
    let set = read(&splits(), &choice()).unwrap();
    assert_eq!(stream_names(&set), ["clip"]);
    assert_eq!(set.pool.labels.len(), 16);
    assert_eq!(set.queries.unwrap().labels.len(), 40);
    assert!(set.text.iter().all(Option::is_none));

    let fewer = without(without(splits(), "shot16.labels"), "shot16.features");
    assert_eq!(read(&fewer, &choice()).unwrap().pool.labels.len(), 12);

    let develop = Choice {
        queries: "val".into(),
        ..choice()
    };
    assert_eq!(
        read(&splits(), &develop)
            .unwrap()
            .queries
            .unwrap()
            .labels
            .len(),
        12
    );
    refused(&fewer, &develop, "queries are those of the pool");
    let pool = Choice {
        pool: Some("shot16".into()),
        ..choice()
    };
    refused(&fewer, &pool, "no tensor `shot16.labels`");
}

#[test]
fn texts_of_some_classes_come_with_labels() {
    let mut tensors = splits();
    tensors.push(Tensor::f32(
        "text_partial.features",
        &[2, 6],
        &common::noise(12),
    ));
    tensors.push(Tensor::i32("text_partial.labels", &[3, 1]));
    let set = read(&tensors, &choice()).unwrap();
    assert_eq!(
        set.text[3].as_ref().unwrap().to_vec(),
        common::noise(12)[..6]
    );
    assert!(set.text[0].is_none() && set.text[1].is_some());

    refused(
        &with(tensors.clone(), Tensor::i32("text_partial.labels", &[3, 4])),
        &choice(),
        "holds 4, which is none of the 4 classes",
    );
    refused(
        &with(tensors, Tensor::i32("text_partial.labels", &[3])),
        &choice(),
        "has 2 rows for 1 classes",
    );
}

#[test]
fn streams_can_be_chosen() {
    let mut tensors = photos();
    tensors.push(Tensor::f32("aux.eye", &[32, 5], &common::noise(160)));
    let of = |clip: Option<&str>, aux: &[&str], text| {
        let choice = Choice {
            clip: clip.map(str::to_owned),
            aux: aux.iter().map(|&name| name.to_owned()).collect(),
            text,
            ..choice()
        };
        read(&tensors, &choice)
    };
    assert_eq!(stream_names(&of(None, &[], true).unwrap()), ["clip", "eye"]);
    let both = of(None, &["net", "eye"], true).unwrap();
    assert_eq!(stream_names(&both), ["clip", "eye", "net"]);
    let aux = of(Some("none"), &["net"], true).unwrap();
    assert_eq!(stream_names(&aux), ["net"]);
    assert!(aux.text.iter().all(Option::is_none));
    let silent = of(None, &["none"], false).unwrap();
    assert_eq!(stream_names(&silent), ["clip"]);
    assert!(silent.text.iter().all(Option::is_none));
    let none = of(Some("none"), &["none"], true).unwrap_err();
    assert!(none.to_string().contains("no stream"), "{none}");
    let unknown = of(None, &["ear"], true).unwrap_err();
    assert!(unknown.to_string().contains("no tensor `ear`"), "{unknown}");
    let wide = format!("{:#}", of(Some("aux.net"), &["none"], true).unwrap_err());
    assert!(wide.contains("texts do not fit"), "{wide}");
    // A benchmark's features without texts.
    let choice = Choice {
        clip: Some("none".into()),
        aux: vec!["features".into()],
        ..choice()
    };
    assert_eq!(
        stream_names(&read(&splits(), &choice).unwrap()),
        ["features"]
    );
}

#[test]
fn hostile_files_are_refused_with_a_sentence() {
    let labels: Vec<i32> = (0..32).map(|i| i / 8).collect();
    let refused = |tensors: &[Tensor], sentence: &str| refused(tensors, &choice(), sentence);
    refused(&[], "neither `labels` nor `test.labels`");
    refused(
        &without(splits(), "test.features"),
        "no tensor `test.features`",
    );
    refused(&without(without(photos(), "clip"), "aux.net"), "no stream");

    let mut wrong = labels.clone();
    wrong[5] = -1;
    refused(&with(photos(), Tensor::i32("labels", &wrong)), "holds -1");
    wrong[5] = 4;
    refused(&with(photos(), Tensor::i32("labels", &wrong)), "holds 4");
    refused(
        &with(photos(), Tensor::i32("labels", &labels[1..])),
        "32 rows for 31 labels",
    );
    refused(
        &with(photos(), Tensor::i32("labels", &[])),
        "`labels` is empty",
    );
    let floats = Tensor::f32("labels", &[32], &[0.0; 32]);
    refused(&with(photos(), floats), "of type F32; I32 or I64");
    let matrix = Tensor::new("labels", Dtype::I32, &[32, 1], [0; 128].into_iter());
    refused(&with(photos(), matrix), "one number a row");

    let flat = Tensor::f32("clip", &[192], &common::noise(192));
    refused(&with(photos(), flat), "a matrix is needed");
    let none = Tensor::f32("clip", &[32, 0], &[]);
    refused(&with(photos(), none), "streams");
    let integers = Tensor::new("clip", Dtype::U8, &[32, 6], [1; 192].into_iter());
    refused(&with(photos(), integers), "of type U8; F16, F32 or F64");
    for bad in [f32::NAN, f32::INFINITY] {
        let mut values = common::noise(192);
        values[7] = bad;
        refused(
            &with(photos(), Tensor::f32("clip", &[32, 6], &values)),
            "not finite",
        );
    }
    let mut zero = common::noise(192);
    zero[12..18].fill(0.0);
    refused(
        &with(photos(), Tensor::f32("clip", &[32, 6], &zero)),
        "row 2 of `clip`",
    );

    let few = Tensor::f32("text", &[3, 6], &common::noise(18));
    refused(&with(photos(), few), "3 rows for 4 classes");
    let wide = Tensor::f32("text", &[4, 7], &common::noise(28));
    refused(&with(photos(), wide), "texts do not fit");
    let nan = Tensor::f32("text", &[4, 6], &[f32::NAN; 24]);
    refused(&with(photos(), nan), "not finite");
    let wide = Tensor::f32("test.features", &[40, 7], &common::noise(280));
    refused(
        &with(splits(), wide),
        "another width than those of the pool",
    );
}

#[test]
fn the_file_says_how_sure_its_streams_are_and_what_they_weigh() {
    let parse = |streams| {
        let entries = [("classes", CLASSES), ("streams", streams)];
        Dataset::parse("set", &file_with(&photos(), &entries), &choice())
    };
    let set = parse(
        r#"{"clip": {"scale": 20}, "aux.net": {"temperature": 3.5, "weight": 2, "plain": true}}"#,
    )
    .unwrap();
    let traits = set
        .streams
        .as_slice()
        .iter()
        .map(|s| (s.scale, s.temperature, s.weight, s.plain));
    assert!(traits.eq([
        (Some(20.0), None, None, false),
        (None, Some(3.5), Some(2.0), true)
    ]));
    for bad in [
        "much",
        r#"{"clip": {"scale": -1}}"#,
        r#"{"aux.net": {"temperature": 0}}"#,
        r#"{"aux.net": {"weight": 1e300}}"#,
    ] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn hostile_bytes_and_metadata_are_refused() {
    let parse =
        |bytes: &[u8]| format!("{:#}", Dataset::parse("set", bytes, &choice()).unwrap_err());
    let whole = file(&photos(), Some(CLASSES));
    for cut in [0, 7, 8, 40, whole.len() - 1] {
        assert!(parse(&whole[..cut]).contains("no safetensors file"));
    }
    assert!(parse(&file(&photos(), None)).contains("no entry `classes`"));
    assert!(parse(&file(&photos(), Some("3"))).contains("no list of names"));
    assert!(parse(&file(&photos(), Some(r#"["a"]"#))).contains("two are the least"));
}

#[test]
fn half_precision_is_read_exactly() {
    let cases = [
        (0x0000, 0.0),
        (0x3C00, 1.0),
        (0xC000, -2.0),
        (0x3555, 0.333_251_95),
        (0x7BFF, 65504.0),
        (0x0001, 2.0_f32.powi(-24)),
        (0x83FF, -1023.0 * 2.0_f32.powi(-24)),
        (0x0400, 2.0_f32.powi(-14)),
        (0x7C00, f32::INFINITY),
    ];
    for (bits, value) in cases {
        assert_eq!(from_half(bits), value, "{bits:#06x}");
    }
    assert!(from_half(0x7E00).is_nan());

    let bits = halves();
    let half = Tensor::new("clip", Dtype::F16, &[32, 6], bits.into_iter());
    let set = read(&with(photos(), half), &choice()).unwrap();
    assert_eq!(set.pool.features[[0, 1]], set.pool.features[[0, 0]] * 2.0);
}

/// Rows of 1, 2, 1, 2, ... in half precision.
fn halves() -> Vec<u8> {
    (0..192_u16)
        .flat_map(|i| (0x3C00 + 0x400 * (i % 2)).to_le_bytes())
        .collect()
}
