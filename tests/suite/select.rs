//! Which photos are to be labelled next.

use handful::Result;
use handful::select::label_next;
use ndarray::{Array2, array};
use wasm_bindgen_test::wasm_bindgen_test;

fn on_circle(degrees: &[f64]) -> Array2<f32> {
    Array2::from_shape_fn((degrees.len(), 2), |(i, d)| {
        let angle = degrees[i].to_radians();
        // The tangent half-angle formulae need no transcendental function.
        let t = angle / 2.0 * (1.0 + angle * angle / 12.0);
        let (x, y) = ((1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t));
        [x, y][d] as f32
    })
}

#[wasm_bindgen_test(unsupported = test)]
fn labelling_wants_what_is_unsure_and_new() {
    let labelled = array![[1.0_f32, 0.0, 0.0]];
    let pool = array![
        [1.0_f32, 0.0, 0.0], // known already
        [0.0, 1.0, 0.0],     // new, and unsure
        [0.0, 0.99, 0.141],  // its double, as unsure
        [0.0, 0.0, 1.0],     // new, and rather sure
    ];
    let p = array![
        [0.5, 0.5, 0.0],
        [0.4, 0.3, 0.3],
        [0.4, 0.3, 0.3],
        [0.6, 0.3, 0.1]
    ];
    let next = label_next(pool.view(), p.view(), labelled.view(), 3).unwrap();
    assert_eq!(next, [1, 3, 2]);
    // One class: nothing is unsure, novelty decides.
    let one = Array2::ones((4, 1));
    let next = label_next(pool.view(), one.view(), labelled.view(), 1).unwrap();
    assert_eq!(next, [1]);
    let all = label_next(pool.view(), p.view(), labelled.view(), 9).unwrap();
    assert_eq!(all.len(), 4);
    let none = Array2::zeros((0, 3));
    assert_eq!(
        label_next(none.view(), none.mapv(f64::from).view(), none.view(), 3),
        Ok(vec![])
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn without_labels_the_centres_are_far_apart() {
    let pool = on_circle(&[0.0, 2.0, 4.0, 6.0, 50.0, 90.0]);
    let p = Array2::from_elem((6, 2), 0.5);
    let none = Array2::zeros((0, 2));
    // The medoid, then always the farthest from all before.
    let next = label_next(pool.view(), p.view(), none.view(), 4).unwrap();
    assert_eq!(next, [3, 5, 4, 0]);
    assert_eq!(
        label_next(pool.view(), p.view(), none.view(), 0),
        Ok(vec![])
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn what_does_not_fit_is_refused() {
    let two = Array2::<f32>::ones((2, 3));
    let p = Array2::from_elem((2, 2), 0.5);
    let one = Array2::from_elem((1, 2), 0.5);
    let code = |r: Result<Vec<usize>>| r.unwrap_err().code();
    assert_eq!(
        code(label_next(two.view(), one.view(), two.view(), 1)),
        "shape"
    );
    let narrow = Array2::<f32>::ones((1, 2));
    assert_eq!(
        code(label_next(two.view(), p.view(), narrow.view(), 1)),
        "shape"
    );
    let nan = two.mapv(|_| f32::NAN);
    assert_eq!(
        code(label_next(nan.view(), p.view(), two.view(), 1)),
        "not-finite"
    );
    assert_eq!(
        code(label_next(two.view(), p.view(), nan.view(), 1)),
        "not-finite"
    );
    let bad = p.mapv(|_| f64::NAN);
    assert_eq!(
        code(label_next(two.view(), bad.view(), two.view(), 1)),
        "not-finite"
    );
}
