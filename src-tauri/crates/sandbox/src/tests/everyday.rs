use crate::Workspace;
use std::{fs, path::Path};

#[test]
fn a_project_is_its_agents_to_read_and_write() {
    let place = tempfile::tempdir().expect("a directory");
    let project = place.path().join("project");
    fs::create_dir_all(project.join("src")).expect("directories");
    let workspace = Workspace::new(&project, Some(place.path())).expect("a workspace");
    let root = workspace.root().to_owned();
    for path in ["src/main.rs", "src/new/deep.rs", "./a/../b", ".env", ".gitignore", ".github/workflows/ci.yml", "."] {
        let verdict = workspace.may_write(Path::new(path), &root);
        assert!(verdict.is_allowed(), "{path} is everyday work: {verdict}");
        let verdict = workspace.may_read(Path::new(path), &root);
        assert!(verdict.is_allowed(), "{path} is everyday work: {verdict}");
    }
    for path in ["/usr/bin/env", "/etc/os-release", "/dev/null", "/proc/cpuinfo", ".git/config"] {
        let verdict = workspace.may_read(Path::new(path), &root);
        assert!(verdict.is_allowed(), "{path} is read every day: {verdict}");
    }
    assert!(workspace.may_list(Path::new("/"), &root).is_allowed(), "the names at the top are no secret");
    assert!(!workspace.may_read(Path::new("/"), &root).is_allowed(), "what lies below them is");
}

#[test]
fn what_is_protected_may_not_be_changed() {
    let place = tempfile::tempdir().expect("a directory");
    let project = place.path().join("project");
    fs::create_dir_all(&project).expect("directories");
    let workspace = Workspace::new(&project, Some(place.path())).expect("a workspace");
    let root = workspace.root().to_owned();
    let refused = [
        ("../outside", "path.outside"),
        (".git/hooks/pre-commit", "path.git"),
        (".GIT/config", "path.git"),
        ("sub/.git", "path.git"),
        (".claude/settings.json", "path.agent-settings"),
        (".mcp.json", "path.agent-settings"),
        (".harness/policy.yaml", "path.harness"),
        ("prompts/coding.md", "path.harness"),
        (".vscode/tasks.json", "path.runs-by-itself"),
        ("/dev/sda", "path.kernel"),
        ("../.ssh/authorized_keys", "path.secret-store"),
        ("/etc/passwd", "path.outside"),
        ("", "path.empty"),
    ];
    for (path, rule) in refused {
        let verdict = workspace.may_write(Path::new(path), &root);
        assert_eq!((verdict.is_allowed(), verdict.rule.as_str()), (false, rule), "{path}: {verdict}");
    }
    assert_eq!(workspace.may_remove(Path::new("."), &root).rule, "path.root");
}
