//! Reading what the CLI says, and keeping it without credentials.

use crate::figure::{Figure, Goal, Measurement, interleaved, median, timed};
use harness_agent::{Body, Message, wire::Block};
use harness_domain::{
    evidence::SandboxLevel,
    id::SessionId,
    run::{Mode, ProcessIdentity, Role},
};
use harness_engine::{redact, session::facets_of};
use harness_store::{NewRun, NewSession, ProjectStore, TranscriptRow};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{sync::mpsc::sync_channel, thread, time::Duration};
use tempfile::TempDir;

const MESSAGES: usize = 100_000;
/// Messages that wait for the writer while it writes those before them.
const BATCH: usize = 512;

/// What a session says: words, tool calls and their results, in about the sizes and shares of real ones.
pub fn lines() -> Vec<String> {
    let usage = json!({ "input_tokens": 8, "output_tokens": 41, "cache_read_input_tokens": 10_117 });
    let line = |number: usize| {
        let id = format!("toolu_{number:024}");
        let said = |block: Value| {
            json!({ "type": "assistant", "parent_tool_use_id": null, "session_id": "s", "uuid": id, "message":
                { "id": format!("msg_{number:024}"), "type": "message", "role": "assistant", "model": "m", "content": [block],
                  "stop_reason": null, "usage": usage } })
        };
        let message = match number % 4 {
            0 => {
                said(json!({ "type": "text", "text": format!("Step {number}: the next number is kept in the file.") }))
            }
            1 => said(json!({ "type": "tool_use", "id": id, "name": "Bash",
                "input": { "command": format!("node --test test/part-{number}.test.js"), "description": "Run the tests" } })),
            2 => json!({ "type": "user", "parent_tool_use_id": null, "session_id": "s", "message": { "role": "user",
                "content": [{ "type": "tool_result", "tool_use_id": id, "is_error": false,
                    "content": format!("ok {number} - {}", "the store keeps what it was told; ".repeat(8)) }] } }),
            _ => {
                json!({ "type": "system", "subtype": "status", "status": "requesting", "session_id": "s", "uuid": id })
            }
        };
        message.to_string()
    };
    (0..MESSAGES).map(line).collect()
}

pub fn measure(runs: usize) -> Measurement {
    let lines = lines();
    let bytes: usize = lines.iter().map(String::len).sum();
    let (ours, theirs) = interleaved(runs, || parse_and_keep(&lines), || insert_in_one_go(&lines));
    let value = MESSAGES as f64 * 1000.0 / median(&ours);
    Measurement {
        title: format!("stream: parse, clean and keep {MESSAGES} messages ({} MB)", bytes / 1_000_000),
        baseline: "each line as a JSON value and a row of a bare table, one transaction, no search".into(),
        unit: "ms",
        ours,
        theirs,
        figures: vec![Figure { name: "messages kept", value, unit: "per second", goal: Goal::AtLeast(50_000.0) }],
        notes: vec!["ours is searched for credentials first, and by word afterwards; the baseline is not".into()],
    }
}

/// As a session does it: one thread reads, another writes in batches.
fn parse_and_keep(lines: &[String]) -> Duration {
    let dir = TempDir::new().expect("a directory");
    let store = ProjectStore::open(&dir.path().join("project.db")).expect("a database");
    let host = ProcessIdentity { pid: 1, started: 1 };
    let run = NewRun { mode: Mode::Auto, is_quick: false, rehearsal: None, sandbox: SandboxLevel::Full, host };
    let run = store.run_start(run, 1).expect("a run").id;
    let session = SessionId("session".into());
    store
        .session_start(NewSession { id: session.clone(), run, role: Role::Coding, feature: None }, 1)
        .expect("a session");
    let ((), took) = timed(|| {
        let (sender, batches) = sync_channel::<Vec<TranscriptRow>>(4);
        thread::scope(|scope| {
            scope.spawn(|| {
                for batch in batches {
                    store.transcript_append(&session, &batch).expect("rows are kept");
                }
            });
            let mut batch = Vec::with_capacity(BATCH);
            for line in lines {
                batch.push(row(cleaned(Message::parse(line))));
                if batch.len() == BATCH {
                    sender.send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).expect("a writer");
                }
            }
            sender.send(batch).expect("a writer");
            drop(sender);
        });
    });
    assert_eq!(store.transcript_len(&session).expect("a length"), MESSAGES as u64, "every message is kept");
    took
}

/// As the host does it: what holds a credential is parsed anew without it.
fn cleaned(message: Message) -> Message {
    redact::line(&message.raw).map_or(message, |raw| Message::parse(&raw))
}

fn row(message: Message) -> TranscriptRow {
    let words = |block: &Block| match block {
        Block::Text { text } => text.clone(),
        Block::ToolUse { name, input, .. } => format!("{name} {input}"),
        _ => String::new(),
    };
    let (kind, text_for_search) = match &message.body {
        Body::Assistant(assistant) => ("assistant", assistant.blocks.iter().map(words).collect()),
        Body::User(user) => ("user", user.results.iter().map(|result| result.text.as_str()).collect()),
        _ => ("other", String::new()),
    };
    let facets = facets_of(&message.body);
    TranscriptRow { at_ms: 1, kind: kind.into(), text_for_search, facets, body: message.raw }
}

fn insert_in_one_go(lines: &[String]) -> Duration {
    let dir = TempDir::new().expect("a directory");
    let mut connection = Connection::open(dir.path().join("rows.db")).expect("a database");
    connection.pragma_update(None, "journal_mode", "WAL").expect("a journal");
    connection.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, kind TEXT, body TEXT)", ()).expect("a table");
    let ((), took) = timed(|| {
        let tx = connection.transaction().expect("a transaction");
        {
            let mut insert = tx.prepare("INSERT INTO message (kind, body) VALUES (?1, ?2)").expect("a statement");
            for line in lines {
                let value: Value = serde_json::from_str(line).expect("JSON");
                insert.execute((value["type"].as_str(), line)).expect("a row");
            }
        }
        tx.commit().expect("rows are kept");
    });
    took
}
