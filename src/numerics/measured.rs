//! Numbers that were chosen by measurement. In a browser each is a constant; natively `evaluate --ablate` tries others, for the
//! whole process.

#[cfg(not(target_arch = "wasm32"))]
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that was chosen by measurement, under the name that `docs/constants.md` lists it by.
#[derive(Debug)]
pub struct Measured {
    name: &'static str,
    chosen: f64,
    /// The bits of another number that is tried; those of 0 where none is.
    #[cfg(not(target_arch = "wasm32"))]
    tried: AtomicU64,
}

impl Measured {
    /// A number under this name that counts until another is tried.
    pub const fn new(name: &'static str, chosen: f64) -> Self {
        Self {
            name,
            chosen,
            #[cfg(not(target_arch = "wasm32"))]
            tried: AtomicU64::new(0),
        }
    }

    /// File and name, such as `temperature.SPREAD`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The number that was chosen.
    pub fn chosen(&self) -> f64 {
        self.chosen
    }

    /// The number that counts.
    pub fn get(&self) -> f64 {
        #[cfg(not(target_arch = "wasm32"))]
        if let bits @ 1.. = self.tried.load(Ordering::Relaxed) {
            return f64::from_bits(bits);
        }
        self.chosen
    }

    /// Has another number count, one above zero, or the chosen one again.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn try_out(&self, other: Option<f64>) {
        self.tried
            .store(other.map_or(0, f64::to_bits), Ordering::Relaxed);
    }
}
