//! Random numbers that repeat.

use handful::random::Random;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test(unsupported = test)]
fn numbers_repeat_with_the_seed_and_stay_in_range() {
    let (mut a, mut b) = (Random::new(7), Random::new(7));
    let drawn: Vec<usize> = (0..1000).map(|_| a.below(5)).collect();
    assert!(drawn.iter().all(|&n| n < 5) && (0..5).all(|n| drawn.contains(&n)));
    assert!(drawn.iter().all(|&n| n == b.below(5)));
    assert_ne!(Random::new(8).uniform(), Random::new(7).uniform());
    assert_eq!(a.below(0), 0);
}

#[wasm_bindgen_test(unsupported = test)]
fn shuffle_keeps_every_item() {
    let mut items: Vec<usize> = (0..50).collect();
    Random::new(3).shuffle(&mut items);
    assert_ne!(items, (0..50).collect::<Vec<_>>());
    items.sort_unstable();
    assert_eq!(items, (0..50).collect::<Vec<_>>());
}
