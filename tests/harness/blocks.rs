//! What exai's own answers never hold: images, sound and embedded resources.

use rmcp::model::{ContentBlock, PromptMessage, Resource, ResourceContents, ResourceTemplate, Role};
use serde_json::{Map, Value};

/// A picture of one red point, as PNG.
const POINT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";
/// A sound without a sample, as WAV.
const SILENCE: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";
const PREFIX: &str = "test://template/";
const SUFFIX: &str = "/data";

fn image() -> ContentBlock {
    ContentBlock::image(POINT, "image/png")
}

fn embedded(uri: &str) -> ContentBlock {
    ContentBlock::embedded_text(uri, "This is an embedded resource content.")
}

/// The answer of a tool, if it is one of these.
pub(crate) fn of_tool(name: &str) -> Option<Vec<ContentBlock>> {
    let embedded = embedded("test://embedded-resource");
    Some(match name {
        "test_image_content" => vec![image()],
        "test_audio_content" => vec![ContentBlock::audio(SILENCE, "audio/wav")],
        "test_embedded_resource" => vec![embedded],
        "test_multiple_content_types" => vec![ContentBlock::text("Several kinds of content:"), image(), embedded],
        _ => return None,
    })
}

/// The prompts, by name with their arguments.
pub(crate) const PROMPTS: [(&str, &[&str]); 4] = [
    ("test_prompt_with_arguments", &["arg1", "arg2"]),
    ("test_prompt_with_embedded_resource", &["resourceUri"]),
    ("test_prompt_with_image", &[]),
    ("test_simple_prompt", &[]),
];

/// What a prompt says, if it is one of these.
pub(crate) fn of_prompt(name: &str, said: &Map<String, Value>) -> Option<Vec<PromptMessage>> {
    let said = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default();
    let text = |text: String| PromptMessage::new_text(Role::User, text);
    let block = |block| PromptMessage::new(Role::User, block);
    Some(match name {
        "test_simple_prompt" => vec![text("This is a simple prompt for testing.".to_owned())],
        "test_prompt_with_arguments" => {
            vec![text(format!("Prompt with arguments: arg1='{}', arg2='{}'", said("arg1"), said("arg2")))]
        }
        "test_prompt_with_embedded_resource" => {
            vec![block(embedded(said("resourceUri"))), text("Please process the resource above.".to_owned())]
        }
        "test_prompt_with_image" => vec![block(image()), text("Please analyse the image above.".to_owned())],
        _ => return None,
    })
}

/// The resources that have an address of their own.
pub(crate) fn resources() -> [Resource; 2] {
    [
        Resource::new("test://static-text", "static text").with_mime_type("text/plain"),
        Resource::new("test://static-binary", "static binary").with_mime_type("image/png"),
    ]
}

/// The addresses that are made.
pub(crate) fn template() -> ResourceTemplate {
    ResourceTemplate::new(format!("{PREFIX}{{id}}{SUFFIX}"), "made").with_mime_type("application/json")
}

/// What is at an address, if it is one of these.
pub(crate) fn of_resource(uri: &str) -> Option<ResourceContents> {
    match uri {
        "test://static-text" => Some(ResourceContents::text("This is the content of the static text resource.", uri)),
        "test://static-binary" => Some(ResourceContents::blob(POINT, uri).with_mime_type("image/png")),
        _ => {
            let id = uri.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
            let data = serde_json::json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")});
            Some(ResourceContents::text(data.to_string(), uri).with_mime_type("application/json"))
        }
    }
}
