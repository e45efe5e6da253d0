//! The tools that the suite asks for, by the names it gives them.

use exai_core::protocol::wire::{ToolAnnotations, ToolEntry, ToolList};
use serde_json::{Value, json};

/// Tools without arguments, and what they are for.
const PLAIN: [(&str, &str); 12] = [
    ("failing_job", "Fails after a second"),
    ("protocol_error_job", "Ends in an error of the protocol after a second"),
    ("test_audio_content", "Answers with a sound"),
    ("test_embedded_resource", "Answers with a resource"),
    ("test_error_handling", "Fails at once"),
    ("test_image_content", "Answers with an image"),
    ("test_logging_tool", "Works without a word to the client's log"),
    ("test_multiple_content_types", "Answers with text, an image and a resource"),
    ("test_simple_text", "Answers with text"),
    ("test_streaming_elicitation", "Works for a while and asks the client nothing"),
    ("test_tool_with_progress", "Tells of three steps"),
    ("test_trigger_tool_change", "Adds a tool, or takes it away again"),
];
/// The tool that comes and goes.
const CHANGEABLE: &str = "test_changed";

/// All of them; with the one that comes and goes, or without.
pub(crate) fn list(is_changed: bool) -> ToolList {
    let plain = PLAIN.iter().copied().chain(is_changed.then_some((CHANGEABLE, "Comes and goes")));
    let plain = plain.map(|(name, about)| entry(name, about, json!({"type": "object", "properties": {}})));
    let prompt_change = "Changes the prompts, which are made of the tools";
    let taking = [
        entry("greet", "Says hello", object(&json!({"name": {"type": "string"}}))),
        entry(
            "slow_compute",
            "Takes so many seconds",
            object(&json!({"seconds": {"type": "number"}, "label": {"type": "string"}})),
        ),
        entry("test_trigger_prompt_change", prompt_change, object(&json!({}))),
        entry(
            "test_custom_header",
            "Takes an argument that is also a header",
            object(&json!({"region": {"type": "string", "x-mcp-header": "Region"}})),
        ),
        entry("json_schema_2020_12_tool", "Has a schema of many words", many_words()),
    ];
    ToolList { tools: plain.chain(taking).collect(), instructions: None }
}

fn entry(name: &str, about: &str, input_schema: Value) -> ToolEntry {
    ToolEntry {
        name: name.to_owned(),
        title: name.to_owned(),
        description: about.to_owned(),
        input_schema,
        annotations: ToolAnnotations { read_only_hint: true, open_world_hint: true, ..ToolAnnotations::default() },
    }
}

fn object(properties: &Value) -> Value {
    json!({"type": "object", "properties": properties})
}

/// A schema in which every kind of word stands that must arrive as it was written.
fn many_words() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
            },
        },
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"},
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": false,
    })
}
