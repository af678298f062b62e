//! Texts as examples of their classes: text rows moved to where images lie.

use super::zero_shot::{class_directions, mean, unit};
use crate::task::Task;
use ndarray::{Array1, Array2, s};

/// What the image of each class with a text may look like `(width,)`; nothing where fewer than two classes have a text
/// and examples, because the way from texts to images is then unknown. `means (C, width)` are the class means of the
/// images.
///
/// The `clip` columns come from the text. About the others it says nothing: they are the mean of the class, or the
/// mean of the classes where it has no example.
pub(super) fn rows(task: &Task, means: &Array2<f64>) -> Vec<Option<Array1<f64>>> {
    let none = vec![None; task.n_classes()];
    let Some(clip) = task.streams().clip() else {
        return none;
    };
    let counts = task.counts();
    let texts: Vec<Option<Array1<f64>>> = task
        .text()
        .iter()
        .map(|row| row.as_ref().map(|row| row.mapv(f64::from)))
        .collect();
    let used: Vec<usize> = (0..counts.len()).filter(|&c| counts[c] > 0).collect();
    let paired: Vec<usize> = used
        .iter()
        .copied()
        .filter(|&c| texts[c].is_some())
        .collect();
    if paired.len() < 2 {
        return none;
    }
    let directions = class_directions(task);
    let from = mean(paired.iter().filter_map(|&c| texts[c].as_ref()));
    let to = mean(paired.iter().map(|&c| &directions[c]));
    let Some(shift) = to.zip(from).map(|(to, from)| to - from) else {
        return none;
    };
    let length = f64::from(task.scale()[clip.start]);
    let typical = means
        .select(ndarray::Axis(0), &used)
        .mean_axis(ndarray::Axis(0));
    texts
        .into_iter()
        .enumerate()
        .map(|(c, text)| {
            let mut row = match &typical {
                Some(typical) if counts[c] == 0 => typical.clone(),
                _ => means.row(c).to_owned(),
            };
            row.slice_mut(s![clip.clone()])
                .assign(&(unit(text? + &shift) * length));
            Some(row)
        })
        .collect()
}
