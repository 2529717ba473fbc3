//! Repositories in every state a person may leave them in, and what agents leave in them.

use crate::stage::{BUILD, Stage, ask_for_checks, bash, builds, coding, end_of, notices, take_card, told};
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

/// The project under version control, with everything committed.
fn with_history(cards: &[&str]) -> Stage {
    let stage = Stage::new(cards);
    stage.git(&["init", "--quiet", "--initial-branch", "trunk"]);
    commit_all(&stage, "Begin");
    stage
}

fn commit_all(stage: &Stage, subject: &str) {
    stage.git(&["add", "--all"]);
    stage.git(&["commit", "--quiet", "--message", subject]);
}

/// The run ends before any session, naming each of `words`.
fn refused(stage: &Stage, more: &[&str], words: &[&str]) {
    let (ended, events) = stage.run(&builds("refused", BUILD), more);
    assert_eq!(ended.code, Some(1), "it must not begin like this: {}", told(&ended, &events));
    let end = end_of(&events);
    assert_eq!(end["reason"], "repository", "{end}");
    let message = end["message"].as_str().expect("text");
    for word in words {
        assert!(message.contains(word), "the person learns what to do ({word}): {message}");
    }
    assert!(!events.iter().any(|event| event["event"] == "session_started"), "no session started: {events:?}");
    assert_eq!(stage.card("Add")["status"], "pending", "the card is as it was");
}

#[test]
fn a_directory_without_a_repository_gets_one_and_keeps_its_files() {
    let stage = Stage::new(&["Add"]);
    stage.file("notes/idea.md", "keep me");
    stage.file(".env", "TOKEN=not-for-anybody");
    let before = stage.read("package.json");
    let events = stage.run_to_all_passing(&builds("fresh", BUILD), &[]);
    assert_eq!(notices(&events, "repository_created").len(), 1, "the person is told: {events:?}");
    assert_eq!(
        (stage.read("notes/idea.md"), stage.read("package.json")),
        ("keep me".into(), before),
        "nothing is lost"
    );
    let subjects = stage.git(&["log", "--reverse", "--format=%s"]);
    assert_eq!(subjects.lines().collect::<Vec<_>>(), ["Files present before the first run", "Add"], "their own commit");
    let baseline = stage.git(&["ls-tree", "-r", "--name-only", "HEAD~"]);
    assert_eq!(
        baseline.lines().collect::<Vec<_>>(),
        ["notes/idea.md", "package.json", "test/base.test.js"],
        "no secret"
    );
    assert_eq!(stage.read(".env"), "TOKEN=not-for-anybody", "which stays where it is");
    assert!(notices(&events, "repository").iter().any(|text| text.contains(".env")), "and is named: {events:?}");
}

#[test]
fn on_a_detached_head_the_work_goes_to_a_branch_of_its_own() {
    let stage = with_history(&["Add"]);
    let start = stage.git(&["rev-parse", "HEAD"]);
    stage.git(&["checkout", "--quiet", "--detach"]);
    let events = stage.run_to_all_passing(&builds("detached", BUILD), &[]);
    assert_eq!(stage.git(&["symbolic-ref", "HEAD"]).trim(), "refs/heads/harness/run-1", "commits cannot get lost");
    assert_eq!(stage.git(&["rev-parse", "HEAD~"]), start, "it continues where HEAD stood");
    assert_eq!(stage.git(&["rev-parse", "trunk"]), start, "the person's branch is untouched");
    assert!(notices(&events, "branch_created")[0].contains("harness/run-1"), "and the person is told: {events:?}");
}

/// Every file of the working tree with its mode and content, and what git says of it.
fn picture(stage: &Stage, files: &[&str]) -> Vec<String> {
    let look = |name: &&str| {
        let path = stage.dir.join(name);
        match fs::symlink_metadata(&path) {
            Err(_) => format!("{name}: gone"),
            Ok(meta) if meta.is_symlink() => format!("{name}: -> {}", fs::read_link(path).expect("a link").display()),
            Ok(meta) => format!("{name}: {:o} {:?}", meta.permissions().mode(), fs::read(path).expect("a file")),
        }
    };
    let mut seen: Vec<String> = files.iter().map(look).collect();
    seen.push(stage.git(&["status", "--porcelain=v1", "--untracked-files=all"]));
    seen.push(stage.git(&["diff", "--cached"]));
    seen.push(stage.git(&["diff"]));
    seen
}

#[test]
fn uncommitted_changes_are_kept_apart_from_every_commit_and_come_back_identical() {
    let stage = with_history(&["Add", "Subtract"]);
    for name in ["modified.txt", "staged.txt", "both.txt", "deleted.txt", "removed.txt", "script.sh"] {
        stage.file(name, format!("{name} as committed\n"));
    }
    commit_all(&stage, "More files");
    let start = stage.git(&["rev-parse", "HEAD"]);

    let mine = "the person's own words";
    stage.file("modified.txt", format!("{mine}\r\nwith two kinds of line ends\n"));
    stage.file("staged.txt", format!("{mine}, staged\n"));
    stage.file("both.txt", format!("{mine}, staged\n"));
    stage.file("new-staged.txt", format!("{mine}, staged and new\n"));
    stage.git(&["add", "staged.txt", "both.txt", "new-staged.txt"]);
    stage.file("both.txt", format!("{mine}, staged and changed again\n"));
    stage.file("untracked/深い/日記.txt", format!("{mine}, untracked\n"));
    stage.file("untracked/binary", [0, 159, 146, 150]);
    std::os::unix::fs::symlink("modified.txt", stage.dir.join("link")).expect("a link");
    fs::remove_file(stage.dir.join("deleted.txt")).expect("it is there");
    stage.git(&["rm", "--quiet", "removed.txt"]);
    fs::set_permissions(stage.dir.join("script.sh"), fs::Permissions::from_mode(0o755)).expect("its mode");
    let files = [
        "modified.txt",
        "staged.txt",
        "both.txt",
        "deleted.txt",
        "removed.txt",
        "script.sh",
        "new-staged.txt",
        "untracked/深い/日記.txt",
        "untracked/binary",
        "link",
    ];
    let before = picture(&stage, &files);

    let sees = "grep -q 'as committed' modified.txt staged.txt both.txt deleted.txt removed.txt && test ! -e untracked \
                && test ! -e new-staged.txt && test ! -L link && test ! -x script.sh && test -z \"$(git status --porcelain)\"";
    let scenario = coding(
        "apart",
        json!([
            take_card(),
            bash(&format!("{sees} && date +%s%N > seen.txt; {BUILD}")),
            ask_for_checks(),
            { "say": "Done." },
        ]),
    );
    let events = stage.run_to_all_passing(&scenario, &[]);

    assert_eq!(picture(&stage, &files), before, "to the byte, the mode and the index");
    assert_eq!(stage.git(&["stash", "list"]), "", "what was given back is not kept twice");
    assert!(notices(&events, "changes_set_aside")[0].contains("10 files"), "the person is told: {events:?}");
    assert_eq!(notices(&events, "changes_given_back").len(), 1, "both times: {events:?}");
    let commits = stage.git(&["rev-list", &format!("{}..HEAD", start.trim())]);
    assert_eq!(commits.lines().count(), 2, "one for each card");
    for commit in commits.lines() {
        let touched = stage.git(&["show", "--format=", "--name-only", "-z", commit]);
        let touched: Vec<&str> = touched.split('\0').filter(|name| !name.is_empty()).collect();
        assert!(touched.contains(&"seen.txt"), "the agent saw none of it: {touched:?}");
        let strangers: Vec<&&str> = touched.iter().filter(|name| files.contains(name)).collect();
        assert!(strangers.is_empty(), "commit {commit} swept in {strangers:?}");
        assert!(!stage.git(&["show", "--text", commit]).contains(mine), "nor in another file");
    }
}

#[test]
fn uncommitted_changes_can_be_a_reason_not_to_begin() {
    let stage = with_history(&["Add"]);
    stage.file("package.json", r#"{"private": true, "scripts": {"test": "node --test"}, "mine": 1}"#);
    stage.file("draft.txt", "mine");
    let files = ["package.json", "draft.txt"];
    let before = picture(&stage, &files);
    refused(&stage, &["--uncommitted", "refuse"], &["package.json", "draft.txt", "commit or stash them"]);
    assert_eq!(picture(&stage, &files), before, "a refusal touches nothing");
}

#[test]
fn uncommitted_changes_are_committed_only_when_the_person_says_so_and_is_told() {
    let stage = with_history(&["Add"]);
    stage.file("draft.txt", "mine");
    let events = stage.run_to_all_passing(&builds("included", BUILD), &["--uncommitted", "include"]);
    assert_eq!(stage.git(&["show", "HEAD:draft.txt"]), "mine", "as was asked for");
    let told = notices(&events, "repository");
    assert!(told.iter().any(|text| text.contains("draft.txt")), "with the names of the files: {told:?}");
}

#[test]
fn a_project_inside_a_bigger_repository_is_refused() {
    let stage = Stage::new(&["Add"]);
    crate::support::git(&stage.machine.path(""), &["init", "--quiet"]);
    let outer = stage.machine.path("").canonicalize().expect("it is there");
    refused(&stage, &[], &[outer.to_str().expect("a plain path")]);
    assert!(!stage.dir.join(".git").exists(), "no repository inside the repository");
}

#[test]
fn an_unfinished_merge_is_the_persons_to_finish() {
    let stage = with_history(&["Add"]);
    stage.git(&["checkout", "--quiet", "-b", "side"]);
    stage.file("a.txt", "side");
    commit_all(&stage, "Side");
    stage.git(&["checkout", "--quiet", "trunk"]);
    stage.file("a.txt", "trunk");
    commit_all(&stage, "Trunk");
    let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    let merged = std::process::Command::new("git").arg("-C").arg(&stage.dir).args(who).args(["merge", "side"]).output();
    assert!(!merged.expect("git runs").status.success(), "the two sides conflict");
    assert!(stage.dir.join(".git/MERGE_HEAD").exists(), "and the merge waits for the person");
    let before = picture(&stage, &["a.txt"]);
    refused(&stage, &[], &["merge", "git status"]);
    assert_eq!(picture(&stage, &["a.txt"]), before, "the conflict is as it was");
    assert!(stage.dir.join(".git/MERGE_HEAD").exists(), "and the merge can be finished");
}

#[test]
fn secrets_ignored_directories_and_huge_files_are_never_committed_and_links_and_modes_survive() {
    let stage = with_history(&["Add"]);
    stage.file("mine.txt", "the person's own");
    let key = format!("sk-ant-{}", "api03-a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0");
    let leaves = format!(
        "echo node_modules > .gitignore; mkdir -p node_modules/left-pad; echo x > node_modules/left-pad/index.js; \
         echo 'ANTHROPIC_API_KEY={key}' > .env; echo 'const key = \"{key}\";' > config.js; \
         head -c 12000000 /dev/urandom > dump.bin; \
         printf '#!/bin/sh\\n' > run.sh; chmod +x run.sh; ln -s run.sh start; {BUILD}"
    );
    let events = stage.run_to_all_passing(&builds("leaves", &leaves), &[]);
    let listing = stage.git(&["ls-tree", "-r", "HEAD"]);
    for name in [".env", "config.js", "dump.bin", "node_modules"] {
        assert!(!listing.contains(name), "{name} must not be committed: {listing}");
        assert!(stage.dir.join(name).exists(), "{name} is left where it is");
    }
    let all = stage.git(&["log", "--all", "--text", "-p"]);
    assert!(!all.contains(&key), "the key is in no commit of any branch or ref");
    for (mode, name) in [("100755", "run.sh"), ("120000", "start"), ("100644", "package.json")] {
        assert!(
            listing.lines().any(|line| line.starts_with(mode) && line.ends_with(name)),
            "{name} is {mode}: {listing}"
        );
    }
    let warnings = stage.card("Add")["evidence"]["warnings"].to_string();
    for (name, why) in [(".env", "secret"), ("config.js", "Anthropic key"), ("dump.bin", "too big (12 MB)")] {
        assert!(
            warnings.contains(name) && warnings.contains(why),
            "the person learns why {name} is missing: {warnings}"
        );
    }
    assert!(!warnings.contains("node_modules") && !warnings.contains(&key), "no noise, and no secret: {warnings}");
    assert!(notices(&events, "work_saved").is_empty(), "nothing was taken out of the tree: {events:?}");
    assert_eq!(stage.read("mine.txt"), "the person's own", "and what lies about holds up nothing that is given back");
}

#[test]
fn a_commit_waits_for_another_git_command_and_without_a_commit_nothing_passes() {
    let stage = with_history(&["Add"]);
    stage.file(".git/info/exclude", "go\n");
    let lock = stage.dir.join(".git/index.lock");
    let scenario = coding(
        "locked",
        json!([
            take_card(),
            bash(&format!("{BUILD}; until [ -e go ]; do sleep 0.05; done")),
            ask_for_checks(),
            bash("while [ -e .git/index.lock ]; do sleep 0.05; done"),
            ask_for_checks(),
            { "say": "Done." },
        ]),
    );
    let run = stage.start(&scenario, &[]);
    run.until_tool("until [ -e go ]");
    fs::write(&lock, "").expect("another git command");
    stage.file("go", "");
    run.until_tool("while [ -e .git/index.lock ]");
    let head = stage.git(&["log", "--format=%s"]);
    assert_eq!(head.trim(), "Begin", "no commit goes past another git command");
    assert_eq!(stage.card("Add")["status"], "in_progress", "and without a commit the card does not pass");
    assert!(Path::new(&lock).exists(), "the lock is another's, and is never removed");
    fs::remove_file(&lock).expect("the other command has ended");
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(0), "now it can be committed: {}", told(&ended, &events));
    assert_eq!(stage.git(&["log", "-1", "--format=%s"]).trim(), "Add", "the card's commit");
    let session = stage.a_run(1)["session_list"][0]["id"].clone();
    let transcript = stage.transcript(&session);
    let errors: Vec<Value> = transcript
        .lines()
        .filter_map(|row| serde_json::from_str::<Value>(row).ok()?["message"]["content"].as_array().cloned())
        .flatten()
        .filter(|block| block["is_error"] == true)
        .collect();
    let text = json!(errors).to_string();
    assert!(text.contains("index.lock") && text.contains("delete that file"), "the error names the lock: {text}");
}

#[test]
fn a_project_that_is_deleted_under_the_agent_ends_the_run_and_leaves_nobody_behind() {
    let stage = Stage::new(&["Add"]);
    let run = stage.start(&coding("deleted", json!([take_card(), bash("sleep 54321")])), &[]);
    run.until_tool("sleep 54321");
    crate::support::eventually("the command runs", || {
        stage.processes(&[]).iter().any(|(_, command)| command.starts_with("sleep 54321"))
    });
    fs::remove_dir_all(&stage.dir).expect("the person deletes it");
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(1), "{}", told(&ended, &events));
    let end = end_of(&events);
    assert_eq!(end["reason"], "project_missing", "{end}");
    assert!(
        end["message"].to_string().contains("my app 日本 is not there"),
        "the person learns what is missing: {end}"
    );
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    crate::support::eventually("nothing of the session is left", || stage.processes(&[]).is_empty());

    // The same project, put back: what the product knows of it is whole.
    fs::create_dir(&stage.dir).expect("a directory");
    stage.file("package.json", r#"{"private": true, "type": "module", "scripts": {"test": "node --test"}}"#);
    stage.file("test/base.test.js", "import test from 'node:test';\ntest('the base holds', () => {});\n");
    for session in stage.a_run(1)["session_list"].as_array().expect("a list") {
        assert!(!session["outcome"].is_null(), "a session of a run that is over has ended: {session}");
    }
    assert_eq!(stage.card("Add")["status"], "pending", "its card was given back");
    stage.run_to_all_passing(&builds("again", BUILD), &[]);
    let warnings = stage.card("Add")["evidence"]["warnings"].to_string();
    assert!(warnings.contains("the commit the work began from is gone"), "what cannot be told is said: {warnings}");
}

#[test]
fn what_git_obeys_is_out_of_an_agents_reach_and_history_is_out_of_a_checks_reach() {
    let stage = with_history(&["Add"]);
    let before = stage.read(".git/config");
    let attempts = "for try in 'echo evil > .git/hooks/pre-commit' 'git config core.pager evil' 'mv .git/hooks old' \
                    'echo evil > .git/info/attributes'; do sh -c \"$try\" && echo \"DONE: $try\"; done; true";
    let check = "if rm -rf .git 2>/dev/null || touch .git/x 2>/dev/null; then exit 1; fi; test -d .git/objects";
    stage.file(
        "package.json",
        format!(r#"{{"private": true, "type": "module", "scripts": {{"lint": "{check}", "test": "node --test"}}}}"#),
    );
    commit_all(&stage, "Add a check that attacks the history");
    stage.run_to_all_passing(&builds("attacks", &format!("{attempts}; {BUILD}")), &[]);
    assert_eq!(stage.read(".git/config"), before, "an agent cannot change what git runs for the person");
    assert!(!stage.dir.join(".git/hooks/pre-commit").exists(), "nor plant a hook");
    assert!(!stage.dir.join(".git/info/attributes").exists(), "nor a filter");
    assert_eq!(stage.git(&["rev-list", "--count", "HEAD"]).trim(), "3", "the history is whole");
}
