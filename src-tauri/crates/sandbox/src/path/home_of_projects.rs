//! Where a project may live.

use super::{area::is_below_in_any_case, secret};
use std::path::Path;

/// Directories of the system: a project in one of them would let an agent change what every program runs.
const SYSTEM: [&str; 29] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/lost+found",
    "/proc",
    "/run",
    "/sbin",
    "/snap",
    "/sys",
    "/usr",
    "/var/lib",
    "/var/log",
    "/var/cache",
    "/var/spool",
    "/var/run",
    "/nix",
    "/gnu",
    "/System",
    "/Library",
    "/Applications",
    "/private/etc",
    "/private/var/db",
    r"C:\Windows",
    r"C:\Program Files",
];
/// Directories that hold what belongs to many: a project may lie in one, and not be it.
const SHARED: [&str; 17] = [
    "/home",
    "/media",
    "/mnt",
    "/opt",
    "/srv",
    "/tmp",
    "/var",
    "/var/tmp",
    "/var/www",
    "/usr/local",
    "/Users",
    "/Volumes",
    "/private",
    "/private/tmp",
    "/private/var",
    r"C:\Users",
    r"C:\ProgramData",
];

/// Why no project can be at `real`, which is absolute and without links; none when one can.
///
/// Ends the sentence "… cannot be a project:". Says nothing of whether anything is there.
pub fn why_no_project(real: &Path, home: Option<&Path>) -> Option<String> {
    let is_in = |top: &str| Path::new(top).is_absolute() && is_below_in_any_case(real, Path::new(top));
    let is = |top: &str| is_in(top) && real.components().count() == Path::new(top).components().count();
    if real.parent().is_none() {
        return Some("it is the top of the file system, and an agent could change everything".into());
    }
    if real.components().any(|part| part.as_os_str().to_str().is_some_and(|name| super::name::folded(name) == ".git")) {
        return Some("it lies in git's own directory".into());
    }
    if let Some(home) = home.filter(|home| home.parent().is_some()) {
        if is_below_in_any_case(home, real) {
            return Some("it is, or holds, your home directory; choose a directory of its own below it".into());
        }
        if is_below_in_any_case(real, home) {
            return in_home(real, home);
        }
    }
    if let Some(top) = SYSTEM.into_iter().find(|top| is_in(top)) {
        return Some(format!("it belongs to the system ({top})"));
    }
    SHARED
        .into_iter()
        .find(|top| is(top))
        .map(|_| "it is shared by many; choose a directory of its own below it".into())
}

fn in_home(real: &Path, home: &Path) -> Option<String> {
    if secret::refusal(real, Some(home)).is_some() {
        return Some("it lies in a store of secrets".into());
    }
    if let Some(store) = secret::stores_in(home).find(|store| is_below_in_any_case(store, real)) {
        return Some(format!("it may hold secrets ({})", store.display()));
    }
    let mut tools = crate::wall::TOOLCHAINS.iter().map(|tool| home.join(tool));
    let tool = tools.find(|tool| is_below_in_any_case(tool, real) || is_below_in_any_case(real, tool))?;
    Some(format!("programs that you run lie there ({})", tool.display()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn projects_live_where_people_keep_them() {
        let home = Path::new("/home/ada");
        for place in [
            "/home/ada/code/app",
            "/home/ada/app",
            "/tmp/app",
            "/srv/app",
            "/opt/app",
            "/var/www/app",
            "/usr/local/src",
            "/home/ada/go/src/app",
            "/home/ada/.dotfiles",
            "/workspace",
            "/mnt/data/app",
            "/home/ada/.config/nvim",
        ] {
            let why = why_no_project(Path::new(place), Some(home));
            let is_system = place.starts_with("/usr");
            assert_eq!(why.is_some(), is_system, "{place}: {why:?}");
        }
        assert!(
            why_no_project(Path::new("/root/app"), Some(Path::new("/root"))).is_none(),
            "the superuser has a home too"
        );
    }

    #[test]
    fn nothing_is_a_project_that_holds_more_than_one_or_opens_other_doors() {
        let home = Path::new("/home/ada");
        for place in [
            "/",
            "/home",
            "/home/ada",
            "/HOME/Ada",
            "/etc",
            "/etc/nginx",
            "/usr/lib/x",
            "/proc/1",
            "/tmp",
            "/var",
            "/opt",
            "/home/ada/.ssh",
            "/home/ada/.ssh/x",
            "/home/ada/.config",
            "/home/ada/.config/gh",
            "/home/ada/.local/share",
            "/home/ada/.cargo",
            "/home/ada/.cargo/bin",
            "/home/ada/.local",
            "/home/ada/.claude/x",
            "/home/ada/Library",
            "/home/ada/app/.git",
            "/home/ada/app/.git/hooks",
            "/home/ada/app/.GIT",
        ] {
            assert!(why_no_project(Path::new(place), Some(home)).is_some(), "{place} is no project");
        }
    }
}
