//! What an answer computes, as operators: that of [`crate::Recogniser::predict`], around a linear head or the default answer.

use super::Exported;
use super::graph::{BOOL, FLOAT, Graph};
use super::scorer::Said;
use crate::{Error, Result};

impl Exported<'_> {
    /// An ONNX model that takes raw features and gives probabilities: of a linear head or of the default answer.
    ///
    /// # Shapes
    /// One input a stream, named after it: `(N, d)` raw features of any length, N free. Outputs `scores (N, C)`, as the
    /// head gives them, `probabilities (N, C)`, `p_value (N,)` and `foreign (N,)`, as in [`crate::Prediction`]. A stream of the name of
    /// an output gives that output an underscore.
    /// # Units
    /// A class that cannot be scored has the score -1e30 and the probability 0. Features of length zero, which the
    /// classifier refuses, count as zeros.
    /// # Errors
    /// [`Error::NotLinear`] for another head; [`Error::NotEnoughExamples`] where it can score fewer than two classes.
    pub fn to_onnx(&self) -> Result<Vec<u8>> {
        let (recogniser, classes) = (self.recogniser, self.labels.len());
        let (task, head) = (recogniser.task(), recogniser.head());
        let streams = task.streams().as_slice().iter();
        let mut graph = Graph::new(streams.map(|stream| (&*stream.name, stream.dim)));
        let query = graph.query(task);
        let fused = head.fused();
        let said = match (self.linear(), fused) {
            (Some(linear), _) => graph.linear(&query, linear),
            (None, Some(fused)) => graph.scorer(&query, &fused.scorer()),
            (None, None) => return Err(self.not_linear()),
        };
        let Said {
            scores,
            parts,
            scorable,
        } = said;
        if scorable < 2 {
            return Err(Error::NotEnoughExamples { scorable, classes });
        }
        let logits = graph.times(scores, 1.0 / recogniser.temperature());
        let mut probabilities = graph.softmax("Softmax", logits);
        let mut novelty = match parts.is_empty() {
            false => graph.of("Sum", &parts),
            true => graph.unsure(probabilities),
        };
        let thresholds = &recogniser.thresholds;
        if !recogniser.negatives.is_empty() {
            let embedding = graph.embedding(&query, task);
            let negatives = graph.matrix(recogniser.negatives.t(), 1.0);
            let likenesses = graph.of("MatMul", &[embedding, negatives]);
            let likeness = graph.largest(likenesses);
            let [novelty_by, likeness_by] = thresholds.scale;
            let likeness = graph.times(likeness, 1.0 / likeness_by);
            novelty = graph.times(novelty, 1.0 / novelty_by);
            novelty = graph.of("Add", &[novelty, likeness]);
        }
        let (weighed, rest) = thresholds.reference.weighed();
        let weighed = weighed.chain([(f32::MAX.into(), rest)]);
        let (sorted, shares): (Vec<f64>, Vec<f64>) = weighed.unzip();
        let [sorted, shares, one] = [&*sorted, &*shares, &[1.0]].map(|row| graph.wide_row(row));
        let below = graph.of("Less", &[sorted, novelty]);
        let beyond = graph.of("Not", &[below]);
        let beyond = graph.with("Cast", &[beyond], ("to", FLOAT));
        let p_value = graph.of("MatMul", &[beyond, shares]);
        let novelty = graph.of("MatMul", &[novelty, one]);
        let foreign = graph.by(
            "Greater",
            novelty,
            recogniser.threshold.unwrap_or(f32::MAX.into()),
        );
        if let Some((pile, share)) = &recogniser.pile {
            let logits = graph.scorer(&query, &pile.scorer()).scores;
            let logits = graph.times(logits, pile.factor.into());
            let others = graph.softmax("Softmax", logits);
            let share = pile.occurring.iter().map(|of| (of * share) as f32);
            let share: Vec<f32> = share.collect();
            probabilities = graph.share_out(probabilities, others, &share);
        }
        graph.output("scores", scores, FLOAT, Some(classes));
        graph.output("probabilities", probabilities, FLOAT, Some(classes));
        graph.output("p_value", p_value, FLOAT, None);
        graph.output("foreign", foreign, BOOL, None);
        Ok(graph.into_model(&self.about(None)))
    }
}
