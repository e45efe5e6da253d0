//! `glm_upload_file`: keeps a file at GLM.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::uploads::Uploader;
use super::{Context, Info, Output, Tool, common, schema};
use crate::error::{Error, Result};
use crate::providers::ProviderName;

/// The tool.
#[derive(Debug)]
pub(super) struct GlmUploadFile;

static INFO: Info = Info {
    name: "glm_upload_file",
    title: "Upload a file to GLM",
    description: "Uploads one file to GLM and returns its id. The same content is uploaded once.",
    main_argument: Some("file"),
};

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// The file to upload.
    #[schemars(length(min = 1, max = 4096))]
    file: String,
    /// What it is for.
    #[serde(default)]
    purpose: Purpose,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
enum Purpose {
    #[default]
    Agent,
    Retrieval,
    Batch,
    FineTune,
}

impl Purpose {
    fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Retrieval => "retrieval",
            Self::Batch => "batch",
            Self::FineTune => "fine-tune",
        }
    }
}

#[async_trait]
impl Tool for GlmUploadFile {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("GlmUploadFileRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { file, purpose } = common::read(arguments)?;
        let uploader = Uploader { context, provider: ProviderName::Glm, purpose: purpose.word() };
        let mut uploaded = uploader.upload(vec![file.clone()], false).await?;
        let (Some(only), true) = (uploaded.pop(), uploaded.is_empty()) else {
            let message = format!("argument `file` is {file:?}, which stands for several files");
            return Err(Error::validation("file", file, "one file", message));
        };
        let record = only.record;
        let how = if only.is_known { "was there already" } else { "uploaded" };
        let text = format!("`{}` {} ({} bytes, {how})\n", record.file_id, record.filename, record.bytes);
        let data = json!({"file_id": record.file_id, "filename": record.filename, "reused": only.is_known});
        Ok(Output { status: "success".to_owned(), text, data })
    }
}
