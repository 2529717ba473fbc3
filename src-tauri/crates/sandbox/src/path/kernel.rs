//! The files that are not files: `/proc`, `/sys` and `/dev`.

use crate::Verdict;
use std::path::Path;

/// What any program may know of the machine.
const FACTS: [&str; 9] = [
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/uptime",
    "/proc/version",
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/cpu.max",
];
/// Devices that are read and written in everyday commands.
const DEVICES: [&str; 8] =
    ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/stdin", "/dev/stdout", "/dev/stderr"];

/// Whether the kernel answers for a path, and may answer every process differently.
pub(crate) fn is_kernels(real: &Path) -> bool {
    cfg!(unix)
        && ["/proc", "/sys", "/dev"].into_iter().any(|top| real.starts_with(top))
        && !real.starts_with("/dev/shm")
}

/// What is to be said of a path the kernel answers for; none when it does not.
pub(crate) fn verdict(real: &Path, is_write: bool) -> Option<Verdict> {
    if !is_kernels(real) {
        return None;
    }
    let is_one_of = |names: &[&str]| names.iter().any(|name| real == Path::new(name));
    let is_free = is_one_of(&DEVICES) || (!is_write && is_one_of(&FACTS));
    Some(if is_free { Verdict::allow() } else { refusal(real) })
}

/// Refuses a path the kernel answers for.
pub(crate) fn refusal(real: &Path) -> Verdict {
    Verdict::deny(
        "path.kernel",
        format!(
            "{} shows other processes, the kernel or a device; what a program needs of it, it reads by itself",
            real.display()
        ),
    )
}
