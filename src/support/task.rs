//! A few-shot task: the numbers that a head is fitted to.

use super::SupportSet;
use crate::{Error, Result, Streams};
use ndarray::{Array1, Array2, ArrayView2, s};

/// Unit features, labels and texts, gathered from a support set or read from a file of features.
#[derive(Debug, Clone)]
pub struct Task {
    streams: Streams,
    features: Array2<f32>,
    labels: Vec<usize>,
    text: Vec<Option<Array1<f32>>>,
}

impl Task {
    /// A task of raw features `(n, width)`, labels `(n,)` in `0..text.len()`, and one text row or none a class.
    ///
    /// # Errors
    /// [`Error::Shape`] where lengths disagree or a label is out of range; [`Error::NotFinite`] or
    /// [`Error::ZeroFeature`] for a row that has no direction.
    pub fn new(
        streams: Streams,
        mut features: Array2<f32>,
        labels: Vec<usize>,
        text: Vec<Option<Array1<f32>>>,
    ) -> Result<Self> {
        Error::check_length("labels", features.nrows(), labels.len())?;
        if let Some(&label) = labels.iter().find(|&&label| label >= text.len()) {
            Error::check_length("classes", label + 1, text.len())?;
        }
        for row in text.iter().flatten() {
            Error::check_length("text row", streams.clip().map_or(0, |c| c.len()), row.len())?;
        }
        for mut row in features.rows_mut() {
            let unit = streams.unit(&row.to_vec())?;
            row.assign(&Array1::from(unit));
        }
        Ok(Self {
            streams,
            features,
            labels,
            text,
        })
    }

    /// Layout of the feature rows.
    pub fn streams(&self) -> &Streams {
        &self.streams
    }

    /// Number of classes C, those without examples included.
    pub fn n_classes(&self) -> usize {
        self.text.len()
    }

    /// Number of examples N.
    pub fn n_examples(&self) -> usize {
        self.labels.len()
    }

    /// All features `(n, width)`, each stream of unit length.
    pub fn features(&self) -> ArrayView2<'_, f32> {
        self.features.view()
    }

    /// The features that image heads read `(n, d)`, of unit length.
    pub fn image(&self) -> ArrayView2<'_, f32> {
        self.features.slice(s![.., self.streams.image()])
    }

    /// Class index of each example.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// Unit text row of each class, where it has one.
    pub fn text(&self) -> &[Option<Array1<f32>>] {
        &self.text
    }

    /// Examples of each class.
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.n_classes()];
        for &label in &self.labels {
            counts[label] += 1;
        }
        counts
    }
}

impl From<&SupportSet> for Task {
    fn from(set: &SupportSet) -> Self {
        let width = set.streams.width();
        let mut features = Vec::with_capacity(set.examples.len() * width);
        let mut labels = Vec::with_capacity(set.examples.len());
        for example in set.examples.values() {
            features.extend_from_slice(set.row(example));
            labels.push(set.index_of(example.class));
        }
        Self {
            streams: set.streams.clone(),
            features: Array2::from_shape_vec((labels.len(), width), features)
                .expect("every example holds one row of this width"),
            labels,
            text: set
                .classes
                .iter()
                .map(|class| class.text.as_deref().map(|row| Array1::from(row.to_vec())))
                .collect(),
        }
    }
}
