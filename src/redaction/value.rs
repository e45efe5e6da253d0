//! Whether the value of something that is called a secret is one, or a stand-in, a reference, a name or a path.

use super::chance;

/// Shorter values may be words.
const LEAST: usize = 16;
/// What chance has to score: 16 random characters score 8 to 20, names below 0.
const LEAST_SCORE: f64 = 4.0;
/// Without quotes it may be code.
const LEAST_BARE_SCORE: f64 = 7.0;
/// `P4ssw0rd1` is made of words too, but not as long as `GoogleCloudV1Secret`.
const LEAST_PASSWORD_SCORE: f64 = -6.0;
/// Bits a character; 16 random hexadecimal digits have 3.2, rarely less than 2.6.
const LEAST_ENTROPY: f64 = 2.6;

/// How a value stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Between quotes, or all of a JSON string.
    Quoted,
    /// Up to the next blank.
    Bare,
}

/// Words that stand where a secret goes; long enough that chance does not write them.
const STAND_INS: [&str; 12] = [
    "xxxxx",
    "your-",
    "your_",
    "yourkey",
    "yourtoken",
    "yourapi",
    "yoursecret",
    "yourpass",
    "example",
    "placeholder",
    "redacted",
    "changeme",
];
/// What can not stand in a token, but in a value that is none.
const REFERENCES: [&str; 13] =
    ["change-me", "change_me", "dummy", "insert", "replace", "****", "....", "…", "${", "{{", "$(", "%(", "#{"];
/// Passwords that are none.
const KNOWN: [&str; 22] = [
    "password",
    "passwd",
    "pass",
    "passw",
    "pwd",
    "pw",
    "secret",
    "mysecret",
    "mypassword",
    "my_password",
    "mypass",
    "postgres",
    "mysql",
    "root",
    "admin",
    "user",
    "guest",
    "test",
    "rabbitmq",
    "redis",
    "foo",
    "bar",
];

/// Whether `value` stands where a secret would go: `<your-key>`, `${KEY}`, `xxxx`.
pub(super) fn is_stand_in(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let mut bytes = value.bytes();
    let first = bytes.next();
    matches!(first, None | Some(b'$' | b'%' | b'{' | b'@' | b'[' | b'<'))
        || bytes.all(|byte| Some(byte) == first)
        || STAND_INS.iter().chain(&REFERENCES).any(|word| lower.contains(word))
}

/// Whether the tail of a token with a telling prefix is a stand-in.
pub(super) fn is_stand_in_tail(tail: &str) -> bool {
    let lower = tail.to_ascii_lowercase();
    let mut bytes = tail.bytes();
    let first = bytes.next();
    bytes.all(|byte| Some(byte) == first) || STAND_INS.iter().any(|word| lower.contains(word))
}

/// Whether `value`, which is called a secret, is one.
pub(super) fn is_secret(value: &str, form: Form) -> bool {
    let least = if form == Form::Quoted { LEAST_SCORE } else { LEAST_BARE_SCORE };
    value.len() >= LEAST
        && is_mixed(value)
        && !value.bytes().any(|byte| byte.is_ascii_whitespace())
        && chance::score(value) >= least
        && chance::entropy(value) >= LEAST_ENTROPY
        && !is_stand_in(value)
        && !is_path(value)
}

/// Whether `value`, which is called a password, is a short but good one.
pub(super) fn is_password(value: &str) -> bool {
    const LEAST: usize = 8;
    const LONGEST: usize = 64;
    /// Longer ones without a sign are names, or random enough to be found as such.
    const LONGEST_PLAIN: usize = 20;
    let classes = [
        value.bytes().any(|byte| byte.is_ascii_lowercase()),
        value.bytes().any(|byte| byte.is_ascii_uppercase()),
        value.bytes().any(|byte| byte.is_ascii_digit()),
        value
            .bytes()
            .any(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'^' | b'&' | b'*' | b'+' | b'=' | b'?' | b'~')),
    ];
    (LEAST..=LONGEST).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'(' | b')' | b'{' | b'}' | b'<' | b'>'))
        && classes.iter().filter(|class| **class).count() >= 3
        && (classes[3] || value.len() < LONGEST_PLAIN && chance::score(value) > LEAST_PASSWORD_SCORE)
        && !is_stand_in(value)
        && !is_path(value)
}

/// Whether `value` is the password of a connection string, where anything is one that is no stand-in.
pub(super) fn is_credential(value: &str, user: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_reference = value.contains(['{', '}', '$', '(', ')', '<', '>', '%']) && is_reference(value);
    !(value.len() < 3
        || is_reference
        || is_stand_in(value)
        || value == user
        || is_path(value)
        || KNOWN.contains(&lower.as_str()))
}

/// `{password}`, `$PASSWORD`, `%s`, `%PASSWORD%`; but not `p%40ss`, which is an `@` in a URL.
fn is_reference(value: &str) -> bool {
    let is_name = |byte: u8| {
        byte.is_ascii_alphabetic()
            || matches!(byte, b'_' | b'.' | b'{' | b'}' | b'$' | b'(' | b')' | b'%' | b'<' | b'>')
    };
    value.starts_with(['{', '$', '(', '<']) || value.bytes().all(is_name)
}

fn is_mixed(value: &str) -> bool {
    let has = |class: fn(&u8) -> bool| value.bytes().any(|byte| class(&byte));
    has(u8::is_ascii_alphabetic) && has(u8::is_ascii_digit)
}

/// A file or a URL: several parts, most of them words.
fn is_path(value: &str) -> bool {
    let is_rooted = ["./", "../", "~/", "\\\\"].iter().any(|root| value.starts_with(root));
    if is_rooted || value.contains("://") {
        return true;
    }
    let parts: Vec<_> = value.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    parts.len() > 1
        && parts.iter().filter(|part| chance::score(part) < 1.0).count() * 2 > parts.len()
        && chance::score(value) < LEAST_BARE_SCORE
}
