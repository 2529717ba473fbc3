//! Runs as far as they need no agent, and what waits for a person.

use super::{Stage, heard};
use crate::{ErrorCode, Procedure};
use harness_domain::{
    evidence::SandboxLevel,
    failure::RunEnd,
    id::{RunId, SessionId},
    request::AskedCall,
    run::{Mode, ProcessIdentity},
};
use harness_store::{Asker, NewRun};
use serde_json::json;

fn new_run(host: ProcessIdentity) -> NewRun {
    NewRun { mode: Mode::Auto, is_quick: false, rehearsal: None, sandbox: SandboxLevel::Full, host }
}

const DEAD: ProcessIdentity = ProcessIdentity { pid: 4_194_300, started: 1 };

#[tokio::test]
async fn a_project_at_rest_says_what_was_and_what_can_be_done() {
    let stage = Stage::new();
    let status = || stage.ok(Procedure::run_status, json!({}));
    let fresh = status().await;
    assert_eq!((&fresh["run"], &fresh["can_start"], &fresh["can_stop"]), (&json!(null), &json!(true), &json!(false)));
    assert_eq!(fresh["next"], "Write what is to be built, or add a card.");
    stage.card("A", &[]).await;
    assert_eq!(status().await["next"], "1 card left to build.");

    let run = stage.open.store.run_start(new_run(DEAD), 1).expect("a run");
    assert_eq!(status().await["words"], "The last run was cut off; the next one puts right what it left.");
    stage.open.store.run_end(run.id, &RunEnd::NeedsPerson { why: "two cards ask.".into() }, 2).expect("it ends");
    assert_eq!(status().await["words"], "It needs you: two cards ask.");
    assert_eq!(stage.code(Procedure::run_stop, json!({})).await, ErrorCode::NotPossibleNow, "there is nothing to stop");
    let detail = stage.ok(Procedure::run_get, json!({ "run": run.id })).await;
    assert_eq!(detail["run"]["end"]["code"], "needs_person");
    assert_eq!(stage.code(Procedure::run_get, json!({ "run": 99 })).await, ErrorCode::NotFound);
}

#[cfg(unix)]
#[tokio::test]
async fn a_run_of_another_process_is_seen_and_can_be_asked_to_stop() {
    let stage = Stage::new();
    // Any process that lives; this test's own would be a run of this very host.
    #[expect(clippy::disallowed_methods, reason = "stands for another host")]
    let mut other = std::process::Command::new("sleep").arg("30").spawn().expect("a process");
    let host = harness_agent::process_identity(other.id()).expect("it lives");
    let run = stage.open.store.run_start(new_run(host), 1).expect("a run");
    let status = stage.ok(Procedure::run_status, json!({})).await;
    assert_eq!((&status["is_running"], &status["elsewhere"]["pid"]), (&json!(true), &json!(other.id())));
    assert_eq!((&status["can_start"], &status["can_stop"]), (&json!(false), &json!(true)));
    stage.ok(Procedure::run_stop, json!({})).await;
    assert_eq!(stage.open.store.note("run:request").expect("a note").as_deref(), Some("stop"), "its host reads this");
    assert_eq!(stage.code(Procedure::project_forget, json!({})).await, ErrorCode::NotPossibleNow);
    other.kill().expect("it ends");
    other.wait().expect("it has ended");
    let after = stage.ok(Procedure::run_status, json!({})).await;
    assert_eq!(after["is_running"], json!(false), "a run without its host is over (run {})", run.id);
}

#[tokio::test]
async fn what_a_run_is_started_with_is_checked_before_anything_begins() {
    let stage = Stage::new();
    for (field, value) in [("budget_usd", json!(-1)), ("max_sessions", json!(0)), ("rehearsal", json!("../../etc/x"))] {
        let mut input = json!({ "mode": "auto" });
        input[field] = value;
        assert_eq!(stage.code(Procedure::run_start, input).await, ErrorCode::BadInput, "{field}");
    }
    let refusal = stage.call(Procedure::run_start, json!({ "mode": "auto" })).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::NotPossibleNow, "there is no specification: {}", refusal.message);
    assert!(refusal.hint.is_some(), "and it is said what to do");
    let status = stage.ok(Procedure::run_status, json!({})).await;
    assert_eq!(status["can_start"], json!(true), "a refused start takes nobody's place");
    assert!(stage.ok(Procedure::rehearsal_list, json!({})).await.as_array().is_some_and(|list| list.len() > 5));
}

#[tokio::test]
async fn a_call_that_waits_is_shown_in_full_and_answered_once() {
    let stage = Stage::new();
    let run = stage.open.store.run_start(new_run(DEAD), 1).expect("a run").id;
    let asker =
        Asker { run: Some(RunId(run.0)), session: SessionId("s".into()), feature: None, at_ms: 5, deadline_ms: None };
    let call = AskedCall {
        tool: "Bash".into(),
        subject: "terraform plan".into(),
        input_json: r#"{"command":"terraform plan"}"#.into(),
        cwd: stage.dir.display().to_string(),
        rule: "command.unlisted".into(),
        reason: "It is on no list.".into(),
    };
    stage.open.store.approval_ask(&asker, &call).expect("it is asked");
    let open = stage.ok(Procedure::request_list, json!({})).await;
    assert_eq!((&open[0]["subject"], &open[0]["always_entry"]), (&json!("terraform plan"), &json!("terraform plan")));
    let id = open[0]["request"]["id"].clone();
    let mut frames = stage.listen();
    let word = json!({ "request": id, "decision": "denied", "scope": "once", "remark": "not here" });
    stage.ok(Procedure::request_decide, word.clone()).await;
    assert!(heard(&mut frames).contains(&"request_settled".into()));
    assert_eq!(stage.code(Procedure::request_decide, word).await, ErrorCode::Conflict, "one answer is enough");
    assert_eq!(stage.ok(Procedure::request_list, json!({})).await, json!([]));
    let settled = stage.ok(Procedure::request_list, json!({ "is_open": false })).await;
    assert_eq!(settled[0]["request"]["word"]["remark"], "not here");
}
