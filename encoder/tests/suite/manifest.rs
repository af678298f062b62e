//! What a manifest may say, and what is refused.

use crate::fixtures::valid_manifest;
use handful::{Error, Stream};
use handful_encoder::{MAX_MANIFEST_BYTES, Manifest};
use serde_json::{Value, json};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn manifest_yields_clip_first_and_the_others_by_name() {
    let manifest = Manifest::parse(&valid_manifest().to_string()).unwrap();
    assert_eq!(
        manifest.streams(),
        [
            Stream::new("clip", 4),
            Stream::new("attic", 3),
            Stream::new("aux", 5)
        ]
    );
    assert_eq!(manifest.name(), "test");
    assert_eq!(manifest.file(), "test.onnx");
    assert_eq!(manifest.licence(), Some("MIT"));
}

/// The manifests that ship for encoders from elsewhere.
#[wasm_bindgen_test(unsupported = test)]
fn presets_are_manifests() {
    for (json, streams) in [
        (
            include_str!("../../../models/presets/clip-vit-b-32.json"),
            [Stream::new("clip", 512)],
        ),
        (
            include_str!("../../../models/presets/clip-vit-b-16.json"),
            [Stream::new("clip", 512)],
        ),
        (
            include_str!("../../../models/presets/mobileclip-s1.json"),
            [Stream::new("clip", 512)],
        ),
        (
            include_str!("../../../models/presets/siglip-b-16.json"),
            [Stream::new("clip", 768)],
        ),
        (
            include_str!("../../../models/presets/tinyclip-8m-16.json"),
            [Stream::new("clip", 512)],
        ),
        (
            include_str!("../../../models/presets/dinov2-small.json"),
            [Stream::new("aux", 384)],
        ),
    ] {
        assert_eq!(Manifest::parse(json).unwrap().streams(), streams);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn manifest_accepts_what_the_schema_allows() {
    accept("/input/shape/0", json!(null));
    accept("/input/shape/0", json!(1));
    accept("/input/shape/0", json!("batch_size"));
    accept(
        "/sha256",
        json!("C934781649eda9560354cfbd2848b2d54b4fe13986c0965adad7ede1e8911fbe"),
    );
    accept("/preprocess/resize/filter", json!("lanczos"));
    accept("/preprocess/resize/shorter_side", json!(32));
    accept("/outputs/clip/meaning", json!("a remark"));
    accept("/file", json!("onnx/test_fp16.onnx"));
    accept("/outputs/clip/tensor", json!("image_embeds"));
    accept("/outputs/clip", json!({"shape": ["N", 50, 4], "token": 49}));
    let stretched = json!({
        "resize": {"size": [32, 32], "filter": "bicubic"},
        "scale": "x/255", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]
    });
    accept("/preprocess", stretched);
    accept("/remark", json!({"any": ["thing"]}));
    accept("/words", json!(null));
    accept("/words", json!({"file": "words.safetensors", "bytes": 7}));
    accept("/words", json!({"file": "text/words.safetensors"}));
    accept("/detail", json!({}));
    accept("/max_tensor_elements", json!(1 << 30));
}

#[wasm_bindgen_test(unsupported = test)]
fn side_is_that_of_an_image_which_is_not_resized() {
    let side = |json: &Value| Manifest::parse(&json.to_string()).unwrap().side();
    assert_eq!(side(&valid_manifest()), 36);
    let stretched = json!({
        "resize": {"size": [32, 32], "filter": "bicubic"},
        "scale": "x/255", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]
    });
    assert_eq!(side(&with("/preprocess", stretched)), 32);
}

#[wasm_bindgen_test(unsupported = test)]
fn detail_names_a_smaller_side_of_a_square_input_that_is_not_cropped() {
    let live = |json: &Value| Manifest::parse(&json.to_string()).map(|m| m.has_live());
    let mut json = with("/preprocess/resize/shorter_side", json!(32));
    assert!(!live(&json).unwrap());
    json["detail"] = json!({"live": 24});
    assert!(live(&json).unwrap());
    for side in [0, 32, 33] {
        json["detail"] = json!({ "live": side });
        let refused = live(&json).unwrap_err().to_string();
        assert!(refused.contains("detail.live"), "{refused}");
    }
    refuse("/detail", json!({"live": 24}), "detail.live");
}

#[wasm_bindgen_test(unsupported = test)]
fn manifest_refuses_what_is_out_of_range() {
    refuse("/name", json!(" "), "name");
    refuse("/name", json!("n".repeat(101)), "name");
    for file in [
        "",
        ".",
        "..",
        "../x.onnx",
        "/x.onnx",
        "a\\b.onnx",
        "c:x.onnx",
        "x\n.onnx",
        "onnx/../../x.onnx",
        "onnx//x.onnx",
        "onnx/",
        "//elsewhere.example/x.onnx",
        "%2e%2e/x.onnx",
        "x.onnx?y",
    ] {
        refuse("/file", json!(file), "file must be a plain relative path");
    }
    for most in [0, (1 << 30) + 1] {
        refuse("/max_tensor_elements", json!(most), "max_tensor_elements");
    }
    refuse("/sha256", json!("abc"), "sha256");
    refuse("/sha256", json!("+a".repeat(32)), "sha256");
    refuse("/input/name", json!(""), "input.name");
    refuse("/input/color", json!("BGR"), "input.color");
    refuse("/input/layout", json!("NWHC"), "input.layout");
    for shape in [
        json!([]),
        json!(["N", 3, 32]),
        json!(["N", 3, 32, 32, 1]),
        json!(["N", 1, 32, 32]),
        json!([2, 3, 32, 32]),
        json!(["N", 3, 0, 32]),
        json!(["N", 3, 32, -32]),
        json!(["N", 3, 32, 1025]),
        json!(["N", 3, 32, 4_294_967_328_u64]),
        json!(["N", 3, "H", "W"]),
        json!(["N", 32, 32, 3]),
    ] {
        refuse("/input/shape", shape, "input.shape");
    }
    refuse("/preprocess/resize/shorter_side", json!(0), "shorter_side");
    refuse(
        "/preprocess/resize/shorter_side",
        json!(1025),
        "shorter_side",
    );
    refuse("/preprocess/resize/shorter_side", json!(31), "crop.size");
    refuse("/preprocess/resize/filter", json!("nearest"), "filter");
    refuse("/preprocess/resize/filter", json!(""), "filter");
    refuse("/preprocess/crop/type", json!("random"), "crop.type");
    refuse("/preprocess/crop/size", json!([31, 32]), "crop.size");
    refuse("/preprocess/resize/size", json!([32, 32]), "alone");
    refuse("/preprocess/crop", json!(null), "crop");
    let stretched = json!({
        "resize": {"size": [31, 32], "filter": "bicubic"},
        "scale": "x/255", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]
    });
    refuse("/preprocess", stretched, "resize.size");
    refuse("/preprocess/scale", json!("x/127.5 - 1"), "scale");
    refuse("/preprocess/mean", json!([0.5, 0.5]), "length 2");
    refuse("/preprocess/mean", json!([0.5, 0.5, 1e300]), "mean");
    refuse("/preprocess/std", json!([0.5, 0.5, 0.0]), "std");
    refuse("/preprocess/std", json!([0.5, -0.5, 0.5]), "std");
    refuse("/preprocess/std", json!([0.5, 1e-45, 0.5]), "std");
    refuse("/outputs", json!({}), "outputs");
    refuse("/outputs", json!({"": {"shape": ["N", 4]}}), "outputs");
    refuse("/outputs/clip/tensor", json!(""), "outputs.clip");
    for (shape, token) in [
        (json!(["N", 50, 4]), json!(50)),
        (json!(["N", 50, 4]), json!(null)),
        (json!(["N", 4]), json!(0)),
        (json!([2, 50, 4]), json!(0)),
    ] {
        let output = json!({"shape": shape, "token": token});
        refuse("/outputs/clip", output, "outputs.clip.shape");
    }
    for shape in [
        json!(["N"]),
        json!(["N", 0]),
        json!(["N", 65_537]),
        json!(["N", "D"]),
        json!([4, 4]),
        json!(["N", 4, 1, 1]),
    ] {
        refuse("/outputs/clip/shape", shape, "outputs.clip.shape");
    }
    for scale in [json!(0), json!(-30.0), json!("thirty")] {
        refuse("/outputs/clip/logit_scale", scale, "");
    }
    refuse("/outputs/aux/logit_scale", json!(30), "logit_scale");
    refuse("/words", json!({"file": "../words"}), "words.file");
    refuse(
        "/words",
        json!({"file": "words", "sha256": "abc"}),
        "sha256",
    );
    refuse("/words", json!({}), "file");
    let mut twice = with("/words", json!({"file": "words"}));
    twice["text"] = json!({});
    check_refused(&twice.to_string(), "words and text");
    refuse("/outputs", json!({}), "outputs must be at least one");
    let mut without_clip = with("/words", json!({"file": "words"}));
    without_clip["outputs"]
        .as_object_mut()
        .unwrap()
        .remove("clip");
    check_refused(&without_clip.to_string(), "words need an output");
}

#[wasm_bindgen_test(unsupported = test)]
fn manifest_states_the_logit_scale_of_clip() {
    let manifest =
        Manifest::parse(&with("/outputs/clip/logit_scale", json!(30)).to_string()).unwrap();
    assert_eq!(manifest.streams()[0].scale, Some(30.0));
    assert!(
        manifest.streams()[1..]
            .iter()
            .all(|stream| stream.scale.is_none())
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn manifest_refuses_text_that_is_no_manifest() {
    for text in [
        "",
        "{",
        "[]",
        "null",
        "{\"name\": \"x\"}",
        "<!doctype html>",
    ] {
        check_refused(text, "");
    }
    check_refused(&" ".repeat(MAX_MANIFEST_BYTES + 1), "bytes");
    check_refused(&"[".repeat(100_000), "");
}

#[track_caller]
fn accept(field: &str, value: Value) {
    Manifest::parse(&with(field, value).to_string()).unwrap();
}

#[track_caller]
fn refuse(field: &str, value: Value, words: &str) {
    check_refused(&with(field, value).to_string(), words);
}

#[track_caller]
fn check_refused(text: &str, words: &str) {
    match Manifest::parse(text) {
        Err(Error::Manifest(reason)) => {
            assert!(reason.contains(words), "{reason:?} lacks {words:?}")
        }
        other => panic!("expected a manifest error, got {other:?}"),
    }
}

/// The valid manifest with one field set; the field may be new.
fn with(field: &str, value: Value) -> Value {
    let mut json = valid_manifest();
    let (parent, key) = field.rsplit_once('/').unwrap();
    let parent = json.pointer_mut(parent).unwrap();
    match parent.as_array_mut() {
        Some(items) => items[key.parse::<usize>().unwrap()] = value,
        None => parent[key] = value,
    }
    json
}
