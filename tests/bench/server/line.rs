//! A client that keeps its connection and knows of HTTP only what this server says.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// No answer takes this long; one that does hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Line {
    stream: BufReader<TcpStream>,
    /// The head lines of every request.
    always: String,
}

pub struct Answer {
    pub status: u16,
    pub tag: String,
    pub body: Vec<u8>,
}

impl Line {
    pub fn open(address: SocketAddr, token: Option<&str>) -> Self {
        let stream = TcpStream::connect(address).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket has a patience");
        stream.set_nodelay(true).expect("a socket sends at once");
        let mut always = format!("host: {address}\r\n");
        if let Some(token) = token {
            always += &format!("authorization: Bearer {token}\r\n");
        }
        Self { stream: BufReader::with_capacity(64 * 1024, stream), always }
    }

    pub fn get(&mut self, target: &str, lines: &[&str]) -> Answer {
        self.send("GET", target, lines, "")
    }

    pub fn change(&mut self, method: &str, target: &str, body: &Value) {
        let answer = self.send(method, target, &["content-type: application/json"], &body.to_string());
        assert!(answer.status < 300, "{method} {target}: {} {}", answer.status, String::from_utf8_lossy(&answer.body));
    }

    /// Asks for a WebSocket; what comes from now on is read from the stream.
    pub fn upgrade(mut self, target: &str) -> BufReader<TcpStream> {
        let lines = [
            "connection: upgrade",
            "upgrade: websocket",
            "sec-websocket-version: 13",
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        ];
        assert_eq!(self.send("GET", target, &lines, "").status, 101, "a socket is opened");
        self.stream
    }

    fn send(&mut self, method: &str, target: &str, lines: &[&str], body: &str) -> Answer {
        let mut words = format!("{method} {target} HTTP/1.1\r\n{}", self.always);
        for line in lines {
            words += line;
            words += "\r\n";
        }
        if !body.is_empty() {
            words += &format!("content-length: {}\r\n", body.len());
        }
        words += "\r\n";
        words += body;
        self.stream.get_mut().write_all(words.as_bytes()).expect("it is sent");
        self.answer()
    }

    fn answer(&mut self) -> Answer {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("an answer comes");
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let mut answer = Answer { status, tag: String::new(), body: Vec::new() };
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line).expect("a head comes whole");
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().expect("a length is a number"),
                "etag" => value.clone_into(&mut answer.tag),
                "transfer-encoding" => panic!("an answer of known length is expected"),
                _ => {}
            }
        }
        answer.body.resize(length, 0);
        self.stream.read_exact(&mut answer.body).expect("a body comes whole");
        answer
    }
}
