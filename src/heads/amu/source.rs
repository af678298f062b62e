//! From a task to the minimisations over some of its examples, and from their minima to logits and weights.

use super::Amu;
use super::convex::{Problem, Rows, Until};
use super::fitted::Text;
use crate::numerics::linalg;
use crate::numerics::order::distinct;
use crate::task::{Task, class_counts, class_sums};
use ndarray::{Array2, Axis};

/// What a bias is learned from: all N examples of a task.
pub(super) struct Source<'a> {
    recipe: &'a Amu,
    pub task: &'a Task,
    pub text: &'a Text,
    /// Unit auxiliary features `(N, A)`.
    features: Array2<f32>,
    /// Their products with each other `(N, N)`, where these are not many more numbers.
    gram: Option<Array2<f32>>,
    /// Zero-shot logits `(N, C)`.
    pub logits: Array2<f32>,
    /// Coefficients `(N, C)` of the last minimum that each example was part of, where the next minimisation starts.
    last: Array2<f64>,
}

/// A learned bias: z = sigma (W0 + b^T X) x.
pub(super) struct Learned {
    /// Classes that it was learned for.
    pub used: Vec<usize>,
    /// Coefficients `(N, used)` of sigma W in the examples.
    coefficients: Array2<f64>,
}

/// The standard deviation of class-mean logits is taken to be at least this.
const SMALLEST_DEVIATION: f64 = 1e-3;

/// More examples than this many times their width are known by their features, which are half the numbers or fewer, not by their
/// products. At three times the width a fit takes a fifth longer so (`evaluate --heads amu --aux none --shots 16`, UCF101).
const MANY: usize = 2;

impl<'a> Source<'a> {
    pub fn new(recipe: &'a Amu, task: &'a Task, text: &'a Text) -> Self {
        let features = recipe.aux.features(task);
        Self {
            recipe,
            gram: (features.nrows() <= MANY * features.ncols())
                .then(|| linalg::gram(features.view())),
            features,
            logits: text.logits(task.features()),
            last: Array2::zeros((task.n_examples(), task.n_classes())),
            task,
            text,
        }
    }

    /// Learns the bias from some of the examples: beside the text with the strength `alpha`, or alone. It is
    /// zero where they are of one class.
    pub fn learn(&mut self, examples: &[usize], alpha: Option<f64>, until: Until) -> Learned {
        let classes = examples.iter().map(|&i| self.task.labels()[i]);
        let used = distinct(classes.collect());
        let mut coefficients = Array2::zeros((self.task.n_examples(), used.len()));
        if used.len() > 1 {
            let (problem, anchor) = self.problem(examples, &used, alpha);
            let mut b = part(&self.last, examples, &used);
            problem.ascend(&mut b, until);
            for ((row, &i), &label) in b.rows().into_iter().zip(examples).zip(&problem.labels) {
                for (c, &b) in row.iter().enumerate() {
                    self.last[[i, used[c]]] = b;
                    let anchor = if c == label { anchor[c] } else { 0.0 };
                    coefficients[[i, c]] = problem.sigma * (anchor + b);
                }
            }
        }
        Learned { used, coefficients }
    }

    /// The minimisation, and the coefficient of each class's anchor W0, its mean at unit length, in its examples.
    fn problem(
        &self,
        examples: &[usize],
        used: &[usize],
        alpha: Option<f64>,
    ) -> (Problem, Vec<f64>) {
        let (n, classes) = (examples.len(), used.len());
        let place = |&i: &usize| {
            let place = used.binary_search(&self.task.labels()[i]);
            place.expect("it is the class of one of the examples")
        };
        let labels: Vec<usize> = examples.iter().map(place).collect();
        // Products with the sums of the classes, and from them with the class means at unit length.
        let (rows, mut base) = match &self.gram {
            Some(gram) => {
                let gram = part(gram, examples, examples);
                let products = class_sums(gram.rows(), &labels, (classes, n));
                (Rows::Gram(gram), products)
            }
            None => {
                let features = linalg::select(self.features.view(), examples);
                let shape = (classes, features.ncols());
                let sums = linalg::single(class_sums(features.rows(), &labels, shape).view());
                let products = linalg::products(sums.view(), features.view());
                (Rows::Features(features), linalg::wide(products.view()))
            }
        };
        let counts = class_counts(&labels, classes);
        let mut squares = vec![0.0; classes];
        for (i, &c) in labels.iter().enumerate() {
            squares[c] += base[[c, i]];
        }
        // Opposite examples leave rounding errors, which have no direction.
        let inverse = |square: f64| match square > 1e-12 {
            true => 1.0 / square.sqrt(),
            false => 0.0,
        };
        let anchor: Vec<f64> = squares.into_iter().map(inverse).collect();
        for (mut base, anchor) in base.rows_mut().into_iter().zip(&anchor) {
            base *= *anchor;
        }
        let deviation = base.std_axis(Axis(0), 1.0).sum() / n as f64;
        let sigma = 1.0 / deviation.max(SMALLEST_DEVIATION);
        base *= sigma;
        let mut strength = match alpha {
            Some(alpha) => {
                let factors = self.text.factors(&self.logits.select(Axis(0), examples));
                factors.iter().map(|k| alpha * k).collect()
            }
            None => vec![1.0; n],
        };
        let mut text = part(&self.logits, examples, used).mapv(f64::from);
        if self.text.shares {
            // Text is learned beside among the classes that have one; of an example of another class the bias counts alone.
            for ((mut row, strength), &c) in
                text.rows_mut().into_iter().zip(&mut strength).zip(&labels)
            {
                match self.text.tells(used[c]) {
                    true => (row.iter_mut().zip(used))
                        .filter(|(_, c)| !self.text.tells(**c))
                        .for_each(|(logit, _)| *logit = f64::NEG_INFINITY),
                    false => {
                        row.fill(0.0);
                        *strength = 1.0;
                    }
                }
            }
        }
        let weight = |&c: &usize| match self.recipe.class_balance {
            true => n as f64 / (counts[c] * classes) as f64,
            false => 1.0,
        };
        let problem = Problem {
            rows,
            text,
            strength,
            weights: labels.iter().map(weight).collect(),
            labels,
            lambda: alpha.map_or(0.0, |_| self.recipe.lambda),
            mu: self.recipe.mu,
            sigma,
            base,
        };
        (problem, anchor)
    }

    /// Bias logits `(m, C)` of some examples; classes that it was not learned for get the mean of the others.
    pub fn bias(&self, learned: &Learned, of: &[usize]) -> Array2<f64> {
        let rows = linalg::select(self.features.view(), of);
        let z = linalg::products(rows.view(), self.weights(learned).view()).mapv(f64::from);
        let mean = z.sum_axis(Axis(1)) / learned.used.len() as f64;
        Array2::from_shape_fn((of.len(), self.task.n_classes()), |(i, c)| {
            let place = learned.used.binary_search(&c);
            place.map_or(mean[i], |place| z[[i, place]])
        })
    }

    /// sigma W `(used, A)`.
    pub fn weights(&self, learned: &Learned) -> Array2<f32> {
        let mut weights = Array2::zeros((learned.used.len(), self.features.ncols()));
        let features = self.features.view();
        let rows = linalg::rows(&features);
        let classes = learned.coefficients.columns().into_iter();
        for (out, coefficients) in weights.rows_mut().into_iter().zip(classes) {
            let out = out.into_slice().expect(linalg::CONTIGUOUS);
            linalg::combine(out, &rows, &|i| coefficients[i] as f32);
        }
        weights
    }

    /// Zero-shot logits `(C,)` of an example and the factor of its bias, when only `rest` has been seen: a class without text
    /// and examples does not count.
    pub fn text_without(&self, i: usize, rest: &[usize]) -> (Vec<f32>, f64) {
        let mut logits = self.logits.row(i).to_vec();
        let labels = self.task.labels();
        for (c, logit) in logits.iter_mut().enumerate() {
            if self.task.text()[c].is_none() && !rest.iter().any(|&j| labels[j] == c) {
                *logit = f32::NEG_INFINITY;
            }
        }
        let factor = self.text.factor(&logits, &mut vec![0.0; logits.len()]);
        (logits, factor)
    }
}

/// Some rows of a matrix, and of them some columns.
fn part<T: Copy>(matrix: &Array2<T>, rows: &[usize], columns: &[usize]) -> Array2<T> {
    Array2::from_shape_fn((rows.len(), columns.len()), |(i, j)| {
        matrix[[rows[i], columns[j]]]
    })
}
