//! The requests that are no calls.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::connection::Link;
use super::daemon::Daemon;
use super::dispatch::Asked;
use super::session::Session;
use super::token::OPERATOR;
use super::{admin, audit, call, feed, frame, health};
use crate::backend::Backend;
use crate::config::Profile;
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::wire::{
    About, AdminRequest, Attach, CallFound, CallList, Cancel, HealthAnswer, HelloError, Picture, Prefix, Removed,
    Rotate, Subscribe, ThreadFound, ThreadList, ThreadPurge, ThreadShown, ThreadsQuery, ToolEntry, ToolList,
    ToolsQuery, UsageList, UsageQuery,
};
use crate::protocol::{CallFilter, Found};
use crate::tools::{Offer, Shown};

/// Calls in one list at the most.
const LISTED: u32 = 1000;

/// Carries out a request; `None` when it has answered already.
pub(super) async fn carry_out(
    asked: Asked,
    link: &Arc<Link>,
    session: &Arc<Session>,
    daemon: &Arc<Daemon>,
) -> Result<Option<String>> {
    let local = &session.local;
    let answer = match asked.op.as_str() {
        "list_tools" => asked.answer(&tools(daemon, link, &asked.body()?)?),
        "attach" => {
            let attach: Attach = asked.body()?;
            let request_id = asked.request_id.clone();
            call::attach(attach, request_id, link, session, daemon).await?;
            return Ok(None);
        }
        "cancel" => asked.answer(&cancel(&asked, session).await?),
        "list_calls" => {
            let mut filter: CallFilter = asked.body()?;
            filter.limit = filter.limit.min(LISTED);
            asked.answer(&CallList { calls: local.list_calls(filter).await? })
        }
        "get_call" => asked.answer(&CallFound { call: local.get_call(&asked.body::<Prefix>()?.id).await? }),
        "list_threads" => {
            let limit = asked.body::<ThreadsQuery>()?.limit.unwrap_or(100).min(LISTED);
            asked.answer(&ThreadList { threads: local.list_threads(limit).await? })
        }
        "get_thread" => asked.answer(&ThreadShown { thread: local.get_thread(&asked.body::<Prefix>()?.id).await? }),
        "last_thread" => {
            asked.answer(&ThreadFound { thread_id: local.last_thread(&asked.body::<About>()?.root).await? })
        }
        "delete_threads" => {
            let which = asked.body::<ThreadPurge>()?.which;
            asked.answer(&Removed { deleted: local.delete_threads(which).await? })
        }
        "usage" => {
            let UsageQuery { by, since } = asked.body()?;
            asked.answer(&UsageList { rows: local.usage(by, since).await? })
        }
        "snapshot" => asked.answer(&Picture { snapshot: daemon.snapshot(session.owner).await }),
        "subscribe" => {
            feed::subscribe(&asked.body::<Subscribe>()?, link, session, daemon)?;
            asked.answer(&())
        }
        "unsubscribe" => {
            feed::unsubscribe(&asked.body::<Subscribe>()?, link, session, daemon);
            asked.answer(&())
        }
        "health" => asked.answer(&HealthAnswer { health: health::picture(daemon, session.owner).await }),
        "rotate_token" => rotate(&asked, session, daemon).await?,
        "admin" => {
            let AdminRequest { action } = asked.body()?;
            asked.answer(&admin::carry_out(action, link, session, daemon).await?)
        }
        other => return Err(not_now(other)),
    };
    Ok(Some(answer))
}

/// Every operation but those of hello, calls and files.
const OPS: [&str; 16] = [
    "list_tools",
    "attach",
    "cancel",
    "list_calls",
    "get_call",
    "list_threads",
    "get_thread",
    "last_thread",
    "delete_threads",
    "usage",
    "snapshot",
    "subscribe",
    "unsubscribe",
    "health",
    "rotate_token",
    "admin",
];

/// Refuses an operation that there is not.
pub(super) fn check_op(op: &str) -> Result<()> {
    if op == "call_tool" || OPS.contains(&op) { Ok(()) } else { Err(not_now(op)) }
}

/// An operation that there is not, or not any more.
fn not_now(op: &str) -> Error {
    if op == "hello" {
        return Error::invalid("this connection has said hello already").hint("connect again to be someone else");
    }
    Error::invalid(format!("no op is called {op:?}"))
        .hint("ops are list_tools, call_tool, cancel, attach, list_calls, get_call, subscribe, health and others")
}

impl Asked {
    /// What the request says beside its operation and its name.
    fn body<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.text).map_err(|error| Error::invalid(format!("{}: {error}", self.op)))
    }

    fn answer<T: Serialize>(&self, body: &T) -> String {
        frame::answer(&format!("{}_res", self.op), self.request_id.as_deref(), body)
    }
}

/// Hands the answer about files to whoever asked.
pub(super) fn workspace_answer(link: &Link, asked: Asked) {
    #[derive(serde::Deserialize)]
    struct Id {
        id: u64,
    }
    if let Ok(Id { id }) = serde_json::from_str(&asked.text) {
        link.answered(id, asked.text);
    }
}

/// The tools that are asked for, else those by which the client calls. One that names a profile knows of
/// `instructions`: what they say is left out of its schemas. One that names none, as the predecessor's, has the whole.
fn tools(daemon: &Daemon, link: &Link, query: &ToolsQuery) -> Result<ToolList> {
    let named = query.profile.as_deref().map(|name| {
        let allowed = Profile::ALL.map(Profile::as_str).join(", ");
        let message = format!("no profile is called {name:?}, allowed: {allowed}");
        Profile::named(name).ok_or_else(|| Error::validation("profile", name, allowed, message))
    });
    let profile = named.transpose()?.or(link.profile);
    let calls = daemon.house.calls();
    let offer = profile.map_or_else(|| calls.registry.offer().clone(), Offer::Profile);
    if profile.is_some() {
        return calls.registry.list().shown(&offer);
    }
    let entry = |shown: Shown| ToolEntry {
        name: shown.info.name.to_owned(),
        title: shown.info.title.to_owned(),
        description: shown.info.description.to_owned(),
        input_schema: shown.schema,
        annotations: shown.info.annotations(),
    };
    let tools = calls.registry.shown(&offer)?.into_iter().map(entry).collect();
    Ok(ToolList { tools, instructions: None })
}

/// Cancels the call that is named by itself, or by the request that began it.
async fn cancel(asked: &Asked, session: &Session) -> Result<Found> {
    let Cancel { call_id } = asked.body()?;
    let by_request = || asked.request_id.as_deref().and_then(|id| session.call_of(id)).map(|id| id.to_string());
    let Some(call_id) = call_id.or_else(by_request) else {
        return Err(Error::not_found("no call of this session has that request_id").hint("name the call by call_id"));
    };
    session.local.cancel(&call_id).await
}

async fn rotate(asked: &Asked, session: &Session, daemon: &Daemon) -> Result<String> {
    if session.owner != OPERATOR {
        return Err(Error::new(ErrorCode::Unauthorized, "only the operator may exchange the token"));
    }
    let Rotate { old, new } = asked.body()?;
    let refused = daemon.tokens.rotate(old.as_deref(), new.as_deref())?;
    audit::rotated(daemon, session, refused.is_none()).await;
    let Some(refused) = refused else { return Ok(asked.answer(&())) };
    let body = HelloError { error: refused.as_str().to_owned(), protocol: None, retry_after: None };
    Ok(frame::refusal("rotate_token_res", asked.request_id.as_deref(), &body))
}
