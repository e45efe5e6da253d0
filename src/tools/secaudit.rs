//! `secaudit`: what an attacker could do, and what stands in the way.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Info;
use super::workflow::{Expert, Form, Vocabulary, Work, Workflow, members};
use crate::error::Result;
use crate::gateway::Need;
use crate::protocol::SeverityFilter;
use crate::providers::ThinkingMode;
use crate::threads::Thread;

/// The tool.
#[derive(Debug)]
pub(super) struct SecAudit;

static INFO: Info = Info {
    name: "secaudit",
    title: "Security audit",
    description: "Audits the security of code and configuration. Give your findings and the files; a model reads both and answers with vulnerabilities by severity, each with the exact text, and how to mend them.",
    main_argument: Some("findings"),
};

static WORDS: Vocabulary = Vocabulary {
    noun: "security audit",
    pause: "pause_for_security_audit",
    required: "secaudit_required",
    complete: "security_audit_complete",
    counts: "security_audit_status",
    confidence: Some("audit_confidence"),
    finished_work: "complete_security_audit",
    settled: "security_analysis_complete",
    skipped: "skipped_due_to_certain_audit_confidence",
};

static EXPERT: Expert = Expert { thinking: ThinkingMode::High, need: Need::Quality, form: Form::Findings };

/// Rules that experts are known to know; others are passed on with a warning.
const KNOWN_RULES: [&str; 8] = ["SOC2", "PCI DSS", "HIPAA", "GDPR", "ISO 27001", "NIST", "FedRAMP", "FISMA"];

/// What `secaudit` takes of its own.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Own {
    /// What it is and where it runs: web app, API, library.
    security_scope: Option<String>,
    /// How much is at stake.
    #[serde(default)]
    threat_level: ThreatLevel,
    /// Such as SOC2, PCI DSS, GDPR.
    #[serde(default)]
    compliance_requirements: Vec<String>,
    /// What to audit above all.
    #[serde(default)]
    audit_focus: Focus,
    /// Least severity to tell.
    #[serde(default)]
    severity_filter: SeverityFilter,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ThreatLevel {
    Low,
    #[default]
    Medium,
    High,
    Critical,
}

#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Focus {
    Owasp,
    Compliance,
    Infrastructure,
    Dependencies,
    #[default]
    Comprehensive,
}

impl Workflow for SecAudit {
    type Own = Own;
    const INFO: &'static Info = &INFO;
    const WORDS: &'static Vocabulary = &WORDS;
    const EXPERT: Option<&'static Expert> = Some(&EXPERT);

    fn check(&self, _: &Work, own: &Own, _: &Thread) -> Result<Vec<String>> {
        let letters = |name: &str| name.to_lowercase().replace([' ', '-', '_'], "");
        let is_known = |name: &str| KNOWN_RULES.iter().any(|known| letters(known) == letters(name));
        let unknown = own.compliance_requirements.iter().filter(|name| !is_known(name));
        let known = KNOWN_RULES.join(", ");
        Ok(unknown
            .map(|name| format!("compliance requirement `{name}` is passed on as it is; well known are {known}"))
            .collect())
    }

    fn required_actions(&self, work: &Work) -> Vec<&'static str> {
        match work.step_number() {
            1 => vec![
                "Find out what the system does, for whom, and which data it must protect",
                "List the ways in: endpoints, files, messages, environment, command lines",
                "Mark where data crosses from less trusted to more trusted parts",
                "Name the files in which these ways begin",
            ],
            2 => vec![
                "Find where identity is established, and try to get past it",
                "Check for each action and each object who may use it, and where that is enforced",
                "Follow sessions and tokens: made how, kept where, ended when",
            ],
            3 => vec![
                "Follow input from every way in to queries, commands, paths, templates and parsers",
                "Check algorithms, key sizes, randomness, and where keys are kept",
                "Check what interfaces tell in answers and errors, and how often they may be asked",
            ],
            4 => vec![
                "Go through the ten OWASP categories; write for each what you checked and what you found",
                "Look for requests that the server makes to addresses a user names",
                "Look for data that becomes objects or code when it is read",
            ],
            5 => vec![
                "Check dependencies and their versions against known vulnerabilities",
                "Look for secrets in code, configuration, history and images",
                "Check defaults, headers, permissions and open ports",
                "Check that attacks leave a trace in the log, and that secrets do not",
            ],
            6 => vec![
                "Compare with the compliance requirements that were named",
                "Judge each finding by how easy and how bad it is",
                "Order what to mend: now, soon, later",
            ],
            _ => vec![
                "Try to disprove each finding; drop what you can not show in the code",
                "Look for findings that are harmless alone and bad together",
            ],
        }
    }

    fn severities(&self, own: &Own) -> SeverityFilter {
        own.severity_filter
    }

    fn counts(&self, work: &Work, _: &Own) -> Map<String, Value> {
        members(json!({"vulnerabilities_by_severity": work.issues_by("severity")}))
    }
}
