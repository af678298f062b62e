//! Saving and reading a support set; `docs/format.md` is the specification.

use super::observed::Observed;
use crate::heads::{HeadSpec, UerStream};
use crate::support::tensors::{
    UNIT_TOLERANCE, bytes_of, extend, extend_rows, floats, index, matrix, open, refuse, words,
    write,
};
use crate::support::{
    Class, ClassId, Classless, Edit, Example, ExampleId, MOST_UNLABELLED, Role, SupportSet,
    TOO_MANY_UNLABELLED, Text,
};
use crate::task::Task;
use crate::validation::STRICTNESS;
use crate::{Classifier, Error, Result, Stream, Streams};
use safetensors::tensor::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version that this crate writes and reads.
const VERSION: u32 = 1;

/// The one metadata entry.
const ENTRY: &str = "handful";

/// The tensors of photos without a class: of each role their ids and their feature rows.
const CLASSLESS: [(Role, &str, &str); 2] = [
    (Role::Negative, "negatives", "negative_features"),
    (Role::Unlabelled, "unlabelled", "unlabelled_features"),
];

/// The tensors of what was observed: how much and of which classes, and the state of the stream.
const OBSERVED: [&str; 2] = ["observed", "uer"];

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct Meta {
    version: u32,
    streams: Vec<Stream>,
    encoder: Option<String>,
    classes: Vec<ClassMeta>,
    next_class: ClassId,
    next_example: ExampleId,
    head: Option<HeadSpec>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    strictness: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct ClassMeta {
    id: ClassId,
    label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<TextSource>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
}

/// Where the text of a class comes from, where its row does not tell: without this a row was given, and no row means that
/// nothing is known of the label.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TextSource {
    Label,
    Absent,
}

impl Classifier {
    /// The set and the chosen head as bytes; the same set gives the same bytes.
    pub fn save(&self) -> Vec<u8> {
        let set = self.set();
        let width = set.streams().width();
        let clip = set.streams().clip().map_or(0, |c| c.len());
        let (mut features, mut examples, mut text) = (Vec::new(), Vec::new(), Vec::new());
        for (id, example) in set.examples() {
            extend_rows(&mut features, &example.row);
            let entry = [id, set.index_of(example.class) as u32, 1];
            extend(&mut examples, entry.into_iter().map(u32::to_le_bytes));
        }
        for class in set.classes() {
            match set.text(class) {
                Some(row) => extend_rows(&mut text, row),
                None => text.resize(text.len() + 4 * clip, 0),
            }
        }
        let (next_class, next_example) = set.next_ids();
        let class_meta = |class: &Class| ClassMeta {
            id: class.id,
            label: class.label.to_string(),
            text: match class.text {
                Text::OfLabel => set.text(class).map(|_| TextSource::Label),
                Text::Given(_) => None,
                Text::Absent => Some(TextSource::Absent),
            },
            disabled: !class.enabled,
        };
        let meta = Meta {
            version: VERSION,
            streams: set.streams().as_slice().to_vec(),
            encoder: set.encoder().map(str::to_owned),
            classes: set.classes().iter().map(class_meta).collect(),
            next_class,
            next_example,
            head: self.head().cloned(),
            strictness: Some(self.strictness).filter(|&share| share != STRICTNESS),
        };
        let mut tensors = vec![
            ("examples", Dtype::U32, 3, &examples[..]),
            ("features", Dtype::F32, width, &features),
        ];
        if clip > 0 {
            tensors.push(("text", Dtype::F32, clip, &text));
        }
        let classless = CLASSLESS.map(|(role, ..)| {
            let (mut ids, mut rows) = (Vec::new(), Vec::new());
            for (id, row) in set.classless(role) {
                extend(&mut ids, [id.to_le_bytes()].into_iter());
                extend_rows(&mut rows, row);
            }
            (ids, rows)
        });
        for ((_, name, features), (ids, rows)) in CLASSLESS.iter().zip(&classless) {
            if !ids.is_empty() {
                tensors.push((name, Dtype::U32, 1, ids));
                tensors.push((features, Dtype::F32, width, rows));
            }
        }
        let observed = self.observed().map(|observed| {
            let mut words = vec![observed.stream.n_observed()];
            for &id in &observed.classes {
                words.push(set.index_of(id) as u64);
            }
            (bytes_of(&words), observed.stream.state())
        });
        if let Some((words, state)) = &observed {
            tensors.push((OBSERVED[0], Dtype::U64, 1, words));
            tensors.push((OBSERVED[1], Dtype::U8, 1, state));
        }
        let meta = serde_json::to_string(&meta).expect("plain numbers and strings");
        write(&tensors, ENTRY, meta)
    }

    /// A classifier from bytes of [`Classifier::save`]. The undo history is empty.
    ///
    /// ```
    /// # use handful::{Classifier, Stream};
    /// let mut taught = Classifier::new(vec![Stream::new("aux", 2)])?;
    /// taught.add_example("left", &[1.0, 0.0])?;
    /// assert_eq!(Classifier::load(&taught.save())?.set(), taught.set());
    /// # Ok::<(), handful::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Format`] for bytes that are not a saved set in every respect.
    pub fn load(bytes: &[u8]) -> Result<Self> {
        let (tensors, meta) = open(bytes, ENTRY)?;
        // The version first: another version may have other fields.
        let Version { version } = serde_json::from_str(&meta).or_else(refuse)?;
        if version != VERSION {
            return refuse(format!(
                "it has version {version}, this program reads version {VERSION}"
            ));
        }
        let meta: Meta = serde_json::from_str(&meta).or_else(refuse)?;
        let (head, strictness) = (meta.head.clone(), meta.strictness.unwrap_or(STRICTNESS));
        let (set, observed) = read_set(meta, &tensors).or_else(|e| match e {
            Error::Format { .. } => Err(e),
            other => refuse(other),
        })?;
        let mut classifier = Self::from_set(set);
        classifier.observed = observed;
        classifier.set_head(head).or_else(refuse)?;
        classifier.set_strictness(strictness).or_else(refuse)?;
        Ok(classifier)
    }
}

fn read_set(meta: Meta, tensors: &SafeTensors<'_>) -> Result<(SupportSet, Option<Observed>)> {
    let streams = Streams::new(meta.streams.clone())?;
    if streams.as_slice() != meta.streams {
        return refuse("its streams are out of order");
    }
    let width = streams.width();
    let mut set = SupportSet::new(streams, meta.encoder);
    let clip = set.streams().clip().map_or(0, |columns| columns.len());
    let texts = match clip {
        0 => &[],
        _ => matrix(tensors, "text", Dtype::F32, clip)?,
    };
    if texts.len() != 4 * clip * meta.classes.len() {
        return refuse("it has another number of texts than of classes");
    }
    let mut class_ids = BTreeSet::new();
    // The class of each entry; an entry that only spells the label of an earlier one otherwise is the same class.
    let mut entries: Vec<ClassId> = Vec::with_capacity(meta.classes.len());
    for (at, class) in meta.classes.into_iter().enumerate() {
        let (id, enabled) = (class.id, !class.disabled);
        if !class_ids.insert(id) || id >= meta.next_class {
            return refuse(format!("class id {id} is used twice or out of range"));
        }
        let row = floats(&texts[4 * clip * at..][..4 * clip]);
        let row = match row.iter().all(|&v| v == 0.0) {
            true => None,
            false => Some(unit_rows(row, |row| set.streams().unit_text(row))?),
        };
        if let Ok(known) = set.class(&class.label)
            && known.label.as_str() != class.label
        {
            entries.push(known.id);
            continue;
        }
        let label = set.new_label(&class.label)?;
        let text = match (class.text, row) {
            (None, Some(row)) => Text::Given(row.into()),
            (None, None) => Text::OfLabel,
            (Some(TextSource::Label), Some(row)) => {
                set.set_meaning(&label, row.into());
                Text::OfLabel
            }
            (Some(TextSource::Absent), None) => Text::Absent,
            _ => return refuse(format!("the text row of class {id} contradicts its source")),
        };
        entries.push(id);
        let class = Class {
            id,
            label,
            text,
            enabled,
        };
        let at = set.classes().len();
        set.apply(Edit::Class(id, Some((at, class))));
    }
    let mut features = matrix(tensors, "features", Dtype::F32, width)?;
    for entry in matrix(tensors, "examples", Dtype::U32, 3)?.chunks_exact(12) {
        let [id, class, rows] = [0, 4, 8]
            .map(|k| u32::from_le_bytes([entry[k], entry[k + 1], entry[k + 2], entry[k + 3]]));
        let bytes = (rows as usize).saturating_mul(width * 4);
        if rows == 0 || bytes > features.len() {
            return refuse("an example has no features");
        }
        if set.has_photo(id) || id >= meta.next_example {
            return refuse(format!("example id {id} is used twice or out of range"));
        }
        let Some(&class) = entries.get(class as usize) else {
            return refuse(format!("example {id} names a class that is not there"));
        };
        let (own, rest) = features.split_at(bytes);
        features = rest;
        // Earlier versions kept augmented views of a photo behind its own row.
        let rows = unit_rows(floats(own), |rows| set.streams().units(rows))?;
        let row = rows[..width].into();
        set.apply(Edit::Example(id, Some(Example { class, row })));
    }
    if !features.is_empty() {
        return refuse("it has more features than examples");
    }
    for (role, name, features) in CLASSLESS {
        if !tensors.names().contains(&name) {
            continue;
        }
        let ids = matrix(tensors, name, Dtype::U32, 1)?.as_chunks().0;
        let rows = matrix(tensors, features, Dtype::F32, width)?;
        if ids.len() * width * 4 != rows.len() {
            return refuse(format!(
                "it has another number of {features} than of {name}"
            ));
        }
        if role == Role::Unlabelled && ids.len() > MOST_UNLABELLED {
            return Err(TOO_MANY_UNLABELLED);
        }
        for (&id, row) in ids.iter().zip(rows.chunks_exact(width * 4)) {
            let id = u32::from_le_bytes(id);
            if set.has_photo(id) || id >= meta.next_example {
                return refuse(format!("example id {id} is used twice or out of range"));
            }
            let row = unit_rows(floats(row), |row| set.streams().unit(row))?.into();
            set.apply(Edit::Classless(id, Some(Classless { role, row })));
        }
    }
    set.reserve_ids(meta.next_class, meta.next_example);
    let observed = match tensors.names().contains(&OBSERVED[0]) {
        true => Some(read_observed(&entries, &set, tensors)?),
        false => None,
    };
    Ok((set, observed))
}

/// What a set has observed, whose classes `(C,)` have these ids.
fn read_observed(ids: &[ClassId], set: &SupportSet, tensors: &SafeTensors<'_>) -> Result<Observed> {
    let words = words(matrix(tensors, OBSERVED[0], Dtype::U64, 1)?);
    let (mut classes, mut known) = (Vec::new(), BTreeSet::new());
    for &place in words.iter().skip(1) {
        match ids.get(index(place)) {
            Some(&id) if known.insert(id) => classes.push(id),
            _ => return refuse("a class that it has observed is not there"),
        }
    }
    let stream = UerStream::load(matrix(tensors, OBSERVED[1], Dtype::U8, 1)?)?;
    if stream.n_classes() != classes.len()
        || words.first() != Some(&stream.n_observed())
        || !stream.scales_by(&Task::of_first(set, 0, 0).scale())
    {
        return refuse("what it has observed contradicts its classes or streams");
    }
    match Observed::new(stream, classes) {
        observed if observed.has_any() => Ok(observed),
        _ => refuse("it has observed nothing of any class"),
    }
}

/// The rows as they are, if their streams have the length that saved ones have; scaling them again would change their last bits.
fn unit_rows(rows: Vec<f32>, scale: impl Fn(&[f32]) -> Result<Vec<f32>>) -> Result<Vec<f32>> {
    let units = scale(&rows)?;
    let mut pairs = rows.iter().zip(units);
    if pairs.all(|(a, b)| (a - b).abs() <= UNIT_TOLERANCE) {
        return Ok(rows);
    }
    refuse("a feature row is not of unit length")
}
