//! The page: the dashboard for browsers, one document with its style and its script in it. It asks for nothing else but its
//! feed, and a browser that keeps to its policy lets nothing else happen.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use super::http::{self, Answer};

const STYLE: &str = include_str!("dashboard/page.css");
/// One scope, in the order in which things are defined.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("dashboard/format.js"),
    include_str!("dashboard/filter.js"),
    include_str!("dashboard/series.js"),
    include_str!("dashboard/house.js"),
    include_str!("dashboard/link.js"),
    include_str!("dashboard/dom.js"),
    include_str!("dashboard/header.js"),
    include_str!("dashboard/calls.js"),
    include_str!("dashboard/detail.js"),
    include_str!("dashboard/providers.js"),
    include_str!("dashboard/sessions.js"),
    include_str!("dashboard/latency.js"),
    include_str!("dashboard/log.js"),
    include_str!("dashboard/actions.js"),
    include_str!("dashboard/keys.js"),
    include_str!("dashboard/page.js"),
    "})();\n",
);

/// The document, and what a browser may do with it.
struct Page {
    document: Bytes,
    policy: HeaderValue,
}

static PAGE: LazyLock<Page> = LazyLock::new(|| {
    let frame = include_str!("dashboard/page.html").replace("{{version}}", env!("CARGO_PKG_VERSION"));
    let document = frame.replace("{{style}}", STYLE).replace("{{script}}", SCRIPT);
    // Scripts and styles are known by their hashes, text never becomes markup, and nobody may put the page into a frame.
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash(SCRIPT),
        hash(STYLE)
    );
    // Hashes are letters and digits.
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    Page { document: document.into(), policy }
});

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// The page. Nothing of the house is in it: what it shows it asks for, with the token.
pub(super) fn page() -> Answer {
    let mut answer = http::with_type(StatusCode::OK, PAGE.document.clone(), "text/html; charset=utf-8");
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, PAGE.policy.clone());
    for (name, value) in [
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

/// What a browser on another machine reads.
pub(super) fn too_far() -> Answer {
    let why = "The dashboard is shown to this machine only. Bring its port to yours, and open it there:\n\
               ssh -L 8079:127.0.0.1:8079 THIS-MACHINE\n";
    http::text(StatusCode::UNAUTHORIZED, why)
}
