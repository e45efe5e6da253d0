//! The table of keys: each one is written here, and only here.
//!
//! Names in the environment come in order of preference: ours first where it is new, the predecessor's after it.

use std::path::PathBuf;
use std::time::Duration;

use super::key::{Key, Range, Shown, first};
use super::reader::Reader;
use super::setting::{Setting, list};
use super::table::{default_of, key, settings};
use super::{Endpoint, Secret};
use crate::error::Result;

settings! {
    /// Everything that can be set, typed and checked.
    Config {
        /// The model that answers when a call names none: `auto`, or the id of a model.
        default_model: String => { env: [DEFAULT_MODEL], default: "auto".to_owned() }
        /// The language that models are asked to answer in, such as `de-DE`.
        locale: Option<String> => { env: [LOCALE], default: None }
        /// Tools that are neither listed nor run.
        disabled_tools: Vec<String> => { env: [DISABLED_TOOLS], default: Vec::new() }
        /// Where calls, threads, answers and locks are kept; under `$XDG_STATE_HOME/exai` when that is set.
        state_dir: PathBuf => { env: [EXAI_STATE_DIR], default: PathBuf::from("~/.local/state/exai") }
    }
    /// GLM, by Z.ai.
    glm: Glm {
        /// The key of the account that pays.
        api_key: Option<Secret> => { env: [GLM_API_KEY, ZHIPUAI_API_KEY], default: None }
        /// Where requests are sent.
        url: Endpoint => { env: [GLM_API_URL], default: Endpoint::known("https://api.z.ai/api/paas/v4") }
    }
    /// Kimi, by Moonshot AI.
    kimi: Kimi {
        /// The key of the account that pays.
        api_key: Option<Secret> => { env: [KIMI_API_KEY, MOONSHOT_API_KEY], default: None }
        /// Where requests are sent.
        url: Endpoint => {
            env: [KIMI_API_URL, MOONSHOT_API_URL],
            default: Endpoint::known("https://api.moonshot.ai/v1"),
        }
    }
    /// A server of your own that speaks the OpenAI protocol.
    custom: Custom {
        /// Where requests are sent; setting it switches this provider on.
        url: Option<Endpoint> => { env: [EXAI_CUSTOM_URL], default: None }
        /// Its key, when it wants one.
        api_key: Option<Secret> => { env: [EXAI_CUSTOM_API_KEY], default: None }
        /// The model that `auto` uses there.
        model: Option<String> => { env: [EXAI_CUSTOM_MODEL], default: None }
        /// How much one request may hold there, question and answer together.
        context_tokens: u32 => {
            env: [EXAI_CUSTOM_CONTEXT_TOKENS], default: 32_768, range: 1024..=10_000_000, unit: "tokens",
        }
    }
    /// What `auto` chooses from, best first; the next one follows when an account has no balance.
    models: Models {
        /// For steps that need little thought.
        fast: Vec<String> => { env: [EXAI_MODELS_FAST], default: list(&["glm-5.3-flash", "kimi-k3.1-pro"]) }
        /// For reviews and verdicts.
        quality: Vec<String> => { env: [EXAI_MODELS_QUALITY], default: list(&["glm-5.3", "kimi-k3.1-pro"]) }
        /// For requests that only a window of a million tokens holds.
        long: Vec<String> => { env: [EXAI_MODELS_LONG], default: list(&["glm-5.3", "kimi-k3.1-pro"]) }
        /// A TOML file that corrects or extends the built-in catalogue of models.
        file: Option<PathBuf> => { env: [EXAI_MODELS_FILE], default: None }
    }
    /// How many model requests run at once; the others wait in one queue.
    limits: Limits {
        /// For one session.
        session: u32 => {
            env: [EXAI_SESSION_MAX_INFLIGHT, EXAI_WS_SESSION_MAX_INFLIGHT],
            default: 2, range: 1..=10_000, unit: "requests",
        }
        /// To GLM.
        glm: u32 => {
            env: [EXAI_GLM_MAX_INFLIGHT, EXAI_WS_GLM_MAX_INFLIGHT],
            default: 2, range: 1..=10_000, unit: "requests",
        }
        /// To Kimi.
        kimi: u32 => {
            env: [EXAI_KIMI_MAX_INFLIGHT, EXAI_WS_KIMI_MAX_INFLIGHT],
            default: 3, range: 1..=10_000, unit: "requests",
        }
        /// To the server of your own.
        custom: u32 => {
            env: [EXAI_CUSTOM_MAX_INFLIGHT, EXAI_WS_CUSTOM_MAX_INFLIGHT],
            default: 2, range: 1..=10_000, unit: "requests",
        }
        /// To all of them together.
        global: u32 => {
            env: [EXAI_GLOBAL_MAX_INFLIGHT, EXAI_WS_GLOBAL_MAX_INFLIGHT],
            default: 5, range: 1..=10_000, unit: "requests",
        }
        /// How many may wait; one more is refused at once.
        queue: u32 => { env: [EXAI_QUEUE_LIMIT], default: 256, range: 0..=1_000_000, unit: "requests" }
    }
    /// How long things may take; whatever is set here, nothing outlives the deadline of its call.
    timeouts: Timeouts {
        /// A whole call, unless its caller says otherwise.
        call: Duration => {
            env: [EXAI_CALL_TIMEOUT_S], default: Duration::from_mins(5), range: 0.1..=3600, unit: "s",
        }
        /// Until a provider is connected.
        connect: Duration => {
            env: [EXAI_CONNECT_TIMEOUT_S], default: Duration::from_secs(10), range: 0.1..=3600, unit: "s",
        }
        /// Until a provider begins to answer.
        headers: Duration => {
            env: [EXAI_HEADERS_TIMEOUT_S], default: Duration::from_mins(1), range: 0.1..=3600, unit: "s",
        }
        /// Until a provider begins to answer when the model thinks first.
        headers_thinking: Duration => {
            env: [EXAI_HEADERS_THINKING_TIMEOUT_S],
            default: Duration::from_mins(5), range: 0.1..=3600, unit: "s",
        }
        /// Silence in the middle of an answer.
        idle: Duration => {
            env: [EXAI_IDLE_TIMEOUT_S], default: Duration::from_mins(2), range: 0.1..=3600, unit: "s",
        }
        /// Silence in the middle of an answer when the model thinks.
        idle_thinking: Duration => {
            env: [EXAI_IDLE_THINKING_TIMEOUT_S],
            default: Duration::from_mins(5), range: 0.1..=3600, unit: "s",
        }
    }
    /// Conversations.
    threads: Threads {
        /// How long one may get.
        max_turns: u32 => {
            env: [EXAI_THREADS_MAX_TURNS, MAX_CONVERSATION_TURNS],
            default: 50, range: 1..=10_000, unit: "turns",
        }
    }
    /// Answers that are given again to an equal question.
    reuse: Reuse {
        /// How long an answer is good for; 0 asks the model every time.
        ttl: Duration => {
            env: [EXAI_REUSE_TTL_S], default: Duration::from_mins(10), range: 0..=2_592_000, unit: "s",
        }
    }
}
