//! A thread that owns a connection and runs jobs on it, so that nothing blocks the runtime.
//!
//! A job can fail, or even panic, without harm to its neighbours: only its own changes are undone. That is rare, so a
//! batch runs without savepoints, and once more with one for each job when one of them fails; a job may therefore run
//! twice. Should SQLite give up the whole transaction (disk full, I/O error), every job of the batch is told so, and
//! nothing of it is kept.
//!
//! ```text
//! jobs that queue ─▶ with the first, others are let come ─▶ the bell ─▶ the thread takes all that are there ─▶ one commit
//!                              who waits ◀─ a task tells all of the commit ◀─ its receipt ◀────────────────────────┘
//! ```

mod bell;
mod receipts;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use self::bell::Bell;
use self::receipts::Receipts;
use super::failure;
use crate::error::{Error, Result};

#[cfg(test)]
mod tests;

/// Jobs that may wait; a caller beyond that waits for a place.
const QUEUE: usize = 1024;
/// Jobs in one commit at the most, so that the first of them is not kept waiting for ever.
const BATCH: usize = 256;

/// Work on the connection, and whoever waits for it.
trait Job: Send {
    /// Does the work, or takes note of why there is no connection. It may come again; the last time counts.
    fn carry_out(&mut self, connection: Result<&Connection>);
    /// Why it failed, if it did.
    fn failure(&self) -> Option<&Error>;
    /// Tells whoever waits, now that the commit is over.
    fn acknowledge(self: Box<Self>, commit: Result<()>);
}

type Connect = Box<dyn FnMut() -> Result<Connection> + Send>;

/// Whether jobs are wrapped in a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Batches in one transaction.
    Write,
    /// One by one, each on one snapshot.
    Read,
}

/// The handle of the thread. It ends after the last handle is gone and the queue is empty.
#[derive(Debug, Clone)]
pub(super) struct Worker(Arc<Thread>);

#[derive(Debug)]
struct Thread {
    /// Taken when the last handle goes.
    jobs: Option<mpsc::Sender<Box<dyn Job>>>,
    mode: Mode,
    bell: Arc<Bell>,
    /// Joined by the last handle, so that what was queued is on disk when the store is closed.
    handle: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.jobs = None;
        self.bell.ring();
        // A job that held the last handle would make the thread wait for itself.
        if let Some(handle) = self.handle.take()
            && handle.thread().id() != std::thread::current().id()
        {
            // A panic of the thread has been told to whoever waited for its jobs.
            drop(handle.join());
        }
    }
}

impl Worker {
    /// Starts the thread and waits until its connection is open.
    pub(super) async fn start<C>(name: &str, mode: Mode, connect: C) -> Result<Self>
    where
        C: FnMut() -> Result<Connection> + Send + 'static,
    {
        let (opened, is_open) = oneshot::channel();
        let worker = Self::spawn(name, mode, Box::new(connect), Some(opened))?;
        is_open.await.map_err(|_| gone())??;
        Ok(worker)
    }

    /// Starts the thread; its connection is opened by the first job that finds it possible.
    pub(super) fn start_lazily<C>(name: &str, mode: Mode, connect: C) -> Result<Self>
    where
        C: FnMut() -> Result<Connection> + Send + 'static,
    {
        Self::spawn(name, mode, Box::new(connect), None)
    }

    fn spawn(name: &str, mode: Mode, connect: Connect, opened: Option<oneshot::Sender<Result<()>>>) -> Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let bell = Arc::<Bell>::default();
        let heard = Arc::clone(&bell);
        let receipts = (mode == Mode::Write).then(|| Receipts::start(bell.tasks()));
        let handle = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || serve(queue, &heard, receipts.as_ref(), connect, opened))
            .map_err(|error| Error::internal(format!("no thread for the store: {error}")))?;
        bell.hang(handle.thread().clone());
        Ok(Self(Arc::new(Thread { jobs: Some(jobs), mode, bell, handle: Some(handle) })))
    }

    /// Runs `job` and returns its result once it is committed.
    pub(super) async fn run<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let Thread { jobs, mode, bell, .. } = &*self.0;
        let (answer, answered) = oneshot::channel();
        let job = Box::new(Awaited { job, mode: *mode, result: Err(gone()), answer });
        let jobs = jobs.as_ref().ok_or_else(gone)?;
        jobs.send(job).await.map_err(|_| gone())?;
        match mode {
            Mode::Write => bell.announce(),
            Mode::Read => bell.ring(),
        }
        let result = answered.await.map_err(|_| gone())?;
        if let Err(error) = &result {
            // Here, and not in the thread: the line names the call.
            tracing::error!(%error, "the store failed");
        }
        result
    }

    /// Queues `job` and waits for nothing; `false` when the queue is full or closed.
    pub(super) fn run_later<F>(&self, job: F) -> bool
    where
        F: FnMut(&Connection) -> rusqlite::Result<()> + Send + 'static,
    {
        let Thread { jobs, mode, bell, .. } = &*self.0;
        let job = Box::new(Unattended { job, mode: *mode, failure: None });
        let is_queued = jobs.as_ref().is_some_and(|jobs| jobs.try_send(job).is_ok());
        bell.ring();
        is_queued
    }
}

/// A job that somebody waits for.
struct Awaited<T, F> {
    job: F,
    mode: Mode,
    result: Result<T>,
    answer: oneshot::Sender<Result<T>>,
}

impl<T, F> Job for Awaited<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> rusqlite::Result<T> + Send,
{
    fn carry_out(&mut self, connection: Result<&Connection>) {
        let Self { job, mode, result, .. } = self;
        *result = connection.and_then(|connection| mode.carry_out(connection, job));
    }

    fn failure(&self) -> Option<&Error> {
        self.result.as_ref().err()
    }

    fn acknowledge(self: Box<Self>, commit: Result<()>) {
        let Self { result, answer, .. } = *self;
        // Whoever asked may have left.
        drop(answer.send(result.and_then(|value| commit.map(|()| value))));
    }
}

/// A job that nobody waits for. Who does not wait does not ask: what matters is written again by a job that is waited for.
struct Unattended<F> {
    job: F,
    mode: Mode,
    failure: Option<Error>,
}

impl<F> Job for Unattended<F>
where
    F: FnMut(&Connection) -> rusqlite::Result<()> + Send,
{
    fn carry_out(&mut self, connection: Result<&Connection>) {
        let Self { job, mode, .. } = self;
        self.failure = connection.and_then(|connection| mode.carry_out(connection, job)).err();
    }

    fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }

    fn acknowledge(self: Box<Self>, _: Result<()>) {
        if let Some(error) = self.failure {
            tracing::error!(%error, "the store failed at what nobody waits for");
        }
    }
}

fn gone() -> Error {
    Error::internal("the store is closed")
}

impl Mode {
    /// Runs one job. A query sees one state of the database.
    fn carry_out<T>(
        self,
        connection: &Connection,
        job: &mut impl FnMut(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        match self {
            Self::Write => attempt(connection, job),
            Self::Read => {
                let snapshot = connection.unchecked_transaction().map_err(|error| named(connection, &error))?;
                attempt(&snapshot, job)
            }
        }
    }
}

/// Runs a job; a panic is its failure and not the thread's.
fn attempt<T>(connection: &Connection, job: &mut impl FnMut(&Connection) -> rusqlite::Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(|| job(connection))) {
        Ok(result) => result.map_err(|error| named(connection, &error)),
        Err(_) => Err(Error::internal("a job of the store panicked").hint("this is a bug: please report it")),
    }
}

/// Runs one of the few statements around jobs, which are read once.
fn say(connection: &Connection, sql: &str) -> Result<()> {
    let said = connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
    said.map(drop).map_err(|error| named(connection, &error))
}

fn named(connection: &Connection, error: &rusqlite::Error) -> Error {
    failure::of_sqlite(Path::new(connection.path().unwrap_or("in memory")), error)
}

/// Runs jobs until there is no handle. Without `receipts` they are reads, one by one.
fn serve(
    mut queue: mpsc::Receiver<Box<dyn Job>>,
    bell: &Bell,
    receipts: Option<&Receipts>,
    mut connect: Connect,
    opened: Option<oneshot::Sender<Result<()>>>,
) {
    let mut connection = None;
    if let Some(opened) = opened {
        let (open, told) = match connect() {
            Ok(open) => (Some(open), Ok(())),
            Err(error) => (None, Err(error)),
        };
        connection = open;
        // Who no longer waits drops the handle, and the queue ends.
        drop(opened.send(told));
    }
    loop {
        bell.wait();
        while let Ok(job) = queue.try_recv() {
            let open = match connection.take().map_or_else(&mut connect, Ok) {
                Ok(open) => open,
                Err(error) => {
                    refuse(job, &error);
                    continue;
                }
            };
            let has_more = if let Some(receipts) = receipts {
                commit(&open, job, &mut queue, receipts)
            } else {
                let mut job = job;
                job.carry_out(Ok(&open));
                job.acknowledge(Ok(()));
                true
            };
            // A connection that can not leave its transaction is of no use; the next job opens another one.
            connection = Some(open).filter(Connection::is_autocommit);
            if !has_more {
                break;
            }
        }
        if queue.is_closed() && queue.is_empty() {
            return;
        }
    }
}

fn refuse(mut job: Box<dyn Job>, error: &Error) {
    job.carry_out(Err(error.clone()));
    job.acknowledge(Ok(()));
}

/// One commit: the job that came, and all that have queued behind it. Says whether there may be more.
fn commit(
    connection: &Connection,
    first: Box<dyn Job>,
    queue: &mut mpsc::Receiver<Box<dyn Job>>,
    receipts: &Receipts,
) -> bool {
    if let Err(error) = say(connection, "BEGIN IMMEDIATE") {
        // What waits behind it would meet the same lock, each one for as long as this one did.
        refuse(first, &error);
        for _ in 0..QUEUE {
            let Ok(job) = queue.try_recv() else { break };
            refuse(job, &error);
        }
        return true;
    }
    let mut batch: Vec<Box<dyn Job>> = Vec::new();
    let mut next = Some(first);
    let (mut failed, mut is_all) = (false, false);
    while let Some(mut job) = next.take() {
        job.carry_out(Ok(connection));
        failed = job.failure().is_some();
        batch.push(job);
        // SQLite gives up the whole transaction when the disk is full: what came after that would be outside of it.
        if !failed && batch.len() < BATCH && !connection.is_autocommit() {
            next = queue.try_recv().ok();
            is_all = next.is_none();
        }
    }
    let is_open = !connection.is_autocommit();
    let committed = if failed && is_open { apart(connection, &mut batch) } else { end(connection, &batch) };
    if committed.is_err() && !connection.is_autocommit() {
        // Nothing of the batch may stay open for the next one to commit by accident.
        drop(connection.execute_batch("ROLLBACK"));
    }
    tracing::trace!(jobs = batch.len(), "committed");
    receipts.hand_out(batch, committed);
    !is_all
}

/// Begins a batch anew in which a job failed, each job so that its failure undoes only its own changes.
fn apart(connection: &Connection, batch: &mut [Box<dyn Job>]) -> Result<()> {
    say(connection, "ROLLBACK")?;
    say(connection, "BEGIN IMMEDIATE")?;
    for job in &mut *batch {
        say(connection, "SAVEPOINT job")?;
        job.carry_out(Ok(connection));
        if connection.is_autocommit() {
            break;
        }
        if job.failure().is_some() {
            say(connection, "ROLLBACK TO job")?;
        }
        say(connection, "RELEASE job")?;
    }
    end(connection, batch)
}

fn end(connection: &Connection, batch: &[Box<dyn Job>]) -> Result<()> {
    if connection.is_autocommit() {
        let cause = batch.iter().rev().find_map(|job| job.failure().cloned());
        return Err(cause.unwrap_or_else(|| Error::internal("the store gave up a commit")));
    }
    say(connection, "COMMIT")
}
