//! How much of the machine a session may take, and ending one that takes more.

use harness_agent::{Load, load, machine_memory};
use harness_domain::run::ProcessIdentity;
use std::time::Duration;

/// How often a session's processes are counted. A fork bomb has this long.
const PERIOD: Duration = Duration::from_millis(250);
/// The share of the machine's memory that a session may take unless a person says otherwise, in percent.
const MEMORY_PERCENT: u64 = 75;
/// The largest file that a session may write, in the units of the shell's `ulimit -f`, 512 bytes: 16 GiB.
const LARGEST_FILE: u64 = 16 * 1024 * 1024 * 2;
/// The processor time that a session may take unless a person says otherwise: four hours on four processors.
const PROCESSOR: Duration = Duration::from_secs(16 * 60 * 60);
/// How much politer than the person's own programs agents are with the processor.
const NICENESS: u8 = 5;

/// How much of the machine a session may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Processes at once.
    pub processes: u32,
    /// Memory of all its processes together, in bytes; none for three quarters of the machine's.
    pub memory_bytes: Option<u64>,
    /// Time on processors of all its processes together, of those that ended too.
    pub processor: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { processes: 512, memory_bytes: None, processor: PROCESSOR }
    }
}

impl Bounds {
    /// Waits until the tree of `process` takes more than it may; says so in a sentence.
    pub(crate) async fn exceeded(self, process: ProcessIdentity) -> String {
        let most_bytes =
            self.memory_bytes.or_else(|| Some(machine_memory()? / 100 * MEMORY_PERCENT)).unwrap_or(u64::MAX);
        loop {
            tokio::time::sleep(PERIOD).await;
            let Ok(Load { processes, memory_bytes, processor }) =
                tokio::task::spawn_blocking(move || load(process)).await
            else {
                continue;
            };
            if processes > self.processes {
                return format!(
                    "it had {processes} processes at once, more than the {} that a session may have (--max-processes)",
                    self.processes
                );
            }
            if memory_bytes > most_bytes {
                return format!(
                    "it took {} MiB of memory, more than the {} MiB that a session may take (--max-memory)",
                    memory_bytes >> 20,
                    most_bytes >> 20
                );
            }
            if processor > self.processor {
                return format!(
                    "it took {} minutes of processor time, more than the {} that a session may take (--max-cpu-minutes)",
                    processor.as_secs() / 60,
                    self.processor.as_secs() / 60
                );
            }
        }
    }

    /// The shell line inside the walls that sets what the kernel itself enforces, for everything started after it.
    ///
    /// The count of tasks is the session's own only where user namespaces count for themselves (Linux 5.14); before, it
    /// would count everything the person runs. The kernel does not enforce it for root.
    pub(crate) fn shell_line(self, has_own_namespace: bool) -> String {
        let tasks = if has_own_namespace && counts_by_namespace() {
            // Threads count too, so this is far above what [`Bounds::exceeded`] lets through.
            format!("ulimit -u {} 2>/dev/null; ", u64::from(self.processes) * 16)
        } else {
            String::new()
        };
        format!(
            "{tasks}ulimit -c 0 2>/dev/null; ulimit -f {LARGEST_FILE} 2>/dev/null; renice -n {NICENESS} $$ >/dev/null 2>&1; "
        )
    }
}

fn counts_by_namespace() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
    (numbers.next(), numbers.next()) >= (Some(5), Some(14))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_room_for_everyday_work_by_default() {
        let line = Bounds::default().shell_line(true);
        assert!(line.contains("ulimit -c 0"), "a dump of the CLI's memory would hold its key: {line}");
        assert!(Bounds::default().processes >= 256, "a parallel test run with a browser takes a hundred");
    }
}
