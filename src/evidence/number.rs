//! Line numbers: right-aligned, at least four wide, wider for a longer file, then `│ `.
//!
//! Every line of a file carries its gutter, also an empty one, so no line of a file can pass for a marker.

/// What stands between number and line.
const BAR: &str = "│ ";
/// The least width of a number.
const LEAST_WIDTH: usize = 4;
/// What a gutter costs: one or two tokens for the number, one for the bar, and one for the blanks before it. Measured
/// for code and prose with the vocabularies of both families: 3.1 to 3.9.
const TOKENS_PER_LINE: u64 = 4;

/// How wide the numbers of a file of `lines` lines are.
pub fn number_width(lines: usize) -> usize {
    let digits = lines.checked_ilog10().map_or(1, |log| log as usize + 1);
    digits.max(LEAST_WIDTH)
}

/// How many bytes [`number_lines`] writes for a text of `lines` lines.
pub fn numbered_bytes(text: &str, lines: usize) -> usize {
    let open_end = usize::from(!text.is_empty() && !text.ends_with('\n'));
    text.len() + open_end + lines * (number_width(lines) + BAR.len())
}

/// An estimate of what the gutters of `lines` lines cost.
pub(super) fn gutter_tokens(lines: usize) -> u64 {
    TOKENS_PER_LINE * lines as u64
}

/// Appends `text`, which has `lines` lines, with a number before each; the last line is ended.
pub fn number_lines(text: &str, lines: usize, out: &mut String) {
    out.reserve(numbered_bytes(text, lines));
    let head_width = number_width(lines) - 3;
    let (mut head, mut tails) = (" ".repeat(head_width), BLANK_TAILS);
    let (mut start, mut tail) = (0, 1);
    let ends = memchr::memchr_iter(b'\n', text.as_bytes());
    for (index, end) in ends.chain(text.len().checked_sub(1)).enumerate() {
        // A text that ends in a line feed has no line after it.
        if start > end {
            break;
        }
        if tail == GROUP {
            (head, tails, tail) = (format!("{:>head_width$}", (index + 1) / GROUP), ZERO_TAILS, 0);
        }
        out.push_str(&head);
        out.push_str(&tails[tail * TAIL_BYTES..(tail + 1) * TAIL_BYTES]);
        out.push_str(&text[start..=end]);
        (start, tail) = (end + 1, tail + 1);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        out.push('\n');
    }
}

/// How many lines share all of their number but its last three digits.
const GROUP: usize = 1_000;
/// The last three digits and the bar.
const TAIL_BYTES: usize = 3 + BAR.len();
static BLANKS: [u8; GROUP * TAIL_BYTES] = tails(b' ');
static ZEROS: [u8; GROUP * TAIL_BYTES] = tails(b'0');
/// `  0│ ` to `999│ `, for numbers below a thousand: pushing ready text is cheaper than writing each number.
const BLANK_TAILS: &str = as_text(&BLANKS);
/// `000│ ` to `999│ `, for all others.
const ZERO_TAILS: &str = as_text(&ZEROS);

const fn tails(fill: u8) -> [u8; GROUP * TAIL_BYTES] {
    let mut table = [fill; GROUP * TAIL_BYTES];
    let mut number = 0;
    while number < GROUP {
        let (mut at, mut rest) = (number * TAIL_BYTES + 3, number);
        while rest > 0 {
            at -= 1;
            table[at] = b"0123456789"[rest % 10];
            rest /= 10;
        }
        let mut byte = 0;
        while byte < BAR.len() {
            table[number * TAIL_BYTES + 3 + byte] = BAR.as_bytes()[byte];
            byte += 1;
        }
        number += 1;
    }
    table
}

const fn as_text(table: &'static [u8]) -> &'static str {
    match str::from_utf8(table) {
        Ok(text) => text,
        Err(_) => "",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::Measure;
    use super::*;

    fn numbered(text: &str) -> String {
        let mut out = String::new();
        let lines = Measure::of(text).lines;
        number_lines(text, lines, &mut out);
        assert_eq!(out.len(), numbered_bytes(text, lines));
        out
    }

    #[test]
    fn numbers_are_right_aligned_and_the_last_line_is_ended() {
        assert_eq!(numbered("a\n\nb"), "   1│ a\n   2│ \n   3│ b\n");
    }

    #[test]
    fn a_file_of_ten_thousand_lines_has_a_wider_gutter() {
        let short = numbered(&"x\n".repeat(9_999));
        assert!(short.starts_with("   1│ x\n") && short.ends_with("\n9999│ x\n"));
        let long = numbered(&"x\n".repeat(10_001));
        assert!(long.starts_with("    1│ x\n") && long.ends_with("\n10000│ x\n10001│ x\n"));
    }

    #[test]
    fn numbers_count_up_without_a_gap() {
        let text = numbered(&"x\n".repeat(1_234));
        for (index, line) in text.lines().enumerate() {
            assert_eq!(line, format!("{:>4}│ x", index + 1));
        }
    }

    #[test]
    fn an_empty_file_has_no_line() {
        assert_eq!(numbered(""), "");
    }
}
