//! The order of the queue, against the domain's own definition of it.

use super::*;
use harness_domain::{feature::Status, layer::Layer, schedule};

/// A sequence of numbers that looks random and is the same every time (an xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// A board with cards of every kind, in every layer, with dependencies on earlier cards.
fn mixed(board: &Board, cards: usize, dice: &mut Dice) {
    let mut batch = Vec::with_capacity(cards);
    for card in 0..cards {
        let kind = match dice.below(10) {
            0 => Kind::Bug,
            1 => Kind::Redesign,
            2 => Kind::Fix,
            _ => Kind::Feature,
        };
        let layer = Layer::new(dice.below(9)).ok();
        let priority = i32::try_from(dice.below(50)).ok();
        let mut depends_on_index: Vec<usize> = Vec::new();
        if card > 0 && dice.below(2) == 0 {
            for _ in 0..=dice.below(2) {
                depends_on_index.push(usize::try_from(dice.below(card as u64)).unwrap());
            }
        }
        let feature = NewFeature { kind, layer, priority, ..NewFeature::named(format!("card {card}")) };
        batch.push(Draft { feature, depends_on_index });
    }
    board.feature_create(batch, &person()).unwrap();
}

fn assert_agrees_with_the_domain(board: &Board, after: &str) {
    let features = board.features().unwrap();
    let ready = ids(&board.ready(usize::MAX).unwrap());
    assert_eq!(ready, schedule::queue_order(&features), "the index and the domain disagree {after}");
    assert!(features.is_sorted_by_key(schedule::rank), "all cards are in the domain's order {after}");
    let summaries: Vec<FeatureId> = board.feature_summaries().unwrap().iter().map(|summary| summary.id).collect();
    assert_eq!(summaries, ids(&features), "summaries are in the same order {after}");
}

#[test]
fn the_queue_agrees_with_the_domain_whatever_happens_on_the_board() {
    for seed in 1..=4 {
        let board = board();
        let mut dice = Dice(0x9E37_79B9 * seed);
        mixed(&board, 60, &mut dice);
        assert_agrees_with_the_domain(&board, "after creation");
        for step in 0..150 {
            let all = board.features().unwrap();
            let card = all[usize::try_from(dice.below(all.len() as u64)).unwrap()].clone();
            let id = card.id;
            // Refusals are part of the game: what matters is that board and queue agree afterwards.
            match dice.below(9) {
                0 => drop(board.pin(id, !card.is_pinned, &person())),
                1 => drop(board.claim_next(&claim(&format!("s{step}")), &host())),
                2 => drop(board.mark_failing(id, "broken", &host())),
                3 => drop(board.skip(id, &person())),
                4 => drop(board.attempt_failed(id, "no luck", 2, &host())),
                5 => drop(board.retry(id, &person())),
                6 => drop(board.remove(id, &person())),
                7 if card.kind == Kind::Bug => drop(board.fix_of(id, "a fix")),
                _ if card.status.may_become(card.kind, Status::Passing) || card.status == Status::Pending => {
                    if card.lease.is_none() {
                        drop(board.claim(id, &claim(&format!("s{step}")), &host()));
                    }
                    let proof = board.proof(id);
                    drop(board.mark_passing(id, proof, &host()));
                }
                _ => drop(board.release_expired(LATER, &host())),
            }
            board.assert_counters_are_true();
            assert_agrees_with_the_domain(&board, &format!("at step {step} of seed {seed}"));
        }
    }
}

#[test]
fn ten_thousand_cards_are_handed_out_in_the_order_of_the_domain() {
    let board = board();
    mixed(&board, 10_000, &mut Dice(7));
    assert_agrees_with_the_domain(&board, "at 10,000 cards");
    let expected = schedule::queue_order(&board.features().unwrap());
    for (turn, id) in expected.into_iter().enumerate().take(200) {
        let taken = board.claim_next(&claim(&format!("s{turn}")), &host()).unwrap().unwrap();
        assert_eq!(taken.id, id, "turn {turn}");
    }
}
