//! Whatever a caller sends as arguments: it is refused with a message, or it makes a step and a document.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::protocol::ThreadId;
use crate::store::Store;
use crate::threads::{Thread, Threads};
use crate::tools::arguments::check;
use crate::tools::docgen::DocGen;
use crate::tools::planner::Planner;
use crate::tools::thinkdeep::ThinkDeep;
use crate::tools::tracer::Tracer;
use crate::tools::{Registry, debug::Debug};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![0_u64, 1, 2, 4_294_967_294, 4_294_967_295, 4_294_967_296]).prop_map(Value::from),
        prop::sample::select(vec!["", " ", "1", "4294967295", "yes", "off", "certain", "HIGH", "1e999", "-0", "NaN"])
            .prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("\\PC{0,12}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// Mostly names that the tool with this `schema` knows.
fn name(schema: &Value) -> impl Strategy<Value = String> {
    let known: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
    prop_oneof![9 => prop::sample::select(known), 1 => "\\PC{0,12}"]
}

fn arguments(schema: &Value) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((name(schema), value()), 0..8).prop_map(|fields| fields.into_iter().collect())
}

/// Arguments of the right kinds, with figures at the edges.
fn steps() -> impl Strategy<Value = Vec<Map<String, Value>>> {
    let number = || prop::option::of(prop::sample::select(vec![1_u32, 2, 3, u32::MAX - 1, u32::MAX]));
    let step = (number(), number(), number(), any::<bool>()).prop_map(|(step, total, back, more)| {
        let given = json!({
            "findings": "a cause", "step": "a step", "step_number": step, "total_steps": total, "backtrack_from_step": back,
            "next_step_required": more,
        });
        given.as_object().cloned().unwrap()
    });
    prop::collection::vec(step, 1..4)
}

/// A new conversation; it is not in any store before its first call ends.
fn new_thread() -> Thread {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(dir.path()).await.unwrap();
        Threads::new(store, 50).open("default", None, ThreadId::new()).await.unwrap()
    })
}

fn add<W: Workflow>(work: Work, mut given: Map<String, Value>, schema: &Value) -> Result<(Work, W::Own)> {
    check(schema, &mut given)?;
    let arguments: Arguments = common::read(given)?;
    let work = work.with_step(&arguments, W::CONFIDENCE)?;
    let own = own::<W>(&work, &arguments)?;
    Ok((work, own))
}

fn survives<W: Workflow>(workflow: &W) {
    let (thread, schema) = (new_thread(), Registry::new(&[]).schema(W::INFO.name).unwrap().clone());
    let config = ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(wild in arguments(&schema), steps in steps())| {
        let mut work = Work::default();
        for given in [wild].into_iter().chain(steps) {
            let own = match add::<W>(work.clone(), given, &schema) {
                Ok((more, own)) => {
                    work = more;
                    own
                }
                Err(error) => {
                    prop_assert!(!error.message.is_empty());
                    continue;
                }
            };
            if let Err(error) = workflow.check(&work, &own, &thread) {
                prop_assert!(!error.hints.is_empty());
            }
            let document = Document { workflow, work: &work, own: &own, thread: &thread, images: 0 };
            let pause = || document.pause(workflow.pause(&work, &own), Collected::default());
            let ending = match workflow.conclude(&work, &own) {
                Ending::Expert => document.local(prompt::brief(&document, "", ""), 0),
                Ending::Alone(conclusion) => document.concluded(conclusion, Collected::default()),
                Ending::NotYet(pause) => document.pause(pause, Collected::default()),
            };
            for output in [pause(), document.settled("skipped"), ending] {
                prop_assert!(!output.text.is_empty() && output.data.is_object());
            }
            if work.step_number() < u32::MAX {
                prop_assert_eq!(&pause().data["next_step_number"], &json!(work.step_number() + 1));
            }
        }
    });
}

#[test]
fn no_arguments_make_a_workflow_panic() {
    survives(&Debug);
    survives(&DocGen);
    survives(&Planner);
    survives(&ThinkDeep);
    survives(&Tracer);
}
