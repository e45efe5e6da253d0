//! Values as they are typed: plain text, `@FILE`, or standard input. Standard input is read only when asked for,
//! and once.

use std::io::Read;

use exai_core::error::{Error, Result};

/// The most that is read from a file or from standard input.
const LARGEST: u64 = 10 << 20;

/// Reads values; knows whether standard input was used.
#[derive(Debug, Default)]
pub(super) struct Values {
    stdin: Option<String>,
}

impl Values {
    /// The value of `typed`: a text, `@FILE`, `-` or `@-`. `@@` begins a text with an `@`.
    pub(super) fn read(&mut self, flag: &str, typed: &str) -> Result<String> {
        match typed {
            "-" | "@-" => self.stdin(flag),
            text if text.starts_with("@@") => Ok(text[1..].to_owned()),
            file if file.starts_with('@') && file.len() > 1 => Self::file(flag, &file[1..]),
            text => Ok(text.to_owned()),
        }
    }

    /// The whole of `path`, or of standard input for `-`.
    pub(super) fn whole(&mut self, flag: &str, path: &str) -> Result<String> {
        if path == "-" { self.stdin(flag) } else { Self::file(flag, path) }
    }

    /// All of standard input.
    pub(super) fn stdin(&mut self, flag: &str) -> Result<String> {
        if let Some(user) = &self.stdin {
            return Err(Error::invalid(format!("{flag} and {user} both want standard input"))
                .hint("give one of them a file: @FILE"));
        }
        self.stdin = Some(flag.to_owned());
        text(flag, "standard input", std::io::stdin().lock())
    }

    fn file(flag: &str, path: &str) -> Result<String> {
        let file = std::fs::File::open(path).map_err(|error| {
            Error::invalid(format!("{flag}: {path}: {error}")).hint("a text that begins with @ is written with @@")
        })?;
        text(flag, path, file)
    }
}

fn text(flag: &str, from: &str, source: impl Read) -> Result<String> {
    let mut bytes = Vec::new();
    source
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::invalid(format!("{flag}: {from}: {error}")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::invalid(format!("{flag}: {from} is larger than {} MiB", LARGEST >> 20))
            .hint("name large files with --files or --relevant-files instead"));
    }
    String::from_utf8(bytes).map_err(|_| Error::invalid(format!("{flag}: {from} is not UTF-8 text")))
}
