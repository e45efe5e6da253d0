//! Which reply a request gets. The first one that matches and is not used up answers.

use crate::recorded::Recorded;
use crate::scenario::{Forever, Provider, Reply, Route, Scenario, Times};

/// The replies with what is left of them.
#[derive(Debug)]
pub(crate) struct Script {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    reply: Reply,
    /// How many requests matched it, apart from `nth`.
    seen: usize,
    /// How often it can still answer; `None` for ever.
    left: Option<usize>,
}

impl Script {
    pub(crate) fn new(scenario: &Scenario) -> Self {
        let replies = &scenario.replies;
        let left = |at: usize, reply: &Reply| match reply.times {
            Some(Times::Count(times)) => Some(times),
            Some(Times::Word(Forever::Forever)) => None,
            None => replies[at + 1..].iter().any(|later| overlap(reply, later)).then_some(1),
        };
        let entry = |(at, reply): (usize, &Reply)| Entry { reply: reply.clone(), seen: 0, left: left(at, reply) };
        Self { entries: replies.iter().enumerate().map(entry).collect() }
    }

    /// The reply to this request.
    pub(crate) fn next(&mut self, provider: Provider, route: Route, request: &Recorded) -> Option<Reply> {
        let text = request.text();
        let mut chosen = None;
        for entry in &mut self.entries {
            if !matches(&entry.reply, provider, route, request.model(), &text) {
                continue;
            }
            // Counted for every entry, chosen or not: `nth` means the n-th request, not the n-th that came through.
            entry.seen += 1;
            let is_turn = entry.reply.nth.is_none_or(|nth| nth == entry.seen);
            if chosen.is_none() && is_turn && entry.left != Some(0) {
                entry.left = entry.left.map(|left| left - 1);
                chosen = Some(entry.reply.to(&text));
            }
        }
        chosen
    }
}

fn matches(reply: &Reply, provider: Provider, route: Route, model: &str, text: &str) -> bool {
    reply.route == route
        && reply.provider.is_none_or(|wanted| wanted == provider)
        && reply.model.as_deref().is_none_or(|wanted| wanted == model)
        && reply.contains.as_deref().is_none_or(|wanted| text.contains(wanted))
}

/// Whether one request could match both.
fn overlap(one: &Reply, other: &Reply) -> bool {
    fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
        one.is_none() || other.is_none() || one == other
    }
    one.route == other.route
        && agree(one.provider.as_ref(), other.provider.as_ref())
        && agree(one.model.as_ref(), other.model.as_ref())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The texts that answer these requests: provider, model, prompt.
    fn answers(toml: &str, requests: &[(Provider, &str, &str)]) -> Vec<String> {
        let mut script = Script::new(&Scenario::parse(toml));
        let answer = |&(provider, model, prompt): &(Provider, &str, &str)| {
            let body = json!({"model": model, "messages": [{"role": "user", "content": prompt}]});
            let request = Recorded::chat(provider, &body);
            let reply = script.next(provider, Route::Chat, &request);
            reply.map_or("none".to_owned(), |reply| reply.text.unwrap_or_default())
        };
        requests.iter().map(answer).collect()
    }

    const GLM: (Provider, &str, &str) = (Provider::Glm, "glm-4.6", "hello");
    const KIMI: (Provider, &str, &str) = (Provider::Kimi, "kimi-k3", "bye");

    #[test]
    fn replies_are_used_in_order_and_the_last_one_for_ever() {
        let toml = "[[reply]]\ntext='a'\n[[reply]]\ntext='b'\ntimes=2\n[[reply]]\ntext='c'";
        assert_eq!(answers(toml, &[GLM; 6]), ["a", "b", "b", "c", "c", "c"]);
    }

    #[test]
    fn replies_to_different_providers_do_not_use_each_other_up() {
        let toml = "[[reply]]\nprovider='glm'\ntext='g'\n[[reply]]\nprovider='kimi'\ntext='k'";
        assert_eq!(answers(toml, &[GLM, KIMI, GLM, KIMI]), ["g", "k", "g", "k"]);
    }

    #[test]
    fn a_match_takes_model_and_text() {
        let toml = "[[reply]]\nmodel='glm-5'\ntext='never'\n[[reply]]\ncontains='bye'\ntext='b'\ntimes='forever'\n[[reply]]\ntext='other'";
        assert_eq!(answers(toml, &[GLM, KIMI, GLM, KIMI]), ["other", "b", "other", "b"]);
    }

    #[test]
    fn an_echo_tells_whom_it_answers() {
        let toml = "[[reply]]\ntext='to '\necho='b'";
        assert_eq!(answers(toml, &[GLM, KIMI]), ["to ", "to bye"]);
    }

    #[test]
    fn nth_counts_the_requests_that_match() {
        let toml = "[[reply]]\nprovider='kimi'\nnth=2\ntext='second'\n[[reply]]\ntext='other'";
        assert_eq!(answers(toml, &[GLM, KIMI, GLM, KIMI, KIMI]), ["other", "other", "other", "second", "other"]);
    }
}
