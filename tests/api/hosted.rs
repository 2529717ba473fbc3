//! Runs inside this process.

use crate::stage::{Stage, has_file};
use harness_api::{ErrorCode, Procedure};
use harness_engine::runs::Quit;
use serde_json::{Value, json};

fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_is_started_watched_read_and_reviewed_through_the_api_alone() {
    let stage = Stage::new();
    let project = stage.project("sums").await;
    let of = |more: Value| {
        let mut input = json!({ "project": project });
        input.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        input
    };
    let mut frames = stage.listen();
    let start = of(json!({ "mode": "auto", "rehearsal": "slow" }));
    let run = stage.ok(Procedure::run_start, start.clone()).await["run"].clone();
    let twice = stage.call(Procedure::run_start, start).await.expect_err("one run a project");
    assert_eq!(twice.code, ErrorCode::NotPossibleNow, "{}", twice.message);

    let mut events = stage.until(&mut frames, project, "session_started").await;
    events.extend(stage.until(&mut frames, project, "tool_used").await);
    let status = stage.ok(Procedure::run_status, of(json!({}))).await;
    assert_eq!(
        (&status["is_running"], &status["can_stop"], &status["elsewhere"]),
        (&json!(true), &json!(true), &json!(null))
    );
    assert_eq!(status["words"], "Turning the specification into cards.");
    assert_eq!(status["session"]["role"], "initializer");
    assert!(status["session"]["last_tool"]["tool"].is_string(), "what it last did is known: {status:#}");
    let brief = stage.ok(Procedure::project_list, json!({})).await;
    assert_eq!(brief[0]["run"]["is_here"], true, "the list of projects shows it too");

    events.extend(stage.until(&mut frames, project, "run_ended").await);
    assert_eq!(named(&events, "run_ended")[0]["end"]["code"], "all_passing", "the slow agent builds both cards");
    stage.until(&mut frames, project, "run_steered").await;
    let status = stage.ok(Procedure::run_status, of(json!({}))).await;
    assert_eq!(
        (&status["is_running"], &status["can_start"], &status["words"]),
        (&json!(false), &json!(true), &json!("Everything passes."))
    );

    let outline = stage.ok(Procedure::transcript_outline, of(json!({ "run": run }))).await;
    let coding =
        outline.as_array().expect("sessions").iter().find(|part| part["role"] == "coding").expect("one that builds");
    let window = json!({ "session": coding["session"], "from": 0, "limit": 1000 });
    let rows = stage.ok(Procedure::transcript_window, of(window)).await;
    let rows = rows.as_array().expect("rows");
    assert_eq!(json!(rows.len()), coding["rows"], "the outline counts what there is");
    let kinds: Vec<&str> = rows
        .iter()
        .flat_map(|row| row["body"].as_array().expect("blocks"))
        .filter_map(|block| block["type"].as_str())
        .collect();
    assert_eq!(kinds.first(), Some(&"checkpoint"), "the way back stands first: {kinds:?}");
    for kind in ["system", "text", "tool_call", "tool_result", "result"] {
        assert!(kinds.contains(&kind), "there is a {kind} row: {kinds:?}");
    }
    assert!(kinds.iter().filter(|kind| **kind == "checkpoint").count() > 1, "what passed was saved: {kinds:?}");

    let grew = named(&events, "transcript_grew");
    assert!(!grew.is_empty() && grew.len() < 400, "growth is told, and not for each row: {}", grew.len());
    let last = grew.iter().rev().find(|event| event["session"] == coding["session"]).expect("of this session too");
    assert_eq!(last["rows"], coding["rows"], "the last word is the whole count");
    assert!(!named(&events, "session_progressed").is_empty(), "how far it is, too");

    let board = stage.ok(Procedure::feature_list, of(json!({}))).await;
    let card = &board[0];
    assert_eq!((&card["progress"], &card["evidence"]["is_passing"]), (&json!("passing"), &json!(true)));
    let detail = stage.ok(Procedure::feature_get, of(json!({ "feature": card["id"] }))).await;
    assert_eq!(detail["commits"].as_array().map(Vec::len), Some(1), "its commit names it");
    assert!(has_file(&stage.path("sums"), "package.json"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_projects_run_side_by_side_and_both_end_in_order_when_the_program_does() {
    let stage = Stage::new();
    let (one, two) = (stage.project("one").await, stage.project("two").await);
    let mut frames = stage.listen();
    for project in [one, two] {
        stage.ok(Procedure::run_start, json!({ "project": project, "mode": "auto", "rehearsal": "slow" })).await;
    }
    stage.until(&mut frames, two, "session_started").await;
    assert_eq!(stage.api.runs().count(), 2, "each in its own project");
    let checkpoint = json!({ "project": one, "checkpoint": 1 });
    let refusal = stage.call(Procedure::checkpoint_restore, checkpoint).await.expect_err("a run is under way");
    assert!(matches!(refusal.code, ErrorCode::NotPossibleNow | ErrorCode::NotFound), "{refusal:?}");
    stage.api.runs().shut_down(Quit::StopNow).await;
    assert_eq!(stage.api.runs().count(), 0, "nothing runs any more");
    for project in [one, two] {
        let runs = stage.ok(Procedure::run_list, json!({ "project": project })).await;
        assert_eq!(runs[0]["end"]["code"], "stopped", "each ended in order: {runs}");
    }
    let late = stage.call(Procedure::run_start, json!({ "project": one, "mode": "auto", "rehearsal": "slow" })).await;
    assert_eq!(late.expect_err("it is over").code, ErrorCode::NotPossibleNow, "and none is started any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_changes_is_noticed_while_somebody_looks() {
    let stage = Stage::new();
    let project = stage.project("shared").await;
    stage.ok(Procedure::feature_list, json!({ "project": project })).await;
    let mut frames = stage.listen();
    // Another process has handles of its own; so has another application object.
    let other = stage.twin();
    // The watch needs one look before it can see a difference.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let bug = json!({ "project": project, "name": "Broken", "description": "It is" });
    other.ok(Procedure::bug_report, bug).await;
    stage.until(&mut frames, project, "changed_elsewhere").await;
}
