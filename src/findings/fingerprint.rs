//! What a finding is called as long as the quoted text stays.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// How many bytes of the digest a name has: so few that it can be typed, so many that two of a project never meet.
const BYTES: usize = 8;

/// Of the findings with equal `category`, `path` and `quote` the one number `ordinal`, from the top of the file.
pub(super) fn fingerprint(category: &str, path: &str, quote: &str, ordinal: usize) -> String {
    let mut hash = Sha256::new();
    for part in [category.trim().to_lowercase().as_str(), path, quote] {
        // With its length, so that no part can pass for the end of another.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update((ordinal as u64).to_be_bytes());
    HEXLOWER.encode(&hash.finalize()[..BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_stays_the_same_from_version_to_version() {
        assert_eq!(fingerprint("Security", "src/a.rs", "unwrap()", 0), "30e5eca1a3258414");
    }

    #[test]
    fn every_part_counts() {
        let names = [
            fingerprint("a", "b", "c", 0),
            fingerprint("a", "b", "c", 1),
            fingerprint("ab", "", "c", 0),
            fingerprint("a", "bc", "", 0),
            fingerprint("", "b", "c", 0),
        ];
        let different: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len());
        assert_eq!(fingerprint(" Security", "b", "c", 0), fingerprint("security", "b", "c", 0));
    }
}
