//! Asking for the verdict, and reporting failures.

use crate::stage::{Client, PATIENCE, Stage, create, feature, until};
use serde_json::{Value, json};
use std::{fs, time::Duration};

/// A project whose check waits for the file `go`, with its first feature claimed.
async fn waiting_project() -> (Stage, Client, u64) {
    let stage = Stage::checked_by("echo started > beat; while [ ! -f go ]; do date +%N > beat; sleep 0.02; done");
    let client = stage.client();
    let ids = create(&client, &["Slow"]).await;
    client.ok("feature_get_next", json!({})).await;
    (stage, client, ids[0])
}

#[tokio::test]
async fn a_feature_passes_only_when_the_host_saw_its_checks_succeed() {
    let stage = Stage::checked_by("test -f built || { echo the file built is missing; exit 3; }");
    let client = stage.client();
    let ids = create(&client, &["Feature"]).await;
    client.ok("feature_get_next", json!({})).await;

    let refused = client.call("feature_mark_passing", json!({ "feature_id": ids[0] })).await;
    assert!(refused.is_error, "a failing check is an error, so that no agent takes it for a success");
    assert!(refused.text.contains("the file built is missing"), "the agent gets the output: {}", refused.text);
    assert_eq!(refused.json["status"], "refused", "programs get the whole report: {}", refused.json);
    let still = client.ok("feature_get_by_id", json!({ "feature_id": ids[0] })).await;
    assert_eq!(still["status"], "in_progress", "and the feature is still being worked on");

    fs::write(stage.dir().join("built"), "yes").expect("a file is written");
    let passing = client.ok("feature_mark_passing", json!({ "feature_id": ids[0].to_string() })).await;
    assert_eq!(passing["status"], "passing", "now it passes: {passing}");
    assert!(passing["commit"].is_string(), "and is committed");
    let done = client.ok("feature_get_by_id", json!({ "feature_id": ids[0] })).await;
    assert_eq!(done["evidence"]["is_passing"], true, "with its proof: {done}");
    let check = client.ok("project_completion_check", json!({})).await;
    assert_eq!(check["completed"], true, "that was all: {check}");
    let next = client.ok("feature_get_next", json!({})).await;
    assert_eq!(next["type"], "all_done", "and nothing is left to take: {next}");
}

#[tokio::test]
async fn checks_that_the_agent_adds_must_succeed_too() {
    let stage = Stage::checked_by("true");
    let client = stage.client();
    let ids = create(&client, &["Feature"]).await;
    let arguments = json!({ "feature_id": ids[0], "checks": "test -f extra" });
    let why = client.refused("feature_mark_passing", arguments).await;
    assert!(why.contains("test -f extra"), "the failing command is named: {why}");
}

#[tokio::test]
async fn a_failure_report_creates_the_fix() {
    let stage = Stage::new();
    let client = stage.client();
    let imported = json!({ "features": [feature("Works")] });
    client.ok("feature_import_existing", imported).await;
    let report = json!({ "feature_id": 1, "reason": "Step 2 shows nothing." });
    let failing = client.ok("feature_mark_failing", report).await;
    assert_eq!(failing["status"], "failing", "it does not pass any more: {failing}");
    let fix = client.ok("feature_get_by_id", json!({ "feature_id": failing["fix_id"] })).await;
    assert_eq!((&fix["kind"], &fix["parent_id"]), (&json!("fix"), &json!(1)), "the fix names what it mends: {fix}");
    assert!(fix.to_string().contains("Step 2 shows nothing."), "and says why: {fix}");
}

#[tokio::test]
async fn a_slow_verdict_holds_up_no_other_call() {
    let (stage, client, id) = waiting_project().await;
    let slow = client.ok("feature_mark_passing", json!({ "feature_id": id }));
    let others = async {
        until("the check starts", || stage.dir().join("beat").exists()).await;
        for _ in 0..20 {
            client.ok("feature_get_stats", json!({})).await;
        }
        let next = client.ok("feature_get_next", json!({})).await;
        assert_eq!(next["feature"]["id"], id, "the feature is still held while it is checked: {next}");
        assert!(!stage.dir().join("go").exists(), "all this happened during the check");
        fs::write(stage.dir().join("go"), "").expect("a file is written");
    };
    let (passing, ()) = tokio::join!(slow, others);
    assert_eq!(passing["status"], "passing", "the verdict came in the end: {passing}");
}

#[tokio::test]
async fn a_withdrawn_call_ends_its_checks() {
    let (stage, client, id) = waiting_project().await;
    let beat = stage.dir().join("beat");
    let call = json!({ "jsonrpc": "2.0", "id": "slow", "method": "tools/call",
        "params": { "name": "feature_mark_passing", "arguments": { "feature_id": id } } });
    let withdrawing = async {
        until("the check starts", || beat.exists()).await;
        let cancel =
            json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": "slow" } });
        assert_eq!(client.send(cancel).await, Value::Null, "a notification has no answer");
    };
    let (answer, ()) = tokio::join!(client.send(call), withdrawing);
    assert!(answer["error"]["message"].as_str().is_some_and(|why| why.contains("cancelled")), "it ended: {answer}");
    stopped(&beat).await;
    let still = client.ok("feature_get_by_id", json!({ "feature_id": id })).await;
    assert_eq!(still["status"], "in_progress", "the feature is where it was");
}

/// Waits until nothing writes to `beat` any more.
pub async fn stopped(beat: &std::path::Path) {
    let silent = async {
        let mut last = fs::read(beat).ok();
        loop {
            // Ten beats long: a living check cannot miss that many.
            tokio::time::sleep(Duration::from_millis(300)).await;
            let now = fs::read(beat).ok();
            if now == last {
                return;
            }
            last = now;
        }
    };
    tokio::time::timeout(PATIENCE, silent).await.expect("the check's processes are gone");
}
