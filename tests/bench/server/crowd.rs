//! Many listeners on WebSockets while events come in, and one among them who does not read.

use super::line::Line;
use crate::figure::percentile;
use serde::Deserialize;
use serde_json::json;
use std::{
    io::{BufReader, Read},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Barrier},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Those who read.
pub const LISTENERS: usize = 50;
/// Events a second, if the machine can.
pub const RATE: usize = 1_000;
/// Events of one request, each a change of its own.
const BURST: usize = 50;
/// How long events are made.
const LASTS: Duration = Duration::from_secs(10);

/// What the listeners heard.
pub struct Heard {
    /// Events of all of them that did not come, or not in order.
    pub lost: usize,
    pub events: usize,
    /// Events a second that were made.
    pub rate: f64,
    /// From the event to the listener that had read it, in milliseconds.
    pub lag_ms: Vec<f64>,
    /// What the one that did not read was told when it did: how many events, and whether that some are missing.
    pub slow: (usize, bool),
    pub took: Duration,
}

#[derive(Deserialize)]
struct Told {
    frame: String,
    #[serde(default)]
    seq: u64,
    envelope: Option<Fact>,
}

#[derive(Deserialize)]
struct Fact {
    seq: u64,
    at_ms: i64,
    event: String,
}

/// One listener's account.
#[derive(Default)]
struct Account {
    events: usize,
    /// Places where the numbers are not consecutive, and words that some are missing.
    gaps: usize,
    lag_ms: Vec<f64>,
}

/// Makes events in `project` for ten seconds, told to everybody.
pub fn listen(address: SocketAddr, token: &str, project: u32) -> Heard {
    // The listeners, and the one who makes the events.
    let ready = Arc::new(Barrier::new(LISTENERS + 1));
    let listeners: Vec<_> = (0..LISTENERS)
        .map(|_| {
            let (mut socket, ready) = (Socket::open(address, token), ready.clone());
            thread::spawn(move || {
                ready.wait();
                socket.account()
            })
        })
        .collect();
    let mut slow = Socket::open(address, token);
    ready.wait();
    let (made, took) = make(address, token, project);
    let accounts: Vec<Account> =
        listeners.into_iter().map(|listener| listener.join().expect("a listener hears the end")).collect();
    let slow = slow.account();
    let lost = accounts.iter().map(|one| one.gaps + (made + 1).saturating_sub(one.events)).sum();
    Heard {
        lost,
        events: accounts.iter().map(|one| one.events).sum(),
        rate: made as f64 / took.as_secs_f64(),
        lag_ms: accounts.into_iter().flat_map(|one| one.lag_ms).collect(),
        slow: (slow.events, slow.gaps > 0),
        took,
    }
}

impl Heard {
    pub fn lag(&self, share: f64) -> f64 {
        percentile(&self.lag_ms, share)
    }
}

/// Makes [`RATE`] events a second and a last one; how many there were before that, and how long it took.
fn make(address: SocketAddr, token: &str, project: u32) -> (usize, Duration) {
    let mut line = Line::open(address, Some(token));
    let (bulk, create) =
        (format!("/api/projects/{project}/features/bulk"), format!("/api/projects/{project}/features"));
    let cards: Vec<usize> = (1..=BURST).collect();
    let began = Instant::now();
    let mut made = 0;
    while began.elapsed() < LASTS {
        let action = if (made / BURST).is_multiple_of(2) { "pin" } else { "unpin" };
        line.change("POST", &bulk, &json!({ "features": cards, "action": action }));
        made += BURST;
        let due = Duration::from_secs_f64(made as f64 / RATE as f64);
        thread::sleep(due.saturating_sub(began.elapsed()));
    }
    let took = began.elapsed();
    line.change("POST", &create, &json!({ "name": "The end", "steps": ["Look"] }));
    (made, took)
}

/// One who listens.
struct Socket {
    stream: BufReader<TcpStream>,
    /// The number of the last event.
    before: u64,
}

impl Socket {
    fn open(address: SocketAddr, token: &str) -> Self {
        let stream = Line::open(address, Some(token)).upgrade("/api/events");
        let mut socket = Self { stream, before: 0 };
        let told = socket.next().expect("a greeting");
        assert_eq!(told.frame, "hello", "a socket begins with where it stands");
        socket.before = told.seq;
        socket
    }

    /// Listens until a card was made, which is the end.
    fn account(&mut self) -> Account {
        let mut account = Account::default();
        loop {
            let Some(told) = self.next() else { continue };
            let Some(fact) = told.envelope else {
                account.gaps += 1;
                self.before = told.seq;
                continue;
            };
            account.lag_ms.push((now_ms() - fact.at_ms) as f64);
            account.events += 1;
            account.gaps += usize::from(fact.seq != self.before + 1);
            self.before = fact.seq;
            if fact.event == "features_created" {
                return account;
            }
        }
    }

    /// The next message; none when it was a question whether somebody is there.
    fn next(&mut self) -> Option<Told> {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head).expect("a message comes");
        let length = match head[1] & 0x7f {
            126 => {
                let mut more = [0; 2];
                self.stream.read_exact(&mut more).expect("its length");
                u64::from(u16::from_be_bytes(more))
            }
            127 => {
                let mut more = [0; 8];
                self.stream.read_exact(&mut more).expect("its length");
                u64::from_be_bytes(more)
            }
            length => length.into(),
        };
        let mut words = vec![0; usize::try_from(length).expect("a length")];
        self.stream.read_exact(&mut words).expect("all of it");
        match head[0] & 0x0f {
            1 => Some(serde_json::from_slice(&words).expect("a frame")),
            9 => None,
            kind => panic!("a socket stays open, and says no {kind}: {}", String::from_utf8_lossy(&words)),
        }
    }
}

fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later than 1970");
    i64::try_from(now.as_millis()).expect("a time")
}
