//! What an agent's processes do to the project's repository while the host works on it.
//!
//! Each program is one that the agent merely starts, and that lives on in the background: no rule about commands sees it.

use crate::{
    stage::{Stage, ask_for_checks, bash, coding, take_card, told},
    support::{eventually, of_kind},
};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

fn writes(name: &str, text: &str) -> Value {
    json!({ "calls": [{ "Write": { "file_path": name, "content": text } }] })
}

/// A program that fills a directory, waits until the host stores the first file of it, and then does `then`. It says in
/// `noticed.log` that it did; what it does not get to do until the host is done, it does afterwards.
fn watcher(then: &str) -> String {
    format!(
        "import fs from 'node:fs';\nimport crypto from 'node:crypto';\nfs.mkdirSync('d', {{ recursive: true }});\n\
         for (let i = 0; i < 3000; i++) fs.writeFileSync('d/f' + String(i).padStart(5, '0'), 'content ' + i + '\\n');\n\
         fs.writeFileSync('d/zz_target', 'harmless\\n');\n\
         const text = 'content 0\\n';\n\
         const hash = crypto.createHash('sha1').update('blob ' + text.length + '\\0' + text).digest('hex');\n\
         const blob = '.git/objects/' + hash.slice(0, 2) + '/' + hash.slice(2);\nfs.writeFileSync('ready.log', 'ready\\n');\n\
         const end = Date.now() + 100000;\n\
         while (Date.now() < end && !fs.existsSync(blob)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);\n\
         {then}\nfs.writeFileSync('noticed.log', 'noticed\\n');\n"
    )
}

/// Starts the program in the background, waits until it is ready, has the card checked, and waits until it has noticed.
fn watched_by(stage: &Stage, name: &str, then: &str) -> Value {
    stage.file(".gitignore", "*.log\n");
    stage.file("watch.mjs", watcher(then));
    stage.git(&["init", "--quiet", "--initial-branch", "trunk"]);
    stage.git(&["add", "--all"]);
    stage.git(&["commit", "--quiet", "--message", "Begin"]);
    let wait_for =
        |file: &str| bash(&format!("for i in $(seq 600); do test -e {file} && break; sleep 0.1; done; ls {file}"));
    coding(
        name,
        json!([
            take_card(),
            bash("node watch.mjs > watch.log 2>&1 &"),
            wait_for("ready.log"),
            ask_for_checks(),
            wait_for("noticed.log"),
            { "say": "Done." }
        ]),
    )
}

#[test]
fn nothing_that_lives_in_a_session_can_turn_the_hosts_git_against_the_person() {
    let name = "Add; touch owned; #";
    let stage = Stage::new(&[name]);
    let victim = stage.machine.path("victim");
    fs::write(&victim, "the person's own\n").expect("a file");
    let then = format!(
        "for (const log of ['.git/logs/HEAD', '.git/logs/refs/heads/trunk']) {{\n\
         fs.unlinkSync(log); fs.symlinkSync({:?}, log); }}",
        victim.display().to_string()
    );
    let scenario = watched_by(&stage, "log", &then);
    let (ended, events) = stage.run(&scenario, &["--max-sessions", "1"]);
    assert_eq!(
        fs::read_to_string(&victim).expect("it is there"),
        "the person's own\n",
        "a log that became a link was not written through: {}",
        told(&ended, &events)
    );
    assert!(stage.dir.join("noticed.log").exists(), "the program was alive, and went on: {}", told(&ended, &events));
    assert_eq!(stage.card(name)["status"], "passing", "the card itself is in order: {}", told(&ended, &events));
    let subject = stage.git(&["log", "-1", "--format=%s"]);
    assert_eq!(subject.trim(), name, "and committed");
}

#[test]
fn a_directory_that_becomes_a_link_while_it_is_committed_brings_nothing_from_outside() {
    let stage = Stage::new(&["Add"]);
    let outside = stage.machine.project("outside");
    fs::write(outside.join("zz_target"), "not of this project\n").expect("a file");
    let then = format!("fs.renameSync('d', 'd.real'); fs.symlinkSync({:?}, 'd');", outside.display().to_string());
    let scenario = watched_by(&stage, "swap", &then);
    let (ended, events) = stage.run(&scenario, &["--max-sessions", "1"]);
    assert!(stage.dir.join("noticed.log").exists(), "the program was alive, and went on: {}", told(&ended, &events));
    assert_eq!(stage.card("Add")["status"], "passing", "{}", told(&ended, &events));
    assert_eq!(stage.git(&["show", "HEAD:d/zz_target"]), "harmless\n", "what was checked is what is committed");
    let all = stage.git(&["log", "--all", "--patch", "--format="]);
    assert!(!all.contains("not of this project"), "nowhere in the repository is a file from outside");
}

/// A program that fills a directory and has the kernel wake it again and again, so that it goes on however it is stopped.
const WOKEN: &str = r#"
import ctypes, os, signal, struct, time
os.makedirs('d', exist_ok=True)
for number in range(3000):
    with open('d/f%05d' % number, 'w') as file:
        file.write('content %d\n' % number)
# Timers of the kernel's that send SIGCONT, one every 50 ms: struct sigevent, and struct itimerspec. A signal that is
# ignored is not sent; and one that repeats would be lost for good with the first that is pending when SIGSTOP comes.
signal.signal(signal.SIGCONT, lambda *_: None)
libc = ctypes.CDLL(None, use_errno=True)
event = struct.pack('=Qii48x', 0, signal.SIGCONT, 0)
for number in range(2000):
    timer = ctypes.c_void_p()
    after = divmod((number + 1) * 50_000_000, 1_000_000_000)
    once = struct.pack('=qqqq', 0, 0, *after)
    if libc.timer_create(1, event, ctypes.byref(timer)) or libc.timer_settime(timer, 0, once, None):
        raise OSError(ctypes.get_errno(), 'no timer')
open('ready.log', 'w').close()
end = time.time() + 100
while time.time() < end:
    time.sleep(0.005)
"#;

/// A repository with a program in it, its head, and a session that leaves the program running and asks for its card.
fn leaving_behind(file: &str, program: &str) -> (Stage, String, Value) {
    let stage = Stage::new(&["Add"]);
    stage.file(".gitignore", "*.log\n");
    stage.file(file, program);
    stage.git(&["init", "--quiet", "--initial-branch", "trunk"]);
    stage.git(&["add", "--all"]);
    stage.git(&["commit", "--quiet", "--message", "Begin"]);
    let head = stage.git(&["rev-parse", "trunk"]);
    let steps = json!([
        take_card(),
        bash(&format!("python3 {file} > said.log 2>&1 &")),
        bash("for i in $(seq 600); do test -e ready.log && break; sleep 0.1; done; ls ready.log"),
        ask_for_checks(),
        { "say": "{{ feature_mark_passing }}" },
        { "say": "No more." }
    ]);
    (stage, head, steps)
}

#[test]
fn no_branch_shows_a_commit_during_which_a_process_of_the_session_woke_itself() {
    let (stage, head, steps) = leaving_behind("woken.py", WOKEN);
    let (ended, events) = stage.run(&coding("woken", steps), &["--max-sessions", "1"]);
    assert!(stage.dir.join("ready.log").exists(), "the program ran: {}", stage.read("said.log"));
    let session = &of_kind(&events, "session_started")[0]["session"];
    assert!(
        stage.transcript(session).contains("would not stand still"),
        "the agent is told why its card was not taken: {}",
        told(&ended, &events)
    );
    assert_ne!(stage.card("Add")["status"], "passing", "{}", told(&ended, &events));
    assert_eq!(stage.git(&["rev-parse", "trunk"]), head, "the branch stands where it stood");
    let logged = stage.git(&["log", "--all", "--walk-reflogs", "--format=%s", "trunk"]);
    assert_eq!(logged.trim(), "Begin", "and never stood elsewhere");
}

/// A program that fills a directory and then only waits.
const WAITS: &str = r#"
import os, time
os.makedirs('d', exist_ok=True)
for number in range(3000):
    with open('d/f%05d' % number, 'w') as file:
        file.write('content %d\n' % number)
open('ready.log', 'w').close()
end = time.time() + 100
while time.time() < end:
    time.sleep(0.005)
"#;

/// The process that runs the program in the project, as this machine numbers it.
fn waiting_in(dir: &Path) -> Option<rustix::process::Pid> {
    let is_it = |pid: &i32| {
        let proc = Path::new("/proc").join(pid.to_string());
        // Wherever the interpreter lies.
        fs::read(proc.join("cmdline")).is_ok_and(|line| line.ends_with(b"python3\0waits.py\0"))
            && fs::read_link(proc.join("cwd")).is_ok_and(|cwd| cwd == dir)
    };
    let names = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    rustix::process::Pid::from_raw(names.into_iter().find(is_it)?)
}

#[test]
fn a_branch_never_moves_to_a_commit_during_which_something_of_the_session_was_woken_from_outside() {
    let (stage, head, steps) = leaving_behind("waits.py", WAITS);
    // As soon as the host stores the first file for the commit, and so before the branch moves.
    let first = stage.machine.path("first");
    fs::write(&first, "content 0\n").expect("a file");
    let name = stage.git(&["hash-object", first.to_str().expect("a plain path")]);
    let blob = stage.dir.join(".git/objects").join(&name[..2]).join(name[2..].trim());
    let is_over = Arc::new(AtomicBool::new(false));
    let waker = thread::spawn({
        let (is_over, dir) = (Arc::clone(&is_over), stage.dir.clone());
        move || {
            let mut waits = None;
            while !is_over.load(Ordering::Relaxed) {
                waits = waits.or_else(|| dir.join("ready.log").exists().then(|| waiting_in(&dir)).flatten());
                if blob.exists() {
                    return waits
                        .is_some_and(|pid| rustix::process::kill_process(pid, rustix::process::Signal::CONT).is_ok());
                }
                thread::sleep(Duration::from_micros(100));
            }
            false
        }
    });
    let (ended, events) = stage.run(&coding("woken-from-outside", steps), &["--max-sessions", "1"]);
    is_over.store(true, Ordering::Relaxed);
    assert!(waker.join().expect("the waker"), "it was woken in the middle: {}", told(&ended, &events));
    assert_ne!(stage.card("Add")["status"], "passing", "{}", told(&ended, &events));
    assert_eq!(stage.git(&["rev-parse", "trunk"]), head, "the branch stands where it stood");
    let session = &of_kind(&events, "session_started")[0]["session"];
    assert!(
        stage.transcript(session).contains("would not stand still"),
        "the agent is told: {}",
        told(&ended, &events)
    );
}

#[test]
fn what_somebody_outside_the_session_changes_while_it_is_committed_is_in_no_commit() {
    let stage = Stage::new(&["Add"]);
    stage.file(".gitignore", "*.log\n");
    let fill = "import fs from 'node:fs';\nfs.mkdirSync('d', { recursive: true });\n\
                for (let i = 0; i < 3000; i++) fs.writeFileSync('d/f' + String(i).padStart(5, '0'), 'content ' + i + '\\n');\n\
                fs.writeFileSync('d/zz_target', 'checked\\n');\n";
    stage.file("fill.mjs", fill);
    stage.git(&["init", "--quiet", "--initial-branch", "trunk"]);
    stage.git(&["add", "--all"]);
    stage.git(&["commit", "--quiet", "--message", "Begin"]);
    let steps = json!([
        take_card(), bash("node fill.mjs"), ask_for_checks(), { "say": "{{ feature_mark_passing }}" }, { "say": "No more." }
    ]);
    // What git calls the first file, as soon as the host stores it for the commit.
    let first = stage.machine.path("first");
    fs::write(&first, "content 0\n").expect("a file");
    let name = stage.git(&["hash-object", first.to_str().expect("a plain path")]);
    let blob = stage.dir.join(".git/objects").join(&name[..2]).join(name[2..].trim());
    let target = stage.dir.join("d/zz_target");
    let is_over = Arc::new(AtomicBool::new(false));
    let person = thread::spawn({
        let is_over = Arc::clone(&is_over);
        move || {
            while !is_over.load(Ordering::Relaxed) {
                if blob.exists() {
                    return fs::write(&target, "saved by the person meanwhile\n").is_ok();
                }
                thread::sleep(Duration::from_micros(100));
            }
            false
        }
    });
    let (ended, events) = stage.run(&coding("saves", steps), &["--max-sessions", "1"]);
    is_over.store(true, Ordering::Relaxed);
    assert!(person.join().expect("the person"), "the file was saved in the middle: {}", told(&ended, &events));
    let session = &of_kind(&events, "session_started")[0]["session"];
    assert!(
        stage.transcript(session).contains("is not what was checked"),
        "the agent is told: {}",
        told(&ended, &events)
    );
    assert_ne!(stage.card("Add")["status"], "passing", "{}", told(&ended, &events));
    assert_eq!(stage.git(&["log", "--format=%s", "trunk"]).trim(), "Begin", "nothing of it is on the branch");
}

#[test]
fn a_server_that_an_agent_left_running_goes_on_after_a_card_was_committed() {
    let stage = Stage::new(&["Add"]);
    stage.file(".gitignore", "*.log\n");
    let beats = "import fs from 'node:fs';\nsetInterval(() => fs.appendFileSync('beats.log', '.'), 20);\n";
    stage.file("server.mjs", beats);
    let grows = "a=$(wc -c < beats.log); for i in $(seq 100); do sleep 0.1; b=$(wc -c < beats.log); \
                 test \"$b\" -gt \"$a\" && echo alive && break; done";
    let steps = json!([
        take_card(),
        bash("node server.mjs > server.log 2>&1 &"),
        bash("for i in $(seq 100); do test -s beats.log && break; sleep 0.1; done"),
        ask_for_checks(),
        bash(grows),
        { "say": "The server is {{ Bash }}." }
    ]);
    let events = stage.run_to_all_passing(&coding("server", steps), &[]);
    let said: Vec<&Value> = of_kind(&events, "agent_said").into_iter().map(|event| &event["text"]).collect();
    assert!(said.iter().any(|text| *text == "The server is alive."), "it was stopped for a moment only: {said:?}");
    eventually("and ends with its session", || stage.processes(&["server.mjs"]).is_empty());
}

#[test]
fn a_file_that_changes_after_it_was_checked_is_not_committed() {
    let stage = Stage::new(&["Add"]);
    let rewrites = "import { appendFileSync } from 'node:fs';\nimport test from 'node:test';\n\
                    test('rewrites what it tests', () => appendFileSync('src/add.js', '// unchecked\\n'));\n";
    let steps = json!([
        take_card(),
        writes("src/add.js", "export const add = (a, b) => a + b;\n"),
        writes("test/add.test.js", rewrites),
        ask_for_checks(),
        { "say": "{{ feature_mark_passing }}" },
        { "say": "No more." }
    ]);
    let (ended, events) = stage.run(&coding("rewrites", steps), &["--max-sessions", "1"]);
    let session = &of_kind(&events, "session_started")[0]["session"];
    assert!(
        stage.transcript(session).contains("src/add.js changed while the checks ran"),
        "the agent is told: {}",
        told(&ended, &events)
    );
    assert_ne!(stage.card("Add")["status"], "passing", "{}", told(&ended, &events));
    assert!(of_kind(&events, "committed").iter().all(|event| event["feature"].is_null()), "nothing of it is committed");
}

#[test]
fn a_test_that_git_was_told_to_look_at_no_more_is_committed_as_it_was_run_and_a_person_sees_it() {
    let stage = Stage::new(&["Add"]);
    stage.file("test/add.test.js", "import assert from 'node:assert';\nimport test from 'node:test';\ntest('adds', () => assert.equal(1 + 1, 2));\n");
    stage.git(&["init", "--quiet", "--initial-branch", "trunk"]);
    stage.git(&["add", "--all"]);
    stage.git(&["commit", "--quiet", "--message", "Begin"]);
    let emptied = "import test from 'node:test';\ntest('adds', () => {});\n";
    // A program of the project's: a rule about commands does not see it.
    let hides = "import { execFileSync } from 'node:child_process';\n\
                 execFileSync('git', ['update-index', '--assume-unchanged', 'test/add.test.js']);\n";
    let steps = json!([
        take_card(),
        writes("hide.mjs", hides),
        bash("node hide.mjs"),
        { "calls": [{ "Read": { "file_path": "test/add.test.js" } }] },
        writes("test/add.test.js", emptied),
        ask_for_checks(),
        { "say": "Done." }
    ]);
    let events = stage.run_to_all_passing(&coding("hides", steps), &[]);
    assert_eq!(stage.git(&["show", "HEAD:test/add.test.js"]), emptied, "the commit holds what was run");
    let warnings = of_kind(&events, "evidence_stored")[0]["warnings"].to_string();
    assert!(warnings.contains("test/add.test.js lost assertions"), "what was done to the test is seen: {warnings}");
    let told = of_kind(&events, "notice").iter().map(|event| event.to_string()).collect::<String>() + &warnings;
    assert!(told.contains("look no more at test/add.test.js"), "and that it was hidden: {told}");
}

#[test]
fn a_pipe_that_an_agent_leaves_in_the_repository_keeps_nobody_waiting() {
    let stage = Stage::new(&["Add"]);
    let pipe = "import fs from 'node:fs';\nimport { execFileSync } from 'node:child_process';\n\
                const lock = '.git/auto-agent-harness.lock';\nfs.rmSync(lock, { force: true });\n\
                execFileSync('mkfifo', [lock]);\n";
    let steps = json!([
        take_card(), writes("pipe.mjs", pipe), bash("node pipe.mjs"), ask_for_checks(), { "say": "Done." }, { "say": "No more." }
    ]);
    let (ended, events) = stage.run(&coding("pipe", steps), &["--max-sessions", "1"]);
    let session = &of_kind(&events, "session_started")[0]["session"];
    assert!(
        stage.transcript(session).contains("is a pipe or a device"),
        "the agent is told what is in the way: {}",
        told(&ended, &events)
    );
    assert_ne!(stage.card("Add")["status"], "passing");
    assert!(Path::new(&stage.dir).join(".git").exists());
}
