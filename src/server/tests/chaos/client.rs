//! One client that does what its dice say, and holds the daemon to its word.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use serde_json::{Value, json};

use super::plan::{Fate, Question};
use crate::server::testing::{Peer, TestDaemon};

/// The most calls that a client leaves open before it listens.
const OPEN: usize = 8;

pub(super) struct Client {
    address: SocketAddr,
    number: usize,
    dice: fastrand::Rng,
    peer: Peer,
    calls: Vec<Call>,
    /// The names under which answers are awaited over this connection.
    open: BTreeMap<String, Waiter>,
    names: usize,
    answers: usize,
}

struct Call {
    question: Question,
    name: String,
    call_id: Option<String>,
    cancelled: bool,
}

/// Who waits for which call, and the last event that was heard.
struct Waiter {
    call: usize,
    heard: u64,
}

impl Client {
    pub(super) async fn connect(address: SocketAddr, number: usize, dice: fastrand::Rng) -> Self {
        let peer = come_in(address, json!({})).await;
        Self { address, number, dice, peer, calls: Vec::new(), open: BTreeMap::new(), names: 0, answers: 0 }
    }

    /// Makes so many calls; returns the ids that it was told, and how many good answers it got.
    pub(super) async fn play(mut self, calls: usize) -> (BTreeSet<String>, usize) {
        for _ in 0..calls {
            self.ask().await;
            match self.dice.u8(..100) {
                0..15 => self.cancel().await,
                15..19 => self.break_off(true).await,
                19..21 => self.break_off(false).await,
                21..30 => self.attach_again().await,
                _ => {}
            }
            let most = self.dice.usize(..=OPEN);
            self.hear_until(most).await;
        }
        self.hear_until(0).await;
        (self.calls.into_iter().filter_map(|call| call.call_id).collect(), self.answers)
    }

    async fn ask(&mut self) {
        let name = format!("{}-{}", self.number, self.calls.len());
        let question = Question::random(&mut self.dice, &name);
        self.calls.push(Call { question, name, call_id: None, cancelled: false });
        self.begin(self.calls.len() - 1).await;
    }

    async fn begin(&mut self, call: usize) {
        let Call { question, name, .. } = &self.calls[call];
        let Question { tool, arguments, timeout_s, fresh, .. } = question;
        let frame = json!({
            "op": "call_tool", "request_id": name, "name": tool, "arguments": arguments, "timeout_s": timeout_s,
            "fresh": fresh, "stream": true,
        });
        self.open.insert(name.clone(), Waiter { call, heard: 0 });
        self.peer.send(&frame).await;
    }

    async fn attach(&mut self, call: usize) {
        let Some(call_id) = self.calls[call].call_id.clone() else { return self.begin(call).await };
        self.names += 1;
        let name = format!("again-{}", self.names);
        self.peer.send(&json!({"op": "attach", "request_id": name, "call_id": call_id, "stream": true})).await;
        self.open.insert(name, Waiter { call, heard: 0 });
    }

    /// One of the calls that are awaited.
    fn any_open(&mut self) -> Option<usize> {
        let open: Vec<usize> = self.open.values().map(|waiter| waiter.call).collect();
        self.dice.choice(open)
    }

    async fn attach_again(&mut self) {
        if let Some(call) = self.any_open().filter(|call| self.calls[*call].call_id.is_some()) {
            self.attach(call).await;
        }
    }

    async fn cancel(&mut self) {
        let Some(index) = self.any_open() else { return };
        let by_name = self.dice.bool();
        let call = &mut self.calls[index];
        let frame = match &call.call_id {
            Some(call_id) if !by_name => json!({"op": "cancel", "request_id": "by id", "call_id": call_id}),
            _ => json!({"op": "cancel", "request_id": call.name}),
        };
        call.cancelled = true;
        self.peer.send(&frame).await;
    }

    /// Breaks the connection and comes back; asks for what was open again, or forgets it.
    async fn break_off(&mut self, asks_again: bool) {
        let session = self.peer.welcome["session_id"].clone();
        let open: BTreeSet<usize> = std::mem::take(&mut self.open).into_values().map(|waiter| waiter.call).collect();
        self.peer = come_in(self.address, json!({"session_id": session})).await;
        assert_eq!((&self.peer.welcome["resumed"], &self.peer.welcome["session_id"]), (&json!(true), &session));
        for call in open.into_iter().filter(|_| asks_again) {
            if self.dice.bool() {
                self.attach(call).await;
            } else {
                self.begin(call).await;
            }
        }
    }

    async fn hear_until(&mut self, most: usize) {
        while self.open.len() > most {
            let frame = self.peer.next().await;
            self.hear(&frame);
        }
    }

    fn hear(&mut self, frame: &Value) {
        if frame["op"] == "cancel_res" {
            return assert_eq!(frame["ok"], true, "{frame}");
        }
        let name = frame["request_id"].as_str().unwrap();
        let Some(waiter) = self.open.get_mut(name) else { panic!("nobody waits for {frame}") };
        let call = &mut self.calls[waiter.call];
        let call_id = frame["call_id"].as_str().unwrap_or_else(|| panic!("no call in {frame}"));
        assert_eq!(call.call_id.get_or_insert_with(|| call_id.to_owned()), call_id, "{frame}");
        match frame["op"].as_str().unwrap() {
            "call_tool_ack" => {}
            "progress" => {
                if let Some(n) = frame["n"].as_u64() {
                    assert_eq!(n, waiter.heard + 1, "each event once, in order: {frame}");
                    waiter.heard = n;
                }
            }
            "call_tool_res" => {
                self.answers += usize::from(call.check(frame));
                self.open.remove(name);
            }
            other => panic!("{other} is no answer to a call: {frame}"),
        }
    }
}

impl Call {
    /// Whether it is a good answer; an answer that must not be is a panic.
    fn check(&self, frame: &Value) -> bool {
        let Question { marker, fate, .. } = &self.question;
        if frame["ok"] == true {
            let text = frame["text"].as_str().unwrap_or_default();
            assert!(text.contains(marker.as_str()), "not the answer to {marker}: {frame}");
            return true;
        }
        let code = frame["error"]["code"].as_str().unwrap();
        let may_fail = ["PROVIDER_ERROR", "NO_VERDICT", "OVER_CAPACITY", "SERVICE_UNAVAILABLE", "TIMEOUT"];
        let is_expected =
            (code == "CANCELLED" && self.cancelled) || (*fate == Fate::Doubtful && may_fail.contains(&code));
        assert!(is_expected, "{:?}: {frame}", self.question);
        false
    }
}

async fn come_in(address: SocketAddr, more: Value) -> Peer {
    TestDaemon::greet(Peer::connect(address, "/").await.unwrap(), more).await
}
