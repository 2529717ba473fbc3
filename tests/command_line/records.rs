//! `harness bugs`, `projects` and `runs`: what is registered, and what a run leaves to look at.

use crate::{desk::Desk, support::events};
use serde_json::{Value, json};

#[test]
fn a_reported_bug_is_first_in_line_and_can_be_looked_at() {
    let desk = Desk::new();
    desk.ok(&["features", "add", "Page"]);
    assert!(desk.ok(&["bugs", "list"]).contains("harness bugs report"), "no bugs yet, and how to report one");
    let told = desk.ok(&["bugs", "report", "Totals are wrong", "--description", "By one.", "--step", "Add two."]);
    assert!(told.contains("#2 Totals are wrong"), "{told}");
    assert_eq!(desk.order(), [2, 1], "a bug goes before every feature");
    let list = desk.json(&["bugs", "list"]);
    assert_eq!((&list[0]["status"], &list[0]["bug"]["id"]), (&json!("open"), &json!(2)), "{list}");
    let shown = desk.ok(&["bugs", "show", "2"]);
    assert!(shown.contains("By one.") && shown.contains("[open]"), "{shown}");
    assert!(desk.refused(&["bugs", "show", "1"]).contains("not a bug"), "a feature is none");
    assert!(desk.refused(&["bugs", "show", "9"]).contains("#9"), "and what is not there is named");
    let another = desk.json(&["bugs", "report", "Another"]);
    assert_eq!((&another["kind"], &another["status"]), (&json!("bug"), &json!("pending")), "{another}");
}

#[test]
fn projects_are_registered_named_configured_and_forgotten() {
    let desk = Desk::new();
    let machine = &desk.machine;
    assert!(machine.harness(&["projects", "list"]).stdout.contains("harness run DIR"), "none yet, and how to get one");
    let added = machine.harness(&["projects", "add", desk.project(), "--name", "My shop"]);
    assert!(added.stdout.contains("registered as My shop"), "{added:?}");
    let list = machine.json(&["projects", "list", "--json"]);
    assert_eq!((&list[0]["name"], &list[0]["path"]), (&json!("My shop"), &json!(desk.project())), "{list}");

    let of_name = |words: &[&str]| {
        let words: Vec<&str> = words.iter().copied().chain(["--project", "My shop"]).collect();
        machine.harness(&words)
    };
    assert_eq!(of_name(&["features", "add", "One"]).code, Some(0), "a project is also known by its name");
    assert_eq!(desk.order(), [1], "the same one as by its directory");
    assert_eq!(of_name(&["projects", "rename", "Shop"]).code, Some(0));
    assert_eq!(of_name(&["features", "list"]).code, Some(1), "the old name means nothing any more");

    let found = desk.ok(&["projects", "checks"]);
    assert!(found.contains("--test"), "without checks it says how to choose one: {found}");
    let chosen = desk.json(&["projects", "checks", "--test", "make test", "--lint", "make lint"]);
    let commands: Vec<&Value> =
        chosen["checks"].as_array().expect("checks").iter().map(|check| &check["command"]).collect();
    assert_eq!(commands, ["make lint", "make test"], "cheap checks come first: {chosen}");
    assert_eq!(desk.json(&["projects", "checks"])["checks"], chosen["checks"], "they are remembered");
    assert_eq!(desk.json(&["projects", "checks", "--detect"])["checks"], json!([]), "until detection is chosen again");

    let settings =
        desk.ok(&["projects", "settings", "--model", "opus", "--max-attempts", "2", "--check-timeout", "60"]);
    let settings: Value = serde_json::from_str(&settings).expect("settings are JSON");
    assert_eq!((&settings["model"], &settings["max_attempts"]), (&json!("opus"), &json!(2)), "{settings}");
    let settings = desk.ok(&["projects", "settings", "--model", ""]);
    let settings: Value = serde_json::from_str(&settings).expect("settings are JSON");
    assert_eq!((&settings["model"], &settings["check_timeout_s"]), (&json!(null), &json!(60)), "{settings}");

    let removed = desk.ok(&["projects", "remove"]);
    assert!(removed.contains("left alone") && desk.dir.is_dir(), "only the registration goes: {removed}");
    assert_eq!(machine.json(&["projects", "list", "--json"]), json!([]));
    let missing = machine.harness(&["projects", "add", "/nowhere/at/all"]);
    assert_eq!(missing.code, Some(1), "what is not there cannot be added: {missing:?}");
}

#[test]
fn looking_does_not_make_a_directory_a_project() {
    let desk = Desk::new();
    let looks: [&[&str]; 9] = [
        &["features", "list"],
        &["features", "show", "1"],
        &["bugs", "list"],
        &["questions", "list"],
        &["approvals", "list"],
        &["waiting"],
        &["runs", "list"],
        &["projects", "settings"],
        &["stop"],
    ];
    for words in looks {
        let refusal = desk.refused(words);
        assert!(refusal.contains("is no project yet") && refusal.contains("projects add"), "{words:?}: {refusal}");
    }
    let list = desk.machine.json(&["projects", "list", "--json"]);
    assert_eq!(list, json!([]), "nothing was registered by naming it");
}

#[test]
fn a_project_without_runs_says_so_and_nothing_can_be_ended() {
    let desk = Desk::new();
    desk.register();
    assert!(desk.ok(&["runs", "list"]).contains("harness run DIR"), "no runs, and how to get one");
    assert_eq!(desk.json(&["runs", "list"]), json!([]));
    assert!(desk.refused(&["runs", "show", "4"]).contains('4'), "a run that is not there is named");
    assert!(desk.refused(&["runs", "transcript", "lost"]).contains("runs show"), "and where sessions are listed");
    assert_eq!(desk.ok(&["runs", "search", "anything"]), "Nothing was found.\n");
    for words in ["pause", "stop"] {
        assert!(desk.refused(&[words]).contains("no run is under way"), "there is nothing to {words}");
    }
}

/// A project of one feature, in two sessions.
const TINY: &str = r#"
name: tiny
title: "Rehearsal: a tiny project"
spec: "<project_specification><project_name>Tiny</project_name></project_specification>"
roles:
  initializer:
    - calls:
        - Write: {file_path: package.json, content: '{"name": "tiny", "scripts": {"test": "node --test"}}'}
        - feature_create_bulk:
            features: [{category: api, name: Adding, description: Adds., steps: [Add two numbers.]}]
    - say: One feature is planned.
  coding:
    - calls: [feature_get_next]
    - say: A marmalade of words that no other session says.
      calls:
        - Write:
            file_path: add.test.js
            content: "require('node:test')('adds', () => require('node:assert').equal(1 + 1, 2));\n"
    - calls:
        - feature_mark_passing: {feature_id: "{{ feature_get_next.feature.id }}"}
    - say: Done.
"#;

#[test]
fn a_run_is_told_in_plain_lines_and_leaves_sessions_and_transcripts_to_look_at() {
    let desk = Desk::new();
    let scenario = desk.machine.scenario("tiny", TINY);
    let ended = desk.machine.harness(&["run", desk.project(), "--rehearse", &scenario]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    assert!(
        !ended.stdout.contains(['\u{1b}', '\r']),
        "what is not a terminal gets no escape codes: {:?}",
        ended.stdout
    );
    for part in
        ["REHEARSAL  Rehearsal: a tiny project", "Session 1", "Session 2", "✓ npm test", "✔ feature #1 Adding: passing"]
    {
        assert!(ended.stdout.contains(part), "a person reads {part:?}: {}", ended.stdout);
    }
    assert!(ended.stdout.contains("Everything passes.  1 of 1 passing, 2 sessions"), "and the end: {}", ended.stdout);

    let table = desk.ok(&["runs", "list"]);
    assert!(table.contains("all_passing") && table.contains("rehearsal tiny"), "{table}");
    let run = desk.json(&["runs", "show", "1"]);
    assert_eq!(run["session_list"].as_array().map(Vec::len), Some(2), "{run}");
    let states: Vec<&str> =
        run["transitions"].as_array().expect("states").iter().filter_map(|change| change["to"].as_str()).collect();
    let full = ["initializing", "planning", "coding", "testing", "verifying", "completed"];
    assert_eq!(states, full, "the run went through its states");
    let shown = desk.ok(&["runs", "show", "1"]);
    assert!(shown.contains("initializer") && shown.contains("verifying → completed"), "{shown}");

    let session = run["session_list"][1]["id"].as_str().expect("an id");
    let rows = events(&desk.ok(&["runs", "transcript", session]));
    assert!(rows.iter().any(|row| row["type"] == "result"), "the transcript is whole: {rows:?}");
    let hits = desk.ok(&["runs", "search", "marmalade"]);
    assert_eq!(hits.lines().count(), 1, "one message says it: {hits}");
    assert!(hits.starts_with(session), "of that session: {hits}");
    assert_eq!(
        desk.ok(&["runs", "search", "\"unclosed AND ("]),
        "Nothing was found.\n",
        "words are words, not a language"
    );

    let table = desk.ok(&["features", "list"]);
    assert!(table.lines().nth(1).is_some_and(|row| row.contains("passing") && row.contains("ok ")), "{table}");
    assert!(!table.contains('\u{1b}'), "tables have no escape codes either");
}
