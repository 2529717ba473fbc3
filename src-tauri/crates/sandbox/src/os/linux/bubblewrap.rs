//! Bubblewrap: a mount, process and network namespace of the child's own.

use crate::{Network, Wall};
use std::{
    ffi::OsString,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Stdio,
};

/// Sockets of services that would act for the child outside the wall (Docker, D-Bus, the keychain) live in /run.
/// Name resolution is the one thing there that tools need.
pub(super) const RESOLVER_STATE: [&str; 3] =
    ["/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager/resolv.conf"];

/// Directories of temporary files and sockets, of which a wall has empty ones of its own.
pub(super) const PRIVATE: [&str; 4] = ["/tmp", "/var/tmp", "/run", "/dev/shm"];

const SOCAT: [&str; 4] = ["/usr/bin/socat", "/usr/local/bin/socat", "/bin/socat", "/run/current-system/sw/bin/socat"];

/// What bubblewrap was seen to do here.
pub(super) struct Seen {
    /// Why its walls are not complete, and what to do about it.
    pub missing: Vec<String>,
    /// Whether a smaller wall can be put up inside a wall.
    pub is_nestable: bool,
}

/// Starts a process inside a small wall, and in one within it; fails with why there are no walls of this kind.
pub(super) fn look() -> Result<Seen, String> {
    let program = bubblewrap().ok_or("bubblewrap is not installed (Debian and Ubuntu: apt-get install bubblewrap)")?;
    let inner = program.to_string_lossy();
    let nested = start_in_wall(&program, &[&inner, "--unshare-user", "--dev-bind", "/", "/", "--", "true"]);
    if let (Err(_), Err(why)) = (&nested, start_in_wall(&program, &["true"])) {
        return Err(format!(
            "bubblewrap cannot make namespaces here ({why}). Allow it user namespaces: on Ubuntu 24.04 and later by an \
             AppArmor profile for it, or by sysctl kernel.apparmor_restrict_unprivileged_userns=0; on older Debian by \
             sysctl kernel.unprivileged_userns_clone=1; in a container by its security options"
        ));
    }
    let mut missing = Vec::new();
    if let Err(why) = &nested {
        missing.push(format!(
            "no namespace can be made inside another one ({why}), so commands that agents run can read the Claude CLI's \
             key and login; on Ubuntu the AppArmor profile of bubblewrap has to allow it"
        ));
    }
    if forwarder().is_none() {
        missing.push(
            "socat is not installed, so sessions reach every host of the network (Debian and Ubuntu: apt-get install socat)"
                .into(),
        );
    }
    Ok(Seen { missing, is_nestable: nested.is_ok() })
}

/// Starts a command in a small wall and waits for it; what was wrong, in words, when it fails.
fn start_in_wall(program: &Path, command: &[&str]) -> Result<(), String> {
    #[expect(clippy::disallowed_methods, reason = "the probe owns this child: it is short-lived and waited for here")]
    let mut wall = std::process::Command::new(program);
    // Not --die-with-parent: it ends by itself at once, and a bubblewrap that is killed while it starts leaves a process
    // behind that waits for it forever.
    wall.args(["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]);
    wall.args(["--unshare-pid", "--unshare-net", "--new-session", "--cap-drop", "ALL"]);
    if is_root() {
        wall.args(["--unshare-user", "--uid", NOBODY, "--gid", NOBODY]);
    }
    match wall.arg("--").args(command).stdin(Stdio::null()).stdout(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(format!("it could not be started: {error}")),
    }
}

/// The program that gives sockets their ports inside a wall, at a place that only the system's administrator writes to.
pub(super) fn forwarder() -> Option<PathBuf> {
    SOCAT.into_iter().map(PathBuf::from).find(|path| path.is_file())
}

fn bubblewrap() -> Option<PathBuf> {
    // Not the PATH of the person or the project: a wall that the child's side could replace is none.
    ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap", "/run/current-system/sw/bin/bwrap"]
        .into_iter()
        .map(PathBuf::from)
        .find(|path| path.is_file())
}

pub(super) fn wrap(wall: &Wall, real_home: Option<&Path>, search_path: Option<&OsString>) -> Vec<OsString> {
    let Some(program) = bubblewrap() else { return Vec::new() };
    let mut words: Vec<OsString> = vec![program.into()];
    let mut add = |parts: &[&std::ffi::OsStr]| words.extend(parts.iter().map(|part| (*part).to_owned()));
    let flag = std::ffi::OsStr::new;

    // Order matters: what comes later lies on top of what came before.
    add(&[flag("--die-with-parent"), flag("--new-session"), flag("--cap-drop"), flag("ALL")]);
    add(&[flag("--unshare-pid"), flag("--unshare-ipc")]);
    if is_root() {
        // Inside, root is nobody: a program that acts for uid 0, or a walled shell within, must not believe it is root.
        add(&[flag("--unshare-user"), flag("--uid"), flag(NOBODY), flag("--gid"), flag(NOBODY)]);
    }
    if wall.network == Network::Isolated {
        add(&[flag("--unshare-net")]);
    }
    add(&[flag("--ro-bind"), flag("/"), flag("/"), flag("--dev"), flag("/dev"), flag("--proc"), flag("/proc")]);
    if is_root() {
        // The kernel takes the owner of these for root, whatever the namespace: a file in /proc/sys names the program that
        // it starts at every crash, outside of all walls.
        for kernel in ["/proc/sys", "/proc/irq", "/proc/fs", "/proc/bus", "/proc/scsi", "/proc/acpi"] {
            add(&[flag("--ro-bind-try"), flag(kernel), flag(kernel)]);
        }
    }
    for private in PRIVATE {
        if Path::new(private).is_dir() {
            add(&[flag("--tmpfs"), flag(private)]);
        }
    }
    for state in RESOLVER_STATE.map(Path::new).into_iter().filter(|path| path.exists()) {
        add(&[flag("--ro-bind"), state.as_os_str(), state.as_os_str()]);
    }
    for hidden in wall.hidden.iter().filter(|path| path.is_dir()) {
        add(&[flag("--tmpfs"), hidden.as_os_str()]);
    }
    if let Some(real_home) = real_home.filter(|home| home.is_dir() && *home != Path::new("/")) {
        add(&[flag("--bind"), wall.home.as_os_str(), real_home.as_os_str()]);
        for tool in Wall::tools_in(real_home, search_path) {
            add(&[flag("--ro-bind"), tool.as_os_str(), tool.as_os_str()]);
        }
    }
    let covers = |place: &Path, path: &Path| path.starts_with(place);
    let is_covered = |path: &Path| {
        PRIVATE.map(Path::new).into_iter().chain(real_home).any(|place| covers(place, path))
            || wall.hidden.iter().any(|place| covers(place, path))
    };
    for readable in wall.readable.iter().filter(|path| path.exists()) {
        // Nothing can be mounted on a link. One that stays in sight leads to its target inside too.
        let real = readable.canonicalize().unwrap_or_else(|_| readable.clone());
        let place = if is_covered(readable) { readable } else { &real };
        add(&[flag("--ro-bind"), real.as_os_str(), place.as_os_str()]);
    }
    for writable in wall.writable.iter().filter(|path| path.exists()) {
        add(&[flag("--bind"), writable.as_os_str(), writable.as_os_str()]);
    }
    for (outside, inside) in wall.lent.iter().filter(|(outside, _)| outside.exists()) {
        add(&[flag("--bind"), outside.as_os_str(), inside.as_os_str()]);
    }
    let project = if wall.is_project_held { "--ro-bind" } else { "--bind" };
    add(&[flag(project), wall.project.as_os_str(), wall.project.as_os_str()]);
    for (outside, inside) in wall.shown.iter().filter(|(outside, _)| outside.exists()) {
        add(&[flag("--ro-bind"), outside.as_os_str(), inside.as_os_str()]);
    }
    for pinned in wall.pinned() {
        add(&[flag("--bind"), pinned.as_os_str(), pinned.as_os_str()]);
    }
    for protected in wall.protected.iter().filter(|path| path.exists()) {
        add(&[flag("--ro-bind"), protected.as_os_str(), protected.as_os_str()]);
    }
    add(&[flag("--chdir"), wall.project.as_os_str(), flag("--")]);
    words
}

/// Whom root is inside: an account that every system has and that owns nothing.
const NOBODY: &str = "65534";

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The words that put a shell and everything it starts into a smaller wall of its own within a session's: a user
/// namespace below the CLI's, so that the kernel lets it read neither the CLI's memory nor its environment, without the
/// variables `unset` and with `masked` directories empty but for `shown` ones in them. Files, processes and network are
/// otherwise those of the session, so that a server that one command starts answers the next one.
///
/// None without bubblewrap.
pub(super) fn inner_shell(masked: &[PathBuf], shown: &[PathBuf], unset: &[&str]) -> Option<Vec<OsString>> {
    let program = bubblewrap()?;
    let mut words: Vec<OsString> = vec![program.into()];
    words.extend(["--unshare-user", "--dev-bind", "/", "/"].map(OsString::from));
    for path in masked {
        words.extend(["--tmpfs".into(), path.into()]);
    }
    for path in shown {
        words.extend(["--ro-bind-try".into(), path.into(), path.into()]);
    }
    for name in unset {
        words.extend(["--unsetenv".into(), (*name).into()]);
    }
    words.push("--".into());
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe;
    use harness_domain::evidence::SandboxLevel;
    use std::fs;

    /// Runs a shell line inside a wall around a fresh project; gives (succeeded, output).
    fn inside(line: &str, prepare: impl FnOnce(&mut Wall, &Path)) -> (bool, String) {
        assert_eq!(probe().level, SandboxLevel::Full, "these tests need bubblewrap: {:?}", probe().missing);
        let root = tempfile::tempdir().expect("a temporary directory");
        let (project, home, real_home) =
            (root.path().join("project"), root.path().join("home"), root.path().join("real"));
        for dir in [&project, &home, &real_home] {
            fs::create_dir(dir).expect("a directory");
        }
        fs::write(real_home.join("secret"), "s3cret").expect("a secret to hide");
        let mut wall = Wall::around(&project, &home);
        prepare(&mut wall, root.path());
        let words = wall.wrap(Some(&real_home), None);
        #[expect(clippy::disallowed_methods, reason = "the test owns this child and waits for it")]
        let output = std::process::Command::new(&words[0])
            .args(&words[1..])
            .args(["sh", "-c", &line.replace("REAL", &real_home.display().to_string())])
            .output()
            .expect("the wall starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.success(), text)
    }

    #[test]
    fn the_project_and_the_private_home_can_be_written_and_nothing_else() {
        let (ok, text) =
            inside("touch here && touch REAL/cache && ! touch /etc/owned && ! touch /usr/owned", |_, _| {});
        assert!(ok, "project and private home are writable, the system is not: {text}");
    }

    #[test]
    fn a_held_project_can_be_read_and_not_changed() {
        let line = "cat words && ! touch here && ! echo more >> words && ! rm words && touch REAL/cache";
        let (ok, text) = inside(line, |wall, root| {
            fs::write(root.join("project/words"), "the words").expect("a file");
            wall.is_project_held = true;
        });
        assert!(ok && text.contains("the words"), "only the private home may be changed: {text}");
    }

    #[test]
    fn the_real_home_is_not_seen() {
        let (ok, text) = inside("! cat REAL/secret", |_, _| {});
        assert!(ok && !text.contains("s3cret"), "the home's files must be out of sight: {text}");
    }

    #[test]
    fn a_protected_path_inside_a_writable_directory_can_be_read_and_neither_changed_nor_replaced() {
        let line = "cd ../config && touch here && cat rules && ! echo more >> rules && ! rm rules && ! mv rules other";
        let (ok, text) = inside(line, |wall, root| {
            let config = root.join("config");
            fs::create_dir(&config).expect("a directory");
            fs::write(config.join("rules"), "the rules\n").expect("a file");
            wall.protected = vec![config.join("rules")];
            wall.writable = vec![config];
        });
        assert!(ok && text.contains("the rules"), "only the rest of the directory may be changed: {text}");
    }

    #[test]
    fn renaming_a_directory_above_a_protected_place_gains_nothing() {
        let line = "! mv .git .git2 && ! mv .git/modules .git/m && ! mv .git/modules/lib .git/l && ! rm -rf .git/modules \\
            && ! rm -rf .git && test -f .git/modules/lib/config && touch .git/index";
        let (ok, text) = inside(line, |wall, _| {
            let lib = wall.project.join(".git/modules/lib");
            fs::create_dir_all(&lib).expect("a directory");
            fs::write(lib.join("config"), "[core]\n").expect("a file");
            wall.protected = vec![lib.join("config")];
        });
        assert!(ok, "a copy in the place of the whole directory would carry other settings: {text}");
    }

    #[test]
    fn a_shell_within_sees_neither_the_environment_nor_the_masked_directory_of_what_started_it() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let secret_dir = root.path().join("config");
        fs::create_dir_all(secret_dir.join("snapshots")).expect("a directory");
        fs::write(secret_dir.join("credentials"), "s3cret").expect("a file");
        fs::write(secret_dir.join("snapshots/a"), "shown").expect("a file");
        let words =
            inner_shell(std::slice::from_ref(&secret_dir), &[secret_dir.join("snapshots")], &["KEY"]).expect("a wall");
        let quoted: Vec<String> = words.iter().map(|word| format!("'{}'", word.to_string_lossy())).collect();
        let dir = secret_dir.display();
        let script = format!(
            "KEY=s3cret; export KEY; sh -c \"{} sh -c 'env; cat /proc/\\$PPID/environ; cat {dir}/credentials; cat {dir}/snapshots/a'; true\"",
            quoted.join(" ").replace('\'', "")
        );
        let (_, text) = inside(&script, |wall, _| wall.writable = vec![root.path().to_owned()]);
        assert!(!text.contains("s3cret"), "neither variable nor file may be seen: {text}");
        assert!(text.contains("shown"), "what is to be seen must be: {text}");
        assert!(text.contains("environ: Permission denied"), "the kernel refuses, it is not merely missing: {text}");
    }

    #[test]
    fn a_readable_path_may_be_a_link_of_the_systems_that_leads_from_the_top() {
        let links = ["/usr/bin/awk", "/usr/lib/ssl/certs", "/etc/ssl/certs/ca-bundle.crt", "/etc/localtime"];
        let is_from_the_top = |path: &&str| fs::read_link(path).is_ok_and(|target| target.is_absolute());
        let link = links.into_iter().find(is_from_the_top).expect("a Linux system has one of these links");
        let (ok, text) = inside(&format!("test -e {link}"), |wall, _| wall.readable = vec![link.into()]);
        assert!(ok, "certificates are often named by such a link: {text}");
    }

    #[test]
    fn a_hidden_directory_is_empty_inside() {
        let (ok, text) = inside("test -z \"$(find /etc/apt /etc/ssl -mindepth 1)\"", |wall, _| {
            wall.hidden = vec!["/etc/apt".into(), "/etc/ssl".into()];
        });
        assert!(ok, "hidden directories must look empty: {text}");
    }

    #[test]
    fn an_isolated_network_has_its_own_loopback_only() {
        let (ok, text) = inside("cat /proc/net/dev", |_, _| {});
        let interfaces: Vec<&str> =
            text.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name.trim()).collect();
        assert!(ok, "reading the interface list must work: {text}");
        assert_eq!(interfaces, ["lo"], "no interface but loopback");
    }

    #[test]
    fn processes_outside_are_not_seen() {
        let outside = std::process::id();
        let (ok, text) = inside(&format!("! kill -0 {outside} && test $(ls -d /proc/[0-9]* | wc -l) -lt 8"), |_, _| {});
        assert!(ok, "the host's processes must not exist inside: {text}");
    }
}
