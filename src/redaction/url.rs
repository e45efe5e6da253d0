//! Passwords in connection strings: `postgres://user:PASSWORD@host`. User and host stay.

use super::scan::Span;
use super::value::is_credential;

/// The password behind the `://` at `at`.
pub(super) fn password(text: &str, at: usize) -> Option<Span> {
    const LONGEST: usize = 512;
    let bytes = text.as_bytes();
    if at == 0 || !bytes[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let start = at + "://".len();
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace() || matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b'<' | b'\\')
    };
    let authority = bytes[start..].iter().take(LONGEST).take_while(|byte| !ends(byte)).count();
    let authority = &bytes[start..start + authority];
    let host = authority.iter().rposition(|byte| *byte == b'@')?;
    let colon = authority[..host].iter().position(|byte| *byte == b':')?;
    let user = text.get(start..start + colon)?;
    let password = text.get(start + colon + 1..start + host)?;
    is_credential(password, user).then(|| Span::new(start + colon + 1, start + host, "url-password"))
}
