//! Whoever keeps a board and reads only what changed has the same board as whoever reads all of it.

use super::*;
use crate::{
    BoardCard, FeatureEdit, Place,
    row::{all, execute},
};
use harness_domain::{failure::Outcome, feature::Status, run::Usage};
use std::collections::HashMap;

/// A board that is kept and brought up to date.
#[derive(Default)]
struct Kept {
    number: Option<i64>,
    cards: HashMap<FeatureId, BoardCard>,
    order: Vec<FeatureId>,
    /// How often all of it was read.
    wholes: u32,
}

impl Kept {
    fn of(store: &ProjectStore) -> Self {
        let mut kept = Self::default();
        kept.update(store);
        kept
    }

    fn update(&mut self, store: &ProjectStore) {
        let change = store.board_since(self.number).unwrap();
        if change.is_whole {
            self.cards.clear();
            self.wholes += 1;
        }
        self.number = Some(change.number);
        self.cards.extend(change.cards.into_iter().map(|card| (card.id, card)));
        self.order = change.order;
    }

    fn board(&self) -> Vec<BoardCard> {
        self.order.iter().filter_map(|id| self.cards.get(id).cloned()).collect()
    }
}

/// A bug with a fix, cards of which one needs another, a session and a request.
fn full_board() -> Board {
    let board = board();
    let bug = board.bug("bug");
    let fix = board.fix_of(bug, "fix");
    let first = board.feature_named("first");
    board.needing("second", &[first]);
    board.feature_named("third");
    board.proof(fix);
    board.proof(first);
    board.session("s");
    board.bug("another bug");
    let asked = board.feature_named("asked");
    board.claim(asked, &claim("s"), &host()).unwrap();
    board.question_ask(asked, &SessionId("s".into()), "{}", &host()).unwrap();
    board
}

/// Every way in which a row that a board shows can change, by itself: the columns and tables that `board` reads.
const CHANGES: [&str; 20] = [
    "UPDATE feature SET name = 'other' WHERE id = 3",
    "UPDATE feature SET priority = -7 WHERE id = 5",
    "UPDATE feature SET status = 'passing' WHERE id = 3",
    "DELETE FROM feature_dependency WHERE feature_id = 4",
    "INSERT INTO feature_dependency (feature_id, needs_id) VALUES (5, 3)",
    "UPDATE feature SET status = 'pending' WHERE id = 3",
    "INSERT INTO evidence (feature_id, is_passing, is_quick, sandbox, at_ms, checks, warnings, skipped, results) \
     VALUES (2, 0, 0, 'full', 5, '[]', '[]', '[]', '[]')",
    "UPDATE evidence SET warnings = '[\"a\", \"b\"]' WHERE feature_id = 2",
    "DELETE FROM evidence WHERE feature_id = 3",
    "UPDATE session SET feature_id = 5",
    "UPDATE session SET cost_usd = 2.5",
    "INSERT INTO session (id, run_id, role, feature_id, cost_usd, started_at_ms) VALUES ('t', 1, 'coding', 3, 1.5, 9)",
    "DELETE FROM session WHERE id = 's'",
    "UPDATE request SET state = 'expired'",
    "UPDATE request SET state = 'withdrawn'",
    "INSERT INTO request (kind, state, session, feature_id, asked_at_ms, fields_json) \
     VALUES ('question', 'pending', 's', 5, 1, '{}')",
    "DELETE FROM request",
    "UPDATE feature SET status = 'passing' WHERE id = 2",
    "UPDATE feature SET parent_id = 6 WHERE id = 2",
    "INSERT INTO feature (kind, status, priority, layer, created_at_ms, updated_at_ms, source_spec, category, name, \
     description, parent_id) VALUES ('fix', 'pending', 1, 0, 1, 1, 'main', 'api', 'New fix', '', 1)",
];

/// Makes every change, each followed by an update; which of them was not seen.
fn unseen(board: &Board) -> Option<&'static str> {
    let mut kept = Kept::of(board);
    for change in CHANGES {
        board.db.write(move |tx| execute(tx, change, ())).unwrap();
        kept.update(board);
        if kept.board() != board.store.board(None).unwrap() {
            return Some(change);
        }
    }
    assert_eq!(kept.wholes, 1, "nothing but the first time was read whole");
    // A fix with its evidence, and then a card that nothing else knows of.
    let gone = ["DELETE FROM evidence WHERE feature_id = 2", "DELETE FROM feature WHERE id = 2"];
    board.db.write(move |tx| gone.iter().try_for_each(|sql| execute(tx, sql, ()).map(drop))).unwrap();
    kept.update(board);
    let is_seen = kept.board() == board.store.board(None).unwrap();
    let lonely = "DELETE FROM feature WHERE id = 6";
    board.db.write(move |tx| execute(tx, lonely, ())).unwrap();
    (!is_seen || board.board_number().unwrap() == kept.number.unwrap_or_default()).then_some(lonely)
}

#[test]
fn every_change_of_what_a_board_shows_is_seen() {
    assert_eq!(unseen(&full_board()), None);
}

#[test]
fn each_watch_over_the_cards_is_needed() {
    let sql =
        "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'card_seen%' AND tbl_name <> 'card_seen'";
    let names: Vec<String> =
        full_board().db.read(|connection| all(connection, sql, (), |row| Ok(row.get(0)?))).unwrap();
    assert!(names.len() > 10, "all of them: {names:?}");
    for name in names {
        let board = full_board();
        let drop = format!("DROP TRIGGER {name}");
        board.db.write(move |tx| Ok(tx.execute_batch(&drop)?)).unwrap();
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| unseen(&board)));
        assert!(!matches!(seen, Ok(None)), "without {name} something is not seen");
    }
}

#[test]
fn what_people_sessions_and_other_processes_do_is_seen() {
    let board = full_board();
    let other = board.opened_again();
    let mut kept = Kept::of(&board);
    let mut check = |what: &str| {
        kept.update(&board);
        assert_eq!(kept.board(), board.store.board(None).unwrap(), "after {what}");
        kept.wholes
    };
    let (bug, first, third) = (FeatureId(1), FeatureId(3), FeatureId(5));
    let edit = FeatureEdit { name: Some("edited".into()), ..Default::default() };
    other.edit(first, edit, &person()).unwrap();
    check("an edit by another process");
    other.feature_move(first, Place::After(third), &person()).unwrap();
    check("a move by another process");
    board.pin(third, true, &person()).unwrap();
    check("a pin");
    board.pass(first);
    check("a card that passes, which others need");
    board.pass(FeatureId(2));
    check("a fix that passes");
    assert_eq!(board.status(bug), Status::Resolved, "and resolves its bug");
    let run = board.run();
    let session = SessionId("works".into());
    let new = NewSession { id: session.clone(), run, role: Role::Coding, feature: Some(third) };
    board.session_start(new, NOW).unwrap();
    let outcome = Outcome::RateLimited { until_ms: None };
    board.session_end(&session, &outcome, 1, 0.25, Usage::default(), LATER).unwrap();
    check("a session and what it cost");
    board.claim(third, &claim("works"), &host()).unwrap();
    check("a claim");
    board.question_ask(third, &session, "{}", &host()).unwrap();
    check("a question");
    let removed = board.features_remove(&[first, FeatureId(4)], &person()).unwrap();
    check("a removal");
    other.features_unremove(removed.removal, &person()).unwrap();
    check("cards that came back");
    assert_eq!(check("nothing"), 1, "it was read whole once, at first");
    let number = board.board_number().unwrap();
    board.transcript_append(&session, &[]).unwrap();
    board.run();
    assert_eq!(board.board_number().unwrap(), number, "what no board shows changes nothing");
}

#[test]
fn a_restored_board_is_read_whole_and_old_numbers_are_not_taken_for_new_ones() {
    let board = full_board();
    let mut kept = Kept::of(&board);
    let copy = board.dir.path().join("copy.db");
    board.backup_to(&copy).unwrap();
    board.pass(FeatureId(3));
    kept.update(&board);
    let number = board.board_number().unwrap();
    board.board_restore(&copy, &person()).unwrap();
    assert!(board.board_number().unwrap() > number, "it never goes back");
    kept.update(&board);
    assert_eq!((kept.board(), kept.wholes), (board.store.board(None).unwrap(), 2));
    let strange = board.board_since(Some(i64::MAX)).unwrap();
    assert!(strange.is_whole, "a number of another board means nothing here");
}

#[test]
fn a_thousand_changes_are_read_as_a_whole_board() {
    let board = board();
    let kept = Kept::of(&board);
    let names: Vec<String> = (0..1_001).map(|card| format!("card {card}")).collect();
    board.feature_create(drafts(&names.iter().map(String::as_str).collect::<Vec<_>>()), &person()).unwrap();
    let change = board.board_since(kept.number).unwrap();
    assert_eq!((change.is_whole, change.cards.len(), change.order.len()), (true, 1_001, 1_001));
}
