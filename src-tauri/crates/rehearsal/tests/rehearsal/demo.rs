//! The shipped demonstration, played to its end: every file is written, every command and every test really runs.

use crate::host::{Host, Session};
use harness_rehearsal::{PersonAction, Scenario};
use serde_json::json;

/// Reports the bugs a person reports once that feature has passed.
fn act(host: &mut Host, actions: &[PersonAction], passed: &str) {
    for action in actions.iter().filter(|action| action.after_passing == passed) {
        let bug = &action.report_bug;
        host.add("bug", json!({"name": bug.name, "description": bug.description, "steps": bug.steps}), Vec::new());
    }
}

fn failed(session: &Session, tool: &str) -> usize {
    session.of(tool).filter(|(_, _, _, is_error)| *is_error).count()
}

#[tokio::test]
async fn the_demo_builds_a_program_whose_tests_pass_even_when_every_session_is_interrupted_once() {
    let scenario = Scenario::load("demo").expect("the shipped scenario is good");
    assert!(scenario.title().contains("Rehearsal") && scenario.spec().is_some_and(|spec| spec.contains("rehearsal")));
    let actions = scenario.person_actions().to_vec();
    let mut host = Host::of(scenario).await;

    host.interrupted_session("initializer").await;
    host.cards.clear();
    let initializer = host.session("initializer").await;
    assert_eq!(failed(&initializer, "Write"), 0, "what an interrupted session left is read first");
    assert_eq!(failed(&initializer, "Bash"), 0, "the skeleton's checks run: {:?}", initializer.calls);
    assert!(host.cards.len() >= 9 && host.cards.iter().filter(|card| !card.needs.is_empty()).count() >= 8);

    let mut log = Vec::new();
    loop {
        let next = host.next();
        if next["type"] == "feature" {
            host.interrupted_session("coding").await;
        }
        let session = host.session("coding").await;
        if next["type"] == "all_done" {
            assert!(session.closing.contains("nothing for me to do"), "got {}", session.closing);
            break;
        }
        let name = next["feature"]["name"].as_str().expect("a card has a name").to_owned();
        assert_eq!(failed(&session, "Write") + failed(&session, "Edit") + failed(&session, "Read"), 0, "in {name}");
        let is_done = host.cards.iter().any(|card| card.card["name"] == *name && card.is_done);
        assert_eq!(is_done, next["type"] != "bug_analysis_needed", "{name} passes: {:?}", session.calls.last());
        act(&mut host, &actions, &name);
        log.push((name, failed(&session, "feature_mark_passing"), failed(&session, "Bash")));
        assert!(log.len() <= host.cards.len(), "the demo goes round in circles: {log:?}");
    }

    let order: Vec<&str> = log.iter().map(|(name, _, _)| name.as_str()).collect();
    let bug = order.iter().position(|name| *name == actions[0].report_bug.name).expect("the bug was analysed");
    assert_eq!(order[bug - 1], actions[0].after_passing, "the bug comes right after the feature it was seen in");
    let fix = host.cards.iter().find(|card| card.kind == "fix").expect("a fix was planned");
    assert_eq!(order[bug + 1], fix.card["name"], "and its fix right after the analysis");
    let refused: Vec<&str> =
        log.iter().filter(|(_, refusals, _)| *refusals > 0).map(|(name, _, _)| name.as_str()).collect();
    assert_eq!(refused, ["API: filter, search and order"], "the gate refuses once, for a test that really fails");
    let failing: Vec<&str> = log.iter().filter(|(_, _, bash)| *bash > 0).map(|(name, _, _)| name.as_str()).collect();
    assert!(failing.contains(&order[bug + 1]), "the regression test fails before the fix: {failing:?}");

    host.gate(&[]).expect("the finished program's tests pass");
    let lint = host.shell("npm run --silent lint").expect("it keeps its own house rules");
    assert!(lint.contains("0 problems"), "got {lint}");
    let errors: Vec<_> = host.rehearsal.recorded().into_iter().filter_map(|request| request.rehearsal_error).collect();
    assert!(errors.is_empty(), "the script always knew what to say: {errors:?}");
}

#[tokio::test]
async fn the_bug_of_the_demo_is_real_until_it_is_mended() {
    let scenario = Scenario::load("demo").expect("the shipped scenario is good");
    let actions = scenario.person_actions().to_vec();
    let mut host = Host::of(scenario).await;
    host.interrupted_session("initializer").await;
    for name in ["Task model", "Store with atomic writes"] {
        let card = host.cards.iter_mut().find(|card| card.card["name"] == name).expect("it is planned");
        card.needs.clear();
    }
    host.cards.retain(|card| card.card["name"] == "Task model" || card.card["name"] == "Store with atomic writes");
    for _ in 0..2 {
        host.session("coding").await;
    }
    act(&mut host, &actions, &actions[0].after_passing);
    let analysis = host.session("coding").await;
    let (_, input, output, is_error) = analysis.of("Bash").next().expect("it tries the report out");
    assert!(*is_error && output.contains("got the number 2"), "the report is true: {output}");
    host.session("coding").await;
    let command = input["command"].as_str().expect("a command");
    let output = host.shell(command).expect("the same command succeeds after the fix");
    assert!(output.contains("got the number 3"), "got {output}");
}

#[test]
fn no_file_of_the_demo_holds_an_escape_that_the_cli_would_change() {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios"))];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let text = std::fs::read_to_string(&entry).expect("text");
                assert!(!text.contains("\\u"), "{}: the CLI writes the character instead", entry.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 50, "the scenarios are where they are looked for: {seen}");
}
