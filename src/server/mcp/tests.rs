//! A message that comes in pieces, however slowly. Time stands still but for what is waited for.

use std::convert::Infallible;

use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;

use super::*;

/// A message of `count` pieces of ten bytes, `pause` apart.
fn slow(count: usize, pause: Duration) -> Request<impl Body<Data = Bytes, Error = Infallible>> {
    let pieces = stream::unfold(count, move |left| async move {
        tokio::time::sleep(pause).await;
        let left = left.checked_sub(1)?;
        Some((Ok(Frame::data(Bytes::from_static(b"0123456789"))), left))
    });
    Request::new(StreamBody::new(pieces))
}

async fn come(count: usize, pause: Duration) -> Result<usize, StatusCode> {
    let whole = whole(slow(count, pause), 1_000_000, Duration::from_mins(1)).await;
    Ok(whole.map_err(|refused| refused.status())?.into_body().collect().await.unwrap().to_bytes().len())
}

#[tokio::test(start_paused = true)]
async fn a_slow_message_is_waited_for_and_one_that_stands_still_or_never_ends_is_not() {
    assert_eq!(come(5, Duration::from_secs(50)).await, Ok(50), "four minutes, and never silent for one");
    assert_eq!(come(2, Duration::from_secs(70)).await, Err(StatusCode::REQUEST_TIMEOUT));
    let began = Instant::now();
    assert_eq!(come(usize::MAX, Duration::from_secs(50)).await, Err(StatusCode::REQUEST_TIMEOUT));
    assert_eq!(began.elapsed(), ARRIVAL);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_too_long_is_not_read_to_its_end() {
    let refused = whole(slow(usize::MAX, Duration::from_secs(1)), 25, Duration::from_mins(1)).await.unwrap_err();
    assert_eq!(refused.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let text = refused.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&text).contains("more than 25 bytes (daemon.max_bytes)"));
}
