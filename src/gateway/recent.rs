//! The latest answers of this process, to be used again. The store has them all, also those of other processes; but it
//! has an answer only once the result of its call is committed, and it costs a query.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Answer;

/// Bytes of text that are kept; the oldest go first, and the last one stays however large it is.
const ROOM: usize = 4 * 1024 * 1024;

/// Answers by the key of their request.
#[derive(Debug, Clone, Default)]
pub struct RecentAnswers(Arc<Mutex<Answers>>);

#[derive(Debug, Default)]
struct Answers {
    by_key: HashMap<Arc<str>, Kept>,
    /// The oldest first.
    order: VecDeque<(Arc<str>, Instant)>,
    bytes: usize,
}

#[derive(Debug)]
struct Kept {
    answer: Answer,
    until: Instant,
    since: Instant,
}

impl RecentAnswers {
    /// The answer to the request of that key, unless its time is over.
    pub(super) fn find(&self, key: &str) -> Option<Answer> {
        let answers = self.lock();
        let kept = answers.by_key.get(key).filter(|kept| kept.until > Instant::now())?;
        Some(kept.answer.clone())
    }

    /// Keeps an answer for that time.
    pub(super) fn keep(&self, key: &str, answer: &Answer, time: Duration) {
        let (key, since) = (Arc::<str>::from(key), Instant::now());
        let mut answers = self.lock();
        answers.bytes += size(answer);
        let kept = Kept { answer: answer.clone(), until: since + time, since };
        if let Some(before) = answers.by_key.insert(Arc::clone(&key), kept) {
            answers.bytes -= size(&before.answer);
        }
        answers.order.push_back((key, since));
        answers.shrink();
    }

    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answers {
    fn shrink(&mut self) {
        while self.order.len() > 1 {
            let Some((key, since)) = self.order.front() else { break };
            // One that was kept again since then has a later place.
            let is_stale = self.by_key.get(key).is_none_or(|kept| kept.since != *since);
            let is_over = self.by_key.get(key).is_some_and(|kept| kept.until <= Instant::now());
            if !is_stale && !is_over && self.bytes <= ROOM {
                break;
            }
            let gone = if is_stale { None } else { self.by_key.remove(key) };
            self.bytes -= gone.map_or(0, |gone| size(&gone.answer));
            self.order.pop_front();
        }
    }
}

/// Its texts, and about what it takes to keep them.
fn size(answer: &Answer) -> usize {
    const OVERHEAD: usize = 512;
    answer.text.len() + answer.reasoning.len() + OVERHEAD
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Answer {
        let (model, provider) = ("glm-4.6".to_owned(), "glm".to_owned());
        Answer { text: text.to_owned(), model, provider, ..Answer::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_found_until_its_time_is_over() {
        let recent = RecentAnswers::default();
        recent.keep("key", &answer("first"), Duration::from_secs(10));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(recent.find("key"), Some(answer("first")));
        assert_eq!(recent.find("another"), None);
        recent.keep("key", &answer("second"), Duration::from_secs(10));
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(recent.find("key"), Some(answer("second")), "its time begins anew");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(recent.find("key"), None);
    }

    #[tokio::test]
    async fn the_oldest_answers_go_when_there_is_no_room() {
        let recent = RecentAnswers::default();
        let large = answer(&"x".repeat(ROOM / 3));
        for key in ["a", "b", "a", "c"] {
            recent.keep(key, &large, Duration::from_mins(1));
        }
        let found = ["a", "b", "c"].map(|key| recent.find(key).is_some());
        assert_eq!(found, [true, false, true], "a was kept again after b");
        let huge = answer(&"x".repeat(ROOM + 1));
        recent.keep("huge", &huge, Duration::from_mins(1));
        let found = ["a", "c", "huge"].map(|key| recent.find(key).is_some());
        assert_eq!(found, [false, false, true]);
        assert!(recent.lock().order.len() <= 1);
    }
}
