//! The arguments object of a call: `--json-args`, then flags, then the bare text; defaults of the project where they say nothing.

use std::path::Path;

use exai_core::backend::Backend;
use exai_core::config::Project;
use exai_core::error::{Error, Result};
use exai_core::protocol::ThreadRecord;
use exai_core::tools::{self, Registry};
use serde_json::{Map, Value};

use super::flags::{self, Args};
use super::values::Values;

/// Arguments that name files.
const PATHS: [&str; 6] = ["file", "files", "images", "path", "relevant_files", "style_guide_examples"];

/// Arguments that say what a tool that looks at changes shall look at.
const SAYS_WHAT: [&str; 6] =
    ["compare_to", "continuation_id", "findings", "include_staged", "include_unstaged", "relevant_files"];

/// The arguments, and the paths among them that the user typed (and thereby allowed). `pushed` are the ends of the range
/// that a hook was started for.
pub(super) fn build(args: &Args, pushed: Option<(&str, &str)>) -> Result<(Map<String, Value>, Vec<String>)> {
    let registry = Registry::new(&[]);
    let tool = registry.get(&args.tool)?;
    let schema = tool.schema();
    let mut values = Values::default();
    let mut arguments = Map::new();
    if let Some(file) = &args.json_args {
        arguments.extend(object(&values.whole("--json-args", file)?)?);
    }
    for (name, typed) in &args.given {
        arguments.insert(name.clone(), value(name, &schema["properties"][name], typed, &mut values)?);
    }
    if args.dry_run && schema["properties"].get(flags::DRY_RUN).is_some() {
        arguments.insert(flags::DRY_RUN.to_owned(), true.into());
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
    let looks_at_changes = schema["properties"].get(flags::STAGED).is_some();
    let is_bare = !SAYS_WHAT.iter().any(|name| arguments.contains_key(*name));
    if let (true, true, false, Some((from, to))) = (looks_at_changes, is_bare, args.staged, pushed) {
        arguments.insert(flags::COMPARE_TO.to_owned(), format!("{from}...{to}").into());
    } else if looks_at_changes && (args.staged || is_bare) {
        // Alone it looks at what is about to be committed.
        arguments.insert(flags::STAGED.to_owned(), true.into());
        arguments.insert(flags::UNSTAGED.to_owned(), false.into());
    }
    if args.given.iter().any(|(name, _)| name == flags::MODELS) && schema["properties"].get(flags::PARALLEL).is_some() {
        // Whoever names them all wants to hear them all; `--parallel=false` asks one a step.
        arguments.entry(flags::PARALLEL).or_insert_with(|| true.into());
    }
    let typed = PATHS.iter().filter_map(|name| arguments.get(*name)).flat_map(texts).collect();
    Ok((arguments, typed))
}

/// Options that say how a model is asked; they do not hold from one step of a tool to the next.
const OF_EACH_CALL: [&str; 2] = ["temperature", "thinking_mode"];

/// Puts in what the project wants of this tool and the caller does not say. In a conversation in which the tool has
/// spoken already its first step has settled that, and the caller may have settled it otherwise.
pub(crate) fn add_defaults(
    arguments: &mut Map<String, Value>,
    tool: &str,
    project: Option<&Project>,
    thread: Option<&ThreadRecord>,
) {
    let has_spoken = thread.is_some_and(|thread| thread.messages.iter().any(|turn| turn.tool == tool));
    let options = project.and_then(|project| project.tools.get(tool)).into_iter().flatten();
    for (name, value) in options.filter(|(name, _)| !has_spoken || OF_EACH_CALL.contains(&name.as_str())) {
        arguments.entry(name).or_insert_with(|| value.clone());
    }
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
    if property["type"] != "array" {
        let text = typed.last().map(|text| values.read(&flag, text)).transpose()?;
        return Ok(text.map_or(Value::Null, Value::from));
    }
    let mut items = Vec::new();
    for text in typed {
        if property["items"]["type"] == "object" {
            let read = values.read(&flag, text)?;
            let is_list = read != *text;
            items.extend(objects(&flag, &property["items"], &read, is_list)?);
        } else if PATHS.contains(&name) && (text.starts_with("data:") || Path::new(text).exists()) {
            // A file may be called anything: `a,b.txt`, `@scope/index.ts`.
            items.push(text.as_str().into());
        } else {
            let read = values.read(&flag, text)?;
            let is_list = read != *text;
            items.extend(if is_list { lines(&read) } else { split(&read) }.map(Value::from));
        }
    }
    Ok(Value::Array(items))
}

/// Objects as JSON, or in their short form where they have one: it is read when the call checks it.
fn objects(flag: &str, item: &Value, text: &str, is_list: bool) -> Result<Vec<Value>> {
    if tools::short_form(item).is_some() && !text.trim_start().starts_with(['{', '[']) {
        return Ok(if is_list { lines(text) } else { split(text) }.map(Value::from).collect());
    }
    let read = serde_json::from_str(text).map_err(|error| Error::invalid(format!("{flag}: not JSON: {error}")))?;
    Ok(if let Value::Array(items) = read { items } else { vec![read] })
}

/// One item a line, as files and pipes hold them.
fn lines(text: &str) -> std::vec::IntoIter<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// Items between commas, those inside brackets apart: `f(a, b),g` is two.
fn split(text: &str) -> std::vec::IntoIter<String> {
    let mut depth = 0_i32;
    let is_comma = |letter: char| {
        depth +=
            i32::from(matches!(letter, '(' | '[' | '{' | '<')) - i32::from(matches!(letter, ')' | ']' | '}' | '>'));
        letter == ',' && depth <= 0
    };
    let items = text.split(is_comma).map(str::trim).filter(|item| !item.is_empty());
    items.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Turns `last` and shortened ids into the id of the conversation, and returns that.
pub(super) async fn resolve_thread(
    arguments: &mut Map<String, Value>,
    door: &dyn Backend,
    root: &str,
) -> anyhow::Result<Option<ThreadRecord>> {
    let given = arguments.get("continuation_id").and_then(Value::as_str).map(str::trim);
    let Some(given) = given.filter(|id| !id.is_empty()) else { return Ok(None) };
    let prefix = if given == "last" { super::last_thread(door, root).await? } else { given.to_owned() };
    let thread = door.get_thread(&prefix).await?;
    arguments.insert("continuation_id".to_owned(), thread.summary.thread_id.to_string().into());
    Ok(Some(thread))
}
