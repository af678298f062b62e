//! From the name of a class to the space that its image features share with text: a table of word pieces and two small
//! layers.
//!
//! The file is one of ours, made by `models/train_words`; `models/train_words/words.py` says the same in NumPy.

mod file;
mod lookup;

pub use file::MAX_WORDS_BYTES;

use super::digest::check_digest;
use super::manifest::Manifest;
use file::{File, Rows};
use handful::{Error, Result};
use lookup::{Known, Lookup, Word};

/// Parts of the input, each as wide as a row of the table: the name as one word, its head noun, the mean of its other
/// words.
const SLOTS: usize = 3;

/// What a name means, and how far that can be trusted.
#[derive(Debug, Clone, PartialEq)]
pub struct Meaning {
    /// The text row `(d,)`, d the width of the `clip` stream; not of unit length.
    pub features: Vec<f32>,
    /// How likely the row points roughly where it should, in `[0, 1]`.
    pub confidence: f32,
}

/// A small text side of an encoder, for the names of things.
///
/// # Example
/// ```no_run
/// use handful_encoder::{Manifest, Words};
///
/// let manifest = Manifest::parse(&std::fs::read_to_string("models/handful-lite0.json")?)?;
/// let words = Words::new(&manifest, &std::fs::read("models/handful-words.safetensors")?)?;
/// assert!(words.encode("apple").confidence > words.encode("xyzzy").confidence);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Words {
    lookup: Lookup,
    table: Rows,
    hidden: Layer,
    out: Layer,
    /// Of the logistic function of [`Known::evidence`], the constant last.
    confidence: [f32; Known::EVIDENCE + 1],
}

/// From this confidence on a name counts as understood: more likely than not.
pub const UNDERSTOOD: f32 = 0.5;

/// `W x + b`.
#[derive(Debug, Clone)]
struct Layer {
    weights: Rows,
    bias: Vec<f32>,
}

impl Layer {
    fn apply<'a>(&'a self, x: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        let rows = 0..self.bias.len();
        rows.map(move |row| self.weights.dot(row, x) + self.bias[row])
    }
}

impl Words {
    /// Reads the file that a manifest names as its `words`, and checks it against the manifest.
    ///
    /// # Errors
    /// [`Error::Manifest`] for a manifest without `words`; [`Error::ModelMismatch`] when the checksum or the width
    /// differs from the manifest; [`Error::Model`] for bytes that are no such file.
    pub fn new(manifest: &Manifest, bytes: &[u8]) -> Result<Self> {
        let Some(named) = manifest.words() else {
            return Err(Error::Manifest("it names no `words`".into()));
        };
        check_digest(named.sha256.as_ref(), bytes)?;
        let file = File::open(bytes)?;
        let keys = file.keys()?;
        let table = file.rows("table", keys.len(), None)?;
        let width = table.width();
        let bias = file.floats("hidden_bias")?;
        let hidden = Layer {
            weights: file.rows("hidden", bias.len(), Some(SLOTS * width))?,
            bias,
        };
        let bias = file.floats("out_bias")?;
        let out = Layer {
            weights: file.rows("out", bias.len(), Some(hidden.bias.len()))?,
            bias,
        };
        let expected = manifest.streams()[0].dim;
        if out.bias.len() != expected {
            return Err(Error::ModelMismatch {
                what: "the width of the words",
                expected: expected.to_string(),
                got: out.bias.len().to_string(),
            });
        }
        let confidence = file.floats("confidence")?;
        Ok(Self {
            lookup: Lookup::new(keys),
            table,
            hidden,
            out,
            confidence: confidence.try_into().map_err(|_| {
                file::failure("tensor \"confidence\" has another number of weights")
            })?,
        })
    }

    /// What a name means. Any text will do; for one without words the confidence is 0.
    ///
    /// # Reference values
    /// `tests/suite/words.rs`: `models/train_words/words.py`; at most 1e-5 of the largest value off.
    pub fn encode(&self, name: &str) -> Meaning {
        let known = self.lookup.find(name);
        let width = self.table.width();
        let mut x = vec![0.0; SLOTS * width];
        let (whole, rest) = x.split_at_mut(width);
        let (head, others) = rest.split_at_mut(width);
        if let Some(row) = known.whole {
            self.table.add(row, 1.0, whole);
        }
        if let Some((last, before)) = known.words.split_last() {
            self.add_word(last, 1.0, head);
            for word in before {
                self.add_word(word, 1.0 / before.len() as f32, others);
            }
        }
        let hidden: Vec<f32> = self.hidden.apply(&x).map(|v| v.max(0.0)).collect();
        Meaning {
            features: self.out.apply(&hidden).collect(),
            confidence: self.confidence(&known),
        }
    }

    fn add_word(&self, word: &Word, weight: f32, out: &mut [f32]) {
        if let Some(row) = word.whole {
            self.table.add(row, weight, out);
        }
        for &row in &word.pieces {
            self.table.add(row, weight / word.pieces.len() as f32, out);
        }
    }

    fn confidence(&self, known: &Known) -> f32 {
        let Some(evidence) = known.evidence() else {
            return 0.0;
        };
        let [weights @ .., constant] = &self.confidence;
        // One word that it has never seen, and a name is somebody's own: "Kevin's mug".
        let logit = constant
            + weights
                .iter()
                .zip(evidence)
                .map(|(w, e)| w * e)
                .sum::<f32>();
        let likely = 1.0 / (1.0 + libm::exp(f64::from(-logit)));
        (likely as f32).min(evidence[Known::LEAST])
    }
}
