//! No input may take more than a second of the processor or hold more than a gigabyte of memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that may be held at once.
const MOST_BYTES: usize = 1 << 30;

/// Seconds of processor time for one input. libFuzzer's own `-timeout` counts those of the clock, which are many on a
/// busy machine.
const MOST_SECONDS: f64 = 1.0;

static HELD: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, which has no more than that. What asks for more ends the program, and libFuzzer keeps the
/// input.
struct Bounded;

impl Bounded {
    /// Counts what is about to be allocated; false where that would be too much.
    fn take(bytes: usize) -> bool {
        let held = HELD.fetch_add(bytes, Ordering::Relaxed);
        let fits = held.checked_add(bytes).is_some_and(|all| all <= MOST_BYTES);
        if !fits {
            HELD.fetch_sub(bytes, Ordering::Relaxed);
        }
        fits
    }
}

#[allow(
    unsafe_code,
    reason = "an allocator cannot be written without; every call goes to the system's as it came, or not at all"
)]
unsafe impl GlobalAlloc for Bounded {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if Self::take(layout.size()) {
            unsafe { System.alloc(layout) }
        } else {
            std::ptr::null_mut()
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if Self::take(layout.size()) {
            unsafe { System.alloc_zeroed(layout) }
        } else {
            std::ptr::null_mut()
        }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let more = size.saturating_sub(layout.size());
        if more > 0 && !Self::take(more) {
            return std::ptr::null_mut();
        }
        HELD.fetch_sub(layout.size().saturating_sub(size), Ordering::Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Bounded = Bounded;

/// Does something with an input, in time.
pub fn in_time<T>(task: impl FnOnce() -> T) -> T {
    let began = processor_seconds();
    let result = task();
    let took = processor_seconds() - began;
    assert!(took < MOST_SECONDS, "it took {took} s of the processor");
    result
}

/// Seconds for which this thread has run.
fn processor_seconds() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    #[allow(
        unsafe_code,
        reason = "Rust's library has no such clock; the structure is ours and whole"
    )]
    let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0, "this system has no clock for a thread");
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
