//! The head of an answer that takes long leaves before the answer is there: proxies and clients wait a minute or five for a head, and
//! the library has none before the first message. Who asks for progress hears of it at once; this is for who does not.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream};
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Bytes, Frame};
use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, Response};
use rmcp::model::ErrorCode;
use serde_json::json;
use tokio::time::timeout;

use super::http::Answer;

/// How long the head waits for the answer. What is refused is refused before.
const HEAD: Duration = Duration::from_secs(10);
/// The longest silence after it.
const BEAT: Duration = Duration::from_secs(15);
/// What such an answer comes as.
const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");
/// A sign of life that means nothing.
const COMMENT: Bytes = Bytes::from_static(b":\n\n");

/// Whether who asks takes an answer as a stream of events.
pub(super) fn suits(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.into_iter().any(|value| value.contains("text/event-stream"))
}

/// The answer as it is when it is quick, else as a stream of events that begins before it is there.
pub(super) async fn answer(mut answering: BoxFuture<'static, Answer>) -> Answer {
    if let Ok(answer) = timeout(HEAD, &mut answering).await {
        return answer;
    }
    let pieces = stream::unfold(Step::Waiting(answering), |step| async {
        let (piece, next) = step.next().await?;
        Some((Ok::<_, Infallible>(piece), next))
    });
    let mut answer = Response::new(BodyExt::boxed(Pieces(Mutex::new(pieces.boxed()))));
    answer.headers_mut().insert(header::CONTENT_TYPE, EVENTS);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer
}

/// The body of such an answer. The lock is never taken: it only lets other threads have what one at a time reads.
struct Pieces(Mutex<BoxStream<'static, Result<Frame<Bytes>, Infallible>>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
    }
}

/// How far a stream is.
enum Step {
    /// Its answer is not there.
    Waiting(BoxFuture<'static, Answer>),
    /// Its answer is a stream itself.
    Passing(BoxBody<Bytes, Infallible>),
    Ended,
}

impl Step {
    async fn next(self) -> Option<(Frame<Bytes>, Self)> {
        match self {
            Self::Waiting(mut answering) => {
                let Ok(answer) = timeout(BEAT, &mut answering).await else {
                    return Some((Frame::data(COMMENT), Self::Waiting(answering)));
                };
                let (head, body) = answer.into_parts();
                let kind = head.headers.get(header::CONTENT_TYPE);
                if kind.is_some_and(|kind| *kind == EVENTS) {
                    return pass(body).await;
                }
                let is_message = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
                let Ok(whole) = body.collect().await;
                let whole = whole.to_bytes();
                let message = if is_message { whole } else { refusal(&whole) };
                Some((Frame::data(event(&message)), Self::Ended))
            }
            Self::Passing(body) => pass(body).await,
            Self::Ended => None,
        }
    }
}

async fn pass(mut body: BoxBody<Bytes, Infallible>) -> Option<(Frame<Bytes>, Step)> {
    let Ok(frame) = body.frame().await?;
    Some((frame, Step::Passing(body)))
}

/// What is no message, told as one: its status can not be told any more.
fn refusal(text: &[u8]) -> Bytes {
    let text = String::from_utf8_lossy(text);
    let error = json!({"code": ErrorCode::INTERNAL_ERROR, "message": format!("the request was refused: {text}")});
    json!({"jsonrpc": "2.0", "id": null, "error": error}).to_string().into()
}

/// A message as an event.
fn event(message: &[u8]) -> Bytes {
    let mut event = Vec::with_capacity(message.len() + 16);
    for line in message.split(|byte| *byte == b'\n') {
        event.extend_from_slice(b"data: ");
        event.extend_from_slice(line);
        event.push(b'\n');
    }
    event.push(b'\n');
    event.into()
}

#[cfg(test)]
mod tests {
    use http_body_util::Full;
    use tokio::time::Instant;

    use super::*;

    fn after(seconds: u64, kind: &'static str, text: &'static str) -> BoxFuture<'static, Answer> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            let mut answer = Response::new(BodyExt::boxed(Full::new(Bytes::from_static(text.as_bytes()))));
            answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            answer
        })
    }

    async fn text(answer: Answer) -> String {
        let Ok(whole) = answer.into_body().collect().await;
        String::from_utf8(whole.to_bytes().to_vec()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn the_head_of_a_slow_answer_leaves_before_it_and_life_is_heard_of() {
        for (kind, message) in [("application/json", "{\"id\":1}"), ("text/event-stream", "data: {\"id\":1}\n\n")] {
            let began = Instant::now();
            let answer = answer(after(45, kind, message)).await;
            assert_eq!((began.elapsed(), &answer.headers()[header::CONTENT_TYPE]), (HEAD, &EVENTS));
            assert_eq!(text(answer).await, ":\n\n:\n\ndata: {\"id\":1}\n\n");
            assert_eq!(began.elapsed().as_secs(), 45);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_refused_late_is_refused_in_a_message() {
        let told = text(answer(after(11, "text/plain", "no such session")).await).await;
        let message = told.strip_prefix("data: ").unwrap();
        let message: serde_json::Value = serde_json::from_str(message).unwrap();
        assert_eq!(message["error"]["message"], "the request was refused: no such session");
    }

    #[tokio::test(start_paused = true)]
    async fn a_quick_answer_is_what_it_is() {
        let answer = answer(after(9, "application/json", "{}")).await;
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
        assert_eq!(text(answer).await, "{}");
    }
}
