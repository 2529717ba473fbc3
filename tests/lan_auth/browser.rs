//! A server of the real program, and a browser as bare as an attacker's.

use crate::support::{Ended, Machine, PATIENCE, finish};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Stdio},
    sync::mpsc,
};

pub const PASSWORD: &str = "vier lose Wörter hier";
pub const OTHER: &str = "andere vier lose Wörter";

/// A machine that serves. The server ends when it is dropped.
pub struct Served {
    pub machine: Machine,
    pub address: SocketAddr,
    /// What it printed before it was ready, and for a while after.
    printed: Vec<String>,
    lines: mpsc::Receiver<String>,
    child: Child,
}

impl Served {
    /// A server with nobody who can sign in.
    pub fn empty() -> Self {
        Self::start(Machine::new(), &[])
    }

    /// A server with `ada`, an admin, and `bob`, an operator.
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// The same with more in its environment.
    pub fn with(environment: &[(&str, &str)]) -> Self {
        let machine = Machine::new();
        for (name, role) in [("ada", "admin"), ("bob", "operator")] {
            let ended = add_user(&machine, name, role, PASSWORD);
            assert_eq!(ended.code, Some(0), "{name} is added: {ended:?}");
        }
        Self::start(machine, environment)
    }

    fn start(machine: Machine, environment: &[(&str, &str)]) -> Self {
        let mut command = machine.command(&["serve", "--bind", "127.0.0.1:0"]);
        command.current_dir(machine.path("home")).envs(environment.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
        let (tell, lines) = mpsc::channel();
        let out = BufReader::new(child.stdout.take().expect("its output"));
        std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        let mut printed = Vec::new();
        let address = loop {
            let line = lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it never served: {printed:?}"));
            let address = line
                .split_once("://")
                .and_then(|(_, rest)| rest.split(['/', ' ']).next().and_then(|address| address.parse().ok()));
            printed.push(line);
            if let Some(address) = address {
                break address;
            }
        };
        Self { machine, address, printed, lines, child }
    }

    /// The first line that says this, waiting for it.
    pub fn printed(&mut self, part: &str) -> String {
        loop {
            if let Some(line) = self.printed.iter().find(|line| line.contains(part)) {
                return line.clone();
            }
            let line = self.lines.recv_timeout(PATIENCE);
            self.printed.push(line.unwrap_or_else(|_| panic!("it never said {part:?}: {:?}", self.printed)));
        }
    }

    pub fn browser(&self) -> Browser {
        Browser { address: self.address, cookies: BTreeMap::new(), csrf: None, token: None, from: None }
    }

    /// A browser that is signed in.
    pub fn signed_in(&self, name: &str) -> Browser {
        let mut browser = self.browser();
        let reply = browser.sign_in(name, PASSWORD);
        assert_eq!(reply.status, 200, "{name} signs in: {reply:?}");
        browser
    }

    /// A script that brings a token of that role.
    pub fn script(&self, role: &str, more: &[&str]) -> Browser {
        let words: Vec<&str> =
            ["token", "create", "test", "--role", role].into_iter().chain(more.iter().copied()).collect();
        let made = self.machine.harness(&words);
        assert_eq!(made.code, Some(0), "a token is made while the server runs: {made:?}");
        Browser { token: Some(made.stdout.trim().to_owned()), ..self.browser() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn add_user(machine: &Machine, name: &str, role: &str, password: &str) -> Ended {
    with_password(machine, &["user", "add", name, "--role", role, "--password-stdin"], password)
}

pub fn with_password(machine: &Machine, words: &[&str], password: &str) -> Ended {
    let mut command = machine.command(words);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("its input").write_all(format!("{password}\n").as_bytes()).expect("the password");
    finish(child)
}

/// Keeps cookies as a browser does, and says what it is told to.
#[derive(Debug, Clone)]
pub struct Browser {
    pub address: SocketAddr,
    pub cookies: BTreeMap<String, String>,
    pub csrf: Option<String>,
    pub token: Option<String>,
    /// From where a trusted proxy says it comes.
    pub from: Option<String>,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Browser {
    pub fn sign_in(&mut self, name: &str, password: &str) -> Reply {
        let reply = self.post("/api/auth/login", json!({ "name": name, "password": password }));
        self.csrf = reply.body["csrf"].as_str().map(str::to_owned).or(self.csrf.take());
        reply
    }

    pub fn get(&mut self, path: &str) -> Reply {
        self.send("GET", path, None, &[])
    }

    pub fn post(&mut self, path: &str, body: Value) -> Reply {
        self.send("POST", path, Some(body.to_string()), &[])
    }

    /// Whom the server takes this browser for.
    pub fn user(&mut self) -> Value {
        self.get("/api/auth/state").body["user"].clone()
    }

    pub fn send(&mut self, method: &str, path: &str, body: Option<String>, more: &[(&str, &str)]) -> Reply {
        let mut stream = self.open(method, path, body.as_deref(), more);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let reply = parse(&answer);
        for (_, cookie) in reply.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = cookie.split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("a name and a value");
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        reply
    }

    /// Sends a request and leaves the answer in the stream.
    pub fn open(&self, method: &str, path: &str, body: Option<&str>, more: &[(&str, &str)]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a bound");
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.address);
        let mut say = |name: &str, value: &str| request.push_str(&format!("{name}: {value}\r\n"));
        if !more.iter().any(|(name, _)| name.eq_ignore_ascii_case("connection")) {
            say("Connection", "close");
        }
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            say("Cookie", &cookies.join("; "));
        }
        if let Some(csrf) = self.csrf.as_ref().filter(|_| method != "GET") {
            say("x-csrf-token", csrf);
        }
        if let Some(token) = &self.token {
            say("Authorization", &format!("Bearer {token}"));
        }
        if let Some(from) = &self.from {
            say("X-Forwarded-For", from);
        }
        for (name, value) in more {
            say(name, value);
        }
        if let Some(body) = body {
            if !more.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
                say("Content-Type", "application/json");
            }
            say("Content-Length", &body.len().to_string());
        }
        request.push_str("\r\n");
        request.push_str(body.unwrap_or_default());
        stream.write_all(request.as_bytes()).expect("the request is sent");
        stream
    }
}

pub fn parse(answer: &[u8]) -> Reply {
    let split = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("headers");
    let head = String::from_utf8_lossy(&answer[..split]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let is_chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let body = if is_chunked { unchunked(&answer[split + 4..]) } else { answer[split + 4..].to_vec() };
    Reply { status: status.expect("a status"), headers, body: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let length = String::from_utf8_lossy(&rest[..end]).trim().to_owned();
        let length = usize::from_str_radix(&length, 16).expect("a length");
        if length == 0 {
            break;
        }
        whole.extend_from_slice(&rest[end + 2..end + 2 + length]);
        rest = &rest[end + 4 + length..];
    }
    whole
}
