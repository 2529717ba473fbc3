//! Commands that only look leave nothing behind.

use crate::support::{Ended, Machine, finish};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Stdio,
};

/// Every command that answers a question, in a project's directory.
const LOOKING: [&[&str]; 21] = [
    &["policy", "check", "--", "npm test"],
    &["policy", "show"],
    &["policy", "path"],
    &["policy", "path", "src/main.rs"],
    &["doctor"],
    &["doctor", "--json"],
    &["key", "status"],
    &["projects", "list"],
    &["features", "list"],
    &["features", "show", "1"],
    &["bugs", "list"],
    &["runs", "list"],
    &["waiting"],
    &["approvals", "list"],
    &["questions", "list"],
    &["checkpoint", "list"],
    &["checkpoint", "show", "1"],
    &["checkpoint", "diff", "1"],
    &["user", "list"],
    &["token", "list"],
    &["completions", "bash"],
];

/// Everything below a directory.
fn below(dir: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![dir.to_owned()];
    while let Some(dir) = waiting.pop() {
        for entry in std::fs::read_dir(dir).expect("a directory") {
            let entry = entry.expect("an entry");
            if entry.file_type().expect("its kind").is_dir() {
                waiting.push(entry.path());
            }
            found.insert(entry.path());
        }
    }
    found
}

/// The program in `dir`, with the data directory at `data`.
fn look(machine: &Machine, data: &Path, dir: &Path, words: &[&str]) -> Ended {
    let mut command = machine.command(words);
    command.current_dir(dir).env("HARNESS_HOME", data).stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command.spawn().expect("the program starts"))
}

#[test]
fn who_only_looks_makes_no_file_where_nothing_was_kept() {
    let machine = Machine::new();
    let dir = machine.project("todo");
    let before = below(&machine.path(""));
    for data in [machine.path("data"), machine.path("not/there/yet")] {
        for words in LOOKING {
            let ended = look(&machine, &data, &dir, words);
            assert!(ended.code.is_some(), "{words:?} ends by itself: {ended:?}");
            let made: Vec<_> = below(&machine.path("")).difference(&before).cloned().collect();
            assert!(made.is_empty(), "{words:?} is a question, and made {made:?}");
        }
    }
    let listed = look(&machine, &machine.path("not/there/yet"), &dir, &["projects", "list", "--json"]);
    assert_eq!((listed.code, listed.stdout.trim()), (Some(0), "[]"), "there are none: {listed:?}");
    let unknown = look(&machine, &machine.path("data"), &dir, &["features", "list"]);
    assert!(
        unknown.code == Some(1) && unknown.stderr.contains("projects add"),
        "whoever asks for a project learns how to make one: {unknown:?}"
    );
}

#[test]
fn who_only_looks_registers_no_project_where_others_are() {
    let machine = Machine::new();
    let (known, stranger) = (machine.project("todo"), machine.project("stranger"));
    let added = machine.harness(&["projects", "add", known.to_str().expect("a plain path")]);
    assert_eq!(added.code, Some(0), "{added:?}");
    for words in LOOKING {
        look(&machine, &machine.path("data"), &stranger, words);
    }
    let listed = machine.json(&["projects", "list", "--json"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "only the one that was added: {listed}");
    let lock = machine.path("data").join("instance.lock");
    assert!(!lock.exists(), "nor did anybody take the data directory, as a run does");
}
