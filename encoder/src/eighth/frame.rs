//! The frame of a JPEG, the components that it consists of, and the scans that bring their means.

use super::entropy::{Bits, Huffman, Input};
use super::{Eighth, MAX_SIDE, SIDE, Stop, Tables, exif};

/// Blocks that are coded together: annex B.2.3.
const MOST_TOGETHER: usize = 10;

/// Largest category of a difference of means: annex F.1.2.1.
const MOST_BITS: u8 = 11;

#[derive(Debug)]
pub struct Frame {
    pub progressive: bool,
    width: usize,
    height: usize,
    /// The largest sampling factors.
    across: usize,
    down: usize,
    components: Vec<Component>,
}

#[derive(Debug)]
struct Component {
    id: u8,
    across: usize,
    down: usize,
    table: usize,
    /// Known from the first scan on.
    step: Option<u16>,
    columns: usize,
    means: Vec<i16>,
    /// Bits that the means lack; `None` where there are none yet.
    low: Option<u8>,
}

/// A scan with means.
#[derive(Debug)]
pub struct Scan {
    parts: Vec<Part>,
    /// Units of blocks that are coded together.
    columns: usize,
    rows: usize,
    next: usize,
    /// Bits of the means that come in later scans.
    low: u8,
    /// Whether one bit is added to means that are there.
    refines: bool,
    bits: Bits,
}

#[derive(Debug)]
struct Part {
    component: usize,
    means: usize,
    others: usize,
    /// Blocks of it in a unit.
    across: usize,
    down: usize,
    last: i32,
}

impl Frame {
    /// Annex B.2.2. `None` for what is not read.
    pub fn new(progressive: bool, body: &[u8]) -> Option<Self> {
        let ([8, size @ .., count], components) = body.split_first_chunk::<6>()? else {
            return None;
        };
        let [height, width] = [[size[0], size[1]], [size[2], size[3]]]
            .map(|side| usize::from(u16::from_be_bytes(side)));
        let sides = 1..=MAX_SIDE as usize;
        let (components, []) = components.as_chunks::<3>() else {
            return None;
        };
        // Three of these names are no YCbCr.
        let colours = !components.iter().map(|c| c[0]).eq(*b"RGB");
        let sampled = |c: &[u8; 3]| (usize::from(c[1] >> 4), usize::from(c[1] & 15));
        let across = components.iter().map(|c| sampled(c).0).max()?;
        let down = components.iter().map(|c| sampled(c).1).max()?;
        // Decoders read no others, so there is nothing to compare with.
        let divides = |factor, most| (1..=4).contains(&factor) && most % factor == 0;
        let fine = components
            .iter()
            .all(|c| divides(sampled(c).0, across) && divides(sampled(c).1, down) && c[2] < 4);
        let known = matches!(count, 1 | 3) && components.len() == usize::from(*count);
        if !(known && fine && colours && sides.contains(&width) && sides.contains(&height)) {
            return None;
        }
        let units = [width.div_ceil(SIDE * across), height.div_ceil(SIDE * down)];
        let components = components
            .iter()
            .map(|c| {
                let (across, down) = sampled(c);
                let columns = units[0] * across;
                Component {
                    id: c[0],
                    across,
                    down,
                    table: c[2].into(),
                    step: None,
                    columns,
                    means: vec![0; columns * units[1] * down],
                    low: None,
                }
            })
            .collect();
        Some(Self {
            progressive,
            width,
            height,
            across,
            down,
            components,
        })
    }

    /// Notes what a scan has brought.
    pub fn mark(&mut self, scan: &Scan) {
        for part in &scan.parts {
            self.components[part.component].low = Some(scan.low);
        }
    }

    pub fn is_complete(&self) -> bool {
        self.components
            .iter()
            .all(|component| component.low == Some(0))
    }

    /// Annex B.2.3. `Some(None)` for a scan without means; `None` for what is not read.
    pub fn scan(&mut self, body: &[u8], tables: &Tables) -> Option<Option<Scan>> {
        let (&count, rest) = body.split_first()?;
        let (parts, rest) = rest.split_at_checked(2 * usize::from(count))?;
        let &[first, last, bits] = rest else {
            return None;
        };
        let (high, low) = (bits >> 4, bits & 15);
        match (self.progressive, first, last) {
            (true, 1.., _) => return Some(None),
            (true, 0, 0) if low <= 13 && (high == 0 || high == low + 1) => {}
            (false, 0, 63) if bits == 0 => {}
            _ => return None,
        }
        let alone = count == 1;
        let parts: Option<Vec<Part>> = parts
            .as_chunks::<2>()
            .0
            .iter()
            .map(|&[id, codes]| {
                let component = self.components.iter().position(|c| c.id == id)?;
                let [means, others] = [codes >> 4, codes & 15].map(usize::from);
                let found = &mut self.components[component];
                (found.low == (high > 0).then_some(high)).then_some(())?;
                found.step = Some(found.step.or(*tables.steps.get(found.table)?)?);
                // A refinement has no codes, a progressive file's means come without the others.
                (high > 0 || tables.means.get(means)?.is_some()).then_some(())?;
                (self.progressive || tables.others.get(others)?.is_some()).then_some(())?;
                Some(Part {
                    component,
                    means,
                    others,
                    across: if alone { 1 } else { found.across },
                    down: if alone { 1 } else { found.down },
                    last: 0,
                })
            })
            .collect();
        let parts = parts?;
        let together: usize = parts.iter().map(|part| part.across * part.down).sum();
        let twice = (1..parts.len()).any(|i| {
            parts[..i]
                .iter()
                .any(|part| part.component == parts[i].component)
        });
        if !(1..=MOST_TOGETHER).contains(&together) || twice {
            return None;
        }
        // A component alone has no blocks but those with pixels.
        let [columns, rows] = if alone {
            let component = &self.components[parts[0].component];
            [
                (self.width * component.across).div_ceil(SIDE * self.across),
                (self.height * component.down).div_ceil(SIDE * self.down),
            ]
        } else {
            [
                self.width.div_ceil(SIDE * self.across),
                self.height.div_ceil(SIDE * self.down),
            ]
        };
        Some(Some(Scan {
            parts,
            columns,
            rows,
            next: 0,
            low,
            refines: high > 0,
            bits: Bits::default(),
        }))
    }

    /// The means as pixels, upright.
    pub fn picture(&self, orientation: u8) -> Eighth {
        let size = (self.width.div_ceil(SIDE), self.height.div_ceil(SIDE));
        let (width, height) = if exif::lies(orientation) {
            (size.1, size.0)
        } else {
            size
        };
        let mut rgba = vec![u8::MAX; 4 * width * height];
        for y in 0..size.1 {
            for x in 0..size.0 {
                let level = |component: &Component| {
                    let column = x * component.across / self.across;
                    let row = y * component.down / self.down;
                    let mean = f32::from(component.means[row * component.columns + column]);
                    mean * f32::from(component.step.unwrap_or(1)) / SIDE as f32
                };
                let rgb = match &self.components[..] {
                    [luma, blue, red] => {
                        let (luma, blue, red) = (level(luma), level(blue), level(red));
                        [
                            luma + 1.402 * red,
                            luma - 0.344_136 * blue - 0.714_136 * red,
                            luma + 1.772 * blue,
                        ]
                    }
                    grey => [level(&grey[0]); 3],
                };
                let (x, y) = exif::turned(orientation, (x, y), size);
                let pixel = &mut rgba[4 * (y * width + x)..][..3];
                for (byte, level) in pixel.iter_mut().zip(rgb) {
                    *byte = (level + 128.5) as u8;
                }
            }
        }
        Eighth {
            width: width as u32,
            height: height as u32,
            rgba,
        }
    }
}

impl Scan {
    pub fn is_over(&self) -> bool {
        self.next == self.columns * self.rows
    }

    /// Reads the blocks that are coded together, and before them a restart where one is due.
    pub fn unit(
        &mut self,
        frame: &mut Frame,
        tables: &Tables,
        input: &mut Input,
    ) -> Result<(), Stop> {
        if self.next > 0 && tables.interval > 0 && self.next.is_multiple_of(tables.interval) {
            let number = self.next / tables.interval - 1;
            self.bits.restart(0xd0 + (number % 8) as u8, input)?;
            for part in &mut self.parts {
                part.last = 0;
            }
        }
        let (x, y) = (self.next % self.columns, self.next / self.columns);
        for part in &mut self.parts {
            let component = &mut frame.components[part.component];
            for row in 0..part.down {
                for column in 0..part.across {
                    let place =
                        (y * part.down + row) * component.columns + x * part.across + column;
                    let mean = &mut component.means[place];
                    if self.refines {
                        *mean |= (self.bits.take(1, input)? << self.low) as i16;
                        continue;
                    }
                    let codes = tables.means[part.means].as_ref().ok_or(Stop::Foreign)?;
                    let size = codes.symbol(&mut self.bits, input)?;
                    if size > MOST_BITS {
                        return Err(Stop::Foreign);
                    }
                    let difference = self.bits.difference(size.into(), input)?;
                    part.last = part.last.wrapping_add(difference);
                    *mean = (part.last << self.low) as i16;
                    if !frame.progressive {
                        let codes = tables.others[part.others].as_ref().ok_or(Stop::Foreign)?;
                        skip_others(codes, &mut self.bits, input)?;
                    }
                }
            }
        }
        self.next += 1;
        Ok(())
    }
}

/// Reads over the coefficients of a block behind its mean: figure F.13.
fn skip_others(codes: &Huffman, bits: &mut Bits, input: &mut Input) -> Result<(), Stop> {
    let mut at = 1;
    while at < 64 {
        let symbol = codes.symbol(bits, input)?;
        match (symbol >> 4, symbol & 15) {
            (15, 0) => at += 16,
            (_, 0) => break,
            (zeros, size) => {
                at += u32::from(zeros) + 1;
                bits.take(size.into(), input)?;
            }
        }
    }
    if at > 64 { Err(Stop::Foreign) } else { Ok(()) }
}
