//! Line numbers: right-aligned, at least four wide, wider for a longer file, then `│ `.
//!
//! Every line of a file carries its gutter, also an empty one, so no line of a file can pass for a marker.

/// What stands between number and line.
const BAR: &[u8] = "│ ".as_bytes();
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
pub fn number_lines(text: &str, lines: usize, out: &mut Vec<u8>) {
    out.reserve(numbered_bytes(text, lines));
    let mut gutter = Gutter::new(number_width(lines));
    for line in text.split_inclusive('\n') {
        out.extend_from_slice(gutter.next());
        out.extend_from_slice(line.as_bytes());
    }
    if !text.is_empty() && !text.ends_with('\n') {
        out.push(b'\n');
    }
}

/// The gutter of the current line; counts in text, which is cheaper than writing each number anew.
struct Gutter {
    bytes: [u8; Self::SIZE],
    width: usize,
}

impl Gutter {
    /// Twenty digits hold any number of lines.
    const SIZE: usize = 20 + BAR.len();

    fn new(width: usize) -> Self {
        let width = width.min(Self::SIZE - BAR.len());
        let mut bytes = [b' '; Self::SIZE];
        bytes[width..width + BAR.len()].copy_from_slice(BAR);
        Self { bytes, width }
    }

    fn next(&mut self) -> &[u8] {
        for digit in self.bytes[..self.width].iter_mut().rev() {
            match *digit {
                b'9' => *digit = b'0',
                b' ' => {
                    *digit = b'1';
                    break;
                }
                _ => {
                    *digit += 1;
                    break;
                }
            }
        }
        &self.bytes[..self.width + BAR.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::count_lines;
    use super::*;

    fn numbered(text: &str) -> String {
        let mut out = Vec::new();
        let lines = count_lines(text);
        number_lines(text, lines, &mut out);
        assert_eq!(out.len(), numbered_bytes(text, lines));
        String::from_utf8(out).unwrap()
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
