//! A scripted model, a scripted host, and the real CLI between them.

use async_trait::async_trait;
use harness_agent::{
    AgentHost, Body, Launch, Message, PermissionAnswer, PermissionAsk, Running, SessionEnd, ToolCall, ToolDone,
    ToolVerdict, Watchdogs, env::rehearsal_environment, start,
};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// No test waits longer than this for anything.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The real CLI, as npm installed it.
pub fn real_cli() -> PathBuf {
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let system = if cfg!(target_os = "macos") {
        "darwin"
    } else if cfg!(windows) {
        "win32"
    } else {
        "linux"
    };
    let package = format!("claude-code-{system}-{arch}");
    let name = format!("claude{}", std::env::consts::EXE_SUFFIX);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../node_modules/@anthropic-ai");
    let cli = root.join(package).join(name);
    assert!(cli.is_file(), "{} is missing: run `npm ci` first", cli.display());
    cli.canonicalize().unwrap()
}

/// What the scripted model does with one request.
pub enum Reply {
    Blocks(Vec<Value>),
    /// An error with this HTTP status.
    Status(u16),
    /// Nothing, for ever.
    Silence,
}

pub fn text(words: &str) -> Reply {
    Reply::Blocks(vec![json!({ "type": "text", "text": words })])
}

pub fn tool(name: &str, input: Value) -> Reply {
    Reply::Blocks(vec![
        json!({ "type": "tool_use", "id": format!("toolu_{}", Uuid::new_v4().simple()), "name": name, "input": input }),
    ])
}

pub fn bash(command: &str) -> Reply {
    tool("Bash", json!({ "command": command, "description": "a step of the test" }))
}

type Script = dyn Fn(usize, &Value) -> Reply + Send + Sync;

/// A Messages API on loopback. Ends when dropped.
pub struct Model {
    pub url: String,
    requests: Arc<Mutex<Vec<Value>>>,
    _serving: JoinSet<()>,
}

impl Model {
    /// `script` gets the number of the request, from 0, and the request.
    pub async fn new(script: impl Fn(usize, &Value) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let seen = requests.clone();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, script.clone(), seen.clone()));
            }
        });
        Self { url, requests, _serving: serving }
    }

    pub fn requests(&self) -> Vec<Value> {
        self.requests.lock().unwrap().clone()
    }

    /// Everything the model was ever told, as JSON text.
    pub fn heard(&self) -> String {
        Value::Array(self.requests()).to_string()
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, seen: Arc<Mutex<Vec<Value>>>) {
    let Some((head, body)) = request(&mut stream).await else { return };
    if !head.starts_with("POST /v1/messages?") {
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        return;
    }
    let request: Value = serde_json::from_slice(&body).unwrap();
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        seen.len() - 1
    };
    let answer = match script(number, &request) {
        Reply::Silence => return std::future::pending().await,
        Reply::Status(status) => {
            let error = json!({ "type": "error", "error": { "type": "api_error", "message": "scripted" } }).to_string();
            format!(
                "HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{error}",
                error.len()
            )
        }
        Reply::Blocks(blocks) => {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
            head.to_owned() + &events(number, &request["model"], &blocks)
        }
    };
    let _ = stream.write_all(answer.as_bytes()).await; // a CLI that was interrupted does not listen any more
}

async fn request(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 65536];
    loop {
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = head.to_ascii_lowercase().lines().find_map(|line| {
            line.strip_prefix("content-length:").and_then(|length| length.trim().parse::<usize>().ok())
        });
        let mut body = bytes.split_off(end + 4);
        let missing = length.unwrap_or(0).saturating_sub(body.len());
        let have = body.len();
        body.resize(have + missing, 0);
        stream.read_exact(&mut body[have..]).await.ok()?;
        return Some((head, body));
    }
}

/// 100 tokens in (7 to the cache, 3 from it), 50 out.
fn events(number: usize, model: &Value, blocks: &[Value]) -> String {
    let mut events = String::new();
    let mut event = |kind: &str, mut body: Value| {
        body["type"] = json!(kind);
        events += &format!("event: {kind}\ndata: {body}\n\n");
    };
    let usage = |output: u32| json!({ "input_tokens": 100, "output_tokens": output, "cache_creation_input_tokens": 7, "cache_read_input_tokens": 3 });
    event(
        "message_start",
        json!({ "message": { "id": format!("msg_{number}"), "type": "message", "role": "assistant", "model": model,
            "content": [], "stop_reason": null, "stop_sequence": null, "usage": usage(1) } }),
    );
    let mut stop = "end_turn";
    for (index, block) in blocks.iter().enumerate() {
        let (start, delta) = if block["type"] == "text" {
            (json!({ "type": "text", "text": "" }), json!({ "type": "text_delta", "text": block["text"] }))
        } else {
            stop = "tool_use";
            let mut start = block.clone();
            start["input"] = json!({});
            (start, json!({ "type": "input_json_delta", "partial_json": block["input"].to_string() }))
        };
        event("content_block_start", json!({ "index": index, "content_block": start }));
        event("content_block_delta", json!({ "index": index, "delta": delta }));
        event("content_block_stop", json!({ "index": index }));
    }
    event("message_delta", json!({ "delta": { "stop_reason": stop, "stop_sequence": null }, "usage": usage(50) }));
    event("message_stop", json!({}));
    events
}

type OnCall = dyn Fn(&ToolCall) -> ToolVerdict + Send + Sync;
type OnAsk = dyn Fn(&PermissionAsk) -> Option<PermissionAnswer> + Send + Sync;
type OnDone = dyn Fn(&ToolDone) -> Option<String> + Send + Sync;
type OnMcp = dyn Fn(&str, &Value) -> Value + Send + Sync;
type OnStop = dyn Fn() -> Option<String> + Send + Sync;

/// A host whose every decision is a closure; allows everything until told otherwise.
pub struct Host {
    pub messages: Mutex<Vec<Message>>,
    pub on_call: Box<OnCall>,
    /// None: no answer until the question is withdrawn.
    pub on_ask: Box<OnAsk>,
    pub on_done: Box<OnDone>,
    pub on_mcp: Box<OnMcp>,
    pub on_stop: Box<OnStop>,
    pub on_compact: Option<String>,
    pub withdrawn: Notify,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            messages: Mutex::default(),
            on_call: Box::new(|_| ToolVerdict::Allow),
            on_ask: Box::new(|_| Some(PermissionAnswer::Allow { input: None })),
            on_done: Box::new(|_| None),
            on_mcp: Box::new(|_, _| Value::Null),
            on_stop: Box::new(|| None),
            on_compact: None,
            withdrawn: Notify::new(),
        }
    }
}

impl Host {
    /// Every tool result that the agent got: whether it was an error, and its text.
    pub fn results(&self) -> Vec<(bool, String)> {
        let messages = self.messages.lock().unwrap();
        let users = messages.iter().filter_map(|message| match &message.body {
            Body::User(user) => Some(user),
            _ => None,
        });
        users.flat_map(|user| &user.results).map(|result| (result.is_error, result.text.clone())).collect()
    }

    /// Waits until a line satisfies `wanted`.
    pub async fn until(&self, what: &str, wanted: impl Fn(&Message) -> bool) {
        until(what, || self.messages.lock().unwrap().iter().any(&wanted)).await;
    }
}

/// Waits until `is_so`, and fails the test when it does not become so.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}: did not come about");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[async_trait]
impl AgentHost for Host {
    fn on_message(&self, message: &Message) {
        self.messages.lock().unwrap().push(message.clone());
    }

    async fn pre_tool_use(&self, call: ToolCall, _cancelled: CancellationToken) -> ToolVerdict {
        (self.on_call)(&call)
    }

    async fn post_tool_use(&self, done: ToolDone) -> Option<String> {
        (self.on_done)(&done)
    }

    async fn on_stop(&self) -> Option<String> {
        (self.on_stop)()
    }

    async fn on_pre_compact(&self) -> Option<String> {
        self.on_compact.clone()
    }

    async fn permission(&self, ask: PermissionAsk, cancelled: CancellationToken) -> PermissionAnswer {
        match (self.on_ask)(&ask) {
            Some(answer) => answer,
            None => {
                cancelled.cancelled().await;
                self.withdrawn.notify_one();
                PermissionAnswer::Deny { message: "withdrawn".into(), interrupt: false }
            }
        }
    }

    async fn mcp(&self, server: &str, message: Value) -> Value {
        (self.on_mcp)(server, &message)
    }
}

/// A project, a home and a configuration of their own, gone at the end.
pub struct Room {
    dir: TempDir,
}

impl Room {
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("harness-agent-").tempdir().unwrap();
        for part in ["project", "home", "config"] {
            fs::create_dir(dir.path().join(part)).unwrap();
        }
        Self { dir }
    }

    pub fn project(&self) -> PathBuf {
        self.dir.path().join("project").canonicalize().unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The real CLI with the usual tools, talking to `model`.
    pub fn launch(&self, model: &Model) -> Launch {
        let env = rehearsal_environment(&model.url, &self.path("config"), &self.path("home"));
        let mut launch = Launch::new(real_cli(), self.project(), env, Uuid::new_v4());
        launch.prompt = "Do what the test says.".into();
        launch.tools = ["Bash", "Read", "Write", "Edit"].map(String::from).to_vec();
        launch
    }

    /// A shell script in place of the CLI. It has answered the first request and read the prompt when `script` begins.
    #[cfg(unix)]
    pub fn fake(&self, script: &str) -> Launch {
        let answer =
            r#"{"type":"control_response","response":{"subtype":"success","request_id":"harness-1","response":{}}}"#;
        self.script(&format!("read -r _; echo '{answer}'; read -r _\n{script}"))
    }

    /// A shell script in place of the CLI.
    #[cfg(unix)]
    pub fn script(&self, script: &str) -> Launch {
        let env = std::env::vars_os().filter(|(name, _)| name == "PATH").collect();
        let mut launch = Launch::new("/bin/sh".into(), self.project(), env, Uuid::new_v4());
        let file = self.path("fake-claude.sh");
        fs::write(&file, script).unwrap();
        // The script stands where a wrapper would: `sh fake-claude.sh /bin/sh -p …`.
        launch.wrapper = vec!["/bin/sh".into(), file.into()];
        launch.prompt = "hello".into();
        launch.watchdogs = Watchdogs {
            first_byte: Duration::from_secs(20),
            idle: Duration::from_secs(20),
            after_result: Duration::from_secs(20),
            stop_grace: Duration::from_millis(300),
            terminate_grace: Duration::from_millis(300),
        };
        launch
    }
}

/// Whether a process runs. A zombie that nobody has waited for is dead all the same.
#[cfg(target_os = "linux")]
pub fn runs(pid: &str) -> bool {
    fs::read_to_string(Path::new("/proc").join(pid.trim()).join("stat"))
        .is_ok_and(|stat| stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z')))
}

/// The end of a session, awaited for a bounded time.
pub async fn end_of(running: Running) -> SessionEnd {
    tokio::time::timeout(PATIENCE, running.finished()).await.expect("the session ends in bounded time")
}

/// A whole session.
pub async fn run(launch: Launch, host: &Arc<Host>) -> SessionEnd {
    end_of(start(launch, host.clone()).await.unwrap()).await
}
