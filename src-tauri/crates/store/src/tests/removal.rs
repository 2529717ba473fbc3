//! Removing cards, bringing them back, and moving them.

use super::{NOW, board, host, person};
use crate::{Place, StoreError};
use harness_domain::{
    feature::{Kind, NewFeature, Status},
    id::FeatureId,
};

#[test]
fn removed_cards_come_back_the_very_same_with_their_proofs_and_what_they_waited_for() {
    let board = board();
    let base = board.feature_named("Base");
    let page = board.needing("Page", &[base]);
    let last = board.needing("Last", &[page]);
    board.pass(base);
    let before = (board.feature(base).unwrap(), board.feature(page).unwrap(), board.evidence_of(base).unwrap());
    let removed = board.features_remove(&[page, base, page], &person()).unwrap();
    assert_eq!(removed.features, [base, page]);
    assert_eq!(removed.unlinked, [last], "it waits for nothing now");
    assert!(board.feature(last).unwrap().dependencies.is_empty());
    assert_eq!(board.counts().unwrap().total, 1);

    let back = board.features_unremove(removed.removal, &person()).unwrap();
    assert_eq!(back, [base, page]);
    let without_touch = |feature: &harness_domain::feature::Feature| {
        let mut feature = feature.clone();
        feature.updated_at_ms = NOW;
        feature
    };
    assert_eq!(without_touch(&board.feature(base).unwrap()), without_touch(&before.0));
    assert_eq!(without_touch(&board.feature(page).unwrap()), without_touch(&before.1));
    assert_eq!(board.evidence_of(base).unwrap(), before.2, "the proof came back");
    assert_eq!(board.feature(last).unwrap().dependencies, [page], "and what needed it needs it again");
    assert_eq!(
        board.ready(9).unwrap().iter().map(|card| card.id).collect::<Vec<_>>(),
        [page],
        "the counters are right"
    );
    assert_eq!(board.counts().unwrap().done, 1);
    let again = board.features_unremove(removed.removal, &person()).unwrap_err();
    assert!(matches!(again, StoreError::NoSuchRemoval(_)), "once is enough: {again}");
}

#[test]
fn a_bug_and_its_fix_find_each_other_again_whichever_of_them_was_removed() {
    for removes_bug in [true, false] {
        let board = board();
        let bug = board.bug("Broken");
        let fix = board.fix_of(bug, "Mend it");
        assert_eq!(board.feature(bug).unwrap().status, Status::Fixing);
        let removed = board.features_remove(&[if removes_bug { bug } else { fix }], &person()).unwrap();
        board.features_unremove(removed.removal, &person()).unwrap();
        assert_eq!(board.feature(fix).unwrap().parent, Some(bug), "the fix mends the bug again");
        assert_eq!(board.feature(bug).unwrap().status, Status::Fixing, "which waits for it");
        board.pass(fix);
        assert_eq!(board.feature(bug).unwrap().status, Status::Resolved, "and is resolved by it");
    }
}

#[test]
fn a_removal_of_several_cards_happens_to_all_of_them_or_to_none() {
    let board = board();
    let card = board.feature_named("Card");
    assert!(matches!(
        board.features_remove(&[card, FeatureId(99)], &person()),
        Err(StoreError::NoSuchFeature(FeatureId(99)))
    ));
    assert!(board.feature(card).is_ok(), "nothing was removed");
}

#[test]
fn a_card_moves_within_its_layer_and_never_past_what_is_built_before() {
    let board = board();
    let [a, b, c] = ["A", "B", "C"].map(|name| board.feature_named(name));
    let bug = board.bug("Bug");
    let order = || board.board(None).unwrap().iter().map(|card| card.id).collect::<Vec<_>>();
    assert_eq!(order(), [bug, a, b, c]);
    assert_eq!(board.feature_move(c, Place::Before(a), &person()).unwrap().first(), Some(&c));
    assert_eq!(order(), [bug, c, a, b]);
    board.feature_move(c, Place::After(a), &person()).unwrap();
    assert_eq!(order(), [bug, a, c, b]);
    let refusal = board.feature_move(a, Place::Before(bug), &person()).unwrap_err();
    assert!(refusal.to_string().contains("bugs go before"), "{refusal}");
    assert!(board.edits_of(c).unwrap().iter().any(|edit| edit.what.starts_with("moved")), "it is on record");
}

#[test]
fn a_boards_cards_say_what_they_wait_for_what_they_cost_and_how_they_were_proven() {
    let board = board();
    let base = board.feature_named("Base");
    let page = board.needing("Page", &[base]);
    let bug = board.bug("Bug");
    let fix = board.add(NewFeature { kind: Kind::Fix, parent: Some(bug), ..NewFeature::named("Fix") });
    let card = |id: FeatureId| board.board(Some(&[id])).unwrap().remove(0);
    assert_eq!(card(page).blocked_by, [base]);
    assert_eq!(card(bug).blocked_by, [fix], "a bug waits for its fixes");
    board.pass(fix);
    board.pass(base);
    assert!(card(page).blocked_by.is_empty());
    assert!(card(bug).proof.is_some_and(|proof| proof.is_passing), "its fix speaks for it");
    assert_eq!(board.board(None).unwrap().len(), 4);
    assert_eq!(board.board(None).unwrap(), board.board(Some(&[fix, bug, page, base])).unwrap(), "either way the same");
    assert!(board.board(Some(&[FeatureId(77)])).unwrap().is_empty());
    board.attempt_failed(page, &"why ".repeat(200), 3, &host()).unwrap();
    assert!(card(page).note.is_some_and(|note| note.chars().count() <= 281), "long notes are for the card itself");
}
