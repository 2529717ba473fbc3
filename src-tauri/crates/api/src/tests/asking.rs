//! The way in: roles, inputs, faults, and the stream.

use super::{Stage, heard};
use crate::{Caller, CallerRole, ErrorCode, Frame, JoinStream, Procedure};
use serde_json::json;

#[tokio::test]
async fn who_may_only_look_changes_nothing_and_is_told_what_it_takes() {
    let stage = Stage::new();
    let viewer = Caller::new("guest", CallerRole::Viewer);
    let project = stage.project.0;
    assert!(stage.call_as(&viewer, Procedure::feature_list, json!({ "project": project })).await.is_ok());
    let refusal = stage.call_as(&viewer, Procedure::feature_pin, json!({ "project": project })).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Forbidden, "before the input is even looked at");
    assert!(refusal.message.contains("operator"), "it says what it takes: {}", refusal.message);
    let admin = Caller::new("admin", CallerRole::Admin);
    let refusal = stage.call_as(&admin, Procedure::api_key_set, json!({ "key": "x" })).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Forbidden, "keys are for who sits at the machine");
}

#[tokio::test]
async fn an_input_that_does_not_fit_is_refused_with_the_place_where_it_does_not() {
    let stage = Stage::new();
    let refusal =
        stage.call(Procedure::feature_pin, json!({ "feature": "three", "is_pinned": true })).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::BadInput);
    assert!(refusal.message.starts_with("feature:"), "the field is named: {}", refusal.message);
    let refusal = stage.call_as(&Caller::desktop(), Procedure::feature_list, json!(null)).await.unwrap_err();
    assert!(refusal.message.contains("project"), "what is missing is named: {}", refusal.message);
    assert_eq!(stage.code(Procedure::feature_get, json!({ "feature": 77 })).await, ErrorCode::NotFound);
    assert_eq!(stage.code(Procedure::feature_list, json!({ "project": 99 })).await, ErrorCode::NotFound);
    let unknown = stage.api.run_named("format_disk", &Caller::desktop(), json!({})).await.unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_stream_begins_with_a_greeting_and_says_when_a_client_missed_something() {
    let stage = Stage::new();
    let mut frames = stage.listen();
    let Some(Frame::Hello { epoch, seq }) = frames.try_next() else { panic!("the greeting comes first") };
    stage.card("A", &[]).await;
    let names = heard(&mut frames);
    assert!(names.contains(&"features_created".into()), "what happened is told: {names:?}");

    let join = JoinStream { after: Some(seq), epoch: Some(epoch.clone()) };
    let mut again = stage.api.subscribe(&join);
    assert!(matches!(again.try_next(), Some(Frame::Hello { .. })));
    assert_eq!(heard(&mut again), names, "a client that comes back gets what it missed, in order");

    let mut other = stage.api.subscribe(&JoinStream { after: Some(seq), epoch: Some("another start".into()) });
    assert!(matches!(other.try_next(), Some(Frame::Hello { .. })));
    assert!(matches!(other.try_next(), Some(Frame::Resync { .. })), "numbers of another start mean nothing");
    let mut ahead = stage.api.subscribe(&JoinStream { after: Some(9_999), epoch: Some(epoch) });
    ahead.try_next();
    assert!(matches!(ahead.try_next(), Some(Frame::Resync { .. })), "nor do numbers that were never given out");
}

#[tokio::test]
async fn every_change_is_told_for_the_topics_it_says_it_writes() {
    let stage = Stage::new();
    let card = stage.card("A", &[]).await;
    let other = stage.card("B", &[]).await;
    let calls = [
        (Procedure::feature_pin, json!({ "feature": card, "is_pinned": true })),
        (Procedure::feature_pin, json!({ "feature": card, "is_pinned": false })),
        (Procedure::feature_edit, json!({ "feature": card, "name": "A better name" })),
        (Procedure::feature_move, json!({ "feature": other, "before": card })),
        (Procedure::feature_skip, json!({ "feature": card })),
        (Procedure::feature_retry, json!({ "feature": card })),
        (Procedure::dependency_set, json!({ "feature": card, "needs": [other] })),
        (Procedure::bug_report, json!({ "name": "Broken", "description": "It is" })),
        (Procedure::feature_remove, json!({ "features": [card] })),
        (Procedure::feature_unremove, json!({ "removal": 1 })),
        (Procedure::project_rename, json!({ "name": "Another" })),
        (Procedure::project_touch, json!({})),
        (Procedure::project_settings_write, json!({ "settings": { "max_attempts": 5 } })),
    ];
    for (procedure, input) in calls {
        let mut frames = stage.listen();
        stage.ok(procedure, input).await;
        let mut touched = Vec::new();
        while let Some(frame) = frames.try_next() {
            if let Frame::Event { envelope } = frame {
                touched.extend_from_slice(crate::touches(&envelope.event));
            }
        }
        for topic in procedure.topics() {
            assert!(touched.contains(topic), "{} writes {}, and no event says so", procedure.name(), topic.as_str());
        }
    }
}

/// A clock that breaks when it is told to.
#[derive(Default)]
struct Fragile(std::sync::atomic::AtomicBool);

impl harness_engine::clock::Clock for Fragile {
    fn now_ms(&self) -> i64 {
        assert!(!self.0.load(std::sync::atomic::Ordering::Acquire), "the words of the fault");
        7
    }
}

#[tokio::test]
async fn a_fault_inside_a_procedure_is_told_under_a_number_and_harms_no_other_call() {
    let clock = std::sync::Arc::new(Fragile::default());
    let stage = Stage::with_clock(clock.clone());
    let card = stage.card("A", &[]).await;
    clock.0.store(true, std::sync::atomic::Ordering::Release);
    let pin = json!({ "feature": card, "is_pinned": true });
    let fault = stage.call(Procedure::feature_pin, pin.clone()).await.unwrap_err();
    assert_eq!(fault.code, ErrorCode::Internal);
    assert!(fault.incident.as_ref().is_some_and(|number| number.len() == 12), "the log has it under this: {fault:?}");
    assert!(!fault.message.contains("the words of the fault"), "what broke is for the log: {}", fault.message);
    clock.0.store(false, std::sync::atomic::Ordering::Release);
    assert!(stage.call(Procedure::feature_pin, pin).await.is_ok(), "the next call is as good as before");
}

#[tokio::test]
async fn an_error_shows_no_directory_but_the_projects_own() {
    let stage = Stage::new();
    std::fs::remove_dir_all(&stage.dir).expect("it is removed");
    let error = stage.call(Procedure::checkpoint_create, json!({ "name": "x" })).await.unwrap_err();
    let home = stage.api.app().home.root().display().to_string();
    assert!(!error.message.contains(&home), "the data directory is nobody's business: {}", error.message);
}
