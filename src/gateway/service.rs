//! The other requests to providers: files, searches, embeddings. They wait for permits, are committed before they leave,
//! tried again where that is safe and kept in the books as questions are; nothing of them is joined or reused.

use std::sync::Arc;

use serde_json::Value;
use tracing::warn;

use super::attempt::Books;
use super::{Gateway, Ledger, Plan, Recorder, retry, trail};
use crate::clock::{Deadline, Timestamp};
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::{EventKind, Nanodollars, Usage};
use crate::providers::{self, Cause, Limits, Model, Provider, ProviderError, ProviderName, Service};
use crate::redaction::Veil;
use crate::store::AttemptEnd;

/// The largest answer of a service: the text of a large file, or the vectors of a full batch.
const MOST: usize = 32 << 20;

/// One request for a service.
#[derive(Debug, Clone)]
pub struct Errand {
    /// The caller's session, for its own limit.
    pub session: Arc<str>,
    /// Who is asked.
    pub provider: ProviderName,
    /// For what.
    pub service: Service,
    /// The call's deadline.
    pub deadline: Deadline,
    /// Takes the secrets out of what is sent.
    pub veil: Arc<Veil>,
}

impl Errand {
    /// The request as it may be sent: secrets in texts are replaced. A file that is no text goes as it is.
    fn veiled(&self) -> Self {
        let mut errand = self.clone();
        match &mut errand.service {
            Service::WebSearch { fields } | Service::Embeddings { fields } => self.veil.fields(fields),
            Service::Upload { content, filename, .. } => {
                self.veil.text(filename);
                if let Ok(mut text) =
                    String::from_utf8(std::mem::take(content)).map_err(|error| *content = error.into_bytes())
                {
                    self.veil.text(&mut text);
                    *content = text.into_bytes();
                }
            }
            Service::ListFiles | Service::DeleteFile { .. } | Service::FileContent { .. } => {}
        }
        errand
    }
}

/// What a service gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Served {
    /// The body of the answer.
    pub text: String,
    /// The answer, of a service that answers in JSON; else null.
    pub json: Value,
}

impl Gateway {
    /// What [`Self::serve`] would send, without sending it.
    pub fn plan_service(&self, errand: &Errand) -> Result<Plan> {
        let errand = errand.veiled();
        let provider = self.server(&errand)?;
        let fields = provider.fields(&errand.service);
        Ok(Plan {
            provider: errand.provider.to_string(),
            model: errand.service.name().to_owned(),
            reason: format!("the tool lets it {}", errand.service.doing()),
            bytes: errand.service.bytes(),
            estimated_tokens: 0,
            context: 0,
            input_cost_usd: fee(&errand.service, &*provider).map(|nanos| nanos as f64 / 1e9),
            parameters: fields.clone(),
            body: fields,
        })
    }

    /// Lets a provider do something beside answering chats.
    /// What it takes is written into `ledger` while it happens.
    pub async fn serve(&self, errand: &Errand, recorder: &Arc<dyn Recorder>, ledger: &Ledger) -> Result<Served> {
        let errand = errand.veiled();
        let provider = self.server(&errand)?;
        let model = Model::of_service(errand.provider, errand.service.name());
        let run =
            Run { gateway: self, errand: &errand, provider: &*provider, model: &model, recorder: &**recorder, ledger };
        errand
            .deadline
            .bound(&format!("waiting for {} to {}", errand.provider, errand.service.doing()), run.settle())
            .await?
    }

    fn server(&self, errand: &Errand) -> Result<Arc<dyn Provider>> {
        let name = errand.provider;
        let embeds = matches!(errand.service, Service::Embeddings { .. });
        let found = if embeds { self.providers.embedder(name) } else { self.providers.get(name) };
        found.ok_or_else(|| {
            let setting = match name {
                ProviderName::Glm => "GLM_API_KEY",
                ProviderName::Kimi => "KIMI_API_KEY",
                ProviderName::Custom | ProviderName::Mock => "EXAI_EMBEDDINGS_URL",
            };
            let message = format!("provider {name} is not configured, and only it can {}", errand.service.doing());
            Error::new(ErrorCode::NoProvider, message).hint(format!("set {setting}"))
        })
    }
}

/// One errand under way.
struct Run<'a> {
    gateway: &'a Gateway,
    errand: &'a Errand,
    provider: &'a dyn Provider,
    model: &'a Model,
    recorder: &'a dyn Recorder,
    ledger: &'a Ledger,
}

impl Run<'_> {
    async fn settle(&self) -> Result<Served> {
        let _trial = self.gateway.breakers.admit(self.model)?;
        let service = &self.errand.service;
        for failed in 1.. {
            let error = match self.attempt(failed).await? {
                Ok(served) => return Ok(served),
                Err(error) => error,
            };
            let left = self.errand.deadline.remaining();
            let again = is_safe(service, &error).then(|| retry::pause(&error, failed, left, fastrand::f64())).flatten();
            let Some(pause) = again else {
                if failed > 1 {
                    let (provider, cause) = (self.model.provider.as_str(), error.cause.as_str());
                    warn!(provider, service = service.name(), cause, failed, "retries exhausted");
                }
                return Err(error.to_service_error(self.model.provider, service.name(), &service.doing()));
            };
            let cause = error.cause.as_str().to_owned();
            self.recorder.event(EventKind::Retrying { after_s: pause.as_secs_f64(), cause });
            tokio::time::sleep(pause).await;
        }
        Err(Error::internal("ran out of numbers for tries"))
    }

    /// One attempt. The outer error is ours, the inner one the provider's.
    async fn attempt(&self, number: u32) -> Result<Result<Served, ProviderError>> {
        let Self { gateway, errand, model, .. } = self;
        let waiting = tokio::time::Instant::now();
        let queued = |position, waiting_for| self.recorder.event(EventKind::Queued { position, waiting_for });
        let permit = gateway.admission.acquire(&errand.session, model.provider, errand.deadline, queued).await?;
        self.ledger.queued(waiting.elapsed());
        self.recorder.event(EventKind::Sent {
            attempt: number,
            provider: model.provider.to_string(),
            model: trail::name_of(model),
            joined: false,
            reused: false,
            size: None,
        });
        let books = Books { telemetry: &gateway.telemetry, recorder: self.recorder, ledger: self.ledger, model };
        let open = books.begin(errand.service.name()).await?;
        let outcome = self.provider.serve(&errand.service, &self.limits(), MOST).await.and_then(|body| self.read(body));
        drop(permit);
        let sick = |error: &ProviderError| error.counts_for_breaker().then_some(false);
        gateway.breakers.record(model, outcome.as_ref().map_or_else(sick, |_| Some(true)));
        open.end(self.end_of(&outcome), None).await;
        Ok(outcome)
    }

    /// A large file takes its time on the way; the deadline of the call is around all of it.
    fn limits(&self) -> Limits {
        let patience = self.gateway.patience;
        let headers = match self.errand.service {
            Service::Upload { .. } | Service::FileContent { .. } => patience.headers_thinking,
            _ => patience.headers,
        };
        Limits { connect: patience.connect, headers, idle: patience.idle }
    }

    fn read(&self, body: Vec<u8>) -> std::result::Result<Served, ProviderError> {
        let text =
            String::from_utf8(body).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        if !self.errand.service.answers_json() {
            return Ok(Served { text, json: Value::Null });
        }
        // Some answer a deletion with nothing.
        let body = if text.trim().is_empty() && matches!(self.errand.service, Service::DeleteFile { .. }) {
            "{}"
        } else {
            &text
        };
        match serde_json::from_str::<Value>(body) {
            Ok(json) if json.get("error").is_some_and(|error| !error.is_null()) => Err(ProviderError::new(
                Cause::Server,
                format!("it answered with an error: {}", providers::tame(&json["error"].to_string())),
            )),
            Ok(json) => Ok(Served { text, json }),
            Err(error) => Err(ProviderError::new(Cause::Malformed, format!("its answer can not be read: {error}"))),
        }
    }

    fn end_of(&self, outcome: &std::result::Result<Served, ProviderError>) -> AttemptEnd {
        let (word, message, usage, cost) = match outcome {
            Ok(served) => ("ok", None, providers::read_usage(&served.json["usage"]).unwrap_or_default(), self.fee()),
            Err(error) => {
                // What was refused cost nothing; what broke off may have been billed.
                let is_refused = error.status.is_some_and(|status| status >= 400) || error.cause == Cause::Connect;
                let cost = if is_refused { Some(0) } else { self.fee().filter(|fee| *fee == 0) };
                (error.cause.as_str(), Some(error.message.clone()), Usage::default(), cost)
            }
        };
        AttemptEnd {
            at: Timestamp::now(),
            outcome: word.to_owned(),
            message,
            usage,
            cost,
            priced_on: None,
            extra: None,
        }
    }

    fn fee(&self) -> Option<Nanodollars> {
        fee(&self.errand.service, self.provider)
    }
}

/// What a service costs when it succeeds; `None` when nobody published that.
fn fee(service: &Service, provider: &dyn Provider) -> Option<Nanodollars> {
    match service {
        Service::WebSearch { .. } => provider.search_fee(),
        Service::ListFiles | Service::DeleteFile { .. } => Some(0),
        // Its documents say that files and their extraction are free at present.
        Service::Upload { .. } | Service::FileContent { .. } => (provider.name() == ProviderName::Kimi).then_some(0),
        Service::Embeddings { .. } => None,
    }
}

/// Whether another try can do no harm: what is not repeatable is sent again only when it surely did not arrive.
fn is_safe(service: &Service, error: &ProviderError) -> bool {
    service.is_repeatable() || matches!(error.cause, Cause::Connect | Cause::RateLimited | Cause::Overloaded)
}
