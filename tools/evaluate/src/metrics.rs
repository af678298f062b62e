//! Figures of merit, each a function of nothing but its arguments.

use serde::Serialize;

/// Bins of the reliability diagram.
pub const BINS: usize = 15;

/// The least probability that the negative log-likelihood counts, so that one wrong certainty does not decide it.
const LEAST: f64 = 1e-12;

/// Index of the greatest number; the lowest of several.
pub fn argmax(values: &[f64]) -> usize {
    let mut best = 0;
    for (i, &value) in values.iter().enumerate() {
        if value > values[best] {
            best = i;
        }
    }
    best
}

/// Mean of numbers; `None` for none.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Standard deviation over draws, of n - 1 degrees of freedom; 0 for a single draw.
pub fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let square: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    Some((square / (values.len().max(2) - 1) as f64).sqrt())
}

/// The number in the middle; the upper of two.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}

/// Share of predictions that are the label.
pub fn accuracy(predicted: &[usize], labels: &[usize]) -> f64 {
    let right = predicted.iter().zip(labels).filter(|(p, l)| p == l).count();
    right as f64 / labels.len() as f64
}

/// Mean over classes of the share of its queries that are recognised; classes without queries are left out.
pub fn macro_recall(predicted: &[usize], labels: &[usize], classes: usize) -> f64 {
    mean(&recalls(predicted, labels, classes)).unwrap_or(0.0)
}

/// Share of the queries of the class that is recognised least often; classes without queries are left out.
pub fn least_recall(predicted: &[usize], labels: &[usize], classes: usize) -> f64 {
    let recalls = recalls(predicted, labels, classes);
    recalls.into_iter().fold(1.0, f64::min)
}

/// Share of the queries of each class that are recognised, without the classes that have none.
fn recalls(predicted: &[usize], labels: &[usize], classes: usize) -> Vec<f64> {
    let (mut right, mut all) = (vec![0_usize; classes], vec![0_usize; classes]);
    for (&predicted, &label) in predicted.iter().zip(labels) {
        all[label] += 1;
        right[label] += usize::from(predicted == label);
    }
    (0..classes)
        .filter(|&c| all[c] > 0)
        .map(|c| right[c] as f64 / all[c] as f64)
        .collect()
}

/// Mean negative logarithm of the probabilities that the right classes got.
pub fn nll(own: &[f64]) -> f64 {
    -own.iter().map(|p| libm::log(p.max(LEAST))).sum::<f64>() / own.len() as f64
}

/// Answers of about the same confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Bin {
    pub count: usize,
    /// Mean probability of the answers; 0 in an empty bin.
    pub confidence: f64,
    /// Share of them that are right; 0 in an empty bin.
    pub accuracy: f64,
}

impl Bin {
    /// Adds the answers of another bin.
    pub fn add(&mut self, other: &Self) {
        let (a, b) = (self.count as f64, other.count as f64);
        self.count += other.count;
        if self.count > 0 {
            self.confidence = (a * self.confidence + b * other.confidence) / (a + b);
            self.accuracy = (a * self.accuracy + b * other.accuracy) / (a + b);
        }
    }
}

/// Answers by confidence: bin b of 15 holds those in `(b / 15, (b + 1) / 15]`.
pub fn reliability(confidence: &[f64], right: &[bool]) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); BINS];
    for (&confidence, &right) in confidence.iter().zip(right) {
        let edge = (confidence * BINS as f64).ceil() as usize;
        let bin = &mut bins[edge.clamp(1, BINS) - 1];
        bin.count += 1;
        bin.confidence += confidence;
        bin.accuracy += f64::from(u8::from(right));
    }
    for bin in bins.iter_mut().filter(|bin| bin.count > 0) {
        bin.confidence /= bin.count as f64;
        bin.accuracy /= bin.count as f64;
    }
    bins
}

/// Expected calibration error: mean distance of confidence and accuracy over the bins, weighted by their counts.
pub fn ece(bins: &[Bin]) -> f64 {
    let all: usize = bins.iter().map(|bin| bin.count).sum();
    let gap = |bin: &Bin| bin.count as f64 * (bin.accuracy - bin.confidence).abs();
    bins.iter().map(gap).sum::<f64>() / all as f64
}

/// Probability that a number of `high` lies above one of `low`, ties counting half; `None` where a side is empty.
pub fn auroc(high: &[f64], low: &[f64]) -> Option<f64> {
    if high.is_empty() || low.is_empty() {
        return None;
    }
    let mut all: Vec<(f64, bool)> = high.iter().map(|&v| (v, true)).collect();
    all.extend(low.iter().map(|&v| (v, false)));
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Equal numbers share the mean of their ranks.
    let (mut ranks, mut start) = (0.0, 0);
    for group in all.chunk_by(|a, b| a.0 == b.0) {
        let rank = start as f64 + (group.len() + 1) as f64 / 2.0;
        ranks += rank * group.iter().filter(|(_, is_high)| *is_high).count() as f64;
        start += group.len();
    }
    let (n, m) = (high.len() as f64, low.len() as f64);
    Some((ranks - n * (n + 1.0) / 2.0) / (n * m))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} differs from {b}");
    }

    #[test]
    fn argmax_takes_the_lowest_of_equals() {
        assert_eq!(argmax(&[0.1, 0.4, 0.4, 0.1]), 1);
        assert_eq!(argmax(&[0.5, 0.5]), 0);
    }

    #[test]
    fn mean_median_and_deviation() {
        assert_eq!(mean(&[]), None);
        assert_eq!(deviation(&[]), None);
        assert_eq!(mean(&[1.0, 2.0, 6.0]), Some(3.0));
        assert_eq!(median(&[5.0, 1.0, 99.0]), 5.0);
        assert_eq!(deviation(&[4.0]), Some(0.0));
        near(deviation(&[1.0, 2.0, 6.0]).unwrap(), 7.0_f64.sqrt());
    }

    #[test]
    fn accuracy_counts_queries_and_recall_counts_classes() {
        let (predicted, labels) = ([0, 0, 0, 1, 0], [0, 0, 0, 1, 1]);
        near(accuracy(&predicted, &labels), 0.8);
        near(macro_recall(&predicted, &labels, 2), (1.0 + 0.5) / 2.0);
        near(least_recall(&predicted, &labels, 2), 0.5);
        // A class that nobody asks about is left out.
        near(macro_recall(&predicted, &labels, 3), 0.75);
        near(least_recall(&predicted, &labels, 3), 0.5);
    }

    #[test]
    fn nll_of_even_odds_is_a_bit_and_certain_errors_are_bounded() {
        near(nll(&[0.5, 0.5]), std::f64::consts::LN_2);
        near(nll(&[1.0, 1.0]), 0.0);
        near(nll(&[0.0]), 12.0 * std::f64::consts::LN_10);
    }

    #[test]
    fn ece_weighs_the_bins_by_their_counts() {
        // Two answers of 0.9 (one right) and two of 0.3 (none right): (2 |0.5 - 0.9| + 2 |0 - 0.3|) / 4.
        let confidence = [0.9, 0.9, 0.3, 0.3];
        let bins = reliability(&confidence, &[true, false, false, false]);
        near(ece(&bins), (0.8 + 0.6) / 4.0);
        assert_eq!(bins.iter().filter(|bin| bin.count > 0).count(), 2);
        near(ece(&reliability(&[1.0, 1.0], &[true, true])), 0.0);
    }

    #[test]
    fn an_edge_belongs_to_the_bin_below() {
        let bins = reliability(&[1.0 / 15.0, 0.0, 0.2, 1.0], &[true; 4]);
        let counts: Vec<usize> = bins.iter().map(|bin| bin.count).collect();
        assert_eq!(counts, [2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }

    #[test]
    fn bins_of_two_draws_add_up_to_the_bins_of_all() {
        let mut sum = reliability(&[0.9], &[true])[13];
        sum.add(&reliability(&[0.88, 0.92], &[false, false])[13]);
        assert_eq!(sum.count, 3);
        near(sum.confidence, 0.9);
        near(sum.accuracy, 1.0 / 3.0);
        let mut empty = Bin::default();
        empty.add(&Bin::default());
        assert_eq!(empty, Bin::default());
    }

    #[test]
    fn auroc_counts_pairs_and_halves_ties() {
        assert_eq!(auroc(&[3.0, 4.0], &[1.0, 2.0]), Some(1.0));
        assert_eq!(auroc(&[1.0], &[2.0, 3.0]), Some(0.0));
        assert_eq!(auroc(&[1.0, 1.0], &[1.0]), Some(0.5));
        // Pairs won: (2 > 1), (2 = 2) half, (3 > 1), (3 > 2).
        assert_eq!(auroc(&[2.0, 3.0], &[1.0, 2.0]), Some(3.5 / 4.0));
        assert_eq!(auroc(&[], &[1.0]), None);
        assert_eq!(auroc(&[1.0], &[]), None);
    }
}
