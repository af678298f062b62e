//! The rooms of the library: each needs only those that `src/lib.rs` lists above it, and no two files of a room need each other. The
//! crate of the encoder needs errors and streams.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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
        // A longer way up leads elsewhere.
        if code[..at].ends_with("super::") {
            continue;
        }
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

/// The folder and all folders in it.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let inside = entries.map(|entry| entry.unwrap().path());
    let deeper = inside.filter(|path| path.is_dir());
    let deeper = deeper.flat_map(|path| folders(&path));
    [folder.to_owned()].into_iter().chain(deeper).collect()
}

/// A way from this name back to itself, over names that were not looked at before.
fn circle(
    name: &str,
    needs: &BTreeMap<String, BTreeSet<String>>,
    way: &mut Vec<String>,
    done: &mut BTreeSet<String>,
) -> Option<Vec<String>> {
    if let Some(start) = way.iter().position(|other| other == name) {
        return Some(way[start..].to_vec());
    }
    if !done.insert(name.to_owned()) {
        return None;
    }
    way.push(name.to_owned());
    let next = needs.get(name).into_iter().flatten();
    let found = next
        .filter_map(|next| circle(next, needs, way, done))
        .next();
    way.pop();
    found
}

/// What stands in the file of a folder itself is for all in it; what it hands on belongs to the file that it comes from.
#[test]
fn no_two_files_of_a_room_need_each_other() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut used = 0;
    for folder in folders(&src).into_iter().filter(|folder| *folder != src) {
        let own = [folder.join("mod.rs"), folder.with_extension("rs")];
        let own = code(own.iter().find(|path| path.exists()).unwrap());
        let child = |path: &Path| -> String {
            let first = path.strip_prefix(&folder).unwrap().components().next();
            let first = first.unwrap().as_os_str().to_str().unwrap();
            first.trim_end_matches(".rs").to_owned()
        };
        let inside = files(&folder);
        let mut home: HashMap<String, String> = HashMap::new();
        for name in inside.iter().map(|path| child(path)) {
            for prefix in [format!("use {name}::"), format!("use self::{name}::")] {
                for handed_on in names_after(&own, &prefix) {
                    home.insert(handed_on, name.clone());
                }
            }
            home.insert(name.clone(), name);
        }
        let way = folder.strip_prefix(&src).unwrap().components();
        let way: Vec<&str> = way.map(|part| part.as_os_str().to_str().unwrap()).collect();
        let from_root = format!("crate::{}::", way.join("::"));
        let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for path in inside.iter().filter(|path| **path != folder.join("mod.rs")) {
            let depth = path.strip_prefix(&folder).unwrap().components().count();
            let up = "super::".repeat(depth - usize::from(path.ends_with("mod.rs")));
            let (name, code) = (child(path), code(path));
            let named = [up, from_root.clone()].map(|prefix| names_after(&code, &prefix));
            for needed in named.concat().iter().filter_map(|named| home.get(named)) {
                if *needed != name {
                    used += 1;
                    needs
                        .entry(name.clone())
                        .or_default()
                        .insert(needed.clone());
                }
            }
        }
        let mut done = BTreeSet::new();
        for name in needs.keys() {
            let found = circle(name, &needs, &mut Vec::new(), &mut done);
            assert_eq!(found, None, "files of {} need each other", way.join("/"));
        }
    }
    assert!(used > 60, "{used}");
}

#[test]
fn the_encoder_needs_errors_and_streams_alone() {
    let encoder = Path::new(env!("CARGO_MANIFEST_DIR")).join("encoder/src");
    let mut used = 0;
    for path in files(&encoder) {
        let code = code(&path);
        for name in names_after(&code, "handful::") {
            let allowed = ["Error", "Result", "Stream", "Streams", "CLIP", "wasm"];
            assert!(
                allowed.contains(&name.as_str()),
                "{}: {name}",
                path.display()
            );
            used += 1;
        }
        let values = names_after(&code, "handful::wasm::");
        assert!(values.iter().all(|name| name == "out"), "{values:?}");
    }
    assert!(used > 3, "{used}");
}

/// A file that `main.rs` does not name would be no test.
#[test]
fn every_file_of_tests_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for suite in [root.join("tests/suite"), root.join("encoder/tests/suite")] {
        let main = code(&suite.join("main.rs"));
        let named: BTreeSet<&str> = (main.lines())
            .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
            .collect();
        let files = files(&suite);
        let stems = files
            .iter()
            .map(|path| path.file_stem().unwrap().to_str().unwrap());
        let there: BTreeSet<&str> = stems.filter(|&stem| stem != "main").collect();
        assert_eq!(named, there, "{}", suite.display());
    }
}
