//! The examples as a kernel sees them, and the inverse of its ridged matrix, kept while examples come and go.

use crate::numerics::Measured;
use crate::numerics::linalg::{self, Inverse};
use crate::numerics::math::affinities;
use ndarray::{Array2, ArrayView2};

/// Sharpness of the kernel `e^(-sharpness (1 - s)) - e^-sharpness` of two embeddings of similarity s. At 0.6 it is nearly a straight line
/// with a little of a parabola. A sharper one leans to classes that have more examples: over small tasks 1.2 is right 0.4 points less often
/// (`docs/constants.md`). On validation photos of UCF101 (true CLIP features, 16 photos of each class) 0.2 is right 1.2 points less often.
pub(crate) static SHARPNESS: Measured = Measured::new("kernel.SHARPNESS", 0.6);

/// Ridge. Half of it is right 0.1 to 0.2 points less often at 4 to 16 photos of each class (all classes of the photos that `docs/constants.md` names).
pub(in crate::heads) static RIDGE: Measured = Measured::new("kernel.RIDGE", 0.2);

/// Examples that are taken in at once.
const TOGETHER: usize = 32;

/// Embeddings `(n, width)` and the inverse `(n, n)` of `K + RIDGE I`, K their kernel matrix.
#[derive(Clone)]
pub(crate) struct Kernel {
    width: usize,
    rows: Vec<f32>,
    pub(super) inverse: Inverse,
}

impl Kernel {
    /// Of embeddings `(n, width)`, each of unit length or zero.
    pub fn of(rows: ArrayView2<'_, f32>) -> Self {
        Self {
            width: rows.ncols(),
            inverse: inverse(linalg::gram(rows)),
            rows: rows.as_slice().expect(linalg::CONTIGUOUS).to_vec(),
        }
    }

    /// Number of examples n.
    pub fn len(&self) -> usize {
        self.inverse.size()
    }

    /// The embeddings `(n, width)`.
    pub(super) fn rows(&self) -> ArrayView2<'_, f32> {
        ArrayView2::from_shape((self.len(), self.width), &self.rows).expect(linalg::WHOLE)
    }

    /// The same, without the inverse.
    pub(super) fn into_rows(self) -> Array2<f32> {
        Array2::from_shape_vec((self.inverse.size(), self.width), self.rows).expect(linalg::WHOLE)
    }

    /// A copy with room for so many examples, where there is less here.
    pub(super) fn with_room(&self, n: usize) -> Option<Self> {
        Some(Self {
            width: self.width,
            inverse: self.inverse.with_room(n)?,
            rows: self.rows.clone(),
        })
    }

    /// Takes in the embeddings of some examples, one behind the other.
    pub fn push(&mut self, rows: &[f32]) {
        self.push_with(rows, RIDGE.get());
    }

    /// The same with another ridge: an example counts as much as its ridge is smaller.
    pub(super) fn push_with(&mut self, rows: &[f32], ridge: f64) {
        for rows in rows.chunks(TOGETHER * self.width) {
            let new = ArrayView2::from_shape((rows.len() / self.width, self.width), rows)
                .expect(linalg::WHOLE);
            let [mut across, mut corner] = [linalg::products(new, self.rows()), linalg::gram(new)];
            values(across.as_slice_mut().expect(linalg::CONTIGUOUS));
            values(corner.as_slice_mut().expect(linalg::CONTIGUOUS));
            let [across, mut corner] = [across, corner].map(|k| linalg::wide(k.view()));
            corner.diag_mut().mapv_inplace(|v| v + ridge);
            self.inverse.push(&across, &corner).expect(POSITIVE);
            self.rows.extend_from_slice(rows);
        }
    }

    /// Forgets the examples at these places, given in rising order; those that follow move up.
    pub fn remove(&mut self, places: &[usize]) {
        self.inverse.remove(places).expect(POSITIVE);
        let rows = self.rows.chunks_exact(self.width).enumerate();
        let kept = rows.filter(|(i, _)| places.binary_search(i).is_err());
        self.rows = kept.map(|(_, row)| row).collect::<Vec<_>>().concat();
    }
}

/// Writes the kernel of an embedding `(width,)` with each of these `(n, width)` into `out (n,)`.
pub(super) fn values_into(rows: ArrayView2<'_, f32>, row: &[f32], out: &mut Vec<f32>) {
    out.clear();
    out.resize(rows.nrows(), 0.0);
    linalg::add_products(rows, row, out);
    values(out);
}

/// The inverse of the ridged kernel matrix of embeddings with these similarities `(n, n)`.
pub(super) fn inverse(mut similarity: Array2<f32>) -> Inverse {
    values(similarity.as_slice_mut().expect(linalg::CONTIGUOUS));
    let ridge = |i: usize, j: usize| if i == j { RIDGE.get() } else { 0.0 };
    Inverse::of(similarity.nrows(), &|i, j| {
        f64::from(similarity[[i, j]]) + ridge(i, j)
    })
    .expect(POSITIVE)
}

/// Turns similarities into values of the kernel.
#[inline(never)]
fn values(similarities: &mut [f32]) {
    let sharpness = SHARPNESS.get() as f32;
    let mut nothing = [0.0];
    affinities(sharpness, &mut nothing);
    affinities(sharpness, similarities);
    similarities.iter_mut().for_each(|v| *v -= nothing[0]);
}

const POSITIVE: &str = "the kernel is positive semi-definite up to rounding, far below the ridge";
