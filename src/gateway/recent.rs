//! The latest answers of this process, to be used again. The store has them all, also those of other processes; but it
//! has an answer only once the result of its call is committed, and it costs a query.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Answer;
use crate::clock::Timestamp;

/// Bytes of text that are kept; the oldest go first, and the last one stays however large it is.
const ROOM: usize = 4 * 1024 * 1024;
/// An answer that is younger may not be in the store yet, so that nobody else has it: it stays as long as there is any room.
const SETTLED: Duration = Duration::from_secs(2);
/// Bytes of text that are kept of those, too.
const MOST: usize = 16 * ROOM;

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
    /// The same on the calendar: the other clock may stand still while the machine sleeps.
    expires: Timestamp,
    since: Instant,
}

impl Kept {
    fn is_over(&self, now: Timestamp) -> bool {
        self.until <= Instant::now() || self.expires <= now
    }
}

impl RecentAnswers {
    /// The answer to the request of that key, unless its time is over.
    pub(super) fn find(&self, key: &str) -> Option<Answer> {
        self.find_at(key, Timestamp::now())
    }

    fn find_at(&self, key: &str, now: Timestamp) -> Option<Answer> {
        let answers = self.lock();
        let kept = answers.by_key.get(key).filter(|kept| !kept.is_over(now))?;
        Some(kept.answer.clone())
    }

    /// Keeps an answer for that time.
    pub(super) fn keep(&self, key: &str, answer: &Answer, time: Duration) {
        let (key, since) = (Arc::<str>::from(key), Instant::now());
        let mut answers = self.lock();
        answers.bytes += size(answer);
        let expires = Timestamp::now().after(time);
        let kept = Kept { answer: answer.clone(), until: since + time, expires, since };
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
            let is_over = self.by_key.get(key).is_some_and(|kept| kept.is_over(Timestamp::now()));
            let room = if since.elapsed() < SETTLED { MOST } else { ROOM };
            if !is_stale && !is_over && self.bytes <= room {
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

    #[tokio::test(start_paused = true)]
    async fn an_answer_whose_time_has_passed_while_the_machine_slept_is_not_found() {
        let recent = RecentAnswers::default();
        recent.keep("key", &answer("first"), Duration::from_mins(1));
        let after = |time| recent.find_at("key", Timestamp::now().after(time)).is_some();
        assert_eq!([after(Duration::from_secs(50)), after(Duration::from_secs(61))], [true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_not_be_in_the_store_yet_stays_although_there_is_no_room() {
        let recent = RecentAnswers::default();
        let large = answer(&"x".repeat(ROOM / 3));
        let found = |keys: [&str; 5]| keys.map(|key| recent.find(key).is_some());
        for key in ["a", "b", "c", "d"] {
            recent.keep(key, &large, Duration::from_mins(1));
        }
        assert_eq!(found(["a", "b", "c", "d", "e"]), [true, true, true, true, false]);
        tokio::time::advance(SETTLED).await;
        recent.keep("e", &large, Duration::from_mins(1));
        assert_eq!(found(["a", "b", "c", "d", "e"]), [false, false, false, true, true]);
        for _ in 0..60 {
            recent.keep(&format!("{:?}", recent.lock().order.len()), &large, Duration::from_mins(1));
        }
        assert!(recent.lock().bytes <= MOST, "even they have a bound");
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_answers_go_when_there_is_no_room() {
        let recent = RecentAnswers::default();
        let large = answer(&"x".repeat(ROOM / 3));
        for key in ["a", "b", "a", "c"] {
            recent.keep(key, &large, Duration::from_mins(1));
            tokio::time::advance(SETTLED).await;
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
