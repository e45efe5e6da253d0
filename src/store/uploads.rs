//! Files that were uploaded to a provider: by their content, so that none is uploaded twice.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Store;
use crate::clock::Timestamp;
use crate::error::Result;

/// What makes two uploads the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadKey {
    /// Whose it is; owners do not see what others upload.
    pub owner: String,
    /// The provider.
    pub provider: String,
    /// A fingerprint of its address and key: another account has other files.
    pub account: String,
    /// What the provider was told that it is for.
    pub purpose: String,
    /// SHA-256 of the file as it was read, in hexadecimal digits.
    pub sha256: String,
}

/// A file that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRecord {
    /// What makes it the same as another one.
    pub key: UploadKey,
    /// Its id at the provider.
    pub file_id: String,
    /// Its name there.
    pub filename: String,
    /// Where it was read, so that it can be uploaded again.
    pub location: String,
    /// Its size.
    pub bytes: u64,
    /// When it was uploaded.
    pub uploaded_at: Timestamp,
    /// When it was last of use.
    pub used_at: Timestamp,
}

const COLUMNS: &str =
    "owner, provider, account, purpose, sha256, file_id, filename, location, bytes, uploaded_at, used_at";

impl Store {
    /// The upload of that content, if there was one; it counts as used now.
    pub async fn find_upload(&self, key: UploadKey, now: Timestamp) -> Result<Option<UploadRecord>> {
        self.write(move |connection| {
            let key = params![key.owner, key.provider, key.account, key.purpose, key.sha256, now.as_millis()];
            let sql = format!(
                "UPDATE file_uploads SET used_at = ?6
                 WHERE owner = ?1 AND provider = ?2 AND account = ?3 AND purpose = ?4 AND sha256 = ?5 RETURNING {COLUMNS}"
            );
            connection.prepare_cached(&sql)?.query_row(key, read).optional()
        })
        .await
    }

    /// Remembers an upload, in place of an earlier one of the same content.
    pub async fn save_upload(&self, upload: UploadRecord) -> Result<()> {
        self.write(move |connection| insert(connection, &upload)).await
    }

    /// Uploads to one account, of all owners, those used last first.
    pub async fn uploads(&self, provider: String, account: String) -> Result<Vec<UploadRecord>> {
        self.read(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM file_uploads WHERE provider = ?1 AND account = ?2 ORDER BY used_at DESC, sha256"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map([&provider, &account], read)?.collect()
        })
        .await
    }

    /// Notes that files are of use to `owner` now.
    pub async fn use_uploads(&self, owner: String, account: String, ids: Vec<String>, now: Timestamp) -> Result<()> {
        self.write(move |connection| {
            let sql = "UPDATE file_uploads SET used_at = ?4 WHERE owner = ?1 AND account = ?2 AND file_id = ?3";
            let mut statement = connection.prepare_cached(sql)?;
            ids.iter().try_for_each(|id| statement.execute(params![owner, account, id, now.as_millis()]).map(drop))
        })
        .await
    }

    /// Forgets a file that is not at the provider any more, whoever uploaded it.
    pub async fn forget_upload(&self, account: String, file_id: String) -> Result<()> {
        self.write(move |connection| {
            let sql = "DELETE FROM file_uploads WHERE account = ?1 AND file_id = ?2";
            connection.prepare_cached(sql)?.execute([&account, &file_id]).map(drop)
        })
        .await
    }
}

fn insert(connection: &Connection, upload: &UploadRecord) -> rusqlite::Result<()> {
    let UploadRecord { key, file_id, filename, location, bytes, uploaded_at, used_at } = upload;
    let sql = format!(
        "INSERT OR REPLACE INTO file_uploads ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
    );
    connection
        .prepare_cached(&sql)?
        .execute(params![
            key.owner,
            key.provider,
            key.account,
            key.purpose,
            key.sha256,
            file_id,
            filename,
            location,
            bytes,
            uploaded_at.as_millis(),
            used_at.as_millis(),
        ])
        .map(drop)
}

fn read(row: &Row<'_>) -> rusqlite::Result<UploadRecord> {
    Ok(UploadRecord {
        key: UploadKey {
            owner: row.get(0)?,
            provider: row.get(1)?,
            account: row.get(2)?,
            purpose: row.get(3)?,
            sha256: row.get(4)?,
        },
        file_id: row.get(5)?,
        filename: row.get(6)?,
        location: row.get(7)?,
        bytes: row.get(8)?,
        uploaded_at: Timestamp::from_millis(row.get(9)?),
        used_at: Timestamp::from_millis(row.get(10)?),
    })
}
