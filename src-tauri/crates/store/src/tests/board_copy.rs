use super::*;
use crate::{StoreError, StoredSpec};
use harness_domain::feature::Status;

/// A board with a little of everything, and a copy of it.
fn copied() -> (Board, PathBuf) {
    let board = board();
    let first = board.feature_named("first");
    board.needing("second", &[first]);
    let bug = board.bug("bug");
    board.fix_of(bug, "fix");
    board.spec_put("main", "prompts/app_spec.txt", "then", "0a", NOW).unwrap();
    let copy = board.dir.path().join("copy.db");
    board.backup_to(&copy).unwrap();
    (board, copy)
}

fn names(board: &Board) -> Vec<(String, Status)> {
    board.features().unwrap().into_iter().map(|card| (card.name, card.status)).collect()
}

#[test]
fn a_board_goes_back_to_its_copy_with_every_counter_true() {
    let (board, copy) = copied();
    let before = board.features().unwrap();
    let (first, second) = (FeatureId(1), FeatureId(2));
    board.pass(first);
    board.needing("later", &[second]);
    board.spec_put("main", "prompts/app_spec.txt", "now", "0b", LATER).unwrap();
    let differences = board.board_restore(&copy, &person()).unwrap();
    assert_eq!(board.features().unwrap(), before, "the cards are the very same, times included");
    assert_eq!(differences.len(), 2, "one card changed, one was new: {differences:?}");
    assert_eq!(board.spec("main").unwrap().map(|spec: StoredSpec| spec.text).as_deref(), Some("then"));
    board.assert_counters_are_true();
    let waiting = board.ready(9).unwrap().len();
    board.pass(first);
    board.assert_counters_are_true();
    assert_eq!(
        board.ready(9).unwrap().len(),
        waiting,
        "the triggers are back: the second card took the first one's place"
    );
}

#[test]
fn what_happened_stays_on_record_and_no_number_is_given_out_twice() {
    let (board, copy) = copied();
    let run = board.run();
    let session = board.session("s");
    let later = board.feature_named("later");
    let checkpoints = board.checkpoint_list().unwrap();
    let first = FeatureId(1);
    board.pass(first);
    let evidence = board.proof(first);
    board.board_restore(&copy, &person()).unwrap();
    assert_eq!(board.runs(9).unwrap().len(), 2, "runs {run} and that of {session} are history");
    assert_eq!(board.checkpoint_list().unwrap(), checkpoints);
    let trail = board.history(first).unwrap();
    assert!(
        trail.iter().any(|change| change.to == Status::Passing && change.actor != "person"),
        "the trail still says that it passed once: {trail:?}"
    );
    assert_eq!(trail.last().map(|change| change.to), Some(Status::Pending), "and that a restore took that back");
    assert!(board.feature_named("another") > later, "the number of a card that went is never used again");
    assert!(board.proof(first) > evidence, "nor that of its evidence");
}

#[test]
fn claims_of_the_copy_are_given_up() {
    let board = board();
    let card = board.feature_named("held");
    board.claim(card, &claim("gone"), &host()).unwrap();
    let copy = board.dir.path().join("copy.db");
    board.backup_to(&copy).unwrap();
    board.board_restore(&copy, &person()).unwrap();
    assert_eq!(board.status(card), Status::Pending, "whoever held it is gone");
    board.assert_counters_are_true();
    board.claim(card, &claim("next"), &host()).unwrap();
}

#[test]
fn a_restore_seen_from_other_connections_is_one_change() {
    let (board, copy) = copied();
    let other = board.opened_again();
    board.feature_named("later");
    assert_eq!(other.counts().unwrap().total, 5);
    board.board_restore(&copy, &person()).unwrap();
    assert_eq!(other.counts().unwrap().total, 4, "an open connection sees the board as it was");
    assert_eq!(names(&board).len(), 4);
}

#[test]
fn a_copy_that_is_damaged_or_gone_changes_nothing() {
    let (board, copy) = copied();
    let before = names(&board);
    let missing = board.dir.path().join("missing.db");
    assert!(matches!(board.board_restore(&missing, &person()), Err(StoreError::CannotOpen { .. })));
    assert!(!missing.exists(), "looking for a copy must not make one");
    let mut bytes = std::fs::read(&copy).unwrap();
    for byte in &mut bytes[4096..12_000] {
        *byte = 0xA5;
    }
    let damaged = board.dir.path().join("damaged.db");
    std::fs::write(&damaged, bytes).unwrap();
    assert!(ProjectStore::copy_prove(&damaged).is_err(), "damage is seen before anything is changed");
    assert!(board.board_restore(&damaged, &person()).is_err());
    assert_eq!(names(&board), before);
    ProjectStore::copy_prove(&copy).unwrap();
}

#[test]
fn the_mark_of_a_board_changes_with_its_cards_only() {
    let (board, _) = copied();
    let mark = board.board_mark().unwrap();
    board.run();
    assert_eq!(board.board_mark().unwrap(), mark, "a run alone changes no card");
    board.feature_named("later");
    assert_ne!(board.board_mark().unwrap(), mark);
}
