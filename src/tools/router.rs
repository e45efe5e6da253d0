//! The two tools through which all others are described and called: `exai_describe` and `exai_run`. An agent that is
//! shown no others reads a few hundred tokens in place of several thousand.
//!
//! `exai_run` never runs: its call is accepted, checked and kept under the name of the tool that it names.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::offer::Shown;
use super::{Context, Info, Output, Registry, Tool, common, instructions, schema};
use crate::error::{Error, Result};
use crate::protocol::CallRequest;

/// The name of the tool that describes.
pub(super) const DESCRIBE: &str = "exai_describe";
/// The name of the tool that calls.
pub(super) const RUN: &str = "exai_run";

static DESCRIBE_INFO: Info = Info {
    name: DESCRIBE,
    title: "Describe a tool",
    description: "Says what a tool does and which arguments it takes. Without a tool, what each of them is for. They get you a second opinion from other models: reviews, debugging, planning, tests.",
    main_argument: Some("tool"),
};

static RUN_INFO: Info = Info {
    name: RUN,
    title: "Call a tool",
    description: "Calls a tool with arguments as exai_describe shows them, and returns what it answers.",
    main_argument: None,
};

/// The tool that describes the others.
#[derive(Debug)]
pub(super) struct Describe;

#[derive(Debug, Deserialize, JsonSchema)]
struct WhatToDescribe {
    /// The tool.
    #[serde(default)]
    tool: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "the shape of a call that is never run as such")]
struct WhatToRun {
    /// The tool.
    tool: String,
    /// Its arguments.
    arguments: Map<String, Value>,
}

#[async_trait]
impl Tool for Describe {
    fn info(&self) -> &'static Info {
        &DESCRIBE_INFO
    }

    fn schema(&self) -> Value {
        schema::of::<WhatToDescribe>("DescribeRequest")
    }

    async fn run(&self, arguments: Map<String, Value>, context: &Context) -> Result<Output> {
        let WhatToDescribe { tool } = common::read(arguments)?;
        if tool.is_empty() {
            let names = context.house.tools();
            let mut list = String::new();
            for name in &names {
                list.push_str(&format!("- {name}: {}\n", context.house.tool(name)?.0.description));
            }
            return Ok(answer(list, json!({"tools": names})));
        }
        let (info, schema) = context.house.tool(&tool)?;
        let is_workflow = schema["properties"].get("total_steps").is_some();
        let steps = if is_workflow { format!("{}\n\n", instructions::STEPS) } else { String::new() };
        let text = format!("{}\n\n{steps}Arguments, as a JSON Schema:\n\n{schema}\n", info.description);
        Ok(answer(text, json!({"name": info.name, "description": info.description, "inputSchema": schema})))
    }
}

fn answer(text: String, mut data: Value) -> Output {
    data["status"] = "success".into();
    Output { status: "success".to_owned(), text, data }
}

/// Both, as an agent is shown them.
pub(super) fn shown(registry: &Registry) -> Vec<Shown> {
    let names: Vec<_> = registry.tools.keys().collect();
    let mut describe = Describe.schema();
    describe["properties"]["tool"]["enum"] = json!(names);
    let run = schema::of::<WhatToRun>("RunRequest");
    let both = [(&DESCRIBE_INFO, describe), (&RUN_INFO, run)];
    both.map(|(info, schema)| Shown { info, schema }).into()
}

/// What a call of `exai_run` asks for.
pub(super) fn unwrapped(request: CallRequest) -> Result<CallRequest> {
    let mut outer = request.arguments;
    let tool = match outer.shift_remove("tool") {
        Some(Value::String(tool)) if !tool.trim().is_empty() => tool.trim().to_owned(),
        given => {
            let message = format!("{RUN} needs the name of a tool in `tool`");
            let error = Error::validation("tool", given.unwrap_or_default(), "the name of a tool", message);
            return Err(error.hint(format!("{DESCRIBE} lists them")));
        }
    };
    let arguments = match outer.shift_remove("arguments") {
        None | Some(Value::Null) => Some(Map::new()),
        Some(Value::Object(arguments)) => Some(arguments),
        // Some models write an object as a text.
        Some(Value::String(text)) => serde_json::from_str(&text).ok(),
        Some(_) => None,
    };
    let Some(arguments) = arguments else {
        let message = format!("`arguments` of {RUN} is no object");
        return Err(Error::validation("arguments", Value::Null, "an object", message)
            .hint(format!("{DESCRIBE} says which arguments {tool} takes")));
    };
    if let Some((name, value)) = outer.into_iter().next() {
        let message = format!("`{name}` stands beside `arguments`");
        return Err(Error::validation(&name, value, "tool, arguments", message)
            .hint(format!("put what {tool} takes into `arguments`")));
    }
    Ok(CallRequest { tool, arguments, ..request })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::CallOptions;

    #[test]
    fn a_call_that_can_not_be_understood_is_told_what_to_write() {
        for (arguments, field, hint) in [
            (json!({}), "tool", "exai_describe lists them"),
            (json!({"tool": 7}), "tool", "exai_describe lists them"),
            (json!({"tool": "debug", "arguments": [1]}), "arguments", "which arguments debug takes"),
            (json!({"tool": "debug", "arguments": "findings"}), "arguments", "which arguments debug takes"),
            (json!({"tool": "debug", "findings": "x"}), "findings", "put what debug takes into `arguments`"),
        ] {
            let arguments = arguments.as_object().cloned().unwrap();
            let request = CallRequest { tool: RUN.to_owned(), arguments, options: CallOptions::default() };
            let error = unwrapped(request).unwrap_err();
            assert_eq!(error.details.as_ref().unwrap()["field"], field, "{error:?}");
            assert!(error.hints[0].contains(hint), "{error:?}");
        }
    }
}
