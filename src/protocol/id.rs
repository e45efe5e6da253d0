//! Identifiers: UUIDv7 text, so that they sort by age. The command line takes unique prefixes. The text is shared: each step and
//! row of a call names it.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(Arc<str>);

        impl $name {
            /// A new, unique id.
            #[expect(clippy::new_without_default, reason = "each one is different, so there is no default")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7().hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer())[..].into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

id! {
    /// Names one call.
    CallId
}
id! {
    /// Names one conversation; the predecessor's `continuation_id`.
    ThreadId
}
id! {
    /// Names one process that runs calls.
    InstanceId
}
id! {
    /// Names the session of a client: what it may resume after its connection broke.
    SessionId
}
