//! A thread that owns a connection and runs jobs on it, so that nothing blocks the runtime.

use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Result};

/// Jobs that may wait; a caller beyond that waits for a place.
const QUEUE: usize = 1024;
/// Jobs in one commit at the most, so that the first of them is not kept waiting for ever.
const BATCH: usize = 256;

/// Tells the caller of a job how the commit went.
type Acknowledge = Box<dyn FnOnce(Result<()>) + Send>;
/// Gets the connection, or the reason why there is none.
type Job = Box<dyn FnOnce(Result<&Connection>) -> Acknowledge + Send>;
type Connect = Box<dyn FnOnce() -> Result<Connection> + Send>;

/// Whether jobs are wrapped in a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Batches in one transaction.
    Write,
    /// One by one.
    Read,
}

/// The handle of the thread. It ends after the last handle is gone and the queue is empty.
#[derive(Debug, Clone)]
pub(super) struct Worker {
    jobs: Option<mpsc::Sender<Job>>,
    /// Joined by the last handle, so that what was queued is on disk when the store is closed.
    _thread: Arc<Thread>,
}

#[derive(Debug)]
struct Thread(Option<std::thread::JoinHandle<()>>);

impl Drop for Thread {
    fn drop(&mut self) {
        if let Some(handle) = self.0.take() {
            // A panic of the thread has been told to whoever waited for its jobs.
            drop(handle.join());
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // The sender goes first: the thread ends when all senders are gone, and the last handle joins it.
        self.jobs = None;
    }
}

impl Worker {
    /// Starts the thread and waits until its connection is open.
    pub(super) async fn start<C>(name: &str, mode: Mode, connect: C) -> Result<Self>
    where
        C: FnOnce() -> Result<Connection> + Send + 'static,
    {
        let (opened, is_open) = oneshot::channel();
        let worker = Self::spawn(name, mode, Box::new(connect), Some(opened))?;
        is_open.await.map_err(|_| gone())??;
        Ok(worker)
    }

    /// Starts the thread; its connection is opened by the first job.
    pub(super) fn start_lazily<C>(name: &str, mode: Mode, connect: C) -> Self
    where
        C: FnOnce() -> Result<Connection> + Send + 'static,
    {
        Self::spawn(name, mode, Box::new(connect), None)
            .unwrap_or_else(|_| Self { jobs: None, _thread: Arc::new(Thread(None)) })
    }

    fn spawn(name: &str, mode: Mode, connect: Connect, opened: Option<oneshot::Sender<Result<()>>>) -> Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let handle = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || serve(queue, mode, connect, opened))
            .map_err(|error| Error::internal(format!("no thread for the store: {error}")))?;
        Ok(Self { jobs: Some(jobs), _thread: Arc::new(Thread(Some(handle))) })
    }

    /// Runs `job` and returns its result once it is committed.
    pub(super) async fn run<T, F>(&self, job: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = connection.and_then(|connection| guarded(connection, job));
            Box::new(move |commit| drop(answer.send(commit.and(result))))
        });
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(job).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Queues `job` and waits for nothing; `false` when the queue is full or closed.
    pub(super) fn run_later<F>(&self, job: F) -> bool
    where
        F: FnOnce(&Connection) -> rusqlite::Result<()> + Send + 'static,
    {
        let job: Job = Box::new(move |connection| {
            // Who does not wait does not ask: what matters is written again by a job that is waited for.
            drop(connection.and_then(|connection| guarded(connection, job)));
            Box::new(drop)
        });
        self.jobs.as_ref().is_some_and(|jobs| jobs.try_send(job).is_ok())
    }
}

fn gone() -> Error {
    Error::internal("the store is closed")
}

/// Runs one job of a batch so that its failure undoes only its own changes.
fn guarded<T>(connection: &Connection, job: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
    let path = connection.path().unwrap_or("in memory").to_owned();
    let named = |error: rusqlite::Error| super::at(std::path::Path::new(&path), &error);
    if connection.is_autocommit() {
        return job(connection).map_err(named);
    }
    connection.execute_batch("SAVEPOINT job").map_err(named)?;
    let result = job(connection).map_err(named);
    let end = if result.is_ok() { "RELEASE job" } else { "ROLLBACK TO job; RELEASE job" };
    connection.execute_batch(end).map_err(named)?;
    result
}

fn serve(mut queue: mpsc::Receiver<Job>, mode: Mode, connect: Connect, opened: Option<oneshot::Sender<Result<()>>>) {
    let first = if opened.is_none() { queue.blocking_recv() } else { None };
    let connection = connect();
    if let Some(opened) = opened {
        drop(opened.send(connection.as_ref().map(drop).map_err(Clone::clone)));
    }
    let mut next = first.or_else(|| queue.blocking_recv());
    while let Some(job) = next {
        match (&connection, mode) {
            (Ok(open), Mode::Write) => commit(open, job, &mut queue),
            (Ok(open), Mode::Read) => job(Ok(open))(Ok(())),
            (Err(error), _) => job(Err(error.clone()))(Ok(())),
        }
        next = queue.blocking_recv();
    }
}

/// One commit: the job that came, and all that have queued behind it.
fn commit(connection: &Connection, first: Job, queue: &mut mpsc::Receiver<Job>) {
    let path = connection.path().unwrap_or("in memory").to_owned();
    let named = |error: rusqlite::Error| super::at(std::path::Path::new(&path), &error);
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE").map_err(named) {
        return first(Err(error))(Ok(()));
    }
    let mut acknowledgements = vec![first(Ok(connection))];
    while acknowledgements.len() < BATCH {
        let Ok(job) = queue.try_recv() else { break };
        acknowledgements.push(job(Ok(connection)));
    }
    let committed = connection.execute_batch("COMMIT").map_err(named);
    if committed.is_err() && !connection.is_autocommit() {
        // Nothing of the batch may stay open for the next one to commit by accident.
        drop(connection.execute_batch("ROLLBACK"));
    }
    for acknowledge in acknowledgements {
        acknowledge(committed.clone());
    }
}
