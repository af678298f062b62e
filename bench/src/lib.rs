//! Tasks of listed sizes, and what is timed on them.
//!
//! `benches/heads.rs` times it natively; compiled to WebAssembly, this crate is the module that `page/main.js` times,
//! free of what JavaScript bindings cost.

use handful::heads::{FittedHead, HeadSpec, Query, Scratch};
use handful::task::Task;
use handful::{Error, Stream, Streams};
use ndarray::Array2;

#[cfg(target_arch = "wasm32")]
mod wasm;

/// Width of the `clip` stream that every task has.
pub const CLIP: usize = 512;

/// Standard deviation of the examples around their class, in units of that of the classes around the middle.
const NOISE: f32 = 1.2;

/// Classes, examples of each and width of the auxiliary stream.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Classes C.
    pub classes: usize,
    /// Examples of each.
    pub shots: usize,
    /// Width of the auxiliary stream; 0 for none.
    pub aux: usize,
}

const fn size(classes: usize, shots: usize, aux: usize) -> Size {
    Size {
        classes,
        shots,
        aux,
    }
}

/// The sizes that are timed.
pub const SIZES: [Size; 6] = [
    size(5, 8, 1280),
    size(10, 16, 512),
    size(46, 16, 0),
    size(46, 16, 512),
    size(46, 16, 1280),
    size(1000, 4, 512),
];

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}x{}", self.classes, self.shots, self.aux)
    }
}

/// Repeatable numbers, uniform in `[-1, 1)` (xorshift64*).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 40;
        bits as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn row(&mut self, width: usize) -> Vec<f32> {
        (0..width).map(|_| self.next()).collect()
    }
}

/// A task of this size: `clip` and, where there are any, auxiliary features around a centre a class, and a text near each centre.
///
/// # Errors
/// None for the sizes above.
pub fn task(size: Size) -> Result<Task, Error> {
    let mut streams = vec![Stream::new("clip", CLIP)];
    if size.aux > 0 {
        streams.push(Stream::new("aux", size.aux));
    }
    let streams = Streams::new(streams)?;
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let centres: Vec<Vec<f32>> = (0..size.classes)
        .map(|_| numbers.row(streams.width()))
        .collect();
    let labels: Vec<usize> = (0..size.classes * size.shots)
        .map(|i| i / size.shots)
        .collect();
    let features = Array2::from_shape_fn((labels.len(), streams.width()), |(i, d)| {
        centres[labels[i]][d] + NOISE * numbers.next()
    });
    let text = centres.iter().map(|centre| {
        let near = centre[..CLIP].iter().map(|v| v + NOISE * numbers.next());
        Some(near.collect())
    });
    Task::new(streams, features, labels, text.collect())
}

/// Fits a head as after a change of the set: nothing that the task may keep for later is there yet.
///
/// # Errors
/// Those of [`HeadSpec::fit`].
pub fn fit(spec: &HeadSpec, task: &Task) -> Result<Box<dyn FittedHead>, Error> {
    spec.fit(&task.clone())
}

/// What asking needs: a query and room for the answers of heads to it.
pub struct Asking {
    row: Vec<f32>,
    similarities: Vec<f32>,
    image: Vec<f32>,
    scratch: Scratch,
    scores: Vec<f32>,
}

impl Asking {
    /// A query near the first class of the task.
    pub fn new(task: &Task) -> Self {
        Self {
            row: task.row(0).to_vec(),
            similarities: vec![0.0; task.n_examples()],
            image: Vec::new(),
            scratch: Scratch::default(),
            scores: vec![0.0; task.n_classes()],
        }
    }

    /// The scores of all these heads for the query; what they share is computed once. Returns the sum of the first.
    pub fn ask(&mut self, task: &Task, heads: &[Box<dyn FittedHead>]) -> f32 {
        if heads.iter().any(|head| head.reads_similarities()) {
            task.similarities_into(&self.row, &mut self.image, &mut self.similarities);
        }
        let query = Query {
            row: &self.row,
            similarities: &self.similarities,
        };
        heads
            .iter()
            .map(|head| {
                head.scores_into(query, &mut self.scratch, &mut self.scores);
                self.scores[0]
            })
            .sum()
    }
}
