//! Transcripts: append-only rows, read by window, searched by word.

use crate::{
    database::Step,
    error::{Result, StoreError},
    project_store::ProjectStore,
    row::{all, count, first, limit as rows_at_most, signed},
    session::key,
    transcript_filter::note_appended,
};
use harness_domain::{
    id::{RunId, SessionId},
    transcript::Facets,
};
use rusqlite::{Connection, Row};
use serde::Serialize;

/// Words of a search that count; more than a person types, and a bound on the work.
const SEARCH_WORDS: usize = 32;

/// One row to append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TranscriptRow {
    /// UTC, in milliseconds since 1970.
    pub at_ms: i64,
    /// What sort of row, such as `assistant_text` or `tool_result`.
    pub kind: String,
    /// What a search may find it by; empty keeps it out of the index.
    pub text_for_search: String,
    /// What a filter finds it by.
    pub facets: Facets,
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
    /// That session's run.
    pub run: RunId,
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
    /// Many rows in one call cost far less than as many calls. Fails with `NoSuchSession`.
    pub fn transcript_append(&self, session: &SessionId, rows: &[TranscriptRow]) -> Result<u64> {
        let (session, rows) = (session.clone(), rows.to_vec());
        self.db.write(move |tx| append(tx, &session, &rows))
    }

    /// Up to `limit` rows from `from_ordinal` (the first is 1) on, in order. Empty for an unknown session.
    pub fn transcript_window(&self, session: &SessionId, from_ordinal: u64, limit: usize) -> Result<Vec<StoredRow>> {
        const SQL: &str = "SELECT ordinal, at_ms, kind, body FROM transcript \
                           WHERE session_key = ?1 AND ordinal >= ?2 ORDER BY ordinal LIMIT ?3";
        self.db.read(|connection| {
            let Some(key) = key(connection, session)? else { return Ok(Vec::new()) };
            all(connection, SQL, (key, signed(from_ordinal), rows_at_most(limit)), stored)
        })
    }

    /// The rows of one kind, in order. Empty for an unknown session.
    pub fn transcript_of_kind(&self, session: &SessionId, kind: &str) -> Result<Vec<StoredRow>> {
        const SQL: &str =
            "SELECT ordinal, at_ms, kind, body FROM transcript WHERE session_key = ?1 AND kind = ?2 ORDER BY ordinal";
        self.db.read(|connection| {
            let Some(key) = key(connection, session)? else { return Ok(Vec::new()) };
            all(connection, SQL, (key, kind), stored)
        })
    }

    /// Rows in a session's transcript, which is also its last ordinal. 0 for an unknown session.
    pub fn transcript_len(&self, session: &SessionId) -> Result<u64> {
        self.db.read(|connection| match key(connection, session)? {
            Some(key) => last_ordinal(connection, key),
            None => Ok(0),
        })
    }

    /// The newest rows that hold every word of `query`, the last word also as the beginning of a longer one.
    ///
    /// Any text is a lawful query; one without a letter or digit finds nothing. Only the first 32 words count.
    pub fn transcript_search(&self, query: &str, limit: usize) -> Result<Vec<TranscriptHit>> {
        self.transcript_search_in(query, None, limit)
    }

    /// The same in some sessions only; none means all.
    pub fn transcript_search_in(
        &self,
        query: &str,
        sessions: Option<&[SessionId]>,
        limit: usize,
    ) -> Result<Vec<TranscriptHit>> {
        // By rowid, not by relevance: SQLite can then stop after `limit` rows, however common the words are.
        const SQL: &str = "SELECT session.id AS session, session.run_id AS run, transcript.ordinal, transcript.at_ms, \
                           transcript.kind, snippet(transcript_word, 0, '⟦', '⟧', '…', 24) AS excerpt \
                           FROM transcript_word JOIN transcript ON transcript.id = transcript_word.rowid \
                           JOIN session ON session.key = transcript.session_key \
                           WHERE transcript_word MATCH ?1 AND (?3 IS NULL OR transcript_word.rowid BETWEEN ?4 AND ?5 \
                           AND transcript.session_key IN (SELECT value FROM json_each(?3))) \
                           ORDER BY transcript_word.rowid DESC LIMIT ?2";
        let Some(words) = as_match(query) else { return Ok(Vec::new()) };
        self.db.read(|connection| {
            let (keys, first, last) = match sessions {
                None => (None, 0, i64::MAX),
                Some(sessions) => {
                    let (keys, first, last) = rows_of(connection, sessions)?;
                    (Some(keys), first, last)
                }
            };
            all(connection, SQL, (&words, rows_at_most(limit), keys, first, last), |row| {
                let excerpt: String = row.get("excerpt")?;
                Ok(TranscriptHit {
                    session: SessionId(row.get("session")?),
                    run: RunId(row.get("run")?),
                    ordinal: count(row, "ordinal")?,
                    at_ms: row.get("at_ms")?,
                    kind: row.get("kind")?,
                    excerpt: excerpt.split_whitespace().collect::<Vec<_>>().join(" "),
                })
            })
        })
    }
}

/// The keys of sessions as JSON, and between which rows of the transcripts theirs lie.
fn rows_of(connection: &Connection, sessions: &[SessionId]) -> Step<(String, i64, i64)> {
    let (mut keys, mut first_row, mut last_row) = (Vec::new(), i64::MAX, 0);
    for session in sessions {
        let Some(key) = key(connection, session)? else { continue };
        keys.push(key.to_string());
        let place = |ordinal: &str| {
            let sql = format!("SELECT id FROM transcript WHERE session_key = ?1 ORDER BY ordinal {ordinal} LIMIT 1");
            first(connection, &sql, [key], |row| Ok(row.get::<_, i64>(0)?))
        };
        first_row = first_row.min(place("ASC")?.unwrap_or(i64::MAX));
        last_row = last_row.max(place("DESC")?.unwrap_or(0));
    }
    Ok((format!("[{}]", keys.join(",")), first_row, last_row))
}

fn append(tx: &Connection, session: &SessionId, rows: &[TranscriptRow]) -> Step<u64> {
    let key = key(tx, session)?.ok_or_else(|| StoreError::NoSuchSession(session.clone()))?;
    let mut ordinal = last_ordinal(tx, key)?;
    note_appended(tx, key, ordinal + 1, rows.iter().map(|row| &row.facets))?;
    let mut insert_row = tx.prepare_cached(
        "INSERT INTO transcript (session_key, ordinal, at_ms, kind, search_text, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut insert_words = tx.prepare_cached("INSERT INTO transcript_word (rowid, search_text) VALUES (?1, ?2)")?;
    for row in rows {
        ordinal += 1;
        let id = insert_row.insert((key, signed(ordinal), row.at_ms, &row.kind, &row.text_for_search, &row.body))?;
        if !row.text_for_search.is_empty() {
            insert_words.execute((id, &row.text_for_search))?;
        }
    }
    Ok(ordinal)
}

pub(crate) fn stored(row: &Row<'_>) -> Step<StoredRow> {
    Ok(StoredRow {
        ordinal: count(row, "ordinal")?,
        at_ms: row.get("at_ms")?,
        kind: row.get("kind")?,
        body: row.get("body")?,
    })
}

pub(crate) fn last_ordinal(connection: &Connection, key: i64) -> Step<u64> {
    let sql = "SELECT coalesce(max(ordinal), 0) AS last FROM transcript WHERE session_key = ?1";
    Ok(first(connection, sql, [key], |row| count(row, "last"))?.unwrap_or(0))
}

/// What a person typed as an expression of the full-text index: quoted words, so that nothing in it is an operator.
fn as_match(query: &str) -> Option<String> {
    let is_word = |word: &&str| word.chars().any(char::is_alphanumeric);
    let without_nul = query.replace('\0', " ");
    let words: Vec<String> = without_nul
        .split_whitespace()
        .filter(is_word)
        .take(SEARCH_WORDS)
        .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
        .collect();
    (!words.is_empty()).then(|| format!("{}*", words.join(" ")))
}
