//! A store is opened by one process and by many, with its schema and with others, whole and damaged.
//! Two stores over one directory see each other only through the kernel and the file, as two processes do.

use std::io::{Seek, SeekFrom, Write};
use std::path::PathBuf;

use futures_util::future::join_all;

use super::*;
use crate::clock::Timestamp;
use crate::protocol::{CallFilter, CallId, CallState, Envelope, InstanceId};
use crate::store::{NewAnswer, Store};

/// Longer than anything that works takes.
const DEADLINE: Duration = Duration::from_secs(20);

/// The version of this program.
const OWN: usize = MIGRATIONS.len();

const NEXT: Migrations = &followed_by("CREATE TABLE next (id INTEGER PRIMARY KEY)");
const BROKEN: Migrations = &followed_by("CREATE TABLE next (id INTEGER PRIMARY KEY); CREATE nothing");

/// The migrations of this program and one more.
const fn followed_by(last: &'static str) -> [&'static str; OWN + 1] {
    let mut all = [last; OWN + 1];
    let mut index = 0;
    while index < OWN {
        all[index] = MIGRATIONS[index];
        index += 1;
    }
    all
}

fn patient() -> Opening {
    Opening::new(DEADLINE, DEADLINE, |_| Vec::new())
}

fn hasty() -> Opening {
    Opening::new(Duration::from_millis(30), Duration::from_millis(100), |_| vec![11, 12])
}

/// A directory with a store in it that holds an answer of `size` letters.
async fn filled(size: usize) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    let path = store.path().to_owned();
    put(&store, "key", size).await.unwrap();
    (dir, path)
}

async fn put(store: &Store, key: &str, size: usize) -> Result<()> {
    let answer = NewAnswer {
        key: key.to_owned(),
        owner: "default".into(),
        provider: "glm".to_owned(),
        model: "glm-5.3".to_owned(),
        keep: Duration::from_mins(10),
        body: "a".repeat(size).into(),
        under_way: std::sync::Arc::default(),
    };
    store.write(move |connection| crate::store::answers::insert(connection, &answer, Timestamp::from_millis(0))).await
}

async fn has(store: &Store, key: &str) -> bool {
    store.find_answer(key.to_owned(), Timestamp::from_millis(0)).await.unwrap().is_some()
}

fn everything() -> CallFilter {
    CallFilter { state: None, tool: None, since: None, limit: 100 }
}

#[tokio::test]
async fn a_new_store_is_made_by_many_at_once_and_all_stay_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let opened = join_all((0..16).map(|_| Store::open_with(dir.path(), patient()))).await;
    let stores: Vec<_> = opened.into_iter().map(Result::unwrap).collect();
    for (number, store) in stores.iter().enumerate() {
        put(store, &number.to_string(), 10).await.unwrap();
    }
    assert!(has(&stores[0], "15").await);
}

#[tokio::test]
async fn a_schema_changes_only_when_nobody_else_has_the_store_open() {
    let (dir, path) = filled(10).await;
    let open = Store::open(dir.path()).await.unwrap();
    let newer = Opening { migrations: NEXT, ..hasty() };
    let refused = Store::open_with(dir.path(), newer.clone()).await.unwrap_err();
    assert_eq!(refused.kind().exit_code(), 7);
    assert_eq!(
        refused.message,
        format!(
            "store {} has schema {OWN} and must become {}, but processes 11 and 12 have it open; waited 0.03 s",
            path.display(),
            OWN + 1
        )
    );
    put(&open, "after", 10).await.unwrap();
    drop(open);

    let migrated = Store::open_with(dir.path(), newer).await.unwrap();
    assert!(has(&migrated, "key").await && has(&migrated, "after").await, "a migration only adds");
    let old = Store::open(dir.path()).await.unwrap_err();
    assert_eq!(old.kind().exit_code(), 7);
    let known = format!("has schema {}, this program knows up to {OWN}", OWN + 1);
    assert!(old.message.contains(&known), "{old}");
}

/// An answer, a call that runs and is to end, and one that has ended; every version of the tables takes them.
const HELD: &str = r#"INSERT INTO answers (key, owner, provider, model, created_at, expires_at, body)
        VALUES ('key', 'default', 'glm', 'glm-5.3', 0, 600000, '"an answer"');
     INSERT INTO calls (id, owner, session, instance, tool, arguments, thread_id, state, created_at, deadline_at,
                        finished_at, result, cancel_requested)
        VALUES ('1-runs', 'default', 's', 'i', 'chat', '{}', 't', 'running', 1, 2, NULL, NULL, 1),
               ('2-ended', 'default', 's', 'i', 'chat', '{}', 't', 'failed', 3, 4, 5, 'RESULT', 0);
     INSERT INTO call_events (call_id, n, at, body) VALUES
        ('1-runs', 1, 1, '{"kind":"first_token"}'), ('2-ended', 2, 5, '{"kind":"finished","state":"failed"}'),
        ('2-ended', 1, 4, '{"kind":"first_token"}')"#;

#[tokio::test]
async fn a_store_of_any_earlier_version_is_brought_up_and_keeps_what_it_holds() {
    let mut result = Envelope::running(CallId::from("2-ended".to_owned()), "chat");
    result.fail(&Error::internal("it broke"));
    let held = HELD.replace("RESULT", &serde_json::to_string(&result).unwrap());
    for version in 1..OWN {
        let dir = tempfile::tempdir().unwrap();
        let earlier = Opening { migrations: &MIGRATIONS[..version], ..patient() };
        let old = Store::open_with(dir.path(), earlier).await.unwrap();
        let held = held.clone();
        old.write(move |connection| connection.execute_batch(&held)).await.unwrap();
        drop(old);
        let store = Store::open_with(dir.path(), patient()).await.unwrap();
        assert!(has(&store, "key").await, "version {version}");
        assert_eq!(store.audit_log(None, 1).await.unwrap(), [], "version {version}");
        let found = store.read(|connection| Ok(schema::version(connection))).await.unwrap();
        assert_eq!(found.unwrap(), OWN);
        let calls = store.list_calls("default".to_owned(), everything()).await.unwrap();
        let states: Vec<_> = calls.iter().map(|call| (call.call_id.as_str(), call.state)).collect();
        assert_eq!(states, [("2-ended", CallState::Failed), ("1-runs", CallState::Running)], "version {version}");
        let ended = store.get_call("default".to_owned(), "2-ended".to_owned()).await.unwrap();
        assert_eq!((&ended.result, ended.finished_at), (&result, Some(Timestamp::from_millis(5))), "version {version}");
        let steps = |id: &'static str| {
            let found = store.get_call("default".to_owned(), id.to_owned());
            async move { found.await.unwrap().events.iter().map(|step| (step.n, step.at.as_millis())).collect::<Vec<_>>() }
        };
        assert_eq!((steps("1-runs").await, steps("2-ended").await), (vec![(1, 1)], vec![(1, 4), (2, 5)]));
        let to_end = store.requested_cancels(InstanceId::from("i".to_owned())).await.unwrap();
        assert_eq!(to_end, [CallId::from("1-runs".to_owned())], "version {version}");
    }
}

#[tokio::test]
async fn those_who_wait_to_change_the_schema_go_on_when_one_of_them_has() {
    let (dir, _) = filled(10).await;
    let open = Store::open(dir.path()).await.unwrap();
    let newer = Opening { migrations: NEXT, ..patient() };
    let waiting = join_all((0..6).map(|_| Store::open_with(dir.path(), newer.clone())));
    let (stores, ()) = tokio::join!(waiting, async { drop(open) });
    let stores: Vec<_> = stores.into_iter().map(Result::unwrap).collect();
    assert_eq!(stores.len(), 6, "each of them keeps it open, and none waited for another");
}

#[tokio::test]
async fn a_change_that_fails_changes_nothing() {
    let (dir, _) = filled(10).await;
    let error = Store::open_with(dir.path(), Opening { migrations: BROKEN, ..hasty() }).await.unwrap_err();
    assert_eq!(error.kind().exit_code(), 8, "{error}");
    assert!(has(&Store::open(dir.path()).await.unwrap(), "key").await);
}

#[tokio::test]
async fn both_connections_are_set_up_for_safety() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_with(dir.path(), hasty()).await.unwrap();
    let look = |connection: &Connection| -> rusqlite::Result<(String, u32, u32)> {
        let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get(0));
        let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        Ok((mode, pragma("synchronous")?, pragma("busy_timeout")?))
    };
    let full = ("wal".to_owned(), 2, 100);
    assert_eq!(store.write(look).await.unwrap(), full);
    assert_eq!(store.read(look).await.unwrap(), full);
}

#[tokio::test]
async fn a_damaged_file_is_named_and_left_alone() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 3] = [
        ("no database", |path| std::fs::write(path, "not a database at all\n".repeat(1000)).unwrap()),
        ("cut off", |path| std::fs::File::options().write(true).open(path).unwrap().set_len(5000).unwrap()),
        ("overwritten inside", |path| {
            let mut file = std::fs::File::options().write(true).open(path).unwrap();
            file.seek(SeekFrom::Start(4096)).unwrap();
            file.write_all(&vec![0x5a; 4096 * 6]).unwrap();
        }),
    ];
    for (what, damage) in damages {
        let (dir, path) = filled(100).await;
        damage(&path);
        let before = std::fs::read(&path).unwrap();
        let error = match Store::open(dir.path()).await {
            Err(error) => error,
            Ok(store) => store.list_calls("default".to_owned(), everything()).await.expect_err(what),
        };
        assert_eq!(error.kind().exit_code(), 8, "{what}: {error}");
        assert!(error.message.contains(&format!("{} is damaged", path.display())), "{what}: {error}");
        assert!(error.hints[0].contains("move it aside"), "{what}: {error:?}");
        assert!(std::fs::read(&path).unwrap() == before, "{what}: the file was touched");
    }
}

#[tokio::test]
async fn a_writer_that_keeps_the_store_locked_is_waited_for_once_and_not_once_a_job() {
    let (dir, path) = filled(10).await;
    let store = Store::open_with(dir.path(), hasty()).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // One after the other, these would take half a minute.
    let keys: Vec<_> = (0..300).map(|number| number.to_string()).collect();
    let writes = join_all(keys.iter().map(|key| put(&store, key, 10)));
    let outcomes = tokio::time::timeout(DEADLINE, writes).await.expect("bounded");
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind().exit_code(), 8);
        assert!(error.message.contains("another process keeps it locked"), "{error}");
    }
    assert!(has(&store, "key").await, "reading goes on");
    other.execute_batch("ROLLBACK").unwrap();
    put(&store, "later", 10).await.unwrap();
}

#[tokio::test]
async fn closing_waits_neither_for_another_writer_nor_for_a_reader() {
    let (dir, path) = filled(10).await;
    let store = Store::open_with(dir.path(), patient()).await.unwrap();
    put(&store, "large", 3_000_000).await.unwrap();
    let (writing, reading) = (Connection::open(&path).unwrap(), Connection::open(&path).unwrap());
    writing.execute_batch("BEGIN IMMEDIATE").unwrap();
    reading.execute_batch("BEGIN; SELECT count(*) FROM calls").unwrap();
    let closing = tokio::task::spawn_blocking(move || drop(store));
    tokio::time::timeout(DEADLINE / 2, closing).await.expect("closed").unwrap();
}
