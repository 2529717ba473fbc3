//! A board of ten thousand cards, as the screen gets it.

use crate::{
    api::Ground,
    figure::{Figure, Goal, Measurement, interleaved, median, millis, timed},
};
use harness_api::Procedure;
use harness_domain::{
    feature::{Actor, NewFeature},
    split::Draft,
};
use serde_json::json;
use std::hint::black_box;

const CARDS: usize = 10_000;

pub fn measure(runs: usize) -> Measurement {
    let ground = Ground::new();
    let cause = ground.open.cause(Actor::Person, None, "measured");
    let drafts = (0..CARDS).map(|number| {
        let feature = NewFeature {
            description: "What is to be built, in a few sentences. ".repeat(8),
            steps: (0..5).map(|step| format!("Step {step} of card {number} is done and seen to be done.")).collect(),
            ..NewFeature::named(format!("Card number {number}"))
        };
        Draft {
            feature,
            depends_on_index: [number.checked_sub(1), number.checked_sub(100)].into_iter().flatten().collect(),
        }
    });
    ground.open.store.feature_create(drafts.collect(), &cause).expect("cards");
    let ours = || {
        let (answer, took) = timed(|| ground.call(Procedure::feature_list, json!({ "project": ground.project.0 })));
        assert!(black_box(answer).get().len() > CARDS * 100, "every card came");
        took
    };
    let theirs = || {
        let (cards, took) = timed(|| ground.open.store.features());
        assert_eq!(black_box(cards).expect("cards").len(), CARDS, "every card came");
        took
    };
    let (ours, theirs) = interleaved(runs, ours, theirs);
    let samples: Vec<f64> = (0..runs)
        .map(|_| millis(timed(|| ground.call(Procedure::feature_graph, json!({ "project": ground.project.0 }))).1))
        .collect();
    let value = median(&ours);
    Measurement {
        title: format!("board: {CARDS} cards as JSON through the API"),
        baseline: "the whole cards read from the database, with nothing beside them and no JSON".into(),
        unit: "ms",
        ours,
        theirs,
        figures: vec![
            Figure { name: "feature list", value, unit: "ms", goal: Goal::AtMost(60.0) },
            Figure { name: "feature graph", value: median(&samples), unit: "ms", goal: Goal::AtMost(150.0) },
        ],
        notes: Vec::new(),
    }
}
