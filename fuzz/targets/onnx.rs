//! ONNX files: any bytes are a model or are refused, and a model that was loaded runs or says why not.
#![no_main]

use handful_encoder::Encoder;
use handful_fuzz::bounds::in_time;
use handful_fuzz::{protobuf, words};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use std::sync::LazyLock;

static WORDS: LazyLock<Vec<&str>> =
    LazyLock::new(|| words(include_str!("../dictionaries/onnx.dict")));

/// Channels before and behind height and width.
const MANIFESTS: [&str; 2] = [
    include_str!("../manifests/nchw.json"),
    include_str!("../manifests/nhwc.json"),
];

fuzz_target!(
    init: {
        // The engine's panics on damaged graphs are caught by the library; ours are faults.
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent();
            let file = panic.location().map(|place| std::path::Path::new(place.file()));
            if file.zip(here).is_some_and(|(file, here)| file.starts_with(here) || file.is_relative()) {
                tell(panic);
            }
        }));
    },
    |bytes: &[u8]| in_time(|| check(bytes))
);

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    protobuf::mutator(data, size, max_size, seed, &WORDS)
});

fn check(bytes: &[u8]) {
    for manifest in MANIFESTS {
        if let Ok(encoder) = Encoder::new(manifest, bytes) {
            let tensor: Vec<f32> = (0..3 * 8 * 8)
                .map(|i| (i % 13) as f32 / 6.0 - 1.0)
                .collect();
            if let Ok(row) = encoder.run(&tensor) {
                assert_eq!(row.len(), 8);
                assert!(row.iter().all(|v| v.is_finite()), "{row:?}");
            }
        }
    }
}
