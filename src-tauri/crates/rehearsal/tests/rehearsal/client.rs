//! A client as small as the tests need: one request a connection, and a conversation that grows.

use harness_rehearsal::{Rehearsal, Scenario};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What came back.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    /// Lower-case names and values, one a line.
    pub headers: String,
    pub body: String,
    /// Whether the body reached its announced end.
    pub is_complete: bool,
}

impl Response {
    /// The data of every server-sent event.
    pub fn events(&self) -> Vec<Value> {
        let data = self.body.lines().filter_map(|line| line.strip_prefix("data: "));
        data.map(|data| serde_json::from_str(data).expect("every event's data is JSON")).collect()
    }
}

/// Sends one request and reads the answer to its end.
pub async fn request(method: &str, url: &str, body: &Value) -> Response {
    let rest = url.strip_prefix("http://").expect("a rehearsal speaks plain HTTP");
    let (host, path) = rest.split_once('/').expect("a URL has a path");
    let body = body.to_string();
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\nconnection: close\r\nx-test: yes\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(host).await.expect("the rehearsal listens");
    stream.write_all(format!("{head}{body}").as_bytes()).await.expect("the request is taken");
    let mut bytes = Vec::new();
    // A cut connection is an error here or an early end; `is_complete` tells both.
    let _ = stream.read_to_end(&mut bytes).await;
    let text = String::from_utf8(bytes).expect("answers are UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).expect("an answer has a status");
    let headers = head.to_lowercase();
    let (body, is_complete) =
        if headers.contains("transfer-encoding: chunked") { dechunk(body) } else { (body.to_owned(), true) };
    Response { status, headers, body, is_complete }
}

fn dechunk(mut rest: &str) -> (String, bool) {
    let mut body = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("a chunk begins with its size");
        if size == 0 {
            return (body, true);
        }
        let Some(chunk) = after.get(..size) else { break };
        body.push_str(chunk);
        rest = after[size..].strip_prefix("\r\n").unwrap_or_default();
    }
    (body, false)
}

/// A rehearsal of the script given as YAML under `roles:`.
pub async fn rehearse(roles: &str) -> Rehearsal {
    let yaml = format!("name: test\ntitle: Rehearsal of a test\nroles:\n{roles}");
    let scenario = Scenario::parse(&yaml, Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the test's scenario is good");
    Rehearsal::start(scenario).await.expect("a port is free")
}

/// One session's conversation, as the CLI would keep it.
pub struct Conversation {
    url: String,
    directory: String,
    messages: Vec<Value>,
}

impl Conversation {
    pub fn begin(rehearsal: &Rehearsal, role: &str, session: &str) -> Self {
        let url = format!("{}/v1/messages?beta=true", rehearsal.base_url(role, session));
        let messages = vec![json!({"role": "user", "content": "Begin."})];
        Self { url, directory: "/home/ann/todo".into(), messages }
    }

    /// Says in the system prompt that the CLI runs there.
    pub fn runs_in(&mut self, directory: &Path) {
        self.directory = directory.to_str().expect("a plain path").to_owned();
    }

    /// Replaces what the host asks for.
    pub fn prompt(&mut self, text: &str) {
        self.messages[0] = json!({"role": "user", "content": text});
    }

    /// The request as it would be sent now.
    pub fn request(&self, is_stream: bool) -> Value {
        let system = format!("# Environment\n - Primary working directory: {}\n", self.directory);
        json!({
            "model": "claude-sonnet-4-5", "max_tokens": 32000, "stream": is_stream, "messages": self.messages,
            "system": [{"type": "text", "text": system}],
            "tools": [{"name": "Bash", "input_schema": {"type": "object"}}],
        })
    }

    /// Sends it as it stands, without taking the answer into the conversation.
    pub async fn send(&self, is_stream: bool) -> Response {
        request("POST", &self.url, &self.request(is_stream)).await
    }

    /// The model's next turn: its content blocks. They become part of the conversation.
    pub async fn turn(&mut self) -> Vec<Value> {
        let response = tokio::time::timeout(Duration::from_secs(10), self.send(false)).await.expect("it answers");
        assert_eq!(response.status, 200, "the model answers: {}", response.body);
        let message: Value = serde_json::from_str(&response.body).expect("a message is JSON");
        self.messages.push(json!({"role": "assistant", "content": message["content"]}));
        message["content"].as_array().expect("content is a list").clone()
    }

    /// Answers the tool calls of the last turn, in order.
    pub fn answer(&mut self, results: &[(&str, bool)]) {
        let content = self.messages.last().expect("there is a turn")["content"].as_array().expect("a list").clone();
        let calls = content.iter().filter(|block| block["type"] == "tool_use");
        let blocks: Vec<Value> = calls
            .zip(results)
            .map(|(call, (text, is_error))| {
                json!({"type": "tool_result", "tool_use_id": call["id"], "content": text, "is_error": is_error})
            })
            .collect();
        self.messages.push(json!({"role": "user", "content": blocks}));
    }

    /// The model's next turn as one line: its texts, and its calls as `Tool{input}`.
    pub async fn line(&mut self) -> String {
        let blocks = self.turn().await;
        let words = blocks.iter().map(|block| match block["type"].as_str() {
            Some("text") => block["text"].as_str().unwrap_or_default().to_owned(),
            _ => format!("{}{}", block["name"].as_str().unwrap_or_default(), block["input"]),
        });
        words.collect::<Vec<_>>().join(" | ")
    }
}
