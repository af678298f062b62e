//! Saved sets: what comes back, and what is refused.

use crate::common::taught;
use handful::heads::{HeadSpec, Prototype};
use handful::{Classifier, Error, Stream};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use std::collections::{BTreeMap, HashMap};
use wasm_bindgen_test::wasm_bindgen_test;

fn full() -> Classifier {
    let streams = vec![Stream::new("clip", 2), Stream::new("aux", 3)];
    let mut classifier = Classifier::for_encoder(streams, Some("toy@1".into())).unwrap();
    classifier
        .add_example("käse 🧀", &[1.0, 2.0, 3.0, 4.0, 5.0])
        .unwrap();
    classifier
        .add_example("brot", &[0.5, -2.0, 3.0, 0.0, 1.0])
        .unwrap();
    classifier.add_class("empty").unwrap();
    classifier.set_text("brot", Some(&[3.0, 4.0])).unwrap();
    classifier
        .set_head(Some(HeadSpec::Prototype(
            Prototype::default().logit_scale(30.0),
        )))
        .unwrap();
    classifier
}

#[wasm_bindgen_test(unsupported = test)]
fn a_set_comes_back_as_it_was() {
    let mut saved = full();
    let mut loaded = Classifier::load(&saved.save()).unwrap();
    assert_eq!(loaded.set(), saved.set());
    assert_eq!(loaded.set().encoder(), Some("toy@1"));
    assert_eq!(loaded.head(), saved.head());
    assert_eq!(loaded.save(), saved.save());
    assert!(!loaded.history().can_undo());
    let photo = [1.0, 0.0, 1.0, 0.0, 0.0];
    assert_eq!(loaded.predict(&photo), saved.predict(&photo));
}

/// Earlier versions kept augmented views of a photo as further rows.
#[wasm_bindgen_test(unsupported = test)]
fn only_the_first_row_of_an_example_is_read() {
    let mut one = parts();
    let (_, shape, examples) = one.tensors.get_mut("examples").unwrap();
    *shape = vec![1, 3];
    examples.truncate(12);
    examples[8] = 2;
    let loaded = Classifier::load(&write(&one)).unwrap();
    let examples: Vec<_> = loaded.set().examples().collect();
    assert_eq!(examples, [full().set().examples().next().unwrap()]);
}

#[wasm_bindgen_test(unsupported = test)]
fn an_empty_set_comes_back() {
    let empty = Classifier::new(vec![Stream::new("aux", 3)]).unwrap();
    assert_eq!(Classifier::load(&empty.save()).unwrap().set(), empty.set());
}

/// JSON is read with an error in the last bit now and then.
#[wasm_bindgen_test(unsupported = test)]
fn a_set_is_that_of_the_same_encoder_whatever_its_numbers() {
    for i in 0..1000 {
        let number = 0.001 + f64::from(i) / 7.0;
        let stream = Stream::new("clip", 1)
            .scale(Some(number))
            .temperature(Some(0.1 * number));
        let mut saved = Classifier::new(vec![stream]).unwrap();
        let loaded = Classifier::load(&saved.save()).unwrap();
        assert_eq!(loaded.set(), saved.set());
        saved.merge(loaded.set()).unwrap();
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn truncated_bytes_are_refused_at_every_length() {
    let bytes = full().save();
    for length in 0..bytes.len() {
        assert!(
            matches!(
                Classifier::load(&bytes[..length]),
                Err(Error::Format { .. })
            ),
            "{length}"
        );
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(matches!(
        Classifier::load(&longer),
        Err(Error::Format { .. })
    ));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_flipped_byte_never_panics() {
    let bytes = full().save();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            if let Err(error) = Classifier::load(&damaged) {
                assert_eq!(error.code(), "format");
            }
        }
    }
}

#[derive(Clone)]
struct Parts {
    meta: String,
    tensors: BTreeMap<&'static str, (Dtype, Vec<usize>, Vec<u8>)>,
}

fn parts() -> Parts {
    read(&full().save())
}

fn read(bytes: &[u8]) -> Parts {
    let (_, header) = SafeTensors::read_metadata(bytes).unwrap();
    let file = SafeTensors::deserialize(bytes).unwrap();
    let names = [
        "examples",
        "features",
        "text",
        "negatives",
        "negative_features",
        "unlabelled",
        "unlabelled_features",
    ];
    let tensors = names.into_iter().filter_map(|name| {
        let t = file.tensor(name).ok()?;
        Some((name, (t.dtype(), t.shape().to_vec(), t.data().to_vec())))
    });
    Parts {
        meta: header.metadata().as_ref().unwrap()["handful"].clone(),
        tensors: tensors.collect(),
    }
}

fn write(parts: &Parts) -> Vec<u8> {
    let tensors = parts.tensors.iter().map(|(&name, (dtype, shape, bytes))| {
        (name, TensorView::new(*dtype, shape.clone(), bytes).unwrap())
    });
    let meta = HashMap::from([("handful".to_owned(), parts.meta.clone())]);
    serialize(tensors, Some(meta)).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn heads_that_earlier_versions_saved_are_read() {
    for (head, name) in [
        (
            r#"{"fused":{"members":[{"zero_shot":{}}],"standardise":true,"learn_trust":true}}"#,
            "fused",
        ),
        (
            r#"{"kernel_ridge":{"balance":2.0,"knee":null}}"#,
            "kernel_ridge",
        ),
        (
            r#"{"amu":{"fusion":"dynamic_kl","solver":"mm","soup":3,"soup_kind":"greedy","tune":true}}"#,
            "amu",
        ),
        (
            r#"{"amu_published":{"dual_head":true,"fusion":"fixed"}}"#,
            "amu_published",
        ),
    ] {
        let mut earlier = parts();
        let at = earlier.meta.find("\"head\":").unwrap();
        earlier.meta.truncate(at);
        earlier.meta += &format!("\"head\":{head}}}");
        let loaded = Classifier::load(&write(&earlier)).unwrap();
        assert_eq!(loaded.head(), Some(&HeadSpec::by_name(name).unwrap()));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn every_broken_rule_is_refused() {
    type Damage = fn(&mut Parts);
    fn number(parts: &mut Parts, tensor: &str, at: usize, value: [u8; 4]) {
        parts.tensors.get_mut(tensor).unwrap().2[at * 4..at * 4 + 4].copy_from_slice(&value);
    }
    assert!(Classifier::load(&write(&parts())).is_ok());
    let damages: [(&str, Damage); 42] = [
        ("no metadata", |p| p.meta = String::new()),
        ("metadata of another kind", |p| p.meta = "[]".into()),
        ("future version", |p| {
            p.meta = p.meta.replace("\"version\":1", "\"version\":2")
        }),
        ("no streams", |p| {
            p.meta = "{\"version\":1,\"streams\":[],\"encoder\":null,\"classes\":[],\"next_class\":0,\"next_example\":0,\"head\":null}".into()
        }),
        ("streams out of order", |p| {
            p.meta = p.meta.replace("\"clip\"", "\"zlip\"")
        }),
        ("another width", |p| {
            p.meta = p.meta.replace("\"dim\":3", "\"dim\":4")
        }),
        ("huge width", |p| {
            p.meta = p.meta.replace("\"dim\":3", "\"dim\":18446744073709551615")
        }),
        ("duplicate label", |p| {
            p.meta = p.meta.replace("brot", "empty")
        }),
        ("empty label", |p| p.meta = p.meta.replace("brot", " ")),
        ("duplicate class id", |p| {
            p.meta = p.meta.replace("\"id\":1", "\"id\":0")
        }),
        ("class id out of range", |p| {
            p.meta = p.meta.replace("\"id\":1", "\"id\":4294967295")
        }),
        ("unknown head", |p| {
            p.meta = p.meta.replace("prototype", "oracle")
        }),
        ("unknown prior", |p| {
            let at = p.meta.find("\"head\":").unwrap();
            p.meta.truncate(at);
            p.meta += "\"head\":{\"naive_bayes\":{\"prior\":{\"given\":[1.0]}}}}";
        }),
        ("head out of range", |p| {
            p.meta = p.meta.replace("30.0", "-30.0")
        }),
        ("a class fewer", |p| {
            p.meta = p.meta.replace(",{\"id\":2,\"label\":\"empty\"}", "")
        }),
        ("duplicate example id", |p| {
            number(p, "examples", 3, 0_u32.to_le_bytes())
        }),
        ("example id out of range", |p| {
            number(p, "examples", 3, u32::MAX.to_le_bytes())
        }),
        ("class index out of range", |p| {
            number(p, "examples", 1, 3_u32.to_le_bytes())
        }),
        ("example without rows", |p| {
            number(p, "examples", 2, 0_u32.to_le_bytes())
        }),
        ("example with too many rows", |p| {
            number(p, "examples", 2, u32::MAX.to_le_bytes())
        }),
        ("meaning without a row", |p| {
            p.meta = p.meta.replace(
                "\"label\":\"empty\"",
                "\"label\":\"empty\",\"text\":\"label\"",
            )
        }),
        ("row of an absent text", |p| {
            p.meta = p.meta.replace(
                "\"label\":\"brot\"",
                "\"label\":\"brot\",\"text\":\"absent\"",
            )
        }),
        ("unknown source of a text", |p| {
            p.meta = p.meta.replace(
                "\"label\":\"brot\"",
                "\"label\":\"brot\",\"text\":\"dream\"",
            )
        }),
        ("scale of nothing", |p| {
            p.meta = p.meta.replace("\"dim\":2", "\"dim\":2,\"scale\":0.0")
        }),
        ("rows left over", |p| {
            let (_, shape, examples) = p.tensors.get_mut("examples").unwrap();
            *shape = vec![1, 3];
            examples.truncate(12);
        }),
        ("NaN text", |p| number(p, "text", 2, f32::NAN.to_le_bytes())),
        ("infinite text", |p| {
            number(p, "text", 2, f32::INFINITY.to_le_bytes())
        }),
        ("text of another length", |p| {
            number(p, "text", 2, 2.0_f32.to_le_bytes())
        }),
        ("given text in a row that is almost zero", |p| {
            number(p, "text", 0, 1e-40_f32.to_le_bytes())
        }),
        ("over-long label", |p| {
            p.meta = p.meta.replace("brot", &"b".repeat(201))
        }),
        ("negative class id", |p| {
            p.meta = p.meta.replace("\"id\":1", "\"id\":-1")
        }),
        ("class id without an end", |p| {
            p.meta = p.meta.replace("\"id\":1", "\"id\":4294967296")
        }),
        ("next class among those that are there", |p| {
            p.meta = p.meta.replace("\"next_class\":3", "\"next_class\":2")
        }),
        ("next example among those that are there", |p| {
            p.meta = p.meta.replace("\"next_example\":2", "\"next_example\":1")
        }),
        ("stream without width", |p| {
            p.meta = p.meta.replace("\"dim\":3", "\"dim\":0")
        }),
        ("widths whose sum has no end", |p| {
            let last = "{\"name\":\"z\",\"dim\":18446744073709551615}";
            p.meta = p.meta.replace("\"dim\":3}", &format!("\"dim\":3}},{last}"))
        }),
        ("weight of nothing", |p| {
            p.meta = p.meta.replace("\"dim\":3", "\"dim\":3,\"weight\":0.0")
        }),
        ("temperature without an end", |p| {
            p.meta = p
                .meta
                .replace("\"dim\":3", "\"dim\":3,\"temperature\":1e400")
        }),
        ("field twice", |p| {
            p.meta = p
                .meta
                .replace("\"next_class\":3", "\"next_class\":3,\"next_class\":3")
        }),
        ("infinite feature", |p| {
            number(p, "features", 0, f32::INFINITY.to_le_bytes())
        }),
        ("NaN feature", |p| {
            number(p, "features", 0, f32::NAN.to_le_bytes())
        }),
        ("feature of another length", |p| {
            number(p, "features", 0, 9.0_f32.to_le_bytes())
        }),
    ];
    for (name, damage) in damages {
        let mut damaged = parts();
        damage(&mut damaged);
        let result = Classifier::load(&write(&damaged));
        assert!(matches!(result, Err(Error::Format { .. })), "{name}");
    }
    for tensor in ["examples", "features", "text"] {
        let mut missing = parts();
        missing.tensors.remove(tensor);
        assert!(Classifier::load(&write(&missing)).is_err(), "no {tensor}");
        let mut retyped = parts();
        retyped.tensors.get_mut(tensor).unwrap().0 = Dtype::I32;
        assert!(
            Classifier::load(&write(&retyped)).is_err(),
            "{tensor} of another type"
        );
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn what_stands_beside_the_set_is_passed_over() {
    let mut beside = parts();
    for (name, dtype, shape, bytes) in [
        (
            "picture.0",
            Dtype::U8,
            vec![4],
            vec![0xFF, 0xD8, 0xFF, 0xD9],
        ),
        ("picture.99", Dtype::U8, vec![0], vec![]),
        ("picture.one", Dtype::F32, vec![1, 1, 1], vec![0; 4]),
        ("remarks", Dtype::I64, vec![], vec![1; 8]),
    ] {
        beside.tensors.insert(name, (dtype, shape, bytes));
    }
    let bytes = write(&beside);
    let loaded = Classifier::load(&bytes).unwrap();
    assert_eq!(loaded.set(), full().set());
    assert_eq!(loaded.save(), full().save());
    let named = |text: &str, to: &str| {
        let at = bytes.windows(text.len()).position(|w| w == text.as_bytes());
        let mut changed = bytes.clone();
        changed[at.unwrap()..][..to.len()].copy_from_slice(to.as_bytes());
        changed
    };
    // Two tensors of one name, and one that is longer than its place.
    for damaged in [
        named("picture.one", "picture.99\","),
        named("picture.99", "picture.0\""),
        named("\"shape\":[4]", "\"shape\":[5]"),
    ] {
        let result = Classifier::load(&damaged);
        assert!(matches!(result, Err(Error::Format { .. })));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_set_whose_ids_have_run_out_is_read_and_answers() {
    let mut last = parts();
    last.meta = last
        .meta
        .replace("\"next_class\":3", "\"next_class\":4294967295");
    last.meta = last
        .meta
        .replace("\"next_example\":2", "\"next_example\":4294967295");
    let mut loaded = Classifier::load(&write(&last)).unwrap();
    assert_eq!(loaded.set().next_ids(), (u32::MAX, u32::MAX));
    let photo = [1.0, 0.0, 1.0, 0.0, 0.0];
    assert_eq!(loaded.predict(&photo), full().predict(&photo));
    assert!(loaded.add_example("brot", &photo).is_err());
    assert!(loaded.add_class("new").is_err());
    for beyond in ["4294967296", "-1", "1.5", "1e3", "null", "\"3\""] {
        let mut wrong = parts();
        wrong.meta = wrong
            .meta
            .replace("\"next_class\":3", &format!("\"next_class\":{beyond}"));
        let result = Classifier::load(&write(&wrong));
        assert!(matches!(result, Err(Error::Format { .. })), "{beyond}");
    }
}

/// A set of one class and one example that has given as many ids as this.
fn after(ids: u32) -> Classifier {
    let mut classifier = Classifier::new(vec![Stream::new("aux", 2)]).unwrap();
    classifier.add_example("old", &[1.0, 0.0]).unwrap();
    let mut parts = read(&classifier.save());
    for next in ["next_class", "next_example"] {
        let (from, to) = (format!("\"{next}\":1"), format!("\"{next}\":{ids}"));
        parts.meta = parts.meta.replace(&from, &to);
    }
    Classifier::load(&write(&parts)).unwrap()
}

#[wasm_bindgen_test(unsupported = test)]
fn an_id_is_never_given_twice() {
    const LAST: u32 = u32::MAX - 1;
    let mut classifier = after(LAST);
    assert_eq!(classifier.add_example("new", &[0.0, 1.0]), Ok(LAST));
    let before = classifier.set().clone();
    let full = Err(Error::IdsUsedUp);
    assert_eq!(classifier.add_example("old", &[0.0, 1.0]), full);
    assert_eq!(classifier.add_example("other", &[0.0, 1.0]), full);
    assert_eq!(classifier.add_class("other"), Err(Error::IdsUsedUp));
    let mut theirs = after(1);
    theirs.add_example("old", &[0.5, 0.5]).unwrap();
    assert_eq!(classifier.merge(theirs.set()), Err(Error::IdsUsedUp));
    assert_eq!(*classifier.set(), before);
    // Another set takes them.
    assert_eq!(theirs.merge(classifier.set()).unwrap().len(), 1);
}

#[wasm_bindgen_test(unsupported = test)]
fn bytes_of_other_files_are_refused() {
    for bytes in [
        &b""[..],
        b"<!doctype html><title>Not found</title>",
        b"\x89PNG\r\n\x1a\n",
        &[0xFF; 64],
        &[0; 64],
    ] {
        assert!(matches!(Classifier::load(bytes), Err(Error::Format { .. })));
    }
    assert!(Classifier::load(&taught(&["a"], 1).save()).is_ok());
}

#[wasm_bindgen_test(unsupported = test)]
fn photos_without_a_class_that_break_a_rule_are_refused() {
    fn number(parts: &mut Parts, tensor: &str, at: usize, value: [u8; 4]) {
        parts.tensors.get_mut(tensor).unwrap().2[at * 4..at * 4 + 4].copy_from_slice(&value);
    }
    type Damage = fn(&mut Parts);
    let mut saved = full();
    saved.add_negative(&[1.0; 5]).unwrap();
    saved.add_negative(&[2.0, 1.0, 1.0, 1.0, 1.0]).unwrap();
    saved.add_unlabelled(&[1.0; 5]).unwrap();
    let bytes = saved.save();
    let loaded = Classifier::load(&write(&read(&bytes))).unwrap();
    assert_eq!(loaded.set(), saved.set());
    let damages: [(&str, Damage); 12] = [
        ("the id of an example", |p| {
            number(p, "negatives", 0, 1_u32.to_le_bytes())
        }),
        ("an id twice", |p| {
            number(p, "negatives", 0, 3_u32.to_le_bytes())
        }),
        ("an id out of range", |p| {
            number(p, "negatives", 0, u32::MAX.to_le_bytes())
        }),
        ("no features", |p| {
            p.tensors.remove("negative_features");
        }),
        ("a row fewer", |p| {
            let (_, shape, rows) = p.tensors.get_mut("negative_features").unwrap();
            *shape = vec![1, 5];
            rows.truncate(20);
        }),
        ("rows of another width", |p| {
            p.tensors.get_mut("negative_features").unwrap().1 = vec![5, 2];
        }),
        ("ids of another type", |p| {
            p.tensors.get_mut("negatives").unwrap().0 = Dtype::F32;
        }),
        ("a row of another length", |p| {
            number(p, "negative_features", 0, 9.0_f32.to_le_bytes())
        }),
        ("a NaN", |p| {
            number(p, "negative_features", 0, f32::NAN.to_le_bytes())
        }),
        ("an unlabelled negative", |p| {
            number(p, "unlabelled", 0, 3_u32.to_le_bytes())
        }),
        ("an unlabelled photo without features", |p| {
            p.tensors.remove("unlabelled_features");
        }),
        ("more unlabelled photos than there may be", |p| {
            let (_, shape, ids) = p.tensors.get_mut("unlabelled").unwrap();
            *shape = vec![1001, 1];
            ids.resize(4 * 1001, 0);
            let (_, shape, rows) = p.tensors.get_mut("unlabelled_features").unwrap();
            *shape = vec![1001, 5];
            *rows = rows.repeat(1001);
        }),
    ];
    for (name, damage) in damages {
        let mut damaged = read(&bytes);
        damage(&mut damaged);
        let result = Classifier::load(&write(&damaged));
        assert!(matches!(result, Err(Error::Format { .. })), "{name}");
    }
}
