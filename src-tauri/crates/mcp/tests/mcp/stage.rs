//! A real project with a repository, and clients of its tools.

use harness_domain::{
    evidence::{Check, CheckKind},
    id::{RunId, SessionId},
    run::Role,
};
use harness_engine::{
    App, OpenProject,
    clock::SystemClock,
    git::{self, Prepare, Uncommitted},
    home::Home,
    session::{ToolChannel, ToolServer},
    toolbox::{Scope, Toolbox},
    verify::Verifier,
};
use harness_mcp::Tools;
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Nothing a test waits for takes longer, even on a machine that is busy with other things.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A project in a temporary directory, with a data directory of its own.
pub struct Stage {
    dirs: Arc<Dirs>,
    project: OpenProject,
}

/// The directories of a stage, which stay as long as anybody uses them.
struct Dirs {
    _home: TempDir,
    project: TempDir,
}

/// A client of one session's tools.
#[derive(Clone)]
pub struct Client {
    _dirs: Arc<Dirs>,
    channel: Arc<dyn ToolChannel>,
    ids: Arc<AtomicU64>,
}

/// What a call came to.
#[derive(Debug)]
pub struct Outcome {
    pub is_error: bool,
    pub text: String,
    pub json: Value,
}

impl Stage {
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a temporary data directory");
        let dir = tempfile::tempdir().expect("a temporary project");
        std::fs::write(dir.path().join("README.md"), "A project.\n").expect("a file is written");
        let how = Prepare {
            run: RunId(1),
            uncommitted: Uncommitted::Include,
            keep: &[],
            max_file_bytes: 1 << 20,
            lock_wait: PATIENCE,
            at_ms: 0,
        };
        git::prepare(dir.path(), &how).expect("a repository is made");
        let app = App::open(Home::at(home.path()).expect("a data directory"), Arc::new(SystemClock));
        let project = app.expect("an empty data directory opens").open_directory(dir.path()).expect("a project opens");
        Self { dirs: Arc::new(Dirs { _home: home, project: dir }), project }
    }

    /// A project whose only check is `command`.
    pub fn checked_by(command: &str) -> Self {
        let mut stage = Self::new();
        stage.project.settings.checks =
            vec![Check { kind: CheckKind::Test, command: command.into(), origin: "configured".into() }];
        stage
    }

    pub fn dir(&self) -> &Path {
        self.dirs.project.path()
    }

    pub fn project(&self) -> &OpenProject {
        &self.project
    }

    pub fn toolbox(&self, session: &str, role: Option<Role>) -> Toolbox {
        let scope = Scope { session: SessionId(session.into()), run: None, role, is_quick: false };
        Toolbox::new(self.project.clone(), scope, Verifier::new(self.project.clone()), CancellationToken::new())
    }

    /// A client outside any run, which may use every tool.
    pub fn client(&self) -> Client {
        self.session("outside", None)
    }

    pub fn session(&self, session: &str, role: Option<Role>) -> Client {
        Client { _dirs: self.dirs.clone(), channel: Tools.open(self.toolbox(session, role)), ids: Arc::default() }
    }
}

impl Client {
    /// Sends any message.
    pub async fn send(&self, message: Value) -> Value {
        let answer = tokio::time::timeout(PATIENCE, self.channel.handle(message));
        answer.await.expect("every message is answered in time")
    }

    /// Sends a request and expects a result.
    pub async fn request(&self, method: &str, params: Value) -> Value {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        let answer = self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
        assert_eq!(answer["id"], json!(id), "an answer names its question: {answer}");
        assert!(answer.get("error").is_none(), "{method} is answered with a result: {answer}");
        answer["result"].clone()
    }

    /// Calls a tool, whatever comes of it.
    pub async fn call(&self, tool: &str, arguments: Value) -> Outcome {
        let result = self.request("tools/call", json!({ "name": tool, "arguments": arguments })).await;
        let text = result["content"][0]["text"].as_str().expect("the first content is text").to_owned();
        assert_eq!(result["content"].as_array().map(Vec::len), Some(1), "one text is enough: {result}");
        Outcome {
            is_error: result["isError"].as_bool().expect("isError is always said"),
            text,
            json: result["structuredContent"].clone(),
        }
    }

    /// Calls a tool that must succeed.
    pub async fn ok(&self, tool: &str, arguments: Value) -> Value {
        let outcome = self.call(tool, arguments).await;
        assert!(!outcome.is_error, "{tool} succeeds: {}", outcome.text);
        let text: Value = serde_json::from_str(&outcome.text).expect("a result's text is JSON");
        assert_eq!(text, outcome.json, "the text and the structured content of {tool} say the same");
        assert!(outcome.json.is_object(), "structured content is an object: {}", outcome.json);
        outcome.json
    }

    /// Calls a tool that must refuse, and returns what it says.
    pub async fn refused(&self, tool: &str, arguments: Value) -> String {
        let outcome = self.call(tool, arguments).await;
        assert!(outcome.is_error, "{tool} refuses: {}", outcome.text);
        assert!(outcome.json["message"].is_string(), "programs get the refusal too: {}", outcome.json);
        outcome.text
    }

    /// The names of the tools it is offered.
    pub async fn tools(&self) -> Vec<String> {
        let listed = self.request("tools/list", json!({})).await;
        let tools = listed["tools"].as_array().expect("a list of tools").iter();
        tools.map(|tool| tool["name"].as_str().expect("a tool has a name").to_owned()).collect()
    }
}

/// A feature with all that is required.
pub fn feature(name: &str) -> Value {
    json!({ "category": "api", "name": name, "description": format!("{name} works."), "steps": ["Call it.", "See it."] })
}

/// Creates one feature for each name.
pub async fn create(client: &Client, names: &[&str]) -> Vec<u64> {
    let features: Vec<Value> = names.iter().map(|name| feature(name)).collect();
    let created = client.ok("feature_create_bulk", json!({ "features": features })).await;
    let cards = created["features"].as_array().expect("the created features").iter();
    cards.map(|card| card["id"].as_u64().expect("a number")).collect()
}

/// Waits until `is_so`, and fails with `what` when that takes too long.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what} in time"));
}
