//! The rooms of the library: each needs only those that `src/lib.rs` lists above it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rust files of a folder and the folders in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
        .into_iter()
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .collect()
}

/// The text without comments and without what stands in its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let body = text.split("#[cfg(test)]").next().unwrap();
    let lines = body.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// First names of the paths that follow a prefix, those of its braces included.
fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut found = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.push(name(rest));
            continue;
        };
        let (mut depth, mut start) = (1, 0);
        for (i, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || (depth == 1 && c == ',') {
                found.push(name(&list[start..i]));
                start = i + 1;
            }
            if depth == 0 {
                break;
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn every_room_needs_only_those_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let lib = code(&src.join("lib.rs"));
    let rooms: Vec<String> = lib
        .lines()
        .filter_map(|line| {
            let line = line.trim().trim_start_matches("pub ");
            // One of them is a crate of its own.
            let room = line
                .strip_prefix("mod ")
                .or_else(|| line.strip_prefix("use handful_numerics as "))?;
            Some(room.strip_suffix(';')?.to_owned())
        })
        .collect();
    let place = |room: &str| rooms.iter().position(|other| other == room);
    // What the crate's root hands on belongs to the room that it comes from.
    let mut home: HashMap<String, usize> = HashMap::new();
    for line in lib.split(';') {
        // Without a path it is another crate.
        let path = line.trim().strip_prefix("pub use ");
        let Some((room, _)) = path.and_then(|path| path.split_once("::")) else {
            continue;
        };
        let path = path.unwrap();
        for name in names_after(path, &format!("{room}::")) {
            home.insert(name, place(room).unwrap());
        }
    }
    assert!(rooms.len() > 8 && home.len() > 8, "{rooms:?} {home:?}");

    let mut used = 0;
    for path in files(&src) {
        let inside = path.strip_prefix(&src).unwrap();
        let first = inside.components().next().unwrap().as_os_str();
        let room = first.to_str().unwrap().trim_end_matches(".rs");
        if room == "lib" {
            continue;
        }
        let own = place(room).unwrap_or_else(|| panic!("src/lib.rs does not list {room}"));
        let code = code(&path);
        for name in names_after(&code, "crate::") {
            let needed = place(&name).or_else(|| home.get(&name).copied());
            let needed = needed.unwrap_or_else(|| panic!("{}: crate::{name}", inside.display()));
            assert!(
                needed <= own,
                "{} needs {}, which stands below it in src/lib.rs",
                inside.display(),
                rooms[needed]
            );
            used += 1;
        }
        // From a room's own file, `super` is the crate's root: a way that is not looked at above.
        let is_root = inside.components().count() == 1 || inside.ends_with("mod.rs");
        if is_root && inside.components().count() <= 2 {
            assert!(!code.contains("super::"), "{}: super::", inside.display());
        }
    }
    assert!(used > 100, "{used}");
}
