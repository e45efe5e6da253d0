//! Whether the models of a route can do what a question needs, looked at before anything is sent.

use serde_json::json;

use super::Route;
use crate::error::{Error, ErrorCode, Result};
use crate::providers::{ChatRequest, Model};

/// What a question needs besides words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Abilities {
    /// To see so many images.
    pub images: usize,
    /// To search the web.
    pub search: bool,
}

impl Abilities {
    /// What `request` needs.
    pub(super) fn of(request: &ChatRequest) -> Self {
        Self { images: request.messages.iter().map(|message| message.images.len()).sum(), search: request.web_search }
    }

    fn has(self, model: &Model) -> bool {
        (self.images == 0 || model.sees_images()) && (!self.search || model.searches())
    }
}

impl Route {
    /// The models of the route that are able to; an explicit model that is not is an error, never replaced.
    pub fn able(self, wanted: Abilities) -> Result<Self> {
        let first = self.first()?.clone();
        self.keep(|model| wanted.has(model)).ok_or_else(|| lacks(&first, wanted))
    }
}

fn lacks(model: &Model, wanted: Abilities) -> Error {
    if wanted.images > 0 && !model.sees_images() {
        let message = format!("model {model} can not see images, and {} were given", wanted.images);
        let details = json!({
            "error_type": "validation_error", "model_name": model.to_string(), "supports_images": false,
            "image_count": wanted.images,
        });
        return Error::new(ErrorCode::ValidationError, message)
            .details(details)
            .hint("choose a model that sees images: `exai models` marks them");
    }
    let message = format!("model {model} can not search the web by its provider's means");
    Error::new(ErrorCode::ValidationError, message)
        .hint("choose a GLM model, or a Kimi model that need not think, such as kimi-k2.6; or leave the search out")
}
