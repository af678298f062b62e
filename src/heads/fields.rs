//! A recipe from the name of its head and hyper-parameters by name, and back: for callers that write JSON.

use super::HeadSpec;
use crate::{Error, Result};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt::Display;

/// Hyper-parameters by name, each as JSON; numbers are not looked at, so that none changes on its way.
pub type Fields = BTreeMap<String, Box<RawValue>>;

impl HeadSpec {
    /// The head of this name with these hyper-parameters, each displayed as JSON, as in a saved set; what is left out has its
    /// default. Fields may be named in snake case or in camel case.
    ///
    /// ```
    /// use handful::heads::HeadSpec;
    ///
    /// let spec = HeadSpec::parse("amu", [("power", "1"), ("classBalance", "true")])?;
    /// assert_eq!(spec.changed()["class_balance"].get(), "true");
    /// # Ok::<(), handful::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Parameter`] for a name that no head has and for a number outside its range; [`Error::HyperParameter`] for a
    /// field that the head does not have, and for a value of another type.
    pub fn parse(
        name: &str,
        fields: impl IntoIterator<Item = (impl AsRef<str>, impl Display)>,
    ) -> Result<Self> {
        let mut spec = Self::by_name(name)?;
        let known = spec.fields();
        let mut given = Vec::new();
        for (field, value) in fields {
            let field = field.as_ref();
            let refuse = |reason: &str| Error::HyperParameter {
                name: format!("{name}.{field}"),
                value: value.to_string(),
                reason: reason.to_owned(),
            };
            let snake = snake_case(field);
            if !known.contains_key(&snake) {
                let names: Vec<&str> = known.keys().map(String::as_str).collect();
                return Err(match names[..] {
                    [] => refuse("this head has no hyper-parameters"),
                    _ => refuse(&format!("this head has {}", names.join(", "))),
                });
            }
            given.push(format!("\"{snake}\":{value}"));
            let json = format!("{{\"{name}\":{{{}}}}}", given.join(","));
            spec = serde_json::from_str(&json).map_err(|error| {
                let reason = error.to_string();
                // Where in the value, and where in all.
                let reason = reason.rsplitn(3, " at line ").last().unwrap_or_default();
                refuse(reason)
            })?;
        }
        spec.check()?;
        Ok(spec)
    }

    /// The hyper-parameters that differ from their defaults, named in snake case.
    pub fn changed(&self) -> Fields {
        let usual = Self::by_name(self.name()).map(|spec| spec.fields());
        let usual = usual.expect("each head has its name");
        let mut changed = self.fields();
        changed.retain(|field, value| usual[field].get() != value.get());
        changed
    }

    /// All hyper-parameters.
    fn fields(&self) -> Fields {
        let json = serde_json::to_string(self).expect("plain numbers and strings");
        // `{"amu":{…}}`
        let fields = &json[self.name().len() + 4..json.len() - 1];
        serde_json::from_str(fields).expect("a recipe is written as an object under its name")
    }
}

/// `classBalance` as `class_balance`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
