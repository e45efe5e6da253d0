//! The models that are known: embedded data, changed by the user's file, looked up by any of their names.
//!
//! Not here: which model to take (`gateway`), which keys there are (`config`).

mod entry;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::mock::Script;
use super::{Model, Price, ProviderName, Temperature};
use crate::error::{Error, Result};
use entry::{Entry, Sheet};

/// Context of a model that only its provider knows.
pub const PASS_THROUGH_CONTEXT: u64 = 32_768;
/// The most output of a model that only its provider knows.
pub const PASS_THROUGH_OUTPUT: u64 = 4_096;
/// What a mock takes; enough for any prompt.
const MOCK_CONTEXT: u64 = 1_000_000;
/// Families whose unknown members are passed through.
const FAMILIES: [(&str, ProviderName); 3] =
    [("glm-", ProviderName::Glm), ("kimi-", ProviderName::Kimi), ("moonshot-", ProviderName::Kimi)];
const EMBEDDED: &str = include_str!("models.toml");

/// The models that are known.
#[derive(Debug, Clone)]
pub struct Catalogue {
    models: Vec<Arc<Model>>,
    custom_context: u64,
}

impl Catalogue {
    /// The catalogue that comes with the program.
    pub fn embedded() -> Result<Self> {
        Self { models: Vec::new(), custom_context: PASS_THROUGH_CONTEXT }
            .with_overrides(EMBEDDED, "the embedded catalogue")
    }

    /// Changes entries by their ids and adds new ones; `origin` names the text in errors.
    pub fn with_overrides(mut self, text: &str, origin: &str) -> Result<Self> {
        let sheet = Sheet::parse(text, origin)?;
        for entry in sheet.model {
            self.merge(entry, sheet.priced_on.as_deref()).map_err(|why| Error::invalid(format!("{origin}: {why}")))?;
        }
        Ok(self)
    }

    /// Sets the window of models behind the custom endpoint, which nobody can know.
    #[must_use]
    pub fn with_custom_context(mut self, tokens: u64) -> Self {
        self.custom_context = tokens;
        self
    }

    /// Every entry, retired ones too, in the order of the files.
    pub fn models(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.models.iter()
    }

    /// The model of that name: an id, an alias, `custom/NAME` or `mock:NAME`, in any case; `:option` is cut off.
    pub fn resolve(&self, name: &str) -> Result<Arc<Model>> {
        let name = name.trim();
        let lower = name.to_ascii_lowercase();
        if lower == "mock" || lower.starts_with("mock:") {
            return mock(name).map(Arc::new);
        }
        if lower.starts_with("custom/") {
            return self.custom(name).map(Arc::new);
        }
        let bare = lower.split(':').next().unwrap_or_default();
        if let Some(model) = self.find(&lower).or_else(|| self.find(bare)) {
            return if model.is_retired() { Err(retired(name, model)) } else { Ok(Arc::clone(model)) };
        }
        for (prefix, provider) in FAMILIES {
            if bare.len() > prefix.len() && bare.starts_with(prefix) {
                return Ok(Model::unlisted(provider, bare, PASS_THROUGH_CONTEXT, PASS_THROUGH_OUTPUT).into());
            }
        }
        Err(self.unknown(name, bare))
    }

    fn find(&self, name: &str) -> Option<&Arc<Model>> {
        let by_id = self.models.iter().find(|model| model.id == name);
        by_id.or_else(|| self.models.iter().find(|model| model.aliases.iter().any(|alias| alias == name)))
    }

    fn custom(&self, name: &str) -> Result<Model> {
        let id = name.split_once('/').map_or("", |(_, id)| id.trim());
        if id.is_empty() {
            return Err(Error::not_found(format!("no model `{name}`: a model name belongs behind `custom/`")));
        }
        let mut model = Model::unlisted(ProviderName::Custom, id, self.custom_context, self.custom_context / 2);
        model.temperature = Temperature::Range { min: 0.0, max: 2.0 };
        Ok(model)
    }

    fn unknown(&self, name: &str, bare: &str) -> Error {
        let error = Error::not_found(format!("no model `{name}`"));
        let names = self.models().filter(|model| !model.is_retired());
        let nearest = names
            .flat_map(|model| std::iter::once(&model.id).chain(&model.aliases))
            .map(|known| (strsim::jaro_winkler(known, bare), known))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        match nearest {
            Some((likeness, known)) if likeness > 0.75 => error.hint(format!("did you mean `{known}`?")),
            _ => error
                .hint("names start with `glm-`, `kimi-`, `moonshot-`, `custom/` or `mock:`; `exai models` shows them"),
        }
    }

    fn merge(&mut self, entry: Entry, priced_on: Option<&str>) -> Result<(), String> {
        let known = self.models.iter_mut().find(|model| model.id == entry.id);
        if let Some(model) = known {
            return entry.change(Arc::make_mut(model), priced_on);
        }
        let model = entry.create(priced_on)?;
        self.models.push(Arc::new(model));
        Ok(())
    }
}

fn mock(name: &str) -> Result<Model> {
    Script::parse(name)?;
    let id = format!("mock:{}", name.split_once(':').map_or("", |(_, script)| script));
    let mut model = Model::unlisted(ProviderName::Mock, id, MOCK_CONTEXT, MOCK_CONTEXT);
    model.price = Some(Price::FREE);
    model.temperature = Temperature::Range { min: 0.0, max: 2.0 };
    Ok(model)
}

fn retired(name: &str, model: &Model) -> Error {
    let called = if name.eq_ignore_ascii_case(&model.id) { String::new() } else { format!(" (`{name}`)") };
    let day = model.retired_on.as_deref().unwrap_or_default();
    let mut message = format!("model `{}`{called} was retired on {day}", model.id);
    let Some(successor) = &model.replaced_by else { return Error::not_found(message) };
    message = format!("{message}, its replacement is `{successor}`");
    Error::not_found(message).hint(format!("use --model {successor}"))
}
