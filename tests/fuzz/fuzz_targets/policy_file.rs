//! Any bytes as a policy file: no panic, no hang, and a file that is read means what a line added to it leaves.
#![no_main]

use harness_sandbox::policy::{Entry, EntryList, MOST_ENTRIES, PolicyFile, Scope, add_entry};
use libfuzzer_sys::fuzz_target;
use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::LazyLock};

static DIR: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a directory"));

fuzz_target!(|bytes: &[u8]| {
    let (text, entry) = match bytes.iter().position(|byte| *byte == 0) {
        Some(at) => (&bytes[..at], &bytes[at + 1..]),
        None => (bytes, &b"terraform plan"[..]),
    };
    let (text, entry) = (String::from_utf8_lossy(text), String::from_utf8_lossy(entry));
    let parse = |text: &str| PolicyFile::parse(text, Path::new("policy.yaml"), Scope::Project);
    let before = match parse(&text) {
        Ok(file) => file,
        Err(error) => return assert!(error.to_string().contains("policy.yaml:"), "the line is named: {error}"),
    };
    assert!(before.len() <= MOST_ENTRIES, "no file says more than a person reads");
    let path = DIR.path().join("policy.yaml");
    fs::write(&path, text.as_bytes()).expect("a file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
    let is_added = add_entry(&path, EntryList::Allow, &entry).is_ok();
    let after = PolicyFile::read(&path, Scope::Project).expect("it is whole").expect("it is there");
    if is_added {
        let entry = Entry::parse(&entry).expect("it was added");
        assert!(after.allow.contains(&entry), "what was added counts");
        assert!(before.allow.iter().all(|one| after.allow.contains(one)), "nothing is lost");
        assert_eq!((&before.ask, &before.deny), (&after.ask, &after.deny), "nothing else changes");
    } else {
        assert_eq!(fs::read_to_string(&path).expect("text"), text, "what fails changes nothing");
    }
});
