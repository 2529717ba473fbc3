//! Processes on Windows: one job for each session, which the system ends when its last handle is closed, so also when
//! this process is killed.
#![allow(
    unsafe_code,
    reason = "the Windows API takes handles and structures with their size; each call says why it holds"
)]

use super::{Command, Spawned};
use harness_domain::run::ProcessIdentity;
use std::{ffi::c_void, io, mem, process::Stdio, ptr};
use uuid::Uuid;
use windows_sys::Win32::{
    Foundation::{CloseHandle, FILETIME, HANDLE},
    System::{
        JobObjects::{
            AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION,
            JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOB_OBJECT_UILIMIT_DESKTOP, JOB_OBJECT_UILIMIT_DISPLAYSETTINGS,
            JOB_OBJECT_UILIMIT_EXITWINDOWS, JOB_OBJECT_UILIMIT_GLOBALATOMS, JOB_OBJECT_UILIMIT_HANDLES,
            JOB_OBJECT_UILIMIT_READCLIPBOARD, JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS, JOB_OBJECT_UILIMIT_WRITECLIPBOARD,
            JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JOBOBJECT_BASIC_UI_RESTRICTIONS,
            JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectBasicAccountingInformation, JobObjectBasicUIRestrictions,
            JobObjectExtendedLimitInformation, QueryInformationJobObject, SetInformationJobObject, TerminateJobObject,
        },
        Threading::{
            CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW, GetCurrentProcess, GetExitCodeProcess, GetProcessTimes,
            OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_TERMINATE, TerminateProcess,
        },
    },
};

/// What GetExitCodeProcess says of a process that still runs.
const STILL_ACTIVE: u32 = 259;

/// A handle that is closed once.
#[derive(Debug)]
struct Owned(HANDLE);

// SAFETY: a kernel handle is a number that is valid in every thread of the process.
unsafe impl Send for Owned {}
// SAFETY: the calls made with it are themselves safe to make at the same time.
unsafe impl Sync for Owned {}

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the handle was opened by us and is closed nowhere else.
        unsafe { CloseHandle(self.0) };
    }
}

/// A session's processes. Dropping it closes the job, which kills what is left of them.
#[derive(Debug)]
pub(crate) struct ProcessTree {
    identity: ProcessIdentity,
    job: Owned,
}

impl ProcessTree {
    pub(crate) fn identity(&self) -> ProcessIdentity {
        self.identity
    }

    /// There is no gentle signal for a process without a window: this ends them all.
    pub(crate) fn terminate(&self) {
        self.kill();
    }

    /// Kills every process and returns how many there were.
    pub(crate) fn kill(&self) -> u32 {
        // SAFETY: the structure is plain numbers.
        let mut count: JOBOBJECT_BASIC_ACCOUNTING_INFORMATION = unsafe { mem::zeroed() };
        // SAFETY: the job is ours and open; the buffer is one structure of the size that is given.
        unsafe {
            QueryInformationJobObject(
                self.job.0,
                JobObjectBasicAccountingInformation,
                ptr::from_mut(&mut count).cast::<c_void>(),
                size_of_val(&count) as u32,
                ptr::null_mut(),
            );
            TerminateJobObject(self.job.0, 1);
        }
        count.ActiveProcesses
    }

    /// Like [`kill`](Self::kill), for the last time.
    pub(crate) fn finish(&self) -> u32 {
        self.kill()
    }
}

/// Starts `command` inside a job of its own.
///
/// It joins the job right after its start; the CLI starts nothing before it was spoken to, so nothing slips out.
pub(crate) async fn spawn(command: Command) -> io::Result<Spawned> {
    let job = session_job()?;
    #[expect(clippy::disallowed_methods, reason = "this module is the owner of the CLI's process")]
    let mut builder = tokio::process::Command::new(&command.program);
    builder.args(&command.arguments).current_dir(&command.cwd).env_clear().envs(&command.env);
    builder.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    builder.creation_flags(CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP);
    let mut child = builder.spawn()?;
    let gone = || io::Error::other("the process ended before it was known");
    let handle = child.raw_handle().ok_or_else(gone)?;
    // SAFETY: both handles are open. On failure the child is dropped, which kills it.
    if unsafe { AssignProcessToJobObject(job.0, handle.cast()) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let pid = child.id().ok_or_else(gone)?;
    let identity = ProcessIdentity { pid, started: started(handle.cast()).unwrap_or(0) };
    match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
        (Some(stdin), Some(stdout), Some(stderr)) => {
            Ok(Spawned { child, tree: ProcessTree { identity, job }, stdin, stdout, stderr })
        }
        _ => Err(io::Error::other("the process has no pipes")),
    }
}

/// What no process of a session may do on the desktop of the person: read or fill the clipboard, reach into windows of
/// other programs, change settings of the system, log off.
const DESKTOP: u32 = JOB_OBJECT_UILIMIT_DESKTOP
    | JOB_OBJECT_UILIMIT_DISPLAYSETTINGS
    | JOB_OBJECT_UILIMIT_EXITWINDOWS
    | JOB_OBJECT_UILIMIT_GLOBALATOMS
    | JOB_OBJECT_UILIMIT_HANDLES
    | JOB_OBJECT_UILIMIT_READCLIPBOARD
    | JOB_OBJECT_UILIMIT_SYSTEMPARAMETERS
    | JOB_OBJECT_UILIMIT_WRITECLIPBOARD;

/// A job that ends with its last handle and keeps its processes off the person's desktop.
fn session_job() -> io::Result<Owned> {
    // SAFETY: no attributes and no name are allowed to be null.
    let job = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
    if job.is_null() {
        return Err(io::Error::last_os_error());
    }
    let job = Owned(job);
    // SAFETY: the structure is plain numbers.
    let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { mem::zeroed() };
    // A crash shows no window that nobody would close.
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
    // SAFETY: the job is open; the buffer is one structure of the size that is given.
    let set = unsafe {
        SetInformationJobObject(
            job.0,
            JobObjectExtendedLimitInformation,
            ptr::from_ref(&limits).cast::<c_void>(),
            size_of_val(&limits) as u32,
        )
    };
    if set == 0 {
        return Err(io::Error::last_os_error());
    }
    let desktop = JOBOBJECT_BASIC_UI_RESTRICTIONS { UIRestrictionsClass: DESKTOP };
    // SAFETY: the job is open; the buffer is one structure of the size that is given.
    let set = unsafe {
        SetInformationJobObject(
            job.0,
            JobObjectBasicUIRestrictions,
            ptr::from_ref(&desktop).cast::<c_void>(),
            size_of_val(&desktop) as u32,
        )
    };
    if set == 0 { Err(io::Error::last_os_error()) } else { Ok(job) }
}

/// Whether this very process still runs: the number alone may long belong to another.
pub fn is_alive(process: ProcessIdentity) -> bool {
    open(process, PROCESS_QUERY_LIMITED_INFORMATION).is_some()
}

/// This process, as a later one can recognise it.
pub fn own() -> ProcessIdentity {
    // SAFETY: gives a constant that stands for this process and needs no closing.
    let created = started(unsafe { GetCurrentProcess() });
    ProcessIdentity { pid: std::process::id(), started: created.unwrap_or_default() }
}

/// Processes could not be stopped. Never happens here: nothing is stopped on Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{left} processes of the session would not stand still; end what it left running in the background")]
pub struct NotFrozen {
    /// How many ran at the last look.
    pub left: usize,
}

/// A session that stands still where that can be had, which is not on Windows.
#[derive(Debug)]
pub struct Frozen;

/// Does nothing: Windows has no documented way to stop a process and everything it starts, and its agents run without
/// walls, which a person has to ask for.
pub fn freeze(_process: ProcessIdentity, _session: Uuid) -> Result<Frozen, NotFrozen> {
    Ok(Frozen)
}

impl Frozen {
    /// Whether nothing of the session has run since; not known here, and taken for true.
    pub fn is_unbroken(&self) -> bool {
        true
    }
}

/// Kills `process`. What it started died with the job when the host did, so `session` is not needed here.
pub fn kill_tree(process: ProcessIdentity, session: Uuid) -> u32 {
    let _ = session;
    let Some(handle) = open(process, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_TERMINATE) else { return 0 };
    // SAFETY: the handle is open and may terminate.
    u32::from(unsafe { TerminateProcess(handle.0, 1) } != 0)
}

/// Nothing: a job's processes end with the host that held it.
pub fn reap_marked(session: Uuid) -> u32 {
    let _ = session;
    0
}

/// Opens the process if it runs and is the one that is meant.
fn open(process: ProcessIdentity, access: u32) -> Option<Owned> {
    // SAFETY: takes numbers only.
    let handle = unsafe { OpenProcess(access, 0, process.pid) };
    if handle.is_null() {
        return None;
    }
    let handle = Owned(handle);
    let mut code = 0;
    // SAFETY: the handle is open and `code` is ours.
    let runs = unsafe { GetExitCodeProcess(handle.0, &mut code) } != 0 && code == STILL_ACTIVE;
    (runs && started(handle.0) == Some(process.started)).then_some(handle)
}

/// When the process was created: units of 100 ns since 1601.
fn started(process: HANDLE) -> Option<u64> {
    let zero = FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 };
    let (mut created, mut exited, mut kernel, mut user) = (zero, zero, zero, zero);
    // SAFETY: the handle is open and the four times are ours.
    let known = unsafe { GetProcessTimes(process, &mut created, &mut exited, &mut kernel, &mut user) } != 0;
    known.then(|| u64::from(created.dwHighDateTime) << 32 | u64::from(created.dwLowDateTime))
}
