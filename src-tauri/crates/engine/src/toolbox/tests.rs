//! What an agent may ask, and what it may not.

use super::*;
use crate::stage::Stage;
use harness_domain::{
    feature::{Kind, Status},
    id::EvidenceId,
};
use serde_json::json;
use std::time::Duration;

fn why(result: Result<impl std::fmt::Debug, EngineError>) -> String {
    result.expect_err("it must be refused").to_string()
}

fn card(name: &str, parent: Option<FeatureId>) -> Card {
    Card {
        category: "api".into(),
        name: name.into(),
        steps: vec!["Look.".into()],
        parent_bug_id: parent,
        ..Card::default()
    }
}

#[tokio::test]
async fn a_session_of_a_run_has_one_card_whether_it_builds_it_skips_it_or_gives_it_back() {
    let stage = Stage::new();
    let (first, second) = (stage.feature("First"), stage.feature("Second"));
    let run = stage.run();

    let coder = stage.session(run, Role::Coding);
    assert_eq!(coder.next().expect("a card").feature.map(|card| card.id), Some(first));
    assert_eq!(coder.next().expect("the same").feature.map(|card| card.id), Some(first), "it is asked for again");
    assert!(why(coder.mark_in_progress(second)).contains("already works on #1"), "two cards at once mix their commits");
    assert!(
        why(coder.skip(second, "no")).contains("already works on #1"),
        "the order of others is none of its business"
    );
    stage.write("built", "");
    assert_eq!(coder.mark_passing(first, Vec::new()).await.expect("a verdict").status, "passing");
    assert_eq!(coder.next().expect("an answer").kind, NextKind::SessionDone, "a session builds one card");
    assert!(why(coder.mark_in_progress(second)).contains("has done its card"));

    let quitter = stage.session(run, Role::Coding);
    quitter.mark_in_progress(second).expect("it is free");
    quitter.clear_in_progress(second).expect("it is its own");
    assert_eq!(quitter.next().expect("an answer").kind, NextKind::SessionDone, "half-done work may lie in the tree");
    assert_eq!(stage.status(second), Status::Pending);

    let skipper = stage.session(run, Role::Coding);
    skipper.mark_in_progress(second).expect("it is free");
    skipper.skip(second, "later").expect("it is its own");
    assert_eq!(skipper.next().expect("an answer").kind, NextKind::SessionDone);
}

#[tokio::test]
async fn a_client_outside_any_run_goes_on_to_its_next_card() {
    let stage = Stage::new();
    let (first, second) = (stage.feature("First"), stage.feature("Second"));
    let client = stage.client();
    stage.write("built", "");
    assert_eq!(client.mark_passing(first, Vec::new()).await.expect("a verdict").status, "passing");
    assert_eq!(client.next().expect("the next").feature.map(|card| card.id), Some(second));
}

#[test]
fn a_coding_session_creates_fixes_and_nothing_else() {
    let stage = Stage::new();
    let bug = stage.add(Kind::Bug, "Broken", &[], None);
    let coder = stage.session(stage.run(), Role::Coding);
    let refusal = why(coder.create_bulk(vec![card("Fix", Some(bug)), card("Feature", None)], false));
    assert!(refusal.contains("parent_bug_id"), "it learns what is allowed: {refusal}");
    assert_eq!(stage.project.store.counts().expect("counts").total, 1, "all of the batch or nothing");

    assert_eq!(coder.next().expect("the bug").kind, NextKind::BugAnalysisNeeded);
    let created = coder.create_bulk(vec![card("Fix", Some(bug))], false).expect("a fix");
    assert!(created.instruction.is_some(), "the analysis is done, and the session with it");
    assert_eq!(coder.next().expect("an answer").kind, NextKind::SessionDone);
    assert_eq!((stage.status(bug), stage.card(created.features[0].id).kind), (Status::Fixing, Kind::Fix));
}

#[test]
fn only_an_analysis_is_believed_that_something_passes_already() {
    let stage = Stage::new();
    let run = stage.run();
    let found = |passes| vec![ImportedCard { card: card("Here", None), passes }];
    let planner = stage.session(run, Role::Initializer);
    assert!(why(planner.import_existing(found(true))).contains("only an analysis"), "passing needs evidence");
    assert_eq!(planner.import_existing(found(false)).expect("to be verified").pending, 1);
    assert_eq!(stage.session(run, Role::Analyst).import_existing(found(true)).expect("its job").passing, 1);
}

#[test]
fn nobody_disposes_of_a_card_in_another_sessions_hands() {
    let stage = Stage::new();
    let held = stage.feature("Held");
    let coder = stage.session(stage.run(), Role::Coding);
    coder.mark_in_progress(held).expect("it is free");
    let client = stage.client();
    for refusal in [
        why(client.request_human_input(held, json!("Shall I?"))),
        why(client.skip(held, "mine now")),
        why(client.clear_in_progress(held)),
    ] {
        assert!(refusal.contains("another session"), "{refusal}");
    }
    assert_eq!(coder.claimed().expect("a card").map(|card| card.id), Some(held), "it still has its card");
}

#[test]
fn a_claim_that_is_renewed_outlives_its_lease_and_one_that_is_not_ends_with_it() {
    let stage = Stage::new();
    let id = stage.feature("Slow");
    let (slow, other) = (stage.client(), stage.client());
    slow.mark_in_progress(id).expect("it is free");
    for _ in 0..3 {
        stage.clock.advance(Duration::from_millis(LEASE_MS as u64 - 1));
        assert_eq!(other.next().expect("an answer").kind, NextKind::InProgress, "a card is never in two hands");
        slow.renew_lease().expect("a lease");
    }
    stage.clock.advance(Duration::from_millis(LEASE_MS as u64));
    assert_eq!(other.next().expect("an answer").feature.map(|card| card.id), Some(id), "a lost client holds up nobody");
    assert!(slow.claimed().expect("an answer").is_none());
}

#[tokio::test]
async fn a_second_request_for_the_verdict_is_refused_while_the_checks_run() {
    let mut stage = Stage::new();
    stage.project.settings.checks[0].command = "while [ ! -f built ]; do sleep 0.01; done".into();
    let id = stage.feature("Slow");
    let coder = stage.session(stage.run(), Role::Coding);
    coder.mark_in_progress(id).expect("it is free");
    let both = async {
        let first = coder.mark_passing(id, Vec::new());
        let second = async {
            let refusal = why(coder.mark_passing(id, Vec::new()).await);
            stage.write("built", "");
            refusal
        };
        // In this order: the first has begun when the second asks.
        futures::future::join(first, second).await
    };
    let (first, refusal) = tokio::time::timeout(Duration::from_secs(60), both).await.expect("the checks end");
    assert!(refusal.contains("still running"), "two sets of checks in one tree disturb each other: {refusal}");
    assert_eq!(first.expect("a verdict").status, "passing", "the first request is not harmed");
}

#[tokio::test]
async fn a_bug_whose_fixes_pass_is_resolved_by_its_session_which_is_then_over() {
    let stage = Stage::new();
    let bug = stage.add(Kind::Bug, "Broken", &[], None);
    let run = stage.run();
    assert!(why(stage.session(run, Role::Coding).bug_resolve(bug)).contains("fix"), "nothing mends it yet");
    let fix = stage.add(Kind::Fix, "Mended", &[], Some(bug));
    stage.write("built", "");
    let report = stage.session(run, Role::Coding).mark_passing(fix, Vec::new()).await.expect("a verdict");
    assert_eq!(report.also_passing, [bug], "the host resolves it with its last fix");
    let resolved = stage.session(run, Role::Coding).bug_resolve(bug).expect("it is resolved");
    assert_eq!((resolved.status, resolved.fixes_passing), ("resolved", 1), "to say so again changes nothing");
}

#[tokio::test]
async fn a_refusal_shows_the_failing_output_and_leaves_the_card_with_its_session() {
    let mut stage = Stage::new();
    stage.project.settings.checks[0].command = "test -f built || { echo the file is missing; exit 3; }".into();
    let id = stage.feature("Unbuilt");
    let coder = stage.session(stage.run(), Role::Coding);
    coder.mark_in_progress(id).expect("it is free");
    let head = stage.head();
    let report = coder.mark_passing(id, Vec::new()).await.expect("a verdict");
    assert_eq!((report.status, report.evidence_id), ("refused", Some(EvidenceId(1))), "the failed proof is kept too");
    assert!(report.message.contains("the file is missing"), "the agent reads what failed: {}", report.message);
    assert!(coder.last_refusal().is_some_and(|why| why.contains("failed")), "and so does the next session");
    assert_eq!((stage.head(), coder.is_done()), (head, false), "nothing is committed, and it may try again");
    assert_eq!(coder.claimed().expect("a card").map(|card| card.id), Some(id));
}

#[test]
fn a_question_without_words_is_refused_and_one_with_words_hands_the_card_to_the_person() {
    let stage = Stage::new();
    let id = stage.feature("Unclear");
    let coder = stage.session(stage.run(), Role::Coding);
    coder.mark_in_progress(id).expect("it is free");
    for empty in [json!(null), json!("  "), json!({ "question": "" })] {
        assert!(why(coder.request_human_input(id, empty.clone())).contains("empty"), "{empty}");
    }
    coder.request_human_input(id, json!({ "question": "Which colour?" })).expect("it can be answered");
    assert_eq!((stage.status(id), coder.is_done()), (Status::NeedsInput, true));
    assert!(stage.card(id).note.is_some_and(|note| note.contains("Which colour?")), "the board shows the question");
}

#[tokio::test]
async fn settings_that_an_agent_left_in_its_home_are_shown_on_the_evidence_of_checks_they_steer() {
    let stage = Stage::new();
    let home = stage.project.private_home();
    let python = home.join(".local/lib/python3.12/site-packages");
    std::fs::create_dir_all(&python).expect("directories");
    std::fs::write(home.join(".npmrc"), "script-shell=/bin/true\n").expect("a file");
    std::fs::write(python.join("usercustomize.py"), "").expect("a file");
    let id = stage.feature("Cheap");
    stage.write("built", "");
    let report = stage.client().mark_passing(id, Vec::new()).await.expect("a verdict");
    let warning = report.warnings.iter().find(|warning| warning.contains("~/.npmrc")).map(String::as_str);
    let warning = warning.unwrap_or_else(|| panic!("a person must see it: {:?}", report.warnings));
    assert!(warning.contains("~/.local/lib/python3.12/site-packages/usercustomize.py"), "{warning}");
}
