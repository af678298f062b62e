//! Whether a colour profile is that of sRGB: ISO 15076-1, by its numbers, because names are anyone's.

/// What an APP2 segment of a profile begins with.
const NAME: &[u8] = b"ICC_PROFILE\0";

/// Red, green and blue of sRGB (IEC 61966-2-1), adapted to the white of profiles: X, Y, Z.
const COLOURS: [(&[u8], [f64; 3]); 3] = [
    (b"rXYZ", [0.4361, 0.2225, 0.0139]),
    (b"gXYZ", [0.3851, 0.7169, 0.0971]),
    (b"bXYZ", [0.1431, 0.0606, 0.7141]),
];

/// The curve from levels to light: `((a x + b)^g` from `d` on, `c x` before).
const CURVE: [f64; 5] = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045];

/// Some of its points.
const POINTS: [(f64, f64); 4] = [
    (0.0625, 0.005_16),
    (0.25, 0.050_88),
    (0.5, 0.214_04),
    (0.75, 0.522_52),
];

/// Profiles of sRGB differ by so much; what looks like it but is a power of 2.2 has 0.0036.
const TOLERANCE: f64 = 0.0015;

/// Tags that describe the colours in another way, which comes before this one.
const OTHERS: [&[u8]; 2] = [b"A2B0", b"cicp"];

/// Whether a segment that may hold a profile, or a part of one, leaves colours as they are.
pub fn is_harmless(segment: &[u8]) -> bool {
    match segment.strip_prefix(NAME) {
        None => true,
        // The first of one: no profile of sRGB needs two segments.
        Some([1, 1, profile @ ..]) => is_srgb(profile) == Some(true),
        Some(_) => false,
    }
}

/// `None` for what ends too early.
fn is_srgb(profile: &[u8]) -> Option<bool> {
    if profile.get(16..24)? != b"RGB XYZ " || OTHERS.iter().any(|name| tag(profile, name).is_some())
    {
        return Some(false);
    }
    for (name, expected) in COLOURS {
        let numbers = tag(profile, name)?.strip_prefix(b"XYZ \0\0\0\0")?;
        if !are(numbers, &expected)? {
            return Some(false);
        }
    }
    for name in [b"rTRC", b"gTRC", b"bTRC"] {
        let curve = tag(profile, name)?;
        let same = match curve.get(..8)? {
            b"para\0\0\0\0" => curve.get(8..12)? == [0, 3, 0, 0] && are(curve.get(12..)?, &CURVE)?,
            b"curv\0\0\0\0" => follows(curve)?,
            _ => false,
        };
        if !same {
            return Some(false);
        }
    }
    Some(true)
}

/// The data of a tag.
fn tag<'a>(profile: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (tags, _) = profile.get(132..)?.as_chunks::<12>();
    let count = word(profile, 128)? as usize;
    let found = tags.iter().take(count).find(|tag| tag.starts_with(name))?;
    let (start, length) = (word(found, 4)? as usize, word(found, 8)? as usize);
    profile.get(start..start.checked_add(length)?)
}

/// Whether numbers with 16 bits behind the point are the expected ones.
fn are(numbers: &[u8], expected: &[f64]) -> Option<bool> {
    let mut same = true;
    for (i, expected) in expected.iter().enumerate() {
        let number = f64::from(word(numbers, 4 * i)? as i32) / 65_536.0;
        same &= (number - expected).abs() < TOLERANCE;
    }
    Some(same)
}

/// Whether a table goes through the points of the curve, with straight lines between its entries.
fn follows(curve: &[u8]) -> Option<bool> {
    let count = word(curve, 8)? as usize;
    let (entries, _) = curve.get(12..)?.as_chunks::<2>();
    let entries = entries.get(..count)?;
    // None is a straight line, one a power.
    if count < 2 {
        return Some(false);
    }
    let entry = |i: usize| f64::from(u16::from_be_bytes(entries[i])) / 65_535.0;
    Some(POINTS.iter().all(|&(x, expected)| {
        let place = x * (count - 1) as f64;
        let (i, part) = (place as usize, place.fract());
        let y = entry(i) * (1.0 - part) + entry((i + 1).min(count - 1)) * part;
        (y - expected).abs() < TOLERANCE
    }))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}
