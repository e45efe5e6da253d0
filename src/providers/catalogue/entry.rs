//! One entry of a catalogue file, and how it makes or changes a model.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::providers::{Model, Price, ProviderName, Temperature, Thinking};

/// A catalogue file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sheet {
    /// The day of the prices in it.
    pub(super) priced_on: Option<String>,
    /// Its entries.
    #[serde(default)]
    pub(super) model: Vec<Entry>,
}

impl Sheet {
    /// Reads a file; `origin` names it in the error.
    pub(super) fn parse(text: &str, origin: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let why = error.message().replace('\n', " ");
            Error::invalid(format!("{origin}, line {line}: {why}"))
                .hint("`exai models --output json` shows every field")
        })
    }
}

/// One entry; what it leaves out stays as it was.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// The model's id.
    pub(super) id: String,
    provider: Option<ProviderName>,
    aliases: Option<Vec<String>>,
    context: Option<u64>,
    max_output: Option<u64>,
    price: Option<Price>,
    priced_on: Option<String>,
    thinking: Option<Thinking>,
    effort: Option<Vec<String>>,
    vision: Option<bool>,
    tools: Option<bool>,
    temperature: Option<Temperatures>,
    released: Option<String>,
    deprecated: Option<String>,
    retired_on: Option<String>,
    replaced_by: Option<String>,
}

/// `"fixed"`, or the least and the greatest.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "temperature is \"fixed\" or [least, greatest]")]
enum Temperatures {
    Word(Fixed),
    Range([f64; 2]),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Fixed {
    Fixed,
}

impl Entry {
    /// Makes a model of an entry whose id is new.
    pub(super) fn create(self, priced_on: Option<&str>) -> Result<Model, String> {
        let missing = |field: &str| format!("model `{}` is new and needs `{field}`", self.id);
        let provider = self.provider.ok_or_else(|| missing("provider"))?;
        let context = self.context.ok_or_else(|| missing("context"))?;
        let max_output = self.max_output.ok_or_else(|| missing("max_output"))?;
        if self.id != self.id.to_ascii_lowercase() || self.id.contains(':') || self.id.trim().is_empty() {
            return Err(format!("model id `{}` has to be lower case without a colon", self.id));
        }
        if matches!(provider, ProviderName::Mock | ProviderName::Custom) {
            return Err(format!("model `{}`: only glm and kimi models are listed; use `custom/NAME`", self.id));
        }
        let mut model = Model::unlisted(provider, self.id.clone(), context, max_output);
        model.listed = true;
        model.tools = true;
        self.change(&mut model, priced_on)?;
        Ok(model)
    }

    /// Changes what the entry names.
    pub(super) fn change(self, model: &mut Model, priced_on: Option<&str>) -> Result<(), String> {
        set(&mut model.provider, self.provider);
        let aliases = self.aliases.map(|aliases| aliases.iter().map(|alias| alias.to_ascii_lowercase()).collect());
        set(&mut model.aliases, aliases);
        set(&mut model.context, self.context);
        set(&mut model.max_output, self.max_output);
        if self.price.is_some() || self.priced_on.is_some() {
            model.priced_on = self.priced_on.or_else(|| priced_on.map(str::to_owned));
        }
        model.price = self.price.or(model.price);
        set(&mut model.thinking, self.thinking);
        set(&mut model.effort, self.effort);
        set(&mut model.vision, self.vision);
        set(&mut model.tools, self.tools);
        if let Some(temperature) = self.temperature {
            model.temperature = temperature.check(&model.id)?;
        }
        word(&mut model.released, self.released);
        word(&mut model.deprecated, self.deprecated);
        word(&mut model.retired_on, self.retired_on);
        word(&mut model.replaced_by, self.replaced_by);
        check(model)
    }
}

impl Temperatures {
    fn check(&self, id: &str) -> Result<Temperature, String> {
        match *self {
            Self::Word(Fixed::Fixed) => Ok(Temperature::Fixed),
            Self::Range([min, max]) if min >= 0.0 && min <= max && max.is_finite() => {
                Ok(Temperature::Range { min, max })
            }
            Self::Range([min, max]) => Err(format!("model `{id}`: [{min}, {max}] is no range of temperatures")),
        }
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// An empty word takes the embedded one away: a model can be revived.
fn word(field: &mut Option<String>, value: Option<String>) {
    if let Some(value) = value {
        *field = Some(value).filter(|value| !value.is_empty());
    }
}

fn check(model: &Model) -> Result<(), String> {
    let id = &model.id;
    if model.context == 0 || model.max_output == 0 || model.max_output > model.context {
        return Err(format!("model `{id}`: max_output has to be between 1 and context"));
    }
    if model.thinking == Thinking::No && !model.effort.is_empty() {
        return Err(format!("model `{id}`: it has words for effort but does not think"));
    }
    Ok(())
}
