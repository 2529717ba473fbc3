//! A server that ends while a run goes on, and the one that is started next.

use crate::{stage::Stage, support::eventually};
use serde_json::{Value, json};
use std::{
    fs,
    time::{Duration, Instant},
};

/// How long ending may take: less than systems wait before they kill.
const PARTING: Duration = Duration::from_secs(60);
const SPEC: &str = "Build a calculator that adds two numbers, in Node, with a test.";

pub fn status(stage: &Stage, project: &str) -> Value {
    stage.get(&format!("/api/projects/{project}/agent/status")).json()
}

/// What a person is told of a project's run.
pub fn words(stage: &Stage, project: &str) -> String {
    status(stage, project)["words"].as_str().unwrap_or_default().to_owned()
}

/// The runs of a project, newest first.
pub fn runs(stage: &Stage, project: &str) -> Vec<Value> {
    stage.get(&format!("/api/projects/{project}/runs")).json().as_array().expect("a list").clone()
}

pub fn begin(stage: &Stage, project: &str, options: Value) {
    let started = stage.post(&format!("/api/projects/{project}/agent/start"), options);
    assert_eq!(started.status, 200, "{started:?}");
}

/// Begins a run that never ends by itself and waits until a session of it works.
pub fn begin_endless(stage: &Stage, project: &str) {
    add_card(stage, project);
    begin(stage, project, json!({ "mode": "code", "rehearsal": "endless" }));
    until_session(stage, project, 1, "coding");
}

/// A specification and a card, so that there is something to work on.
pub fn add_card(stage: &Stage, project: &str) {
    let written = stage.send_as_admin("PUT", &format!("/api/projects/{project}/specs/main"), json!({ "text": SPEC }));
    assert_eq!(written.status, 200, "{written:?}");
    let card = stage.post(&format!("/api/projects/{project}/features"), json!({ "name": "Add", "steps": ["Look"] }));
    assert_eq!(card.status, 200, "{card:?}");
}

/// Waits until a session with that role works in that run.
pub fn until_session(stage: &Stage, project: &str, run: u64, role: &str) {
    eventually(&format!("a {role} session works in run {run} of {project}"), || {
        let now = status(stage, project);
        now["run"]["id"] == run && now["session"]["role"] == role
    });
}

fn until_end_of_second(stage: &Stage) {
    eventually("the run goes on to its end", || {
        let all = runs(stage, "todo");
        all.len() > 1 && !all[0]["end"].is_null()
    });
}

#[test]
fn a_run_that_the_servers_end_cut_off_goes_on_by_itself_and_reaches_its_end() {
    let mut stage = Stage::new();
    begin(&stage, "todo", json!({ "mode": "auto", "rehearsal": "slow", "is_quick": true }));
    eventually("the last card is worked on", || {
        let now = status(&stage, "todo");
        now["run"]["sessions"] == 3 && !now["session"].is_null()
    });
    let asked = Instant::now();
    assert_eq!(stage.served.end(), Some(0), "it ends in order");
    assert!(asked.elapsed() < PARTING, "and in time: {:?}", asked.elapsed());
    stage.served.start_again(&[]);

    until_end_of_second(&stage);
    let all = runs(&stage, "todo");
    assert_eq!(all[0]["end"]["code"], "all_passing", "what was begun is finished: {all:?}");
    assert_eq!(all.len(), 2, "nobody asked for more: {all:?}");
    assert_ne!(all[1]["end"]["code"], "crashed", "the first was ended in order: {all:?}");
    for option in ["mode", "is_quick", "rehearsal"] {
        assert_eq!(all[0][option], all[1][option], "{option} is as it was chosen: {all:?}");
    }
    assert_eq!(stage.served.end(), Some(0), "it ends in order once more");
    stage.served.start_again(&[]);
    begin_endless(&stage, "shop");
    assert_eq!(runs(&stage, "todo").len(), 2, "a run that reached its end does not begin again");
}

#[test]
fn a_run_whose_server_was_killed_goes_on_with_what_is_left_of_its_limits() {
    let mut stage = Stage::new();
    begin(&stage, "todo", json!({ "mode": "auto", "rehearsal": "slow", "max_sessions": 2 }));
    until_session(&stage, "todo", 1, "coding");
    stage.served.kill();
    stage.served.start_again(&[]);

    until_end_of_second(&stage);
    let all = runs(&stage, "todo");
    assert_eq!(all[1]["end"]["code"], "crashed", "it is known what became of the first: {all:?}");
    assert_eq!(all[0]["end"]["code"], "session_limit", "two sessions were asked for: {all:?}");
    assert_eq!(all[0]["sessions"], 1, "the one that was cut off is not one of them, the one before is: {all:?}");
}

#[test]
fn what_a_person_ended_stays_ended_and_what_cannot_go_on_says_why() {
    let mut stage = Stage::new();
    // The projects are asked in this order: whatever becomes of the last, the first was asked before.
    begin_endless(&stage, "shop");
    begin_endless(&stage, "todo");
    let stopped = stage.post("/api/projects/shop/agent/stop", json!({}));
    assert_eq!(stopped.status, 200, "{stopped:?}");
    // Without waiting for the run's own end.
    stage.served.kill();
    let (here, aside) = (stage.served.machine.path("todo"), stage.served.machine.path("todo, moved"));
    fs::rename(&here, &aside).expect("nobody works in it");
    stage.served.start_again(&[]);

    eventually("it is told why the run does not go on", || words(&stage, "todo").contains("was not resumed yet"));
    assert!(words(&stage, "todo").contains("todo"), "and what is missing: {}", words(&stage, "todo"));
    assert_eq!(runs(&stage, "shop").len(), 1, "nobody asked for another run: {}", status(&stage, "shop"));
    assert_eq!(status(&stage, "shop")["is_running"], false);

    assert_eq!(stage.served.end(), Some(0), "the server was none the worse for it");
    fs::rename(&aside, &here).expect("it is there");
    stage.served.start_again(&[]);
    until_session(&stage, "todo", 2, "coding");
    assert_eq!(runs(&stage, "shop").len(), 1, "nor later");
}

#[test]
fn a_server_that_is_told_to_resume_none_leaves_the_run_to_a_person() {
    let mut stage = Stage::new();
    begin_endless(&stage, "todo");
    assert_eq!(stage.served.end(), Some(0), "it ends in order");
    stage.served.start_again(&["--no-resume"]);
    eventually("it is told that nobody resumes it", || words(&stage, "todo").contains("told to resume none"));
    let cards = stage.get("/api/projects/todo/features").json();
    let is_free = |card: &Value| card["session"].is_null();
    assert!(cards.as_array().is_some_and(|cards| cards.iter().all(is_free)), "no card is held by who is gone: {cards}");

    let resumed = stage.post("/api/projects/todo/agent/resume", json!({ "rehearsal": "endless" }));
    assert_eq!(resumed.status, 200, "{resumed:?}");
    until_session(&stage, "todo", 2, "coding");
    assert_eq!(stage.served.end(), Some(0), "it ends in order once more");
}

#[test]
fn a_run_that_dies_with_its_server_time_and_again_is_left_to_a_person() {
    let mut stage = Stage::new();
    begin_endless(&stage, "todo");
    for run in 2..=4 {
        stage.served.kill();
        stage.served.start_again(&[]);
        until_session(&stage, "todo", run, "coding");
    }
    stage.served.kill();
    stage.served.start_again(&[]);
    eventually("it is told why it is left", || words(&stage, "todo").contains("3 times in a row"));
    assert_eq!(runs(&stage, "todo").len(), 4, "it was resumed three times, not a fourth");
    assert_eq!(status(&stage, "todo")["can_start"], true, "whoever knows why can start it");
}
