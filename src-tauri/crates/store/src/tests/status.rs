use super::*;
use crate::StoreError;
use harness_domain::feature::Status;

#[test]
fn a_status_changes_only_as_the_domain_allows() {
    let board = board();
    for kind in [Kind::Feature, Kind::Bug, Kind::Fix, Kind::Redesign] {
        let settable = [Status::Pending, Status::Failing, Status::NeedsInput, Status::Blocked, Status::Open];
        for to in settable {
            let id = board.add(NewFeature { kind, ..NewFeature::named("card") });
            let from = Status::initial(kind);
            let outcome = board.set_status(id, to, None, &person());
            if from.may_become(kind, to) {
                assert_eq!(outcome.unwrap()[0].to, to);
                assert_eq!(board.status(id), to);
            } else {
                assert_eq!(outcome.unwrap_err(), StoreError::Unlawful { feature: id, from, to }, "{kind:?}");
                assert_eq!(board.status(id), from, "a refused change changes nothing");
            }
        }
    }
}

#[test]
fn claims_and_proof_cannot_be_bypassed_by_setting_a_status() {
    let board = board();
    let (id, bug) = (board.feature_named("a"), board.bug("b"));
    let refused = |id, to| board.set_status(id, to, None, &person()).unwrap_err();
    assert_eq!(refused(id, Status::InProgress), StoreError::NeedsClaim { feature: id, to: Status::InProgress });
    assert_eq!(refused(bug, Status::Analyzing), StoreError::NeedsClaim { feature: bug, to: Status::Analyzing });
    assert_eq!(refused(id, Status::Passing), StoreError::NeedsProof { feature: id, to: Status::Passing });
    assert_eq!(refused(bug, Status::Resolved), StoreError::NeedsProof { feature: bug, to: Status::Resolved });
    assert_eq!(refused(bug, Status::Fixing), StoreError::NoFixes { bug }, "a bug without a fix would wait forever");
}

#[test]
fn every_change_says_who_when_why_and_in_which_run() {
    let board = board();
    let (run, id) = (board.run(), board.feature_named("a"));
    let actor = Actor::Agent(SessionId("s-1".into()));
    let cause = Cause { actor, reason: "the API is unclear".into(), run: Some(run), at_ms: NOW + 7 };
    board.set_status(id, Status::NeedsInput, Some("which API?"), &cause).unwrap();
    let history = board.history(id).unwrap();
    assert_eq!((history[0].from, history[0].to), (None, Status::Pending), "the trail begins with the creation");
    let last = &history[1];
    assert_eq!((last.from, last.to), (Some(Status::Pending), Status::NeedsInput));
    assert_eq!((last.actor.as_str(), last.reason.as_str()), ("s-1", "the API is unclear"));
    assert_eq!((last.run, last.at_ms), (Some(run), NOW + 7));
    let card = board.store.feature(id).unwrap();
    assert_eq!((card.note.as_deref(), card.updated_at_ms), (Some("which API?"), NOW + 7));
}

#[test]
fn passing_needs_evidence_of_this_very_card_that_passed() {
    let board = board();
    let (id, other) = (board.feature_named("a"), board.feature_named("b"));
    board.claim(id, &claim("s"), &host()).unwrap();
    let failed = board.evidence_add(evidence(id, false, None)).unwrap().id;
    let of_other = board.proof(other);
    for evidence in [failed, of_other, EvidenceId(99)] {
        let error = board.mark_passing(id, evidence, &host()).unwrap_err();
        assert_eq!(error, StoreError::EvidenceRefused { feature: id, evidence });
    }
    assert_eq!(board.status(id), Status::InProgress, "nothing but proof makes a card pass");
    let proof = board.proof(id);
    let changes = board.mark_passing(id, proof, &host()).unwrap();
    assert_eq!((changes.len(), changes[0].to), (1, Status::Passing));
    assert_eq!(board.store.feature(id).unwrap().lease, None, "the claim ends with the work");
    assert_eq!(board.mark_passing(id, proof, &host()).unwrap_err(), StoreError::AlreadyPassing { feature: id });
}

#[test]
fn a_card_that_nobody_claimed_cannot_pass() {
    let board = board();
    let id = board.feature_named("a");
    let proof = board.proof(id);
    let error = board.mark_passing(id, proof, &host()).unwrap_err();
    assert_eq!(error, StoreError::Unlawful { feature: id, from: Status::Pending, to: Status::Passing });
}

#[test]
fn a_bug_is_resolved_when_its_last_fix_passes() {
    let board = board();
    let bug = board.bug("crash");
    let (one, two) = (board.fix_of(bug, "one"), board.fix_of(bug, "two"));
    assert_eq!(board.pass(one).len(), 1, "one fix is left");
    assert_eq!(board.status(bug), Status::Fixing);
    let changes = board.pass(two);
    assert_eq!(
        changes.iter().map(|c| (c.feature, c.to)).collect::<Vec<_>>(),
        [(two, Status::Passing), (bug, Status::Resolved)]
    );
    assert_eq!(changes[1].actor, "host", "nobody asked for the resolution: it follows");
}

#[test]
fn a_fix_that_regresses_reopens_its_resolved_bug_and_mending_it_resolves_the_bug_again() {
    let board = board();
    let bug = board.bug("crash");
    let fix = board.fix_of(bug, "fix crash");
    board.pass(fix);
    assert_eq!(board.status(bug), Status::Resolved);
    let (changes, mend) = board.mark_failing(fix, "crashes again", &host()).unwrap();
    assert_eq!((board.status(fix), board.status(bug)), (Status::Failing, Status::Fixing));
    assert_eq!(changes.iter().map(|c| c.feature).collect::<Vec<_>>(), [fix, bug, mend.id]);
    assert_eq!((mend.parent, mend.name.as_str()), (Some(fix), "fix crash"), "the prefix is not repeated");
    board.pass(mend.id);
    assert_eq!((board.status(fix), board.status(bug)), (Status::Passing, Status::Resolved), "all the way up");
    board.assert_counters_are_true();
}

#[test]
fn a_feature_that_stops_passing_gets_a_fix_with_its_steps_and_passes_again_with_it() {
    let board = board();
    let given = NewFeature { steps: vec!["log in".into()], category: "auth".into(), ..NewFeature::named("login") };
    let id = board.add(given);
    board.pass(id);
    let (changes, fix) = board.mark_failing(id, "401 instead of 200", &host()).unwrap();
    assert_eq!(changes.len(), 2, "the failure and the new card");
    assert_eq!((fix.kind, fix.parent, fix.name.as_str()), (Kind::Fix, Some(id), "Fix: login"));
    assert_eq!((fix.steps.as_slice(), fix.layer.number()), (["log in".to_owned()].as_slice(), 3));
    assert!(fix.description.contains("401 instead of 200"), "the agent must know what failed");
    assert_eq!(board.store.feature(id).unwrap().note.as_deref(), Some("401 instead of 200"));
    let changes = board.pass(fix.id);
    assert_eq!((changes[1].feature, changes[1].to), (id, Status::Passing));
    assert_eq!(board.store.feature(id).unwrap().note, None, "the diagnosis is over");
    board.assert_counters_are_true();
}

#[test]
fn only_what_passes_can_start_failing() {
    let board = board();
    let id = board.feature_named("a");
    let error = board.mark_failing(id, "why", &host()).unwrap_err();
    assert_eq!(error, StoreError::NotPassing { feature: id, status: Status::Pending });
    assert_eq!(board.counts().unwrap().total, 1, "no fix was created for it");
}

#[test]
fn a_failing_feature_without_an_unfinished_fix_is_worked_on_itself() {
    let board = board();
    let id = board.feature_named("a");
    board.pass(id);
    let (_, fix) = board.mark_failing(id, "broken", &host()).unwrap();
    let error = board.claim(id, &claim("s"), &host()).unwrap_err();
    assert_eq!(error, StoreError::NotReady { feature: id, unmet: vec![fix.id] });
    board.remove(fix.id, &person()).unwrap();
    assert_eq!(board.claim_next(&claim("s"), &host()).unwrap().unwrap().id, id);
}

#[test]
fn attempts_are_counted_until_the_card_is_parked_with_its_diagnosis() {
    let board = board();
    let id = board.feature_named("a");
    for (turn, expected) in [(1, Status::Pending), (2, Status::Pending), (3, Status::Blocked)] {
        board.claim(id, &claim("s"), &host()).unwrap();
        let status = board.attempt_failed(id, &format!("reason {turn}"), 3, &host()).unwrap();
        assert_eq!(status, expected, "attempt {turn} of 3");
        assert_eq!(board.store.feature(id).unwrap().attempts, turn);
    }
    let card = board.store.feature(id).unwrap();
    assert_eq!((card.note.as_deref(), card.lease), (Some("reason 3"), None));
    assert_eq!(board.claim_next(&claim("s"), &host()).unwrap(), None, "a parked card is not offered");
    assert_eq!(board.attempt_failed(id, "again", 3, &host()).unwrap(), Status::Blocked);
    assert_eq!(board.store.feature(id).unwrap().attempts, 3, "a parked card is not charged");
    assert_eq!(board.retry(id, &person()).unwrap(), Status::Pending);
    let card = board.store.feature(id).unwrap();
    assert_eq!((card.attempts, card.note.as_deref()), (0, Some("reason 3")), "the next attempt may read why");
}

#[test]
fn a_bug_is_open_again_after_a_failed_analysis_and_parked_after_too_many() {
    let board = board();
    let bug = board.bug("crash");
    board.claim(bug, &claim("s"), &host()).unwrap();
    assert_eq!(board.attempt_failed(bug, "could not reproduce", 2, &host()).unwrap(), Status::Open);
    board.claim(bug, &claim("s"), &host()).unwrap();
    assert_eq!(board.attempt_failed(bug, "could not reproduce", 2, &host()).unwrap(), Status::Blocked);
    assert_eq!(board.retry(bug, &person()).unwrap(), Status::Open);
    board.fix_of(bug, "fix");
    board.set_status(bug, Status::Blocked, None, &person()).unwrap();
    assert_eq!(board.retry(bug, &person()).unwrap(), Status::Fixing, "its fix is still to come");
}

#[test]
fn a_done_card_is_neither_charged_nor_retried_nor_skipped() {
    let board = board();
    let id = board.feature_named("a");
    board.pass(id);
    let passing = StoreError::AlreadyPassing { feature: id };
    assert_eq!(board.attempt_failed(id, "why", 3, &host()).unwrap_err(), passing);
    assert_eq!(board.retry(id, &person()).unwrap_err(), passing);
    assert_eq!(board.skip(id, &person()).unwrap_err(), passing);
}

#[test]
fn a_skipped_card_comes_last_and_is_no_longer_claimed() {
    let board = board();
    let created = ids(&board.feature_create(drafts(&["a", "b", "c"]), &person()).unwrap());
    board.pin(created[0], true, &person()).unwrap();
    board.claim(created[0], &claim("s"), &host()).unwrap();
    let skipped = board.skip(created[0], &host()).unwrap();
    assert_eq!((skipped.status, skipped.lease, skipped.is_pinned), (Status::Pending, None, false));
    assert_eq!(ids(&board.ready(10).unwrap()), [created[1], created[2], created[0]]);
}

#[test]
fn a_bug_is_resolved_by_request_only_when_it_has_fixes_and_all_pass() {
    let board = board();
    let (bug, feature) = (board.bug("crash"), board.feature_named("a"));
    assert_eq!(board.resolve_bug(feature, &host()).unwrap_err(), StoreError::NotABug(feature));
    assert_eq!(board.resolve_bug(bug, &host()).unwrap_err(), StoreError::NoFixes { bug });
    let fix = board.fix_of(bug, "fix");
    assert_eq!(board.resolve_bug(bug, &host()).unwrap_err(), StoreError::FixesOpen { bug, open: vec![fix] });
    board.pass(fix);
    assert_eq!(board.resolve_bug(bug, &host()).unwrap_err(), StoreError::AlreadyPassing { feature: bug });
    // A person opens it again; a session looks at it and finds it fixed.
    board.set_status(bug, Status::Open, None, &person()).unwrap();
    board.claim(bug, &claim("s"), &host()).unwrap();
    let changes = board.resolve_bug(bug, &host()).unwrap();
    assert_eq!(changes.last().unwrap().to, Status::Resolved);
    assert_eq!(board.store.feature(bug).unwrap().lease, None);
}

#[test]
fn the_counts_follow_every_change() {
    let board = board();
    let created = ids(&board.feature_create(drafts(&["a", "b", "c"]), &person()).unwrap());
    board.pass(created[0]);
    board.claim(created[1], &claim("s"), &host()).unwrap();
    let counts = board.counts().unwrap();
    assert_eq!((counts.total, counts.done), (3, 1));
    let of = [Status::Passing, Status::InProgress, Status::Pending, Status::Blocked].map(|status| counts.of(status));
    assert_eq!(of, [1, 1, 1, 0]);
}

#[test]
fn the_same_seed_picks_the_same_passing_cards() {
    let board = board();
    let created = ids(&board.feature_create(drafts(&["a", "b", "c", "d", "e", "f"]), &person()).unwrap());
    created[..5].iter().for_each(|id| drop(board.pass(*id)));
    let pick = |limit, seed| ids(&board.random_passing(limit, seed).unwrap());
    assert_eq!(pick(3, 7), pick(3, 7));
    assert!((0..20).any(|seed| pick(3, seed) != pick(3, 7)), "another seed picks others");
    let mut all = pick(99, 1);
    all.sort_unstable();
    assert_eq!(all, created[..5], "each once, and only those that pass");
}
