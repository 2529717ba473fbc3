//! `harness mcp` as MCP clients meet it: the official SDK's, broken ones, and several at once.
#![allow(clippy::disallowed_methods, reason = "a test is the owner of the processes it starts, and ends them")]

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of the machine")]
mod support;

#[path = "mcp_stdio/abuse.rs"]
mod abuse;
#[path = "mcp_stdio/client.rs"]
mod client;
#[path = "mcp_stdio/going_away.rs"]
mod going_away;
#[path = "mcp_stdio/together.rs"]
mod together;

use client::{Board, repository};
use serde_json::Value;
use std::process::{Command, Stdio};
use support::finish;

#[test]
fn the_official_client_finds_every_tool_and_every_promise() {
    let board = Board::new();
    let script = repository().join("tests/mcp/stdio_client.mjs");
    let client = Command::new("node")
        .arg(script)
        .args(["--harness", env!("CARGO_BIN_EXE_harness"), "--project", board.project()])
        .env("HARNESS_HOME", board.machine.path("data"))
        .env("HOME", board.machine.path("home"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Node runs");
    let ended = finish(client);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    assert_eq!(report["ok"], true, "the conversation went as it should: {ended:?}");
    assert_eq!(report["tools"].as_array().map(Vec::len), Some(24), "every documented tool: {report}");
}
