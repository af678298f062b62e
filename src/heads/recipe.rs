//! A recipe as one list: its hyper-parameters with their defaults and ranges.

use super::check_within;
use crate::Result;

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
    let value = value.number();
    value.map_or(Ok(()), |value| {
        check_within(name, value, least, most, range)
    })
}

/// Writes a recipe from the stable name of its head and the list of its hyper-parameters, each with its default and, where it is
/// a number, its range: the struct, its `Default`, and `check_ranges`.
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

        impl $recipe {
            fn check_ranges(&self) -> $crate::Result<()> {
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
