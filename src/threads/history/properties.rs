//! Whatever was said and whatever the budget: it holds, and the newest turns are the ones that stay.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::clock::Timestamp;
use crate::protocol::{CallId, ThreadId};

const TOOLS: [&str; 2] = ["chat", "debug"];

/// A turn's tool and text; short, long, dense and treacherous ones.
fn turns() -> impl Strategy<Value = Vec<(usize, String)>> {
    let text = prop_oneof![
        "[ -~\n]{0,200}",
        "[a-f0-9]{0,400}",
        "(│ |---|\r\n|\n|你|🙂){0,40}",
        "[a-z]{1,9}".prop_map(|word| format!("{word} ").repeat(300)),
    ];
    prop::collection::vec((0..TOOLS.len(), text), 0..12)
}

fn thread(turns: &[(usize, String)]) -> Thread {
    let turns = (1..).zip(turns).map(|(turn, (tool, content))| TurnRecord {
        turn,
        role: "user".to_owned(),
        content: content.clone(),
        files: Vec::new(),
        tool: TOOLS[*tool].to_owned(),
        model: None,
        call_id: CallId::new(),
        at: Timestamp::from_millis(0),
        state: Value::Null,
    });
    Thread { id: ThreadId::new(), turns: turns.collect(), owner: "default".into(), max_turns: 50 }
}

/// The numbers of the turns that a history shows, in its order.
fn shown(text: &str) -> Vec<usize> {
    let heads = text.lines().filter_map(|line| line.strip_prefix("Turn ")?.split_once(" — "));
    heads.map(|(number, _)| number.parse().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_history_keeps_its_budget_and_the_newest_turns_in_their_order(
        turns in turns(), budget in 0_u64..3_000, except in prop::option::of(0..TOOLS.len())
    ) {
        let thread = thread(&turns);
        let history = thread.history(budget, except.map(|tool| TOOLS[tool]));
        prop_assert!(estimate_tokens(&history.text) <= budget, "{} tokens", estimate_tokens(&history.text));

        let wanted: Vec<usize> = (1..).zip(&turns).filter(|(_, (tool, _))| Some(*tool) != except).map(|(n, _)| n).collect();
        prop_assert_eq!(history.total, wanted.len());
        prop_assert_eq!(shown(&history.text), &wanted[wanted.len() - history.shown..]);
        let says_less = history.text.contains(&format!("(the latest {} of {} turns)", history.shown, history.total));
        prop_assert_eq!(says_less, (1..history.total).contains(&history.shown));

        let generous = thread.history(u64::MAX, except.map(|tool| TOOLS[tool]));
        prop_assert_eq!(generous.shown, generous.total);
    }
}
