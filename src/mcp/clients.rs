//! What is known of the agents' programs: how long each waits for the answer of a tool.

use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::ProtocolVersion;
use rmcp::service::RequestContext;

use super::host::Agent;
use crate::protocol::wire::Client;

/// A client of which nothing is known waits longer than this; so do VS Code and all others that were measured, but for those in
/// the table.
const USUAL: Duration = Duration::from_secs(280);

/// How long a client waits for a call when its settings say nothing else, less a little, by the beginning of the name that it gives
/// itself. Measured or read in the clients' own sources in November 2026; a client whose wait each sign of life begins anew is in
/// the second table.
const WAITS: [(&str, Duration); 5] = [
    // The SDK that it is written with gives up after 60 s unless told otherwise.
    ("cursor", Duration::from_secs(55)),
    // `codex-mcp-client`: 120 s up to 0.140, 300 s from 0.147 on, whatever it hears of progress.
    ("codex", Duration::from_secs(110)),
    // `gemini-cli-mcp-client`: it does not ask for progress of tools.
    ("gemini-cli", Duration::from_secs(570)),
    // `augment-mcp-client`: up to half an hour as long as it hears of progress, but its version, always 1.0.0, does not tell whether
    // it is one of the older ones, which do not.
    ("augment", Duration::from_secs(570)),
    // 60 s; `exai setup zed` says 300 s, but who wrote the entry by hand is not known.
    ("zed", Duration::from_secs(55)),
];
/// The version from which Codex waits 300 s.
const PATIENT_CODEX: (u64, u64) = (0, 147);
/// Clients that wait as long as they hear of progress.
const PATIENT: [&str; 1] = ["claude-code"];
/// No call takes longer.
const LONGEST: Duration = Duration::from_hours(1);

/// Who asks.
pub(super) fn of(context: &RequestContext<RoleServer>) -> Agent {
    let info = context.client_info();
    let client = info.map(|info| Client { name: info.name, version: info.version }).unwrap_or_default();
    let parts = context.extensions.get::<hyper::http::request::Parts>();
    Agent { client, address: parts.and_then(|parts| parts.extensions.get().copied()) }
}

/// Whether the agent speaks the generation that has no handshake.
pub(super) fn is_modern(context: &RequestContext<RoleServer>) -> bool {
    context.protocol_version().is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// How long a call may take before it is answered with its id; `is_told` says whether the client hears of progress.
pub(super) fn patience(client: &Client, is_told: bool) -> Duration {
    let name = client.name.to_ascii_lowercase();
    if is_told && PATIENT.iter().any(|patient| name.starts_with(patient)) {
        return LONGEST;
    }
    let known = WAITS.iter().find(|(known, _)| name.starts_with(known));
    match known {
        Some(("codex", _)) if version(&client.version) >= PATIENT_CODEX => USUAL,
        Some((_, patience)) => *patience,
        None => USUAL,
    }
}

/// The first two numbers of a version.
fn version(text: &str) -> (u64, u64) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_is_answered_before_it_gives_up() {
        let patience = |name: &str, version: &str, is_told| {
            patience(&Client { name: name.to_owned(), version: version.to_owned() }, is_told).as_secs()
        };
        assert_eq!(patience("something-new", "1", true), 280);
        assert_eq!(patience("Cursor", "3.1", true), 55);
        assert_eq!(patience("codex-mcp-client", "0.140.2", false), 110);
        assert_eq!(patience("codex-mcp-client", "0.169.0", false), 280);
        assert_eq!(patience("gemini-cli-mcp-client", "0.61.0", false), 570);
        assert_eq!(patience("augment-mcp-client", "1.0.0", true), 570);
        assert_eq!((patience("Zed", "0.220.3", true), patience("Visual Studio Code", "1.120.0", true)), (55, 280));
        assert_eq!((patience("claude-code", "2.1.330", true), patience("claude-code", "2.1.330", false)), (3600, 280));
    }
}
