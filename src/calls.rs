//! A call is a durable thing: it has an id, a deadline and one owner, and its row in the journal tells what became
//! of it, however it ended.
//!
//! ```text
//! accept ─▶ task: [tool, bounded by deadline and cancel] ─▶ result committed ─▶ told to whoever listens
//! ```
//!
//! Not here: what a tool means, and which door the call came through.

mod attach;
mod crowd;
mod handle;
mod inspector;
mod journal;
#[cfg(test)]
mod owners;
mod recovery;
mod running;
#[cfg(test)]
mod several;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod trail;
mod unkept;
mod vanished;
mod veiled;
mod view;
mod watch;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use serde_json::{Map, Value};
use tokio::sync::watch::channel as watch_channel;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

pub use handle::CallHandle;
use running::Entry;
pub use running::Running;
pub use unkept::Unkept;
pub use vanished::Vanished;
pub use view::{Painter, View};

use crate::clock::{Deadline, Timestamp};
use crate::coordination::Instance;
use crate::error::{Error, ErrorCode, Kind, Result};
use crate::evidence::Workspace;
use crate::gateway::{self, Gateway, Ledger, Recorder};
use crate::protocol::{Bundle, CallId, CallRequest, CallState, Envelope, Exit, ThreadId, Written};
use crate::redaction::Veil;
use crate::store::{CallStart, Store};
use crate::telemetry::Telemetry;
use crate::threads::Threads;
use crate::tools::{Context, Draft, Output, Registry, Settings};
use inspector::Inspector;
use journal::{Conclusion, Journal};

/// The least and the most that a caller may allow for a call.
const TIMEOUTS: std::ops::RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_hours(1);
/// So long what happens to a call may wait for a commit that comes anyway; then it is written all the same, so that
/// others can see it. A call that has sent nothing after this time gets its row.
const UNSAVED: Duration = Duration::from_millis(100);

/// What calls are made of.
#[derive(Debug)]
pub struct Calls {
    /// The journal.
    pub store: Store,
    /// The models.
    pub gateway: Arc<Gateway>,
    /// The tools.
    pub registry: Registry,
    /// The conversations.
    pub threads: Threads,
    /// Settings that tools look at.
    pub settings: Arc<Settings>,
    /// Time allowed for a call whose caller does not say.
    pub timeout: Duration,
    /// Where the locks are.
    pub state_dir: PathBuf,
    /// Where the picture of the house comes from.
    pub view: Arc<View>,
    /// The calls that this process runs.
    pub running: Arc<Running>,
    /// Ends of calls that the store did not take.
    pub unkept: Arc<Unkept>,
    /// Owns the tasks of the calls.
    pub tasks: TaskTracker,
    /// This process; it is dead to others only when its store is closed.
    pub instance: Arc<Instance>,
    /// Hears of every step.
    pub telemetry: Arc<Telemetry>,
    /// Ends what still runs when the process can not wait any longer; such calls are `interrupted`.
    pub stop: CancellationToken,
}

/// Who calls, and with which files.
#[derive(Debug, Clone)]
pub struct Caller {
    /// A token's name; `default` in process.
    pub owner: Arc<str>,
    /// The connection or process the call belongs to.
    pub session: Arc<str>,
    /// The caller's files.
    pub workspace: Arc<dyn Workspace>,
    /// The client's name for the request: what the call leaves in the log has it too.
    pub request_id: Option<String>,
    /// Nobody listens to the call: it is in the journal from its beginning, whatever becomes of it.
    pub detached: bool,
    /// Is told when the call leaves nothing behind.
    pub vanished: Vanished,
}

impl Caller {
    /// One that waits for what becomes of its call.
    pub fn of(owner: &str, session: &str, workspace: Arc<dyn Workspace>) -> Self {
        let (owner, session) = (owner.into(), session.into());
        Self { owner, session, workspace, request_id: None, detached: false, vanished: Vanished::default() }
    }
}

impl Calls {
    /// Hears requests of other processes until `closed`, and offers the store again what it did not take.
    pub fn listen(self: &Arc<Self>, closed: CancellationToken) {
        let (running, instance) = (Arc::clone(&self.running), Arc::clone(&self.instance));
        self.tasks.spawn(Arc::clone(&self.unkept).keep(self.store.clone(), closed.clone()));
        self.tasks.spawn(watch::watch(self.store.clone(), running, instance, closed));
    }

    /// Accepts a call and starts it. Nothing is waited for; every call that is accepted ends with a result. None is accepted for
    /// which there is surely no room.
    pub fn start(self: &Arc<Self>, request: CallRequest, caller: Caller) -> Result<CallHandle> {
        self.start_as(CallId::new(), request, caller)
    }

    /// The same for a call whose name is known already.
    pub fn start_as(self: &Arc<Self>, id: CallId, mut request: CallRequest, caller: Caller) -> Result<CallHandle> {
        let allowed = self.allowed(&mut request)?;
        if let Some(error) = self.turns_away(&id, &request, &caller) {
            return Err(error);
        }
        let deadline = Deadline::after(allowed);
        let now = Timestamp::now();
        let start = CallStart {
            id,
            owner: caller.owner.clone(),
            session: caller.session.clone(),
            instance: self.instance.id().clone(),
            tool: request.tool.clone(),
            arguments: veiled::without_images(&request.arguments),
            thread_id: self.thread_of(&request),
            created_at: now,
            deadline_at: now.after(allowed),
        };
        let span = trail::span(&start, caller.request_id.as_deref(), || {
            self.registry.get(&request.tool).ok().map(|tool| tool.info().name)
        });
        let veil = Arc::<Veil>::default();
        let (telemetry, unkept) = (Arc::clone(&self.telemetry), Arc::clone(&self.unkept));
        let journal = Arc::new(Journal::new(start, self.store.clone(), Arc::clone(&veil), telemetry, unkept));
        let (finished, result) = watch_channel(None);
        let entry = Entry { journal: Arc::clone(&journal), cancel: CancellationToken::new(), result };
        let (handle, cancel) = (entry.handle(), entry.cancel.clone());
        self.running.add(entry);
        span.in_scope(|| journal.accepted(allowed));
        if caller.detached && !request.options.dry_run {
            journal.save_later();
        }
        let run = Run { calls: Arc::clone(self), request, caller, deadline, journal, veil, cancel };
        let work = async move {
            // Nobody may be listening any more; the result is in the journal.
            let (calls, id) = (Arc::clone(&run.calls), run.journal.id().clone());
            let envelope = run.guarded().await;
            finished.send_replace(Some(envelope));
            calls.running.remove(&id);
        };
        // Boxed before it is wrapped: it is thousands of bytes, which each wrapper would copy.
        self.tasks.spawn(Box::pin(work).instrument(span));
        Ok(handle)
    }

    /// The conversation of a call: the one that it continues or a new one; none for a tool that does not converse.
    fn thread_of(&self, request: &CallRequest) -> Option<ThreadId> {
        let schema = self.registry.schema(&request.tool).ok()?;
        schema.get("properties")?.get("continuation_id")?;
        let given = request.arguments.get("continuation_id").and_then(Value::as_str).map(str::trim);
        let given = given.filter(|id| !id.is_empty());
        Some(given.map_or_else(ThreadId::new, |id| ThreadId::from(id.to_owned())))
    }

    /// The time for this call: its own argument, its option, or the configured one.
    fn allowed(&self, request: &mut CallRequest) -> Result<Duration> {
        let argument = request.arguments.remove("timeout").filter(|value| !value.is_null());
        let seconds = argument.as_ref().map(|value| value.as_f64().unwrap_or(f64::NAN));
        let asked = match seconds {
            Some(seconds) => Duration::try_from_secs_f64(seconds).ok(),
            None => Some(request.options.timeout.unwrap_or(self.timeout)),
        };
        asked.filter(|asked| TIMEOUTS.contains(asked)).ok_or_else(|| {
            let given = argument.unwrap_or_else(|| request.options.timeout.map(|time| time.as_secs_f64()).into());
            let message = format!("timeout is {given}, allowed: 0.1 to 3600 seconds");
            Error::validation("timeout", given, "0.1 to 3600 seconds", message)
        })
    }
}

/// What becomes of a call that is over.
enum Ending {
    /// Its result is to be committed.
    Kept(Conclusion),
    /// It leaves nothing behind, and is told already.
    Told(Arc<Written>),
}

/// One call while it runs.
struct Run {
    calls: Arc<Calls>,
    request: CallRequest,
    caller: Caller,
    deadline: Deadline,
    journal: Arc<Journal>,
    veil: Arc<Veil>,
    cancel: CancellationToken,
}

impl Run {
    /// A bug that panics ends this call with an error, and no other call.
    async fn guarded(self) -> Arc<Written> {
        let journal = Arc::clone(&self.journal);
        if let Ok(envelope) = AssertUnwindSafe(self.carry_out()).catch_unwind().await {
            return envelope;
        }
        trail::panicked();
        let mut envelope = Envelope::running(journal.id().clone(), journal.tool());
        envelope.fail(&Error::internal(format!("call {} met a bug of exai; please report it", journal.id())));
        journal.commit(journal.conclude(envelope, None)).await
    }

    async fn carry_out(mut self) -> Arc<Written> {
        let checked = self.calls.registry.check(&self.request.tool, &mut self.request.arguments);
        let context = self.context();
        let outcome = match checked {
            Ok(warnings) => {
                context.draft().warnings.extend(warnings);
                let arguments = std::mem::take(&mut self.request.arguments);
                self.bounded(arguments, &context).await
            }
            Err(error) => Err(error),
        };
        self.finish(&context, outcome).await
    }

    fn context(&self) -> Context {
        let recorder: Arc<dyn Recorder> = Arc::clone(&self.journal) as _;
        Context {
            call_id: self.journal.id().clone(),
            owner: self.caller.owner.clone(),
            session: self.caller.session.clone(),
            deadline: self.deadline,
            new_thread: self.journal.thread_id().cloned(),
            options: self.request.options.clone(),
            workspace: Arc::clone(&self.caller.workspace),
            gateway: Arc::clone(&self.calls.gateway),
            threads: self.calls.threads.clone(),
            recorder,
            ledger: Arc::new(Ledger::default()),
            settings: Arc::clone(&self.calls.settings),
            house: Arc::new(Inspector { calls: Arc::clone(&self.calls), owner: self.caller.owner.clone() }),
            veil: Arc::clone(&self.veil),
            draft: Mutex::new(Draft::default()),
        }
    }

    /// Runs the tool until it ends, is cancelled, or the deadline passes. Dropping the tool's future drops
    /// everything it waits for, the upstream connection too.
    async fn bounded(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let tool = self.calls.registry.get(&self.request.tool)?;
        let mut work = tool.run(arguments, context);
        let is_dry = self.request.options.dry_run;
        let mut unsaved = std::pin::pin!(tokio::time::sleep(UNSAVED));
        loop {
            tokio::select! {
                biased;
                () = self.cancel.cancelled() => {
                    let message = format!("call {} was cancelled", self.journal.id());
                    return Err(Error::new(ErrorCode::Cancelled, message));
                }
                outcome = &mut work => return outcome,
                () = self.calls.stop.cancelled() => {
                    let message = format!("call {} was cut off: its process had to end", self.journal.id());
                    return Err(Error::new(ErrorCode::Interrupted, message).hint("ask again; nothing is run again by itself"));
                }
                () = tokio::time::sleep_until(self.deadline.at()) => {
                    return Err(Error::timeout(&format!("running {}", self.request.tool), self.deadline.allowed()));
                }
                () = &mut unsaved, if !unsaved.is_elapsed() && !is_dry => self.journal.save_later(),
                () = self.journal.stirred(), if unsaved.is_elapsed() => {
                    unsaved.as_mut().reset(tokio::time::Instant::now() + UNSAVED);
                }
            }
        }
    }

    /// Commits the result and only then tells it.
    async fn finish(&self, context: &Context, outcome: Result<Output>) -> Arc<Written> {
        match self.ending(context, outcome) {
            Ending::Kept(end) => self.journal.commit(end).await,
            Ending::Told(result) => result,
        }
    }

    fn ending(&self, context: &Context, outcome: Result<Output>) -> Ending {
        let draft = std::mem::take(&mut *context.draft());
        let mut envelope = Envelope::running(self.journal.id().clone(), &self.request.tool);
        describe(&mut envelope, context, &draft);
        envelope.warnings.extend(self.journal.notes());
        match outcome {
            Ok(output) => {
                envelope.state = CallState::Succeeded;
                envelope.status = output.status;
                envelope.text = output.text;
                envelope.data = output.data;
                name_sources(&mut envelope, &draft);
            }
            // A dry run stops where it would ask.
            Err(_) if !draft.plans.is_empty() => {}
            Err(error) => envelope.fail(&error),
        }
        if self.request.options.dry_run && envelope.error.is_none() {
            plan(&mut envelope, &draft);
        }
        veiled::hide(&self.veil, &mut envelope);
        envelope.warnings.extend(self.veil.warning());
        if self.request.options.dry_run {
            // The conversation of a dry run is never begun.
            envelope.thread_id = None;
            self.caller.vanished.note();
            return Ending::Told(self.journal.discard(envelope));
        }
        if envelope.error.is_some() && context.ledger.account().turned_away {
            match self.journal.turn_away(envelope, &self.caller.vanished) {
                Ok(result) => return Ending::Told(result),
                Err(seen) => envelope = *seen,
            }
        }
        let thread = draft.thread.filter(|_| envelope.state == CallState::Succeeded);
        Ending::Kept(self.journal.conclude(envelope, thread))
    }
}

fn describe(envelope: &mut Envelope, context: &Context, draft: &Draft) {
    let account = context.ledger.account();
    envelope.model = account.model;
    envelope.usage = account.usage;
    envelope.cost = account.cost;
    envelope.reused = account.reused;
    envelope.joined = account.joined;
    envelope.timing.queued_ms = millis(account.queued);
    envelope.timing.provider_ms = millis(account.with_provider);
    envelope.coverage = draft.coverage.clone();
    envelope.findings = draft.findings.clone().unwrap_or_default();
    envelope.thread_id.clone_from(&draft.thread_id);
    envelope.warnings.extend(draft.warnings.iter().chain(&draft.hints).cloned());
}

/// What models found on the web: for people behind the text, for programs in the document.
fn name_sources(envelope: &mut Envelope, draft: &Draft) {
    if draft.sources.is_empty() {
        return;
    }
    envelope.text.push_str(&gateway::list_sources(&draft.sources));
    if let Some(document) = envelope.data.as_object_mut() {
        document.insert("sources".to_owned(), serde_json::json!(draft.sources));
    }
}

/// What a dry run tells in place of a result.
fn plan(envelope: &mut Envelope, draft: &Draft) {
    envelope.state = CallState::Succeeded;
    envelope.status = "dry_run".into();
    envelope.exit = Exit::of(Kind::Ok);
    envelope.data = serde_json::json!({"status": "dry_run", "requests": draft.plans});
    let bundles = &draft.coverage.bundles;
    envelope.text = draft.plans.iter().enumerate().map(|(place, plan)| described(plan, place, bundles)).collect();
    envelope.text.push_str(&gateway::in_all(&draft.plans));
    if draft.plans.is_empty() {
        envelope.text = "Would send nothing: this call asks no model.\n".into();
    }
}

/// One request that was not sent, with the files that it would show if others would show others.
fn described(plan: &gateway::Plan, place: usize, bundles: &[Bundle]) -> String {
    let Some(bundle) = bundles.get(place) else { return format!("{plan}\n") };
    let (number, count, files) = (place + 1, bundles.len(), bundle.sent.len());
    format!("Part {number} of {count}, {files} files: {}\n{plan}\n\n", bundle.sent.join(", "))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
