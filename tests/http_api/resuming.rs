//! What a server that starts goes on with by itself, when, and what it leaves alone.

use crate::{
    restart::{add_card, begin, begin_endless, runs, status, until_session, words},
    stage::Stage,
    support::{Machine, door, eventually},
};
use serde_json::{Value, json};
use std::fs;

#[test]
fn a_run_that_could_not_go_on_is_tried_again_until_it_can() {
    let mut stage = Stage::new();
    begin_endless(&stage, "todo");
    stage.served.kill();
    let (here, aside) = (stage.served.machine.path("todo"), stage.served.machine.path("todo, moved"));
    fs::rename(&here, &aside).expect("nobody works in it");
    stage.served.start_again(&["--resume-retry-seconds", "1"]);
    eventually("it is told why the run does not go on", || words(&stage, "todo").contains("was not resumed yet"));
    assert_eq!(runs(&stage, "todo").len(), 1, "nothing began where there is no directory");

    fs::rename(&aside, &here).expect("it is there");
    until_session(&stage, "todo", 2, "coding");
    assert_eq!(runs(&stage, "todo").len(), 2, "by the same server, and once");
}

#[test]
fn a_run_that_is_to_be_tried_again_can_be_called_off() {
    let mut stage = Stage::new();
    // The projects are asked in this order.
    begin_endless(&stage, "shop");
    begin_endless(&stage, "todo");
    stage.served.kill();
    let machine = &stage.served.machine;
    let away = ["shop", "todo"].map(|name| (machine.path(name), machine.path(&format!("{name}, moved"))));
    away.iter().for_each(|(here, aside)| fs::rename(here, aside).expect("nobody works in it"));
    stage.served.start_again(&["--resume-retry-seconds", "1"]);
    eventually("both are tried", || words(&stage, "todo").contains("was not resumed yet"));
    let stopped = stage.post("/api/projects/shop/agent/stop", json!({}));
    assert_eq!(stopped.status, 200, "{stopped:?}");
    assert!(!words(&stage, "shop").contains("resumed"), "nobody tries again: {}", words(&stage, "shop"));
    let again = stage.post("/api/projects/shop/agent/stop", json!({}));
    assert_eq!(again.status, 409, "there is nothing left to stop: {again:?}");

    away.iter().for_each(|(here, aside)| fs::rename(aside, here).expect("it is there"));
    until_session(&stage, "todo", 2, "coding");
    assert_eq!(runs(&stage, "shop").len(), 1, "the other one was called off");
}

#[test]
fn a_run_that_a_person_paused_stays_so_and_is_resumed_by_hand() {
    let mut stage = Stage::new();
    begin(&stage, "shop", json!({ "mode": "auto", "rehearsal": "slow", "is_quick": true }));
    until_session(&stage, "shop", 1, "initializer");
    let paused = stage.post("/api/projects/shop/agent/pause", json!({}));
    assert_eq!(paused.status, 200, "{paused:?}");
    eventually("the session is finished and the run over", || !runs(&stage, "shop")[0]["end"].is_null());
    assert_eq!(runs(&stage, "shop")[0]["end"]["code"], "paused", "{}", status(&stage, "shop"));
    begin_endless(&stage, "todo");
    assert_eq!(stage.served.end(), Some(0), "it ends in order");
    stage.served.start_again(&[]);

    // The projects are asked in this order: when the last goes on, the first was asked before.
    until_session(&stage, "todo", 2, "coding");
    assert_eq!(runs(&stage, "shop").len(), 1, "nobody asked for another run: {}", status(&stage, "shop"));
    let by_hand = stage.post("/api/projects/shop/agent/resume", json!({ "rehearsal": "slow", "is_quick": true }));
    assert_eq!(by_hand.status, 200, "{by_hand:?}");
    until_session(&stage, "shop", 2, "coding");
    assert_eq!(runs(&stage, "shop")[0]["mode"], "auto", "as the run that was paused");
}

#[test]
fn the_environment_and_the_file_leave_runs_to_a_person_too() {
    let mut stage = Stage::new();
    begin_endless(&stage, "todo");
    let file = stage.served.machine.path("serve.toml");
    fs::write(&file, "resume_runs = false\n").expect("a file");
    let of_file = vec!["--config", file.to_str().expect("a plain path")];
    let ways = [(Vec::new(), vec![("HARNESS_RESUME_RUNS", "false")]), (of_file, Vec::new())];
    for (run, (line, environment)) in (2..).zip(ways) {
        assert_eq!(stage.served.end(), Some(0), "it ends in order");
        stage.served.start_again_in(&line, &environment);
        let way = format!("{line:?} {environment:?}");
        eventually(&format!("it is told that nobody resumes it: {way}"), || {
            words(&stage, "todo").contains("told to resume none")
        });
        assert_eq!(status(&stage, "todo")["is_running"], false, "{way}");
        // So that there is one to leave alone the next time too.
        let by_hand = stage.post("/api/projects/todo/agent/resume", json!({ "rehearsal": "endless" }));
        assert_eq!(by_hand.status, 200, "{by_hand:?}");
        until_session(&stage, "todo", run, "coding");
    }
}

#[test]
fn what_resuming_cannot_be_told_is_refused_at_the_start_with_what_is_wrong() {
    let machine = Machine::new();
    let file = machine.path("serve.toml");
    let of_file = ["--config", file.to_str().expect("a plain path")];
    let refused = |line: &[&str], environment: &[(&str, &str)]| {
        let all: Vec<&str> = ["serve", "--bind", "127.0.0.1:0"].into_iter().chain(line.iter().copied()).collect();
        let mut command = machine.command(&all);
        command.current_dir(machine.path("home")).envs(environment.iter().copied());
        door::refused(command)
    };
    for (name, value, wrong) in [
        ("HARNESS_RESUME_RUNS", "maybe", "\"maybe\" is neither true nor false"),
        ("HARNESS_RESUME_RETRY_SECONDS", "soon", "\"soon\" is no whole number of seconds"),
    ] {
        let why = refused(&[], &[(name, value)]);
        assert!(why.contains(name) && why.contains(wrong), "{name}={value}: {why}");
    }
    for (text, wrong) in [
        ("resume_runs = \"maybe\"", "expected a boolean"),
        ("resume_retry_seconds = 0", "0 is not from 1 to 900"),
        ("resume_retry_seconds = 86400", "86400 is not from 1 to 900"),
    ] {
        fs::write(&file, text).expect("a file");
        let why = refused(&of_file, &[]);
        let key = text.split(' ').next().unwrap_or_default();
        assert!(why.contains(key) && why.contains(wrong), "{text}: {why}");
    }
}

/// Until when the project's run waits, once it has that many runs.
fn waits_until(stage: &Stage, count: usize) -> Value {
    let mut until_ms = Value::Null;
    eventually(&format!("run {count} waits for the limit"), || {
        let now = status(stage, "todo");
        until_ms = now["until_ms"].clone();
        now["run"]["id"] == count && now["is_running"] == true && until_ms.is_u64()
    });
    until_ms
}

#[test]
fn a_run_that_waits_for_the_accounts_limit_waits_until_the_same_time_however_often_its_server_ends() {
    let mut stage = Stage::new();
    add_card(&stage, "todo");
    begin(&stage, "todo", json!({ "mode": "code", "rehearsal": "rate-limited", "is_quick": true }));
    let until_ms = waits_until(&stage, 1);
    // A host that ends before it waits: its run makes the project ready, for as long as somebody holds the index.
    let lock = stage.served.machine.path("todo/.git/index.lock");
    stage.served.kill();
    fs::write(&lock, "").expect("a file");
    stage.served.start_again(&[]);
    eventually("the run goes on", || runs(&stage, "todo").len() == 2);
    stage.served.kill();
    fs::remove_file(&lock).expect("nobody else takes it away");
    stage.served.start_again(&[]);
    assert_eq!(waits_until(&stage, 3), until_ms, "the same time, not another whole wait");
    // More often than a run is resumed of which it is not known why its hosts end.
    for count in 4..=7 {
        match count % 2 {
            0 => stage.served.kill(),
            _ => assert_eq!(stage.served.end(), Some(0), "it ends in order"),
        }
        stage.served.start_again(&[]);
        assert_eq!(waits_until(&stage, count), until_ms, "the same time, to the last");
    }
    let begun: Vec<Value> = runs(&stage, "todo").iter().map(|run| run["sessions"].clone()).collect();
    assert_eq!(begun, [0, 0, 0, 0, 0, 0, 1], "nobody asks again before the time");
}
