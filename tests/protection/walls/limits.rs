//! How much of the machine a session takes, how strong its walls must be, and the proof of them.

use crate::{stage::*, support::finish};
use serde_json::Value;
use std::{fs, path::Path, process::Stdio, time::Instant};

#[test]
fn a_session_that_starts_processes_without_end_is_ended_with_the_reason_and_nothing_of_it_is_left() {
    let stage = Stage::new(&["Attack"]);
    let bomb = "import { spawn } from 'node:child_process';\nfor (let i = 0; i < 2000; i++) spawn('sleep', ['86399']);\n\
                setTimeout(() => process.exit(), 30000);\n";
    stage.file("bomb.mjs", bomb);
    let scenario = coding("bomb", serde_json::json!([take_card(), bash("node bomb.mjs"), { "say": "Done." }]));
    let begun = Instant::now();

    let (ended, events) = stage.run(&scenario, &["--max-processes", "64", "--max-sessions", "1"]);

    let session = crate::support::of_kind(&events, "session_ended");
    let detail = session[0]["outcome"]["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.contains("processes at once") && detail.contains("64"), "in words: {}", told(&ended, &events));
    assert!(begun.elapsed().as_secs() < 30, "the bomb was ended, and did not end by itself");
    // The kernel needs a moment to take apart what was killed.
    crate::support::eventually("nothing of it is left", || stage.processes(&["sleep 86399"]).is_empty());
}

#[test]
fn a_run_below_the_level_that_was_asked_for_does_not_start_and_the_level_stands_in_its_record() {
    let stage = Stage::new(&["Build"]);
    let unwalled = stage.start_unwalled(&builds("weak", BUILD), &["--require-sandbox", "full"]).end();
    assert_eq!(unwalled.0.code, Some(1), "weaker walls than asked for: {}", told(&unwalled.0, &unwalled.1));
    assert!(unwalled.0.stderr.contains("--require-sandbox"), "and what to do: {}", unwalled.0.stderr);

    stage.ok(&["projects", "settings", "--require-sandbox", "full"]);
    let unwalled = stage.start_unwalled(&builds("weak", BUILD), &[]).end();
    assert_eq!(unwalled.0.code, Some(1), "the project's setting counts too: {}", told(&unwalled.0, &unwalled.1));

    let events = stage.run_to_all_passing(&builds("strong", BUILD), &[]);
    let started = crate::support::of_kind(&events, "run_started");
    assert_eq!(started[0]["sandbox"], "full", "a display can show it");
    assert!(stage.ok(&["runs", "show", "1"]).contains("walls full"), "and so does the record");
}

#[test]
fn a_session_that_takes_more_memory_than_it_may_is_ended_with_the_reason() {
    let stage = Stage::new(&["Attack"]);
    // Touches what it takes, so that it is really there, and stops at 2 GiB whoever holds it.
    let hog = "const all = [];\nsetInterval(() => { if (all.length < 64) all.push(Buffer.alloc(32 << 20, 1)); }, 5);\n";
    stage.file("hog.mjs", hog);
    let scenario = coding("hog", serde_json::json!([take_card(), bash("node hog.mjs"), { "say": "Done." }]));
    let begun = Instant::now();

    let (ended, events) = stage.run(&scenario, &["--max-memory", "900", "--max-sessions", "1"]);

    let session = crate::support::of_kind(&events, "session_ended");
    let detail = session[0]["outcome"]["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.contains("MiB of memory") && detail.contains("900"), "in words: {}", told(&ended, &events));
    assert!(begun.elapsed().as_secs() < 60, "it would go on for ever");
    // The kernel needs a moment to take apart what was killed.
    crate::support::eventually("nothing of it is left", || stage.processes(&["hog.mjs"]).is_empty());
}

#[test]
fn a_session_that_takes_more_processor_time_than_it_may_is_ended_with_the_reason() {
    let stage = Stage::new(&["Attack"]);
    // Two busy processes, so that a minute of processor time is over in half a minute; they stop by themselves in the end.
    let miner = "const end = Date.now() + 150000;\nwhile (Date.now() < end) Math.sqrt(end);\n";
    stage.file("miner.mjs", miner);
    let scenario = coding(
        "miner",
        serde_json::json!([take_card(), bash("node miner.mjs & node miner.mjs & wait"), { "say": "Done." }]),
    );
    let begun = Instant::now();

    let (ended, events) = stage.run(&scenario, &["--max-cpu-minutes", "1", "--max-sessions", "1"]);

    let session = crate::support::of_kind(&events, "session_ended");
    let detail = session[0]["outcome"]["detail"].as_str().unwrap_or_default().to_owned();
    assert!(detail.contains("minutes of processor time"), "in words: {}", told(&ended, &events));
    assert!(begun.elapsed().as_secs() < 150, "it was ended, and did not end by itself");
    // The kernel needs a moment to take apart what was killed.
    crate::support::eventually("nothing of it is left", || stage.processes(&["miner.mjs"]).is_empty());
}

#[test]
fn the_walls_of_a_project_prove_themselves_with_what_its_policy_adds() {
    let stage = Stage::new(&["Build"]);
    let granted = stage.machine.project("datasets").canonicalize().expect("it is there");
    let policy = format!("readable:\n  - {}\nnetwork:\n  allow:\n    - registry.example.org\n", granted.display());
    fs::write(stage.machine.path("data/projects/1/policy.yaml"), policy).expect("a policy");

    let proofs = stage.json(&["doctor", "--prove"]);

    let proofs = proofs.as_array().expect("a list");
    assert!(proofs.iter().all(|proof| proof["outcome"] == "held"), "a grant is for reading only: {proofs:#?}");
    let detail = |id: &str| proofs.iter().find(|proof| proof["id"] == id).map(|proof| proof["detail"].to_string());
    let (reads, reaches) =
        (detail("write.granted").unwrap_or_default(), detail("network.unlisted").unwrap_or_default());
    assert!(reads.contains("datasets"), "which directories: {reads}");
    assert!(reaches.contains("registry.example.org"), "and which hosts: {reaches}");
}

#[test]
fn the_walls_prove_themselves_and_touch_nothing_of_the_persons() {
    let stage = Stage::empty();
    fs::create_dir(stage.machine.path("home/.ssh")).expect("a directory");
    fs::write(stage.machine.path("home/.ssh/id_ed25519"), "the person's own").expect("a file");

    // As in the image and the unit for servers: where projects may live says nothing of where attempts are made.
    let mut command = stage.machine.command(&["doctor", "--prove", "--json"]);
    command.env("ALLOWED_ROOT_DIRECTORY", stage.machine.project("projects"));
    let ended = finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts"));

    let proofs: Vec<Value> = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("JSON: {ended:?}"));
    assert!(proofs.len() >= 30, "every kind of attempt is made: {proofs:?}");
    let open: Vec<&Value> = proofs.iter().filter(|proof| proof["outcome"] != "held").collect();
    assert!(open.is_empty() && ended.code == Some(0), "each of these is a hole: {open:?}");
    let home: Vec<_> =
        fs::read_dir(stage.machine.path("home")).expect("a home").flatten().map(|e| e.file_name()).collect();
    assert_eq!(home, [".ssh"], "nothing was written to the person's home");
    assert!(!Path::new(&stage.machine.path("data/projects")).exists(), "and no project was registered");
}
