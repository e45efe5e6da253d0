//! Doors for the fuzz targets (`fuzz/`) into what is private. Compiled with the feature `fuzzing` only.

pub use crate::server::fuzzing::Room;
pub use crate::tools::expert_answer;
