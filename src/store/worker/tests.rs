//! Jobs that fail, panic or lose the transaction leave their neighbours alone, and everybody is told the truth.

use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use futures_util::poll;

use super::*;
use crate::store::Store;

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).await.unwrap();
    (dir, store)
}

fn insert(connection: &Connection, key: &str, size: usize) -> rusqlite::Result<()> {
    let sql = "INSERT INTO answers (key, owner, provider, model, created_at, expires_at, body)
               VALUES (?1, '', '', '', 0, 0, json_quote(?2))";
    connection.execute(sql, [key, &"a".repeat(size)]).map(drop)
}

async fn keys(store: &Store) -> Vec<String> {
    let all = |connection: &Connection| {
        connection.prepare("SELECT key FROM answers ORDER BY key")?.query_map([], |row| row.get(0))?.collect()
    };
    store.read(all).await.unwrap()
}

/// Keeps the writer busy, so that all that follows is one commit, until the sender is used.
fn hold(store: &Store) -> mpsc::Sender<()> {
    let (go, wait) = mpsc::channel::<()>();
    assert!(store.write_later(move |_| {
        let _ = wait.recv();
        Ok(())
    }));
    go
}

#[tokio::test]
async fn a_job_that_panics_fails_alone() {
    let (_dir, store) = store().await;
    let go = hold(&store);
    let (before, panicking, after, ()) = tokio::join!(
        store.write(|connection| insert(connection, "before", 1)),
        store.write(|connection| {
            insert(connection, "panicking", 1)?;
            panic!("a bug, as this test wants it");
            #[expect(unreachable_code, reason = "gives the closure its type")]
            Ok(())
        }),
        store.write(|connection| insert(connection, "after", 1)),
        async { drop(go) },
    );
    assert!(before.is_ok() && after.is_ok());
    assert!(panicking.unwrap_err().message.contains("panicked"));
    let reading = store.read(|_| -> rusqlite::Result<()> { panic!("another one") }).await;
    assert!(reading.is_err());
    assert_eq!(keys(&store).await, ["after", "before"], "both threads live on");
}

#[tokio::test]
async fn a_job_whose_caller_looks_away_keeps_nobody_waiting() {
    let (_dir, store) = store().await;
    let mut looks_away = pin!(store.write(|connection| insert(connection, "first", 1)));
    assert!(poll!(&mut looks_away).is_pending());
    store.write(|connection| insert(connection, "second", 1)).await.unwrap();
    assert_eq!(keys(&store).await, ["first", "second"]);
    looks_away.await.unwrap();
}

#[tokio::test]
async fn a_job_that_fails_undoes_all_of_itself_and_says_why() {
    let (_dir, store) = store().await;
    let error = store
        .write(|connection| {
            insert(connection, "half", 1)?;
            connection.execute("INSERT INTO nowhere VALUES (1)", []).map(drop)
        })
        .await
        .unwrap_err();
    assert!(error.message.contains("nowhere"), "{error}");
    assert!(keys(&store).await.is_empty());
}

#[tokio::test]
async fn a_full_disk_refuses_what_does_not_fit_and_keeps_what_is_there() {
    let (_dir, store) = store().await;
    store.write(|connection| insert(connection, "there", 10)).await.unwrap();
    store
        .write(|connection| {
            let pages: u32 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
            connection.query_row(&format!("PRAGMA max_page_count = {}", pages + 4), [], |_| Ok(()))
        })
        .await
        .unwrap();
    let go = hold(&store);
    let (small, large, ()) = tokio::join!(
        store.write(|connection| insert(connection, "small", 10)),
        store.write(|connection| insert(connection, "large", 1_000_000)),
        async { drop(go) },
    );
    let error = large.unwrap_err();
    assert_eq!(error.kind().exit_code(), 8);
    assert!(error.message.contains("the disk is full"), "{error}");
    assert!(error.hints[0].contains("free some space"));
    let expected: &[&str] = if small.is_ok() { &["small", "there"] } else { &["there"] };
    assert_eq!(keys(&store).await, expected, "what was told is what is there");
}

/// SQLite may give up the whole transaction when the disk fails; a job that rolls back does the same to its batch.
#[tokio::test]
async fn when_the_transaction_is_lost_nobody_of_the_batch_is_told_that_it_was_kept() {
    let (_dir, store) = store().await;
    let go = hold(&store);
    let (before, losing, after, ()) = tokio::join!(
        store.write(|connection| insert(connection, "before", 1)),
        store.write(|connection| {
            connection.execute_batch("ROLLBACK")?;
            connection.execute("INSERT INTO nowhere VALUES (1)", []).map(drop)
        }),
        store.write(|connection| insert(connection, "after", 1)),
        async { drop(go) },
    );
    assert!(before.unwrap_err().message.contains("nowhere"), "told the cause of its loss");
    assert!(losing.unwrap_err().message.contains("nowhere"));
    after.unwrap();
    assert_eq!(keys(&store).await, ["after"], "what came behind went into a commit of its own");
}

#[tokio::test]
async fn a_connection_that_can_not_be_had_now_is_tried_again_by_the_next_job() {
    let tries = AtomicU32::new(0);
    let connect = move || {
        let first = tries.fetch_add(1, Ordering::Relaxed) == 0;
        if first { Err(Error::internal("not now")) } else { Ok(Connection::open_in_memory().unwrap()) }
    };
    let worker = Worker::start_lazily("test", Mode::Read, connect).unwrap();
    let one = |connection: &Connection| connection.query_row("SELECT 1", [], |row| row.get::<_, u32>(0));
    assert_eq!(worker.run(one).await.unwrap_err().message, "not now");
    assert_eq!(worker.run(one).await.unwrap(), 1);
}

#[tokio::test]
async fn a_query_sees_one_state_while_others_write() {
    let (_dir, store) = store().await;
    let (between, wait) = (store.clone(), tokio::runtime::Handle::current());
    let count =
        |connection: &Connection| connection.query_row("SELECT count(*) FROM answers", [], |row| row.get::<_, u32>(0));
    let seen = store
        .read(move |connection| {
            let first = count(connection)?;
            wait.block_on(between.write(|connection| insert(connection, "new", 1))).unwrap();
            Ok((first, count(connection)?))
        })
        .await;
    assert_eq!(seen.unwrap(), (0, 0));
    assert_eq!(keys(&store).await, ["new"]);
}

#[tokio::test]
async fn closing_keeps_what_was_queued() {
    let (dir, store) = store().await;
    let go = hold(&store);
    for number in 0..100 {
        assert!(store.write_later(move |connection| insert(connection, &format!("{number:03}"), 1)));
    }
    let closing = tokio::task::spawn_blocking(move || drop(store));
    drop(go);
    closing.await.unwrap();
    assert_eq!(keys(&Store::open(dir.path()).await.unwrap()).await.len(), 100);
}

#[tokio::test]
async fn a_job_that_holds_the_last_handle_does_not_wait_for_itself() {
    let worker = Worker::start("test", Mode::Write, || Ok(Connection::open_in_memory().unwrap())).await.unwrap();
    let (go, wait) = mpsc::channel::<()>();
    let (ended, has_ended) = mpsc::channel();
    let mut held = Some(worker.clone());
    assert!(worker.run_later(move |_| {
        let _ = wait.recv();
        drop(held.take());
        let _ = ended.send(());
        Ok(())
    }));
    drop(worker);
    drop(go);
    has_ended.recv_timeout(Duration::from_secs(10)).unwrap();
}

#[test]
fn who_waits_is_told_although_the_runtime_that_opened_the_store_has_ended() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let opening = runtime();
    let worker = opening.block_on(Worker::start("test", Mode::Write, || Ok(Connection::open_in_memory().unwrap())));
    drop(opening);
    let worker = worker.unwrap();
    let one = worker.run(|connection| connection.query_row("SELECT 1", [], |row| row.get::<_, u32>(0)));
    let told = async { tokio::time::timeout(Duration::from_secs(10), one).await };
    assert_eq!(runtime().block_on(told).expect("nobody is told").unwrap(), 1);
}

#[tokio::test]
async fn a_full_queue_refuses_who_does_not_wait_and_holds_who_does() {
    let (_dir, store) = store().await;
    let go = hold(&store);
    let mut queued = 0;
    while store.write_later(|_| Ok(())) {
        queued += 1;
        assert!(queued <= QUEUE, "the queue has no end");
    }
    let (waited, ()) = tokio::join!(store.write(|connection| insert(connection, "patient", 1)), async { drop(go) });
    waited.unwrap();
    assert_eq!(keys(&store).await, ["patient"]);
}
