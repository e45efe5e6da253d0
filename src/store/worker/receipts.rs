//! Tells those who wait that their jobs are over, all of a commit by one task of their runtime. Whom the thread of the store
//! wakes by itself costs a system call each, and is taken from another queue than what the runtime has at hand.

use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::Job;
use crate::error::Result;

/// Commits that may be on their way to the task; the thread tells those of others itself.
const UNDER_WAY: usize = 64;

/// The thread's end of the way.
pub(super) struct Receipts(mpsc::Sender<Receipt>);

/// What came of a commit. Who waits for its jobs is told when it goes, wherever that is: also with the runtime.
struct Receipt {
    jobs: Vec<Box<dyn Job>>,
    commit: Result<()>,
}

impl Drop for Receipt {
    fn drop(&mut self) {
        for job in self.jobs.drain(..) {
            job.acknowledge(self.commit.clone());
        }
    }
}

impl Receipts {
    /// Starts the task on this runtime. It ends after the last commit.
    pub(super) fn start(tasks: &TaskTracker) -> Self {
        let (receipts, mut handed) = mpsc::channel(UNDER_WAY);
        tasks.spawn(async move { while handed.recv().await.is_some() {} });
        Self(receipts)
    }

    /// Has all who wait for `jobs` told.
    pub(super) fn hand_out(&self, jobs: Vec<Box<dyn Job>>, commit: Result<()>) {
        // A receipt that can not be sent goes here.
        drop(self.0.try_send(Receipt { jobs, commit }));
    }
}
