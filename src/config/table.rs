//! The macro that turns the table of keys into a typed `Config` and the rows of [`KEYS`](super::KEYS).
//! The table itself is in `settings.rs`.

/// Declares every key once: keys without a table first, then the tables of `config.toml`.
macro_rules! settings {
    (
        $(#[doc = $root_doc:literal])+
        $root:ident {
            $( $(#[doc = $doc:literal])+ $field:ident: $ty:ty => $body:tt )+
        }
        $(
            $(#[doc = $group_doc:literal])+
            $group:ident: $group_ty:ident {
                $( $(#[doc = $inner_doc:literal])+ $inner:ident: $inner_ty:ty => $inner_body:tt )+
            }
        )+
    ) => {
        $(#[doc = $root_doc])+
        #[derive(Debug, Clone)]
        pub struct $root {
            $( $(#[doc = $doc])+ pub $field: $ty, )+
            $( $(#[doc = $group_doc])+ pub $group: $group_ty, )+
        }

        $(
            $(#[doc = $group_doc])+
            #[derive(Debug, Clone)]
            pub struct $group_ty {
                $( $(#[doc = $inner_doc])+ pub $inner: $inner_ty, )+
            }
        )+

        /// Every key, in the order of the sample file.
        pub const KEYS: &[Key] = &[
            $( key!(stringify!($field), $ty, [$($doc)+], $body), )+
            $($( key!(concat!(stringify!($group), ".", stringify!($inner)), $inner_ty, [$($inner_doc)+], $inner_body), )+)+
        ];

        /// The tables of `config.toml`, each with what it is about.
        pub(super) const GROUPS: &[(&str, &str)] = &[
            $( (stringify!($group), concat!($($group_doc),+).trim_ascii()), )+
        ];

        impl $root {
            pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
                Ok(Self {
                    $( $field: reader.get(stringify!($field), default_of!($ty, $body))?, )+
                    $( $group: $group_ty {
                        $( $inner: reader.get(
                            concat!(stringify!($group), ".", stringify!($inner)),
                            default_of!($inner_ty, $inner_body),
                        )?, )+
                    }, )+
                })
            }

            /// Every value as people see it, in the order of [`KEYS`].
            pub(super) fn shown(&self) -> Vec<Option<String>> {
                vec![ $( self.$field.show(), )+ $($( self.$group.$inner.show(), )+)+ ]
            }
        }
    };
}

/// One row of the table.
macro_rules! key {
    (
        $name:expr, $ty:ty, [$($doc:literal)+],
        {
            env: [$($env:ident),+], default: $default:expr
            $(, range: $low:literal ..= $high:literal)? $(, unit: $unit:literal)? $(,)?
        }
    ) => {
        Key {
            name: $name,
            environment: &[$(stringify!($env)),+],
            doc: concat!($($doc),+).trim_ascii(),
            kind: <$ty as Setting>::KIND,
            secret: <$ty as Setting>::SECRET,
            unit: first::<&'static str>(&[$($unit)?]),
            range: first::<Range>(&[$(Range { low: $low as f64, high: $high as f64 })?]),
            default: || Shown::of::<$ty>(&$default),
        }
    };
}

/// The typed default of one row.
macro_rules! default_of {
    ($ty:ty, { env: $env:tt, default: $default:expr $(, $($rest:tt)*)? }) => {{
        let default: $ty = $default;
        default
    }};
}

pub(super) use {default_of, key, settings};
