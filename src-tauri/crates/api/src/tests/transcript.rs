//! Transcripts.

use super::Stage;
use crate::{ErrorCode, Procedure};
use harness_agent::Message;
use harness_domain::{
    evidence::SandboxLevel,
    id::SessionId,
    run::{Mode, ProcessIdentity, Role},
};
use harness_engine::session::facets_of;
use harness_store::{NewRun, NewSession, TranscriptRow};
use serde_json::{Value, json};

fn row(kind: &str, words: &str, body: &Value) -> TranscriptRow {
    let body = body.to_string();
    let facets = facets_of(&Message::parse(&body).body);
    TranscriptRow { at_ms: 7, kind: kind.into(), text_for_search: words.into(), facets, body }
}

fn session(stage: &Stage, id: &str) -> (SessionId, u32) {
    let store = &stage.open.store;
    let host = ProcessIdentity { pid: 4_194_300, started: 1 };
    let new = NewRun { mode: Mode::Auto, is_quick: false, rehearsal: None, sandbox: SandboxLevel::Full, host };
    let run = store.run_start(new, 1).expect("a run").id;
    let id = SessionId(id.into());
    store.session_start(NewSession { id: id.clone(), run, role: Role::Coding, feature: None }, 2).expect("a session");
    (id, run.0)
}

#[tokio::test]
async fn rows_come_typed_and_what_is_not_understood_comes_as_it_is() {
    let stage = Stage::new();
    let (id, run) = session(&stage, "one");
    let message = |content: Value| json!({ "id": "m", "role": "assistant", "model": "x", "content": content });
    let rows = [
        row("init", "", &json!({ "type": "system", "subtype": "init", "model": "x", "tools": ["Bash"] })),
        row(
            "assistant",
            "Reading Bash ls",
            &json!({ "type": "assistant", "message": message(json!([
                { "type": "text", "text": "Reading" }, { "type": "tool_use", "id": "t1", "name": "Bash", "input": { "command": "ls" } },
            ])) }),
        ),
        row(
            "user",
            "gone",
            &json!({ "type": "user", "message": { "role": "user", "content": [
            { "type": "tool_result", "tool_use_id": "t1", "is_error": true, "content": "gone" },
        ] } }),
        ),
        row(
            "tool_refused",
            "Bash",
            &json!({
                "type": "host", "subtype": "tool_refused", "tool": "Bash", "subject": "sudo", "rule": "command.sudo", "reason": "no",
            }),
        ),
        row(
            "checkpoint",
            "saved",
            &json!({ "type": "host", "subtype": "checkpoint", "checkpoint": 4, "name": "saved" }),
        ),
        row(
            "loop_detected",
            "",
            &json!({ "kind": "exact_repetition", "step": "nudged", "description": "round and round" }),
        ),
        row("other", "", &json!({ "type": "brand_new", "x": 1 })),
        row(
            "result",
            "done",
            &json!({
                "type": "result", "subtype": "success", "is_error": false, "num_turns": 3, "total_cost_usd": 0.5, "result": "done",
                "duration_ms": 1200, "session_id": "one",
            }),
        ),
    ];
    stage.open.store.transcript_append(&id, &rows).expect("rows");
    let window = stage.ok(Procedure::transcript_window, json!({ "session": "one", "from": 0, "limit": 100 })).await;
    let types: Vec<&str> = window
        .as_array()
        .expect("rows")
        .iter()
        .flat_map(|entry| entry["body"].as_array().expect("blocks"))
        .map(|block| block["type"].as_str().expect("a type"))
        .collect();
    assert_eq!(
        types,
        ["system", "text", "tool_call", "tool_result", "refused", "checkpoint", "loop", "other", "result"],
        "{window:#}"
    );
    assert_eq!(window[0]["ordinal"], 0, "counted from 0");
    assert_eq!(window[1]["body"][1]["input"]["command"], "ls");
    assert_eq!(window[2]["body"][0]["is_error"], true);
    assert_eq!(window[3]["body"][0]["rule"], "command.sudo");
    assert_eq!(window[6]["body"][0]["json"]["x"], 1);
    let part = stage.ok(Procedure::transcript_outline, json!({ "run": run })).await;
    assert_eq!((&part[0]["rows"], &part[0]["session"]), (&json!(8), &json!("one")));
    let rest = stage.ok(Procedure::transcript_window, json!({ "session": "one", "from": 6, "limit": 1 })).await;
    assert_eq!(rest[0]["ordinal"], 6);
}

#[tokio::test]
async fn words_are_found_in_all_sessions_or_in_one_run() {
    let stage = Stage::new();
    let (first, run) = session(&stage, "one");
    let (second, other) = session(&stage, "two");
    for id in [&first, &second] {
        let rows = [row("other", "nothing here", &json!({})), row("other", "the needle lies here", &json!({}))];
        stage.open.store.transcript_append(id, &rows).expect("rows");
    }
    let search = |more: Value| {
        let mut input = json!({ "query": "needle lie" });
        input.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        stage.ok(Procedure::transcript_search, input)
    };
    assert_eq!(search(json!({})).await.as_array().map(Vec::len), Some(2));
    let hits = search(json!({ "run": run })).await;
    assert_eq!(
        (&hits[0]["session"], &hits[0]["ordinal"], hits.as_array().map(Vec::len)),
        (&json!("one"), &json!(1), Some(1))
    );
    assert_eq!(search(json!({ "session": "two" })).await[0]["run"], json!(other));
    assert!(hits[0]["excerpt"].as_str().is_some_and(|text| text.contains("\u{2068}needle\u{2069}")), "{hits}");
    assert_eq!(search(json!({ "session": "three" })).await, json!([]));
}

#[tokio::test]
async fn a_window_that_is_too_large_or_of_no_session_is_refused() {
    let stage = Stage::new();
    session(&stage, "one");
    for limit in [0, 1_001] {
        let input = json!({ "session": "one", "from": 0, "limit": limit });
        assert_eq!(stage.code(Procedure::transcript_window, input).await, ErrorCode::BadInput);
    }
    let input = json!({ "session": "none", "from": 0, "limit": 5 });
    assert_eq!(stage.code(Procedure::transcript_window, input).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_filter_finds_rows_with_the_other_half_of_their_calls_beside_them() {
    let stage = Stage::new();
    let (id, run) = session(&stage, "one");
    let said = |content: Value| json!({ "type": "assistant", "message": { "id": "m", "role": "assistant", "model": "x", "content": content } });
    let edit = |id: &str| json!({ "type": "tool_use", "id": id, "name": "Edit", "input": { "file_path": "/srv/app/src/a.rs", "old_string": "a" } });
    let answer = |id: &str, is_error: bool| {
        json!({ "type": "user", "message": { "role": "user", "content": [
            { "type": "tool_result", "tool_use_id": id, "is_error": is_error, "content": "told" } ] } })
    };
    let rows = [
        row("assistant", "", &said(json!([{ "type": "text", "text": "hello" }]))),
        row("assistant", "", &said(json!([edit("t1")]))),
        row("assistant", "", &said(json!([edit("t2")]))),
        row("user", "", &answer("t1", false)),
        row("user", "", &answer("t2", true)),
    ];
    stage.open.store.transcript_append(&id, &rows).expect("rows");
    let filtered = |more: Value| {
        let mut input = json!({ "run": run, "limit": 50 });
        input.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        stage.ok(Procedure::transcript_filtered, input)
    };
    let ordinals = |found: &Value| -> Vec<u64> {
        found.as_array().expect("rows").iter().map(|row| row["entry"]["ordinal"].as_u64().expect("a number")).collect()
    };
    let edits = filtered(json!({ "sorts": ["edits"] })).await;
    assert_eq!((&edits["total"], &edits["sorted"], &edits["rows"]), (&json!(2), &json!(5), &json!(5)));
    assert_eq!(
        (ordinals(&edits["entries"]), ordinals(&edits["beside"])),
        (vec![1, 2], vec![3, 4]),
        "with their answers"
    );
    let trouble = filtered(json!({ "sorts": ["trouble"] })).await;
    assert_eq!((ordinals(&trouble["entries"]), ordinals(&trouble["beside"])), (vec![4], vec![2]), "with its call");
    let both = filtered(json!({ "tool": "Edit", "file": "src/a.rs", "from": 1 })).await;
    assert_eq!((&both["total"], ordinals(&both["entries"])), (&json!(2), vec![2]), "the second of the two");
    let near = filtered(json!({ "sorts": ["edits"], "near": { "session": "one", "ordinal": 2 }, "limit": 1 })).await;
    assert_eq!((&near["index"], &near["from"]), (&json!(1), &json!(1)), "it is the second one");
    assert_eq!(filtered(json!({ "sorts": ["words"], "limit": 0 })).await["total"], 1, "counts alone are answered too");
    let facets = stage.ok(Procedure::transcript_facets, json!({ "run": run })).await;
    assert_eq!(facets["files"], json!([{ "name": "/srv/app/src/a.rs", "rows": 2 }]));
    assert_eq!(facets["sorts"][3], json!({ "sort": "edits", "rows": 2 }));
    let input = json!({ "run": run, "limit": 201 });
    assert_eq!(stage.code(Procedure::transcript_filtered, input).await, ErrorCode::BadInput, "an answer is bounded");
}
