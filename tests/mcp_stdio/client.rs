//! A client that can say anything, and a project with cards for it.

use crate::support::{Ended, Machine, PATIENCE, finish, git};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread::spawn,
};

/// A machine with one project, which is a git repository.
pub struct Board {
    pub machine: Machine,
    pub dir: PathBuf,
}

impl Board {
    pub fn new() -> Self {
        let machine = Machine::new();
        let dir = machine.project("board");
        git(&dir, &["init", "--quiet", "--initial-branch=main"]);
        git(&dir, &["commit", "--quiet", "--allow-empty", "-m", "Begin"]);
        Self { machine, dir }
    }

    /// A board with this many cards, numbered from 1.
    pub fn with_cards(number: usize) -> Self {
        let board = Self::new();
        let mut client = Client::ready(&board);
        let card = |place: usize| json!({ "category": "api", "name": format!("Card {place}"), "description": "It works.", "steps": ["Do."] });
        let cards: Vec<Value> = (1..=number).map(card).collect();
        let made = client.ok("feature_create_bulk", json!({ "features": cards }));
        assert_eq!(made["created"], number, "{made}");
        client.leave();
        board
    }

    /// The project's directory, as an argument.
    pub fn project(&self) -> &str {
        self.dir.to_str().expect("a plain path")
    }

    /// The status of every card, by its number.
    pub fn statuses(&self) -> Vec<String> {
        let mut cards = self.machine.features(&self.dir);
        cards.sort_by_key(|card| card["id"].as_u64());
        cards.iter().map(|card| card["status"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// The root of this repository.
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
}

/// A server and this side of its streams.
pub struct Client {
    pub child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    next: u64,
}

impl Client {
    /// A server that was not greeted yet.
    pub fn start(board: &Board) -> Self {
        Self::start_with(board, &[])
    }

    /// As [`Client::start`], with more in the server's environment.
    pub fn start_with(board: &Board, env: &[(&str, &str)]) -> Self {
        let mut command = board.machine.command(&["mcp", "--project", board.project()]);
        command.envs(env.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let reader = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, lines) = channel();
        // Ends with the server's output; a client that is gone is no reason to stop reading.
        spawn(move || reader.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
        let stdin = child.stdin.take();
        Self { child, stdin, lines, next: 0 }
    }

    /// A client that has shaken hands.
    pub fn ready(board: &Board) -> Self {
        let mut client = Self::start(board);
        client.greet();
        client
    }

    pub fn greet(&mut self) {
        let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" } });
        let answer = self.request("initialize", params);
        assert_eq!(answer["result"]["serverInfo"]["name"], "auto-agent-harness", "{answer}");
        self.send(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    }

    /// Any line.
    pub fn send(&mut self, line: &[u8]) {
        self.write(line);
        self.write(b"\n");
    }

    /// Any bytes. A server that does not listen any more is no failure here.
    pub fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("the stream is open");
        if let Err(error) = stdin.write_all(bytes).and_then(|()| stdin.flush()) {
            assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{error}");
        }
    }

    /// Asks, without waiting for the answer; the request's id.
    pub fn ask(&mut self, method: &str, params: Value) -> u64 {
        self.next += 1;
        let request = json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params });
        self.send(request.to_string().as_bytes());
        self.next
    }

    /// The next message of the server, which is protocol and nothing else; none when it has closed its output.
    pub fn read(&mut self) -> Option<Value> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => {
                let message: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
                assert_eq!(message["jsonrpc"], "2.0", "standard output carries protocol only: {line}");
                Some(message)
            }
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("the server says nothing and does not end"),
        }
    }

    /// Asks and waits for the answer, passing over messages that are none.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        loop {
            let message = self.read().unwrap_or_else(|| panic!("the server ended before it answered {method}"));
            if message["id"] == id {
                return message;
            }
        }
    }

    /// A call that must succeed; its structured content.
    pub fn ok(&mut self, tool: &str, arguments: Value) -> Value {
        let answer = self.request("tools/call", json!({ "name": tool, "arguments": arguments }));
        assert_ne!(answer["result"]["isError"], true, "{tool} succeeds: {answer}");
        answer["result"]["structuredContent"].clone()
    }

    /// Closes the server's input without waiting for anything.
    pub fn close(&mut self) {
        self.stdin = None;
    }

    /// Closes the server's input and waits for its end, which must be quiet.
    pub fn leave(self) {
        let ended = self.end();
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "a client that leaves is no failure");
    }

    /// Closes the server's input and waits for its end, reading what it still says.
    pub fn end(mut self) -> Ended {
        self.close();
        while self.read().is_some() {}
        finish(self.child)
    }
}
