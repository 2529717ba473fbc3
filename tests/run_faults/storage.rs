//! The product's own database: locked, not writable, of the future, and on a full disk.

use crate::{
    stage::{BUILD, Stage, Watched, ask_for_checks, bash, builds, coding, end_of, inside, take_card, told},
    support::Ended,
};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{fs, path::PathBuf};

/// The database of the one project.
fn database(stage: &Stage) -> PathBuf {
    let projects = fs::read_dir(stage.machine.path("data/projects")).expect("there is a project");
    projects.flatten().next().expect("there is a project").path().join("project.db")
}

/// Another program that holds the write lock until it is dropped.
fn hold(stage: &Stage) -> Connection {
    let other = Connection::open(database(stage)).expect("a database");
    other.busy_timeout(std::time::Duration::from_secs(20)).expect("a setting");
    other.execute_batch("BEGIN EXCLUSIVE").expect("nobody else holds it for long");
    other
}

/// Whether the file is whole, as SQLite sees it.
fn assert_whole(stage: &Stage) {
    let connection = Connection::open(database(stage)).expect("a database");
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer");
    assert_eq!(verdict, "ok", "the database is not damaged");
    let strangers: Vec<String> = connection
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .expect("an answer");
    assert!(strangers.is_empty(), "and nothing in it is half there: {strangers:?}");
}

fn assert_complains(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for word in words {
        assert!(ended.stderr.contains(word), "the person learns what to do ({word}): {}", ended.stderr);
    }
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[test]
fn a_database_that_another_program_locks_is_waited_for_and_then_named() {
    let stage = Stage::new(&["Add"]);
    let other = hold(&stage);
    let ended = stage.tell(&["features", "add", "Subtract"]);
    assert_complains(&ended, &["project.db is in use by another process", "try again"]);
    assert_eq!(stage.machine.features(&stage.dir).len(), 1, "reading goes on, and nothing was written");
    drop(other);
    stage.ok(&["features", "add", "Subtract"]);
    assert_eq!(stage.machine.features(&stage.dir).len(), 2, "afterwards all is as usual");
}

#[test]
fn a_database_that_is_locked_during_a_session_ends_the_run_and_the_next_one_goes_on() {
    let stage = Stage::new(&["Add"]);
    let scenario = coding(
        "locked",
        json!([take_card(), bash(&format!("{BUILD}; until [ -e go ]; do sleep 0.05; done")), ask_for_checks(), { "say": "Done." }]),
    );
    stage.file(".gitignore", "go\n");
    let run = stage.start(&scenario, &[]);
    run.until_tool("until [ -e go ]");
    let other = hold(&stage);
    stage.file("go", "");
    let (ended, events) = run.end();
    assert_complains(&ended, &["project.db is in use by another process"]);
    assert!(
        !events.iter().any(|event| event["status"] == "passing"),
        "nothing passes that cannot be stored: {events:?}"
    );
    crate::support::eventually("nothing of the session is left", || stage.processes(&[]).is_empty());
    drop(other);
    assert_whole(&stage);
    assert_ne!(stage.card("Add")["status"], "passing", "there is no proof");
    stage.run_to_all_passing(&scenario, &[]);
    assert_ne!(stage.a_run(1)["end"], Value::Null, "the run that could not store its end has one now");
}

#[test]
fn a_data_directory_or_database_that_may_not_be_written_is_named() {
    let stage = Stage::new(&["Add"]);
    let (data, file) = (stage.machine.path("data"), database(&stage));
    let words = builds("unused", BUILD);
    let scenario = stage.machine.scenario("unused", &words.to_string());
    let dir = stage.dir.to_str().expect("a plain path");
    for (what, place, words) in
        [("directory", &data, "data directory"), ("database", &file, "project.db cannot be written")]
    {
        let path = place.to_str().expect("a plain path");
        // A mount that may not be written stops the superuser too.
        let walls = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", path, path];
        for line in
            [vec!["run", dir, "--rehearse", &scenario, "--json"], vec!["features", "add", "Subtract", "--project", dir]]
        {
            let (ended, events) = Watched::over(inside(&walls, &stage.machine.command(&line))).end();
            assert_complains(&ended, &[words]);
            assert!(line[0] != "run" || events[0]["event"] == "run_refused", "the {what}: {}", told(&ended, &events));
        }
    }
    assert_eq!(stage.machine.features(&stage.dir).len(), 1, "nothing was written");
    assert!(stage.runs().is_empty(), "no run began");
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let stage = Stage::new(&["Add"]);
    let known: u32 = {
        let connection = Connection::open(database(&stage)).expect("a database");
        let known = connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a number");
        connection.pragma_update(None, "user_version", known + 1).expect("a setting");
        known
    };
    let before = fs::read(database(&stage)).expect("a file");
    let (ended, events) = stage.run(&builds("unused", BUILD), &[]);
    assert_complains(&ended, &["written by a newer version", "update the product"]);
    assert_eq!((events.len(), &events[0]["code"]), (1, &json!("database")), "{events:?}");
    assert_complains(&stage.tell(&["features", "list"]), &["update the product"]);
    assert_eq!(fs::read(database(&stage)).expect("a file"), before, "not a byte was changed");
    let connection = Connection::open(database(&stage)).expect("a database");
    connection.pragma_update(None, "user_version", known).expect("a setting");
    assert_eq!(stage.card("Add")["status"], "pending", "the right version finds everything");
}

#[test]
fn a_disk_that_fills_up_ends_the_run_with_a_whole_database_and_room_lets_it_go_on() {
    let stage = Stage::new(&[]);
    let data = stage.machine.path("small");
    fs::create_dir(&data).expect("a directory");
    let floods = coding(
        "floods",
        json!([
            take_card(),
            bash(&format!("touch begun; until test -e filled; do sleep 0.1; done; rm begun filled; {BUILD}")),
            { "say": "Now a lot of words.", "fill": "6MB", "calls": [{ "Bash": { "command": "true", "description": "a step" } }], "repeat": 4 },
            ask_for_checks(),
            { "say": "Done." },
        ]),
    );
    let floods = stage.machine.scenario("floods", &floods.to_string());
    let builds = stage.machine.scenario("builds", &builds("builds", BUILD).to_string());
    let (dir, data) = (stage.dir.to_str().expect("a plain path"), data.to_str().expect("a plain path"));
    // A data directory with the room that a run asks for, of which eight megabytes are left once the agent is at work, for as
    // long as the shell lives.
    let script = r#"
        "$0" features add Add --project "$1" > /dev/null || exit 90
        (until [ -e "$1/begun" ]; do sleep 0.1; done; head -c 532000000 /dev/zero > "$HARNESS_HOME/ballast"; touch "$1/filled") &
        "$0" run "$1" --rehearse "$2" --json; echo "{\"step\": \"full\", \"code\": $?}"
        "$0" features list --project "$1" --json | tr -d '\n'; echo
        "$0" runs list --project "$1" --json | tr -d '\n'; echo
        rm "$HARNESS_HOME/ballast"
        "$0" run "$1" --rehearse "$3" --json; echo "{\"step\": \"room\", \"code\": $?}"
        cp "$HARNESS_HOME"/projects/*/project.db* "$4"
    "#;
    let kept = stage.machine.project("kept");
    let mut command = stage.machine.command(&[dir, &floods, &builds, kept.to_str().expect("a plain path")]);
    command.env("HARNESS_HOME", data);
    let walls = ["bwrap", "--dev-bind", "/", "/", "--size", "540000000", "--tmpfs", data, "sh", "-c", script];
    let (ended, lines) = Watched::over(inside(&walls, &command)).end();
    assert_eq!(ended.code, Some(0), "{}", told(&ended, &lines));

    let step =
        |name: &str| lines.iter().position(|line| line["step"] == name).unwrap_or_else(|| panic!("{name}: {lines:?}"));
    let (full, room) = (step("full"), step("room"));
    let end = end_of(&lines[..full]);
    assert_eq!(lines[full]["code"], 1, "a full disk ends the run: {end}");
    assert_eq!(end["reason"], "storage_failed", "{end}");
    assert!(end["message"].to_string().contains("free some disk space"), "the person learns what to do: {end}");
    let cards = lines[full + 1].as_array().expect("the list can be read while the disk is full");
    assert_eq!(
        (cards.len(), &cards[0]["status"]),
        (1, &json!("pending")),
        "no card passes without its proof: {cards:?}"
    );
    assert_eq!(lines[full + 2][0]["end"]["code"], "failed", "and how the run ended is known: {}", lines[full + 2]);
    assert_eq!(lines[room]["code"], 0, "with room it goes on: {}", told(&ended, &lines[full..]));
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    let database = Connection::open(kept.join("project.db")).expect("the database outlives its disk");
    let verdict: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("an answer");
    assert_eq!(verdict, "ok", "the database is whole");
}

#[test]
fn a_full_disk_under_the_project_lets_no_card_pass_and_room_does() {
    let stage = Stage::new(&["Add"]);
    let scenario = coding(
        "fills",
        json!([
            take_card(),
            bash(&format!("{BUILD}; echo filler > .gitignore; echo before-room >> .gitignore; head -c 700000000 /dev/zero > filler; test ! -s filler || df . | tail -1")),
            ask_for_checks(),
            bash("rm filler; git log --format=%s > before-room"),
            ask_for_checks(),
            { "say": "Done." },
        ]),
    );
    let fills = stage.machine.scenario("fills", &scenario.to_string());
    let (dir, copy) = (stage.dir.to_str().expect("a plain path"), stage.machine.project("copy"));
    fs::copy(stage.dir.join("package.json"), copy.join("package.json")).expect("a file");
    fs::create_dir(copy.join("test")).expect("a directory");
    fs::copy(stage.dir.join("test/base.test.js"), copy.join("test/base.test.js")).expect("a file");
    // The project's own disk, no larger than a run asks for, for as long as the shell lives.
    let script = r#"
        cp -r "$1/." "$2" || exit 90
        "$0" run "$2" --rehearse "$3" --json; code=$?
        git -C "$2" fsck --no-progress >&2 || exit 91
        cp -r "$2/.git" "$2/before-room" "$1"
        exit $code
    "#;
    let line = [copy.to_str().expect("a plain path"), dir, &fills];
    let walls = ["bwrap", "--dev-bind", "/", "/", "--size", "600000000", "--tmpfs", dir, "sh", "-c", script];
    let (ended, events) = Watched::over(inside(&walls, &stage.machine.command(&line))).end();
    assert_eq!(ended.code, Some(0), "with room the card passes: {}", told(&ended, &events));
    let passed: Vec<&Value> = events.iter().filter(|event| event["status"] == "passing").collect();
    assert_eq!(passed.len(), 1, "once, and not on the full disk: {events:?}");
    let before = fs::read_to_string(copy.join("before-room")).expect("the agent wrote it");
    assert!(!before.lines().any(|subject| subject == "Add"), "nothing was committed on the full disk: {before}");
    let transcript = stage.transcript(&stage.a_run(1)["session_list"][0]["id"]);
    assert!(transcript.contains("No space left on device"), "and the agent was told why");
}
