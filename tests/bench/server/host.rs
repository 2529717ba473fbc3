//! The real server as a process of its own over a board of ten thousand cards, and a bare route to hold it against.

use crate::figure::{millis, timed};
use axum::{Router, http::header, routing::get};
use harness_domain::{
    feature::{Actor, NewFeature},
    split::Draft,
};
use harness_engine::{App, clock::SystemClock, home::Home};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};
use tempfile::TempDir;

use super::line::Line;

/// The cards of the board.
pub const CARDS: usize = 10_000;

/// A data directory with one project of [`CARDS`] cards, and a token that opens everything in it.
pub struct Place {
    root: TempDir,
    pub project: u32,
    pub token: String,
}

impl Place {
    pub fn new() -> Self {
        let root = tempfile::Builder::new().prefix("harness-bench-").tempdir().expect("a directory");
        for name in ["home", "project"] {
            fs::create_dir(root.path().join(name)).expect("a directory");
        }
        let project = fill(root.path());
        let made = harness(root.path(), &["token", "create", "bench", "--role", "admin"]).output().expect("it starts");
        assert!(made.status.success(), "a token is made: {}", String::from_utf8_lossy(&made.stderr));
        let token = String::from_utf8(made.stdout).expect("a token is text").trim().to_owned();
        Self { root, project, token }
    }

    /// Starts the server; with it the milliseconds until `/api/health` was answered.
    pub fn serve(&self) -> (Host, f64) {
        let (host, took) = timed(|| {
            let host = Host::start(self.root.path());
            let answer = Line::open(host.address, None).get("/api/health", &[]);
            assert_eq!(answer.status, 200, "it is well");
            host
        });
        (host, millis(took))
    }
}

fn fill(root: &Path) -> u32 {
    let home = Home::at(root.join("data")).expect("a data directory");
    let app = App::open(home, Arc::new(SystemClock)).expect("an application");
    let open = app.open_directory(&root.join("project")).expect("a project");
    let drafts = (0..CARDS).map(|number| {
        let feature = NewFeature {
            description: "What is to be built, in a few sentences. ".repeat(8),
            steps: (0..5).map(|step| format!("Step {step} of card {number} is done and seen to be done.")).collect(),
            ..NewFeature::named(format!("Card number {number}"))
        };
        Draft {
            feature,
            depends_on_index: [number.checked_sub(1), number.checked_sub(100)].into_iter().flatten().collect(),
        }
    });
    let cause = open.cause(Actor::Person, None, "measured");
    open.store.feature_create(drafts.collect(), &cause).expect("cards");
    open.project.id.0
}

/// The program on the machine below `root`, with nothing of the surrounding environment.
fn harness(root: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
    command
        .args(words)
        .current_dir(root.join("home"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", root.join("home"))
        .env("HARNESS_HOME", root.join("data"))
        .stdin(Stdio::null());
    command
}

/// A server that runs. It ends when it is dropped.
pub struct Host {
    pub address: SocketAddr,
    child: Child,
}

impl Host {
    fn start(root: &Path) -> Self {
        let mut command = harness(root, &["serve", "--bind", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the server starts");
        let mut said = String::new();
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        out.read_line(&mut said).expect("it says where it serves");
        // Nothing more is read; what little it says fits into the pipe.
        child.stdout = Some(out.into_inner());
        let address = said.trim().split_once("://").and_then(|(_, rest)| rest.parse().ok()).expect("an address");
        Self { address, child }
    }

    /// The memory it has in use, in megabytes; none where the system does not say.
    pub fn resident_mb(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1024.0)
    }

    /// The seconds of processor time it has used; none where the system does not say.
    pub fn processor_seconds(&self) -> Option<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        // Its name stands in brackets and may have spaces; user and system time are the 12th and 13th after it.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |place: usize| fields.get(place)?.parse::<f64>().ok();
        // Linux counts in hundredths towards programs, whatever it counts in itself.
        Some((ticks(11)? + ticks(12)?) / 100.0)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An axum server that answers each path with bytes that never change, and does nothing else.
pub struct Bare {
    pub address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Bare {
    pub fn serve(bodies: BTreeMap<&'static str, Vec<u8>>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let mut router = Router::new();
        for (path, body) in bodies {
            let body = axum::body::Bytes::from(body);
            let answer = async move || ([(header::CONTENT_TYPE, "application/json")], body.clone());
            router = router.route(path, get(answer));
        }
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { address, _runtime: runtime }
    }
}
