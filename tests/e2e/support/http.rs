//! What a daemon says over HTTP, as a monitoring system reads it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::DEADLINE;

/// An answer.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

/// Asks for a page; `token` when it is not for everybody.
pub(crate) fn get(address: SocketAddr, path: &str, token: Option<&str>) -> Page {
    let mut stream = TcpStream::connect_timeout(&address, DEADLINE).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{bearer}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    Page { status: status.unwrap_or_else(|| panic!("no status: {head}")), head: head.to_owned(), body: body.to_owned() }
}

impl Page {
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:#?}"))
    }
}

/// The series of `/metrics` at one moment.
#[derive(Debug)]
pub(crate) struct Metrics(BTreeMap<String, String>);

impl Metrics {
    /// Reads them; a line that is no series, or a series that comes twice, is a fault of the daemon.
    #[track_caller]
    pub(crate) fn of(address: SocketAddr) -> Self {
        let page = get(address, "/metrics", None).ok();
        assert!(page.head.to_ascii_lowercase().contains("content-type: text/plain; version=0.0.4"), "{}", page.head);
        let mut series = BTreeMap::new();
        for line in page.body.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("not a series: {line}"));
            assert!(value.parse::<f64>().is_ok(), "not a figure: {line}");
            assert!(series.insert(name.to_owned(), value.to_owned()).is_none(), "twice: {line}");
        }
        Self(series)
    }

    /// What `name{labels}` counts; 0 when there is no such series yet.
    #[track_caller]
    pub(crate) fn count(&self, series: &str) -> u64 {
        let value = self.0.get(series).map_or("0", String::as_str);
        value.parse().unwrap_or_else(|error| panic!("{series} is {value}: {error}"))
    }

    /// Whether `name{labels}` is more than nothing.
    pub(crate) fn has(&self, series: &str) -> bool {
        self.0.get(series).and_then(|value| value.parse().ok()).is_some_and(|value: f64| value > 0.0)
    }
}
