//! The small shipped scenarios: what tests of the host rely on.

use crate::{client::Conversation, host::Host};
use harness_rehearsal::{Rehearsal, Scenario};

async fn host(name: &str) -> Host {
    Host::of(Scenario::load(name).expect("a shipped scenario is good")).await
}

#[test]
fn every_shipped_scenario_loads_under_its_name_and_says_that_it_is_a_rehearsal() {
    let names = Scenario::builtin_names();
    for name in ["demo", "rate-limited", "auth-expired", "overloaded", "gives-up", "no-features", "endless", "cheats"] {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    for name in names {
        let scenario = Scenario::load(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(scenario.name(), name, "the file is called as the scenario is");
        assert!(scenario.title().contains("Rehearsal"), "{name} must be labelled: {}", scenario.title());
        let is_labelled = scenario.spec().is_none_or(|spec| spec.contains("ehearsal"));
        assert!(is_labelled, "the specification of {name} must be labelled too");
        let begins_without = matches!(name, "analysis" | "interview");
        assert_eq!(scenario.spec().is_none(), begins_without, "{name}: what finds or makes one begins without");
    }
}

#[tokio::test]
async fn scenarios_about_success_end_with_every_card_done() {
    for (name, cards) in [("cut-off", 0), ("huge-output", 1), ("cheats", 2)] {
        let mut host = host(name).await;
        host.session("initializer").await;
        for _ in 0..cards {
            let session = host.session("coding").await;
            assert!(session.of("feature_mark_passing").all(|call| !call.3), "{name}: {:?}", session.calls.last());
        }
        assert_eq!(host.cards.iter().filter(|card| card.is_done).count(), cards, "in {name}");
    }
}

#[tokio::test]
async fn the_cheat_passes_its_tests_only_because_there_are_fewer() {
    let mut host = host("cheats").await;
    host.session("initializer").await;
    host.session("coding").await;
    let count = |host: &Host| host.shell("node --test | grep -E '^# (tests|skipped) '").expect("the tests pass");
    assert_eq!(count(&host), "# tests 3\n# skipped 0\n");
    host.session("coding").await;
    assert_eq!(count(&host), "# tests 2\n# skipped 1\n", "one is gone, one is skipped, and all is green");
}

#[tokio::test]
async fn an_agent_that_gives_up_or_creates_nothing_asks_for_no_passing() {
    let mut gives_up = host("gives-up").await;
    gives_up.session("initializer").await;
    assert_eq!(gives_up.cards.len(), 2);
    let session = gives_up.session("coding").await;
    assert_eq!(session.of("feature_mark_passing").count(), 0);
    let mut no_features = host("no-features").await;
    for _ in 0..3 {
        no_features.session("initializer").await;
    }
    assert!(no_features.cards.is_empty());
}

#[tokio::test]
async fn a_regression_is_reported_and_its_fix_begins_with_a_failing_test() {
    let mut host = host("regresses").await;
    host.session("initializer").await;
    host.session("coding").await;
    assert!(host.cards[0].is_done, "it passes before anybody looks closer");
    let tester = host.session("tester").await;
    assert!(tester.of("Bash").all(|call| call.3), "the fault is real");
    assert_eq!(tester.of("feature_mark_failing").count(), 1);
    let fix = host.session("coding").await;
    assert!(fix.of("Bash").any(|call| call.3), "the regression test fails first: {:?}", fix.calls);
    assert!(fix.of("feature_mark_passing").all(|call| !call.3), "and the fix mends it: {:?}", fix.calls.last());
}

#[tokio::test]
async fn a_question_is_asked_until_the_prompt_has_an_answer() {
    let mut host = host("asks-human").await;
    host.session("initializer").await;
    let session = host.session("coding").await;
    assert_eq!(session.of("feature_request_human_input").count(), 1);
    let mut answered = Conversation::begin(&host.rehearsal, "coding", "later");
    answered.prompt("Work on Add.\nAsked: …\nAnswered: join them");
    answered.turn().await;
    answered.answer(&[(r#"{"type":"feature","feature":{"id":1,"name":"Add"}}"#, false)]);
    assert!(answered.line().await.starts_with("Write"), "with an answer it works");
}

#[tokio::test]
async fn services_in_trouble_answer_as_real_ones_do() {
    for (name, statuses) in
        [("rate-limited", [429, 429, 200]), ("overloaded", [529, 200, 529]), ("auth-expired", [401, 401, 401])]
    {
        let rehearsal = Rehearsal::start(Scenario::load(name).expect("good")).await.expect("a port is free");
        let mut got = Vec::new();
        for session in ["s1", "s1", "s2"] {
            got.push(Conversation::begin(&rehearsal, "coding", session).send(true).await.status);
        }
        assert_eq!(got, statuses, "{name}: twice in the first session, once in the second");
    }
}
