//! Repositories whose configuration or layout would have a careless program run or write something.

use super::*;
use crate::git::{GitError, commit_all, diff_summary, discard_to_head, head, is_clean, restore_aside, snapshot};

/// Puts a program that leaves a trace wherever git would start one.
fn set_traps(place: &Place) -> PathBuf {
    let trace = place.holder.path().join("trace");
    let script = format!("#!/bin/sh\necho \"$0\" >> '{}'\ncat\n", trace.display());
    for name in [
        "pre-commit",
        "commit-msg",
        "prepare-commit-msg",
        "post-commit",
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "fsmonitor",
        "filter",
    ] {
        place.write(&format!(".git/traps/{name}"), &script);
        set_executable(&place.at(&format!(".git/traps/{name}")));
    }
    let trap = |name: &str| format!("'{}'", place.at(&format!(".git/traps/{name}")).display());
    for (key, value) in [
        ("core.hooksPath", place.at(".git/traps").display().to_string()),
        ("core.fsmonitor", trap("fsmonitor")),
        ("filter.trap.clean", trap("filter")),
        ("filter.trap.smudge", trap("filter")),
        ("filter.trap.required", "true".into()),
        ("diff.trap.textconv", trap("filter")),
        ("diff.external", trap("filter")),
        ("commit.gpgSign", "true".into()),
        ("gpg.program", trap("filter")),
        ("core.editor", trap("filter")),
    ] {
        place.git(&["config", key, &value]);
    }
    trace
}

#[test]
fn no_program_of_the_repository_is_ever_started() {
    let place = Place::with_history();
    place.write("secret.enc", "plain\n");
    place.write(".gitattributes", "*.enc filter=trap diff=trap\n*.txt diff=trap\n");
    place.git(&["add", "-A"]);
    place.git(&["commit", "-q", "-m", "attributes"]);
    let trace = set_traps(&place);
    place.write("a.txt", "changed\n");
    place.write("secret.enc", "changed plain text\n");
    place.write("new.enc", "new plain text\n");

    let prepared = place.prepare(Uncommitted::Aside);
    let aside = prepared.set_aside.expect("a.txt was changed");
    assert_eq!(aside.files, ["a.txt"], "what needs a filter is left as it is");
    assert!(prepared.warnings.iter().any(|text| text.contains("filter program")), "{:?}", prepared.warnings);
    place.write("b.txt", "agent\n");
    let done = commit_all(&place.dir, &request("Agent")).expect("it can be committed");
    assert_eq!(done.left_out.len(), 2, "plain text does not get where the encrypted belongs: {:?}", done.left_out);
    place.write("b.txt", "agent again\n");
    diff_summary(&place.dir, None).expect("it can be compared");
    is_clean(&place.dir).expect("it can be compared");
    let saved = snapshot(&place.dir, "x", "x", AT_MS).expect("it can be saved").expect("it is dirty");
    discard_to_head(&place.dir, &saved).expect("it can be discarded");
    restore_aside(&place.dir, &aside).expect("it can be given back");

    assert_eq!(place.read("secret.enc") + &place.read("new.enc"), "changed plain text\nnew plain text\n", "untouched");
    assert!(!trace.exists(), "started: {}", std::fs::read_to_string(&trace).unwrap_or_default());
    git_command(&place.dir, &["add", "-A"]);
    assert!(trace.exists(), "the traps work: git itself falls into them");
}

#[test]
fn a_git_file_that_leads_to_the_repository_of_others_is_refused() {
    let victim = Place::with_history();
    let place = Place::empty();
    place.write(".git", format!("gitdir: {}\n", victim.at(".git").display()));
    place.write("planted.txt", "planted\n");
    let before = victim.head();
    let refused = commit_all(&place.dir, &request("x")).expect_err("it belongs to another directory");
    assert!(matches!(refused, GitError::Foreign { .. }), "{refused}");
    assert_eq!(victim.head(), before, "no commit was planted");

    std::fs::remove_file(place.at(".git")).expect("the file");
    std::os::unix::fs::symlink(victim.at(".git"), place.at(".git")).expect("a link");
    assert!(matches!(head(&place.dir), Err(GitError::Foreign { .. })), "a link leads there just as well");
}

#[test]
fn a_repository_that_claims_another_directory_as_its_files_is_refused() {
    let victim = Place::with_history();
    let place = Place::with_history();
    let victims = victim.seen();
    place.git(&["config", "core.worktree", victim.dir.to_str().expect("text")]);
    let refused = commit_all(&place.dir, &request("x")).expect_err("its files are elsewhere");
    assert!(matches!(refused, GitError::Foreign { .. }), "{refused}");
    assert_eq!(victim.seen(), victims, "nobody else's file was touched");
}

#[test]
fn a_repository_that_borrows_the_refs_of_another_is_refused() {
    let victim = Place::with_history();
    let place = Place::with_history();
    place.write(".git/commondir", victim.at(".git").to_str().expect("text"));
    place.write("planted.txt", "planted\n");
    let before = victim.head();
    let refused = commit_all(&place.dir, &request("x")).expect_err("its refs are elsewhere");
    assert!(matches!(refused, GitError::Foreign { .. }), "{refused}");
    assert_eq!(victim.head(), before, "no commit was planted");
}

#[test]
fn a_directory_replaced_by_a_link_is_neither_read_nor_written_through() {
    let place = Place::with_history();
    let outside = place.holder.path().join("outside");
    std::fs::create_dir(&outside).expect("a directory");
    std::fs::write(outside.join("c.txt"), "not of this project\n").expect("a file");
    std::fs::remove_dir_all(place.at("src/deep")).expect("a directory");
    std::os::unix::fs::symlink(&outside, place.at("src/deep")).expect("a link");

    let saved = snapshot(&place.dir, "x", "x", AT_MS).expect("it can be saved").expect("it is dirty");
    assert_eq!(saved.files, ["src/deep", "src/deep/c.txt"], "a link came, a file went");
    assert!(place.git(&["ls-tree", &saved.oid, "src/deep"]).starts_with("120000"), "the link, not what it leads to");
    discard_to_head(&place.dir, &saved).expect("it can be discarded");
    assert_eq!(place.status(), "", "HEAD is back");
    assert_eq!(place.read("src/deep/c.txt"), "c\n", "in a real directory");
    let there = std::fs::read_to_string(outside.join("c.txt")).expect("it is still there");
    assert_eq!(there, "not of this project\n", "what the link led to is untouched");
}

#[test]
fn files_that_are_neither_files_nor_links_are_left_alone() {
    let place = Place::with_history();
    let socket = std::os::unix::net::UnixListener::bind(place.at("s")).expect("a socket");
    place.write("a.txt", "changed\n");
    let done = commit_all(&place.dir, &request("x")).expect("it can be committed");
    assert!(done.oid.is_some() && place.exists("s"), "the socket is no obstacle");
    drop(socket);
}

#[test]
fn a_sparse_checkout_is_not_taken_for_a_deletion() {
    let place = Place::with_history();
    place.git(&["sparse-checkout", "set", "--no-cone", "/*", "!/src/"]);
    assert!(!place.exists("src/b.txt"), "it is absent on purpose");
    place.write("a.txt", "changed\n");
    commit_all(&place.dir, &request("x")).expect("it can be committed");
    assert_eq!(place.git(&["show", "--format=", "--name-status", "HEAD"]), "M\ta.txt", "nothing was deleted");
}

#[test]
fn nothing_is_written_through_links_inside_the_git_directory() {
    for part in ["index", "HEAD", "logs/HEAD", "refs/heads/main", "refs/heads", "objects", "auto-agent-harness.lock"] {
        let place = Place::with_history();
        place.write("a.txt", "changed\n");
        let (inside, outside) = (place.at(".git").join(part), place.holder.path().join("victim"));
        if inside.exists() {
            std::fs::rename(&inside, &outside).expect("a part of the repository");
        }
        std::os::unix::fs::symlink(&outside, &inside).expect("a link");
        let before = std::fs::read(&outside).ok();
        let refused = commit_all(&place.dir, &request("x")).expect_err(part);
        assert!(matches!(&refused, GitError::Linked { path } if path.ends_with(part)), "{part}: {refused}");
        assert_eq!(std::fs::read(&outside).ok(), before, "{part}: what it leads to is as before");
    }
}

#[test]
fn a_forged_journal_moves_nothing_outside_the_project() {
    let place = Place::with_history();
    let outside = place.holder.path().join("outside");
    std::fs::create_dir(&outside).expect("a directory");
    std::fs::write(outside.join("key"), "not of this project\n").expect("a file");
    std::os::unix::fs::symlink(&outside, place.at("door")).expect("a link");
    let forge = |path: &str| {
        place.write(".git/auto-agent-harness-swap/old/0", "forged\n");
        let bytes: Vec<String> = path.bytes().map(|byte| byte.to_string()).collect();
        let step = format!(r#"{{"number":0,"path":[{}],"had_old":true,"new":null}}"#, bytes.join(","));
        let journal = format!(r#"{{"steps":[{step}],"made":[],"stash":null}}"#);
        place.write(".git/auto-agent-harness-swap/journal.json", journal);
    };
    for path in ["../outside/key", "door/key", "/etc/forged", ".git/hooks/forged"] {
        forge(path);
        let refused = commit_all(&place.dir, &request("x"));
        assert!(refused.is_err(), "{path}: a person has to look at this: {refused:?}");
        let there = std::fs::read_to_string(outside.join("key")).expect("it is still there");
        assert_eq!(there, "not of this project\n", "{path}: neither moved nor overwritten");
    }
    assert!(!place.exists(".git/hooks/forged"), "no hook was planted");
}

#[test]
fn a_link_in_the_place_of_a_repository_is_not_followed() {
    let place = Place::empty();
    let elsewhere = place.holder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a directory");
    std::os::unix::fs::symlink(&elsewhere, place.at(".git")).expect("a link");
    let refused = prepare(&place.dir, &how(Uncommitted::Aside)).expect_err("it is a link");
    assert!(matches!(refused, GitError::Damaged { .. }), "{refused}");
    assert!(std::fs::read_dir(&elsewhere).expect("a directory").next().is_none(), "no repository was made there");
}

#[test]
fn settings_without_a_value_and_words_that_are_none_stop_nobody_from_finding_what_git_obeys() {
    let place = Place::with_history();
    place.write("included", "evil\n[core]\n\tfilemode\n");
    place.git(&["config", "include.path", "../included"]);
    let config = std::fs::read_to_string(place.at(".git/config")).expect("a file");
    place.write(".git/config", format!("{config}[include]\n\tpath\n[core]\n\thooksPath\n"));
    let found = crate::git::obeyed(&place.dir).expect("the repository can still be read");
    assert!(found.included.contains(&place.dir.join("included")), "what can be told is told: {found:?}");
}
