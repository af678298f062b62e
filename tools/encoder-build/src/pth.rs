//! PyTorch's older form of a file of weights, which `torch.save` wrote before it wrote zip archives.
//!
//! Five pickles (a magic number, a version, facts about the machine that wrote it, the weights' names and shapes, the
//! keys of the storages), then each storage in the order of the keys: a count of eight bytes and the numbers.
//!
//! Source: `_legacy_save` in <https://github.com/pytorch/pytorch/blob/main/torch/serialization.py>.

use crate::pickle::{self, PickleError, Value};
use crate::tensors::{Tensor, Tensors};
use std::collections::BTreeMap;
use thiserror::Error;

const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
const VERSION: i128 = 1001;

/// Why a file of weights cannot be read.
#[derive(Debug, Error, PartialEq)]
pub enum PthError {
    #[error(
        "these weights are in PyTorch's newer form, a zip archive; only the older form can be read here"
    )]
    Zip,
    #[error(
        "this is no file of weights in PyTorch's older form: its first number is not the one that such files begin with"
    )]
    NoMagic,
    #[error(
        "these weights are in version {0} of PyTorch's older form; only {VERSION} can be read here"
    )]
    Version(i128),
    #[error("these weights were written by a machine whose bytes are in another order")]
    ByteOrder,
    #[error("{part}: {source}")]
    Pickle {
        part: &'static str,
        source: PickleError,
    },
    #[error("the tensor {name} cannot be read: {what}")]
    Tensor { name: String, what: &'static str },
    #[error("the list of weights cannot be read: {0}")]
    Contents(&'static str),
    #[error("the storage {key} cannot be read: {what}")]
    Storage { key: String, what: &'static str },
    #[error("{0} bytes follow the last storage, which belong to nothing")]
    TooMuch(usize),
}

type Result<T> = std::result::Result<T, PthError>;

/// Reads the floating-point tensors of a file of weights. Whole numbers (how many batches were seen) are passed over.
///
/// # Errors
/// Where the file is of another form, damaged, or holds anything but tensors.
pub fn read(bytes: &[u8]) -> Result<Tensors> {
    if bytes.starts_with(b"PK") {
        return Err(PthError::Zip);
    }
    let mut rest = bytes;
    let mut next = |part| {
        let (value, used) =
            pickle::read(rest).map_err(|source| PthError::Pickle { part, source })?;
        rest = &rest[used..];
        Ok(value)
    };
    // What is no pickle at all is called what it is, not a damaged one.
    match next("its first number") {
        Ok(Value::Int(MAGIC)) => {}
        Err(
            error @ PthError::Pickle {
                source: PickleError::Truncated { .. },
                ..
            },
        ) => return Err(error),
        _ => return Err(PthError::NoMagic),
    }
    match next("its version")? {
        Value::Int(VERSION) => {}
        Value::Int(other) => return Err(PthError::Version(other)),
        _ => return Err(PthError::Contents("its version is no number")),
    }
    let machine = next("what is said of the machine")?;
    if entry(&machine, "little_endian") != Some(&Value::Bool(true)) {
        return Err(PthError::ByteOrder);
    }
    let contents = next("the list of weights")?;
    let keys = next("the list of storages")?;
    let placed = placed(&contents)?;
    let storages = storages(&keys, &placed, rest)?;
    tensors(&placed, &storages)
}

/// An entry of a dictionary.
fn entry<'a>(dictionary: &'a Value, name: &str) -> Option<&'a Value> {
    let Value::Dict(items) = dictionary else {
        return None;
    };
    let found = items
        .iter()
        .find(|(key, _)| matches!(key, Value::Text(key) if **key == *name));
    found.map(|(_, value)| value)
}

/// What the numbers of a storage are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Float,
    Long,
}

impl Kind {
    fn bytes(self) -> usize {
        match self {
            Kind::Float => 4,
            Kind::Long => 8,
        }
    }
}

/// Where a tensor lies.
struct Placed<'a> {
    name: &'a str,
    key: &'a str,
    kind: Kind,
    /// How many numbers its storage holds.
    stored: usize,
    first: usize,
    shape: Vec<usize>,
    /// How far apart in the storage neighbours on each axis are. TensorFlow's weights keep the order of their axes there.
    strides: Vec<usize>,
}

impl Placed<'_> {
    /// Where each number lies in the storage, in row-major order.
    fn places(&self) -> Vec<usize> {
        let mut places = vec![self.first];
        for (&n, &stride) in self.shape.iter().zip(&self.strides) {
            let along = |&at: &usize| (0..n).map(move |i| at + i * stride);
            places = places.iter().flat_map(along).collect();
        }
        places
    }
}

/// Where each tensor of the list lies.
fn placed(contents: &Value) -> Result<Vec<Placed<'_>>> {
    let Value::Call(contents) = contents else {
        return Err(PthError::Contents("it is no dictionary of tensors"));
    };
    if (&*contents.callable.module, &*contents.callable.name) != ("collections", "OrderedDict") {
        return Err(PthError::Contents("it is no dictionary of tensors"));
    }
    let mut all = Vec::with_capacity(contents.items.len());
    for (name, tensor) in &contents.items {
        let Value::Text(name) = name else {
            return Err(PthError::Contents("a name is no text"));
        };
        all.push(place(name, tensor).map_err(|what| PthError::Tensor {
            name: name.to_string(),
            what,
        })?);
    }
    Ok(all)
}

/// Where a tensor lies: `_rebuild_tensor_v2(storage, first, shape, strides, requires_grad, hooks)`, the storage being
/// kept outside of the pickle as `("storage", type, key, device, count, view)`.
fn place<'a>(name: &'a str, tensor: &'a Value) -> std::result::Result<Placed<'a>, &'static str> {
    let Value::Call(call) = tensor else {
        return Err("it is no tensor");
    };
    if (&*call.callable.module, &*call.callable.name) != ("torch._utils", "_rebuild_tensor_v2") {
        return Err("it is no tensor");
    }
    let [
        Value::Persistent(storage),
        first,
        Value::Tuple(shape),
        Value::Tuple(strides),
        ..,
    ] = &call.arguments[..]
    else {
        return Err("its storage, place, shape or strides are missing");
    };
    let Value::Tuple(storage) = &**storage else {
        return Err("its storage is not described");
    };
    let [
        Value::Text(word),
        Value::Global(kind),
        Value::Text(key),
        _device,
        stored,
        Value::None,
    ] = &storage[..]
    else {
        return Err("its storage is not described as such files do, or is a view of another");
    };
    let kind = match (&*kind.module, &*kind.name) {
        ("torch", "FloatStorage") => Kind::Float,
        ("torch", "LongStorage") => Kind::Long,
        _ => return Err("its numbers are neither 32-bit floating-point nor 64-bit whole ones"),
    };
    if **word != *"storage" {
        return Err("what lies outside of the pickle is no storage");
    }
    let (shape, strides) = (sizes(shape)?, sizes(strides)?);
    let (first, stored) = (size(first)?, size(stored)?);
    if shape.len() != strides.len() || shape.contains(&0) {
        return Err("its shape and its strides do not belong together");
    }
    // Strides of zero could make more numbers of a few than there is memory for.
    let count = shape.iter().try_fold(1usize, |n, &m| n.checked_mul(m));
    if count.is_none_or(|count| count > stored) {
        return Err("it has more numbers than its storage");
    }
    let last = shape
        .iter()
        .zip(&strides)
        .try_fold(first, |at, (&n, &stride)| {
            at.checked_add((n - 1).checked_mul(stride)?)
        });
    if last.is_none_or(|last| last >= stored) {
        return Err("it reaches beyond its storage");
    }
    Ok(Placed {
        name,
        key,
        kind,
        stored,
        first,
        shape,
        strides,
    })
}

fn size(value: &Value) -> std::result::Result<usize, &'static str> {
    let Value::Int(value) = value else {
        return Err("a size is no number");
    };
    usize::try_from(*value).map_err(|_| "a size is negative or too large")
}

fn sizes(values: &[Value]) -> std::result::Result<Vec<usize>, &'static str> {
    values.iter().map(size).collect()
}

/// The bytes of each storage.
fn storages<'a>(
    keys: &'a Value,
    placed: &[Placed<'_>],
    mut rest: &'a [u8],
) -> Result<BTreeMap<&'a str, &'a [u8]>> {
    let Value::List(keys) = keys else {
        return Err(PthError::Contents("the storages are not listed"));
    };
    let mut found = BTreeMap::new();
    let described: BTreeMap<_, _> = placed.iter().map(|tensor| (tensor.key, tensor)).collect();
    // Tensors that share numbers could be made to take far more memory than the file has bytes.
    if described.len() < placed.len() {
        return Err(PthError::Contents("two tensors share a storage"));
    }
    for key in keys {
        let Value::Text(key) = key else {
            return Err(PthError::Contents("the key of a storage is no text"));
        };
        let wrong = |what| PthError::Storage {
            key: key.to_string(),
            what,
        };
        let tensor = described
            .get(&**key)
            .ok_or_else(|| wrong("no tensor lies in it"))?;
        let (count, after) = rest
            .split_first_chunk()
            .ok_or_else(|| wrong("the file ends before it"))?;
        if u64::from_le_bytes(*count) != tensor.stored as u64 {
            return Err(wrong(
                "it is not of the length that the list of weights says",
            ));
        }
        let (data, after) = tensor
            .stored
            .checked_mul(tensor.kind.bytes())
            .and_then(|n| after.split_at_checked(n))
            .ok_or_else(|| wrong("the file ends within it"))?;
        if found.insert(&**key, data).is_some() {
            return Err(wrong("it is listed twice"));
        }
        rest = after;
    }
    if !rest.is_empty() {
        return Err(PthError::TooMuch(rest.len()));
    }
    Ok(found)
}

fn tensors(placed: &[Placed<'_>], storages: &BTreeMap<&str, &[u8]>) -> Result<Tensors> {
    let mut tensors = Tensors::default();
    for tensor in placed.iter().filter(|tensor| tensor.kind == Kind::Float) {
        let wrong = |what| PthError::Tensor {
            name: tensor.name.to_owned(),
            what,
        };
        let storage = storages
            .get(tensor.key)
            .ok_or_else(|| wrong("its storage is missing"))?;
        let (numbers, _) = storage.as_chunks();
        let places = tensor.places();
        let data = places
            .iter()
            .map(|&at| f32::from_le_bytes(numbers[at]))
            .collect();
        let shape = tensor.shape.clone();
        if !tensors.insert(tensor.name.to_owned(), Tensor { shape, data }) {
            return Err(wrong("there are two of this name"));
        }
    }
    Ok(tensors)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{Made, legacy, matrix};

    fn one(change: impl FnOnce(&mut Made)) -> Result<Tensors> {
        let mut made = matrix("a", "0");
        change(&mut made);
        read(&legacy(&[made]))
    }

    fn message(result: Result<Tensors>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn tensors_are_read_whatever_the_order_of_their_axes_in_the_file() {
        let mut turned = matrix("turned", "1");
        turned.strides = vec![1, 2];
        let mut part = matrix("part", "2");
        (part.first, part.shape, part.strides) = (4, vec![2], vec![1]);
        let mut counter = matrix("counter", "3");
        counter.kind = "LongStorage";
        (counter.stored, counter.counted) = (1, 1);
        (counter.shape, counter.strides) = (vec![], vec![]);
        counter.data = vec![7; 8];
        let mut tensors = read(&legacy(&[matrix("a", "0"), turned, part, counter])).unwrap();
        assert_eq!(
            tensors.take("a", &[2, 3]).unwrap(),
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
        );
        assert_eq!(
            tensors.take("turned", &[2, 3]).unwrap(),
            [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]
        );
        assert_eq!(tensors.take("part", &[2]).unwrap(), [5.0, 6.0]);
        assert_eq!(tensors.names().next(), None);
    }

    #[test]
    fn what_is_cut_off_anywhere_is_an_error() {
        let file = legacy(&[matrix("a", "0"), matrix("b", "1")]);
        assert!(read(&file).is_ok());
        for n in 0..file.len() {
            assert!(read(&file[..n]).is_err(), "{n}");
        }
        assert_eq!(read(&[file, vec![0]].concat()), Err(PthError::TooMuch(1)));
    }

    #[test]
    fn other_forms_are_called_what_they_are() {
        assert_eq!(read(b"PK\x03\x04rest"), Err(PthError::Zip));
        assert_eq!(read(b"\x89PNG\r\n\x1a\n"), Err(PthError::NoMagic));
        let file = legacy(&[]);
        let changed = |at: usize, byte| {
            let mut file = file.clone();
            file[at] = byte;
            read(&file)
        };
        assert_eq!(changed(4, 0), Err(PthError::NoMagic));
        let version = file.windows(3).position(|w| w == b"M\xe9\x03").unwrap();
        assert_eq!(changed(version + 1, 0xea), Err(PthError::Version(1002)));
        let order = file.windows(3).position(|w| w == b"\x88s.").unwrap();
        assert_eq!(changed(order, 0x89), Err(PthError::ByteOrder));
    }

    #[test]
    fn a_tensor_stays_within_its_storage_however_large_its_numbers_are() {
        let changes: [fn(&mut Made); 10] = [
            |made| made.first = 1,
            |made| made.first = -1,
            |made| made.shape = vec![3, 3],
            |made| made.shape = vec![i32::MAX; 3],
            |made| made.shape = vec![0, 3],
            |made| made.strides = vec![4, 1],
            |made| made.strides = vec![i32::MAX, i32::MAX],
            |made| made.strides = vec![1],
            |made| (made.shape, made.strides) = (vec![i32::MAX], vec![0]),
            |made| made.kind = "HalfStorage",
        ];
        for change in changes {
            let message = message(one(change));
            assert!(
                message.starts_with("the tensor a cannot be read"),
                "{message}"
            );
        }
    }

    #[test]
    fn a_storage_is_as_long_as_it_is_said_to_be() {
        let changes: [fn(&mut Made); 4] = [
            |made| made.counted = 5,
            |made| made.counted = u64::MAX,
            |made| (made.stored, made.counted) = (i32::MAX, i32::MAX as u64),
            |made| made.data.truncate(23),
        ];
        for change in changes {
            let message = message(one(change));
            assert!(
                message.starts_with("the storage 0 cannot be read"),
                "{message}"
            );
        }
    }

    #[test]
    fn storages_and_names_are_used_once() {
        let shared = read(&legacy(&[matrix("a", "0"), matrix("b", "0")]));
        assert!(message(shared).contains("share a storage"));
        let twice = read(&legacy(&[matrix("a", "0"), matrix("a", "1")]));
        assert!(message(twice).contains("two of this name"));
    }

    #[test]
    fn code_is_named_and_not_run() {
        let file = legacy(&[matrix("a", "0")]);
        let text = b"torch._utils\n_rebuild_tensor_v2";
        let at = file.windows(text.len()).position(|w| w == text).unwrap();
        let file = [&file[..at], b"os\nsystem", &file[at + text.len()..]].concat();
        assert!(message(read(&file)).contains("it is no tensor"));
    }
}
