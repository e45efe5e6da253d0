//! The bounds of all this work, each with its reason.

/// How much of a line, a signature or an import is kept.
pub(super) const MAX_TEXT_BYTES: usize = 160;
/// How many symbols the outline of one file holds.
pub(super) const MAX_SYMBOLS: usize = 5_000;
/// How many references the outline of one file holds.
pub(super) const MAX_REFERENCES: usize = 20_000;
/// How many imports the outline of one file holds.
pub(super) const MAX_IMPORTS: usize = 1_000;
/// How many distinct names of its test code the outline of one file holds.
pub(super) const MAX_TESTED_NAMES: usize = 20_000;
/// How long a name may be.
pub(super) const MAX_NAME_BYTES: usize = 256;
/// How many definitions may be inside of each other: names with all that is around them stay short.
pub(super) const MAX_SCOPES: usize = 32;
/// How long the joined names around a symbol may become.
#[cfg(feature = "outline")]
pub(super) const MAX_CONTAINER_BYTES: usize = 1_024;
/// The largest file that is read, as everywhere.
pub(super) const MAX_FILE_BYTES: u64 = 1_000_000;
/// The largest file that is read with a grammar: beyond it are generated files and packed ones.
pub(super) const MAX_PARSED_BYTES: usize = 512 * 1024;
/// A line longer than this is no line that somebody wrote: the file is generated or packed.
pub(super) const MAX_LINE_BYTES: usize = 20_000;
/// How many files one question looks at.
pub(super) const MAX_FILES: usize = 5_000;
/// How many bytes one question reads.
pub(super) const MAX_BYTES: u64 = 32 * 1024 * 1024;
/// How much is read and looked at in one go.
pub(super) const PART_BYTES: u64 = 512 * 1024;
/// How many files are read and looked at in one go.
pub(super) const PART_FILES: usize = 128;
/// How many such parts are under way.
pub(super) const SIDE_BY_SIDE: usize = 3;
