//! The guard: a shell that waits for our death and then kills the session's processes.
//!
//! The kernel kills the CLI itself when we die (Linux), but not what the CLI started: a Bash command runs in a session
//! of its own, and a dev server would go on serving. Bubblewrap does not see to it either while it starts: what it forks
//! waits for a word of the process that we started, and would wait forever once that one was killed. The guard holds the
//! reading end of a pipe whose writing end only this process has. When this process ends in whatever way, the pipe
//! closes, and the guard does what we cannot do any more. When the session ends first, the guard is killed before it can
//! notice.

use super::os;
use std::{
    io::{self, Write},
    process::{Child, ChildStdin, Command, Stdio},
};
use uuid::Uuid;

/// Gets the session and our number, and hears of the process group once there is one. (A function of the shell has
/// positional parameters of its own, so both get names first: an empty session would match the marker of every other one.)
///
/// While we die, children that we were just starting may not carry their marker yet. They have been killed, or end
/// themselves, once we are gone altogether; that is waited for. What is left is looked for again until twice nothing is
/// found: a process may fork meanwhile, and cannot be recognised for the moment in which it becomes another program.
const SCRIPT: &str = r#"session=$1 host=$2
[ -n "$session" ] || exit 1
marked() {
MARKED_SEARCH
}
parent() {
PARENT_LOOK
}
read -r group
read -r _ && exit 0
[ -n "$group" ] && kill -KILL "-$group" 2>/dev/null
n=0
while [ "$(parent)" = "$host" ] && [ $n -lt 100 ]; do
  sleep 0.02
  n=$((n + 1))
done
n=0 quiet=0
while [ $n -lt 50 ] && [ $quiet -lt 2 ]; do
  pids=$(marked)
  if [ -n "$pids" ]; then
    kill -KILL $pids 2>/dev/null
    quiet=0
  else
    quiet=$((quiet + 1))
    sleep 0.05
  fi
  n=$((n + 1))
done"#;

/// Watches over what carries the marker of one session for as long as it is held.
#[derive(Debug)]
pub struct Guard {
    shell: Child,
    lifeline: Option<ChildStdin>,
}

impl Guard {
    /// Starts the guard; before what it is to watch over, so that there is no moment in which nobody does. `isolate` puts
    /// the shell into a session of its own, so that no signal meant for us reaches it.
    pub(super) fn start(session: Uuid, isolate: impl FnOnce(&mut Command)) -> io::Result<Self> {
        let script = SCRIPT.replace("MARKED_SEARCH", os::MARKED).replace("PARENT_LOOK", os::PARENT);
        #[expect(clippy::disallowed_methods, reason = "this module is the owner of the guard's process")]
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &script, "harness-guard"])
            .args([session.to_string(), std::process::id().to_string()])
            .env_clear()
            .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        isolate(&mut command);
        let mut shell = command.spawn()?;
        let lifeline = shell.stdin.take();
        Ok(Self { shell, lifeline })
    }

    /// Makes known which process group belongs to the session, marker or not. Call it once.
    pub(super) fn leads(&mut self, group: u32) -> io::Result<()> {
        // Short enough to arrive whole or not at all.
        self.lifeline.as_mut().map_or(Ok(()), |lifeline| lifeline.write_all(format!("{group}\n").as_bytes()))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Killed before the lifeline closes: it must not take our clean end for our death.
        if let Err(error) = self.shell.kill().and_then(|()| self.shell.wait()) {
            tracing::warn!(%error, "the guard of a session could not be ended");
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use crate::{
        env::MARKER,
        process::{guard::Guard, tree, unix::isolate},
    };
    use std::{
        fs,
        io::{BufRead, BufReader},
        process::{Command, Stdio},
        thread,
        time::{Duration, Instant},
    };
    use uuid::Uuid;

    /// Set in the process that plays the host, to the session.
    const ROLE: &str = "HARNESS_AGENT_TEST_STARTING";
    const PATIENCE: Duration = Duration::from_secs(20);

    fn command(program: &str) -> Command {
        #[expect(clippy::disallowed_methods, reason = "the tests own these processes")]
        Command::new(program)
    }

    /// The processes that carry the session's marker.
    fn marked(session: Uuid) -> Vec<u32> {
        tree::members(None, session).0.into_iter().map(|process| process.pid).collect()
    }

    fn until(what: &str, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < PATIENCE, "{what} did not come about");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Not a test of its own: the host of the next one. Does nothing unless it is told to play that role.
    #[test]
    fn the_host_that_dies_while_it_starts_a_session() {
        let Some(session) = std::env::var(ROLE).ok().and_then(|id| Uuid::parse_str(&id).ok()) else { return };
        let guard = Guard::start(session, |shell| isolate(shell, false)).expect("a guard");
        // Bubblewrap tells somebody who does not listen what it has forked. Until that is read, what it has forked waits.
        let stuck = "mkfifo unread && exec 9<>unread && head -c 65536 /dev/zero >&9 && exec bwrap --die-with-parent \
                     --unshare-pid --ro-bind / / --info-fd 9 -- sleep 600";
        let mut walls = command("/bin/sh");
        walls.args(["-c", stuck]).env(MARKER, session.to_string());
        isolate(&mut walls, true);
        let mut walls = walls.spawn().expect("the walls begin");
        let forked = || fs::read_to_string(format!("/proc/{0}/task/{0}/children", walls.id())).unwrap_or_default();
        let is_walls =
            || fs::read_to_string(format!("/proc/{}/comm", walls.id())).is_ok_and(|name| name.trim() == "bwrap");
        until("a fork of bubblewrap's", || is_walls() && !forked().is_empty());
        println!("FORKED {}", forked().trim());
        // The guard is not told of the group any more.
        std::mem::forget(guard);
        command("kill").args(["-KILL", &std::process::id().to_string()]).status().expect("kill");
        walls.wait().expect("never: this process is gone");
    }

    #[test]
    fn what_bubblewrap_forked_does_not_wait_forever_when_the_host_dies_in_the_middle_of_starting_it() {
        let (session, room) = (Uuid::new_v4(), tempfile::tempdir().expect("a directory"));
        let mut host = command(&std::env::current_exe().expect("this program").to_string_lossy())
            .args(["--exact", "process::guard::tests::the_host_that_dies_while_it_starts_a_session", "--nocapture"])
            .env(ROLE, session.to_string())
            .current_dir(room.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a host");
        let lines = BufReader::new(host.stdout.take().expect("its output")).lines();
        let told = lines.map_while(Result::ok).any(|line| line.contains("FORKED"));
        host.wait().expect("it died");
        assert!(told, "bubblewrap had forked before the host died");
        let began = Instant::now();
        while !marked(session).is_empty() && began.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(tree::reap_marked(session), 0, "nothing of the session outlives the host");
    }
}
