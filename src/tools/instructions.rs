//! What is said once of all workflow tools, to a client whose model would otherwise read it with each of them. It is made of
//! the tools themselves for the list that is compiled in (`list`).

#[cfg(test)]
use serde_json::Value;

#[cfg(test)]
use super::{schema, workflow::Arguments};

/// A schema as a client's model is shown it: arguments that are described by [`instructions`] are not described again, and
/// bounds that only the check needs are left out.
#[cfg(test)]
pub(super) fn brief(schema: &Value) -> Value {
    schema::brief(schema, &shared())
}

/// How workflow tools are used, and the arguments that they share.
#[cfg(test)]
pub(super) fn instructions() -> String {
    let shared = shared();
    let arguments = shared["properties"].as_object().into_iter().flatten().map(|(name, property)| {
        let meaning = property["description"].as_str().unwrap_or_default().replace('\n', " ");
        format!("- {name}: {meaning}\n")
    });
    format!("{STEPS} Arguments that they share:\n{}", arguments.collect::<String>())
}

#[cfg(test)]
fn shared() -> Value {
    schema::of::<Arguments>("Shared")
}

/// How workflow tools are used.
pub(super) const STEPS: &str = "\
Workflow tools work in steps. One call is one step. With next_step_required true it is kept and answers at once with what \
to do next; do that with your own tools, then call again with the continuation_id. The last step asks a model (planner, \
tracer and docgen never do, consensus asks one with each step). If you have looked into the matter already, one call with findings and relevant_files is enough. \
Any tool can continue any conversation.";

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::tools::{Registry, workflow_names};

    #[test]
    fn what_clients_are_shown_of_each_tool_is_as_its_snapshot() {
        let registry = Registry::new(&[]);
        for name in workflow_names() {
            let described = registry.get(name).unwrap().info().description;
            let shown = serde_json::json!({
                "name": name, "description": described, "inputSchema": brief(registry.schema(name).unwrap()),
            });
            insta::assert_snapshot!(format!("shown_{name}"), serde_json::to_string_pretty(&shown).unwrap());
        }
        insta::assert_snapshot!("instructions", instructions());
    }

    #[test]
    fn schemas_are_flat_and_their_descriptions_short() {
        let registry = Registry::new(&[]);
        for tool in registry.iter() {
            let (name, schema) = (tool.info().name, tool.schema());
            assert!(tool.info().description.len() <= 400, "{name}");
            let text = schema.to_string();
            for word in ["$ref", "$defs", "anyOf", "oneOf", "allOf", "\"null\""] {
                assert!(!text.contains(word), "{name}: {word} in {schema:#}");
            }
            let properties = schema["properties"].as_object().cloned().unwrap_or_default();
            for (argument, property) in &properties {
                let description = property["description"].as_str().unwrap_or_default();
                assert!((1..=400).contains(&description.len()), "{name}.{argument}: {description:?}");
                let inner: &[&str] = match property["type"].as_str().unwrap_or_default() {
                    // Messages are texts or objects.
                    "array" => &["string", "object", ""],
                    "string" | "integer" | "number" | "boolean" => &[""],
                    other => panic!("{name}.{argument} is of the type {other:?}"),
                };
                let item = property["items"]["type"].as_str().unwrap_or_default();
                assert!(inner.contains(&item), "{name}.{argument} holds {item:?}");
            }
        }
    }

    #[test]
    fn what_a_client_is_not_shown_of_an_argument_is_in_the_instructions() {
        let (registry, instructions) = (Registry::new(&[]), instructions());
        for name in workflow_names() {
            let schema = brief(registry.schema(name).unwrap());
            let properties: &Map<String, Value> = schema["properties"].as_object().unwrap();
            for (argument, property) in properties {
                let described = property.get("description").is_some();
                assert!(described != instructions.contains(&format!("- {argument}: ")), "{name}.{argument}");
            }
        }
    }
}
