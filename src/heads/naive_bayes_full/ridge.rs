//! What is added to a scatter, so that it has an inverse.

use crate::heads::recipe::Number;
use crate::numerics::linalg;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// What keeps the scatter invertible.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ridge {
    /// Kubokawa and Srivastava, as published: precision `d (S + tr(S)/(n - 1) I)^-1`.
    #[default]
    Ks,
    /// Ledoit and Wolf: covariance `(1 - rho) S/n + rho tr(S)/(n d) I`, rho estimated, at least 0.001.
    LedoitWolf,
    /// This number: covariance `S / max(n - C, 1) + r I`, C the classes that have examples.
    Fixed(f64),
}

impl Number for Ridge {
    fn number(&self) -> Option<f64> {
        match self {
            Self::Fixed(r) => Some(*r),
            _ => None,
        }
    }
}

/// Scatter an example below which there is none: the square of what single precision rounds off a unit row, with room.
const ZERO_SCATTER: f64 = 1e-13;

/// Least share of the sphere in the covariance of Ledoit and Wolf.
const LEAST_RHO: f64 = 1e-3;

/// `P = factor (S + t I)^-1`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ridged {
    pub t: f64,
    pub factor: f64,
}

impl Ridge {
    /// For a scatter of rows `(n, d)` that are centred on the means of so many classes; `None` for no scatter.
    pub(super) fn of(self, centred: &Array2<f32>, classes: usize) -> Option<Ridged> {
        let (n, d) = (centred.nrows() as f64, centred.ncols() as f64);
        let trace: f64 = centred.iter().map(|&z| f64::from(z) * f64::from(z)).sum();
        if trace <= ZERO_SCATTER * n {
            return None;
        }
        let (t, factor) = match self {
            Self::Ks => (trace / (n - 1.0).max(1.0), d),
            Self::LedoitWolf => {
                let rho = ledoit_wolf(&linalg::gram(centred.view()), trace, d);
                // rho = 1 is the sphere, which this form only approaches.
                let factor = n / (1.0 - rho).max(1e-9);
                (rho * trace / (n * d) * factor, factor)
            }
            Self::Fixed(r) => {
                let factor = (n - classes as f64).max(1.0);
                (r * factor, factor)
            }
        };
        Some(Ridged { t, factor })
    }
}

/// Share rho of the sphere that Ledoit and Wolf estimate from the Gram matrix of the centred rows `(n, d)`.
fn ledoit_wolf(gram: &Array2<f32>, trace: f64, d: f64) -> f64 {
    let n = gram.nrows() as f64;
    let square = |v: &f32| f64::from(*v) * f64::from(*v);
    let all: f64 = gram.iter().map(square).sum();
    let own: f64 = gram.diag().iter().map(square).sum();
    let mean = trace / (n * d);
    let distance = all / (n * n * d) - mean * mean;
    let spread = (own / n - all / (n * n)) / (n * d);
    if distance > 0.0 {
        (spread / distance).clamp(LEAST_RHO, 1.0)
    } else {
        1.0
    }
}
