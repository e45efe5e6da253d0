//! `kill -9` of a daemon while a client waits for its call: what is finished stays, what is not is `interrupted`, nobody
//! waits in vain, and nothing is asked again by itself.

use std::process::{Child, Stdio};
use std::sync::mpsc;

use exai_fake::{Fake, Outcome, Point, Provider, Reply, Scenario};
use serde_json::Value;

use super::kill::{note, number, read};
use super::{database, is_sound};
use crate::support::daemon::{Daemon, until};
use crate::support::{Running, User};

const ANSWER: &str = "The lock is taken twice, as the second line shows.";
const NEIGHBOUR: &str = "neighbour";

/// When the daemon is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// The client was just started: it may not have been heard yet.
    Knocking,
    /// The call is accepted, and its files are being read.
    Evidence,
    /// The call waits for a permit.
    Queued,
    /// The model has the request and says nothing yet.
    Sent,
    /// The answer has begun.
    Streaming,
    /// The answer is complete; it may be kept already, and told.
    Answered,
    /// The client was told that the call is over.
    Told,
}

const MOMENTS: [Moment; 7] = [
    Moment::Knocking,
    Moment::Evidence,
    Moment::Queued,
    Moment::Sent,
    Moment::Streaming,
    Moment::Answered,
    Moment::Told,
];

#[test]
fn kill_of_a_daemon_that_comes_back_loses_no_result_and_asks_nothing_again() {
    let house = House::new(runs());
    let mut daemon = Daemon::start(&house.user);
    for run in 0..house.runs {
        let killed = house.kill(run, daemon);
        daemon = Daemon::start(&house.user);
        killed.account_for(&house);
    }
    house.end_in_order();
    daemon.stop().exits(0);
}

#[test]
fn kill_of_a_daemon_that_stays_away_is_told_to_who_waits() {
    let house = House::new(runs());
    for run in 0..house.runs {
        house.kill(run, Daemon::start(&house.user)).account_for(&house);
    }
    house.end_in_order();
}

/// How many daemons each test kills; every moment once is the least that makes sense.
fn runs() -> usize {
    number("EXAI_TEST_KILLS").map_or(MOMENTS.len(), |kills| usize::try_from(kills).unwrap().div_ceil(2))
}

/// A state directory in which daemons come and go, beside a call that has its own process and lives through it all.
struct House {
    user: User,
    fake: Fake,
    neighbour: Running,
    runs: usize,
}

impl House {
    fn new(runs: usize) -> Self {
        note(&format!("EXAI_TEST_KILLS={}", runs * 2));
        let held = Reply::answer("At last.").provider(Provider::Kimi).wait(NEIGHBOUR, Point::BeforeHeaders);
        let reply = |run| match moment(run) {
            Moment::Sent => Reply::answer(ANSWER).wait(&gate(run), Point::BeforeHeaders),
            Moment::Streaming => Reply::answer(ANSWER).wait(&gate(run), Point::AfterFrames(2)),
            _ => Reply::answer(ANSWER),
        };
        let replies = (0..runs).map(|run| reply(run).provider(Provider::Glm).contains(&question(run)));
        let fake = Fake::start(Scenario::of(std::iter::once(held).chain(replies)));
        // The neighbour holds the only permit for Kimi, for as long as the test takes.
        let user = User::with(&fake)
            .set("EXAI_WS_PORT", "0")
            .set("EXAI_KIMI_MAX_INFLIGHT", "1")
            .set("EXAI_CALL_TIMEOUT_S", "3000")
            .set("EXAI_HEADERS_TIMEOUT_S", "2500")
            .set("EXAI_HEADERS_THINKING_TIMEOUT_S", "2500");
        for file in 0..200 {
            user.write(&format!("src/part{file}.rs"), &"fn part() {}\n".repeat(50));
        }
        let neighbour = ["call", "chat", NEIGHBOUR, "--model", "kimi-k3.1-pro", "--output", "json", "--no-daemon"];
        let neighbour = Running::start(user.command(neighbour));
        fake.wait_until_held(NEIGHBOUR, 1);
        Self { user, fake, neighbour, runs }
    }

    /// Kills the daemon at the moment of this run; a client waits for its call.
    fn kill(&self, run: usize, daemon: Daemon) -> Killed {
        let moment = moment(run);
        let model = if moment == Moment::Queued { "kimi-k3.1-pro" } else { "glm-5.3-flash" };
        let question = question(run);
        let mut command = self.user.command(["call", "chat", &question, "--files", "src", "--model", model]);
        command.args(["--fresh", "--output", "jsonl"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (printed, mut lines) = (read(&mut child), Vec::new());
        until(&format!("{moment:?}"), || {
            lines.extend(printed.try_iter().filter_map(|line| serde_json::from_str(&line).ok()));
            (self.has_come(moment, run, &lines) || child.try_wait().unwrap().is_some()).then_some(())
        });
        daemon.kill();
        // Those that came too late for the daemon.
        self.fake.open(&gate(run));
        Killed { run, child, printed, lines }
    }

    fn has_come(&self, moment: Moment, run: usize, lines: &[Value]) -> bool {
        let told = |kind: &str| lines.iter().any(|line| line["kind"] == kind);
        match moment {
            Moment::Knocking => true,
            Moment::Evidence => told("accepted"),
            Moment::Queued => told("queued"),
            Moment::Sent => !self.requests(run).is_empty(),
            Moment::Streaming => told("delta"),
            Moment::Answered => self.requests(run).contains(&Outcome::Answered),
            Moment::Told => told("finished"),
        }
    }

    /// How the requests that asked the question of this run ended.
    fn requests(&self, run: usize) -> Vec<Outcome> {
        let of_run = |request: &&exai_fake::Recorded| request.user_text().contains(&question(run));
        self.fake.requests().iter().filter(of_run).map(|request| request.outcome).collect()
    }

    /// Id, state and number of attempts of the calls that asked the question of this run.
    fn rows(&self, run: usize) -> Vec<(String, String, usize)> {
        let connection = database(&self.user);
        let sql = "SELECT id, coalesce(state, 'running'), (SELECT count(*) FROM attempts WHERE call_id = id)
                   FROM calls LEFT JOIN results ON call = calls.n WHERE json_extract(arguments, '$.prompt') = ?1";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([question(run)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    fn end_in_order(self) {
        assert!(is_sound(&self.user.state_dir()));
        for run in 0..self.runs {
            assert!(self.requests(run).len() <= 1, "{} was asked again", question(run));
        }
        let running = self.user.run(&["calls", "list", "--state", "running", "--json"]).exits(0).json();
        assert_eq!((running.as_array().unwrap().len(), &running[0]["model"]), (1, &"kimi-k3.1-pro".into()));
        self.fake.open(NEIGHBOUR);
        assert_eq!(self.neighbour.finish().exits(0).json()["text"], "At last.");
    }
}

fn moment(run: usize) -> Moment {
    MOMENTS[run % MOMENTS.len()]
}

fn question(run: usize) -> String {
    format!("question {run} of the test")
}

fn gate(run: usize) -> String {
    format!("gate {run}")
}

/// A client whose daemon was killed.
struct Killed {
    run: usize,
    child: Child,
    printed: mpsc::Receiver<String>,
    /// What it had printed by then.
    lines: Vec<Value>,
}

impl Killed {
    /// The client ends and tells the truth: the result that is kept, or that the call was interrupted, by its name.
    fn account_for(mut self, house: &House) {
        let what = format!("run {}, {:?}", self.run, moment(self.run));
        let code = until(&format!("the end of the client in {what}"), || self.child.try_wait().unwrap());
        self.lines.extend(self.printed.iter().map(|line| serde_json::from_str::<Value>(&line).unwrap()));
        let mut stderr = String::new();
        std::io::Read::read_to_string(&mut self.child.stderr.take().unwrap(), &mut stderr).unwrap();
        let told = self.lines.last().filter(|line| line["schema"] == "exai.result/1");
        let told = told.unwrap_or_else(|| panic!("{what}: no result in {:#?}\n{stderr}", self.lines));

        let count = house.requests(self.run).len();
        // Whoever opens the store next marks what the dead one left.
        house.user.run(&["calls", "list"]).exits(0);
        let rows = house.rows(self.run);
        assert!(rows.len() <= 1, "{what}: {rows:?}");
        let state = rows.first().map(|(_, state, _)| state.as_str());
        let attempts = rows.first().map_or(0, |(.., attempts)| *attempts);
        assert!(count <= 1 && count <= attempts, "{what}: {count} requests, {attempts} attempts");
        match code.code() {
            Some(0) => {
                assert_eq!(state, Some("succeeded"), "{what}: {told:#}");
                let kept = house.user.run(&["calls", "show", told["call_id"].as_str().unwrap(), "--json"]);
                assert_eq!(&kept.exits(0).json(), told, "{what}");
            }
            Some(130) => {
                assert_eq!(told["state"], "interrupted", "{what}: {told:#}");
                // A result that was kept in the last moment is never taken back.
                assert!(matches!(state, None | Some("interrupted" | "succeeded")), "{what}: {state:?}");
                self.names_the_call(told, &stderr);
            }
            other => panic!("{what}: exit {other:?}, {told:#}\n{stderr}"),
        }
        assert_eq!(house.requests(self.run).len(), count, "{what}: asked again");
    }

    /// Who was told the call's id before reads it in the error again.
    fn names_the_call(&self, told: &Value, stderr: &str) {
        let Some(accepted) = self.lines.iter().find(|line| line["kind"] == "accepted") else { return };
        let id = accepted["call_id"].as_str().unwrap();
        assert_eq!(told["call_id"], id);
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains(id) && stderr.contains(message), "{message}\n{stderr}");
    }
}
