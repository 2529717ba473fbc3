use super::*;
use crate::{NewCheckpoint, StoreError};
use harness_domain::{
    checkpoint::CheckpointKind,
    failure::{Outcome, RunEnd},
    id::CheckpointId,
    lifecycle::{State, UnlawfulTransition},
    run::Usage,
};

#[test]
fn a_run_moves_only_as_its_life_cycle_allows_and_leaves_a_trail() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    assert_eq!(board.run_transition(run, State::Planning, None, "features exist", NOW).unwrap(), State::Planning);
    board.run_transition(run, State::Coding, Some(card), "claimed", NOW + 1).unwrap();
    let error = board.run_transition(run, State::Completed, None, "no", NOW).unwrap_err();
    let expected = UnlawfulTransition { from: State::Coding, to: State::Completed };
    assert_eq!(error, StoreError::UnlawfulRun(expected));
    assert_eq!(board.store.run(run).unwrap().state, State::Coding, "a refused transition changes nothing");
    let trail = board.run_transitions(run).unwrap();
    assert_eq!(
        trail.iter().map(|step| (step.from, step.to)).collect::<Vec<_>>(),
        [(State::Idle, State::Planning), (State::Planning, State::Coding)]
    );
    assert_eq!((trail[1].feature, trail[1].reason.as_str(), trail[1].at_ms), (Some(card), "claimed", NOW + 1));
    let unknown = board.run_transition(RunId(9), State::Coding, None, "", NOW).unwrap_err();
    assert_eq!(unknown, StoreError::NoSuchRun(RunId(9)));
}

#[test]
fn a_run_ends_once() {
    let board = board();
    let run = board.run();
    board.run_add_cost(run, 0.25).unwrap();
    board.run_add_cost(run, 0.5).unwrap();
    board.run_pause_until(run, Some(LATER)).unwrap();
    assert_eq!(board.store.run(run).unwrap().paused_until_ms, Some(LATER));
    let unfinished = board.runs_unfinished().unwrap();
    assert_eq!((unfinished[0].run.id, unfinished[0].host), (run, new_run().host), "the host can be looked for");
    let end = RunEnd::NeedsPerson { why: "a question".into() };
    board.run_end(run, &end, LATER).unwrap();
    let stored = board.store.run(run).unwrap();
    assert_eq!((stored.end, stored.ended_at_ms, stored.cost_usd), (Some(end), Some(LATER), 0.75));
    assert_eq!(stored.paused_until_ms, Some(LATER), "the next run has to wait out the rest");
    assert_eq!(board.run_end(run, &RunEnd::Stopped, LATER).unwrap_err(), StoreError::RunEnded(run));
    let late = board.run_transition(run, State::Coding, None, "", NOW).unwrap_err();
    assert_eq!(late, StoreError::RunEnded(run));
    assert_eq!(board.runs_unfinished().unwrap(), []);
    let newer = board.run();
    assert_eq!(board.runs(9).unwrap().iter().map(|run| run.id).collect::<Vec<_>>(), [newer, run]);
    assert_eq!(board.runs(1).unwrap().len(), 1);
}

#[test]
fn a_session_is_stored_with_its_process_its_card_and_its_end() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    let id = SessionId("0190-uuid".into());
    let new = NewSession { id: id.clone(), run, role: Role::Coding, feature: None };
    board.session_start(new.clone(), NOW).unwrap();
    assert_eq!(board.session_start(new, NOW).unwrap_err(), StoreError::SessionExists(id.clone()));
    let process = ProcessIdentity { pid: 77, started: u64::MAX };
    board.session_process(&id, process).unwrap();
    board.session_feature(&id, card).unwrap();
    let outcome = Outcome::RateLimited { until_ms: Some(LATER) };
    let usage = Usage { input_tokens: 1, output_tokens: 2, cache_write_tokens: 3, cache_read_tokens: 4 };
    board.session_end(&id, &outcome, 12, 0.5, usage, LATER).unwrap();
    let stored = board.store.session(&id).unwrap();
    assert_eq!((stored.process, stored.feature, stored.role), (Some(process), Some(card), Role::Coding));
    assert_eq!(
        (stored.outcome.as_ref(), stored.turns, stored.cost_usd, stored.usage),
        (Some(&outcome), 12, 0.5, usage)
    );
    assert_eq!((stored.started_at_ms, stored.ended_at_ms), (NOW, Some(LATER)));
    assert_eq!(board.sessions_of(run).unwrap(), [stored]);
    assert_eq!(board.store.run(run).unwrap().sessions, 1);
    let unknown = SessionId("unknown".into());
    assert_eq!(board.session_feature(&unknown, card).unwrap_err(), StoreError::NoSuchSession(unknown));
}

#[test]
fn evidence_is_kept_whole_and_the_newest_is_summed_up() {
    let board = board();
    let (a, b) = (board.feature_named("a"), board.feature_named("b"));
    let first = board.evidence_add(evidence(a, false, Some(3))).unwrap();
    let second = board.evidence_add(evidence(a, true, Some(4))).unwrap();
    board.evidence_set_commit(second.id, "abc123", &["a file was left out".into()]).unwrap();
    let stored = board.evidence_of(a).unwrap();
    assert_eq!(stored[1], first, "the older one last, unchanged");
    assert_eq!(stored[0].commit.as_deref(), Some("abc123"));
    assert_eq!(stored[0].warnings, ["a test was skipped", "a file was left out"]);
    assert_eq!(stored[0].results, second.results);
    let latest = board.evidence_latest().unwrap();
    let summary = &latest[&a];
    assert_eq!((latest.len(), summary.id, summary.is_passing, summary.tests_run), (1, second.id, true, Some(4)));
    assert_eq!((summary.skipped.len(), summary.commit.as_deref()), (1, Some("abc123")));
    let line = &summary.checks[0];
    assert_eq!((line.command.as_str(), line.exit_code, line.duration_ms), ("npm test", Some(0), 1234));
    assert_eq!(board.evidence_latest_of(a).unwrap().as_ref(), Some(summary));
    assert_eq!(board.evidence_latest_of(b).unwrap(), None);
    assert!(!latest.contains_key(&b));
    let unknown = board.evidence_add(evidence(FeatureId(99), true, None)).unwrap_err();
    assert_eq!(unknown, StoreError::NoSuchFeature(FeatureId(99)));
    let unknown = board.evidence_set_commit(EvidenceId(99), "x", &[]).unwrap_err();
    assert_eq!(unknown, StoreError::NoSuchEvidence(EvidenceId(99)));
}

#[test]
fn the_number_of_tests_to_compare_with_is_that_of_the_last_passing_evidence_that_has_one() {
    let board = board();
    let id = board.feature_named("a");
    assert_eq!(board.tests_high_water().unwrap(), None);
    for (is_passing, tests, expected) in [
        (true, Some(10), Some(10)),
        (true, Some(12), Some(12)),
        (false, Some(3), Some(12)),
        (true, None, Some(12)),
        (true, Some(11), Some(11)),
    ] {
        board.evidence_add(evidence(id, is_passing, tests)).unwrap();
        assert_eq!(board.tests_high_water().unwrap(), expected, "after {is_passing} with {tests:?}");
    }
}

#[test]
fn notes_and_specifications_are_replaced_by_name() {
    let board = board();
    board.set_note("stash", Some("abc")).unwrap();
    board.set_note("stash", Some("def")).unwrap();
    assert_eq!(board.note("stash").unwrap().as_deref(), Some("def"));
    board.set_note("stash", None).unwrap();
    assert_eq!(board.note("stash").unwrap(), None);
    board.spec_put("api", "prompts/app_spec_api.txt", "api", "0a", NOW).unwrap();
    board.spec_put("main", "prompts/app_spec.txt", "old", "0b", NOW).unwrap();
    board.spec_put("main", "prompts/app_spec.txt", "new", "0c", LATER).unwrap();
    let specs = board.specs().unwrap();
    assert_eq!(specs.iter().map(|spec| spec.name.as_str()).collect::<Vec<_>>(), ["main", "api"]);
    assert_eq!(board.spec("main").unwrap().as_ref(), Some(&specs[0]));
    assert_eq!((specs[0].text.as_str(), specs[0].sha256.as_str(), specs[0].at_ms), ("new", "0c", LATER));
    assert_eq!(board.spec("absent").unwrap(), None);
}

#[test]
fn every_text_of_a_specification_is_kept_and_the_newest_are_given_first() {
    let board = board();
    for (text, digest) in [("1111", "a"), ("2222", "b"), ("2222", "b"), ("3333", "c")] {
        board.spec_put("main", "prompts/app_spec.txt", text, digest, NOW).unwrap();
    }
    board.spec_put("web", "prompts/app_spec_web.txt", "other", "d", NOW).unwrap();
    board.spec_forget("main").unwrap();
    let texts = |most: u64| {
        let versions = board.spec_versions("main", most).unwrap();
        assert!(versions.windows(2).all(|pair| pair[0].id > pair[1].id), "later ones have larger numbers");
        versions.into_iter().map(|version| version.text).collect::<Vec<_>>()
    };
    assert_eq!(
        texts(u64::MAX),
        ["3333", "2222", "1111"],
        "the same text twice is one, and a forgotten one keeps its texts"
    );
    assert_eq!(texts(8), ["3333", "2222"], "no more than was asked for");
    assert_eq!(texts(7), ["3333"]);
    assert_eq!(texts(0), ["3333"], "the newest in any case");
    assert!(board.spec_versions("none", 10).unwrap().is_empty());
}

#[test]
fn features_are_counted_by_the_specification_they_came_from() {
    let board = board();
    board.feature_named("a");
    board.feature_named("b");
    assert_eq!(board.features_by_spec().unwrap().get("main"), Some(&2));
    assert_eq!(board.features_by_spec().unwrap().len(), 1);
}

#[test]
fn checkpoints_are_listed_newest_first_pinned_and_removed() {
    let board = board();
    let new = |name: &str| NewCheckpoint {
        name: name.into(),
        kind: CheckpointKind::AfterPass,
        feature: Some(FeatureId(7)),
        run: None,
        tree_oid: "abc".into(),
        commit_oid: "def".into(),
        database_copy: "checkpoints/1.db".into(),
        is_pinned: false,
        record: serde_json::json!({ "a": 1 }),
        created_at_ms: NOW,
    };
    let (a, b) = (board.checkpoint_add(new("a")).unwrap(), board.checkpoint_add(new("b")).unwrap());
    assert_eq!(board.checkpoint_list().unwrap(), [b.clone(), a.clone()]);
    board.checkpoint_pin(a.id, true).unwrap();
    assert!(board.checkpoint_list().unwrap()[1].is_pinned);
    assert_eq!(board.checkpoint_remove(b.id).unwrap(), b);
    let unknown = StoreError::NoSuchCheckpoint(CheckpointId(99));
    assert_eq!(board.checkpoint_remove(CheckpointId(99)).unwrap_err(), unknown);
    assert_eq!(board.checkpoint_pin(CheckpointId(99), true).unwrap_err(), unknown);
}
