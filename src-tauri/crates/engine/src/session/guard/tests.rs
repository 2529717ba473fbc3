use super::{Places, SessionGuard};
use harness_agent::ToolCall;
use harness_sandbox::{Verdict, WallKind, Workspace, policy::Policy};
use serde_json::{Value, json};
use std::{fs, os::unix::fs::symlink, path::PathBuf};

/// A session of a project in a home with secrets, with walls around it.
struct Session {
    _dir: tempfile::TempDir,
    guard: SessionGuard,
    project: PathBuf,
    home: PathBuf,
}

impl Session {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let place = dir.path().canonicalize().expect("it was made a moment ago");
        let (home, private_home, project) = (place.join("home"), place.join("data/home"), place.join("home/code/app"));
        for path in [&private_home, &project.join("src"), &home.join(".ssh"), &home.join("code/other")] {
            fs::create_dir_all(path).expect("a directory");
        }
        fs::write(home.join(".ssh/id_rsa"), "a key").expect("a file");
        let places = Places {
            real_home: Some(home.clone()),
            private_home: private_home.clone(),
            seen_home: home.clone(),
            cli_home: "/run/harness/cli".into(),
            walls: WallKind::Bubblewrap,
        };
        let workspace = Workspace::new(&project, Some(&home))
            .expect("a workspace")
            .with_hidden([place.join("data")])
            .with_private_home(&home, &private_home)
            .with_private("/tmp");
        Self { _dir: dir, guard: SessionGuard { workspace, policy: Policy::built_in(), places }, project, home }
    }

    fn judge(&self, tool: &str, input: Value) -> Verdict {
        self.guard.judge(&ToolCall {
            tool: tool.into(),
            input,
            tool_use_id: "1".into(),
            cwd: Some(self.project.clone()),
            permission_mode: None,
            agent_id: None,
        })
    }

    fn refuses(&self, tool: &str, input: Value, rule: &str) {
        let verdict = self.judge(tool, input.clone());
        assert_eq!(verdict.rule, rule, "{tool} {input}: {verdict}");
        assert!(!verdict.is_allowed() && !verdict.reason.is_empty(), "{tool} {input} is refused and told why");
    }

    fn allows(&self, tool: &str, input: Value) {
        let verdict = self.judge(tool, input.clone());
        assert!(verdict.is_allowed(), "{tool} {input} is everyday work: {verdict}");
    }
}

#[test]
fn everyday_calls_are_allowed() {
    let session = Session::new();
    let absolute = session.project.join("src/new.rs");
    session.allows("Read", json!({ "file_path": absolute, "limit": 10 }));
    session.allows("Read", json!({ "file_path": ".env" }));
    session.allows("Read", json!({ "file_path": "/usr/include/stdio.h" }));
    session.allows("Read", json!({ "file_path": "/tmp/claude-0/x/tasks/1.output" }));
    session.allows("Write", json!({ "file_path": absolute, "content": "see ../../.ssh/id_rsa and /etc/shadow" }));
    session.allows("Edit", json!({ "file_path": "src/a.rs", "old_string": ".git/config", "new_string": "~/.ssh" }));
    session
        .allows("MultiEdit", json!({ "file_path": "src/a.rs", "edits": [{ "old_string": "a", "new_string": "b" }] }));
    session.allows("NotebookEdit", json!({ "notebook_path": "src/a.ipynb", "new_source": "x" }));
    session.allows("Glob", json!({ "pattern": "**/*.{ts,tsx}" }));
    session.allows("Glob", json!({ "pattern": "src/**/*.rs", "path": session.project }));
    session.allows("Glob", json!({ "pattern": "/usr/include/*.h" }));
    session.allows("Grep", json!({ "pattern": "\\.\\./|/etc/shadow", "glob": "*.rs", "output_mode": "content" }));
    session.allows("LS", json!({ "path": session.project }));
    session.allows("TodoWrite", json!({ "todos": [{ "content": "read /etc/shadow", "status": "pending" }] }));
    session.allows("WebSearch", json!({ "query": "http://localhost" }));
    session.allows("WebFetch", json!({ "url": "https://docs.rs/url", "prompt": "what is in file:///etc/passwd" }));
    session.allows("Bash", json!({ "command": "npm test", "description": "x", "run_in_background": true }));
    session.allows("mcp__features__feature_mark_passing", json!({ "feature_id": 1, "checks": ["npm test"] }));
    session.allows("mcp__features__feature_skip", json!({ "feature_id": 1, "reason": "needs ~/.ssh/id_rsa" }));
}

#[test]
fn what_a_file_or_a_card_says_is_no_argument_even_where_it_is_json() {
    let session = Session::new();
    let package = r#"{"name": "x", "repository": {"type": "git", "url": "git+https://example.com/a/b.git"}}"#;
    let routes = r#"[{"path": "/login", "name": "login"}, {"path": "/users/:id", "command": "sudo reboot"}]"#;
    let servers = r#"{"servers": [{"url": "http://localhost:3000/api"}], "root": "../", "files": ["/etc/shadow"]}"#;
    for content in [package, routes, servers, "\"/etc/shadow\"", "\"url\""] {
        session.allows("Write", json!({ "file_path": "src/x.json", "content": content }));
        session.allows("Edit", json!({ "file_path": "src/x.json", "old_string": content, "new_string": content }));
        let edits = json!([{ "old_string": content, "new_string": content }]);
        session.allows("MultiEdit", json!({ "file_path": "src/x.json", "edits": edits }));
        session.allows("NotebookEdit", json!({ "notebook_path": "src/a.ipynb", "new_source": content }));
        session.allows("Grep", json!({ "pattern": content, "path": "src" }));
        let card = json!({ "category": "api", "name": "Log in", "description": content, "steps": [content] });
        session.allows("mcp__features__feature_create", card.clone());
        session.allows("mcp__features__feature_create_bulk", json!({ "features": [card.clone()] }));
        session.allows("mcp__features__feature_create_bulk", json!({ "features": json!([card]).to_string() }));
        session.allows("mcp__features__feature_create", json!({ "name": "x", "description": "x", "steps": content }));
        let failed = json!({ "feature_id": 1, "reason": content });
        session.allows("mcp__features__feature_mark_failing", failed);
    }
    // Where a list is expected, one that is sent as text is read as the list that it is.
    let named = json!({ "features": "[{\"name\": \"x\", \"description\": \"y\", \"file\": \"/etc/shadow\"}]" });
    session.refuses("mcp__features__feature_create_bulk", named, "path.secret-store");
    let checks = json!({ "feature_id": 1, "checks": "[\"npm test\", \"sudo reboot\"]" });
    session.refuses("mcp__features__feature_mark_passing", checks, "command.blocked");
    let checks = json!({ "features": [{ "name": "x", "description": "y", "checks": "[\"sudo reboot\"]" }] });
    session.refuses("mcp__features__feature_create_bulk", checks, "command.blocked");
}

#[test]
fn no_tool_leaves_the_project_by_any_spelling() {
    let session = Session::new();
    symlink("../../.ssh", session.project.join("keys")).expect("a link");
    symlink("../other", session.project.join("other")).expect("a link");
    let ssh = session.home.join(".ssh/id_rsa");
    for tool in ["Write", "Edit", "MultiEdit"] {
        session.refuses(tool, json!({ "file_path": "../outside" }), "path.outside");
        session.refuses(tool, json!({ "file_path": "/etc/cron.d/x" }), "path.outside");
        session.refuses(tool, json!({ "file_path": "other/x" }), "path.outside");
        session.refuses(tool, json!({ "file_path": "keys/authorized_keys" }), "path.secret-store");
        session.refuses(tool, json!({ "file_path": " .git/hooks/pre-commit" }), "path.git");
        session.refuses(tool, json!({ "file_path": "~/.bashrc" }), "path.start-up");
        session.refuses(tool, json!({ "file_path": "src/../.git/config" }), "path.git");
        session.refuses(tool, json!({ "file_path": "/dev/sda" }), "path.kernel");
        session.refuses(tool, json!({ "file_path": "a\u{0}b" }), "path.nul");
        session.refuses(tool, json!({ "file_path": "" }), "path.empty");
    }
    session.refuses("NotebookEdit", json!({ "notebook_path": "../x.ipynb" }), "path.outside");
    for path in [
        json!(ssh),
        json!("~/.ssh/id_rsa"),
        json!("keys/id_rsa"),
        json!("  ~/.ssh/id_rsa\n"),
        json!("../../.SSH/id_rsa"),
    ] {
        session.refuses("Read", json!({ "file_path": path }), "path.secret-store");
        session.refuses("Grep", json!({ "pattern": "x", "path": path }), "path.secret-store");
    }
    session.refuses("Read", json!({ "file_path": "/proc/self/environ" }), "path.kernel");
    session.refuses("Read", json!({ "file_path": "/proc/self/root/etc/shadow" }), "path.kernel");
    session.refuses("Read", json!({ "file_path": "/dev/fd/0" }), "path.kernel");
    session.refuses("Read", json!({ "file_path": "/dev/stdin" }), "path.kernel");
    session.refuses("Read", json!({ "file_path": "/etc/shadow" }), "path.secret-store");
    session.refuses("Read", json!({ "file_path": session.home.join("../data/projects/1/project.db") }), "path.hidden");
    session.refuses("Grep", json!({ "pattern": "x", "path": "/" }), "path.outside");
    session.refuses("Grep", json!({ "pattern": "x", "path": session.home }), "path.outside");
    session.refuses("Grep", json!({ "pattern": "x", "path": "/etc" }), "path.secret-store");
    session.refuses("Grep", json!({ "pattern": "x", "glob": "../../**" }), "path.pattern");
    session.refuses("LS", json!({ "path": session.home.join(".ssh") }), "path.secret-store");
    for pattern in ["../../**", "src/../../*", "{a,../b}/*", "\\.\\./*", "[.][.]/x", "{..,a}/x"] {
        session.refuses("Glob", json!({ "pattern": pattern }), "path.pattern");
    }
    session.refuses("Glob", json!({ "pattern": "/**/id_rsa" }), "path.outside");
    session.refuses("Glob", json!({ "pattern": "/etc/*" }), "path.secret-store");
    session.refuses("Glob", json!({ "pattern": "~/.ssh/*" }), "path.secret-store");
    session.refuses("Glob", json!({ "pattern": "keys/*" }), "path.secret-store");
    session.refuses("Glob", json!({ "pattern": "id_*", "path": "~/.ssh" }), "path.secret-store");
}

#[test]
fn a_name_that_the_cli_composes_is_judged_as_it_will_be_opened() {
    let session = Session::new();
    // Composed it is the link, as it stands it is a name of its own.
    symlink("../../.ssh", session.project.join("caf\u{e9}")).expect("a link");
    session.refuses("Read", json!({ "file_path": "cafe\u{301}/id_rsa" }), "path.secret-store");
    session.allows("Read", json!({ "file_path": "cafe\u{301}s/id_rsa" }));
}

#[test]
fn two_dots_after_a_link_are_judged_both_ways_that_programs_read_them() {
    let session = Session::new();
    fs::create_dir_all(session.project.join("a/b")).expect("directories");
    symlink("a/b", session.project.join("link")).expect("a link");
    // To the kernel this is `a/.git`; to a program that takes the dots as words, `.git`.
    fs::create_dir_all(session.project.join("a/x")).expect("a directory");
    symlink("../../../other", session.project.join("a/x/out")).expect("a link");
    session.refuses("Write", json!({ "file_path": "link/../.git/config" }), "path.git");
    session.refuses("Write", json!({ "file_path": "link/../x/out/file" }), "path.outside");
}

#[test]
fn the_short_name_of_the_home_is_refused_where_the_cli_has_another_home_than_commands() {
    let session = Session::new();
    fs::create_dir_all(session.home.join(".npm")).expect("a directory");
    session.allows("Read", json!({ "file_path": session.home.join(".npm/log.txt") }));
    session.refuses("Read", json!({ "file_path": "~/.npm/log.txt" }), "tool.home");
    session.refuses("Glob", json!({ "pattern": "*", "path": "~/.npm" }), "tool.home");
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let session = Session::new();
    for (tool, input) in [
        ("Read", json!({})),
        ("Read", json!({ "file_path": 7 })),
        ("Read", json!({ "file_path": ["a"] })),
        ("Read", json!("src/a.rs")),
        ("Write", json!({ "path": "src/a.rs" })),
        ("NotebookEdit", json!({ "file_path": "src/a.ipynb" })),
        ("Grep", json!({ "pattern": "x", "path": 7 })),
        ("Glob", json!({ "pattern": ["../*"] })),
        ("Bash", json!({ "cmd": "ls" })),
        ("WebFetch", json!({ "url": null })),
        ("TodoWrite", json!(null)),
    ] {
        session.refuses(tool, input, "tool.malformed");
    }
    session.refuses("Teleport", json!({}), "tool.unknown");
    session.refuses("bash", json!({ "command": "ls" }), "tool.unknown");
    session.refuses("Bash", json!({ "command": "ls", "dangerouslyDisableSandbox": true }), "shell.sandbox");
    session.refuses("Bash", json!({ "command": "ls", "dangerouslyDisableSandbox": "true" }), "shell.sandbox");
}

#[test]
fn arguments_that_a_tool_is_not_known_for_are_judged_too() {
    let session = Session::new();
    session.refuses("Read", json!({ "file_path": "src/a.rs", "path": "/etc/shadow" }), "path.secret-store");
    session.refuses("WebFetch", json!({ "url": "file:///etc/passwd" }), "url.scheme");
    session.refuses("WebFetch", json!({ "url": "http://169.254.169.254/latest" }), "url.private");
    let nested = json!({ "features": [{ "name": "x", "file": "../../.ssh/id_rsa" }] });
    session.refuses("mcp__features__feature_create_bulk", nested, "path.secret-store");
    let as_text = json!({ "features": "[{\"name\": \"x\", \"cwd\": \"/etc\"}]" });
    session.refuses("mcp__features__feature_create_bulk", as_text, "path.secret-store");
    session.refuses("mcp__features__x", json!({ "Path": "/home/someone" }), "path.outside");
    session.refuses("mcp__features__x", json!({ "url": "http://[::1]/" }), "url.loopback");
    let mut deep = json!({ "path": "/etc/shadow" });
    for _ in 0..40 {
        deep = json!([deep]);
    }
    session.refuses("mcp__features__x", json!({ "a": deep }), "tool.malformed");
}

#[test]
fn what_the_cli_kept_of_a_session_is_that_sessions_to_read() {
    let session = Session::new();
    let own = session.home.join(".claude/projects/app/1234");
    let workspace = session.guard.workspace.clone().with_own([own.clone()]);
    let may_read = |path: PathBuf| workspace.may_read(&path, &session.project).is_allowed();
    assert!(may_read(own.join("tool-results/1.txt")), "the CLI tells the agent to read it");
    assert!(!may_read(session.home.join(".claude/projects/app/other/tool-results/1.txt")), "another session's is not");
    assert!(!may_read(session.home.join(".claude/.credentials.json")), "the login is not");
    assert!(!workspace.may_write(&own.join("x"), &session.project).is_allowed(), "nor is anything there to be written");
}
