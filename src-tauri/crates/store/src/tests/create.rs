use super::*;
use crate::StoreError;
use harness_domain::{feature::Status, layer::Layer, limits::LONGEST_TEXT};

#[test]
fn a_batch_is_created_with_dependencies_by_place_and_by_number() {
    let board = board();
    let first = board.feature_named("exists");
    let mut batch = drafts(&["database", "api"]);
    batch[0].feature.dependencies = vec![first];
    batch[1].depends_on_index = vec![0];
    let created = board.feature_create(batch, &person()).unwrap();
    assert_eq!(created[0].dependencies, [first], "a dependency by number is kept");
    assert_eq!(created[1].dependencies, [created[0].id], "a place of the batch becomes the number it was given");
    assert_eq!(created, [0, 1].map(|place: usize| board.store.feature(created[place].id).unwrap()));
}

#[test]
fn a_new_card_has_what_it_was_given_and_defaults_for_the_rest() {
    let board = board();
    let given = NewFeature {
        category: "database".into(),
        steps: vec!["open".into(), "see \"it\"".into()],
        checks: vec!["npm test".into()],
        model: Some("opus".into()),
        source_spec: "mobile".into(),
        ..NewFeature::named("schema")
    };
    let id = board.add(given.clone());
    let stored = board.store.feature(id).unwrap();
    assert_eq!((stored.steps, stored.checks, stored.model), (given.steps, given.checks, given.model));
    assert_eq!(stored.layer.number(), 1, "the category implies the layer");
    assert_eq!(stored.priority, 1, "the first card comes after none");
    assert_eq!(board.store.feature(board.feature_named("next")).unwrap().priority, 2, "appended after the last");
    assert_eq!(board.store.feature(board.bug("bug")).unwrap().priority, 0, "a bug does not queue behind others");
    let layered =
        board.add(NewFeature { layer: Some(Layer::QUALITY), category: "database".into(), ..NewFeature::named("x") });
    assert_eq!(board.store.feature(layered).unwrap().layer, Layer::QUALITY, "a layer that is given wins");
    assert_eq!((stored.created_at_ms, stored.updated_at_ms, stored.source_spec.as_str()), (NOW, NOW, "mobile"));
}

#[test]
fn a_batch_with_one_bad_card_creates_none() {
    let board = board();
    let mut empty = drafts(&["good", "  "]);
    let mut unknown = drafts(&["good", "bad"]);
    unknown[1].feature.dependencies = vec![FeatureId(99)];
    let mut beyond = drafts(&["good", "bad"]);
    beyond[1].depends_on_index = vec![2];
    let mut itself = drafts(&["good", "bad"]);
    itself[1].depends_on_index = vec![1];
    let mut orphan = drafts(&["good", "bad"]);
    orphan[1].feature.kind = Kind::Fix;
    orphan[1].feature.parent = Some(FeatureId(77));
    let mut guessed = drafts(&["good", "bad"]);
    guessed[1].feature.dependencies = vec![FeatureId(1)];
    let mut long = drafts(&["good", "bad"]);
    long[1].feature.description = "x".repeat(LONGEST_TEXT + 1);
    let too_long = long[1].feature.parts().check().expect_err("it is too long");
    let bad = || "bad".to_owned();
    for (batch, expected) in [
        (std::mem::take(&mut empty), StoreError::EmptyName { index: 1 }),
        (long, StoreError::TooMuch { index: 1, why: too_long }),
        (unknown, StoreError::UnknownDependency { name: bad(), dependency: FeatureId(99) }),
        (beyond, StoreError::UnknownIndex { name: bad(), index: 2, len: 2 }),
        (itself, StoreError::SelfDependency { name: bad() }),
        (orphan, StoreError::UnknownParent { name: bad(), parent: FeatureId(77) }),
        (guessed, StoreError::UnknownDependency { name: bad(), dependency: FeatureId(1) }),
    ] {
        assert_eq!(board.feature_create(batch, &person()).unwrap_err(), expected);
        assert_eq!(board.counts().unwrap().total, 0, "all or none: {expected}");
    }
}

#[test]
fn a_circle_inside_a_batch_is_refused_with_the_names_on_it() {
    let board = board();
    for size in [3_usize, 300] {
        let names: Vec<String> = (0..size).map(|place| format!("card {place}")).collect();
        let mut batch = drafts(&names.iter().map(String::as_str).collect::<Vec<_>>());
        for (place, draft) in batch.iter_mut().enumerate() {
            draft.depends_on_index = vec![(place + 1) % size];
        }
        let error = board.feature_create(batch, &person()).unwrap_err();
        let StoreError::Cycle { path, names, .. } = &error else { panic!("expected a circle, got {error}") };
        assert_eq!(path.features().len(), size, "the whole circle is named");
        assert!(names.contains(&"card 1".to_owned()), "the caller knows names, not numbers: {names:?}");
        assert!(error.to_string().contains("card 0"), "the message names a card on the circle: {error}");
        assert_eq!(board.counts().unwrap().total, 0, "nothing of a refused batch stays");
    }
}

#[test]
fn a_fix_for_a_bug_moves_the_bug_to_fixing_and_ends_the_claim_on_it() {
    let board = board();
    let bug = board.bug("crash");
    board.claim(bug, &claim("analyst"), &host()).unwrap();
    let fix = board.fix_of(bug, "fix crash");
    assert_eq!(board.status(bug), Status::Fixing);
    assert_eq!(board.claimed_by(&SessionId("analyst".into())).unwrap(), None, "the analysis is over");
    assert_eq!(board.fixes_of(bug).unwrap()[0].id, fix);
    assert_eq!(board.claim_next(&claim("next"), &host()).unwrap().unwrap().id, fix, "the fix is next");
}

#[test]
fn a_fix_for_a_feature_leaves_the_feature_as_it_is() {
    let board = board();
    let feature = board.feature_named("login");
    board.fix_of(feature, "mend login");
    assert_eq!(board.status(feature), Status::Pending);
}

#[test]
fn only_a_fix_may_have_a_parent() {
    let board = board();
    let bug = board.bug("crash");
    let child = NewFeature { parent: Some(bug), ..NewFeature::named("not a fix") };
    let error = board.feature_create(vec![child.into()], &person()).unwrap_err();
    assert_eq!(error, StoreError::ParentOfNonFix { name: "not a fix".into(), parent: bug });
}

#[test]
fn numbers_are_never_given_out_twice() {
    let board = board();
    let last = board.feature_named("last");
    board.remove(last, &person()).unwrap();
    assert!(board.feature_named("next") > last, "the history of a removed card must not become another card's");
}
