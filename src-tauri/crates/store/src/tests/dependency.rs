use super::*;
use crate::StoreError;
use harness_domain::feature::Status;

#[test]
fn a_card_is_ready_when_the_last_of_its_dependencies_passes() {
    let board = board();
    let (a, b) = (board.feature_named("a"), board.feature_named("b"));
    let c = board.needing("c", &[a, b]);
    assert_eq!(ids(&board.ready(10).unwrap()), [a, b]);
    let blocked = board.blocked(10).unwrap();
    assert_eq!((blocked[0].feature.id, blocked[0].unmet.as_slice()), (c, [a, b].as_slice()));
    board.pass(a);
    assert_eq!(board.blocked(10).unwrap()[0].unmet, [b]);
    board.pass(b);
    assert_eq!(ids(&board.ready(10).unwrap()), [c]);
    board.mark_failing(a, "broken", &host()).unwrap();
    assert!(!ids(&board.ready(10).unwrap()).contains(&c), "it waits again when one stops passing");
    board.assert_counters_are_true();
}

#[test]
fn a_dependency_on_a_bug_is_met_when_the_bug_is_resolved() {
    let board = board();
    let bug = board.bug("crash");
    let waiting = board.needing("after the bug", &[bug]);
    let fix = board.fix_of(bug, "fix");
    board.pass(fix);
    assert_eq!(board.status(bug), Status::Resolved);
    assert_eq!(ids(&board.ready(10).unwrap()), [waiting]);
}

#[test]
fn a_circle_is_refused_with_its_path_and_changes_nothing() {
    let board = board();
    let a = board.feature_named("a");
    let b = board.needing("b", &[a]);
    let c = board.needing("c", &[b]);
    for error in
        [board.dependency_add(a, c, &person()).unwrap_err(), board.dependency_set(a, &[c], &person()).unwrap_err()]
    {
        let StoreError::Cycle { feature, dependency, path, names } = error else { panic!("not a circle: {error}") };
        assert_eq!((feature, dependency, path.features()), (a, c, [a, c, b].as_slice()));
        assert_eq!(names, ["a", "c", "b"]);
    }
    assert!(board.store.feature(a).unwrap().dependencies.is_empty());
    assert_eq!(ids(&board.ready(10).unwrap()), [a], "the counters were rolled back as well");
}

#[test]
fn a_fix_cannot_need_what_waits_for_its_own_bug() {
    let board = board();
    let bug = board.bug("crash");
    let fix = board.fix_of(bug, "fix");
    let waiting = board.needing("after the bug", &[bug]);
    for need in [bug, waiting] {
        let error = board.dependency_add(fix, need, &person()).unwrap_err();
        assert!(matches!(error, StoreError::Cycle { .. }), "the bug waits for its fix: {error}");
    }
    let late =
        NewFeature { kind: Kind::Fix, parent: Some(bug), dependencies: vec![waiting], ..NewFeature::named("late") };
    let error = board.feature_create(vec![late.into()], &person()).unwrap_err();
    assert!(matches!(error, StoreError::Cycle { .. }), "also when the fix is new: {error}");
}

#[test]
fn dependencies_are_added_removed_and_replaced_with_true_counters() {
    let board = board();
    let created = ids(&board.feature_create(drafts(&["a", "b", "c", "d"]), &person()).unwrap());
    let [a, b, c, d] = created[..] else { panic!("four were created") };
    board.pass(b);
    assert_eq!(board.dependency_add(d, a, &person()).unwrap().dependencies, [a]);
    assert_eq!(board.dependency_add(d, a, &person()).unwrap().dependencies, [a], "twice is once");
    assert_eq!(board.dependency_set(d, &[c, b, c], &person()).unwrap().dependencies, [b, c]);
    board.assert_counters_are_true();
    assert_eq!(board.dependency_remove(d, c, &person()).unwrap().dependencies, [b]);
    assert!(ids(&board.ready(9).unwrap()).contains(&d), "what passes does not keep it waiting");
    assert_eq!(board.dependency_remove(d, c, &person()).unwrap().dependencies, [b], "removing nothing is no error");
    board.assert_counters_are_true();
    let refused = board.dependency_add(d, d, &person()).unwrap_err();
    assert_eq!(refused, StoreError::SelfDependency { name: "d".into() });
    let unknown = StoreError::UnknownDependency { name: "d".into(), dependency: FeatureId(99) };
    assert_eq!(board.dependency_add(d, FeatureId(99), &person()).unwrap_err(), unknown);
    assert_eq!(
        board.dependency_add(FeatureId(99), d, &person()).unwrap_err(),
        StoreError::NoSuchFeature(FeatureId(99))
    );
    let edits: Vec<String> = board.edits_of(d).unwrap().into_iter().map(|edit| edit.what).collect();
    let expected = [format!("now needs #{a}"), "dependencies replaced".into(), format!("no longer needs #{c}")];
    assert_eq!(edits, expected, "what changed is in the trail, what did not is not");
}

#[test]
fn the_graph_has_every_card_and_every_dependency() {
    let board = board();
    let a = board.feature_named("a");
    let b = board.needing("b", &[a]);
    let graph = board.graph().unwrap();
    assert_eq!(graph.nodes.iter().map(|node| node.id).collect::<Vec<_>>(), [a, b]);
    assert_eq!(graph.edges, [(b, a)]);
}
