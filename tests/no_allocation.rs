//! Scoring a query allocates nothing: an allocator that counts is asked before and after.
//!
//! It is native only: there is one memory allocator a program, and the browser's tests share theirs.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[allow(dead_code, reason = "the suite uses the rest")]
#[path = "suite/common.rs"]
mod common;

use common::task;
use handful::Recogniser;
use handful::heads::{HeadSpec, Query, Scratch};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    /// Of this thread alone: the test runner allocates on others.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counted.
struct Counting;

#[allow(
    unsafe_code,
    reason = "an allocator cannot be written without; every call goes to the system's as it came"
)]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of this thread while `act` runs.
fn allocations(act: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    act();
    ALLOCATIONS.get() - before
}

#[test]
fn an_allocation_is_counted() {
    assert_eq!(allocations(|| drop(std::hint::black_box(vec![1_u8; 3]))), 1);
}

#[test]
fn scoring_allocates_nothing_after_the_first_query() {
    let all = task(4, 5, 6);
    for spec in HeadSpec::all() {
        let head = spec.fit(&all).unwrap();
        let mut scores = vec![0.0; head.n_classes()];
        let mut similarities = vec![0.0; all.n_examples()];
        let (mut embedding, mut scratch) = (Vec::new(), Scratch::default());
        let mut ask = |example: usize| {
            let row = all.row(example);
            all.similarities_into(row, &mut embedding, &mut similarities);
            let similarities = &similarities;
            head.scores_into(Query { row, similarities }, &mut scratch, &mut scores);
        };
        ask(0);
        let further = allocations(|| (0..100).for_each(|i| ask(i % all.n_examples())));
        assert_eq!(further, 0, "{}", spec.name());
    }
}

#[test]
fn a_recogniser_allocates_nothing_after_its_first_answer() {
    for spec in HeadSpec::all() {
        let all = task(4, 5, 6);
        let negatives = all.features().select(ndarray::Axis(0), &[3, 9]);
        let all = all.with_negatives(negatives.view()).unwrap();
        let mut recogniser = Recogniser::fit(&spec, all.clone()).unwrap();
        recogniser.learn_unlabelled(&all.features().to_owned());
        recogniser.predict(all.row(0));
        let further = allocations(|| {
            for i in 0..100 {
                recogniser.predict(all.row(i % all.n_examples()));
            }
        });
        assert_eq!(further, 0, "{}", spec.name());
    }
}
