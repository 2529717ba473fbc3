//! Steering a session of the real CLI: interrupting, stopping, saying more.

use crate::support::{Host, Model, Reply, Room, bash, end_of, text, until};
use harness_agent::{Body, ToolVerdict, start};
use harness_domain::failure::Outcome;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A Bash call that has begun: it writes `pid`, and then sleeps.
const SLEEPER: &str = "echo $$ > pid; sleep 600";

#[tokio::test]
async fn an_interrupt_in_the_middle_of_a_command_ends_the_session_at_once() {
    let room = Room::new();
    let model = Model::new(|_, _| bash(SLEEPER)).await;
    let running = start(room.launch(&model), Arc::new(Host::default())).await.unwrap();
    let handle = running.handle();
    until("the command runs", || room.project().join("pid").exists()).await;
    let asked = Instant::now();
    handle.interrupt().await.unwrap();
    let end = end_of(running).await;
    assert_eq!(end.outcome, Outcome::Stopped, "{end:?}");
    assert!(asked.elapsed() < Duration::from_secs(4), "it took {:?}", asked.elapsed());
    assert!(end.cost_usd > 0.0, "an interrupted session still says what it took: {end:?}");
    #[cfg(target_os = "linux")]
    {
        let pid = std::fs::read_to_string(room.project().join("pid")).unwrap();
        assert!(!crate::support::runs(&pid), "the command is gone too");
    }
    assert!(handle.interrupt().await.is_err(), "after the end there is nothing to interrupt");
    handle.stop();
}

#[tokio::test]
async fn the_host_ends_a_session_with_the_outcome_it_names() {
    let room = Room::new();
    let model = Model::new(|_, _| bash("echo the same again")).await;
    let host = Arc::new(Host::default());
    let running = start(room.launch(&model), host.clone()).await.unwrap();
    let handle = running.handle();
    host.until("a few rounds", |_| model.requests().len() > 3).await;
    let looped = Outcome::LoopDetected { detail: "the same command four times".into() };
    handle.end(looped.clone());
    handle.stop();
    let end = end_of(running).await;
    assert_eq!(end.outcome, looped, "the first word counts");
    assert_eq!(end.signal, None, "the CLI went by itself: {end:?}");
}

#[tokio::test]
async fn a_session_that_waits_for_a_silent_api_can_be_stopped() {
    let room = Room::new();
    let model = Model::new(|_, _| Reply::Silence).await;
    let running = start(room.launch(&model), Arc::new(Host::default())).await.unwrap();
    until("the request is made", || !model.requests().is_empty()).await;
    running.handle().stop();
    let end = end_of(running).await;
    assert_eq!(end.outcome, Outcome::Stopped, "{end:?}");
}

#[tokio::test]
async fn a_session_stopped_before_it_began_asks_the_model_nothing() {
    let room = Room::new();
    let model = Model::new(|_, _| text("never asked")).await;
    let running = start(room.launch(&model), Arc::new(Host::default())).await.unwrap();
    running.handle().stop();
    let end = end_of(running).await;
    assert_eq!(end.outcome, Outcome::Stopped, "{end:?}");
    assert!(model.requests().is_empty(), "nothing was paid for");
}

#[tokio::test]
async fn a_question_is_withdrawn_when_the_session_is_stopped() {
    let room = Room::new();
    let model = Model::new(|_, _| bash("touch asked")).await;
    let host =
        Arc::new(Host { on_call: Box::new(|_| ToolVerdict::Defer), on_ask: Box::new(|_| None), ..Host::default() });
    let running = start(room.launch(&model), host.clone()).await.unwrap();
    host.until("the person is asked", |m| m.raw.contains("\"can_use_tool\"")).await;
    running.handle().stop();
    tokio::time::timeout(Duration::from_secs(5), host.withdrawn.notified()).await.expect("the question goes away");
    assert_eq!(end_of(running).await.outcome, Outcome::Stopped, "and the session ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn waiting_for_the_host_is_not_silence_of_the_agent() {
    let room = Room::new();
    let model = Model::new(|n, _| if n == 0 { bash("touch granted") } else { text("done") }).await;
    let host = Arc::new(Host {
        on_call: Box::new(|_| {
            std::thread::sleep(Duration::from_secs(3)); // a person thinks
            ToolVerdict::Allow
        }),
        ..Host::default()
    });
    let mut launch = room.launch(&model);
    launch.watchdogs.idle = Duration::from_secs(2);
    let end = end_of(start(launch, host.clone()).await.unwrap()).await;
    assert_eq!(end.outcome, Outcome::Completed, "three seconds of ours are not two of the agent's: {end:?}");
    assert!(room.project().join("granted").exists(), "and the answer still counted");
}

#[tokio::test]
async fn what_is_said_meanwhile_reaches_the_model() {
    let room = Room::new();
    let model = Model::new(|n, _| match n {
        0 => bash("touch working; sleep 0.5"),
        n => text(&format!("answer {n}")),
    })
    .await;
    let running = start(room.launch(&model), Arc::new(Host::default())).await.unwrap();
    until("the agent works", || room.project().join("working").exists()).await;
    running.handle().say("SECOND-THOUGHT");
    let end = end_of(running).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    assert!(model.heard().contains("SECOND-THOUGHT"), "it was read");
}

#[tokio::test]
async fn what_is_said_during_the_last_words_becomes_a_turn_whose_tools_are_still_asked_about() {
    let room = Room::new();
    let model = Model::new(|n, _| match n {
        0 => {
            std::thread::sleep(Duration::from_millis(500)); // the model takes its time over its last words
            text("first")
        }
        1 => bash("touch forbidden"),
        _ => text("second"),
    })
    .await;
    let host = Arc::new(Host {
        on_call: Box::new(|_| ToolVerdict::Deny { reason: "not in this test".into() }),
        ..Host::default()
    });
    let mut launch = room.launch(&model);
    launch.allowed_tools = vec!["Bash".into()];
    let running = start(launch, host.clone()).await.unwrap();
    until("the model is asked", || !model.requests().is_empty()).await;
    running.handle().say("SECOND-THOUGHT");
    let end = end_of(running).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    assert_eq!(end.result_text.as_deref(), Some("second"), "the last turn's words");
    let results = host.messages.lock().unwrap().iter().filter(|m| matches!(m.body, Body::Result(_))).count();
    assert_eq!(results, 2, "two turns");
    assert!(!room.project().join("forbidden").exists(), "a turn nobody is asked about would have run it");
    assert_eq!(end.usage.output_tokens, 150, "three messages, each once: {:?}", end.usage);
}

#[tokio::test]
async fn the_cli_tells_about_itself_and_takes_another_model() {
    let room = Room::new();
    let model = Model::new(|n, _| if n == 0 { bash("touch working; sleep 1") } else { text("done") }).await;
    let host = Arc::new(Host::default());
    let running = start(room.launch(&model), host.clone()).await.unwrap();
    let handle = running.handle();
    until("the agent works", || room.project().join("working").exists()).await;
    let about = handle.initialize_answer().expect("answered before the prompt was sent");
    assert!(about["models"].is_array(), "which models there are: {about}");
    handle.set_permission_mode("acceptEdits").await.unwrap();
    handle.set_model("claude-haiku-4-5").await.unwrap();
    let context = handle.context_usage().await.unwrap();
    assert_eq!(context["model"], "claude-haiku-4-5", "the context is the new model's: {context}");
    let end = end_of(running).await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
}

#[tokio::test]
async fn a_conversation_waits_after_each_answer_and_ends_when_its_owner_leaves() {
    let room = Room::new();
    let model = Model::new(|n, _| text(&format!("answer {n}"))).await;
    let host = Arc::new(Host::default());
    let mut launch = room.launch(&model);
    launch.is_conversation = true;
    launch.watchdogs.idle = Duration::from_secs(1);
    let running = start(launch, host.clone()).await.unwrap();
    let handle = running.handle();
    let answered = |n: usize| {
        let words = format!("answer {n}");
        let is_it = move |m: &harness_agent::Message| matches!(&m.body, Body::Result(result) if result.text.as_deref() == Some(&words));
        let host = host.clone();
        async move { host.until("the answer", is_it).await }
    };
    answered(0).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await; // longer than any silence of the agent is believed
    handle.say("NEXT-QUESTION");
    answered(1).await;
    assert!(model.heard().contains("NEXT-QUESTION"), "the same process was asked");
    handle.leave();
    let end = end_of(running).await;
    assert_eq!(end.outcome, Outcome::Completed, "a person who thinks is not a CLI that hangs: {end:?}");
    assert_eq!(end.turns, 2, "both turns are counted: {end:?}");
}
