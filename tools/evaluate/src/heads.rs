//! The heads that are asked for: names, or JSON objects with a name and hyper-parameters.

use crate::stream;
use handful::heads::HeadSpec;
use serde_json::{Deserializer, Map, Value};

/// Stands for every head.
const ALL: &str = "all";

/// What `--heads` lists.
#[derive(Clone)]
pub struct Heads {
    /// Recipes in the order of `HeadSpec::NAMES`, of each head the usual one first.
    pub specs: Vec<HeadSpec>,
    /// Names of those that learn from a stream; a head with hyper-parameters of its own takes no part in it.
    pub streams: Vec<&'static str>,
}

impl Heads {
    /// Reads a list with commas between: `knn,{"name":"amu","power":0.5}`.
    pub fn parse(list: &str) -> Result<Self, String> {
        let (mut names, mut recipes) = (Vec::new(), Vec::new());
        let mut rest = list;
        loop {
            let end = if rest.starts_with('{') {
                let mut objects = Deserializer::from_str(rest).into_iter();
                let fields = objects.next().unwrap_or_else(|| Ok(Map::new()));
                recipes.push(recipe(fields.map_err(|error| format!("{rest}: {error}"))?)?);
                objects.byte_offset()
            } else {
                let end = rest.find(',').unwrap_or(rest.len());
                names.push(known(&rest[..end])?);
                end
            };
            match rest[end..].strip_prefix(',') {
                Some(more) => rest = more,
                None if end == rest.len() => break,
                None => return Err(format!("a comma is missing before {}", &rest[end..])),
            }
        }
        let named = |name: &str| names.contains(&name) || names.contains(&ALL);
        let mut specs = Vec::new();
        for usual in HeadSpec::all() {
            let own = recipes.iter().filter(|own| own.name() == usual.name());
            let own: Vec<_> = own.cloned().collect();
            specs.extend(Some(usual).filter(|usual| named(usual.name())));
            specs.extend(own);
        }
        specs.dedup();
        let streams = stream::HEADS.into_iter().filter(|name| named(name));
        Ok(Self {
            specs,
            streams: streams.collect(),
        })
    }
}

/// Refuses a name that no head has.
fn known(name: &str) -> Result<&str, String> {
    if name == ALL || HeadSpec::NAMES.contains(&name) || stream::HEADS.contains(&name) {
        return Ok(name);
    }
    let names = HeadSpec::NAMES.join(", ");
    Err(format!("no head is called {name}; there are {names}"))
}

/// The head that an object describes.
fn recipe(mut fields: Map<String, Value>) -> Result<HeadSpec, String> {
    let Some(Value::String(name)) = fields.remove("name") else {
        return Err("a head is written as an object with its `name`".to_owned());
    };
    HeadSpec::parse(&name, fields).map_err(|error| error.to_string())
}

/// The name of a head with what is not as it is by default: `amu(power=0.5)`.
pub fn title(spec: &HeadSpec) -> String {
    let fields: Vec<String> = (spec.changed().iter())
        .map(|(field, value)| format!("{field}={value}"))
        .collect();
    match fields[..] {
        [] => spec.name().to_owned(),
        _ => format!("{}({})", spec.name(), fields.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(list: &str) -> Vec<String> {
        let heads = Heads::parse(list).map_err(|error| panic!("{list}: {error}"));
        heads
            .iter()
            .flat_map(|heads| heads.specs.iter().map(title))
            .collect()
    }

    #[test]
    fn names_and_objects_stand_side_by_side() {
        assert_eq!(titles("all"), HeadSpec::NAMES);
        assert_eq!(titles("knn,prototype,knn,all").len(), HeadSpec::NAMES.len());
        assert_eq!(
            titles(
                r#"{"name":"amu","power":0.5,"classBalance":true},knn,{"tau":0.1,"name":"knn"}"#
            ),
            ["knn", "knn(tau=0.1)", "amu(class_balance=true, power=0.5)"]
        );
        assert_eq!(titles(r#"{"name":"knn","k":5},knn"#), ["knn"]);
        assert!(titles("plain_replay").is_empty());
    }

    #[test]
    fn what_is_no_list_of_heads_is_refused() {
        for (list, said) in [
            ("", "no head is called ;"),
            ("knn,", "no head is called ;"),
            ("oracle", "no head is called oracle; there are zero_shot, "),
            ("{}", "a head is written as an object with its `name`"),
            (r#"{"name":"oracle"}"#, "head = oracle is outside"),
            (r#"{"name":"knn","k":0}"#, "knn.k = 0 is outside 1 to 1000"),
            (r#"{"name":"knn","tau":"warm"}"#, "knn.tau = \"warm\": "),
            (
                r#"{"name":"knn"}prototype"#,
                "a comma is missing before prototype",
            ),
            (r#"{"name":"knn""#, "{\"name\":\"knn\": EOF"),
        ] {
            let error = Heads::parse(list).err();
            assert!(
                error.as_ref().is_some_and(|error| error.starts_with(said)),
                "{error:?}"
            );
        }
    }
}
