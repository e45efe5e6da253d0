//! An append-only list with one writer and any number of readers, each at its own place.
//! A call's events and a shared model request are both told this way: whoever comes late reads from the start.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The writing end; the feed is closed when it goes.
#[derive(Debug)]
pub struct Feed<T>(Arc<Shared<T>>);

#[derive(Debug)]
struct Shared<T> {
    list: Mutex<List<T>>,
    /// There is an item, or an end.
    news: Notify,
}

#[derive(Debug)]
struct List<T> {
    items: Vec<T>,
    is_closed: bool,
}

impl<T> Default for Feed<T> {
    fn default() -> Self {
        let list = List { items: Vec::new(), is_closed: false };
        Self(Arc::new(Shared { list: Mutex::new(list), news: Notify::new() }))
    }
}

impl<T> Feed<T> {
    /// Appends an item and wakes the readers.
    pub fn push(&self, item: T) {
        self.0.list().items.push(item);
        self.0.news.notify_waiters();
    }

    /// Says that nothing more will come.
    pub fn close(&self) {
        self.0.list().is_closed = true;
        self.0.news.notify_waiters();
    }

    /// A reader that starts at the first item.
    pub fn reader(&self) -> Reader<T> {
        Reader { feed: Arc::clone(&self.0), next: 0 }
    }
}

impl<T> Drop for Feed<T> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<T> Shared<T> {
    fn list(&self) -> MutexGuard<'_, List<T>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reading end. Dropping it costs nothing and disturbs nobody.
#[derive(Debug)]
pub struct Reader<T> {
    feed: Arc<Shared<T>>,
    next: usize,
}

impl<T: Clone> Reader<T> {
    /// The next item; `None` when the feed is closed, or its writer gone, and all was read.
    /// Cancel-safe: an item is either returned or still there.
    pub async fn next(&mut self) -> Option<T> {
        loop {
            // Made before the look: what comes behind it is heard.
            let news = self.feed.news.notified();
            {
                let list = self.feed.list();
                if let Some(item) = list.items.get(self.next) {
                    self.next += 1;
                    return Some(item.clone());
                }
                if list.is_closed {
                    return None;
                }
            }
            news.await;
        }
    }

    /// All items that are there already.
    pub fn ready(&mut self) -> Vec<T> {
        let items = self.feed.list().items.get(self.next..).map(<[T]>::to_vec).unwrap_or_default();
        self.next += items.len();
        items
    }
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
