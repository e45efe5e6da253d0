//! Files of the caller at a provider: each content once an account and purpose, under a name that the provider reads.
//!
//! ```text
//! paths ─▶ checked, bounded ─▶ hashed ─┬▶ known and still there ─▶ its id
//!                                      └▶ gateway (secrets out, permit, journal) ─▶ id ─▶ remembered
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use data_encoding::HEXLOWER;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Context;
use crate::clock::Timestamp;
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::{self, CollectRequest, Found};
use crate::protocol::Skipped;
use crate::providers::{ProviderName, Service};
use crate::store::{UploadKey, UploadRecord};

/// Endings of names that Kimi reads the text of, of its documents; files of other kinds are sent as text.
const READ_BY_KIMI: &[&str] = &[
    "pdf", "txt", "csv", "doc", "docx", "dot", "xls", "xlsx", "ppt", "pptx", "md", "html", "json", "epub", "mobi",
    "log", "ini", "conf", "yaml", "yml", "jpg", "jpeg", "png", "gif", "webp", "bmp", "svg", "go", "h", "c", "cpp",
    "cxx", "cc", "cs", "java", "js", "css", "jsp", "php", "py", "py3", "asp", "ts", "tsx",
];
/// The same of GLM's files abroad.
const READ_BY_GLM: &[&str] = &["pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "jpg", "jpeg", "png"];

/// What holds for files that are uploaded.
#[derive(Debug, Clone, Copy, Default)]
pub struct UploadSettings {
    /// The largest file for GLM.
    pub glm_max_bytes: u64,
    /// The largest file for Kimi.
    pub kimi_max_bytes: u64,
    /// Files in one call; 0 is no limit.
    pub max_count: usize,
    /// Files that are on their way at once.
    pub at_once: usize,
    /// Whether a file that is too large ends the call, instead of being left out.
    pub fails_on_oversize: bool,
    /// How long after its last use a file is kept.
    pub keep: Duration,
}

/// A file that is at the provider now.
#[derive(Debug, Clone)]
pub(super) struct Uploaded {
    pub(super) record: UploadRecord,
    /// It was there before.
    pub(super) is_known: bool,
}

/// Where files are uploaded to, and what for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Uploader<'a> {
    pub(super) context: &'a Context,
    pub(super) provider: ProviderName,
    pub(super) purpose: &'static str,
}

/// A file that was looked at.
struct Item {
    found: Found,
    sha256: String,
    filename: String,
}

impl Uploader<'_> {
    /// Uploads `paths`, directories expanded; what is there already is not uploaded again.
    pub(super) async fn upload(self, paths: Vec<String>, allow_missing: bool) -> Result<Vec<Uploaded>> {
        let items = self.look(paths, allow_missing).await?;
        let mut known = BTreeMap::new();
        for item in &items {
            if let Some(record) = self.remembered(item).await? {
                known.insert(item.sha256.clone(), record);
            }
        }
        self.drop_lost(&mut known).await?;
        let (mut seen, mut sending) = (BTreeSet::new(), Vec::new());
        for item in &items {
            if !known.contains_key(&item.sha256) && seen.insert(item.sha256.as_str()) {
                sending.push(self.send(item));
            }
        }
        let sent = stream::iter(sending).buffered(self.at_once());
        let new: Vec<UploadRecord> = sent.try_filter_map(|record| async { Ok(record) }).try_collect().await?;
        if self.context.options.dry_run {
            return Err(Error::new(ErrorCode::Cancelled, "this was a dry run"));
        }
        let new: BTreeMap<String, UploadRecord> =
            new.into_iter().map(|record| (record.key.sha256.clone(), record)).collect();
        let at = |item: &Item| {
            let is_known = known.contains_key(&item.sha256);
            let record = known.get(&item.sha256).or_else(|| new.get(&item.sha256))?.clone();
            Some(Uploaded { record, is_known })
        };
        Ok(items.iter().filter_map(at).collect())
    }

    /// Uploads one file again that was there before; its content may have changed since.
    pub(super) async fn again(self, record: &UploadRecord) -> Result<UploadRecord> {
        let location = record.location.clone();
        let found = Found { path: location.clone(), location, bytes: record.bytes };
        let item = self.hash(found).await?;
        let sent = self.send(&item).await?;
        sent.ok_or_else(|| Error::new(ErrorCode::Cancelled, "this was a dry run"))
    }

    /// The files that may be uploaded, read once to know their content.
    async fn look(self, paths: Vec<String>, allow_missing: bool) -> Result<Vec<Item>> {
        let request = CollectRequest { paths, allow_missing, ..CollectRequest::default() };
        let looking = evidence::check(&*self.context.workspace, &request);
        let found = self.context.deadline.bound("looking for files", looking).await??;
        let settings = self.context.settings.uploads;
        if settings.max_count > 0 && found.len() > settings.max_count {
            let message =
                format!("{} files are to be uploaded, at most {} may be at once", found.len(), settings.max_count);
            return Err(Error::validation("files", found.len(), settings.max_count, message)
                .hint("name fewer, or raise kimi.files_max_count (KIMI_FILES_MAX_COUNT)"));
        }
        self.context.draft().coverage.selected = found.iter().map(|found| found.path.clone()).collect();
        let mut fit = Vec::new();
        for found in found {
            match self.obstacle(&found) {
                None => fit.push(found),
                Some(reason) if settings.fails_on_oversize => {
                    return Err(Error::validation(
                        "files",
                        &*found.path,
                        "a smaller file",
                        format!("{}: {reason}", found.path),
                    ));
                }
                Some(reason) => self.skip(found.path, reason),
            }
        }
        let reading = stream::iter(fit).map(|found| self.hash(found)).buffered(self.at_once());
        let items: Vec<Result<Item>> = self.context.deadline.bound("reading files", reading.collect()).await?;
        let mut good = Vec::new();
        for item in items {
            match item {
                Err(error) if error.code == ErrorCode::ToolExecutionError => {
                    let path = error.details.as_ref().and_then(|details| details["path"].as_str().map(str::to_owned));
                    self.skip(path.unwrap_or_default(), error.message);
                }
                item => good.push(item?),
            }
        }
        self.context.draft().coverage.sent = good.iter().map(|item| item.found.path.clone()).collect();
        if good.is_empty() {
            return Err(self.nothing_left());
        }
        Ok(good)
    }

    /// Why a file is not uploaded, as far as its size says.
    fn obstacle(self, found: &Found) -> Option<String> {
        let most = self.max_bytes();
        if found.bytes == 0 {
            return Some("the file is empty".to_owned());
        }
        (found.bytes > most).then(|| format!("{} bytes, {} takes {most}", found.bytes, self.provider))
    }

    fn skip(self, path: String, reason: String) {
        let mut draft = self.context.draft();
        draft.warnings.push(format!("{path} was left out: {reason}"));
        draft.coverage.skipped.push(Skipped { path, reason });
    }

    /// The error of a call that has nothing to upload.
    fn nothing_left(self) -> Error {
        let skipped = self.context.draft().coverage.skipped.clone();
        let why = skipped
            .first()
            .map_or_else(|| "no file was found".to_owned(), |first| format!("{}: {}", first.path, first.reason));
        Error::new(ErrorCode::ToolExecutionError, format!("nothing was uploaded: {why}"))
            .details(serde_json::json!({"status": "execution_error", "skipped": skipped}))
            .hint("name a file that is smaller, or of another kind")
    }

    async fn hash(self, found: Found) -> Result<Item> {
        let content = evidence::whole(&*self.context.workspace, &found.location, self.max_bytes()).await?;
        let name = base_name(&found.path).to_owned();
        let (sha256, is_text) = tokio::task::spawn_blocking(move || {
            let hash = HEXLOWER.encode(&Sha256::digest(&content));
            (hash, std::str::from_utf8(&content).is_ok())
        })
        .await
        .map_err(|error| Error::internal(format!("file work was cut off: {error}")))?;
        match self.name_there(&name, is_text) {
            Some(filename) => Ok(Item { found, sha256, filename }),
            None => Err(Error::new(ErrorCode::ToolExecutionError, format!("{} reads no such files", self.provider))
                .details(serde_json::json!({"path": found.path}))),
        }
    }

    /// The name under which the provider reads the file. Text of a kind that it does not know goes as `.txt`.
    fn name_there(self, name: &str, is_text: bool) -> Option<String> {
        let read = if self.provider == ProviderName::Kimi { READ_BY_KIMI } else { READ_BY_GLM };
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if read.iter().any(|known| known.eq_ignore_ascii_case(ending)) {
            return Some(name.to_owned());
        }
        is_text.then(|| format!("{name}.txt"))
    }

    async fn remembered(self, item: &Item) -> Result<Option<UploadRecord>> {
        self.context.gateway.store.find_upload(self.key(&item.sha256)?, Timestamp::now()).await
    }

    /// Takes those out that are at the provider no more; one question for all of them.
    async fn drop_lost(self, known: &mut BTreeMap<String, UploadRecord>) -> Result<()> {
        if known.is_empty() || self.context.options.dry_run {
            return Ok(());
        }
        // Who can not say what is there is believed to have kept it.
        let Ok(listed) = self.context.serve(self.provider, Service::ListFiles).await else { return Ok(()) };
        let there: BTreeSet<String> = ids(&listed.json);
        let lost: Vec<UploadRecord> =
            known.values().filter(|record| !there.contains(&record.file_id)).cloned().collect();
        known.retain(|_, record| there.contains(&record.file_id));
        for record in lost {
            self.context.gateway.store.forget_upload(record.key.account.clone(), record.file_id.clone()).await?;
            self.context.warn(format!("{} was gone at {} and is uploaded again", record.filename, self.provider));
        }
        Ok(())
    }

    /// Sends one file and remembers it; `None` in a dry run.
    async fn send(self, item: &Item) -> Result<Option<UploadRecord>> {
        let content = evidence::whole(&*self.context.workspace, &item.found.location, self.max_bytes()).await?;
        let bytes = content.len() as u64;
        if std::str::from_utf8(&content).is_err() {
            self.context
                .warn(format!("{} is no text: it is sent as it is, secrets in it are not looked for", item.found.path));
        }
        let filename = item.filename.clone();
        let service = Service::Upload { filename: filename.clone(), purpose: self.purpose.to_owned(), content };
        let answer = match self.context.serve(self.provider, service).await {
            Err(_) if self.context.options.dry_run => return Ok(None),
            answer => answer?.json,
        };
        let Some(file_id) = answer["id"].as_str().map(str::to_owned) else {
            let message = format!("{} did not say how it calls {filename}", self.provider);
            return Err(Error::new(ErrorCode::ProviderError, message));
        };
        let now = Timestamp::now();
        let location = item.found.location.clone();
        let key = self.key(&item.sha256)?;
        let record = UploadRecord { key, file_id, filename, location, bytes, uploaded_at: now, used_at: now };
        self.context.gateway.store.save_upload(record.clone()).await?;
        Ok(Some(record))
    }

    fn key(self, sha256: &str) -> Result<UploadKey> {
        Ok(UploadKey {
            owner: self.context.owner.to_string(),
            provider: self.provider.to_string(),
            account: account(self.context, self.provider)?,
            purpose: self.purpose.to_owned(),
            sha256: sha256.to_owned(),
        })
    }

    fn max_bytes(self) -> u64 {
        let settings = self.context.settings.uploads;
        if self.provider == ProviderName::Kimi { settings.kimi_max_bytes } else { settings.glm_max_bytes }
    }

    fn at_once(self) -> usize {
        self.context.settings.uploads.at_once.max(1)
    }
}

/// The owner to whom the accounts belong.
pub(super) const OPERATOR: &str = "default";

/// Whether the caller may see, use and delete the file called `id`. The files of an account belong to whoever pays for it:
/// the operator. Others have those that they have uploaded.
pub(super) fn may_touch(context: &Context, known: &[UploadRecord], id: &str) -> bool {
    &*context.owner == OPERATOR
        || known.iter().any(|record| record.file_id == id && *record.key.owner == *context.owner)
}

/// The account whose files they are, and what is known of them here, of all owners.
pub(super) async fn kept(context: &Context, provider: ProviderName) -> Result<(String, Vec<UploadRecord>)> {
    let account = account(context, provider)?;
    let known = context.gateway.store.uploads(provider.to_string(), account.clone()).await?;
    Ok((account, known))
}

/// The account whose files they are.
fn account(context: &Context, provider: ProviderName) -> Result<String> {
    let found = context.gateway.providers.get(provider).map(|provider| provider.account().to_owned());
    found.ok_or_else(|| {
        let setting = if provider == ProviderName::Kimi { "KIMI_API_KEY" } else { "GLM_API_KEY" };
        Error::new(
            ErrorCode::NoProvider,
            format!("provider {provider} is not configured, and only it keeps these files"),
        )
        .hint(format!("set {setting}"))
    })
}

/// Ids of a list of files.
fn ids(list: &Value) -> BTreeSet<String> {
    list["data"].as_array().into_iter().flatten().filter_map(|file| file["id"].as_str().map(str::to_owned)).collect()
}

/// The last part of a path, of whatever system.
fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
