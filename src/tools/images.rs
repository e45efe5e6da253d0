//! Images that a caller shows: files or `data:` URLs, looked at before anything is sent.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use imagesize::ImageType;
use serde_json::{Value, json};

use super::Context;
use crate::error::{Error, ErrorCode, Result};
use crate::evidence::{self, CollectRequest};
use crate::protocol::TurnRecord;
use crate::providers::Image;

/// Images in one call.
const MOST: usize = 10;
/// Bytes of all images of one call.
const MOST_BYTES: u64 = 20_000_000;
/// Pixels in a row that make one token: both families cut images into such squares.
const SQUARE: usize = 28;
/// What an image costs that does not tell its size.
const UNKNOWN_TOKENS: u64 = 4_096;
/// What is quoted of a `data:` URL.
const QUOTED: usize = 40;

/// Looks at images that nobody is shown now, so that a mistake is told early.
pub(super) async fn check(context: &Context, given: &[String]) -> Result<()> {
    load(context, given).await.map(drop)
}

/// Where images are that have a place: there a later call finds them again. A `data:` URL has none.
pub(super) async fn places(context: &Context, given: &[String]) -> Result<Vec<String>> {
    let paths: Vec<_> = given.iter().filter(|name| !name.starts_with("data:")).cloned().collect();
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let request = CollectRequest { paths, ..CollectRequest::default() };
    let looking = evidence::check(&*context.workspace, &request);
    let found = context.deadline.bound("looking for images", looking).await??;
    Ok(found.into_iter().map(|found| found.location).collect())
}

/// Where the images are that a turn of a conversation showed; a workflow tool keeps them with its step.
pub fn places_of_images(turn: &TurnRecord) -> impl Iterator<Item = &str> {
    turn.state.get("images").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Reads as many images of earlier steps, by their places, as may be shown beside the `now` that this one has:
/// the latest. One that has gone since, or is no image any more, is left out; the result says so.
pub(super) async fn read_again(context: &Context, places: &[&str], now: usize) -> Vec<Image> {
    let dropped = places.len().saturating_sub(MOST.saturating_sub(now));
    if dropped > 0 {
        context.warn(format!("{dropped} images of earlier steps were left out: a model is shown {MOST} at most"));
    }
    let mut images = Vec::new();
    for place in places.iter().skip(dropped) {
        match read(context, &[(*place).to_owned()]).await {
            Ok(image) => images.extend(image),
            Err(error) => context.warn(format!("an image of an earlier step was left out: {error}")),
        }
    }
    images
}

/// Reads the images that `given` names, paths and `data:` URLs, in their order.
pub(super) async fn read(context: &Context, given: &[String]) -> Result<Vec<Image>> {
    let images = load(context, given).await?;
    let mut draft = context.draft();
    for path in given.iter().filter(|name| !name.starts_with("data:")) {
        draft.coverage.selected.push(path.clone());
        draft.coverage.sent.push(path.clone());
    }
    Ok(images)
}

async fn load(context: &Context, given: &[String]) -> Result<Vec<Image>> {
    if given.len() > MOST {
        let message = format!("{} images were given, at most {MOST} may be", given.len());
        return Err(refusal(message, json!({"max_images": MOST, "image_count": given.len()})));
    }
    let (mut images, mut left) = (Vec::new(), MOST_BYTES);
    for name in given {
        let bytes = if let Some(data) = name.strip_prefix("data:") {
            decoded(name, data)?
        } else {
            let reading = evidence::whole(&*context.workspace, name, left);
            context.deadline.bound("reading images", reading).await??
        };
        let size = bytes.len() as u64;
        left = left.checked_sub(size).ok_or_else(|| too_much(name, given.len()))?;
        images.push(image(name, &bytes)?);
    }
    Ok(images)
}

/// The bytes of a `data:` URL, of which only Base64 is taken.
fn decoded(url: &str, data: &str) -> Result<Vec<u8>> {
    let wrong = || refusal(format!("{} is no image in Base64", quoted(url)), json!({"field": "images"}));
    let (head, text) = data.split_once(',').ok_or_else(wrong)?;
    if !head.ends_with(";base64") {
        return Err(wrong());
    }
    STANDARD.decode(text.trim()).map_err(|_| wrong())
}

/// An image by what is in it; what its name or its URL says of it does not count.
fn image(name: &str, bytes: &[u8]) -> Result<Image> {
    let media_type = match imagesize::image_type(bytes) {
        Ok(ImageType::Jpeg) => "image/jpeg",
        Ok(ImageType::Png) => "image/png",
        Ok(ImageType::Gif) => "image/gif",
        Ok(ImageType::Webp) => "image/webp",
        _ => {
            let message = format!("{} is no image of a kind that models see: .jpg, .png, .gif, .webp", quoted(name));
            return Err(refusal(message, json!({"field": "images", "value": quoted(name)})));
        }
    };
    let squares = |pixels: usize| pixels.div_ceil(SQUARE) as u64;
    let tokens = imagesize::blob_size(bytes)
        .map_or(UNKNOWN_TOKENS, |size| squares(size.width).saturating_mul(squares(size.height)).max(1));
    Ok(Image { media_type: media_type.to_owned(), data: STANDARD.encode(bytes), tokens })
}

fn too_much(name: &str, count: usize) -> Error {
    let message = format!("with {} the images have more than {MOST_BYTES} bytes", quoted(name));
    refusal(message, json!({"max_total_bytes": MOST_BYTES, "image_count": count}))
}

fn refusal(message: String, mut metadata: Value) -> Error {
    metadata["error_type"] = "validation_error".into();
    Error::new(ErrorCode::ValidationError, message).details(metadata)
}

/// A name as it may stand in an error: a URL holds the whole image.
fn quoted(name: &str) -> String {
    match name.char_indices().nth(QUOTED) {
        Some((end, _)) if name.starts_with("data:") => format!("{}…", &name[..end]),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The head of a PNG of that size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let head =
            [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 6, 0, 0, 0]];
        head.concat()
    }

    #[test]
    fn the_content_says_what_an_image_is_and_its_size_what_it_costs() {
        let image = image("a.jpg", &png(280, 57)).unwrap();
        assert_eq!((image.media_type.as_str(), image.tokens), ("image/png", 10 * 3));
        for bytes in [&b"%PDF-1.7"[..], b"", b"<svg/>", b"BM"] {
            let error = super::image("a.png", bytes).unwrap_err();
            assert_eq!(error.details.unwrap()["error_type"], "validation_error");
        }
    }

    #[test]
    fn only_base64_is_taken_from_a_url_and_no_error_shows_the_image() {
        let text = STANDARD.encode(png(1, 1));
        let url = format!("data:image/png;base64,{text}");
        assert_eq!(decoded(&url, &url[5..]).unwrap(), png(1, 1));
        for url in [format!("data:image/png,{text}"), format!("data:image/png;base64,!{text}"), format!("data:{text}")]
        {
            let error = decoded(&url, &url[5..]).unwrap_err();
            assert!(!error.message.contains(&text) && error.message.len() < 120, "{error}");
        }
    }
}
