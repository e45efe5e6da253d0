//! What could be meant by the beginning of a prompt's or an address's argument.

use rmcp::model::{CompletionInfo, Reference};

use super::host::{Agent, Host};
use super::{prompts, resources};
use crate::backend::Backend;
use crate::error::Result;
use crate::evidence::Listing;
use crate::protocol::CallFilter;

/// Calls and conversations that are looked through.
const LOOKED_THROUGH: u32 = 100;

/// What the argument `name` of `of` could be that begins with `begun`.
pub(super) async fn complete<H: Host>(
    host: &H,
    agent: &Agent,
    of: &Reference,
    name: &str,
    begun: &str,
) -> CompletionInfo {
    // What can not be looked up is not offered; the person types on.
    let all = match (of, name) {
        (Reference::Prompt(_), "model") => models(host).await.unwrap_or_default(),
        (Reference::Prompt(_), prompts::NAMED_THREAD) => threads(host, agent).await.unwrap_or_default(),
        (Reference::Prompt(_), prompts::NAMED_FILES) => return offered(files(host, begun).await.unwrap_or_default()),
        (Reference::Resource(template), "id") if template.uri.starts_with(resources::CALL) => {
            calls(host, agent).await.unwrap_or_default()
        }
        (Reference::Resource(template), "id") if template.uri.starts_with(resources::THREAD) => {
            threads(host, agent).await.unwrap_or_default()
        }
        _ => Vec::new(),
    };
    offered(all.into_iter().filter(|value| value.starts_with(begun)).collect())
}

fn offered(mut values: Vec<String>) -> CompletionInfo {
    let total = u32::try_from(values.len()).unwrap_or(u32::MAX);
    let has_more = values.len() > CompletionInfo::MAX_VALUES;
    values.truncate(CompletionInfo::MAX_VALUES);
    CompletionInfo::with_pagination(values, Some(total), has_more).unwrap_or_default()
}

async fn models<H: Host>(host: &H) -> Result<Vec<String>> {
    Ok(host.models().await?.into_iter().map(|model| model.id.clone()).collect())
}

async fn threads<H: Host>(host: &H, agent: &Agent) -> Result<Vec<String>> {
    let Some(house) = host.house_at_hand(agent).await? else { return Ok(Vec::new()) };
    let threads = house.list_threads(LOOKED_THROUGH).await?;
    Ok(threads.into_iter().map(|thread| thread.thread_id.to_string()).collect())
}

async fn calls<H: Host>(host: &H, agent: &Agent) -> Result<Vec<String>> {
    let filter = CallFilter { limit: LOOKED_THROUGH, ..CallFilter::default() };
    let Some(house) = host.house_at_hand(agent).await? else { return Ok(Vec::new()) };
    let calls = house.list_calls(filter).await?;
    Ok(calls.into_iter().map(|call| call.call_id.to_string()).collect())
}

/// Files that the last of the names in `begun` could mean; the names before it stay.
async fn files<H: Host>(host: &H, begun: &str) -> Result<Vec<String>> {
    let (before, last) = begun.rsplit_once(',').map_or(("", begun), |(before, last)| (before, last));
    let last = last.trim_start();
    let directory =
        last.rsplit_once('/').map_or(".", |(directory, _)| if directory.is_empty() { "/" } else { directory });
    let workspace = host.workspace();
    let listing = workspace.list(&[directory.to_owned()]).await?.into_iter().next();
    let Some(Listing::Directory { files, .. }) = listing else { return Ok(Vec::new()) };
    let before = if before.is_empty() { String::new() } else { format!("{before}, ") };
    let meant = files.into_iter().map(|file| file.path).filter(|path| path.starts_with(last));
    Ok(meant.map(|path| format!("{before}{path}")).collect())
}
