//! The table of keys: each one is written here, and only here.
//!
//! Names in the environment come in order of preference: ours first where it is new, the predecessor's after it.

use std::path::PathBuf;
use std::time::Duration;

use super::key::{Key, Range, Shown, first};
use super::listening::{Level, LogFormat, Port, Rate};
use super::oversize::Oversize;
use super::per_tool::PerTool;
use super::profile::Profile;
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
        /// A directory of `TOOL.md` files that stand in for the built-in prompts; for those who work on prompts.
        prompts_dir: Option<PathBuf> => { env: [EXAI_PROMPTS_DIR], default: None }
        /// Where calls, threads, answers and locks are kept; under `$XDG_STATE_HOME/exai` when that is set.
        state_dir: PathBuf => { env: [EXAI_STATE_DIR], default: PathBuf::from("~/.local/state/exai") }
    }
    /// GLM, by Z.ai.
    glm: Glm {
        /// The key of the Z.ai account that pays for GLM.
        api_key: Option<Secret> => { env: [GLM_API_KEY, ZHIPUAI_API_KEY], default: None }
        /// Where requests to GLM are sent.
        url: Endpoint => { env: [GLM_API_URL], default: Endpoint::known("https://api.z.ai/api/paas/v4") }
        /// The only GLM models that may be asked, by id or alias; empty allows all.
        allowed_models: Vec<String> => { env: [GLM_ALLOWED_MODELS], default: Vec::new() }
        /// How large a file may be that is uploaded to GLM.
        files_max_mb: u32 => { env: [GLM_FILES_MAX_SIZE_MB], default: 100, range: 1..=100, unit: "MB" }
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
        /// The only Kimi models that may be asked, by id or alias; empty allows all.
        allowed_models: Vec<String> => { env: [KIMI_ALLOWED_MODELS], default: Vec::new() }
        /// How large a file may be that is uploaded to Kimi.
        files_max_mb: u32 => { env: [KIMI_FILES_MAX_SIZE_MB], default: 100, range: 1..=100, unit: "MB" }
        /// How many files one call may upload to Kimi; 0 is no limit.
        files_max_count: u32 => { env: [KIMI_FILES_MAX_COUNT], default: 0, range: 0..=1000, unit: "files" }
        /// How many files are on their way to or from Kimi at once; the permits for requests hold beside it.
        files_parallel: u32 => { env: [KIMI_FILES_MAX_PARALLEL], default: 3, range: 1..=16, unit: "files" }
        /// What becomes of a call that names a file that is too large: the file is left out, or nothing is uploaded.
        files_oversize: Oversize => { env: [KIMI_FILES_BEHAVIOR_ON_OVERSIZE], default: Oversize::Skip }
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
    /// Vectors of texts.
    embeddings: Embeddings {
        /// Where embeddings are made, when not at GLM: a server that speaks the OpenAI protocol.
        url: Option<Endpoint> => { env: [EXAI_EMBEDDINGS_URL, EXTERNAL_EMBEDDINGS_URL], default: None }
        /// The key of that server, when it wants one.
        api_key: Option<Secret> => { env: [EXAI_EMBEDDINGS_API_KEY], default: None }
        /// The model that makes embeddings.
        model: String => { env: [EXAI_EMBEDDINGS_MODEL, GLM_EMBED_MODEL], default: "embedding-3".to_owned() }
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
    /// Which tools agents are shown, and what tools do when a call does not say.
    tools: Tools {
        /// The tools that agents are shown and may call: full, core or router; the command line has all.
        profile: Profile => { env: [EXAI_TOOLS_PROFILE], default: Profile::Full }
        /// Shows agents the predecessor's short list in place of the profile `full`.
        lean: bool => { env: [LEAN_MODE], default: false }
        /// The tools of the short list; empty stands for the predecessor's ten.
        lean_tools: Vec<String> => { env: [LEAN_TOOLS], default: Vec::new() }
        /// Leaves `version` and `listmodels` out of the short list too, unless it names them.
        strict_lean: bool => { env: [STRICT_LEAN], default: false }
        /// The model that a tool asks, such as `codereview=kimi-k3.1-pro`; it goes before `default_model`.
        models: PerTool => { env: [EXAI_TOOLS_MODELS], default: PerTool::default() }
        /// How hard the model of a tool thinks, such as `debug=high`: minimal, low, medium, high or max.
        thinking: PerTool => { env: [EXAI_TOOLS_THINKING], default: PerTool::default() }
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
        /// How many requests to one provider may wait for their turn; one more is refused.
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
        /// How long a daemon that is stopped lets its calls finish, and how long to wait for the processes that have
        /// the store open when its schema must change.
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
        /// How long calls are kept, with their steps, requests and usage; and the audit log.
        calls: Duration => {
            env: [EXAI_RETENTION_CALLS_S],
            default: Duration::from_hours(90 * 24), range: 3600..=315_360_000, unit: "s",
        }
        /// How long a conversation is kept after its last turn.
        threads: Duration => {
            env: [EXAI_RETENTION_THREADS_S],
            default: Duration::from_hours(30 * 24), range: 3600..=315_360_000, unit: "s",
        }
        /// How long after its last use a file that was uploaded counts as expired; it goes when you clean up.
        uploads: Duration => {
            env: [EXAI_RETENTION_UPLOADS_S],
            default: Duration::from_hours(30 * 24), range: 60..=315_360_000, unit: "s",
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
    /// The daemon: where it listens, and to whom.
    daemon: DaemonKeys {
        /// The address that the daemon listens on; one that other machines reach needs a token of 16 characters or more.
        host: String => { env: [EXAI_WS_HOST], default: "127.0.0.1".to_owned() }
        /// The port that serves everything: WebSocket, dashboard, health, metrics and snapshot.
        port: Port => { env: [EXAI_WS_PORT], default: Port::Number(8079) }
        /// What clients have to know; made at the first start and kept in the state directory when it is not set.
        token: Option<Secret> => { env: [EXAI_WS_TOKEN], default: None }
        /// The port of the dashboard for browsers.
        page_port: Port => { env: [MONITORING_PORT], default: Port::Number(8080) }
        /// The port of the health checks.
        health_port: Port => { env: [HEALTH_CHECK_PORT], default: Port::Number(8082) }
        /// The port of the metrics.
        metrics_port: Port => { env: [METRICS_PORT], default: Port::Number(8000) }
        /// Whether other machines may read the metrics without the token.
        metrics_open: bool => { env: [EXAI_METRICS_OPEN], default: false }
        /// Directories that the daemon itself may read for clients that can not be asked for their files.
        roots: Vec<String> => { env: [EXAI_ROOTS], default: Vec::new() }
        /// Pages of other origins that may connect, such as `https://dash.example.org`.
        allowed_origins: Vec<String> => { env: [EXAI_ALLOWED_ORIGINS], default: Vec::new() }
        /// Names under which the daemon is reached besides its address, such as `exai.example.org`.
        allowed_hosts: Vec<String> => { env: [EXAI_ALLOWED_HOSTS], default: Vec::new() }
        /// The largest message that is accepted.
        max_bytes: u32 => {
            env: [EXAI_WS_MAX_BYTES], default: 33_554_432, range: 65_536..=1_073_741_824, unit: "bytes",
        }
        /// How many connections there may be at once.
        max_connections: u32 => {
            env: [EXAI_MAX_CONNECTIONS], default: 10_000, range: 1..=1_000_000, unit: "connections",
        }
        /// How many connections one address of another machine may have.
        max_connections_per_address: u32 => {
            env: [EXAI_MAX_CONNECTIONS_PER_ADDRESS], default: 100, range: 1..=1_000_000, unit: "connections",
        }
        /// How many sessions are remembered.
        max_sessions: u32 => {
            env: [EXAI_MAX_SESSIONS], default: 20_000, range: 1..=1_000_000, unit: "sessions",
        }
        /// How long a session is remembered after its last connection.
        session_idle: Duration => {
            env: [EXAI_SESSION_IDLE_S], default: Duration::from_hours(1), range: 1..=604_800, unit: "s",
        }
        /// How long a daemon that a client started by itself stays without a connection and a call.
        unused: Duration => {
            env: [EXAI_UNUSED_S], default: Duration::from_mins(10), range: 0.1..=604_800, unit: "s",
        }
        /// How long a connection may take to say hello.
        hello: Duration => { env: [EXAI_HELLO_TIMEOUT_S], default: Duration::from_secs(15), range: 0.1..=600, unit: "s" }
        /// How often a silent peer is asked whether it is still there.
        ping: Duration => { env: [EXAI_PING_S], default: Duration::from_secs(30), range: 0.1..=3600, unit: "s" }
        /// How long a peer may take nothing of what is sent to it.
        stalled: Duration => { env: [EXAI_STALLED_S], default: Duration::from_mins(1), range: 0.1..=3600, unit: "s" }
    }
    /// How many messages the daemon takes; more are refused with the time after which to come back.
    rates: Rates {
        /// Messages of all clients together.
        all: Rate => { env: [EXAI_RATE_ALL], default: Rate::Bucket { burst: 4_000, per_second: 2_000 } }
        /// Messages of one address of another machine.
        address: Rate => { env: [EXAI_RATE_ADDRESS], default: Rate::Bucket { burst: 1_000, per_second: 100 } }
        /// Messages of one session.
        session: Rate => { env: [EXAI_RATE_SESSION], default: Rate::Bucket { burst: 200, per_second: 50 } }
    }
    /// The daemon's log, in the directory `logs` of the state directory.
    log: LogKeys {
        /// How much the log tells.
        level: Level => { env: [EXAI_LOG_LEVEL, LOG_LEVEL], default: Level::Info }
        /// How its lines are written.
        format: LogFormat => { env: [EXAI_LOG_FORMAT], default: LogFormat::Text }
        /// How many files are kept, one a day.
        files: u32 => { env: [EXAI_LOG_FILES], default: 7, range: 1..=365, unit: "files" }
    }
}
