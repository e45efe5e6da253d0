//! Conversations: two of the same tool never see a word of each other, and a long one across tools fits the model.

use exai_fake::{Recorded, Reply, Scenario};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::backend::testing::House;
use crate::evidence::estimate_tokens;
use crate::protocol::{CallState, Envelope};
use crate::tools::workflow_names;

/// One of two conversations; all that is said in it bears its mark.
struct Side {
    tool: &'static str,
    mark: String,
    thread: Option<String>,
    steps: usize,
}

impl Side {
    fn new(tool: &'static str, name: &str, case: usize) -> Self {
        Self { tool, mark: format!("mark-{name}-{case}-"), thread: None, steps: 0 }
    }

    /// Takes a step, and the last one if it is to be.
    async fn step(&mut self, house: &House, more: bool) -> Envelope {
        self.steps += 1;
        let word = format!("{}{}", self.mark, self.steps);
        let mut arguments = json!({"next_step_required": more, "step": format!("step {word}")});
        let fields = arguments.as_object_mut().unwrap();
        fields.extend(self.thread.clone().map(|thread| ("continuation_id".to_owned(), json!(thread))));
        let own = match self.tool {
            "planner" => json!({"is_branch_point": true, "branch_from_step": 1, "branch_id": word}),
            // Each step asks the next model; what is said after the first is for none of them.
            "consensus" => json!({"findings": word, "models": self.models(), "relevant_files": [self.file()]}),
            "tracer" => json!({"target_description": word, "trace_mode": "precision", "findings": word}),
            "debug" => json!({"findings": word, "hypothesis": word, "relevant_files": [self.file()]}),
            _ => json!({"findings": word, "relevant_context": [word], "relevant_files": [self.file()]}),
        };
        fields.extend(own.as_object().cloned().unwrap());
        let result = house.call(self.tool, arguments).await;
        assert_eq!(result.state, CallState::Succeeded, "{}: {:?}", self.tool, result.error);
        self.thread = result.thread_id.as_ref().map(ToString::to_string);
        assert_eq!(result.data["step_number"], self.steps, "steps are counted by conversation");
        result
    }

    fn file(&self) -> String {
        format!("{}.txt", self.mark)
    }

    /// One for each step that there may be; they are named once.
    fn models(&self) -> Value {
        const MODELS: [&str; 6] =
            ["glm-5.3:for", "glm-5.3:against", "glm-5.3", "kimi-k3:for", "kimi-k3:against", "kimi-k3"];
        if self.thread.is_none() { json!(MODELS) } else { json!([]) }
    }
}

/// In which order the two take their steps: one, the other, or both at once.
fn order() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0..3_u8, 1..6)
}

#[test]
fn two_conversations_of_one_tool_never_see_a_word_of_each_other() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let house = runtime.block_on(House::with(Scenario::of([Reply::answer("Seen: ").echo("mark-")])));
    let (cases, asked) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let config = ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(tool in prop::sample::select(workflow_names()), order in order())| {
        cases.set(cases.get() + 1);
        let mut sides = [Side::new(tool, "left", cases.get()), Side::new(tool, "right", cases.get())];
        for side in &sides {
            house.file(&side.file(), &format!("{}file\n", side.mark));
        }
        let [left, right] = &mut sides;
        let told: [Vec<Envelope>; 2] = runtime.block_on(async {
            let (mut to_left, mut to_right) = (Vec::new(), Vec::new());
            for turn in order {
                match turn {
                    0 => to_left.push(left.step(&house, true).await),
                    1 => to_right.push(right.step(&house, true).await),
                    _ => {
                        let (one, other) = tokio::join!(left.step(&house, true), right.step(&house, true));
                        to_left.push(one);
                        to_right.push(other);
                    }
                }
            }
            let (one, other) = tokio::join!(left.step(&house, false), right.step(&house, false));
            to_left.push(one);
            to_right.push(other);
            [to_left, to_right]
        });
        for (told, other) in told.iter().zip([&right.mark, &left.mark]) {
            let told = serde_json::to_string(told).unwrap();
            prop_assert!(!told.contains(other), "{} in {}", other, told);
        }
        let requests = house.fake.requests();
        for request in &requests[asked.replace(requests.len())..] {
            let shown = request.user_text();
            prop_assert!(shown.contains(&left.mark) != shown.contains(&right.mark), "{}", shown);
        }
    });
    assert!(asked.get() > 200, "only {} requests", asked.get());
    runtime.block_on(house.local.close());
}

#[tokio::test]
async fn a_tool_counts_only_its_own_steps_and_sees_those_of_others_as_conversation() {
    let house = House::with(Scenario::answer("Seen.")).await;
    house.file("src/queue.rs", "fn pop() {}\n");
    let mut thread = None::<String>;
    for (tool, arguments, step) in [
        ("debug", json!({"findings": "first of debug", "next_step_required": true, "relevant_files": ["src"]}), 1),
        ("codereview", json!({"findings": "first of review", "next_step_required": true}), 1),
        ("debug", json!({"findings": "a wrong way", "next_step_required": true}), 2),
        ("planner", json!({"step": "first of plan", "next_step_required": true}), 1),
        ("debug", json!({"findings": "second of debug", "next_step_required": true, "backtrack_from_step": 2}), 2),
        ("codereview", json!({"findings": "second of review"}), 2),
        ("debug", json!({"findings": "third of debug"}), 3),
    ] {
        let mut arguments = arguments;
        let fields = arguments.as_object_mut().unwrap();
        fields.extend(thread.clone().map(|thread| ("continuation_id".to_owned(), json!(thread))));
        let result = house.call(tool, arguments).await;
        assert_eq!(result.state, CallState::Succeeded, "{tool}: {:?}", result.error);
        assert_eq!(result.data["step_number"], step, "{tool}: {:#}", result.data);
        thread = result.thread_id.as_ref().map(ToString::to_string);
    }
    let requests = house.requests(2);
    let shown = requests[1].user_text();
    let (conversation, work) = shown.split_once("--- END CONVERSATION ---").unwrap();
    for (said, in_conversation) in [
        ("first of debug", false),
        ("second of debug", false),
        ("third of debug", false),
        ("first of review", true),
        ("second of review", true),
        ("first of plan", true),
    ] {
        assert_eq!((conversation.contains(said), work.contains(said)), (in_conversation, !in_conversation), "{said}");
    }
    assert!(!work.contains("a wrong way"), "what was gone back from is dropped: {work}");
    assert_eq!(shown.matches("BEGIN FILE: src/queue.rs").count(), 1, "{shown}");
}

/// Files of 30 kB that say nothing twice.
fn long_file(name: usize) -> String {
    (0..750).map(|line| format!("let value_{name}_{line:04} = compute(line, {line});\n")).collect()
}

const FILES: usize = 10;
/// A model whose window does not hold them all.
const MODEL: (&str, u64) = ("glm-4.6", 200_000);

fn arguments(turn: usize) -> (&'static str, Value) {
    let file = format!("src/part_{}.rs", turn % FILES);
    match turn % 4 {
        0 => ("chat", json!({"prompt": format!("question {turn}"), "files": [file, "src"]})),
        1 => ("codereview", json!({"findings": format!("finding {turn}"), "relevant_files": ["src"]})),
        2 => ("debug", json!({"findings": format!("finding {turn}"), "relevant_files": [file]})),
        _ => ("thinkdeep", json!({"findings": format!("finding {turn}"), "next_step_required": turn < 5})),
    }
}

#[tokio::test]
async fn ten_turns_across_four_tools_over_300_kb_stay_under_the_window() {
    let house = House::with(Scenario::answer(&"A long answer about the parts. ".repeat(400))).await;
    for number in 0..FILES {
        house.file(&format!("src/part_{number}.rs"), &long_file(number));
    }
    let (mut thread, mut left_out, mut asked) = (None::<String>, 0, 0);
    for turn in 0..10 {
        let (tool, mut call) = arguments(turn);
        let fields = call.as_object_mut().unwrap();
        fields.insert("model".to_owned(), MODEL.0.into());
        fields.extend(thread.clone().map(|thread| ("continuation_id".to_owned(), json!(thread))));
        let result = house.call(tool, call).await;
        assert_eq!(result.state, CallState::Succeeded, "{tool}: {:?}", result.error);
        thread = result.thread_id.as_ref().map(ToString::to_string);
        if result.model.used.is_none() {
            continue;
        }
        let requests = house.fake.requests().split_off(asked);
        asked += requests.len();
        for request in &requests {
            let tokens = estimate_tokens(&request.user_text()) + estimate_tokens(&request.system_text());
            assert!(tokens < MODEL.1 * 8 / 10, "turn {turn}: {tokens} tokens leave no room for an answer");
            let shown = request.user_text();
            let said = |earlier: &usize| *earlier >= turn || shown.contains(&format!("{} {earlier}", word(*earlier)));
            assert!((0..10).all(|earlier| said(&earlier)), "turn {turn} knows what was said before: {shown}");
        }
        assert_eq!(requests.len() > 1, tool == "codereview", "turn {turn}: a review goes in parts");
        let shown: String = requests.iter().map(Recorded::user_text).collect();
        let coverage = &result.coverage;
        for number in 0..FILES {
            let file = format!("src/part_{number}.rs");
            let (times, is_sent) =
                (shown.matches(&format!("BEGIN FILE: {file} ")).count(), coverage.sent.contains(&file));
            assert_eq!(times, usize::from(is_sent), "turn {turn}: {file}");
            let skipped = coverage.skipped.iter().filter(|skipped| skipped.path == file).count();
            if coverage.selected.contains(&file) {
                assert_eq!(usize::from(is_sent) + skipped, 1, "turn {turn}: {file} is shown or named, once");
            }
            if skipped > 0 {
                assert!(shown.contains(&file), "turn {turn}: the model is told that {file} was left out");
            }
            left_out += skipped;
        }
    }
    assert!(left_out > 0, "the files fit: nothing was tried");
    assert!(house.fake.requests().iter().all(|request: &Recorded| request.model() == MODEL.0));
}

fn word(turn: usize) -> &'static str {
    if turn.is_multiple_of(4) { "question" } else { "finding" }
}
