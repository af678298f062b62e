//! A trial with the answers that the library gives natively, to be compared with those of a browser.

use crate::draw::Trial;
use crate::heads::title;
use anyhow::Result;
use handful::heads::HeadSpec;
use handful::{Classifier, Error};
use ndarray::{ArrayView1, ArrayView2, Axis};
use serde_json::{Value, json};

/// The trial with `n` of its queries, evenly spread, and for each head its probabilities `(n, C)`.
pub fn dump(trial: &Trial, specs: &[HeadSpec], n: usize) -> Result<Value> {
    let all = trial.labels.len();
    let n = n.min(all);
    let rows: Vec<usize> = (0..n).map(|k| k * all / n).collect();
    let queries = trial.queries.select(Axis(0), &rows);
    let mut classifier = taught(trial)?;
    let mut heads = Vec::new();
    for spec in specs {
        classifier.set_head(Some(spec.clone()))?;
        if let Some(probabilities) = ask(&mut classifier, queries.view())? {
            heads.push(json!({ "head": title(spec), "probabilities": probabilities }));
        }
    }
    let row = |row: ArrayView1<'_, f32>| json!(row.to_vec());
    let matrix =
        |rows: ArrayView2<'_, f32>| -> Vec<Value> { rows.axis_iter(Axis(0)).map(row).collect() };
    let task = &trial.task;
    Ok(json!({
        "streams": task.streams().as_slice(),
        "text": task.text().iter().map(|text| text.as_ref().map(|t| row(t.view()))).collect::<Vec<_>>(),
        "examples": matrix(task.features()),
        "labels": task.labels(),
        "queries": matrix(queries.view()),
        "heads": heads,
    }))
}

/// A classifier of the trial's task, whose labels are the numbers of the classes.
fn taught(trial: &Trial) -> Result<Classifier> {
    let task = &trial.task;
    let mut classifier = Classifier::new(task.streams().as_slice().to_vec())?;
    for (number, text) in task.text().iter().enumerate() {
        let label = number.to_string();
        classifier.add_class(&label)?;
        if let Some(text) = text {
            classifier.set_text(&label, Some(&text.to_vec()))?;
        }
    }
    for (i, label) in task.labels().iter().enumerate() {
        classifier.add_example(&label.to_string(), task.row(i))?;
    }
    Ok(classifier)
}

/// The probabilities `(m, C)` of m queries; `None` where the head cannot score two classes.
fn ask(classifier: &mut Classifier, queries: ArrayView2<'_, f32>) -> Result<Option<Vec<Vec<f64>>>> {
    let mut all = Vec::with_capacity(queries.nrows());
    for row in queries.rows() {
        let answer = match classifier.predict(&row.to_vec()) {
            Err(Error::NotEnoughExamples { .. }) => return Ok(None),
            answer => answer?,
        };
        let mut probabilities = vec![0.0; classifier.set().classes().len()];
        for score in answer.scores {
            probabilities[score.label.parse::<usize>()?] = score.probability;
        }
        all.push(probabilities);
    }
    Ok(Some(all))
}
