//! Starting a child that cannot outlive us.
#![allow(unsafe_code, reason = "pre_exec runs between fork and exec; what runs there is async-signal-safe")]

use super::{Command, Spawned, guard::Guard, os, tree};
use harness_domain::run::ProcessIdentity;
use std::{
    io,
    os::unix::process::CommandExt,
    process::Stdio,
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};
use tokio::{runtime::Handle, sync::oneshot};
use uuid::Uuid;

type Job = Box<dyn FnOnce() + Send>;

/// A session's processes. Dropping it kills what is left of them.
#[derive(Debug)]
pub(crate) struct ProcessTree {
    identity: ProcessIdentity,
    session: Uuid,
    is_over: AtomicBool,
    guard: Mutex<Option<Guard>>,
}

impl ProcessTree {
    pub(crate) fn identity(&self) -> ProcessIdentity {
        self.identity
    }

    /// Asks every process to end. Blocks for some milliseconds.
    pub(crate) fn terminate(&self) {
        tree::terminate(self.identity, self.session);
    }

    /// Kills every process and returns how many there were. Blocks until they are gone.
    pub(crate) fn kill(&self) -> u32 {
        tree::kill_tree(self.identity, self.session)
    }

    /// Like [`kill`](Self::kill), for the last time: the guard is let go, and the drop does nothing more.
    pub(crate) fn finish(&self) -> u32 {
        let killed = self.kill();
        self.is_over.store(true, Ordering::Release);
        drop(self.guard.lock().unwrap_or_else(PoisonError::into_inner).take());
        killed
    }
}

impl Drop for ProcessTree {
    fn drop(&mut self) {
        if !self.is_over.load(Ordering::Acquire) {
            self.kill();
        }
    }
}

/// Starts `command` in a session and group of its own, tied to the life of this process.
pub(crate) async fn spawn(command: Command) -> io::Result<Spawned> {
    let runtime = Handle::current();
    let (answer, started) = oneshot::channel();
    let job = move || {
        let _context = runtime.enter(); // tokio registers the pipes and the exit with the runtime that will wait
        // A caller that went away gets nothing; the dropped child is killed by its own drop.
        let _ = answer.send(spawn_here(command));
    };
    let gone = || io::Error::other("the thread that starts processes is gone");
    {
        let spawner = spawner()?.lock().unwrap_or_else(PoisonError::into_inner);
        spawner.send(Box::new(job)).map_err(|_| gone())?;
    }
    started.await.map_err(|_| gone())?
}

/// The one thread that starts children.
///
/// `PR_SET_PDEATHSIG` fires when the *thread* that forked ends, not the process. A worker of a runtime, and above all of
/// its blocking pool, ends when it is idle: a child started there would be killed out of the blue. This thread lives as
/// long as the process.
fn spawner() -> io::Result<&'static Mutex<mpsc::Sender<Job>>> {
    static SPAWNER: OnceLock<Mutex<mpsc::Sender<Job>>> = OnceLock::new();
    if let Some(spawner) = SPAWNER.get() {
        return Ok(spawner);
    }
    let (jobs, queue) = mpsc::channel::<Job>();
    thread::Builder::new().name("harness-spawner".into()).spawn(move || queue.into_iter().for_each(|job| job()))?;
    // Two callers at once may both get here; the thread of the one that comes second ends with its channel.
    Ok(SPAWNER.get_or_init(|| Mutex::new(jobs)))
}

fn spawn_here(command: Command) -> io::Result<Spawned> {
    let session = command.session;
    #[expect(clippy::disallowed_methods, reason = "this module is the owner of the CLI's process")]
    let mut builder = std::process::Command::new(&command.program);
    builder.args(&command.arguments).current_dir(&command.cwd).env_clear().envs(&command.env);
    builder.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    isolate(&mut builder, true);
    let mut guard = watch(session).map(Some).or_else(unguarded)?;
    let mut child = tokio::process::Command::from(builder).kill_on_drop(true).spawn()?;
    let pid = child.id().ok_or_else(|| io::Error::other("the process ended before it was known"))?;
    // Not yet waited for, so the number is still its own, even when it is dead already.
    let identity = ProcessIdentity { pid, started: os::find(pid).map_or(0, |process| process.started) };
    if let Some(Err(error)) = guard.as_mut().map(|guard| guard.leads(pid)) {
        guard = unguarded(error)?;
    }
    let tree = ProcessTree { identity, session, is_over: AtomicBool::new(false), guard: Mutex::new(guard) };
    match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
        (Some(stdin), Some(stdout), Some(stderr)) => Ok(Spawned { child, tree, stdin, stdout, stderr }),
        _ => Err(io::Error::other("the process has no pipes")),
    }
}

/// Kills whatever carries the marker of `session` when this process ends in whatever way, unless the guard was dropped
/// before. Fails when no shell can be started.
pub fn watch(session: Uuid) -> io::Result<Guard> {
    Guard::start(session, |shell| isolate(shell, false))
}

/// On Linux the kernel still kills the CLI when we die; elsewhere an agent without a guard could outlive us.
fn unguarded(error: io::Error) -> io::Result<Option<Guard>> {
    if cfg!(not(target_os = "linux")) {
        return Err(error);
    }
    tracing::warn!(%error, "no guard for this session: were this program killed, its tools might run on");
    Ok(None)
}

/// A session and group of its own: a Ctrl-C meant for us does not reach the child, and one signal reaches all of its
/// group. `mortal`: killed by the kernel when the thread that called this ends (Linux only).
pub(super) fn isolate(command: &mut std::process::Command, mortal: bool) {
    #[cfg(target_os = "linux")]
    let host = std::process::id();
    let prepare = move || {
        // SAFETY: setsid takes nothing and touches no memory; a fresh child is never a group leader, so it succeeds.
        if unsafe { libc::setsid() } == -1 {
            return Err(io::Error::last_os_error());
        }
        #[cfg(target_os = "linux")]
        if mortal {
            // SAFETY: PR_SET_PDEATHSIG takes one integer.
            if unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) } == -1 {
                return Err(io::Error::last_os_error());
            }
            // We may have died between the fork and the line above; then nobody will ever send the signal.
            // SAFETY: getppid takes nothing and cannot fail.
            if unsafe { libc::getppid() } as u32 != host {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = mortal;
        Ok(())
    };
    // SAFETY: the closure makes system calls only; it neither allocates nor locks, so it may run after a fork of a
    // process with threads. (io::Error from an OS code does not allocate.)
    unsafe { command.pre_exec(prepare) };
}
