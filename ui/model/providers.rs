//! The rows of the providers: each provider with its permits, and below it its models.

use exai_core::protocol::{PermitGauge, ProviderRow, Snapshot};

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Row<'a> {
    /// A provider and its permits, if it has any.
    Provider(&'a str, Option<PermitGauge>),
    /// A model.
    Model(&'a ProviderRow),
}

impl Row<'_> {
    /// What tells it from the other rows.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Provider(name, _) => (*name).to_owned(),
            Self::Model(row) => format!("{}/{}", row.name, row.model),
        }
    }
}

/// All rows; providers without a permit limit come last.
pub(crate) fn rows(snapshot: &Snapshot) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let permits = &snapshot.permits.providers;
    let mut names: Vec<&str> = permits.keys().map(String::as_str).collect();
    let others = snapshot.providers.iter().map(|model| model.name.as_str());
    for name in others {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        rows.push(Row::Provider(name, permits.get(name).copied()));
        rows.extend(snapshot.providers.iter().filter(|model| model.name == name).map(Row::Model));
    }
    rows
}

impl Row<'_> {
    /// The provider that it is about.
    pub(crate) fn provider(&self) -> &str {
        match self {
            Self::Provider(name, _) => name,
            Self::Model(model) => &model.name,
        }
    }
}
