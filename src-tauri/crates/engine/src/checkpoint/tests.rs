//! What checkpoints promise, on real files and a real repository.

mod making;
mod putting_back;

use super::*;
use crate::{instance::Instance, stage::Stage};
use harness_domain::checkpoint::CheckpointKind;
use std::{collections::BTreeMap, path::Path};

/// A file as a person sees it: `f`, `x` (executable) or `l` (link), and its content.
type Seen = BTreeMap<String, (char, Vec<u8>)>;

fn seen(root: &Path) -> Seen {
    let mut seen = Seen::new();
    look(root, root, &mut seen);
    seen
}

fn look(root: &Path, dir: &Path, seen: &mut Seen) {
    use std::os::unix::{ffi::OsStrExt, fs::PermissionsExt};
    for entry in std::fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry")) {
        let (path, kind) = (entry.path(), entry.file_type().expect("a kind"));
        if path == root.join(".git") {
            continue;
        }
        let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
        if kind.is_symlink() {
            seen.insert(name, ('l', std::fs::read_link(&path).expect("a target").as_os_str().as_bytes().to_vec()));
        } else if kind.is_dir() {
            look(root, &path, seen);
        } else if kind.is_file() {
            let is_executable = entry.metadata().expect("a file").permissions().mode() & 0o100 != 0;
            seen.insert(name, (if is_executable { 'x' } else { 'f' }, std::fs::read(&path).expect("content")));
        }
    }
}

/// Files of every sort that a checkpoint holds, and one that is ignored.
fn files_of_every_sort(stage: &Stage) {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = stage.project.dir();
    std::fs::create_dir_all(dir.join("src/deep")).expect("directories");
    stage.write(".gitignore", "node_modules/\n*.log\n");
    stage.write("src/deep/ünï c.txt", "untracked\n");
    stage.write("src/windows.txt", "line\r\nends\r\n");
    stage.write(".gitattributes", "*.txt text=auto\n*.psd filter=lfs diff=lfs merge=lfs -text\n");
    stage.write("art.psd", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
    std::fs::write(dir.join("binary.bin"), [0_u8, 159, 146, 150, 0, 10]).expect("a file");
    stage.write("run.sh", "#!/bin/sh\n");
    std::fs::set_permissions(dir.join("run.sh"), std::fs::Permissions::from_mode(0o755)).expect("permissions");
    symlink("/nowhere/at all", dir.join("dangling")).expect("a link");
    symlink("src", dir.join("link-to-directory")).expect("a link");
    stage.write("debug.log", "ignored\n");
}

fn manual(name: &str) -> New {
    New { name: name.into(), kind: CheckpointKind::Manual, feature: None, run: None, is_pinned: false }
}

fn automatic() -> New {
    New { kind: CheckpointKind::BeforeSession, ..manual("before a session") }
}

fn make(stage: &Stage, name: &str) -> CheckpointView {
    let created = create(&stage.project, manual(name)).expect("a checkpoint");
    assert!(created.is_new, "a person's checkpoint is always made");
    created.checkpoint
}

fn alone(stage: &Stage) -> Instance {
    Instance::take(&stage.project.app.home, "a test", stage.clock.as_ref()).expect("nobody else has it")
}

fn put_back(stage: &Stage, checkpoint: &CheckpointView) -> Restored {
    restore(&stage.project, checkpoint.checkpoint.id, &alone(stage)).expect("it is restored")
}

fn git(dir: &Path, words: &[&str]) -> String {
    git_with(dir, &[], words)
}

#[expect(clippy::disallowed_methods, reason = "the tests compare with the git command, which ends by itself")]
fn git_with(dir: &Path, variables: &[(&str, &std::ffi::OsStr)], words: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "protocol.file.allow=always"])
        .args(words)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_EDITOR", "true")
        .envs(variables.iter().copied())
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// A credential in form, put together here so that no scanner takes this file for a leak.
fn token() -> String {
    format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8")
}

fn vault_dir(stage: &Stage) -> std::path::PathBuf {
    paths::root(&stage.project).join("checkpoints.git")
}
