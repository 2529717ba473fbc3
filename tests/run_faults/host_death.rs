//! The host is killed without a warning, in each state of a run.

use crate::{
    stage::{
        BUILD, DEATH_WITHIN, Stage, Watched, ask_for_checks, bash, builds, coding, end_of, kill, notices, take_card,
        told,
    },
    support::eventually,
};
use serde_json::{Value, json};
use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering},
    time::Instant,
};

/// A duration for `sleep` that no other process of this machine has.
fn endless() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("86400.{:07}{:03}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A shell line that begins work, lets a daemon run away, and never ends.
fn stuck(daemon: &str, foreground: &str) -> String {
    format!("echo half done > draft.txt; (setsid sleep {daemon} > /dev/null 2>&1 &); sleep {foreground}")
}

/// The one run of the project has crashed, and none of its cards is held.
fn assert_crashed(stage: &Stage, id: u32) {
    let runs = stage.runs();
    let run = runs.iter().find(|run| run["id"] == id).unwrap_or_else(|| panic!("run {id} is gone: {runs:?}"));
    assert_eq!(run["end"]["code"], "crashed", "the next run finds out what became of this one: {run}");
    for session in stage.a_run(id)["session_list"].as_array().expect("a list") {
        assert!(!session["outcome"].is_null(), "a session of a dead run is not running: {session}");
    }
}

/// The content of a file as it was saved on a private ref.
fn saved(stage: &Stage, file: &str) -> Vec<String> {
    let refs = stage.git(&["for-each-ref", "--format=%(refname)", "refs/harness"]);
    let has = |name: &&str| stage.git(&["ls-tree", "-r", "--name-only", name]).lines().any(|path| path == file);
    // A checkpoint has every file; what is asked for is what was saved of unfinished work.
    let is_of_work = |name: &&str| !name.starts_with("refs/harness/checkpoint/");
    refs.lines().filter(is_of_work).filter(has).map(|name| stage.git(&["show", &format!("{name}:{file}")])).collect()
}

#[test]
fn the_host_dies_while_the_initializer_works() {
    let stage = Stage::empty();
    stage.file("prompts/app_spec.txt", "Build a calculator that adds two numbers, in Node, with a test.");
    let (daemon, foreground) = (endless(), endless());
    let mut scenario = coding("initializing", json!([]));
    scenario["roles"] = json!({ "initializer": [bash(&stuck(&daemon, &foreground))] });
    let run = stage.start(&scenario, &[]);
    run.until_state("initializing");
    stage.kill(run, &[&daemon, &foreground]);

    let mut scenario = builds("continues", BUILD);
    scenario["roles"]["initializer"] = json!([
        bash("cat draft.txt; echo '{\"scripts\": {\"test\": \"node --test\"}}' > package.json; echo \"require('node:test')('x', () => {})\" > a.test.js"),
        { "calls": [{ "feature_create_bulk": { "features": [{ "category": "models", "name": "Add", "description": "Add", "steps": ["1"] }] } }] },
        { "say": "Planned." },
    ]);
    stage.run_to_all_passing(&scenario, &[]);
    assert_crashed(&stage, 1);
    assert_eq!(saved(&stage, "draft.txt"), ["half done\n"], "the initializer's work was saved before it went on");
}

#[test]
fn the_host_dies_while_a_session_runs_a_command() {
    let stage = Stage::new(&["Add", "Subtract"]);
    let (daemon, foreground, bare) = (endless(), endless(), endless());
    // The last one hides from everything but the walls: no parent, no environment, no working directory, no group.
    let hides = format!(
        "require('child_process').spawn('sleep', ['{bare}'], {{ cwd: '/', detached: true, env: {{}}, stdio: 'ignore' }}).unref()"
    );
    let command = format!("node -e \"{hides}\"; {}", stuck(&daemon, &foreground));
    let run = stage.start(&coding("coding", json!([take_card(), bash(&command)])), &[]);
    run.until_state("coding");
    stage.kill(run, &[&daemon, &foreground, &bare]);
    assert_eq!(stage.read("draft.txt"), "half done\n", "a dead host takes nothing with it");

    let events = stage.run_to_all_passing(&builds("continues", &format!("test -s draft.txt && {BUILD}")), &[]);
    assert_crashed(&stage, 1);
    assert_eq!(saved(&stage, "draft.txt"), ["half done\n"], "uncommitted work is saved before a session touches it");
    assert_eq!(notices(&events, "work_saved").len(), 1, "and the person is told where: {events:?}");
    assert_eq!(stage.git(&["show", "HEAD:draft.txt"]), "half done\n", "it was left in the tree, and built upon");
    assert_eq!(stage.card("Add")["attempts"], 0, "the host's death is not the card's failure");
}

#[test]
fn without_walls_nothing_survives_the_host_either() {
    let stage = Stage::new(&["Add"]);
    let (daemon, foreground) = (endless(), endless());
    let scenario = coding("unwalled", json!([take_card(), bash(&stuck(&daemon, &foreground))]));
    let run = stage.start_unwalled(&scenario, &[]);
    let started = run.until("the run starts", |event| event["event"] == "run_started");
    assert_eq!(started["sandbox"], "policy_only", "bubblewrap is out of sight: {started}");
    stage.kill(run, &[&daemon, &foreground]);
    stage.run_to_all_passing(&builds("continues", BUILD), &[]);
    assert_crashed(&stage, 1);
}

#[test]
fn what_outlived_the_host_and_its_guard_is_ended_by_the_next_start() {
    let stage = Stage::new(&["Add"]);
    let (daemon, foreground) = (endless(), endless());
    let run = stage.start_unwalled(&coding("unguarded", json!([take_card(), bash(&stuck(&daemon, &foreground))])), &[]);
    let session = run.until("a session starts", |event| event["event"] == "session_started")["session"].clone();
    let session = session.as_str().expect("an id");
    let running = |word: &str| stage.processes(&[session]).into_iter().find(|(_, command)| command.contains(word));
    eventually("the daemon runs", || running(&daemon).is_some());
    // The guard would clean up; without it the kernel ends the CLI, and nobody the daemon.
    let (guard, _) = running("harness-guard").expect("a session has a guard");
    kill(guard);
    run.kill();
    let killed_at = Instant::now();
    eventually("the CLI dies with the host", || running("--session-id").is_none());
    assert!(killed_at.elapsed() < DEATH_WITHIN, "and not when its command ends: {:?}", killed_at.elapsed());
    assert!(running(&daemon).is_some(), "this is what the next start has to find");

    stage.run_to_all_passing(&builds("continues", BUILD), &[]);
    assert!(running(&daemon).is_none(), "nothing of a dead run works on beside a new one");
    assert_crashed(&stage, 1);
}

/// A test of the project that never ends while `hold` lies in it, and starts a process that leaves its group.
fn slow_test(daemon: &str, foreground: &str) -> String {
    format!(
        "import test from 'node:test';
         import {{ existsSync }} from 'node:fs';
         import {{ spawn, spawnSync }} from 'node:child_process';
         test('slow', () => {{
             if (!existsSync('hold')) return;
             spawn('sleep', ['{daemon}'], {{ detached: true, stdio: 'ignore' }}).unref();
             spawnSync('sleep', ['{foreground}']);
         }});
        "
    )
}

fn dies_while_testing(start: impl Fn(&Stage, &Value) -> Watched) {
    let stage = Stage::new(&["Add"]);
    let (daemon, foreground) = (endless(), endless());
    stage.file("test/slow.test.js", slow_test(&daemon, &foreground));
    stage.file(".gitignore", "hold\n");
    stage.file("hold", "");
    let scenario = builds("testing", BUILD);
    let run = start(&stage, &scenario);
    run.until_state("testing");
    stage.kill(run, &[&daemon, &foreground]);
    fs::remove_file(stage.dir.join("hold")).expect("it is there");
    let cards = stage.card("Add");
    assert_ne!(cards["status"], "passing", "a check that did not end proves nothing");
    stage.run_to_all_passing(&scenario, &[]);
    assert_crashed(&stage, 1);
}

#[test]
fn the_host_dies_while_a_check_runs() {
    dies_while_testing(|stage, scenario| stage.start(scenario, &[]));
}

#[test]
fn without_walls_a_check_does_not_survive_the_host_either() {
    dies_while_testing(|stage, scenario| stage.start_unwalled(scenario, &[]));
}

#[test]
fn the_host_dies_between_the_proof_and_the_commit() {
    let stage = Stage::new(&["Add"]);
    stage.git(&["init", "--quiet"]);
    stage.git(&["add", "."]);
    stage.git(&["commit", "--quiet", "--message", "Begin"]);
    let lock = stage.dir.join(".git/index.lock");
    let scenario = coding(
        "verifying",
        json!([
            take_card(),
            // The policy lets no command touch what is git's; a program of the agent's own can.
            bash(&format!("{BUILD} && node -e \"require('fs').writeFileSync('.git/index.lock', '')\"")),
            ask_for_checks(),
            { "say": "Done." },
        ]),
    );
    let run = stage.start(&scenario, &[]);
    run.until_state("verifying");
    assert!(lock.exists(), "the commit waits for this lock, which is why the state can be hit");
    stage.kill(run, &[]);
    assert_ne!(stage.card("Add")["status"], "passing", "what is not committed does not pass");
    fs::remove_file(lock).expect("the agent left it");
    stage.run_to_all_passing(&builds("continues", BUILD), &[]);
    assert_crashed(&stage, 1);
    let head = stage.git(&["rev-parse", "HEAD"]);
    assert_eq!(stage.card("Add")["evidence"]["commit"], head.trim(), "the proof that counts is the one with a commit");
}

#[test]
fn the_host_dies_while_it_waits_for_a_rate_limit() {
    let stage = Stage::new(&["Add"]);
    let scenario = coding(
        "limited",
        json!([
            { "when": { "session": 1 }, "error": { "status": 429 } },
            take_card(), bash(BUILD), ask_for_checks(), { "say": "Done." },
        ]),
    );
    let run = stage.start(&scenario, &["--limit-wait", "10"]);
    let waiting = run.until("it waits", |event| event["event"] == "run_waiting");
    assert_eq!(waiting["reason"], "rate_limited", "{waiting}");
    stage.kill_at_once(run, &[]);

    let events = stage.run_to_all_passing(&builds("continues", BUILD), &[]);
    assert_crashed(&stage, 1);
    let position = |is_it: &dyn Fn(&Value) -> bool| events.iter().position(is_it);
    let waited = position(&|event| event["event"] == "run_waiting" && event["until_ms"] == waiting["until_ms"]);
    let began = position(&|event| event["event"] == "session_started");
    assert!(
        waited.is_some() && waited < began,
        "the limit outlives the host, and is waited out before anything: {events:?}"
    );
    let at = events[began.expect("a session")]["at_ms"].as_i64();
    assert!(at >= waiting["until_ms"].as_i64(), "not a moment too early: {events:?}");
}

#[test]
fn the_host_dies_while_it_backs_off() {
    let stage = Stage::new(&["Add"]);
    let scenario = coding("failing", json!([{ "error": { "status": 503 } }]));
    let run = stage.start(&scenario, &["--backoff", "600"]);
    let waiting = run.until("it waits", |event| event["event"] == "run_waiting");
    assert_eq!(waiting["reason"], "backing_off", "{waiting}");
    stage.kill_at_once(run, &[]);
    assert_eq!(stage.card("Add")["status"], "pending", "a card is not held while nobody works on it");
    let ended = stage.tell(&["stop"]);
    assert!(ended.stderr.contains("no run is under way"), "there is nobody to stop: {ended:?}");
    stage.run_to_all_passing(&builds("continues", BUILD), &[]);
    assert_crashed(&stage, 1);
}

#[test]
fn a_project_whose_host_died_can_be_forgotten() {
    let stage = Stage::new(&["Add"]);
    let run = stage.start(&coding("failing", json!([{ "error": { "status": 503 } }])), &["--backoff", "600"]);
    run.until("it waits", |event| event["event"] == "run_waiting");
    let ended = stage.tell(&["projects", "remove"]);
    assert_eq!(ended.code, Some(1), "not under a host that works on it: {ended:?}");
    stage.kill_at_once(run, &[]);
    stage.ok(&["projects", "remove"]);
    assert!(stage.dir.join("package.json").exists(), "the directory is left alone");
}

#[test]
fn a_bug_that_was_being_analyzed_is_offered_again() {
    let stage = Stage::new(&[]);
    stage.ok(&["bugs", "report", "Sums are wrong", "--description", "2 and 2 make 5"]);
    let foreground = endless();
    let run = stage
        .start(&coding("analyzing", json!([take_card(), bash(&format!("sleep {foreground}"))])), &["--mode", "code"]);
    stage.kill(run, &[&foreground]);
    assert_eq!(stage.json(&["bugs", "list"])[0]["status"], "analyzing", "it was in the hands of the session that died");

    let fix = json!({ "category": "models", "name": "Mend sums", "description": "Add", "steps": ["2 and 2 make 4"], "parent_bug_id": "{{ feature_get_next.bug.id }}" });
    let scenario = coding(
        "mends",
        json!([
            take_card(),
            { "choose": [
                { "when": { "feature_get_next.type": "bug_analysis_needed" }, "turns": [
                    { "calls": [{ "feature_create_bulk": { "features": [fix] } }] },
                ] },
                { "turns": [bash(BUILD), ask_for_checks()] },
            ] },
            { "say": "Done." },
        ]),
    );
    let (ended, events) = stage.run(&scenario, &["--mode", "code"]);
    assert_eq!(ended.code, Some(0), "the bug is analyzed anew, and mended: {}", told(&ended, &events));
    assert_eq!(end_of(&events)["code"], "all_passing", "{events:?}");
    assert_eq!(stage.json(&["bugs", "list"])[0]["status"], "resolved", "its fix passes");
    assert_crashed(&stage, 1);
}
