//! The part of the protobuf wire format that an ONNX file needs: varints and length-delimited fields.
//!
//! Source: <https://protobuf.dev/programming-guides/encoding/>.

/// A message under construction. Fields may come in any order; a repeated field is written several times.
#[derive(Default)]
pub struct Message(Vec<u8>);

/// What follows a field's number, in the lowest three bits of its tag: a length and so many bytes. For a varint they are 0.
const LENGTH: u64 = 2;

impl Message {
    /// Appends an integer that is not negative.
    #[inline(never)] // Every inlined copy would be downloaded.
    pub fn int(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    /// Appends text.
    pub fn text(self, field: u64, value: &str) -> Self {
        self.bytes(field, value.as_bytes())
    }

    /// Appends bytes.
    #[inline(never)] // Every inlined copy would be downloaded.
    pub fn bytes(mut self, field: u64, value: &[u8]) -> Self {
        self.varint(field << 3 | LENGTH);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    /// Appends a message.
    pub fn message(self, field: u64, value: &Message) -> Self {
        self.bytes(field, &value.0)
    }

    /// Appends one field a message.
    #[inline(never)] // Every inlined copy would be downloaded.
    pub fn messages(self, field: u64, values: &[Message]) -> Self {
        values
            .iter()
            .fold(self, |all, value| all.message(field, value))
    }

    /// The message as bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Seven bits a byte, the lowest first; the top bit says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}
