//! The published optimiser: AdamW over given batches, on the sum of two cross-entropies.
//!
//! Features, weights and moments are single precision, as in the published program; what is summed over classes is
//! double precision.

use crate::numerics::math::{cos, softmax};
use crate::numerics::{adam, linalg};
use crate::{Error, Result};
use ndarray::{Array2, ArrayView2};

/// The standard deviation of bias logits is at least this, so that equal logits give zeros.
pub(super) const SMALLEST_DEVIATION: f64 = 1e-12;

/// Decay of the first and of the second moment.
const BETAS: [f32; 2] = [0.9, 0.999];
/// Added to the root of the second moment. It is not the usual 1e-8: gradients of unit features are small.
const EPSILON: f32 = 1e-4;

/// What is learned from: R rows, which may be several views of one example.
#[derive(Debug, Clone, Copy)]
pub struct TrainingRows<'a> {
    /// Unit auxiliary features `(R, A)`.
    pub features: ArrayView2<'a, f32>,
    /// Zero-shot logits `(R, C)`.
    pub text: ArrayView2<'a, f32>,
    /// Factor of the bias in the fused logits `(R,)`.
    pub factors: &'a [f64],
    /// Class of each row `(R,)`.
    pub labels: &'a [usize],
}

/// Hyper-parameters of the published training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Training {
    /// Strength of the bias.
    pub alpha: f64,
    /// Weight of the loss of the fused logits; that of the bias logits has the rest.
    pub lambda: f64,
    /// Learning rate of the first step; it falls to 0 along half a cosine.
    pub learning_rate: f64,
    /// Decoupled weight decay.
    pub weight_decay: f64,
    /// Whether bias logits are standardised over the classes of each row.
    pub zscore: bool,
}

/// What one step has done.
#[derive(Debug)]
pub struct Step<'a> {
    /// Its learning rate.
    pub learning_rate: f64,
    /// lambda `fused` + (1 - lambda) `auxiliary`, before the step.
    pub loss: f64,
    /// Mean cross-entropy of the fused logits of the batch, before the step.
    pub fused: f64,
    /// Mean cross-entropy of the bias logits of the batch, before the step.
    pub auxiliary: f64,
    /// Weights `(C, A)` after the step.
    pub weights: &'a Array2<f32>,
    /// First moment `(C, A)` after the step; a tenth of the gradient after the first one.
    pub moment: &'a Array2<f32>,
}

/// Learns weights `(C, A)` from `batches`, lists of rows in the order in which they are used, starting from `weights`.
///
/// `observe` is called after each step.
///
/// # Errors
/// [`Error::Shape`] where lengths disagree, or a label or a row number is out of range.
pub fn train(
    rows: TrainingRows<'_>,
    training: Training,
    weights: Array2<f32>,
    batches: &[Vec<usize>],
    observe: &mut dyn FnMut(&Step<'_>),
) -> Result<Array2<f32>> {
    let (classes, width) = weights.dim();
    let n = rows.labels.len();
    Error::check_length("features", n, rows.features.nrows())?;
    Error::check_length("width of the features", width, rows.features.ncols())?;
    Error::check_length("zero-shot logits", n, rows.text.nrows())?;
    Error::check_length(
        "classes of the zero-shot logits",
        classes,
        rows.text.ncols(),
    )?;
    Error::check_length("factors", n, rows.factors.len())?;
    for (what, values, limit) in [("classes", rows.labels, classes)]
        .into_iter()
        .chain(batches.iter().map(|batch| ("rows", batch.as_slice(), n)))
    {
        if let Some(&largest) = values.iter().max().filter(|&&value| value >= limit) {
            Error::check_length(what, largest + 1, limit)?;
        }
    }
    let features = rows.features.as_standard_layout();
    let features = features.view();
    let mut state = State::new(&rows, linalg::rows(&features), training, weights);
    for (t, batch) in batches.iter().enumerate() {
        if !batch.is_empty() {
            state.step(t, batches.len(), batch, observe);
        }
    }
    Ok(state.weights)
}

struct State<'a, 'b> {
    rows: &'a TrainingRows<'b>,
    features: Vec<&'a [f32]>,
    training: Training,
    weights: Array2<f32>,
    moments: [Array2<f32>; 2],
    /// Bias logits `(b, C)`, then the gradient of the loss with respect to them.
    logits: Array2<f32>,
    /// One row of the gradient with respect to the weights.
    gradient: Vec<f32>,
    /// Logits of one row and their softmax.
    room: [Vec<f64>; 3],
}

impl<'a, 'b> State<'a, 'b> {
    fn new(
        rows: &'a TrainingRows<'b>,
        features: Vec<&'a [f32]>,
        training: Training,
        weights: Array2<f32>,
    ) -> Self {
        let (classes, width) = weights.dim();
        Self {
            rows,
            features,
            training,
            moments: [
                Array2::zeros((classes, width)),
                Array2::zeros((classes, width)),
            ],
            weights: weights.as_standard_layout().into_owned(),
            logits: Array2::zeros((0, classes)),
            gradient: vec![0.0; width],
            room: [vec![0.0; classes], vec![0.0; classes], vec![0.0; classes]],
        }
    }

    fn step(
        &mut self,
        t: usize,
        steps: usize,
        batch: &[usize],
        observe: &mut dyn FnMut(&Step<'_>),
    ) {
        let half_turn = std::f64::consts::PI * t as f64 / steps as f64;
        let learning_rate = self.training.learning_rate / 2.0 * (1.0 + cos(half_turn));
        if self.logits.nrows() != batch.len() {
            self.logits = Array2::zeros((batch.len(), self.weights.nrows()));
        }
        let features: Vec<&[f32]> = batch.iter().map(|&i| self.features[i]).collect();
        linalg::multiply(
            &features,
            &linalg::rows(&self.weights.view()),
            &mut self.logits,
            &|_| 0,
        );
        let [mut fused, mut auxiliary] = [0.0; 2];
        for (k, &i) in batch.iter().enumerate() {
            let (f, a) = self.row_gradient(k, i, batch.len() as f64);
            fused += f / batch.len() as f64;
            auxiliary += a / batch.len() as f64;
        }
        self.update(t, learning_rate, &features);
        let lambda = self.training.lambda;
        observe(&Step {
            learning_rate,
            loss: lambda * fused + (1.0 - lambda) * auxiliary,
            fused,
            auxiliary,
            weights: &self.weights,
            moment: &self.moments[0],
        });
    }

    /// Turns the bias logits of row `i`, in place `k` of a batch of `size`, into the gradient with respect to them, and
    /// gives its two losses.
    fn row_gradient(&mut self, k: usize, i: usize, size: f64) -> (f64, f64) {
        let Training {
            alpha,
            lambda,
            zscore,
            ..
        } = self.training;
        let label = self.rows.labels[i];
        let strength = alpha * self.rows.factors[i];
        let [z, fused, auxiliary] = &mut self.room;
        let mut logits = self.logits.row_mut(k);
        let classes = z.len() as f64;
        let mut deviation = 1.0;
        let mut mean = 0.0;
        if zscore {
            mean = logits.iter().map(|&u| f64::from(u)).sum::<f64>() / classes;
            let squares = logits
                .iter()
                .map(|&u| (f64::from(u) - mean) * (f64::from(u) - mean));
            deviation = (squares.sum::<f64>() / (classes - 1.0).max(1.0))
                .sqrt()
                .max(SMALLEST_DEVIATION);
        }
        for c in 0..z.len() {
            z[c] = (f64::from(logits[c]) - mean) / deviation;
            fused[c] = f64::from(self.rows.text[[i, c]]) + strength * z[c];
            auxiliary[c] = z[c];
        }
        let losses = (cross_entropy(fused, label), cross_entropy(auxiliary, label));
        let weights = (lambda * strength / size, (1.0 - lambda) / size);
        // What is left in `fused` is the gradient with respect to z.
        let (mut sum, mut along) = (0.0, 0.0);
        for c in 0..z.len() {
            let own = if c == label { 1.0 } else { 0.0 };
            fused[c] = weights.0 * (fused[c] - own) + weights.1 * (auxiliary[c] - own);
            sum += fused[c];
            along += fused[c] * z[c];
        }
        if zscore {
            along /= (classes - 1.0).max(1.0);
            for c in 0..z.len() {
                fused[c] = (fused[c] - sum / classes - z[c] * along) / deviation;
            }
        }
        for (out, &g) in logits.iter_mut().zip(fused.iter()) {
            *out = g as f32;
        }
        losses
    }

    /// The AdamW step number `t`, from 0: decay, moments, update, in this order.
    fn update(&mut self, t: usize, learning_rate: f64, features: &[&[f32]]) {
        let correct = |beta: f32| 1.0 - crate::numerics::math::pow(f64::from(beta), (t + 1) as f64);
        let step = adam::Step {
            betas: BETAS,
            epsilon: EPSILON,
            keep: (1.0 - learning_rate * self.training.weight_decay) as f32,
            rate: (learning_rate / correct(BETAS[0])) as f32,
            unbias: (1.0 / correct(BETAS[1])) as f32,
        };
        let width = self.gradient.len();
        let [first, second] = &mut self.moments;
        let flat = "weights and moments are row-major";
        let weights = self
            .weights
            .as_slice_mut()
            .expect(flat)
            .chunks_exact_mut(width);
        let first = first.as_slice_mut().expect(flat).chunks_exact_mut(width);
        let second = second.as_slice_mut().expect(flat).chunks_exact_mut(width);
        for (c, ((weights, first), second)) in weights.zip(first).zip(second).enumerate() {
            linalg::combine(&mut self.gradient, features, &|k| self.logits[[k, c]]);
            step.apply(&self.gradient, weights, first, second);
        }
    }
}

/// Turns logits into probabilities, and gives the cross-entropy with the label.
fn cross_entropy(logits: &mut [f64], label: usize) -> f64 {
    let own = logits[label];
    softmax(logits) - own
}
