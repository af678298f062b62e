//! Preprocessing against Pillow 13, per channel value: `models/scripts/make_preprocess_fixture.py` made the fixture.

use crate::fixtures::{PREPROCESS, Tensors, preprocess_manifest, valid_manifest};
use handful::Error;
use handful_encoder::{MAX_PIXELS, MAX_SIDE, Manifest, Preprocessor};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn pixels_are_pillows_within_one_level() {
    let file = Tensors::read(PREPROCESS);
    let cases: Value = file.metadata("cases");
    let cases = cases.as_array().unwrap();
    assert_eq!(cases.len(), 23);
    for (number, case) in cases.iter().enumerate() {
        let image = format!("image.{}", case["image"].as_str().unwrap());
        let expected = format!("expected.{number}");
        let (filter, side) = (
            case["filter"].as_str().unwrap(),
            case["shorter_side"].as_u64().unwrap(),
        );
        let size = file.shape(&expected);
        let crop = [size[0], size[1]];
        let mut preprocessor = Preprocessor::new(&preprocess_manifest(filter, side, crop, "NCHW"));
        let size = file.shape(&image);
        let (h, w) = (size[0] as u32, size[1] as u32);
        let got = preprocessor.pixels(file.bytes(&image), w, h).unwrap();
        check_levels(
            &format!("case {number}, {case}"),
            got,
            file.bytes(&expected),
        );
    }
}

/// At most one level off, and at most a hundredth of a level on average.
#[track_caller]
fn check_levels(case: &str, rgba: &[u8], rgb: &[u8]) {
    assert_eq!(rgba.len() / 4 * 3, rgb.len(), "{case}");
    let levels = rgba.chunks(4).flat_map(|pixel| &pixel[..3]);
    let differences: Vec<u8> = levels.zip(rgb).map(|(a, b)| a.abs_diff(*b)).collect();
    let sum: u32 = differences.iter().copied().map(u32::from).sum();
    assert!(
        differences.iter().all(|&difference| difference <= 1),
        "{case}"
    );
    assert!(
        f64::from(sum) <= 0.02 * differences.len() as f64,
        "{case}: {sum} levels in all"
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn tensor_is_normalised_and_laid_out_as_the_manifest_says() {
    // Two pixels of the input's size: nothing is resized, so every value is known.
    let rgba = [255, 0, 51, 255, 0, 255, 102, 255];
    let normal =
        |level: f32, c: usize| (level / 255.0 - [0.5, 0.4, 0.3][c]) / [0.5, 0.25, 0.125][c];
    let (first, second) = ([255.0, 0.0, 51.0], [0.0, 255.0, 102.0]);
    let tensor = |layout| {
        let mut preprocessor = Preprocessor::new(&preprocess_manifest("box", 1, [1, 1], layout));
        [&rgba[..4], &rgba[4..]].map(|pixel| preprocessor.tensor(pixel, 1, 1).unwrap())
    };
    for layout in ["NCHW", "NHWC"] {
        let expected =
            [first, second].map(|pixel| (0..3).map(|c| normal(pixel[c], c)).collect::<Vec<_>>());
        assert_eq!(tensor(layout), expected);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn tensor_layouts_are_transposes_of_each_other() {
    let rgba: Vec<u8> = (0..40 * 30 * 4)
        .map(|i| if i % 4 == 3 { 255 } else { (i * 7 % 251) as u8 })
        .collect();
    let tensor = |layout| {
        let manifest = preprocess_manifest("bicubic", 16, [12, 16], layout);
        Preprocessor::new(&manifest).tensor(&rgba, 40, 30).unwrap()
    };
    let (planes, pixels) = (tensor("NCHW"), tensor("NHWC"));
    assert_eq!(planes.len(), 3 * 12 * 16);
    for c in 0..3 {
        let plane: Vec<f32> = pixels.iter().skip(c).step_by(3).copied().collect();
        assert_eq!(plane, planes[c * 12 * 16..][..12 * 16]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn preprocessor_gives_the_same_for_the_same_image_after_others() {
    let mut preprocessor = Preprocessor::new(&preprocess_manifest("bicubic", 36, [32, 32], "NCHW"));
    let grey = |level: u8, w: u32, h: u32| vec![level; (w * h * 4) as usize];
    let first = preprocessor.tensor(&grey(200, 50, 70), 50, 70).unwrap();
    preprocessor.tensor(&grey(3, 500, 31), 500, 31).unwrap();
    preprocessor.pixels(&[], 0, 0).unwrap_err();
    assert_eq!(
        preprocessor.tensor(&grey(200, 50, 70), 50, 70).unwrap(),
        first
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn ribbons_of_the_longest_side_cost_only_what_is_cropped() {
    let mut preprocessor = Preprocessor::new(&preprocess_manifest("lanczos", 36, [32, 32], "NCHW"));
    let ribbon = vec![255; MAX_SIDE as usize * 4];
    for (w, h) in [(MAX_SIDE, 1), (1, MAX_SIDE)] {
        let pixels = preprocessor.pixels(&ribbon, w, h).unwrap();
        assert!(pixels.iter().all(|&level| level == 255));
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn images_that_are_none_are_refused() {
    let manifest = Manifest::parse(&valid_manifest().to_string()).unwrap();
    let mut preprocessor = Preprocessor::new(&manifest);
    let mut check = |bytes: usize, w: u32, h: u32, expected: Error| {
        assert_eq!(preprocessor.tensor(&vec![0; bytes], w, h), Err(expected));
    };
    let too_large = |width, height, limit| Error::ImageTooLarge {
        width,
        height,
        limit,
    };
    let side = || format!("{MAX_SIDE} pixels a side");
    check(0, 0, 0, Error::ImageEmpty);
    check(40, 0, 10, Error::ImageEmpty);
    check(40, 10, 0, Error::ImageEmpty);
    check(0, MAX_SIDE + 1, 1, too_large(MAX_SIDE + 1, 1, side()));
    check(
        0,
        16_000,
        16_000,
        too_large(16_000, 16_000, format!("{MAX_PIXELS} pixels in all")),
    );
    check(0, 20_000, 200, too_large(20_000, 200, side()));
    check(0, u32::MAX, u32::MAX, too_large(u32::MAX, u32::MAX, side()));
    check(
        399,
        10,
        10,
        Error::ImageBytes {
            expected: 400,
            got: 399,
        },
    );
    check(
        401,
        10,
        10,
        Error::ImageBytes {
            expected: 400,
            got: 401,
        },
    );
    check(
        300,
        10,
        10,
        Error::ImageBytes {
            expected: 400,
            got: 300,
        },
    );
}
