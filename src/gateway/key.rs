//! What makes two model requests equal: owner, provider (its address and account), model and the canonical body,
//! without the fields that name the request instead of asking it.

use data_encoding::HEXLOWER;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::json;
use crate::providers::Model;

/// Fields that may differ between equal requests.
const NAMES: &[&str] = &["request_id", "user_id", "prompt_cache_key"];

/// The key of a request, as hexadecimal SHA-256.
pub(super) fn of(owner: &str, model: &Model, account: &str, body: &Map<String, Value>) -> String {
    let mut hash = Sha256::new();
    for part in [owner, model.provider.as_str(), account, &model.id] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let fields = body.iter().filter(|(name, _)| !NAMES.contains(&name.as_str()));
    let mut canonical = Vec::with_capacity(4096);
    write_object(fields, &mut canonical);
    hash.update(canonical);
    HEXLOWER.encode(&hash.finalize())
}

/// JSON with the keys of every object sorted.
fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(fields) => write_object(fields.iter(), out),
        Value::Array(items) => {
            out.push(b'[');
            for item in items {
                write(item, out);
                out.push(b',');
            }
            out.push(b']');
        }
        Value::String(text) => json::quote(out, text),
        // Numbers and words of JSON can always be written into memory.
        scalar => json::append(out, scalar).unwrap_or_default(),
    }
}

fn write_object<'a>(fields: impl Iterator<Item = (&'a String, &'a Value)>, out: &mut Vec<u8>) {
    let mut fields: Vec<_> = fields.collect();
    fields.sort_unstable_by_key(|(name, _)| *name);
    out.push(b'{');
    for (name, value) in fields {
        json::quote(out, name);
        out.push(b':');
        write(value, out);
        out.push(b',');
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests;
