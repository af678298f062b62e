//! When a photo shows none of the classes.
//!
//! The threshold refuses a share of the photos of known classes: a quantile of the examples that were held out. Where a head says how foreign
//! known photos are expected to look, photos of that kind count beside the examples: alone where nothing could be held out, little beside many.
//! Without that the threshold of few examples is the bound of a normal distribution for one more of them (Hahn, "Factors for Calculating
//! Two-Sided Prediction Intervals for Samples from a Normal Distribution", 1969; one-sided here).

use crate::numerics::linalg::{CONTIGUOUS, dot};
use crate::numerics::math::{larger, ln};
use crate::numerics::order::sort_indices;
use ndarray::{ArrayView1, ArrayView2};

/// Share of photos of known classes that are refused unless another is asked for: one in twenty.
pub(crate) const STRICTNESS: f64 = 0.05;

/// The largest share that can be asked for. Beyond it most photos would be refused.
pub(crate) const STRICTEST: f64 = 0.5;

/// Held-out examples below which nothing is called foreign where nothing is expected: too few to know how far known photos scatter.
pub(super) const FEWEST: usize = 4;

/// Photos that stand for what is expected of a kind of class: their quantiles are half a percent apart.
const EXPECTED: usize = 200;

/// How many held-out examples the expected mean and deviation are worth. With a third of it 7.7 % of photos are refused at 7 to 10 photos beside
/// examples that are more alike than they are, the means of ten views of `shot16`; with this 7.1, and with more strangers are told
/// from few examples that are nearly alike only half of the time.
const WORTH: f64 = 15.0;

/// How many examples the normal distribution of this mean and deviation counts as beside them: few tell less of a quantile than of these two.
/// With this at 2, 4 and 8 photos a class 3.5, 4.7 and 5.4 % of known photos are refused, of unequal numbers 5.9 (development photos,
/// `evaluate --tasks 3000 --classes 2,3,5,10 --shots 2,4,8 --heads fused`); with 15, and the other 5, 4.9, 5.5, 6.0 and 7.0.
const BESIDE: f64 = 25.0;

/// A normal distribution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Normal {
    pub mean: f64,
    pub deviation: f64,
}

impl Normal {
    /// The same once these have been seen: mean and variance with their conjugate prior (Gelman et al., "Bayesian Data Analysis", 2013, section
    /// 3.3).
    fn after(self, novelty: &[f64]) -> Self {
        let count = novelty.len() as f64;
        let all = WORTH + count;
        let seen = ArrayView1::from(novelty).mean().unwrap_or(self.mean);
        let off = seen - self.mean;
        let squares = novelty.iter().map(|g| (g - seen) * (g - seen));
        let squares = squares.sum::<f64>() + WORTH * count / all * off * off;
        Self {
            mean: self.mean + off * count / all,
            deviation: ((WORTH * self.deviation * self.deviation + squares) / all).sqrt(),
        }
    }

    /// What is passed with a probability in `(0, 1)`.
    fn quantile(self, share: f64) -> f64 {
        let [tail, sign] = if share <= 0.5 {
            [share, 1.0]
        } else {
            [1.0 - share, -1.0]
        };
        self.mean + self.deviation * sign * normal(tail)
    }
}

/// How foreign known photos are expected to look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    /// Those of classes of which examples can be held out, and those of the others, with a single one.
    pub several: Normal,
    pub single: Normal,
    /// The share of the others among the classes.
    pub singles: f64,
}

impl Expected {
    fn after(self, novelty: &[f64]) -> Self {
        let several = self.several.after(novelty);
        Self { several, ..self }
    }

    /// Both kinds, where there are such classes, each with how many held-out examples it counts as beside those that there are.
    fn kinds(self, held_out: usize) -> impl Iterator<Item = (Normal, f64)> {
        let several = 1.0 - self.singles;
        // Of each class there are as many photos.
        let all = BESIDE + held_out as f64 / larger(several, f64::MIN_POSITIVE);
        let kinds = [
            (self.several, several * BESIDE),
            (self.single, self.singles * all),
        ];
        kinds.into_iter().filter(|&(_, worth)| worth > 0.0)
    }
}

/// How foreign the examples looked to heads that had not seen them.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Novelty of the examples and of photos that stand for what is expected, in rising order.
    sorted: Vec<f64>,
    /// The share of known photos that look at least as foreign as each of them; then that of those that look more so than all.
    beyond: Vec<f64>,
    expected: Option<Expected>,
}

impl Default for Reference {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Reference {
    /// From the novelty of held-out examples.
    pub fn new(novelty: Vec<f64>) -> Self {
        Self::beside(novelty, None)
    }

    /// The same, beside what is expected where that is known.
    pub(crate) fn beside(mut novelty: Vec<f64>, expected: Option<Expected>) -> Self {
        let examples = novelty.len();
        let mut weights = vec![1.0; examples];
        let expected = expected.map(|expected| expected.after(&novelty));
        // Where nothing is expected, the photo that is asked about is one of the known itself.
        let mut rest = if expected.is_some() { 0.0 } else { 1.0 };
        for (normal, worth) in expected.iter().flat_map(|e| e.kinds(examples)) {
            let each = worth / EXPECTED as f64;
            let shares = (1..EXPECTED).map(|i| i as f64 / EXPECTED as f64);
            novelty.extend(shares.map(|share| normal.quantile(share)));
            weights.resize(novelty.len(), each);
            rest += each;
        }
        let mut order: Vec<usize> = (0..novelty.len()).collect();
        sort_indices(&mut order, &|a, b| novelty[a].total_cmp(&novelty[b]));
        let mut beyond = vec![rest; novelty.len() + 1];
        for (i, &place) in order.iter().enumerate().rev() {
            beyond[i] = beyond[i + 1] + weights[place];
        }
        let all = beyond[0];
        // Without what rounding leaves: a twentieth is a twentieth.
        let share = |weight: f64| (weight / all * 1e9).round() / 1e9;
        Self {
            sorted: order.iter().map(|&place| novelty[place]).collect(),
            beyond: beyond.into_iter().map(share).collect(),
            expected,
        }
    }

    /// Novelty of the photos that count, in rising order, each with its share; and the share of what looks more foreign than all of them.
    pub(crate) fn weighed(&self) -> (impl Iterator<Item = (f64, f64)>, f64) {
        let steps = self.beyond.windows(2).map(|pair| pair[0] - pair[1]);
        let rest = self.beyond[self.sorted.len()];
        (self.sorted.iter().copied().zip(steps), rest)
    }

    /// The novelty above which a photo is taken to show none of the classes, where this share of known ones, in `[0, 0.5]`, is refused; none
    /// for a share of 0, or where too few could be held out.
    pub fn threshold(&self, share: f64) -> Option<f64> {
        let few = self.expected.is_none() && self.sorted.len() < FEWEST;
        if few || share <= 0.0 {
            return None;
        }
        let at = self.beyond[1..].partition_point(|&beyond| beyond > share);
        Some(match self.sorted.get(at) {
            Some(&quantile) => quantile,
            None => self.bound(share),
        })
    }

    /// What one more known photo passes with this probability, if novelty were normally distributed.
    fn bound(&self, share: f64) -> f64 {
        if let Some(expected) = self.expected {
            let quantiles = expected.kinds(0).map(|(normal, _)| normal.quantile(share));
            return quantiles.fold(self.sorted.last().copied().unwrap_or(0.0), larger);
        }
        let count = self.sorted.len() as f64;
        let mean = self.sorted.iter().sum::<f64>() / count;
        let squares = self.sorted.iter().map(|g| (g - mean) * (g - mean));
        let variance = squares.sum::<f64>() / (count - 1.0);
        let bound = mean + student(share, count - 1.0) * (variance * (1.0 + 1.0 / count)).sqrt();
        // Examples that all look alike leave room for rounding.
        bound + 1e-6 * (1.0 + bound.abs())
    }

    /// Share of known photos that look at least as foreign, in `(0, 1]`: a p-value (conformal, as in Vovk et al., 2005) of its being known. 1
    /// where nothing could be held out and nothing is expected.
    pub fn share_beyond(&self, novelty: f64) -> f64 {
        self.beyond[self.sorted.partition_point(|&g| g < novelty)]
    }
}

/// The similarity of an embedding `(width,)` with the most like of those of photos that show none of the classes `(q, width)`; `None`
/// where there are none.
pub(crate) fn likeness(negatives: ArrayView2<'_, f32>, embedding: &[f32]) -> Option<f32> {
    let all = negatives.rows().into_iter();
    all.map(|row| dot(row.to_slice().expect(CONTIGUOUS), embedding))
        .reduce(f32::max)
}

/// Standard deviation; 1 where there is none.
pub(crate) fn deviation(values: ArrayView1<'_, f64>) -> f64 {
    let deviation = values.std(0.0);
    if deviation > 1e-6 { deviation } else { 1.0 }
}

/// What Student's t distribution with so many degrees of freedom, from 3 on, passes with a probability in `(0, 0.5]`; within 0.005 for
/// 0.05, within 0.08 from 0.01 on (Cornish and Fisher's expansion).
fn student(share: f64, freedom: f64) -> f64 {
    let normal = normal(share);
    let square = normal * normal;
    let terms = [
        (square + 1.0) / 4.0,
        ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
    ];
    let last_first = terms.iter().rev();
    let polynomial = last_first.fold(0.0, |sum, term| (sum + term) / freedom);
    normal * (1.0 + polynomial)
}

/// What the standard normal distribution passes with a probability in `(0, 0.5]`; within 5e-6 from 1e-12 on (Wichura, "Algorithm AS 241:
/// The Percentage Points of the Normal Distribution", 1988).
fn normal(share: f64) -> f64 {
    let ratio = |x: f64, above: [f64; 4], below: [f64; 4]| {
        let polynomial = |terms: [f64; 4]| terms.into_iter().rev().fold(0.0, |sum, t| sum * x + t);
        polynomial(above) / polynomial(below)
    };
    let centre = 0.5 - share;
    if centre <= 0.425 {
        let above = [
            3.387_132_717_9,
            50.434_271_938,
            159.291_132_02,
            59.109_374_720,
        ];
        let below = [1.0, 17.895_169_469, 78.757_757_664, 67.187_563_600];
        return centre * ratio(0.425 * 0.425 - centre * centre, above, below);
    }
    let above = [
        1.423_434_277_7,
        2.756_815_390_0,
        1.306_728_481_6,
        0.170_238_211_03,
    ];
    let below = [1.0, 0.737_001_642_50, 0.120_211_329_75, 0.0];
    ratio((-ln(share)).sqrt() - 1.6, above, below)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use super::*;

    const USUAL: Normal = Normal {
        mean: 4.0,
        deviation: 2.0,
    };

    fn expected(singles: f64) -> Option<Expected> {
        Some(Expected {
            several: USUAL,
            single: USUAL,
            singles,
        })
    }

    #[test]
    fn without_examples_what_is_expected_decides() {
        for singles in [0.0, 0.3, 1.0] {
            let reference = Reference::beside(Vec::new(), expected(singles));
            for (share, normal) in [(0.001, 3.0902), (0.05, 1.6449), (0.2, 0.8416), (0.5, 0.0)] {
                let threshold = reference.threshold(share).unwrap();
                assert!((threshold - 4.0 - 2.0 * normal).abs() < 1e-3, "{share}");
            }
            assert_eq!(reference.threshold(0.0), None);
            assert_eq!(reference.share_beyond(-1e9), 1.0);
            assert!((reference.share_beyond(4.001 - 2.0 * 1.6449) - 0.95).abs() < 1e-9);
            assert!((reference.share_beyond(1e9) - 1.0 / EXPECTED as f64).abs() < 1e-9);
        }
    }

    #[test]
    fn the_more_examples_the_less_counts_what_is_expected() {
        let seen = USUAL.after(&[20.0; 15]);
        assert!((seen.mean - 12.0).abs() < 1e-9 && (seen.deviation - 66_f64.sqrt()).abs() < 1e-9);
        let seen = USUAL.after(&[9.0, 11.0].repeat(25000));
        assert!((seen.mean - 10.0).abs() < 0.01 && (seen.deviation - 1.0).abs() < 0.02);
        let many = Reference::beside((1..=2000).map(f64::from).collect(), expected(0.0));
        let alone = Reference::new((1..=2000).map(f64::from).collect());
        let apart = many.threshold(0.05).unwrap() - alone.threshold(0.05).unwrap();
        assert!(apart.abs() < 20.0, "{apart}");
    }

    #[test]
    fn classes_with_a_single_photo_keep_their_share() {
        let reference = Reference::beside(vec![100.0; 1000], expected(0.25));
        let share = reference.share_beyond(50.0);
        assert!((share - 0.75).abs() < 0.01, "{share}");
    }

    #[test]
    fn what_is_refused_is_what_the_p_value_says() {
        for (n, singles) in [(0, 1.0), (1, 0.0), (5, 0.5), (45, 0.0), (1000, 0.1)] {
            let reference = Reference::beside(vec![7.0; n], expected(singles));
            for share in [0.02, 0.05, 0.2, 0.5] {
                let threshold = reference.threshold(share).unwrap();
                for novelty in [0.0, 4.0, 6.9, 7.0, 7.1, 9.9, 20.0] {
                    let refused = novelty > threshold;
                    let said = reference.share_beyond(novelty) <= share;
                    assert_eq!(refused, said, "{n}, {share}, {novelty}");
                }
            }
        }
    }
}
