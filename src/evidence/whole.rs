//! One file of the caller whole, whatever is in it: images and files that are uploaded.

use super::collect::no_such_file;
use super::workspace::{Piece, Workspace};
use crate::error::{Error, ErrorCode, Result};

/// What is read at once: as much as fits into a message of a caller's connection.
const PIECE: u64 = 4 << 20;

/// The file at `path`, if it has at most `limit` bytes. One that grows meanwhile is not read beyond that.
pub async fn whole(workspace: &dyn Workspace, path: &str, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let have = bytes.len() as u64;
        match workspace.bytes(path, have, PIECE).await? {
            Piece::Bytes { size, .. } if size > limit => return Err(too_large(path, size, limit)),
            Piece::Bytes { data, .. } if data.is_empty() => return Ok(bytes),
            Piece::Bytes { data, size } => {
                if have + data.len() as u64 > limit {
                    return Err(too_large(path, size, limit));
                }
                bytes.extend_from_slice(&data);
                if bytes.len() as u64 >= size {
                    return Ok(bytes);
                }
            }
            Piece::Missing => return Err(no_such_file(path)),
            Piece::Refused { error } => return Err(error),
        }
    }
}

fn too_large(path: &str, size: u64, limit: u64) -> Error {
    let message = format!("{path} has {size} bytes, at most {limit} are allowed");
    Error::new(ErrorCode::ValidationError, message)
        .details(serde_json::json!({"field": "path", "value": path, "allowed": format!("at most {limit} bytes")}))
}
