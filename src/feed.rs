//! An append-only list with one writer and any number of readers, each at its own place.
//! A call's events and a shared model request are both told this way: whoever comes late reads from the start.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// The writing end.
#[derive(Debug)]
pub struct Feed<T> {
    items: Arc<Mutex<Vec<T>>>,
    progress: watch::Sender<Progress>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Progress {
    len: usize,
    closed: bool,
}

impl<T> Default for Feed<T> {
    fn default() -> Self {
        Self { items: Arc::default(), progress: watch::Sender::default() }
    }
}

impl<T: Clone> Feed<T> {
    /// Appends an item and wakes the readers.
    pub fn push(&self, item: T) {
        let len = {
            let mut items = lock(&self.items);
            items.push(item);
            items.len()
        };
        self.progress.send_modify(|progress| progress.len = progress.len.max(len));
    }

    /// Says that nothing more will come.
    pub fn close(&self) {
        self.progress.send_modify(|progress| progress.closed = true);
    }

    /// A reader that starts at the first item.
    pub fn reader(&self) -> Reader<T> {
        Reader { items: Arc::clone(&self.items), progress: self.progress.subscribe(), next: 0 }
    }
}

/// A reading end. Dropping it costs nothing and disturbs nobody.
#[derive(Debug, Clone)]
pub struct Reader<T> {
    items: Arc<Mutex<Vec<T>>>,
    progress: watch::Receiver<Progress>,
    next: usize,
}

impl<T: Clone> Reader<T> {
    /// The next item; `None` when the feed is closed, or its writer gone, and all was read.
    /// Cancel-safe: an item is either returned or still there.
    pub async fn next(&mut self) -> Option<T> {
        // An error means that the writer is gone: what it left is still to be read.
        let next = self.next;
        let _ = self.progress.wait_for(|progress| progress.len > next || progress.closed).await.is_err();
        let item = lock(&self.items).get(self.next).cloned();
        self.next += usize::from(item.is_some());
        item
    }
}

impl<T: Clone> Reader<T> {
    /// All items that are there already.
    pub fn ready(&mut self) -> Vec<T> {
        let items = lock(&self.items).get(self.next..).map(<[T]>::to_vec).unwrap_or_default();
        self.next += items.len();
        items
    }
}

fn lock<T>(items: &Mutex<Vec<T>>) -> MutexGuard<'_, Vec<T>> {
    items.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_late_reader_reads_from_the_start_and_ends_with_the_feed() {
        let feed = Feed::default();
        feed.push(1);
        feed.push(2);
        let mut reader = feed.reader();
        feed.close();
        assert_eq!((reader.next().await, reader.next().await, reader.next().await), (Some(1), Some(2), None));
    }

    #[tokio::test]
    async fn a_feed_whose_writer_is_gone_ends_instead_of_hanging() {
        let feed = Feed::default();
        feed.push(1);
        let mut reader = feed.reader();
        drop(feed);
        assert_eq!((reader.next().await, reader.next().await), (Some(1), None));
    }
}
