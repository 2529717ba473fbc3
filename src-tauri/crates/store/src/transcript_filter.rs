//! Some rows of transcripts, by what they are of: their sorts, the tools they call, the files they name.
//!
//! One byte for each row says its sorts, so a filter looks through a million rows by looking at a million bytes; the rows
//! themselves are read for the window alone that is asked for.

use crate::{
    database::Step,
    error::Result,
    project_store::ProjectStore,
    row::{all, count, execute, first, limit as rows_at_most, signed},
    session::key,
    transcript::{StoredRow, last_ordinal, stored},
};
use harness_domain::{
    id::SessionId,
    transcript::{Facets, Filter, Sort, Sorts},
};
use rusqlite::Connection;
use std::collections::HashMap;

/// Rows whose sorts are kept together.
const STRETCH: u64 = 1_024;
/// Bytes of a name up to which rows are found by it: more than any path a system takes.
const NAME_BYTES: usize = 4_096;

/// Where a window among the rows found begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowStart {
    /// At this place among the rows found, from 0.
    Index(u64),
    /// At the first row found at or after this one, and so many rows found before it.
    Row {
        /// The row's session.
        session: SessionId,
        /// Its ordinal, from 1.
        ordinal: u64,
        /// Rows found that go before it.
        lead: u64,
    },
}

/// A window of the rows that a filter finds in some sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilteredRows {
    /// Rows found in all.
    pub total: u64,
    /// The first row's place among them, from 0.
    pub from: u64,
    /// For a window that begins at a row: the place of that row, or of the first one found after it.
    pub index: u64,
    /// Rows whose sorts are known, from the first one on; those after them were not looked at.
    pub sorted: u64,
    /// Rows that there are.
    pub rows: u64,
    /// The window, in order.
    pub found: Vec<(SessionId, StoredRow)>,
}

/// How often sorts, tools and files are found in some sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCounts {
    /// Rows of each sort, in the order of [`Sort::ALL`].
    pub sorts: Vec<(Sort, u64)>,
    /// Tools with the rows that call them, most first.
    pub tools: Vec<(String, u64)>,
    /// Files with the rows that name them, most first.
    pub files: Vec<(String, u64)>,
    /// Rows whose sorts are known.
    pub sorted: u64,
    /// Rows that there are.
    pub rows: u64,
}

impl ProjectStore {
    /// The window of at most `limit` rows among those that `filter` finds in `sessions`, taken in this order.
    ///
    /// Costs a byte for each row of the sessions and a read for each row of the window. Unknown sessions have no rows.
    pub fn transcript_filtered(
        &self,
        sessions: &[SessionId],
        filter: &Filter,
        start: &WindowStart,
        limit: usize,
    ) -> Result<FilteredRows> {
        self.db.read(|connection| {
            let parts = parts(connection, sessions, filter)?;
            let wanted = filter.sorts.byte();
            let total = parts.iter().map(|part| part.fitting(wanted).count() as u64).sum();
            let (from, index) = match start {
                WindowStart::Index(index) => (*index, *index),
                WindowStart::Row { session, ordinal, lead } => {
                    let index = place(&parts, wanted, session, *ordinal);
                    (index.saturating_sub(*lead), index)
                }
            };
            let mut found = Vec::new();
            let places = parts.iter().flat_map(|part| part.fitting(wanted).map(move |ordinal| (part, ordinal)));
            for (part, ordinal) in places.skip(usize::try_from(from).unwrap_or(usize::MAX)).take(limit) {
                const SQL: &str =
                    "SELECT ordinal, at_ms, kind, body FROM transcript WHERE session_key = ?1 AND ordinal = ?2";
                let row = first(connection, SQL, (part.key, signed(ordinal)), stored)?;
                found.extend(row.map(|row| (part.session.clone(), row)));
            }
            let (sorted, rows) = extent(&parts);
            Ok(FilteredRows { total, from, index, sorted, rows, found })
        })
    }

    /// How often each sort is found in `sessions`, and the `most` tools and files that are found most often.
    pub fn transcript_facets(&self, sessions: &[SessionId], most: usize) -> Result<FacetCounts> {
        const SQL: &str = "SELECT name, sum(rows) AS rows FROM transcript_mention_count \
                           JOIN transcript_name ON transcript_name.key = name_key \
                           WHERE kind = ?1 AND session_key IN (SELECT value FROM json_each(?2)) \
                           GROUP BY name_key ORDER BY 2 DESC, name LIMIT ?3";
        self.db.read(|connection| {
            let parts = parts(connection, sessions, &Filter::default())?;
            let mut of_byte = [0_u64; 256];
            for byte in parts.iter().flat_map(|part| &part.sorts) {
                of_byte[usize::from(*byte)] += 1;
            }
            let having = |sort: Sort| {
                (0..=u8::MAX)
                    .zip(of_byte)
                    .filter(|(byte, _)| Sorts::from_byte(*byte).has(sort))
                    .map(|(_, rows)| rows)
                    .sum()
            };
            let keys: Vec<String> = parts.iter().map(|part| part.key.to_string()).collect();
            let keys = format!("[{}]", keys.join(","));
            let named = |kind: &str| {
                all(connection, SQL, (kind, &keys, rows_at_most(most)), |row| {
                    Ok((row.get("name")?, count(row, "rows")?))
                })
            };
            let (sorted, rows) = extent(&parts);
            Ok(FacetCounts {
                sorts: Sort::ALL.into_iter().map(|sort| (sort, having(sort))).collect(),
                tools: named("tool")?,
                files: named("file")?,
                sorted,
                rows,
            })
        })
    }

    /// The first rows of a session whose sorts are not known: at most `limit`, and none after those before it are `bytes`
    /// long together. None for an unknown session.
    pub fn transcript_unsorted(&self, session: &SessionId, limit: usize, bytes: usize) -> Result<Vec<StoredRow>> {
        const SQL: &str = "SELECT ordinal, at_ms, kind, body FROM transcript \
                           WHERE session_key = ?1 AND ordinal > ?2 ORDER BY ordinal LIMIT ?3";
        self.db.read(|connection| {
            let Some(key) = key(connection, session)? else { return Ok(Vec::new()) };
            let sorted = signed(sorted_rows(connection, key)?);
            let mut statement = connection.prepare_cached(SQL)?;
            let mut found = statement.query((key, sorted, rows_at_most(limit)))?;
            let (mut rows, mut read) = (Vec::new(), 0);
            while read < bytes
                && let Some(row) = found.next()?
            {
                let row = stored(row)?;
                read += row.body.len();
                rows.push(row);
            }
            Ok(rows)
        })
    }

    /// Notes what the rows of a session from `first` (an ordinal) on are of.
    ///
    /// Does nothing when these are not the first rows whose sorts are unknown: somebody else has noted them meanwhile.
    pub fn transcript_sort(&self, session: &SessionId, first: u64, facets: Vec<Facets>) -> Result<()> {
        let session = session.clone();
        self.db.write(move |tx| {
            let Some(key) = key(tx, &session)? else { return Ok(()) };
            let rows = last_ordinal(tx, key)?;
            let is_next = sorted_rows(tx, key)? + 1 == first && first + facets.len() as u64 <= rows + 1;
            if is_next { note(tx, key, first, &facets) } else { Ok(()) }
        })
    }
}

/// Notes what appended rows are of, unless rows before them are not noted yet; then all of them wait.
pub(crate) fn note_appended<'a>(
    tx: &Connection,
    key: i64,
    first: u64,
    facets: impl IntoIterator<Item = &'a Facets>,
) -> Step<()> {
    if sorted_rows(tx, key)? + 1 == first { note(tx, key, first, facets) } else { Ok(()) }
}

fn note<'a>(tx: &Connection, key: i64, first: u64, facets: impl IntoIterator<Item = &'a Facets>) -> Step<()> {
    const MENTION: &str =
        "INSERT OR IGNORE INTO transcript_mention (session_key, name_key, ordinal) VALUES (?1, ?2, ?3)";
    const COUNT: &str = "INSERT INTO transcript_mention_count (session_key, name_key, rows) VALUES (?1, ?2, ?3) \
                         ON CONFLICT DO UPDATE SET rows = rows + excluded.rows";
    let mut mention = tx.prepare_cached(MENTION)?;
    let mut names = HashMap::new();
    let mut mentioned = HashMap::new();
    let mut bytes = Vec::new();
    for (ordinal, facets) in (first..).zip(facets) {
        bytes.push(facets.sorts.byte());
        let tools = facets.tools.iter().map(|tool| ("tool", tool));
        for (kind, name) in tools.chain(facets.files.iter().map(|file| ("file", file))) {
            if name.is_empty() || name.len() > NAME_BYTES {
                continue;
            }
            let name_key = match names.get(&(kind, name)) {
                Some(known) => *known,
                None => {
                    let new = name_key(tx, kind, name)?;
                    names.insert((kind, name), new);
                    new
                }
            };
            let more = mention.execute((key, name_key, signed(ordinal)))?;
            *mentioned.entry(name_key).or_insert(0_u64) += more as u64;
        }
    }
    for (name_key, rows) in mentioned {
        if rows > 0 {
            execute(tx, COUNT, (key, name_key, signed(rows)))?;
        }
    }
    add_sorts(tx, key, first - 1, &bytes)
}

/// Adds the bytes of rows after the first `known` ones.
fn add_sorts(tx: &Connection, key: i64, known: u64, mut bytes: &[u8]) -> Step<()> {
    const OLD: &str = "SELECT sorts FROM transcript_sort WHERE session_key = ?1 AND stretch = ?2";
    const NEW: &str = "INSERT INTO transcript_sort (session_key, stretch, sorts) VALUES (?1, ?2, ?3) \
                       ON CONFLICT DO UPDATE SET sorts = excluded.sorts";
    let mut stretch = known / STRETCH;
    let mut sorts: Vec<u8> = match known % STRETCH {
        0 => Vec::new(),
        _ => first(tx, OLD, (key, signed(stretch)), |row| Ok(row.get(0)?))?.unwrap_or_default(),
    };
    while !bytes.is_empty() {
        let room = (STRETCH as usize).saturating_sub(sorts.len()).min(bytes.len());
        let (now, later) = bytes.split_at(room);
        sorts.extend_from_slice(now);
        execute(tx, NEW, (key, signed(stretch), &sorts))?;
        (bytes, stretch) = (later, stretch + 1);
        sorts.clear();
    }
    Ok(())
}

fn name_key(tx: &Connection, kind: &str, name: &str) -> Step<i64> {
    execute(tx, "INSERT INTO transcript_name (kind, name) VALUES (?1, ?2) ON CONFLICT DO NOTHING", (kind, name))?;
    let sql = "SELECT key FROM transcript_name WHERE kind = ?1 AND name = ?2";
    Ok(first(tx, sql, (kind, name), |row| Ok(row.get(0)?))?.unwrap_or_default())
}

/// Rows of a session whose sorts are known, which are always its first ones.
fn sorted_rows(connection: &Connection, key: i64) -> Step<u64> {
    let sql = "SELECT stretch * 1024 + length(sorts) AS rows FROM transcript_sort WHERE session_key = ?1 \
               ORDER BY stretch DESC LIMIT 1";
    Ok(first(connection, sql, [key], |row| count(row, "rows"))?.unwrap_or(0))
}

/// What is needed of one session to find rows in it.
struct Part {
    session: SessionId,
    key: i64,
    rows: u64,
    /// A byte for each row that is looked at.
    sorts: Vec<u8>,
    known: u64,
    /// The rows that name what is asked for, ascending; none when nothing is asked for by name.
    named: Option<Vec<u64>>,
}

impl Part {
    /// The ordinals of the rows found, ascending.
    fn fitting(&self, wanted: u8) -> impl Iterator<Item = u64> + '_ {
        let unnamed = self.named.is_none().then_some(1..=self.sorts.len() as u64).into_iter().flatten();
        let is_of = move |ordinal: &u64| {
            let at = usize::try_from(*ordinal - 1).unwrap_or(usize::MAX);
            self.sorts.get(at).is_some_and(|byte| wanted == 0 || byte & wanted != 0)
        };
        unnamed.chain(self.named.iter().flatten().copied()).filter(is_of)
    }
}

/// The sessions that there are. Nothing is found after a row that was not looked at, so that places never change.
fn parts(connection: &Connection, sessions: &[SessionId], filter: &Filter) -> Step<Vec<Part>> {
    let tools = filter.tool.as_deref().map(|tool| names_of(connection, "tool", tool)).transpose()?;
    let files = filter.file.as_deref().map(|file| names_of(connection, "file", file)).transpose()?;
    let (mut parts, mut is_behind) = (Vec::new(), false);
    for session in sessions {
        let Some(key) = key(connection, session)? else { continue };
        let rows = last_ordinal(connection, key)?;
        let mut sorts = Vec::new();
        if !is_behind {
            let sql = "SELECT sorts FROM transcript_sort WHERE session_key = ?1 ORDER BY stretch";
            for stretch in all(connection, sql, [key], |row| Ok(row.get::<_, Vec<u8>>(0)?))? {
                sorts.extend(stretch);
            }
        }
        let known = sorts.len() as u64;
        is_behind |= known < rows;
        let mut named: Option<Vec<u64>> = None;
        for names in [&tools, &files].into_iter().flatten() {
            let mut these = mentions(connection, key, names)?;
            if let Some(those) = named {
                these.retain(|ordinal| those.binary_search(ordinal).is_ok());
            }
            named = Some(these);
        }
        parts.push(Part { session: session.clone(), key, rows, sorts, known, named });
    }
    Ok(parts)
}

fn names_of(connection: &Connection, kind: &str, name: &str) -> Step<Vec<i64>> {
    // A file is known by the end of its path too: agents name files by absolute paths, people do not.
    let end = format!("/{name}");
    let sql = "SELECT key FROM transcript_name WHERE kind = ?1 \
               AND (name = ?2 OR (kind = 'file' AND substr(name, -length(?3)) = ?3))";
    all(connection, sql, (kind, name, end), |row| Ok(row.get(0)?))
}

/// The rows of a session that have one of these names, ascending.
fn mentions(connection: &Connection, key: i64, names: &[i64]) -> Step<Vec<u64>> {
    let sql = "SELECT ordinal FROM transcript_mention WHERE session_key = ?1 AND name_key = ?2 ORDER BY ordinal";
    let mut ordinals = Vec::new();
    for name in names {
        ordinals.extend(all(connection, sql, (key, name), |row| count(row, "ordinal"))?);
    }
    ordinals.sort_unstable();
    ordinals.dedup();
    Ok(ordinals)
}

/// How many rows are found before a row; all for a row of a session that is not there.
fn place(parts: &[Part], wanted: u8, session: &SessionId, ordinal: u64) -> u64 {
    let mut before = 0;
    for part in parts {
        if part.session == *session {
            return before + part.fitting(wanted).take_while(|found| *found < ordinal).count() as u64;
        }
        before += part.fitting(wanted).count() as u64;
    }
    before
}

/// Rows looked at, and rows that there are.
fn extent(parts: &[Part]) -> (u64, u64) {
    parts.iter().fold((0, 0), |(known, rows), part| (known + part.known, rows + part.rows))
}
