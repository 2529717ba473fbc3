//! `harness backup` and `harness restore`, as a person and a cron job use them.

use crate::support::{Ended, Machine, finish};
use std::{fs, path::Path, process::Stdio};

/// The program with another data directory than the machine's own.
fn elsewhere(machine: &Machine, data: &Path, words: &[&str], input: Option<&Path>) -> Ended {
    let mut command = machine.command(words);
    command.env("HARNESS_HOME", data).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(input) = input {
        command.stdin(fs::File::open(input).expect("a file"));
    }
    finish(command.spawn().expect("the program starts"))
}

/// A machine with a project of one card.
fn furnished() -> Machine {
    let machine = Machine::new();
    let dir = machine.project("todo");
    let dir = dir.to_str().expect("a plain path");
    let added = machine.harness(&["features", "add", "Login", "--project", dir]);
    assert_eq!(added.code, Some(0), "{added:?}");
    machine
}

#[test]
fn what_was_backed_up_is_there_after_a_restore_in_another_place() {
    let machine = furnished();
    let file = machine.path("backup.tar.gz");
    let name = file.to_str().expect("a plain path");
    let made = machine.harness(&["backup", name]);
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(made.stdout.contains("keys are not in it"), "what is missing is said: {made:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&file).expect("the backup").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "transcripts are their owner's alone");
    }
    let there = machine.path("other/data");
    let restored = elsewhere(&machine, &there, &["restore", name], None);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let listed = elsewhere(&machine, &there, &["features", "list", "--project", "todo"], None);
    assert!(listed.stdout.contains("Login"), "the card is there: {listed:?}");

    let again = elsewhere(&machine, &there, &["restore", name], None);
    assert!(again.code == Some(1) && again.stderr.contains("--force"), "nothing is replaced untold: {again:?}");
    let forced = elsewhere(&machine, &there, &["restore", name, "--force", "--json"], None);
    let told: serde_json::Value = serde_json::from_str(&forced.stdout).expect("JSON");
    let aside = told["aside"].as_str().expect("where the old one is");
    assert!(Path::new(aside).join("app.db").is_file(), "it is kept: {told}");
}

#[test]
fn a_backup_goes_through_a_pipe_and_comes_back_through_one() {
    let machine = furnished();
    let file = machine.path("piped");
    let mut command = machine.command(&["backup", "-"]);
    let out = fs::File::create(&file).expect("a file");
    let made = finish(command.stdout(out).stderr(Stdio::piped()).spawn().expect("the program starts"));
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(made.stderr.contains("before packing"), "the words go where the backup does not: {made:?}");
    let there = machine.path("other");
    let restored = elsewhere(&machine, &there, &["restore", "-"], Some(&file));
    assert_eq!(restored.code, Some(0), "{restored:?}");
    assert!(there.join("app.db").is_file(), "it is there");
}

#[test]
fn a_backup_overwrites_nothing_untold_and_never_lands_in_what_it_saves() {
    let machine = furnished();
    let file = machine.path("precious");
    fs::write(&file, "precious").expect("a file");
    for (target, word) in [
        (file.clone(), "--force"),
        (machine.path("data/backup"), "data directory"),
        (machine.path("data"), "is a directory"),
        (machine.path("no/such/backup"), "is not there"),
    ] {
        let refused = machine.harness(&["backup", target.to_str().expect("a plain path")]);
        assert_eq!(refused.code, Some(1), "{}: {refused:?}", target.display());
        assert!(refused.stderr.contains(word), "{}: and why: {refused:?}", target.display());
    }
    assert_eq!(fs::read_to_string(&file).expect("a file"), "precious", "it is as it was");
    let damaged = elsewhere(&machine, &machine.path("other"), &["restore", file.to_str().expect("plain")], None);
    assert!(damaged.code == Some(1) && damaged.stderr.contains("no backup"), "{damaged:?}");
    assert!(!machine.path("other").exists(), "nothing is made of what is no backup");
    let left: Vec<_> = fs::read_dir(machine.path("")).expect("a directory").flatten().map(|e| e.file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "nothing half is left: {left:?}");
}
