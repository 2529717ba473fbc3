//! How each outcome of a session is settled: for its card, for the tree, and for the run.

use super::super::{
    outcome::{Ended, Next, Settled},
    tree,
};
use crate::{git, stage::Stage, toolbox::Toolbox};
use harness_domain::{
    event::Event,
    failure::Outcome,
    feature::{Feature, Kind, Status},
    id::{FeatureId, RunId},
    run::Role,
};

struct Session {
    run: RunId,
    toolbox: Toolbox,
    card: Feature,
}

/// A session of a run that holds `id`, and has written a file.
fn at_work(stage: &Stage, id: FeatureId) -> Session {
    let run = stage.run();
    let toolbox = stage.session(run, Role::Coding);
    let card = toolbox.next().expect("a card").feature.map(|card| card.id);
    assert_eq!(card, Some(id), "the queue offers the card of the test");
    let card = stage.card(id);
    tree::hand_to_agent(&stage.project, Some(&card)).expect("a note");
    stage.write("half.txt", "half done\n");
    Session { run, toolbox, card }
}

async fn settle_with_budget(stage: &Stage, session: &Session, outcome: Outcome, has_budget: bool) -> Settled {
    let ended = Ended {
        project: &stage.project,
        run: session.run,
        role: Role::Coding,
        toolbox: &session.toolbox,
        feature: Some(&session.card),
        outcome: &outcome,
        has_budget,
        last_words: Some("I was nearly there.".into()),
        looped: None,
        refusal: session.toolbox.last_refusal(),
    };
    let remembered = ended.remembered();
    ended.settle(&remembered).await.expect("nothing is wrong with the tree")
}

async fn settle(stage: &Stage, session: &Session, outcome: Outcome) -> Settled {
    settle_with_budget(stage, session, outcome, false).await
}

fn what_follows(next: &Next) -> &'static str {
    match next {
        Next::GoOn => "goes on",
        Next::BackOff { .. } => "backs off",
        Next::WaitForLimit { .. } => "waits",
        Next::End(end) => end.code(),
    }
}

fn detail() -> String {
    "as a test".into()
}

#[tokio::test]
async fn what_is_no_fault_of_a_card_is_not_charged_and_leaves_its_work_in_the_tree() {
    let cases = [
        (Outcome::RateLimited { until_ms: Some(5) }, "waits"),
        (Outcome::AuthExpired, "needs_person"),
        (Outcome::BudgetExhausted, "needs_person"),
        (Outcome::ApiRefused { status: Some(404) }, "needs_person"),
        (Outcome::ApiUnavailable { status: Some(529) }, "backs off"),
        (Outcome::NotStarted { detail: detail() }, "backs off"),
        (Outcome::Stopped, "stopped"),
        (Outcome::StorageFailed { detail: detail() }, "failed"),
    ];
    for (outcome, follows) in cases {
        let code = outcome.code();
        let stage = Stage::new();
        let id = stage.feature("Card");
        let session = at_work(&stage, id);
        let settled = settle(&stage, &session, outcome).await;
        assert_eq!(what_follows(&settled.next), follows, "{code}");
        let card = stage.card(id);
        assert_eq!((card.status, card.attempts, card.lease), (Status::Pending, 0, None), "{code}");
        assert!(stage.path("half.txt").exists(), "{code}: the next session goes on with it");
        assert!(
            settled.unfinished.is_some_and(|saved| saved.starts_with("refs/harness/")),
            "{code}: and is told of it"
        );
        assert!(tree::is_agents(&stage.project).expect("a note"), "{code}: nobody takes it for the person's");
    }
}

#[tokio::test]
async fn a_failed_attempt_is_charged_with_its_diagnosis_until_the_card_is_parked_and_its_work_taken_out() {
    let mut stage = Stage::new();
    let id = stage.feature("Card");
    let outcomes = [
        (Outcome::Completed, "never asked for the checks"),
        (Outcome::Crashed { detail: "exit 3".into() }, "exit 3"),
        (Outcome::MaxTurns, "max_turns"),
    ];
    for (attempt, (outcome, words)) in (1..).zip(outcomes) {
        let session = at_work(&stage, id);
        stage.told();
        settle(&stage, &session, outcome).await;
        let card = stage.card(id);
        assert_eq!(card.attempts, attempt);
        let note = card.note.unwrap_or_default();
        assert!(note.contains(words) && note.contains("I was nearly there."), "attempt {attempt}: {note}");
        let is_parked = attempt == 3;
        assert_eq!(card.status, if is_parked { Status::Blocked } else { Status::Pending });
        assert_eq!(stage.is_clean(), is_parked, "what will be gone on with stays, what will not is taken out");
    }
    let told = stage.notices("work_saved");
    assert!(told.len() == 1 && told[0].contains("refs/harness/"), "the person is told where it is: {told:?}");
    assert!(!tree::is_agents(&stage.project).expect("a note"), "the tree is the person's again");
}

#[tokio::test]
async fn a_card_that_waits_for_a_person_or_was_given_back_leaves_a_clean_tree() {
    for gives_up in ["asks", "skips", "gives back"] {
        let stage = Stage::new();
        let id = stage.feature("Card");
        let session = at_work(&stage, id);
        match gives_up {
            "asks" => drop(session.toolbox.request_human_input(id, "Which colour?".into()).expect("a question")),
            "skips" => drop(session.toolbox.skip(id, "no network").expect("it is its own")),
            _ => drop(session.toolbox.clear_in_progress(id).expect("it is its own")),
        }
        let settled = settle(&stage, &session, Outcome::Completed).await;
        assert_eq!(settled, Settled { next: Next::GoOn, unfinished: None }, "{gives_up}");
        assert!(stage.is_clean(), "{gives_up}: the next card starts from what is committed");
        let expected = if gives_up == "asks" { (Status::NeedsInput, 0) } else { (Status::Pending, 1) };
        assert_eq!((stage.status(id), stage.card(id).attempts), expected, "{gives_up}");
    }
}

#[tokio::test]
async fn a_bug_that_was_analysed_leaves_what_its_analysis_wrote_to_its_fix() {
    let stage = Stage::new();
    let bug = stage.add(Kind::Bug, "Broken", &[], None);
    let session = at_work(&stage, bug);
    let fix = stage.add(Kind::Fix, "Mended", &[], Some(bug));
    settle(&stage, &session, Outcome::Completed).await;
    assert_eq!((stage.status(bug), stage.card(bug).attempts), (Status::Fixing, 0), "it did what it was to do");
    let fix = stage.card(fix);
    let is_clear = tree::take_out_others(&stage.project, session.run, Some(&fix)).await.expect("a tree");
    assert!(!is_clear && stage.path("half.txt").exists(), "a test that shows the fault is what the fix starts from");
}

#[tokio::test]
async fn the_budget_of_the_run_ends_it_and_an_account_without_credit_needs_a_person() {
    for (has_budget, code) in [(true, "budget_exhausted"), (false, "needs_person")] {
        let stage = Stage::new();
        let id = stage.feature("Card");
        let session = at_work(&stage, id);
        let settled = settle_with_budget(&stage, &session, Outcome::BudgetExhausted, has_budget).await;
        let Next::End(end) = settled.next else { panic!("the run must end: {:?}", settled.next) };
        assert_eq!(end.code(), code, "has a budget: {has_budget}");
    }
}

#[tokio::test]
async fn a_card_that_a_person_removed_meanwhile_does_not_fail_the_run() {
    let stage = Stage::new();
    let id = stage.feature("Card");
    let session = at_work(&stage, id);
    session.toolbox.skip(id, "it is wrong").expect("it is its own");
    stage
        .project
        .store
        .remove(id, &stage.project.cause(harness_domain::feature::Actor::Person, None, "wrong"))
        .expect("free");
    let settled = settle(&stage, &session, Outcome::Completed).await;
    assert_eq!(settled.next, Next::GoOn);
    assert!(stage.is_clean(), "work on a card that is gone is taken out, too");
}

#[tokio::test]
async fn unfinished_work_never_ends_up_in_the_commit_of_another_card() {
    let mut stage = Stage::new();
    let (first, second) = (stage.feature("First"), stage.feature("Second"));
    let session = at_work(&stage, first);
    settle(&stage, &session, Outcome::MaxTurns).await;
    let same = tree::take_out_others(&stage.project, session.run, Some(&stage.card(first))).await.expect("a tree");
    assert!(!same && stage.path("half.txt").exists(), "its own next session goes on with it");

    // A person moved the other one to the front.
    let cause = stage.project.cause(harness_domain::feature::Actor::Person, None, "urgent");
    stage.project.store.pin(second, true, &cause).expect("a card");
    stage.told();
    let other = tree::take_out_others(&stage.project, session.run, Some(&stage.card(second))).await.expect("a tree");
    assert!(other && stage.is_clean(), "the other one starts from what is committed");
    let told = stage.notices("work_saved");
    let saved_as = told.first().and_then(|told| told.split_whitespace().find(|word| word.starts_with("refs/")));
    let saved_as = saved_as.unwrap_or_else(|| panic!("the person is told: {told:?}")).trim_end_matches('.');
    let repository = git2::Repository::open(stage.project.dir()).expect("a repository");
    let saved = repository.find_reference(saved_as).and_then(|found| found.peel_to_tree()).expect("a saved tree");
    assert!(saved.get_name("half.txt").is_some(), "and finds it there");
}

#[tokio::test]
async fn work_of_no_card_is_left_to_whoever_comes_next() {
    let stage = Stage::new();
    let card = stage.feature("Card");
    tree::hand_to_agent(&stage.project, None).expect("a note");
    stage.write("package.json", "{}\n");
    let run = stage.run();
    let is_clear = tree::take_out_others(&stage.project, run, Some(&stage.card(card))).await.expect("a tree");
    assert!(!is_clear && stage.path("package.json").exists(), "an initializer's skeleton is what everything builds on");
}

#[tokio::test]
async fn a_card_passes_only_after_its_proof_is_stored_and_what_was_checked_is_committed() {
    let mut stage = Stage::new();
    let id = stage.feature("Card");
    let session = at_work(&stage, id);
    stage.write("built", "");
    let before = stage.head();
    stage.told();
    session.toolbox.mark_passing(id, Vec::new()).await.expect("a verdict");
    let evidence = stage.project.store.evidence_latest_of(id).expect("a proof").expect("a proof");
    assert_ne!(stage.head(), before, "what was checked is committed");
    assert_eq!(evidence.commit, Some(stage.head()), "and the proof names that commit");
    let told = stage.told();
    let place = |is_it: &dyn Fn(&Event) -> bool| told.iter().position(is_it).expect("it was told");
    let stored = place(&|event| matches!(event, Event::EvidenceStored { .. }));
    let passes = place(&|event| matches!(event, Event::FeatureChanged { status: Status::Passing, .. }));
    assert!(stored < passes, "no card passes before its proof is stored: {told:?}");
    settle(&stage, &session, Outcome::Completed).await;
    assert_eq!((stage.status(id), stage.card(id).attempts), (Status::Passing, 0));
    assert!(!tree::is_agents(&stage.project).expect("a note") && stage.is_clean());
    assert_eq!(git::head(stage.project.dir()).expect("a repository"), evidence.commit);
}
