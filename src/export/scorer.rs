//! What scores a query, as operators: a linear head, and the default answer as in `src/heads/fused.rs`.

use super::graph::{Graph, Value};
use crate::heads::{
    Affine, Forms, KNEE, Linear, SHARPNESS, SHORT, Scorer, TEMPERATURE, TEXT_SHARE,
};
use crate::numerics::{linalg, math::exp};
use crate::task::Task;
use ndarray::{Array2, ArrayView2, Axis};

/// Score of a class that cannot be scored. A finite number, because `-inf` would give NaN where it meets another.
const UNSCORED: f32 = -1e30;

/// Shorter features are divided by this, so that zeros give zeros and not NaN.
const SHORTEST: f64 = 1e-12;

/// The same of standardised ones, whose length is about 1; as in `src/task/standard.rs`.
const NO_LENGTH: f64 = 1e-6;

/// Below it `ln ln(1 + e^x)` is x to within 0.0002, and above it `1 + e^x` in single precision gives it as exactly.
const STRAIGHT: f64 = -8.0;

/// The streams of a unit row, and these side by side.
pub(super) struct Query {
    streams: Vec<Value>,
    row: Value,
}

/// What a scorer says of a query.
pub(super) struct Said {
    /// `(N, C)`.
    pub scores: Value,
    /// The parts of its novelty, each `(N, 1)`, where the scorer knows them.
    pub parts: Vec<Value>,
    /// How many classes it can score.
    pub scorable: usize,
}

impl Graph<'_> {
    /// A unit row of the inputs: x / max(|x|, shortest) of each stream.
    pub fn query(&mut self, task: &Task) -> Query {
        let streams = task.streams().as_slice().iter().enumerate();
        let streams: Vec<Value> = streams
            .map(|(input, stream)| self.unit(input, stream.dim, SHORTEST))
            .collect();
        Query {
            row: self.with("Concat", &streams, ("axis", 1)),
            streams,
        }
    }

    /// The embedding, as in [`Task::embedding_of`].
    pub fn embedding(&mut self, query: &Query, task: &Task) -> Value {
        let (shift, scale) = (task.shift().to_vec(), task.scale().to_vec());
        let mut streams = Vec::new();
        for (i, columns) in task.streams().columns().enumerate() {
            let width = columns.len();
            let [shift, scale] = [&shift, &scale].map(|of| self.row(&of[columns.clone()]));
            let rest = self.of("Sub", &[query.streams[i], shift]);
            let scaled = self.of("Mul", &[rest, scale]);
            let unit = self.unit(scaled, width, NO_LENGTH);
            streams.push(self.times(unit, task.trust()[i].sqrt()));
        }
        self.with("Concat", &streams, ("axis", 1))
    }

    /// Weights and bias.
    pub fn linear(&mut self, query: &Query, linear: &Linear) -> Said {
        let bias: Vec<f32> = linear.bias().iter().map(|b| b.max(UNSCORED)).collect();
        Said {
            scores: self.weighted(query.row, linear.weights().t(), 1.0, &bias),
            parts: Vec::new(),
            scorable: bias.iter().filter(|&&b| b > UNSCORED).count(),
        }
    }

    /// Images by their kernel values with the examples, and texts.
    pub fn scorer(&mut self, query: &Query, scorer: &Scorer<'_>) -> Said {
        let (joint, classes) = (scorer.joint, scorer.sums.nrows());
        let text = scorer.text.filter(|_| joint.weight > 0.0);
        let named: Vec<f32> = (0..classes)
            .map(|c| text.map_or(0.0, |text| f32::from(text.bias()[c].is_finite())))
            .collect();
        let forms = scorer.images.map(|images| images.forms());
        let taught = forms.as_ref().map_or(&[][..], |forms| forms.classes);
        let mut is_taught = vec![false; classes];
        taught.iter().for_each(|&c| is_taught[c] = true);
        let unscored: Vec<f32> = (0..classes)
            .map(|c| match named[c] > 0.0 || is_taught[c] {
                true => 0.0,
                false => UNSCORED,
            })
            .collect();
        let scorable = unscored.iter().filter(|&&v| v == 0.0).count();
        let products = forms
            .as_ref()
            .map(|forms| self.products(query, scorer, forms.classes));
        let (mut scores, mut parts) = match forms.as_ref().zip(products) {
            None => {
                let row = ArrayView2::from_shape((1, classes), &unscored);
                (self.matrix(row.expect(linalg::WHOLE), 1.0), Vec::new())
            }
            Some((forms, products)) => {
                let (logits, fit) = self.images(products, forms);
                // A class that has a text and no examples starts from the mean of the others.
                let spread = Array2::from_shape_fn((taught.len(), classes), |(k, c)| {
                    let share = match is_taught[c] {
                        true => f32::from(taught[k] == c),
                        false => named[c] / taught.len() as f32,
                    };
                    share / joint.images as f32
                });
                (
                    self.weighted(logits, spread.view(), 1.0, &unscored),
                    fit.to_vec(),
                )
            }
        };
        if let Some(text) = text {
            let factor = 1.0 / joint.texts as f32;
            let usual: Vec<f32> = joint.usual.iter().map(|v| -factor * v).collect();
            let texts = self.weighted(query.row, text.weights().t(), factor, &usual);
            let corrections = joint.corrections.as_ref().zip(products);
            let mut odds = None;
            let texts = match corrections {
                None => texts,
                Some((corrections, products)) => {
                    let corrections = linalg::single(corrections.select(Axis(1), taught).t());
                    let unnamed = self.unnamed(&named);
                    let texts = self.of("Add", &[texts, unnamed]);
                    odds = joint.even.map(|even| {
                        let fit = self.log_sum_exp(texts);
                        self.by("Sub", fit, even)
                    });
                    self.corrected(texts, products, &corrections)
                }
            };
            scores = self.with_texts(scores, texts, odds, joint.weight, &named);
            if forms.is_some() {
                let probabilities = self.softmax("Softmax", scores);
                parts.push(self.unsure(probabilities));
            }
        }
        Said {
            scores,
            parts,
            scorable,
        }
    }

    /// Shares out anew a share `(C,)` of each probability, as others say; as in `src/answer/recogniser.rs`.
    pub fn share_out(&mut self, p: Value, others: Value, share: &[f32]) -> Value {
        let column = ArrayView2::from_shape((share.len(), 1), share);
        let column = self.matrix(column.expect(linalg::WHOLE), 1.0);
        let row = self.row(share);
        let [taken, said] = [p, others].map(|of| self.of("MatMul", &[of, column]));
        let said = self.by("Max", said, f32::MIN_POSITIVE.into());
        let factor = self.of("Div", &[taken, said]);
        let others = self.of("Mul", &[others, factor]);
        let change = self.of("Sub", &[others, p]);
        let change = self.of("Mul", &[change, row]);
        self.of("Add", &[p, change])
    }

    /// The products e `(N, k)` of a query with the sums of some classes.
    fn products(&mut self, query: &Query, scorer: &Scorer<'_>, classes: &[usize]) -> Value {
        let sharpness = SHARPNESS.get();
        let embedding = self.embedding(query, scorer.view);
        let rows = self.matrix(scorer.rows.t(), sharpness as f32);
        let likeness = self.of("MatMul", &[embedding, rows]);
        let closeness = self.by("Sub", likeness, sharpness);
        let closeness = self.by("Min", closeness, 0.0);
        let affinities = self.of("Exp", &[closeness]);
        let values = self.by("Sub", affinities, exp(-sharpness));
        let sums = linalg::select(scorer.sums, classes);
        let sums = self.matrix(sums.t(), 1.0);
        self.of("MatMul", &[values, sums])
    }

    /// The logits `(N, k)` of images, how far a query lies and how much it falls short; see `src/heads/fused/discriminant.rs`.
    fn images(&mut self, products: Value, forms: &Forms<'_>) -> (Value, [Value; 2]) {
        let [values, reached, gaussian, towards, nearness] = [
            &forms.values,
            &forms.reached,
            &forms.gaussian,
            &forms.towards,
            &forms.nearness,
        ]
        .map(|Affine(matrix, bias)| {
            let [matrix, bias] = [self.wide(matrix), self.wide_row(bias)];
            self.of("Gemm", &[products, matrix, bias])
        });
        let bent = self.log_softplus(values);
        let bent = self.times(bent, forms.bent);
        let logits = self.of("Add", &[bent, gaussian]);
        let reached = self.largest(reached);

        let k = forms.classes.len();
        let square = self.of("Mul", &[products, towards]);
        let square = self.sum(square, k);
        let all = self.sum(products, k);
        let all = self.by("Sub", all, 1.0);
        let all = self.of("Mul", &[all, all]);
        let all = self.times(all, 1.0 / forms.all);
        let more = self.of("Sub", &[square, all]);
        let at_mean = self.wide_row(&forms.at_mean);
        let more = self.of("Div", &[more, at_mean]);
        let near = self.of("Sub", &[nearness, more]);
        let near = self.largest(near);
        let far = self.times(near, -1.0);
        (
            logits,
            [self.by("Add", far, 1.0), self.times(reached, -SHORT)],
        )
    }

    /// One minus the largest of some probabilities `(N, 1)`.
    pub fn unsure(&mut self, probabilities: Value) -> Value {
        let most = self.largest(probabilities);
        let less = self.times(most, -1.0);
        self.by("Add", less, 1.0)
    }

    /// The logits of texts as the examples correct them, given the products with the classes that have examples; see
    /// `src/heads/fused/text.rs`.
    fn corrected(&mut self, texts: Value, products: Value, corrections: &Array2<f32>) -> Value {
        let probabilities = self.softmax("Softmax", texts);
        let corrections = self.matrix(corrections.view(), 1.0);
        let corrections = self.of("MatMul", &[products, corrections]);
        let corrected = self.of("Add", &[probabilities, corrections]);
        let values = self.times(corrected, 1.0 / KNEE.get());
        let bent = self.log_softplus(values);
        self.times(bent, 1.0 / TEMPERATURE.get())
    }

    /// 0 for a class that is named, and next to nothing for another.
    fn unnamed(&mut self, named: &[f32]) -> Value {
        let unnamed: Vec<f32> = named.iter().map(|own| (1.0 - own) * UNSCORED).collect();
        self.row(&unnamed)
    }

    /// Adds the logits of texts to those of images, among the classes that are named; see `src/heads/fused/text.rs`.
    fn with_texts(
        &mut self,
        images: Value,
        texts: Value,
        odds: Option<Value>,
        weight: f64,
        named: &[f32],
    ) -> Value {
        let (unnamed, named) = (self.unnamed(named), self.row(named));
        let texts = self.times(texts, weight);
        let less = self.times(images, -TEXT_SHARE.get());
        let texts = self.of("Add", &[texts, less]);
        let texts = self.of("Mul", &[texts, named]);
        let alone = self.of("Add", &[images, unnamed]);
        let both = self.of("Add", &[alone, texts]);
        let [alone, both] = [alone, both].map(|of| self.log_sum_exp(of));
        let mut more = self.of("Sub", &[both, alone]);
        if let Some(odds) = odds {
            let odds = self.times(odds, weight);
            more = self.of("Sub", &[more, odds]);
        }
        let more = self.of("Mul", &[more, named]);
        let sum = self.of("Add", &[images, texts]);
        self.of("Sub", &[sum, more])
    }

    /// The largest number of each row `(N, 1)`.
    pub fn largest(&mut self, rows: Value) -> Value {
        let place = self.with("ArgMax", &[rows], ("axis", 1));
        self.with("GatherElements", &[rows, place], ("axis", 1))
    }

    /// `ln(sum(exp(x)))` of each row `(N, 1)`: what softmax takes from its logits.
    fn log_sum_exp(&mut self, rows: Value) -> Value {
        let logarithms = self.softmax("LogSoftmax", rows);
        let [most, least] = [rows, logarithms].map(|of| self.largest(of));
        self.of("Sub", &[most, least])
    }

    fn log_softplus(&mut self, x: Value) -> Value {
        let bent = self.by("Max", x, STRAIGHT);
        let rest = self.of("Sub", &[x, bent]);
        let softplus = self.of("Softplus", &[bent]);
        let bent = self.of("Log", &[softplus]);
        self.of("Add", &[bent, rest])
    }

    /// A softmax or its logarithm over classes.
    pub fn softmax(&mut self, operator: &str, rows: Value) -> Value {
        self.with(operator, &[rows], ("axis", 1))
    }

    /// Rows of unit length; shorter ones are divided by the shortest.
    fn unit(&mut self, rows: Value, width: usize, shortest: f64) -> Value {
        let squares = self.of("Mul", &[rows, rows]);
        let square = self.sum(squares, width);
        let length = self.of("Sqrt", &[square]);
        let divisor = self.by("Max", length, shortest);
        self.of("Div", &[rows, divisor])
    }

    /// Rows times weights, and a bias.
    fn weighted(
        &mut self,
        rows: Value,
        weights: ArrayView2<'_, f32>,
        factor: f32,
        bias: &[f32],
    ) -> Value {
        let (weights, bias) = (self.matrix(weights, factor), self.row(bias));
        self.of("Gemm", &[rows, weights, bias])
    }

    /// The sum of each row `(N, 1)`.
    fn sum(&mut self, rows: Value, width: usize) -> Value {
        let ones = self.matrix(Array2::ones((width, 1)).view(), 1.0);
        self.of("MatMul", &[rows, ones])
    }

    pub fn times(&mut self, rows: Value, factor: f64) -> Value {
        self.by("Mul", rows, factor)
    }

    /// What an operator makes of a value and a number.
    pub fn by(&mut self, operator: &str, rows: Value, number: f64) -> Value {
        let number = self.number(number);
        self.of(operator, &[rows, number])
    }
}
