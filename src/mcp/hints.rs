//! What to do next, in the words of agents: hints speak of flags and commands, as a person has them.

/// What a person is told, and what that is for an agent: arguments of its tools, and other tools. Longer ones come first.
const WORDS: [(&str, &str); 18] = [
    ("; `--no-daemon` makes the call without it", ""),
    (", or leave --no-autostart out", ""),
    (", or ask all the same with --fresh", ""),
    ("ask again with --fresh, or another model", "ask again in other words, or another model with `model`"),
    ("raise it with --timeout, or choose a faster model", "choose a faster model with `model`, or ask for less"),
    ("allow more time with --timeout, ", ""),
    ("use --allow-missing (allow_missing: true)", "set `allow_missing` to true"),
    ("exai call consensus ", ""),
    ("exai call tracer ", ""),
    ("--relevant-files", "in `relevant_files`"),
    ("--trace-mode", "with `trace_mode`"),
    ("--models", "in `models`"),
    ("--model", "`model`"),
    ("`exai models --output json`", "the resource exai://models"),
    ("`exai models`", "the tool `listmodels`"),
    ("`exai call listmodels`", "the tool `listmodels`"),
    ("`exai calls list`", "the tool `calls`"),
    ("`exai tools` lists all", "the list of tools has all"),
];
/// Commands that name what they are about: `exai calls show ID`.
const COMMANDS: [(&str, &str); 2] = [("`exai calls show ", "the tool `calls` with call_id `"), ("exai call ", "")];

/// The hint as an agent is given it.
pub(super) fn hint_of_agents(hint: &str) -> String {
    let words = WORDS.iter().chain(&COMMANDS);
    words.fold(hint.to_owned(), |hint, (person, agent)| hint.replace(person, agent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_told_the_argument_and_not_the_flag() {
        for (person, agent) in [
            (
                "choose another model with --model, or try again later",
                "choose another model with `model`, or try again later",
            ),
            (
                "choose another model with --model, or ask all the same with --fresh",
                "choose another model with `model`",
            ),
            ("name them: --models glm-5.3:for,kimi-k3:against", "name them: in `models` glm-5.3:for,kimi-k3:against"),
            (
                "name files or directories: exai call debug --relevant-files src …",
                "name files or directories: debug in `relevant_files` src …",
            ),
            ("what became of it: `exai calls show 01a`", "what became of it: the tool `calls` with call_id `01a`"),
            ("did you mean `debug`? `exai tools` lists all", "did you mean `debug`? the list of tools has all"),
            // Of other programs nothing is said otherwise.
            (
                "fetch more of it, such as with `git fetch --unshallow`",
                "fetch more of it, such as with `git fetch --unshallow`",
            ),
        ] {
            assert_eq!(hint_of_agents(person), agent);
        }
    }
}
