//! The evidence gate: a card passes when the host itself saw the project's checks succeed, and the proof says how.

use crate::sums::{ADD, PACKAGE, Sums, TEST_OF_ADD};
use serde_json::{Value, json};
use std::net::TcpListener;

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The value of a trailer of a commit's message.
fn trailer(sums: &Sums, commit: &str, key: &str) -> String {
    let format = format!("--format=%(trailers:key={key},valueonly)");
    sums.git(&["log", "-1", &format, commit]).trim().to_owned()
}

#[test]
fn a_card_passes_only_when_the_hosts_own_checks_succeed_without_network() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let connects = format!(
        "import net from 'node:net';
export const tryToConnect = () => new Promise((resolve) => {{
  const socket = net.connect({port}, '127.0.0.1');
  socket.on('connect', () => {{ socket.destroy(); resolve('connected'); }});
  socket.on('error', () => resolve('refused'));
}});
"
    );
    let test_of_network = "import assert from 'node:assert/strict';
import test from 'node:test';
import { tryToConnect } from '../src/connects.js';

test('checks have no network', async () => assert.equal(await tryToConnect(), 'refused'));
";
    let sums = Sums::with_features(&["Add"]);
    sums.commit(&[("src/connects.js", &connects), ("test/network.test.js", test_of_network)]);
    let asks = json!({ "feature_mark_passing": { "feature_id": 1 } });
    let by_shell =
        "node -e \"import('./src/connects.js').then(async (file) => console.log(await file.tryToConnect()))\"";
    let coding = json!([
        { "calls": [
            { "Bash": { "command": by_shell, "description": "See that somebody listens" } },
            { "Write": { "file_path": "src/add.js", "content": "export const add = (a, b) => a - b;\n" } },
            { "Write": { "file_path": "test/add.test.js", "content": TEST_OF_ADD } },
            asks
        ] },
        { "when": { "feature_mark_passing": { "failed": true, "contains": "2 and 3 make 5" } },
          "say": "The shell is {{ Bash }}.",
          "calls": [{ "feature_get_by_id": { "feature_id": 1 } }] },
        { "say": "Refused, and still {{ feature_get_by_id.status }}.",
          "calls": [{ "Bash": { "command": "sed -i 's/a - b/a + b/' src/add.js", "description": "Mend it" } }] },
        { "calls": [asks] },
        { "say": "It is {{ feature_mark_passing.status }}." }
    ]);
    let played = sums.play(&json!({ "coding": coding }), &["--allow-port", &port.to_string()]);
    played.expect(0, "all_passing");
    let expected = ["The shell is connected.", "Refused, and still in_progress.", "It is passing."];
    assert_eq!(played.said(), expected, "the agent is told what failed, as an error, and the card waits for it");
    let words: Vec<&Value> = played.of("run_state_changed").into_iter().map(|event| &event["to"]).collect();
    let states = ["planning", "coding", "testing", "coding", "testing", "verifying", "completed"];
    assert_eq!(words, states, "a refusal leads back to the work");

    let card = sums.card(1);
    let proofs = card["evidence_history"].as_array().expect("a list").clone();
    let [newest, oldest] = &proofs[..] else { panic!("both decisions are kept: {proofs:#?}") };
    assert_eq!((&oldest["is_passing"], &oldest["commit"]), (&json!(false), &Value::Null), "{oldest}");
    let failed = &oldest["results"][0];
    assert_eq!((&failed["check"]["command"], &failed["exit_code"]), (&json!("npm test"), &json!(1)));
    let output = failed["output_tail"].as_str().unwrap_or_default();
    assert!(output.contains("2 and 3 make 5"), "the output of the failure is kept for a person: {output}");
    assert_eq!((&newest["is_passing"], &newest["results"][0]["exit_code"]), (&json!(true), &json!(0)));
    assert_eq!(newest["results"][0]["tests_run"], 2, "how many tests ran is part of the proof");
    assert_eq!(newest["sandbox"], "full", "on a machine with walls the checks run inside them");

    let head = sums.head();
    assert_eq!(newest["commit"].as_str(), Some(head.as_str()), "the proof names the commit");
    assert_eq!(sums.git(&["show", "HEAD:src/add.js"]), ADD, "which holds the tree that was checked");
    assert_eq!(sums.git(&["status", "--porcelain"]), "", "all of it");
    assert_eq!(trailer(&sums, &head, "Feature"), "#1 Add");
    assert_eq!(trailer(&sums, &head, "Run"), sums.newest_run()["id"].to_string());
    assert_eq!(trailer(&sums, &head, "Evidence"), newest["id"].to_string());
}

#[test]
fn a_project_without_checks_gets_no_passing_feature_until_it_has_a_test() {
    let sums = Sums::bare(&[("README.md", "Sums.\n")]);
    sums.harness(&["features", "add", "Add", "--step", "2 and 3 make 5"]);
    let asks = json!({ "feature_mark_passing": { "feature_id": 1 } });
    let coding = json!([
        { "calls": [{ "Write": { "file_path": "src/add.js", "content": ADD } }, asks] },
        { "when": { "feature_mark_passing": { "failed": true, "contains": "Add a test command" } },
          "say": "I have to add a test first.",
          "calls": [
            { "Write": { "file_path": "package.json", "content": PACKAGE } },
            { "Write": { "file_path": "test/add.test.js", "content": TEST_OF_ADD } },
            asks
        ] },
        { "say": "Done." }
    ]);
    let played = sums.play(&json!({ "coding": coding }), &[]);
    played.expect(0, "all_passing");
    assert_eq!(played.said(), ["I have to add a test first.", "Done."], "the refusal says what to do");
    let proofs = sums.card(1)["evidence_history"].clone();
    assert_eq!(proofs.as_array().map(Vec::len), Some(1), "where nothing was run there is nothing to prove: {proofs}");
}

#[test]
fn quick_mode_runs_static_checks_only_and_the_card_and_the_commit_say_so() {
    let package = PACKAGE.replace("\"scripts\": {", "\"scripts\": {\"lint\": \"node --check src/add.js\", ");
    let sums = Sums::bare(&[("package.json", &package), ("test/broken.test.js", "throw new Error('never run');\n")]);
    sums.harness(&["features", "add", "Add", "--step", "2 and 3 make 5"]);
    let coding = json!([
        { "calls": [
            { "Write": { "file_path": "src/add.js", "content": ADD } },
            { "feature_mark_passing": { "feature_id": 1 } }
        ] },
        { "say": "Done." }
    ]);
    let played = sums.play(&json!({ "coding": coding }), &["--yolo"]);
    played.expect(0, "all_passing");
    let run: Vec<&Value> = played.of("check_started").into_iter().map(|event| &event["command"]).collect();
    assert_eq!(run, ["npm run -s lint"], "the test, which would have failed, is left out");
    let evidence = sums.board()[0]["evidence"].clone();
    assert_eq!((&evidence["is_quick"], texts(&evidence["skipped"])), (&json!(true), vec!["npm test"]), "{evidence}");
    let warnings = texts(&evidence["warnings"]);
    assert!(warnings.iter().any(|warning| warning.contains("only static checks")), "the card says so: {warnings:?}");
    assert_eq!(trailer(&sums, "HEAD", "Verified"), "static checks only", "and so does the history");
}

#[test]
fn a_tree_that_changes_while_it_is_checked_passes_only_when_it_does_not_any_more() {
    let sums = Sums::with_features(&["Add"]);
    let rewrites = "import { appendFileSync } from 'node:fs';
import test from 'node:test';

test('rewrites what it tests', () => appendFileSync('src/add.js', 'export const unchecked = 1;\\n'));
";
    let coding = json!([
        { "calls": [
            { "Write": { "file_path": "src/add.js", "content": ADD } },
            { "Write": { "file_path": "test/add.test.js", "content": rewrites } },
            { "feature_mark_passing": { "feature_id": 1 } }
        ] },
        { "when": { "feature_mark_passing": { "failed": true, "contains": "src/add.js changed while the checks ran" } },
          "calls": [
            { "Write": { "file_path": "test/add.test.js", "content": TEST_OF_ADD } },
            { "Bash": { "command": "sed -i '/unchecked/d' src/add.js", "description": "Take back what the test wrote" } },
            { "feature_mark_passing": { "feature_id": 1 } }
        ] },
        { "say": "Done." }
    ]);
    sums.play(&json!({ "coding": coding }), &[]).expect(0, "all_passing");
    assert_eq!(sums.git(&["show", "HEAD:src/add.js"]), ADD, "nothing is committed that was not checked");
    let proofs = sums.card(1)["evidence_history"].clone();
    let warnings = texts(&proofs[1]["warnings"]);
    let expected = "Files changed while they were being checked: src/add.js.";
    assert!(warnings.contains(&expected), "and the first proof says why it is none: {warnings:?}");
    assert_eq!(proofs[1]["is_passing"], false, "although every command succeeded");
}

#[test]
fn tests_that_were_deleted_or_switched_off_are_shown_on_the_evidence() {
    let sums = Sums::with_features(&["Add", "Subtract"]);
    let played = sums.rehearse("cheats", &[]);
    played.expect(0, "all_passing");
    let board = sums.board();
    assert_eq!(texts(&board[0]["evidence"]["warnings"]), Vec::<&str>::new(), "honest work is not suspected");
    let warnings = texts(&board[1]["evidence"]["warnings"]);
    for part in ["test/add.test.js was deleted", "A test in test/sign.test.js was switched off", "instead of 3"] {
        assert!(warnings.iter().any(|warning| warning.contains(part)), "a person must see that {part}: {warnings:?}");
    }
    let stored = played.of("evidence_stored");
    assert_eq!(texts(&stored[1]["warnings"]), warnings, "who watches the run sees it as it happens");
}

#[test]
fn a_test_command_that_ran_no_test_proves_nothing() {
    let sums =
        Sums::bare(&[("package.json", r#"{"private": true, "type": "module", "scripts": {"test": "node --test"}}"#)]);
    sums.harness(&["features", "add", "Add", "--step", "2 and 3 make 5"]);
    let asks = json!({ "feature_mark_passing": { "feature_id": 1 } });
    let coding = json!([
        { "calls": [{ "Write": { "file_path": "src/add.js", "content": ADD } }, asks] },
        { "when": { "feature_mark_passing": { "failed": true, "contains": "without running any test" } },
          "say": "I have to add a test first.",
          "calls": [{ "Write": { "file_path": "test/add.test.js", "content": TEST_OF_ADD } }, asks] },
        { "say": "Done." }
    ]);
    let played = sums.play(&json!({ "coding": coding }), &[]);
    played.expect(0, "all_passing");
    assert_eq!(played.said(), ["I have to add a test first.", "Done."], "the refusal says what to do");
}
