//! Ending a process with everything it started, and starting it so that this can be done.
#![allow(unsafe_code, reason = "signalling a process group and the parent-death signal exist as system calls only")]

use std::time::Duration;
use tokio::process::{Child, Command};

/// How long a killed process may take to be gone. The kernel needs microseconds, unless a disk hangs.
const DEATH_LIMIT: Duration = Duration::from_secs(5);

/// The variable by which processes of a check are recognised when they left its group.
#[cfg(target_os = "linux")]
const MARK: &str = "HARNESS_CHECK";

/// A check's process and what it started. Dropping it kills them all.
#[derive(Debug)]
pub(super) struct Tree {
    child: Child,
    /// The leader's number, which is the group's; none once the group was ended.
    group: Option<u32>,
    /// Walls end every process with their first one; without them, runaways have to be searched for.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux can search by environment"))]
    mark: Option<String>,
}

impl Tree {
    /// Starts `command` as the leader of its own group.
    ///
    /// On Linux it dies with this process: walls do that for everything inside once they stand, without them it holds for
    /// the leader only.
    pub(super) async fn start(mut command: Command, is_walled: bool) -> std::io::Result<Self> {
        command.kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        #[cfg(windows)]
        command.creation_flags(0x0000_0200); // CREATE_NEW_PROCESS_GROUP
        let mut mark = None;
        #[cfg(target_os = "linux")]
        if !is_walled {
            let number = uuid::Uuid::new_v4().to_string();
            command.env(MARK, &number);
            mark = Some(number);
        }
        #[cfg(target_os = "linux")]
        die_with_us(&mut command);
        #[cfg(not(target_os = "linux"))]
        let _ = (is_walled, &mut mark);
        starter::start(command, mark).await
    }

    /// Waits for the first process only. Safe to drop and call again.
    pub(super) async fn wait(&mut self) -> std::io::Result<std::process::ExitStatus> {
        self.child.wait().await
    }

    /// Kills what is left of the group and everything that left it, and collects the first process.
    pub(super) async fn end(&mut self) {
        self.kill();
        if tokio::time::timeout(DEATH_LIMIT, self.child.wait()).await.is_err() {
            tracing::warn!(pid = self.child.id(), "a killed check does not go away; a disk or driver may hang");
        }
    }

    fn kill(&mut self) {
        // Once only: later, the number could belong to somebody else.
        let Some(group) = self.group.take() else { return };
        kill_group(group);
        #[cfg(target_os = "linux")]
        if let Some(mark) = &self.mark {
            kill_marked(mark);
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Walls tie themselves to this process as well, but only when they are nearly up.
#[cfg(target_os = "linux")]
fn die_with_us(command: &mut Command) {
    let host = std::process::id();
    let prepare = move || {
        // SAFETY: prctl is async-signal-safe and touches no memory of this process.
        if unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) } != 0 {
            return Err(std::io::Error::last_os_error());
        }
        // We may have died before the line above; then nobody will ever send the signal.
        // SAFETY: getppid takes nothing and cannot fail.
        if unsafe { libc::getppid() } as u32 != host {
            return Err(std::io::Error::from_raw_os_error(libc::ESRCH));
        }
        Ok(())
    };
    // SAFETY: the closure makes system calls only; it neither allocates nor locks.
    unsafe { command.pre_exec(prepare) };
}

#[cfg(unix)]
fn kill_group(group: u32) {
    let Some(group) = libc::pid_t::try_from(group).ok().filter(|group| *group > 1) else { return };
    // SAFETY: kill takes two numbers and touches no memory; the group is one this module created. That it
    // may be gone already is the usual case.
    unsafe { libc::kill(-group, libc::SIGKILL) };
}

#[cfg(windows)]
fn kill_group(group: u32) {
    #[expect(clippy::disallowed_methods, reason = "this module owns the end of checks; taskkill is waited for here")]
    let _gone_already_is_fine = std::process::Command::new("taskkill")
        .args(["/T", "/F", "/PID", &group.to_string()])
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status();
}

/// Kills every process whose environment carries `mark`.
///
/// Daemons leave the group and their parents, and keep the environment. One that clears that as well
/// escapes: only a wall holds it. Takes milliseconds, a tenth of a second at most.
#[cfg(target_os = "linux")]
fn kill_marked(mark: &str) {
    const PAUSE: Duration = Duration::from_millis(5);
    let mark = format!("{MARK}={mark}");
    // A process that forks while the list is read can be missed by one round, not by all.
    for _round in 0..20 {
        let (marked, is_anyone_changing) = find_marked(&mark);
        for pid in &marked {
            // SAFETY: kill takes two numbers and touches no memory; the process carried this check's mark.
            unsafe { libc::kill(*pid, libc::SIGKILL) };
        }
        if marked.is_empty() && !is_anyone_changing {
            return;
        }
        if marked.is_empty() {
            std::thread::sleep(PAUSE);
        }
    }
}

/// The processes that carry `mark`, and whether there is one whose environment cannot be seen yet: while a
/// process turns into another program, its environment reads as empty.
#[cfg(target_os = "linux")]
fn find_marked(mark: &str) -> (Vec<libc::pid_t>, bool) {
    let mut marked = Vec::new();
    let mut is_anyone_changing = false;
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // Other people's processes cannot be read.
        let Ok(variables) = std::fs::read(process.path().join("environ")) else { continue };
        if variables.is_empty() {
            // The dead and the kernel's own have no program.
            is_anyone_changing |= std::fs::read_link(process.path().join("exe")).is_ok();
        } else if variables.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes()) {
            marked.push(pid);
        }
    }
    (marked, is_anyone_changing)
}

/// A thread that starts every check.
///
/// The kernel sends the parent-death signal when the *thread* that started a process ends, and the threads
/// of an async runtime come and go. This one stays for as long as the program.
mod starter {
    use super::Tree;
    use std::{
        io::{Error, Result},
        panic::{AssertUnwindSafe, catch_unwind},
        sync::{OnceLock, mpsc},
    };
    use tokio::{process::Command, runtime::Handle, sync::oneshot};

    /// The answer is a whole [`Tree`], so that one that nobody waits for any more is ended wherever it is
    /// dropped, its grandchildren included.
    struct Order {
        command: Command,
        mark: Option<String>,
        runtime: Handle,
        answer: oneshot::Sender<Result<Tree>>,
    }

    pub(super) async fn start(command: Command, mark: Option<String>) -> Result<Tree> {
        static ORDERS: OnceLock<mpsc::Sender<Order>> = OnceLock::new();
        let orders = ORDERS.get_or_init(|| {
            let (orders, received) = mpsc::channel();
            let thread = std::thread::Builder::new().name("check-starter".into()).spawn(move || serve(&received));
            if let Err(error) = thread {
                tracing::error!(%error, "the thread that starts checks could not be started");
            }
            orders
        });
        let (answer, started) = oneshot::channel();
        let is_gone = || Error::other("the thread that starts checks is gone; restart the program");
        orders.send(Order { command, mark, runtime: Handle::current(), answer }).map_err(|_| is_gone())?;
        started.await.map_err(|_| is_gone())?
    }

    fn serve(received: &mpsc::Receiver<Order>) {
        for Order { mut command, mark, runtime, answer } in received {
            let started = catch_unwind(AssertUnwindSafe(|| {
                let _context = runtime.enter();
                let child = command.spawn()?;
                Ok(Tree { group: child.id(), child, mark })
            }));
            // The command holds this side's ends of the output pipe: kept, the output would never end.
            drop(command);
            let started = started.unwrap_or_else(|_| Err(Error::other("the runtime is shutting down")));
            // Nobody waiting any more means that the tree is dropped here, which ends it.
            drop(answer.send(started));
        }
    }
}
