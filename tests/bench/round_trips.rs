//! `feature_get_next` over stdio, on a project with many cards.

use crate::figure::{Figure, Goal, Measurement, median, millis, percentile};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Instant,
};
use tempfile::TempDir;

const CARDS: u32 = 10_000;
/// Cards that nothing stands before; each of the others waits for three.
const FREE: u32 = 4_000;
const CALLS: usize = 400;
/// The first calls fill caches; they are not counted.
const WARM_UP: usize = 20;
/// What the old Python system was measured at, in milliseconds. A published figure: it is not run here.
const OLD_P50_MS: f64 = 19.6;
const OLD_P99_MS: f64 = 31.0;

pub fn measure(runs: usize) -> Measurement {
    let root = TempDir::new().expect("a directory");
    let project = project_with_cards(root.path());
    let mut calls = Vec::new();
    let mut pings = Vec::new();
    for _ in 0..runs {
        let mut server = Server::start(root.path(), &project);
        for place in 0..WARM_UP + CALLS {
            let (next, took) = server.timed("tools/call", json!({ "name": "feature_get_next", "arguments": {} }));
            let card = &next["result"]["structuredContent"]["feature"];
            assert_eq!(card["status"], "in_progress", "each call claims a card: {next}");
            let skip = json!({ "feature_id": card["id"], "reason": "The next one, please." });
            let (skipped, _) = server.timed("tools/call", json!({ "name": "feature_skip", "arguments": skip }));
            assert_ne!(skipped["result"]["isError"], true, "and gives it back: {skipped}");
            let (_, ping) = server.timed("ping", json!({}));
            if place >= WARM_UP {
                calls.push(took);
                pings.push(ping);
            }
        }
        server.leave();
    }
    let figure =
        |name, share, most| Figure { name, value: percentile(&calls, share), unit: "ms", goal: Goal::AtMost(most) };
    let figures = vec![figure("feature_get_next p50", 0.5, 0.5), figure("feature_get_next p99", 0.99, 2.0)];
    let notes = vec![
        format!("the old Python system: p50 {OLD_P50_MS} ms, p99 {OLD_P99_MS} ms (published figures, not run here)"),
        format!("against those: p50 {:.0} times as fast", OLD_P50_MS / median(&calls)),
        "every call claims a card in a transaction; giving it back is not counted".into(),
    ];
    Measurement {
        title: format!("MCP: feature_get_next over stdio at {CARDS} cards, {CALLS} calls in each of {runs} runs"),
        baseline: "an empty question (ping) to the same server".into(),
        unit: "ms",
        ours: calls,
        theirs: pings,
        figures,
        notes,
    }
}

/// A repository with a commit, registered, and its cards imported.
fn project_with_cards(root: &Path) -> std::path::PathBuf {
    let project = root.join("project");
    std::fs::create_dir_all(&project).expect("a directory");
    for words in [&["init", "--quiet"][..], &["commit", "--quiet", "--allow-empty", "-m", "Begin"]] {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]).args(words).current_dir(&project);
        assert!(git.status().expect("git runs").success(), "git {words:?}");
    }
    let file = root.join("features.db");
    let old = Connection::open(&file).expect("a database");
    let sql = format!(
        "CREATE TABLE features (id INTEGER PRIMARY KEY, name TEXT, category TEXT, description TEXT, steps TEXT, dependencies TEXT);
         WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {CARDS})
         INSERT INTO features SELECT n, 'Feature number ' || n, 'api', 'What it does, in a sentence or two, as features are described.',
            '[\"Open it.\", \"Use it.\", \"See that it works.\"]',
            CASE WHEN n > {FREE} THEN '[' || (n * 7919 % {FREE} + 1) || ',' || (n * 104729 % {FREE} + 1) || ',' || (n - 1) || ']' END
         FROM numbers"
    );
    old.execute_batch(&sql).expect("many cards");
    let import = harness(root, &["features", "import", text(&file), "--project", text(&project)]).output();
    let import = import.expect("the program runs");
    assert!(import.status.success(), "the cards are imported: {}", String::from_utf8_lossy(&import.stderr));
    project
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

fn harness(root: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    command.args(words).env("HARNESS_HOME", root.join("data")).env_remove("HARNESS_LOG");
    command
}

struct Server {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    id: u64,
}

impl Server {
    fn start(root: &Path, project: &Path) -> Self {
        let mut command = harness(root, &["mcp", "--project", text(project)]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the server starts");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut server = Self { child, stdin, stdout, id: 0 };
        let client = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "bench", "version": "1" } });
        server.timed("initialize", client);
        writeln!(server.stdin, r#"{{"jsonrpc":"2.0","method":"notifications/initialized"}}"#)
            .expect("the server reads");
        server
    }

    /// One request and its answer, and how long the answer took in milliseconds.
    fn timed(&mut self, method: &str, params: Value) -> (Value, f64) {
        self.id += 1;
        let mut request = json!({ "jsonrpc": "2.0", "id": self.id, "method": method, "params": params }).to_string();
        request.push('\n');
        let mut line = String::new();
        let start = Instant::now();
        self.stdin.write_all(request.as_bytes()).expect("the server reads");
        self.stdout.read_line(&mut line).expect("the server answers");
        let took = millis(start.elapsed());
        let answer: Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(answer["id"], self.id, "the answer is to the question: {answer}");
        (answer, took)
    }

    fn leave(self) {
        let Self { mut child, stdin, .. } = self;
        drop(stdin);
        assert!(child.wait().expect("the server ends").success(), "a client that leaves is no failure");
    }
}
