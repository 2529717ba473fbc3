//! Collections of command lines, and a project to judge them in.

use harness_sandbox::{
    Verdict, Workspace,
    policy::{Policy, Surroundings},
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Lines that must be refused whatever stands around them.
pub const ATTACKS: &str = include_str!("attacks.txt");
/// Lines that hide what they do, and must be refused for that or for what they hide.
pub const OBFUSCATED: &str = include_str!("obfuscated.txt");
/// Lines that must be allowed, since everyday work is made of them.
pub const EVERYDAY: &str = include_str!("everyday.txt");
/// Lines that must be refused where no walls stand.
pub const UNWALLED: &str = include_str!("unwalled.txt");
/// Ways to put one command inside another line.
pub const CONSTRUCTS: &str = include_str!("constructs.txt");

/// The lines of a collection with their headings. A line is one command; what stands between `<<<` and `>>>` is one too;
/// `## ` begins a heading.
pub fn read(collection: &'static str) -> Vec<(&'static str, String)> {
    let (mut found, mut heading, mut block) = (Vec::new(), "", None::<String>);
    for line in collection.lines() {
        match (&mut block, line) {
            (Some(text), ">>>") => {
                found.push((heading, std::mem::take(text).trim_end_matches('\n').to_owned()));
                block = None;
            }
            (Some(text), line) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, "<<<") => block = Some(String::new()),
            (None, "") => {}
            (None, line) => match line.strip_prefix("## ") {
                Some(title) => heading = title,
                None => found.push((heading, line.to_owned())),
            },
        }
    }
    assert!(block.is_none(), "every <<< has its >>>");
    found
}

/// A project with what the lines speak of, beside a home directory.
pub struct Ground {
    _root: TempDir,
    pub project: PathBuf,
    workspace: Workspace,
}

impl Ground {
    pub fn new() -> Self {
        let root = tempfile::Builder::new().prefix("policy-").tempdir().expect("a directory");
        let (project, home) = (root.path().join("project"), root.path().join("home"));
        let files = [
            "src/index.js",
            "src/app.js",
            "tests/a.test.js",
            "scripts/build.sh",
            "README.md",
            "package.json",
            "build/app",
            "target/debug/app",
            "target/release/app",
            "bin/app",
            "bin/cli.js",
            "a.out",
            "configure",
            "gradlew",
            "mvnw",
            "main",
            "run.sh",
            "node_modules/.bin/tsc",
            "node_modules/.bin/jest",
            ".venv/bin/activate",
            ".venv/bin/python",
            ".venv/bin/pip",
            "venv/bin/python",
            "vendor/bin/phpunit",
            "vendor/bin/phpstan",
            ".git/HEAD",
            ".git/config",
            "frontend/package.json",
            "backend/package.json",
            "client/package.json",
            "docker/Dockerfile",
            "dist/app.js",
        ];
        for file in files {
            let path = project.join(file);
            fs::create_dir_all(path.parent().expect("it has one")).expect("a directory");
            fs::write(path, "").expect("a file");
        }
        for dir in [".ssh", ".aws", "code", "bin"] {
            fs::create_dir_all(home.join(dir)).expect("a directory");
        }
        let workspace = Workspace::new(&project, Some(&home)).expect("a workspace");
        Self { project: workspace.root().to_owned(), workspace, _root: root }
    }

    /// The verdict on a line of a collection, in which `@PROJECT@` is the project's directory.
    pub fn judge(&self, policy: &Policy, line: &str, is_walled: bool) -> Verdict {
        let around = Surroundings { workspace: &self.workspace, cwd: &self.project, is_walled };
        if line.contains("@PROJECT@") {
            let line = line.replace("@PROJECT@", self.project.to_str().expect("a plain path"));
            return policy.judge(&line, &around);
        }
        policy.judge(line, &around)
    }

    pub fn root(&self) -> &Path {
        &self.project
    }
}

/// `command` inside a construct; none where its words would change their meaning there.
pub fn wrapped(construct: &str, command: &str) -> Option<String> {
    let quoted = command.replace('\'', r"'\''");
    let is_double_safe = !command.contains(['"', '\\', '`', '$', '!']);
    if construct.contains("{\"}") && !is_double_safe {
        return None;
    }
    // A here-document ends at its mark, and a comment or a here-document of the command's own at the line's end.
    if command.lines().any(|line| line == "X") || (command.contains("<<") && !construct.contains('\n')) {
        return None;
    }
    // Two parentheses side by side are arithmetic, in which no command runs.
    if construct.contains("({})") && command.starts_with('(') {
        return None;
    }
    // Inside backquotes, a case or a quoted word of another quoted word, quotes would need one more escape each.
    let is_nested = construct.contains("'{'}'") && construct.matches(['\'', '"']).count() > 2;
    if is_nested && command.contains(['\'', '"', '\\', '$', '`', '!']) {
        return None;
    }
    Some(construct.replace("{'}", &quoted).replace("{\"}", command).replace("{}", command))
}
