//! Stopping everything that a session runs, as is done whenever the host works on the project's repository.

use crate::figure::{Figure, Goal, Measurement, interleaved, median, timed};
use harness_agent::{env::MARKER, process, process_identity};
use harness_domain::run::ProcessIdentity;
use std::{
    hint::black_box,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    time::Duration,
};
use uuid::Uuid;

/// An agent with a server, its watcher and a test run.
const FEW: usize = 5;
/// A parallel build with a browser beside it.
const MANY: usize = 200;

/// A shell with so many children, which sleep as most processes do. Killed when it is dropped.
struct Session {
    child: Child,
    root: ProcessIdentity,
    id: Uuid,
}

impl Session {
    fn of(processes: usize) -> Self {
        let id = Uuid::new_v4();
        let script = format!("for i in $(seq {}); do sleep 1000 & done; echo ready; wait", processes - 1);
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .env(MARKER, id.to_string())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut said = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut said).expect("a line");
        assert_eq!(said, "ready\n", "all of them were started");
        let root = process_identity(child.id()).expect("it runs");
        Self { child, root, id }
    }

    /// From the first signal until it is certain that nothing runs.
    fn freeze(&self) -> Duration {
        let (frozen, took) = timed(|| process::freeze(self.root, self.id).expect("it can be stopped"));
        assert!(frozen.is_unbroken(), "and it stands still");
        took
    }

    /// The signals alone: nobody looks whether anything still runs.
    fn signal(&self) -> Duration {
        let group = format!("-{}", self.child.id());
        let send = |signal: &str| {
            let sent = Command::new("kill").args([signal, "--", &group]).status();
            assert!(sent.expect("kill is there").success(), "the group is there");
        };
        let ((), took) = timed(|| send("-STOP"));
        send("-CONT");
        took
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        process::kill_tree(self.root, self.id);
        black_box(self.child.wait().ok());
    }
}

pub fn measure(runs: usize) -> Measurement {
    let (few, many) = (Session::of(FEW), Session::of(MANY));
    let of_few: Vec<f64> = (0..runs).map(|_| few.freeze().as_secs_f64() * 1_000.0).collect();
    let (ours, theirs) = interleaved(runs, || many.freeze(), || many.signal());
    let figure = |name, value, most| Figure { name, value, unit: "ms", goal: Goal::AtMost(most) };
    Measurement {
        title: format!("standstill: {MANY} processes of a session are stopped until none of them runs"),
        baseline: "`kill -STOP` to their group, which finds neither who left it nor whether anybody still runs".into(),
        unit: "ms",
        figures: vec![
            figure("a session of 5 processes stands still", median(&of_few), 10.0),
            figure("a session of 200 processes stands still", median(&ours), 100.0),
        ],
        ours,
        theirs,
        notes: vec!["the baseline holds the start of one program; the processes sleep, as most do".into()],
    }
}
