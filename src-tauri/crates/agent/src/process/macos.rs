//! Processes as macOS tells them: libproc and `sysctl`.
#![allow(unsafe_code, reason = "libproc and sysctl write into buffers that are handed over with their length")]

use super::{
    freeze::Thread,
    tree::{Marked, Process},
};
use crate::env::MARKER;
use std::{ffi::c_void, mem, ptr};
use uuid::Uuid;

/// Dead and only not yet waited for (`SZOMB` of sys/proc.h).
const ZOMBIE: u32 = 5;
/// Stopped by a signal (`SSTOP` of sys/proc.h).
const STOPPED: u32 = 4;

/// Every process that may be seen, zombies left out.
pub(super) fn list() -> Vec<Process> {
    // SAFETY: a null buffer asks for the number of processes.
    let count = usize::try_from(unsafe { libc::proc_listallpids(ptr::null_mut(), 0) }).unwrap_or(0);
    let mut pids: Vec<libc::pid_t> = vec![0; count + 64]; // some may be born meanwhile
    let bytes = i32::try_from(size_of_val(pids.as_slice())).unwrap_or(i32::MAX);
    // SAFETY: the buffer is valid for `bytes` bytes.
    let filled = unsafe { libc::proc_listallpids(pids.as_mut_ptr().cast::<c_void>(), bytes) };
    pids.truncate(usize::try_from(filled).unwrap_or(0));
    pids.into_iter().filter_map(|pid| find(u32::try_from(pid).ok()?)).collect()
}

/// One process; none if it is gone, or dead and only not yet waited for.
pub(super) fn find(pid: u32) -> Option<Process> {
    let about = ask(pid)?;
    // SAFETY: getsid takes one integer.
    let session = unsafe { libc::getsid(i32::try_from(pid).ok()?) };
    Some(Process {
        pid,
        parent: about.pbi_ppid,
        group: about.pbi_pgid,
        session: u32::try_from(session).unwrap_or(0),
        started: about.pbi_start_tvsec * 1_000_000 + about.pbi_start_tvusec, // microseconds since 1970
    })
}

/// A process as if it were one thread, for a stop holds all of them; none when it is gone. How often it ran is not told.
pub(super) fn threads(pid: u32) -> Vec<Thread> {
    let thread = |about: libc::proc_bsdinfo| Thread { id: pid, is_stopped: about.pbi_status == STOPPED, switches: 0 };
    ask(pid).map(thread).into_iter().collect()
}

fn ask(pid: u32) -> Option<libc::proc_bsdinfo> {
    let number = i32::try_from(pid).ok()?;
    // SAFETY: proc_bsdinfo is plain numbers and characters, for which zero is a value.
    let mut about: libc::proc_bsdinfo = unsafe { mem::zeroed() };
    let size = i32::try_from(size_of_val(&about)).ok()?;
    // SAFETY: the buffer is one proc_bsdinfo and `size` is its length.
    let filled = unsafe {
        libc::proc_pidinfo(number, libc::PROC_PIDTBSDINFO, 0, ptr::from_mut(&mut about).cast::<c_void>(), size)
    };
    (filled == size && about.pbi_status != ZOMBIE).then_some(about)
}

/// Whether the process was started with the marker of `session` in its environment. No, when it may not be read.
pub(super) fn marked(pid: u32, session: Uuid) -> Marked {
    let Ok(pid) = i32::try_from(pid) else { return Marked::No };
    let mut name = [libc::CTL_KERN, libc::KERN_PROCARGS2, pid];
    let mut length = 0;
    // SAFETY: a null buffer asks for the length.
    let asked = unsafe { libc::sysctl(name.as_mut_ptr(), 3, ptr::null_mut(), &mut length, ptr::null_mut(), 0) };
    if asked != 0 || length == 0 {
        return Marked::No; // gone, or somebody else's
    }
    let mut arguments = vec![0_u8; length];
    // SAFETY: the buffer is valid for `length` bytes; the kernel lowers `length` to what it wrote.
    let read = unsafe {
        libc::sysctl(name.as_mut_ptr(), 3, arguments.as_mut_ptr().cast::<c_void>(), &mut length, ptr::null_mut(), 0)
    };
    arguments.truncate(length);
    let marker = format!("{MARKER}={session}");
    let is_marked = read == 0 && arguments.split(|byte| *byte == 0).any(|entry| entry == marker.as_bytes());
    if is_marked { Marked::Yes } else { Marked::No }
}

/// The guard's search for processes that carry the marker of `$session`. The bracket keeps grep from finding itself.
pub(super) const MARKED: &str =
    r#"/bin/ps -axEww -o pid=,command= | grep "[H]ARNESS_SESSION=$session" | while read -r p _; do echo "$p"; done"#;

/// The guard's look at who its parent is.
pub(super) const PARENT: &str = r#"/bin/ps -o ppid= -p $$ | tr -d ' '"#;
