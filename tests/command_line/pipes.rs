//! Readers that go away or fall asleep, and many cards.

use crate::desk::Desk;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Read},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

/// Far more than a pipe holds.
const CARDS: u32 = 3_000;

#[test]
fn a_reader_that_closes_the_pipe_early_is_no_error() {
    let desk = Desk::new();
    let file = desk.machine.path("features.db");
    let old = Connection::open(&file).expect("a database");
    let sql = format!(
        "CREATE TABLE features (id INTEGER PRIMARY KEY, name TEXT);
         WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {CARDS})
         INSERT INTO features SELECT n, 'Feature number ' || n || ' with a name that fills the pipe' FROM numbers"
    );
    old.execute_batch(&sql).expect("many cards");
    desk.ok(&["features", "import", file.to_str().expect("a plain path")]);
    assert_eq!(desk.order().len(), CARDS as usize, "all of them are listed to a reader that stays");

    for words in [&["features", "list"][..], &["features", "list", "--json"], &["completions", "bash"]] {
        let is_about_project = words[0] == "features";
        let project = is_about_project.then_some(["--project", desk.project()]).into_iter().flatten();
        let words: Vec<&str> = words.iter().copied().chain(project).collect();
        let mut command = desk.machine.command(&words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut first = String::new();
        let mut reader = BufReader::with_capacity(16, child.stdout.take().expect("a pipe"));
        reader.read_line(&mut first).expect("a line");
        assert!(!first.is_empty(), "{words:?} says something");
        drop(reader);
        let mut complaint = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut complaint).expect("standard error is readable");
        let status = child.wait().expect("it ends");
        assert_eq!(complaint, "", "{words:?} has nothing to complain of");
        assert_eq!(status.code(), Some(0), "{words:?} did what it was asked for");
    }
}

#[test]
fn a_reader_that_sleeps_does_not_hold_up_a_run() {
    let desk = Desk::new();
    desk.register();
    fs::create_dir(desk.dir.join("prompts")).expect("a directory");
    fs::write(desk.dir.join("prompts/app_spec.txt"), "Functions that add two numbers, with tests.\n").expect("a file");
    // Each call tells something else: whoever repeats itself is stopped.
    let talks = ('a'..='t').flat_map(|one| ["x", "y", "z"].map(|other| format!("{one}{other}"))).map(|thought| {
        let calls = json!([{ "Bash": { "command": format!("echo {thought}"), "description": "Think" } }]);
        json!({ "say": "Much to say. ".repeat(150), "calls": calls })
    });
    let turns: Vec<Value> = talks.chain([json!({ "say": "Done." })]).collect();
    let scenario = json!({ "name": "talkative", "title": "Talks", "roles": { "initializer": turns } });
    let file = desk.machine.path("talkative.json");
    fs::write(&file, scenario.to_string()).expect("a scenario");
    let words =
        ["run", desk.project(), "--rehearse", file.to_str().expect("a plain path"), "--max-sessions", "1", "--json"];
    let mut child = desk.machine.command(&words).stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut pipe = child.stdout.take().expect("a pipe");

    let started = Instant::now();
    let ended = loop {
        let runs = desk.json(&["runs", "list"]);
        if !runs[0]["end"].is_null() {
            break runs[0]["end"].clone();
        }
        let gone = child.try_wait().expect("a child");
        assert_eq!(gone, None, "it cannot be over before its reader has read: {runs}");
        assert!(started.elapsed() < Duration::from_secs(120), "the run waits for its reader: {runs}");
        thread::sleep(Duration::from_millis(100));
    };
    let mut said = String::new();
    pipe.read_to_string(&mut said).expect("text");
    assert!(said.len() > 1 << 16, "a pipe holds 64 KiB, and this is more: {} bytes", said.len());
    let last: Value = serde_json::from_str(said.lines().last().unwrap_or_default()).expect("JSON");
    assert_eq!((&last["event"], &last["end"]), (&json!("run_ended"), &ended), "whoever wakes up reads all of it");
    assert_eq!(child.wait().expect("it ends").code(), Some(3));
}
