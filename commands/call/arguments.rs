//! The arguments object of a call: defaults of the project, then `--json-args`, then flags, then the bare text.

use exai_core::backend::Local;
use exai_core::config::Project;
use exai_core::error::{Error, Result};
use exai_core::tools::Registry;
use serde_json::{Map, Value};

use super::flags::{self, Args};
use super::values::Values;

/// Arguments that name files.
const PATHS: [&str; 2] = ["files", "relevant_files"];

/// The arguments, and the paths among them that the user typed (and thereby allowed).
pub(super) fn build(args: &Args, project: Option<&Project>) -> Result<(Map<String, Value>, Vec<String>)> {
    let registry = Registry::new(&[]);
    let tool = registry.get(&args.tool)?;
    let schema = tool.schema();
    let mut values = Values::default();
    let mut arguments = project.and_then(|project| project.tools.get(&args.tool)).cloned().unwrap_or_default();
    if let Some(file) = &args.json_args {
        arguments.extend(object(&values.whole("--json-args", file)?)?);
    }
    for (name, typed) in &args.given {
        arguments.insert(name.clone(), value(name, &schema["properties"][name], typed, &mut values)?);
    }
    if args.timeout.is_some() {
        // The flag wins over what `--json-args` says of it.
        arguments.remove("timeout");
    }
    if let Some(main) = tool.info().main_argument
        && let Some(text) = main_text(args, main, &mut values)?
    {
        arguments.insert(main.to_owned(), text.into());
    }
    let typed = PATHS.iter().filter_map(|name| arguments.get(*name)).flat_map(texts).collect();
    Ok((arguments, typed))
}

fn object(text: &str) -> Result<Map<String, Value>> {
    serde_json::from_str(text).map_err(|error| Error::invalid(format!("--json-args: not a JSON object: {error}")))
}

/// The bare text or standard input, for the tool's main argument.
fn main_text(args: &Args, main: &str, values: &mut Values) -> Result<Option<String>> {
    let given = args.given.iter().any(|(name, _)| name == main);
    let text = match (&args.text, args.stdin) {
        (Some(_), true) => {
            return Err(Error::invalid("a text and --stdin both fill the main text").hint("give one of them"));
        }
        (Some(text), false) => values.read("the text", text)?,
        (None, true) => values.stdin("--stdin")?,
        (None, false) => return Ok(None),
    };
    if given {
        let flag = flags::typed_name(main);
        return Err(Error::invalid(format!("{flag} and a text both fill `{main}`")).hint("give one of them"));
    }
    Ok(Some(text))
}

/// What was typed for one flag, as its schema wants it. What is wrong with it is said when the call checks it.
fn value(name: &str, property: &Value, typed: &[String], values: &mut Values) -> Result<Value> {
    let flag = flags::typed_name(name);
    let mut read = |text: &String| values.read(&flag, text);
    if property["type"] != "array" {
        return typed.last().map(&mut read).transpose().map(|text| text.map_or(Value::Null, Value::from));
    }
    let items = typed.iter().map(&mut read).collect::<Result<Vec<_>>>()?;
    if property["items"]["type"] != "object" {
        return Ok(items.into());
    }
    let parse = |text: &String| {
        serde_json::from_str::<Value>(text).map_err(|error| Error::invalid(format!("{flag}: not JSON: {error}")))
    };
    items.iter().map(parse).collect::<Result<Vec<_>>>().map(Value::Array)
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Turns `last` and shortened ids into the id of the conversation.
pub(super) async fn resolve_thread(
    arguments: &mut Map<String, Value>,
    local: &Local,
    root: &str,
) -> anyhow::Result<()> {
    use exai_core::backend::Backend;
    let Some(given) = arguments.get("continuation_id").and_then(Value::as_str) else { return Ok(()) };
    let id = match given {
        "last" => super::last_thread(local, root).await?,
        prefix => local.get_thread(prefix).await?.summary.thread_id.to_string(),
    };
    arguments.insert("continuation_id".to_owned(), id.into());
    Ok(())
}
