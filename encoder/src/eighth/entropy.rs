//! Huffman-coded data of a JPEG: its bytes as they come, bits, codes. ITU T.81, annex F and figures F.12 to F.16.

use super::Stop;

/// Bytes of a file that are at hand.
#[derive(Debug, Default)]
pub struct Input {
    bytes: Vec<u8>,
    at: usize,
}

impl Input {
    /// Appends bytes, and forgets those that were read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.at);
        self.at = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// What was not read yet.
    pub fn left(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// Passes over bytes, of which so many are left.
    pub fn skip(&mut self, count: usize) {
        self.at += count;
        debug_assert!(self.at <= self.bytes.len());
    }

    /// The next byte of entropy-coded data; none before a marker and at the end of the file.
    #[inline]
    fn data(&mut self) -> Option<u8> {
        let (byte, length) = match *self.left() {
            [0xff, 0, ..] => (0xff, 2),
            [0xff, ..] | [] => return None,
            [byte, ..] => (byte, 1),
        };
        self.at += length;
        Some(byte)
    }
}

/// Bits of entropy-coded data, of which some were read ahead.
#[derive(Debug, Default)]
pub struct Bits {
    held: u64,
    count: u32,
}

impl Bits {
    /// The next 16 bits, zeros behind the last one, without reading them.
    #[inline]
    fn peek(&mut self, input: &mut Input) -> u32 {
        // A code and the bits that belong to it are at most 31.
        while self.count < 32 {
            let Some(byte) = input.data() else { break };
            self.held = self.held << 8 | u64::from(byte);
            self.count += 8;
        }
        (self.held << 16 >> self.count) as u32 & 0xffff
    }

    /// The number in the next bits, at most 16.
    ///
    /// # Errors
    /// Where the data end before.
    #[inline]
    pub fn take(&mut self, count: u32, input: &mut Input) -> Result<u32, Stop> {
        let next = self.peek(input);
        if count > self.count {
            return Err(missing(input));
        }
        self.count -= count;
        Ok(next >> (16 - count))
    }

    /// A difference of so many bits, at most 16: table F.2, figure F.12.
    #[inline]
    pub fn difference(&mut self, size: u32, input: &mut Input) -> Result<i32, Stop> {
        let bits = self.take(size, input)? as i32;
        let negative = size > 0 && bits >> (size - 1) == 0;
        Ok(if negative {
            bits - (1 << size) + 1
        } else {
            bits
        })
    }

    /// Goes to the end of the data, which the byte that was begun is; then over the marker with which they go on.
    ///
    /// # Errors
    /// Where that is not what comes.
    pub fn restart(&mut self, marker: u8, input: &mut Input) -> Result<(), Stop> {
        self.peek(input);
        match *input.left() {
            [0xff, code, ..] if code == marker && self.count < 8 => input.skip(2),
            [] | [0xff] if self.count < 8 => return Err(Stop::End),
            _ => return Err(Stop::Foreign),
        }
        *self = Self::default();
        Ok(())
    }
}

/// Why no more data come: the file ends, or there is a marker.
fn missing(input: &Input) -> Stop {
    match input.left() {
        [] | [0xff] => Stop::End,
        _ => Stop::Foreign,
    }
}

/// Bits that one look decides most codes by.
const SHORT: u32 = 8;

/// A table of codes.
#[derive(Debug)]
pub struct Huffman {
    /// Of each start of `SHORT` bits the length and the symbol of its code; length 0 for longer codes.
    short: [(u8, u8); 1 << SHORT],
    /// For each length from 1 on: what follows its last code, as the start of 16 bits.
    ends: [u32; 16],
    /// For each length: what makes a code the place of its symbol.
    shifts: [i32; 16],
    symbols: Vec<u8>,
}

impl Huffman {
    /// How many codes there are of each length, then all symbols: annex C. `None` where so many codes cannot be.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut table = Self {
            short: [(0, 0); 1 << SHORT],
            ends: [0; 16],
            shifts: [0; 16],
            symbols: symbols.to_vec(),
        };
        let (mut code, mut place) = (0_u32, 0_usize);
        for (i, &count) in counts.iter().enumerate() {
            let length = i as u32 + 1;
            table.shifts[i] = place as i32 - code as i32;
            for _ in 0..count {
                if code >> length > 0 {
                    return None;
                }
                let symbol = *symbols.get(place)?;
                if length <= SHORT {
                    let first = code << (SHORT - length);
                    let same = first as usize..(first + (1 << (SHORT - length))) as usize;
                    table.short[same].fill((length as u8, symbol));
                }
                code += 1;
                place += 1;
            }
            table.ends[i] = code << (16 - length);
            code <<= 1;
        }
        Some(table)
    }

    /// The next symbol.
    ///
    /// # Errors
    /// Where the data end before, or no code begins so.
    #[inline]
    pub fn symbol(&self, bits: &mut Bits, input: &mut Input) -> Result<u8, Stop> {
        let next = bits.peek(input);
        let (length, symbol) = match self.short[(next >> (16 - SHORT)) as usize] {
            (0, _) => self.long(next).ok_or_else(|| {
                if bits.count < 16 {
                    missing(input)
                } else {
                    Stop::Foreign
                }
            })?,
            (length, symbol) => (u32::from(length), symbol),
        };
        bits.take(length, input)?;
        Ok(symbol)
    }

    /// Length and symbol of the longer code that these 16 bits begin with.
    fn long(&self, next: u32) -> Option<(u32, u8)> {
        let i = (SHORT as usize..16).find(|&i| next < self.ends[i])?;
        let code = (next >> (15 - i)) as i32;
        let symbol = *self
            .symbols
            .get(usize::try_from(code + self.shifts[i]).ok()?)?;
        Some((i as u32 + 1, symbol))
    }
}
