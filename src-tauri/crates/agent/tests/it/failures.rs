//! Sessions of the real CLI that the API, a limit or the CLI itself ends.

use crate::support::{Host, Model, Reply, Room, bash, run, text};
use harness_agent::{StartError, start};
use harness_domain::failure::Outcome;
use std::sync::Arc;
use uuid::Uuid;

async fn outcome_of_status(status: u16) -> Outcome {
    let room = Room::new();
    let model = Model::new(move |_, _| Reply::Status(status)).await;
    let end = run(room.launch(&model), &Arc::new(Host::default())).await;
    assert_eq!(end.exit_code, Some(1), "the CLI reports {status} as a failure: {end:?}");
    end.outcome
}

#[tokio::test]
async fn a_login_that_is_not_accepted_asks_for_a_person() {
    assert_eq!(outcome_of_status(401).await, Outcome::AuthExpired, "HTTP 401");
}

#[tokio::test]
async fn a_rate_limit_without_a_time_is_one_all_the_same() {
    assert_eq!(outcome_of_status(429).await, Outcome::RateLimited { until_ms: None }, "HTTP 429 of an API key");
}

#[tokio::test]
async fn a_broken_or_overloaded_api_is_not_the_features_fault() {
    assert_eq!(outcome_of_status(500).await, Outcome::ApiUnavailable { status: Some(500) }, "HTTP 500");
    assert_eq!(outcome_of_status(529).await, Outcome::ApiUnavailable { status: Some(529) }, "HTTP 529");
}

#[tokio::test]
async fn an_api_that_cannot_be_reached_is_unavailable() {
    let room = Room::new();
    let model = Model::new(|_, _| text("never asked")).await;
    let mut launch = room.launch(&model);
    launch.env.insert("ANTHROPIC_BASE_URL".into(), "http://127.0.0.1:1".into());
    let end = run(launch, &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::ApiUnavailable { status: None }, "{end:?}");
}

#[tokio::test]
async fn a_refused_request_is_not_tried_again() {
    assert_eq!(outcome_of_status(400).await, Outcome::ApiRefused { status: Some(400) }, "HTTP 400");
}

#[tokio::test]
async fn an_api_that_fails_once_and_then_works_is_no_failure() {
    let room = Room::new();
    let model = Model::new(|n, _| if n == 0 { Reply::Status(529) } else { text("done") }).await;
    let end = run(room.launch(&model), &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
}

#[tokio::test]
async fn the_turn_limit_ends_the_session() {
    let room = Room::new();
    let model = Model::new(|_, _| bash("echo again")).await;
    let mut launch = room.launch(&model);
    launch.max_turns = Some(2);
    let end = run(launch, &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::MaxTurns, "{end:?}");
    assert_eq!(model.requests().len(), 2, "and no further turn is paid for");
}

#[tokio::test]
async fn the_money_limit_ends_the_session_and_its_tokens_are_still_counted() {
    let room = Room::new();
    let model = Model::new(|_, _| bash("echo again")).await;
    let mut launch = room.launch(&model);
    launch.max_budget_usd = Some(0.0001);
    let end = run(launch, &Arc::new(Host::default())).await;
    assert_eq!(end.outcome, Outcome::BudgetExhausted, "{end:?}");
    assert!(end.cost_usd > 0.0001 && end.usage.output_tokens == 50, "what was spent is known: {end:?}");
}

#[tokio::test]
async fn resuming_a_session_that_does_not_exist_is_a_crash_with_its_reason() {
    let room = Room::new();
    let model = Model::new(|_, _| text("never asked")).await;
    let mut launch = room.launch(&model);
    launch.resume = Some(Uuid::new_v4());
    let end = run(launch, &Arc::new(Host::default())).await;
    let Outcome::Crashed { detail } = &end.outcome else { panic!("{end:?}") };
    assert!(detail.contains("No conversation found"), "the caller can begin afresh: {detail}");
}

#[tokio::test]
async fn what_cannot_be_started_says_what_and_why() {
    let room = Room::new();
    let model = Model::new(|_, _| text("never asked")).await;
    let host = Arc::new(Host::default());

    let mut launch = room.launch(&model);
    launch.program = room.path("no-such-claude");
    let error = start(launch, host.clone()).await.unwrap_err();
    assert!(matches!(&error, StartError::Spawn { program, .. } if program.ends_with("no-such-claude")), "{error:?}");
    assert_eq!(error.outcome().code(), "not_started", "{error}");

    let mut launch = room.launch(&model);
    launch.cwd = room.path("deleted-project");
    let error = start(launch, host.clone()).await.unwrap_err();
    assert!(matches!(&error, StartError::WorkingDirectory { .. }), "{error:?}");

    let mut launch = room.launch(&model);
    launch.settings = serde_json::json!({ "padding": "x".repeat(20_000) });
    launch.scratch_dir = Some(room.path("no-such-directory"));
    let error = start(launch, host).await.unwrap_err();
    assert_eq!(error.outcome().code(), "storage_failed", "{error}");
}
