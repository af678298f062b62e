//! A few-shot task: the numbers that heads are fitted to.

mod examples;
mod standard;
mod view;

use self::examples::Examples;
use self::standard::Standard;
pub(crate) use self::standard::{SHARED, STEEPNESS};
use self::view::{Standardised, View};
use crate::numerics::order::{distinct, sort_indices};
use crate::numerics::{linalg, math};
use crate::support::{Example, Role, SupportSet};
use crate::{Error, Result, Streams};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, s};
use std::sync::Arc;

/// Unit features, labels and texts, gathered from a support set or read from a file of features.
///
/// What heads see of a row is its *embedding*: the streams side by side, each scaled by the square root of its
/// *trust*. The trusts sum to one, so an embedding has unit length, and the similarity of two embeddings is the mean of the
/// similarities of their streams, weighted by trust. Of a task that was [`Task::standardised`] the streams are first freed
/// from what the examples have in common.
///
/// Tasks that differ only in how rows are seen, or in their texts, share the rest: to derive one copies no row.
#[derive(Debug, Clone)]
pub struct Task {
    examples: Arc<Examples>,
    text: Arc<[Option<Array1<f32>>]>,
    /// Unit rows of photos that show none of the classes `(q, width)`.
    negatives: Arc<Array2<f32>>,
    view: Arc<View>,
}

impl Task {
    /// A task of raw features `(n, width)`, labels `(n,)` in `0..text.len()`, and one text row or none a class.
    /// Each stream is trusted as its weight says.
    ///
    /// # Errors
    /// [`Error::Shape`] where lengths disagree or a label is out of range; [`Error::NotFinite`] or
    /// [`Error::ZeroFeature`] for a row that has no direction.
    pub fn new(
        streams: Streams,
        features: Array2<f32>,
        labels: Vec<usize>,
        text: Vec<Option<Array1<f32>>>,
    ) -> Result<Self> {
        Error::check_length("labels", features.nrows(), labels.len())?;
        if let Some(&label) = labels.iter().find(|&&label| label >= text.len()) {
            Error::check_length("classes", label + 1, text.len())?;
        }
        let unit = |row: Array1<f32>| Ok(streams.unit_text(&row.to_vec())?.into());
        let text = text.into_iter().map(|row| row.map(unit).transpose());
        let text = text.collect::<Result<Vec<_>>>()?;
        let mut features = features.as_standard_layout().into_owned();
        for mut row in features.rows_mut() {
            let unit = streams.unit(&row.to_vec())?;
            row.assign(&Array1::from(unit));
        }
        let examples = Examples {
            streams,
            rows: features,
            labels,
        };
        Ok(Self::of(examples, text))
    }

    fn of(examples: Examples, text: Vec<Option<Array1<f32>>>) -> Self {
        let view = View::new(examples.streams.prior_trust(), None);
        Self {
            negatives: Arc::new(Array2::zeros((0, examples.streams.width()))),
            examples: Arc::new(examples),
            text: text.into(),
            view: Arc::new(view),
        }
    }

    /// The same task with the raw features `(q, width)` of photos that show none of its classes. They move no score; what is like
    /// them is more foreign.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`] or [`Error::ZeroFeature`] for a row that has no direction.
    pub fn with_negatives(&self, features: ArrayView2<'_, f32>) -> Result<Self> {
        let mut units = Vec::with_capacity(features.len());
        for row in features.rows() {
            units.extend(self.streams().unit(&row.to_vec())?);
        }
        let shape = (features.nrows(), self.streams().width());
        let units = Array2::from_shape_vec(shape, units).expect(linalg::WHOLE);
        Ok(Self {
            negatives: Arc::new(units),
            ..self.clone()
        })
    }

    /// The same task, seen in another way.
    fn seen(&self, view: View) -> Self {
        Self {
            view: Arc::new(view),
            ..self.clone()
        }
    }

    /// The same task with embeddings that lack what examples of different classes have in common: of each stream a share of the
    /// mean of all examples is taken away, each dimension is divided by a power of its standard deviation, and the rest is
    /// made unit length again. Share and power are the strength, 1.5 times the mean cosine of two examples of different
    /// classes, from 0 to 1: none for features that lie around zero, most for those of CLIP. What is left tells more, so the
    /// stream is trusted less by as much. Texts, the rows themselves and streams that are [`crate::Stream::plain`] stay as
    /// they are. It is for heads that know embeddings by their likeness or by weights on them.
    ///
    /// On true CLIP features of Caltech-101, UCF101 and DTD (validation photos) it gains 1.7 to 2.4 points at one photo a
    /// class and 0.4 to 1.3 at four, and on features of MobileNetV2 and of our own encoder it changes little.
    pub fn standardised(&self) -> Self {
        if self.view.standard.is_some() {
            return self.clone();
        }
        let streams = self.streams();
        let standard = Standard::of(streams, self.features(), self.labels(), self.n_classes());
        let Some(standard) = standard else {
            return self.clone();
        };
        let trust = self.trust().iter().zip(&standard.kept);
        let trust: Vec<f64> = trust.map(|(trust, kept)| trust * kept).collect();
        let sum: f64 = trust.iter().sum();
        let mut rows = self.examples.rows.clone();
        for mut row in rows.rows_mut() {
            let row = row.as_slice_mut().expect(linalg::CONTIGUOUS);
            standard.apply(streams, row);
        }
        let standard = Standardised {
            standard: Arc::new(standard),
            rows: Arc::new(rows),
        };
        let trust = trust.into_iter().map(|t| t / sum).collect();
        self.seen(View::new(trust, Some(standard)))
    }

    /// A task without examples that sees rows as another does: standardised and trusted alike.
    pub(crate) fn seen_as(self, other: &Self) -> Self {
        Self {
            text: self.text,
            negatives: self.negatives,
            ..other.subset(&[])
        }
    }

    /// The same task with another trust in each stream: numbers `>= 0`, of which only the proportions count.
    ///
    /// # Errors
    /// [`Error::Shape`] or [`Error::Parameter`] for numbers that are no weights.
    pub fn with_trust(&self, trust: &[f64]) -> Result<Self> {
        Error::check_length("trust in the streams", self.trust().len(), trust.len())?;
        let sum: f64 = trust.iter().sum();
        if !(trust.iter().all(|&t| t >= 0.0) && sum > 0.0 && sum.is_finite()) {
            let range = "numbers of at least 0, one of them above 0";
            return Err(Error::parameter("trust", format!("{trust:?}"), range));
        }
        let trust = trust.iter().map(|t| t / sum).collect();
        Ok(self.seen(self.view.trusting(trust)))
    }

    /// The task of some of the examples, in this order.
    pub fn subset(&self, examples: &[usize]) -> Self {
        Self {
            examples: Arc::new(self.examples.select(examples)),
            text: self.text.clone(),
            negatives: self.negatives.clone(),
            view: Arc::new(self.view.select(examples)),
        }
    }

    /// The task without some of the examples.
    pub fn without(&self, examples: &[usize]) -> Self {
        let mut kept = vec![true; self.n_examples()];
        examples.iter().for_each(|&i| kept[i] = false);
        let kept: Vec<usize> = (0..kept.len()).filter(|&i| kept[i]).collect();
        self.subset(&kept)
    }

    /// At most so many examples, in order: those of each class in turn, so that no class is favoured.
    pub fn stratified(&self, most: usize) -> Vec<usize> {
        stratified(self.labels(), self.n_classes(), most)
    }

    /// The task without its texts.
    pub fn without_text(&self) -> Self {
        Self {
            text: vec![None; self.n_classes()].into(),
            ..self.clone()
        }
    }

    /// Layout of the feature rows.
    pub fn streams(&self) -> &Streams {
        &self.examples.streams
    }

    /// Number of classes C, those without examples included.
    pub fn n_classes(&self) -> usize {
        self.text.len()
    }

    /// Number of examples N.
    pub fn n_examples(&self) -> usize {
        self.examples.labels.len()
    }

    /// All features `(n, width)`, each stream of unit length.
    pub fn features(&self) -> ArrayView2<'_, f32> {
        self.examples.rows.view()
    }

    /// The unit row `(width,)` of one example.
    pub fn row(&self, example: usize) -> &[f32] {
        let width = self.streams().width();
        let all = self.examples.rows.as_slice();
        &all.expect(linalg::CONTIGUOUS)[example * width..][..width]
    }

    /// Class index of each example.
    pub fn labels(&self) -> &[usize] {
        &self.examples.labels
    }

    /// Unit text row of each class, where it has one.
    pub fn text(&self) -> &[Option<Array1<f32>>] {
        &self.text
    }

    /// Whether any class has a text.
    pub fn has_text(&self) -> bool {
        self.text.iter().any(Option::is_some)
    }

    /// Examples of each class.
    pub fn counts(&self) -> Vec<usize> {
        class_counts(self.labels(), self.n_classes())
    }

    /// Classes that have examples.
    pub(crate) fn used(&self) -> Vec<usize> {
        let counts = self.counts();
        (0..counts.len()).filter(|&c| counts[c] > 0).collect()
    }

    /// Means of the embeddings of each class `(C, width)`; zero where there is no example.
    pub(crate) fn class_means(&self) -> Array2<f64> {
        let embeddings = self.embeddings();
        let shape = (self.n_classes(), embeddings.ncols());
        let mut means = class_sums(embeddings.rows(), self.labels(), shape);
        for (mut mean, n) in means.rows_mut().into_iter().zip(self.counts()) {
            mean /= n.max(1) as f64;
        }
        means
    }

    /// How much each stream is trusted; the numbers sum to 1.
    pub fn trust(&self) -> &[f64] {
        &self.view.trust
    }

    /// What logits of the embeddings are divided by as long as no example tells: the geometric mean of the streams' temperatures,
    /// weighted by trust; see [`crate::Stream::temperature`].
    pub fn temperature(&self) -> f64 {
        let streams = self.streams().as_slice().iter().zip(self.trust());
        let logarithms = streams.map(|(s, trust)| trust * math::ln(s.temperature.unwrap_or(1.0)));
        math::exp(logarithms.sum())
    }

    /// What each column of a unit row, less [`Task::shift`], is multiplied by to give the embedding `(width,)`; of a
    /// standardised task an embedding of about unit length.
    pub fn scale(&self) -> Array1<f32> {
        let mut scale = match &self.view.standard {
            Some(all) => all.standard.scale.clone(),
            None => Array1::ones(self.streams().width()),
        };
        for (columns, trust) in self.streams().columns().zip(self.trust()) {
            let mut scale = scale.slice_mut(s![columns]);
            scale *= trust.sqrt() as f32;
        }
        scale
    }

    /// What is taken from each column of a unit row before it is scaled `(width,)`: zeros but for a standardised task.
    pub fn shift(&self) -> Array1<f32> {
        match &self.view.standard {
            Some(all) => all.standard.shift.clone(),
            None => Array1::zeros(self.streams().width()),
        }
    }

    /// The embeddings `(n, width)`: unit rows, in which each stream has the length of the root of its trust.
    pub fn embeddings(&self) -> ArrayView2<'_, f32> {
        self.view.embeddings(&self.examples).view()
    }

    /// The embedding `(width,)` of a query; `row` is its unit row.
    pub fn embedding_of(&self, row: &[f32]) -> Vec<f32> {
        let mut embedding = Vec::new();
        self.embedding_into(row, &mut embedding);
        embedding
    }

    /// The embeddings `(n, width)` of queries; `rows` are their unit rows.
    pub fn embeddings_of<'a>(&self, rows: impl Iterator<Item = &'a [f32]>) -> Array2<f32> {
        let embeddings: Vec<f32> = rows.flat_map(|row| self.embedding_of(row)).collect();
        let width = self.streams().width();
        Array2::from_shape_vec((embeddings.len() / width, width), embeddings).expect(linalg::WHOLE)
    }

    /// The embeddings `(q, width)` of the photos that show none of the classes.
    pub fn negatives(&self) -> Array2<f32> {
        self.embeddings_of(linalg::rows(&*self.negatives).into_iter())
    }

    /// Puts the embedding `(width,)` of a query in the place of what is there.
    pub(crate) fn embedding_into(&self, row: &[f32], embedding: &mut Vec<f32>) {
        self.weigh_into(row, f64::sqrt, embedding);
    }

    /// Puts a unit row in the place of what is there, standardised as the task is, each stream times a function of its trust.
    fn weigh_into(&self, row: &[f32], factor: fn(f64) -> f64, out: &mut Vec<f32>) {
        out.clear();
        out.extend_from_slice(row);
        if let Some(all) = &self.view.standard {
            all.standard.apply(self.streams(), out);
        }
        for (columns, &trust) in self.streams().columns().zip(self.trust()) {
            let factor = factor(trust) as f32;
            out[columns].iter_mut().for_each(|v| *v *= factor);
        }
    }

    /// Similarity of the embeddings of all examples with each other `(n, n)`, in `[-1, 1]`.
    pub fn similarity(&self) -> ArrayView2<'_, f32> {
        self.view.similarity(&self.examples).view()
    }

    /// Similarity of all examples with each other in each stream apart `(n, n)`.
    pub fn similarities(&self) -> &[Array2<f32>] {
        self.view.similarities(&self.examples)
    }

    /// Writes the similarity of a query's embedding with that of every example into `out (n,)`; `row` is its unit row, and `room`
    /// is for the query's embedding, so that asking allocates nothing.
    pub fn similarities_into(&self, row: &[f32], room: &mut Vec<f32>, out: &mut [f32]) {
        out.fill(0.0);
        if out.is_empty() {
            return;
        }
        // The root of the trust on both sides is the trust on one.
        self.weigh_into(row, |trust| trust, room);
        linalg::add_products(self.view.rows(&self.examples).view(), room, out);
    }
}

impl Task {
    /// All classes and negatives of a set with the first `n` of its examples that are in use; where these are more than `most`, with as
    /// many of them, those of each class in turn.
    pub fn of_first(set: &SupportSet, n: usize, most: usize) -> Self {
        let mut examples: Vec<&Example> = set.examples_in_use().map(|(_, e)| e).take(n).collect();
        if examples.len() > most {
            let labels: Vec<usize> = examples.iter().map(|e| set.index_of(e.class)).collect();
            let chosen = stratified(&labels, set.classes().len(), most);
            examples = chosen.into_iter().map(|i| examples[i]).collect();
        }
        let rows: Vec<&[f32]> = examples.iter().map(|example| &*example.row).collect();
        let shape = (examples.len(), set.streams().width());
        let rows = Array2::from_shape_vec(shape, rows.concat()).expect(linalg::WHOLE);
        let texts = set.classes().iter().map(|class| {
            let row = set.text(class).filter(|_| class.enabled)?;
            Some(Array1::from(row.to_vec()))
        });
        let examples = Examples {
            streams: set.streams().clone(),
            rows,
            labels: examples.iter().map(|e| set.index_of(e.class)).collect(),
        };
        Self {
            negatives: Arc::new(set.rows_of(Role::Negative)),
            ..Self::of(examples, texts.collect())
        }
    }
}

impl From<&SupportSet> for Task {
    fn from(set: &SupportSet) -> Self {
        Self::of_first(set, usize::MAX, usize::MAX)
    }
}

/// How often each class stands among labels `(n,)`.
pub(crate) fn class_counts<'a>(
    labels: impl IntoIterator<Item = &'a usize>,
    classes: usize,
) -> Vec<usize> {
    let mut counts = vec![0; classes];
    labels.into_iter().for_each(|&label| counts[label] += 1);
    counts
}

/// Sums `(C, d)`, their shape, of the n rows `(d,)` of each class; zeros where it has none.
pub(crate) fn class_sums<'a, T: Copy + Into<f64> + 'a>(
    rows: impl IntoIterator<Item: IntoIterator<Item = &'a T>>,
    labels: impl IntoIterator<Item = &'a usize>,
    shape: (usize, usize),
) -> Array2<f64> {
    let mut sums = Array2::zeros(shape);
    for (row, &label) in rows.into_iter().zip(labels) {
        let sum = sums.row_mut(label).into_slice();
        for (sum, &v) in sum.expect(linalg::CONTIGUOUS).iter_mut().zip(row) {
            *sum += v.into();
        }
    }
    sums
}

/// Mean `(d,)` of the means `(d,)` of some classes; zeros where these are none.
pub(crate) fn mean_of_means<'a>(
    classes: &[usize],
    d: usize,
    mean: &dyn Fn(usize) -> ArrayView1<'a, f64>,
) -> Array1<f64> {
    let mut sum = Array1::zeros(d);
    classes.iter().for_each(|&c| sum += &mean(c));
    sum / classes.len().max(1) as f64
}

/// At most so many examples, in order: those of each class in turn.
pub(crate) fn stratified(labels: &[usize], classes: usize, most: usize) -> Vec<usize> {
    let mut seen = vec![0_usize; classes];
    let mut turn = Vec::with_capacity(labels.len());
    for &label in labels {
        seen[label] += 1;
        turn.push(seen[label]);
    }
    let mut order: Vec<usize> = (0..labels.len()).collect();
    sort_indices(&mut order, &|a, b| turn[a].cmp(&turn[b]));
    order.truncate(most);
    distinct(order)
}
