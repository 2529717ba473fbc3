//! Any bytes as a path: no panic, and what is allowed lies inside what may be reached.
#![no_main]

use harness_sandbox::{Workspace, judge_url};
use libfuzzer_sys::fuzz_target;
use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::{Path, PathBuf},
    sync::LazyLock,
};

struct Ground {
    _root: tempfile::TempDir,
    root: PathBuf,
    workspace: Workspace,
}

static GROUND: LazyLock<Ground> = LazyLock::new(|| {
    let kept = tempfile::tempdir().expect("a directory");
    let root = kept.path().canonicalize().expect("it was made");
    for dir in ["project/a/b", "project/.git/hooks", "project/.claude", "home/.ssh", "outside", "granted"] {
        fs::create_dir_all(root.join(dir)).expect("a directory");
    }
    for (to, link) in
        [("/", "root"), ("..", "up"), ("a", "in"), ("../outside", "out"), ("loop", "loop"), ("../home/.ssh", "keys")]
    {
        symlink(to, root.join("project").join(link)).expect("a link");
    }
    let workspace = Workspace::new(&root.join("project"), Some(&root.join("home"))).expect("a workspace");
    let workspace = workspace.with_readable([root.join("granted")]).with_hidden([root.join("outside")]);
    Ground { root, workspace, _root: kept }
});

fuzz_target!(|bytes: &[u8]| {
    let ground = &*GROUND;
    let (project, workspace) = (ground.root.join("project"), &ground.workspace);
    for cwd in [project.clone(), project.join("a/b")] {
        let path = Path::new(OsStr::from_bytes(bytes));
        let (read, write) = (workspace.may_read(path, &cwd), workspace.may_write(path, &cwd));
        assert_eq!(read, workspace.may_read(path, &cwd), "the same question has the same answer");
        let list = workspace.may_list(path, &cwd);
        let remove = workspace.may_remove(path, &cwd);
        assert!(
            !bytes.contains(&0) || !(read.is_allowed() || write.is_allowed()),
            "a NUL byte ends the name for the kernel"
        );
        for verdict in [&read, &write, &list, &remove] {
            assert!(verdict.is_allowed() || !verdict.reason.is_empty(), "a refusal says why");
        }
        // Where the kernel finds something, by every link: the guard must have thought of the same place.
        let Ok(real) = cwd.join(path).canonicalize() else { continue };
        for (what, is_allowed) in [("read", read.is_allowed()), ("written", write.is_allowed())] {
            for hidden in ["home/.ssh", "outside"] {
                assert!(
                    !(is_allowed && real.starts_with(ground.root.join(hidden))),
                    "{path:?} may be {what}: {real:?}"
                );
            }
        }
        if write.is_allowed() {
            let is_temporary = real.starts_with(std::env::temp_dir()) && !real.starts_with(&ground.root);
            let is_device = real.starts_with("/dev");
            assert!(real.starts_with(&project) || is_temporary || is_device, "{path:?} may be written: {real:?}");
            for protected in [".git/hooks", ".git/config", ".claude/settings.json"] {
                assert!(!real.starts_with(project.join(protected)), "{path:?} may be written: {real:?}");
            }
        }
    }
    judge_url(&String::from_utf8_lossy(bytes));
});
