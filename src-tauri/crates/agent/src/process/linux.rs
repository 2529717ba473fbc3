//! Processes as Linux tells them: `/proc`.

use super::{
    freeze::Thread,
    tree::{Marked, Process},
};
use crate::env::MARKER;
use std::{fs, io::Read, path::Path, time::Duration};
use uuid::Uuid;

/// Every process that may be seen, zombies left out.
pub(super) fn list() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(find).collect()
}

/// One process; none if it is gone, or dead and only not yet waited for.
pub(super) fn find(pid: u32) -> Option<Process> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // The first thread of a process may end before the others do, and looks like a dead process then.
    let has_threads_left = || !threads(pid).is_empty();
    parse(pid, &stat).filter(|_| !is_over(&stat) || has_threads_left())
}

/// The threads of a process that are not over; none when it is gone.
pub(super) fn threads(pid: u32) -> Vec<Thread> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let mut threads: Vec<Thread> = entries.flatten().filter_map(|entry| thread(&entry.path())).collect();
    threads.sort_unstable_by_key(|thread| thread.id);
    threads
}

fn thread(task: &Path) -> Option<Thread> {
    let status = fs::read_to_string(task.join("status")).ok()?;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let count = |name: &str| field(name).and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
    let state = field("State:")?;
    if state.starts_with(['Z', 'X']) {
        return None;
    }
    Some(Thread {
        id: task.file_name()?.to_str()?.parse().ok()?,
        // Stopped by a signal; one that a tracer holds goes on when the tracer says so, who is stopped as well.
        is_stopped: state.starts_with(['T', 't']),
        switches: count("voluntary_ctxt_switches:") + count("nonvoluntary_ctxt_switches:"),
    })
}

fn is_over(stat: &str) -> bool {
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_ascii_whitespace().next());
    matches!(state, Some("Z" | "X" | "x"))
}

/// The name, in parentheses, may hold anything; the fields that count come after the last one.
fn parse(pid: u32, stat: &str) -> Option<Process> {
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
    Some(Process {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        session: fields.get(3)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?, // field 22 of the whole line: clock ticks since boot
    })
}

/// Whether the process was started with the marker of `session` in its environment. No, when it may not be read.
pub(super) fn marked(pid: u32, session: Uuid) -> Marked {
    let process = Path::new("/proc").join(pid.to_string());
    let mut environment = Vec::new();
    let opened = fs::File::open(process.join("environ"));
    if opened.and_then(|file| file.take(4 * 1024 * 1024).read_to_end(&mut environment)).is_err() {
        return Marked::No; // gone, or somebody else's
    }
    let marker = format!("{MARKER}={session}");
    if environment.split(|byte| *byte == 0).any(|entry| entry == marker.as_bytes()) {
        return Marked::Yes;
    }
    // Empty: started without any, or the kernel's own (it has no program), or in the middle of an exec.
    let is_changing = environment.is_empty() && fs::read_link(process.join("exe")).is_ok();
    if is_changing { Marked::Unknown } else { Marked::No }
}

/// The memory that a process shares with no file, in bytes; 0 when it is gone.
pub(super) fn private_bytes(pid: u32) -> u64 {
    const PAGE_BYTES: u64 = 4096; // at least; larger pages make this too small, never too large
    let text = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let mut fields = text.split_ascii_whitespace().skip(1).map_while(|field| field.parse::<u64>().ok());
    let (resident, shared) = (fields.next().unwrap_or(0), fields.next().unwrap_or(0));
    resident.saturating_sub(shared) * PAGE_BYTES
}

/// The time a process spent on processors, with that of its children that ended and were waited for; none when it is gone.
pub(super) fn processor_time(pid: u32) -> Duration {
    const TICK: Duration = Duration::from_millis(10); // USER_HZ is 100 on every architecture that Rust has a std for
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let Some((_, fields)) = stat.rsplit_once(')') else { return Duration::ZERO };
    // Fields 14 to 17 of the whole line: utime, stime, cutime, cstime.
    let ticks: u64 =
        fields.split_ascii_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok()).sum();
    TICK * u32::try_from(ticks).unwrap_or(u32::MAX)
}

/// The guard's search for processes that carry the marker of `$session`.
pub(super) const MARKED: &str = r#"for found in $(grep -ls "HARNESS_SESSION=$session" /proc/[0-9]*/environ); do
  found=${found%/environ}
  echo "${found#/proc/}"
done"#;

/// The guard's look at who its parent is. A shell's name has no spaces, which would shift the fields.
pub(super) const PARENT: &str = r#"read -r stat < /proc/$$/stat && set -- $stat && echo "$4""#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let stat = "42 (a) b (c) S 7 40 41 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 123456 1 1 1";
        let expected = Process { pid: 42, parent: 7, group: 40, session: 41, started: 123_456 };
        assert_eq!(parse(42, stat), Some(expected), "a program may be called anything");
    }

    #[test]
    fn a_zombie_is_no_process() {
        assert!(is_over("42 (x) Z 7 40 41 0 -1 0 1 0 0 0 0 0 0 0 20 0 1 0 5 1"), "it cannot do anything");
    }
}
