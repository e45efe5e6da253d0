//! The pages of the manual in `dist/man`: made of the command line, and for the dashboard of its keys and its filter.
//! `UPDATE_DOCUMENTS=1` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::cli::Cli;

/// Adds the pages of a command and of all below it, by their file names.
fn pages(command: &Command, pages: &mut BTreeMap<String, Vec<u8>>) {
    let man = Man::new(command.clone()).manual("exai").source(concat!("exai ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page).unwrap();
    man.render_name_section(&mut page).unwrap();
    man.render_synopsis_section(&mut page).unwrap();
    man.render_description_section(&mut page).unwrap();
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        man.render_options_section(&mut page).unwrap();
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page).unwrap();
    }
    if command.get_name() == "monitor" {
        filter().to_writer(&mut page).unwrap();
        keys().to_writer(&mut page).unwrap();
    }
    if let Some(notes) = command.get_after_long_help().or_else(|| command.get_after_help()) {
        as_it_stands(&notes.to_string()).to_writer(&mut page).unwrap();
    }
    pages.insert(man.get_filename(), once(&page));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        self::pages(below, pages);
    }
}

/// Each part of a page begins with the same two lines; a page needs them once.
fn once(page: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(page).unwrap();
    let begin = text.find(".TH").unwrap();
    let (head, body) = text.split_at(begin);
    format!("{head}{}", body.replace(head, "")).into_bytes()
}

/// What is told below the help. Its lines are examples and tables: they are not joined.
fn as_it_stands(notes: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["NOTES"]).control("nf", []);
    for line in notes.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff
}

fn filter() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["FILTER"]);
    roff.text([roman("What is typed after / leaves the calls that match all of it.")]);
    for (written, meaning) in exai_ui::FILTER_LANGUAGE {
        roff.control("TP", []).text([bold(written.join("  "))]).text([roman(meaning)]);
    }
    roff
}

fn keys() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["KEYS"]);
    let mut place = "";
    for line in exai_ui::keys() {
        if line.place != place {
            place = line.place;
            roff.control("SS", [place]);
        }
        let keys = line.keys.join("  ");
        roff.control("TP", []).text([bold(keys), roman(format!("  ({})", line.name))]).text([roman(line.help)]);
    }
    roff
}

/// The whole manual.
fn all() -> BTreeMap<String, Vec<u8>> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut all = BTreeMap::new();
    pages(&command, &mut all);
    all
}

#[test]
fn documents_of_man_are_committed() {
    let all = all();
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist/man");
    #[expect(clippy::disallowed_methods, reason = "the variable is the test's own")]
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(&directory).unwrap();
        for (name, page) in &all {
            std::fs::write(directory.join(name), page).unwrap();
        }
    }
    let committed: BTreeMap<String, Vec<u8>> = std::fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .collect();
    let differ: BTreeSet<_> =
        all.keys().chain(committed.keys()).filter(|name| all.get(*name) != committed.get(*name)).collect();
    assert!(
        differ.is_empty(),
        "out of date in dist/man: {differ:?}; run UPDATE_DOCUMENTS=1 cargo nextest run -p exai documents"
    );
}

#[test]
fn the_page_of_the_monitor_has_its_keys_and_its_filter() {
    let page = String::from_utf8(all().remove("exai-monitor.1").unwrap()).unwrap();
    for text in [".SH KEYS", ".SS Everywhere", "(sort menu)", ".SH FILTER", "tool:debug", ".SH OPTIONS"] {
        assert!(page.contains(text), "{text}");
    }
}
