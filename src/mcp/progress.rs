//! What an agent hears while it waits: at once, with each step, and at the latest every ten seconds.

use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RequestContext};
use tokio::time::Instant;

use crate::protocol::{CallId, EventKind, Live, Phase, Told, WaitingFor};

/// The longest silence.
const BEAT: Duration = Duration::from_secs(10);
/// How long it may take until the news are on their way.
const MOMENT: Duration = Duration::from_millis(250);
/// Bytes of text that make a token, about.
const BYTES_PER_TOKEN: usize = 4;

/// Tells one request how its call goes, if it wants to know.
pub(super) struct Progress {
    to: Option<(Peer<RoleServer>, ProgressToken)>,
    /// Notifications so far: the figure that grows.
    told: u32,
    next: Instant,
    /// The last ones were not taken in time: the next are told with the beat, so that they do not hold up the answer.
    is_slow: bool,
    course: Course,
}

impl Progress {
    /// `awaited` is the other call that this one only waits for.
    pub(super) fn new(context: &RequestContext<RoleServer>, awaited: Option<&CallId>) -> Self {
        let to = context.meta.get_progress_token().map(|token| (context.peer.clone(), token));
        let mut course = Course::new(Instant::now());
        course.remark = awaited.map(|id| format!("waiting for call {id}"));
        Self { to, told: 0, next: Instant::now() + BEAT, is_slow: false, course }
    }

    /// Whether anybody listens.
    pub(super) fn is_heard(&self) -> bool {
        self.to.is_some()
    }

    /// When the silence has lasted too long.
    pub(super) fn due(&self) -> Instant {
        self.next
    }

    /// Notes what happened, and tells it if it is a step.
    pub(super) async fn note(&mut self, told: &Told) {
        if self.course.note(told) && !self.is_slow {
            self.tell().await;
        }
    }

    /// Tells how the call stands.
    pub(super) async fn tell(&mut self) {
        self.next = Instant::now() + BEAT;
        let Some((peer, token)) = &self.to else { return };
        let message = self.course.words(Instant::now());
        let news = ProgressNotificationParam::new(token.clone(), f64::from(self.told)).with_message(message);
        self.told += 1;
        // Who has left does not hear it. At the end of input nobody takes it, and the answer is still wanted.
        self.is_slow = tokio::time::timeout(MOMENT, peer.notify_progress(news)).await.is_err();
    }
}

/// What is known of a call.
struct Course {
    began: Instant,
    phase: Phase,
    place: Option<(usize, WaitingFor)>,
    model: String,
    received: usize,
    /// The last thing worth telling that is no phase.
    remark: Option<String>,
}

impl Course {
    fn new(began: Instant) -> Self {
        Self { began, phase: Phase::Evidence, place: None, model: String::new(), received: 0, remark: None }
    }

    /// Whether it is a step that is told at once.
    fn note(&mut self, told: &Told) -> bool {
        let event = match told {
            Told::Event(event) => event,
            Told::Live(Live::Delta { text }) => {
                self.phase = Phase::Answering;
                self.received += text.len();
                return false;
            }
            Told::Live(Live::Heartbeat { phase, received }) => {
                self.phase = *phase;
                self.received = self.received.max(*received);
                return false;
            }
        };
        if matches!(event.kind, EventKind::Accepted { .. } | EventKind::Finished { .. }) {
            return false;
        }
        self.remark = None;
        match &event.kind {
            EventKind::Accepted { .. } | EventKind::Finished { .. } => {}
            EventKind::Queued { position, waiting_for } => {
                self.phase = Phase::Queued;
                self.place = Some((*position, *waiting_for));
            }
            EventKind::Sent { model, .. } => {
                self.phase = Phase::Waiting;
                self.model.clone_from(model);
                self.received = 0;
            }
            EventKind::FirstToken => self.phase = Phase::Thinking,
            EventKind::Retrying { .. } => {
                self.phase = Phase::Retrying;
                self.remark = Some(event.kind.to_string());
            }
            EventKind::Note { message } => self.remark = Some(message.clone()),
        }
        true
    }

    fn words(&self, now: Instant) -> String {
        let seconds = (now - self.began).as_secs();
        let doing = match (self.phase, &self.remark, self.place) {
            (_, Some(remark), _) => remark.clone(),
            (Phase::Evidence, ..) => "gathering evidence".to_owned(),
            (Phase::Queued, _, Some((position, waiting_for))) => {
                format!("queued, {} for {}", ordinal(position), limit(waiting_for))
            }
            (Phase::Queued, ..) => "queued".to_owned(),
            (Phase::Waiting, ..) => format!("{} was asked", self.model),
            (Phase::Thinking, ..) => format!("{} is thinking", self.model),
            (Phase::Answering, ..) => format!("{} is answering", self.model),
            (Phase::Retrying, ..) => format!("{} is asked again", self.model),
        };
        let tokens = self.received / BYTES_PER_TOKEN;
        let tokens = if tokens == 0 { String::new() } else { format!(", {} tokens", thousands(tokens)) };
        format!("{doing}, {seconds} s{tokens}")
    }
}

fn limit(waiting_for: WaitingFor) -> &'static str {
    match waiting_for {
        WaitingFor::Session => "this agent's share",
        WaitingFor::Provider => "the provider",
        WaitingFor::Global => "any provider",
        WaitingFor::Rate => "the end of the provider's pause",
    }
}

fn ordinal(number: usize) -> String {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::protocol::{CallEvent, CallId};

    fn event(kind: EventKind) -> Told {
        Told::Event(CallEvent { call_id: CallId::new(), n: 1, at: Timestamp::now(), kind }.into())
    }

    #[test]
    fn an_agent_reads_what_its_call_is_doing() {
        let began = Instant::now();
        let mut course = Course::new(began);
        let at = |seconds| began + Duration::from_secs(seconds);
        assert_eq!(course.words(began), "gathering evidence, 0 s");
        assert!(course.note(&event(EventKind::Queued { position: 2, waiting_for: WaitingFor::Provider })));
        assert_eq!(course.words(at(3)), "queued, 2nd for the provider, 3 s");
        course.note(&event(EventKind::Sent {
            attempt: 1,
            provider: "glm".to_owned(),
            model: "glm-5.3".to_owned(),
            joined: false,
            reused: false,
            size: None,
        }));
        assert_eq!(course.words(at(4)), "glm-5.3 was asked, 4 s");
        assert!(!course.note(&Told::Live(Live::Heartbeat { phase: Phase::Thinking, received: 7320 })));
        assert_eq!(course.words(at(42)), "glm-5.3 is thinking, 42 s, 1,830 tokens");
        course.note(&event(EventKind::Retrying { after_s: 3.0, cause: "rate limited".to_owned() }));
        assert_eq!(course.words(at(50)), "rate limited, trying again in 3.0 s, 50 s, 1,830 tokens");
    }

    #[test]
    fn places_in_line_are_spelled_as_people_do() {
        let spelled = [1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(ordinal);
        assert_eq!(spelled, ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "102nd", "111th"]);
        assert_eq!(
            (thousands(7), thousands(1830), thousands(1_234_567)),
            ("7".into(), "1,830".into(), "1,234,567".into())
        );
    }
}
