//! What a whole run said and did, so that it can be said and done again without the product.

use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

/// The prefix under which the CLI knows the product's tools.
pub const PREFIX: &str = "mcp__features__";

/// One session of a run.
pub struct Session {
    pub role: String,
    pub prompt: String,
    /// The built-in tools it had.
    pub built_in: Vec<String>,
    /// The product's tools it had, as an MCP server lists them.
    pub tools: Vec<Value>,
    /// What its calls of those were answered, in order.
    pub answers: VecDeque<Answer>,
}

/// One call of one of the product's tools.
#[derive(Clone)]
pub struct Answer {
    pub text: String,
    pub is_error: bool,
    /// Commands that the host ran before it answered, in order.
    pub checks: Vec<String>,
}

/// A run that was made to be repeated.
pub struct Recording {
    pub spec: String,
    pub sessions: Vec<Session>,
}

/// One run of the product on the demonstration, in a directory of its own.
pub struct Run {
    root: PathBuf,
    pub took: Duration,
    events: Vec<Value>,
}

impl Run {
    /// Runs it from the start of the process to its end.
    pub fn play(root: PathBuf) -> Self {
        fs::create_dir_all(root.join("home")).expect("a directory");
        let mut command = harness(&root, &["run", text(&root.join("project")), "--rehearse", "demo", "--json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let start = Instant::now();
        let Output { status, stdout, stderr } = command.output().expect("the program runs");
        let took = start.elapsed();
        assert!(status.success(), "everything passes: {}", String::from_utf8_lossy(&stderr));
        let events = stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let events = events.map(|line| serde_json::from_slice(line).expect("an event")).collect();
        Self { root, took, events }
    }

    /// Sums up where the time went, in milliseconds: sessions of the CLI until their end, and checks inside them.
    pub fn sessions_and_checks_ms(&self) -> (f64, f64) {
        let at = |event: &Value| event["at_ms"].as_f64().unwrap_or_default();
        let mut started = 0.0;
        let (mut sessions, mut checks) = (0.0, 0.0);
        for event in &self.events {
            match event["event"].as_str() {
                Some("session_started") => started = at(event),
                Some("session_ended") => sessions += at(event) - started,
                Some("check_ended") => checks += event["duration_ms"].as_f64().unwrap_or_default(),
                _ => {}
            }
        }
        (sessions, checks)
    }

    pub fn record(&self) -> Recording {
        let run = self.ask(&["runs", "show", "1", "--json"]);
        let run: Value = serde_json::from_str(&run).expect("JSON");
        let listed = run["session_list"].as_array().expect("sessions");
        let all_tools = self.tools();
        let sessions = listed.iter().map(|session| self.session(session, &all_tools)).collect();
        let spec = fs::read_to_string(self.root.join("project/prompts/app_spec.txt")).expect("a specification");
        Recording { spec, sessions }
    }

    fn session(&self, listed: &Value, all_tools: &[Value]) -> Session {
        let id = listed["id"].as_str().expect("an id");
        let transcript = self.ask(&["runs", "transcript", id]);
        let rows: Vec<Value> = transcript.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let init = rows.iter().find(|row| row["subtype"] == "init").expect("an init");
        let names: Vec<&str> = init["tools"].as_array().expect("tools").iter().filter_map(Value::as_str).collect();
        let is_known = |tool: &&Value| {
            let name = format!("{PREFIX}{}", tool["name"].as_str().unwrap_or_default());
            names.contains(&name.as_str())
        };
        Session {
            role: listed["role"].as_str().expect("a role").into(),
            prompt: self.prompt(id),
            built_in: names.iter().filter(|name| !name.starts_with(PREFIX)).map(|name| (*name).to_owned()).collect(),
            tools: all_tools.iter().filter(is_known).cloned().collect(),
            answers: self.answers(id, &rows),
        }
    }

    /// What the CLI was told first, from its own notes.
    fn prompt(&self, session: &str) -> String {
        let notes = self.root.join("data/projects/1/home/.claude-rehearsal/projects");
        let dirs = fs::read_dir(notes).expect("the CLI's notes").filter_map(Result::ok);
        let file = dirs.map(|dir| dir.path().join(format!("{session}.jsonl"))).find(|file| file.is_file());
        let notes = fs::read_to_string(file.expect("the session's notes")).expect("text");
        let mut rows = notes.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let prompt = rows.find_map(|row| row["message"]["content"].as_str().map(str::to_owned));
        prompt.expect("a prompt")
    }

    /// Answers by the transcript, and checks by the events, both in the order of the calls.
    fn answers(&self, session: &str, rows: &[Value]) -> VecDeque<Answer> {
        let blocks = |row: &Value| row["message"]["content"].as_array().cloned().unwrap_or_default();
        let all: Vec<Value> = rows.iter().flat_map(blocks).collect();
        let is_ours = |block: &&Value| {
            block["type"] == "tool_use" && block["name"].as_str().is_some_and(|name| name.starts_with(PREFIX))
        };
        let mut checks = self.checks(session);
        let answer = |call: &Value| {
            let result = all.iter().find(|block| block["tool_use_id"] == call["id"]).expect("an answer");
            Answer {
                text: match &result["content"] {
                    Value::String(text) => text.clone(),
                    parts => parts[0]["text"].as_str().unwrap_or_default().to_owned(),
                },
                is_error: result["is_error"] == true,
                checks: checks.pop_front().unwrap_or_default(),
            }
        };
        all.iter().filter(is_ours).map(answer).collect()
    }

    fn checks(&self, session: &str) -> VecDeque<Vec<String>> {
        let of_session = self
            .events
            .iter()
            .skip_while(|event| !(event["event"] == "session_started" && event["session"] == session));
        let mut checks: VecDeque<Vec<String>> = VecDeque::new();
        for event in of_session.take_while(|event| event["event"] != "session_ended") {
            if event["event"] == "tool_used" && event["tool"].as_str().is_some_and(|tool| tool.starts_with(PREFIX)) {
                checks.push_back(Vec::new());
            }
            if let (true, Some(last)) = (event["event"] == "check_started", checks.back_mut()) {
                last.push(event["command"].as_str().expect("a command").to_owned());
            }
        }
        checks
    }

    fn ask(&self, words: &[&str]) -> String {
        let project = self.root.join("project");
        let words: Vec<&str> = words.iter().copied().chain(["--project", text(&project)]).collect();
        let output = harness(&self.root, &words).output().expect("the program runs");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Every tool as the product's own MCP server lists it.
    fn tools(&self) -> Vec<Value> {
        let mut server = harness(&self.root, &["mcp", "--project", text(&self.root.join("project"))])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut stdin = server.stdin.take().expect("a pipe");
        let client = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "bench", "version": "1" } });
        for message in [
            json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": client }),
            json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }),
            json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/list" }),
        ] {
            writeln!(stdin, "{message}").expect("the server reads");
        }
        let lines = BufReader::new(server.stdout.take().expect("a pipe")).lines();
        let messages = lines.map(|line| serde_json::from_str::<Value>(&line.expect("a line")).expect("JSON"));
        let listed = messages.into_iter().find(|message| message["id"] == 2).expect("a list of tools");
        drop(stdin);
        assert!(server.wait().expect("the server ends").success(), "the server ends in order");
        listed["result"]["tools"].as_array().expect("tools").clone()
    }
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// The product on a machine of its own below `root`.
fn harness(root: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    command
        .args(words)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", root.join("home"))
        .env("HARNESS_HOME", root.join("data"));
    command
}
