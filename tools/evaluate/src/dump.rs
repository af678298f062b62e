//! A trial with the answers that the heads give natively, to be compared with those of a browser.

use crate::draw::Trial;
use crate::measure::Answers;
use anyhow::Result;
use handful::heads::HeadSpec;
use ndarray::{ArrayView1, Axis};
use serde_json::{Value, json};

/// The trial with `n` of its queries, evenly spread, and for each head its probabilities `(n, C)`.
pub fn dump(trial: &Trial, specs: &[HeadSpec], n: usize) -> Result<Value> {
    let all = trial.labels.len();
    let n = n.min(all);
    let rows: Vec<usize> = (0..n).map(|k| k * all / n).collect();
    let some = Trial {
        names: trial.names.clone(),
        task: trial.task.clone(),
        queries: trial.queries.select(Axis(0), &rows),
        labels: rows.iter().map(|&i| trial.labels[i]).collect(),
    };
    let mut heads = Vec::new();
    for spec in specs {
        if let Some(answers) = Answers::of(spec, some.task.clone(), &some)? {
            heads.push(json!({
                "head": spec.name(),
                "probabilities": answers.probabilities,
                "novelty": answers.novelty,
                "sets": answers.sets,
            }));
        }
    }
    let row = |row: ArrayView1<'_, f32>| json!(row.to_vec());
    let matrix = |rows: ndarray::ArrayView2<'_, f32>| -> Vec<Value> {
        rows.axis_iter(Axis(0)).map(row).collect()
    };
    Ok(json!({
        "streams": some.task.streams().as_slice(),
        "classes": some.names,
        "text": some.task.text().iter().map(|text| text.as_ref().map(|t| row(t.view()))).collect::<Vec<_>>(),
        "examples": matrix(some.task.features()),
        "labels": some.task.labels(),
        "queries": matrix(some.queries.view()),
        "heads": heads,
    }))
}
