//! Which of the tools an agent is shown, and by that list may call. What is switched off nobody has; the command line
//! has all the others, whatever agents are shown.
//!
//! The two tools of the router are not in the registry's list: one describes the others, and a call of the other one is
//! made a call of the tool that it names before it is accepted, so that the journal, the limits and the checks know
//! only that tool.

use serde_json::{Value, json};

use super::{Info, List, Registry, router};
use crate::config::{Config, Profile};
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::CallRequest;

/// What most work needs.
const CORE: [&str; 5] = ["calls", "chat", "codereview", "debug", "precommit"];
/// The predecessor's short list.
const LEAN: [&str; 10] = [
    "analyze",
    "chat",
    "codereview",
    "debug",
    "kimi_chat_with_files",
    "planner",
    "refactor",
    "status",
    "testgen",
    "thinkdeep",
];
/// What a short list has without naming it, unless it is strict.
const ALWAYS: [&str; 2] = ["listmodels", "version"];
/// Tools that the predecessor had: who switches them off has what is wanted.
const GONE: [&str; 3] = ["glm_multi_file_chat", "kimi_capture_headers", "toolcall_log_tail"];

/// Which of the tools an agent is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// Those of a profile.
    Profile(Profile),
    /// These, by their names in lower case.
    Only(Vec<String>),
}

impl Default for Offer {
    fn default() -> Self {
        Self::Profile(Profile::Full)
    }
}

impl Offer {
    /// What the configuration wants agents to be shown.
    pub fn configured(config: &Config) -> Self {
        let wanted = &config.tools;
        if !wanted.lean || wanted.profile != Profile::Full {
            return Self::Profile(wanted.profile);
        }
        let mut names: Vec<_> = wanted.lean_tools.iter().map(|name| name.to_ascii_lowercase()).collect();
        if names.is_empty() {
            names.extend(LEAN.map(str::to_owned));
        }
        if !wanted.strict_lean {
            names.extend(ALWAYS.map(str::to_owned));
        }
        Self::Only(names)
    }

    /// Whether the tool called `name` may be called: directly, or through the router.
    pub(super) fn allows(&self, name: &str) -> bool {
        match self {
            Self::Profile(Profile::Full | Profile::Router) => true,
            Self::Profile(Profile::Core) => CORE.contains(&name),
            Self::Only(names) => names.iter().any(|only| only == name),
        }
    }

    /// What decides it, and how it is had otherwise.
    fn setting(&self) -> String {
        match self {
            Self::Profile(profile) => format!(
                "the list is the profile `{}`: set tools.profile (EXAI_TOOLS_PROFILE), or name another profile in hello",
                profile.as_str()
            ),
            Self::Only(_) => {
                "the list is the short one of tools.lean (LEAN_MODE): add the tool to tools.lean_tools (LEAN_TOOLS)"
                    .to_owned()
            }
        }
    }
}

/// A tool as an agent is shown it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Its name, and what it is for.
    pub info: &'static Info,
    /// What it takes, whole.
    pub schema: Value,
}

impl Shown {
    /// What it takes, for a reader who was given what is said once of all tools.
    #[cfg(test)]
    pub(super) fn brief(&self) -> Value {
        super::instructions::brief(&self.schema)
    }
}

impl Registry {
    /// What agents are shown that do not say what they want to be shown.
    pub fn offer(&self) -> &Offer {
        &self.offer
    }

    /// The tools that `offer` has, by name.
    pub fn shown(&self, offer: &Offer) -> Result<Vec<Shown>> {
        if *offer == Offer::Profile(Profile::Router) {
            return Ok(router::shown(self));
        }
        let names = self.tools.keys().filter(|name| offer.allows(name));
        names
            .map(|name| {
                let info = self.get(name)?.info();
                Ok(Shown { info, schema: self.schema(name)?.clone() })
            })
            .collect()
    }

    /// The request of a caller who was shown `offer`, as it is carried out: see [`List::admit`].
    pub fn admit(&self, offer: &Offer, request: CallRequest) -> Result<CallRequest> {
        self.list().admit(offer, request)
    }

    /// What is wrong with the names of tools in the configuration, one sentence each.
    pub fn misnamed(config: &Config) -> Vec<String> {
        let lists = [
            ("disabled_tools (DISABLED_TOOLS)", &config.disabled_tools, &GONE[..]),
            ("tools.lean_tools (LEAN_TOOLS)", &config.tools.lean_tools, &[]),
        ];
        let mut wrong = Vec::new();
        for (key, names, known) in lists.iter().filter(|(_, names, _)| !names.is_empty()) {
            let all = List::new(&[]);
            let names = names.iter().map(|name| name.to_ascii_lowercase());
            for name in names.filter(|name| !known.contains(&name.as_str()) && !all.names().any(|tool| tool == name)) {
                let meant = all.nearest(&name).map(|near| format!(": did you mean `{near}`?"));
                wrong.push(format!("{key} names `{name}`, which is no tool{}", meant.unwrap_or_default()));
            }
        }
        wrong
    }
}

impl List {
    /// The request of a caller who was shown `offer`, as it is carried out: a tool that is not in its list is refused,
    /// and what is asked of the router is asked of the tool itself.
    pub fn admit(&self, offer: &Offer, mut request: CallRequest) -> Result<CallRequest> {
        let name = match request.tool.as_str() {
            router::RUN => {
                request = router::unwrapped(request)?;
                self.get(&request.tool)?
            }
            // What is not said is all that there is.
            router::DESCRIBE => match request.arguments.get("tool").and_then(Value::as_str).map(str::trim) {
                Some(name) if !name.is_empty() => self.get(name)?,
                _ => return Ok(request),
            },
            // That there is no such tool is the result of the call.
            name => match self.get(name) {
                Ok(name) => name,
                Err(_) => return Ok(request),
            },
        };
        if offer.allows(name) {
            return Ok(request);
        }
        let message = format!("`{name}` is not in the list of tools that this agent is shown");
        let error = Error::new(ErrorCode::ToolNotFound, message).hint(offer.setting());
        Err(error.details(json!({"tool": name, "setting": "tools.profile"})))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Sources};
    use crate::protocol::CallOptions;

    fn config(pairs: &[(&str, &str)]) -> Config {
        let environment = Environment::from_pairs(pairs.iter().copied().chain([("HOME", "/home/someone")]));
        Config::load(&Sources { environment, ..Sources::default() }).unwrap().config
    }

    /// The names that agents are shown.
    fn names(pairs: &[(&str, &str)]) -> Vec<&'static str> {
        let config = config(pairs);
        let registry = Registry::new(&config.disabled_tools).offering(Offer::configured(&config));
        registry.shown(registry.offer()).unwrap().iter().map(|shown| shown.info.name).collect()
    }

    fn asked(tool: &str, arguments: &Value) -> CallRequest {
        let arguments = arguments.as_object().cloned().unwrap();
        CallRequest { tool: tool.to_owned(), arguments, options: CallOptions::default() }
    }

    #[test]
    fn each_profile_has_its_tools_and_none_that_is_switched_off() {
        let (full, all) = (names(&[]), Registry::new(&[]));
        assert_eq!(full, all.iter().map(|tool| tool.info().name).collect::<Vec<_>>());
        assert_eq!(names(&[("EXAI_TOOLS_PROFILE", "Core")]), CORE);
        assert_eq!(names(&[("EXAI_TOOLS_PROFILE", "router")]), ["exai_describe", "exai_run"]);
        let without = names(&[("EXAI_TOOLS_PROFILE", "core"), ("DISABLED_TOOLS", "Debug")]);
        assert_eq!(without, ["calls", "chat", "codereview", "precommit"]);
    }

    #[test]
    fn the_predecessors_short_list_is_as_it_was() {
        let lean = |more: &[(&str, &str)]| names(&[&[("LEAN_MODE", "true")], more].concat());
        let mut usual = [&LEAN[..], &ALWAYS].concat();
        usual.sort_unstable();
        assert_eq!(lean(&[]), usual);
        assert_eq!(lean(&[("STRICT_LEAN", "true")]), LEAN);
        assert_eq!(lean(&[("LEAN_TOOLS", "Tracer,chat")]), ["chat", "listmodels", "tracer", "version"]);
        assert_eq!(lean(&[("LEAN_TOOLS", "tracer"), ("STRICT_LEAN", "true")]), ["tracer"]);
        assert_eq!(lean(&[("LEAN_TOOLS", "tracer"), ("DISABLED_TOOLS", "version")]), ["listmodels", "tracer"]);
        // The profile that somebody chose is the newer wish.
        assert_eq!(lean(&[("EXAI_TOOLS_PROFILE", "core")]), CORE);
    }

    #[test]
    fn names_that_are_no_tools_are_told_with_the_nearest() {
        let config = config(&[("DISABLED_TOOLS", "codereviw,Debug,toolcall_log_tail"), ("LEAN_TOOLS", "zzz")]);
        assert_eq!(
            Registry::misnamed(&config),
            [
                "disabled_tools (DISABLED_TOOLS) names `codereviw`, which is no tool: did you mean `codereview`?",
                "tools.lean_tools (LEAN_TOOLS) names `zzz`, which is no tool",
            ]
        );
    }

    #[test]
    fn a_tool_outside_of_the_list_is_refused_by_name_and_setting_through_the_router_too() {
        let registry = Registry::new(&["chat".to_owned()]);
        let core = Offer::Profile(Profile::Core);
        for request in [
            asked("tracer", &json!({})),
            asked("tracer_EXAI-WS", &json!({})),
            asked("exai_run", &json!({"tool": "tracer", "arguments": {}})),
            asked("exai_describe", &json!({"tool": "tracer"})),
        ] {
            let error = registry.admit(&core, request).unwrap_err();
            assert_eq!(error.code, ErrorCode::ToolNotFound);
            assert!(error.message.contains("`tracer`") && error.hints[0].contains("EXAI_TOOLS_PROFILE"), "{error:?}");
        }
        let lean = Offer::Only(vec!["debug".to_owned()]);
        let error = registry.admit(&lean, asked("tracer", &json!({}))).unwrap_err();
        assert!(error.hints[0].contains("LEAN_TOOLS"), "{error:?}");
        // Switched off is another matter, and said by the call itself.
        assert!(registry.admit(&core, asked("chat", &json!({}))).is_ok());
        let error = registry.admit(&core, asked("exai_run", &json!({"tool": "chat", "arguments": {}}))).unwrap_err();
        assert!(error.hints[0].contains("DISABLED_TOOLS"), "{error:?}");
    }

    #[test]
    fn what_is_asked_of_the_router_is_asked_of_the_tool_itself() {
        let registry = Registry::new(&[]);
        let wanted = asked("debug", &json!({"findings": "x"}));
        for arguments in [
            json!({"tool": "debug", "arguments": {"findings": "x"}}),
            json!({"tool": " debug ", "arguments": "{\"findings\": \"x\"}"}),
        ] {
            let admitted = registry.admit(&Offer::Profile(Profile::Router), asked("exai_run", &arguments)).unwrap();
            assert_eq!(admitted, wanted);
        }
        let direct = registry.admit(&Offer::Profile(Profile::Router), wanted.clone()).unwrap();
        assert_eq!(direct, wanted, "who knows the tool need not go through the router");
    }
}
