//! Some rows of a run, by what they are of.

use super::transcript::{ANSWER_BYTES, entry, sessions_of};
use crate::{
    Api, ApiError,
    shape::{Count, run::OfRun, transcript::*},
};
use harness_domain::transcript::Filter;
use harness_engine::session::sort_rows;
use harness_store::{ProjectStore, WindowStart};
use std::collections::BTreeSet;

/// Rows of one answer.
const MOST_ROWS: u32 = 200;
/// Tools and files of one answer.
const MOST_NAMES: usize = 100;
/// Rows on each side of a call among which its answer is looked for, nearest first.
const NEIGHBOURS: [std::ops::Range<u64>; 2] = [1..3, 3..17];

pub fn transcript_filtered(api: &Api, wanted: FilterTranscript) -> Result<FilteredTranscript, ApiError> {
    let store = api.project(wanted.project)?.store;
    if wanted.limit > MOST_ROWS {
        return Err(ApiError::bad_input(format!("limit: at most {MOST_ROWS}")));
    }
    let sessions = sessions_of(&store, wanted.run)?;
    sort_rows(&store, &sessions)?;
    let filter = Filter { sorts: wanted.sorts.into_iter().collect(), tool: wanted.tool, file: wanted.file };
    let start = match (wanted.near, wanted.from) {
        (Some(TranscriptSpot { session, ordinal }), _) => {
            let lead = u64::from(wanted.limit / 2);
            WindowStart::Row { session, ordinal: ordinal.0.saturating_add(1), lead }
        }
        (None, from) => WindowStart::Index(from.unwrap_or_default().0),
    };
    let found = store.transcript_filtered(&sessions, &filter, &start, wanted.limit as usize)?;
    let mut bytes = 0;
    let mut entries = Vec::new();
    for (session, row) in found.found {
        bytes += row.body.len();
        if bytes > ANSWER_BYTES && !entries.is_empty() {
            break;
        }
        entries.push(FilteredEntry { session, entry: entry(row) });
    }
    let beside = beside(&store, &entries, ANSWER_BYTES.saturating_sub(bytes))?;
    Ok(FilteredTranscript {
        total: Count(found.total),
        from: Count(found.from),
        index: Count(found.index),
        sorted: Count(found.sorted),
        rows: Count(found.rows),
        entries,
        beside,
    })
}

pub fn transcript_facets(api: &Api, of: OfRun) -> Result<TranscriptFacets, ApiError> {
    let store = api.project(of.project)?.store;
    let sessions = sessions_of(&store, of.run)?;
    sort_rows(&store, &sessions)?;
    let counts = store.transcript_facets(&sessions, MOST_NAMES)?;
    let named = |names: Vec<(String, u64)>| {
        names.into_iter().map(|(name, rows)| NameCount { name, rows: Count(rows) }).collect()
    };
    Ok(TranscriptFacets {
        sorted: Count(counts.sorted),
        rows: Count(counts.rows),
        sorts: counts.sorts.into_iter().map(|(sort, rows)| SortCount { sort, rows: Count(rows) }).collect(),
        tools: named(counts.tools),
        files: named(counts.files),
    })
}

/// The other halves of calls and answers among `entries`, where they are near and not among them, in about `most_bytes`.
fn beside(store: &ProjectStore, entries: &[FilteredEntry], most_bytes: usize) -> Result<Vec<FilteredEntry>, ApiError> {
    let ids = |half: Half| entries.iter().flat_map(|found| &found.entry.body).filter_map(half).collect::<BTreeSet<_>>();
    let (calls, answers) = (ids(call_of), ids(answer_to));
    let (mut beside, mut bytes) = (Vec::new(), 0);
    for found in entries {
        let body = &found.entry.body;
        let unanswered = body.iter().filter_map(call_of).filter(|id| !answers.contains(id)).collect();
        let uncalled = body.iter().filter_map(answer_to).filter(|id| !calls.contains(id)).collect();
        for (mut missing, other, is_after) in [(unanswered, answer_to as Half, true), (uncalled, call_of, false)] {
            for near in NEIGHBOURS {
                if bytes <= most_bytes {
                    take_near(store, found, &mut missing, (other, is_after, near), &mut beside, &mut bytes)?;
                }
            }
        }
    }
    Ok(beside)
}

/// The id that a block has in common with its other half, if it is of the half that is looked for.
type Half = fn(&TranscriptBody) -> Option<&str>;

/// Takes the rows in a stretch after or before `found` that have a half of what is `missing`.
fn take_near(
    store: &ProjectStore,
    found: &FilteredEntry,
    missing: &mut BTreeSet<&str>,
    (other, is_after, near): (Half, bool, std::ops::Range<u64>),
    beside: &mut Vec<FilteredEntry>,
    bytes: &mut usize,
) -> Result<(), ApiError> {
    if missing.is_empty() {
        return Ok(());
    }
    // The store counts from 1.
    let at = found.entry.ordinal.0 + 1;
    let first = if is_after { at + near.start } else { at.saturating_sub(near.end - 1).max(1) };
    let end = if is_after { at + near.end } else { at.saturating_sub(near.start - 1) };
    for row in
        store.transcript_window(&found.session, first, usize::try_from(end.saturating_sub(first)).unwrap_or(0))?
    {
        // Reading a row costs far more than looking for an id in it.
        if !missing.iter().any(|id| row.body.contains(id)) {
            continue;
        }
        let (size, row, before) = (row.body.len(), entry(row), missing.len());
        missing.retain(|id| !row.body.iter().filter_map(other).any(|one| one == *id));
        if missing.len() < before {
            *bytes += size;
            beside.push(FilteredEntry { session: found.session.clone(), entry: row });
        }
    }
    Ok(())
}

/// The call that a block is.
fn call_of(block: &TranscriptBody) -> Option<&str> {
    match block {
        TranscriptBody::ToolCall { id, .. } => Some(id),
        _ => None,
    }
}

/// The call that a block answers.
fn answer_to(block: &TranscriptBody) -> Option<&str> {
    match block {
        TranscriptBody::ToolResult { id, .. } => Some(id),
        _ => None,
    }
}
