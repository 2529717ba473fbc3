//! A run that is under way, watched event by event.

use crate::{
    sums::{Played, Sums},
    support::{Ended, PATIENCE, finish},
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Instant,
};

/// A run under way; killed when it is dropped before its end.
pub struct Live {
    child: Option<Child>,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Live {
    /// Starts `harness run … --json` with the model following `roles`.
    pub fn start(sums: &Sums, roles: &Value, more: &[&str]) -> Self {
        let scenario = sums.scenario(roles);
        let words: Vec<&str> =
            ["run", sums.path(), "--rehearse", &scenario, "--json"].into_iter().chain(more.iter().copied()).collect();
        let mut child = sums
            .machine
            .command(&words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = child.stdout.take().expect("a pipe was asked for");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            let all = BufReader::new(stdout).lines().map_while(Result::ok);
            all.for_each(|line| drop(sender.send(line)));
        });
        Self { child: Some(child), lines, seen: Vec::new() }
    }

    /// Waits for the first event from now on that fits.
    pub fn until(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("this never happened: {what}; so far:\n{}", self.seen.join("\n"));
            };
            let event: Value = serde_json::from_str(&line).expect("an event is JSON");
            self.seen.push(line);
            if fits(&event) {
                return event;
            }
        }
    }

    /// Sends SIGTERM, as a system does that shuts down.
    pub fn terminate(&self) {
        let child = self.child.as_ref().expect("it runs until its end is waited for");
        let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
        assert!(sent.success(), "the signal must reach the run");
    }

    /// Waits for its end.
    pub fn finish(mut self) -> Played {
        let ended = finish(self.child.take().expect("it is waited for once"));
        self.seen.extend(self.lines.iter());
        Played::new(Ended { stdout: self.seen.join("\n"), ..ended })
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
