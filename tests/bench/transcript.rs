//! A transcript of a million rows: a window of it, and words found in it, through the API.

use crate::{
    api::Ground,
    figure::{Figure, Goal, Measurement, interleaved, median, millis, timed},
};
use harness_agent::Message;
use harness_api::Procedure;
use harness_domain::{
    evidence::SandboxLevel,
    id::{RunId, SessionId},
    run::{Mode, ProcessIdentity, Role},
};
use harness_engine::session::facets_of;
use harness_store::{NewRun, NewSession, TranscriptRow};
use serde_json::json;
use std::hint::black_box;

const ROWS: u64 = 1_000_000;
const BATCH: u64 = 20_000;
/// One row in so many has the rare word.
const RARE: u64 = 50_000;
/// One row in so many changes a file; the others read one.
const EDITED: u64 = 100;
/// Files that are spoken of.
const FILES: u64 = 977;

pub fn measure(runs: usize) -> Measurement {
    let ground = Ground::new();
    let (session, run) = fill(&ground);
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
    let filtered = |from: u64, more: &serde_json::Value| {
        let mut input = json!({ "project": ground.project.0, "run": run.0, "from": from, "limit": 100 });
        input.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        input
    };
    let of_filter = |more: &serde_json::Value, total: u64| {
        let samples: Vec<f64> = (0..runs as u64)
            .map(|turn| {
                let from = (turn * 97_531) % (total - 100).max(1);
                let input = filtered(from, more);
                let (answer, took) = timed(|| ground.call(Procedure::transcript_filtered, input));
                let found: serde_json::Value = serde_json::from_str(answer.get()).expect("rows");
                assert_eq!(found["total"], total, "all of them are counted");
                assert_eq!(found["entries"].as_array().map(Vec::len), Some(100), "the window is full");
                millis(took)
            })
            .collect();
        median(&samples)
    };
    let (dense, sparse) =
        (of_filter(&json!({ "sorts": ["words"] }), ROWS), of_filter(&json!({ "sorts": ["edits"] }), ROWS / EDITED));
    let (by_tool, by_file) = (
        of_filter(&json!({ "tool": "Read" }), ROWS - ROWS / EDITED),
        of_filter(&json!({ "file": "part7.rs" }), (ROWS - 7).div_ceil(FILES)),
    );
    let facets = {
        let samples: Vec<f64> = (0..runs)
            .map(|_| {
                let of = json!({ "project": ground.project.0, "run": run.0 });
                millis(timed(|| ground.call(Procedure::transcript_facets, of)).1)
            })
            .collect();
        median(&samples)
    };
    let older = sort_anew(&ground, run);
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
            Figure { name: "filtered window, every row fits", value: dense, unit: "ms", goal: Goal::AtMost(150.0) },
            Figure {
                name: "filtered window, one row in 100 fits",
                value: sparse,
                unit: "ms",
                goal: Goal::AtMost(150.0),
            },
            Figure {
                name: "filtered window by a tool of nearly all rows",
                value: by_tool,
                unit: "ms",
                goal: Goal::AtMost(150.0),
            },
            Figure { name: "filtered window by a file", value: by_file, unit: "ms", goal: Goal::AtMost(150.0) },
            Figure {
                name: "counts of all sorts, tools and files",
                value: facets,
                unit: "ms",
                goal: Goal::AtMost(150.0),
            },
            Figure {
                name: "sorting rows of before, longest answer",
                value: older.longest_ms,
                unit: "ms",
                goal: Goal::AtMost(1_000.0),
            },
            Figure { name: "search for a rare word", value: rare, unit: "ms", goal: Goal::AtMost(300.0) },
            Figure { name: "search for common words", value: common, unit: "ms", goal: Goal::AtMost(300.0) },
        ],
        notes: vec![format!(
            "{ROWS} rows of before there were sorts were sorted in {} answers, {:.1} s together",
            older.answers,
            older.all_ms / 1_000.0
        )],
    }
}

fn fill(ground: &Ground) -> (SessionId, RunId) {
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
    (id, run)
}

fn row(number: u64) -> TranscriptRow {
    let text = if number % RARE == 7 {
        format!("the needle lies in row {number}")
    } else {
        format!(
            "Reading src/part{}.rs to see how step {number} is done before anything is changed there.",
            number % FILES
        )
    };
    let content = json!([{ "type": "text", "text": text }, { "type": "tool_use", "id": format!("t{number}"), "name": if number.is_multiple_of(EDITED) { "Edit" } else { "Read" },
        "input": { "file_path": format!("src/part{}.rs", number % FILES) } }]);
    let usage = json!({ "input_tokens": 3, "output_tokens": 40 });
    let message =
        json!({ "id": format!("m{number}"), "role": "assistant", "model": "x", "content": content, "usage": usage });
    let body = json!({ "type": "assistant", "message": message, "session_id": "bench" }).to_string();
    let facets = facets_of(&Message::parse(&body).body);
    TranscriptRow {
        at_ms: 1_700_000_000_000 + number as i64,
        kind: "assistant".into(),
        text_for_search: text,
        facets,
        body,
    }
}

/// How long it takes until all rows are sorted that were stored before that was kept.
struct Sorting {
    answers: usize,
    longest_ms: f64,
    all_ms: f64,
}

fn sort_anew(ground: &Ground, run: RunId) -> Sorting {
    let file = ground.open.app.home.project_database(ground.project);
    let connection = rusqlite::Connection::open(file).expect("the database");
    connection
        .execute_batch(
            "DELETE FROM transcript_sort; DELETE FROM transcript_mention; DELETE FROM transcript_mention_count",
        )
        .expect("they are forgotten");
    let mut sorting = Sorting { answers: 0, longest_ms: 0.0, all_ms: 0.0 };
    loop {
        let input = json!({ "project": ground.project.0, "run": run.0, "sorts": ["edits"], "limit": 100 });
        let (answer, took) = timed(|| ground.call(Procedure::transcript_filtered, input));
        let found: serde_json::Value = serde_json::from_str(answer.get()).expect("rows");
        sorting.answers += 1;
        sorting.longest_ms = sorting.longest_ms.max(millis(took));
        sorting.all_ms += millis(took);
        if found["sorted"] == found["rows"] {
            return sorting;
        }
    }
}
