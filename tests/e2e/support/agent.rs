//! An agent that speaks MCP with `exai shim` over pipes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;

use serde_json::{Value, json};

use super::{DEADLINE, User};

/// A running shim and its agent's end of the pipes.
pub(crate) struct Agent {
    pub(crate) child: Child,
    input: Option<ChildStdin>,
    lines: mpsc::Receiver<String>,
    /// What came and was not asked for yet.
    waiting: Vec<Value>,
}

impl Agent {
    /// Starts a shim and shakes hands.
    pub(crate) fn start(user: &User) -> Self {
        Self::over(user.command(["shim"]))
    }

    /// The same with a command of the test's own.
    pub(crate) fn over(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let (told, lines) = mpsc::channel();
        let output = child.stdout.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if told.send(line).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        let mut agent = Self { child, input, lines, waiting: Vec::new() };
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test-agent", "version": "1"}});
        let hello = agent.ask("initialize", &params);
        assert_eq!(hello["result"]["serverInfo"]["name"], "exai", "{hello}");
        agent.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        agent
    }

    /// The process of the shim.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn say(&mut self, message: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{message}").unwrap();
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = format!("ask-{method}");
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        self.answer(&id)
    }

    /// Asks for a tool.
    pub(crate) fn call(&mut self, id: &str, tool: &str, arguments: &Value) {
        let params = json!({"name": tool, "arguments": arguments, "_meta": {"progressToken": id}});
        self.say(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}));
    }

    /// Asks for a tool and waits for its document.
    pub(crate) fn document(&mut self, tool: &str, arguments: &Value) -> Value {
        let id = format!("document-{tool}");
        self.call(&id, tool, arguments);
        document(&self.answer(&id))
    }

    /// The answer to a request.
    pub(crate) fn answer(&mut self, id: &str) -> Value {
        loop {
            let is_right = |message: &Value| message["id"] == id && message.get("method").is_none();
            if let Some(place) = self.waiting.iter().position(is_right) {
                return self.waiting.remove(place);
            }
            let line = self.lines.recv_timeout(DEADLINE);
            let line =
                line.unwrap_or_else(|error| panic!("no answer to {id}: {error}; there were {:#?}", self.waiting));
            self.waiting.push(serde_json::from_str(&line).unwrap_or_else(|_| panic!("not a message: {line}")));
        }
    }

    /// Closes the agent's end and waits for the shim to leave; returns its exit code.
    pub(crate) fn leave(mut self) -> Option<i32> {
        drop(self.input.take());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The document in the answer to a call.
#[track_caller]
pub(crate) fn document(answer: &Value) -> Value {
    let text = answer["result"]["content"][0]["text"].as_str();
    serde_json::from_str(text.unwrap_or_else(|| panic!("no text in {answer:#}"))).unwrap()
}
