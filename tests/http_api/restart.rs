//! A server that is told to end while a run goes on.

use crate::{stage::Stage, support::eventually};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long ending may take: less than systems wait before they kill.
const PARTING: Duration = Duration::from_secs(60);

#[test]
fn a_server_that_is_told_to_end_keeps_its_run_and_the_next_one_goes_on_with_it() {
    let mut stage = Stage::new();
    let spec = json!({ "text": "Build a calculator that adds two numbers, in Node, with a test." });
    let written = stage.send_as_admin("PUT", "/api/projects/todo/specs/main", spec);
    assert_eq!(written.status, 200, "{written:?}");
    stage.cards(2);
    let begin = json!({ "mode": "code", "rehearsal": "endless" });
    let started = stage.post("/api/projects/todo/agent/start", begin.clone());
    assert_eq!(started.status, 200, "{started:?}");
    let run = started.json()["run"].clone();
    let status = |stage: &Stage| stage.get("/api/projects/todo/agent/status").json();
    eventually("a session works", || !status(&stage)["session"].is_null());

    let asked = Instant::now();
    assert_eq!(stage.served.end(), Some(0), "it ends in order");
    assert!(asked.elapsed() < PARTING, "and in time: {:?}", asked.elapsed());
    stage.served.start_again();

    assert_eq!(status(&stage)["is_running"], false, "nothing runs that nobody watches");
    let runs = stage.get("/api/projects/todo/runs").json();
    let of_before = runs.as_array().into_iter().flatten().find(|one| one["id"] == run).cloned().unwrap_or_default();
    assert!(!of_before["end"].is_null(), "it is known how the run ended: {runs}");
    assert_ne!(of_before["end"]["code"], "crashed", "it was ended in order: {of_before}");
    let cards = stage.get("/api/projects/todo/features").json();
    let is_free = |card: &Value| card["session"].is_null();
    assert!(cards.as_array().is_some_and(|cards| cards.iter().all(is_free)), "no card is held by who is gone: {cards}");

    let resumed = stage.post("/api/projects/todo/agent/resume", json!({ "rehearsal": "endless" }));
    assert_eq!(resumed.status, 200, "{resumed:?}");
    assert_ne!(resumed.json()["run"], run, "a run of its own, with the same cards");
    eventually("a session works again", || !status(&stage)["session"].is_null());
    assert_eq!(stage.served.end(), Some(0), "it ends in order once more");
}
