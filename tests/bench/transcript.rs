//! A transcript of a million rows: a window of it, and words found in it, through the API.

use crate::{
    api::Ground,
    figure::{Figure, Goal, Measurement, interleaved, median, millis, timed},
};
use harness_api::Procedure;
use harness_domain::{
    evidence::SandboxLevel,
    id::SessionId,
    run::{Mode, ProcessIdentity, Role},
};
use harness_store::{NewRun, NewSession, TranscriptRow};
use serde_json::json;
use std::hint::black_box;

const ROWS: u64 = 1_000_000;
const BATCH: u64 = 20_000;
/// One row in so many has the rare word.
const RARE: u64 = 50_000;

pub fn measure(runs: usize) -> Measurement {
    let ground = Ground::new();
    let session = fill(&ground);
    let window = |from: u64| json!({ "project": ground.project.0, "session": session.0, "from": from, "limit": 1000 });
    let search = |words: &str| json!({ "project": ground.project.0, "query": words, "limit": 50 });
    let mut turn = 0;
    let ours = || {
        turn += 1;
        let from = (turn * 97_531) % (ROWS - 1_000);
        let (answer, took) = timed(|| ground.call(Procedure::transcript_window, window(from)));
        assert!(black_box(answer).get().len() > 100_000, "a thousand rows came");
        took
    };
    let store = ground.open.store.clone();
    let theirs = || {
        let (rows, took) = timed(|| store.transcript_window(&session, ROWS / 2, 1_000));
        assert_eq!(black_box(rows).expect("rows").len(), 1_000, "a thousand rows came");
        took
    };
    let (ours, theirs) = interleaved(runs, ours, theirs);
    let of_search = |words: &str, expected: usize| {
        let samples: Vec<f64> = (0..runs)
            .map(|_| {
                let (answer, took) = timed(|| ground.call(Procedure::transcript_search, search(words)));
                let hits: Vec<serde_json::Value> = serde_json::from_str(answer.get()).expect("hits");
                assert_eq!(hits.len(), expected, "all of them are found, at most fifty");
                millis(took)
            })
            .collect();
        median(&samples)
    };
    let (rare, common) = (of_search("needle", (ROWS / RARE) as usize), of_search("reading src", 50));
    let value = median(&ours);
    Measurement {
        title: format!("transcript: a window of 1,000 out of {ROWS} rows, typed and as JSON"),
        baseline: "the same rows read from the database and not looked at".into(),
        unit: "ms",
        ours,
        theirs,
        figures: vec![
            Figure { name: "transcript window", value, unit: "ms", goal: Goal::AtMost(150.0) },
            Figure { name: "search for a rare word", value: rare, unit: "ms", goal: Goal::AtMost(300.0) },
            Figure { name: "search for common words", value: common, unit: "ms", goal: Goal::AtMost(300.0) },
        ],
        notes: Vec::new(),
    }
}

fn fill(ground: &Ground) -> SessionId {
    let store = &ground.open.store;
    let host = ProcessIdentity { pid: 4_194_300, started: 1 };
    let new = NewRun { mode: Mode::Auto, is_quick: false, rehearsal: None, sandbox: SandboxLevel::Full, host };
    let run = store.run_start(new, 1).expect("a run").id;
    let id = SessionId("bench".into());
    store.session_start(NewSession { id: id.clone(), run, role: Role::Coding, feature: None }, 2).expect("a session");
    for batch in 0..ROWS / BATCH {
        let rows: Vec<TranscriptRow> = (batch * BATCH..(batch + 1) * BATCH).map(row).collect();
        store.transcript_append(&id, &rows).expect("rows");
    }
    id
}

fn row(number: u64) -> TranscriptRow {
    let text = if number % RARE == 7 {
        format!("the needle lies in row {number}")
    } else {
        format!(
            "Reading src/part{}.rs to see how step {number} is done before anything is changed there.",
            number % 977
        )
    };
    let content = json!([{ "type": "text", "text": text }, { "type": "tool_use", "id": format!("t{number}"), "name": "Read",
        "input": { "file_path": format!("src/part{}.rs", number % 977) } }]);
    let usage = json!({ "input_tokens": 3, "output_tokens": 40 });
    let message =
        json!({ "id": format!("m{number}"), "role": "assistant", "model": "x", "content": content, "usage": usage });
    let body = json!({ "type": "assistant", "message": message, "session_id": "bench" }).to_string();
    TranscriptRow { at_ms: 1_700_000_000_000 + number as i64, kind: "assistant".into(), text_for_search: text, body }
}
