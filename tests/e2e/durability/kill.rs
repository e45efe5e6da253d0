//! `kill -9` at random moments. The moment is one of those that can be seen from outside: the process's file appears,
//! a line is printed, a request arrives.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc;

use exai_fake::{Fake, Point, Provider, Reply, Scenario};
use serde_json::Value;
use tokio::time::Instant;

use super::{database, is_sound};
use crate::support::{DEADLINE, Running, User};

/// More than a run has: some runs come to their end.
const MOMENTS: usize = 18;

#[test]
fn kill_at_any_moment_loses_no_result_hides_no_payment_and_harms_no_neighbour() {
    let runs = number("EXAI_TEST_KILLS").unwrap_or(25);
    let seed = number("EXAI_TEST_SEED").unwrap_or_else(|| fastrand::u64(..));
    note(&format!("EXAI_TEST_KILLS={runs} EXAI_TEST_SEED={seed}"));
    let mut random = fastrand::Rng::with_seed(seed);

    let held = Reply::answer("At last.").provider(Provider::Kimi).wait("neighbour", Point::BeforeHeaders);
    let answer = Reply::answer("The lock is taken twice, as the second line shows.").provider(Provider::Glm);
    let fake = Fake::start(Scenario::of([held, answer]));
    let user = User::with(&fake);
    let neighbour = user.command(["call", "chat", "neighbour", "--model", "kimi-k3.1-pro", "--output", "json"]);
    let neighbour = Running::start(neighbour);
    fake.wait_until_held("neighbour", 1);

    let mut tally = Tally::default();
    for run in 0..runs {
        let moment = random.usize(..=MOMENTS);
        let killed = Killed::at(moment, &user, &fake, &format!("question number {run}"));
        killed.is_accounted_for(&user, &fake, &mut tally);
    }
    assert!(is_sound(&user.state_dir()));
    note(&format!("{tally:?}"));

    database(&user).execute("DELETE FROM upkeep", []).unwrap();
    let running = user.run(&["calls", "list", "--state", "running", "--json"]).exits(0).json();
    assert_eq!((running.as_array().unwrap().len(), &running[0]["model"]), (1, &"kimi-k3.1-pro".into()), "{running:#}");
    let instances = std::fs::read_dir(user.state_dir().join("instances")).unwrap().count();
    assert_eq!(instances, 1, "what dead processes left is swept away, and only that");
    fake.open("neighbour");
    let told = neighbour.finish().exits(0).json();
    assert_eq!((&told["state"], &told["text"]), (&"succeeded".into(), &"At last.".into()));
}

#[test]
fn kill_while_the_store_is_made_leaves_one_that_opens() {
    for moment in [0, 1, 2, 3] {
        let fake = Fake::start(Scenario::answer("Yes."));
        let user = User::with(&fake);
        Killed::at(moment, &user, &fake, "hello");
        user.run(&["call", "chat", "hello", "--model", "mock:echo"]).exits(0);
        assert!(is_sound(&user.state_dir()));
    }
}

/// A figure that whoever runs the test has set.
#[expect(clippy::disallowed_methods, reason = "the variables are the test's own")]
pub(super) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

/// Tells who reads the output of a long run, or wants to repeat one that failed.
#[expect(clippy::print_stdout, reason = "the runner shows it when it is asked to, or when the test fails")]
pub(super) fn note(text: &str) {
    println!("{text}");
}

/// What became of the calls.
#[derive(Debug, Default)]
struct Tally {
    told: u32,
    finished_untold: u32,
    interrupted: u32,
    never_sent: u32,
}

/// A process that was killed, or had ended before, with what it had told by then.
struct Killed {
    question: String,
    lines: Vec<Value>,
}

impl Killed {
    /// Asks a question and kills the process after so many signs of life.
    fn at(moment: usize, user: &User, fake: &Fake, question: &str) -> Self {
        let before = signs(user, fake);
        let mut command =
            user.command(["call", "chat", question, "--model", "glm-5.3-flash", "--fresh", "--output", "jsonl"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let printed = read(&mut child);
        let mut lines = Vec::new();
        let begun = Instant::now();
        loop {
            lines.extend(printed.try_iter());
            let seen = lines.len() + signs(user, fake).saturating_sub(before);
            if seen >= moment || child.try_wait().unwrap().is_some() {
                break;
            }
            assert!(begun.elapsed() < DEADLINE, "moment {moment} never came: {lines:#?}");
            std::thread::yield_now();
        }
        // One that has ended by itself is past being killed.
        let _ = child.kill();
        child.wait().unwrap();
        // The reader ends with the pipe: what was printed before the kill counts, half a line does not.
        lines.extend(printed.iter());
        let lines = lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { question: question.to_owned(), lines }
    }

    /// What was told is in the journal; what was not told is finished or interrupted, and never running; every request
    /// that arrived is an attempt of its call.
    fn is_accounted_for(&self, user: &User, fake: &Fake, tally: &mut Tally) {
        user.run(&["calls", "list", "--json"]).exits(0);
        let rows = self.rows(user);
        let arrived = fake.requests().iter().filter(|request| request.user_text().contains(&self.question)).count();
        let envelope = self.lines.last().filter(|line| line["schema"] == "exai.result/1");
        let Some((id, state, attempts)) = rows.first() else {
            assert_eq!((arrived, envelope), (0, None), "{}: sent or told without a row", self.question);
            tally.never_sent += 1;
            return;
        };
        assert_eq!(rows.len(), 1, "{}: {rows:?}", self.question);
        assert!(*attempts >= arrived, "{}: {arrived} requests, {attempts} attempts", self.question);
        match envelope {
            Some(envelope) => {
                assert_eq!(&user.run(&["calls", "show", id, "--json"]).exits(0).json(), envelope);
                tally.told += 1;
            }
            None if state == "succeeded" => tally.finished_untold += 1,
            None => {
                assert_eq!(state, "interrupted", "{}", self.question);
                tally.interrupted += 1;
            }
        }
    }

    /// Id, state and number of attempts of the calls that asked the question.
    fn rows(&self, user: &User) -> Vec<(String, String, usize)> {
        let connection = database(user);
        let sql = "SELECT id, coalesce(state, 'running'), (SELECT count(*) FROM attempts WHERE call_id = id)
                   FROM calls LEFT JOIN results ON call = calls.n WHERE json_extract(arguments, '$.prompt') = ?1";
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([&self.question], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

/// What can be seen of a process beside what it prints: its files and its requests.
fn signs(user: &User, fake: &Fake) -> usize {
    let exists = |name: &str| usize::from(user.state_dir().join(name).exists());
    let instances = std::fs::read_dir(user.state_dir().join("instances")).map_or(0, Iterator::count);
    instances + exists("store.lock") + exists("exai.db") + exists("exai.db-wal") + fake.requests().len()
}

/// The lines of standard output, while they come.
pub(super) fn read(child: &mut Child) -> mpsc::Receiver<String> {
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (line, lines) = mpsc::channel();
    std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|text| line.send(text)));
    lines
}
