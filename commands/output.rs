//! The printers: standard output is the result and nothing else, everything else goes to standard error.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use exai_core::config::Environment;
use serde::Serialize;

use crate::cli::Color;

/// Both streams, and how they may be written.
#[derive(Debug)]
pub(crate) struct Output {
    stdout: io::Stdout,
    color: Color,
    quiet: bool,
}

/// A style, where colours are allowed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    /// Is as it should be.
    Good,
    /// Went wrong.
    Bad,
    /// Should be known.
    Warn,
    /// Helps.
    Hint,
    /// Aside.
    Muted,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { stdout: io::stdout(), color: Color::Auto, quiet: false }
    }

    pub(crate) fn set_up(&mut self, color: Color, quiet: bool) {
        (self.color, self.quiet) = (color, quiet);
    }

    /// Whether progress and notes are wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// When colours are used.
    pub(crate) fn color(&self) -> Color {
        self.color
    }

    /// Whether a person reads the result as it comes.
    pub(crate) fn is_terminal(&self) -> bool {
        self.stdout.is_terminal()
    }

    /// Writes a part of the result. A terminal gets no control characters: what a model or a file says must not
    /// move its cursor or set its title.
    pub(crate) fn part(&mut self, text: &str) -> io::Result<()> {
        let tame = if self.is_terminal() { harmless(text) } else { Cow::Borrowed(text) };
        let mut stdout = self.stdout.lock();
        stdout.write_all(tame.as_bytes())?;
        stdout.flush()
    }

    /// Writes a text, in one piece with the line end that it may lack.
    pub(crate) fn text(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() || text.ends_with('\n') { self.part(text) } else { self.part(&format!("{text}\n")) }
    }

    /// Writes a document of JSON, indented.
    pub(crate) fn json<T: Serialize>(&mut self, value: &T) -> anyhow::Result<()> {
        Ok(self.text(&serde_json::to_string_pretty(value)?)?)
    }

    /// Writes a line of JSON.
    pub(crate) fn json_line<T: Serialize>(&mut self, value: &T) -> anyhow::Result<()> {
        Ok(self.part(&format!("{}\n", serde_json::to_string(value)?))?)
    }

    /// Writes a line of the result, which begins with a label.
    pub(crate) fn line(&mut self, style: Style, label: &str, text: &str) -> io::Result<()> {
        let painted = if label.is_empty() { String::new() } else { self.paint(style, label, true) };
        let tame = if self.is_terminal() { harmless(text) } else { Cow::Borrowed(text) };
        writeln!(self.stdout.lock(), "{painted}{tame}")
    }

    /// Tells something aside, unless that is not wanted.
    pub(crate) fn note(&mut self, style: Style, label: &str, message: &str) {
        if !self.quiet {
            self.tell(style, label, message);
        }
    }

    /// Tells something aside in any case. A closed standard error is nobody's loss.
    pub(crate) fn tell(&mut self, style: Style, label: &str, message: &str) {
        let label = self.paint(style, label, false);
        let _ = writeln!(io::stderr().lock(), "{label}{}", harmless(message));
    }

    /// A usage error, or the help that was asked for.
    pub(crate) fn usage(&mut self, usage: &clap::Error) -> ExitCode {
        let rendered = usage.render();
        let for_help = !usage.use_stderr();
        let text = if self.colors(for_help) { rendered.ansi().to_string() } else { rendered.to_string() };
        // A reader that left, or a full disk, takes nothing from what was to be said.
        let _ =
            if for_help { io::stdout().write_all(text.as_bytes()) } else { io::stderr().write_all(text.as_bytes()) };
        ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2))
    }

    fn paint(&self, style: Style, text: &str, on_stdout: bool) -> String {
        let code = match style {
            Style::Good => "32",
            Style::Bad => "1;31",
            Style::Warn => "33",
            Style::Hint => "36",
            Style::Muted => "2",
        };
        if self.colors(on_stdout) { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn colors(&self, on_stdout: bool) -> bool {
        let environment = Environment::of_process();
        let is_terminal = if on_stdout { io::stdout().is_terminal() } else { io::stderr().is_terminal() };
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if environment.no_color() => false,
            Color::Auto => environment.clicolor_force() || is_terminal,
        }
    }
}

/// The text without control characters, line ends and tabs apart.
fn harmless(text: &str) -> Cow<'_, str> {
    let is_bad = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
    if text.contains(is_bad) { text.replace(is_bad, "\u{fffd}").into() } else { text.into() }
}

/// Lines of aligned columns; the last one is as wide as it is.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let width = |index: usize| {
        let cells = rows.iter().map(|row| row[index].chars().count());
        cells.chain([head[index].chars().count()]).max().unwrap_or_default()
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{:width$}", harmless(cell)));
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    let body = rows.iter().map(|row| line(std::array::from_fn(|index| row[index].as_str())));
    std::iter::once(line(head)).chain(body).collect()
}
