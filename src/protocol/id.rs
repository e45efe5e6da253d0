//! Identifiers: UUIDv7 text, so that they sort by age. The command line takes unique prefixes.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(String);

        impl $name {
            /// A new, unique id.
            #[expect(clippy::new_without_default, reason = "each one is different, so there is no default")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7().to_string())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
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
