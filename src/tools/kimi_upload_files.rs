//! `kimi_upload_files`: keeps files at Kimi, which reads the text out of them.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::uploads::{Uploaded, Uploader};
use super::{Context, Info, Output, Tool, common, schema};
use crate::error::Result;
use crate::providers::ProviderName;

/// The tool.
#[derive(Debug)]
pub(super) struct KimiUploadFiles;

static INFO: Info = Info {
    name: "kimi_upload_files",
    title: "Upload files to Kimi",
    description: "Uploads files to Kimi and returns their ids for kimi_chat_with_files. The same content is uploaded once; source code of a kind that Kimi does not read is sent as text.",
    main_argument: Some("files"),
};

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// Files and directories to upload.
    #[schemars(length(min = 1, max = 1000))]
    files: Vec<String>,
    /// file-extract: their text is read. assistants means the same.
    #[serde(default)]
    purpose: Purpose,
    /// Go on when a named file does not exist.
    #[serde(default)]
    allow_missing: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Purpose {
    /// Their text is read.
    #[default]
    FileExtract,
    /// The predecessor's word for it.
    Assistants,
}

#[async_trait]
impl Tool for KimiUploadFiles {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("KimiUploadFilesRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { files, allow_missing, purpose: Purpose::FileExtract | Purpose::Assistants } =
            common::read(arguments)?;
        let uploader = Uploader { context, provider: ProviderName::Kimi, purpose: "file-extract" };
        let uploaded = uploader.upload(files, allow_missing).await?;
        let text = uploaded.iter().map(line).collect();
        let data = uploaded.iter().map(document).collect();
        Ok(Output { status: "success".to_owned(), text, data })
    }
}

fn line(uploaded: &Uploaded) -> String {
    let Uploaded { record, is_known } = uploaded;
    let how = if *is_known { "was there already" } else { "uploaded" };
    format!("- `{}` {} ({} bytes, {how})\n", record.file_id, record.filename, record.bytes)
}

fn document(uploaded: &Uploaded) -> Value {
    let Uploaded { record, is_known } = uploaded;
    json!({
        "filename": record.filename,
        "file_id": record.file_id,
        "size_bytes": record.bytes,
        "upload_timestamp": record.uploaded_at,
        "reused": is_known,
    })
}
