//! The order of many cards, and the check for circles.

use crate::figure::{Figure, Goal, Measurement, interleaved, median, timed};
use harness_domain::{dependencies::Graph, id::FeatureId};
use std::{collections::VecDeque, hint::black_box};

const CARDS: u32 = 10_000;
const NEEDS_EACH: u32 = 3;

/// Cards that need three earlier ones each; always the same ones.
fn cards() -> Vec<(FeatureId, Vec<FeatureId>)> {
    let mut state: u32 = 1;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    let mut needs = |card: u32| {
        let mut needs: Vec<FeatureId> = Vec::new();
        while needs.len() < NEEDS_EACH.min(card - 1) as usize {
            let need = FeatureId(1 + random(card - 1));
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
        needs
    };
    (1..=CARDS).map(|card| (FeatureId(card), needs(card))).collect()
}

pub fn measure(runs: usize) -> Measurement {
    let cards = cards();
    let edges: usize = cards.iter().map(|(_, needs)| needs.len()).sum();
    let ours = || {
        let given = cards.clone();
        let (order, took) = timed(|| {
            let graph = Graph::new(given).expect("no circle");
            let would = graph.would_cycle(FeatureId(1), FeatureId(CARDS));
            assert!(would.is_some(), "the first card is below the last");
            graph.order()
        });
        assert_eq!(black_box(order).len(), CARDS as usize, "every card has its place");
        took
    };
    let theirs = || {
        let (order, took) = timed(|| queue_of_free_cards(&cards));
        assert_eq!(black_box(order).len(), CARDS as usize, "every card has its place");
        took
    };
    let (ours, theirs) = interleaved(runs, ours, theirs);
    let value = median(&ours);
    Measurement {
        title: format!("graph: build, check and order {CARDS} cards with {edges} dependencies"),
        baseline: "the plain algorithm over lists of numbers: no names, no ranks, no circle told".into(),
        unit: "ms",
        ours,
        theirs,
        figures: vec![Figure { name: "graph order", value, unit: "ms", goal: Goal::AtMost(50.0) }],
        notes: Vec::new(),
    }
}

/// Repeatedly takes a card that needs nothing any more.
fn queue_of_free_cards(cards: &[(FeatureId, Vec<FeatureId>)]) -> Vec<u32> {
    let mut waiting = vec![0_u32; cards.len() + 1];
    let mut needed_by: Vec<Vec<u32>> = vec![Vec::new(); cards.len() + 1];
    for (card, needs) in cards {
        waiting[card.0 as usize] = needs.len() as u32;
        for need in needs {
            needed_by[need.0 as usize].push(card.0);
        }
    }
    let mut free: VecDeque<u32> =
        cards.iter().map(|(card, _)| card.0).filter(|card| waiting[*card as usize] == 0).collect();
    let mut order = Vec::with_capacity(cards.len());
    while let Some(card) = free.pop_front() {
        order.push(card);
        for other in &needed_by[card as usize] {
            waiting[*other as usize] -= 1;
            if waiting[*other as usize] == 0 {
                free.push_back(*other);
            }
        }
    }
    order
}
