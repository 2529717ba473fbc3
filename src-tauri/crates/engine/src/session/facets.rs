//! What rows of transcripts are of, so that a person can ask for some of a million.

use super::record::{CHECKPOINT_ROW, LOOP_ROW, REFUSAL_ROW};
use harness_agent::{
    Body, Message,
    wire::{Assistant, Block, User},
};
use harness_domain::{
    id::SessionId,
    transcript::{Facets, Sort, is_edit},
};
use harness_store::{ProjectStore, StoreError, StoredRow};
use serde_json::Value;

/// Rows of before there were sorts that one call of [`sort_rows`] reads at most, and how long their text may be in all.
const ROWS_AT_ONCE: usize = 2_000;
const MOST_ROWS: usize = 10_000;
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// What a message that the CLI sent is of.
pub fn facets_of(body: &Body) -> Facets {
    match body {
        Body::Assistant(said) => of_assistant(said),
        Body::User(user) => of_user(user),
        Body::ApiRetry(_) => Facets::of(Sort::Trouble),
        Body::Result(result) if result.is_error => Facets::of(Sort::Trouble),
        _ => Facets::of(Sort::Host),
    }
}

/// What a row that the host wrote itself is of.
pub(super) fn facets_of_host(kind: &str) -> Facets {
    Facets::of(if matches!(kind, LOOP_ROW | REFUSAL_ROW) { Sort::Trouble } else { Sort::Host })
}

/// Works out what rows of these sessions are of that were stored before that was kept, in order and not too many at once:
/// whoever waits for all of them calls this until nothing is left, and can tell meanwhile how far it is.
pub fn sort_rows(store: &ProjectStore, sessions: &[SessionId]) -> Result<(), StoreError> {
    let (mut rows_left, mut bytes_left) = (MOST_ROWS, MOST_BYTES);
    for session in sessions {
        while rows_left > 0 && bytes_left > 0 {
            let rows = store.transcript_unsorted(session, rows_left.min(ROWS_AT_ONCE), bytes_left)?;
            let Some(first) = rows.first().map(|row| row.ordinal) else { break };
            rows_left = rows_left.saturating_sub(rows.len());
            bytes_left = bytes_left.saturating_sub(rows.iter().map(|row| row.body.len()).sum());
            store.transcript_sort(session, first, rows.iter().map(of_stored).collect())?;
        }
    }
    Ok(())
}

fn of_stored(row: &StoredRow) -> Facets {
    match row.kind.as_str() {
        LOOP_ROW | REFUSAL_ROW | CHECKPOINT_ROW => facets_of_host(&row.kind),
        _ => facets_of(&Message::parse(&row.body).body),
    }
}

fn of_assistant(said: &Assistant) -> Facets {
    let mut facets = Facets::default();
    for block in &said.blocks {
        let sort = match block {
            Block::Text { .. } => Sort::Words,
            Block::Thinking { .. } => Sort::Thinking,
            Block::ToolUse { name, input, .. } => {
                facets.tools.push(name.clone());
                facets.files.extend(file_of(input).map(str::to_owned));
                if is_edit(name) { Sort::Edits } else { Sort::Tools }
            }
            Block::Other { .. } => Sort::Host,
        };
        facets.sorts = facets.sorts.with(sort);
    }
    or_host(facets)
}

fn of_user(user: &User) -> Facets {
    let mut facets = Facets::default();
    for result in &user.results {
        facets.sorts = facets.sorts.with(if result.is_error { Sort::Trouble } else { Sort::Tools });
    }
    if user.text.as_deref().is_some_and(|text| !text.trim().is_empty()) {
        facets.sorts = facets.sorts.with(Sort::Host);
    }
    or_host(facets)
}

/// A row without blocks is shown as it is, as what the CLI tells of itself.
fn or_host(mut facets: Facets) -> Facets {
    if facets.sorts.is_empty() {
        facets.sorts = facets.sorts.with(Sort::Host);
    }
    facets
}

fn file_of(input: &Value) -> Option<&str> {
    ["file_path", "notebook_path"].iter().find_map(|field| input.get(field)?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness_domain::transcript::Sorts;
    use serde_json::json;

    fn sorts(line: &Value) -> Facets {
        facets_of(&Message::parse(&line.to_string()).body)
    }

    #[test]
    fn a_row_is_of_every_sort_that_one_of_its_blocks_is_of() {
        let said = |content: Value| json!({ "type": "assistant", "message": { "id": "m", "role": "assistant", "model": "x", "content": content } });
        let edit = json!({ "type": "tool_use", "id": "t", "name": "Edit", "input": { "file_path": "/p/a.rs" } });
        let row = sorts(&said(json!([{ "type": "text", "text": "I edit" }, edit])));
        assert_eq!(row.sorts, Sorts::from_iter([Sort::Words, Sort::Edits]), "both blocks count");
        assert_eq!(
            (row.tools, row.files),
            (vec!["Edit".to_owned()], vec!["/p/a.rs".to_owned()]),
            "it is found by both"
        );
        let bash = json!({ "type": "tool_use", "id": "t", "name": "Bash", "input": { "command": "ls" } });
        let row = sorts(&said(json!([bash])));
        assert_eq!((row.sorts, row.files), (Sorts::from_iter([Sort::Tools]), Vec::new()), "a command names no file");
        assert_eq!(sorts(&said(json!([]))).sorts, Sorts::from_iter([Sort::Host]), "nothing is out of reach");
    }

    #[test]
    fn an_answer_that_failed_is_trouble_and_what_nobody_knows_is_the_hosts() {
        let answer = |is_error: bool| {
            json!({ "type": "user", "message": { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "t", "is_error": is_error, "content": "x" } ] } })
        };
        assert_eq!(sorts(&answer(false)).sorts, Sorts::from_iter([Sort::Tools]), "it went well");
        assert_eq!(sorts(&answer(true)).sorts, Sorts::from_iter([Sort::Trouble]), "it failed");
        assert_eq!(
            sorts(&json!({ "type": "brand_new" })).sorts,
            Sorts::from_iter([Sort::Host]),
            "it is kept and found"
        );
        assert_eq!(facets_of_host(REFUSAL_ROW).sorts, Sorts::from_iter([Sort::Trouble]), "a refusal is trouble");
    }
}
