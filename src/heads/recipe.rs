//! A recipe as one list: its hyper-parameters with their defaults and ranges.

use super::Fields;
use crate::{Error, Result};
use serde::de::DeserializeOwned;

/// A hyper-parameter, as a number where it is one and given.
pub(super) trait Number {
    fn number(&self) -> Option<f64>;
}

impl Number for f64 {
    fn number(&self) -> Option<f64> {
        Some(*self)
    }
}

impl Number for usize {
    fn number(&self) -> Option<f64> {
        Some(*self as f64)
    }
}

impl Number for Option<f64> {
    fn number(&self) -> Option<f64> {
        *self
    }
}

/// Refuses a hyper-parameter that is given and not from `least` to `most`.
pub(super) fn check(
    name: &'static str,
    value: &impl Number,
    (least, most, range): (f64, f64, &'static str),
) -> Result<()> {
    match value.number() {
        Some(value) if !(least..=most).contains(&value) => {
            Err(Error::parameter(name, value, range))
        }
        _ => Ok(()),
    }
}

/// Reads a hyper-parameter that is given; else it stays as it is. A reader of its own for each recipe would add a fiftieth to the module
/// (`npm run sizes`).
pub(super) fn read<T: DeserializeOwned>(
    fields: &Fields,
    name: &str,
    field: &mut T,
) -> serde_json::Result<()> {
    if let Some(value) = fields.get(name) {
        *field = serde_json::from_str(value.get())?;
    }
    Ok(())
}

/// Writes a recipe from the stable name of its head and the list of its hyper-parameters, each with its default and, where it is
/// a number, its range: the struct, its `Default`, a setter for each, and its `Recipe`.
macro_rules! recipe {
    (
        $(#[$about:meta])*
        $recipe:ident $head:literal {
            $(
                $(#[$doc:meta])*
                $field:ident: $type:ty = $default:expr $(, $least:literal to $most:literal)?;
            )*
        }
    ) => {
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        #[non_exhaustive]
        $(#[$about])*
        pub struct $recipe {
            $(
                $(#[$doc])*
                #[doc = ""]
                #[doc = concat!(
                    "Default: `", stringify!($default), "`."
                    $(, " Range: ", stringify!($least), " to ", stringify!($most), ".")?
                )]
                pub $field: $type,
            )*
        }

        impl Default for $recipe {
            fn default() -> Self {
                Self { $($field: $default),* }
            }
        }

        impl<'de> serde::Deserialize<'de> for $recipe {
            fn deserialize<D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> std::result::Result<Self, D::Error> {
                #[allow(unused_variables, reason = "some heads have no hyper-parameters")]
                let fields = $crate::heads::Fields::deserialize(deserializer)?;
                #[allow(unused_mut, reason = "as above")]
                let mut recipe = Self::default();
                $(
                    $crate::heads::recipe::read(&fields, stringify!($field), &mut recipe.$field)
                        .map_err(serde::de::Error::custom)?;
                )*
                Ok(recipe)
            }
        }

        $crate::setters::setters! { $recipe { $($field: $type,)* } }

        impl $crate::heads::Recipe for $recipe {
            const NAME: &'static str = $head;

            fn check(&self) -> $crate::Result<()> {
                $($(
                    let name = concat!($head, ".", stringify!($field));
                    let range = concat!(stringify!($least), " to ", stringify!($most));
                    let range = ($least as f64, $most as f64, range);
                    $crate::heads::recipe::check(name, &self.$field, range)?;
                )?)*
                Ok(())
            }
        }
    };
}

pub(super) use recipe;
