//! `kimi_manage_files`: which files Kimi keeps, and which of them go.
//!
//! The files of an account belong to whoever pays for it: the operator. Other owners see and delete their own uploads.

use std::collections::BTreeSet;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Context, Info, Output, Tool, common, schema, uploads};
use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode, Result};
use crate::providers::{ProviderName, Service};
use crate::store::UploadRecord;

/// The tool.
#[derive(Debug)]
pub(super) struct KimiManageFiles;

static INFO: Info = Info {
    name: "kimi_manage_files",
    title: "Manage files at Kimi",
    description: "Lists or deletes files that Kimi keeps: one, all, those nobody here knows of (orphaned), or those unused for long (expired). dry_run says what would go.",
    main_argument: Some("operation"),
};

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// What to do.
    operation: Operation,
    /// The file, for delete.
    #[schemars(length(max = 200))]
    file_id: Option<String>,
    /// How many files are listed, or deleted at once.
    #[serde(default = "limit")]
    #[schemars(range(min = 1, max = 1000))]
    limit: usize,
    /// Delete nothing: say what would go.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Operation {
    List,
    Delete,
    CleanupAll,
    CleanupOrphaned,
    CleanupExpired,
}

fn limit() -> usize {
    100
}

#[async_trait]
impl Tool for KimiManageFiles {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("KimiManageFilesRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { operation, file_id, limit, dry_run } = common::read(arguments)?;
        let shelf = Shelf::open(context).await?;
        match operation {
            Operation::List => {
                let files = shelf.listed().await?;
                Ok(list(&files[..files.len().min(limit)]))
            }
            Operation::Delete => {
                let id = file_id.filter(|id| !id.is_empty()).ok_or_else(|| {
                    Error::validation("file_id", Value::Null, "an id", "argument `file_id` is missing")
                        .hint("operation list shows the ids")
                })?;
                shelf.delete_one(id, dry_run).await
            }
            cleanup => shelf.clean_up(cleanup, limit, dry_run).await,
        }
    }
}

fn list(files: &[File]) -> Output {
    let line = |file: &File| {
        format!("- `{}` {} ({} bytes)\n", file.id, file.about["filename"].as_str().unwrap_or(""), file.about["bytes"])
    };
    let text = if files.is_empty() { "No files.\n".to_owned() } else { files.iter().map(line).collect() };
    let data = json!({
        "operation": "list",
        "count": files.len(),
        "files": files.iter().map(|file| &file.about).collect::<Vec<_>>(),
    });
    Output { status: "success".to_owned(), text, data }
}

/// A file at the provider.
struct File {
    id: String,
    /// Id, name, size, time and purpose.
    about: Value,
}

/// What Kimi keeps of one account, and what is known of it here.
struct Shelf<'a> {
    context: &'a Context,
    account: String,
    known: Vec<UploadRecord>,
}

impl<'a> Shelf<'a> {
    async fn open(context: &'a Context) -> Result<Self> {
        let (account, known) = uploads::kept(context, ProviderName::Kimi).await?;
        Ok(Self { context, account, known })
    }

    fn is_operator(&self) -> bool {
        &*self.context.owner == uploads::OPERATOR
    }

    /// Whether the caller may see and delete a file.
    fn may_touch(&self, id: &str) -> bool {
        uploads::may_touch(self.context, &self.known, id)
    }

    /// The files that are there, as far as the caller may see them.
    async fn listed(&self) -> Result<Vec<File>> {
        let listed = self.context.serve(ProviderName::Kimi, Service::ListFiles).await?.json;
        let read = |file: &Value| {
            let id = file["id"].as_str()?.to_owned();
            let part = |name: &str| file[name].clone();
            let about = json!({
                "id": id, "filename": part("filename"), "bytes": part("bytes"), "created_at": part("created_at"),
                "purpose": part("purpose"),
            });
            Some(File { id, about })
        };
        let files = listed["data"].as_array().into_iter().flatten().filter_map(read);
        Ok(files.filter(|file| self.may_touch(&file.id)).collect())
    }

    async fn delete_one(&self, id: String, dry_run: bool) -> Result<Output> {
        if !self.may_touch(&id) {
            return Err(Error::not_found(format!("no file {id} of yours is at kimi")));
        }
        let is_gone = if dry_run { false } else { self.delete(&id).await? };
        let text = match (dry_run, is_gone) {
            (true, _) => format!("Would delete {id}.\n"),
            (false, true) => format!("Deleted {id}.\n"),
            (false, false) => format!("{id} was gone already.\n"),
        };
        let data = json!({"operation": "delete", "file_id": id, "deleted": is_gone, "dry_run": dry_run});
        Ok(Output { status: "success".to_owned(), text, data })
    }

    /// Deletes a file and forgets it; `false` when it was gone already.
    async fn delete(&self, id: &str) -> Result<bool> {
        let was_there = match self.context.serve(ProviderName::Kimi, Service::DeleteFile { id: id.to_owned() }).await {
            Ok(_) => true,
            Err(error) if error.code == ErrorCode::NotFound => false,
            Err(error) => return Err(error),
        };
        self.context.gateway.store.forget_upload(self.account.clone(), id.to_owned()).await?;
        Ok(was_there)
    }

    async fn clean_up(&self, operation: Operation, limit: usize, dry_run: bool) -> Result<Output> {
        let there = self.listed().await?;
        let (word, mut due) = match operation {
            Operation::CleanupOrphaned => ("orphaned", self.orphaned(&there)?),
            Operation::CleanupExpired => ("expired", self.expired(&there)),
            _ => ("all", there.into_iter().map(|file| file.id).collect()),
        };
        let found = due.len();
        due.truncate(limit);
        let (mut deleted, mut failed) = (Vec::new(), Vec::new());
        for id in due.iter().filter(|_| !dry_run) {
            match self.delete(id).await {
                Ok(_) => deleted.push(id),
                // Without time or by its owner's wish nothing more is tried.
                Err(error) if matches!(error.code, ErrorCode::Timeout | ErrorCode::Cancelled) => return Err(error),
                Err(error) => failed.push(json!({"file_id": id, "error": error.message})),
            }
        }
        let text = if dry_run {
            format!("Would delete {} of {found} files.\n", due.len())
        } else {
            format!("Deleted {} of {found} files, {} could not be deleted.\n", deleted.len(), failed.len())
        };
        let mut data = json!({
            "operation": format!("cleanup_{word}"), "dry_run": dry_run, "deleted_count": deleted.len(), "failed": failed,
            "file_ids": due,
        });
        if word != "all" {
            data[format!("{word}_count")] = found.into();
        }
        Ok(Output { status: "success".to_owned(), text, data })
    }

    /// Files that nobody here has uploaded.
    fn orphaned(&self, there: &[File]) -> Result<Vec<String>> {
        if !self.is_operator() {
            let message = format!("files that nobody here knows of belong to the owner {}", uploads::OPERATOR);
            return Err(Error::invalid(message).hint("cleanup_all and cleanup_expired delete your own"));
        }
        let known: BTreeSet<&str> = self.known.iter().map(|record| record.file_id.as_str()).collect();
        Ok(there.iter().filter(|file| !known.contains(file.id.as_str())).map(|file| file.id.clone()).collect())
    }

    /// Files that were of no use to anybody for their time.
    fn expired(&self, there: &[File]) -> Vec<String> {
        let before = Timestamp::now().before(self.context.settings.uploads.keep);
        let is_due = |file: &&File| {
            let mut uses = self.known.iter().filter(|record| record.file_id == file.id).peekable();
            uses.peek().is_some() && uses.all(|record| record.used_at < before)
        };
        there.iter().filter(is_due).map(|file| file.id.clone()).collect()
    }
}
