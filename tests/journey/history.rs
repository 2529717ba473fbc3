//! What git shows afterwards.

use crate::{
    demo::{Demo, files_below, plain},
    support::git,
};
use serde_json::Value;
use std::{collections::HashSet, fs, process::Command};

pub fn each_feature_has_a_commit_that_names_it(demo: &Demo) {
    let mut commits = HashSet::new();
    for card in demo.proven() {
        let (commit, evidence) = (commit_of(card), &card["evidence"]["id"]);
        assert!(commits.insert(commit), "each card has a commit of its own: {card}");
        let message = git(&demo.dir, &["show", "--no-patch", "--format=%s%n%(trailers:only,unfold)", commit]);
        let mut lines = message.lines();
        assert_eq!(lines.next(), card["name"].as_str(), "the subject is the feature: {message}");
        let trailers: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        let feature = format!("Feature: #{} {}", card["id"], card["name"].as_str().unwrap_or_default());
        for trailer in [feature, "Run: 1".into(), format!("Evidence: {evidence}"), "Rehearsal: demo".into()] {
            assert!(trailers.contains(&trailer.as_str()), "the message names {trailer:?}: {message}");
        }
        git(&demo.dir, &["merge-base", "--is-ancestor", commit, "main"]);
    }
    let committed: Vec<&str> = demo.events.iter().filter_map(|event| event["commit"].as_str()).collect();
    for commit in committed {
        git(&demo.dir, &["cat-file", "-e", commit]);
    }
}

pub fn each_commit_holds_the_tree_its_evidence_speaks_of(demo: &Demo) {
    for card in demo.proven() {
        let changed = git(&demo.dir, &["show", "--format=", "--name-only", commit_of(card)]);
        assert!(changed.lines().any(|file| file.starts_with("test/")), "{} brought its tests: {changed}", card["name"]);
    }
    // Every tree would do; three are quick: the first, the one the gate had refused before, and the bug's fix.
    let refused = demo.events.iter().find(|event| event["event"] == "evidence_stored" && event["is_passing"] == false);
    let refused = &refused.expect("the gate refused once")["feature"];
    let chosen = demo.proven().filter(|card| card["id"] == 1 || card["id"] == *refused || card["kind"] == "fix");
    let chosen: Vec<&Value> = chosen.collect();
    assert_eq!(chosen.len(), 3, "three different cards: {chosen:?}");
    let clone = demo.machine.path("clone");
    git(&demo.dir, &["clone", "--quiet", plain(&demo.dir), plain(&clone)]);
    for card in chosen {
        git(&clone, &["checkout", "--quiet", commit_of(card)]);
        let output = Command::new("node")
            .args(["--test", "--test-reporter=tap"])
            .current_dir(&clone)
            .env("HOME", demo.machine.path("home"))
            .output()
            .expect("Node runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "the tests pass in the tree of {}: {said}", card["name"]);
        let ran = said.lines().find_map(|line| line.strip_prefix("# tests ")).expect("a number of tests");
        assert_eq!(ran, card["evidence"]["tests_run"].to_string(), "as many as the evidence of {} says", card["name"]);
    }
}

pub fn the_working_tree_is_clean_and_holds_nothing_of_the_host(demo: &Demo) {
    assert_eq!(git(&demo.dir, &["status", "--porcelain", "--ignored"]), "", "everything is committed, nothing is left");
    assert_eq!(git(&demo.dir, &["stash", "list"]), "", "nothing was set aside");
    let refs = git(&demo.dir, &["for-each-ref", "--format=%(refname)"]);
    let (ways_back, others): (Vec<&str>, Vec<&str>) =
        refs.lines().partition(|name| name.starts_with("refs/harness/checkpoint/"));
    assert_eq!(others, ["refs/heads/main"], "no snapshot is left once all is committed");
    assert!((1..=20).contains(&ways_back.len()), "some checkpoints are kept, and not all of them: {ways_back:?}");
    let data = demo.machine.path("data");
    for path in files_below(&demo.dir).into_iter().filter(|path| path.is_file()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        assert!(
            !name.ends_with(".db") && !name.starts_with(".claude"),
            "no state lies in the project: {}",
            path.display()
        );
        let content = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
        assert!(!content.contains(plain(&data)), "nothing in the project knows the data directory: {}", path.display());
    }
    let lock = fs::metadata(demo.dir.join(".git/auto-agent-harness.lock"));
    assert!(lock.is_ok_and(|lock| lock.len() == 0), "the lock that keeps two hosts apart holds no words");
}

fn commit_of(card: &Value) -> &str {
    card["evidence"]["commit"].as_str().expect("a commit")
}
