//! With calls going, what the screen says is what `monitor --once --json` and `/metrics` say.

use std::panic::{AssertUnwindSafe, catch_unwind};

use exai_fake::{Fake, Point, Reply, Scenario};
use serde_json::{Value, json};

use super::terminal::Terminal;
use crate::support::User;
use crate::support::daemon::{Daemon, until};
use crate::support::http::Metrics;

const WELL: &str = "glm-5.3-flash";
const ILL: &str = "kimi-k2.6";
const BUSY: &str = "kimi-k3.1-pro";

/// A house where calls run, wait, have succeeded and failed, and one model is left alone.
struct House {
    fake: Fake,
    user: User,
    daemon: Daemon,
}

impl House {
    fn at_work() -> Self {
        let fake = Fake::start(Scenario::of([
            Reply::kimi_error("server_error").model(ILL).times(100),
            Reply::answer("At last.").contains("hold on").wait("go", Point::AfterFrames(2)).times(100),
            Reply::answer("Yes.").times(100),
        ]));
        let user = User::with(&fake);
        let daemon = Daemon::start(&user);
        let house = Self { fake, user, daemon };
        for question in ["is it so?", "is it really so?"] {
            house.user.run(&["call", "chat", question, "--model", WELL]).exits(0);
        }
        let breaker = format!(r#"circuit_breaker_state{{model="{ILL}",provider="kimi"}}"#);
        until("a model that is left alone", || {
            house.user.run(&["call", "chat", "does it work?", "--model", ILL]).exits(4);
            (house.metrics().count(&breaker) == 2).then_some(())
        });
        // Two permits for three of GLM, three for one of Kimi.
        for (at, model) in [WELL, WELL, WELL, BUSY].into_iter().enumerate() {
            let question = format!("hold on, {at}");
            house.user.run(&["call", "chat", &question, "--model", model, "--detach"]).exits(0);
        }
        house.fake.wait_until_held("go", 3);
        until("one that waits", || (house.metrics().count(r#"mcp_semaphore_waiting{name="glm"}"#) == 1).then_some(()));
        house
    }

    fn metrics(&self) -> Metrics {
        Metrics::of(self.daemon.address)
    }

    /// What `--once --json` prints; one model is ill, so it exits 1.
    fn once(&self) -> Value {
        self.user.run(&["monitor", "--once", "--json"]).exits(1).json()
    }
}

/// What the three say, each in its own way, as the same facts.
#[derive(Debug, PartialEq)]
struct Facts {
    verdict: String,
    running: u64,
    /// In use, limit and queue of both providers.
    permits: [[u64; 3]; 2],
    global: [u64; 2],
    succeeded: u64,
    failed: u64,
    /// Requests that ended, errors and tokens of each model; whether it is left alone.
    models: Vec<(&'static str, u64, u64, u64, bool)>,
    /// Failed requests of the provider of the model that is ill, all of them its server's fault.
    server_errors: u64,
}

fn of_snapshot(snapshot: &Value) -> Facts {
    let calls = snapshot["calls"].as_array().unwrap();
    let count = |state: &str| calls.iter().filter(|call| call["state"] == state).count() as u64;
    let gauge = |name: &str| {
        let gauge = &snapshot["permits"]["providers"][name];
        ["in_use", "limit", "waiting"].map(|field| gauge[field].as_u64().unwrap())
    };
    let global = &snapshot["permits"]["global"];
    let model = |name: &'static str| {
        let rows = snapshot["providers"].as_array().unwrap();
        let row = rows.iter().find(|row| row["model"] == name).unwrap();
        let [requests, errors, tokens] = ["requests", "errors", "tokens"].map(|field| row[field].as_u64().unwrap());
        (name, requests, errors, tokens, row["breaker"] == "open")
    };
    let failures = snapshot["providers"].as_array().unwrap().iter().filter(|row| row["name"] == "kimi");
    Facts {
        verdict: snapshot["verdict"]["word"].as_str().unwrap().to_owned(),
        running: count("running"),
        permits: [gauge("glm"), gauge("kimi")],
        global: ["in_use", "limit"].map(|field| global[field].as_u64().unwrap()),
        succeeded: count("succeeded"),
        failed: count("failed"),
        models: [WELL, ILL, BUSY].map(model).to_vec(),
        server_errors: failures.map(|row| row["failures"]["server"].as_u64().unwrap()).sum(),
    }
}

fn of_metrics(metrics: &Metrics, verdict: &str) -> Facts {
    let ended = |outcome: &str| metrics.count(&format!(r#"mcp_requests_total{{outcome="{outcome}",tool="chat"}}"#));
    let gauge = |name: &str, kind: &str| metrics.count(&format!(r#"mcp_semaphore_{kind}{{name="{name}"}}"#));
    let all = |name: &str| ["in_use", "limit", "waiting"].map(|kind| gauge(name, kind));
    let model = |(name, provider): (&'static str, &str)| {
        let labels = format!(r#"model="{name}",provider="{provider}""#);
        let asked = |status: &str| metrics.count(&format!(r#"mcp_api_calls_total{{{labels},status="{status}"}}"#));
        let tokens = |kind: &str| metrics.count(&format!(r#"mcp_tokens_total{{{labels},type="{kind}"}}"#));
        let is_open = metrics.count(&format!("circuit_breaker_state{{{labels}}}")) == 2;
        (name, asked("ok") + asked("server"), asked("server"), tokens("input") + tokens("output"), is_open)
    };
    let models = [(WELL, "glm"), (ILL, "kimi"), (BUSY, "kimi")].map(model).to_vec();
    Facts {
        // Metrics have no verdict.
        verdict: verdict.to_owned(),
        running: metrics.count("exai_calls_running"),
        permits: [all("glm"), all("kimi")],
        global: ["in_use", "limit"].map(|kind| gauge("global", kind)),
        succeeded: ended("succeeded"),
        failed: ended("failed"),
        server_errors: models[1].2,
        models,
    }
}

/// Reads the screen as a person does: figures beside their names.
fn of_screen(screen: &str) -> Facts {
    let line = |is: &dyn Fn(&str) -> bool| {
        let found = screen.lines().find(|line| is(line));
        found.unwrap_or_else(|| panic!("a line is missing:\n{screen}"))
    };
    let number = |text: &str| {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().unwrap_or_else(|_| panic!("no figure begins {text:?}:\n{screen}"))
    };
    let behind = |line: &str, name: &str| {
        let (_, rest) = line.split_once(name).unwrap_or_else(|| panic!("{name:?} is not in {line:?}"));
        rest.trim_start().to_owned()
    };
    let pair = |text: &str| {
        let (one, other) = text.split_once('/').unwrap();
        [number(one), number(other)]
    };
    let head = line(&|line| line.contains("in flight"));
    // The right column: from the border between the columns on.
    let right: Vec<&str> = screen.lines().filter_map(|line| line.rsplit_once("││").map(|(_, right)| right)).collect();
    let row = |is: &dyn Fn(&str) -> bool| {
        let found = right.iter().find(|line| is(line));
        *found.unwrap_or_else(|| panic!("a row is missing:\n{screen}"))
    };
    let gauge = |name: &str| {
        let row = row(&|line| line.trim_start().starts_with(name) && line.contains('/'));
        let [in_use, limit] = pair(&behind(row, name));
        let waiting = row.split_whitespace().find_map(|word| word.strip_prefix('q')).unwrap();
        [in_use, limit, number(waiting)]
    };
    let model = |name: &'static str| {
        // In the pane of the providers, and in the pane of latency, tokens and cost.
        let of_provider = row(&|line| line.contains(name) && (line.contains('p') && line.contains("p95")));
        let is_open = of_provider.contains("breaker open");
        let of_tokens = row(&|line| line.contains(name) && !line.contains("p95"));
        let cells: Vec<&str> = of_tokens.split_whitespace().filter(|cell| *cell != "│").collect();
        let tokens = number(cells[cells.len() - 2]);
        let counts = behind(of_provider, name);
        let requests = if is_open { 0 } else { number(&counts) };
        let errors = if is_open { 0 } else { number(&behind(&counts, "✗")) };
        (name, requests, errors, tokens, is_open)
    };
    let rows = |sign: &str| screen.lines().filter(|line| line.contains(sign)).count() as u64;
    let kimi = row(&|line| line.trim_start().starts_with("kimi") && line.contains('/'));
    Facts {
        verdict: head_word(screen),
        running: number(&behind(head, "running")),
        permits: [gauge("glm"), gauge("kimi")],
        global: pair(&behind(head, "in flight")),
        succeeded: rows("✓ done"),
        failed: rows("✗ failed 5xx"),
        models: [WELL, ILL, BUSY].map(model).to_vec(),
        server_errors: number(&behind(kimi, "5xx:")),
    }
}

fn head_word(screen: &str) -> String {
    screen.lines().next().unwrap().split_whitespace().next_back().unwrap().to_owned()
}

#[test]
fn the_screen_the_snapshot_and_the_metrics_say_the_same_while_calls_go() {
    let house = House::at_work();
    let snapshot = house.once();
    let told = of_snapshot(&snapshot);
    assert_eq!((told.running, told.succeeded, told.permits), (4, 2, [[2, 2, 1], [1, 3, 0]]), "{snapshot:#}");
    assert!(told.failed >= 1 && told.server_errors >= 5 && told.models[1].4, "{snapshot:#}");
    assert_eq!(of_metrics(&house.metrics(), "DEGRADED"), told);

    let mut terminal = Terminal::start(&house.user.command(["monitor"]), 160, 48);
    terminal.shows("◔ queued");
    terminal.shows("breaker open");
    let mut expected = told;
    for (name, requests, errors, _, is_open) in &mut expected.models {
        // What is left alone says that in place of its counts.
        if *is_open {
            assert_eq!(*name, ILL);
            (*requests, *errors) = (0, 0);
        }
    }
    // Each part of the screen is as old as the last picture: they come twice a second.
    let mut seen = None;
    let waited = catch_unwind(AssertUnwindSafe(|| {
        until("a screen of one moment", || {
            let text = terminal.text();
            seen = catch_unwind(|| of_screen(&text)).ok();
            (seen.as_ref() == Some(&expected)).then_some(())
        });
    }));
    assert!(waited.is_ok(), "{seen:#?} in place of {expected:#?}:\n{}", terminal.text());

    // The gate opens: all three follow.
    house.fake.open("go");
    terminal.shows("running 0");
    let snapshot = until("the end of all calls", || {
        let snapshot = house.once();
        (snapshot["permits"]["global"]["in_use"] == 0).then_some(snapshot)
    });
    let told = of_snapshot(&snapshot);
    assert_eq!((told.running, told.succeeded), (0, 6), "{snapshot:#}");
    assert_eq!(of_metrics(&house.metrics(), "DEGRADED"), told);
    assert_eq!(snapshot["permits"]["global"]["waiting"], json!(0));
    terminal.press("q");
    terminal.ends();
    house.daemon.stop().exits(0);
}
