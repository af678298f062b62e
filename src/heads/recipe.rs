//! A recipe as one list: its hyper-parameters with their defaults and ranges.

use crate::{Error, Result};

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
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[non_exhaustive]
        #[serde(default)]
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
