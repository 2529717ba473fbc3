//! Alone in its process, since it measures the process's memory.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use async_trait::async_trait;
use harness_agent::{
    AgentHost, Launch, Message, PermissionAnswer, PermissionAsk, ToolCall, ToolDone, ToolVerdict, start,
};
use harness_domain::failure::Outcome;
use serde_json::Value;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

#[derive(Default)]
struct Counter {
    lines: AtomicU64,
    bytes: AtomicU64,
}

#[async_trait]
impl AgentHost for Counter {
    fn on_message(&self, message: &Message) {
        self.lines.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(message.raw.len() as u64 + 1, Ordering::Relaxed);
    }
    async fn pre_tool_use(&self, _: ToolCall, _: CancellationToken) -> ToolVerdict {
        ToolVerdict::Defer
    }
    async fn post_tool_use(&self, _: ToolDone) -> Option<String> {
        None
    }
    async fn on_stop(&self) -> Option<String> {
        None
    }
    async fn on_pre_compact(&self) -> Option<String> {
        None
    }
    async fn permission(&self, _: PermissionAsk, _: CancellationToken) -> PermissionAnswer {
        PermissionAnswer::Deny { message: String::new(), interrupt: true }
    }
    async fn mcp(&self, _: &str, _: Value) -> Value {
        Value::Null
    }
}

/// The most memory this process ever held, in kB.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_flood_of_50_megabytes_is_read_in_bounded_memory() {
    let room = tempfile::tempdir().unwrap();
    let script = room.path().join("fake-claude.sh");
    let answer =
        r#"{"type":"control_response","response":{"subtype":"success","request_id":"harness-1","response":{}}}"#;
    let delta = format!(
        r#"{{"type":"stream_event","event":{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{}"}}}}}}"#,
        "word ".repeat(80)
    );
    let lines = 50_000_000 / (delta.len() + 1);
    let body = format!(
        "read -r _; echo '{answer}'; read -r _\nyes '{delta}' | head -n {lines}\necho '{{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false}}'\n"
    );
    std::fs::write(&script, body).unwrap();
    let env = std::env::vars_os().filter(|(name, _)| name == "PATH").collect();
    let mut launch = Launch::new("/bin/sh".into(), room.path().into(), env, Uuid::new_v4());
    launch.wrapper = vec!["/bin/sh".into(), script.into()];
    launch.prompt = "hello".into();
    let host = Arc::new(Counter::default());
    let before = peak_kb();
    let end = start(launch, host.clone()).await.unwrap().finished().await;
    assert_eq!(end.outcome, Outcome::Completed, "{end:?}");
    assert_eq!(host.lines.load(Ordering::Relaxed), lines as u64 + 2, "every line was read");
    assert!(host.bytes.load(Ordering::Relaxed) > 49_000_000, "and every byte of it");
    let grown = peak_kb() - before;
    assert!(grown < 20_000, "it took {grown} kB");
}
