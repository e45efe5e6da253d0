//! The list of tools without the tools: what agents are shown of each, and which may be called. It is compiled in, so that
//! who only shows it, as a process beside each agent does, makes no schema and has no tool in its memory.
//!
//! `list/entries.rs` is written by a test from the tools themselves:
//! `UPDATE_DOCUMENTS=1 cargo nextest run -p exai-core tools::list`.

mod entries;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Offer, annotations, router};
use crate::config::Profile;
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::wire::{ToolEntry, ToolList};

pub(super) use entries::INSTRUCTIONS;

/// A tool as it is compiled in.
pub(super) struct Entry {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// Of its arguments, for a reader who was given the [`INSTRUCTIONS`].
    schema: &'static str,
    /// A hash of all that is said of it, its whole schema too.
    mark: &'static str,
}

/// The tools that there are, by their names.
#[derive(Debug, Clone)]
pub struct List {
    disabled: Vec<String>,
    /// The others, sorted.
    names: Vec<&'static str>,
}

impl List {
    /// All tools but the `disabled` ones (names in any case).
    pub fn new(disabled: &[String]) -> Self {
        let mut list = Self { disabled: disabled.to_vec(), names: Vec::new() };
        list.names = entries::TOOLS.iter().map(|entry| entry.name).filter(|name| !list.is_disabled(name)).collect();
        list.names.sort_unstable();
        list
    }

    /// The name of each.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.iter().copied()
    }

    /// The bare name of the tool of that name. The suffixes of the predecessor's names are cut off.
    pub fn get(&self, name: &str) -> Result<&'static str> {
        const SUFFIXES: [&str; 5] = ["_EXAI-WS", "-EXAI-WS", "_EXAI_WS", "-EXAI_WS", "_exai"];
        let bare = SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
        match self.names.binary_search(&bare) {
            Ok(place) => Ok(self.names[place]),
            Err(_) if bare == router::DESCRIBE => Ok(router::DESCRIBE),
            Err(_) => Err(self.unknown(bare)),
        }
    }

    /// What an agent with `offer` is shown.
    pub fn shown(&self, offer: &Offer) -> Result<ToolList> {
        let is_router = *offer == Offer::Profile(Profile::Router);
        let all = if is_router { entries::ROUTER } else { entries::TOOLS };
        let is_shown = |entry: &&Entry| is_router || (!self.is_disabled(entry.name) && offer.allows(entry.name));
        let mut tools = all.iter().filter(is_shown).map(Entry::shown).collect::<Result<Vec<_>>>()?;
        for describe in tools.iter_mut().filter(|tool| tool.name == router::DESCRIBE) {
            describe.input_schema["properties"]["tool"]["enum"] = json!(self.names().collect::<Vec<_>>());
        }
        // The tools of the router describe themselves, and the others when they are asked to.
        Ok(ToolList { tools, instructions: (!is_router).then(|| INSTRUCTIONS.to_owned()) })
    }

    /// A hash of all that is said of the tools to who is shown `offer`; it changes when that does.
    pub fn fingerprint(&self, offer: &Offer) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("{offer:?}\0"));
        let all = entries::TOOLS.iter().chain(entries::ROUTER);
        for entry in all.filter(|entry| !self.is_disabled(entry.name)) {
            hash.update(entry.mark);
        }
        short(hash)
    }

    /// The error for a tool that is not in the list.
    pub(super) fn unknown(&self, name: &str) -> Error {
        let error = Error::new(ErrorCode::ToolNotFound, format!("no tool is called `{name}`"));
        if self.is_disabled(name) {
            return error.hint("it is switched off by disabled_tools (DISABLED_TOOLS)");
        }
        match self.nearest(name) {
            Some(near) => error.hint(format!("did you mean `{near}`? `exai tools` lists all")),
            None => error.hint("`exai tools` lists all"),
        }
    }

    /// The tool whose name is most like `name`, if any is.
    pub(super) fn nearest(&self, name: &str) -> Option<&'static str> {
        let likeness = |tool: &str| strsim::jaro_winkler(tool, name);
        let near = self.names().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        near.filter(|near| likeness(near) > 0.75)
    }

    fn is_disabled(&self, name: &str) -> bool {
        self.disabled.iter().any(|disabled| disabled.eq_ignore_ascii_case(name))
    }
}

impl Entry {
    fn shown(&self) -> Result<ToolEntry> {
        let unreadable = |error| Error::internal(format!("the list of tools, {}: {error}", self.name));
        let input_schema: Value = serde_json::from_str(self.schema).map_err(unreadable)?;
        let [name, title, description] = [self.name, self.title, self.description].map(str::to_owned);
        Ok(ToolEntry { name, title, description, input_schema, annotations: annotations::of(self.name) })
    }
}

/// The beginning of a hash, as text.
fn short(hash: Sha256) -> String {
    HEXLOWER.encode(&hash.finalize()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::instructions::{brief, instructions};
    use crate::tools::{Registry, Shown, is_current};

    /// The list as the tools themselves say it.
    fn written(rows: &[Shown]) -> String {
        let mut text = String::new();
        for Shown { info, schema } in rows {
            let mut hash = Sha256::new();
            for part in [info.name, info.title, info.description, &schema.to_string()] {
                hash.update(part);
                hash.update([0]);
            }
            let mut shown = brief(schema);
            if info.name == router::DESCRIBE {
                // Which there are is put in when it is shown.
                shown["properties"]["tool"].as_object_mut().unwrap().shift_remove("enum");
            }
            text.push_str("    Entry {\n");
            for (field, value) in [
                ("name", info.name),
                ("title", info.title),
                ("description", info.description),
                ("schema", &shown.to_string()),
                ("mark", &short(hash)),
            ] {
                text.push_str(&format!("        {field}: {value:?},\n"));
            }
            text.push_str("    },\n");
        }
        text
    }

    #[test]
    fn the_list_is_what_the_tools_themselves_say() {
        let registry = Registry::new(&[]);
        let tools: Vec<_> = registry.iter().map(|tool| Shown { info: tool.info(), schema: tool.schema() }).collect();
        let current = format!(
            "//! Written by the test of `list.rs`: do not edit.\n\n\
             use super::Entry;\n\n\
             /// What is said once of all tools.\npub(in crate::tools) const INSTRUCTIONS: &str = {:?};\n\n\
             /// Each tool, by name.\npub(super) const TOOLS: &[Entry] = &[\n{}];\n\n\
             /// The tools that describe and call the others.\npub(super) const ROUTER: &[Entry] = &[\n{}];\n",
            instructions(),
            written(&tools),
            written(&router::shown(&registry)),
        );
        is_current("list/entries.rs", &current);
    }

    #[test]
    fn each_profile_is_shown_what_its_tools_say_of_themselves() {
        let disabled = ["Debug".to_owned()];
        let (registry, list) = (Registry::new(&disabled), List::new(&disabled));
        for profile in Profile::ALL {
            let offer = Offer::Profile(profile);
            let tools: Vec<_> = registry
                .shown(&offer)
                .unwrap()
                .iter()
                .map(|shown| (shown.info.name.to_owned(), shown.brief()))
                .collect();
            let listed: Vec<_> =
                list.shown(&offer).unwrap().tools.into_iter().map(|tool| (tool.name, tool.input_schema)).collect();
            assert_eq!(listed, tools, "{profile:?}");
        }
    }

    #[test]
    fn the_fingerprint_changes_with_what_is_switched_off_and_what_is_offered() {
        let fingerprint = |disabled: &[&str], profile| {
            let disabled: Vec<_> = disabled.iter().map(|name| (*name).to_owned()).collect();
            List::new(&disabled).fingerprint(&Offer::Profile(profile))
        };
        let all = fingerprint(&[], Profile::Full);
        assert_eq!(fingerprint(&["no_tool"], Profile::Full), all);
        assert_ne!(fingerprint(&["debug"], Profile::Full), all);
        assert_ne!(fingerprint(&[], Profile::Core), all);
    }
}
