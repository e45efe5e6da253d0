//! Which model answers. An explicit model is a promise and never replaced; `auto` is a list in order of preference.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::{Error, ErrorCode, Result};
use crate::providers::{Catalogue, Model, ProviderName, Providers};

/// What a question needs from its model, when the choice is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A quick answer.
    Fast,
    /// The best answer.
    Quality,
    /// Room for a long prompt.
    Long,
}

/// Which models `auto` means.
#[derive(Debug, Clone, Default)]
pub struct RoutingSettings {
    /// The configured model; `auto` leaves the choice to us.
    pub default_model: String,
    /// In order of preference.
    pub fast: Vec<String>,
    /// In order of preference.
    pub quality: Vec<String>,
    /// In order of preference.
    pub long: Vec<String>,
    /// The model of the custom endpoint, without `custom/`.
    pub custom_model: Option<String>,
    /// The only models of a provider that may be asked, by id or alias; without an entry, or with an empty one, all may.
    pub allowed: BTreeMap<ProviderName, Vec<String>>,
}

/// The models that may answer one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// As asked for, or `auto`.
    pub requested: String,
    /// Why the first one is the first one.
    pub reason: String,
    candidates: Vec<Arc<Model>>,
}

impl Route {
    /// The models to ask, in order; only a route of `auto` has more than one.
    pub fn candidates(&self) -> &[Arc<Model>] {
        &self.candidates
    }

    /// The same route over those models that `may`; `None` when there is none of them.
    pub(super) fn keep(mut self, may: impl Fn(&Model) -> bool) -> Option<Self> {
        self.candidates.retain(|model| may(model));
        (!self.candidates.is_empty()).then_some(self)
    }

    /// The model that is asked first.
    pub fn first(&self) -> Result<&Arc<Model>> {
        self.candidates.first().ok_or_else(|| Error::internal("a route without a model"))
    }
}

const AUTO: &str = "auto";

impl RoutingSettings {
    pub(super) fn choose(
        &self,
        catalogue: &Catalogue,
        providers: &Providers,
        requested: Option<&str>,
        before: Option<&str>,
        need: Need,
    ) -> Result<Route> {
        let asked = requested.filter(|name| !name.eq_ignore_ascii_case(AUTO));
        let default = Some(self.default_model.as_str()).filter(|name| !name.eq_ignore_ascii_case(AUTO));
        let goes_on = before.filter(|_| requested.is_none()).and_then(|name| {
            // A model that has retired or lost its key since is no reason to end a conversation.
            self.explicit(catalogue, providers, name, "it answered before in this conversation").ok()
        });
        if let Some(route) = goes_on {
            return Ok(Route { requested: AUTO.to_owned(), ..route });
        }
        match (asked, default) {
            (Some(name), _) => self.explicit(catalogue, providers, name, "asked for by the caller"),
            (None, Some(name)) => self.explicit(catalogue, providers, name, "the configured default_model"),
            (None, None) => self.auto(catalogue, providers, need),
        }
    }

    /// The models of one provider, the best first, for what only that provider does.
    pub(super) fn choose_of(
        &self,
        catalogue: &Catalogue,
        providers: &Providers,
        provider: ProviderName,
    ) -> Result<Route> {
        let mut candidates: Vec<Arc<Model>> = Vec::new();
        for name in self.quality.iter().chain(&self.long).chain(&self.fast) {
            let model = catalogue.resolve(name)?;
            if model.provider == provider && self.allows(&model) && !candidates.contains(&model) {
                candidates.push(model);
            }
        }
        // Behind those that were chosen, those that can do what they can not.
        let others = catalogue.models().filter(|model| model.provider == provider && !model.is_retired());
        let others: Vec<Arc<Model>> =
            others.filter(|model| self.allows(model) && !candidates.contains(model)).cloned().collect();
        candidates.extend(others);
        let Some(first) = candidates.first() else {
            let message =
                format!("models.quality, models.long and models.fast name no model of {provider} that may be asked");
            return Err(Error::new(ErrorCode::NoProvider, message).hint("name a model with --model"));
        };
        if providers.get(provider).is_none() {
            return Err(not_configured(first));
        }
        let reason = format!("auto: the first of {provider} in models.quality, models.long and models.fast");
        Ok(Route { requested: AUTO.to_owned(), reason, candidates })
    }

    /// Whether the configuration lets a model be asked.
    pub(super) fn allows(&self, model: &Model) -> bool {
        let names = |name: &String| {
            std::iter::once(&model.id).chain(&model.aliases).any(|known| known.eq_ignore_ascii_case(name))
        };
        let allowed = self.allowed.get(&model.provider).filter(|allowed| !allowed.is_empty());
        allowed.is_none_or(|allowed| allowed.iter().any(names))
    }

    fn explicit(&self, catalogue: &Catalogue, providers: &Providers, name: &str, reason: &str) -> Result<Route> {
        let model = catalogue.resolve(name)?;
        if !self.allows(&model) {
            let allowed = self.allowed.get(&model.provider).map(|names| names.join(", ")).unwrap_or_default();
            let provider = model.provider;
            let message = format!("model {model} is not allowed here; of {provider} may be asked: {allowed}");
            return Err(Error::validation("model", name, allowed, message).hint(format!(
                "{provider}.allowed_models ({}_ALLOWED_MODELS) decides that",
                provider.as_str().to_uppercase()
            )));
        }
        if providers.get(model.provider).is_none() {
            return Err(not_configured(&model));
        }
        Ok(Route { requested: name.to_owned(), reason: reason.to_owned(), candidates: vec![model] })
    }

    /// Why `auto` has nobody to ask.
    fn none_left(&self, providers: &Providers, word: &str, preferred: &[String]) -> Error {
        let error = none_configured(providers, word, preferred);
        if self.allowed.values().all(Vec::is_empty) {
            return error;
        }
        error.hint(
            "glm.allowed_models and kimi.allowed_models leave some models out; `exai call listmodels` shows which",
        )
    }

    fn auto(&self, catalogue: &Catalogue, providers: &Providers, need: Need) -> Result<Route> {
        let (word, preferred) = match need {
            Need::Fast => ("fast", &self.fast),
            Need::Quality => ("quality", &self.quality),
            Need::Long => ("long", &self.long),
        };
        let custom = self.custom_model.iter().map(|name| format!("custom/{name}"));
        let mut candidates = Vec::new();
        for name in preferred.iter().cloned().chain(custom) {
            let model =
                catalogue.resolve(&name).map_err(|error| error.hint(format!("models.{word} names `{name}`")))?;
            if providers.get(model.provider).is_some() && self.allows(&model) && !candidates.contains(&model) {
                candidates.push(model);
            }
        }
        if candidates.is_empty() {
            return Err(self.none_left(providers, word, preferred));
        }
        let reason = format!("auto: the first of models.{word} ({}) with a configured provider", preferred.join(", "));
        Ok(Route { requested: AUTO.to_owned(), reason, candidates })
    }
}

/// The error for a model whose provider has no key or address.
pub(super) fn not_configured(model: &Model) -> Error {
    let setting = match model.provider {
        ProviderName::Glm => "GLM_API_KEY",
        ProviderName::Kimi => "KIMI_API_KEY",
        ProviderName::Custom => "EXAI_CUSTOM_URL",
        ProviderName::Mock => "a model of the form mock:echo",
    };
    Error::new(
        ErrorCode::NoProvider,
        format!("model {} needs provider {}, which is not configured", model, model.provider),
    )
    .hint(format!("set {setting}, or leave --model out to use what is configured"))
}

fn none_configured(providers: &Providers, word: &str, preferred: &[String]) -> Error {
    if providers.configured().is_empty() {
        return Error::new(ErrorCode::NoProvider, "no provider is configured")
            .hint("set GLM_API_KEY (Z.ai) or KIMI_API_KEY (Moonshot), or EXAI_CUSTOM_URL for a server of your own; try without one: --model mock:echo");
    }
    let names: Vec<_> = providers.configured().iter().map(ToString::to_string).collect();
    let message = format!(
        "models.{word} ({}) names no model of a configured provider ({})",
        preferred.join(", "),
        names.join(", ")
    );
    Error::new(ErrorCode::NoProvider, message)
        .hint("set EXAI_CUSTOM_MODEL for a custom endpoint, or name a model with --model")
}
