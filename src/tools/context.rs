//! What a tool works with: the caller's files, the models, the conversation, and a draft of the result.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use super::common::Common;
use super::uploads::UploadSettings;
use super::{Inspect, Prompts};
use crate::clock::Deadline;
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::{self, CollectRequest, Workspace};
use crate::gateway::{
    self, Abilities, Answer, Ask, Errand, Gateway, Ledger, Need, Plan, Recorder, Route, Served, Source,
};
use crate::protocol::{CallId, CallOptions, Coverage, Finding, Live, ThreadId};
use crate::providers::{ChatMessage, ChatRequest, ProviderName, Role, Service, ThinkingMode};
use crate::redaction::Veil;
use crate::store::ThreadWrite;
use crate::threads::{Exchange, Thread, Threads};

/// Settings that tools look at.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Language that answers shall be written in, such as `de-DE`.
    pub locale: Option<String>,
    /// What models are told they are.
    pub prompts: Prompts,
    /// What holds for files that are uploaded.
    pub uploads: UploadSettings,
    /// The model that makes embeddings.
    pub embedding_model: String,
    /// What may be told of the configuration, by the names that users know: never a secret.
    pub facts: Map<String, Value>,
    /// How tools ask when a call does not say.
    pub defaults: BTreeMap<String, Defaults>,
}

impl Settings {
    /// How `tool` asks: as the call says, and as the user has set it up where the call says nothing.
    pub(super) fn asking(&self, tool: &str, mut common: Common) -> Common {
        if let Some(defaults) = self.defaults.get(tool) {
            common.model = common.model.or_else(|| defaults.model.clone());
            common.thinking_mode = common.thinking_mode.or(defaults.thinking);
        }
        common
    }
}

/// How one tool asks when a call does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults {
    /// Which model.
    pub model: Option<String>,
    /// How hard it thinks.
    pub thinking: Option<ThinkingMode>,
}

/// One call's surroundings.
#[derive(Debug)]
pub struct Context {
    /// The call.
    pub call_id: CallId,
    /// Whose it is.
    pub owner: Arc<str>,
    /// The caller's session.
    pub session: Arc<str>,
    /// Until when.
    pub deadline: Deadline,
    /// The name of the conversation that it begins, unless it continues one; of a tool that converses.
    pub new_thread: Option<ThreadId>,
    /// How it is carried out.
    pub options: CallOptions,
    /// The caller's files.
    pub workspace: Arc<dyn Workspace>,
    /// The models.
    pub gateway: Arc<Gateway>,
    /// The conversations.
    pub threads: Threads,
    /// Takes down what happens.
    pub recorder: Arc<dyn Recorder>,
    /// What the models take.
    pub ledger: Arc<Ledger>,
    /// Settings that tools look at.
    pub settings: Arc<Settings>,
    /// The house, as the call's owner sees it.
    pub house: Arc<dyn Inspect>,
    /// Takes the secrets out of what is sent and kept.
    pub veil: Arc<Veil>,
    /// What the result will say beside the tool's answer, also when the tool fails.
    pub draft: Mutex<Draft>,
}

/// The part of a result that grows while the tool works.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Which files.
    pub coverage: Coverage,
    /// What a review found; `None` when nobody gave a verdict.
    pub findings: Option<Vec<Finding>>,
    /// What the caller should know.
    pub warnings: Vec<String>,
    /// What to do about the warnings.
    pub hints: Vec<String>,
    /// The conversation.
    pub thread_id: Option<ThreadId>,
    /// The turns to append when the call succeeds.
    pub thread: Option<ThreadWrite>,
    /// In a dry run: what would have been sent.
    pub plans: Vec<Plan>,
    /// What models found on the web.
    pub sources: Vec<Source>,
}

impl Context {
    /// The draft of the result.
    pub fn draft(&self) -> MutexGuard<'_, Draft> {
        self.draft.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the caller something with the result.
    pub(super) fn warn(&self, warning: impl Into<String>) {
        self.draft().warnings.push(warning.into());
    }

    /// The conversation `id`, or a new one when there is none or it is empty.
    pub(super) async fn thread(&self, id: Option<&str>) -> Result<Thread> {
        let id = id.filter(|id| !id.is_empty());
        let new = self.new_thread.clone().unwrap_or_else(ThreadId::new);
        let thread = self.threads.open(&self.owner, id, new).await?;
        // A new one can be continued only once something was said in it.
        self.draft().thread_id = id.map(|_| thread.id.clone());
        Ok(thread)
    }

    /// Adds this call's turns to the conversation, once the call has succeeded.
    pub(super) fn remember(&self, thread: &Thread, mut exchange: Exchange) {
        // Before the title is cut out of the question: half a secret is not recognized.
        self.veil.text(&mut exchange.question);
        self.veil.text(&mut exchange.answer);
        exchange.model.iter_mut().for_each(|model| self.veil.text(model));
        self.veil.value(&mut exchange.state);
        let mut draft = self.draft();
        draft.thread_id = Some(thread.id.clone());
        draft.thread = Some(thread.write(exchange));
    }

    /// The models for a question about `paths` that needs these `abilities`. When the choice is ours and the files are
    /// too much for the model that would come first, one with a larger window is taken. In a storm of callers for whom there
    /// is no room it is refused here, before anything is read for it.
    pub(super) async fn route_for(
        &self,
        common: &Common,
        thread: &Thread,
        need: Need,
        paths: &[String],
        abilities: Abilities,
    ) -> Result<Route> {
        let find = |need| self.gateway.route(common.model.as_deref(), thread.last_model(), need)?.able(abilities);
        let mut route = find(need)?;
        let context = route.first()?.context;
        if !paths.is_empty()
            && let Ok(long) = find(Need::Long)
            && long.first()?.context > context
            && self.is_too_much(paths, context).await?
        {
            route = long;
        }
        if !self.options.dry_run {
            self.gateway.look_for_room(&self.session, &route, &self.ledger)?;
        }
        Ok(route)
    }

    /// Whether files do not fit into the share that they have of a window of `context` tokens.
    async fn is_too_much(&self, paths: &[String], context: u64) -> Result<bool> {
        let request = CollectRequest { paths: paths.to_vec(), allow_missing: true, ..CollectRequest::default() };
        let found = self.deadline.bound("looking for files", evidence::check(&*self.workspace, &request)).await??;
        let bytes: u64 = found.iter().map(|found| found.bytes).sum();
        Ok(bytes / BYTES_PER_TOKEN > Window::of(context).files)
    }

    /// Asks a model. In a dry run it takes down what would be sent and stops the tool with an error
    /// that nobody sees.
    pub(super) async fn ask(&self, route: Route, request: ChatRequest) -> Result<Answer> {
        self.ask_by(route, request, self.deadline, &self.recorder).await
    }

    /// The same with a deadline of its own, told to another recorder.
    pub(super) async fn ask_by(
        &self,
        route: Route,
        request: ChatRequest,
        deadline: Deadline,
        recorder: &Arc<dyn Recorder>,
    ) -> Result<Answer> {
        let ask = Ask {
            owner: self.owner.clone(),
            session: self.session.clone(),
            route,
            request,
            deadline,
            fresh: self.options.fresh,
            veil: Arc::clone(&self.veil),
        };
        if self.options.dry_run {
            let plan = self.gateway.plan(&ask)?;
            self.draft().plans.push(plan);
            return Err(Error::new(ErrorCode::Cancelled, "this was a dry run"));
        }
        let answer = self.gateway.ask(&ask, recorder, &self.ledger).await?;
        if !answer.sources.is_empty() {
            // Behind the answer, as it stands in the result.
            let text = gateway::list_sources(&answer.sources);
            recorder.live(Live::Delta { text });
            self.draft().sources.extend(answer.sources.iter().cloned());
        }
        Ok(answer)
    }

    /// Lets a provider do something beside answering chats. A dry run goes as that of [`Self::ask`].
    pub(super) async fn serve(&self, provider: ProviderName, service: Service) -> Result<Served> {
        let errand = Errand {
            session: self.session.clone(),
            provider,
            service,
            deadline: self.deadline,
            veil: Arc::clone(&self.veil),
        };
        if self.options.dry_run {
            let plan = self.gateway.plan_service(&errand)?;
            self.draft().plans.push(plan);
            return Err(Error::new(ErrorCode::Cancelled, "this was a dry run"));
        }
        self.gateway.serve(&errand, &self.recorder, &self.ledger).await
    }

    /// The request for the prompt of `tool` and for `user`, as the caller's common arguments want it.
    pub(super) fn request(&self, tool: &str, user: String, common: &Common, thread: &Thread) -> Result<ChatRequest> {
        self.request_with(&[tool], user, common, thread)
    }

    /// The same for a system prompt that is made of several parts.
    pub(super) fn request_with(
        &self,
        parts: &[&str],
        user: String,
        common: &Common,
        thread: &Thread,
    ) -> Result<ChatRequest> {
        let parts: Vec<_> = parts.iter().map(|part| self.settings.prompts.get(part)).collect::<Result<_>>()?;
        let mut system = parts.join("\n");
        if let Some(locale) = &self.settings.locale {
            system.push_str(&format!("\nAnswer in the language of the locale {locale}.\n"));
        }
        Ok(ChatRequest {
            messages: vec![ChatMessage::new(Role::System, system), ChatMessage::new(Role::User, user)],
            temperature: common.temperature,
            thinking: common.thinking_mode,
            cache_key: Some(thread.id.to_string()),
            web_search: common.use_websearch,
            ..ChatRequest::default()
        })
    }
}

/// A careful guess before a file is read (measured with both families' vocabularies: 3.1 to 5.2 bytes a token for code and prose).
const BYTES_PER_TOKEN: u64 = 3;

/// How a model's window is shared out between answer, history and files; the shares are the predecessor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// Tokens for earlier turns.
    pub(super) history: u64,
    /// Tokens for files.
    pub(super) files: u64,
}

impl Window {
    /// The shares of a window of `context` tokens.
    pub(super) fn of(context: u64) -> Self {
        const LARGE: u64 = 300_000;
        if context < LARGE {
            let content = context * 6 / 10;
            Self { history: content / 2, files: content * 3 / 10 }
        } else {
            let content = context * 8 / 10;
            Self { history: content * 4 / 10, files: content * 4 / 10 }
        }
    }
}
