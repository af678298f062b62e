//! Products and sums of rows, whatever their number and width: the blocks in which they are computed have remainders.

use handful::heads::{Linear, Query};
use handful::task::Task;
use handful::{Stream, Streams};
use handful_numerics::linalg;
use ndarray::{Array1, Array2, Axis, s};
use wasm_bindgen_test::wasm_bindgen_test;

fn matrix(n: usize, k: usize) -> Array2<f32> {
    Array2::from_shape_fn((n, k), |(i, d)| {
        ((i * 31 + d * 17) % 23) as f32 / 11.0 - 1.0
    })
}

#[wasm_bindgen_test(unsupported = test)]
fn linear_scores_are_sums_of_products_and_those_of_one_row_the_same_to_the_bit() {
    for (n, m, k) in [(1, 1, 1), (5, 3, 7), (8, 4, 16), (6, 7, 13), (51, 101, 6)] {
        let (rows, weights) = (matrix(n, k), matrix(m, k).mapv(f64::from));
        let linear = Linear::new(&weights, &Array1::zeros(m));
        let (found, plain) = (
            linear.scores(rows.view()),
            rows.mapv(f64::from).dot(&weights.t()),
        );
        assert!(
            (found.mapv(f64::from) - plain)
                .iter()
                .all(|d| d.abs() < 1e-5)
        );
        for (row, found) in rows.rows().into_iter().zip(found.rows()) {
            let (row, mut out) = (row.to_slice().unwrap(), vec![0.0; m]);
            let similarities = &[];
            linear.scores_into(Query { row, similarities }, &mut out);
            assert_eq!(out, found.to_vec());
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn similarities_of_all_examples_are_those_of_each_to_the_bit() {
    for (n, k) in [(1, 1), (3, 5), (4, 8), (11, 13), (101, 6)] {
        let streams = Streams::new(vec![Stream::new("aux", k)]).unwrap();
        let task = Task::new(streams, matrix(n, k), vec![0; n], vec![None]).unwrap();
        let mut one = vec![0.0; n];
        for (i, all) in task.similarity().rows().into_iter().enumerate() {
            task.similarities_into(task.row(i), &mut Vec::new(), &mut one);
            assert_eq!(one, all.to_vec());
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn moments_are_those_of_all_rows_at_once() {
    let rows = matrix(29, 7).mapv(|v| v + 100.0);
    let (mut mean, mut squares) = (vec![0.0; 7], vec![0.0; 7]);
    for (i, row) in rows.rows().into_iter().enumerate() {
        linalg::add_to_moments(i + 1, row.to_slice().unwrap(), &mut mean, &mut squares);
        let (so_far, n) = (rows.slice(s![..=i, ..]).mapv(f64::from), i as f64 + 1.0);
        let expected = so_far.mean_axis(Axis(0)).unwrap();
        let variance = so_far.var_axis(Axis(0), 0.0);
        for d in 0..7 {
            assert!((mean[d] - expected[d]).abs() < 1e-10);
            assert!((squares[d] - n * variance[d]).abs() < 1e-8);
        }
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn rows_are_added_and_multiplied_place_by_place() {
    let (a, b) = ([1.5, -2.0, 0.25], [3.0, 0.5, 8.0]);
    assert_eq!(linalg::times(&a, &b), [4.5, -1.0, 2.0]);
    let (mut single, mut sum) = ([0.0_f32; 3], a);
    assert_eq!(linalg::weigh(&mut single, &a, &b), 6.75 + 2.0 + 0.5);
    linalg::add(&mut sum, &b);
    assert_eq!((single, sum), ([4.5, -1.0, 2.0], [4.5, -1.5, 8.25]));
    linalg::add_scaled(&mut sum, 2.0, &single);
    assert_eq!(sum, [13.5, -3.5, 12.25]);
}
