//! Between texts and embeddings of photos: `clip` columns of one moved to where the other lie.

use crate::task::{Task, class_sums, mean_of_means};
use ndarray::{Array1, Array2, s};

pub(super) fn unit(row: Array1<f64>) -> Array1<f64> {
    let length = row.dot(&row).sqrt().max(f64::MIN_POSITIVE);
    row / length
}

pub(super) fn mean(rows: Vec<Array1<f64>>) -> Option<Array1<f64>> {
    let n = rows.len() as f64;
    rows.into_iter().reduce(|a, b| a + b).map(|sum| sum / n)
}

/// Where the embeddings of the classes lie.
pub(super) struct Directions {
    /// The direction of the mean `clip` features of each class `(C, d)`; zero where it has no example.
    pub means: Array2<f64>,
    /// What leads to them from the texts `(d,)`, on average over the classes that have both.
    pub shift: Array1<f64>,
}

impl Directions {
    /// `None` where fewer than two classes have a text and examples, because the way is then unknown.
    pub fn of(task: &Task) -> Option<Self> {
        let features = task.features();
        let clip = features.slice(s![.., task.streams().clip()?]);
        let shape = (task.n_classes(), clip.ncols());
        let mut means = class_sums(clip.rows(), task.labels(), shape);
        let mut shifts = Vec::new();
        let classes = means.rows_mut().into_iter().zip(task.text());
        for ((mut row, text), n) in classes.zip(task.counts()) {
            let direction = unit(row.to_owned());
            row.assign(&direction);
            if let Some(text) = text.as_ref().filter(|_| n > 0) {
                shifts.push(&row - &text.mapv(f64::from));
            }
        }
        let shift = mean(shifts.clone()).filter(|_| shifts.len() >= 2)?;
        Some(Self { means, shift })
    }
}

/// Of each class that has a text an embedding that its photos may have `(width,)`; none where fewer than two have examples too. `means
/// (C, width)` are the class means of the embeddings, zero where there is no example.
///
/// The `clip` columns come from the text. About the others it says nothing: they are the mean of the class, or the
/// mean of the classes where it has no example.
pub(super) fn rows(task: &Task, means: &Array2<f64>) -> Vec<(usize, Array1<f64>)> {
    let (Some(directions), Some(clip)) = (Directions::of(task), task.streams().clip()) else {
        return Vec::new();
    };
    let length = f64::from(task.scale()[clip.start]);
    let used = task.used();
    let typical = mean_of_means(&used, means.ncols(), &|c| means.row(c));
    let row_of = |(c, text): (usize, &Option<Array1<f32>>)| {
        let text = text.as_ref()?.mapv(f64::from);
        let mut row = match used.contains(&c) {
            true => means.row(c).to_owned(),
            false => typical.clone(),
        };
        row.slice_mut(s![clip.clone()])
            .assign(&(unit(text + &directions.shift) * length));
        Some((c, row))
    };
    task.text().iter().enumerate().filter_map(row_of).collect()
}
