//! A person's machine in a temporary directory: an empty home, a data directory, projects, and the real program.

pub mod door;

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// No run of a tiny scenario takes this long; one that does hangs.
pub const PATIENCE: Duration = Duration::from_secs(150);

/// One person's machine. Everything is gone when it is dropped.
pub struct Machine {
    root: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Machine {
    pub fn new() -> Self {
        let root = tempfile::Builder::new().prefix("harness-test-").tempdir().expect("a temporary directory");
        for dir in ["home", "data"] {
            fs::create_dir(root.path().join(dir)).expect("a directory");
        }
        Self { root }
    }

    /// A path below the machine's root.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// An empty project directory.
    pub fn project(&self, name: &str) -> PathBuf {
        let dir = self.path(name);
        fs::create_dir_all(&dir).expect("a project directory");
        dir
    }

    /// The program with a cleared environment: no account, key or setting of the surrounding one reaches it.
    pub fn command<S: AsRef<std::ffi::OsStr>>(&self, words: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
        command
            .args(words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("HARNESS_HOME", self.path("data"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end, within [`PATIENCE`].
    pub fn harness<S: AsRef<std::ffi::OsStr>>(&self, words: &[S]) -> Ended {
        let mut command = self.command(words);
        finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts"))
    }

    /// Runs the program and reads its standard output as JSON; it must succeed.
    pub fn json<S: AsRef<std::ffi::OsStr>>(&self, words: &[S]) -> Value {
        let ended = self.harness(words);
        assert_eq!(ended.code, Some(0), "the command must succeed: {ended:?}");
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: not JSON: {}", ended.stdout))
    }

    /// `harness run DIR --rehearse SCENARIO --json` with further words; the events in order.
    pub fn rehearse(&self, dir: &Path, scenario: &str, more: &[&str]) -> (Ended, Vec<Value>) {
        let dir = dir.to_str().expect("a plain path");
        let words: Vec<&str> =
            ["run", dir, "--rehearse", scenario, "--json"].into_iter().chain(more.iter().copied()).collect();
        let ended = self.harness(&words);
        let events = events(&ended.stdout);
        (ended, events)
    }

    /// `harness features list --json` of a project.
    pub fn features(&self, dir: &Path) -> Vec<Value> {
        let list = self.json(&["features", "list", "--project", dir.to_str().expect("a plain path"), "--json"]);
        list.as_array().expect("the list is an array").clone()
    }

    /// A scenario file with this text; returns its path.
    pub fn scenario(&self, name: &str, yaml: &str) -> String {
        let path = self.path(&format!("{name}.yaml"));
        fs::write(&path, yaml).expect("a scenario file");
        path.to_str().expect("a plain path").to_owned()
    }
}

/// Every line of JSON events.
pub fn events(stdout: &str) -> Vec<Value> {
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: not JSON: {line}")))
        .collect()
}

/// The events of one kind.
pub fn of_kind<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["event"] == kind).collect()
}

/// Waits for a child's end, within [`PATIENCE`]; what hangs is killed and fails the test.
pub fn finish(child: Child) -> Ended {
    finish_within(PATIENCE, child)
}

/// As [`finish`], for what may take longer.
pub fn finish_within(patience: Duration, mut child: Child) -> Ended {
    let deadline = Instant::now() + patience;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            return Ended { code: status.code(), stdout: join(stdout), stderr: join(stderr) };
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the command hangs; so far it said:\n{}\n{}", join(stdout), join(stderr));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

type Reader = Option<std::thread::JoinHandle<Vec<u8>>>;

fn drain(pipe: Option<impl std::io::Read + Send + 'static>) -> Reader {
    pipe.map(|mut pipe| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            bytes
        })
    })
}

fn join(reader: Reader) -> String {
    let bytes = reader.and_then(|reader| reader.join().ok()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `git` in a directory, with an identity and nothing of the surrounding configuration.
pub fn git(dir: &Path, words: &[&str]) -> String {
    let output: Output = Command::new("git")
        .arg("-C")
        .arg(dir)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"])
        .args(words)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Waits until `done` says so; fails with `what` when it takes longer than [`PATIENCE`].
pub fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "this never happened: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
