//! Finding and ending every process of a session.
#![allow(unsafe_code, reason = "kill(2) has no safe wrapper here; it takes two numbers and touches no memory of ours")]

use super::os;
use harness_domain::run::ProcessIdentity;
use std::{
    collections::{HashMap, HashSet},
    thread,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// How long processes are hunted that will not die; then they hang in the kernel and nothing helps.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a process without any environment is believed to be turning into another program. It takes microseconds;
/// after that it is one that was started without.
const EXEC_PATIENCE: Duration = Duration::from_millis(100);

/// A process as the operating system lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) group: u32,
    pub(super) session: u32,
    /// In the operating system's unit, as in [`ProcessIdentity`].
    pub(super) started: u64,
}

/// What a process's environment says about a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marked {
    Yes,
    No,
    /// It turns into another program at this moment, and its environment cannot be seen.
    Unknown,
}

/// Whether this very process still runs: the number alone may long belong to another.
pub fn is_alive(process: ProcessIdentity) -> bool {
    os::find(process.pid).is_some_and(|found| found.started == process.started)
}

/// This process, as a later one can recognise it.
pub fn own() -> ProcessIdentity {
    let pid = std::process::id();
    ProcessIdentity { pid, started: os::find(pid).map_or(0, |found| found.started) }
}

/// Kills `process`, its descendants, its group, and whatever carries the marker of `session`. Returns how many there
/// were. For what a crashed host left behind; blocks until they are gone, usually some milliseconds, at most two
/// seconds. Never touches this process, or one that only has a number of theirs by now.
pub fn kill_tree(process: ProcessIdentity, session: Uuid) -> u32 {
    hunt(Some(process), session)
}

/// Kills whatever carries the marker of `session`. Returns how many there were. Blocks like [`kill_tree`].
pub fn reap_marked(session: Uuid) -> u32 {
    hunt(None, session)
}

/// The process of that number, as a later look can recognise it; none when there is none.
pub fn identity(pid: u32) -> Option<ProcessIdentity> {
    os::find(pid).map(|found| ProcessIdentity { pid, started: found.started })
}

/// The numbers of `process` and everything that descends from it; none when it is gone.
#[cfg(target_os = "linux")]
pub(super) fn descendants(process: ProcessIdentity) -> Vec<u32> {
    let all = os::list();
    let root = all.iter().find(|found| found.pid == process.pid && found.started == process.started);
    let mut found: HashMap<u32, Process> = root.map(|root| (root.pid, *root)).into_iter().collect();
    add_descendants(&all, &mut found);
    found.into_keys().collect()
}

/// Asks every process of the tree to end.
pub(super) fn terminate(root: ProcessIdentity, session: Uuid) {
    for process in members(Some(root), session).0 {
        signal(process, libc::SIGTERM);
    }
}

fn hunt(root: Option<ProcessIdentity>, session: Uuid) -> u32 {
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    let mut killed = HashSet::new();
    loop {
        let (found, is_certain) = members(root, session);
        if found.is_empty() && (is_certain || started.elapsed() > EXEC_PATIENCE) {
            break;
        }
        if started.elapsed() > PATIENCE {
            tracing::warn!(%session, left = found.len(), "processes of a session cannot be killed; they hang in the kernel");
            break;
        }
        // A process that forks while we look is found by the next look: what it forked carries the same marks.
        for process in found {
            signal(process, libc::SIGKILL);
            killed.insert((process.pid, process.started));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    u32::try_from(killed.len()).unwrap_or(u32::MAX)
}

/// Every process of the tree: by descent, by group, and by marker; and whether all could be looked at.
pub(super) fn members(root: Option<ProcessIdentity>, session: Uuid) -> (Vec<Process>, bool) {
    let all = os::list();
    let ours = ourselves_and_ancestors(&all);
    let mut found: HashMap<u32, Process> = HashMap::new();
    if let Some(root) = root {
        let number_reused = all.iter().any(|p| p.pid == root.pid && p.started != root.started);
        for process in &all {
            let is_in_group = process.group == root.pid || process.session == root.pid;
            if !number_reused && process.started >= root.started && (process.pid == root.pid || is_in_group) {
                found.insert(process.pid, *process);
            }
        }
    }
    let earliest = root.map_or(0, |root| root.started);
    let mut is_certain = true;
    for process in &all {
        if process.started < earliest || found.contains_key(&process.pid) || ours.contains(&process.pid) {
            continue;
        }
        match os::marked(process.pid, session) {
            Marked::Yes => drop(found.insert(process.pid, *process)),
            Marked::No => {}
            Marked::Unknown => is_certain = false,
        }
    }
    add_descendants(&all, &mut found);
    (found.into_values().filter(|process| !ours.contains(&process.pid)).collect(), is_certain)
}

fn add_descendants(all: &[Process], found: &mut HashMap<u32, Process>) {
    let mut children: HashMap<u32, Vec<Process>> = HashMap::new();
    for process in all {
        children.entry(process.parent).or_default().push(*process);
    }
    let mut open: Vec<u32> = found.keys().copied().collect();
    while let Some(parent) = open.pop() {
        for child in children.remove(&parent).into_iter().flatten() {
            if found.insert(child.pid, child).is_none() {
                open.push(child.pid);
            }
        }
    }
}

/// What must never be killed. A harness may itself run inside a session of another one, marker and all.
fn ourselves_and_ancestors(all: &[Process]) -> HashSet<u32> {
    let parents: HashMap<u32, u32> = all.iter().map(|process| (process.pid, process.parent)).collect();
    let mut ours = HashSet::from([0, 1]);
    let mut next = Some(std::process::id());
    while let Some(pid) = next {
        next = if ours.insert(pid) { parents.get(&pid).copied() } else { None };
    }
    ours
}

pub(super) fn signal(process: Process, signal: i32) {
    let Ok(pid) = i32::try_from(process.pid) else { return };
    let is_the_same = os::find(process.pid).is_some_and(|now| now.started == process.started);
    if pid > 1 && is_the_same {
        // SAFETY: kill takes two integers; a positive pid above 1 addresses exactly one process.
        unsafe { libc::kill(pid, signal) };
    }
}
