//! Clients that do not keep to the protocol.

use crate::client::{Board, Client};
use serde_json::json;

/// JSON-RPC: what was sent is no JSON.
const PARSE_ERROR: i64 = -32700;
/// JSON-RPC: what was sent is no request.
const INVALID_REQUEST: i64 = -32600;
/// JSON-RPC: the method does not exist.
const METHOD_NOT_FOUND: i64 = -32601;
/// JSON-RPC: the method cannot do anything with its parameters.
const INVALID_PARAMS: i64 = -32602;

#[test]
fn what_is_no_protocol_does_not_end_a_conversation() {
    let board = Board::with_cards(1);
    let mut client = Client::ready(&board);
    let lines: [&[u8]; 9] = [
        b"this is not JSON",
        b"",
        b"{",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe\x00 not text at all",
        br#"{"jsonrpc":"1.0","id":99,"method":"ping"}"#,
        br#"{"jsonrpc":"2.0","result":{},"id":"an answer to nothing"}"#,
    ];
    for line in lines {
        client.send(line);
        let answer = client.request("ping", json!({}));
        assert_eq!(answer["result"], json!({}), "the server still answers after {:?}", String::from_utf8_lossy(line));
    }
    assert_eq!(client.ok("feature_get_stats", json!({}))["total"], 1, "and its tools still work");
    client.leave();
}

#[test]
fn a_line_that_is_no_json_is_answered_as_json_rpc_asks_and_the_conversation_goes_on() {
    let board = Board::with_cards(1);
    let mut client = Client::ready(&board);
    let too_deep = "[".repeat(100_000);
    let lines: [&[u8]; 6] = [
        b"this is not JSON",
        b"{",
        br#"{"jsonrpc":"2.0","id":7,"method":"ping""#,
        b"{\"text\":\"\xff\xfe\"}",
        too_deep.as_bytes(),
        &vec![b'x'; 20 * 1024 * 1024],
    ];
    for line in lines {
        let shown = String::from_utf8_lossy(&line[..line.len().min(40)]).into_owned();
        client.send(line);
        let answer = client.read().expect("an answer");
        assert_eq!(answer["error"]["code"], PARSE_ERROR, "{shown} cannot be read: {answer}");
        assert!(answer["id"].is_null() && answer.get("id").is_some(), "nobody knows which question it was: {answer}");
        assert_eq!(client.request("ping", json!({}))["result"], json!({}), "the server still answers after {shown}");
    }
    // Many at once, unread: each gets its answer, and none gets between the bytes of another.
    let questions: Vec<u64> = (0..200)
        .map(|_| {
            client.send(b"{ no");
            client.ask("ping", json!({}))
        })
        .collect();
    let (mut errors, mut answered) = (0, Vec::new());
    while errors < questions.len() || answered.len() < questions.len() {
        let answer = client.read().expect("an answer to each");
        match answer["id"].as_u64() {
            Some(id) => answered.push(id),
            None => errors += 1,
        }
    }
    answered.sort_unstable();
    assert_eq!((errors, answered), (questions.len(), questions), "one answer to each, and no other");
    client.leave();
}

#[test]
fn unknown_methods_tools_and_arguments_are_refused_by_name() {
    let board = Board::with_cards(1);
    let mut client = Client::ready(&board);
    let answer = client.request("no/such/method", json!({}));
    assert_eq!(answer["error"]["code"], METHOD_NOT_FOUND, "{answer}");
    assert!(answer["error"]["message"].to_string().contains("no/such/method"), "it is named: {answer}");
    for params in [json!({ "name": "no_such_tool" }), json!({ "name": 7 }), json!({}), json!(null)] {
        let answer = client.request("tools/call", params);
        assert_eq!(answer["error"]["code"], INVALID_PARAMS, "parameters that do not fit: {answer}");
    }
    for params in [json!([]), json!("text"), json!(7)] {
        client.ask("tools/call", params);
        let answer = client.read().expect("an answer");
        assert_eq!(answer["error"]["code"], INVALID_REQUEST, "what MCP does not allow is no request: {answer}");
    }
    for arguments in [json!({ "feature_id": {} }), json!({}), json!({ "feature_id": 1, "extra": true })] {
        let answer = client.request("tools/call", json!({ "name": "feature_get_by_id", "arguments": arguments }));
        assert_eq!(answer["result"]["isError"], true, "what an agent can mend is a result it can read: {answer}");
    }
    client.leave();
}

#[test]
fn a_line_of_ten_megabytes_is_answered_and_the_conversation_goes_on() {
    let board = Board::new();
    let mut client = Client::ready(&board);
    let long = "long ".repeat(2 * 1024 * 1024);
    let card = json!({ "category": "api", "name": "Long", "description": long, "steps": ["Do."] });
    let answer = client.request("tools/call", json!({ "name": "feature_create", "arguments": card }));
    assert!(answer["result"].is_object(), "it is accepted or refused, but answered");
    let noise = vec![b'x'; 10 * 1024 * 1024];
    client.send(&noise);
    assert_eq!(client.request("ping", json!({}))["result"], json!({}), "noise of the same length is passed over");
    client.leave();
}

#[test]
fn a_client_that_does_not_greet_is_refused_and_one_that_says_nothing_is_let_go() {
    let board = Board::with_cards(1);
    let mut client = Client::start(&board);
    let answer = client.request("tools/call", json!({ "name": "feature_get_next", "arguments": {} }));
    assert!(answer["error"]["message"].is_string(), "who does not say what it speaks is refused: {answer}");
    client.leave();
    assert_eq!(board.statuses(), ["pending"], "and nothing was done for it");
    Client::start(&board).leave();
}

#[test]
fn the_log_goes_to_standard_error_and_never_between_the_messages() {
    let board = Board::with_cards(1);
    let mut client = Client::start_with(&board, &[("HARNESS_LOG", "trace")]);
    client.greet();
    assert_eq!(client.ok("feature_get_next", json!({}))["type"], "feature");
    let ended = client.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.lines().count() > 3, "a log was asked for: {}", ended.stderr);
    assert!(!ended.stderr.contains('\u{1b}'), "in plain text where there is no terminal: {}", ended.stderr);
}
