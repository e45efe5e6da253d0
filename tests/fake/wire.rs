//! HTTP/1.1 as bytes: requests in, heads and chunks out. Bodies come with `Content-Length`; clients of chat
//! services send no others.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A request as it came, its headers by lower-case name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Whether the connection ends with this request.
    pub(crate) fn closes(&self) -> bool {
        self.headers.get("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// A request that makes no sense: the status and the reason.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) u16, pub(crate) &'static str);

const HEAD_LIMIT: usize = 64 * 1024;

/// Takes the first complete request out of `buffer`; `None` when more bytes are needed.
pub(crate) fn take_request(buffer: &mut Vec<u8>) -> Result<Option<Request>, Malformed> {
    let Some(head_len) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return if buffer.len() > HEAD_LIMIT { Err(Malformed(431, "the head is too long")) } else { Ok(None) };
    };
    let head = std::str::from_utf8(&buffer[..head_len]).map_err(|_| Malformed(400, "the head is not text"))?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(path), Some("HTTP/1.1")) = (words.next(), words.next(), words.next()) else {
        return Err(Malformed(400, "the first line is not that of an HTTP/1.1 request"));
    };
    let mut headers = BTreeMap::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or(Malformed(400, "a header has no colon"))?;
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    if headers.contains_key("transfer-encoding") {
        return Err(Malformed(411, "the body needs a Content-Length"));
    }
    let length = headers.get("content-length").map_or(Ok(0), |length| length.parse::<usize>());
    let length = length.map_err(|_| Malformed(400, "Content-Length is no number"))?;
    let (method, path) = (method.to_owned(), path.to_owned());
    let start = head_len + 4;
    if buffer.len() < start + length {
        return Ok(None);
    }
    let body = buffer[start..start + length].to_vec();
    buffer.drain(..start + length);
    Ok(Some(Request { method, path, headers, body }))
}

/// Whether a request that has begun uploads a file.
pub(crate) fn is_upload(buffer: &[u8]) -> bool {
    let line = buffer.split(|byte| *byte == b'\r').next().unwrap_or_default();
    line.starts_with(b"POST ") && line.ends_with(b"/files HTTP/1.1")
}

/// The head of a response.
pub(crate) fn head(status: u16, headers: &BTreeMap<String, String>) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} {}\r\n", reason(status));
    for (name, value) in headers {
        // Writing to a string can not fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// `bytes` as one chunk.
pub(crate) fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

/// The chunk that ends a body.
pub(crate) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_taken_when_its_last_byte_is_there() {
        let whole = b"POST /x?y=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
        for cut in 0..whole.len() {
            let mut buffer = whole[..cut].to_vec();
            assert_eq!(take_request(&mut buffer), Ok(None), "after {cut} bytes");
            assert_eq!(buffer.len(), cut);
        }
        let mut buffer = [whole.as_slice(), b"GET "].concat();
        let request = take_request(&mut buffer).unwrap().unwrap();
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/x?y=1"));
        assert_eq!(request.headers["host"], "a");
        assert_eq!(request.body, b"hello");
        assert_eq!(buffer, b"GET ", "the next request stays");
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let cases: [(&[u8], u16); 4] = [
            (b"hello\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
            (b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        ];
        for (bytes, status) in cases {
            let refused = take_request(&mut bytes.to_vec()).unwrap_err();
            assert_eq!(refused.0, status, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
