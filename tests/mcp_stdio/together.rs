//! Several clients on one project.

use crate::client::{Board, Client};
use serde_json::{Value, json};
use std::{collections::BTreeSet, sync::Barrier, thread};

const CLIENTS: usize = 4;
const CARDS: usize = 48;

#[test]
fn clients_that_ask_at_the_same_moment_never_get_the_same_card() {
    let board = Board::with_cards(CARDS);
    let start = Barrier::new(CLIENTS);
    let taken: Vec<Vec<u64>> = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                scope.spawn(|| {
                    let mut client = Client::ready(&board);
                    start.wait();
                    let mut taken = Vec::new();
                    while let Some(id) = take(&mut client) {
                        taken.push(id);
                    }
                    client.leave();
                    taken
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().expect("a client that worked to its end")).collect()
    });
    let all: Vec<u64> = taken.iter().flatten().copied().collect();
    let different: BTreeSet<u64> = all.iter().copied().collect();
    assert_eq!(all.len(), different.len(), "no card was given out twice: {taken:?}");
    assert_eq!(different.len(), CARDS, "and every card once: {taken:?}");
    assert!(taken.iter().filter(|own| !own.is_empty()).count() > 1, "more than one client really took part: {taken:?}");
}

/// Takes the next card and takes it out of the queue; none when there is no more to take.
fn take(client: &mut Client) -> Option<u64> {
    let next = client.ok("feature_get_next", json!({}));
    let id = next["feature"]["id"].as_u64()?;
    let again = client.ok("feature_get_next", json!({}));
    assert_eq!(again["feature"]["id"], id, "while it is held, the same card is offered again: {again}");
    client.ok("feature_request_human_input", json!({ "feature_id": id, "prompt": "What now?" }));
    Some(id)
}

#[test]
fn a_card_in_other_hands_can_be_seen_but_not_touched() {
    let board = Board::with_cards(1);
    let (mut holder, mut other) = (Client::ready(&board), Client::ready(&board));
    assert_eq!(holder.ok("feature_get_next", json!({}))["feature"]["id"], 1);
    assert_eq!(other.ok("feature_get_next", json!({}))["type"], "in_progress", "there is nothing left to take");
    assert_eq!(other.ok("feature_get_by_id", json!({ "feature_id": 1 }))["status"], "in_progress", "it can be read");
    for tool in ["feature_claim_and_get", "feature_clear_in_progress", "feature_skip", "feature_mark_passing"] {
        let answer = other.request("tools/call", json!({ "name": tool, "arguments": arguments(tool) }));
        assert_eq!(answer["result"]["isError"], true, "{tool} is refused: {answer}");
    }
    holder.leave();
    assert_eq!(other.ok("feature_get_next", json!({}))["feature"]["id"], 1, "when the holder is gone it is free");
    other.leave();
}

fn arguments(tool: &str) -> Value {
    match tool {
        "feature_skip" => json!({ "feature_id": 1, "reason": "It is in the way." }),
        _ => json!({ "feature_id": 1 }),
    }
}
