//! Agents that go round in circles, stand still or burn tokens.

use crate::stage::*;
use serde_json::{Value, json};

/// What the host says to an agent that goes in circles, and nobody else.
const NUDGE: &str = "going in circles";

/// The steps of the ladder that were taken: kind and step, in order.
fn ladder(events: &[Value]) -> Vec<(String, String)> {
    let word = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let found = events.iter().filter(|event| event["event"] == "loop_detected");
    found.map(|event| (word(event, "kind"), word(event, "step"))).collect()
}

fn steps(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(kind, step)| ((*kind).to_owned(), (*step).to_owned())).collect()
}

/// The outcomes of the run's sessions, in order.
fn outcomes(events: &[Value]) -> Vec<String> {
    let ends = events.iter().filter(|event| event["event"] == "session_ended");
    ends.map(|event| event["outcome"]["code"].as_str().unwrap_or_default().to_owned()).collect()
}

/// An agent that repeats `turn` until it is told that it goes in circles, and then builds its card.
fn listens(name: &str, turn: Value) -> Value {
    let mut repeated = turn;
    repeated["repeat"] = json!("forever");
    repeated["when"] = json!({ "heard": { "lacks": NUDGE } });
    coding(
        name,
        json!([take_card(), repeated, { "say": "I see.", "calls": [{ "Bash": { "command": BUILD, "description": "Build" } }] },
               ask_for_checks(), { "say": "Done." }]),
    )
}

#[test]
fn an_agent_that_repeats_one_call_is_told_and_recovers() {
    let stage = Stage::new(&["Add"]);
    let events = stage.run_to_all_passing(&listens("exact", bash("ls")), &[]);
    assert_eq!(ladder(&events), steps(&[("exact_repetition", "nudged")]));
}
