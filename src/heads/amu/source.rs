//! From a task to the minimisations over some of its examples, and from their minima to logits and weights.

use super::biased::{Auxiliary, Text};
use super::convex::{Kernel, Minimum, Problem};
use crate::numerics::linalg;
use crate::task::Task;
use ndarray::{Array2, ArrayView1, Axis, s};

/// What a bias is learned from: all examples of a task.
pub(super) struct Source<'a> {
    pub task: &'a Task,
    text: &'a Text,
    /// Unit auxiliary features `(N, A)`.
    features: Array2<f32>,
    /// Their products with each other `(N, N)`, where that is less work than the features themselves.
    gram: Option<Array2<f32>>,
    /// Zero-shot logits `(N, C)`.
    pub logits: Array2<f32>,
}

/// What a bias is learned with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Objective {
    pub alpha: f64,
    pub lambda: f64,
    pub mu: f64,
    pub class_balance: bool,
}

/// A learned bias of some of the examples: z = sigma (W0 + b^T X) x.
pub(super) struct Learned {
    examples: Vec<usize>,
    /// Classes with examples among them.
    pub used: Vec<usize>,
    /// Coefficients `(n, used)` of sigma W in the examples.
    coefficients: Array2<f64>,
    pub gap: f64,
}

/// From this many examples on, and twice as many as features, the products are not worth their memory.
const MANY: usize = 500;

/// The standard deviation of class-mean logits is taken to be at least this.
const SMALLEST_DEVIATION: f64 = 1e-3;

impl<'a> Source<'a> {
    pub fn new(task: &'a Task, text: &'a Text, auxiliary: Auxiliary) -> Self {
        let (columns, scale) = auxiliary.columns(task);
        let n = task.n_examples();
        let mut features = task.features().slice(s![.., columns.clone()]).to_owned();
        features *= &ArrayView1::from(&scale);
        let gram = if n > MANY && n > 2 * columns.len() {
            None
        } else if auxiliary == Auxiliary::All {
            Some(task.similarity().to_owned())
        } else {
            let streams = task.streams().columns().zip(task.similarities());
            let inside = streams.filter(|(c, _)| columns.start <= c.start && c.end <= columns.end);
            let zero = Array2::zeros((n, n));
            Some(inside.fold(zero, |mut sum, (_, stream)| {
                sum.scaled_add(scale[0] * scale[0], stream);
                sum
            }))
        };
        let mut logits = Array2::zeros((n, task.n_classes()));
        for (i, mut out) in logits.rows_mut().into_iter().enumerate() {
            text.logits_into(
                task.row(i),
                out.as_slice_mut().expect("a fresh array is row-major"),
            );
        }
        Self {
            task,
            text,
            features,
            gram,
            logits,
        }
    }

    /// The factors of the bias of these examples, as if the classes without `counts` had none: a class without text and
    /// examples does not count.
    fn factors(&self, examples: &[usize], counts: &[usize]) -> Vec<f64> {
        let mut room = vec![0.0; counts.len()];
        examples
            .iter()
            .map(|&i| self.text.factor(&self.known(i, counts), &mut room))
            .collect()
    }

    /// Zero-shot logits of an example, `-inf` for classes without text and examples.
    fn known(&self, i: usize, counts: &[usize]) -> Vec<f32> {
        let logits = self.logits.row(i).into_iter();
        let kept = logits
            .zip(counts)
            .zip(self.task.text())
            .map(|((&s, &n), text)| {
                if self.text.any && n == 0 && text.is_none() {
                    f32::NEG_INFINITY
                } else {
                    s
                }
            });
        kept.collect()
    }

    fn counts(&self, examples: &[usize]) -> Vec<usize> {
        let mut counts = vec![0; self.task.n_classes()];
        for &i in examples {
            counts[self.task.labels()[i]] += 1;
        }
        counts
    }

    /// The minimisation over some of the examples; `None` where fewer than two classes have any.
    fn problem(&self, examples: &[usize], objective: Objective) -> Option<(Problem, Array2<f64>)> {
        let counts = self.counts(examples);
        let used: Vec<usize> = (0..counts.len()).filter(|&c| counts[c] > 0).collect();
        let (n, classes) = (examples.len(), used.len());
        if classes < 2 {
            return None;
        }
        let stride = classes.next_multiple_of(2);
        let labels: Vec<usize> = examples
            .iter()
            .map(|&i| {
                let place = used.binary_search(&self.task.labels()[i]);
                place.expect("an example's class has an example")
            })
            .collect();
        let kernel = match &self.gram {
            Some(gram) => Kernel::Gram(part(gram, examples, examples)),
            None => Kernel::Features(linalg::select(self.features.view(), examples)),
        };
        // Products with the sums of the classes, and from them with the class means at unit length.
        let mut base = Array2::<f64>::zeros((n, stride));
        match &kernel {
            Kernel::Gram(gram) => {
                for (row, mut base) in gram.rows().into_iter().zip(base.rows_mut()) {
                    for (&product, &c) in row.iter().zip(&labels) {
                        base[c] += f64::from(product);
                    }
                }
            }
            Kernel::Features(features) => {
                let mut sums = Array2::<f32>::zeros((classes, features.ncols()));
                for (row, &c) in features.rows().into_iter().zip(&labels) {
                    let mut sum = sums.row_mut(c);
                    sum += &row;
                }
                let products = linalg::products(features.view(), sums.view());
                base.slice_mut(s![.., ..classes])
                    .assign(&products.mapv(f64::from));
            }
        }
        let mut squares = vec![0.0; classes];
        for (row, &c) in base.rows().into_iter().zip(&labels) {
            squares[c] += row[c];
        }
        let mut anchor = Array2::zeros((n, stride));
        for (c, square) in squares.into_iter().enumerate() {
            // Opposite examples leave rounding errors, which have no direction.
            let inverse = if square > 1e-12 {
                1.0 / square.sqrt()
            } else {
                0.0
            };
            base.column_mut(c).mapv_inplace(|v| v * inverse);
            for (i, _) in labels.iter().enumerate().filter(|&(_, &label)| label == c) {
                anchor[[i, c]] = inverse;
            }
        }
        let deviations = base.slice(s![.., ..classes]).std_axis(Axis(1), 1.0);
        let mean_deviation = deviations.sum() / n as f64;
        let sigma = 1.0 / mean_deviation.max(SMALLEST_DEVIATION);
        base *= sigma;
        let fused = self.text.any && objective.lambda > 0.0;
        let mut text = vec![0.0; n * stride];
        for (row, &i) in text.chunks_mut(stride).zip(examples) {
            for (out, &c) in row.iter_mut().zip(&used) {
                *out = f64::from(self.logits[[i, c]]);
            }
        }
        let strength = if fused {
            let factors = self.factors(examples, &counts);
            factors.iter().map(|k| k * objective.alpha).collect()
        } else {
            vec![1.0; n]
        };
        let weight = |c: usize| match objective.class_balance {
            true => n as f64 / (counts[used[c]] * classes) as f64,
            false => 1.0,
        };
        let problem = Problem {
            kernel,
            classes,
            stride,
            text,
            strength,
            weights: labels.iter().map(|&c| weight(c)).collect(),
            labels,
            lambda: if fused { objective.lambda } else { 0.0 },
            mu: objective.mu,
            sigma,
            base: base.into_raw_vec_and_offset().0,
        };
        Some((problem, anchor))
    }

    /// Learns the bias from some of the examples. `start` gives logits `(N, C)` of all examples to begin with.
    pub fn learn(
        &self,
        examples: &[usize],
        objective: Objective,
        start: Option<&Array2<f64>>,
        tolerance: f64,
    ) -> Learned {
        let counts = self.counts(examples);
        let used: Vec<usize> = (0..counts.len()).filter(|&c| counts[c] > 0).collect();
        let mut learned = Learned {
            examples: examples.to_vec(),
            coefficients: Array2::zeros((examples.len(), used.len())),
            used,
            gap: 0.0,
        };
        if let Some((problem, anchor)) = self.problem(examples, objective) {
            let used = &learned.used;
            let start = start.map(|z| problem.of_logits(|i, c| z[[examples[i], used[c]]]));
            let Minimum { b, gap } = problem.ascend(start, tolerance);
            let b =
                Array2::from_shape_vec(anchor.dim(), b).expect("b has the stride of the anchor");
            let all = (anchor + b) * problem.sigma;
            learned.coefficients = all.slice(s![.., ..used.len()]).to_owned();
            learned.gap = gap;
        }
        learned
    }

    /// Bias logits `(m, C)` of some examples; classes without examples get the mean of the others.
    pub fn bias(&self, learned: &Learned, of: &[usize]) -> Array2<f64> {
        let products = match &self.gram {
            Some(gram) => part(gram, of, &learned.examples),
            None => linalg::products(
                linalg::select(self.features.view(), of).view(),
                linalg::select(self.features.view(), &learned.examples).view(),
            ),
        };
        let z = products.mapv(f64::from).dot(&learned.coefficients);
        let mean = z.mean_axis(Axis(1));
        Array2::from_shape_fn((of.len(), self.task.n_classes()), |(i, c)| {
            match learned.used.binary_search(&c) {
                Ok(place) => z[[i, place]],
                Err(_) => mean.as_ref().map_or(0.0, |mean| mean[i]),
            }
        })
    }

    /// sigma W `(C, A)`, zero for classes without examples.
    pub fn weights(&self, learned: &Learned) -> Array2<f32> {
        let mut weights = Array2::zeros((self.task.n_classes(), self.features.ncols()));
        let rows = learned.examples.iter().map(|&i| {
            let row = self.features.row(i).to_slice();
            row.expect("features are row-major")
        });
        let rows: Vec<&[f32]> = rows.collect();
        for (coefficients, &c) in learned
            .coefficients
            .columns()
            .into_iter()
            .zip(&learned.used)
        {
            let mut out = weights.row_mut(c);
            let out = out.as_slice_mut().expect("a fresh array is row-major");
            linalg::combine(out, &rows, &|i| coefficients[i] as f32);
        }
        weights
    }

    /// Zero-shot logits `(C,)` of an example and the factor of its bias, when only `rest` has been seen.
    pub fn text_without(&self, i: usize, rest: &[usize]) -> (Vec<f32>, f64) {
        let logits = self.known(i, &self.counts(rest));
        let factor = self.text.factor(&logits, &mut vec![0.0; logits.len()]);
        (logits, factor)
    }
}

/// Some rows of a matrix, and of them some columns.
fn part(matrix: &Array2<f32>, rows: &[usize], columns: &[usize]) -> Array2<f32> {
    Array2::from_shape_fn((rows.len(), columns.len()), |(i, j)| {
        matrix[[rows[i], columns[j]]]
    })
}
