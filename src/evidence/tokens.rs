//! How many tokens a text costs, estimated from its bytes: high rather than low, so that what fits here fits there.
//!
//! The vocabularies of both families cost tens of milliseconds and megabytes to build, so each kind of byte has a
//! price instead. The prices are an upper fit to counts made with the vocabularies of Kimi K2 and GLM 5; tokens per
//! byte, the worse of the two, beside the estimate: Python 0.21 / 0.30, Rust 0.23 / 0.30, a readme 0.26 / 0.33, Chinese
//! 0.28 / 0.31, Markdown with tables 0.31 / 0.35, indented JSON 0.41 / 0.42, logs 0.57 / 0.59, hex 0.67 / 0.75, figures
//! 0.74 / 0.76, Base64 0.73 / 0.75. Four bytes a token, the usual rule, is low by half and more for the last four.
//! Known to be low: text of nothing but emoji or random punctuation, by two fifths.

/// How much text is priced at once; a dense stretch in a file of prose is seen when it is longer than this.
const WINDOW: usize = 960;
/// How much is counted in one go: small enough for counters of one byte.
const STRIDE: usize = 240;

// Sixteenths of a token for one byte.
const PLAIN: u64 = 5;
const SPACE: u64 = 4;
const PUNCTUATION: u64 = 6;
const DIGIT: u64 = 14;
/// Keys, hashes and encoded data: long runs without spaces that no vocabulary has words for.
const DENSE: u64 = 12;

/// An estimate of the tokens of `text`; high for most texts, close for dense ones.
pub fn estimate_tokens(text: &str) -> u64 {
    Measure::of(text).tokens
}

/// What one pass over a text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measure {
    /// As [`estimate_tokens`].
    pub(super) tokens: u64,
    /// Lines that end in a line feed, and a last one that does not.
    pub(super) lines: usize,
    /// Whether there is a carriage return.
    pub(super) has_returns: bool,
}

impl Measure {
    pub(super) fn of(text: &str) -> Self {
        let (mut sixteenths, mut feeds, mut returns) = (0, 0, 0);
        for window in text.as_bytes().chunks(WINDOW) {
            let census = Census::of(window);
            sixteenths += census.sixteenths();
            feeds += census.feeds;
            returns += census.returns;
        }
        let open_end = u64::from(!text.is_empty() && !text.ends_with('\n'));
        let lines = usize::try_from(feeds + open_end).unwrap_or(usize::MAX);
        Self { tokens: sixteenths.div_ceil(16), lines, has_returns: returns > 0 }
    }
}

/// The least that a file of so many bytes can be expected to cost.
pub(super) fn least_tokens(bytes: u64) -> u64 {
    bytes / 5
}

/// What a byte counts as: six counters of one byte each side by side (letters, digits, spaces, bytes of other characters than
/// ASCII, line feeds, carriage returns), so that one addition a byte counts all of them, also where nothing is built for speed.
static COUNTS: [u64; 256] = {
    let mut counts = [0; 256];
    let mut byte = 0;
    while byte < counts.len() {
        counts[byte] = u64::from_le_bytes(match byte {
            0x0A => [0, 0, 1, 0, 1, 0, 0, 0],
            0x0D => [0, 0, 1, 0, 0, 1, 0, 0],
            0..=0x20 => [0, 0, 1, 0, 0, 0, 0, 0],
            0x30..=0x39 => [0, 1, 0, 0, 0, 0, 0, 0],
            0x41..=0x5A | 0x61..=0x7A => [1, 0, 0, 0, 0, 0, 0, 0],
            0x80.. => [0, 0, 0, 1, 0, 0, 0, 0],
            _ => [0; 8],
        });
        byte += 1;
    }
    counts
};

/// How many bytes of each kind a stretch of text has.
#[derive(Debug, Default, Clone, Copy)]
struct Census {
    bytes: u64,
    letters: u64,
    digits: u64,
    spaces: u64,
    high: u64,
    feeds: u64,
    returns: u64,
}

impl Census {
    fn of(window: &[u8]) -> Self {
        let mut census = Self { bytes: window.len() as u64, ..Self::default() };
        for stride in window.chunks(STRIDE) {
            let counts: u64 = stride.iter().map(|&byte| COUNTS[usize::from(byte)]).sum();
            let [letters, digits, spaces, high, feeds, returns, ..] = counts.to_le_bytes().map(u64::from);
            census.letters += letters;
            census.digits += digits;
            census.spaces += spaces;
            census.high += high;
            census.feeds += feeds;
            census.returns += returns;
        }
        census
    }

    fn sixteenths(self) -> u64 {
        let punctuation = self.bytes - self.letters - self.digits - self.spaces - self.high;
        let unbroken = self.spaces * 32 <= self.bytes && punctuation * 8 <= self.bytes && self.high * 8 <= self.bytes;
        // A short window, the end of a file or a name, is too little to tell a word from a key.
        if unbroken && self.bytes >= 64 {
            return self.bytes * DENSE;
        }
        (self.letters + self.high) * PLAIN + self.spaces * SPACE + punctuation * PUNCTUATION + self.digits * DIGIT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens per byte, times a hundred.
    fn rate(text: &str) -> u64 {
        estimate_tokens(text) * 100 / text.len() as u64
    }

    #[test]
    fn prose_and_code_cost_about_a_third_of_a_token_a_byte() {
        let prose = "The quick brown fox jumps over the lazy dog, and nobody asks it why. ".repeat(50);
        let code = "    let total: u64 = items.iter().map(|item| item.price).sum();\n".repeat(50);
        for text in [prose, code] {
            assert!((25..=34).contains(&rate(&text)), "{}", rate(&text));
        }
    }

    #[test]
    fn hex_and_base64_cost_more_than_twice_as_much_as_prose() {
        let hex = "3f9ac2e1d07b4586a1c9e2f0b3d47568".repeat(100);
        let base64 = "TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24sIGJ1dCBi\n".repeat(50);
        for text in [hex, base64] {
            assert!(rate(&text) >= 72, "{}", rate(&text));
        }
    }

    #[test]
    fn a_key_inside_of_prose_is_priced_as_a_key() {
        let prose = "A sentence that says nothing at all to anybody who reads it. ".repeat(100);
        let key = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4".repeat(200);
        let mixed = format!("{prose}{key}{prose}");
        assert!(estimate_tokens(&mixed) > estimate_tokens(&prose) * 2 + key.len() as u64 * 60 / 100);
    }

    #[test]
    fn figures_cost_more_than_words_and_chinese_is_no_key() {
        let figures = "12.5,983.0001,77.25,0.125,4096.5\n".repeat(50);
        let chinese = "并发控制与错误处理是最重要的部分,需要认真对待每一个细节。".repeat(50);
        assert!(rate(&figures) >= 70, "{}", rate(&figures));
        assert!((28..=34).contains(&rate(&chinese)), "{}", rate(&chinese));
    }

    #[test]
    fn nothing_costs_nothing_and_one_letter_costs_one_token() {
        assert_eq!((estimate_tokens(""), estimate_tokens("a")), (0, 1));
    }

    #[test]
    fn a_last_line_without_a_line_feed_counts() {
        for (text, lines) in [("", 0), ("a", 1), ("a\n", 1), ("a\n\nb", 3)] {
            assert_eq!(Measure::of(text).lines, lines, "{text:?}");
        }
    }
}
