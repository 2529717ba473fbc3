//! Paths as an attacker writes them, who controls the agent and the repository.

use crate::{Workspace, protected};
use std::{
    fs,
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::{Path, PathBuf},
};

/// A home with secrets, another project beside the project, and the product's data.
struct Place {
    dir: tempfile::TempDir,
    project: PathBuf,
    home: PathBuf,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let top = dir.path().canonicalize().expect("it was made a moment ago");
        let (home, project) = (top.join("home"), top.join("home/code/app"));
        for path in [home.join(".ssh"), home.join("code/other"), project.join("src/deep"), top.join("data")] {
            fs::create_dir_all(path).expect("a directory");
        }
        fs::write(home.join(".ssh/id_rsa"), "a key").expect("a file");
        fs::write(project.join("src/file"), "text").expect("a file");
        Self { dir, project, home }
    }

    fn workspace(&self) -> Workspace {
        let top = self.dir.path().canonicalize().expect("it is there");
        Workspace::new(&self.project, Some(&self.home)).expect("a workspace").with_hidden([top.join("data")])
    }

    fn link(&self, target: impl AsRef<Path>, name: &str) {
        symlink(target, self.project.join(name)).expect("a link");
    }

    fn refuses_write(&self, path: impl AsRef<Path>, rule: &str) {
        let path = path.as_ref();
        let verdict = self.workspace().may_write(path, &self.project);
        assert_eq!(verdict.rule, rule, "writing {}: {verdict}", path.display());
    }

    fn refuses_read(&self, path: impl AsRef<Path>, rule: &str) {
        let path = path.as_ref();
        let verdict = self.workspace().may_read(path, &self.project);
        assert_eq!(verdict.rule, rule, "reading {}: {verdict}", path.display());
    }

    fn allows_both(&self, path: impl AsRef<Path>) {
        let path = path.as_ref();
        for verdict in [self.workspace().may_write(path, &self.project), self.workspace().may_read(path, &self.project)]
        {
            assert!(verdict.is_allowed(), "{} is the project's own: {verdict}", path.display());
        }
    }
}

#[test]
fn links_are_followed_at_every_component_and_to_the_end() {
    let place = Place::new();
    place.link("..", "up");
    place.link("up", "twice");
    place.link(&place.home, "absolute");
    place.link("src", "inside");
    place.link(place.project.join("src"), "inside-absolute");
    place.link("../../../nothing/there", "dangling");
    place.link("src/../../other", "dotted");
    symlink("../../other", place.project.join("src/out")).expect("a link");
    for path in
        ["up/x", "twice/x", "up/other/x", "absolute/x", "dangling", "dangling/x", "dotted/x", "src/out/new/deeper"]
    {
        place.refuses_write(path, "path.outside");
    }
    place.refuses_read("up/other", "path.outside");
    place.refuses_read("absolute/.ssh/id_rsa", "path.secret-store");
    place.refuses_read("src/../absolute/.ssh", "path.secret-store");
    place.allows_both("inside/new");
    place.allows_both("inside-absolute/deep/new");
    place.allows_both("up/app/src/new");
}

#[test]
fn links_that_go_in_circles_are_told() {
    let place = Place::new();
    place.link("b", "a");
    place.link("a", "b");
    place.refuses_write("a/x", "path.link-loop");
    place.refuses_read("b", "path.link-loop");
}

#[test]
fn a_link_to_something_protected_is_that() {
    let place = Place::new();
    fs::create_dir_all(place.project.join(".git/hooks")).expect("directories");
    place.link(".git", "history");
    place.link(".git/hooks", "scripts");
    place.link(".claude", "notes");
    place.refuses_write("scripts/pre-commit", "path.git");
    place.refuses_write("history/config", "path.git");
    place.refuses_write("notes/settings.json", "path.agent-settings");
    place.link("src", ".mcp.json");
    let verdict = place.workspace().may_remove(Path::new(".mcp.json"), &place.project);
    assert_eq!(verdict.rule, "path.agent-settings", "the name itself is protected, wherever it leads");
}

#[test]
fn where_a_protected_name_leads_is_protected_too() {
    let place = Place::new();
    for dir in ["store/hooks", "settings", "editor"] {
        fs::create_dir_all(place.project.join(dir)).expect("directories");
    }
    place.link("store", ".git");
    place.link("settings", ".claude");
    place.link("editor", ".vscode");
    for path in
        ["store/hooks/x", ".git/hooks/x", "settings/settings.json", ".claude/settings.json", "editor/tasks.json"]
    {
        place.refuses_write(path, "path.obeyed");
    }
}

#[test]
fn what_is_no_plain_path_is_refused() {
    let place = Place::new();
    place.refuses_write("a\0b", "path.nul");
    place.refuses_read("", "path.empty");
    place.refuses_read("x".repeat(5_000), "path.too-long");
    place.refuses_read(format!("{}x", "d/".repeat(3_000)), "path.too-long");
    place.refuses_read("x".repeat(300), "path.unusable");
    place.refuses_write(Path::new(std::ffi::OsStr::from_bytes(b"src/\xff\xfe")), "path.not-utf8");
}

#[test]
fn the_kernels_files_lead_nowhere() {
    let place = Place::new();
    place.link("/proc/self/root", "top");
    place.link("/proc/self/fd", "fd");
    for path in [
        "/proc/self/environ",
        "/proc/1/mem",
        "/proc/self/root/etc/passwd",
        "/proc/self/cwd/../../x",
        "/proc/thread-self/maps",
        "/proc/kcore",
        "/proc/../proc/self/environ",
        "//proc//self/environ",
        "/dev/fd/3",
        "/dev/mem",
        "/dev/sda",
        "/dev/tcp/x/80",
        "/dev/../dev/fd/0",
        "/sys/kernel/debug",
        "/proc",
        "/dev",
        "top/etc/passwd",
        "fd/0",
        "../../../../../../../proc/self/environ",
        "/usr/../proc/self/maps",
    ] {
        place.refuses_read(path, "path.kernel");
        place.refuses_write(path, "path.kernel");
    }
    place.allows_both("/dev/null");
    place.refuses_write("/proc/cpuinfo", "path.kernel");
}

#[test]
fn stores_of_secrets_are_refused_by_every_spelling_of_every_system() {
    let place = Place::new();
    for name in [
        ".ssh",
        ".SSH/id_rsa",
        ".ssh./id_rsa",
        ".aws/credentials",
        ".gnupg/x",
        ".netrc",
        "_netrc",
        ".config/gh/hosts.yml",
        ".Config/GH",
        ".config/gcloud/x",
        ".docker/config.json",
        ".npmrc",
        ".pypirc",
        ".cargo/credentials.toml",
        ".mozilla/firefox/x/logins.json",
        ".config/google-chrome/Default/Cookies",
        "Library/Keychains/login.keychain-db",
        "Library/Application Support/Google/Chrome",
        "AppData/Roaming/Microsoft/Credentials/x",
        ".bash_history",
        ".zsh_history",
        ".git-credentials",
        ".claude/.credentials.json",
        ".claude.json",
        ".kube/config",
        ".password-store/x.gpg",
        ".vault-token",
        ".local/share/keyrings/login.keyring",
        ".psql_history",
        ".azure",
        "SSH~1/id_rsa",
        ".config/gh::$DATA",
    ] {
        place.refuses_read(place.home.join(name), "path.secret-store");
        place.refuses_write(place.home.join(name), "path.secret-store");
    }
    for path in ["/etc/shadow", "/etc/gshadow-", "/etc/ssh/ssh_host_rsa_key", "/etc/ssl/private/x", "/etc", "/etc/ssl"]
    {
        place.refuses_read(path, "path.secret-store");
    }
    place.allows_both(".aws/credentials");
    place.refuses_read(&place.home, "path.outside");
    place.refuses_read("../other/src", "path.outside");
    place.refuses_read(place.dir.path().join("data/app.db"), "path.hidden");
    place.refuses_read(place.dir.path().join("DATA/app.db"), "path.hidden");
}

#[test]
fn a_grant_opens_what_it_names_and_no_secret() {
    let place = Place::new();
    let workspace =
        place.workspace().with_readable([place.home.join("code/other"), place.home.join(".ssh"), "/".into()]);
    let may_read = |path: PathBuf| workspace.may_read(&path, &place.project);
    assert!(may_read(place.home.join("code/other/deep/file")).is_allowed(), "it was granted");
    assert_eq!(may_read(place.home.join("code/third")).rule, "path.outside", "its neighbour was not");
    assert_eq!(may_read(place.home.join(".ssh/id_rsa")).rule, "path.secret-store", "a grant opens no store");
    let shown = |path: &str| workspace.may_be_shown(&place.home.join(path));
    assert!(shown("code/other") && !shown(".ssh") && !shown("code"), "to the walls no more is granted than to tools");
    let all = place.workspace().with_readable([place.home.clone()]);
    assert!(!all.may_be_shown(&place.home), "nor what holds a store");
    let other = place.home.join("code/other/x");
    assert_eq!(workspace.may_write(&other, &place.project).rule, "path.outside", "and it is for reading only");
}

#[test]
fn other_names_of_files_are_found_out() {
    let place = Place::new();
    fs::hard_link(place.home.join(".ssh/id_rsa"), place.project.join("innocent")).expect("a hard link");
    fs::write(place.home.join("code/other/file"), "another project's").expect("a file");
    fs::hard_link(place.home.join("code/other/file"), place.project.join("shared")).expect("a hard link");
    place.refuses_read("innocent", "path.hard-link");
    place.refuses_write("shared", "path.hard-link");
    assert!(place.workspace().may_read(Path::new("shared"), &place.project).is_allowed(), "package stores are read so");
}

#[test]
fn every_git_directory_is_gits_own_wherever_it_lies() {
    let place = Place::new();
    fs::create_dir_all(place.project.join("bare/objects")).expect("directories");
    fs::create_dir_all(place.project.join("bare/refs")).expect("directories");
    fs::create_dir_all(place.project.join("store/main")).expect("directories");
    fs::write(place.project.join(".git"), "gitdir: store/main\n").expect("a file");
    fs::write(
        place.project.join("store/main/config"),
        "[core]\n\thooksPath = tools/hooks\n[include]\n\tpath = ../../more.cfg\n",
    )
    .expect("a file");
    for path in [
        "sub/module/.git/config",
        "vendor/x/.git",
        ".git",
        "bare/HEAD",
        "GIT~1/config",
        ".git::$INDEX_ALLOCATION/config",
        ".g\u{200c}it/config",
        r"a\.git\config",
    ] {
        place.refuses_write(path, "path.git");
    }
    for path in ["store/main/config", "store/main/hooks/x", "tools/hooks/pre-commit", "more.cfg"] {
        place.refuses_write(path, "path.obeyed");
    }
    fs::write(place.project.join("bare/HEAD"), "ref: x").expect("a file");
    place.refuses_write("bare/config", "path.git");
    place.refuses_write("bare/hooks/post-update", "path.git");
    for path in
        ["store/other", "tools/x", "bare2/HEAD", "HEAD", "config", ".gitignore", "sub/.gitattributes", ".github/x"]
    {
        place.allows_both(path);
    }
}

#[test]
fn hooks_that_git_runs_from_the_project_are_gits_and_others_are_not() {
    let place = Place::new();
    fs::create_dir_all(place.project.join(".git")).expect("a directory");
    fs::write(place.project.join(".git/config"), "[core]\n\thooksPath = .husky/_\n").expect("a file");
    place.refuses_write(".husky/pre-commit", "path.obeyed");
    place.refuses_write(".husky/_/husky.sh", "path.obeyed");
    fs::write(place.project.join(".git/config"), "[core]\n\tbare = false\n").expect("a file");
    place.allows_both(".husky/pre-commit");
}

#[test]
fn what_runs_or_is_obeyed_when_the_project_is_opened_is_refused() {
    let place = Place::new();
    for (path, rule) in [
        (".vscode/tasks.json", "path.runs-by-itself"),
        (".VSCode/Settings.json", "path.runs-by-itself"),
        ("packages/a/.vscode/launch.json", "path.runs-by-itself"),
        (".vscode", "path.runs-by-itself"),
        (".idea/workspace.xml", "path.runs-by-itself"),
        ("my.code-workspace", "path.runs-by-itself"),
        (".devcontainer/devcontainer.json", "path.runs-by-itself"),
        (".envrc", "path.runs-by-itself"),
        ("sub/.CLAUDE/settings.local.json", "path.agent-settings"),
        (".cursor/mcp.json", "path.agent-settings"),
        (".mcp.json", "path.agent-settings"),
        ("packages/a/.mcp.json", "path.agent-settings"),
        (".harness.yml", "path.harness"),
        ("prompts/app_spec.txt", "path.harness"),
        ("Prompts/System.md", "path.harness"),
        ("app_spec.txt", "path.harness"),
    ] {
        place.refuses_write(path, rule);
    }
    for path in [
        ".vscode/extensions.json",
        "prompts/greeting.md",
        "src/prompts/coding.md",
        "CLAUDE.md",
        "claude/x",
        "my.claude",
    ] {
        place.allows_both(path);
    }
}

#[test]
fn what_the_walls_hold_the_guard_refuses_too() {
    let place = Place::new();
    for protected in protected::PROTECTED {
        let verdict = place.workspace().may_write(Path::new(protected.path), &place.project);
        assert!(!verdict.is_allowed(), "{} is held by the walls, and must not be offered", protected.path);
        let below = format!("{}/x", protected.path);
        assert!(!place.workspace().may_write(Path::new(&below), &place.project).is_allowed(), "nor {below}");
    }
}

#[test]
fn the_project_and_what_holds_protected_names_are_not_removed() {
    let place = Place::new();
    fs::create_dir_all(place.project.join("vendor/lib/.git")).expect("directories");
    place.link("../other", "out");
    let removes = |path: &str| place.workspace().may_remove(Path::new(path), &place.project);
    for path in [".", "..", "../..", "src/..", "../app", "/", "src/../../app"] {
        assert_eq!(removes(path).rule, "path.root", "{path} is, or holds, the project");
    }
    assert_eq!(removes("vendor/lib").rule, "path.git", "it holds a repository");
    assert_eq!(removes("out/x").rule, "path.outside", "what lies behind a link is not the project's");
    assert!(removes("out").is_allowed(), "the link itself is: {}", removes("out"));
    assert!(removes("src").is_allowed() && removes("src/../src/file").is_allowed(), "the rest can be removed");
}

#[test]
fn the_sessions_own_home_holds_what_tools_keep_and_no_start_up_files() {
    let place = Place::new();
    let own = place.dir.path().join("data/own");
    fs::create_dir_all(own.join(".cache")).expect("directories");
    symlink(place.project.join(".git"), own.join(".cache/link")).expect("a link");
    let workspace = place.workspace().with_private_home(&place.home, &own).with_private("/tmp");
    let may_write = |path: PathBuf| workspace.may_write(&path, &place.project);
    assert!(may_write(place.home.join(".cache/npm/x")).is_allowed(), "caches are written there");
    assert!(may_write(place.home.join("go/pkg/mod/x")).is_allowed(), "also those without a dot");
    assert!(may_write("/tmp/x".into()).is_allowed(), "temporary files are the session's own");
    assert_eq!(may_write(place.home.join(".cache/link/config")).rule, "path.git", "its links are followed");
    assert_eq!(may_write(place.home.join(".bashrc")).rule, "path.start-up");
    assert_eq!(may_write(place.home.join(".config/git/config")).rule, "path.start-up");
    assert_eq!(may_write(place.home.join("code/other/x")).rule, "path.outside", "other projects are not there");
    assert_eq!(may_write(place.dir.path().join("x")).rule, "path.outside", "nor is what lies around the project");
    assert_eq!(may_write(place.home.join(".ssh/x")).rule, "path.secret-store");
}
