//! Faults of the account and of the service: told apart by their structured fields, and never charged to a feature.

use crate::sums::{Sums, builds, builds_and_says};
use serde_json::{Value, json};

#[test]
fn a_login_that_has_run_out_needs_a_person_and_is_told_how_to_log_in() {
    let sums = Sums::with_features(&["Add"]);
    let played = sums.rehearse("auth-expired", &[]);
    let end = played.expect(4, "needs_person");
    assert_eq!(played.outcomes(), ["auth_expired"], "asking again would not help");
    let why = end["why"].as_str().unwrap_or_default();
    assert!(why.contains("claude auth login"), "the person is told what to do: {why}");
    let card = sums.card(1);
    assert_eq!((&card["status"], &card["attempts"]), (&json!("pending"), &json!(0)), "the card did nothing wrong");
}

#[test]
fn an_overloaded_service_is_given_time_and_the_run_goes_on() {
    let sums = Sums::with_features(&["Add"]);
    let overloaded = json!({ "when": { "session": 1 }, "error": { "status": 529 } });
    let played = sums.play(&json!({ "coding": [overloaded, builds()] }), &["--backoff", "0.2"]);
    played.expect(0, "all_passing");
    assert_eq!(played.outcomes(), ["api_unavailable", "completed"]);
    let waits: Vec<&Value> = played.of("run_waiting").into_iter().map(|event| &event["reason"]).collect();
    assert_eq!(waits, ["backing_off"]);
    assert_eq!(sums.card(1)["attempts"], 0, "the service failed, not the card");
}

#[test]
fn a_service_that_fails_for_ever_is_given_up_on() {
    let sums = Sums::with_features(&["Add"]);
    let played = sums.play(&json!({ "coding": [{ "error": { "status": 500 } }] }), &["--backoff", "0.01"]);
    let end = played.expect(1, "failed");
    assert_eq!(end["reason"], "too_many_faults", "a program can tell it from other failures: {end}");
    assert_eq!(played.outcomes(), ["api_unavailable"; 8], "each fault in a row is met with another try, up to a point");
    let card = sums.card(1);
    assert_eq!((&card["status"], &card["attempts"]), (&json!("pending"), &json!(0)), "the card was never worked on");
}

#[test]
fn a_feature_about_rate_limits_and_keys_passes_like_any_other() {
    let sums = Sums::with_features(&["Handle 429: rate limit exceeded, invalid API key, permission denied"]);
    let words = "API Error: 429 {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\"}}. Claude AI usage limit \
                 reached|1999999999. Invalid API key. Please run /login. Credit balance is too low. 529 overloaded_error.";
    let command = "echo 'Error: 401 Unauthorized: permission denied, rate limit reached, API Error: 529' >&2; exit 1";
    let played = sums.play(
        &json!({ "coding": [
            { "say": words, "calls": [{ "Bash": { "command": command, "description": "See how it fails" } }] },
            builds_and_says(words)
        ] }),
        &[],
    );
    played.expect(0, "all_passing");
    assert_eq!(played.outcomes(), ["completed"], "what an agent writes about is not what happened to it");
    assert_eq!(played.of("run_waiting"), Vec::<&Value>::new(), "nothing is waited for");
    assert_eq!(sums.board()[0]["status"], "passing");
}
