//! The bytes of an answer, cut anywhere: the same frames, the same reply, and never more than the caps allow.
#![no_main]

use exai_core::providers::{
    Decoder, Frame, Framing, MAX_EVENT, MAX_LINE, Overflow, ProviderError, Reply, ReplyBuilder, SseEvent,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|stream: &[u8]| {
    let whole = read([stream]);
    assert_eq!(read(stream.chunks(1)), whole, "byte by byte");
    let mut luck = hash(stream);
    let cuts = std::iter::from_fn(|| {
        luck = luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some((luck >> 33) as usize % 40)
    });
    assert_eq!(read(pieces(stream, cuts)), whole, "cut at random");
    if let Ok(reply) = answer(whole) {
        assert!(!reply.text.trim().is_empty(), "an empty answer passed for one");
    }
    // Megabytes take their time: one stream in a few hundred is repeated until it passes the caps.
    if luck.is_multiple_of(400) {
        check_caps(stream);
    }
});

type Read = (Vec<Frame>, Option<ProviderError>);

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Read {
    let (mut framing, mut frames) = (Framing::default(), Vec::new());
    for piece in pieces {
        if let Err(error) = framing.push(piece, &mut frames) {
            return (frames, Some(error));
        }
    }
    let error = framing.finish(&mut frames).err();
    (frames, error)
}

fn answer((frames, error): Read) -> Result<Reply, ProviderError> {
    let mut builder = ReplyBuilder::default();
    for frame in frames {
        match frame {
            Frame::Chunk(chunk) => drop(builder.accept(*chunk)),
            Frame::Done => builder.done(),
            Frame::Refused(_) => break,
        }
    }
    match error {
        Some(error) => Err(builder.spoil(error)),
        None => builder.finish(),
    }
}

fn pieces(stream: &[u8], sizes: impl Iterator<Item = usize>) -> Vec<&[u8]> {
    let (mut rest, mut pieces) = (stream, Vec::new());
    for size in sizes {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(size.min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn check_caps(unit: &[u8]) {
    if unit.is_empty() {
        return;
    }
    let long = unit.repeat(MAX_EVENT / unit.len() + 2);
    let (events, overflow) = decode([&long[..]]);
    assert!(events.iter().all(|event| event.data.len() <= MAX_EVENT && event.event.len() <= MAX_LINE));
    if !unit.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
        assert_eq!(overflow, Some(Overflow { what: "a line", limit: MAX_LINE }));
    }
    assert_eq!(decode(long.chunks(65_537)), (events, overflow), "the caps depend on the reads");
}

fn decode<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<SseEvent>, Option<Overflow>) {
    let (mut decoder, mut events) = (Decoder::default(), Vec::new());
    for piece in pieces {
        if let Err(overflow) = decoder.push(piece, &mut events) {
            return (events, Some(overflow));
        }
    }
    match decoder.finish() {
        Ok(last) => events.extend(last),
        Err(overflow) => return (events, Some(overflow)),
    }
    (events, None)
}

/// FNV-1a: cuts must depend on the input alone, so that a finding can be played again.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
