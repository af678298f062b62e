//! JPEGs at an eighth of their size: any bytes are a picture, cut, or of another kind, in whatever parts they come.
#![no_main]

use handful_encoder::{EighthReader, Ending, MAX_SIDE};
use handful_fuzz::bounds::in_time;
use libfuzzer_sys::fuzz_target;

/// Bytes behind the input, so that some of it is read while more still come.
const MORE: usize = 1 << 18;

fuzz_target!(|bytes: &[u8]| in_time(|| check(bytes)));

fn check(bytes: &[u8]) {
    if let Ending::Picture(picture) = read(bytes, MORE) {
        let sides = 1..=MAX_SIDE.div_ceil(8);
        assert!(sides.contains(&picture.width) && sides.contains(&picture.height));
        let pixels = picture.width as usize * picture.height as usize;
        assert_eq!(picture.rgba.len(), 4 * pixels);
        assert!(picture.rgba.chunks(4).all(|pixel| pixel[3] == u8::MAX));
    }
    let mut longer = bytes.to_vec();
    longer.resize(bytes.len() + MORE, 0);
    assert_eq!(read(&longer, longer.len()), read(&longer, MORE / 5));
}

fn read(bytes: &[u8], length: usize) -> Ending {
    let mut reader = EighthReader::new();
    for part in bytes.chunks(length) {
        reader.push(part);
    }
    reader.finish()
}
