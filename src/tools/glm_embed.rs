//! `glm_embed`: turns texts into vectors, at GLM or at an endpoint of the user's own.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Context, Info, Output, Tool, common, schema};
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::Usage;
use crate::providers::{ProviderName, Service, read_usage};

/// The tool.
#[derive(Debug)]
pub(super) struct GlmEmbed;

static INFO: Info = Info {
    name: "glm_embed",
    title: "Embeddings",
    description: "Turns texts into vectors with GLM's embedding-3, or with the model of an embeddings endpoint of your own. One vector a text, in their order.",
    main_argument: Some("texts"),
};

/// Texts in one request.
const BATCH: usize = 64;
/// No text has fewer bytes a token than this in its favour: a longer one surely does not fit.
const MOST_BYTES_PER_TOKEN: usize = 6;

#[derive(Debug, Deserialize, JsonSchema)]
struct Arguments {
    /// The texts.
    #[schemars(length(min = 1, max = 2048))]
    texts: Vec<String>,
    /// The model, if not the configured one.
    #[schemars(length(min = 1, max = 100))]
    model: Option<String>,
    /// How long the vectors are; embedding-3 takes 256, 512, 1024 or 2048.
    #[schemars(range(min = 1, max = 65536))]
    dimensions: Option<u32>,
}

/// What is known of one of GLM's models.
struct Known {
    id: &'static str,
    dimensions: &'static [u32],
    /// Tokens of one text.
    most_tokens: usize,
}

const KNOWN: [Known; 2] = [
    Known { id: "embedding-3", dimensions: &[256, 512, 1024, 2048], most_tokens: 3_072 },
    Known { id: "embedding-2", dimensions: &[1024], most_tokens: 512 },
];

#[async_trait]
impl Tool for GlmEmbed {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn schema(&self) -> Value {
        schema::of::<Arguments>("GlmEmbedRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let Arguments { texts, model, dimensions } = common::read(arguments)?;
        let model = model.unwrap_or_else(|| context.settings.embedding_model.clone());
        let is_own = context.gateway.providers.has_embedder();
        let provider = if is_own { ProviderName::Custom } else { ProviderName::Glm };
        if !is_own {
            check(&model, dimensions, &texts)?;
        }
        let (mut vectors, mut usage) = (Vec::new(), Usage::default());
        for batch in texts.chunks(BATCH) {
            let mut fields = Map::from_iter([("model".to_owned(), json!(model)), ("input".to_owned(), json!(batch))]);
            if let Some(dimensions) = dimensions {
                fields.insert("dimensions".to_owned(), dimensions.into());
            }
            let served = context.serve(provider, Service::Embeddings { fields }).await.map_err(explain)?.json;
            usage = usage.plus(read_usage(&served["usage"]).unwrap_or_default());
            vectors.extend(read(&served, batch.len(), provider)?);
        }
        let length = vectors.first().and_then(|vector| vector.as_array()).map_or(0, Vec::len);
        let data: Vec<Value> = vectors
            .into_iter()
            .enumerate()
            .map(|(index, vector)| json!({"index": index, "object": "embedding", "embedding": vector}))
            .collect();
        let text = format!(
            "{} vectors of {length} dimensions from {model}; they are in the data of the result.\n",
            data.len()
        );
        let data = json!({"model": model, "object": "list", "dimensions": length, "data": data, "usage": usage});
        Ok(Output { status: "success".to_owned(), text, data })
    }
}

/// Refuses what GLM would refuse, before anything is sent.
fn check(model: &str, dimensions: Option<u32>, texts: &[String]) -> Result<()> {
    let Some(known) = KNOWN.iter().find(|known| known.id == model) else { return Ok(()) };
    if let Some(wanted) = dimensions.filter(|wanted| !known.dimensions.contains(wanted)) {
        let message = format!("argument `dimensions` is {wanted}, {model} takes {:?}", known.dimensions);
        return Err(Error::validation("dimensions", wanted, json!(known.dimensions), message));
    }
    for (at, text) in texts.iter().enumerate() {
        if text.is_empty() || text.len() > known.most_tokens * MOST_BYTES_PER_TOKEN {
            let allowed = format!("1 to {} tokens", known.most_tokens);
            let message = format!("text {} has {} bytes, {model} takes {allowed}", at + 1, text.len());
            return Err(Error::validation("texts", text.len(), allowed, message).hint("cut it into smaller texts"));
        }
    }
    Ok(())
}

/// The vectors in the order of the texts, which is not always the one they come in.
fn read(served: &Value, asked: usize, provider: ProviderName) -> Result<Vec<Value>> {
    let mut vectors = vec![Value::Null; asked];
    for (at, entry) in served["data"].as_array().into_iter().flatten().enumerate() {
        let index = entry["index"].as_u64().and_then(|index| usize::try_from(index).ok()).unwrap_or(at);
        if let Some(place) = vectors.get_mut(index) {
            *place = entry["embedding"].clone();
        }
    }
    let missing = vectors.iter().filter(|vector| vector.as_array().is_none_or(Vec::is_empty)).count();
    if missing == 0 {
        return Ok(vectors);
    }
    let message = format!("{provider} made {} vectors of {asked} texts", asked - missing);
    Err(Error::new(ErrorCode::NoVerdict, message))
}

/// Says what to do when the endpoint has no embeddings: the one abroad does not document any.
fn explain(error: Error) -> Error {
    let cause = error.details.as_ref().and_then(|details| details["cause"].as_str()).unwrap_or_default();
    if !matches!(cause, "not_found" | "permission" | "not_a_stream") {
        return error;
    }
    Error { hints: Vec::new(), ..error }
        .hint("the endpoint may have no embeddings: set GLM_API_URL to the mainland site, or EXAI_EMBEDDINGS_URL to another server")
}
