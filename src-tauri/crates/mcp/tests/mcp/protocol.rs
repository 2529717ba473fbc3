//! JSON-RPC over the control channel.

use crate::stage::Stage;
use harness_domain::run::Role;
use serde_json::{Value, json};

fn initialize(version: &str) -> Value {
    json!({
        "protocolVersion": version,
        "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" },
    })
}

#[tokio::test]
async fn the_client_s_version_is_taken_if_it_is_known_and_the_newest_otherwise() {
    let client = Stage::new().client();
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let answer = client.request("initialize", initialize(version)).await;
        assert_eq!(answer["protocolVersion"], version, "the client decides");
    }
    let answer = client.request("initialize", initialize("1999-01-01")).await;
    assert_eq!(answer["protocolVersion"], "2025-11-25", "an unknown version gets the newest with a handshake");
}

#[tokio::test]
async fn a_client_may_initialise_twice_and_list_before_it() {
    let stage = Stage::new();
    let client = stage.session("session", Some(Role::Coding));
    let before = client.tools().await;
    for _ in 0..2 {
        let answer = client.request("initialize", initialize("2025-06-18")).await;
        assert!(answer["capabilities"]["tools"].is_object(), "it offers tools: {answer}");
        assert!(answer["capabilities"].get("resources").is_none(), "and nothing else: {answer}");
        let instructions = answer["instructions"].as_str().expect("instructions");
        assert!(instructions.contains("feature_get_next"), "that speak of the work at hand: {instructions}");
        let noted = client.send(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
        assert_eq!(noted, Value::Null, "a notification has no answer");
    }
    assert_eq!(client.tools().await, before, "the handshake changes nothing");
}

#[tokio::test]
async fn a_ping_is_answered() {
    assert_eq!(Stage::new().client().request("ping", Value::Null).await, json!({}), "with an empty result");
}

#[tokio::test]
async fn what_is_not_understood_is_answered_with_the_protocol_s_code() {
    let client = Stage::new().client();
    for (message, code) in [
        (json!({ "jsonrpc": "2.0", "id": 1, "method": "resources/list" }), -32601),
        (json!({ "jsonrpc": "2.0", "id": "a", "method": "tools/delete" }), -32601),
        (json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call" }), -32602),
        (json!({ "jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": { "name": 5 } }), -32602),
        (json!({ "jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": { "name": "rm" } }), -32602),
        (json!({ "jsonrpc": "2.0", "id": 5, "method": "initialize", "params": {} }), -32602),
        (json!({ "jsonrpc": "2.0", "id": 6, "method": 6 }), -32600),
        (json!({ "jsonrpc": "2.0", "id": {}, "method": "ping" }), -32600),
        (json!({}), -32600),
        (json!([]), -32600),
        (json!("hello"), -32600),
    ] {
        let answer = client.send(message.clone()).await;
        assert_eq!(answer["error"]["code"], code, "{message} is answered with {code}: {answer}");
        assert!(answer["error"]["message"].is_string(), "and with words: {answer}");
        assert_eq!(answer["jsonrpc"], "2.0", "in the protocol's form");
        if message["method"].is_string() && !message["id"].is_object() {
            assert_eq!(answer["id"], message["id"], "to the right question");
        }
    }
    let unasked = client.send(json!({ "jsonrpc": "2.0", "id": 9, "result": {} })).await;
    assert_eq!(unasked, Value::Null, "an answer to nothing is passed over");
}

#[tokio::test]
async fn two_sessions_never_get_the_same_feature() {
    let stage = Stage::new();
    let names: Vec<String> = (0..20).map(|number| format!("Feature {number}")).collect();
    crate::stage::create(&stage.client(), &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let sessions: Vec<_> =
        (0..20).map(|number| stage.session(&format!("session {number}"), Some(Role::Coding))).collect();
    let asked = sessions.iter().map(|session| session.ok("feature_get_next", json!({})));
    let mut taken: Vec<u64> =
        futures::future::join_all(asked).await.iter().filter_map(|next| next["feature"]["id"].as_u64()).collect();
    taken.sort_unstable();
    taken.dedup();
    assert_eq!(taken.len(), 20, "twenty sessions took twenty features");
}
