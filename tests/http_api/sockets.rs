//! Events over WebSockets, read byte by byte.

use crate::{
    stage::Stage,
    support::{PATIENCE, door::Reply},
};
use serde_json::{Value, json};
use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
};
use tokio::net::TcpSocket;

/// A socket that is open.
struct Socket(TcpStream);

impl Socket {
    fn open(stage: &Stage, target: &str) -> Self {
        Self::over(stage.served.connect(), stage, target)
    }

    /// A socket that the server can write little to while its client does not read.
    fn narrow(stage: &Stage, target: &str) -> Self {
        let connect = async {
            let socket = TcpSocket::new_v4()?;
            socket.set_recv_buffer_size(4096)?;
            socket.connect(stage.served.address).await?.into_std()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
        let stream = runtime.block_on(connect).expect("the server listens");
        stream.set_nonblocking(false).expect("it waits for what it reads");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket has a patience");
        Self::over(stream, stage, target)
    }

    fn over(mut stream: TcpStream, stage: &Stage, target: &str) -> Self {
        let mut head = format!("GET {target} HTTP/1.1\r\nhost: {}\r\n", stage.served.address);
        for line in stage.upgrade() {
            head += &format!("{line}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).expect("it is sent");
        // Byte by byte, so that nothing of what follows is swallowed.
        let mut said = Vec::new();
        while !said.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("it is answered");
            said.push(byte[0]);
        }
        assert!(said.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&said));
        Self(stream)
    }

    /// The next message: its kind (1 text, 8 close, 9 ping) and what it says.
    fn next(&mut self) -> (u8, Vec<u8>) {
        self.next_if_open().expect("a message comes")
    }

    /// The next message; none when the server has cut the connection off.
    fn next_if_open(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 2];
        match self.0.read_exact(&mut head) {
            Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset) => return None,
            read => read.expect("a message comes"),
        }
        let mut length = usize::from(head[1] & 0x7f);
        if length == 126 {
            let mut more = [0; 2];
            self.0.read_exact(&mut more).expect("its length");
            length = usize::from(u16::from_be_bytes(more));
        }
        let mut words = vec![0; length];
        // A connection may be cut off in the middle of a message.
        self.0.read_exact(&mut words).ok()?;
        Some((head[0] & 0x0f, words))
    }

    fn json(&mut self) -> Value {
        self.json_if_open().expect("a message comes")
    }

    fn json_if_open(&mut self) -> Option<Value> {
        let (mut kind, mut words) = self.next_if_open()?;
        while kind == 9 {
            // Whoever is asked whether it is there says so, as every client does by itself. Unless it is not any more.
            let _ = self.0.write_all(&[0x8a, 0x80, 0, 0, 0, 0]);
            (kind, words) = self.next_if_open()?;
        }
        if kind == 8 {
            assert_ne!(words.get(..2), Some(&1008u16.to_be_bytes()[..]), "whoever is only slow may come back");
            return None;
        }
        assert_eq!(kind, 1, "a text: {words:?}");
        Some(serde_json::from_slice(&words).expect("JSON"))
    }

    /// Everything up to the message that `is_it`.
    fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut seen = Vec::new();
        for _ in 0..100 {
            let message = self.json();
            let is_last = is_it(&message);
            seen.push(message);
            if is_last {
                return seen;
            }
        }
        panic!("it never came: {seen:?}");
    }

    fn say(&mut self, words: &str) {
        let length = u8::try_from(words.len()).expect("a short text") | 0x80;
        // A mask of zeroes is one too.
        let bytes = [&[0x81, length, 0, 0, 0, 0], words.as_bytes()].concat();
        self.0.write_all(&bytes).expect("it is sent");
    }
}

#[test]
fn a_client_that_comes_back_hears_exactly_what_it_missed() {
    let stage = Stage::new();
    let mut socket = Socket::open(&stage, "/api/events");
    let hello = socket.json();
    assert_eq!(hello["frame"], "hello", "{hello}");
    let (epoch, seq) = (hello["epoch"].as_str().expect("an epoch"), hello["seq"].as_u64().expect("a number"));
    stage.cards(3);
    let heard =
        socket.until(|frame| frame["envelope"]["event"] == "progress_changed" && frame["envelope"]["total"] == 3);
    let numbers: Vec<u64> = heard.iter().filter_map(|frame| frame["envelope"]["seq"].as_u64()).collect();
    let expected: Vec<u64> = (seq + 1..).take(numbers.len()).collect();
    assert_eq!(numbers, expected, "every one, once, in order");
    drop(socket);
    let mut again = Socket::open(&stage, &format!("/api/events?after={seq}&epoch={epoch}"));
    assert_eq!(again.json()["frame"], "hello");
    let repeated: Vec<u64> = (0..numbers.len()).filter_map(|_| again.json()["envelope"]["seq"].as_u64()).collect();
    assert_eq!(repeated, numbers, "from where it was");
    let mut stranger = Socket::open(&stage, "/api/events?after=5&epoch=another");
    assert_eq!(stranger.json()["frame"], "hello");
    assert_eq!(stranger.json()["frame"], "resync", "numbers of another start mean nothing here");
}

#[test]
fn a_projects_socket_speaks_the_documented_words() {
    let stage = Stage::new();
    let mut socket = Socket::open(&stage, "/ws/projects/todo");
    let greeting = socket.until(|message| message["type"] == "progress");
    let types: Vec<&str> = greeting.iter().filter_map(|message| message["type"].as_str()).collect();
    assert_eq!(types, ["hello", "agent_status", "progress"], "{greeting:?}");
    assert_eq!(greeting[1]["status"], "stopped");
    socket.say(r#"{"type":"ping"}"#);
    assert_eq!(socket.json(), json!({ "type": "pong" }));
    let other = stage.post("/api/projects/shop/features/bug", json!({ "name": "Not yours", "description": "x" }));
    assert_eq!(other.status, 200, "{other:?}");
    stage.cards(1);
    let heard = socket.until(|message| message["type"] == "progress");
    assert!(heard.iter().any(|message| message["type"] == "feature_update"), "{heard:?}");
    assert!(heard.iter().all(|message| message["seq"].is_u64()), "each has its place: {heard:?}");
    let shop = stage.project("shop");
    assert!(heard.iter().all(|message| message["project"] != shop), "nothing of another project: {heard:?}");
}

#[test]
fn a_token_that_is_revoked_ends_its_socket() {
    let stage = Stage::new();
    let mut socket = Socket::open(&stage, "/api/events");
    assert_eq!(socket.json()["frame"], "hello");
    let listed = stage.get("/api/tokens").json();
    let token = listed[0]["id"].as_u64().unwrap_or_else(|| panic!("a token: {listed}"));
    let gone: Reply = stage.delete(&format!("/api/tokens/{token}"));
    assert!(gone.status < 300, "{gone:?}");
    for _ in 0..20 {
        let (kind, words) = socket.next();
        if kind == 8 {
            assert_eq!(words.get(..2), Some(&1008u16.to_be_bytes()[..]), "it says why");
            return;
        }
    }
    panic!("the socket is open still");
}

/// One who follows the numbers of the events.
struct Follower {
    socket: Socket,
    /// The number up to which it knows of everything, or that it is missing.
    before: u64,
    missed: u64,
}

impl Follower {
    fn join(stage: &Stage) -> Self {
        Self::at(stage, "/api/events")
    }

    fn at(stage: &Stage, target: &str) -> Self {
        Self::over(Socket::open(stage, target))
    }

    fn over(mut socket: Socket) -> Self {
        let hello = socket.json();
        Self { before: hello["seq"].as_u64().expect("a number"), socket, missed: 0 }
    }

    /// Reads one frame.
    fn read(&mut self) {
        let frame = self.socket.json();
        self.follow(&frame);
    }

    /// Reads one frame. When the server has cut it off, because nothing could be written to it or nothing was heard of it for
    /// long, it comes back to where it was, as every client does.
    fn read_or_come_back(&mut self, stage: &Stage) {
        match self.socket.json_if_open() {
            Some(frame) => self.follow(&frame),
            None => {
                let mut socket = Socket::open(stage, &format!("/api/events?after={}", self.before));
                assert_eq!(socket.json()["seq"], self.before, "it goes on where it was");
                self.socket = socket;
            }
        }
    }

    fn follow(&mut self, frame: &Value) {
        if frame["frame"] == "resync" {
            let through = frame["seq"].as_u64().expect("a number");
            assert!(through > self.before, "what is missing lies ahead: {frame}");
            self.missed += through - self.before;
            self.before = through;
        } else {
            assert_eq!(frame["envelope"]["seq"], self.before + 1, "without a word nothing is missing");
            self.before += 1;
        }
    }
}

/// Changes fifty cards, of which `quick` hears at once.
fn stir(stage: &Stage, round: u32, quick: &mut Follower) {
    let cards: Vec<u32> = (1..=50).collect();
    let action = if round.is_multiple_of(2) { "pin" } else { "unpin" };
    let done = stage.post("/api/projects/todo/features/bulk", json!({ "features": cards, "action": action }));
    assert_eq!(done.status, 200, "{done:?}");
    (0..50).for_each(|_| quick.read());
}

#[test]
fn who_reads_slowly_holds_up_nobody_and_who_comes_back_too_late_is_told_what_is_missing() {
    let stage = Stage::new();
    stage.cards(50);
    let (mut slow, mut quick) = (Follower::join(&stage), Follower::join(&stage));
    let began = quick.before;
    // More than the ten thousand that are remembered.
    for round in 0..210 {
        stir(&stage, round, &mut quick);
        // It hears what it is asked no sooner than what was sent before: on a machine with much else to do it is sent away
        // for its silence.
        slow.read_or_come_back(&stage);
    }
    assert_eq!(quick.missed, 0, "who reads gets everything, in order, however slow another one is");
    while slow.before < quick.before {
        slow.read_or_come_back(&stage);
    }
    let mut late = Follower::at(&stage, &format!("/api/events?after={began}"));
    assert_eq!(late.before, began, "it goes on where it was");
    while late.before < quick.before {
        late.read();
    }
    assert!((500..10_500).contains(&late.missed), "the oldest are not remembered, and that is said: {}", late.missed);
}

#[test]
fn who_stops_reading_and_reads_on_is_told_what_is_missing_and_holds_up_nobody_meanwhile() {
    let stage = Stage::new();
    stage.cards(50);
    let mut quick = Follower::join(&stage);
    let mut sleeper = Follower::over(Socket::narrow(&stage, "/api/events"));
    // More than the ten thousand that are remembered and what lies on the way to who does not read.
    (0..900).for_each(|round| stir(&stage, round, &mut quick));
    assert_eq!(quick.missed, 0, "nobody waits for who does not read");
    while sleeper.before < quick.before {
        sleeper.read_or_come_back(&stage);
    }
    assert!(sleeper.missed > 0, "it was away for longer than is remembered, and is told so");
    stage.cards(1);
    let before = quick.before;
    quick.read();
    sleeper.read();
    assert_eq!((quick.before, sleeper.before), (before + 1, before + 1), "from there on it hears everything again");
}
