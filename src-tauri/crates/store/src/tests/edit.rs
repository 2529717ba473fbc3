use super::*;
use crate::{FeatureEdit, StoreError};
use harness_domain::{feature::Status, layer::Layer, limits::MOST_STEPS};

#[test]
fn a_pinned_card_goes_before_everything_else() {
    let board = board();
    let (bug, feature) = (board.bug("bug"), board.feature_named("last"));
    board.pin(feature, true, &person()).unwrap();
    assert_eq!(ids(&board.ready(2).unwrap()), [feature, bug]);
    board.pin(feature, false, &person()).unwrap();
    assert_eq!(ids(&board.ready(2).unwrap()), [bug, feature]);
}

#[test]
fn an_edit_changes_what_is_given_and_nothing_else() {
    let board = board();
    let id =
        board.add(NewFeature { category: "database".into(), model: Some("opus".into()), ..NewFeature::named("a") });
    let before = board.store.feature(id).unwrap();
    let edit = FeatureEdit {
        name: Some("b".into()),
        steps: Some(vec!["see".into()]),
        model: Some(None),
        ..Default::default()
    };
    let after = board.edit(id, edit, &person()).unwrap();
    let expected = Feature { name: "b".into(), steps: vec!["see".into()], model: None, ..before };
    assert_eq!(after, expected);
    assert_eq!(board.edits_of(id).unwrap()[0].what, "edited name, steps, model");
    let empty = FeatureEdit { name: Some(" ".into()), ..Default::default() };
    assert_eq!(board.edit(id, empty, &person()).unwrap_err(), StoreError::EmptyName { index: 0 });
    let long = FeatureEdit { steps: Some(vec!["x".into(); MOST_STEPS + 1]), ..Default::default() };
    let refused = board.edit(id, long, &person()).unwrap_err();
    assert!(matches!(refused, StoreError::TooMuch { .. }), "an edit is bounded as a new card is: {refused}");
    assert_eq!(board.store.feature(id).unwrap().steps, ["see"], "and nothing of it is stored");
}

#[test]
fn a_new_category_takes_its_layer_along_unless_the_layer_was_chosen() {
    let board = board();
    let derived = board.add(NewFeature { category: "database".into(), ..NewFeature::named("derived") });
    let chosen =
        board.add(NewFeature { layer: Some(Layer::QUALITY), category: "database".into(), ..NewFeature::named("c") });
    let edit = FeatureEdit { category: Some("auth".into()), ..Default::default() };
    assert_eq!(board.edit(derived, edit.clone(), &person()).unwrap().layer.number(), 3);
    assert_eq!(board.edit(chosen, edit, &person()).unwrap().layer, Layer::QUALITY);
}

#[test]
fn a_removed_bug_leaves_its_fixes_as_fixes_without_a_parent() {
    let board = board();
    let bug = board.bug("crash");
    let fix = board.fix_of(bug, "fix");
    let waiting = board.needing("waits", &[bug]);
    board.evidence_add(evidence(bug, false, None)).unwrap();
    assert_eq!(board.remove(bug, &person()).unwrap(), [fix]);
    let card = board.store.feature(fix).unwrap();
    assert_eq!((card.kind, card.parent), (Kind::Fix, None));
    assert!(ids(&board.ready(9).unwrap()).contains(&waiting), "it waits for nothing that exists");
    assert_eq!(board.store.feature(bug).unwrap_err(), StoreError::NoSuchFeature(bug));
    assert!(!board.history(bug).unwrap().is_empty(), "the trail outlives the card");
    assert_eq!(board.edits_of(bug).unwrap().last().unwrap().what, "removed");
    assert_eq!(board.edits_of(fix).unwrap()[0].what, format!("parent #{bug} was removed"));
    board.assert_counters_are_true();
}

#[test]
fn a_bug_that_loses_its_last_unfinished_fix_does_not_wait_forever() {
    let board = board();
    let (without, with) = (board.bug("without"), board.bug("with"));
    let only = board.fix_of(without, "only");
    board.remove(only, &person()).unwrap();
    assert_eq!(board.status(without), Status::Open, "it has to be looked at again");
    let (good, surplus) = (board.fix_of(with, "good"), board.fix_of(with, "surplus"));
    board.pass(good);
    board.remove(surplus, &person()).unwrap();
    assert_eq!(board.status(with), Status::Resolved, "every fix it has passes");
    board.assert_counters_are_true();
}

#[test]
fn a_card_that_is_worked_on_cannot_be_removed() {
    let board = board();
    let id = board.feature_named("a");
    board.claim(id, &claim("s"), &host()).unwrap();
    let by = SessionId("s".into());
    assert_eq!(board.remove(id, &person()).unwrap_err(), StoreError::AlreadyClaimed { feature: id, by });
}
