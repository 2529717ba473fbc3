//! Saved states of files and board together, and the way back.

use crate::{
    stage::{BUILD, Stage, ask_for_checks, bash, builds, coding, end_of, take_card, told},
    support::{eventually, finish, of_kind},
};
use harness_domain::feature::Status;
use harness_engine::{App, OpenProject, clock::SystemClock, home::Home};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

/// A project under version control with everything committed.
fn with_history(cards: &[&str]) -> Stage {
    let stage = Stage::new(cards);
    stage.git(&["init", "--quiet", "--initial-branch", "trunk"]);
    stage.git(&["add", "--all"]);
    stage.git(&["commit", "--quiet", "--message", "Begin"]);
    stage
}

/// A turn that writes a program and runs it: what a shell policy cannot see into.
fn program(name: &str, text: &str) -> Value {
    json!({ "calls": [
        { "Write": { "file_path": name, "content": text } },
        { "Bash": { "command": format!("node {name}"), "description": "a step of the test" } }
    ] })
}

fn checkpoints(stage: &Stage) -> Vec<Value> {
    let mut list = stage.json(&["checkpoint", "list"]).as_array().expect("a list").clone();
    list.reverse();
    list
}

fn number(checkpoint: &Value) -> String {
    checkpoint["id"].to_string()
}

/// Every file outside `.git` with its content.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    fn look(root: &Path, dir: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(dir).expect("a directory").flatten() {
            let path = entry.path();
            if path == root.join(".git") {
                continue;
            }
            if entry.file_type().expect("a kind").is_dir() {
                look(root, &path, found);
            } else {
                let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
                found.insert(name, fs::read(&path).unwrap_or_default());
            }
        }
    }
    let mut found = BTreeMap::new();
    look(dir, dir, &mut found);
    found
}

fn statuses(stage: &Stage) -> Vec<(String, String)> {
    let word = |card: &Value, key: &str| card[key].as_str().expect("a word").to_owned();
    stage.machine.features(&stage.dir).iter().map(|card| (word(card, "name"), word(card, "status"))).collect()
}

const RUIN: &str = "import fs from 'node:fs';
import path from 'node:path';
const gone = place => { try { fs.rmSync(place, { recursive: true, force: true }); } catch {} };
const within = place => { try { return fs.readdirSync(place).map(name => path.join(place, name)); } catch { return []; } };
for (const place of within('.git')) { for (const inner of within(place)) gone(inner); gone(place); }
try { fs.writeFileSync('.git/HEAD', 'nonsense'); } catch {}
for (const place of ['test', 'package.json', 'notes']) gone(place);
try { fs.writeFileSync('.gitignore', '*'); fs.writeFileSync('kept.txt', 'overwritten'); } catch {}
";

#[test]
fn what_a_hostile_program_destroys_comes_back_with_the_board_and_the_repository() {
    let stage = with_history(&["Add", "Subtract"]);
    stage.file("notes/draft.md", "not committed yet");
    stage.file("kept.txt", "not committed either");
    let (files_before, log, board) = (files(&stage.dir), stage.git(&["log", "--format=%H %s"]), statuses(&stage));
    let ruin = coding("ruin", json!([take_card(), program("ruin.mjs", RUIN), { "say": "All gone." }]));
    let (ended, events) = stage.run(&ruin, &["--uncommitted", "include", "--max-sessions", "1"]);
    assert!(!stage.dir.join("test").exists(), "the agent could do that: {}", told(&ended, &events));
    let first = &checkpoints(&stage)[0];
    assert_eq!(first["kind"], "before_session", "there is a way back from before the session: {first}");
    stage.ok(&["features", "add", "added after the damage"]);
    stage.ok(&["checkpoint", "restore", &number(first), "--yes"]);
    let mut after = files(&stage.dir);
    assert!(after.remove("ruin.mjs").is_some(), "a rule of the agent's own ignored it, so nobody's file is removed");
    assert_eq!(after, files_before, "every file, tracked or not, and no rule of the agent's");
    assert_eq!(stage.git(&["log", "--format=%H %s"]), log, "and the whole history");
    assert_eq!(stage.git(&["fsck", "--strict", "--no-dangling"]), "", "in a sound repository");
    assert_eq!(statuses(&stage), board, "and the board of that time");
    let status = stage.git(&["status", "--porcelain"]);
    assert_eq!(status, "?? kept.txt\n?? notes/\n?? ruin.mjs\n", "what was not committed is not committed");
    stage.run_to_all_passing(
        &builds("on", "mkdir -p src && date +%s%N > src/part-$$.txt"),
        &["--uncommitted", "include"],
    );
}

#[test]
fn there_is_a_way_back_from_before_each_session_and_after_each_card_that_passes() {
    let stage = with_history(&["Add", "Subtract"]);
    let steps = json!([
        { "when": { "session": 1 }, "turns": [take_card(), bash("echo half > half.txt"), { "say": "Half done." }, { "say": "No more." }] },
        { "when": { "session": { "at_least": 2 } }, "turns": [
            take_card(), bash("mkdir -p src && date +%s%N > src/part-$$.txt"), ask_for_checks(), { "say": "Done." }
        ] }
    ]);
    let events = stage.run_to_all_passing(&coding("ways-back", steps), &[]);
    let mut made: Option<Value> = None;
    let mut sessions = 0;
    for event in &events {
        match event["event"].as_str() {
            Some("checkpoint_created") => made = Some(event.clone()),
            Some("session_started") => {
                sessions += 1;
                let made = made.take();
                // The one after a card that passed is also the one before the next session: nothing happened in between.
                assert!(made.is_some(), "session {sessions} begins with a way back: {events:?}");
            }
            Some("feature_changed") if event["status"] == "passing" => {
                let made = made.as_ref().expect("a checkpoint was made before the card was called passing");
                assert_eq!((&made["kind"], &made["feature"]), (&json!("after_pass"), &event["feature"]));
            }
            _ => {}
        }
    }
    assert_eq!(sessions, 3, "one that failed and one for each card");
    let kinds: Vec<Value> = checkpoints(&stage).iter().map(|checkpoint| checkpoint["kind"].clone()).collect();
    assert_eq!(kinds, ["before_session", "before_session", "after_pass", "after_pass"], "none was made for nothing");
    let refs = stage.git(&["for-each-ref", "--format=%(refname)", "refs/harness/checkpoint"]);
    assert_eq!(refs.lines().count(), 4, "each has its private ref: {refs}");
}

#[test]
fn without_a_way_back_no_session_starts() {
    let stage = with_history(&["Add"]);
    stage.ok(&["checkpoint", "create"]);
    // A directory that nobody can write a checkpoint into, as on a full or broken disk.
    let projects = stage.machine.path("data/projects");
    let project = fs::read_dir(projects).expect("projects").flatten().next().expect("one project").path();
    let copies = project.join("checkpoints");
    fs::remove_dir_all(&copies).expect("it is there");
    fs::write(&copies, "in the way").expect("a file");
    let (ended, events) = stage.run(&builds("refused", "true"), &[]);
    assert_eq!(ended.code, Some(1), "{}", told(&ended, &events));
    assert_eq!(end_of(&events)["reason"], "checkpoint", "{}", end_of(&events));
    assert!(of_kind(&events, "session_started").is_empty(), "nothing was started");
    assert_eq!(stage.card("Add")["status"], "pending", "and nobody holds the card");
}

#[test]
fn a_restore_waits_for_no_run_unless_told_to_end_it() {
    let stage = with_history(&["Add"]);
    stage.ok(&["checkpoint", "create", "before"]);
    let stuck = program(
        "stuck.mjs",
        "import fs from 'node:fs'; fs.writeFileSync('half.txt', 'x'); setInterval(() => {}, 1000);",
    );
    let run = stage.start(&coding("stuck", json!([take_card(), stuck])), &[]);
    eventually("the agent is at work", || stage.dir.join("half.txt").exists());
    let refused = stage.tell(&["checkpoint", "restore", "1", "--yes"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("--stop"), "it says how: {}", refused.stderr);
    assert!(stage.dir.join("half.txt").exists(), "and touches nothing");
    stage.ok(&["checkpoint", "restore", "1", "--yes", "--stop"]);
    let (ended, events) = run.end();
    assert_eq!((ended.code, end_of(&events)["code"].as_str()), (Some(3), Some("stopped")), "{}", told(&ended, &events));
    assert!(!stage.dir.join("half.txt").exists(), "the agent's work is taken back");
    assert_eq!(stage.card("Add")["status"], "pending");
    stage.ok(&["checkpoint", "undo", "--yes"]);
    assert!(stage.dir.join("half.txt").exists(), "and that can be taken back, too");
    stage.ok(&["checkpoint", "undo", "--yes"]);
    assert!(!stage.dir.join("half.txt").exists(), "as can the undoing");
    assert_eq!(stage.runs().len(), 1, "what happened stays on record");
}

#[test]
fn no_object_of_a_checkpoint_holds_a_secret_that_a_run_met() {
    let stage = with_history(&["Add"]);
    // Put together here so that no scanner takes this file for a leak.
    let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    stage.file(".gitignore", "private/\n");
    stage.file("private/notes.txt", "IGNORED-CANARY");
    stage.file(".env", "PASSWORD=ENV-CANARY\n");
    let write =
        format!("import fs from 'node:fs'; fs.writeFileSync('settings.js', 'export const key = \"{token}\";');");
    let steps = json!([take_card(), program("leak.mjs", &write), bash("mkdir -p src && date > src/a.txt"), ask_for_checks(), { "say": "Done." }]);
    stage.run(&coding("leaks", steps), &["--uncommitted", "include", "--max-sessions", "1"]);
    stage.ok(&["checkpoint", "create", "after"]);
    let shown = stage.json(&["checkpoint", "show", &number(checkpoints(&stage).last().expect("one"))]);
    let left: Vec<&str> =
        shown["left_out"].as_array().expect("a list").iter().filter_map(|file| file["path"].as_str()).collect();
    assert!(left.contains(&".env") && left.contains(&"settings.js"), "it says what it left out: {shown}");
    let projects = stage.machine.path("data/projects");
    let project = fs::read_dir(projects).expect("projects").flatten().next().expect("one project").path();
    for place in [project.join("checkpoints.git"), stage.dir.join(".git")] {
        let repository = git2::Repository::open(&place).expect("a repository");
        let odb = repository.odb().expect("its objects");
        let mut count = 0;
        odb.foreach(|oid| {
            let object = odb.read(*oid).expect("an object");
            let text = String::from_utf8_lossy(object.data()).into_owned();
            for secret in [token.as_str(), "ENV-CANARY", "IGNORED-CANARY"] {
                assert!(!text.contains(secret), "{} holds {secret} in {oid}", place.display());
            }
            count += 1;
            true
        })
        .expect("every object");
        assert!(count > 10, "there are objects to look at in {}", place.display());
    }
}

#[test]
fn a_preview_says_what_would_change_and_changes_nothing_and_nobody_is_overrun_without_a_terminal() {
    let stage = with_history(&["Add"]);
    stage.ok(&["checkpoint", "create", "before", "--pin"]);
    stage.file("new.txt", "x");
    stage.ok(&["features", "add", "Later"]);
    let (before, board) = (files(&stage.dir), statuses(&stage));
    let preview = stage.json(&["checkpoint", "restore", "1", "--dry-run"]);
    assert_eq!(preview["files"], json!([{ "path": "new.txt", "how": "removed" }]), "{preview}");
    assert_eq!(preview["cards"][0]["name"], "Later", "{preview}");
    let asked = stage.tell(&["checkpoint", "restore", "1"]);
    assert_eq!(asked.code, Some(1), "there is nobody to ask: {asked:?}");
    assert!(asked.stderr.contains("--yes") && asked.stderr.contains("--dry-run"), "{}", asked.stderr);
    assert_eq!((files(&stage.dir), statuses(&stage)), (before, board), "nothing changed");
    assert!(stage.ok(&["checkpoints", "diff", "1"]).contains("+ new.txt"));
    assert!(stage.ok(&["checkpoint", "list"]).contains("[pinned]"));
    let unknown = stage.tell(&["checkpoint", "restore", "99", "--yes"]);
    assert_eq!((unknown.code, unknown.stderr.contains("no checkpoint 99")), (Some(1), true), "{unknown:?}");
}

/// What a project is: its files, the commit of HEAD, and its cards.
type State = (BTreeMap<String, Vec<u8>>, String, BTreeMap<String, Status>);

fn state(stage: &Stage, project: &OpenProject) -> State {
    let repository = git2::Repository::open(&stage.dir).expect("a repository");
    let head = repository.head().expect("HEAD").target().expect("a commit").to_string();
    let cards = project.store.features().expect("cards").into_iter().map(|card| (card.name, card.status)).collect();
    (files(&stage.dir), head, cards)
}

/// Kills after which nothing may be half done.
const KILLS: u32 = 200;

#[test]
fn a_restore_that_is_killed_at_any_moment_leaves_the_old_state_or_the_new_one() {
    let stage = with_history(&["Add"]);
    let open = || {
        let home = Home::at(stage.machine.path("data")).expect("the data directory");
        let app = App::open(home, Arc::new(SystemClock)).expect("the product");
        app.open_directory(&stage.dir).expect("the project")
    };
    for file in 0..25 {
        stage.file(&format!("both/{file}.txt"), format!("first {file}"));
        stage.file(&format!("first/{file}.txt"), "only in the first");
    }
    stage.ok(&["checkpoint", "create", "first", "--pin"]);
    let first = state(&stage, &open());
    for file in 0..25 {
        stage.file(&format!("both/{file}.txt"), format!("second {file}"));
        stage.file(&format!("second/{file}.txt"), "only in the second");
    }
    fs::remove_dir_all(stage.dir.join("first")).expect("it is there");
    stage.git(&["add", "both"]);
    stage.git(&["commit", "--quiet", "--message", "Second"]);
    for card in ["Subtract", "Multiply"] {
        stage.ok(&["features", "add", card]);
    }
    stage.ok(&["checkpoint", "create", "second", "--pin"]);
    let second = state(&stage, &open());
    assert_ne!(first, second, "there are two states to be between");

    let dir = stage.dir.to_str().expect("a plain path");
    let restore = |id: &str| {
        let words = ["checkpoint", "restore", id, "--yes", "--project", dir];
        stage.machine.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts")
    };
    let started = Instant::now();
    assert_eq!(finish(restore("1")).code, Some(0), "undisturbed, it succeeds");
    let whole = started.elapsed();
    assert_eq!(state(&stage, &open()), first);

    let journal = |project: &OpenProject| project.app.home.project(project.project.id).join("restore.json");
    let (mut random, mut cut_off, mut old, mut new) = (1_u64, 0, 0, 0);
    let mut is_first = true;
    for kill in 0..KILLS {
        let (target, wanted, other) = if is_first { ("2", &second, &first) } else { ("1", &first, &second) };
        let mut child = restore(target);
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (random >> 33) as f64 / f64::from(1_u32 << 31);
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * share * 1.1));
        child.kill().expect("it can be killed");
        child.wait().expect("it can be waited for");
        let path = stage.machine.path("data/projects/1/restore.json");
        cut_off += u32::from(path.exists());
        let project = open();
        assert!(!journal(&project).exists(), "opening the project settles what was cut off");
        let found = state(&stage, &project);
        if found == *wanted {
            new += 1;
            is_first = !is_first;
        } else {
            let of = |state: &State| (state.0.keys().cloned().collect::<Vec<_>>(), state.1.clone(), state.2.clone());
            assert!(found == *other, "kill {kill} after {share} left something between: {:?}", of(&found));
            old += 1;
        }
    }
    assert!(cut_off >= 5 && old >= 5 && new >= 1, "kills hit the middle: {cut_off} cut off, {old} old, {new} new");
    for (target, wanted) in [("1", &first), ("2", &second)] {
        assert_eq!(finish(restore(target)).code, Some(0), "it works as on the first day");
        assert!(state(&stage, &open()) == *wanted, "and exactly");
    }
    assert_eq!(stage.git(&["fsck", "--no-dangling"]), "", "the repository is sound");
}

#[test]
fn a_backup_is_made_while_a_run_goes_on_and_no_restore_gets_in_its_way() {
    let stage = with_history(&["Add"]);
    let waits = bash("until [ -e go ]; do sleep 0.05; done");
    let run = stage
        .start(&coding("waits", json!([take_card(), waits, bash(BUILD), ask_for_checks(), { "say": "Done." }])), &[]);
    run.until("the agent works", |event| event["event"] == "tool_used" && event["tool"] == "Bash");
    let file = stage.machine.path("backup.tar.gz");
    let file = file.to_str().expect("a plain path");

    let made = stage.machine.harness(&["backup", file]);
    assert_eq!(made.code, Some(0), "a run is no obstacle: {made:?}");
    let refused = stage.machine.harness(&["restore", file, "--force"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("run "), "a run is never pulled away: {refused:?}");
    stage.file("go", "");
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(0), "the run noticed nothing: {}", told(&ended, &events));

    let there = |words: &[&str]| {
        let mut command = stage.machine.command(words);
        command.env("HARNESS_HOME", stage.machine.path("there"));
        let output = command.output().expect("the program starts");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    there(&["restore", file]);
    let project = stage.dir.to_str().expect("a plain path");
    let runs: Value = serde_json::from_str(&there(&["runs", "list", "--project", project, "--json"])).expect("JSON");
    assert_eq!(runs.as_array().map(Vec::len), Some(1), "the run is on record, as it stood then: {runs}");
    let saved: Value =
        serde_json::from_str(&there(&["checkpoint", "list", "--project", project, "--json"])).expect("JSON");
    let first = saved.as_array().and_then(|all| all.last()).expect("one was made before the session").clone();
    // Its files are read from the copy of the repository that the backup took in the middle of the run.
    let differs = there(&["checkpoint", "diff", &number(&first), "--project", project, "--json"]);
    assert!(differs.contains("part-"), "what the run built is no part of it: {differs}");
}
