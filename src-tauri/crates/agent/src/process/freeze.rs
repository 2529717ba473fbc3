//! Stopping every process of a session for a moment, and letting them go on.
//!
//! What the host reads and writes in a project must not be changed under its hands. A stopped process cannot be woken by
//! one that is stopped too, so all that matters is that there was one moment at which every one of them stood still; a
//! single look cannot tell, for two processes could wake each other in turn between two looks. How often a thread was
//! taken off its processor can: a thread that ran between two looks and stands still again has one more.

use super::{
    os,
    tree::{Process, members, signal},
};
use harness_domain::run::ProcessIdentity;
use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// How long one try may take. A process that waits in the kernel for a child that was stopped before it became another
/// program stands still only after both went on for a moment.
const TRY: Duration = Duration::from_millis(250);
/// How long processes go on between two tries.
const BREATH: Duration = Duration::from_millis(20);
/// How long all tries together may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two looks.
const PAUSE: Duration = Duration::from_micros(500);

/// Processes could not be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{left} processes of the session would not stand still; end what it left running in the background")]
pub struct NotFrozen {
    /// How many ran at the last look.
    pub left: usize,
}

/// A session that stands still. Its processes go on when this is dropped, but for those that stood before.
#[derive(Debug)]
#[must_use = "the processes go on as soon as this is dropped"]
pub struct Frozen {
    root: ProcessIdentity,
    session: Uuid,
    stopped: Vec<Process>,
    /// How everything stood at the moment when nothing ran.
    stand: Stand,
}

/// What every process and each of its threads counted, by number and start.
type Stand = BTreeMap<(u32, u64), Threads>;
type Threads = Vec<Thread>;

/// One thread at one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Thread {
    pub(super) id: u32,
    pub(super) is_stopped: bool,
    /// How often it was taken off a processor; zero where that is not told.
    pub(super) switches: u64,
}

/// Stops `process`, its descendants, its group, and whatever carries the marker of `session`; returns when there was a
/// moment at which none of them ran. Blocks, usually for some milliseconds, at most five seconds.
///
/// Fails with [`NotFrozen`] when that moment was not reached; everything goes on then. Never stops this process. What has
/// left the tree in every way is not found; inside walls nothing can. A process may have the kernel wake it (a timer that
/// sends SIGCONT): [`Frozen::is_unbroken`] tells afterwards.
pub fn freeze(process: ProcessIdentity, session: Uuid) -> Result<Frozen, NotFrozen> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut frozen = Frozen { root: process, session, stopped: Vec::new(), stand: Stand::new() };
        let left = match frozen.settle(deadline.min(Instant::now() + TRY)) {
            Ok(()) => return Ok(frozen),
            Err(left) => left,
        };
        drop(frozen);
        if Instant::now() >= deadline {
            return Err(NotFrozen { left });
        }
        thread::sleep(BREATH);
    }
}

impl Frozen {
    /// Whether nothing of the session has run since it was stopped, and nothing of it is new.
    pub fn is_unbroken(&self) -> bool {
        let until = Instant::now() + TRY;
        loop {
            let (found, is_certain) = members(Some(self.root), self.session);
            // What was killed meanwhile can do nothing any more.
            if stand(&found).iter().any(|(key, threads)| self.stand.get(key) != Some(threads)) {
                return false;
            }
            if is_certain || Instant::now() >= until {
                return is_certain;
            }
            // Some other program of the machine is just being started, and shows no marks yet.
            thread::sleep(PAUSE);
        }
    }

    /// Stops whatever runs until two looks show the same, all of it standing. Fails with how many did not.
    fn settle(&mut self, until: Instant) -> Result<(), usize> {
        let mut before: Option<Stand> = None;
        loop {
            let (found, is_certain) = members(Some(self.root), self.session);
            let now = stand(&found);
            let is_running = |process: &&Process| {
                let threads = now.get(&(process.pid, process.started));
                threads.is_some_and(|threads| threads.iter().any(|thread| !thread.is_stopped))
            };
            let mut left = 0;
            for process in found.iter().filter(is_running) {
                left += 1;
                signal(*process, libc::SIGSTOP);
                if !self.stopped.contains(process) {
                    self.stopped.push(*process);
                }
            }
            let is_standing = left == 0 && is_certain;
            if is_standing && before.as_ref() == Some(&now) {
                self.stand = now;
                return Ok(());
            }
            before = is_standing.then_some(now);
            if Instant::now() >= until {
                return Err(left.max(1));
            }
            if !is_standing {
                thread::sleep(PAUSE);
            }
        }
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        // Children first, so that nobody waits for one that still stands.
        for process in self.stopped.drain(..).rev() {
            signal(process, libc::SIGCONT);
        }
    }
}

fn stand(found: &[Process]) -> Stand {
    let mut stand = Stand::new();
    for process in found {
        let threads = os::threads(process.pid);
        // None: it is gone since the look.
        if !threads.is_empty() {
            stand.insert((process.pid, process.started), threads);
        }
    }
    stand
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::env::MARKER;
    use std::{
        io::{BufRead, BufReader},
        process::{Child, Stdio},
    };

    /// A shell that runs `script`, as the root of a session's tree. Killed with everything it started when dropped.
    struct Session {
        child: Child,
        root: ProcessIdentity,
        id: Uuid,
    }

    impl Session {
        fn start(script: &str) -> Self {
            let id = Uuid::new_v4();
            #[expect(clippy::disallowed_methods, reason = "the test owns this child and kills it")]
            let child = std::process::Command::new("sh")
                .args(["-c", script])
                .env(MARKER, id.to_string())
                // Its own and open: one that reads waits there, whatever the tests were started from.
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("a shell");
            let root = super::super::tree::identity(child.id()).expect("it runs");
            Self { child, root, id }
        }

        fn lines(&mut self) -> impl Iterator<Item = String> + use<> {
            let output = self.child.stdout.take().expect("its output");
            BufReader::new(output).lines().map_while(Result::ok)
        }
    }

    impl Drop for Session {
        fn drop(&mut self) {
            super::super::kill_tree(self.root, self.id);
            self.child.wait().expect("it ends");
        }
    }

    #[test]
    fn a_session_that_forks_all_the_time_stands_still_and_goes_on_afterwards() {
        let dir = tempfile::tempdir().expect("a directory");
        let ticks = dir.path().join("ticks");
        let count = || std::fs::metadata(&ticks).map_or(0, |meta| meta.len());
        let session = Session::start(&format!(
            "for i in 1 2 3; do (setsid sh -c 'while :; do /bin/echo x >> {0}; done' &) ; done; \
             while :; do /bin/true; /bin/echo x >> {0}; done",
            ticks.display()
        ));
        let deadline = Instant::now() + Duration::from_secs(20);
        let grows_beyond = |bytes: u64| {
            while count() <= bytes {
                assert!(Instant::now() < deadline, "the session writes");
                thread::yield_now();
            }
        };
        grows_beyond(40);
        let frozen = freeze(session.root, session.id).expect("all of them can be stopped");
        let before = count();
        thread::sleep(Duration::from_millis(100));
        assert_eq!(count(), before, "nothing runs, whether it left the group or was only just started");
        assert!(frozen.is_unbroken(), "and nobody ran unseen");
        drop(frozen);
        grows_beyond(before + 40);
    }

    #[test]
    fn two_processes_that_wake_each_other_in_turn_do_not_pass_for_standing() {
        let mut session = Session::start(
            "python3 -u -c 'import os, signal\nother = os.fork()\nother or print(1)\nwhile True:\n  \
             os.kill(other or os.getppid(), signal.SIGCONT); os.kill(os.getpid(), signal.SIGSTOP)'",
        );
        let mut lines = session.lines();
        lines.next().expect("they have begun");
        let frozen = freeze(session.root, session.id).expect("they can be stopped");
        thread::sleep(Duration::from_millis(50));
        assert!(frozen.is_unbroken(), "had one of them still run, the other would have been woken by now");
    }

    #[test]
    fn what_stood_before_stands_afterwards_and_a_wakened_one_is_told() {
        let mut session = Session::start("sleep 60 & kill -STOP $!; echo $!; read -r _");
        let sleeper: u32 = session.lines().next().and_then(|line| line.parse().ok()).expect("its number");
        let is_stopped = || os::threads(sleeper).iter().all(|thread| thread.is_stopped);
        // The signal was sent; it stands as soon as it had its turn.
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_stopped() {
            assert!(Instant::now() < deadline, "it was told to stop");
            thread::yield_now();
        }
        let frozen = freeze(session.root, session.id).expect("both can be stopped");
        assert!(frozen.is_unbroken());
        drop(frozen);
        assert!(is_stopped(), "somebody else stopped it and waits for it to stay so");
        let frozen = freeze(session.root, session.id).expect("both can be stopped");
        signal(os::find(sleeper).expect("it is there"), libc::SIGCONT);
        assert!(!frozen.is_unbroken(), "one that was woken from outside is noticed");
    }
}
