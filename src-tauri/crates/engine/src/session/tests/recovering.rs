//! A host that died between any two steps, and what the next one makes of it.

use super::super::{Recovered, recover, tree};
use crate::{git, stage::Stage};
use harness_domain::{
    evidence::{Check, CheckKind, CheckResult, SandboxLevel},
    failure::RunEnd,
    feature::{Actor, Kind, Status},
    id::{EvidenceId, FeatureId, RunId},
    lifecycle::State,
    run::Role,
};
use harness_store::NewEvidence;

/// A proof as it is stored before anything is committed.
fn proof(stage: &Stage, run: RunId, feature: FeatureId) -> EvidenceId {
    let check = Check { kind: CheckKind::Test, command: "test -f built".into(), origin: "configured".into() };
    let result = CheckResult {
        check,
        exit_code: Some(0),
        is_timed_out: false,
        duration_ms: 1,
        output_tail: String::new(),
        tests_run: None,
    };
    let new = NewEvidence {
        feature,
        run: Some(run),
        is_passing: true,
        results: vec![result],
        skipped: Vec::new(),
        is_quick: false,
        warnings: Vec::new(),
        sandbox: SandboxLevel::Full,
        at_ms: crate::stage::START_MS,
    };
    stage.project.store.evidence_add(new).expect("a proof").id
}

fn enter(stage: &Stage, run: RunId, states: &[State]) {
    for state in states {
        stage.project.store.run_transition(run, *state, None, "as a test", crate::stage::START_MS).expect("lawful");
    }
}

/// What must hold after every recovery, whatever was interrupted.
fn assert_settled(stage: &Stage, run: RunId, found: &Recovered) {
    assert_eq!(found.runs, [run], "the run is found");
    let stored = stage.project.store.run(run).expect("a run");
    assert_eq!(stored.end, Some(RunEnd::Crashed));
    assert_eq!(stored.state, State::Idle, "a run that is over stands still");
    assert!(stage.project.store.runs_unfinished().expect("runs").is_empty());
    for session in stage.project.store.sessions_of(run).expect("sessions") {
        assert!(session.outcome.is_some(), "no session is under way any more");
    }
    for card in stage.project.store.features().expect("cards") {
        assert!(card.lease.is_none(), "nobody holds #{}", card.id);
        assert!(!matches!(card.status, Status::InProgress | Status::Analyzing), "#{} can be taken", card.id);
        assert_eq!(card.attempts, 0, "a dead host is no failure of #{}", card.id);
    }
}

#[tokio::test]
async fn a_host_that_died_anywhere_on_the_way_to_passing_leaves_a_card_that_can_be_built_again_or_passes() {
    for step in ["claimed", "checks under way", "proof stored", "committed", "commit noted", "marked"] {
        let stage = Stage::new();
        let id = stage.feature("Card");
        let run = stage.run();
        let toolbox = stage.session(run, Role::Coding);
        toolbox.next().expect("a card");
        tree::hand_to_agent(&stage.project, Some(&stage.card(id))).expect("a note");
        stage.write("built", "");
        let steps = ["claimed", "checks under way", "proof stored", "committed", "commit noted", "marked"];
        let reached = |wanted: &str| steps.iter().position(|s| *s == step) >= steps.iter().position(|s| *s == wanted);
        if reached("checks under way") {
            enter(&stage, run, &[State::Testing]);
        }
        let evidence = reached("proof stored").then(|| proof(&stage, run, id));
        if reached("committed") {
            enter(&stage, run, &[State::Verifying]);
            tree::commit(&stage.project, run, "Card", Some(id)).await.expect("a commit");
            tree::hand_to_agent(&stage.project, Some(&stage.card(id))).expect("a note");
        }
        if let Some(evidence) = evidence.filter(|_| reached("commit noted")) {
            stage.project.store.evidence_set_commit(evidence, &stage.head(), &[]).expect("a proof");
            if reached("marked") {
                let cause = stage.project.cause(Actor::Host, Some(run), "evidence");
                stage.project.store.mark_passing(id, evidence, &cause).expect("it passes");
            }
        }
        drop(toolbox);

        let stage = stage.reopened();
        let found = recover(&stage.project).await.expect("it is put right");
        assert_settled(&stage, run, &found);
        let is_committed = reached("committed");
        assert_eq!(found.saved_as.is_some(), !is_committed, "{step}: what is not committed is saved");
        assert!(stage.path("built").exists(), "{step}: and stays where it is");
        let expected = if reached("marked") { Status::Passing } else { Status::Pending };
        assert_eq!(stage.status(id), expected, "{step}: nothing passes on a proof that was never concluded");

        // The next session can finish it, whatever is there already.
        if !reached("marked") {
            let again = stage.session(stage.run(), Role::Coding);
            assert_eq!(again.next().expect("a card").feature.map(|card| card.id), Some(id), "{step}");
            let report = again.mark_passing(id, Vec::new()).await.expect("a verdict");
            assert_eq!((report.status, report.commit), ("passing", Some(stage.head())), "{step}");
        }
    }
}

#[tokio::test]
async fn a_recovery_that_was_itself_cut_off_is_simply_done_again() {
    let mut stage = Stage::new();
    let id = stage.feature("Card");
    let run = stage.run();
    stage.session(run, Role::Coding).next().expect("a card");
    tree::hand_to_agent(&stage.project, Some(&stage.card(id))).expect("a note");
    stage.write("half.txt", "half\n");
    stage.told();
    let found = recover(&stage.project).await.expect("it is put right");
    assert_settled(&stage, run, &found);
    assert_eq!(found.released, [id]);
    let sentences = stage.notices("recovered");
    assert!(sentences.iter().any(|told| told.contains(&format!("Run {run} was cut off"))), "{sentences:?}");

    let again = recover(&stage.project).await.expect("nothing is left to do");
    assert_eq!((again.runs, again.released), (Vec::new(), Vec::new()));
    assert!(again.saved_as.is_some(), "work that still lies there is saved again rather than forgotten");
    assert_eq!(stage.status(id), Status::Pending);
}

#[tokio::test]
async fn a_bug_whose_analysis_died_is_open_again_or_goes_on_with_the_fixes_it_got() {
    for has_fix in [false, true] {
        let stage = Stage::new();
        let bug = stage.add(Kind::Bug, "Broken", &[], None);
        let run = stage.run();
        stage.session(run, Role::Coding).next().expect("the bug");
        assert_eq!(stage.status(bug), Status::Analyzing);
        let fix = has_fix.then(|| stage.add(Kind::Fix, "Mended", &[], Some(bug)));
        let stage = stage.reopened();
        recover(&stage.project).await.expect("it is put right");
        assert_eq!(stage.status(bug), if has_fix { Status::Fixing } else { Status::Open });
        let next = stage.session(stage.run(), Role::Coding).next().expect("an answer").feature.map(|card| card.id);
        assert_eq!(next, Some(fix.unwrap_or(bug)), "it is never stuck because a run died");
    }
}

#[tokio::test]
async fn a_claim_of_a_client_that_was_lost_is_given_back_once_its_lease_is_over() {
    let stage = Stage::new();
    let id = stage.feature("Card");
    stage.client().mark_in_progress(id).expect("it is free");
    let found = recover(&stage.project).await.expect("nothing to do");
    assert_eq!((found.released, stage.status(id)), (Vec::new(), Status::InProgress), "it may be alive");
    stage.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    let found = recover(&stage.project).await.expect("it is put right");
    assert_eq!((found.released, stage.status(id)), (vec![id], Status::Pending));
}

#[tokio::test]
async fn the_persons_own_changes_are_not_taken_for_an_agents() {
    let stage = Stage::new();
    stage.write("mine.txt", "my own work\n");
    let found = recover(&stage.project).await.expect("nothing to do");
    assert_eq!(found, Recovered::default(), "no session ever had the tree");
    assert!(stage.path("mine.txt").exists());
    assert_eq!(git::waiting_asides(stage.project.dir()).expect("a stash").len(), 0);
}
