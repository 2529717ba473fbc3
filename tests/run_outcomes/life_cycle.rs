//! A run from its start to its end, and how a person steers it from outside.

use crate::{
    live::Live,
    sums::{PACKAGE, Sums, builds},
    support::git,
};
use harness_domain::lifecycle::State;
use serde_json::{Value, json};
use std::{
    fs,
    time::{Duration, Instant},
};

fn initializer(features: &Value) -> Value {
    json!([
        { "calls": [
            { "Write": { "file_path": "package.json", "content": PACKAGE } },
            { "feature_create_bulk": { "features": features } }
        ] },
        { "say": "{{ feature_create_bulk.created }} planned." }
    ])
}

fn two_features() -> Value {
    json!([
        { "category": "models", "name": "Add", "description": "Add two numbers", "steps": ["2 and 3 make 5"] },
        { "category": "models", "name": "Subtract", "description": "Subtract two numbers", "steps": ["5 less 3 is 2"],
          "depends_on_index": [0] }
    ])
}

/// (from, to) of every change of state, as a program reads them.
fn steps<'a>(changes: impl IntoIterator<Item = &'a Value>) -> Vec<(&'a str, &'a str)> {
    let word = |change: &'a Value, key: &str| change[key].as_str().expect("a state is a word");
    changes.into_iter().map(|change| (word(change, "from"), word(change, "to"))).collect()
}

#[test]
fn a_specification_becomes_verified_commits_and_a_finished_project_starts_no_session() {
    let sums = Sums::bare(&[("prompts/app_spec.txt", "Functions that add and subtract two numbers, with tests.\n")]);
    let by_hand = sums.head();
    let played = sums.play(&json!({ "initializer": initializer(&two_features()), "coding": [builds()] }), &[]);
    played.expect(0, "all_passing");
    assert_eq!(played.outcomes(), ["completed"; 3], "one session plans, and one session builds each feature");

    let numbers: Vec<u64> = played.events.iter().filter_map(|event| event["seq"].as_u64()).collect();
    let expected: Vec<u64> = (1..).take(played.events.len()).collect();
    assert_eq!(numbers, expected, "a reader can tell that it missed nothing");
    assert_eq!(played.events[0]["event"], "run_started", "the first fact is that there is a run");
    let about_first = |event: &&Value| event["feature"] == 1;
    let order: Vec<String> = played.events.iter().filter(about_first).map(kind_and_status).collect();
    let expected = [
        "run_state_changed coding",
        "feature_changed in_progress",
        "run_state_changed testing",
        "check_started",
        "check_ended",
        "evidence_stored",
        "run_state_changed verifying",
        "committed",
        "checkpoint_created",
        "feature_changed passing",
        "session_ended",
    ];
    assert_eq!(order, expected, "a feature passes only behind its checks, its evidence and its commit");

    let run = sums.newest_run();
    let transitions = steps(run["transitions"].as_array().expect("a list"));
    let words: Vec<&str> = transitions.iter().map(|(_, to)| *to).collect();
    let card = ["planning", "coding", "testing", "verifying"];
    assert_eq!(words, [&["initializing"][..], &card, &card, &["completed"]].concat(), "each state is a real event");
    let mut before = "idle";
    for (from, to) in &transitions {
        let lawful = State::parse(from).zip(State::parse(to)).is_some_and(|(from, to)| from.to(to).is_ok());
        assert!(*from == before && lawful, "from {before} no lawful step leads over {from} to {to}");
        before = to;
    }
    assert_eq!(steps(played.of("run_state_changed")), transitions, "a screen hears what the database keeps");

    let log = git(&sums.dir, &["log", "--reverse", "--format=%s", &format!("{by_hand}..")]);
    let subjects: Vec<&str> = log.lines().collect();
    assert_eq!(subjects, ["Set up the project", "Add", "Subtract"], "a commit for every feature, in their order");

    let again = sums.play(&json!({ "coding": [builds()] }), &[]);
    again.expect(0, "all_passing");
    assert_eq!(again.of("session_started").len(), 0, "a finished project costs nothing, however often it is run");
}

#[test]
fn a_stop_ends_checks_that_are_under_way_and_decides_nothing_about_their_card() {
    let sums = Sums::with_features(&["Add"]);
    sums.commit(&[(
        "test/slow.test.js",
        "import test from 'node:test';\n\ntest('slow', () => new Promise((done) => setTimeout(done, 60_000)));\n",
    )]);
    let mut live = Live::start(&sums, &json!({ "coding": [builds()] }), &[]);
    live.until("a check runs", |event| event["event"] == "check_started");
    let asked = Instant::now();
    sums.harness(&["stop"]);
    live.finish().expect(3, "stopped");
    assert!(asked.elapsed() < Duration::from_secs(30), "nobody waits for the check: {:?}", asked.elapsed());
    let card = sums.card(1);
    assert_eq!((&card["status"], &card["attempts"]), (&json!("pending"), &json!(0)), "{card}");
    assert_eq!(card["evidence"], Value::Null, "a check that was cut off is evidence of nothing");
    assert_eq!(sums.newest_run()["state"], "idle", "nothing is under way any more");
}

fn kind_and_status(event: &Value) -> String {
    let word = |key: &str| event[key].as_str().unwrap_or_default();
    let of_state = if event["event"] == "run_state_changed" { word("to") } else { word("status") };
    [word("event"), of_state].join(" ").trim_end().to_owned()
}

#[test]
fn a_run_ends_after_as_many_sessions_as_allowed_and_the_next_one_goes_on_from_there() {
    let sums = Sums::with_features(&["Add", "Subtract"]);
    let first = sums.play(&json!({ "coding": [builds()] }), &["--max-sessions", "1"]);
    first.expect(3, "session_limit");
    assert_eq!((first.outcomes(), &sums.board()[1]["status"]), (vec!["completed"], &json!("pending")));
    let second = sums.play(&json!({ "coding": [builds()] }), &[]);
    second.expect(0, "all_passing");
    let worked_on: Vec<&Value> = second.of("session_ended").into_iter().map(|event| &event["feature"]).collect();
    assert_eq!(worked_on, [2], "what passes already is not built again");
}

#[test]
fn a_pause_lets_the_session_finish_and_a_stop_ends_it_now_with_its_work_kept() {
    let sums = Sums::with_features(&["Add", "Subtract"]);
    for word in ["pause", "stop"] {
        let refused = sums.try_harness(&[word]);
        let is_told = refused.stderr.contains("no run is under way");
        assert!(refused.code == Some(1) && is_told, "nobody would ever read this {word}: {refused:?}");
    }

    let waits = json!({ "calls": [
        { "Bash": { "command": "until [ -e .git/go-on ]; do sleep 0.1; done", "description": "Wait" } }
    ] });
    let mut live = Live::start(&sums, &json!({ "coding": [waits, builds()] }), &[]);
    live.until("the session works", |event| event["tool"] == "Bash");
    sums.harness(&["pause"]);
    fs::write(sums.dir.join(".git/go-on"), "").expect("a sign for the session");
    let paused = live.finish();
    paused.expect(3, "paused");
    assert_eq!(paused.outcomes(), ["completed"], "the session under way was allowed to finish");
    let statuses: Vec<Value> = sums.board().into_iter().map(|card| card["status"].clone()).collect();
    assert_eq!(statuses, ["passing", "pending"], "and no other was started");

    let long = json!({ "coding": [{ "calls": [
        { "Write": { "file_path": "src/half.js", "content": "export const half = 1;\n" } },
        { "Bash": { "command": "sleep 60", "description": "Take long" } }
    ] }] });
    let mut live = Live::start(&sums, &long, &[]);
    live.until("a long command runs", |event| event["tool"] == "Bash");
    sums.harness(&["stop"]);
    let stopped = live.finish();
    stopped.expect(3, "stopped");
    assert_eq!(stopped.outcomes(), ["stopped"]);
    let card = sums.card(2);
    assert_eq!((&card["status"], &card["attempts"]), (&json!("pending"), &json!(0)), "a person's stop is no failure");
    let saved = format!("refs/harness/run-{}/last", sums.newest_run()["id"]);
    let kept = sums.git(&["show", &format!("{saved}:src/half.js")]);
    assert_eq!(kept, "export const half = 1;\n", "half-done work is kept: {:?}", stopped.notices("work_saved"));
    let in_tree = fs::read_to_string(sums.dir.join("src/half.js")).expect("the work lies in the tree");
    assert_eq!(in_tree, kept, "and the next run finds it where it was");
}
