//! What was learned about models: parameters that one does not take, quotas that are used up until some time,
//! accounts without money. Kept in the store, so that the next process knows it too.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;

use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode, Result};
use crate::providers::{Cause, Model, Provider, ProviderError};
use crate::store::{ModelNote, Store};

/// How long a refused parameter is left out before it is tried again.
const LESSON: Duration = Duration::from_hours(30 * 24);
/// How long an empty account goes to the end of the line; nobody says when it was topped up.
const NO_BALANCE: Duration = Duration::from_mins(10);
/// How long a quota counts as used up when its provider did not say.
const UNKNOWN_RESET: Duration = Duration::from_hours(1);

const REFUSED_PARAMETER: &str = "refused_parameter";
const USED_UP: &str = "used_up";
const EMPTY_ACCOUNT: &str = "empty_account";

/// The notes, read from the store when they are first needed.
#[derive(Debug)]
pub struct Memory {
    store: Store,
    notes: OnceCell<Mutex<Vec<ModelNote>>>,
}

/// What is known of one model at one account.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Known {
    /// Parameters that it refused.
    pub(super) refused: Vec<String>,
    /// Its quota is used up until then.
    pub(super) used_up: Option<Timestamp>,
    /// Its account was empty a moment ago.
    pub(super) is_empty: bool,
}

impl Memory {
    /// The notes of `store`.
    pub fn new(store: Store) -> Self {
        Self { store, notes: OnceCell::new() }
    }

    /// What is known of `model`.
    pub(super) async fn about(&self, model: &Model, provider: &dyn Provider) -> Result<Known> {
        let now = Timestamp::now();
        let mut known = Known::default();
        for note in self.notes().await?.iter().filter(|note| note.until > now && is_about(note, model, provider)) {
            match note.kind.as_str() {
                REFUSED_PARAMETER => known.refused.push(note.value.clone()),
                USED_UP => known.used_up = Some(note.until),
                EMPTY_ACCOUNT => known.is_empty = true,
                // A note of a newer program.
                _ => {}
            }
        }
        Ok(known)
    }

    /// Remembers that `model` does not take `parameter`.
    pub(super) async fn learn(&self, model: &Model, provider: &dyn Provider, parameter: &str) -> Result<()> {
        self.note(model, provider, REFUSED_PARAMETER, parameter, Timestamp::now().after(LESSON)).await
    }

    /// Remembers what a failure says beyond the call that met it.
    pub(super) async fn heed(&self, model: &Model, provider: &dyn Provider, error: &ProviderError) -> Result<()> {
        let now = Timestamp::now();
        match &error.cause {
            Cause::PlanLimit { until } => {
                let until = until.unwrap_or_else(|| now.after(UNKNOWN_RESET));
                self.note(model, provider, USED_UP, "", until).await
            }
            Cause::NoBalance => self.note(model, provider, EMPTY_ACCOUNT, "", now.after(NO_BALANCE)).await,
            _ => Ok(()),
        }
    }

    /// Forgets that an account was empty or used up: it has just answered.
    pub(super) async fn forget(&self, model: &Model, provider: &dyn Provider) -> Result<()> {
        let now = Timestamp::now();
        let over: Vec<ModelNote> = {
            let mut notes = self.notes().await?;
            let (over, rest) = std::mem::take(&mut *notes)
                .into_iter()
                .partition(|note| note.kind != REFUSED_PARAMETER && is_about(note, model, provider));
            *notes = rest;
            over
        };
        for note in over {
            self.store.save_model_note_later(ModelNote { until: now, ..note }, now);
        }
        Ok(())
    }

    async fn note(
        &self,
        model: &Model,
        provider: &dyn Provider,
        kind: &str,
        value: &str,
        until: Timestamp,
    ) -> Result<()> {
        let note = ModelNote {
            provider: model.provider.to_string(),
            model: model.id.clone(),
            account: provider.account().to_owned(),
            kind: kind.to_owned(),
            value: value.to_owned(),
            until,
        };
        let mut notes = self.notes().await?;
        notes.retain(|old| !(is_about(old, model, provider) && old.kind == kind && old.value == value));
        notes.push(note.clone());
        drop(notes);
        self.store.save_model_note_later(note, Timestamp::now());
        Ok(())
    }

    async fn notes(&self) -> Result<MutexGuard<'_, Vec<ModelNote>>> {
        let read = || async { self.store.model_notes(Timestamp::now()).await.map(Mutex::new) };
        let notes = self.notes.get_or_try_init(read).await?;
        Ok(notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Known {
    /// The error for a model whose quota is used up; `None` when it may be asked.
    pub(super) fn refusal(&self, model: &Model) -> Option<Error> {
        let until = self.used_up?;
        let message =
            format!("the quota of {model} ({}) is used up until {until}, so it was not asked", model.provider);
        Some(
            Error::new(ErrorCode::ProviderError, message)
                .retry_after(until.since(Timestamp::now()))
                .hint("choose another model with --model, or ask all the same with --fresh"),
        )
    }
}

fn is_about(note: &ModelNote, model: &Model, provider: &dyn Provider) -> bool {
    note.model == model.id && note.provider == model.provider.as_str() && note.account == provider.account()
}
