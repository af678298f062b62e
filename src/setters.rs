//! A setter for each field of a type that outsiders cannot write down whole.

/// `setters! { Type { field: FieldType, } }`: one `Type::field(self, field)` each.
macro_rules! setters {
    ($type:ident { $($field:ident: $field_type:ty,)* }) => {
        impl $type {
            $(
                #[doc = concat!("The same with this `", stringify!($field), "`.")]
                pub fn $field(self, $field: $field_type) -> Self {
                    Self { $field, ..self }
                }
            )*
        }
    };
}

pub(crate) use setters;
