//! Directories of gates that a host which was killed could not remove.
//!
//! The name says whose a directory is from the moment it exists: the process with the time it started, and the namespace
//! in which that number means this process. One of another namespace or another user is left alone.

use harness_agent::{is_alive, process};
use harness_domain::run::ProcessIdentity;
use std::{fs, os::unix::fs::MetadataExt, path::Path};

const NAME: &str = "harness-net-";

/// What the names of the directories of `owner` begin with.
pub(super) fn prefix(owner: ProcessIdentity) -> String {
    format!("{NAME}{}-{}-{}-", namespace(), owner.pid, owner.started)
}

/// Removes the directories in `place` that belong to this user and to a process that is gone.
pub(super) fn sweep(place: &Path) {
    let Ok(own) = fs::metadata("/proc/self").map(|own| own.uid()) else { return };
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let owner = entry.file_name().to_str().and_then(owner);
        // Of the entry itself: a link of this name leads anywhere.
        let is_ours = || entry.metadata().is_ok_and(|found| found.is_dir() && found.uid() == own);
        if owner.is_some_and(|owner| owner != process::own() && !is_alive(owner)) && is_ours() {
            let removed = fs::remove_dir_all(entry.path());
            tracing::debug!(path = %entry.path().display(), ?removed, "the sockets of a host that is gone");
        }
    }
}

/// Whose directory this is, by its name; none when it is no gate's, or when the number may mean another process.
fn owner(name: &str) -> Option<ProcessIdentity> {
    let mut parts = name.strip_prefix(NAME)?.split('-');
    let (in_namespace, pid, started) = (parts.next()?, parts.next()?, parts.next()?);
    parts.next()?;
    (in_namespace == namespace()).then_some(())?;
    Some(ProcessIdentity { pid: pid.parse().ok()?, started: started.parse().ok()? })
}

/// The namespace of this process's number, as far as the system has such.
fn namespace() -> String {
    let link = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    link.to_string_lossy().chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_directories_of_processes_that_are_gone_are_removed() {
        let place = tempfile::tempdir().expect("a directory");
        let at = |name: &str| place.path().join(name);
        let own = process::own();
        let gone = ProcessIdentity { started: own.started + 1, ..own };
        let elsewhere = prefix(gone).replacen(NAME, "harness-net-1", 1);
        let (live, dead) = (format!("{}a", prefix(own)), format!("{}b", prefix(gone)));
        let others = [elsewhere + "c", "harness-net-abcdef".into(), format!("x{dead}"), prefix(gone).replace("-", "_")];
        for name in [&live, &dead].into_iter().chain(&others) {
            fs::create_dir_all(at(name).join("inside")).expect("a directory");
        }
        let link = format!("{}link", prefix(gone));
        std::os::unix::fs::symlink(at(&live), at(&link)).expect("a link");
        sweep(place.path());
        assert!(!at(&dead).exists(), "nobody else would ever remove it");
        assert!(at(&live).join("inside").exists(), "a host that lives needs its sockets");
        assert!(at(&link).is_symlink(), "a link is none of ours");
        for name in &others {
            assert!(at(name).join("inside").exists(), "{name} may be anybody's");
        }
    }
}
