//! The latest answers of this process, to be used again. The store has them all, also those of other processes; but it
//! has an answer only once the result of its call is committed. What it has need not be held here for long.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::Answer;
use crate::clock::Timestamp;

/// Bytes of text that are kept; the oldest go first, and the last one stays however large it is.
const ROOM: usize = 512 * 1024;
/// Bytes of text that are kept while the oldest is not in the store yet: nobody else has it.
const MOST: usize = 64 * 1024 * 1024;

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
    /// It is on its way to the store.
    under_way: Weak<()>,
}

impl Kept {
    fn room(&self) -> usize {
        if self.under_way.strong_count() > 0 { MOST } else { ROOM }
    }

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

    /// Keeps an answer for that time. While there is somebody who has it `under_way`, the store does not have it.
    pub(super) fn keep(&self, key: &str, answer: &Answer, time: Duration, under_way: Weak<()>) {
        let (key, since) = (Arc::<str>::from(key), Instant::now());
        let mut answers = self.lock();
        answers.bytes += size(answer);
        let expires = Timestamp::now().after(time);
        let kept = Kept { answer: answer.clone(), until: since + time, expires, since, under_way };
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
            let kept = self.by_key.get(key).filter(|kept| kept.since == *since);
            if kept.is_some_and(|kept| !kept.is_over(Timestamp::now()) && self.bytes <= kept.room()) {
                break;
            }
            let gone = if kept.is_some() { self.by_key.remove(key) } else { None };
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
        recent.keep("key", &answer("first"), Duration::from_secs(10), Weak::new());
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(recent.find("key"), Some(answer("first")));
        assert_eq!(recent.find("another"), None);
        recent.keep("key", &answer("second"), Duration::from_secs(10), Weak::new());
        tokio::time::advance(Duration::from_secs(9)).await;
        assert_eq!(recent.find("key"), Some(answer("second")), "its time begins anew");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(recent.find("key"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_whose_time_has_passed_while_the_machine_slept_is_not_found() {
        let recent = RecentAnswers::default();
        recent.keep("key", &answer("first"), Duration::from_mins(1), Weak::new());
        let after = |time| recent.find_at("key", Timestamp::now().after(time)).is_some();
        assert_eq!([after(Duration::from_secs(50)), after(Duration::from_secs(61))], [true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_in_the_store_yet_stays_although_there_is_no_room() {
        let recent = RecentAnswers::default();
        let (large, committing) = (answer(&"x".repeat(ROOM / 3)), Arc::<()>::default());
        let keep = |key: &str| recent.keep(key, &large, Duration::from_mins(1), Arc::downgrade(&committing));
        let found = |keys: [&str; 5]| keys.map(|key| recent.find(key).is_some());
        ["a", "b", "c", "d"].into_iter().for_each(keep);
        assert_eq!(found(["a", "b", "c", "d", "e"]), [true, true, true, true, false]);
        for number in 0..400 {
            keep(&number.to_string());
        }
        assert!((MOST - ROOM..=MOST).contains(&recent.lock().bytes), "even they have a bound");
        drop(committing);
        recent.keep("e", &large, Duration::from_mins(1), Weak::new());
        assert_eq!(found(["a", "b", "398", "399", "e"]), [false, false, false, true, true]);
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_answers_go_when_there_is_no_room() {
        let recent = RecentAnswers::default();
        let large = answer(&"x".repeat(ROOM / 3));
        for key in ["a", "b", "a", "c"] {
            tokio::time::advance(Duration::from_secs(1)).await;
            recent.keep(key, &large, Duration::from_mins(1), Weak::new());
        }
        let found = ["a", "b", "c"].map(|key| recent.find(key).is_some());
        assert_eq!(found, [true, false, true], "a was kept again after b");
        let huge = answer(&"x".repeat(ROOM + 1));
        recent.keep("huge", &huge, Duration::from_mins(1), Weak::new());
        let found = ["a", "c", "huge"].map(|key| recent.find(key).is_some());
        assert_eq!(found, [false, false, true]);
        assert!(recent.lock().order.len() <= 1);
    }
}
