//! Files of weights that tests make up, well formed or not.

use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A tensor and its storage as a file describes them.
#[derive(Clone)]
pub struct Made {
    pub name: &'static str,
    pub key: &'static str,
    pub kind: &'static str,
    /// How many numbers the list of weights says that the storage has.
    pub stored: i32,
    pub first: i32,
    pub shape: Vec<i32>,
    pub strides: Vec<i32>,
    /// How many numbers the storage itself says that it has.
    pub counted: u64,
    pub data: Vec<u8>,
}

/// A matrix of two rows and three columns, `1..=6`.
pub fn matrix(name: &'static str, key: &'static str) -> Made {
    Made {
        name,
        key,
        kind: "FloatStorage",
        stored: 6,
        first: 0,
        shape: vec![2, 3],
        strides: vec![3, 1],
        counted: 6,
        data: (1..=6u8).flat_map(|x| f32::from(x).to_le_bytes()).collect(),
    }
}

/// A file in PyTorch's older form.
pub fn legacy(tensors: &[Made]) -> Vec<u8> {
    let mut file = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.".to_vec();
    file.extend(b"\x80\x02M\xe9\x03.");
    file.extend([&b"\x80\x02}"[..], &text("little_endian"), b"\x88s."].concat());
    file.extend(b"\x80\x02ccollections\nOrderedDict\n)R(");
    for made in tensors {
        file.extend([text(made.name), tensor(made)].concat());
    }
    file.extend(b"u}b.");
    file.extend(b"\x80\x02](");
    for made in tensors {
        file.extend(text(made.key));
    }
    file.extend(b"e.");
    for made in tensors {
        file.extend(made.counted.to_le_bytes());
        file.extend(&made.data);
    }
    file
}

fn tensor(made: &Made) -> Vec<u8> {
    [
        &b"ctorch._utils\n_rebuild_tensor_v2\n(("[..],
        &text("storage"),
        format!("ctorch\n{}\n", made.kind).as_bytes(),
        &text(made.key),
        &text("cpu"),
        &int(made.stored),
        b"NtQ",
        &int(made.first),
        &tuple(&made.shape),
        &tuple(&made.strides),
        b"\x89ccollections\nOrderedDict\n)RtR",
    ]
    .concat()
}

fn int(value: i32) -> Vec<u8> {
    [&b"J"[..], &value.to_le_bytes()].concat()
}

fn tuple(values: &[i32]) -> Vec<u8> {
    let inside = values.iter().flat_map(|&value| int(value)).collect();
    [vec![b'('], inside, vec![b't']].concat()
}

fn text(value: &str) -> Vec<u8> {
    let length = (value.len() as u32).to_le_bytes();
    [&b"X"[..], &length, value.as_bytes()].concat()
}

/// A wheel with these files.
pub fn wheel(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
