//! Saving and reading a support set; `docs/format.md` is the specification.

use crate::heads::HeadSpec;
use crate::support::tensors::{UNIT_TOLERANCE, extend, floats, matrix, open, refuse, write};
use crate::support::{Class, ClassId, Edit, Example, ExampleId, Listener, SupportSet, Text};
use crate::{Classifier, Error, Result, Stream, Streams};
use safetensors::tensor::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version that this crate writes and reads.
const VERSION: u32 = 1;

/// The one metadata entry.
const ENTRY: &str = "handful";

#[derive(Serialize, Deserialize)]
struct Meta {
    version: u32,
    streams: Vec<Stream>,
    encoder: Option<String>,
    classes: Vec<ClassMeta>,
    next_class: ClassId,
    next_example: ExampleId,
    head: Option<HeadSpec>,
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

/// A set that is being read has nobody to tell.
struct Nobody;

impl Listener for Nobody {
    fn class_inserted(&mut self, _: usize) {}
    fn class_removed(&mut self, _: usize) {}
    fn example_added(&mut self, _: usize, _: &[f32]) {}
    fn example_removed(&mut self, _: usize, _: &[f32]) {}
}

impl Classifier {
    /// The set and the chosen head as bytes; the same set gives the same bytes.
    pub fn save(&self) -> Vec<u8> {
        let set = self.set();
        let width = set.streams().width();
        let clip = set.streams().clip().map_or(0, |c| c.len());
        let (mut features, mut examples, mut text) = (Vec::new(), Vec::new(), Vec::new());
        for (id, example) in set.examples() {
            extend(&mut features, example.rows.iter().map(|v| v.to_le_bytes()));
            let rows = (example.rows.len() / width) as u32;
            extend(
                &mut examples,
                [id, set.index_of(example.class) as u32, rows]
                    .iter()
                    .map(|v| v.to_le_bytes()),
            );
        }
        for class in set.classes() {
            match set.text(class) {
                Some(row) => extend(&mut text, row.iter().map(|v| v.to_le_bytes())),
                None => text.resize(text.len() + 4 * clip, 0),
            }
        }
        let (next_class, next_example) = set.next_ids();
        let meta = Meta {
            version: VERSION,
            streams: set.streams().as_slice().to_vec(),
            encoder: set.encoder().map(str::to_owned),
            classes: set
                .classes()
                .iter()
                .map(|class| ClassMeta {
                    id: class.id,
                    label: class.label.to_string(),
                    text: match class.text {
                        Text::OfLabel => set.text(class).map(|_| TextSource::Label),
                        Text::Given(_) => None,
                        Text::Absent => Some(TextSource::Absent),
                    },
                    disabled: !class.enabled,
                })
                .collect(),
            next_class,
            next_example,
            head: self.head().cloned(),
        };
        let mut tensors = vec![
            ("examples", Dtype::U32, 3, &examples[..]),
            ("features", Dtype::F32, width, &features),
        ];
        if clip > 0 {
            tensors.push(("text", Dtype::F32, clip, &text));
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
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let Version { version } = serde_json::from_str(&meta).or_else(refuse)?;
        if version != VERSION {
            return refuse(format!(
                "it has version {version}, this program reads version {VERSION}"
            ));
        }
        let meta: Meta = serde_json::from_str(&meta).or_else(refuse)?;
        let head = meta.head.clone();
        let set = read_set(meta, &tensors).or_else(|e| match e {
            Error::Format { .. } => Err(e),
            other => refuse(other),
        })?;
        let mut classifier = Self::from_set(set);
        classifier.set_head(head).or_else(refuse)?;
        Ok(classifier)
    }
}

fn read_set(meta: Meta, tensors: &SafeTensors<'_>) -> Result<SupportSet> {
    let streams = Streams::new(meta.streams.clone())?;
    if streams.as_slice() != meta.streams {
        return refuse("its streams are out of order");
    }
    let width = streams.width();
    let mut set = SupportSet::new(streams, meta.encoder);
    let texts = match set.streams().clip() {
        Some(clip) => Some((clip.len(), matrix(tensors, "text", Dtype::F32, clip.len())?)),
        None => None,
    };
    if texts
        .as_ref()
        .is_some_and(|(d, bytes)| bytes.len() != meta.classes.len() * d * 4)
    {
        return refuse("it has another number of texts than of classes");
    }
    let mut class_ids = BTreeSet::new();
    // The class of each entry; an entry that only spells the label of an earlier one otherwise is the same class.
    let mut entries: Vec<ClassId> = Vec::with_capacity(meta.classes.len());
    for (at, class) in meta.classes.into_iter().enumerate() {
        let ClassMeta {
            id,
            label,
            text,
            disabled,
        } = class;
        if !class_ids.insert(id) || id >= meta.next_class {
            return refuse(format!("class id {id} is used twice or out of range"));
        }
        let row = match &texts {
            Some((d, bytes)) => {
                let row = floats(&bytes[at * d * 4..(at + 1) * d * 4]);
                if row.iter().all(|&v| v == 0.0) {
                    None
                } else {
                    Some(unit_row(row, |row| set.streams().unit_text(row))?)
                }
            }
            None => None,
        };
        if let Ok(class) = set.class(&label)
            && class.label.as_str() != label
        {
            entries.push(class.id);
            continue;
        }
        let label = set.new_label(&label)?;
        let text = match (text, row) {
            (None, Some(row)) => Text::Given(row.into()),
            (None, None) => Text::OfLabel,
            (Some(TextSource::Label), Some(row)) => {
                set.set_meaning(label.clone(), row.into());
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
            enabled: !disabled,
        };
        let at = set.classes().len();
        set.apply(Edit::Class(id, Some((at, class))), &mut Nobody);
    }
    let mut features = matrix(tensors, "features", Dtype::F32, width)?;
    for entry in matrix(tensors, "examples", Dtype::U32, 3)?.chunks_exact(12) {
        let [id, class, rows] = [0, 4, 8]
            .map(|k| u32::from_le_bytes([entry[k], entry[k + 1], entry[k + 2], entry[k + 3]]));
        let bytes = (rows as usize).saturating_mul(width * 4);
        if rows == 0 || bytes > features.len() {
            return refuse("an example has no features");
        }
        if set.example(id).is_ok() || id >= meta.next_example {
            return refuse(format!("example id {id} is used twice or out of range"));
        }
        let Some(&class) = entries.get(class as usize) else {
            return refuse(format!("example {id} names a class that is not there"));
        };
        let (own, rest) = features.split_at(bytes);
        features = rest;
        let mut unit = Vec::with_capacity(bytes / 4);
        for row in own.chunks_exact(width * 4) {
            unit.extend(unit_row(floats(row), |row| set.streams().unit(row))?);
        }
        let rows = unit.into();
        set.apply(
            Edit::Example(id, Some(Example { class, rows })),
            &mut Nobody,
        );
    }
    if !features.is_empty() {
        return refuse("it has more features than examples");
    }
    set.reserve_ids(meta.next_class, meta.next_example);
    Ok(set)
}

/// The row as it is, if its streams have the length that a saved row has; scaling it again would change its last bits.
fn unit_row(row: Vec<f32>, scale: impl Fn(&[f32]) -> Result<Vec<f32>>) -> Result<Vec<f32>> {
    let unit = scale(&row)?;
    if row
        .iter()
        .zip(&unit)
        .any(|(a, b)| (a - b).abs() > UNIT_TOLERANCE)
    {
        return refuse("a feature row is not of unit length");
    }
    Ok(row)
}
