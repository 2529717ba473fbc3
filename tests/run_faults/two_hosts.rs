//! Two hosts at once.

use crate::{
    stage::{BUILD, Stage, Watched, ask_for_checks, bash, builds, coding, take_card, told},
    support::git,
};
use serde_json::{Value, json};

#[test]
fn a_second_host_is_told_who_holds_the_data_directory_and_the_first_is_unharmed() {
    let stage = Stage::new(&["Add"]);
    stage.file(".gitignore", "go\n");
    let waits = bash("until [ -e go ]; do sleep 0.05; done");
    let scenario = coding("first", json!([take_card(), waits, bash(BUILD), ask_for_checks(), { "say": "Done." }]));
    let first = stage.start(&scenario, &[]);
    first.until_tool("until [ -e go ]");

    let other = stage.machine.project("other");
    for dir in [&other, &stage.dir] {
        let dir = dir.to_str().expect("a plain path");
        let (ended, events) = Watched::over(stage.machine.command(&["run", dir, "--rehearse", "demo", "--json"])).end();
        assert_eq!(ended.code, Some(1), "two hosts would work on the same cards: {}", told(&ended, &events));
        assert_eq!(ended.stdout.lines().count(), 1, "a refusal is one line of JSON: {}", ended.stdout);
        assert_eq!(events[0]["event"], "run_refused", "{events:?}");
        assert_eq!(events[0]["code"], "held_by_another", "{events:?}");
        let activity = format!("run {}", stage.dir.display());
        for word in [&first.pid().to_string(), &activity] {
            assert!(ended.stderr.contains(word), "the person learns who it is ({word}): {}", ended.stderr);
        }
    }

    assert_eq!(stage.card("Add")["status"], "in_progress", "looking is allowed while a run goes on");
    stage.ok(&["features", "add", "Subtract"]);
    assert_eq!(stage.runs().len(), 1, "a refused run is no run");
    let elsewhere = builds("elsewhere", BUILD);
    let file = stage.machine.scenario("elsewhere", &elsewhere.to_string());
    let dir = other.to_str().expect("a plain path");
    let at_other_home = |words: &[&str]| {
        let mut command = stage.machine.command(words);
        command.env("HARNESS_HOME", stage.machine.path("other-data"));
        Watched::over(command).end()
    };
    std::fs::write(other.join("package.json"), r#"{"scripts": {"test": "node --test"}}"#).expect("a file");
    std::fs::write(other.join("a.test.js"), "require('node:test')('holds', () => {});").expect("a file");
    let (ended, _) = at_other_home(&["features", "add", "Multiply", "--project", dir]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let (ended, events) = at_other_home(&["run", dir, "--rehearse", &file, "--json"]);
    assert_eq!(ended.code, Some(0), "another data directory is another product: {}", told(&ended, &events));
    assert_eq!(git(&other, &["log", "--format=%s", "-1"]).trim(), "Multiply", "it built there");

    stage.file("go", "");
    let (ended, events) = first.end();
    assert_eq!(ended.code, Some(0), "the first host goes on as if nothing had happened: {}", told(&ended, &events));
    let cards: Vec<Value> = stage.machine.features(&stage.dir).iter().map(|card| card["status"].clone()).collect();
    assert_eq!(cards, ["passing", "passing"], "with the card that was added meanwhile");
}
