//! Transcripts: append-only rows, read by window, searched by word.
use crate::{database::unbuilt, error::Result, project_store::ProjectStore};
use harness_domain::id::SessionId;
use serde::Serialize;

/// One row to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptRow {
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
    /// What sort of row, such as `assistant_text` or `tool_result`.
    pub kind: String,
    /// What a search may find it by; empty keeps it out of the index.
    pub text_for_search: String,
    /// The row itself, as JSON text. Stored as given.
    pub body: String,
}

/// One row as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredRow {
    /// Its place in the session's transcript, from 1, without gaps.
    pub ordinal: u64,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
    /// What sort of row.
    pub kind: String,
    /// The row itself, as JSON text.
    pub body: String,
}

/// One row that a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TranscriptHit {
    /// The session it belongs to.
    pub session: SessionId,
    /// Its place in that session's transcript.
    pub ordinal: u64,
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
    /// What sort of row.
    pub kind: String,
    /// The words around the first match, on one line; matches stand between `⟦` and `⟧`.
    pub excerpt: String,
}

impl ProjectStore {
    /// Appends rows to a session's transcript, all or none, and returns the last ordinal (0 when it is still empty).
    ///
    /// Fails with `NoSuchSession`.
    pub fn transcript_append(&self, session: &SessionId, rows: &[TranscriptRow]) -> Result<u64> {
        let _ = (session, rows);
        unbuilt()
    }
    /// Up to `limit` rows from `from_ordinal` (the first is 1) on, in order.
    pub fn transcript_window(&self, session: &SessionId, from_ordinal: u64, limit: usize) -> Result<Vec<StoredRow>> {
        let _ = (session, from_ordinal, limit);
        unbuilt()
    }
    /// Rows in a session's transcript, which is also its last ordinal.
    pub fn transcript_len(&self, session: &SessionId) -> Result<u64> {
        let _ = session;
        unbuilt()
    }
    /// The newest rows that hold every word of `query`, the last word also as the beginning of a longer one.
    ///
    /// Any text is a lawful query; one without a letter or digit finds nothing.
    pub fn transcript_search(&self, query: &str, limit: usize) -> Result<Vec<TranscriptHit>> {
        let _ = (query, limit);
        unbuilt()
    }
}
