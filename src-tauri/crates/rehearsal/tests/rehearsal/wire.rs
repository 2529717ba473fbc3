//! The shape of answers: events, whole messages, errors, and everything that is not a message.

use crate::client::{Conversation, rehearse, request};
use harness_rehearsal::RequestKind;
use serde_json::{Value, json};

fn kinds(events: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    kinds.dedup();
    kinds
}

#[tokio::test]
async fn a_stream_has_the_events_of_the_messages_api_with_cumulative_usage() {
    let long = "ä word and an emoji 🙂 ".repeat(40);
    let rehearsal = rehearse(&format!(
        "  coding:\n    - say: \"{long}\"\n      calls: [{{Bash: {{command: 'echo hi'}}}}]\n    - say: Done.\n"
    ))
    .await;
    let mut conversation = Conversation::begin(&rehearsal, "coding", "s1");
    let response = conversation.send(true).await;
    assert!(response.headers.contains("content-type: text/event-stream"), "got {}", response.headers);
    assert!(response.headers.contains("request-id: req_01"), "the CLI shows the request id: {}", response.headers);
    let events = response.events();
    assert_eq!(
        kinds(&events),
        [
            "message_start",
            "ping",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]
    );
    let start = &events[0]["message"];
    assert!(start["id"].as_str().is_some_and(|id| id.starts_with("msg_01") && id.len() == 28), "got {}", start["id"]);
    assert_eq!(start["model"], "claude-sonnet-4-5", "it answers under the name it was asked by");
    assert_eq!(start["stop_reason"], Value::Null);
    let deltas = |kind: &str, key: &str| -> String {
        let of_kind = events.iter().filter(|event| event["delta"]["type"] == kind);
        of_kind.filter_map(|event| event["delta"][key].as_str()).collect()
    };
    assert_eq!(deltas("text_delta", "text").trim_end(), long.trim_end(), "the pieces make the text, no letter is cut");
    let input: Value = serde_json::from_str(&deltas("input_json_delta", "partial_json")).expect("the pieces make JSON");
    assert_eq!(input, json!({"command": "echo hi"}));
    let end = events.iter().find(|event| event["type"] == "message_delta").expect("it ends");
    assert_eq!(end["delta"]["stop_reason"], "tool_use");
    assert_eq!(end["usage"]["input_tokens"], start["usage"]["input_tokens"], "usage is cumulative, not an increment");
    assert!(end["usage"]["output_tokens"].as_u64() > start["usage"]["output_tokens"].as_u64(), "output has grown");

    conversation.turn().await;
    conversation.answer(&[("hi", false)]);
    let second = conversation.send(true).await.events();
    assert!(second[0]["message"]["usage"]["cache_read_input_tokens"].as_u64() > Some(0), "later turns read the cache");
    assert_eq!(second[second.len() - 2]["delta"]["stop_reason"], "end_turn");
}

#[tokio::test]
async fn a_request_that_is_repeated_gets_the_same_answer() {
    let rehearsal = rehearse("  coding:\n    - say: One.\n    - say: Two.\n").await;
    let mut conversation = Conversation::begin(&rehearsal, "coding", "s1");
    let first = conversation.send(false).await.body;
    let again = conversation.send(false).await.body;
    let text = |body: &str| serde_json::from_str::<Value>(body).expect("a message")["content"].clone();
    assert_eq!(text(&first), text(&again), "a retry of the CLI must not move the script on");
    assert_eq!(conversation.line().await, "One.");
    assert_eq!(conversation.line().await, "Two.");
    assert!(conversation.line().await.contains("ends here"), "a conversation that goes on is not an error");
    assert!(rehearsal.recorded().iter().all(|request| request.rehearsal_error.is_none()));
}

#[tokio::test]
async fn a_request_without_tools_is_answered_beside_the_script() {
    let rehearsal = rehearse("  coding:\n    - say: One.\n").await;
    let conversation = Conversation::begin(&rehearsal, "coding", "s1");
    let mut title = conversation.request(false);
    title["tools"] = json!([]);
    let url = format!("{}/v1/messages?beta=true", rehearsal.base_url("coding", "s1"));
    let response = request("POST", &url, &title).await;
    assert_eq!(response.status, 200);
    assert!(!response.body.contains("One."), "the script is for the agent's own conversation: {}", response.body);
    assert_eq!(rehearsal.recorded()[0].kind, RequestKind::Side);
}

#[tokio::test]
async fn everything_but_messages_is_not_found_and_nonsense_is_refused() {
    let rehearsal = rehearse("  coding:\n    - say: One.\n").await;
    let base = rehearsal.base_url("coding", "s1");
    for (method, url) in [
        ("GET", format!("{base}/v1/models")),
        ("POST", format!("{base}/v1/messages/count_tokens?beta=true")),
        ("GET", base.clone()),
    ] {
        let response = request(method, &url, &json!({})).await;
        assert_eq!(response.status, 404, "{method} {url}");
        assert!(response.body.contains("not_found_error"), "errors have the service's shape: {}", response.body);
    }
    let nonsense = request("POST", &format!("{base}/v1/messages"), &json!("[")).await;
    assert_eq!(nonsense.status, 200, "any JSON is a request, however empty its conversation");
    assert_eq!(rehearsal.requests_served(), 1, "only messages count");
}

#[tokio::test]
async fn requests_are_recorded_without_header_values_and_with_few_bodies() {
    let rehearsal = rehearse("  coding:\n    - {say: Again., repeat: forever}\n").await;
    let mut conversation = Conversation::begin(&rehearsal, "coding", "first");
    for _ in 0..12 {
        conversation.turn().await;
    }
    Conversation::begin(&rehearsal, "coding", "second").turn().await;
    let recorded = rehearsal.recorded();
    assert_eq!(recorded.len(), 13);
    assert_eq!(rehearsal.requests_served(), 13);
    assert_eq!(recorded[5].turn, 5, "the turn is the number of answers before it");
    assert!(recorded[0].header_names.contains(&"x-test".to_owned()), "got {:?}", recorded[0].header_names);
    assert_eq!(recorded.iter().filter(|request| request.body.is_some()).count(), 8, "only the latest bodies are kept");
    assert!(recorded[12].body.is_some() && recorded[0].body.is_none());
    assert_eq!((recorded[0].session_number, recorded[12].session_number), (1, 2), "sessions are numbered by role");
}
