//! A person's project on disk, driven by the real `git` as well, so that two implementations have to agree.

mod committing;
mod comparing;
mod hostile;
mod preparing;
mod restoring;
mod saving;
mod setting_aside;
#[cfg(target_os = "linux")]
mod watched;

use super::{CommitRequest, MAX_FILE_BYTES, Prepare, Prepared, Uncommitted, prepare};
use harness_domain::id::RunId;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// 2026-01-02T03:04:05Z.
const AT_MS: i64 = 1_767_323_045_000;

const SPEC: &[&str] = &["prompts/app_spec*.txt", "prompts/.spec_manifest.json"];

struct Place {
    /// Removed at the end, with everything in it.
    holder: TempDir,
    dir: PathBuf,
}

/// A file as a person sees it: kind and permission to execute, content or target.
type Seen = BTreeMap<PathBuf, (char, Vec<u8>)>;

impl Place {
    /// An empty directory whose name is awkward.
    fn empty() -> Self {
        let holder = tempfile::tempdir().expect("a temporary directory");
        let dir = holder.path().join("my prøject");
        std::fs::create_dir(&dir).expect("a project directory");
        Self { holder, dir: dir.canonicalize().expect("it exists") }
    }

    /// A repository without a commit.
    fn unborn() -> Self {
        let place = Self::empty();
        place.git(&["init", "-q", "-b", "main"]);
        place.configure();
        place
    }

    /// A repository with one commit of a few files.
    fn with_history() -> Self {
        let place = Self::unborn();
        place.write("a.txt", "one\ntwo\nthree\n");
        place.write("src/b.txt", "b\n");
        place.write("src/deep/c.txt", "c\n");
        place.write("gone.txt", "gone\n");
        place.write("run.sh", "#!/bin/sh\n");
        place.write(".gitignore", "ignored/\n*.log\n");
        place.write("ignored/x", "x\n");
        place.git(&["add", "-A"]);
        place.git(&["commit", "-q", "-m", "first"]);
        place
    }

    /// Settings that the tests rely on, whatever the settings of the person who runs them.
    fn configure(&self) {
        for (key, value) in [
            ("user.name", "Ada"),
            ("user.email", "ada@example.org"),
            ("core.autocrlf", "false"),
            ("core.excludesFile", "/dev/null"),
            ("commit.gpgSign", "false"),
        ] {
            self.git(&["config", key, value]);
        }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.join(path)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().expect("it has a parent")).expect("directories");
        std::fs::write(path, content).expect("a file");
    }

    fn read(&self, path: &str) -> String {
        String::from_utf8(std::fs::read(self.at(path)).expect("the file is there")).expect("text")
    }

    fn exists(&self, path: &str) -> bool {
        std::fs::symlink_metadata(self.at(path)).is_ok()
    }

    fn remove(&self, path: &str) {
        std::fs::remove_file(self.at(path)).expect("the file is there");
    }

    /// Runs the real git, which has to succeed, with nobody's settings but the repository's.
    fn git(&self, arguments: &[&str]) -> String {
        git_in(&self.dir, arguments)
    }

    /// Everything in the working tree but `.git`, ignored files included.
    fn seen(&self) -> Seen {
        let mut seen = Seen::new();
        see(&self.dir, &self.dir, &mut seen);
        seen
    }

    /// What git says differs, staged and not.
    fn status(&self) -> String {
        self.git(&["status", "--porcelain=v1", "--untracked-files=all"])
    }

    /// The repository is sound and git finds nothing wrong with what was written.
    fn is_sound(&self) {
        let report = self.git(&["fsck", "--strict", "--no-dangling"]);
        assert_eq!(report, "", "git fsck has nothing to say");
    }

    fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    fn prepare(&self, uncommitted: Uncommitted) -> Prepared {
        prepare(&self.dir, &how(uncommitted)).expect("the project can be made ready")
    }
}

fn see(root: &Path, directory: &Path, seen: &mut Seen) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let entry = entry.expect("an entry");
        let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
        if path == root.join(".git") {
            continue;
        }
        let name = path.strip_prefix(root).expect("it is inside").to_path_buf();
        if kind.is_symlink() {
            let target = std::fs::read_link(&path).expect("a target");
            seen.insert(name, ('l', target.into_os_string().into_encoded_bytes()));
        } else if kind.is_dir() {
            see(root, &path, seen);
        } else {
            let kind = if is_executable(&path) { 'x' } else { 'f' };
            seen.insert(name, (kind, std::fs::read(&path).expect("content")));
        }
    }
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o100 != 0)
}

fn set_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("permissions");
}

fn git_in(dir: &Path, arguments: &[&str]) -> String {
    let output = git_command(dir, arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    assert!(output.status.success(), "git {arguments:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[expect(clippy::disallowed_methods, reason = "the tests compare with the git command, which ends by itself")]
fn git_command(dir: &Path, arguments: &[&str]) -> std::process::Output {
    std::process::Command::new("git")
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_EDITOR", "true")
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .expect("git is installed")
}

fn how(uncommitted: Uncommitted) -> Prepare<'static> {
    Prepare {
        run: RunId(3),
        uncommitted,
        keep: SPEC,
        max_file_bytes: 1_000_000,
        lock_wait: Duration::from_millis(300),
        at_ms: AT_MS,
    }
}

fn request(subject: &str) -> CommitRequest {
    CommitRequest {
        subject: subject.into(),
        body: String::new(),
        trailers: Vec::new(),
        author: None,
        may_be_empty: false,
        max_file_bytes: MAX_FILE_BYTES,
        lock_wait: Duration::from_millis(300),
        at_ms: AT_MS,
    }
}

/// A credential in form, put together here so that no scanner takes these files for a leak.
fn token() -> String {
    format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8")
}
