//! How answers end.

use super::*;

fn built(chunks: Vec<Chunk>, done: bool) -> Result<Reply, ProviderError> {
    let mut builder = ReplyBuilder::default();
    for chunk in chunks {
        builder.accept(chunk);
    }
    if done {
        builder.done();
    }
    builder.finish()
}

fn text(text: &str) -> Chunk {
    Chunk { text: text.into(), ..Chunk::default() }
}

fn reasoning(reasoning: &str) -> Chunk {
    Chunk { reasoning: reasoning.into(), ..Chunk::default() }
}

fn end(finish: Finish) -> Chunk {
    Chunk { finish: Some(finish), ..Chunk::default() }
}

#[test]
fn an_answer_is_judged_by_its_end() {
    let unknown = || Finish::Unknown("repetition".into());
    for (name, chunks, done, outcome) in [
        ("whole", vec![text("a"), end(Finish::Stop)], true, "ok"),
        ("no [DONE]", vec![text("a"), end(Finish::Stop)], false, "ok"),
        ("no reason", vec![text("a")], true, "ok"),
        ("neither", vec![text("a")], false, "cut"),
        ("nothing at all", vec![], false, "cut"),
        ("only the end", vec![], true, "empty"),
        ("blank", vec![text(" \n"), end(Finish::Stop)], true, "empty"),
        ("only reasoning", vec![reasoning("r"), end(Finish::Stop)], true, "empty"),
        ("a tool", vec![end(Finish::ToolCalls)], true, "empty"),
        ("a tool after text", vec![text("a"), end(Finish::ToolCalls)], true, "ok"),
        ("too long", vec![text("a"), end(Finish::Length)], true, "truncated"),
        ("too much reasoning", vec![reasoning("r"), end(Finish::Length)], true, "truncated"),
        ("window", vec![text("a"), end(Finish::ContextExceeded)], true, "truncated"),
        ("filtered", vec![text("a"), end(Finish::ContentFilter)], true, "content_refused"),
        ("lost", vec![end(Finish::NetworkError)], true, "server"),
        ("a word of the future", vec![text("a"), end(unknown())], true, "ok"),
        ("a word of the future without text", vec![end(unknown())], true, "empty"),
    ] {
        let got = built(chunks, done);
        let got = got.as_ref().map_or_else(|error| error.cause.as_str(), |_| "ok");
        assert_eq!(got, outcome, "{name}");
    }
}

#[test]
fn a_failed_answer_keeps_what_was_paid_for() {
    let usage = Usage { input: Some(5), ..Usage::default() };
    let chunks = vec![text("half"), Chunk { usage: Some(usage), ..end(Finish::Length) }];
    let error = built(chunks, true).unwrap_err();
    assert!(error.after_content);
    let partial = error.partial.unwrap();
    assert_eq!((partial.text.as_str(), partial.usage), ("half", usage));
    assert_eq!(built(vec![], false).unwrap_err().partial, None);
}

#[test]
fn pieces_are_handed_on_reasoning_first() {
    let mut builder = ReplyBuilder::default();
    let chunk = Chunk { text: "t".into(), reasoning: "r".into(), ..Chunk::default() };
    assert_eq!(builder.accept(chunk), [Piece::Reasoning("r".into()), Piece::Text("t".into())]);
    assert_eq!(builder.accept(Chunk::default()), []);
}

#[test]
fn the_first_name_and_the_last_count_hold() {
    let named = |model: &str, input| Chunk {
        model: Some(model.into()),
        usage: Some(Usage { input: Some(input), ..Usage::default() }),
        ..text("a")
    };
    let reply = built(vec![named("first", 1), named("second", 2), text("b")], true).unwrap();
    assert_eq!((reply.model.as_deref(), reply.usage.input, reply.text.as_str()), (Some("first"), Some(2), "aab"));
}
