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
        /// The key of the Z.ai account that pays for GLM.
        api_key: Option<Secret> => { env: [GLM_API_KEY, ZHIPUAI_API_KEY], default: None }
        /// Where requests to GLM are sent.
        url: Endpoint => { env: [GLM_API_URL], default: Endpoint::known("https://api.z.ai/api/paas/v4") }
    }
    /// Kimi, by Moonshot AI.
    kimi: Kimi {
        /// The key of the Moonshot account that pays for Kimi.
        api_key: Option<Secret> => { env: [KIMI_API_KEY, MOONSHOT_API_KEY], default: None }
        /// Where requests to Kimi are sent.
        url: Endpoint => {
            env: [KIMI_API_URL, MOONSHOT_API_URL],
            default: Endpoint::known("https://api.moonshot.ai/v1"),
        }
    }
    /// A server of your own that speaks the OpenAI protocol.
    custom: Custom {
        /// Where a server of your own is reached; setting it switches that provider on.
        url: Option<Endpoint> => { env: [EXAI_CUSTOM_URL], default: None }
        /// The key of the server of your own, when it wants one.
        api_key: Option<Secret> => { env: [EXAI_CUSTOM_API_KEY], default: None }
        /// The model that `auto` uses on the server of your own.
        model: Option<String> => { env: [EXAI_CUSTOM_MODEL], default: None }
        /// How much a request to the server of your own may hold, its answer included.
        context_tokens: u32 => {
            env: [EXAI_CUSTOM_CONTEXT_TOKENS], default: 32_768, range: 1024..=10_000_000, unit: "tokens",
        }
    }
    /// What `auto` chooses from: the next one follows when an account has no balance.
    models: Models {
        /// What `auto` chooses from for steps that need little thought, best first.
        fast: Vec<String> => { env: [EXAI_MODELS_FAST], default: list(&["glm-5.3-flash", "kimi-k3.1-pro"]) }
        /// What `auto` chooses from for reviews and verdicts, best first.
        quality: Vec<String> => { env: [EXAI_MODELS_QUALITY], default: list(&["glm-5.3", "kimi-k3.1-pro"]) }
        /// What `auto` chooses from when only a window of a million tokens holds the request, best first.
        long: Vec<String> => { env: [EXAI_MODELS_LONG], default: list(&["glm-5.3", "kimi-k3.1-pro"]) }
        /// A TOML file that corrects or extends the built-in catalogue of models.
        file: Option<PathBuf> => { env: [EXAI_MODELS_FILE], default: None }
    }
    /// Looking for a server on this machine while nothing is configured.
    discovery: Discovery {
        /// Addresses on this machine that are tried; the defaults are those of Ollama, LM Studio, vLLM and llama.cpp.
        urls: Vec<String> => {
            env: [EXAI_DISCOVERY_URLS],
            default: list(&[
                "http://127.0.0.1:11434/v1", "http://127.0.0.1:1234/v1", "http://127.0.0.1:8000/v1",
                "http://127.0.0.1:8080/v1",
            ]),
        }
    }
    /// How many model requests run at once; the others wait in one queue.
    limits: Limits {
        /// How many model requests of one session run at once.
        session: u32 => {
            env: [EXAI_SESSION_MAX_INFLIGHT, EXAI_WS_SESSION_MAX_INFLIGHT],
            default: 2, range: 1..=10_000, unit: "requests",
        }
        /// How many requests to GLM run at once.
        glm: u32 => {
            env: [EXAI_GLM_MAX_INFLIGHT, EXAI_WS_GLM_MAX_INFLIGHT],
            default: 2, range: 1..=10_000, unit: "requests",
        }
        /// How many requests to Kimi run at once.
        kimi: u32 => {
            env: [EXAI_KIMI_MAX_INFLIGHT, EXAI_WS_KIMI_MAX_INFLIGHT],
            default: 3, range: 1..=10_000, unit: "requests",
        }
        /// How many requests to the server of your own run at once.
        custom: u32 => {
            env: [EXAI_CUSTOM_MAX_INFLIGHT, EXAI_WS_CUSTOM_MAX_INFLIGHT],
            default: 2, range: 1..=10_000, unit: "requests",
        }
        /// How many requests to all providers together run at once.
        global: u32 => {
            env: [EXAI_GLOBAL_MAX_INFLIGHT, EXAI_WS_GLOBAL_MAX_INFLIGHT],
            default: 5, range: 1..=10_000, unit: "requests",
        }
        /// How many requests may wait for their turn; one more is refused.
        queue: u32 => { env: [EXAI_QUEUE_LIMIT], default: 256, range: 0..=1_000_000, unit: "requests" }
    }
    /// How long things may take; whatever is set here, nothing outlives the deadline of its call.
    timeouts: Timeouts {
        /// How long a whole call may take, unless its caller says otherwise.
        call: Duration => {
            env: [EXAI_CALL_TIMEOUT_S], default: Duration::from_mins(5), range: 0.1..=3600, unit: "s",
        }
        /// How long connecting to a provider may take.
        connect: Duration => {
            env: [EXAI_CONNECT_TIMEOUT_S], default: Duration::from_secs(10), range: 0.1..=3600, unit: "s",
        }
        /// How long a provider may take to begin its answer.
        headers: Duration => {
            env: [EXAI_HEADERS_TIMEOUT_S], default: Duration::from_mins(1), range: 0.1..=3600, unit: "s",
        }
        /// How long a provider may take to begin its answer when the model thinks first.
        headers_thinking: Duration => {
            env: [EXAI_HEADERS_THINKING_TIMEOUT_S],
            default: Duration::from_mins(5), range: 0.1..=3600, unit: "s",
        }
        /// How long an answer may pause.
        idle: Duration => {
            env: [EXAI_IDLE_TIMEOUT_S], default: Duration::from_mins(2), range: 0.1..=3600, unit: "s",
        }
        /// How long an answer may pause when the model thinks.
        idle_thinking: Duration => {
            env: [EXAI_IDLE_THINKING_TIMEOUT_S],
            default: Duration::from_mins(5), range: 0.1..=3600, unit: "s",
        }
        /// How long a write to the store waits for another process's write.
        store: Duration => {
            env: [EXAI_STORE_TIMEOUT_S], default: Duration::from_secs(10), range: 0.1..=60, unit: "s",
        }
        /// How long to wait for the processes that have the store open when its schema must change.
        drain: Duration => {
            env: [EXAI_DRAIN_TIMEOUT_S], default: Duration::from_secs(30), range: 0.1..=3600, unit: "s",
        }
    }
    /// How long things are kept; what has been kept for its time goes once an hour.
    retention: Retention {
        /// How long the text and data of a result are kept.
        results: Duration => {
            env: [EXAI_RETENTION_RESULTS_S], default: Duration::from_hours(24), range: 60..=315_360_000, unit: "s",
        }
        /// How long calls are kept, with their steps, requests and usage.
        calls: Duration => {
            env: [EXAI_RETENTION_CALLS_S],
            default: Duration::from_hours(90 * 24), range: 3600..=315_360_000, unit: "s",
        }
        /// How long a conversation is kept after its last turn.
        threads: Duration => {
            env: [EXAI_RETENTION_THREADS_S],
            default: Duration::from_hours(30 * 24), range: 3600..=315_360_000, unit: "s",
        }
    }
    /// Conversations.
    threads: Threads {
        /// How many turns a conversation may have.
        max_turns: u32 => {
            env: [EXAI_THREADS_MAX_TURNS, MAX_CONVERSATION_TURNS],
            default: 50, range: 1..=10_000, unit: "turns",
        }
    }
    /// Answers that are given again to an equal question.
    reuse: Reuse {
        /// How long an answer is given again to an equal question; 0 asks the model every time.
        ttl: Duration => {
            env: [EXAI_REUSE_TTL_S], default: Duration::from_mins(10), range: 0..=2_592_000, unit: "s",
        }
        /// How much is kept of such answers; when it is more, the oldest go.
        max_mb: u32 => { env: [EXAI_REUSE_MAX_MB], default: 512, range: 0..=1_000_000, unit: "MB" }
    }
}
