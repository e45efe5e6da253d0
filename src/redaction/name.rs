//! Whether a name says that its value is a secret: `client_secret`, `AWS_SECRET_ACCESS_KEY`, `dbPassword`;
//! not `token_count`, `next_page_token`, `primary_key`.

/// A word that makes a name one of a secret.
#[derive(Debug)]
pub(super) struct Word {
    /// In lower case.
    pub(super) text: &'static str,
    /// What the placeholder calls its value.
    kind: &'static str,
    /// What has to stand before it.
    before: Before,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Anything, as in `authtoken`.
    Anything,
    /// Nothing, or another word.
    WordEnd,
    /// Nothing.
    Nothing,
    /// A word that makes a key a secret one.
    Qualifier,
}

/// Where a name stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) start: usize,
    pub(super) end: usize,
}

const fn word(text: &'static str, kind: &'static str, before: Before) -> Word {
    Word { text, kind, before }
}

/// All of them.
pub(super) static WORDS: [Word; 11] = [
    word("password", "password", Before::Anything),
    word("passwd", "password", Before::Anything),
    word("passphrase", "password", Before::Anything),
    word("passcode", "password", Before::Anything),
    word("pwd", "password", Before::WordEnd),
    word("secret", "secret", Before::Anything),
    word("credential", "secret", Before::Anything),
    word("token", "token", Before::Anything),
    word("key", "api-key", Before::Qualifier),
    word("_auth", "token", Before::Nothing),
    word("authorization", "authorization", Before::WordEnd),
];

/// What makes a key a secret one.
const QUALIFIERS: [&str; 31] = [
    "api",
    "access",
    "secret",
    "private",
    "encryption",
    "signing",
    "auth",
    "account",
    "shared",
    "master",
    "license",
    "client",
    "consumer",
    "app",
    "application",
    "webhook",
    "deploy",
    "admin",
    "aes",
    "hmac",
    "jwt",
    "session",
    "subscription",
    "functions",
    "connection",
    "recovery",
    "ssh",
    "ingestion",
    "instrumentation",
    "service",
    "hash",
];
/// Words before it that say the value is none.
const HARMLESS_BEFORE: [&str; 24] = [
    "page",
    "next",
    "prev",
    "previous",
    "continuation",
    "cancel",
    "cancellation",
    "pagination",
    "public",
    "pub",
    "stop",
    "pad",
    "bos",
    "eos",
    "unk",
    "sep",
    "mask",
    "special",
    "syntax",
    "resume",
    "cursor",
    "design",
    "no",
    "sync",
];
/// Words behind it that say the value is about a secret.
const HARMLESS_AFTER: [&str; 72] = [
    "id",
    "ids",
    "name",
    "names",
    "type",
    "types",
    "url",
    "uri",
    "path",
    "paths",
    "file",
    "files",
    "dir",
    "count",
    "counts",
    "len",
    "length",
    "size",
    "limit",
    "max",
    "min",
    "hash",
    "hashed",
    "digest",
    "checksum",
    "sum",
    "ttl",
    "expiry",
    "expires",
    "expiration",
    "at",
    "in",
    "prefix",
    "suffix",
    "pattern",
    "regex",
    "header",
    "field",
    "ref",
    "arn",
    "endpoint",
    "version",
    "provider",
    "class",
    "index",
    "position",
    "format",
    "algorithm",
    "alg",
    "method",
    "policy",
    "error",
    "message",
    "label",
    "title",
    "description",
    "placeholder",
    "hint",
    "env",
    "request",
    "response",
    "manager",
    "service",
    "store",
    "map",
    "list",
    "stream",
    "kind",
    "span",
    "fingerprint",
    "public",
    "input",
];
/// Longer names are none.
const LONGEST: usize = 64;

/// Where the name around `word` at `at` stands.
pub(super) fn extent(bytes: &[u8], at: usize, word: &Word) -> Extent {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let left = bytes[..at].iter().rev().take(LONGEST).take_while(is_part).count();
    let tail = at + word.text.len();
    let right = bytes[tail..].iter().take(LONGEST).take_while(is_part).count();
    Extent { start: skip_escape(bytes, at - left, at), end: tail + right }
}

/// What the placeholder calls the value of `name`, in which `word` stands at `at`; `None` when it is no secret.
pub(super) fn kind(name: &str, at: usize, word: &Word) -> Option<&'static str> {
    let (before, found, after) = (&name[..at], &name[at..at + word.text.len()], &name[at + word.text.len()..]);
    let (first, last) = (found.as_bytes()[0], found.as_bytes()[found.len() - 1]);
    if !is_followed(after, last) || !follows(before, first, word) {
        return None;
    }
    let joined = joined(name);
    let is_one_of = |names: &[&str]| names.iter().any(|name| joined.contains(name));
    if is_one_of(&["secretaccesskey", "awssecretkey", "awssessiontoken"]) {
        return Some("aws-secret");
    }
    Some(if is_one_of(&["accountkey", "sharedaccesskey"]) { "azure-key" } else { word.kind })
}

/// The first letter of a name may be that of an escape before it, as in `"\napi_key"`.
fn skip_escape(bytes: &[u8], start: usize, at: usize) -> usize {
    let is_escape = start < at && start > 0 && bytes[start - 1] == b'\\' && matches!(bytes[start], b'n' | b'r' | b't');
    start + usize::from(is_escape)
}

fn follows(before: &str, first: u8, word: &Word) -> bool {
    let ends_word = before.ends_with(|c: char| !c.is_ascii_alphabetic()) || before.is_empty();
    let fits = match word.before {
        Before::Anything => true,
        Before::Nothing => before.is_empty(),
        Before::WordEnd => {
            ends_word || first.is_ascii_uppercase() && before.ends_with(|c: char| c.is_ascii_lowercase())
        }
        Before::Qualifier => {
            let joined = joined(before);
            QUALIFIERS.iter().any(|qualifier| joined.ends_with(qualifier))
        }
    };
    fits && !words(before).any(|word| HARMLESS_BEFORE.contains(&word.as_str()))
}

/// `last` is the last letter of the telling word: in `tokenizer` it goes on, in `tokenValue` another one begins.
fn is_followed(after: &str, last: u8) -> bool {
    let after = after.strip_prefix(['s', 'S']).unwrap_or(after);
    let goes_on = after.starts_with(|c: char| c.is_ascii_lowercase())
        || last.is_ascii_uppercase() && after.starts_with(|c: char| c.is_ascii_uppercase());
    !goes_on && !words(after).any(|word| HARMLESS_AFTER.contains(&word.as_str()))
}

/// The words of a name in snake, kebab or camel case, in lower case.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let starts = !c.is_ascii_alphanumeric() || c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if starts {
            words.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    words.into_iter().filter(|word| !word.is_empty())
}

/// Letters and digits of a name, in lower case.
fn joined(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
