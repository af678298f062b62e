//! How heads see rows: standardised or not, each stream with its trust. What follows of that is computed once.

use super::examples::Examples;
use super::standard::Standard;
use crate::numerics::linalg;
use ndarray::{Array2, s};
use std::sync::{Arc, OnceLock};

/// A way to see the rows of examples, with the products that belong to it.
#[derive(Debug)]
pub(super) struct View {
    /// How much each stream is trusted; the numbers sum to 1.
    pub trust: Vec<f64>,
    pub standard: Option<Standardised>,
    embeddings: OnceLock<Array2<f32>>,
    similarity: OnceLock<Array2<f32>>,
    /// Of each stream apart: the same for every trust.
    similarities: Arc<OnceLock<Vec<Array2<f32>>>>,
}

/// How rows are standardised, and the rows of the examples so changed `(n, width)`.
#[derive(Debug, Clone)]
pub(super) struct Standardised {
    pub standard: Arc<Standard>,
    pub rows: Arc<Array2<f32>>,
}

impl View {
    pub fn new(trust: Vec<f64>, standard: Option<Standardised>) -> Self {
        Self {
            trust,
            standard,
            embeddings: OnceLock::new(),
            similarity: OnceLock::new(),
            similarities: Arc::default(),
        }
    }

    /// The same with another trust.
    pub fn trusting(&self, trust: Vec<f64>) -> Self {
        Self {
            similarities: self.similarities.clone(),
            ..Self::new(trust, self.standard.clone())
        }
    }

    /// The same of some of the examples.
    pub fn select(&self, examples: &[usize]) -> Self {
        let standard = self.standard.as_ref().map(|all| Standardised {
            standard: all.standard.clone(),
            rows: Arc::new(linalg::select(all.rows.view(), examples)),
        });
        let similarities = OnceLock::new();
        if let Some(all) = self.similarities.get() {
            let n = examples.len();
            let some = |s: &Array2<f32>| {
                Array2::from_shape_fn((n, n), |(i, j)| s[[examples[i], examples[j]]])
            };
            let some = all.iter().map(some).collect();
            similarities.set(some).expect("a fresh cell is empty");
        }
        Self {
            similarities: Arc::new(similarities),
            ..Self::new(self.trust.clone(), standard)
        }
    }

    /// The rows whose streams, weighted by trust, are the embeddings.
    pub fn rows<'a>(&'a self, examples: &'a Examples) -> &'a Array2<f32> {
        let standard = self.standard.as_ref();
        standard.map_or(&examples.rows, |all| &all.rows)
    }

    /// The embeddings `(n, width)`.
    pub fn embeddings(&self, examples: &Examples) -> &Array2<f32> {
        self.embeddings.get_or_init(|| {
            let mut embeddings = self.rows(examples).clone();
            for (columns, trust) in examples.streams.columns().zip(&self.trust) {
                let mut stream = embeddings.slice_mut(s![.., columns]);
                stream *= trust.sqrt() as f32;
            }
            embeddings
        })
    }

    /// Similarities `(n, n)` of the embeddings.
    pub fn similarity(&self, examples: &Examples) -> &Array2<f32> {
        self.similarity.get_or_init(|| {
            let n = examples.labels.len();
            let streams = self.similarities(examples).iter().zip(&self.trust);
            streams.fold(Array2::zeros((n, n)), |mut sum, (stream, &trust)| {
                sum.scaled_add(trust as f32, stream);
                sum
            })
        })
    }

    /// Similarities `(n, n)` in each stream apart.
    pub fn similarities(&self, examples: &Examples) -> &[Array2<f32>] {
        self.similarities.get_or_init(|| {
            let streams = examples.streams.columns();
            streams
                .map(|columns| linalg::gram(self.rows(examples).slice(s![.., columns])))
                .collect()
        })
    }
}
