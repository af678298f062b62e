//! The named feature streams of an encoder, and how a raw feature row becomes a unit one.

use crate::numerics::math;
use crate::numerics::order::sort_indices;
use crate::setters::setters;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Name of the stream that shares a space with text.
pub const CLIP: &str = "clip";

/// The logit scale that CLIP was trained to (Radford et al. 2021, section 2.5).
const CLIP_SCALE: f64 = 100.0;

/// Most numbers in one feature row: four times the widest encoder in use, and small enough that no row can exhaust memory.
const MAX_WIDTH: usize = 65_536;

/// One output of an encoder.
///
/// Two are equal when their numbers agree to nine digits: JSON is read with an error in the last bit now and then, and reading
/// it exactly costs every page 11 kB.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Stream {
    /// `clip` for features that share a space with text, any other name for auxiliary features.
    pub name: String,
    /// Length of its feature vector.
    pub dim: usize,
    /// What the cosine of a `clip` row and a text is multiplied by to give a logit, where the encoder says so. CLIP's own
    /// 100 stands in for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// How many times less sure its likenesses make an answer than those of a full-size encoder would, as long as no example
    /// of a set can tell: logits of images are divided by it. Measured on other photos; without it 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// How much its likenesses count beside those of the other streams, as long as no example of a set can tell. Measured
    /// on other photos; without it 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Whether its numbers mean what they are, such as counts: what examples of different classes have in common is then
    /// left in, see [`crate::task::Task::standardised`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain: bool,
}

setters! {
    Stream { scale: Option<f64>, temperature: Option<f64>, weight: Option<f64>, plain: bool, }
}

impl PartialEq for Stream {
    fn eq(&self, other: &Self) -> bool {
        let agree = |ours: Option<f64>, theirs: Option<f64>| match (ours, theirs) {
            (Some(a), Some(b)) => self::agree(a, b),
            _ => ours.is_none() && theirs.is_none(),
        };
        (&self.name, self.dim, self.plain) == (&other.name, other.dim, other.plain)
            && agree(self.scale, other.scale)
            && agree(self.temperature, other.temperature)
            && agree(self.weight, other.weight)
    }
}

/// Whether two numbers agree to nine digits.
pub(crate) fn agree(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs()
}

impl Stream {
    /// A stream of this name and width.
    pub fn new(name: impl Into<String>, dim: usize) -> Self {
        Self {
            name: name.into(),
            dim,
            scale: None,
            temperature: None,
            weight: None,
            plain: false,
        }
    }

    /// Whether this can be the scale, the temperature or the weight of a stream: from 0.000001 to 1,000,000.
    pub fn is_scale(number: f64) -> bool {
        (1e-6..=1e6).contains(&number)
    }
}

/// The layout of a feature row: `clip` first where there is one, then the auxiliary streams by name.
///
/// Inside the crate a row is *unit*: each stream is divided by its length.
#[derive(Debug, Clone, PartialEq)]
pub struct Streams(Vec<Stream>);

impl Streams {
    /// Checks the streams and puts them into their order.
    ///
    /// # Errors
    /// [`Error::Parameter`] when there is none, a name is empty or given twice, a width is zero, a scale, temperature or weight
    /// is not from 0.000001 to 1,000,000, or the row would be wider than 65,536.
    pub fn new(streams: Vec<Stream>) -> Result<Self> {
        let key = |i: usize| (streams[i].name != CLIP, &streams[i].name);
        let mut order: Vec<usize> = (0..streams.len()).collect();
        sort_indices(&mut order, &|a, b| key(a).cmp(&key(b)));
        let streams: Vec<Stream> = order.into_iter().map(|i| streams[i].clone()).collect();
        let width = streams
            .iter()
            .try_fold(0_usize, |sum, s| sum.checked_add(s.dim));
        let fits = width.is_some_and(|w| w <= MAX_WIDTH)
            && !streams.is_empty()
            && streams.iter().all(|s| s.dim > 0 && !s.name.is_empty())
            && (streams
                .iter()
                .flat_map(|s| [s.scale, s.temperature, s.weight])
                .flatten())
            .all(Stream::is_scale)
            && streams.windows(2).all(|pair| pair[0].name != pair[1].name);
        if !fits {
            let range = "at least one stream, each with its own name, scales, temperatures and weights from 0.000001 to 1000000, and a width of 1 to 65536 in all";
            return Err(Error::parameter("streams", format!("{streams:?}"), range));
        }
        Ok(Self(streams))
    }

    /// The streams in row order.
    pub fn as_slice(&self) -> &[Stream] {
        &self.0
    }

    /// Whether rows of both can be compared: the streams have the same names and widths, and mean the same. What is said of them beside
    /// that, such as their temperature, may have been measured anew.
    pub fn are_like(&self, other: &Self) -> bool {
        let layout = |streams: &Self| -> Vec<_> {
            let streams = streams.0.iter();
            streams.map(|s| (s.name.clone(), s.dim, s.plain)).collect()
        };
        layout(self) == layout(other)
    }

    /// Length of a feature row.
    pub fn width(&self) -> usize {
        self.0.iter().map(|s| s.dim).sum()
    }

    /// Columns of the features that share a space with text.
    pub fn clip(&self) -> Option<Range<usize>> {
        self.0.first().filter(|s| s.name == CLIP).map(|s| 0..s.dim)
    }

    /// What the cosine with a text is multiplied by to give a logit; see [`Stream::scale`].
    pub fn text_scale(&self) -> f64 {
        let clip = self.0.first().filter(|s| s.name == CLIP);
        clip.and_then(|s| s.scale).unwrap_or(CLIP_SCALE)
    }

    /// How much each stream is trusted as long as no example can tell: its weight as a share of all, so they sum to 1.
    pub fn prior_trust(&self) -> Vec<f64> {
        let weights = self.0.iter().map(|s| s.weight.unwrap_or(1.0));
        let sum: f64 = weights.clone().sum();
        weights.map(|weight| weight / sum).collect()
    }

    /// Columns of the auxiliary features: all streams but `clip`, or `clip` where there is no other.
    pub fn auxiliary(&self) -> Range<usize> {
        match self.clip() {
            Some(clip) if clip.end < self.width() => clip.end..self.width(),
            _ => 0..self.width(),
        }
    }

    /// Columns of each stream, in row order.
    pub fn columns(&self) -> impl Iterator<Item = Range<usize>> {
        self.0.iter().scan(0, |end, stream| {
            let start = *end;
            *end += stream.dim;
            Some(start..*end)
        })
    }

    /// The unit row of a raw text row `(d,)`, d the width of the `clip` stream.
    ///
    /// # Errors
    /// [`Error::Shape`] (also where there is no `clip` stream), [`Error::NotFinite`] or [`Error::ZeroFeature`].
    pub fn unit_text(&self, raw: &[f32]) -> Result<Vec<f32>> {
        Error::check_length("text row", self.clip().map_or(0, |c| c.len()), raw.len())?;
        let mut row = raw.to_vec();
        scale_to_unit("text row", CLIP, &mut row)?;
        Ok(row)
    }

    /// The unit row of a raw one.
    ///
    /// # Errors
    /// [`Error::Shape`], [`Error::NotFinite`] or [`Error::ZeroFeature`]; such a row would poison every later answer.
    pub fn unit(&self, raw: &[f32]) -> Result<Vec<f32>> {
        Error::check_length("feature row", self.width(), raw.len())?;
        let mut row = raw.to_vec();
        for (stream, columns) in self.0.iter().zip(self.columns()) {
            scale_to_unit("feature row", &stream.name, &mut row[columns])?;
        }
        Ok(row)
    }

    /// The unit rows of raw ones, both one behind the other.
    ///
    /// # Errors
    /// Those of [`Streams::unit`].
    pub fn units(&self, raw: &[f32]) -> Result<Vec<f32>> {
        let width = self.width();
        let whole = raw.len().div_ceil(width) * width;
        Error::check_length("feature rows", whole, raw.len())?;
        let units = raw.chunks_exact(width).map(|row| self.unit(row));
        Ok(units.collect::<Result<Vec<_>>>()?.concat())
    }
}

/// Below this length a feature vector carries rounding noise only.
const SHORTEST: f64 = 1e-12;

/// Scales a part of a row, `what`, to length 1 in place: the features of a stream. Untouched on error.
///
/// # Errors
/// [`Error::NotFinite`]; [`Error::ZeroFeature`], also where it is too short to have a direction in single precision.
pub(crate) fn scale_to_unit(what: &'static str, stream: &str, vector: &mut [f32]) -> Result<()> {
    let square = math::square(vector);
    // Squares of f32 never overflow f64, so a sum that is not finite comes from NaN or infinity.
    if !square.is_finite() {
        return Err(Error::NotFinite(what));
    }
    let norm = square.sqrt();
    if norm < SHORTEST {
        return Err(Error::ZeroFeature(stream.to_owned()));
    }
    math::scale(vector, 1.0 / norm);
    Ok(())
}
