//! What the program writes as JSON.

use crate::measure::Figures;
use crate::metrics::Bin;
use crate::stream::Outcome;
use serde::Serialize;

/// One head on one draw.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub dataset: String,
    pub head: String,
    /// Examples of each class.
    pub shots: usize,
    pub seed: u64,
    #[serde(flatten)]
    pub figures: Figures,
}

/// Which rows of the file one draw teaches and asks about, for programs that measure something else on the same.
#[derive(Debug, Serialize)]
pub struct Drawn {
    /// Examples of each class.
    pub shots: usize,
    pub seed: u64,
    pub taught: Vec<usize>,
    pub asked: Vec<usize>,
}

/// The reliability diagram of one head over all draws.
#[derive(Debug, Serialize)]
pub struct Reliability {
    pub dataset: String,
    pub head: String,
    pub shots: usize,
    pub bins: Vec<Bin>,
}

/// Everything that was measured.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub rows: Vec<Row>,
    pub stream: Vec<Outcome>,
    pub reliability: Vec<Reliability>,
    pub draws: Vec<Drawn>,
}

impl Report {
    /// Gathers the reliability diagrams of rows that differ in nothing but their seed.
    pub fn gather_reliability(&mut self) {
        for row in &self.rows {
            let same = |r: &&mut Reliability| (&r.head, r.shots) == (&row.head, row.shots);
            match self.reliability.iter_mut().find(same) {
                Some(all) => {
                    for (bin, more) in all.bins.iter_mut().zip(&row.figures.quality.reliability) {
                        bin.add(more);
                    }
                }
                None => self.reliability.push(Reliability {
                    dataset: row.dataset.clone(),
                    head: row.head.clone(),
                    shots: row.shots,
                    bins: row.figures.quality.reliability.clone(),
                }),
            }
        }
    }
}
