use super::*;
use crate::StoreError;
use harness_domain::feature::{Lease, Status};
use std::{collections::HashSet, sync::Barrier};

#[test]
fn a_claim_says_who_works_on_the_card_and_until_when() {
    let board = board();
    let (run, id) = (board.run(), board.feature_named("login"));
    let wanted = Claim { session: SessionId("s1".into()), run: Some(run), lease_until_ms: LATER, starts_at: None };
    let claimed = board.claim_next(&wanted, &host()).unwrap().unwrap();
    assert_eq!((claimed.id, claimed.status), (id, Status::InProgress));
    let lease = Lease { session: SessionId("s1".into()), run: Some(run), expires_at_ms: LATER };
    assert_eq!(claimed.lease, Some(lease));
    assert_eq!(board.claimed_by(&SessionId("s1".into())).unwrap(), Some(claimed));
    let history = board.history(id).unwrap();
    let last = history.last().unwrap();
    assert_eq!((last.from, last.to), (Some(Status::Pending), Status::InProgress), "a claim is in the trail");
}

#[test]
fn a_session_that_asks_twice_gets_the_same_card_with_a_renewed_lease() {
    let board = board();
    board.feature_create(drafts(&["a", "b"]), &person()).unwrap();
    let first = board.claim_next(&claim("s"), &host()).unwrap().unwrap();
    let again = Claim { lease_until_ms: LATER + 5, ..claim("s") };
    let second = board.claim_next(&again, &host()).unwrap().unwrap();
    assert_eq!(second.id, first.id, "one card at a time");
    assert_eq!(second.lease.unwrap().expires_at_ms, LATER + 5);
}

#[test]
fn a_bug_that_is_claimed_is_being_analysed() {
    let board = board();
    let bug = board.bug("crash");
    assert_eq!(board.claim_next(&claim("s"), &host()).unwrap().unwrap().status, Status::Analyzing);
    board.release_session(&SessionId("s".into()), &host()).unwrap();
    assert_eq!(board.status(bug), Status::Open, "a bug is never lost with its session");
}

#[test]
fn claiming_one_card_is_refused_with_the_reason() {
    let board = board();
    let (a, b) = (board.feature_named("a"), board.feature_named("b"));
    let c = board.needing("c", &[a, b]);
    let refused = |id, session: &str| board.claim(id, &claim(session), &host()).unwrap_err();
    assert_eq!(refused(c, "s"), StoreError::NotReady { feature: c, unmet: vec![a, b] });
    board.claim(a, &claim("one"), &host()).unwrap();
    let by = SessionId("one".into());
    assert_eq!(refused(a, "two"), StoreError::AlreadyClaimed { feature: a, by: by.clone() });
    assert_eq!(refused(b, "one"), StoreError::HoldsAnother { session: by, feature: a });
    assert!(board.claim(a, &claim("one"), &host()).is_ok(), "claiming what one holds renews the lease");
    let proof = board.proof(a);
    board.mark_passing(a, proof, &host()).unwrap();
    assert_eq!(refused(a, "two"), StoreError::AlreadyPassing { feature: a });
    board.set_status(b, Status::Blocked, Some("stuck"), &host()).unwrap();
    assert_eq!(refused(b, "two"), StoreError::NotClaimable { feature: b, status: Status::Blocked });
    assert_eq!(refused(FeatureId(99), "two"), StoreError::NoSuchFeature(FeatureId(99)));
    let unknown = Claim { run: Some(RunId(9)), ..claim("two") };
    let d = board.feature_named("d");
    assert_eq!(board.claim(d, &unknown, &host()).unwrap_err(), StoreError::NoSuchRun(RunId(9)));
}

#[test]
fn a_claim_that_expired_is_offered_again() {
    let board = board();
    let id = board.feature_named("a");
    board.claim_next(&claim("gone"), &host()).unwrap();
    let before = Cause { at_ms: LATER - 1, ..host() };
    assert_eq!(board.claim_next(&claim("next"), &before).unwrap(), None, "the lease still runs");
    let after = Cause { at_ms: LATER, ..host() };
    let taken = board.claim_next(&claim("next"), &after).unwrap().unwrap();
    assert_eq!((taken.id, taken.lease.unwrap().session.0.as_str()), (id, "next"));
    assert!(!board.lease_renew(&SessionId("gone".into()), LATER * 2).unwrap(), "the first session has lost it");
}

#[test]
fn an_expired_lease_gives_every_kind_of_card_back_to_where_it_waits() {
    let board = board();
    let (feature, open) = (board.feature_named("feature"), board.bug("open"));
    board.claim(feature, &claim("s1"), &host()).unwrap();
    board.claim(open, &claim("s2"), &host()).unwrap();
    assert_eq!(board.release_expired(LATER - 1, &host()).unwrap(), [], "no lease has ended yet");
    assert_eq!(board.release_expired(LATER, &host()).unwrap(), [feature, open]);
    assert_eq!((board.status(feature), board.status(open)), (Status::Pending, Status::Open));
    let last = board.history(open).unwrap().pop().unwrap();
    assert!(last.reason.contains("s2"), "the trail says whose lease ended: {}", last.reason);
}

#[test]
fn a_lease_that_is_renewed_does_not_end() {
    let board = board();
    board.feature_named("a");
    board.claim_next(&claim("s"), &host()).unwrap();
    assert!(board.lease_renew(&SessionId("s".into()), LATER + 1).unwrap());
    assert_eq!(board.release_expired(LATER, &host()).unwrap(), [], "it was extended before it ended");
}

#[test]
fn the_claims_of_a_run_end_with_it_and_others_stay() {
    let board = board();
    let (mine, other) = (board.run(), board.run());
    board.feature_create(drafts(&["a", "b", "c"]), &person()).unwrap();
    let take = |session: &str, run| {
        let wanted = Claim { run: Some(run), ..claim(session) };
        board.claim_next(&wanted, &host()).unwrap().unwrap().id
    };
    let (a, b, c) = (take("s1", mine), take("s2", other), take("s3", mine));
    assert_eq!(board.release_run(mine, &host()).unwrap(), [a, c]);
    assert_eq!(board.status(b), Status::InProgress, "another run goes on");
}

#[test]
fn nothing_ready_is_none_and_not_an_error() {
    let board = board();
    assert_eq!(board.claim_next(&claim("s"), &host()).unwrap(), None);
    assert_eq!(board.release_session(&SessionId("s".into()), &host()).unwrap(), None);
}

const SECOND_PROCESS: &str = "HARNESS_STORE_TEST_CLAIMS_IN";

#[test]
fn no_card_is_claimed_twice_by_many_threads_two_stores_and_two_processes() {
    const CARDS: usize = 500;
    let board = board();
    let names: Vec<String> = (0..CARDS).map(|card| format!("card {card}")).collect();
    board.feature_create(drafts(&names.iter().map(String::as_str).collect::<Vec<_>>()), &person()).unwrap();
    let other = board.opened_again();

    #[expect(clippy::disallowed_methods, reason = "the test itself owns this second process and waits for it")]
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::claim::the_second_process", "--ignored", "--nocapture"])
        .env(SECOND_PROCESS, board.file())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();

    let start = Barrier::new(16);
    let mut claimed: Vec<FeatureId> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..16)
            .map(|worker| {
                let (store, start) = (if worker % 2 == 0 { &board.store } else { &other }, &start);
                scope.spawn(move || {
                    start.wait();
                    claim_all(store, &format!("thread {worker}"))
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the second process must succeed");
    let text = String::from_utf8(output.stdout).unwrap();
    claimed.extend(text.lines().filter_map(|line| line.strip_prefix("claimed ")?.parse().ok()).map(FeatureId));
    let distinct: HashSet<FeatureId> = claimed.iter().copied().collect();
    assert_eq!(distinct.len(), claimed.len(), "a card was given to two callers");
    assert_eq!(claimed.len(), CARDS, "a card was given to nobody");
}

fn claim_all(store: &ProjectStore, name: &str) -> Vec<FeatureId> {
    let each = |turn: u32| store.claim_next(&claim(&format!("{name}, turn {turn}")), &host()).unwrap();
    (0..).map_while(each).map(|feature| feature.id).collect()
}

#[test]
#[ignore = "the second process of the test above, which starts it"]
fn the_second_process() {
    let Some(file) = std::env::var_os(SECOND_PROCESS) else { return };
    let store = ProjectStore::open(std::path::Path::new(&file)).unwrap();
    for id in claim_all(&store, "second process") {
        println!("claimed {id}");
    }
}

#[test]
fn the_commit_that_work_started_from_outlasts_a_second_claim_and_is_gone_when_forgotten() {
    let board = board();
    let id = board.feature_named("a");
    let from = |commit: &str| Claim { starts_at: Some(commit.into()), ..claim("s") };
    board.claim_next(&from("first"), &host()).unwrap().unwrap();
    board.release_session(&SessionId("s".into()), &host()).unwrap();
    board.claim_next(&from("second"), &host()).unwrap().unwrap();
    let start = board.feature_start(id).unwrap();
    assert_eq!(start.as_deref(), Some("first"), "tests that an earlier attempt deleted must still count");
    board.feature_start_forget(id).unwrap();
    assert_eq!(board.feature_start(id).unwrap(), None);
}
