//! What is tried in place of what an encoder says of its streams, without making features anew.

use anyhow::{Result, ensure};
use handful::{Stream, Streams};
use std::str::FromStr;

/// A number for one trait of a stream, written `STREAM.TRAIT=NUMBER`.
#[derive(Debug, Clone)]
pub struct Setting {
    stream: String,
    which: Trait,
    value: f64,
}

#[derive(Debug, Clone, Copy)]
enum Trait {
    Scale,
    Temperature,
    Weight,
}

impl FromStr for Setting {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let parse = || {
            let (name, value) = word.split_once('=')?;
            let (stream, which) = name.rsplit_once('.')?;
            let which = match which {
                "scale" => Trait::Scale,
                "temperature" => Trait::Temperature,
                "weight" => Trait::Weight,
                _ => return None,
            };
            Some(Self {
                stream: stream.to_owned(),
                which,
                value: value.parse().ok()?,
            })
        };
        parse().ok_or_else(|| {
            format!("{word:?} is not of the form STREAM.scale=2, STREAM.temperature=2 or STREAM.weight=2")
        })
    }
}

impl Setting {
    /// Whether a stream is meant: by its name, or by the last part of it, without that of the encoder.
    fn means(&self, stream: &Stream) -> bool {
        let name = stream.name.strip_suffix(self.stream.as_str());
        name.is_some_and(|encoder| encoder.is_empty() || encoder.ends_with('.'))
    }
}

/// The streams with these settings.
pub fn apply(settings: &[Setting], streams: &Streams) -> Result<Streams> {
    let mut streams = streams.as_slice().to_vec();
    for setting in settings {
        let mut found = false;
        for stream in streams.iter_mut().filter(|stream| setting.means(stream)) {
            found = true;
            *match setting.which {
                Trait::Scale => &mut stream.scale,
                Trait::Temperature => &mut stream.temperature,
                Trait::Weight => &mut stream.weight,
            } = Some(setting.value);
        }
        let names: Vec<&str> = streams.iter().map(|stream| stream.name.as_str()).collect();
        ensure!(
            found,
            "no stream is called {}; there are {}",
            setting.stream,
            names.join(", ")
        );
    }
    Ok(Streams::new(streams)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(words: &[&str]) -> Result<Streams> {
        let settings: Vec<Setting> = words.iter().map(|word| word.parse().unwrap()).collect();
        let names = ["clip", "net.aux", "net.color"];
        let streams = names.map(|name| Stream::new(name, 3)).to_vec();
        apply(&settings, &Streams::new(streams)?)
    }

    #[test]
    fn streams_are_named_with_their_encoder_or_without() {
        let streams = set(&[
            "clip.scale=20",
            "aux.weight=2",
            "net.color.temperature=0.5",
            "net.color.weight=4",
        ])
        .unwrap();
        let traits = (streams.as_slice().iter()).map(|s| (s.scale, s.temperature, s.weight));
        assert!(traits.eq([
            (Some(20.0), None, None),
            (None, None, Some(2.0)),
            (None, Some(0.5), Some(4.0)),
        ]));
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for bad in [
            "aux.weight",
            "weight=2",
            "aux.wait=2",
            "aux.weight=two",
            "2",
        ] {
            assert!(bad.parse::<Setting>().is_err(), "{bad}");
        }
        for bad in ["ux.weight=2", "net.weight=2", "aux.weight=0"] {
            assert!(set(&[bad]).is_err(), "{bad}");
        }
    }
}
