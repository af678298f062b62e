//! Python's pickles, read as data: nothing that they name is ever run.
//!
//! A pickle is a program for a small stack machine. Only the instructions that a file of weights uses are known here;
//! any other is refused. What a pickle would call is kept as a [`Call`], for the caller to recognise.
//!
//! Source: <https://docs.python.org/3/library/pickletools.html> and the comments of CPython's `pickletools.py`.

use std::collections::BTreeMap;
use std::rc::Rc;
use thiserror::Error;

/// Longest pickle that is read. Those of weights hold names and shapes only: some fifty kilobytes.
const LONGEST: usize = 4 << 20;

/// Most values inside one another; weights need five. It bounds what printing and dropping a value recurse into.
const DEEPEST: u32 = 32;

/// What a pickle holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    None,
    Bool(bool),
    Int(i128),
    Text(Rc<str>),
    Tuple(Rc<[Value]>),
    List(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// A class or function, by name.
    Global(Rc<Global>),
    /// What the file keeps outside of the pickle, by what identifies it.
    Persistent(Rc<Value>),
    Call(Box<Call>),
}

/// The name of a class or function.
#[derive(Debug, PartialEq)]
pub struct Global {
    pub module: String,
    pub name: String,
}

/// What was to be called, with what, and the items that were to be set in the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub callable: Rc<Global>,
    pub arguments: Rc<[Value]>,
    pub items: Vec<(Value, Value)>,
}

/// Why a pickle cannot be read. Places are in bytes from the pickle's start.
#[derive(Debug, Error, PartialEq)]
pub enum PickleError {
    #[error("the pickle ends too early, at byte {at}: the file is cut off or damaged")]
    Truncated { at: usize },
    #[error(
        "the pickle has no end within {LONGEST} bytes, so it holds more than the names and shapes of weights"
    )]
    TooLong,
    #[error(
        "the instruction 0x{code:02x} at byte {at} of the pickle is none that a file of weights needs"
    )]
    Unknown { code: u8, at: usize },
    #[error("the pickle is damaged at byte {at}: {what}")]
    Malformed { at: usize, what: &'static str },
}

type Result<T> = std::result::Result<T, PickleError>;

/// Reads the pickle at the start of `bytes`.
///
/// # Returns
/// What it holds, and how many bytes it takes.
/// # Errors
/// Where it is damaged or uses an instruction that is not known here.
pub fn read(bytes: &[u8]) -> Result<(Value, usize)> {
    let mut machine = Machine {
        bytes: &bytes[..bytes.len().min(LONGEST)],
        at: 0,
        stack: Vec::new(),
        marks: Vec::new(),
        memo: BTreeMap::new(),
    };
    match machine.run() {
        Err(PickleError::Truncated { .. }) if bytes.len() > LONGEST => Err(PickleError::TooLong),
        Err(error) => Err(error),
        Ok(value) => Ok((value, machine.at)),
    }
}

/// A value, and how many lie inside one another in it.
#[derive(Clone)]
struct Item {
    value: Value,
    depth: u32,
}

struct Machine<'a> {
    bytes: &'a [u8],
    at: usize,
    stack: Vec<Item>,
    /// Heights of the stack, the latest last.
    marks: Vec<usize>,
    /// Values by the number they were kept under. `None` is one that may still change: a copy would miss the change.
    memo: BTreeMap<u32, Option<Item>>,
}

impl Machine<'_> {
    fn run(&mut self) -> Result<Value> {
        loop {
            let at = self.at;
            match self.byte()? {
                // PROTO: versions differ in which instructions they use, and those are checked one by one.
                0x80 => {
                    self.byte()?;
                }
                b'.' => {
                    let last = self.pop()?.value;
                    if !self.stack.is_empty() {
                        return self.malformed("it leaves more than one value");
                    }
                    return Ok(last);
                }
                b'(' => self.marks.push(self.stack.len()),
                b'N' => self.push(Value::None),
                0x88 => self.push(Value::Bool(true)),
                0x89 => self.push(Value::Bool(false)),
                b'K' => {
                    let value = self.byte()?;
                    self.push(Value::Int(value.into()));
                }
                b'M' => {
                    let value = u16::from_le_bytes(self.array()?);
                    self.push(Value::Int(value.into()));
                }
                b'J' => {
                    let value = i32::from_le_bytes(self.array()?);
                    self.push(Value::Int(value.into()));
                }
                0x8a => self.long()?,
                b'X' => {
                    let length = u32::from_le_bytes(self.array()?) as usize;
                    let text = self.text(length)?.into();
                    self.push(Value::Text(text));
                }
                b')' => self.push(Value::Tuple([].into())),
                0x85 => self.tuple_of(1)?,
                0x86 => self.tuple_of(2)?,
                b't' => {
                    let items = self.since_mark()?;
                    self.tuple(items)?;
                }
                b']' => self.push(Value::List(Vec::new())),
                b'e' => self.append()?,
                b'}' => self.push(Value::Dict(Vec::new())),
                b's' => {
                    let items = self.last(2)?;
                    self.set(items)?;
                }
                b'u' => {
                    let items = self.since_mark()?;
                    self.set(items)?;
                }
                b'c' => {
                    let module = self.line()?;
                    let name = self.line()?;
                    self.push(Value::Global(Rc::new(Global { module, name })));
                }
                b'R' => self.call()?,
                // BUILD: attributes of an object, here only what versions of layers there were. Not needed.
                b'b' => {
                    self.pop()?;
                    if !matches!(self.top()?.value, Value::Call(_)) {
                        return self.malformed("attributes are set in what is no object");
                    }
                }
                b'Q' => {
                    let Item { value, depth } = self.pop()?;
                    self.push_deep(Value::Persistent(Rc::new(value)), depth + 1)?;
                }
                b'q' => {
                    let key = self.byte()?;
                    self.keep(key.into())?;
                }
                b'r' => {
                    let key = u32::from_le_bytes(self.array()?);
                    self.keep(key)?;
                }
                b'h' => {
                    let key = self.byte()?;
                    self.recall(key.into())?;
                }
                b'j' => {
                    let key = u32::from_le_bytes(self.array()?);
                    self.recall(key)?;
                }
                code => return Err(PickleError::Unknown { code, at }),
            }
        }
    }

    /// LONG1: a length of one byte and a little-endian number with a sign.
    fn long(&mut self) -> Result<()> {
        let length = self.byte()?.into();
        let bytes = self.take(length)?;
        if length > 16 {
            return self.malformed("a number has more than sixteen bytes");
        }
        let negative = bytes.last().is_some_and(|&byte| byte >= 0x80);
        let mut wide = [if negative { 0xff } else { 0 }; 16];
        wide[..length].copy_from_slice(bytes);
        self.push(Value::Int(i128::from_le_bytes(wide)));
        Ok(())
    }

    fn tuple_of(&mut self, n: usize) -> Result<()> {
        let items = self.last(n)?;
        self.tuple(items)
    }

    fn tuple(&mut self, items: Vec<Item>) -> Result<()> {
        let depth = around(&items);
        let values = items.into_iter().map(|item| item.value).collect();
        self.push_deep(Value::Tuple(values), depth)
    }

    /// APPENDS: all since the mark, to the list before it.
    fn append(&mut self) -> Result<()> {
        let items = self.since_mark()?;
        let mut list = self.pop()?;
        let Value::List(values) = &mut list.value else {
            return self.malformed("values are appended to what is no list");
        };
        let depth = list.depth.max(around(&items));
        values.extend(items.into_iter().map(|item| item.value));
        self.push_deep(list.value, depth)
    }

    /// SETITEM and SETITEMS: keys and values, in turn, into the dictionary below.
    fn set(&mut self, items: Vec<Item>) -> Result<()> {
        let mut target = self.pop()?;
        let into = match &mut target.value {
            Value::Dict(into) => into,
            Value::Call(call) => &mut call.items,
            _ => return self.malformed("items are set in what is no dictionary"),
        };
        if !items.len().is_multiple_of(2) {
            return self.malformed("a key has no value");
        }
        let depth = target.depth.max(around(&items));
        let mut values = items.into_iter().map(|item| item.value);
        while let (Some(key), Some(value)) = (values.next(), values.next()) {
            into.push((key, value));
        }
        self.push_deep(target.value, depth)
    }

    /// REDUCE: what to call and its arguments.
    fn call(&mut self) -> Result<()> {
        let arguments = self.pop()?;
        let callable = self.pop()?.value;
        let (Value::Global(callable), Value::Tuple(values)) = (callable, arguments.value) else {
            return self.malformed("a call is not of a name with a tuple");
        };
        let call = Call {
            callable,
            arguments: values,
            items: Vec::new(),
        };
        self.push_deep(Value::Call(Box::new(call)), arguments.depth + 1)
    }

    /// BINPUT and LONG_BINPUT: keeps the topmost value under a number.
    fn keep(&mut self, key: u32) -> Result<()> {
        let top = self.top()?;
        let changes = matches!(top.value, Value::List(_) | Value::Dict(_) | Value::Call(_));
        let kept = (!changes).then(|| top.clone());
        self.memo.insert(key, kept);
        Ok(())
    }

    /// BINGET and LONG_BINGET.
    fn recall(&mut self, key: u32) -> Result<()> {
        match self.memo.get(&key) {
            Some(Some(item)) => {
                self.stack.push(item.clone());
                Ok(())
            }
            Some(None) => self.malformed("a list, dictionary or object is used twice"),
            None => self.malformed("it uses a value that was not kept"),
        }
    }

    fn push(&mut self, value: Value) {
        self.stack.push(Item { value, depth: 0 });
    }

    fn push_deep(&mut self, value: Value, depth: u32) -> Result<()> {
        if depth > DEEPEST {
            return self.malformed("too many values lie inside one another");
        }
        self.stack.push(Item { value, depth });
        Ok(())
    }

    /// The height of the stack below which nothing may be taken.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<Item> {
        let mut last = self.last(1)?;
        last.pop().map_or_else(|| self.malformed(EMPTY), Ok)
    }

    fn top(&self) -> Result<&Item> {
        self.stack[self.floor()..]
            .last()
            .map_or_else(|| self.malformed(EMPTY), Ok)
    }

    fn last(&mut self, n: usize) -> Result<Vec<Item>> {
        if self.stack.len() - self.floor() < n {
            return self.malformed(EMPTY);
        }
        Ok(self.stack.split_off(self.stack.len() - n))
    }

    fn since_mark(&mut self) -> Result<Vec<Item>> {
        match self.marks.pop() {
            Some(mark) => Ok(self.stack.split_off(mark)),
            None => self.malformed("a mark is missing"),
        }
    }

    fn take(&mut self, n: usize) -> Result<&[u8]> {
        let end = self
            .at
            .checked_add(n)
            .filter(|&end| end <= self.bytes.len());
        let Some(end) = end else {
            return Err(PickleError::Truncated { at: self.at });
        };
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8> {
        self.array().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn text(&mut self, length: usize) -> Result<String> {
        let at = self.at;
        let bytes = self.take(length)?.to_vec();
        String::from_utf8(bytes).map_err(|_| PickleError::Malformed {
            at,
            what: "a text is not UTF-8",
        })
    }

    /// Up to the end of a line, which is taken too.
    fn line(&mut self) -> Result<String> {
        let rest = &self.bytes[self.at..];
        let Some(length) = rest.iter().position(|&byte| byte == b'\n') else {
            return Err(PickleError::Truncated {
                at: self.bytes.len(),
            });
        };
        let line = self.text(length)?;
        self.at += 1;
        Ok(line)
    }

    fn malformed<T>(&self, what: &'static str) -> Result<T> {
        Err(PickleError::Malformed { at: self.at, what })
    }
}

const EMPTY: &str = "it takes a value where there is none";

/// The depth of what holds these.
fn around(items: &[Item]) -> u32 {
    items.iter().map(|item| item.depth + 1).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> Value {
        Value::Text(value.into())
    }

    #[test]
    fn what_python_writes_is_read() {
        // pickle.dumps({"a": (1, -2), "b": [True, None, 300]}, protocol=2)
        let bytes = b"\x80\x02}q\x00(X\x01\x00\x00\x00aq\x01K\x01J\xfe\xff\xff\xff\x86q\x02X\x01\x00\x00\x00bq\x03]q\x04(\x88NM\x2c\x01eu.rest";
        let (value, used) = read(bytes).unwrap();
        assert_eq!(used, bytes.len() - b"rest".len());
        let pair = Value::Tuple([Value::Int(1), Value::Int(-2)].into());
        let list = Value::List(vec![Value::Bool(true), Value::None, Value::Int(300)]);
        assert_eq!(
            value,
            Value::Dict(vec![(text("a"), pair), (text("b"), list)])
        );
    }

    #[test]
    fn numbers_of_any_length_keep_their_sign() {
        assert_eq!(read(b"\x8a\x00.").unwrap().0, Value::Int(0));
        assert_eq!(read(b"\x8a\x01\xff.").unwrap().0, Value::Int(-1));
        assert_eq!(read(b"\x8a\x02\xff\x00.").unwrap().0, Value::Int(255));
        let most = [&[0x8a, 16][..], &[0xff; 15], &[0x7f, b'.']].concat();
        assert_eq!(read(&most).unwrap().0, Value::Int(i128::MAX));
        let more = [&[0x8a, 17][..], &[0; 17], b"."].concat();
        assert!(matches!(read(&more), Err(PickleError::Malformed { .. })));
    }

    #[test]
    fn a_call_is_kept_and_not_made() {
        let (value, _) = read(b"cos\nsystem\nX\x02\x00\x00\x00ls\x85R.").unwrap();
        let Value::Call(call) = value else {
            panic!("{value:?}");
        };
        assert_eq!(
            (&*call.callable.module, &*call.callable.name),
            ("os", "system")
        );
        assert_eq!(call.arguments[..], [text("ls")]);
    }

    #[test]
    fn what_is_cut_off_anywhere_is_an_error() {
        let bytes = b"\x80\x02}q\x00(X\x01\x00\x00\x00aq\x01K\x01J\xfe\xff\xff\xff\x86q\x02u.";
        assert!(read(bytes).is_ok());
        for n in 0..bytes.len() {
            assert!(
                matches!(read(&bytes[..n]), Err(PickleError::Truncated { .. })),
                "{n}"
            );
        }
    }

    #[test]
    fn a_huge_length_is_an_error_and_takes_no_memory() {
        let error = read(b"X\xff\xff\xff\xffabc").unwrap_err();
        assert_eq!(error, PickleError::Truncated { at: 5 });
    }

    #[test]
    fn unknown_instructions_are_named() {
        assert_eq!(
            read(b"K\x01i.").unwrap_err(),
            PickleError::Unknown { code: b'i', at: 2 }
        );
    }

    #[test]
    fn the_stack_is_never_taken_below_its_floor() {
        for bytes in [
            &b"."[..],
            b"R.",
            b"\x85.",
            b"t.",
            b"u.",
            b"K\x01(\x85.",
            b"}(K\x01u.",
            b"K\x01K\x01K\x01s.",
            b"K\x01K\x01.",
            b"q\x00.",
            b"h\x07.",
            b"}q\x00h\x00.",
            b"K\x01Nb.",
            b"K\x01)R.",
            b"K\x01(K\x01e.",
        ] {
            assert!(
                matches!(read(bytes), Err(PickleError::Malformed { .. })),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn values_inside_values_have_a_bottom() {
        let bytes = [&b"K\x01"[..], &vec![0x85; 100_000], b"."].concat();
        assert!(matches!(read(&bytes), Err(PickleError::Malformed { .. })));
    }

    #[test]
    fn a_pickle_without_end_is_given_up() {
        let bytes = vec![b'('; LONGEST + 1];
        assert_eq!(read(&bytes).unwrap_err(), PickleError::TooLong);
    }
}
