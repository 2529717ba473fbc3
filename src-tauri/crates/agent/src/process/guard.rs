//! The guard: a shell that waits for our death and then kills the session's processes.
//!
//! The kernel kills the CLI itself when we die (Linux), but not what the CLI started: a Bash command runs in a session
//! of its own, and a dev server would go on serving. The guard holds the reading end of a pipe whose writing end only
//! this process has. When this process ends in whatever way, the pipe closes, and the guard does what we cannot do any
//! more. When the session ends first, the guard is killed before it can notice.

use super::os;
use std::{
    io,
    process::{Child, ChildStdin, Command, Stdio},
};
use uuid::Uuid;

/// Gets the process group and the session. (A function of the shell has positional parameters of its own, so both get
/// names first: an empty session would match the marker of every other one.) Looks again until nothing is left: a process may fork meanwhile.
const SCRIPT: &str = r#"group=$1 session=$2
[ -n "$group" ] && [ -n "$session" ] || exit 1
read -r _ && exit 0
marked() {
MARKED_SEARCH
}
kill -KILL "-$group" 2>/dev/null
n=0
while [ $n -lt 20 ]; do
  pids=$(marked)
  [ -z "$pids" ] && exit 0
  kill -KILL $pids 2>/dev/null
  n=$((n + 1))
done"#;

/// Watches over one session for as long as it is held.
#[derive(Debug)]
pub(super) struct Guard {
    shell: Child,
    _lifeline: Option<ChildStdin>,
}

impl Guard {
    /// Starts the guard. `isolate` puts the shell into a session of its own, so that no signal meant for us reaches it.
    pub(super) fn start(group: u32, session: Uuid, isolate: impl FnOnce(&mut Command)) -> io::Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "this module is the owner of the guard's process")]
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &SCRIPT.replace("MARKED_SEARCH", os::MARKED), "harness-guard"])
            .args([group.to_string(), session.to_string()])
            .env_clear()
            .env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        isolate(&mut command);
        let mut shell = command.spawn()?;
        let lifeline = shell.stdin.take();
        Ok(Self { shell, _lifeline: lifeline })
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
