//! Prompts: for each tool a request that a person picks from a menu of their agent's program.

use rmcp::ErrorData;
use rmcp::model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role, Tool};
use serde_json::Value;

use super::Menu;

/// The argument that names files, in the order in which a tool is asked for it.
const FILES: [&str; 2] = ["relevant_files", "files"];
/// The argument that names the conversation.
const THREAD: &str = "continuation_id";
/// The argument that names the model.
const MODEL: &str = "model";
/// What a tool's main text is called here.
pub(super) const TEXT: &str = "text";
/// What a tool's files are called here.
pub(super) const NAMED_FILES: &str = "files";
/// What a conversation is called here.
pub(super) const NAMED_THREAD: &str = "thread";

/// The prompts of a menu: one for each tool that asks a model for text.
pub(super) fn list(menu: &Menu) -> Vec<Prompt> {
    menu.tools.iter().filter_map(prompt).collect()
}

/// One prompt, with what its person said.
pub(super) fn get(menu: &Menu, name: &str, said: &JsonObject) -> Result<GetPromptResult, ErrorData> {
    let known = menu.tool(name).and_then(|tool| Some((tool, prompt(tool)?)));
    let Some((tool, prompt)) = known else {
        let names = list(menu).into_iter().map(|prompt| prompt.name).collect::<Vec<_>>().join(", ");
        return Err(ErrorData::invalid_params(format!("no prompt is called `{name}`; there are: {names}"), None));
    };
    let value = |name: &str| said.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    let Some(text) = value(TEXT) else {
        return Err(ErrorData::invalid_params(format!("prompt `{name}`: argument `{TEXT}` is missing"), None));
    };
    let mut words = format!("Use the tool `{}` of exai for this:\n\n{text}\n", tool.name);
    let mut given = Vec::new();
    if let Some((files, named)) = files_of(tool).zip(value(NAMED_FILES)) {
        let list: Vec<_> = named.split(',').map(str::trim).filter(|file| !file.is_empty()).collect();
        given.push(format!("`{files}`: {}", serde_json::to_string(&list).unwrap_or_default()));
    }
    for (argument, named) in [(MODEL, MODEL), (THREAD, NAMED_THREAD)] {
        let text = value(named).filter(|_| takes(tool, argument));
        given.extend(text.map(|text| format!("`{argument}`: {}", Value::from(text))));
    }
    if !given.is_empty() {
        words.push_str(&format!("\nGive it these arguments: {}.\n", given.join(", ")));
    }
    if takes(tool, "total_steps") {
        words.push_str(
            "\nInvestigate between its steps as it says, put what you find into `findings`, and end with \
             `next_step_required` false.\n",
        );
    }
    words.push_str("\nThen tell me what came back, and whether you agree.\n");
    let message = PromptMessage::new_text(Role::User, words);
    let result = GetPromptResult::new(vec![message]);
    Ok(match prompt.description {
        Some(description) => result.with_description(description),
        None => result,
    })
}

/// The prompt of a tool that takes a text and asks a model.
fn prompt(tool: &Tool) -> Option<Prompt> {
    let asks_others = tool.annotations.as_ref().is_some_and(|hints| hints.open_world_hint == Some(true));
    let is_asked = takes(tool, "step") || (takes(tool, "prompt") && takes(tool, MODEL) && asks_others);
    if !is_asked {
        return None;
    }
    let mut arguments = vec![argument(TEXT, "What it is about").with_required(true)];
    if files_of(tool).is_some() {
        arguments.push(argument(NAMED_FILES, "Files or directories, separated by commas"));
    }
    if takes(tool, MODEL) {
        arguments.push(argument(MODEL, "Which model is asked; the best one for the tool if left out"));
    }
    if takes(tool, THREAD) {
        arguments.push(argument(NAMED_THREAD, "A conversation to continue"));
    }
    let prompt = Prompt::new(tool.name.to_string(), tool.description.as_deref(), Some(arguments));
    Some(match &tool.title {
        Some(title) => prompt.with_title(title.clone()),
        None => prompt,
    })
}

fn argument(name: &str, description: &str) -> PromptArgument {
    PromptArgument::new(name).with_description(description)
}

fn files_of(tool: &Tool) -> Option<&'static str> {
    FILES.into_iter().find(|name| takes(tool, name))
}

fn takes(tool: &Tool, argument: &str) -> bool {
    tool.input_schema.get("properties").and_then(|properties| properties.get(argument)).is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tools::{List, Offer};

    fn menu() -> Menu {
        Menu::of(&List::new(&[]), &Offer::default()).unwrap()
    }

    fn said(fields: &Value) -> JsonObject {
        fields.as_object().cloned().unwrap()
    }

    #[test]
    fn there_is_one_for_each_tool_that_asks_a_model_for_text() {
        let names: Vec<_> = list(&menu()).into_iter().map(|prompt| prompt.name).collect();
        for name in ["analyze", "chat", "codereview", "consensus", "debug", "docgen", "planner", "precommit", "tracer"]
        {
            assert!(names.iter().any(|known| known == name), "{name} is not in {names:?}");
        }
        for name in ["version", "calls", "kimi_manage_files", "glm_payload_preview"] {
            assert!(!names.iter().any(|known| known == name), "{name} is in {names:?}");
        }
    }

    #[test]
    fn what_a_person_said_is_in_the_request() {
        let fields = json!({"text": "it panics", "files": "src/a.rs, src/b.rs", "model": "glm-5.3", "thread": "01a"});
        let result = get(&menu(), "debug", &said(&fields)).unwrap();
        let text = serde_json::to_value(&result.messages[0].content).unwrap()["text"].as_str().unwrap().to_owned();
        for part in ["`debug`", "it panics", r#"["src/a.rs","src/b.rs"]"#, "glm-5.3", "`continuation_id`: \"01a\""] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }

    #[test]
    fn an_unknown_prompt_and_a_missing_text_are_refused_by_name() {
        let error = get(&menu(), "debgu", &said(&json!({"text": "x"}))).unwrap_err();
        assert!(error.message.contains("`debgu`") && error.message.contains("debug"), "{error:?}");
        let error = get(&menu(), "debug", &said(&json!({"text": "  "}))).unwrap_err();
        assert!(error.message.contains("`text` is missing"), "{error:?}");
    }
}
