//! What a session's processes take of the machine.

use harness_domain::run::ProcessIdentity;
use std::time::Duration;

/// Processes, memory and spent processor time of one tree at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    /// The process itself and everything below it.
    pub processes: u32,
    /// What they hold in memory and share with no file, in bytes.
    pub memory_bytes: u64,
    /// The time they spent on processors so far, with that of their children that ended and were waited for.
    pub processor: Duration,
}

/// What `process` and its descendants take now. Reads `/proc` once, some milliseconds on a busy machine.
///
/// Inside walls every process descends from the wall's own, whoever its parent was. Elsewhere than on Linux nothing is
/// measured, and this is zero.
pub fn load(process: ProcessIdentity) -> Load {
    #[cfg(target_os = "linux")]
    {
        super::tree::descendants(process).into_iter().fold(Load::default(), |sum, pid| Load {
            processes: sum.processes + 1,
            memory_bytes: sum.memory_bytes + super::os::private_bytes(pid),
            processor: sum.processor + super::os::processor_time(pid),
        })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = process;
        Load::default()
    }
}

/// The memory of this machine, in bytes; none where it is not known.
pub fn machine_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_children_that_ended_is_counted_with_their_parent() {
        #[expect(clippy::disallowed_methods, reason = "the test owns this child and waits for it")]
        let mut child = std::process::Command::new("sh")
            .args(["-c", "(i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done); echo; read -r _"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("a shell");
        let process = super::super::tree::identity(child.id()).expect("it runs");
        let mut done = [0];
        std::io::Read::read_exact(&mut child.stdout.take().expect("its output"), &mut done).expect("the loop ended");
        let seen = load(process);
        drop(child.stdin.take());
        child.wait().expect("it ends");
        assert_eq!(seen.processes, 1, "only the shell is left");
        assert!(seen.processor >= Duration::from_millis(20), "a loop of 300,000 takes longer: {:?}", seen.processor);
    }

    #[test]
    fn a_tree_is_counted_with_everything_below_it() {
        #[expect(clippy::disallowed_methods, reason = "the test owns this child and waits for it")]
        let mut child = std::process::Command::new("sh")
            .args(["-c", "sleep 60 & sleep 60 & read -r _; kill %1 %2"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("a shell");
        let process = super::super::tree::identity(child.id()).expect("it runs");
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        let seen = loop {
            let seen = load(process);
            if seen.processes == 3 || std::time::Instant::now() > deadline {
                break seen;
            }
            std::thread::yield_now();
        };
        drop(child.stdin.take());
        child.wait().expect("it ends");
        assert_eq!(seen.processes, 3, "the shell and its two children");
        assert!(seen.memory_bytes > 0, "each of them holds some memory");
        assert!(machine_memory().is_some_and(|all| all > seen.memory_bytes), "the machine has more than that");
    }
}
