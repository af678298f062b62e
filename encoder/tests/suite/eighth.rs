//! JPEGs at an eighth of their size against Pillow 13: `models/scripts/make_eighth_fixture.py` made the fixture.

use crate::fixtures::{EIGHTH, Tensors};
use handful_encoder::{Eighth, EighthReader, Ending, MAX_SIDE};
use wasm_bindgen_test::wasm_bindgen_test;

/// Levels by which a mean may differ: what was rounded, and colours, which some files hold at half the size.
const LEVELS: u8 = 2;

fn read(jpeg: &[u8]) -> Ending {
    let mut reader = EighthReader::new();
    reader.push(jpeg);
    reader.finish()
}

#[track_caller]
fn picture(jpeg: &[u8]) -> Eighth {
    match read(jpeg) {
        Ending::Picture(picture) => picture,
        ending => panic!("{ending:?}"),
    }
}

fn jpeg(name: &str) -> Vec<u8> {
    Tensors::read(EIGHTH)
        .bytes(&format!("jpeg.{name}"))
        .to_vec()
}

/// Where the first segment of this marker begins.
fn segment(jpeg: &[u8], marker: u8) -> usize {
    let mut at = 2;
    while jpeg[at + 1] != marker {
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
    at
}

#[wasm_bindgen_test(unsupported = test)]
fn pixels_are_the_means_of_blocks_that_pillow_decodes() {
    let file = Tensors::read(EIGHTH);
    let names = file.names("jpeg.");
    assert_eq!(names.len(), 32);
    for name in names {
        let picture = picture(&jpeg(&name));
        let expected = format!("expected.{name}");
        let (size, expected) = (file.shape(&expected), file.bytes(&expected));
        let (width, height) = (picture.width as usize, picture.height as usize);
        assert_eq!([height, width, 3], size[..], "{name}");
        // A block that ends beyond the picture has pixels that are not shown.
        let (across, down) = if name.ends_with("odd") {
            (width - 1, height - 1)
        } else {
            (width, height)
        };
        for (i, (got, expected)) in picture.rgba.chunks(4).zip(expected.chunks(3)).enumerate() {
            if i % width >= across || i / width >= down {
                continue;
            }
            for (got, expected) in got.iter().zip(expected) {
                assert!(
                    got.abs_diff(*expected) <= LEVELS,
                    "{name}, pixel {i}: {got} {expected}"
                );
            }
            assert_eq!(got[3], 255);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn bytes_may_come_in_any_parts() {
    for name in [
        "baseline.420",
        "progressive.420",
        "baseline.restarts",
        "srgb",
    ] {
        // Longer than what is waited for, so that steps are made while bytes still come.
        let mut jpeg = jpeg(name);
        let comment = [&[0xff, 0xfe, 0xff, 0xff][..], &[0; 65_533]].concat();
        for _ in 0..4 {
            jpeg.splice(2..2, comment.iter().copied());
        }
        let whole = picture(&jpeg);
        for length in [1, 1000, 65_537] {
            let mut reader = EighthReader::new();
            for part in jpeg.chunks(length) {
                reader.push(part);
            }
            assert_eq!(
                reader.finish(),
                Ending::Picture(whole.clone()),
                "{name} by {length}"
            );
        }
    }
    // A part ends within the marker behind data that are not needed.
    let mut jpeg = jpeg("progressive.420");
    let end = jpeg.len() - 2;
    jpeg.splice(end..end, [0; 300_000]);
    let (most, last) = jpeg.split_at(jpeg.len() - 1);
    let mut reader = EighthReader::new();
    reader.push(most);
    reader.push(last);
    assert_eq!(reader.finish(), read(&jpeg));
    picture(&jpeg);
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_cut_is_told_from_what_lacks_its_end() {
    for name in [
        "baseline.444",
        "baseline.420",
        "baseline.grey",
        "baseline.restarts",
    ] {
        let jpeg = jpeg(name);
        let whole = read(&jpeg);
        let end = jpeg.len();
        for lost in 1..=2 {
            assert_eq!(read(&jpeg[..end - lost]), whole, "{name} without {lost}");
        }
        let start = segment(&jpeg, 0xda);
        for length in (start..end - 4).step_by(7) {
            assert_eq!(read(&jpeg[..length]), Ending::Cut, "{length} of {name}");
        }
        // The end is there, but not all of the picture.
        let damaged = [&jpeg[..end - 20], &jpeg[end - 2..]].concat();
        assert_eq!(read(&damaged), Ending::Foreign, "{name}");
    }
    // The means are there long before the end of these.
    let jpeg = jpeg("progressive.420");
    for lost in [2, jpeg.len() / 2] {
        assert_eq!(read(&jpeg[..jpeg.len() - lost]), Ending::Foreign);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn other_kinds_are_left_to_others() {
    let plain = jpeg("baseline.444");
    picture(&plain);
    let frame = segment(&plain, 0xc0);
    let scan = segment(&plain, 0xda);
    let tables = segment(&plain, 0xdb);
    let side = (MAX_SIDE as u16 + 1).to_be_bytes();
    for (what, place, bytes) in [
        ("no JPEG", 0, &b"\x89P"[..]),
        ("lossless", frame + 1, &[0xc3]),
        ("arithmetic", frame + 1, &[0xc9]),
        ("12 bits", frame + 4, &[12]),
        ("no rows", frame + 5, &[0, 0]),
        ("too many rows", frame + 5, &side),
        ("too many columns", frame + 7, &side),
        ("two components", frame + 9, &[2]),
        ("red, green, blue", frame + 10, b"R\x11\0G\x11\0B\x11\0"),
        ("no sampling", frame + 11, &[0x01]),
        ("too much sampling", frame + 11, &[0x51]),
        (
            "sampling by one and a half",
            frame + 11,
            &[0x31, 0, 2, 0x21],
        ),
        ("too many blocks together", frame + 11, &[0x44, 0, 2, 0x44]),
        ("no such table", frame + 12, &[4]),
        ("a table that never came", frame + 12, &[3]),
        ("another component", scan + 5, &[9]),
        ("one component twice", scan + 7, &[1]),
        ("codes that never came", scan + 6, &[0x22]),
        ("half a scan", scan + 12, &[31]),
        ("a table of another kind", tables + 4, &[0x20]),
        ("a segment of no length", tables + 2, &[0, 1]),
        ("a segment beyond the end", tables + 2, &[0xff, 0xff]),
        ("no marker", tables, &[0]),
    ] {
        let mut jpeg = plain.clone();
        jpeg[place..place + bytes.len()].copy_from_slice(bytes);
        assert_eq!(read(&jpeg), Ending::Foreign, "{what}");
    }
    for (what, marker, body) in [
        ("Adobe's RGB", 0xee, &b"Adobe\0\x64\0\0\0\0\0"[..]),
        ("a profile that is none", 0xe2, b"ICC_PROFILE\0\x01\x01"),
        ("a part of a profile", 0xe2, b"ICC_PROFILE\0\x01\x02"),
        ("a second frame", 0xc0, &plain[frame + 4..frame + 19]),
        ("codes of another kind", 0xc4, &[0x20; 17]),
        (
            "more codes than can be",
            0xc4,
            &[0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3],
        ),
        (
            "fewer symbols than codes",
            0xc4,
            &[0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        ),
        ("half an interval", 0xdd, &[1]),
    ] {
        let mut jpeg = plain.clone();
        let length = (body.len() as u16 + 2).to_be_bytes();
        let segment = [&[0xff, marker], &length[..], body].concat();
        jpeg.splice(scan..scan, segment);
        assert_eq!(read(&jpeg), Ending::Foreign, "{what}");
    }
    let file = Tensors::read(EIGHTH);
    let others = file.names("other.");
    assert_eq!(others.len(), 3);
    for name in others {
        let jpeg = file.bytes(&format!("other.{name}"));
        assert_eq!(read(jpeg), Ending::Foreign, "{name}");
    }
    for bytes in [
        &[][..],
        &[0xff],
        &[0xff, 0xd8],
        &[0xff, 0xd8, 0xff, 0xd9],
        &[0xff; 1000],
    ] {
        assert_eq!(read(bytes), Ending::Foreign);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn data_that_do_not_fit_are_left_to_others() {
    let mut twice = jpeg("progressive.grey");
    let scan = segment(&twice, 0xda);
    let next = |jpeg: &[u8], from: usize| {
        let is_marker = |pair: &[u8]| pair[0] == 0xff && pair[1] != 0;
        from + jpeg[from..].windows(2).position(is_marker).unwrap()
    };
    let end = next(&twice, scan + 2);
    let first = twice[scan..end].to_vec();
    twice.splice(end..end, first);
    assert_eq!(read(&twice), Ending::Foreign, "the same means twice");

    let restarts = jpeg("baseline.restarts");
    let at = next(&restarts, segment(&restarts, 0xda) + 2);
    assert_eq!(restarts[at + 1], 0xd0);
    for (what, bytes) in [
        ("more data than blocks", &[0, 0xff, 0xd0][..]),
        ("another restart", &[0xff, 0xd1]),
        ("no restart", &[]),
    ] {
        let mut jpeg = restarts.clone();
        jpeg.splice(at..at + 2, bytes.iter().copied());
        assert_eq!(read(&jpeg), Ending::Foreign, "{what}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_profile_is_known_by_its_numbers() {
    for (name, curve) in [("srgb", 14), ("srgb table", 524)] {
        let jpeg = jpeg(name);
        let start = segment(&jpeg, 0xe2);
        let tag = |name: &[u8]| {
            let at = jpeg.windows(4).position(|bytes| bytes == name).unwrap();
            let offset = u32::from_be_bytes(*jpeg[at + 4..].first_chunk().unwrap());
            start + 18 + offset as usize
        };
        for (what, place) in [
            ("another red", tag(b"rXYZ") + 10),
            ("another blue", tag(b"bXYZ") + 18),
            ("another curve", tag(b"gTRC") + curve),
            ("a profile of greys", start + 18 + 16),
            ("other numbers", start + 18 + 20),
        ] {
            let mut jpeg = jpeg.clone();
            jpeg[place] ^= 0x04;
            assert_eq!(read(&jpeg), Ending::Foreign, "{name}: {what}");
        }
        // It ends before one of its numbers does.
        let needed = [b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC"].map(|name| tag(name));
        let last = needed.into_iter().max().unwrap();
        let end = start + 2 + usize::from(u16::from_be_bytes([jpeg[start + 2], jpeg[start + 3]]));
        for kept in (start + 18..last + 12).step_by(3) {
            let mut jpeg = jpeg.clone();
            jpeg.drain(kept..end);
            let length = (kept - start - 2) as u16;
            jpeg[start + 2..start + 4].copy_from_slice(&length.to_be_bytes());
            assert_eq!(read(&jpeg), Ending::Foreign, "{name}: {kept}");
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn no_damage_is_a_panic() {
    for name in [
        "baseline.420",
        "progressive.420",
        "progressive.restarts",
        "turned.6",
        "srgb",
    ] {
        let jpeg = jpeg(name);
        for place in 0..jpeg.len() {
            for change in [0xff, 0x80, 0x01] {
                let mut jpeg = jpeg.clone();
                jpeg[place] ^= change;
                read(&jpeg);
                read(&jpeg[..place]);
            }
        }
    }
}
