use super::*;
use crate::layer::Layer;

fn id(number: u32) -> FeatureId {
    FeatureId(number)
}

fn card(number: u32, kind: Kind) -> Feature {
    Feature {
        id: id(number),
        kind,
        status: Status::initial(kind),
        category: String::new(),
        name: format!("card {number}"),
        description: String::new(),
        steps: Vec::new(),
        priority: i32::try_from(number).expect("small"),
        is_pinned: false,
        layer: Layer::QUALITY,
        source_spec: "main".into(),
        parent: None,
        dependencies: Vec::new(),
        attempts: 0,
        model: None,
        checks: Vec::new(),
        lease: None,
        note: None,
        created_at_ms: 0,
        updated_at_ms: 0,
    }
}

fn feature(number: u32) -> Feature {
    card(number, Kind::Feature)
}

fn bug(number: u32) -> Feature {
    card(number, Kind::Bug)
}

fn fix(number: u32, of: u32) -> Feature {
    Feature { parent: Some(id(of)), ..card(number, Kind::Fix) }
}

/// Reads like the sentence it stands for: `feature(3).needs(&[1]).is(Status::Blocked)`.
trait Told: Sized {
    fn told(self, change: impl FnOnce(&mut Feature)) -> Feature;

    fn is(self, status: Status) -> Feature {
        self.told(|card| card.status = status)
    }
    fn needs(self, numbers: &[u32]) -> Feature {
        self.told(|card| card.dependencies = numbers.iter().copied().map(FeatureId).collect())
    }
    fn in_layer(self, number: u64) -> Feature {
        self.told(|card| card.layer = Layer::new(number).expect("a lawful layer"))
    }
    fn with_priority(self, priority: i32) -> Feature {
        self.told(|card| card.priority = priority)
    }
    fn pinned(self) -> Feature {
        self.told(|card| card.is_pinned = true)
    }
    fn noted(self, note: &str) -> Feature {
        self.told(|card| card.note = Some(note.into()))
    }
}

impl Told for Feature {
    fn told(mut self, change: impl FnOnce(&mut Feature)) -> Feature {
        change(&mut self);
        self
    }
}

fn order(cards: &[Feature]) -> Vec<u32> {
    queue_order(cards).into_iter().map(|card| card.0).collect()
}

#[test]
fn a_bug_is_worked_on_before_any_fix_and_a_fix_before_any_feature() {
    let cards = [feature(1).with_priority(-5).in_layer(0), fix(2, 9), bug(3), bug(9).is(Status::Fixing)];
    assert_eq!(order(&cards), [3, 2, 1], "what is wrong today goes before what does not exist yet");
}

#[test]
fn a_pinned_card_goes_before_everything_else() {
    let cards = [bug(1), fix(2, 9), feature(3), feature(4).pinned(), fix(5, 9).pinned(), bug(9).is(Status::Fixing)];
    assert_eq!(order(&cards), [5, 4, 1, 2, 3], "among pinned cards the usual order holds");
}

#[test]
fn features_go_by_layer_then_priority_then_number() {
    let cards = [
        feature(1).in_layer(8).with_priority(0),
        feature(2).in_layer(0).with_priority(9),
        feature(3).in_layer(4).with_priority(5),
        feature(4).in_layer(4).with_priority(2),
        feature(5).in_layer(4).with_priority(2),
        card(6, Kind::Redesign).in_layer(4).with_priority(1),
    ];
    assert_eq!(order(&cards), [2, 6, 4, 5, 3, 1], "a redesign stands in line with the features");
}

#[test]
fn bugs_and_fixes_go_by_priority_then_number_whatever_their_layer() {
    let cards = [
        bug(1).with_priority(1).in_layer(0),
        bug(2).with_priority(0),
        fix(3, 9).with_priority(7).in_layer(0),
        fix(4, 9).with_priority(2),
        fix(5, 9).with_priority(2),
        bug(9).is(Status::Fixing),
    ];
    assert_eq!(order(&cards), [2, 1, 4, 5, 3]);
}

#[test]
fn a_card_waits_until_all_it_depends_on_is_done() {
    let cards = [
        feature(1),
        feature(2).is(Status::Passing),
        feature(3).needs(&[2]),
        feature(4).needs(&[1, 2]),
        bug(5).is(Status::Resolved),
        feature(6).needs(&[5]),
    ];
    assert_eq!(order(&cards), [1, 3, 6]);
    assert_eq!(next(&cards), Some(id(1)));
}

#[test]
fn a_fix_waits_for_its_dependencies_too_even_when_it_is_pinned() {
    let cards = [bug(9).is(Status::Fixing), fix(2, 9), fix(3, 9).needs(&[2]).pinned(), feature(4)];
    assert_eq!(order(&cards), [2, 4], "pinning chooses among what can be done; it does not undo a need");
}

#[test]
fn a_dependency_that_is_not_on_the_board_holds_nobody_up() {
    assert_eq!(order(&[feature(2).needs(&[1])]), [2]);
}

#[test]
fn a_feature_that_stopped_passing_is_mended_before_anything_is_built_unless_a_fix_is_on_its_way() {
    let failing = || feature(3).is(Status::Failing).in_layer(8);
    assert_eq!(order(&[feature(1).in_layer(0), failing()]), [3, 1], "without a fix it is its own fix");
    assert_eq!(order(&[feature(1).in_layer(0), failing(), fix(4, 3)]), [4, 1], "its fix mends it");
    let parked = fix(4, 3).is(Status::Blocked);
    assert_eq!(order(&[feature(1), failing(), parked]), [1], "a parked fix still stands for it: a person decides");
    let done = fix(4, 3).is(Status::Passing);
    assert_eq!(
        order(&[feature(1), failing(), done]),
        [3, 1],
        "a finished fix that did not bring it back is not enough"
    );
}

#[test]
fn only_cards_that_nobody_has_begun_are_offered() {
    for kind in [Kind::Feature, Kind::Bug, Kind::Fix, Kind::Redesign] {
        for status in Status::ALL {
            let offered = queue_order(&[card(1, kind).is(status)]).len() == 1;
            let expected = match kind {
                Kind::Bug => status == Status::Open,
                _ => matches!(status, Status::Pending | Status::Failing),
            };
            let lawful =
                status == Status::initial(kind) || Status::ALL.iter().any(|from| from.may_become(kind, status));
            assert!(!lawful || offered == expected, "{} {} offered: {offered}", kind.as_str(), status.as_str());
        }
    }
}

#[test]
fn the_next_card_is_the_first_of_the_order() {
    let mut cards: Vec<Feature> = (1..40).map(|n| feature(n).in_layer(u64::from(n * 7 % 9))).collect();
    cards.extend((40..50).map(|n| bug(n).with_priority(i32::try_from(n * 3 % 5).expect("small"))));
    while let Some(found) = next(&cards) {
        assert_eq!(Some(&found), queue_order(&cards).first());
        cards.retain(|card| card.id != found);
    }
    assert!(cards.is_empty(), "every card had its turn");
}

#[test]
fn an_empty_board_and_a_finished_one_stand_still_for_no_reason() {
    for cards in [vec![], vec![feature(1).is(Status::Passing), bug(2).is(Status::Resolved)]] {
        let why = why_nothing_is_ready(&cards);
        assert!(why.is_all_done() && !why.needs_person());
        assert_eq!(why.to_string(), "Every card is done.");
    }
}

#[test]
fn a_standstill_names_the_cards_at_the_root_and_everyone_who_waits_for_them() {
    let cards = [
        feature(1).is(Status::Blocked).noted("npm test fails: port in use\nsecond line"),
        feature(2).needs(&[1]),
        feature(3).needs(&[2]),
        feature(4).is(Status::NeedsInput).noted("Which currency?"),
        feature(5).needs(&[4]),
        feature(6).is(Status::Passing),
    ];
    assert_eq!(next(&cards), None, "nothing can be worked on");
    let why = why_nothing_is_ready(&cards);
    assert!(why.needs_person() && !why.is_all_done());
    assert_eq!(
        why.to_string(),
        "#1 “card 1” was parked (npm test fails: port in use); make it pending to try again; #2 and 1 more wait for it. \
         #4 “card 4” needs an answer from a person (Which currency?); #5 waits for it."
    );
    assert_eq!(why.holdups[0].waiting, [id(2), id(3)]);
}

#[test]
fn cards_in_the_hands_of_a_session_need_no_person() {
    let cards = [feature(1).is(Status::InProgress), bug(2).is(Status::Analyzing), feature(3).needs(&[1])];
    let why = why_nothing_is_ready(&cards);
    assert!(!why.needs_person(), "waiting is enough");
    assert_eq!(why.to_string(), "#2 “card 2” is being worked on. #1 “card 1” is being worked on; #3 waits for it.");
}

#[test]
fn a_bug_waits_for_its_fixes_and_the_parked_fix_is_the_root() {
    let cards = [bug(1).is(Status::Fixing), fix(2, 1).is(Status::Blocked), fix(3, 1).is(Status::Passing)];
    let why = why_nothing_is_ready(&cards);
    let roots: Vec<_> = why.holdups.iter().map(|holdup| (holdup.feature, holdup.waiting.clone())).collect();
    assert_eq!(roots, [(id(2), vec![id(1)])]);
    let stuck = why_nothing_is_ready(&[bug(1).is(Status::Fixing)]);
    assert_eq!(stuck.holdups[0].obstacle, Obstacle::Unresolved, "without fixes it waits for nothing that could happen");
}

#[test]
fn cards_that_wait_for_one_another_are_reported_as_a_circle() {
    let cards = [feature(1).is(Status::Failing), fix(2, 1).needs(&[1]), feature(3).needs(&[2])];
    let why = why_nothing_is_ready(&cards);
    assert_eq!(next(&cards), None);
    let [holdup] = why.holdups.as_slice() else { panic!("one circle, one root: {why:?}") };
    assert_eq!(holdup.obstacle, Obstacle::Circle);
    assert_eq!(holdup.waiting.len(), 2, "the other two wait for it");
    assert!(why.needs_person(), "only a person can cut it");
}

#[test]
fn many_holdups_are_counted_and_long_questions_shortened() {
    let question = "ä".repeat(300);
    let cards: Vec<Feature> = (1..=9).map(|n| feature(n).is(Status::NeedsInput).noted(&question)).collect();
    let words = why_nothing_is_ready(&cards).to_string();
    assert!(words.ends_with(". 4 more hold up the rest."), "{words}");
    assert!(words.contains(&format!("({}…)", "ä".repeat(200))), "a question is cut after 200 letters: {words}");
}

#[test]
fn ten_thousand_waiting_cards_are_explained_in_linear_time() {
    let mut cards: Vec<Feature> = (1..=5_000).map(|n| feature(n).is(Status::Blocked)).collect();
    cards.extend((5_001..=10_000).map(|n| feature(n).needs(&[n - 5_000, n - 1])));
    let started = std::time::Instant::now();
    let why = why_nothing_is_ready(&cards);
    let waiting: usize = why.holdups.iter().map(|holdup| holdup.waiting.len()).sum();
    assert_eq!((why.holdups.len(), waiting), (5_000, 5_000), "every waiting card is named once");
    assert!(started.elapsed().as_secs() < 3, "took {:?}", started.elapsed());
}
