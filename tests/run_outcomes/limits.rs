//! Money, turns and rate limits: what ends or delays a run without anybody's fault.

use crate::{
    live::Live,
    sums::{Sums, builds},
    support::of_kind,
};
use serde_json::{Value, json};

fn until_ms(event: &Value) -> i64 {
    event["until_ms"].as_i64().expect("a time in milliseconds")
}

#[test]
fn a_run_ends_when_its_budget_is_used_up_and_charges_no_feature_for_it() {
    let sums = Sums::with_features(&["Add", "Subtract"]);
    let played = sums.rehearse("costly", &["--budget-usd", "0.3"]);
    played.expect(3, "budget_exhausted");
    assert_eq!(played.outcomes().len(), 1, "no second session is paid for");
    let spent = sums.newest_run()["cost_usd"].as_f64().expect("a number");
    assert!(spent >= 0.3, "the run says what it has spent: {spent}");
    for card in sums.board() {
        assert_eq!(
            (&card["status"], &card["attempts"]),
            (&json!("pending"), &json!(0)),
            "money is no failure of a card"
        );
    }
}

#[test]
fn the_budget_and_the_models_of_the_project_count_for_runs_that_choose_none() {
    let sums = Sums::with_features(&["Add", "Subtract"]);
    sums.harness(&["projects", "settings", "--budget-usd", "0.3", "--model", "sonnet", "--building-model", "opus"]);
    let played = sums.rehearse("costly", &[]);
    played.expect(3, "budget_exhausted");
    assert_eq!(played.outcomes().len(), 1, "no second session is paid for");
    let models: Vec<&Value> = of_kind(&played.events, "session_started").iter().map(|event| &event["model"]).collect();
    assert_eq!(models, [&json!("opus")], "a session that builds asks for the model that builds");
}

#[test]
fn a_session_that_never_ends_is_ended_by_its_turns_and_counts_as_an_attempt() {
    let sums = Sums::with_features(&["Add"]);
    let played = sums.rehearse("endless", &["--max-turns", "3", "--max-sessions", "1"]);
    played.expect(3, "session_limit");
    assert_eq!(played.outcomes(), ["max_turns"]);
    let card = sums.card(1);
    assert_eq!((&card["status"], &card["attempts"]), (&json!("pending"), &json!(1)), "the card had its chance");
    let note = card["note"].as_str().unwrap_or_default();
    assert!(note.contains("max_turns"), "the next session reads why: {note}");
}

#[test]
fn a_rate_limit_is_waited_out_and_no_feature_is_charged_with_it() {
    let sums = Sums::with_features(&["Add"]);
    let limited = json!({ "when": { "session": 1 }, "error": { "status": 429, "retry_after": 1 } });
    let played = sums.play(&json!({ "coding": [limited, builds()] }), &["--limit-wait", "1"]);
    played.expect(0, "all_passing");
    assert_eq!(played.outcomes(), ["rate_limited", "completed"]);
    let waits: Vec<&Value> = played.of("run_waiting").into_iter().map(|event| &event["reason"]).collect();
    assert_eq!(waits, ["rate_limited"], "a screen can tell why nothing happens");
    let starts = played.of("session_started");
    let waited_until = until_ms(played.of("run_waiting")[0]);
    assert!(starts[1]["at_ms"].as_i64() >= Some(waited_until), "nobody asks again before the time");
    assert_eq!(sums.card(1)["attempts"], 0, "the account was at its limit, not the card");
    assert_eq!(sums.newest_run()["paused_until_ms"], Value::Null, "nothing is left to wait for");
}

#[test]
fn a_run_that_was_ended_while_it_waited_for_a_limit_waits_out_the_rest_when_it_is_started_again() {
    let sums = Sums::with_features(&["Add"]);
    let limited = json!({ "coding": [{ "error": { "status": 429 } }] });
    let mut live = Live::start(&sums, &limited, &["--limit-wait", "12"]);
    let until = until_ms(&live.until("the run waits", |event| event["event"] == "run_waiting"));
    live.terminate();
    live.finish().expect(3, "stopped");
    assert_eq!(sums.newest_run()["paused_until_ms"].as_i64(), Some(until), "the API has not forgotten either");

    let again = sums.play(&json!({ "coding": [builds()] }), &[]);
    again.expect(0, "all_passing");
    let waits: Vec<i64> = again.of("run_waiting").into_iter().map(until_ms).collect();
    assert_eq!(waits, [until], "the same time, not another whole wait");
    assert!(again.of("session_started")[0]["at_ms"].as_i64() >= Some(until), "and it is kept");
    assert_eq!(sums.card(1)["attempts"], 0);
}
