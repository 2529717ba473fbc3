//! What stops working: regressions that a tester finds, and bugs that people report.

use crate::sums::{ADD, Sums, TEST_OF_ADD, builds};
use serde_json::{Value, json};

/// Every status a card had, in order.
fn history(card: &Value) -> Vec<&str> {
    card["history"].as_array().into_iter().flatten().filter_map(|change| change["to"].as_str()).collect()
}

#[test]
fn a_feature_that_a_person_broke_is_found_by_a_regression_run_and_mended_by_the_next() {
    let sums = Sums::with_features(&["Add"]);
    let adds = json!([
        { "calls": [
            { "Write": { "file_path": "src/add.js", "content": ADD } },
            { "Write": { "file_path": "test/add.test.js", "content": TEST_OF_ADD } },
            { "feature_mark_passing": { "feature_id": 1 } }
        ] },
        { "calls": [{ "Bash": { "command": "echo late > src/late.js", "description": "Write behind the verdict" } }] },
        { "say": "Done." }
    ]);
    let added = sums.play(&json!({ "coding": adds }), &[]);
    added.expect(0, "all_passing");
    assert_eq!(sums.git(&["status", "--porcelain"]), "", "what comes behind the verdict is no part of the feature");
    assert_eq!(sums.git(&["show", "refs/harness/run-1/card-1:src/late.js"]), "late\n", "but it is kept");
    sums.commit(&[("src/add.js", "export const add = (a, b) => a - b;\n")]);

    let tester = json!([
        { "when": { "session": 1 }, "error": { "status": 429 } },
        { "calls": [{ "Bash": { "command": "npm test > log.txt", "description": "Test it again" } }] },
        { "when": { "Bash": { "failed": true } },
          "calls": [{ "feature_mark_failing": { "feature_id": 1, "reason": "add(2, 3) is -1, expected 5" } }] },
        { "say": "#{{ feature_mark_failing.fix_id }} mends it." }
    ]);
    let tested = sums.play(&json!({ "tester": tester }), &["--mode", "regression", "--limit-wait", "0.5"]);
    tested.expect(0, "finished");
    assert_eq!(tested.outcomes(), ["rate_limited", "completed"], "a session that tested nothing finishes nothing");
    assert_eq!(tested.said().last(), Some(&"#2 mends it."));
    assert_eq!(sums.git(&["status", "--porcelain"]), "", "a tester leaves nothing in the tree");
    let (broken, fix) = (sums.card(1), sums.card(2));
    assert_eq!(broken["status"], "failing", "what does not work any more does not pass any more");
    assert_eq!(broken["note"], "add(2, 3) is -1, expected 5", "the reason is on the card");
    assert_eq!((&fix["kind"], &fix["status"], &fix["parent_id"]), (&json!("fix"), &json!("pending"), &json!(1)));

    let mends_and_commits = "sed -i 's/a - b/a + b/' src/add.js && git commit --quiet --all --message 'By the agent'";
    let mends = json!([
        { "calls": ["feature_get_next"] },
        { "when": { "feature_get_next.type": "fix", "feature_get_next.parent.name": "Add", "prompt": { "contains": "is -1" } },
          "calls": [
            { "Bash": { "command": mends_and_commits, "description": "Mend it and commit" } },
            { "feature_mark_passing": { "feature_id": "{{ feature_get_next.feature.id }}" } }
        ] },
        { "say": "It brings back {{ feature_mark_passing.also_passing.0 }}." }
    ]);
    let mended = sums.play(&json!({ "coding": mends }), &[]);
    mended.expect(0, "all_passing");
    assert_eq!(mended.said(), ["It brings back 1."], "the fix's proof is the feature's");
    let commits = sums.git(&["log", "-2", "--format=%s|%(trailers:key=Feature,valueonly,separator=%x2C)"]);
    let by_host = "Fix: Add|#2 Fix: Add\nBy the agent|\n";
    assert_eq!(
        commits, by_host,
        "the agent committed all of it; the history names card, run and evidence all the same"
    );
    assert_eq!(sums.card(2)["evidence"]["commit"].as_str(), Some(sums.head().as_str()), "the proof names that commit");
    assert_eq!(history(&sums.card(1)), ["pending", "in_progress", "passing", "failing", "passing"]);
    assert_eq!(history(&sums.card(2)), ["pending", "in_progress", "passing"]);
}

#[test]
fn a_bug_on_a_finished_project_survives_a_session_that_fails_and_is_resolved_by_its_fix() {
    let sums = Sums::with_features(&["Add"]);
    sums.play(&json!({ "coding": [builds()] }), &[]).expect(0, "all_passing");
    sums.harness(&["bugs", "report", "Sums are wrong", "--description", "2 and 3 make -1", "--step", "Add 2 and 3"]);

    let analyses = json!([
        { "when": { "session": 1 },
          "error": { "status": 500, "message": "The service fails" } },
        { "calls": ["feature_get_next"] },
        { "calls": [{ "feature_create_bulk": { "features": [
            { "category": "models", "name": "Mend sums", "description": "Of 2 and 3", "steps": ["2 and 3 make 5"],
              "parent_bug_id": "{{ feature_get_next.bug.id }}" }
        ] } }] },
        { "say": "Analysed." }
    ]);
    let coding = json!([{ "choose": [
        { "when": { "prompt": { "contains": "(fix) Mend sums" } }, "turns": [builds()] },
        { "turns": analyses }
    ] }]);
    let played = sums.play(&json!({ "coding": coding }), &["--backoff", "0.1"]);
    played.expect(0, "all_passing");
    assert_eq!(played.outcomes(), ["api_unavailable", "completed", "completed"], "a failure, the analysis, the fix");
    let bug = sums.card(2);
    assert_eq!((&bug["bug_status"], &bug["status"]), (&json!("resolved"), &json!("passing")));
    let expected = ["open", "analyzing", "open", "analyzing", "fixing", "resolved"];
    assert_eq!(history(&bug), expected, "a bug whose session failed is offered again");
    let fix = sums.card(3);
    assert_eq!((&fix["kind"], &fix["parent_id"], &fix["status"]), (&json!("fix"), &json!(2), &json!("passing")));
    let listed = sums.board().into_iter().find(|card| card["id"] == 2).expect("the bug is listed");
    assert_eq!(listed["evidence"]["feature"], 3, "the bug is proven by its fix");
}
